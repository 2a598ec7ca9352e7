//! The server pings, the client shows that it is alive. No clock in here: the
//! caller says what time it is.

use std::time::{Duration, Instant};

/// What the heartbeat wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing; look again at this time.
    Rest(Instant),
    /// Send a ping.
    Ping,
    /// The peer is gone.
    Dead,
}

/// The pulse of one connection.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    next_ping: Instant,
    /// Set from a ping to the next sign of life.
    dead_at: Option<Instant>,
}

impl Heartbeat {
    pub(crate) fn new(now: Instant, interval: Duration, timeout: Duration) -> Self {
        Self { interval, timeout, next_ping: now + interval, dead_at: None }
    }

    /// Something came from the peer. Any byte counts: a pong that waits behind
    /// a large upload is no reason to hang up.
    pub(crate) fn heard(&mut self) {
        self.dead_at = None;
    }

    /// The server itself did not listen until now, so silence proves nothing.
    pub(crate) fn was_deaf(&mut self, now: Instant) {
        if let Some(dead_at) = &mut self.dead_at {
            *dead_at = (*dead_at).max(now + self.timeout);
        }
    }

    /// When the peer will be given up, unless it is heard of.
    pub(crate) fn dead_at(&self) -> Option<Instant> {
        self.dead_at
    }

    /// When the next ping is due.
    pub(crate) fn next_ping(&self) -> Instant {
        self.next_ping
    }

    /// When there is something to do.
    pub(crate) fn next(&self) -> Instant {
        self.dead_at.map_or(self.next_ping, |dead_at| dead_at.min(self.next_ping))
    }

    pub(crate) fn beat(&mut self, now: Instant) -> Beat {
        if let Some(dead_at) = self.dead_at
            && now >= dead_at
        {
            // Whoever looks so late was not there to listen: the machine was
            // busy or asleep, and the pong may be waiting to be read.
            let tolerance = self.timeout / 4;
            if now - dead_at <= tolerance {
                return Beat::Dead;
            }
            self.dead_at = Some(now + tolerance);
        }
        self.beat_while_deaf(now)
    }

    /// Pings go on while the server is busy; only the verdict waits.
    pub(crate) fn beat_while_deaf(&mut self, now: Instant) -> Beat {
        if now < self.next_ping {
            return Beat::Rest(self.next());
        }
        // Timers come a little late. Counting from the planned time keeps the
        // sum of interval and timeout exact; after a real pause of the process
        // the peer gets its full time.
        let late = now - self.next_ping;
        let sent = if late < self.timeout / 4 { self.next_ping } else { now };
        self.next_ping = sent + self.interval;
        self.dead_at.get_or_insert(sent + self.timeout);
        Beat::Ping
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);
    const TIMEOUT: Duration = Duration::from_secs(5);

    fn at(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn pings_come_at_the_interval_as_long_as_pongs_do() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        for round in 1..=3 {
            let due = at(start, 10 * round);
            assert_eq!(heartbeat.beat(due - Duration::from_millis(1)), Beat::Rest(due));
            assert_eq!(heartbeat.beat(due), Beat::Ping);
            assert_eq!(heartbeat.beat(due), Beat::Rest(due + TIMEOUT));
            heartbeat.heard();
        }
    }

    #[test]
    fn c3_a_silent_peer_is_dead_after_interval_and_timeout() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(heartbeat.beat(at(start, 10) + Duration::from_millis(3)), Beat::Ping);
        assert_eq!(
            heartbeat.beat(at(start, 15) - Duration::from_millis(1)),
            Beat::Rest(at(start, 15))
        );
        assert_eq!(heartbeat.beat(at(start, 15)), Beat::Dead);
    }

    #[test]
    fn a_server_that_slept_listens_once_more() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(heartbeat.beat(at(start, 10)), Beat::Ping);
        let woken = at(start, 60);
        assert_eq!(heartbeat.beat(woken), Beat::Ping);
        let last = woken + TIMEOUT / 4;
        assert_eq!(heartbeat.beat(woken), Beat::Rest(last));
        assert_eq!(heartbeat.beat(last), Beat::Dead);
    }

    #[test]
    fn silence_while_the_server_did_not_listen_is_forgiven() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, INTERVAL, TIMEOUT);
        assert_eq!(heartbeat.beat_while_deaf(at(start, 10)), Beat::Ping);
        assert_eq!(heartbeat.beat_while_deaf(at(start, 20)), Beat::Ping);
        heartbeat.was_deaf(at(start, 21));
        assert_eq!(heartbeat.beat(at(start, 25)), Beat::Rest(at(start, 26)));
        assert_eq!(heartbeat.beat(at(start, 26)), Beat::Dead);
    }

    #[test]
    fn a_timeout_longer_than_the_interval_still_ends() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(start, TIMEOUT, INTERVAL);
        assert_eq!(heartbeat.beat(at(start, 5)), Beat::Ping);
        assert_eq!(heartbeat.beat(at(start, 10)), Beat::Ping);
        assert_eq!(heartbeat.beat(at(start, 15)), Beat::Dead);
    }
}
