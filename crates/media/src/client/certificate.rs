//! What a certificate says of itself: until when it is good, and for whom.

use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// A certificate (RFC 5280), not checked by anybody.
pub struct Certificate {
    der: CertificateDer<'static>,
    not_before: u64,
    not_after: u64,
}

impl Certificate {
    /// The first certificate in a PEM file; `None` if there is none.
    pub fn read(pem: &[u8]) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        let (not_before, not_after) = validity(&der)?;
        Some(Self { der, not_before, not_after })
    }

    /// From when it is good, in seconds since 1970.
    pub fn not_before(&self) -> u64 {
        self.not_before
    }

    /// Until when it is good, in seconds since 1970.
    pub fn not_after(&self) -> u64 {
        self.not_after
    }

    /// Whether it is for this name or address.
    pub fn is_for(&self, name: &str) -> bool {
        let parsed = ParsedCertificate::try_from(&self.der);
        let name = ServerName::try_from(name);
        matches!((parsed, name), (Ok(it), Ok(name)) if verify_server_name(&it, &name).is_ok())
    }
}

/// RFC 5280 section 4.1: version, serial number, algorithm and issuer come first.
fn validity(der: &[u8]) -> Option<(u64, u64)> {
    let (certificate, _) = take(der, SEQUENCE)?;
    let (mut rest, _) = take(certificate, SEQUENCE)?;
    if let Some((_, after)) = take(rest, VERSION) {
        rest = after;
    }
    for _ in ["serial number", "algorithm", "issuer"] {
        (_, _, rest) = element(rest)?;
    }
    let (validity, _) = take(rest, SEQUENCE)?;
    let (tag, not_before, rest) = element(validity)?;
    let not_before = time(tag, not_before)?;
    let (tag, not_after, _) = element(rest)?;
    Some((not_before, time(tag, not_after)?))
}

/// The contents of an element with this tag, and what follows it.
fn take(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, contents, rest) = element(der)?;
    (tag == wanted).then_some((contents, rest))
}

/// Tag and contents of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0..=0x7F => (usize::from(length), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// `YYMMDDhhmmssZ` until 2049, or `YYYYMMDDhhmmssZ` (RFC 5280 section 4.1.2.5).
fn time(tag: u8, text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let text = match (tag, text.len()) {
        (UTC_TIME, 12) if text < "50" => format!("20{text}"),
        (UTC_TIME, 12) => format!("19{text}"),
        (GENERALIZED_TIME, 14) => text.to_owned(),
        _ => return None,
    };
    let number = |from: usize, to: usize| text[from..to].parse::<u64>().ok();
    let days = days_since_1970(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
    Some(((days * 24 + number(8, 10)?) * 60 + number(10, 12)?) * 60 + number(12, 14)?)
}

/// Counted in years that begin in March, so that the day that is sometimes there
/// is the last one.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days.checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn made(until: i32) -> Certificate {
        let mut params = CertificateParams::new(["turn.example".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2024, 2, 29);
        params.not_after = date_time_ymd(until, 3, 1);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Certificate::read(pem.as_bytes()).expect("it can be read")
    }

    #[test]
    fn its_time_and_names_are_read() {
        let certificate = made(2026);
        assert_eq!(certificate.not_before(), 1_709_164_800);
        assert_eq!(certificate.not_after(), 1_772_323_200);
        assert_eq!(made(2051).not_after(), 2_561_241_600);
        assert!(certificate.is_for("turn.example"));
        for other in ["example", "x.turn.example", "192.0.2.1", "", "no name"] {
            assert!(!certificate.is_for(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        assert!(Certificate::read(b"").is_none());
        assert!(
            Certificate::read(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")
                .is_none()
        );
        let certificate = made(2026).der;
        for length in 0..certificate.len().min(200) {
            assert_eq!(validity(&certificate[..length]), None);
        }
    }
}
