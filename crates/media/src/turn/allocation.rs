//! What one allocation permits, and until when. Time is given; nothing is sent.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// How long a permission lasts (RFC 8656 section 9).
const PERMISSION: Duration = Duration::from_secs(5 * 60);
/// How long a channel stands for its peer (section 12).
const CHANNEL: Duration = Duration::from_secs(10 * 60);
/// How long an allocation lasts if its client asks for less, or for nothing
/// (section 3.2).
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How many peers one allocation may have. A browser has one for each candidate
/// of the other side.
const MOST_PEERS: usize = 256;

/// Channel numbers: those of RFC 8656 end at 0x4FFF, but clients still use the
/// larger range of RFC 5766.
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x7FFF;

/// Who may send to an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Peer {
    /// A host, from whatever port.
    Host(IpAddr),
    /// Another relayed address of this server, which shares its host with those of
    /// everybody else.
    Relayed(SocketAddr),
}

/// Why a peer or a channel was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// The number is none, or stands for another peer; or the peer has another.
    Conflict,
    /// There are too many already.
    TooMany,
}

/// The lifetime to grant to who asks for one.
pub(super) fn granted(asked: Option<Duration>, longest: Duration) -> Duration {
    asked.map_or(LIFETIME, |it| it.clamp(LIFETIME, longest.max(LIFETIME)))
}

/// What one allocation permits.
#[derive(Debug)]
pub(super) struct Permissions {
    expires: Instant,
    peers: HashMap<Peer, Instant>,
    channels: HashMap<u16, Channel>,
    numbers: HashMap<SocketAddr, u16>,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    address: SocketAddr,
    peer: Peer,
    expires: Instant,
}

impl Permissions {
    /// Nobody yet, until `expires`.
    pub(super) fn new(expires: Instant) -> Self {
        let (peers, channels, numbers) = Default::default();
        Self { expires, peers, channels, numbers }
    }

    /// Whether the allocation itself is over.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.expires <= now
    }

    /// The allocation is to last until then.
    pub(super) fn extend(&mut self, expires: Instant) {
        self.expires = expires;
    }

    /// Lets these peers send: all of them or none.
    pub(super) fn permit(&mut self, peers: &[Peer], now: Instant) -> Result<(), NotTaken> {
        let new = peers.iter().filter(|it| !self.peers.contains_key(it)).count();
        if self.peers.len() + new > MOST_PEERS {
            return Err(NotTaken::TooMany);
        }
        self.peers.extend(peers.iter().map(|it| (*it, now + PERMISSION)));
        Ok(())
    }

    /// Has `number` stand for a peer, and lets that peer send.
    pub(super) fn bind(
        &mut self,
        number: u16,
        address: SocketAddr,
        peer: Peer,
        now: Instant,
    ) -> Result<(), NotTaken> {
        self.forget_expired(now);
        let stands_for = self.channels.get(&number).is_none_or(|it| it.address == address);
        let is_called = self.numbers.get(&address).is_none_or(|it| *it == number);
        if !CHANNELS.contains(&number) || !stands_for || !is_called {
            return Err(NotTaken::Conflict);
        }
        if self.channels.len() >= MOST_PEERS && !self.channels.contains_key(&number) {
            return Err(NotTaken::TooMany);
        }
        self.permit(&[peer], now)?;
        self.channels.insert(number, Channel { address, peer, expires: now + CHANNEL });
        self.numbers.insert(address, number);
        Ok(())
    }

    /// Whether this peer may send, and be sent to.
    pub(super) fn permits(&self, peer: Peer, now: Instant) -> bool {
        self.peers.get(&peer).is_some_and(|it| *it > now)
    }

    /// Whom a channel stands for.
    pub(super) fn peer_of(&self, number: u16, now: Instant) -> Option<(SocketAddr, Peer)> {
        let channel = self.channels.get(&number).filter(|it| it.expires > now)?;
        Some((channel.address, channel.peer))
    }

    /// The channel that stands for this address, if one does.
    pub(super) fn channel_of(&self, address: SocketAddr, now: Instant) -> Option<u16> {
        let number = *self.numbers.get(&address)?;
        self.channels.get(&number).is_some_and(|it| it.expires > now).then_some(number)
    }

    /// Forgets what has expired.
    pub(super) fn forget_expired(&mut self, now: Instant) {
        self.peers.retain(|_, expires| *expires > now);
        self.channels.retain(|_, it| it.expires > now);
        self.numbers.retain(|_, number| self.channels.contains_key(number));
    }

    /// Takes back what is not granted any more.
    pub(super) fn review(&mut self, is_granted: impl Fn(Peer) -> bool) {
        self.peers.retain(|peer, _| is_granted(*peer));
        self.channels.retain(|_, it| is_granted(it.peer));
        self.numbers.retain(|_, number| self.channels.contains_key(number));
    }
}

#[cfg(test)]
mod tests;
