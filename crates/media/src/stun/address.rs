//! XOR-MAPPED-ADDRESS and its kin, RFC 8489 section 14.2.
//!
//! The address is masked because there are routers that rewrite every copy of
//! their inner address they find in a packet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::message::{Kind, MAGIC_COOKIE, TransactionId};
use super::writer::Writer;

const IPV4: u8 = 1;
const IPV6: u8 = 2;

/// Appends `address` as an attribute of this kind. An IPv4 address that came in
/// through an IPv6 socket (`::ffff:192.0.2.1`) is written as what it is.
pub fn write_xor_address(
    writer: &mut Writer<'_>,
    kind: Kind,
    address: SocketAddr,
    transaction: TransactionId,
) {
    let mut value = [0; 20];
    value[2..4].copy_from_slice(&(address.port() ^ port_mask()).to_be_bytes());
    let length = match address.ip().to_canonical() {
        IpAddr::V4(ip) => {
            value[1] = IPV4;
            value[4..8].copy_from_slice(&(ip.to_bits() ^ MAGIC_COOKIE).to_be_bytes());
            8
        }
        IpAddr::V6(ip) => {
            value[1] = IPV6;
            value[4..].copy_from_slice(&(ip.to_bits() ^ mask(transaction)).to_be_bytes());
            20
        }
    };
    writer.attribute(kind, &value[..length]);
}

/// The address in the value of such an attribute; `None` when it has another form.
pub fn read_xor_address(value: &[u8], transaction: TransactionId) -> Option<SocketAddr> {
    let (&[_, family, p0, p1], ip) = value.split_first_chunk::<4>()?;
    let ip = match family {
        IPV4 => {
            let masked = u32::from_be_bytes(ip.try_into().ok()?);
            IpAddr::V4(Ipv4Addr::from_bits(masked ^ MAGIC_COOKIE))
        }
        IPV6 => {
            let masked = u128::from_be_bytes(ip.try_into().ok()?);
            IpAddr::V6(Ipv6Addr::from_bits(masked ^ mask(transaction)))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes([p0, p1]) ^ port_mask()))
}

fn port_mask() -> u16 {
    (MAGIC_COOKIE >> 16) as u16
}

/// The magic cookie followed by the transaction id.
fn mask(TransactionId(id): TransactionId) -> u128 {
    id.iter().fold(u128::from(MAGIC_COOKIE), |mask, &byte| mask << 8 | u128::from(byte))
}
