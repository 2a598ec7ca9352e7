//! Nonces that are remembered by nobody: each says when it was made and for
//! whom, and a signature says that it was made here. So a flood of requests for
//! one costs no memory.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use aws_lc_rs::{constant_time, hmac, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// How long a nonce can be used (RFC 8489 section 9.2.4 leaves it to us). Who
/// uses an older one is given a new one with the refusal.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The bytes of the moment, and of what is kept of the signature: together they
/// are text without padding, short because strangers get it for a short request.
const MOMENT: usize = 4;
const SIGNATURE: usize = 11;

/// Makes nonces and knows its own again.
pub(super) struct Nonces {
    key: hmac::Key,
    start: Instant,
}

impl Nonces {
    /// With a key of its own: a restart makes earlier nonces stale.
    pub(super) fn new(start: Instant) -> Self {
        let mut secret = [0; 32];
        rand::fill(&mut secret).expect("the operating system has random numbers");
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &secret), start }
    }

    /// One for somebody at this address.
    pub(super) fn make(&self, source: IpAddr, now: Instant) -> String {
        let moment = self.moment(now).to_be_bytes();
        let mut nonce = [0; MOMENT + SIGNATURE];
        nonce[..MOMENT].copy_from_slice(&moment);
        nonce[MOMENT..].copy_from_slice(&self.signature(moment, source));
        URL_SAFE_NO_PAD.encode(nonce)
    }

    /// Whether it was made here for this address and is not too old.
    pub(super) fn is_good(&self, nonce: &[u8], source: IpAddr, now: Instant) -> bool {
        let mut bytes = [0; MOMENT + SIGNATURE];
        let length = URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes);
        if length != Ok(bytes.len()) {
            return false;
        }
        let (&moment, signature) = bytes.split_first_chunk::<MOMENT>().expect("it is longer");
        let expected = self.signature(moment, source);
        let age = self.moment(now).checked_sub(u32::from_be_bytes(moment));
        constant_time::verify_slices_are_equal(&expected, signature).is_ok()
            && age.is_some_and(|it| u64::from(it) <= LIFETIME.as_secs())
    }

    /// Seconds since the start.
    fn moment(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.start).as_secs()).unwrap_or(u32::MAX)
    }

    fn signature(&self, moment: [u8; MOMENT], source: IpAddr) -> [u8; SIGNATURE] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&moment);
        match source.to_canonical() {
            IpAddr::V4(ip) => context.update(&ip.octets()),
            IpAddr::V6(ip) => context.update(&ip.octets()),
        }
        let tag = context.sign();
        *tag.as_ref().first_chunk().expect("SHA-256 is longer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_an_hour_and_one_address() {
        let start = Instant::now();
        let nonces = Nonces::new(start);
        let ann: IpAddr = "192.0.2.1".parse().expect("an address");
        let bob: IpAddr = "192.0.2.2".parse().expect("an address");
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().expect("an address");
        let made = start + Duration::from_secs(7);
        let nonce = nonces.make(ann, made);
        assert_eq!(nonce.len(), 20);
        let good = |source, now| nonces.is_good(nonce.as_bytes(), source, now);
        assert!(good(ann, made) && good(mapped, made));
        assert!(good(ann, made + LIFETIME));
        assert!(!good(ann, made + LIFETIME + Duration::from_secs(1)), "too old");
        assert!(!good(ann, start), "from the future");
        assert!(!good(bob, made), "somebody else's");
        assert!(!Nonces::new(start).is_good(nonce.as_bytes(), ann, made), "another server's");
    }

    #[test]
    fn a_changed_nonce_is_none() {
        let start = Instant::now();
        let nonces = Nonces::new(start);
        let ann: IpAddr = "2001:db8::1".parse().expect("an address");
        let nonce = nonces.make(ann, start).into_bytes();
        for at in 0..nonce.len() {
            let mut other = nonce.clone();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(!nonces.is_good(&other, ann, start), "{at}");
        }
        for other in [&nonce[..19], &[], &[b'A'; 21], &[0xff; 20]] {
            assert!(!nonces.is_good(other, ann, start));
        }
    }
}
