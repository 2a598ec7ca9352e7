//! Things that open doors. They can be compared and stored, and not printed.

use std::fmt;

use aws_lc_rs::{constant_time, digest};

/// A password after an expensive hash, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string such as `$argon2id$v=19$...`.
    pub fn new(phc: impl Into<String>) -> Self {
        Self(phc.into())
    }

    /// The PHC string, to verify a password with.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(password hash)")
    }
}

/// The SHA-256 of a random secret. A cheap hash will do: nobody guesses 128
/// random bits, however fast they try.
#[derive(Clone)]
pub struct SecretHash(String);

impl SecretHash {
    /// The hash of `secret`, which must be random and at least 128 bits long.
    pub fn of(secret: &str) -> Self {
        Self(sha256(secret))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares without telling by the time it takes how much was right.
    pub(crate) fn is(&self, stored: &str) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), stored.as_bytes()).is_ok()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret hash)")
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_hash_and_never_shown() {
        let hash = SecretHash::of("abc");
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(hash.is(known));
        assert!(!hash.is(&known.replace('b', "c")));
        let shown = format!("{hash:?} {:?}", PasswordHash::new("$argon2id$abc"));
        assert_eq!(shown, "(secret hash) (password hash)");
    }
}
