//! What can be asked of an allocation, and what is granted.

use std::net::SocketAddr;
use std::time::Duration;

use super::problem::ClientError;
use super::request::{Answer, Request};
use crate::stun::{Kind, Method, read_xor_address};

/// The protocol number of UDP: the transport to peers.
const UDP: u8 = 17;

/// The family of a relayed address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    fn number(self) -> u8 {
        match self {
            Self::V4 => 1,
            Self::V6 => 2,
        }
    }
}

/// What to ask for; by default as little as can be.
#[derive(Clone, Debug, Default)]
pub struct Allocate {
    /// For how long.
    pub lifetime: Option<Duration>,
    /// Which family of address.
    pub family: Option<Family>,
    /// A second address of this family (RFC 8656 section 18.11).
    pub additional: Option<Family>,
    /// An even port; `true` keeps the next higher one for a later allocation.
    pub even_port: Option<bool>,
    /// The port an earlier allocation has kept.
    pub reservation: Option<[u8; 8]>,
    /// Packets to peers must not be cut on their way.
    pub dont_fragment: bool,
}

impl Allocate {
    pub(super) fn request(&self) -> Request {
        let family = |it: Family| [it.number(), 0, 0, 0].to_vec();
        let options = [
            (Kind::REQUESTED_TRANSPORT, Some(vec![UDP, 0, 0, 0])),
            (Kind::LIFETIME, self.lifetime.map(|it| seconds(it).to_vec())),
            (Kind::REQUESTED_ADDRESS_FAMILY, self.family.map(family)),
            (Kind::ADDITIONAL_ADDRESS_FAMILY, self.additional.map(family)),
            (Kind::EVEN_PORT, self.even_port.map(|reserve| vec![u8::from(reserve) << 7])),
            (Kind::RESERVATION_TOKEN, self.reservation.map(|it| it.to_vec())),
            (Kind::DONT_FRAGMENT, self.dont_fragment.then(Vec::new)),
        ];
        options.into_iter().fold(Request::new(Method::ALLOCATE), |request, (kind, value)| {
            match value {
                Some(value) => request.with(kind, &value),
                None => request,
            }
        })
    }
}

/// What was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The relayed address, and the additional one if there is one.
    pub relayed: Vec<SocketAddr>,
    /// The address the server sees the client under.
    pub mapped: SocketAddr,
    /// For how long.
    pub lifetime: Duration,
    /// What claims the port that was kept.
    pub reservation: Option<[u8; 8]>,
    /// Why there is no additional address.
    pub additional_refused: Option<u16>,
}

impl Allocation {
    pub(super) fn read(answer: &Answer) -> Result<Self, ClientError> {
        let message = answer.message();
        let relayed = message.attributes().filter(|it| it.kind == Kind::XOR_RELAYED_ADDRESS);
        let relayed: Option<Vec<SocketAddr>> =
            relayed.map(|it| read_xor_address(it.value, message.transaction())).collect();
        let relayed = relayed.filter(|it| !it.is_empty());
        let refused = message.find(Kind::ADDRESS_ERROR_CODE);
        Ok(Self {
            relayed: relayed.ok_or(ClientError::Nonsense("it has no relayed address"))?,
            mapped: answer
                .address(Kind::XOR_MAPPED_ADDRESS)
                .ok_or(ClientError::Nonsense("it has no address"))?,
            lifetime: lifetime(answer)?,
            reservation: message.find(Kind::RESERVATION_TOKEN).and_then(|it| it.try_into().ok()),
            additional_refused: refused.and_then(code),
        })
    }

    /// The relayed address, the first if there are two.
    pub fn address(&self) -> SocketAddr {
        self.relayed[0]
    }
}

/// The value of a LIFETIME.
pub(super) fn seconds(lifetime: Duration) -> [u8; 4] {
    u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX).to_be_bytes()
}

/// The LIFETIME of an answer.
pub(super) fn lifetime(answer: &Answer) -> Result<Duration, ClientError> {
    let value = answer.message().find(Kind::LIFETIME).and_then(|it| it.try_into().ok());
    let seconds = value.map(u32::from_be_bytes);
    let seconds = seconds.ok_or(ClientError::Nonsense("it has no lifetime"))?;
    Ok(Duration::from_secs(u64::from(seconds)))
}

/// The code in an ERROR-CODE (RFC 8489 section 14.8) or ADDRESS-ERROR-CODE.
pub(super) fn code(value: &[u8]) -> Option<u16> {
    let &[_, _, class, number, ..] = value else { return None };
    Some(u16::from(class & 7) * 100 + u16::from(number))
}
