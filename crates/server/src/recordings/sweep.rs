//! What is over is destroyed, what was left lying is put away, and what nobody
//! finished is finished.

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use housecall_core::{Actor, RecordingId};
use housecall_recording::SpoolProblem;
use housecall_store::{Destruction, RecordingStatus, StoredRecording};

use super::{logs::in_background, problem::RecordingProblem};
use crate::house::House;

/// How often to sweep: nobody minds a recording that is destroyed so much later.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// How often to look whether recordings can be kept.
const LOOK: Duration = Duration::from_secs(5 * 60);

/// How old a blob without a recording is before it is taken for one that was left
/// behind. Younger ones may belong to a recording that is just being finished.
const ORPHANED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How many expired recordings are destroyed at a time.
const AT_A_TIME: u32 = 100;

/// Sweeps for ever.
pub(crate) async fn keep(house: House) {
    if let Err(error) = house.recordings.blobs.remove_unfinished().await {
        tracing::warn!(%error, "Half-written recordings stay until the next start");
    }
    let mut next = house.now();
    loop {
        let gone = house.recordings.blobs.check().await.is_err();
        house.recordings.figures.storage_is_gone.store(gone, Ordering::Relaxed);
        if house.now() >= next {
            next = house.now().plus(PERIOD);
            house.sweep().await;
        }
        house.clock.until(next.min(house.now().plus(LOOK))).await;
    }
}

impl House {
    /// Sweeps once. What fails is tried again the next time, and keeps nothing else
    /// from being done.
    async fn sweep(&self) {
        let say = |what: &str, done: Result<(), RecordingProblem>| {
            if let Err(problem) = done {
                tracing::warn!(what, code = problem.code(), "Recordings were not swept");
            }
        };
        say("unfinished", self.go_on_with_unfinished().await);
        say("expired", self.destroy_expired().await);
        say("remains", self.remove_all_remains().await);
        say("keys", self.forget_keys().await);
        say("spool", self.tidy_spool().await);
        say("blobs", self.tidy_blobs().await);
    }

    async fn go_on_with_unfinished(&self) -> Result<(), RecordingProblem> {
        for it in self.store.unfinished_recordings().await? {
            let done = match it.status {
                RecordingStatus::Recording => self.note_stop(&it.id).await,
                RecordingStatus::Uploading if self.is_abandoned(&it) => self.finish_for(&it).await,
                _ => Ok(()),
            };
            if let Err(problem) = done {
                tracing::warn!(recording = %it.id, code = problem.code(), "It does not go on");
            }
        }
        Ok(())
    }

    /// Whether nobody has sent anything for so long that nobody will.
    fn is_abandoned(&self, it: &StoredRecording) -> bool {
        let last = it.last_chunk_at.max(it.stopped_at).unwrap_or(it.started_at);
        self.now() >= last.plus(self.config.recordings.upload_patience())
    }

    async fn destroy_expired(&self) -> Result<(), RecordingProblem> {
        loop {
            let expired = self.store.expired_recordings(self.now(), AT_A_TIME).await?;
            for id in &expired {
                match self.destroy_recording(id, Destruction::Retention, &Actor::House).await {
                    // Somebody was faster.
                    Ok(()) | Err(RecordingProblem::OnHold | RecordingProblem::Destroyed) => {}
                    Err(problem) => return Err(problem),
                }
            }
            if expired.len() < AT_A_TIME as usize {
                return Ok(());
            }
        }
    }

    async fn remove_all_remains(&self) -> Result<(), RecordingProblem> {
        for it in self.store.remains().await? {
            self.remove_remains(&it.id, [it.blob, it.poster]).await;
        }
        Ok(())
    }

    /// What a destroyed key was may still stand in the database's log, if somebody
    /// read there when it was destroyed.
    async fn forget_keys(&self) -> Result<(), RecordingProblem> {
        if !self.store.cut_log().await? {
            tracing::debug!("The log of the database is in use and was not cut");
        }
        Ok(())
    }

    /// Removes logs nobody needs: those whose recording is kept or destroyed, and
    /// those that belong to none.
    async fn tidy_spool(&self) -> Result<(), RecordingProblem> {
        let spool = self.recordings.logs.spool().clone();
        let found =
            in_background(move || Ok(spool.recordings().map_err(SpoolProblem::from)?)).await?;
        for id in found {
            if !self.needs_log(&id).await? {
                self.recordings.logs.remove(&id).await?;
            }
        }
        Ok(())
    }

    async fn needs_log(&self, id: &RecordingId) -> Result<bool, RecordingProblem> {
        let found = self.store.recording(id).await?;
        Ok(found.is_some_and(|it| match it.status {
            RecordingStatus::Recording
            | RecordingStatus::Uploading
            | RecordingStatus::Processing
            | RecordingStatus::Failed => true,
            RecordingStatus::Completed | RecordingStatus::Destroyed => false,
        }))
    }

    async fn tidy_blobs(&self) -> Result<(), RecordingProblem> {
        let long_ago = self.now().minus(ORPHANED_AFTER);
        let old = self.recordings.blobs.finished_before(long_ago).await?;
        let unknown = self.store.unknown_recording_blobs(old).await?;
        for blob in unknown.into_iter().collect::<HashSet<_>>() {
            tracing::warn!(%blob, "A blob without a recording is deleted");
            self.recordings.blobs.delete(&blob).await?;
        }
        Ok(())
    }
}
