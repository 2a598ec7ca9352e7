//! What the server says to a datagram, or that it says nothing.

use std::net::SocketAddr;

use super::address::write_xor_address;
use super::message::{Class, Kind, Message, Method};
use super::writer::Writer;

/// What a Binding request may carry without our objecting: everything that
/// RFC 8489 defines. A known attribute that is out of place is ignored
/// (section 6.3), so credentials nobody asked for do no harm.
const UNDERSTOOD: [Kind; 11] = [
    Kind::MAPPED_ADDRESS,
    Kind::USERNAME,
    Kind::MESSAGE_INTEGRITY,
    Kind::ERROR_CODE,
    Kind::UNKNOWN_ATTRIBUTES,
    Kind::REALM,
    Kind::NONCE,
    Kind::MESSAGE_INTEGRITY_SHA256,
    Kind::PASSWORD_ALGORITHM,
    Kind::USERHASH,
    Kind::XOR_MAPPED_ADDRESS,
];

/// How many foreign attributes a refusal names. A request with more of them is
/// no browser's, and the list must not grow with what a stranger sends.
const NAMED_AT_MOST: usize = 8;

/// Answers a Binding request from `source` into `reply`, which is cleared first.
///
/// `None` means silence: for indications, responses, other methods, RFC 3489
/// messages without the magic cookie, and everything malformed.
///
/// The source of a datagram can be forged, so an answer carries nothing that is
/// optional, to be of little use for flooding a third party: no SOFTWARE, no
/// reason phrase, FINGERPRINT only to who sent one. A refusal is never more than
/// 1.5 times its request. A success to a bare header of 20 bytes cannot be that
/// small: the address alone makes it 32 bytes (1.6 times) over IPv4 and 44 (2.2
/// times) over IPv6; with FINGERPRINT it is 40 to 28 (1.4) and 52 to 28 (1.9).
/// Browsers do send the bare header, so it is answered, and [`RateLimit`] bounds
/// what a victim could get.
///
/// [`RateLimit`]: super::RateLimit
pub fn answer<'r>(datagram: &[u8], source: SocketAddr, reply: &'r mut Vec<u8>) -> Option<&'r [u8]> {
    let request = Message::parse(datagram).ok()?;
    if request.class() != Class::Request || request.method() != Method::BINDING {
        return None;
    }
    let foreign = Foreign::of(&request, &UNDERSTOOD);
    if foreign.is_empty() {
        tell_address(&request, source, reply);
    } else {
        refuse(&request, &foreign, reply);
    }
    Some(reply)
}

fn tell_address(request: &Message<'_>, source: SocketAddr, reply: &mut Vec<u8>) {
    let transaction = request.transaction();
    let mut success = Writer::start(reply, Class::Success, Method::BINDING, transaction);
    write_xor_address(&mut success, Kind::XOR_MAPPED_ADDRESS, source, transaction);
    if request.has_fingerprint() {
        success.fingerprint();
    }
}

/// 420 (Unknown Attribute), RFC 8489 section 6.3.1.
fn refuse(request: &Message<'_>, foreign: &Foreign, reply: &mut Vec<u8>) {
    let mut error = Writer::start(reply, Class::Error, Method::BINDING, request.transaction());
    error.attribute(Kind::ERROR_CODE, &[0, 0, 4, 20]);
    error.attribute(Kind::UNKNOWN_ATTRIBUTES, foreign.as_bytes());
    if request.has_fingerprint() {
        error.fingerprint();
    }
}

/// The attributes of a request that must be understood and are not, each once,
/// as the value of UNKNOWN-ATTRIBUTES.
pub(crate) struct Foreign {
    bytes: [u8; 2 * NAMED_AT_MOST],
    length: usize,
}

impl Foreign {
    /// Those of `request` that are not among the `understood`.
    pub(crate) fn of(request: &Message<'_>, understood: &[Kind]) -> Self {
        let mut foreign = Self { bytes: [0; _], length: 0 };
        for attribute in request.attributes() {
            if attribute.kind.must_be_understood() && !understood.contains(&attribute.kind) {
                foreign.add(attribute.kind);
            }
        }
        foreign
    }

    fn add(&mut self, kind: Kind) {
        let name = kind.0.to_be_bytes();
        let known = self.as_bytes().chunks_exact(2).any(|it| it == name);
        if !known && self.length < self.bytes.len() {
            self.bytes[self.length..self.length + 2].copy_from_slice(&name);
            self.length += 2;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }
}
