//! Who looked at recordings, and who asked to.

use housecall_core::{Actor, RecordingId, Timestamp, UserId};
use serde_json::{Value, json};

use super::{parse, turns::status_of};
use crate::{Record, Store, StoreError, Stream, journal::Line, ledger::Ledger, writer::Write};

/// Lines that are read at once.
const LINES: u32 = 1000;

/// What somebody did with a recording that changes nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read what is known of it.
    Opened,
    /// Began to watch it.
    Watched,
    /// Took a copy.
    Downloaded,
    /// Wanted to and was not allowed.
    Refused {
        /// What they wanted: `watch`.
        what: &'static str,
    },
}

impl Access {
    fn name(self) -> &'static str {
        match self {
            Access::Opened => "recording.opened",
            Access::Watched => "recording.watched",
            Access::Downloaded => "recording.downloaded",
            Access::Refused { .. } => "recording.refused",
        }
    }

    fn body(self) -> Value {
        match self {
            Access::Refused { what } => json!({ "what": what }),
            Access::Opened | Access::Watched | Access::Downloaded => json!({}),
        }
    }
}

/// That somebody asked to see a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRequest {
    /// Who.
    pub user: UserId,
    /// When they first did.
    pub at: Timestamp,
}

impl Store {
    /// Takes note of what somebody did with a recording, destroyed or not. Those who
    /// watch are counted.
    pub async fn note_access(
        &self,
        id: &RecordingId,
        by: &Actor,
        access: Access,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let line = Line::new(at, by, access.name(), &access.body())?;
        let viewer = by.user().filter(|_| access == Access::Watched).cloned();
        self.writer().run(Note { id: id.clone(), line, viewer, at }).await
    }

    /// Takes note that somebody asks to see a recording; nothing happens if they have.
    pub async fn ask_for_recording(
        &self,
        id: &RecordingId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        // The house sees what it wants to see.
        let Some(user) = by.user().cloned() else { return Ok(()) };
        let line = Line::new(at, by, "recording.asked_for", &json!({}))?;
        self.writer().run(Ask { id: id.clone(), user, line, at }).await
    }

    /// Who asked to see a recording, in the order they did.
    pub async fn recording_requests(
        &self,
        id: &RecordingId,
    ) -> Result<Vec<RecordingRequest>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT user_id, at FROM recording_requests WHERE recording_id = $1 \
             ORDER BY at, user_id",
        )
        .bind(id.as_str())
        .fetch_all(self.read())
        .await?;
        let read = |(user, at)| Ok(RecordingRequest { user: parse(user)?, at: parse(at)? });
        rows.into_iter().map(read).collect()
    }

    /// All that was done with a recording, from its beginning, in order.
    pub async fn recording_accesses(&self, id: &RecordingId) -> Result<Vec<Record>, StoreError> {
        let stream = Stream::Recording(id.clone());
        let mut records: Vec<Record> = Vec::new();
        loop {
            let after = records.last().map_or(0, |it| it.seq);
            let mut more = self.records(&stream, after, LINES).await?;
            if more.is_empty() {
                return Ok(records);
            }
            records.append(&mut more);
        }
    }
}

struct Note {
    id: RecordingId,
    line: Line,
    viewer: Option<UserId>,
    at: Timestamp,
}

impl Write for Note {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        status_of(ledger, &self.id).await?;
        if let Some(viewer) = &self.viewer {
            sqlx::query(
                "UPDATE recordings SET views = views + 1, last_viewed_by = $2, \
                 last_viewed_at = $3 WHERE id = $1",
            )
            .bind(self.id.as_str())
            .bind(viewer.as_str())
            .bind(self.at.to_string())
            .execute(ledger.writing().await?)
            .await?;
        }
        ledger.add(&Stream::Recording(self.id).name(), self.line).await?;
        Ok(())
    }
}

struct Ask {
    id: RecordingId,
    user: UserId,
    line: Line,
    at: Timestamp,
}

impl Write for Ask {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        status_of(ledger, &self.id).await?;
        let asked = sqlx::query(
            "INSERT INTO recording_requests (recording_id, user_id, at) VALUES ($1, $2, $3) \
             ON CONFLICT (recording_id, user_id) DO NOTHING",
        )
        .bind(self.id.as_str())
        .bind(self.user.as_str())
        .bind(self.at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        if asked.rows_affected() == 1 {
            ledger.add(&Stream::Recording(self.id).name(), self.line).await?;
        }
        Ok(())
    }
}
