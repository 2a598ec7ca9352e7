//! How many strangers may stand at the door. Limits are per address; of IPv6
//! a whole /64 counts as one, because that is what one customer gets.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use parking_lot::Mutex;

use crate::engine::open::Transport;
use crate::limits::Limits;

/// After so many handshakes, addresses that have been quiet are forgotten.
const FORGET_EVERY: u32 = 1024;

/// What counts as one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Prefix {
    V4(u32),
    V6(u64),
}

impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// Lets new sessions in, or does not.
pub(crate) struct Gate {
    limiter: Option<DefaultKeyedRateLimiter<Prefix>>,
    checks: AtomicU32,
    strangers: Mutex<HashMap<Prefix, usize>>,
    polling: AtomicUsize,
    max_per_address: usize,
    max_polling: usize,
}

/// Held by a session until it has joined a namespace, or ends.
pub(crate) struct Permit {
    gate: Arc<Gate>,
    prefix: Option<Prefix>,
    polling: bool,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        let quota = limits
            .handshakes_per_second
            .map(|rate| Quota::per_second(rate).allow_burst(limits.handshake_burst));
        Self {
            limiter: quota.map(RateLimiter::keyed),
            checks: AtomicU32::new(0),
            strangers: Mutex::default(),
            polling: AtomicUsize::new(0),
            max_per_address: limits.max_unauthenticated_per_address,
            max_polling: limits.max_unauthenticated_polling,
        }
    }

    /// Asks for admission of a new session. The address is unknown where the
    /// server was started without telling it; then only the totals hold.
    pub(crate) fn admit(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        transport: Transport,
    ) -> Option<Permit> {
        let prefix = address.map(Prefix::from);
        if prefix.is_some_and(|prefix| !self.within_rate(prefix)) {
            return None;
        }
        let mut permit = Permit { gate: Arc::clone(self), prefix: None, polling: false };
        if transport == Transport::Polling {
            permit.polling = true;
            if self.polling.fetch_add(1, Ordering::Relaxed) >= self.max_polling {
                return None;
            }
        }
        if let Some(prefix) = prefix {
            let mut strangers = self.strangers.lock();
            let count = strangers.entry(prefix).or_default();
            if *count >= self.max_per_address {
                drop(strangers);
                return None;
            }
            *count += 1;
            permit.prefix = Some(prefix);
        }
        Some(permit)
    }

    fn within_rate(&self, prefix: Prefix) -> bool {
        let Some(limiter) = &self.limiter else {
            return true;
        };
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(&prefix).is_ok()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.polling {
            self.gate.polling.fetch_sub(1, Ordering::Relaxed);
        }
        let Some(prefix) = self.prefix else {
            return;
        };
        let mut strangers = self.gate.strangers.lock();
        if let Some(count) = strangers.get_mut(&prefix) {
            *count -= 1;
            if *count == 0 {
                strangers.remove(&prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn gate(change: impl FnOnce(&mut Limits)) -> Arc<Gate> {
        let mut limits = Limits::default();
        change(&mut limits);
        Arc::new(Gate::new(&limits))
    }

    fn admitted(gate: &Arc<Gate>, address: &str, transport: Transport) -> Option<Permit> {
        gate.admit(Some(address.parse().expect("an address")), transport)
    }

    #[test]
    fn l1_one_address_cannot_open_sessions_without_end() {
        let gate = gate(|limits| {
            limits.handshakes_per_second = NonZeroU32::new(1);
            limits.handshake_burst = NonZeroU32::new(10).expect("not zero");
        });
        let let_in = (0..10_000)
            .filter(|_| admitted(&gate, "192.0.2.1", Transport::Websocket).is_some())
            .count();
        assert!((10..100).contains(&let_in), "{let_in}");
        assert!(admitted(&gate, "192.0.2.2", Transport::Websocket).is_some(), "another address");
    }

    #[test]
    fn l1_a_network_of_ipv6_is_one_address() {
        let gate = gate(|limits| limits.max_unauthenticated_per_address = 1);
        let _first = admitted(&gate, "2001:db8::1", Transport::Websocket).expect("the first");
        assert!(admitted(&gate, "2001:db8::2", Transport::Websocket).is_none());
        assert!(admitted(&gate, "2001:db8:0:1::1", Transport::Websocket).is_some());
    }

    #[test]
    fn l1_an_address_written_as_ipv6_is_the_same() {
        let gate = gate(|limits| limits.max_unauthenticated_per_address = 1);
        let _first = admitted(&gate, "192.0.2.1", Transport::Websocket).expect("the first");
        assert!(admitted(&gate, "::ffff:192.0.2.1", Transport::Websocket).is_none());
    }

    #[test]
    fn c2_strangers_are_counted_until_they_join_or_leave() {
        let gate = gate(|limits| limits.max_unauthenticated_per_address = 2);
        let first = admitted(&gate, "192.0.2.1", Transport::Polling).expect("the first");
        let second = admitted(&gate, "192.0.2.1", Transport::Websocket).expect("the second");
        assert!(admitted(&gate, "192.0.2.1", Transport::Websocket).is_none());
        drop(first);
        let third = admitted(&gate, "192.0.2.1", Transport::Websocket).expect("the third");
        drop((second, third));
        assert!(gate.strangers.lock().is_empty());
    }

    #[test]
    fn c2_polling_strangers_have_a_cap_of_their_own() {
        let gate = gate(|limits| limits.max_unauthenticated_polling = 1);
        let first = gate.admit(None, Transport::Polling).expect("the first");
        assert!(admitted(&gate, "192.0.2.1", Transport::Polling).is_none());
        assert!(admitted(&gate, "192.0.2.1", Transport::Websocket).is_some());
        drop(first);
        assert!(admitted(&gate, "192.0.2.1", Transport::Polling).is_some());
        assert_eq!(gate.polling.load(Ordering::Relaxed), 0);
    }
}
