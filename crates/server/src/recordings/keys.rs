//! What opens recordings.

use anyhow::bail;
use housecall_core::RecordingId;
use housecall_recording::{DataKey, KeyProblem, MasterKeys, WrappedKey};
use housecall_store::{SealedKey, Store, StoreError, StoredRecording};

use super::{Recordings, problem::RecordingProblem};
use crate::clock::Clock;

/// How many keys are read at a time.
const AT_A_TIME: u32 = 500;

impl Recordings {
    /// A new key for a recording, and how it is kept.
    pub(super) fn new_key(&self, recording: &RecordingId) -> Result<SealedKey, RecordingProblem> {
        let keys = self.keys.as_ref().ok_or(RecordingProblem::NoMasterKey)?;
        Ok(sealed(keys.wrap(recording, &DataKey::random())))
    }

    /// The key of a recording.
    pub(super) fn key(&self, it: &StoredRecording) -> Result<DataKey, RecordingProblem> {
        let kept = it.key.as_ref().ok_or(RecordingProblem::Destroyed)?;
        let keys = self.keys.as_ref().ok_or(RecordingProblem::NoMasterKey)?;
        open(keys, &it.id, kept).map_err(|problem| {
            tracing::error!(recording = %it.id, %problem, "The key of a recording cannot be had");
            RecordingProblem::Damaged
        })
    }
}

fn open(
    keys: &MasterKeys,
    recording: &RecordingId,
    kept: &SealedKey,
) -> Result<DataKey, KeyProblem> {
    let by = kept.by.parse().map_err(|_| KeyProblem::Damaged)?;
    keys.unwrap(recording, &WrappedKey { by, bytes: kept.bytes.clone() })
}

fn sealed(key: WrappedKey) -> SealedKey {
    SealedKey { by: key.by.to_string(), bytes: key.bytes }
}

/// Gets ready to open recordings with these keys.
pub(crate) async fn prepare(
    store: &Store,
    keys: Option<&MasterKeys>,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    check(store, keys).await?;
    match keys {
        Some(keys) => rewrap(store, keys, clock).await,
        None => {
            tracing::warn!("Nothing is recorded: recordings.master_key is not set");
            Ok(())
        }
    }
}

/// Refuses to go on without a master key that recordings need, before anybody is
/// promised that they can be seen.
async fn check(store: &Store, keys: Option<&MasterKeys>) -> anyhow::Result<()> {
    for used in store.recording_keys().await? {
        let known = used.parse().is_ok_and(|id| keys.is_some_and(|keys| keys.knows(&id)));
        if !known {
            bail!(
                "There are recordings that only the master key {used} opens, and it is not here: \
                 set recordings.master_key [RECORDING_MASTER_KEY] to it, or name it in \
                 recordings.previous_master_keys."
            );
        }
    }
    Ok(())
}

/// Locks the keys of all recordings with the master key of today.
async fn rewrap(store: &Store, keys: &MasterKeys, clock: &dyn Clock) -> anyhow::Result<()> {
    let current = keys.current().to_string();
    loop {
        let others = store.keys_wrapped_by_other_than(&current, AT_A_TIME).await?;
        let (found, mut rewrapped) = (others.len(), 0);
        for (recording, before) in others {
            let key = match open(keys, &recording, &before) {
                Ok(key) => key,
                Err(problem) => {
                    tracing::error!(%recording, %problem, "The key of a recording stays as it is");
                    continue;
                }
            };
            let after = sealed(keys.wrap(&recording, &key));
            match store.rewrap_recording(&recording, &before, after, clock.now()).await {
                // It was destroyed meanwhile.
                Ok(()) | Err(StoreError::Conflict | StoreError::NotFound) => rewrapped += 1,
                Err(error) => return Err(error.into()),
            }
        }
        if rewrapped == 0 || found < AT_A_TIME as usize {
            return Ok(());
        }
    }
}
