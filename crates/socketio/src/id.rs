//! Identifiers nobody can guess: 128 random bits, written as 22 characters of
//! base64url. A transport's id is a secret (whoever knows it can poll in the
//! client's name); a socket's public id is a different one on purpose.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Sixteen bytes in base64 without padding.
const LENGTH: usize = 22;

/// A random identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; LENGTH]);

impl Id {
    /// Draws a fresh one.
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes)
            .expect("the system's random source never fails once it has started");
        let mut text = [0; LENGTH];
        URL_SAFE_NO_PAD.encode_slice(bytes, &mut text).expect("16 bytes are 22 characters");
        Self(text)
    }

    /// Reads what a client sent; anything of another shape is no id of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        let ours = bytes.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
        ours.then_some(Self(bytes))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("base64url is ASCII")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_own_text() {
        let id = Id::random();
        assert_eq!(Id::parse(id.as_str()), Some(id));
        assert_eq!(id.as_str().len(), 22);
    }

    #[test]
    fn two_ids_differ() {
        assert_ne!(Id::random(), Id::random());
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in
            ["", "short", "aaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaa/", "ééééééééééé"]
        {
            assert_eq!(Id::parse(text), None, "{text}");
        }
    }
}
