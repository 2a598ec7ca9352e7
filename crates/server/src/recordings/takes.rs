//! How long what somebody records may be: until its recording pauses or stops.

use std::{collections::HashMap, time::Duration};

use housecall_core::{Entry, RecordingId, Timestamp, room::Take};
use housecall_store::{StoredPart, StoredRecording};
use parking_lot::Mutex;

use super::{problem::RecordingProblem, story};
use crate::house::House;

/// The takes that were begun since the start.
#[derive(Default)]
pub(crate) struct Takes(Mutex<HashMap<RecordingId, HashMap<u16, Take>>>);

impl Takes {
    /// A part begins, or is known again after a restart.
    pub(crate) fn put(&self, recording: &RecordingId, part: u16, take: Take) {
        self.0.lock().entry(recording.clone()).or_default().insert(part, take);
    }

    pub(crate) fn get(&self, recording: &RecordingId, part: u16) -> Option<Take> {
        self.0.lock().get(recording)?.get(&part).copied()
    }

    /// The recording paused or stopped.
    pub(crate) fn end(&self, recording: &RecordingId, now: Duration) {
        if let Some(takes) = self.0.lock().get_mut(recording) {
            takes.values_mut().for_each(|it| it.end(now));
        }
    }

    /// The recording is finished.
    pub(crate) fn forget(&self, recording: &RecordingId) {
        self.0.lock().remove(recording);
    }
}

impl House {
    /// The take of a part. One that was begun before a restart is measured by the
    /// clock on the wall.
    pub(super) async fn take(
        &self,
        it: &StoredRecording,
        part: &StoredPart,
    ) -> Result<Take, RecordingProblem> {
        if let Some(take) = self.recordings.takes.get(&it.id, part.number) {
            return Ok(take);
        }
        let entries = self.store.load(&it.room).await?.unwrap_or_default();
        let (now, elapsed) = (self.now(), self.clock.elapsed());
        let take = remembered(&entries, &it.id, part.started_at, (now, elapsed));
        self.recordings.takes.put(&it.id, part.number, take);
        // It may have paused while the journal was read.
        if !self.is_on_air(&it.room, &it.id) {
            self.recordings.takes.end(&it.id, elapsed);
        }
        Ok(self.recordings.takes.get(&it.id, part.number).unwrap_or(take))
    }
}

/// A take that began at `began`, as the journal tells of it.
fn remembered(
    entries: &[Entry],
    recording: &RecordingId,
    began: Timestamp,
    (now, elapsed): (Timestamp, Duration),
) -> Take {
    match story::take_ended(entries, recording, began) {
        Some(ended) => Take::of(ended.since(began)),
        None => Take::begin(elapsed.saturating_sub(now.since(began))),
    }
}
