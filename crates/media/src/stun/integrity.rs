//! MESSAGE-INTEGRITY, RFC 8489 section 14.5: proves that who sent a message
//! knows a password, without saying it.
//!
//! SHA-1 is what every browser speaks; as a keyed hash it stands.

use std::fmt;

use aws_lc_rs::{
    constant_time,
    hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY},
};
use md5::{Digest, Md5};

use super::message::{HEADER, Kind, Message};
use super::writer::Writer;

/// The whole attribute: its header and the 20 bytes of an HMAC-SHA1.
const ATTRIBUTE: usize = 24;

/// What the messages of one user are sealed with.
#[derive(Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// The key of the long-term credential mechanism, RFC 8489 section 9.2.2.
    pub fn long_term(username: &str, realm: &str, password: &str) -> Self {
        let digest = Md5::digest(format!("{username}:{realm}:{password}"));
        Self(hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &digest))
    }

    /// The key of the short-term mechanism, section 9.1.1: the password itself.
    pub fn short_term(password: &str) -> Self {
        Self(hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()))
    }

    /// The seal of a message whose MESSAGE-INTEGRITY follows after `before`.
    fn seal(&self, before: &[u8]) -> hmac::Tag {
        let length = u16::try_from(before.len() + ATTRIBUTE - HEADER).unwrap_or(u16::MAX);
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&before[..2]);
        // As if the message ended with the attribute.
        context.update(&length.to_be_bytes());
        context.update(&before[4..]);
        context.sign()
    }
}

/// A key is a secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Message<'_> {
    /// Whether the message carries a MESSAGE-INTEGRITY made with `key`.
    pub fn is_sealed_with(&self, key: &Key) -> bool {
        self.before(Kind::MESSAGE_INTEGRITY).is_some_and(|(before, seal)| {
            constant_time::verify_slices_are_equal(key.seal(before).as_ref(), seal).is_ok()
        })
    }
}

impl Writer<'_> {
    /// Appends MESSAGE-INTEGRITY; only FINGERPRINT may be written after it.
    pub fn seal(&mut self, key: &Key) {
        let seal = key.seal(self.as_bytes());
        self.attribute(Kind::MESSAGE_INTEGRITY, seal.as_ref());
    }
}
