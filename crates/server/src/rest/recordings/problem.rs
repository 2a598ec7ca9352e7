//! What recordings' noes are in HTTP.

use axum::http::StatusCode;

use crate::{recordings::RecordingProblem, rest::error::ApiError};

impl From<RecordingProblem> for ApiError {
    fn from(problem: RecordingProblem) -> Self {
        let status = status(&problem);
        let next = problem.next();
        ApiError::new(status, problem.into()).with_next(next)
    }
}

fn status(problem: &RecordingProblem) -> StatusCode {
    use RecordingProblem::{
        AlreadyFinished, BrokenOff, ChunkDiffers, ChunkTooLarge, ChunksMissing, Damaged, Destroyed,
        DigestMismatch, Forbidden, GrantExpired, Invalid, NoMasterKey, NotAPicture, NotFound,
        NotOnAir, NotReady, NotTheRecorder, OnAir, OnHold, OtherMediaType, OutOfOrder,
        OutsideConsent, RecordingTooLarge, StorageFull, Unauthorized, Unavailable,
        UnsupportedMediaType,
    };
    match problem {
        Invalid { .. } | DigestMismatch => StatusCode::BAD_REQUEST,
        Unauthorized | GrantExpired => StatusCode::UNAUTHORIZED,
        Forbidden | NotTheRecorder | OutsideConsent { .. } => StatusCode::FORBIDDEN,
        NotFound => StatusCode::NOT_FOUND,
        BrokenOff => StatusCode::REQUEST_TIMEOUT,
        NotOnAir
        | OnAir
        | OtherMediaType
        | OutOfOrder { .. }
        | ChunkDiffers
        | ChunksMissing { .. }
        | AlreadyFinished
        | NotReady
        | OnHold => StatusCode::CONFLICT,
        Destroyed => StatusCode::GONE,
        ChunkTooLarge { .. } | RecordingTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        UnsupportedMediaType | NotAPicture => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Damaged => StatusCode::INTERNAL_SERVER_ERROR,
        NoMasterKey | Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        StorageFull => StatusCode::INSUFFICIENT_STORAGE,
    }
}
