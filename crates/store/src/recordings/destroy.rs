//! How a recording ends: its key is overwritten, and with it all that was sealed by it
//! is gone. The blobs are deleted after that, when it can be done.

use housecall_core::{Actor, Private, RecordingId, Timestamp};
use serde_json::{Value, json};

use super::{RecordingStatus, keys, parse};
use crate::{BlobId, Store, StoreError, Stream, journal::Line, ledger::Ledger, writer::Write};

/// Why a recording is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destruction {
    /// Its time is over.
    Retention,
    /// Somebody asked for it, and may have said why.
    Asked(Option<Private<String>>),
}

/// What became of the wish to destroy a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destroyed {
    /// Nothing opens it any more. Its blobs are still to be deleted.
    Done {
        /// The sealed file.
        blob: Option<BlobId>,
        /// A sealed picture of it.
        poster: Option<BlobId>,
    },
    /// Somebody holds it: nothing was changed.
    OnHold,
    /// It was destroyed before.
    Gone,
}

/// What is left of a recording that was destroyed: nothing that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// Which.
    pub id: RecordingId,
    /// The sealed file.
    pub blob: Option<BlobId>,
    /// A sealed picture of it.
    pub poster: Option<BlobId>,
}

impl Destruction {
    fn body(&self) -> Value {
        match self {
            Destruction::Retention => json!({ "why": "retention" }),
            Destruction::Asked(reason) => json!({ "why": "asked", "reason": reason }),
        }
    }
}

impl Store {
    /// Destroys a recording unless somebody holds it. When this returns, its key is on
    /// the disk no longer, unless a reader kept the log of the database busy: then it
    /// goes with the next one, or with [`Store::cut_log`].
    pub async fn destroy_recording(
        &self,
        id: &RecordingId,
        why: Destruction,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Destroyed, StoreError> {
        let line = Line::new(at, by, "recording.destroyed", &why.body())?;
        let destroyed = self.writer().run(Destroy { id: id.clone(), line, at }).await?;
        if let Destroyed::Done { .. } = destroyed {
            self.try_to_cut_log().await;
        }
        Ok(destroyed)
    }

    /// What is destroyed stays destroyed, whether or not its traces are gone.
    async fn try_to_cut_log(&self) {
        match self.cut_log().await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("The log of the database still holds a destroyed key"),
            Err(error) => tracing::warn!(%error, "The log of the database cannot be cut"),
        }
    }

    /// At most `limit` recordings whose time is over at `now` and that nobody holds,
    /// those that are due longest first.
    pub async fn expired_recordings(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<RecordingId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM recordings WHERE expires_at <= $1 AND hold_at IS NULL \
             AND status <> 'destroyed' ORDER BY expires_at, id LIMIT $2",
        )
        .bind(now.to_string())
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?;
        ids.into_iter().map(parse).collect()
    }

    /// What is left of recordings that were destroyed, until [`Store::blobs_gone`].
    pub async fn remains(&self) -> Result<Vec<Remains>, StoreError> {
        let rows: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT id, blob, poster FROM recordings \
             WHERE status = 'destroyed' AND NOT blobs_gone ORDER BY id",
        )
        .fetch_all(self.read())
        .await?;
        let read = |(id, blob, poster)| {
            let (blob, poster) = read_blobs(blob, poster)?;
            Ok(Remains { id: parse(id)?, blob, poster })
        };
        rows.into_iter().map(read).collect()
    }

    /// Nothing is left of a recording that was destroyed. [`StoreError::Conflict`] if
    /// it was not.
    pub async fn blobs_gone(&self, id: &RecordingId) -> Result<(), StoreError> {
        self.writer().run(BlobsGone(id.clone())).await
    }
}

type Blobs = (Option<BlobId>, Option<BlobId>);

fn read_blobs(blob: Option<String>, poster: Option<String>) -> Result<Blobs, StoreError> {
    Ok((blob.map(parse).transpose()?, poster.map(parse).transpose()?))
}

/// How a recording stands, as far as its end depends on it.
#[derive(sqlx::FromRow)]
struct Standing {
    status: String,
    hold_at: Option<String>,
    blob: Option<String>,
    poster: Option<String>,
}

struct Destroy {
    id: RecordingId,
    line: Line,
    at: Timestamp,
}

impl Write for Destroy {
    type Output = Destroyed;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Destroyed, StoreError> {
        let standing: Option<Standing> =
            sqlx::query_as("SELECT status, hold_at, blob, poster FROM recordings WHERE id = $1")
                .bind(self.id.as_str())
                .fetch_optional(ledger.reading())
                .await?;
        let standing = standing.ok_or(StoreError::NotFound)?;
        if standing.status == RecordingStatus::Destroyed.as_str() {
            return Ok(Destroyed::Gone);
        }
        if standing.hold_at.is_some() {
            return Ok(Destroyed::OnHold);
        }
        let (blob, poster) = read_blobs(standing.blob, standing.poster)?;
        let id = self.id.as_str().to_owned();
        ledger
            .write(|script| {
                keys::destroy(script, &id);
                script.push("UPDATE recordings SET status = 'destroyed', destroyed_at = ");
                script.push_bind(self.at.to_string());
                script.push(" WHERE id = ").push_bind(id).push("; ");
            })
            .await?;
        ledger.add(&Stream::Recording(self.id).name(), self.line).await?;
        Ok(Destroyed::Done { blob, poster })
    }
}

struct BlobsGone(RecordingId);

impl Write for BlobsGone {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let gone = sqlx::query(
            "UPDATE recordings SET blobs_gone = $2, blob = NULL, poster = NULL \
             WHERE id = $1 AND status = 'destroyed'",
        )
        .bind(self.0.as_str())
        .bind(true)
        .execute(ledger.writing().await?)
        .await?;
        match gone.rows_affected() {
            0 => Err(StoreError::Conflict),
            _ => Ok(()),
        }
    }
}
