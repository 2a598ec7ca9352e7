//! Credentials that expire by themselves: the username says until when, and the
//! password is a signature over the username. The scheme is that of coturn's
//! `use-auth-secret`, so the same secret drives both.

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};
use base64::{Engine, engine::general_purpose::STANDARD};

/// What a client needs to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// `expiry:user`, the expiry in seconds since 1970.
    pub username: String,
    /// base64 of the HMAC-SHA1 of the username.
    pub password: String,
}

/// What credentials are signed with.
#[derive(Clone)]
pub struct SharedSecret(hmac::Key);

impl SharedSecret {
    /// The secret as operators write it down.
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes()))
    }

    /// A credential for `user` that can be used until `expiry`, in seconds since
    /// 1970.
    pub fn sign(&self, user: &str, expiry: u64) -> Credential {
        let username = format!("{expiry}:{user}");
        let password = self.password(&username);
        Credential { username, password }
    }

    /// The password that goes with a username.
    pub fn password(&self, username: &str) -> String {
        STANDARD.encode(hmac::sign(&self.0, username.as_bytes()))
    }

    /// Until when a username can be used, and whose it is; `None` if it has
    /// another form.
    pub fn read(username: &str) -> Option<(u64, &str)> {
        let (expiry, user) = username.split_once(':')?;
        let is_number = !expiry.is_empty() && expiry.bytes().all(|it| it.is_ascii_digit());
        let expiry = is_number.then(|| expiry.parse().ok())??;
        (!user.is_empty()).then_some((expiry, user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn passwords_are_those_of_coturn() {
        let credential = SharedSecret::new("north").sign("ann", 1_700_000_000);
        assert_eq!(credential.username, "1700000000:ann");
        assert_eq!(credential.password, "jeamH6dA5l2I9g3jmieza7CzEDo=");
    }

    #[test]
    fn usernames_are_read_back_whole() {
        assert_eq!(SharedSecret::read("12:a:b"), Some((12, "a:b")));
        for other in ["", "12", "12:", ":a", "+12:a", "x:a", "99999999999999999999:a"] {
            assert_eq!(SharedSecret::read(other), None, "{other}");
        }
    }
}
