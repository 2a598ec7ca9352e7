//! Nothing that arrives breaks the decoder, and no answer grows too large.

use proptest::prelude::*;

use super::*;

/// Reads all there is to read, as a careless caller would.
fn read_everything(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    for attribute in message.attributes() {
        let _ = read_xor_address(attribute.value, message.transaction());
    }
}

/// The limit of reflection: 1.5 times the request, or the least a success can be.
fn fits(request: &[u8], source: SocketAddr, reply: &[u8]) -> bool {
    let address = if source.ip().to_canonical().is_ipv4() { 12 } else { 24 };
    let least = 20 + address + if said_with_fingerprint(request) { 8 } else { 0 };
    reply.len() * 2 <= request.len() * 3 || reply.len() == least
}

fn said_with_fingerprint(request: &[u8]) -> bool {
    Message::parse(request).is_ok_and(|it| it.has_fingerprint())
}

fn attributes() -> impl Strategy<Value = Vec<(Kind, Vec<u8>)>> {
    let kind = prop_oneof![0..0x30_u16, 0x8000..0x8030_u16, any::<u16>()];
    let value = prop::collection::vec(any::<u8>(), 0..40);
    prop::collection::vec((kind.prop_map(Kind), value), 0..12)
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    (attributes(), any::<bool>()).prop_map(|(attributes, seal)| {
        // One that is chosen at random would be wrong; it is added by `seal`.
        let attributes: Vec<(Kind, &[u8])> = attributes
            .iter()
            .filter(|(kind, _)| *kind != Kind::FINGERPRINT)
            .map(|(kind, value)| (*kind, &value[..]))
            .collect();
        if seal { fingerprinted(&attributes) } else { with(&attributes) }
    })
}

fn source() -> impl Strategy<Value = SocketAddr> {
    let ip = prop_oneof![
        any::<[u8; 4]>().prop_map(std::net::IpAddr::from),
        any::<[u8; 16]>().prop_map(std::net::IpAddr::from),
    ];
    (ip, any::<u16>()).prop_map(SocketAddr::from)
}

/// A stream of numbers that a seed repeats (splitmix64): the choices of
/// proptest itself are ten times as slow as what is tested.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 31)) as usize % sides
    }
}

/// Changes up to five bytes and cuts or lengthens one datagram in four.
fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..dice.roll(6) {
        let at = dice.roll(bytes.len());
        bytes[at] = dice.roll(256) as u8;
    }
    if dice.roll(4) == 0 {
        bytes.resize(dice.roll(bytes.len() + 64), 0x5A);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn none_of_a_hundred_thousand_mutated_requests_breaks_the_decoder(
        request in request(), source in source(), seed in any::<u64>()
    ) {
        let mut dice = Dice(seed);
        let mut reply = Vec::new();
        let mut bytes = Vec::new();
        for _ in 0..100 {
            bytes.clone_from(&request);
            mutate(&mut bytes, &mut dice);
            read_everything(&bytes);
            if let Some(reply) = answer(&bytes, source, &mut reply) {
                prop_assert!(Message::parse(reply).is_ok());
                prop_assert!(fits(&bytes, source, reply));
            }
        }
    }
}

proptest! {
    #[test]
    fn no_garbage_breaks_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&bytes);
        prop_assert_eq!(said(&bytes, V4), "silence");
    }

    #[test]
    fn every_request_is_answered_within_the_limit(request in request(), source in source()) {
        let mut reply = Vec::new();
        let reply = answer(&request, source, &mut reply);
        prop_assert!(reply.is_some_and(|it| fits(&request, source, it)));
    }

    #[test]
    fn addresses_survive_the_wire(address in source(), id in any::<[u8; 12]>()) {
        let id = TransactionId(id);
        let mut bytes = Vec::new();
        let mut writer = Writer::start(&mut bytes, Class::Success, Method::BINDING, id);
        write_xor_address(&mut writer, Kind::XOR_MAPPED_ADDRESS, address, id);
        let value = Message::parse(&bytes).ok().and_then(|it| it.find(Kind::XOR_MAPPED_ADDRESS));
        let read = value.and_then(|it| read_xor_address(it, id));
        let sent = SocketAddr::new(address.ip().to_canonical(), address.port());
        prop_assert_eq!(read, Some(sent));
    }

    #[test]
    fn attributes_survive_the_wire(attributes in attributes()) {
        let plain = |kind: Kind| ![
            Kind::FINGERPRINT, Kind::MESSAGE_INTEGRITY, Kind::MESSAGE_INTEGRITY_SHA256
        ].contains(&kind);
        let sent: Vec<(Kind, &[u8])> = attributes
            .iter()
            .filter(|(kind, _)| plain(*kind))
            .map(|(kind, value)| (*kind, &value[..]))
            .collect();
        let bytes = with(&sent);
        let message = Message::parse(&bytes).expect("what was written can be read");
        let read: Vec<_> = message.attributes().map(|it| (it.kind, it.value)).collect();
        prop_assert_eq!(read, sent);
    }
}
