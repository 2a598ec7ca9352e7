//! What is built on the engine: something that takes messages. Socket.IO is
//! one such layer, a plain echo another.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::time::Instant;

use bytes::Bytes;

use crate::connection::Connection;
use crate::handshake::RequestHead;
use crate::reason::Reason;

/// A message of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(Text),
    /// Bytes.
    Binary(Bytes),
}

/// A text message. It stays in the packet it came in, so that taking the type
/// off costs no copy.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    packet: String,
    start: usize,
}

impl Text {
    /// The text of a packet, which starts with one character of type.
    pub(crate) fn of_packet(packet: String) -> Self {
        Self { packet, start: 1 }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { packet: text.to_owned(), start: 0 }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.packet[self.start..]
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

/// Takes the messages of all connections. Its calls for one connection never
/// overlap, and come in the order of the messages.
pub trait Layer: Send + Sync + 'static {
    /// What it remembers of one connection.
    type Session: Send + 'static;

    /// A connection opened.
    fn open(&self, connection: &Connection, request: RequestHead) -> Self::Session;

    /// A message arrived. The next one waits until this one is dealt with.
    fn receive(
        &self,
        session: &mut Self::Session,
        message: Message,
    ) -> impl Future<Output = Result<(), Reason>> + Send;

    /// Somebody asked for attention.
    fn attend(&self, session: &mut Self::Session) -> impl Future<Output = ()> + Send {
        let _ = session;
        async {}
    }

    /// When the connection has to end unless something happens, and with what
    /// reason.
    fn deadline(&self, session: &Self::Session) -> Option<(Instant, Reason)> {
        let _ = session;
        None
    }

    /// The connection is over.
    fn close(&self, session: Self::Session, reason: Reason) -> impl Future<Output = ()> + Send;
}
