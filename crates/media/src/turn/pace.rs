//! How much may pass in a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A burst may take what flows in this time: a key frame comes at once.
const BURST: Duration = Duration::from_secs(1);

/// A limit on bytes a second, as one point in time: when what has passed is paid
/// for (the generic cell rate algorithm). Shared without a lock.
#[derive(Debug)]
pub(super) struct Pace {
    /// Bytes a second; 0 is without limit.
    rate: u64,
    /// Nanoseconds since the start of the clock that `allows` is asked by.
    paid: AtomicU64,
}

impl Pace {
    /// A limit of so many bytes a second; 0 is without limit.
    pub(super) fn new(rate: u64) -> Self {
        Self { rate, paid: AtomicU64::new(0) }
    }

    /// Whether so many bytes may pass now; a yes is counted. `now` is the time
    /// since a fixed moment.
    pub(super) fn allows(&self, bytes: usize, now: Duration) -> bool {
        if self.rate == 0 {
            return true;
        }
        let cost = (bytes as u64).saturating_mul(1_000_000_000) / self.rate;
        let now = nanoseconds(now);
        let latest = now.saturating_add(nanoseconds(BURST));
        let pay = |paid: u64| Some(paid.max(now) + cost).filter(|it| *it <= latest);
        self.paid.fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay).is_ok()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_at_once_then_the_rate() {
        let pace = Pace::new(10_000);
        let passed = |now| (0..100).filter(|_| pace.allows(1_000, now)).count();
        assert_eq!(passed(Duration::from_secs(5)), 10);
        assert_eq!(passed(Duration::from_millis(5_500)), 5);
        assert_eq!(passed(Duration::from_secs(60)), 10);
        assert!(!pace.allows(10_001, Duration::from_secs(90)), "more than a burst");
        assert!(Pace::new(0).allows(usize::MAX, Duration::ZERO));
    }
}
