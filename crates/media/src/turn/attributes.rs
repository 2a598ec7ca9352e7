//! The values of TURN's attributes (RFC 8656 section 18).

use std::net::SocketAddr;
use std::time::Duration;

use super::ports::{Parity, Token};
use crate::stun::{Kind, Message, read_xor_address};

/// An address family by its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

impl Family {
    pub(super) fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }
}

/// An attribute has a form that nothing can be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What stands where a family is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    One(Family),
    /// One that nobody knows.
    Unknown,
}

/// The family that a REQUESTED-ADDRESS-FAMILY or ADDITIONAL-ADDRESS-FAMILY names.
pub(super) fn family(message: &Message<'_>, kind: Kind) -> Result<Asked, Malformed> {
    Ok(match value::<4>(message, kind)? {
        None => Asked::Nothing,
        Some([0x01, ..]) => Asked::One(Family::V4),
        Some([0x02, ..]) => Asked::One(Family::V6),
        Some(_) => Asked::Unknown,
    })
}

/// REQUESTED-TRANSPORT: the number of a protocol.
pub(super) fn transport(message: &Message<'_>) -> Result<Option<u8>, Malformed> {
    Ok(value(message, Kind::REQUESTED_TRANSPORT)?.map(|[protocol, _, _, _]| protocol))
}

/// LIFETIME.
pub(super) fn lifetime(message: &Message<'_>) -> Result<Option<Duration>, Malformed> {
    let seconds = value(message, Kind::LIFETIME)?.map(u32::from_be_bytes);
    Ok(seconds.map(|it| Duration::from_secs(it.into())))
}

/// EVEN-PORT: its first bit asks for the next port, too.
pub(super) fn parity(message: &Message<'_>) -> Result<Parity, Malformed> {
    Ok(match value(message, Kind::EVEN_PORT)? {
        None => Parity::Any,
        Some([first]) if first & 0x80 != 0 => Parity::EvenWithNext,
        Some(_) => Parity::Even,
    })
}

/// RESERVATION-TOKEN.
pub(super) fn reservation(message: &Message<'_>) -> Result<Option<Token>, Malformed> {
    value(message, Kind::RESERVATION_TOKEN)
}

/// CHANNEL-NUMBER.
pub(super) fn channel(message: &Message<'_>) -> Result<Option<u16>, Malformed> {
    Ok(value(message, Kind::CHANNEL_NUMBER)?.map(|[n0, n1, _, _]| u16::from_be_bytes([n0, n1])))
}

/// Every XOR-PEER-ADDRESS.
pub(super) fn peers(message: &Message<'_>) -> Result<Vec<SocketAddr>, Malformed> {
    let peers = message.attributes().filter(|it| it.kind == Kind::XOR_PEER_ADDRESS);
    let read = peers.map(|it| read_xor_address(it.value, message.transaction()));
    read.collect::<Option<_>>().ok_or(Malformed)
}

/// The value of an attribute that has so many bytes, if there is one.
fn value<const N: usize>(message: &Message<'_>, kind: Kind) -> Result<Option<[u8; N]>, Malformed> {
    let value = message.find(kind).map(|it| it.try_into().map_err(|_| Malformed));
    value.transpose()
}
