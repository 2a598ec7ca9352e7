//! Recordings: what recorders send is taken in chunk by chunk, joined and sealed
//! when it is complete, shown to those who may see it, and destroyed when its time
//! is over.
//!
//! A chunk is acknowledged when it is on the disk, sealed, in the spool. From there
//! the house alone sees to it that it becomes part of a file, whatever ends in the
//! middle: every step can be done again.

mod finishing;
mod keys;
mod logs;
pub(crate) mod policy;
mod problem;
mod ranges;
mod reading;
mod story;
mod sweep;
mod takes;
mod uploads;

use std::sync::atomic::{AtomicBool, AtomicU64};

use housecall_core::{Actor, Entry, Event, RecordingId, Room, RoomId, UserId, room::Recording};
use housecall_recording::{MasterKeys, Spool};
use housecall_store::{Access, BlobId, Blobs, RecordingStatus, StoreError, StoredRecording};
use tokio::sync::Notify;

pub(crate) use self::{
    finishing::keep as finish,
    keys::prepare,
    policy::{Action, Relation},
    problem::RecordingProblem,
    ranges::{Asked, asked},
    reading::{Media, VIEWING},
    story::{Answer, Chapter, ChapterKind, Word, answers, chapters, places},
    sweep::keep as sweep,
    uploads::{NewChunk, POSTER_BYTES, Uploading, is_digest},
};
use self::{
    logs::Logs,
    policy::{Belongs, Policy, Relations},
    reading::Viewings,
    takes::Takes,
};
use crate::{config::Config, house::House};

/// The file in the data folder that holds the master key, if it was made.
pub(crate) const KEY_FILE: &str = "recordings.key";

/// Everything one node holds of recordings.
pub(crate) struct Recordings {
    /// Without master keys nothing is recorded.
    keys: Option<MasterKeys>,
    pub(crate) policy: Policy,
    /// Where finished recordings are kept.
    pub(crate) blobs: Blobs,
    logs: Logs,
    takes: Takes,
    viewings: Viewings,
    /// Somebody finished an upload.
    complete: Notify,
    pub(crate) figures: Figures,
}

/// What is counted since the start.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) chunks: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) finished: AtomicU64,
    pub(crate) failures: AtomicU64,
    /// Whether finished recordings could not be kept or read the last time.
    pub(crate) storage_is_gone: AtomicBool,
}

impl Recordings {
    pub(crate) fn new(config: &Config, keys: Option<MasterKeys>) -> anyhow::Result<Self> {
        Ok(Self {
            keys,
            policy: Policy::read(&config.recording_policy)?,
            blobs: blobs(config)?,
            logs: Logs::new(Spool::in_folder(&config.spool())),
            takes: Takes::default(),
            viewings: Viewings::default(),
            complete: Notify::new(),
            figures: Figures::default(),
        })
    }

    /// Whether anything can be recorded.
    pub(crate) fn are_available(&self) -> bool {
        self.keys.is_some()
    }
}

/// Where finished recordings are kept.
pub(crate) fn blobs(config: &Config) -> anyhow::Result<Blobs> {
    match config.storage.bucket() {
        Some(bucket) => Ok(Blobs::in_bucket(bucket)?),
        None => Ok(Blobs::in_folder(&config.kept_recordings())),
    }
}

/// What somebody has to do with a recording.
fn relations(it: &StoredRecording, by: &Actor) -> Relations {
    let Actor::Person { user, role } = by else { return Relations::new() };
    let belongs = Belongs {
        recorder: Some(&it.recorder),
        provider: it.provider.as_ref(),
        patient: it.patient.as_ref(),
        people: &it.people,
    };
    belongs.relations(user, *role)
}

impl House {
    /// Whether somebody may do something with a recording.
    pub(crate) fn may(&self, by: &Actor, what: Action, it: &StoredRecording) -> bool {
        self.recordings.policy.may(what, &relations(it, by))
    }

    /// A recording that `by` may learn of.
    pub(crate) async fn recording_seen(
        &self,
        by: &Actor,
        id: &str,
    ) -> Result<StoredRecording, RecordingProblem> {
        let id: RecordingId = id.parse().map_err(|_| RecordingProblem::NotFound)?;
        let found = self.store.recording(&id).await?;
        let found = found.filter(|it| self.may(by, Action::Learn, it));
        found.ok_or(RecordingProblem::NotFound)
    }

    /// A recording with which `by` may do something. That they wanted to and
    /// may not is noted.
    pub(crate) async fn recording_for(
        &self,
        by: &Actor,
        what: Action,
        id: &str,
    ) -> Result<StoredRecording, RecordingProblem> {
        let it = self.recording_seen(by, id).await?;
        if !self.may(by, what, &it) {
            let refused = Access::Refused { what: what.as_str() };
            self.store.note_access(&it.id, by, refused, self.now()).await?;
            return Err(RecordingProblem::Forbidden);
        }
        match it.status {
            RecordingStatus::Destroyed => Err(RecordingProblem::Destroyed),
            _ => Ok(it),
        }
    }

    /// Follows what happens in a room to its recording.
    pub(crate) fn follow_recording(&self, room: &Room, entry: &Entry) {
        match &entry.event {
            Event::RecordingPaused { recording } => {
                self.recordings.takes.end(recording, self.clock.elapsed());
            }
            Event::RecordingStopped { recording } => {
                self.recordings.takes.end(recording, self.clock.elapsed());
                self.soon(recording, |house, id| async move { house.note_stop(&id).await });
            }
            Event::Joined { user, .. } => {
                if let Some(running) = room.recording() {
                    let user = user.clone();
                    self.soon(&running.id, |house, id| async move {
                        house.note_person(&id, user).await
                    });
                }
            }
            _ => {}
        }
    }

    /// How a recording of an open room stands.
    fn running(&self, room: &RoomId, recording: &RecordingId) -> Option<Recording> {
        let room = self.rooms.find(room)?.state();
        room.recording().filter(|it| it.id == *recording).cloned()
    }

    fn is_on_air(&self, room: &RoomId, recording: &RecordingId) -> bool {
        self.running(room, recording).is_some_and(|it| !it.paused)
    }

    /// Takes note of something when there is time for it. What fails is made up for
    /// by the next sweep.
    fn soon<F>(&self, recording: &RecordingId, note: impl FnOnce(House, RecordingId) -> F)
    where
        F: Future<Output = Result<(), RecordingProblem>> + Send + 'static,
    {
        let noting = note(self.clone(), recording.clone());
        let recording = recording.clone();
        tokio::spawn(async move {
            if let Err(problem) = noting.await {
                tracing::warn!(%recording, code = problem.code(), "A recording did not follow");
            }
        });
    }

    async fn note_person(&self, id: &RecordingId, user: UserId) -> Result<(), RecordingProblem> {
        match self.store.note_people(id, &[user]).await {
            // Nothing has been sent yet: who is there is asked when it is.
            Err(StoreError::NotFound) => Ok(()),
            noted => Ok(noted?),
        }
    }

    /// Takes note that a recording has stopped, if its room says so and nobody did.
    async fn note_stop(&self, id: &RecordingId) -> Result<(), RecordingProblem> {
        let Some(it) = self.store.recording(id).await? else { return Ok(()) };
        if it.status != RecordingStatus::Recording {
            return Ok(());
        }
        let entries = self.store.load(&it.room).await?.unwrap_or_default();
        let Some(at) = story::stopped_at(&entries, id) else { return Ok(()) };
        self.store.note_people(id, &story::people(&entries, id)).await?;
        let expires_at = at.plus(self.config.recordings.retention());
        match self.store.recording_stopped(id, at, expires_at).await {
            Err(StoreError::Conflict) => Ok(()),
            stopped => Ok(stopped?),
        }
    }

    /// Destroys a recording: its key first, then what it opened.
    pub(crate) async fn destroy_recording(
        &self,
        id: &RecordingId,
        why: housecall_store::Destruction,
        by: &Actor,
    ) -> Result<(), RecordingProblem> {
        use housecall_store::Destroyed::{Done, Gone, OnHold};
        match self.store.destroy_recording(id, why, by, self.now()).await? {
            Done { blob, poster } => {
                self.remove_remains(id, [blob, poster]).await;
                Ok(())
            }
            OnHold => Err(RecordingProblem::OnHold),
            Gone => Err(RecordingProblem::Destroyed),
        }
    }

    /// Removes what nobody can open any more. What cannot be removed now is at the
    /// next sweep.
    async fn remove_remains(&self, id: &RecordingId, blobs: [Option<BlobId>; 2]) {
        self.recordings.takes.forget(id);
        let removed = async {
            self.recordings.logs.remove(id).await?;
            for blob in blobs.iter().flatten() {
                self.recordings.blobs.delete(blob).await?;
            }
            Ok::<(), RecordingProblem>(self.store.blobs_gone(id).await?)
        };
        if let Err(problem) = removed.await {
            let code = problem.code();
            tracing::warn!(recording = %id, code, "Remains of a recording stay until the next sweep");
        }
    }

    /// What is kept of a recording is not what was kept once.
    pub(crate) async fn note_damage(&self, id: &RecordingId, by: &Actor) -> RecordingProblem {
        tracing::error!(recording = %id, "A recording is damaged");
        match self.store.mark_damaged(id, by, self.now()).await {
            Ok(()) => RecordingProblem::Damaged,
            Err(error) => error.into(),
        }
    }
}
