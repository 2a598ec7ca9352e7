//! Keys of calendar entries. Calendars ask without signing in, so the address
//! they ask at says for whom the entry of an appointment is: nobody can guess
//! one, and it opens one entry for one person.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use housecall_core::{AppointmentId, UserId};

use super::tickets::{SIGNATURE, Tickets};

impl Tickets {
    /// The key to the calendar entry of an appointment, as `reader` sees it.
    pub(crate) fn calendar_key(&self, of: &AppointmentId, reader: &UserId) -> String {
        let signature = self.sign_calendar(of, reader);
        format!("{}.{}", BASE64.encode(reader.as_str()), BASE64.encode(signature))
    }

    /// Whose key to the calendar entry of this appointment this is, if it is
    /// one of ours.
    pub(crate) fn calendar_reader(&self, of: &AppointmentId, key: &str) -> Option<UserId> {
        let (reader, signature) = key.split_once('.')?;
        let reader = String::from_utf8(BASE64.decode(reader).ok()?).ok()?;
        let reader: UserId = reader.parse().ok()?;
        let signature = BASE64.decode(signature).ok()?;
        let right = self.sign_calendar(of, &reader);
        constant_time::verify_slices_are_equal(&right, &signature).ok()?;
        Some(reader)
    }

    /// The label keeps anything else signed with this secret from being a key.
    fn sign_calendar(&self, of: &AppointmentId, reader: &UserId) -> Vec<u8> {
        let words = format!("housecall calendar\n{reader}\n{of}");
        hmac::sign(&self.key, words.as_bytes()).as_ref()[..SIGNATURE].to_vec()
    }
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
    fn a_key_opens_one_entry_for_one_person() {
        let key = tickets("s").calendar_key(&id("visit"), &id("pat"));
        assert_eq!(tickets("s").calendar_reader(&id("visit"), &key), Some(id("pat")));
        assert_eq!(tickets("s").calendar_reader(&id("other"), &key), None);
        assert_eq!(tickets("other").calendar_reader(&id("visit"), &key), None);
    }

    #[test]
    fn nobody_forges_one() {
        let key = tickets("s").calendar_key(&id("visit"), &id("pat"));
        let (head, tail) = key.split_once('.').expect("two parts");
        let doc = tickets("s").calendar_key(&id("visit"), &id("doc"));
        let (other, _) = doc.split_once('.').expect("two parts");
        let wrong = [
            format!("{other}.{tail}"),
            format!("{head}."),
            format!(".{tail}"),
            format!("{head}.{}", &tail[1..]),
            "x".to_owned(),
            String::new(),
        ];
        for key in wrong {
            assert_eq!(tickets("s").calendar_reader(&id("visit"), &key), None, "{key}");
        }
        // A ticket to the same place is no key.
        let ticket = tickets("s").issue(&id("pat"), &id("visit")).expect("short ids");
        let (_, signature) = ticket.as_str().rsplit_once('.').expect("two parts");
        let key = format!("{head}.{signature}");
        assert_eq!(tickets("s").calendar_reader(&id("visit"), &key), None);
    }
}
