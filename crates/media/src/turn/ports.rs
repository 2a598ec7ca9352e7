//! The ports relayed packets come from.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use aws_lc_rs::rand;
use parking_lot::Mutex;

use super::datagrams::Datagrams;
use super::settings::RelayAddress;

/// How long a port is kept for who reserved it (RFC 8656 section 7.2).
const RESERVATION: Duration = Duration::from_secs(30);

/// Ports tried before it is said that there is none: with nine of ten in use, one
/// is found all but always.
const TRIES: usize = 200;

/// What a client presents to get the port it reserved.
pub(super) type Token = [u8; 8];

/// What a client wants of its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parity {
    Any,
    Even,
    /// Even, and the next one is to be kept.
    EvenWithNext,
}

/// A socket for relaying, and the address others know it by.
pub(super) struct Relayed {
    pub(super) public: SocketAddr,
    pub(super) socket: Datagrams,
}

/// Gives out ports of a range.
pub(super) struct Ports {
    range: RangeInclusive<u16>,
    reserved: Mutex<HashMap<Token, (Relayed, Instant)>>,
}

impl Ports {
    pub(super) fn new(range: RangeInclusive<u16>) -> Self {
        Self { range, reserved: Mutex::default() }
    }

    /// Binds a port of `address`, chosen at random: whoever wants to guess the
    /// port of somebody else has to try (RFC 8656 section 21.1.5).
    ///
    /// # Errors
    ///
    /// None is free, or the system gives no more sockets.
    pub(super) fn take(
        &self,
        address: RelayAddress,
        parity: Parity,
        now: Instant,
    ) -> io::Result<(Relayed, Option<Token>)> {
        for _ in 0..TRIES {
            match self.bind(address, self.choose(parity), parity, now) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                outcome => return outcome,
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// The port that was reserved under this token.
    pub(super) fn redeem(&self, token: &Token, now: Instant) -> Option<Relayed> {
        let (relayed, until) = self.reserved.lock().remove(token)?;
        (until > now).then_some(relayed)
    }

    /// Frees ports that nobody came for.
    pub(super) fn forget_expired(&self, now: Instant) {
        self.reserved.lock().retain(|_, (_, until)| *until > now);
    }

    /// Frees every port that is kept for somebody.
    pub(super) fn clear(&self) {
        self.reserved.lock().clear();
    }

    fn bind(
        &self,
        address: RelayAddress,
        port: u16,
        parity: Parity,
        now: Instant,
    ) -> io::Result<(Relayed, Option<Token>)> {
        let relayed = bind(address, port)?;
        if parity != Parity::EvenWithNext {
            return Ok((relayed, None));
        }
        let next = port.checked_add(1).filter(|it| self.range.contains(it));
        let next = bind(address, next.ok_or(io::ErrorKind::AddrInUse)?)?;
        let token = random();
        self.reserved.lock().insert(token, (next, now + RESERVATION));
        Ok((relayed, Some(token)))
    }

    fn choose(&self, parity: Parity) -> u16 {
        let (first, last) = (u32::from(*self.range.start()), u32::from(*self.range.end()));
        let chosen = first + u32::from_be_bytes(random()) % (last - first + 1);
        let fitting = match parity {
            Parity::Any => chosen,
            Parity::Even | Parity::EvenWithNext => chosen & !1,
        };
        u16::try_from(fitting.max(first)).expect("it lies in the range")
    }
}

fn bind(address: RelayAddress, port: u16) -> io::Result<Relayed> {
    let socket = Datagrams::bind(SocketAddr::new(address.local, port))?;
    Ok(Relayed { public: SocketAddr::new(address.public, port), socket })
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: RelayAddress = RelayAddress {
        local: std::net::IpAddr::V4(Ipv4Addr::LOCALHOST),
        public: std::net::IpAddr::V4(Ipv4Addr::new(198, 41, 0, 4)),
    };

    #[tokio::test]
    async fn ports_come_from_the_range_until_none_is_left() {
        let now = Instant::now();
        let ports = Ports::new(41_200..=41_203);
        let taken: Vec<_> = (0..4).map(|_| ports.take(HERE, Parity::Any, now)).collect();
        let mut numbers: Vec<u16> =
            taken.iter().map(|it| it.as_ref().expect("a free port").0.public.port()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [41_200, 41_201, 41_202, 41_203]);
        let none = ports.take(HERE, Parity::Any, now).map(|_| ()).expect_err("none is left");
        assert_eq!(none.kind(), io::ErrorKind::AddrInUse);
        drop(taken);
        let (again, _) = ports.take(HERE, Parity::Even, now).expect("all are free again");
        assert_eq!(again.public.ip(), HERE.public);
        assert_eq!(again.public.port() % 2, 0);
    }

    #[tokio::test]
    async fn a_reserved_port_is_kept_for_thirty_seconds_and_given_once() {
        let now = Instant::now();
        let ports = Ports::new(41_210..=41_211);
        let (first, token) = ports.take(HERE, Parity::EvenWithNext, now).expect("both are free");
        let token = token.expect("one was reserved");
        assert_eq!(first.public.port(), 41_210);
        assert!(ports.take(HERE, Parity::Any, now).is_err(), "the other one is kept");
        assert!(ports.redeem(&[0; 8], now).is_none());
        let next = ports.redeem(&token, now).expect("it was kept");
        assert_eq!(next.public.port(), 41_211);
        assert!(ports.redeem(&token, now).is_none());
        drop((first, next));

        let (_first, token) = ports.take(HERE, Parity::EvenWithNext, now).expect("both are free");
        let late = now + RESERVATION;
        assert!(ports.redeem(&token.expect("one was reserved"), late).is_none());

        let (_first, _) = ports.take(HERE, Parity::Any, late).expect("the odd one is free");
        assert!(ports.take(HERE, Parity::Any, late).is_err());
    }
}
