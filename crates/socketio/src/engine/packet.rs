//! Packets of the Engine.IO protocol, version 4: one character of type, then
//! the data. Borrowed, because most of them are read once and forgotten.

use thiserror::Error;

/// The text does not follow the Engine.IO protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an Engine.IO packet")]
pub struct Malformed;

/// One packet as it stands in a websocket text frame or in a polling payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// The handshake, only ever sent by the server.
    Open(&'a str),
    /// The transport can be closed.
    Close,
    /// Asks for a sign of life; from a client only as the probe of an upgrade.
    Ping(&'a str),
    /// The sign of life.
    Pong(&'a str),
    /// Data of the layer above.
    Message(&'a str),
    /// Completes the change to another transport.
    Upgrade,
    /// Ends a pending poll without saying anything.
    Noop,
}

impl<'a> Packet<'a> {
    /// Reads one packet.
    pub fn decode(text: &'a str) -> Result<Self, Malformed> {
        let kind = text.as_bytes().first().ok_or(Malformed)?;
        // The type is ASCII, so the data starts at a character boundary.
        let data = text.get(1..).ok_or(Malformed)?;
        match kind {
            b'0' => Ok(Self::Open(data)),
            b'1' => Ok(Self::Close),
            b'2' => Ok(Self::Ping(data)),
            b'3' => Ok(Self::Pong(data)),
            b'4' => Ok(Self::Message(data)),
            b'5' => Ok(Self::Upgrade),
            b'6' => Ok(Self::Noop),
            _ => Err(Malformed),
        }
    }

    /// Writes the packet.
    pub fn encode(&self) -> String {
        match self {
            Self::Open(data) => format!("0{data}"),
            Self::Close => "1".to_owned(),
            Self::Ping(data) => format!("2{data}"),
            Self::Pong(data) => format!("3{data}"),
            Self::Message(data) => format!("4{data}"),
            Self::Upgrade => "5".to_owned(),
            Self::Noop => "6".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_table_is_read_and_written() {
        let table = [
            ("0{}", Packet::Open("{}")),
            ("1", Packet::Close),
            ("2", Packet::Ping("")),
            ("2probe", Packet::Ping("probe")),
            ("3", Packet::Pong("")),
            ("3probe", Packet::Pong("probe")),
            ("4hello", Packet::Message("hello")),
            ("4", Packet::Message("")),
            ("5", Packet::Upgrade),
            ("6", Packet::Noop),
        ];
        for (text, packet) in table {
            assert_eq!(Packet::decode(text), Ok(packet), "{text}");
            assert_eq!(packet.encode(), text);
        }
    }

    #[test]
    fn plain_text_is_utf8() {
        assert_eq!(Packet::decode("4€🦀"), Ok(Packet::Message("€🦀")));
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in ["", "7", "9", "abc", "b", "-1", " 4", "é", "\u{1e}", "\0", "４"] {
            assert_eq!(Packet::decode(text), Err(Malformed), "{text:?}");
        }
    }
}
