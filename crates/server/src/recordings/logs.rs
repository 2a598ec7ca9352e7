//! The logs that chunks are written to, each open once and used by one at a
//! time.

use std::{collections::HashMap, sync::Arc};

use housecall_core::RecordingId;
use housecall_recording::{DataKey, Log, Spool, SpoolProblem};
use parking_lot::Mutex;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::problem::RecordingProblem;
use crate::house;

/// How many chunks of one recording may be on their way to us at a time. Whoever
/// sends sends one after the other; what is more waits, and holds no memory.
const ON_THE_WAY: usize = 3;

/// Where the chunks of one recording go.
struct Desk {
    log: Arc<tokio::sync::Mutex<Option<Log>>>,
    on_the_way: Arc<Semaphore>,
}

/// All that are open.
pub(crate) struct Logs {
    spool: Spool,
    desks: Mutex<HashMap<RecordingId, Arc<Desk>>>,
}

impl Logs {
    pub(crate) fn new(spool: Spool) -> Self {
        Self { spool, desks: Mutex::default() }
    }

    pub(crate) fn spool(&self) -> &Spool {
        &self.spool
    }

    fn desk(&self, recording: &RecordingId) -> Arc<Desk> {
        let new = || {
            let on_the_way = Arc::new(Semaphore::new(ON_THE_WAY));
            Arc::new(Desk { log: Arc::default(), on_the_way })
        };
        self.desks.lock().entry(recording.clone()).or_insert_with(new).clone()
    }

    /// Ends when a chunk may come in; it is on its way until what this answers is
    /// dropped.
    pub(crate) async fn turn(&self, recording: &RecordingId) -> tokio::sync::OwnedSemaphorePermit {
        let turns = self.desk(recording).on_the_way.clone();
        turns.acquire_owned().await.expect("the turns of a desk are never closed")
    }

    /// Does some work with the log of a recording, and alone with it. What is
    /// begun is done, whoever waits for it.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        recording: &RecordingId,
        key: DataKey,
        work: impl FnOnce(&mut Log) -> Result<T, RecordingProblem> + Send + 'static,
    ) -> Result<T, RecordingProblem> {
        let mut log = self.desk(recording).log.clone().lock_owned().await;
        let (spool, recording) = (self.spool.clone(), recording.clone());
        in_background(move || {
            let log = match &mut *log {
                Some(log) => log,
                none => none.insert(spool.open(&recording, &key)?),
            };
            work(log)
        })
        .await
    }

    /// Closes the log of a recording and removes it with everything beside it.
    pub(crate) async fn remove(&self, recording: &RecordingId) -> Result<(), RecordingProblem> {
        let mut log = self.desk(recording).log.clone().lock_owned().await;
        let (spool, id) = (self.spool.clone(), recording.clone());
        let removed = in_background(move || {
            *log = None;
            Ok(spool.remove(&id).map_err(SpoolProblem::from)?)
        });
        removed.await?;
        self.desks.lock().remove(recording);
        Ok(())
    }
}

/// Does what may take a while.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordingProblem> + Send + 'static,
) -> Result<T, RecordingProblem> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, code = house::internal().code, "Work on a recording broke off");
        Err(RecordingProblem::Unavailable)
    })
}
