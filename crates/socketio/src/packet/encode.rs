//! Writing packets. A frame is written once, into one allocation, with the
//! Engine.IO message type in front.

use serde::Serialize;

use super::MAIN;

/// What a server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Connect,
    Disconnect,
    Event,
    Ack,
    ConnectError,
}

/// Everything before the payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header<'a> {
    pub(crate) kind: Kind,
    pub(crate) attachments: usize,
    pub(crate) namespace: &'a str,
    pub(crate) id: Option<u64>,
}

impl<'a> Header<'a> {
    pub(crate) fn new(kind: Kind, namespace: &'a str) -> Self {
        Self { kind, attachments: 0, namespace, id: None }
    }

    /// A packet without payload.
    pub(crate) fn alone(&self) -> String {
        String::from_utf8(self.start(0)).expect("a header is made of strings")
    }

    /// A packet whose payload is this value.
    pub(crate) fn with(&self, payload: &impl Serialize) -> Result<String, serde_json::Error> {
        let mut packet = self.start(64);
        serde_json::to_writer(&mut packet, payload)?;
        Ok(String::from_utf8(packet).expect("serde_json writes UTF-8"))
    }

    /// A packet whose payload is the array of the name and one value.
    pub(crate) fn event(
        &self,
        name: &str,
        payload: &impl Serialize,
    ) -> Result<String, serde_json::Error> {
        let mut packet = self.start(name.len() + 192);
        packet.push(b'[');
        serde_json::to_writer(&mut packet, name)?;
        packet.push(b',');
        serde_json::to_writer(&mut packet, payload)?;
        packet.push(b']');
        Ok(String::from_utf8(packet).expect("serde_json writes UTF-8"))
    }

    /// A packet whose payload is the array of the name and these arguments,
    /// JSON separated by commas.
    pub(crate) fn event_text(&self, name: &str, arguments: &str) -> String {
        let mut packet = self.start(name.len() + arguments.len() + 5);
        packet.push(b'[');
        serde_json::to_writer(&mut packet, name).expect("a string is always JSON");
        if !arguments.is_empty() {
            packet.push(b',');
            packet.extend_from_slice(arguments.as_bytes());
        }
        packet.push(b']');
        String::from_utf8(packet).expect("all parts are strings")
    }

    /// A packet whose payload is the array of these arguments.
    pub(crate) fn arguments_text(&self, arguments: &str) -> String {
        let mut packet = self.start(arguments.len() + 2);
        packet.push(b'[');
        packet.extend_from_slice(arguments.as_bytes());
        packet.push(b']');
        String::from_utf8(packet).expect("all parts are strings")
    }

    fn start(&self, payload: usize) -> Vec<u8> {
        let mut packet = Vec::with_capacity(2 + 4 + self.namespace.len() + 1 + 20 + payload);
        packet.push(b'4');
        packet.push(self.digit());
        if self.attachments > 0 {
            packet.extend_from_slice(self.attachments.to_string().as_bytes());
            packet.push(b'-');
        }
        if self.namespace != MAIN {
            packet.extend_from_slice(self.namespace.as_bytes());
            packet.push(b',');
        }
        if let Some(id) = self.id {
            packet.extend_from_slice(id.to_string().as_bytes());
        }
        packet
    }

    fn digit(&self) -> u8 {
        match (self.kind, self.attachments) {
            (Kind::Connect, _) => b'0',
            (Kind::Disconnect, _) => b'1',
            (Kind::Event, 0) => b'2',
            (Kind::Ack, 0) => b'3',
            (Kind::ConnectError, _) => b'4',
            (Kind::Event, _) => b'5',
            (Kind::Ack, _) => b'6',
        }
    }
}
