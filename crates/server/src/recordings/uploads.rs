//! Taking recordings in: parts, chunks, the picture, and the end.

use std::{fs, io::Write, sync::atomic::Ordering, time::Duration};

use aws_lc_rs::digest;
use bytes::Bytes;
use housecall_core::{
    Actor, RecordingId, Role, Room, RoomId, UserId,
    room::{Invitation, Recording, Take},
};
use housecall_recording::{
    Appended, ChunkHead, Container, DataKey, Log, Purpose, Sealer, Spool, SpoolProblem, sniff,
};
use housecall_store::{NewRecording, RecordingStatus, StoreError, StoredPart, StoredRecording};

use tokio::sync::OwnedSemaphorePermit;

use super::{logs::in_background, problem::RecordingProblem, story};
use crate::house::House;

/// The longest time a chunk covers. A longer one is lost whole when a page goes
/// away.
const LONGEST_CHUNK: u32 = 2500;

/// The longest name of a media type, in bytes.
const LONGEST_MEDIA_TYPE: usize = 200;

/// The most parts of a recording. A part begins with each pause and each reload.
const MOST_PARTS: usize = 1000;

/// The most bytes of a picture.
pub(crate) const POSTER_BYTES: usize = 512 * 1024;

/// How often it is noted in the database that chunks come: only who sent none for
/// hours is of interest.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// What the picture of a recording is called beside its log.
pub(super) const POSTER: &str = "poster";

/// A chunk that came.
pub(crate) struct NewChunk {
    pub(crate) head: ChunkHead,
    pub(crate) bytes: Bytes,
}

/// How far an upload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uploading {
    pub(crate) status: RecordingStatus,
    /// The number of the chunk that is awaited.
    pub(crate) next: u32,
    pub(crate) parts: Vec<StoredPart>,
}

impl House {
    /// Begins a part of a recording that is on air; answers its number, and how far
    /// the upload has come. The first one begins the recording.
    pub(crate) async fn open_part(
        &self,
        by: &Actor,
        recording: &str,
        media_type: &str,
    ) -> Result<(u16, Uploading), RecordingProblem> {
        let id: RecordingId = recording.parse().map_err(|_| RecordingProblem::NotFound)?;
        let (room, running) = self.recorded_by(by, &id).await?;
        let container = container(media_type).ok_or(RecordingProblem::UnsupportedMediaType)?;
        self.check_space(0).await?;
        let it = match self.store.recording(&id).await? {
            Some(it) => it,
            None => self.begin_recording(by, &room, &running, container, media_type).await?,
        };
        check_takes_more(&it)?;
        if it.container != word(container) {
            return Err(RecordingProblem::OtherMediaType);
        }
        if it.parts.len() >= MOST_PARTS {
            return Err(RecordingProblem::RecordingTooLarge);
        }
        let part = self.store.add_recording_part(&id, media_type, by, self.now()).await;
        let part = part.map_err(|error| match error {
            StoreError::Conflict => RecordingProblem::NotOnAir,
            error => error.into(),
        })?;
        self.recordings.takes.put(&id, part, Take::begin(self.clock.elapsed()));
        // It may have paused or stopped since it was asked; then nobody told the take,
        // nor the row if it was not there yet.
        if !self.is_on_air(&room, &id) {
            self.recordings.takes.end(&id, self.clock.elapsed());
            self.note_stop(&id).await?;
            return Err(RecordingProblem::NotOnAir);
        }
        Ok((part, self.uploading(&id).await?))
    }

    /// The room in which `by` makes this recording, which must be on air.
    async fn recorded_by(
        &self,
        by: &Actor,
        id: &RecordingId,
    ) -> Result<(RoomId, Recording), RecordingProblem> {
        let user = by.user().ok_or(RecordingProblem::NotFound)?;
        let rooms = self.open_rooms(user);
        let running = |room: &Room| room.recording().filter(|it| it.id == *id).cloned();
        let found = rooms.iter().find_map(|room| Some((room.id().clone(), running(room)?)));
        let Some((room, running)) = found else {
            let it = self.recording_seen(by, id.as_str()).await?;
            return Err(match it.recorder == *user {
                true => RecordingProblem::NotOnAir,
                false => RecordingProblem::NotTheRecorder,
            });
        };
        if running.by != *user {
            return Err(RecordingProblem::NotTheRecorder);
        }
        if !self.recordings.are_available() {
            return Err(RecordingProblem::NoMasterKey);
        }
        match running.paused {
            true => Err(RecordingProblem::NotOnAir),
            false => Ok((room, running)),
        }
    }

    async fn begin_recording(
        &self,
        by: &Actor,
        room: &RoomId,
        running: &Recording,
        container: Container,
        media_type: &str,
    ) -> Result<StoredRecording, RecordingProblem> {
        let entries = self.store.load(room).await?.ok_or(RecordingProblem::NotFound)?;
        let folded = Room::fold(room.clone(), self.config.rules(), &entries);
        let invitation = folded.invitation().cloned();
        let new = NewRecording {
            id: running.id.clone(),
            room: room.clone(),
            people: story::people(&entries, &running.id),
            recorder: running.by.clone(),
            patient: invitation.as_ref().and_then(|it| it.patient.clone()),
            provider: provider(invitation.as_ref(), by),
            container: word(container),
            media_type: media_type.to_owned(),
            key: self.recordings.new_key(&running.id)?,
            started_at: running.since,
            appointment: invitation.as_ref().and_then(|it| it.appointment.clone()),
            meeting: invitation.as_ref().and_then(|it| it.meeting.clone()),
            title: invitation.and_then(|it| it.title),
        };
        match self.store.begin_recording(new, by, self.now()).await {
            // Another page of theirs was faster.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        self.store.recording(&running.id).await?.ok_or(RecordingProblem::NotFound)
    }

    /// How far an upload of `by` has come that goes on.
    pub(crate) async fn resume_upload(
        &self,
        by: &Actor,
        recording: &str,
    ) -> Result<Uploading, RecordingProblem> {
        let it = self.recording_seen(by, recording).await?;
        if by.user() != Some(&it.recorder) {
            return Err(RecordingProblem::NotTheRecorder);
        }
        check_takes_more(&it)?;
        self.uploading(&it.id).await
    }

    /// How far an upload has come.
    pub(crate) async fn uploading(&self, id: &RecordingId) -> Result<Uploading, RecordingProblem> {
        let it = self.store.recording(id).await?.ok_or(RecordingProblem::NotFound)?;
        let next = match takes_more(it.status) {
            true => self.next_chunk(&it).await?,
            false => it.chunks.and_then(|it| it.try_into().ok()).unwrap_or_default(),
        };
        Ok(Uploading { status: it.status, next, parts: it.parts })
    }

    pub(super) async fn next_chunk(&self, it: &StoredRecording) -> Result<u32, RecordingProblem> {
        self.with_log(it, |log| Ok(log.next())).await
    }

    /// Does some work with the log of a recording. That it is damaged is noted.
    async fn with_log<T: Send + 'static>(
        &self,
        it: &StoredRecording,
        work: impl FnOnce(&mut Log) -> Result<T, RecordingProblem> + Send + 'static,
    ) -> Result<T, RecordingProblem> {
        let key = self.recordings.key(it)?;
        match self.recordings.logs.with(&it.id, key, work).await {
            Err(RecordingProblem::Damaged) => Err(self.note_damage(&it.id, &Actor::House).await),
            done => done,
        }
    }

    /// A recording somebody has a grant to upload, while they have an account and it
    /// takes more.
    async fn granted(
        &self,
        id: &RecordingId,
        user: &UserId,
    ) -> Result<StoredRecording, RecordingProblem> {
        self.check_account(user).await?;
        let it = self.store.recording(id).await?.ok_or(RecordingProblem::NotFound)?;
        check_takes_more(&it)?;
        Ok(it)
    }

    /// A grant is worth nothing when its holder was locked out.
    pub(crate) async fn check_account(&self, user: &UserId) -> Result<Role, RecordingProblem> {
        let account = self.store.user(user).await?.filter(|it| !it.disabled);
        account.map(|it| it.role).ok_or(RecordingProblem::Unauthorized)
    }

    /// Ends when a chunk of this recording may come; see [`super::logs`].
    pub(crate) async fn turn_to_send(&self, id: &RecordingId) -> OwnedSemaphorePermit {
        self.recordings.logs.turn(id).await
    }

    /// Takes in a chunk and answers the number of the next. It is on the disk when
    /// this returns.
    pub(crate) async fn take_chunk(
        &self,
        id: &RecordingId,
        user: &UserId,
        chunk: NewChunk,
    ) -> Result<u32, RecordingProblem> {
        let it = self.granted(id, user).await?;
        let part = it.parts.iter().find(|it| it.number == chunk.head.part);
        let part = part.ok_or_else(|| {
            RecordingProblem::invalid("part", "This recording has no such part. Begin one.")
        })?;
        if chunk.head.length_ms > LONGEST_CHUNK {
            let what = format!("A chunk covers at most {LONGEST_CHUNK} milliseconds.");
            return Err(RecordingProblem::invalid("length", what));
        }
        self.check_space(chunk.bytes.len() as u64).await?;
        let gate = Gate {
            container: it.container.clone(),
            take: self.take(&it, part).await?,
            elapsed: self.clock.elapsed(),
            most: self.config.recordings.recording_bytes,
        };
        let bytes = chunk.bytes.len() as u64;
        let (appended, next) = self.with_log(&it, move |log| gate.take_in(log, &chunk)).await?;
        if appended == Appended::New {
            let figures = &self.recordings.figures;
            figures.chunks.fetch_add(1, Ordering::Relaxed);
            figures.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        let now = self.now();
        if it.last_chunk_at.is_none_or(|last| now >= last.plus(NOTE_EVERY)) {
            self.store.note_chunk(id, now).await?;
        }
        Ok(next)
    }

    /// Whether there is room for so many bytes more.
    async fn check_space(&self, bytes: u64) -> Result<(), RecordingProblem> {
        let (spool, keep) =
            (self.recordings.logs.spool().clone(), self.config.recordings.free_bytes);
        let free =
            in_background(move || Ok(spool.free_bytes().map_err(SpoolProblem::from)?)).await?;
        match free >= keep.saturating_add(bytes) {
            true => Ok(()),
            false => Err(RecordingProblem::StorageFull),
        }
    }

    /// Keeps a picture of a recording until it is finished.
    pub(crate) async fn take_poster(
        &self,
        id: &RecordingId,
        user: &UserId,
        picture: Bytes,
    ) -> Result<(), RecordingProblem> {
        let it = self.granted(id, user).await?;
        // JPEG, ISO/IEC 10918-1, B.1.1.3: start of image, and a marker.
        if !picture.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(RecordingProblem::NotAPicture);
        }
        self.check_space(picture.len() as u64).await?;
        let spool = self.recordings.logs.spool().clone();
        let (id, key) = (id.clone(), self.recordings.key(&it)?);
        let kept = self.with_log(&it, move |_| {
            Ok(seal_picture(&spool, &id, &key, &picture).map_err(SpoolProblem::from)?)
        });
        kept.await
    }

    /// Everything has come, says whoever sends it: `chunks` of them. The house does
    /// the rest.
    pub(crate) async fn finish_upload(
        &self,
        id: &RecordingId,
        user: &UserId,
        chunks: u32,
    ) -> Result<RecordingStatus, RecordingProblem> {
        let role = self.check_account(user).await?;
        self.note_stop(id).await?;
        let it = self.store.recording(id).await?.ok_or(RecordingProblem::NotFound)?;
        match it.status {
            RecordingStatus::Recording => return Err(RecordingProblem::OnAir),
            RecordingStatus::Uploading => {}
            RecordingStatus::Destroyed => return Err(RecordingProblem::Destroyed),
            further => return Ok(further),
        }
        let next = self.next_chunk(&it).await?;
        if next < chunks {
            return Err(RecordingProblem::ChunksMissing { next });
        }
        self.is_uploaded(id, next, &Actor::person(user.clone(), role)).await
    }

    /// From here on nothing is added to a recording.
    pub(super) async fn is_uploaded(
        &self,
        id: &RecordingId,
        chunks: u32,
        by: &Actor,
    ) -> Result<RecordingStatus, RecordingProblem> {
        match self.store.recording_uploaded(id, chunks.into(), by, self.now()).await {
            Ok(()) => self.recordings.complete.notify_one(),
            // Somebody said so before.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        let it = self.store.recording(id).await?.ok_or(RecordingProblem::NotFound)?;
        Ok(it.status)
    }
}

/// Who provides: whom the visit names, else whoever records, if they are one.
fn provider(invitation: Option<&Invitation>, by: &Actor) -> Option<UserId> {
    let named = invitation.and_then(|it| it.provider.clone());
    named.or_else(|| match by {
        Actor::Person { user, role: Role::Provider } => Some(user.clone()),
        _ => None,
    })
}

fn takes_more(status: RecordingStatus) -> bool {
    matches!(status, RecordingStatus::Recording | RecordingStatus::Uploading)
}

fn check_takes_more(it: &StoredRecording) -> Result<(), RecordingProblem> {
    match it.status {
        RecordingStatus::Destroyed => Err(RecordingProblem::Destroyed),
        status if takes_more(status) => Ok(()),
        _ => Err(RecordingProblem::AlreadyFinished),
    }
}

/// The container of a media type, such as `video/webm;codecs=vp8,opus`.
fn container(media_type: &str) -> Option<Container> {
    let plain = media_type.bytes().all(|it| (b' '..=b'~').contains(&it));
    if !plain || media_type.len() > LONGEST_MEDIA_TYPE {
        return None;
    }
    match media_type.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "video/webm" | "audio/webm" => Some(Container::WebM),
        "video/mp4" | "audio/mp4" => Some(Container::Mp4),
        _ => None,
    }
}

/// What a container is called in the database.
pub(super) fn word(container: Container) -> &'static str {
    match container {
        Container::WebM => "webm",
        Container::Mp4 => "mp4",
    }
}

/// What a chunk must be that comes next.
struct Gate {
    container: String,
    take: Take,
    elapsed: Duration,
    most: u64,
}

impl Gate {
    /// Adds a chunk to a log. One that is there already is answered as it was, whatever
    /// else has changed.
    fn take_in(
        &self,
        log: &mut Log,
        chunk: &NewChunk,
    ) -> Result<(Appended, u32), RecordingProblem> {
        if chunk.head.number >= log.next() {
            self.check(log, chunk)?;
        }
        let appended = log.append(chunk.head, &chunk.bytes)?;
        Ok((appended, log.next()))
    }

    fn check(&self, log: &Log, chunk: &NewChunk) -> Result<(), RecordingProblem> {
        let (head, next) = (&chunk.head, log.next());
        if head.number > next {
            return Err(RecordingProblem::OutOfOrder { next });
        }
        let last = log.chunks().last().map(|it| it.head);
        if last.is_some_and(|it| head.part < it.part) {
            let what = "A later part has begun: chunks come part by part.";
            return Err(RecordingProblem::invalid("part", what));
        }
        if last.is_none_or(|it| head.part > it.part) && !self.is_container(&chunk.bytes) {
            return Err(RecordingProblem::UnsupportedMediaType);
        }
        let (at, length) = (Duration::from_millis(head.at_ms), head.length_ms.into());
        if !self.take.accepts(at, Duration::from_millis(length), self.elapsed) {
            return Err(RecordingProblem::OutsideConsent { next });
        }
        match log.bytes() + chunk.bytes.len() as u64 > self.most {
            true => Err(RecordingProblem::RecordingTooLarge),
            false => Ok(()),
        }
    }

    fn is_container(&self, bytes: &[u8]) -> bool {
        sniff(bytes).is_some_and(|it| word(it) == self.container)
    }
}

/// Whether bytes are those that were announced. The digests are of the same length.
pub(crate) fn is_digest(sha256: &[u8], bytes: &[u8]) -> bool {
    digest::digest(&digest::SHA256, bytes).as_ref() == sha256
}

fn seal_picture(
    spool: &Spool,
    recording: &RecordingId,
    key: &DataKey,
    picture: &[u8],
) -> std::io::Result<()> {
    // Written aside and renamed: half a picture is none.
    let (fresh, path) = (spool.work_file(recording, "new"), spool.work_file(recording, POSTER));
    let mut sealer = Sealer::new(fs::File::create(&fresh)?, recording, key, Purpose::Poster)?;
    sealer.write_all(picture)?;
    let (file, _) = sealer.finish()?;
    file.sync_all()?;
    fs::rename(fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recorders_make_is_known_by_its_name() {
        let check = |media_type: &str, expected: Option<&str>| {
            assert_eq!(container(media_type).map(word), expected, "{media_type}");
        };
        check("video/webm;codecs=vp8,opus", Some("webm"));
        check("audio/webm", Some("webm"));
        check("Video/MP4; codecs=\"avc1.42E01E,mp4a.40.2\"", Some("mp4"));
        check("audio/mp4", Some("mp4"));
        for other in ["", "video/webmx", "text/html", "video/webm\r\nx: y", "webm"] {
            check(other, None);
        }
        check(&format!("video/webm;codecs={}", "x".repeat(200)), None);
    }
}
