//! Tickets: names of rooms that say who may come in with them. For clients that
//! connect without a token: nobody can guess one, and it opens one room for one
//! person.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use housecall_core::{RoomId, UserId};

use super::Secrets;

/// How a ticket begins.
const MARK: &str = "ticket.";

/// How much of the signature a ticket carries, in bytes: enough that nobody
/// forges one (NIST SP 800-107, section 5.3.3), short enough for an id.
pub(super) const SIGNATURE: usize = 16;

/// Makes tickets and reads them.
pub(crate) struct Tickets {
    pub(super) key: hmac::Key,
}

impl Tickets {
    /// Tickets signed with the secret of access tokens.
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secrets.access.as_bytes()) }
    }

    /// A ticket to `place` for `user`; `None` if their ids are too long to fit
    /// in one.
    pub(crate) fn issue(&self, user: &UserId, place: &RoomId) -> Option<RoomId> {
        let words = format!("{user}\n{place}");
        let signature = hmac::sign(&self.key, labelled(&words).as_bytes());
        let signature = BASE64.encode(&signature.as_ref()[..SIGNATURE]);
        format!("{MARK}{}.{signature}", BASE64.encode(words)).parse().ok()
    }

    /// Whose ticket this is and where it leads, if it is one of ours.
    pub(crate) fn read(&self, ticket: &RoomId) -> Option<(UserId, RoomId)> {
        let (words, signature) = ticket.as_str().strip_prefix(MARK)?.split_once('.')?;
        let words = String::from_utf8(BASE64.decode(words).ok()?).ok()?;
        let right = hmac::sign(&self.key, labelled(&words).as_bytes());
        let signature = BASE64.decode(signature).ok()?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&right.as_ref()[..SIGNATURE], &signature)
            .ok()?;
        let (user, place) = words.split_once('\n')?;
        Some((user.parse().ok()?, place.parse().ok()?))
    }
}

/// So that nothing else signed with this secret is ever a ticket.
fn labelled(words: &str) -> String {
    format!("housecall ticket\n{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(secret: &str) -> Tickets {
        Tickets { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()) }
    }

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().expect("an id")
    }

    #[test]
    fn a_ticket_leads_its_holder_to_its_place() {
        let ticket = tickets("s").issue(&id("pat"), &id("visit")).expect("short ids");
        assert_eq!(tickets("s").read(&ticket), Some((id("pat"), id("visit"))));
    }

    #[test]
    fn nobody_forges_one() {
        let ticket = tickets("s").issue(&id("pat"), &id("visit")).expect("short ids");
        assert_eq!(tickets("other").read(&ticket), None);
        let other = tickets("s").issue(&id("pot"), &id("visit")).expect("short ids");
        let (head, _) = other.as_str().rsplit_once('.').expect("two parts");
        let (_, tail) = ticket.as_str().rsplit_once('.').expect("two parts");
        assert_eq!(tickets("s").read(&id(&format!("{head}.{tail}"))), None);
        for text in ["visit", "ticket.", "ticket.x.y", "ticket..", &format!("{head}.")] {
            assert_eq!(tickets("s").read(&id(text)), None, "{text}");
        }
    }

    #[test]
    fn ids_too_long_for_a_ticket_get_none() {
        assert_eq!(tickets("s").issue(&id(&"x".repeat(190)), &id("visit")), None);
    }
}
