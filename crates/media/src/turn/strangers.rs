//! How often those are answered who have not shown who they are.
//!
//! The source of a datagram can be forged, and a refusal with realm and nonce is
//! longer than the shortest request. So each source is answered so often and no
//! oftener, and all of them together get no more than 1.5 times what they sent:
//! whoever floods us to flood somebody else had better do it alone.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::stun::RateLimit;

/// A room full of people behind one address comes back: each asks three times for
/// each of the others.
const BURST: u32 = 100;

/// Bytes that may be answered beyond what was asked, so that the few who come in
/// quiet times are answered at once.
const ALLOWANCE: f64 = 64.0 * 1024.0;
/// The time in which the allowance is whole again.
const WHOLE_AGAIN: Duration = Duration::from_secs(60);

/// Bytes answered for each byte asked.
const RATIO: f64 = 1.5;

/// Everybody who has not shown who they are.
pub(super) struct Strangers {
    each: RateLimit,
    /// Bytes that may be answered now.
    credit: f64,
    at: Instant,
}

impl Strangers {
    pub(super) fn new(now: Instant) -> Self {
        Self { each: RateLimit::with_burst(BURST, now), credit: ALLOWANCE, at: now }
    }

    /// Whether a request of so many bytes gets its answer.
    pub(super) fn may_hear(
        &mut self,
        source: IpAddr,
        request: usize,
        answer: usize,
        now: Instant,
    ) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        let gained = ALLOWANCE * passed / WHOLE_AGAIN.as_secs_f64() + RATIO * request as f64;
        self.credit = (self.credit + gained).min(ALLOWANCE);
        let may = self.credit >= answer as f64 && self.each.allows(source, now);
        if may {
            self.credit -= answer as f64;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: usize = 28;
    const ANSWER: usize = 68;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    #[test]
    fn one_source_gets_a_burst_then_ten_a_second() {
        let start = Instant::now();
        let mut strangers = Strangers::new(start);
        let mut heard = |now| {
            (0..1_000).filter(|_| strangers.may_hear(address(1), REQUEST, ANSWER, now)).count()
        };
        assert_eq!(heard(start), BURST as usize);
        assert_eq!(heard(start + Duration::from_secs(1)), 10);
    }

    #[test]
    fn all_together_get_no_more_than_one_and_a_half_times_what_they_sent() {
        let now = Instant::now();
        let mut strangers = Strangers::new(now);
        let heard = (0..200_000)
            .filter(|it| strangers.may_hear(address(*it), REQUEST, ANSWER, now))
            .count();
        let (asked, answered) = (200_000 * REQUEST, heard * ANSWER);
        assert!(answered as f64 <= 1.5 * asked as f64 + ALLOWANCE, "{answered} for {asked}");
        assert!(answered as f64 >= 1.4 * asked as f64, "{answered} for {asked}");
    }

    #[test]
    fn in_quiet_times_everybody_is_answered() {
        let start = Instant::now();
        let mut strangers = Strangers::new(start);
        for second in 0..10_000 {
            let now = start + Duration::from_secs(second.into());
            assert!(
                (0..10).all(|it| {
                    strangers.may_hear(address(10 * second + it), REQUEST, ANSWER, now)
                })
            );
        }
    }
}
