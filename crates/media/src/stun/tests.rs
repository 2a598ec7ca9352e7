//! Requests and what is said to them, the vectors of RFC 5769, and damage.

mod damage;
mod vectors;

use std::net::SocketAddr;

use super::*;

const TRANSACTION: TransactionId = TransactionId(*b"a dozen byte");
const CHANGE_REQUEST: Kind = Kind(0x0003);
const PRIORITY: Kind = Kind(0x0024);
const USE_CANDIDATE: Kind = Kind(0x0025);
const ICE_CONTROLLED: Kind = Kind(0x8029);

const V4: &str = "192.0.2.1:32853";
const V6: &str = "[2001:db8::7]:1";

/// A request without attributes.
fn bare() -> Vec<u8> {
    with(&[])
}

fn with(attributes: &[(Kind, &[u8])]) -> Vec<u8> {
    message(Class::Request, Method::BINDING, attributes)
}

fn message(class: Class, method: Method, attributes: &[(Kind, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::start(&mut bytes, class, method, TRANSACTION);
    for (kind, value) in attributes {
        writer.attribute(*kind, value);
    }
    bytes
}

fn fingerprinted(attributes: &[(Kind, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::start(&mut bytes, Class::Request, Method::BINDING, TRANSACTION);
    for (kind, value) in attributes {
        writer.attribute(*kind, value);
    }
    writer.fingerprint();
    bytes
}

/// What the server says, in words: `address`, `420 kinds` or `silence`, with
/// `, fingerprint` where there is one, and the size of the answer.
fn said(request: &[u8], source: &str) -> String {
    let source: SocketAddr = source.parse().expect("a socket address");
    let mut reply = Vec::new();
    let Some(reply) = answer(request, source, &mut reply) else { return "silence".into() };
    let heard = Message::parse(reply).expect("an answer is a message");
    assert_eq!(heard.method(), Method::BINDING);
    assert_eq!(heard.transaction().0, request[8..20]);
    let what = match heard.class() {
        Class::Success => {
            let value = heard.find(Kind::XOR_MAPPED_ADDRESS).expect("a success has an address");
            let address = read_xor_address(value, heard.transaction());
            address.expect("the address has a right form").to_string()
        }
        Class::Error => {
            assert_eq!(heard.find(Kind::ERROR_CODE), Some(&[0, 0, 4, 20][..]));
            let kinds = heard.find(Kind::UNKNOWN_ATTRIBUTES).expect("a 420 names them");
            format!("420 {}", hex(kinds))
        }
        class @ (Class::Request | Class::Indication) => panic!("{class:?} is no answer"),
    };
    let fingerprint = if heard.has_fingerprint() { ", fingerprint" } else { "" };
    format!("{what}{fingerprint}, {} bytes", reply.len())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(cases: &[(&str, Vec<u8>, &str, &str)]) {
    for (name, request, source, expected) in cases {
        assert_eq!(said(request, source), *expected, "{name}");
    }
}

#[test]
fn a_binding_request_is_told_its_address() {
    check(&[
        ("IPv4", bare(), V4, "192.0.2.1:32853, 32 bytes"),
        ("IPv6", bare(), V6, "[2001:db8::7]:1, 44 bytes"),
        ("IPv4 on an IPv6 socket", bare(), "[::ffff:192.0.2.1]:9", "192.0.2.1:9, 32 bytes"),
        ("with fingerprint", fingerprinted(&[]), V4, "192.0.2.1:32853, fingerprint, 40 bytes"),
        ("fingerprint, IPv6", fingerprinted(&[]), V6, "[2001:db8::7]:1, fingerprint, 52 bytes"),
        (
            "optional",
            with(&[(Kind::SOFTWARE, b"x"), (ICE_CONTROLLED, &[0; 8])]),
            V4,
            "192.0.2.1:32853, 32 bytes",
        ),
        (
            "known but out of place",
            with(&[(Kind::USERNAME, b"ann"), (Kind::ERROR_CODE, &[])]),
            V4,
            "192.0.2.1:32853, 32 bytes",
        ),
        (
            "unknown, but after the integrity",
            with(&[(Kind::MESSAGE_INTEGRITY, &[0; 20]), (PRIORITY, &[0; 4])]),
            V4,
            "192.0.2.1:32853, 32 bytes",
        ),
    ]);
}

#[test]
fn what_must_be_understood_and_is_not_is_named() {
    let many: Vec<(Kind, &[u8])> = (0x4000..0x4020).map(|kind| (Kind(kind), &[][..])).collect();
    check(&[
        ("RFC 5780", with(&[(CHANGE_REQUEST, &[0; 4])]), V4, "420 0003, 36 bytes"),
        ("empty", with(&[(USE_CANDIDATE, &[])]), V6, "420 0025, 36 bytes"),
        (
            "each once",
            with(&[(PRIORITY, &[]), (USE_CANDIDATE, &[]), (PRIORITY, &[])]),
            V4,
            "420 00240025, 36 bytes",
        ),
        (
            "between known ones",
            with(&[(Kind::REALM, b"r"), (PRIORITY, &[]), (Kind::NONCE, &[])]),
            V4,
            "420 0024, 36 bytes",
        ),
        (
            "with fingerprint",
            fingerprinted(&[(PRIORITY, &[])]),
            V4,
            "420 0024, fingerprint, 44 bytes",
        ),
        ("not more than eight", with(&many), V4, "420 40004001400240034004400540064007, 48 bytes"),
    ]);
}

#[test]
fn everything_else_is_met_with_silence() {
    let changed = |mut bytes: Vec<u8>, at: usize, value: u8| {
        bytes[at] = value;
        bytes
    };
    let early = {
        let mut bytes = fingerprinted(&[]);
        bytes.extend_from_slice(&[0x80, 0x22, 0, 0]);
        bytes[3] += 4;
        bytes
    };
    let cases = [
        ("nothing", vec![]),
        ("one byte", vec![0]),
        ("half a header", bare()[..19].to_vec()),
        ("an indication", message(Class::Indication, Method::BINDING, &[])),
        ("a success", message(Class::Success, Method::BINDING, &[])),
        ("an error", message(Class::Error, Method::BINDING, &[])),
        ("another method", message(Class::Request, Method(0x003), &[])),
        ("the highest method", message(Class::Request, Method(0xFFF), &[])),
        ("RFC 3489", changed(bare(), 4, 0)),
        ("channel data", changed(bare(), 0, 0x40)),
        ("RTP", changed(bare(), 0, 0x80)),
        ("longer than it says", [bare(), vec![0; 4]].concat()),
        ("shorter than it says", changed(bare(), 3, 4)),
        ("an odd length", changed([bare(), vec![0; 3]].concat(), 3, 3)),
        ("half an attribute header", changed([bare(), vec![0x80; 2]].concat(), 3, 2)),
        ("an attribute that is too long", changed(with(&[(Kind::SOFTWARE, b"four")]), 23, 5)),
        ("a wrong fingerprint", changed(fingerprinted(&[]), 27, 0)),
        ("a short fingerprint", with(&[(Kind::FINGERPRINT, &[0; 3])])),
        ("a fingerprint that is not last", early),
        ("the longest length", changed(changed(bare(), 2, 0xFF), 3, 0xFC)),
    ];
    for (name, request) in cases {
        assert_eq!(said(&request, V4), "silence", "{name}");
    }
}

#[test]
fn classes_and_methods_survive_the_wire() {
    for class in [Class::Request, Class::Indication, Class::Success, Class::Error] {
        for method in (0..=0xFFF).map(Method) {
            let bytes = message(class, method, &[]);
            let read = Message::parse(&bytes).expect("a header is a message");
            assert_eq!((read.class(), read.method()), (class, method));
        }
    }
}

#[test]
fn the_first_of_two_counts_and_padding_is_zero() {
    let bytes = with(&[(Kind::USERNAME, b"ann"), (Kind::USERNAME, b"eve")]);
    assert_eq!(bytes[24..28], *b"ann\0");
    let read = Message::parse(&bytes).expect("two attributes are a message");
    assert_eq!(read.find(Kind::USERNAME), Some(&b"ann"[..]));
    assert_eq!(read.attributes().count(), 2);
}

#[test]
fn an_answer_allocates_nothing_in_a_buffer_that_was_used_before() {
    let mut reply = Vec::with_capacity(64);
    let before = (reply.as_ptr(), reply.capacity());
    for kinds in 0..32 {
        let foreign: Vec<_> = (0..kinds).map(|kind| (Kind(0x4000 + kind), &[][..])).collect();
        for source in [V4, V6] {
            let source = source.parse().expect("a socket address");
            answer(&fingerprinted(&foreign), source, &mut reply).expect("a request is answered");
            assert_eq!((reply.as_ptr(), reply.capacity()), before);
        }
    }
}
