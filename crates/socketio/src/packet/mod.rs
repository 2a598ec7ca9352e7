//! Socket.IO packets, version 5 of the protocol with its JSON encoding:
//! `<type>[<attachments>-][<namespace>,][<ack id>][payload]`.
//!
//! The parser is strict and borrows. The payload stays text: a relay never
//! looks into it, and whoever does parses it into a type of its own.

mod body;
mod encode;

pub use body::{Arguments, Body};
pub(crate) use encode::{Header, Kind};

use thiserror::Error;

use body::{array, object};

/// The text does not follow the Socket.IO protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Malformed {
    /// The first character names no packet type.
    #[error("unknown packet type")]
    Type,
    /// The number of attachments is missing, too large or not a number.
    #[error("illegal number of attachments")]
    Attachments,
    /// The acknowledgement id does not fit into 64 bits.
    #[error("illegal acknowledgement id")]
    Id,
    /// The payload is missing, is not JSON or has the wrong shape.
    #[error("illegal payload")]
    Payload,
}

/// The main namespace, which packets leave out.
pub const MAIN: &str = "/";

/// One packet as a client sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The namespace it belongs to.
    pub namespace: &'a str,
    /// What it says.
    pub content: Content<'a>,
}

/// The types a client may send, each with what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Asks to join the namespace, perhaps with credentials: a JSON object.
    Connect(Option<&'a str>),
    /// Leaves the namespace.
    Disconnect,
    /// An event.
    Event {
        /// Wants an acknowledgement with this number.
        id: Option<u64>,
        /// How many binary attachments follow in frames of their own.
        attachments: u8,
        /// Name and arguments.
        body: Body<'a>,
    },
    /// The acknowledgement of an event of ours. Without an id it answers
    /// nothing.
    Ack {
        /// The number of the event.
        id: Option<u64>,
        /// How many binary attachments follow in frames of their own.
        attachments: u8,
        /// The arguments of the answer.
        arguments: Arguments<'a>,
    },
}

impl<'a> Packet<'a> {
    /// Reads one packet. Pure: nothing but this text decides.
    pub fn decode(text: &'a str) -> Result<Self, Malformed> {
        let kind = text.as_bytes().first().ok_or(Malformed::Type)?;
        let rest = text.get(1..).ok_or(Malformed::Type)?;
        match kind {
            b'0' => Self::connect(rest),
            b'1' => Self::disconnect(rest),
            b'2' => Self::event(0, rest),
            b'3' => Self::ack(0, rest),
            b'5' => attachments(rest).and_then(|(count, rest)| Self::event(count, rest)),
            b'6' => attachments(rest).and_then(|(count, rest)| Self::ack(count, rest)),
            // 4 is CONNECT_ERROR, which only a server says.
            _ => Err(Malformed::Type),
        }
    }

    fn connect(rest: &'a str) -> Result<Self, Malformed> {
        let (namespace, payload) = namespace(rest);
        let content = Content::Connect(match payload {
            "" => None,
            payload => Some(object(payload)?),
        });
        Ok(Self { namespace, content })
    }

    fn disconnect(rest: &'a str) -> Result<Self, Malformed> {
        match namespace(rest) {
            (namespace, "") => Ok(Self { namespace, content: Content::Disconnect }),
            _ => Err(Malformed::Payload),
        }
    }

    fn event(attachments: u8, rest: &'a str) -> Result<Self, Malformed> {
        let (namespace, rest) = namespace(rest);
        let (id, payload) = id(rest)?;
        let body = Body::parse(payload)?;
        Ok(Self { namespace, content: Content::Event { id, attachments, body } })
    }

    fn ack(attachments: u8, rest: &'a str) -> Result<Self, Malformed> {
        let (namespace, rest) = namespace(rest);
        let (id, payload) = id(rest)?;
        let arguments = array(payload)?;
        Ok(Self { namespace, content: Content::Ack { id, attachments, arguments } })
    }

    /// How many attachments have to arrive before the packet is whole.
    pub fn attachments(&self) -> u8 {
        match self.content {
            Content::Event { attachments, .. } | Content::Ack { attachments, .. } => attachments,
            Content::Connect(_) | Content::Disconnect => 0,
        }
    }
}

/// `2-` before the rest.
fn attachments(rest: &str) -> Result<(u8, &str), Malformed> {
    let (count, rest) = rest.split_once('-').ok_or(Malformed::Attachments)?;
    let digits = !count.is_empty() && count.bytes().all(|it| it.is_ascii_digit());
    if !digits {
        return Err(Malformed::Attachments);
    }
    Ok((count.parse().map_err(|_| Malformed::Attachments)?, rest))
}

/// `/admin,` before the rest. The comma may be missing if nothing follows.
fn namespace(rest: &str) -> (&str, &str) {
    if !rest.starts_with('/') {
        return (MAIN, rest);
    }
    rest.split_once(',').unwrap_or((rest, ""))
}

/// `12` before the rest.
fn id(rest: &str) -> Result<(Option<u64>, &str), Malformed> {
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    let id = digits.parse().map_err(|_| Malformed::Id)?;
    Ok((Some(id), rest))
}

#[cfg(test)]
mod tests;
