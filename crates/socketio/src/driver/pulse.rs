//! The heartbeat on a timer. One timer serves all deadlines of a connection,
//! and is only touched when one of them comes nearer.

use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::time::Instant;

use tokio::time::Sleep;

use crate::connection::Connection;
use crate::engine::heartbeat::{Beat, Heartbeat};
use crate::limits::Limits;
use crate::outbox::Frame;
use crate::reason::Reason;

/// A point in time and what is over then.
pub(super) type Deadline = Option<(Instant, Reason)>;

/// The timer of one connection.
pub(crate) struct Pulse {
    heartbeat: Heartbeat,
    sleep: Pin<Box<Sleep>>,
    armed: Instant,
}

impl Pulse {
    pub(super) fn new(limits: &Limits) -> Self {
        let now = now();
        let heartbeat = Heartbeat::new(now, limits.ping_interval, limits.ping_timeout);
        let armed = heartbeat.next();
        let sleep = Box::pin(tokio::time::sleep_until(armed.into()));
        Self { heartbeat, sleep, armed }
    }

    pub(super) fn heard(&mut self) {
        self.heartbeat.heard();
    }

    pub(super) fn was_deaf(&mut self) {
        self.heartbeat.was_deaf(now());
    }

    pub(super) fn dead_at(&self) -> Option<Instant> {
        self.heartbeat.dead_at()
    }

    /// Pings when it is time, and tells what is over.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        connection: &Connection,
        deadlines: [Deadline; 2],
    ) -> Option<Reason> {
        loop {
            let now = self.poll_alarm(cx, self.heartbeat.next(), deadlines)?;
            match self.heartbeat.beat(now) {
                Beat::Ping => ping(connection),
                Beat::Dead => return Some(Reason::PingTimeout),
                Beat::Rest(_) => {}
            }
            if let Some(reason) = passed(deadlines, now) {
                return Some(reason);
            }
        }
    }

    /// The same while nobody listens to the peer, whose silence is no fault.
    pub(super) fn poll_while_deaf(
        &mut self,
        cx: &mut Context<'_>,
        connection: &Connection,
        deadline: Deadline,
    ) -> Option<Reason> {
        loop {
            let now = self.poll_alarm(cx, self.heartbeat.next_ping(), [deadline, None])?;
            if self.heartbeat.beat_while_deaf(now) == Beat::Ping {
                ping(connection);
            }
            if let Some(reason) = passed([deadline, None], now) {
                return Some(reason);
            }
        }
    }

    /// The time, once the first deadline is reached.
    fn poll_alarm(
        &mut self,
        cx: &mut Context<'_>,
        beat: Instant,
        deadlines: [Deadline; 2],
    ) -> Option<Instant> {
        let due = deadlines.iter().flatten().map(|it| it.0).fold(beat, Instant::min);
        if due < self.armed {
            self.arm(due);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            let now = now();
            if now >= due {
                return Some(now);
            }
            self.arm(due);
        }
        None
    }

    fn arm(&mut self, due: Instant) {
        self.armed = due;
        self.sleep.as_mut().reset(due.into());
    }
}

fn passed(deadlines: [Deadline; 2], now: Instant) -> Option<Reason> {
    deadlines.into_iter().flatten().find(|it| now >= it.0).map(|it| it.1)
}

fn ping(connection: &Connection) {
    // A full queue ends the connection by itself.
    let _ = connection.push([Frame::text("2")]);
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
