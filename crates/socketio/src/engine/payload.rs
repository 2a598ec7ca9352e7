//! The payload of one polling request: packets joined by the record separator,
//! binary ones in base64 behind a `b`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::{Malformed, Packet};
use crate::outbox::Frame;

/// Stands between two packets and cannot occur inside JSON.
pub const SEPARATOR: char = '\u{1e}';

/// Clients pad, but not all of them.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One packet of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A packet in text.
    Packet(Packet<'a>),
    /// A binary message.
    Binary(Bytes),
}

/// Reads the packets of a payload one by one, so that a large one is never
/// held twice.
pub fn decode(payload: &str) -> impl Iterator<Item = Result<Part<'_>, Malformed>> {
    payload.split(SEPARATOR).map(|part| match part.strip_prefix('b') {
        Some(base64) => {
            BASE64.decode(base64).map(|bytes| Part::Binary(bytes.into())).map_err(|_| Malformed)
        }
        None => Packet::decode(part).map(Part::Packet),
    })
}

/// Appends one packet to a payload.
pub(crate) fn append(payload: &mut String, frame: &Frame) {
    if !payload.is_empty() {
        payload.push(SEPARATOR);
    }
    match frame {
        Frame::Text(text) => payload.push_str(text.as_str()),
        Frame::Binary(bytes) => {
            payload.push('b');
            BASE64.encode_string(bytes, payload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(frames: &[Frame]) -> String {
        let mut payload = String::new();
        for frame in frames {
            append(&mut payload, frame);
        }
        payload
    }

    fn decoded(payload: &str) -> Result<Vec<Part<'_>>, Malformed> {
        decode(payload).collect()
    }

    #[test]
    fn packets_are_separated_by_the_record_separator() {
        let parts = decoded("4hello\u{1e}2\u{1e}4world").expect("the document's example");
        assert_eq!(
            parts,
            [Packet::Message("hello"), Packet::Ping(""), Packet::Message("world")]
                .map(Part::Packet)
        );
    }

    #[test]
    fn binary_is_base64_behind_a_b() {
        let parts = decoded("4hello\u{1e}bAQIDBA==").expect("the document's example");
        assert_eq!(
            parts,
            [
                Part::Packet(Packet::Message("hello")),
                Part::Binary(Bytes::from_static(&[1, 2, 3, 4]))
            ]
        );
        assert_eq!(
            encode(&[Frame::text("4hello"), Frame::Binary(Bytes::from_static(&[1, 2, 3, 4]))]),
            "4hello\u{1e}bAQIDBA=="
        );
    }

    #[test]
    fn padding_may_be_left_out() {
        assert_eq!(decoded("bAQIDBA"), Ok(vec![Part::Binary(Bytes::from_static(&[1, 2, 3, 4]))]));
    }

    #[test]
    fn a_broken_packet_breaks_the_payload() {
        for payload in
            ["", "abc", "4a\u{1e}", "\u{1e}4a", "4a\u{1e}\u{1e}4b", "b***", "bA", "4a\u{1e}9"]
        {
            assert_eq!(decoded(payload), Err(Malformed), "{payload:?}");
        }
    }
}
