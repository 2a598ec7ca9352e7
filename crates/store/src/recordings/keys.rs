//! The keys of recordings, each wrapped by a master key.

use std::fmt;

use housecall_core::{Actor, RecordingId, Timestamp};
use serde_json::json;

use super::parse;
use crate::{
    Store, StoreError, Stream,
    journal::Line,
    ledger::{Ledger, Script},
    writer::Write,
};

/// The key of a recording, wrapped by a master key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// The id of the master key.
    pub by: String,
    /// The wrapped key.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(key wrapped by {})", self.by)
    }
}

impl SealedKey {
    pub(super) fn insert(self, script: &mut Script, id: &str) {
        script.push(
            "INSERT INTO recording_keys (recording_id, wrapped_by, wrapped, destroyed) VALUES (",
        );
        let mut values = script.separated(", ");
        values.push_bind(id.to_owned()).push_bind(self.by).push_bind(self.bytes).push_bind(false);
        script.push("); ");
    }
}

/// Overwrites a key with as many zeros: a row of the same size is written where it
/// is, and no copy of it stays behind.
pub(super) fn destroy(script: &mut Script, id: &str) {
    script.push("UPDATE recording_keys SET wrapped = zeroblob(length(wrapped)), destroyed = ");
    script.push_bind(true).push(" WHERE recording_id = ").push_bind(id.to_owned()).push("; ");
}

impl Store {
    /// The ids of the master keys that keys of recordings are wrapped by.
    pub async fn recording_keys(&self) -> Result<Vec<String>, StoreError> {
        let ids = sqlx::query_scalar(
            "SELECT DISTINCT wrapped_by FROM recording_keys WHERE NOT destroyed \
             ORDER BY wrapped_by",
        );
        Ok(ids.fetch_all(self.read()).await?)
    }

    /// At most `limit` keys that are wrapped by another master key than `current`.
    pub async fn keys_wrapped_by_other_than(
        &self,
        current: &str,
        limit: u32,
    ) -> Result<Vec<(RecordingId, SealedKey)>, StoreError> {
        let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
            "SELECT recording_id, wrapped_by, wrapped FROM recording_keys \
             WHERE NOT destroyed AND wrapped_by <> $1 ORDER BY wrapped_by, recording_id LIMIT $2",
        )
        .bind(current)
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?;
        let read = |(id, by, bytes)| Ok((parse(id)?, SealedKey { by, bytes }));
        rows.into_iter().map(read).collect()
    }

    /// Puts a key that was wrapped again in the place of what it was before.
    /// [`StoreError::Conflict`] if something else is there by now.
    pub async fn rewrap_recording(
        &self,
        id: &RecordingId,
        before: &SealedKey,
        after: SealedKey,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let body = json!({ "before": before.by, "after": after.by });
        let line = Line::new(at, &Actor::House, "recording.rewrapped", &body)?;
        self.writer().run(Rewrap { id: id.clone(), before: before.clone(), after, line }).await
    }
}

struct Rewrap {
    id: RecordingId,
    before: SealedKey,
    after: SealedKey,
    line: Line,
}

impl Write for Rewrap {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE recording_keys SET wrapped_by = $2, wrapped = $3 WHERE recording_id = $1 \
             AND NOT destroyed AND wrapped_by = $4 AND wrapped = $5",
        )
        .bind(self.id.as_str())
        .bind(self.after.by)
        .bind(self.after.bytes)
        .bind(self.before.by)
        .bind(self.before.bytes)
        .execute(ledger.writing().await?)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Conflict);
        }
        ledger.add(&Stream::Recording(self.id).name(), self.line).await?;
        Ok(())
    }
}
