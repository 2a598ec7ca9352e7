//! What Housecall remembers: the journal, and the tables that follow from it.
//!
//! Every lasting event is a line of the journal, written in the same
//! transaction as the rows it changes. A write is acknowledged when it is on
//! the disk, not before; many writers share one trip there (see `writer`).

mod appointments;
mod blobs;
mod calls;
mod checks;
mod error;
mod files;
mod guests;
mod heads;
mod history;
mod journal;
mod ledger;
mod meetings;
mod messages;
mod missed;
mod notes;
mod open;
mod paths;
mod recordings;
mod removals;
mod rooms;
mod secrets;
mod sign_ins;
mod statistics;
mod status;
mod users;
mod verify;

mod writer;

use std::{sync::Arc, time::Duration};

pub use appointments::{
    Appointment, AppointmentChange, AppointmentFilter, AppointmentPage, AppointmentStatus,
    AppointmentType, NewAppointment,
};
pub use blobs::{
    BadBucket, Blob, BlobError, BlobId, Blobs, Bucket, BucketKeys, Incoming, Kept, NotABlobId,
};
pub use calls::{CallRow, ParticipantRow};
pub use checks::{ConnectionCheck, NewConnectionCheck};
pub use error::{Cause, StoreError};
pub use files::{NewFile, StoredFile};
pub use guests::{Closed, Coming, Guest, GuestLink, NewGuestLink};
pub use history::{CallFilter, CallPage, Page};
pub use journal::{Record, Stream};
pub use meetings::{Meeting, MeetingChange, MeetingFilter, MeetingPage, NewMeeting};
pub use messages::{MessageSpot, WrittenMessage};
pub use missed::MissedCall;
pub use notes::{Notes, NotesVersion};
pub use paths::{PathKind, PathReport};
pub use recordings::{
    Access, Completion, Destroyed, Destruction, Hold, NewRecording, NotAStatus, RecordingFilter,
    RecordingPage, RecordingRequest, RecordingStatus, Relations, Remains, SealedKey, StoredPart,
    StoredRecording,
};
pub use secrets::{PasswordHash, SecretHash};
pub use sign_ins::{NewSignIn, Rotation, SignInId};
use sqlx::SqlitePool;
pub use statistics::{Attendance, CallStatistics};
pub use status::CallStatus;
pub use users::{NewUser, User};
pub use verify::{Flaw, Verdict};

use crate::{open::Db, writer::Writer};

/// How long a write waits for a lock somebody else holds.
const BUSY: Duration = Duration::from_secs(5);
/// How long [`Store::ready`] waits. Longer than any commit of a healthy disk.
const READY: Duration = Duration::from_secs(1);

/// The open store. Clones share one database.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    db: Db,
    writer: Writer,
}

impl Store {
    /// Opens the database at `url`, creating it and its folder if they are
    /// missing, and brings it up to date: `sqlite:data/housecall.db`, or
    /// `sqlite::memory:` for one that lives as long as the store.
    ///
    /// Must be called inside a Tokio runtime: writing happens in a task of it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_patiently(url, BUSY).await
    }

    /// [`Store::open`] with another patience for locks held by other processes
    /// than the usual five seconds.
    pub async fn open_patiently(url: &str, busy: Duration) -> Result<Self, StoreError> {
        let db = Db::open(url, busy).await?;
        // A process that was killed may have left a key there that it had destroyed.
        if let Err(error) = db.cut_log().await {
            tracing::warn!(%error, "The log of the database cannot be cut");
        }
        let Db::Sqlite { write, .. } = &db;
        let writer = Writer::start(write.clone(), !open::is_in_memory(url), busy);
        Ok(Self(Arc::new(Inner { db, writer })))
    }

    /// Finishes the writes that were accepted and closes all connections.
    /// Whatever is asked of any clone afterwards is
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.0.writer.close().await;
        self.0.db.close().await;
    }

    /// Whether the store can be read and its write lock be had within a
    /// second.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let check = async {
            sqlx::query("SELECT 1").execute(self.read()).await?;
            self.0.writer.run(writer::Nothing).await
        };
        tokio::time::timeout(READY, check).await.unwrap_or_else(|_| Err(StoreError::too_slow()))
    }

    /// Empties the log in which the database keeps what it wrote last, so that what was
    /// overwritten is there no longer. `false` if a reader is in the way.
    pub async fn cut_log(&self) -> Result<bool, StoreError> {
        self.0.db.cut_log().await
    }

    pub(crate) fn read(&self) -> &SqlitePool {
        let Db::Sqlite { read, .. } = &self.0.db;
        read
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.0.writer
    }
}
