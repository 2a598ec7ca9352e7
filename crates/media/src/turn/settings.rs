//! What a relay is started with.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::peers::Network;

/// What a relay is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where STUN and TURN listen, over UDP and TCP; port 0 takes a free one, the
    /// same for both.
    pub listen: SocketAddr,
    /// Where TURN listens over TLS, if it does.
    pub tls: Option<Tls>,
    /// Without it, only STUN is answered.
    pub relay: Option<Relay>,
    /// The realm of credentials, part of what clients compute their key from.
    pub realm: String,
}

/// A TLS listener.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The certificate and those that vouch for it, PEM. Read again when it
    /// changes.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// How packets are relayed.
#[derive(Clone, Debug)]
pub struct Relay {
    /// The addresses relayed packets come from, at most one of each family.
    pub addresses: Vec<RelayAddress>,
    /// The ports they come from.
    pub ports: RangeInclusive<u16>,
    /// Networks that peers may be in although they are not public.
    pub allowed_peers: Vec<Network>,
    /// How much everybody may take.
    pub limits: Limits,
}

/// One address relayed packets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayAddress {
    /// The address of this machine.
    pub local: IpAddr,
    /// The address others see, where a router translates it one to one; else the
    /// same.
    pub public: IpAddr,
}

impl RelayAddress {
    /// An address that nobody translates.
    pub fn plain(address: IpAddr) -> Self {
        Self { local: address, public: address }
    }

    /// The addresses of a server that listens on `listen`: itself, or where it
    /// listens on all, the ones this machine uses to reach the world.
    pub fn detect(listen: IpAddr) -> Vec<Self> {
        let found = match listen {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => {
                vec![way_out(SocketAddr::from(([192, 0, 2, 1], 9)))]
            }
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => vec![
                way_out(SocketAddr::from(([192, 0, 2, 1], 9))),
                way_out(SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 9))),
            ],
            given => vec![Ok(given)],
        };
        found.into_iter().flatten().map(Self::plain).collect()
    }
}

/// The address this machine uses towards `destination`. Nothing is sent.
fn way_out(destination: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match destination {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(destination)?;
    Ok(socket.local_addr()?.ip())
}

/// How much everybody may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Allocations at a time, of everybody together.
    pub allocations: usize,
    /// Allocations at a time of one holder.
    pub per_holder: usize,
    /// Allocations at a time from one address (IPv6: a /64).
    pub per_address: usize,
    /// Connections over TCP and TLS at a time from one address.
    pub connections_per_address: usize,
    /// Bytes a second through one allocation, each way; 0 is without limit.
    pub allocation_rate: u64,
    /// Bytes a second through all allocations of one holder, each way; 0 is
    /// without limit.
    pub holder_rate: u64,
    /// The longest time an allocation is given at once.
    pub longest_lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            allocations: 4_000,
            per_holder: 48,
            per_address: 400,
            connections_per_address: 400,
            allocation_rate: 1_000_000,
            holder_rate: 8_000_000,
            longest_lifetime: Duration::from_secs(3600),
        }
    }
}
