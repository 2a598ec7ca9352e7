//! How recordings say no.

use std::borrow::Cow;

use housecall_dialect::Problem;
use housecall_recording::SpoolProblem;
use housecall_store::{BlobError, StoreError};

/// Why a recording, or a piece of one, is not taken, shown or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordingProblem {
    #[error("There is no such recording, or it is not yours to see.")]
    NotFound,
    #[error("This recording is not yours to do that with. Ask whoever is responsible for it.")]
    Forbidden,
    #[error("Only the person who records sends the recording.")]
    NotTheRecorder,
    #[error("This house has no master key, so it records nothing. Ask its operator to set one.")]
    NoMasterKey,
    #[error("Nothing is recorded at the moment: the recording is paused or has stopped.")]
    NotOnAir,
    #[error("The call is still being recorded. Stop the recording first.")]
    OnAir,
    #[error("Recordings are WebM or MP4, with picture or without.")]
    UnsupportedMediaType,
    #[error("A picture of a recording is a JPEG.")]
    NotAPicture,
    #[error("The bytes did not come to their end. Send them again.")]
    BrokenOff,
    #[error("This recording began in another format. Go on in that one.")]
    OtherMediaType,
    #[error("Send this grant's recording with a grant that is good: ask for one.")]
    Unauthorized,
    #[error("This grant has expired. Ask for another one and go on.")]
    GrantExpired,
    #[error("The digest is not that of these bytes. Send the chunk again.")]
    DigestMismatch,
    #[error("A chunk has at most {most} bytes. Send smaller ones.")]
    ChunkTooLarge { most: usize },
    #[error("This recording has as many bytes as one may have. Stop it and begin another.")]
    RecordingTooLarge,
    #[error("This is not the chunk that comes next. Go on with number {next}.")]
    OutOfOrder { next: u32 },
    #[error("There is another chunk of this number.")]
    ChunkDiffers,
    #[error("This was recorded while not everybody had agreed. Drop it and go on.")]
    OutsideConsent { next: u32 },
    #[error("Not all chunks have come. Go on with number {next}.")]
    ChunksMissing { next: u32 },
    #[error("This recording is finished: nothing can be added to it.")]
    AlreadyFinished,
    #[error("The recording is not complete yet. Try again when it is.")]
    NotReady,
    #[error("There is no room left for recordings. What was sent is safe; try again later.")]
    StorageFull,
    #[error("This recording was destroyed: nothing of it is left.")]
    Destroyed,
    #[error("This recording is damaged and cannot be shown. Tell the operator of this house.")]
    Damaged,
    #[error("This recording is kept until its hold is released.")]
    OnHold,
    #[error("Recordings cannot be kept or read at the moment. Try again shortly.")]
    Unavailable,
    #[error("{what}")]
    Invalid { field: &'static str, what: Cow<'static, str> },
}

impl RecordingProblem {
    pub(crate) fn invalid(field: &'static str, what: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid { field, what: what.into() }
    }

    /// The word clients branch on. Stable.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden | Self::NotTheRecorder => "forbidden",
            Self::NoMasterKey => "recording_unavailable",
            Self::NotOnAir => "not_on_air",
            Self::OnAir => "on_air",
            Self::BrokenOff => "incomplete",
            Self::UnsupportedMediaType | Self::NotAPicture => "unsupported_media_type",
            Self::OtherMediaType => "other_media_type",
            Self::Unauthorized => "unauthorized",
            Self::GrantExpired => "grant_expired",
            Self::DigestMismatch => "digest_mismatch",
            Self::ChunkTooLarge { .. } => "chunk_too_large",
            Self::RecordingTooLarge => "recording_too_large",
            Self::OutOfOrder { .. } => "chunk_out_of_order",
            Self::ChunkDiffers => "chunk_differs",
            Self::OutsideConsent { .. } => "outside_consent",
            Self::ChunksMissing { .. } => "chunks_missing",
            Self::AlreadyFinished => "already_finished",
            Self::NotReady => "not_ready",
            Self::StorageFull => "storage_full",
            Self::Destroyed => "recording_destroyed",
            Self::Damaged => "recording_damaged",
            Self::OnHold => "on_hold",
            Self::Unavailable => "unavailable",
            Self::Invalid { .. } => "invalid_payload",
        }
    }

    /// The number of the chunk to go on with, where that is the answer.
    pub(crate) fn next(&self) -> Option<u32> {
        match self {
            Self::OutOfOrder { next }
            | Self::OutsideConsent { next }
            | Self::ChunksMissing { next } => Some(*next),
            _ => None,
        }
    }
}

impl From<RecordingProblem> for Problem {
    fn from(problem: RecordingProblem) -> Self {
        let field = match &problem {
            RecordingProblem::Invalid { field, .. } => Some((*field).to_owned()),
            _ => None,
        };
        Self { field, ..Self::new(problem.code(), problem.to_string()) }
    }
}

impl From<StoreError> for RecordingProblem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            error => {
                tracing::error!(%error, "A recording could not be noted");
                Self::Unavailable
            }
        }
    }
}

impl From<BlobError> for RecordingProblem {
    fn from(error: BlobError) -> Self {
        tracing::error!(%error, "A recording could not be kept or read");
        Self::Unavailable
    }
}

impl From<SpoolProblem> for RecordingProblem {
    fn from(problem: SpoolProblem) -> Self {
        match problem {
            SpoolProblem::OutOfOrder { next } => Self::OutOfOrder { next },
            SpoolProblem::Differs => Self::ChunkDiffers,
            SpoolProblem::Full => Self::StorageFull,
            SpoolProblem::Damaged => Self::Damaged,
            SpoolProblem::Io(error) => {
                tracing::error!(%error, "A chunk of a recording could not be kept or read");
                Self::Unavailable
            }
        }
    }
}
