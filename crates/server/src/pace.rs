//! How fast somebody may write: a few messages at once, then one after the other,
//! whatever they write with.

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use housecall_core::{Command, Timestamp, UserId};
use housecall_dialect::{Heard, Problem};
use parking_lot::Mutex;

use crate::house::House;

/// How many gestures somebody may make for each message: some clients say with
/// every key that somebody is writing.
const GESTURES_PER_MESSAGE: u32 = 10;

/// A token bucket for each of many: `burst` at once, `per_minute` on average.
pub(crate) struct Pace {
    interval: Duration,
    most_ahead: Duration,
    buckets: Mutex<Buckets>,
}

/// When the bucket of each will be full again. Who is not named has a full one.
#[derive(Default)]
struct Buckets {
    full_at: HashMap<UserId, Timestamp>,
    swept_at: Option<Timestamp>,
}

/// Somebody is to wait for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooFast(pub(crate) Duration);

impl Pace {
    pub(crate) fn new(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        let interval = Duration::from_secs(60) / per_minute.get();
        let most_ahead = interval * (burst.get() - 1);
        Self { interval, most_ahead, buckets: Mutex::default() }
    }

    /// Takes a token, or says when there will be one.
    pub(crate) fn take(&self, user: &UserId, now: Timestamp) -> Result<(), TooFast> {
        let mut buckets = self.buckets.lock();
        buckets.sweep(now, self.interval + self.most_ahead);
        let full_at = buckets.full_at.entry(user.clone()).or_insert(now);
        // A clock that was set back leaves nobody with more to fill than a bucket.
        *full_at = (*full_at).clamp(now, now.plus(self.most_ahead + self.interval));
        let ahead = full_at.since(now);
        if ahead > self.most_ahead {
            return Err(TooFast(ahead - self.most_ahead));
        }
        *full_at = full_at.plus(self.interval);
        Ok(())
    }
}

impl Buckets {
    /// Forgets full buckets, once in the time in which one fills.
    fn sweep(&mut self, now: Timestamp, period: Duration) {
        if self.swept_at.is_none_or(|it| now.since(it) >= period) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.swept_at = Some(now);
        }
    }
}

/// How fast people may write and make gestures.
pub(crate) struct Paces {
    messages: Pace,
    gestures: Pace,
}

impl Paces {
    pub(crate) fn new(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        let times = NonZeroU32::new(GESTURES_PER_MESSAGE).expect("more than none");
        let gestures = Pace::new(per_minute.saturating_mul(times), burst.saturating_mul(times));
        Self { messages: Pace::new(per_minute, burst), gestures }
    }
}

impl House {
    /// Refuses what somebody writes, shows or reports too fast.
    pub(crate) fn check_pace(&self, user: &UserId, heard: &Heard<'_>) -> Result<(), TooFast> {
        let says =
            |commands: &[Command]| commands.iter().any(|it| matches!(it, Command::Say { .. }));
        match heard {
            Heard::Ask { commands, .. } | Heard::Enter { commands, .. } if says(commands) => {
                self.check_writing_pace(user)
            }
            Heard::Gesture { .. } | Heard::Messages { shows: Some(_), .. } | Heard::Path { .. } => {
                self.paces.gestures.take(user, self.now())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a message that is written too fast.
    pub(crate) fn check_writing_pace(&self, user: &UserId) -> Result<(), TooFast> {
        self.paces.messages.take(user, self.now())
    }
}

impl From<TooFast> for Problem {
    fn from(_: TooFast) -> Self {
        Problem::new("too_fast", "That was too fast. Wait a moment, then try again.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(it: u32) -> NonZeroU32 {
        NonZeroU32::new(it).expect("more than none")
    }

    fn user(name: &str) -> UserId {
        name.parse().expect("an id")
    }

    /// Takes tokens at these milliseconds; `0` is one that was had, any other
    /// number how long to wait.
    fn check(pace: &Pace, takes: &[(i64, u64)]) {
        for (at, wait) in takes {
            let taken = pace.take(&user("pat"), Timestamp::from_millis(*at));
            let wait = Duration::from_millis(*wait);
            let expected = if wait.is_zero() { Ok(()) } else { Err(TooFast(wait)) };
            assert_eq!(taken, expected, "at {at}");
        }
    }

    #[test]
    fn a_burst_is_had_at_once_and_then_one_after_the_other() {
        let pace = Pace::new(number(60), number(3));
        check(&pace, &[(0, 0), (0, 0), (0, 0), (0, 1000), (400, 600), (1000, 0), (1000, 1000)]);
        check(&pace, &[(60_000, 0), (60_000, 0), (60_000, 0), (60_000, 1000)]);
    }

    #[test]
    fn everybody_has_a_bucket_of_their_own() {
        let pace = Pace::new(number(60), number(1));
        check(&pace, &[(0, 0), (0, 1000)]);
        assert_eq!(pace.take(&user("eve"), Timestamp::EPOCH), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nobody() {
        let pace = Pace::new(number(60), number(1));
        check(&pace, &[(3_600_000, 0), (0, 1000), (1000, 0)]);
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let pace = Pace::new(number(60), number(2));
        for name in ["ann", "bob", "cem"] {
            pace.take(&user(name), Timestamp::EPOCH).expect("a full bucket");
        }
        check(&pace, &[(60_000, 0)]);
        assert_eq!(pace.buckets.lock().full_at.len(), 1);
    }
}
