//! How a recording begins and grows.

use housecall_core::{
    Actor, AppointmentId, MeetingId, Private, RecordingId, RoomId, Timestamp, UserId,
};
use serde_json::json;

use super::{RecordingStatus, SealedKey, turns::status_of};
use crate::{
    Store, StoreError, Stream,
    journal::Line,
    ledger::{Ledger, Script},
    writer::Write,
};

/// A recording that begins.
#[derive(Debug, Clone)]
pub struct NewRecording {
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
    /// Who is in the room.
    pub people: Vec<UserId>,
    /// What all its parts will be: `webm` or `mp4`.
    pub container: &'static str,
    /// What it holds: `video/webm;codecs=vp8,opus`.
    pub media_type: String,
    /// What opens it.
    pub key: SealedKey,
    /// When the room began to record.
    pub started_at: Timestamp,
}

impl Store {
    /// Begins a recording. [`StoreError::Conflict`] if it has begun.
    pub async fn begin_recording(
        &self,
        new: NewRecording,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let body = json!({ "room": new.room, "recorder": new.recorder, "patient": new.patient,
                           "provider": new.provider, "startedAt": new.started_at,
                           "mediaType": new.media_type, "key": new.key.by });
        let line = Line::new(at, by, "recording.begun", &body)?;
        self.writer().run(Begin { new, line }).await
    }

    /// Adds a part and answers its number: 1, 2, ... [`StoreError::Conflict`] when the
    /// recording has been stopped.
    pub async fn add_recording_part(
        &self,
        id: &RecordingId,
        media_type: &str,
        by: &Actor,
        at: Timestamp,
    ) -> Result<u16, StoreError> {
        let media_type = media_type.to_owned();
        self.writer().run(AddPart { id: id.clone(), media_type, by: by.clone(), at }).await
    }

    /// Adds those who are in the room by now; nothing happens for those who are known.
    pub async fn note_people(&self, id: &RecordingId, people: &[UserId]) -> Result<(), StoreError> {
        self.writer().run(AddPeople { id: id.clone(), people: people.to_vec() }).await
    }

    /// Takes note that a chunk came.
    pub async fn note_chunk(&self, id: &RecordingId, at: Timestamp) -> Result<(), StoreError> {
        self.writer().run(NoteChunk { id: id.clone(), at }).await
    }
}

struct Begin {
    new: NewRecording,
    line: Line,
}

impl Write for Begin {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let stream = Stream::Recording(self.new.id.clone()).name();
        ledger.write(|script| self.new.insert(script)).await?;
        ledger.add(&stream, self.line).await?;
        Ok(())
    }
}

impl NewRecording {
    fn insert(self, script: &mut Script) {
        let search = self.title.as_ref().map(|it| it.reveal().to_lowercase());
        let id = self.id.as_str().to_owned();
        script.push(
            "INSERT INTO recordings (id, room_id, appointment, meeting, title, search, recorder, \
             patient, provider, container, media_type, status, started_at, damaged, views, \
             blobs_gone) VALUES (",
        );
        let mut values = script.separated(", ");
        values.push_bind(id.clone()).push_bind(String::from(self.room));
        values.push_bind(self.appointment.map(String::from));
        values.push_bind(self.meeting.map(String::from));
        values.push_bind(self.title.map(Private::into_revealed));
        values.push_bind(search.unwrap_or_default());
        values.push_bind(String::from(self.recorder));
        values.push_bind(self.patient.map(String::from));
        values.push_bind(self.provider.map(String::from));
        values.push_bind(self.container).push_bind(self.media_type);
        values.push_bind(RecordingStatus::Recording.as_str());
        values.push_bind(self.started_at.to_string());
        values.push_bind(false).push_bind(0_i64).push_bind(false);
        script.push("); ");
        self.key.insert(script, &id);
        insert_people(script, &id, self.people);
    }
}

fn insert_people(script: &mut Script, id: &str, people: Vec<UserId>) {
    for user in people {
        script.push(
            "INSERT INTO recording_people (recording_id, user_id, number) \
             SELECT r.id, ",
        );
        script.push_bind(String::from(user));
        script.push(
            ", (SELECT COUNT(*) FROM recording_people p WHERE p.recording_id = r.id) \
             FROM recordings r WHERE r.id = ",
        );
        script.push_bind(id.to_owned());
        script.push(" ON CONFLICT (recording_id, user_id) DO NOTHING; ");
    }
}

struct AddPart {
    id: RecordingId,
    media_type: String,
    by: Actor,
    at: Timestamp,
}

impl Write for AddPart {
    type Output = u16;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<u16, StoreError> {
        if status_of(ledger, &self.id).await? != RecordingStatus::Recording {
            return Err(StoreError::Conflict);
        }
        let parts: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM recording_parts WHERE recording_id = $1")
                .bind(self.id.as_str())
                .fetch_one(ledger.reading())
                .await?;
        let number = u16::try_from(parts + 1).map_err(|_| StoreError::Conflict)?;
        sqlx::query(
            "INSERT INTO recording_parts (recording_id, number, media_type, started_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(self.id.as_str())
        .bind(i64::from(number))
        .bind(&self.media_type)
        .bind(self.at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        let body = json!({ "part": number, "mediaType": self.media_type });
        let line = Line::new(self.at, &self.by, "recording.part_opened", &body)?;
        ledger.add(&Stream::Recording(self.id).name(), line).await?;
        Ok(number)
    }
}

struct AddPeople {
    id: RecordingId,
    people: Vec<UserId>,
}

impl Write for AddPeople {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        status_of(ledger, &self.id).await?;
        ledger.write(|script| insert_people(script, self.id.as_str(), self.people)).await
    }
}

struct NoteChunk {
    id: RecordingId,
    at: Timestamp,
}

impl Write for NoteChunk {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let noted = sqlx::query("UPDATE recordings SET last_chunk_at = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.at.to_string())
            .execute(ledger.writing().await?)
            .await?;
        match noted.rows_affected() {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}
