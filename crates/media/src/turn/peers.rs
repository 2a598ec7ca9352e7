//! Which addresses a relay may send to at all, whoever asks.
//!
//! A relay that reaches its own network opens that network to every user. So
//! only what IANA lists as globally reachable is allowed, and what the operator
//! names; each form in which an IPv4 address can be hidden in an IPv6 address is
//! refused, because what unpacks it on the way is not ours.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in CIDR notation, such as `10.0.0.0/8` or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text names no network that may be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Neither an address nor `address/length`.
    #[error("{0} is no network: write it as 10.0.0.0/8 or 2001:db8::/32")]
    Form(String),
    /// Groups of machines are never relayed to.
    #[error("{0} is multicast or broadcast, which is never relayed to")]
    Group(String),
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
    }

    const fn v6(segments: [u16; 8], prefix: u8) -> Self {
        let [a, b, c, d, e, f, g, h] = segments;
        Self { address: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix }
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let form = || NetworkError::Form(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| form())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |it| it.parse().map_err(|_| form()))?;
        if prefix > longest {
            return Err(form());
        }
        let network = Self { address, prefix };
        if GROUPS.iter().any(|it| it.overlaps(&network)) {
            return Err(NetworkError::Group(text.to_owned()));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Groups of machines: allowed to nobody by nobody.
const GROUPS: [Network; 3] = [
    Network::v4(224, 0, 0, 0, 4),
    Network::v4(255, 255, 255, 255, 32),
    Network::v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

/// What IANA's registries of special-purpose addresses (RFC 6890) list as not
/// globally reachable, and every way to write IPv4 in IPv6.
const SPECIAL: [Network; 29] = [
    Network::v4(0, 0, 0, 0, 8),                         // this network
    Network::v4(10, 0, 0, 0, 8),                        // private
    Network::v4(100, 64, 0, 0, 10),                     // carrier-grade NAT
    Network::v4(127, 0, 0, 0, 8),                       // loopback
    Network::v4(169, 254, 0, 0, 16),                    // link-local, metadata services
    Network::v4(172, 16, 0, 0, 12),                     // private
    Network::v4(192, 0, 0, 0, 24),                      // protocol assignments
    Network::v4(192, 0, 2, 0, 24),                      // documentation
    Network::v4(192, 88, 99, 0, 24),                    // 6to4 relays
    Network::v4(192, 168, 0, 0, 16),                    // private
    Network::v4(198, 18, 0, 0, 15),                     // benchmarks
    Network::v4(198, 51, 100, 0, 24),                   // documentation
    Network::v4(203, 0, 113, 0, 24),                    // documentation
    Network::v4(240, 0, 0, 0, 4),                       // reserved
    Network::v6([0; 8], 96),                            // unspecified, loopback, IPv4-compatible
    Network::v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),     // IPv4-mapped
    Network::v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),     // IPv4-translated (SIIT)
    Network::v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),  // NAT64
    Network::v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),  // local NAT64
    Network::v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),      // discard
    Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),     // Teredo, ORCHID, benchmarks
    Network::v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    Network::v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),     // 6to4
    Network::v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),     // documentation
    Network::v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),     // segment routing
    Network::v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),      // unique local
    Network::v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),     // link-local
    Network::v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),     // site-local
    Network::v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),      // multicast
];

/// Whether the whole internet reaches an address: it is neither special nor that of a
/// group.
pub fn is_public(address: IpAddr) -> bool {
    !SPECIAL.iter().chain(&GROUPS).any(|it| it.contains(address))
}

/// Which addresses may be relayed to.
#[derive(Clone, Debug)]
pub(super) struct PeerRules {
    allowed: Vec<Network>,
    own: Vec<IpAddr>,
}

impl PeerRules {
    /// Everything public, and `allowed`; none of the server's `own` addresses
    /// unless it is named in `allowed` as it stands.
    pub(super) fn new(allowed: Vec<Network>, own: Vec<IpAddr>) -> Self {
        Self { allowed, own }
    }

    /// Whether packets may go there.
    pub(super) fn permit(&self, peer: IpAddr) -> bool {
        if GROUPS.iter().any(|it| it.contains(peer)) {
            return false;
        }
        let is_reserved = self.own.contains(&peer) || !is_public(peer);
        !is_reserved || self.allowed.iter().any(|it| it.contains(peer))
    }
}

#[cfg(test)]
mod tests;
