//! Showing recordings: what is sealed is opened piece by piece, and nothing is
//! given away of a piece that is not as it was.

use std::{collections::HashMap, io::ErrorKind, ops::Range, time::Duration};

use futures_util::{Stream, stream};
use housecall_core::{Actor, RecordingId, Timestamp, UserId};
use housecall_recording::{DataKey, HEADER, Opener, Purpose};
use housecall_store::{Access, BlobError, BlobId, Blobs, RecordingStatus, StoredRecording};

use super::problem::RecordingProblem;
use crate::house::House;

/// How much is read and opened at a time, in bytes: a whole number of sealed
/// pieces. More takes memory for each viewer; less takes more trips to a bucket.
const STEP: u64 = 1024 * 1024;

/// How long a viewing goes on after the last piece somebody asked for.
pub(crate) const VIEWING: Duration = Duration::from_secs(5 * 60);

/// How many viewings are kept before the old ones are thrown out.
const MOST_VIEWINGS: usize = 1024;

/// A sealed file that was found.
pub(crate) struct Sealed {
    blobs: Blobs,
    blob: BlobId,
    opener: Opener,
}

/// Why it cannot be read.
pub(super) enum ReadProblem {
    Damaged,
    Unavailable(RecordingProblem),
}

impl From<BlobError> for ReadProblem {
    /// What is shorter than it was, or gone, is damaged.
    fn from(error: BlobError) -> Self {
        match &error {
            BlobError::Unavailable(cause)
                if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) =>
            {
                Self::Damaged
            }
            _ => Self::Unavailable(error.into()),
        }
    }
}

impl From<housecall_recording::Damaged> for ReadProblem {
    fn from(_: housecall_recording::Damaged) -> Self {
        Self::Damaged
    }
}

impl Sealed {
    pub(super) async fn find(
        blobs: &Blobs,
        blob: &BlobId,
        recording: &RecordingId,
        key: &DataKey,
        purpose: Purpose,
    ) -> Result<Self, ReadProblem> {
        let size = blobs.size(blob).await?.ok_or(ReadProblem::Damaged)?;
        let header = blobs.range(blob, 0..size.min(HEADER as u64)).await?;
        let opener = Opener::new(&header, size, recording, key, purpose)?;
        Ok(Self { blobs: blobs.clone(), blob: blob.clone(), opener })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.opener.bytes()
    }

    /// So much of a range as is read at a time; what is left begins where it ends.
    pub(super) fn step(range: &Range<u64>) -> Range<u64> {
        let end = (range.start / STEP + 1) * STEP;
        range.start..end.min(range.end)
    }

    pub(super) async fn read(&self, plain: Range<u64>) -> Result<Vec<u8>, ReadProblem> {
        let sealed = self.blobs.range(&self.blob, self.opener.covering(plain.clone())).await?;
        Ok(self.opener.open(plain, &sealed)?)
    }
}

/// A recording that is being shown to somebody.
pub(crate) struct Media {
    house: House,
    recording: RecordingId,
    by: Actor,
    sealed: Sealed,
}

impl Media {
    pub(crate) fn bytes(&self) -> u64 {
        self.sealed.bytes()
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingProblem> {
        match self.sealed.read(range).await {
            Ok(bytes) => Ok(bytes),
            Err(ReadProblem::Damaged) => {
                Err(self.house.note_damage(&self.recording, &self.by).await)
            }
            Err(ReadProblem::Unavailable(problem)) => Err(problem),
        }
    }

    /// The first bytes of a range, and then the others. So it is known whether they
    /// can be had before anything is answered.
    pub(crate) async fn stream(
        self,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, RecordingProblem>>, RecordingProblem> {
        let first = Sealed::step(&range);
        let bytes = self.read(first.clone()).await?;
        let rest = (self, first.end..range.end);
        let others = stream::unfold(Some(rest), |rest| async {
            let (media, range) = rest.filter(|(_, range)| !range.is_empty())?;
            let step = Sealed::step(&range);
            let rest = step.end..range.end;
            match media.read(step).await {
                Ok(bytes) => Some((Ok(bytes), Some((media, rest)))),
                Err(problem) => Some((Err(problem), None)),
            }
        });
        Ok(futures_util::StreamExt::chain(stream::iter([Ok(bytes)]), others))
    }
}

/// Who watches what, so that it is noted once and not with every range.
#[derive(Default)]
pub(crate) struct Viewings(tokio::sync::Mutex<HashMap<Viewing, Timestamp>>);

type Viewing = (RecordingId, UserId, String);

impl House {
    /// Finds the media of a recording for somebody who may see them.
    pub(crate) async fn open_media(
        &self,
        it: &StoredRecording,
        by: &Actor,
    ) -> Result<Media, RecordingProblem> {
        let blob = it.blob.as_ref().filter(|_| it.status == RecordingStatus::Completed);
        let blob = blob.ok_or(RecordingProblem::NotReady)?;
        let sealed = self.open_sealed(it, blob, Purpose::Media, by).await?;
        Ok(Media { house: self.clone(), recording: it.id.clone(), by: by.clone(), sealed })
    }

    /// The picture of a recording, for somebody who may see it.
    pub(crate) async fn poster(
        &self,
        it: &StoredRecording,
        by: &Actor,
    ) -> Result<Vec<u8>, RecordingProblem> {
        let blob = it.poster.as_ref().ok_or(RecordingProblem::NotFound)?;
        let sealed = self.open_sealed(it, blob, Purpose::Poster, by).await?;
        let media = Media { house: self.clone(), recording: it.id.clone(), by: by.clone(), sealed };
        media.read(0..media.bytes()).await
    }

    async fn open_sealed(
        &self,
        it: &StoredRecording,
        blob: &BlobId,
        purpose: Purpose,
        by: &Actor,
    ) -> Result<Sealed, RecordingProblem> {
        let key = self.recordings.key(it)?;
        match Sealed::find(&self.recordings.blobs, blob, &it.id, &key, purpose).await {
            Ok(sealed) => Ok(sealed),
            Err(ReadProblem::Damaged) => Err(self.note_damage(&it.id, by).await),
            Err(ReadProblem::Unavailable(problem)) => Err(problem),
        }
    }

    /// Takes note that somebody watches, before they see anything.
    pub(crate) async fn note_viewing(
        &self,
        it: &StoredRecording,
        by: &Actor,
        grant: &str,
    ) -> Result<(), RecordingProblem> {
        self.note_once(it, by, grant, Access::Watched).await
    }

    /// Takes note that somebody does something, once for as long as they go on with
    /// it. `grant` tells one time from another.
    pub(crate) async fn note_once(
        &self,
        it: &StoredRecording,
        by: &Actor,
        grant: &str,
        access: Access,
    ) -> Result<(), RecordingProblem> {
        let Some(user) = by.user() else { return Ok(()) };
        let (now, what) = (self.now(), format!("{access:?} {grant}"));
        let viewing = (it.id.clone(), user.clone(), what);
        let mut viewings = self.recordings.viewings.0.lock().await;
        if viewings.len() >= MOST_VIEWINGS {
            viewings.retain(|_, last| now < last.plus(VIEWING));
        }
        if viewings.get(&viewing).is_none_or(|last| now >= last.plus(VIEWING)) {
            self.store.note_access(&it.id, by, access, now).await?;
        }
        viewings.insert(viewing, now);
        Ok(())
    }
}
