//! How often one source is answered, in memory that does not grow.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Ten answers a second: enough for a clinic behind one address, useless for
/// flooding somebody whose address was forged.
const INTERVAL: Duration = Duration::from_millis(100);
/// How many answers a source that was quiet may get at once. A call asks a few
/// times per network interface; a burst is a whole waiting room coming back.
const BURST: u32 = 20;

/// Sources remembered: `SETS` times `WAYS`, in 256 KiB. With more at the same
/// time the one that was quiet longest is forgotten, which gives it a new burst.
const SETS: usize = 1024;
const WAYS: usize = 8;

/// A limit per source address (IPv6: per /64, which is what one line gets).
///
/// Each remembered source is one point in time: when its allowance will be
/// whole again (the generic cell rate algorithm).
#[derive(Debug)]
pub struct RateLimit {
    start: Instant,
    burst: u32,
    slots: Box<[[Slot; WAYS]]>,
    /// Random, so that nobody can choose addresses that push out a given one.
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    source: Source,
    whole_again: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    V4(u32),
    V6(u64),
}

impl RateLimit {
    /// A limit that has seen nobody yet.
    pub fn new(now: Instant) -> Self {
        Self::with_burst(BURST, now)
    }

    /// One that lets each quiet source have so many answers at once.
    pub fn with_burst(burst: u32, now: Instant) -> Self {
        let nobody = Slot { source: Source::V4(0), whole_again: Duration::ZERO };
        let (slots, hasher) = (vec![[nobody; WAYS]; SETS].into(), RandomState::new());
        Self { start: now, burst, slots, hasher }
    }

    /// Whether `source` may be answered now; a yes is counted.
    pub fn allows(&mut self, source: IpAddr, now: Instant) -> bool {
        let (now, burst) = (now.saturating_duration_since(self.start), self.burst);
        let slot = self.slot(source.into());
        let whole_again = slot.whole_again.max(now) + INTERVAL;
        let allowed = whole_again <= now + INTERVAL * burst;
        if allowed {
            slot.whole_again = whole_again;
        }
        allowed
    }

    /// The slot of this source; where it has none, that of the one in its set
    /// that needs remembering least.
    fn slot(&mut self, source: Source) -> &mut Slot {
        let [low, high, ..] = self.hasher.hash_one(source).to_le_bytes();
        let set = &mut self.slots[usize::from(u16::from_le_bytes([low, high])) % SETS];
        let way = set.iter().position(|it| it.source == source).unwrap_or_else(|| {
            let way = quietest(set);
            set[way] = Slot { source, whole_again: Duration::ZERO };
            way
        });
        &mut set[way]
    }
}

fn quietest(set: &[Slot; WAYS]) -> usize {
    let quietest = set.iter().enumerate().min_by_key(|(_, slot)| slot.whole_again);
    quietest.map(|(way, _)| way).expect("a set has ways")
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip.to_bits()),
            IpAddr::V6(ip) => Self::V6((ip.to_bits() >> 64) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks `times` times at the same moment; how often the answer was yes.
    fn answered(limit: &mut RateLimit, source: &str, times: u32, now: Instant) -> u32 {
        let source = source.parse().expect("an address");
        (0..times).filter(|_| limit.allows(source, now)).count() as u32
    }

    #[test]
    fn a_burst_then_ten_a_second() {
        let start = Instant::now();
        let mut limit = RateLimit::new(start);
        assert_eq!(answered(&mut limit, "192.0.2.1", 100, start), BURST);
        let mut later = 0;
        for millisecond in 1..=10_000 {
            let now = start + Duration::from_millis(millisecond);
            later += answered(&mut limit, "192.0.2.1", 3, now);
        }
        assert_eq!(later, 100);
    }

    #[test]
    fn a_quiet_source_has_its_burst_back_but_no_more() {
        let start = Instant::now();
        let mut limit = RateLimit::new(start);
        answered(&mut limit, "192.0.2.1", 100, start);
        let next_day = start + Duration::from_hours(24);
        assert_eq!(answered(&mut limit, "192.0.2.1", 100, next_day), BURST);
    }

    #[test]
    fn sources_do_not_share_but_a_line_does() {
        let now = Instant::now();
        let mut limit = RateLimit::new(now);
        for source in ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1", "::1"] {
            assert_eq!(answered(&mut limit, source, 100, now), BURST, "{source}");
        }
        for same in ["::ffff:192.0.2.1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::"] {
            assert_eq!(answered(&mut limit, same, 100, now), 0, "{same}");
        }
    }

    #[test]
    fn a_flood_of_forged_sources_takes_no_more_memory_and_no_quiet_source_its_turn() {
        let now = Instant::now();
        let mut limit = RateLimit::new(now);
        for source in 0..200_000_u32 {
            assert!(limit.allows(IpAddr::V4(source.into()), now));
        }
        assert_eq!(size_of_val(&*limit.slots), 256 * 1024);
    }
}
