//! How a recording goes on: from one status to the next, damaged, held and let go.

use housecall_core::{Actor, RecordingId, Timestamp, UserId};
use serde_json::{Value, json};

use super::{RecordingStatus, parse};
use crate::{
    BlobId, Store, StoreError, Stream,
    journal::{Line, signed},
    ledger::{Ledger, Script},
    writer::Write,
};

/// What a recording became.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The sealed file.
    pub blob: BlobId,
    /// A sealed picture of it. The one that is known stays if there is none.
    pub poster: Option<BlobId>,
    /// How large the file is before it is sealed.
    pub bytes: u64,
    /// How large the sealed file is.
    pub sealed_bytes: u64,
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
    /// The SHA-256 of the file before it is sealed, in hexadecimal.
    pub sha256: String,
    /// What the journal says of it: the hashes of chunks, parts and file.
    pub manifest: Value,
}

impl Store {
    /// The room has stopped: chunks may still come. [`StoreError::Conflict`] if that
    /// was noted before.
    pub async fn recording_stopped(
        &self,
        id: &RecordingId,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Stop { expires_at }, &Actor::House, at).await
    }

    /// All chunks are here. [`StoreError::Conflict`] unless they were awaited.
    pub async fn recording_uploaded(
        &self,
        id: &RecordingId,
        chunks: u64,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Upload { chunks }, by, at).await
    }

    /// The file is kept. [`StoreError::Conflict`] unless it was awaited.
    pub async fn complete_recording(
        &self,
        id: &RecordingId,
        completion: Completion,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Complete(completion), &Actor::House, at).await
    }

    /// There will be no file, for a reason that names nobody. Its time ends as was said
    /// when it was stopped. [`StoreError::Conflict`] if there is a file, or was.
    pub async fn fail_recording(
        &self,
        id: &RecordingId,
        reason: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Fail { reason: reason.to_owned() }, &Actor::House, at).await
    }

    /// `by` found that the bytes of a recording are others than those that were kept.
    /// Nothing happens if that is known.
    pub async fn mark_damaged(
        &self,
        id: &RecordingId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Damage, by, at).await
    }

    /// Keeps a recording from being destroyed. Said again it has another reason.
    /// [`StoreError::Conflict`] if it was destroyed.
    pub async fn hold_recording(
        &self,
        id: &RecordingId,
        reason: &str,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Hold { reason: reason.to_owned() }, by, at).await
    }

    /// Lets a recording be destroyed again; nothing happens if nobody holds it.
    pub async fn release_recording(
        &self,
        id: &RecordingId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_recording(id, Turn::Release, by, at).await
    }

    /// A sealed picture of a recording is kept. [`StoreError::Conflict`] if it was
    /// destroyed.
    pub async fn set_poster(&self, id: &RecordingId, poster: &BlobId) -> Result<(), StoreError> {
        self.writer().run(SetPoster { id: id.clone(), poster: poster.clone() }).await
    }

    async fn turn_recording(
        &self,
        id: &RecordingId,
        turn: Turn,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer().run(Update { id: id.clone(), turn, by: by.clone(), at }).await
    }
}

enum Turn {
    Stop { expires_at: Timestamp },
    Upload { chunks: u64 },
    Complete(Completion),
    Fail { reason: String },
    Damage,
    Hold { reason: String },
    Release,
}

/// How a recording stands, as far as its next turn depends on it.
#[derive(sqlx::FromRow)]
struct Standing {
    status: String,
    damaged: bool,
    hold_reason: Option<String>,
}

struct Update {
    id: RecordingId,
    turn: Turn,
    by: Actor,
    at: Timestamp,
}

impl Write for Update {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let standing = standing(ledger, &self.id).await?;
        if !self.turn.changes(standing)? {
            return Ok(());
        }
        let line = Line::new(self.at, &self.by, self.turn.name(), &self.turn.body())?;
        let id = self.id.as_str().to_owned();
        ledger
            .write(|script| {
                script.push("UPDATE recordings SET ");
                self.turn.assign(script, self.by.user(), self.at);
                script.push(" WHERE id = ").push_bind(id).push("; ");
            })
            .await?;
        ledger.add(&Stream::Recording(self.id).name(), line).await?;
        Ok(())
    }
}

impl Turn {
    /// Whether it makes a difference; [`StoreError::Conflict`] if it is out of place.
    fn changes(&self, standing: Standing) -> Result<bool, StoreError> {
        use RecordingStatus::{Destroyed, Processing, Recording, Uploading};

        let status = parse(standing.status)?;
        let in_place = match self {
            Turn::Stop { .. } => status == Recording,
            Turn::Upload { .. } => status == Uploading,
            Turn::Complete(_) => status == Processing,
            Turn::Fail { .. } => matches!(status, Recording | Uploading | Processing),
            Turn::Damage | Turn::Hold { .. } => status != Destroyed,
            Turn::Release => true,
        };
        if !in_place {
            return Err(StoreError::Conflict);
        }
        Ok(match self {
            Turn::Damage => !standing.damaged,
            Turn::Hold { reason } => standing.hold_reason.as_ref() != Some(reason),
            Turn::Release => standing.hold_reason.is_some(),
            Turn::Stop { .. } | Turn::Upload { .. } | Turn::Complete(_) | Turn::Fail { .. } => true,
        })
    }

    fn name(&self) -> &'static str {
        match self {
            Turn::Stop { .. } => "recording.stopped",
            Turn::Upload { .. } => "recording.uploaded",
            Turn::Complete(_) => "recording.completed",
            Turn::Fail { .. } => "recording.failed",
            Turn::Damage => "recording.damaged",
            Turn::Hold { .. } => "recording.held",
            Turn::Release => "recording.released",
        }
    }

    fn body(&self) -> Value {
        match self {
            Turn::Stop { expires_at } => json!({ "expiresAt": expires_at }),
            Turn::Upload { chunks } => json!({ "chunks": chunks }),
            Turn::Complete(completion) => completion.manifest.clone(),
            Turn::Fail { reason } | Turn::Hold { reason } => json!({ "reason": reason }),
            Turn::Damage | Turn::Release => json!({}),
        }
    }

    /// Writes what is different from now on.
    fn assign(self, script: &mut Script, by: Option<&UserId>, at: Timestamp) {
        match self {
            Turn::Stop { expires_at } => {
                set_status(script, RecordingStatus::Uploading);
                script.push(", stopped_at = ").push_bind(at.to_string());
                script.push(", expires_at = ").push_bind(expires_at.to_string());
            }
            Turn::Upload { chunks } => {
                set_status(script, RecordingStatus::Processing);
                script.push(", chunks = ").push_bind(signed(chunks));
            }
            Turn::Complete(completion) => completion.assign(script),
            Turn::Fail { reason } => {
                set_status(script, RecordingStatus::Failed);
                script.push(", failure = ").push_bind(reason);
            }
            Turn::Damage => {
                script.push("damaged = ").push_bind(true);
            }
            Turn::Hold { reason } => {
                script.push("hold_reason = ").push_bind(reason);
                script.push(", hold_by = ").push_bind(by.cloned().map(String::from));
                script.push(", hold_at = ").push_bind(at.to_string());
            }
            Turn::Release => {
                script.push("hold_reason = NULL, hold_by = NULL, hold_at = NULL");
            }
        }
    }
}

impl Completion {
    fn assign(self, script: &mut Script) {
        set_status(script, RecordingStatus::Completed);
        script.push(", blob = ").push_bind(self.blob.to_string());
        script.push(", poster = COALESCE(").push_bind(self.poster.map(|it| it.to_string()));
        script.push(", poster), bytes = ").push_bind(signed(self.bytes));
        script.push(", sealed_bytes = ").push_bind(signed(self.sealed_bytes));
        script.push(", duration_ms = ").push_bind(signed(self.duration_ms));
        script.push(", sha256 = ").push_bind(self.sha256);
    }
}

fn set_status(script: &mut Script, status: RecordingStatus) {
    script.push("status = ").push_bind(status.as_str());
}

async fn standing(ledger: &mut Ledger<'_>, id: &RecordingId) -> Result<Standing, StoreError> {
    let standing: Option<Standing> =
        sqlx::query_as("SELECT status, damaged, hold_reason FROM recordings WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(ledger.reading())
            .await?;
    standing.ok_or(StoreError::NotFound)
}

/// How far a recording has come; [`StoreError::NotFound`] if there is none.
pub(super) async fn status_of(
    ledger: &mut Ledger<'_>,
    id: &RecordingId,
) -> Result<RecordingStatus, StoreError> {
    parse(standing(ledger, id).await?.status)
}

struct SetPoster {
    id: RecordingId,
    poster: BlobId,
}

impl Write for SetPoster {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        if status_of(ledger, &self.id).await? == RecordingStatus::Destroyed {
            return Err(StoreError::Conflict);
        }
        sqlx::query("UPDATE recordings SET poster = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.poster.as_str())
            .execute(ledger.writing().await?)
            .await?;
        Ok(())
    }
}
