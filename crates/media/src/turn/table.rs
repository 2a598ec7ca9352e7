//! All allocations, found by who sends and by where they relay.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;

use super::access::Holder;
use super::allocation::Permissions;
use super::counters::{Traffic, Transport};
use super::datagrams::Datagrams;
use super::line::Line;
use super::pace::Pace;
use super::settings::Limits;
use crate::stun::{Key, TransactionId};

/// What an allocation belongs to: the way between a client and us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FiveTuple {
    pub(super) transport: Transport,
    pub(super) client: SocketAddr,
    /// Our own address, where we have several.
    pub(super) local: Option<IpAddr>,
}

/// An address we relay from.
pub(super) struct Relay {
    /// As others see it.
    pub(super) public: SocketAddr,
    pub(super) socket: Arc<Datagrams>,
    /// Cancelled when it is given up.
    pub(super) over: CancellationToken,
}

/// Somebody's relays and what goes through them.
pub(super) struct Allocation {
    pub(super) tuple: FiveTuple,
    pub(super) line: Line,
    pub(super) holder: Holder,
    pub(super) username: String,
    pub(super) key: Key,
    /// The answer to the request that made it: repeated, it gets the same.
    pub(super) made_by: TransactionId,
    pub(super) answer: Vec<u8>,
    /// One, or one of each family.
    pub(super) relays: Vec<Relay>,
    pub(super) permissions: Mutex<Permissions>,
    pub(super) paces: Paces,
    pub(super) holder_paces: Arc<Paces>,
    pub(super) traffic: Traffic,
    /// Cancelled when it is over, and its relays with it.
    pub(super) over: CancellationToken,
}

impl Allocation {
    /// The relay of the same family as `peer`, unless it was given up.
    pub(super) fn relay_towards(&self, peer: SocketAddr) -> Option<&Relay> {
        let fits = |it: &&Relay| it.public.is_ipv4() == peer.is_ipv4() && !it.over.is_cancelled();
        self.relays.iter().find(fits)
    }
}

/// Limits on bytes in both directions.
pub(super) struct Paces {
    pub(super) out: Pace,
    pub(super) into: Pace,
}

impl Paces {
    pub(super) fn new(rate: u64) -> Self {
        Self { out: Pace::new(rate), into: Pace::new(rate) }
    }
}

/// Why there is no room for another allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// This holder, or this address, has as many as one may have.
    Quota,
    /// Everybody together has.
    Capacity,
}

/// All allocations.
pub(super) struct Table {
    limits: Limits,
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    by_tuple: HashMap<FiveTuple, Arc<Allocation>>,
    by_relay: HashMap<SocketAddr, Arc<Allocation>>,
    holders: HashMap<Holder, Seats>,
    sources: HashMap<IpAddr, usize>,
    claimed: usize,
}

/// What one holder has.
struct Seats {
    claimed: usize,
    tuples: BTreeSet<FiveTuple>,
    paces: Arc<Paces>,
}

impl Table {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, inner: RwLock::default() }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn find(&self, tuple: &FiveTuple) -> Option<Arc<Allocation>> {
        self.inner.read().by_tuple.get(tuple).cloned()
    }

    /// Whose relay this is.
    pub(super) fn at_relay(&self, public: SocketAddr) -> Option<Arc<Allocation>> {
        self.inner.read().by_relay.get(&public).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Allocation>> {
        self.inner.read().by_tuple.values().cloned().collect()
    }

    /// The allocations of one holder.
    pub(super) fn of(&self, holder: &Holder) -> Vec<Arc<Allocation>> {
        let inner = self.inner.read();
        let tuples = inner.holders.get(holder).into_iter().flat_map(|it| &it.tuples);
        tuples.filter_map(|it| inner.by_tuple.get(it)).cloned().collect()
    }

    /// Reserves room for one more, before its ports are looked for.
    pub(super) fn claim(&self, holder: &Holder, client: SocketAddr) -> Result<Claim<'_>, Full> {
        let (limits, source) = (&self.limits, source_of(client));
        let mut inner = self.inner.write();
        if inner.claimed >= limits.allocations {
            return Err(Full::Capacity);
        }
        let of_holder = inner.holders.get(holder).map_or(0, |it| it.claimed);
        let of_source = inner.sources.get(&source).copied().unwrap_or(0);
        if of_holder >= limits.per_holder || of_source >= limits.per_address {
            return Err(Full::Quota);
        }
        inner.claimed += 1;
        *inner.sources.entry(source).or_default() += 1;
        let seats = inner.holders.entry(holder.clone()).or_insert_with(|| Seats {
            claimed: 0,
            tuples: BTreeSet::new(),
            paces: Arc::new(Paces::new(limits.holder_rate)),
        });
        seats.claimed += 1;
        let paces = seats.paces.clone();
        Ok(Claim { table: self, holder: holder.clone(), source, paces, taken: false })
    }

    /// Takes an allocation out; whether it was still there. Its tasks end by
    /// themselves.
    pub(super) fn remove(&self, allocation: &Arc<Allocation>) -> bool {
        let mut inner = self.inner.write();
        let is_there = |it: &Arc<Allocation>| Arc::ptr_eq(it, allocation);
        if !inner.by_tuple.get(&allocation.tuple).is_some_and(is_there) {
            return false;
        }
        inner.by_tuple.remove(&allocation.tuple);
        for relay in &allocation.relays {
            inner.by_relay.remove(&relay.public);
        }
        if let Some(seats) = inner.holders.get_mut(&allocation.holder) {
            seats.tuples.remove(&allocation.tuple);
        }
        inner.give_back(&allocation.holder, source_of(allocation.tuple.client));
        drop(inner);
        allocation.over.cancel();
        true
    }

    /// Those whose time is over. What the others permit is tidied up.
    pub(super) fn expired(&self, now: Instant) -> Vec<Arc<Allocation>> {
        let is_over = |it: &Arc<Allocation>| {
            let mut permissions = it.permissions.lock();
            permissions.forget_expired(now);
            permissions.is_over(now)
        };
        self.all().into_iter().filter(is_over).collect()
    }
}

impl Inner {
    fn give_back(&mut self, holder: &Holder, source: IpAddr) {
        self.claimed -= 1;
        if let Some(count) = self.sources.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&source);
            }
        }
        if let Some(seats) = self.holders.get_mut(holder) {
            seats.claimed -= 1;
            if seats.claimed == 0 {
                self.holders.remove(holder);
            }
        }
    }
}

/// Room for one allocation. Given back, unless one is put there.
pub(super) struct Claim<'t> {
    table: &'t Table,
    holder: Holder,
    source: IpAddr,
    paces: Arc<Paces>,
    taken: bool,
}

impl Claim<'_> {
    /// Puts an allocation there, made with the paces of its holder.
    pub(super) fn take(mut self, make: impl FnOnce(Arc<Paces>) -> Allocation) -> Arc<Allocation> {
        self.taken = true;
        let allocation = Arc::new(make(self.paces.clone()));
        let mut inner = self.table.inner.write();
        inner.by_tuple.insert(allocation.tuple, allocation.clone());
        for relay in &allocation.relays {
            inner.by_relay.insert(relay.public, allocation.clone());
        }
        let seats = inner.holders.get_mut(&self.holder).expect("the claim holds a seat");
        seats.tuples.insert(allocation.tuple);
        allocation
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.taken {
            self.table.inner.write().give_back(&self.holder, self.source);
        }
    }
}

/// What counts as one address: of IPv6, the /64 that one line gets.
pub(super) fn source_of(client: SocketAddr) -> IpAddr {
    match client.ip().to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}
