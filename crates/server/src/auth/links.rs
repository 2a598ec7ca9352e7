//! Tokens of guest links: the id of a link, signed, so that nobody comes by one
//! that was not given out. What a link is good for stands in the database.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use housecall_core::LinkId;

use super::Secrets;

/// How much of the signature a token carries, in bytes: enough that nobody
/// forges one (NIST SP 800-107, section 5.3.3), short enough for a link that
/// people read out.
const SIGNATURE: usize = 16;

/// Makes tokens of guest links and reads them.
pub(crate) struct Links {
    key: hmac::Key,
}

impl Links {
    /// Tokens signed with the secret of access tokens.
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secrets.access.as_bytes()) }
    }

    /// The token of a link; the same whenever it is asked for.
    pub(crate) fn token(&self, link: &LinkId) -> String {
        let signature = BASE64.encode(self.signature(link));
        format!("{}.{signature}", BASE64.encode(link.as_str()))
    }

    /// The link of a token, if it is one of ours.
    pub(crate) fn read(&self, token: &str) -> Option<LinkId> {
        let (link, signature) = token.split_once('.')?;
        let link: LinkId = String::from_utf8(BASE64.decode(link).ok()?).ok()?.parse().ok()?;
        let signature = BASE64.decode(signature).ok()?;
        constant_time::verify_slices_are_equal(&self.signature(&link), &signature).ok()?;
        Some(link)
    }

    /// Labelled, so that nothing else signed with this secret is ever a link.
    fn signature(&self, link: &LinkId) -> Vec<u8> {
        let words = format!("housecall guest link\n{link}");
        hmac::sign(&self.key, words.as_bytes()).as_ref()[..SIGNATURE].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(secret: &str) -> Links {
        Links { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()) }
    }

    fn id(text: &str) -> LinkId {
        text.parse().expect("an id")
    }

    #[test]
    fn a_token_names_its_link() {
        let token = links("s").token(&id("l/1?"));
        assert_eq!(links("s").read(&token), Some(id("l/1?")));
        assert_eq!(links("s").token(&id("l/1?")), token);
        let fits_a_path = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        assert!(token.chars().all(fits_a_path), "{token}");
    }

    #[test]
    fn nobody_forges_one() {
        let token = links("s").token(&id("one"));
        assert_eq!(links("other").read(&token), None);
        let other = links("s").token(&id("two"));
        let (head, _) = other.split_once('.').expect("two parts");
        let (_, tail) = token.split_once('.').expect("two parts");
        for text in [&format!("{head}.{tail}"), &format!("{head}."), "one", "one.", ".", ""] {
            assert_eq!(links("s").read(text), None, "{text}");
        }
    }
}
