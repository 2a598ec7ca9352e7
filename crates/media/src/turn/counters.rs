//! What a relay has done and does, for whoever watches it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// How a client reaches the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A plain stream.
    Tcp,
    /// An encrypted stream.
    Tls,
}

/// Figures since the start, unless they say "now".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Allocations now, by [`Transport`] in its order.
    pub allocations: [u64; 3],
    /// Allocations made.
    pub allocated: u64,
    /// Connections over TCP and TLS now.
    pub connections: u64,
    /// Packets of clients to peers.
    pub packets_out: u64,
    /// Bytes of clients to peers, without what TURN adds.
    pub bytes_out: u64,
    /// Packets of peers to clients.
    pub packets_in: u64,
    /// Bytes of peers to clients, without what TURN adds.
    pub bytes_in: u64,
    /// Packets dropped because a rate was used up.
    pub dropped_over_rate: u64,
    /// Packets dropped because nobody permitted them.
    pub dropped_without_permission: u64,
    /// Packets dropped because a socket or a stream had no room.
    pub dropped_without_room: u64,
    /// Requests refused, by error code, in ascending order.
    pub refused: Vec<(u16, u64)>,
    /// Requests of strangers that got no answer because there were too many.
    pub unanswered: u64,
    /// STUN Binding requests answered.
    pub bindings: u64,
}

/// A figure that only grows, or goes up and down.
#[derive(Debug, Default)]
pub(super) struct Meter(AtomicU64);

impl Meter {
    pub(super) fn add(&self, number: u64) {
        // Nobody concludes anything from the order of figures.
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    pub(super) fn subtract(&self, number: u64) {
        self.0.fetch_sub(number, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What goes through one allocation, or went through all that are over.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) packets_out: Meter,
    pub(super) bytes_out: Meter,
    pub(super) packets_in: Meter,
    pub(super) bytes_in: Meter,
    pub(super) over_rate: Meter,
    pub(super) without_permission: Meter,
}

impl Traffic {
    fn all(&self) -> [&Meter; 6] {
        let Self { packets_out, bytes_out, packets_in, bytes_in, over_rate, without_permission } =
            self;
        [packets_out, bytes_out, packets_in, bytes_in, over_rate, without_permission]
    }

    /// Adds what another has counted.
    pub(super) fn absorb(&self, other: &Traffic) {
        for (own, other) in self.all().into_iter().zip(other.all()) {
            own.add(other.read());
        }
    }
}

/// Figures of a running relay.
#[derive(Debug, Default)]
pub(super) struct Meters {
    pub(super) allocated: Meter,
    pub(super) connections: Meter,
    pub(super) without_room: Meter,
    pub(super) unanswered: Meter,
    pub(super) bindings: Meter,
    /// Traffic of allocations that are over.
    pub(super) past: Traffic,
    refused: Mutex<BTreeMap<u16, u64>>,
}

impl Meters {
    pub(super) fn refused(&self, code: u16) {
        *self.refused.lock().entry(code).or_default() += 1;
    }

    /// Everything at this moment, with the allocations that are under way.
    pub(super) fn read<'a>(&self, now: impl Iterator<Item = (Transport, &'a Traffic)>) -> Counters {
        let (sum, mut allocations) = (Traffic::default(), [0; 3]);
        sum.absorb(&self.past);
        for (transport, traffic) in now {
            allocations[transport as usize] += 1;
            sum.absorb(traffic);
        }
        Counters {
            allocations,
            allocated: self.allocated.read(),
            connections: self.connections.read(),
            packets_out: sum.packets_out.read(),
            bytes_out: sum.bytes_out.read(),
            packets_in: sum.packets_in.read(),
            bytes_in: sum.bytes_in.read(),
            dropped_over_rate: sum.over_rate.read(),
            dropped_without_permission: sum.without_permission.read(),
            dropped_without_room: self.without_room.read(),
            refused: self.refused.lock().iter().map(|(code, count)| (*code, *count)).collect(),
            unanswered: self.unanswered.read(),
            bindings: self.bindings.read(),
        }
    }
}
