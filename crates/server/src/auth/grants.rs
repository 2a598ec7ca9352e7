//! Grants: what lets somebody upload one recording, or watch it, for a while
//! and without their access token. Signed, and bound to the recording and to
//! whom they were given.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use housecall_core::{RecordingId, Timestamp, UserId};

use super::{Secrets, random_text, tickets::SIGNATURE};

/// What a grant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Upload,
    Watch,
}

/// A grant, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) recording: RecordingId,
    pub(crate) user: UserId,
    /// Which of all grants this is; a renewed one stays the same.
    pub(crate) number: String,
    pub(crate) expires_at: Timestamp,
}

/// Why a grant is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantProblem {
    /// It is none of ours, or for something else.
    Forged,
    /// It was good once.
    Expired,
}

/// Makes grants and reads them.
pub(crate) struct Grants {
    key: hmac::Key,
}

impl Grants {
    /// Grants signed with the secret of access tokens.
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secrets.access.as_bytes()) }
    }

    /// A new grant.
    pub(crate) fn issue(
        &self,
        purpose: Purpose,
        recording: &RecordingId,
        user: &UserId,
        expires_at: Timestamp,
    ) -> String {
        let number = random_text();
        let (recording, user) = (recording.clone(), user.clone());
        self.write(purpose, &Grant { recording, user, number, expires_at })
    }

    /// A grant as its holder carries it.
    pub(crate) fn write(&self, purpose: Purpose, it: &Grant) -> String {
        let Grant { recording, user, number, expires_at } = it;
        // Ids hold no line breaks.
        let words = format!("{recording}\n{user}\n{number}\n{}", expires_at.as_millis());
        let signature = BASE64.encode(self.signature(purpose, &words));
        format!("{}.{signature}", BASE64.encode(words))
    }

    /// What a text grants.
    pub(crate) fn read(
        &self,
        purpose: Purpose,
        text: &str,
        now: Timestamp,
    ) -> Result<Grant, GrantProblem> {
        let grant = self.verified(purpose, text).ok_or(GrantProblem::Forged)?;
        match now < grant.expires_at {
            true => Ok(grant),
            false => Err(GrantProblem::Expired),
        }
    }

    fn verified(&self, purpose: Purpose, text: &str) -> Option<Grant> {
        let (words, signature) = text.split_once('.')?;
        let words = String::from_utf8(BASE64.decode(words).ok()?).ok()?;
        let signature = BASE64.decode(signature).ok()?;
        let right = self.signature(purpose, &words);
        constant_time::verify_slices_are_equal(&right, &signature).ok()?;
        let mut words = words.split('\n');
        Some(Grant {
            recording: words.next()?.parse().ok()?,
            user: words.next()?.parse().ok()?,
            number: words.next()?.to_owned(),
            expires_at: Timestamp::from_millis(words.next()?.parse().ok()?),
        })
    }

    /// Labelled, so that nothing else signed with this secret is ever a grant,
    /// nor one for another purpose.
    fn signature(&self, purpose: Purpose, words: &str) -> Vec<u8> {
        let label = match purpose {
            Purpose::Upload => "upload",
            Purpose::Watch => "watch",
        };
        let words = format!("housecall {label} grant\n{words}");
        hmac::sign(&self.key, words.as_bytes()).as_ref()[..SIGNATURE].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(secret: &str) -> Grants {
        Grants { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()) }
    }

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().expect("an id")
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_grant_holds_for_one_recording_and_person_until_its_time_is_over() {
        let text = grants("s").issue(Purpose::Upload, &id("tape"), &id("doc"), at(1000));
        let read = |now| grants("s").read(Purpose::Upload, &text, at(now));
        let grant = read(999).expect("it is good");
        assert_eq!((grant.recording.as_str(), grant.user.as_str()), ("tape", "doc"));
        assert_eq!(read(1000), Err(GrantProblem::Expired));
        let renewed = Grant { expires_at: at(2000), ..grant.clone() };
        let renewed = grants("s").write(Purpose::Upload, &renewed);
        let renewed = grants("s").read(Purpose::Upload, &renewed, at(1000)).expect("a good one");
        assert_eq!(renewed.number, grant.number);
    }

    #[test]
    fn nobody_forges_one() {
        let forged = |secret: &str, purpose, text: &str| {
            let read = grants(secret).read(purpose, text, at(0));
            assert_eq!(read, Err(GrantProblem::Forged), "{text}");
        };
        let grant = grants("s").issue(Purpose::Upload, &id("tape"), &id("doc"), at(1000));
        forged("other", Purpose::Upload, &grant);
        forged("s", Purpose::Watch, &grant);
        let other = grants("s").issue(Purpose::Upload, &id("tape"), &id("eve"), at(1000));
        let (head, _) = other.split_once('.').expect("two parts");
        let (_, tail) = grant.split_once('.').expect("two parts");
        for text in [&format!("{head}.{tail}"), &format!("{head}."), ".", "x.y", ""] {
            forged("s", Purpose::Upload, text);
        }
    }
}
