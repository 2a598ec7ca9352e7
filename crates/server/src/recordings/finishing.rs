//! Making one file of what was uploaded: joined, sealed, kept where it belongs and
//! read again, before what came in is thrown away.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};

use aws_lc_rs::digest;
use housecall_core::{Actor, RecordingId};
use housecall_recording::{
    Container, DataKey, JoinProblem, Joined, Log, Part, Purpose, Sealed, Sealer, SpoolProblem, join,
};
use housecall_store::{BlobId, Completion, RecordingStatus, StoreError, StoredRecording};
use serde_json::{Value, json};

use super::{
    logs::in_background,
    problem::RecordingProblem,
    reading::{self, ReadProblem},
    uploads::POSTER,
};
use crate::{clock::new_blob_id, house::House};

/// How long to wait before what failed is tried again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

/// How much is copied at a time, in bytes.
const PIECE: usize = 1024 * 1024;

/// Why there is no file of a damaged log.
const DAMAGED: &str = "What was uploaded was damaged on the disk.";

/// Finishes what was uploaded, for ever.
pub(crate) async fn keep(house: House) {
    let mut wait = FIRST_WAIT;
    loop {
        let all_done = house.finish_uploads().await;
        let again = house.now().plus(wait);
        wait = if all_done { FIRST_WAIT } else { (wait * 2).min(LONGEST_WAIT) };
        tokio::select! {
            () = house.recordings.complete.notified() => {}
            () = house.clock.until(again), if !all_done => {}
        }
    }
}

/// Why there is no file.
enum Unfinished {
    /// There will be none, for a reason that can be told.
    Never(String),
    /// There may be one later.
    NotNow(RecordingProblem),
}

impl<T: Into<RecordingProblem>> From<T> for Unfinished {
    fn from(problem: T) -> Self {
        match problem.into() {
            RecordingProblem::Damaged => Unfinished::Never(DAMAGED.to_owned()),
            problem => Unfinished::NotNow(problem),
        }
    }
}

/// The sealed file, before it is kept.
struct Made {
    path: PathBuf,
    joined: Joined,
    sealed: Sealed,
    /// What the journal will say of each part.
    parts: Vec<Value>,
}

impl House {
    /// Finishes all recordings that were uploaded; whether none is left.
    async fn finish_uploads(&self) -> bool {
        let unfinished = match self.store.unfinished_recordings().await {
            Ok(unfinished) => unfinished,
            Err(error) => {
                tracing::warn!(%error, "It is not known which recordings are to be finished");
                return false;
            }
        };
        let mut all_done = true;
        for it in unfinished.iter().filter(|it| it.status == RecordingStatus::Processing) {
            all_done &= self.finish(it).await;
        }
        all_done
    }

    /// Finishes a recording, or finds that it cannot be; whether that is settled.
    async fn finish(&self, it: &StoredRecording) -> bool {
        let settled = match self.try_to_finish(it).await {
            Ok(()) => Ok(()),
            Err(Unfinished::Never(reason)) => {
                tracing::error!(recording = %it.id, reason, "A recording cannot be finished");
                self.give_up(it, &reason).await
            }
            Err(Unfinished::NotNow(problem)) => Err(problem),
        };
        let figures = &self.recordings.figures;
        match settled {
            Ok(()) => true,
            Err(problem) => {
                let code = problem.code();
                tracing::warn!(recording = %it.id, code, "A recording is not finished yet");
                figures.failures.fetch_add(1, Ordering::Relaxed);
                false
            }
        }
    }

    /// What was uploaded stays until its time is over: somebody may still make
    /// something of it.
    async fn give_up(&self, it: &StoredRecording, reason: &str) -> Result<(), RecordingProblem> {
        self.recordings.figures.failures.fetch_add(1, Ordering::Relaxed);
        self.recordings.takes.forget(&it.id);
        match self.store.fail_recording(&it.id, reason, self.now()).await {
            // It was destroyed meanwhile.
            Err(StoreError::Conflict) => Ok(()),
            failed => Ok(failed?),
        }
    }

    async fn try_to_finish(&self, it: &StoredRecording) -> Result<(), Unfinished> {
        let made = self.join_and_seal(it).await?;
        let kept = self.keep_file(it, &made).await;
        self.recordings.figures.storage_is_gone.store(kept.is_err(), Ordering::Relaxed);
        let (blob, poster) = kept?;
        let completion = Completion {
            manifest: manifest(&made, &blob),
            blob: blob.clone(),
            poster: poster.clone(),
            bytes: made.sealed.bytes,
            sealed_bytes: made.sealed.sealed_bytes,
            duration_ms: millis(made.joined.duration),
            sha256: hex(&made.sealed.sha256),
        };
        match self.store.complete_recording(&it.id, completion, self.now()).await {
            Ok(()) => {}
            // It was destroyed meanwhile, and nobody knows of these.
            Err(StoreError::Conflict) => {
                for blob in [Some(blob), poster].iter().flatten() {
                    self.recordings.blobs.delete(blob).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        self.recordings.takes.forget(&it.id);
        self.recordings.logs.remove(&it.id).await?;
        self.recordings.figures.finished.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn join_and_seal(&self, it: &StoredRecording) -> Result<Made, Unfinished> {
        let mut most = HashMap::new();
        for part in &it.parts {
            most.insert(part.number, self.take(it, part).await?.length(self.clock.elapsed()));
        }
        let work = Work {
            id: it.id.clone(),
            container: if it.container == "mp4" { Container::Mp4 } else { Container::WebM },
            key: self.recordings.key(it)?,
            path: self.recordings.logs.spool().work_file(&it.id, "file"),
            most,
            chunks: it.chunks.unwrap_or_default(),
        };
        let key = self.recordings.key(it)?;
        // The inner answer is about the media, the outer one about the disk.
        self.recordings.logs.with(&it.id, key, move |log| Ok(work.run(log))).await?
    }

    /// Keeps the file, and the picture if there is one.
    async fn keep_file(
        &self,
        it: &StoredRecording,
        made: &Made,
    ) -> Result<(BlobId, Option<BlobId>), RecordingProblem> {
        let blob = self.keep_blob(&made.path).await?;
        self.read_again(it, &blob, Purpose::Media, Some(&made.sealed.sha256)).await?;
        let picture = self.recordings.logs.spool().work_file(&it.id, POSTER);
        if !picture.exists() {
            return Ok((blob, None));
        }
        let poster = self.keep_blob(&picture).await?;
        self.read_again(it, &poster, Purpose::Poster, None).await?;
        Ok((blob, Some(poster)))
    }

    async fn keep_blob(&self, path: &Path) -> Result<BlobId, RecordingProblem> {
        let path = path.to_owned();
        let file = in_background(move || Ok(File::open(path).map_err(SpoolProblem::from)?)).await?;
        let id = new_blob_id();
        let mut incoming = self.recordings.blobs.begin(&id, u64::MAX).await?;
        let mut file = Some(file);
        while let Some(mut open) = file.take() {
            let (rest, piece) = in_background(move || {
                let mut piece = Vec::with_capacity(PIECE);
                let read = Read::take(&mut open, PIECE as u64).read_to_end(&mut piece);
                read.map_err(SpoolProblem::from)?;
                Ok((open, piece))
            })
            .await?;
            incoming.write(&piece).await?;
            file = (piece.len() == PIECE).then_some(rest);
        }
        incoming.finish().await?;
        Ok(id)
    }

    /// Reads a blob as those will who watch it. One that is not what was kept is
    /// deleted.
    async fn read_again(
        &self,
        it: &StoredRecording,
        blob: &BlobId,
        purpose: Purpose,
        sha256: Option<&[u8; 32]>,
    ) -> Result<(), RecordingProblem> {
        let key = self.recordings.key(it)?;
        let is_same = match self.hash(it, blob, &key, purpose).await {
            Ok(hash) => sha256.is_none_or(|it| hash.as_ref() == it),
            Err(ReadProblem::Damaged) => false,
            Err(ReadProblem::Unavailable(problem)) => return Err(problem),
        };
        if !is_same {
            tracing::error!(recording = %it.id, %blob, "What is kept is not what was to be kept");
            self.recordings.blobs.delete(blob).await?;
            return Err(RecordingProblem::Unavailable);
        }
        Ok(())
    }

    async fn hash(
        &self,
        it: &StoredRecording,
        blob: &BlobId,
        key: &DataKey,
        purpose: Purpose,
    ) -> Result<digest::Digest, ReadProblem> {
        let blobs = &self.recordings.blobs;
        let sealed = reading::Sealed::find(blobs, blob, &it.id, key, purpose).await?;
        let (mut rest, mut hash) = (0..sealed.bytes(), digest::Context::new(&digest::SHA256));
        while !rest.is_empty() {
            let step = reading::Sealed::step(&rest);
            rest.start = step.end;
            hash.update(&sealed.read(step).await?);
        }
        Ok(hash.finish())
    }

    /// Says that no more comes of an upload nobody finished for too long.
    pub(super) async fn finish_for(&self, it: &StoredRecording) -> Result<(), RecordingProblem> {
        match self.next_chunk(it).await {
            Err(RecordingProblem::Damaged) => self.give_up(it, DAMAGED).await,
            next => self.is_uploaded(&it.id, next?, &Actor::House).await.map(|_| ()),
        }
    }
}

/// What is done with a log in the background.
struct Work {
    id: RecordingId,
    container: Container,
    key: DataKey,
    path: PathBuf,
    /// How much of each part may be kept.
    most: HashMap<u16, Duration>,
    chunks: u64,
}

impl Work {
    fn run(self, log: &Log) -> Result<Made, Unfinished> {
        // The log itself cannot tell that whole records are missing at its end.
        if u64::from(log.next()) < self.chunks {
            return Err(RecordingProblem::Damaged.into());
        }
        let numbers = log.parts();
        let parts = numbers
            .iter()
            .map(|number| Part { media: log.part(*number), most: self.most.get(number).copied() });
        let file = BufWriter::new(File::create(&self.path).map_err(SpoolProblem::from)?);
        let sealer = Sealer::new(file, &self.id, &self.key, Purpose::Media);
        let mut sealer = sealer.map_err(SpoolProblem::from)?;
        let joined = join(self.container, parts.collect(), &mut sealer).map_err(unjoined)?;
        let (mut file, sealed) = sealer.finish().map_err(SpoolProblem::from)?;
        file.flush().map_err(SpoolProblem::from)?;
        let places = numbers.iter().zip(&joined.parts);
        let parts = places.map(|(number, placed)| {
            let chunks = log.chunks().iter().filter(|it| it.head.part == *number);
            let mut hash = digest::Context::new(&digest::SHA256);
            let count = chunks.inspect(|it| hash.update(&it.sha256)).count();
            json!({ "part": number, "startMs": millis(placed.start),
                    "lengthMs": millis(placed.length), "chunks": count,
                    "sha256": hex(hash.finish().as_ref()) })
        });
        Ok(Made { parts: parts.collect(), path: self.path, joined, sealed })
    }
}

fn unjoined(problem: JoinProblem) -> Unfinished {
    match problem {
        JoinProblem::Read(error) if error.kind() == ErrorKind::InvalidData => {
            RecordingProblem::Damaged.into()
        }
        JoinProblem::Read(error) | JoinProblem::Write(error) => SpoolProblem::from(error).into(),
        problem => Unfinished::Never(sentence(&problem.to_string())),
    }
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What the journal says of a file. The hash of a part is that of the hashes of its
/// chunks, one after the other; all are SHA-256.
fn manifest(made: &Made, blob: &BlobId) -> Value {
    json!({ "blob": blob.as_str(), "bytes": made.sealed.bytes,
            "sealedBytes": made.sealed.sealed_bytes, "sha256": hex(&made.sealed.sha256),
            "durationMs": millis(made.joined.duration), "parts": made.parts })
}

fn millis(it: Duration) -> u64 {
    it.as_millis().try_into().unwrap_or(u64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}
