//! What is known of recordings: whose they are, how far they have come, what opens
//! them. Their bytes are blobs. The stream of a recording in the journal tells who did
//! what with it.

mod access;
mod begin;
mod destroy;
mod keys;
mod list;
mod turns;

use std::{collections::HashMap, fmt, str::FromStr};

use housecall_core::{AppointmentId, MeetingId, Private, RecordingId, RoomId, Timestamp, UserId};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

pub use self::{
    access::{Access, RecordingRequest},
    begin::NewRecording,
    destroy::{Destroyed, Destruction, Remains},
    keys::SealedKey,
    list::{RecordingFilter, RecordingPage, Relations},
    turns::Completion,
};
use crate::{BlobId, Store, StoreError, journal::unsigned};

/// How many ids are asked for in one query.
const IDS: usize = 1000;

/// How far a recording has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordingStatus {
    /// The room records.
    Recording,
    /// The room has stopped, and chunks may still come.
    Uploading,
    /// All chunks are here; the file is being made of them.
    Processing,
    /// The file is kept.
    Completed,
    /// There will be no file.
    Failed,
    /// There is none any more, and what is left of it cannot be opened.
    Destroyed,
}

/// The text is no status of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no recording has this status")]
pub struct NotAStatus;

impl RecordingStatus {
    /// All there are.
    pub const ALL: [RecordingStatus; 6] = [
        RecordingStatus::Recording,
        RecordingStatus::Uploading,
        RecordingStatus::Processing,
        RecordingStatus::Completed,
        RecordingStatus::Failed,
        RecordingStatus::Destroyed,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordingStatus::Recording => "recording",
            RecordingStatus::Uploading => "uploading",
            RecordingStatus::Processing => "processing",
            RecordingStatus::Completed => "completed",
            RecordingStatus::Failed => "failed",
            RecordingStatus::Destroyed => "destroyed",
        }
    }
}

impl FromStr for RecordingStatus {
    type Err = NotAStatus;

    fn from_str(word: &str) -> Result<Self, NotAStatus> {
        Self::ALL.into_iter().find(|it| it.as_str() == word).ok_or(NotAStatus)
    }
}

impl fmt::Display for RecordingStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecording {
    /// Which.
    pub id: RecordingId,
    /// Of which room.
    pub room: RoomId,
    /// The appointment of the room, if it is one's.
    pub appointment: Option<AppointmentId>,
    /// The meeting of the room, if it is one's.
    pub meeting: Option<MeetingId>,
    /// What it is called.
    pub title: Option<Private<String>>,
    /// Who records.
    pub recorder: UserId,
    /// The patient of the visit.
    pub patient: Option<UserId>,
    /// The provider of the visit.
    pub provider: Option<UserId>,
    /// Who was in the room while it was recorded, in the order they were named.
    pub people: Vec<UserId>,
    /// What all its parts are: `webm` or `mp4`.
    pub container: String,
    /// What it holds: `video/webm;codecs=vp8,opus`.
    pub media_type: String,
    /// How far it has come.
    pub status: RecordingStatus,
    /// When the room began to record.
    pub started_at: Timestamp,
    /// When the room stopped.
    pub stopped_at: Option<Timestamp>,
    /// When a chunk came last.
    pub last_chunk_at: Option<Timestamp>,
    /// When its time is over.
    pub expires_at: Option<Timestamp>,
    /// When it was destroyed.
    pub destroyed_at: Option<Timestamp>,
    /// What opens it, until it is destroyed.
    pub key: Option<SealedKey>,
    /// The sealed file.
    pub blob: Option<BlobId>,
    /// A sealed picture of it.
    pub poster: Option<BlobId>,
    /// How large the file is before it is sealed.
    pub bytes: Option<u64>,
    /// How large the sealed file is.
    pub sealed_bytes: Option<u64>,
    /// How long it plays, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The SHA-256 of the file before it is sealed, in hexadecimal.
    pub sha256: Option<String>,
    /// How many chunks were uploaded.
    pub chunks: Option<u64>,
    /// Why there is no file.
    pub failure: Option<String>,
    /// Whether its bytes were found to be others than those that were kept.
    pub damaged: bool,
    /// Who does not let it be destroyed.
    pub hold: Option<Hold>,
    /// How often somebody began to watch it.
    pub views: u64,
    /// Who did last, and when.
    pub last_viewed: Option<(UserId, Timestamp)>,
    /// Runs of the recorder, in order.
    pub parts: Vec<StoredPart>,
}

/// One run of somebody's recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// 1 for the first, then without gaps.
    pub number: u16,
    /// What it holds.
    pub media_type: String,
    /// When it began.
    pub started_at: Timestamp,
}

/// That a recording must not be destroyed, whatever its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Who said so, unless the house did.
    pub by: Option<UserId>,
    /// Why.
    pub reason: Private<String>,
    /// Since when.
    pub at: Timestamp,
}

impl Store {
    /// The recording of this id, even if it was destroyed.
    pub async fn recording(&self, id: &RecordingId) -> Result<Option<StoredRecording>, StoreError> {
        let mut query = select();
        query.push(" WHERE r.id = ").push_bind(id.as_str().to_owned());
        Ok(self.read_recordings(query).await?.pop())
    }

    /// The recordings of a room, in the order they began.
    pub async fn recordings_of(&self, room: &RoomId) -> Result<Vec<StoredRecording>, StoreError> {
        let mut query = select();
        query.push(" WHERE r.room_id = ").push_bind(room.as_str().to_owned());
        query.push(" ORDER BY r.started_at, r.id");
        self.read_recordings(query).await
    }

    /// The recordings that are still recorded, uploaded or processed, in the order they
    /// began.
    pub async fn unfinished_recordings(&self) -> Result<Vec<StoredRecording>, StoreError> {
        let mut query = select();
        query.push(" WHERE r.status IN ('recording', 'uploading', 'processing')");
        query.push(" ORDER BY r.started_at, r.id");
        self.read_recordings(query).await
    }

    /// Those of `blobs` that no recording is kept in.
    pub async fn unknown_recording_blobs(
        &self,
        blobs: Vec<BlobId>,
    ) -> Result<Vec<BlobId>, StoreError> {
        let mut unknown = Vec::new();
        for some in blobs.chunks(IDS) {
            let known = self.known_recording_blobs(some).await?;
            let is_unknown = |it: &&BlobId| !known.iter().any(|known| known == it.as_str());
            unknown.extend(some.iter().filter(is_unknown).cloned());
        }
        Ok(unknown)
    }

    async fn known_recording_blobs(&self, blobs: &[BlobId]) -> Result<Vec<String>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("");
        for column in ["blob", "poster"] {
            query.push(if column == "blob" { "" } else { " UNION ALL " });
            query.push(format!("SELECT {column} FROM recordings WHERE {column} IN ("));
            let mut list = query.separated(", ");
            blobs.iter().for_each(|it| {
                list.push_bind(it.as_str());
            });
            query.push(")");
        }
        Ok(query.build_query_scalar().fetch_all(self.read()).await?)
    }

    async fn read_recordings(
        &self,
        mut query: QueryBuilder<Sqlite>,
    ) -> Result<Vec<StoredRecording>, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let rows: Vec<Columns> = query.build_query_as().fetch_all(&mut *snapshot).await?;
        let mut recordings = rows.into_iter().map(Columns::read).collect::<Result<Vec<_>, _>>()?;
        for some in recordings.chunks_mut(IDS) {
            add_parts(&mut snapshot, some).await?;
            add_people(&mut snapshot, some).await?;
        }
        Ok(recordings)
    }
}

async fn add_parts(
    connection: &mut SqliteConnection,
    recordings: &mut [StoredRecording],
) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT recording_id, number, media_type, started_at FROM recording_parts \
         WHERE recording_id IN (",
    );
    push_ids(&mut query, recordings);
    query.push(") ORDER BY recording_id, number");
    let rows: Vec<(String, i64, String, String)> =
        query.build_query_as().fetch_all(connection).await?;
    let mut parts: HashMap<String, Vec<StoredPart>> = HashMap::new();
    for (id, number, media_type, started_at) in rows {
        let number = u16::try_from(number).map_err(|_| unreadable())?;
        let part = StoredPart { number, media_type, started_at: parse(started_at)? };
        parts.entry(id).or_default().push(part);
    }
    for recording in recordings {
        recording.parts = parts.remove(recording.id.as_str()).unwrap_or_default();
    }
    Ok(())
}

async fn add_people(
    connection: &mut SqliteConnection,
    recordings: &mut [StoredRecording],
) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT recording_id, user_id FROM recording_people WHERE recording_id IN (",
    );
    push_ids(&mut query, recordings);
    query.push(") ORDER BY recording_id, number");
    let rows: Vec<(String, String)> = query.build_query_as().fetch_all(connection).await?;
    let mut people: HashMap<String, Vec<UserId>> = HashMap::new();
    for (id, user) in rows {
        people.entry(id).or_default().push(parse(user)?);
    }
    for recording in recordings {
        recording.people = people.remove(recording.id.as_str()).unwrap_or_default();
    }
    Ok(())
}

fn push_ids(query: &mut QueryBuilder<Sqlite>, recordings: &[StoredRecording]) {
    let mut ids = query.separated(", ");
    for recording in recordings {
        ids.push_bind(recording.id.as_str().to_owned());
    }
}

fn select() -> QueryBuilder<Sqlite> {
    QueryBuilder::new(
        "SELECT r.id, r.room_id, r.appointment, r.meeting, r.title, r.recorder, r.patient, \
         r.provider, r.container, r.media_type, r.status, r.started_at, r.stopped_at, \
         r.last_chunk_at, r.expires_at, r.destroyed_at, r.blob, r.poster, r.bytes, \
         r.sealed_bytes, r.duration_ms, r.sha256, r.chunks, r.failure, r.damaged, r.hold_by, \
         r.hold_reason, r.hold_at, r.views, r.last_viewed_by, r.last_viewed_at, k.wrapped_by, \
         k.wrapped FROM recordings r \
         LEFT JOIN recording_keys k ON k.recording_id = r.id AND NOT k.destroyed",
    )
}

/// A row of `recordings` with its key, in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    id: String,
    room_id: String,
    appointment: Option<String>,
    meeting: Option<String>,
    title: Option<String>,
    recorder: String,
    patient: Option<String>,
    provider: Option<String>,
    container: String,
    media_type: String,
    status: String,
    started_at: String,
    stopped_at: Option<String>,
    last_chunk_at: Option<String>,
    expires_at: Option<String>,
    destroyed_at: Option<String>,
    blob: Option<String>,
    poster: Option<String>,
    bytes: Option<i64>,
    sealed_bytes: Option<i64>,
    duration_ms: Option<i64>,
    sha256: Option<String>,
    chunks: Option<i64>,
    failure: Option<String>,
    damaged: bool,
    hold_by: Option<String>,
    hold_reason: Option<String>,
    hold_at: Option<String>,
    views: i64,
    last_viewed_by: Option<String>,
    last_viewed_at: Option<String>,
    wrapped_by: Option<String>,
    wrapped: Option<Vec<u8>>,
}

impl Columns {
    /// The recording, still without its parts and its people.
    fn read(self) -> Result<StoredRecording, StoreError> {
        Ok(StoredRecording {
            id: parse(self.id)?,
            room: parse(self.room_id)?,
            appointment: self.appointment.map(parse).transpose()?,
            meeting: self.meeting.map(parse).transpose()?,
            title: self.title.map(Private::new),
            recorder: parse(self.recorder)?,
            patient: self.patient.map(parse).transpose()?,
            provider: self.provider.map(parse).transpose()?,
            people: Vec::new(),
            container: self.container,
            media_type: self.media_type,
            status: parse(self.status)?,
            started_at: parse(self.started_at)?,
            stopped_at: self.stopped_at.map(parse).transpose()?,
            last_chunk_at: self.last_chunk_at.map(parse).transpose()?,
            expires_at: self.expires_at.map(parse).transpose()?,
            destroyed_at: self.destroyed_at.map(parse).transpose()?,
            key: self.wrapped_by.zip(self.wrapped).map(|(by, bytes)| SealedKey { by, bytes }),
            blob: self.blob.map(parse).transpose()?,
            poster: self.poster.map(parse).transpose()?,
            bytes: self.bytes.map(unsigned),
            sealed_bytes: self.sealed_bytes.map(unsigned),
            duration_ms: self.duration_ms.map(unsigned),
            sha256: self.sha256,
            chunks: self.chunks.map(unsigned),
            failure: self.failure,
            damaged: self.damaged,
            hold: read_hold(self.hold_by, self.hold_reason, self.hold_at)?,
            views: unsigned(self.views),
            last_viewed: read_last_viewed(self.last_viewed_by, self.last_viewed_at)?,
            parts: Vec::new(),
        })
    }
}

fn read_hold(
    by: Option<String>,
    reason: Option<String>,
    at: Option<String>,
) -> Result<Option<Hold>, StoreError> {
    let Some((reason, at)) = reason.zip(at) else { return Ok(None) };
    let by = by.map(parse).transpose()?;
    Ok(Some(Hold { by, reason: Private::new(reason), at: parse(at)? }))
}

fn read_last_viewed(
    by: Option<String>,
    at: Option<String>,
) -> Result<Option<(UserId, Timestamp)>, StoreError> {
    let Some((by, at)) = by.zip(at) else { return Ok(None) };
    Ok(Some((parse(by)?, parse(at)?)))
}

fn parse<T: FromStr>(text: String) -> Result<T, StoreError> {
    text.parse().map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::unreadable("a column of a recording")
}
