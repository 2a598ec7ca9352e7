//! RFC 5769, the parts that concern framing, addresses and fingerprints.

use super::*;

const TRANSACTION: &str = "b7e7a701bc34d686fa87dfae";

/// 2.1: a connectivity check with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME.
const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae\
    802200105354554e207465737420636c69656e74\
    002400046e0001ff\
    80290008932ff9b151263b36\
    000600096576746a3a68367659202020\
    000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";

/// The header of 2.1 alone.
const REQUEST_BARE: &str = "000100002112a442b7e7a701bc34d686fa87dfae";

/// 2.2: the answer over IPv4.
const IPV4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae\
    8022000b7465737420766563746f7220\
    002000080001a147e112a643\
    000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7\
    80280004c07d4c96";

/// 2.3: the answer over IPv6.
const IPV6: &str = "010100482112a442b7e7a701bc34d686fa87dfae\
    8022000b7465737420766563746f7220\
    002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9\
    00080014a382954e4be67bf11784c97c8292c275bfe3ed41\
    80280004c8fb0b4c";

/// 2.4: a request with long-term credentials, without fingerprint.
const LONG_TERM: &str = "000100602112a44278ad3433c6ad72c029da412e\
    00060012e3839ee38388e383aae38383e382afe382b90000\
    0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341\
    0014000b6578616d706c652e6f726700\
    00080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hex digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

#[test]
fn the_sample_request_is_read() {
    let request = bytes(REQUEST);
    let request = Message::parse(&request).expect("the RFC is right");
    assert_eq!((request.class(), request.method()), (Class::Request, Method::BINDING));
    assert_eq!(hex(&request.transaction().0), TRANSACTION);
    assert!(request.has_fingerprint());
    assert_eq!(request.find(Kind::SOFTWARE), Some(&b"STUN test client"[..]));
    assert_eq!(request.find(Kind::USERNAME), Some(&b"evtj:h6vY"[..]));
    let kinds: Vec<u16> = request.attributes().map(|it| it.kind.0).collect();
    assert_eq!(kinds, [0x8022, 0x0024, 0x8029, 0x0006, 0x0008, 0x8028]);
}

#[test]
fn a_connectivity_check_is_not_for_a_stun_server() {
    assert_eq!(said(&bytes(REQUEST), V4), "420 0024, fingerprint, 44 bytes");
}

#[test]
fn credentials_nobody_asked_for_do_no_harm() {
    assert_eq!(said(&bytes(LONG_TERM), V4), "192.0.2.1:32853, 32 bytes");
}

#[test]
fn both_addresses_are_read_and_written_as_in_the_rfc() {
    let cases = [(IPV4, "192.0.2.1:32853"), (IPV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")];
    for (vector, address) in cases {
        let theirs = bytes(vector);
        let theirs = Message::parse(&theirs).expect("the RFC is right");
        assert!(theirs.has_fingerprint());
        let value = theirs.find(Kind::XOR_MAPPED_ADDRESS).expect("it has an address");
        let read = read_xor_address(value, theirs.transaction()).expect("it can be read");
        assert_eq!(read.to_string(), address);

        let mut reply = Vec::new();
        let ours = answer(&bytes(REQUEST_BARE), read, &mut reply).expect("it is answered");
        let ours = Message::parse(ours).expect("an answer is a message");
        assert_eq!(ours.find(Kind::XOR_MAPPED_ADDRESS), Some(value));
    }
}

#[test]
fn a_flipped_bit_never_leaves_a_right_fingerprint() {
    let request = bytes(REQUEST);
    for bit in 0..request.len() * 8 {
        let mut damaged = request.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let fingerprinted = Message::parse(&damaged).is_ok_and(|it| it.has_fingerprint());
        assert!(!fingerprinted, "bit {bit}");
    }
}
