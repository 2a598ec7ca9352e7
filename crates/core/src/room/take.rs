//! How much of what somebody recorded may be kept.
//!
//! Whoever records does so in takes: a reload of their page, a pause, a lost
//! connection begin another. A take is begun while its recording is on air, and
//! ends for us when that stops or pauses, whatever the recorder's device goes on to
//! send. It is measured by a clock that is never set, since the one on the wall may
//! jump in the middle.

use std::time::Duration;

use super::{Entry, Event};
use crate::RecordingId;

/// By how much media may reach over the end of its take: the news of the end is on
/// its way that long. What reaches over is left out when the recording is put
/// together.
const TOLERANCE: Duration = Duration::from_secs(1);

/// Where a recording stands, as its room's journal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Air {
    /// Everybody who is in has agreed: it is recorded.
    On,
    /// It waits for somebody to agree.
    Paused,
    /// It has stopped, or there is no such recording.
    Off,
}

impl Air {
    /// After these entries of a room.
    pub fn after<'a>(
        entries: impl IntoIterator<Item = &'a Entry>,
        recording: &RecordingId,
    ) -> Self {
        entries.into_iter().fold(Air::Off, |air, entry| air.then(&entry.event, recording))
    }

    /// After one more event.
    pub fn then(self, event: &Event, recording: &RecordingId) -> Self {
        match event {
            Event::RecordingStarted { recording: id, .. }
            | Event::RecordingResumed { recording: id }
                if id == recording =>
            {
                Air::On
            }
            Event::RecordingPaused { recording: id } if id == recording => Air::Paused,
            Event::RecordingStopped { recording: id } if id == recording => Air::Off,
            _ => self,
        }
    }
}

/// A take, by a clock that is never set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    /// When it began.
    begun: Duration,
    /// When its recording stopped or paused.
    ended: Option<Duration>,
}

impl Take {
    /// Begins now.
    pub fn begin(now: Duration) -> Self {
        Self { begun: now, ended: None }
    }

    /// A take that ended after `length`.
    pub fn of(length: Duration) -> Self {
        Self { begun: Duration::ZERO, ended: Some(length) }
    }

    /// Ends now, unless it has.
    pub fn end(&mut self, now: Duration) {
        self.ended.get_or_insert(now);
    }

    /// How long it is, or was.
    pub fn length(&self, now: Duration) -> Duration {
        self.ended.unwrap_or(now).saturating_sub(self.begun)
    }

    /// Whether media may be kept that began `at` into the take and are so long.
    pub fn accepts(&self, at: Duration, length: Duration, now: Duration) -> bool {
        let most = self.length(now);
        at <= most && at.saturating_add(length) <= most + TOLERANCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(it: u64) -> Duration {
        Duration::from_secs(it)
    }

    #[test]
    fn media_lie_in_their_take_or_reach_a_second_over_its_end() {
        let mut take = Take::begin(seconds(100));
        assert!(take.accepts(seconds(0), seconds(2), seconds(102)));
        assert!(take.accepts(seconds(0), seconds(2), seconds(101)), "within the tolerance");
        assert!(!take.accepts(seconds(0), seconds(3), seconds(101)), "from the future");
        take.end(seconds(110));
        take.end(seconds(200));
        assert_eq!(take.length(seconds(300)), seconds(10));
        assert!(take.accepts(seconds(9), seconds(2), seconds(300)));
        assert!(!take.accepts(seconds(9), seconds(3), seconds(300)));
        assert!(!take.accepts(seconds(11), seconds(0), seconds(300)), "begun after the end");
        assert!(!take.accepts(Duration::MAX, Duration::MAX, seconds(300)));
    }
}
