//! Sending a recording: parts, chunks, a picture, and the end.

use std::{future::poll_fn, pin::pin, time::Duration};

use axum::{
    Json,
    body::{Body as RequestBody, Bytes, HttpBody},
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use housecall_core::{Timestamp, UserId};
use housecall_recording::ChunkHead;
use housecall_store::{RecordingStatus, StoredPart};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::{
    auth::{Grant, GrantProblem, Purpose},
    house::House,
    recordings::{NewChunk, POSTER_BYTES, RecordingProblem, Uploading, is_digest},
    rest::{
        body::{Body, Params},
        caller::{Caller, bearer},
        error::{ApiError, ProblemBody},
    },
};

/// How long a grant to upload holds. Longer than a page takes to ask for another;
/// short enough to be worth nothing to whoever finds one.
const GRANT: Duration = Duration::from_secs(60 * 60);

/// How long the next piece of a chunk may take to come. Longer keeps room for
/// somebody who is gone; shorter fails people on bad networks.
const PATIENCE: Duration = Duration::from_secs(30);

/// A part to begin.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewRecordingPart)]
pub(crate) struct NewPart {
    /// What the recorder makes: `video/webm;codecs=vp8,opus`.
    #[schema(max_length = 200)]
    media_type: String,
}

/// A part that has begun: its time begins with this answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingPart)]
pub(crate) struct PartView {
    /// 1 for the first.
    part: u16,
    /// The number of the chunk that is awaited.
    next: u32,
    /// What chunks are sent with.
    grant: String,
    #[schema(value_type = String)]
    grant_expires_at: Timestamp,
    /// The most bytes of a chunk.
    chunk_bytes: usize,
}

/// What an upload goes on with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UploadGrant)]
pub(crate) struct GrantView {
    grant: String,
    #[schema(value_type = String)]
    grant_expires_at: Timestamp,
    /// The number of the chunk that is awaited.
    next: u32,
    /// The most bytes of a chunk.
    chunk_bytes: usize,
    /// `recording` or `uploading`.
    #[schema(value_type = String)]
    status: &'static str,
}

/// Where in a recording a chunk belongs.
#[derive(Deserialize)]
pub(crate) struct ChunkPlace {
    part: u16,
    at: u64,
    length: u32,
}

/// A chunk is on the disk.
#[derive(Serialize, ToSchema)]
#[schema(as = ChunkTaken)]
pub(crate) struct TakenView {
    /// The number of the chunk that is awaited.
    next: u32,
}

/// All that there is was sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = UploadEnd)]
pub(crate) struct End {
    /// How many chunks there are.
    chunks: u32,
}

/// How far a recording has come.
#[derive(Serialize, ToSchema)]
#[schema(as = UploadStatus)]
pub(crate) struct StatusView {
    /// `uploading`, `processing`, `completed` or `failed`.
    #[schema(value_type = String)]
    status: &'static str,
}

/// How far an upload has come.
#[derive(Serialize, ToSchema)]
#[schema(as = Upload)]
pub(crate) struct UploadView {
    /// The number of the chunk that is awaited.
    next: u32,
    /// `recording`, `uploading`, `processing`, `completed`, `failed` or `destroyed`.
    #[schema(value_type = String)]
    status: &'static str,
    parts: Vec<UploadPart>,
}

/// A part that was begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadPart {
    part: u16,
    media_type: String,
    #[schema(value_type = String)]
    started_at: Timestamp,
}

/// Somebody with a good grant to upload the recording of the path.
pub(crate) struct Uploader(Grant);

impl FromRequestParts<House> for Uploader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, house).await;
        let path = path.map(|Path(path)| path).unwrap_or_default();
        let id = path.iter().find(|(name, _)| name == "id").map(|(_, id)| id.as_str());
        let text = bearer(&parts.headers).ok_or(RecordingProblem::Unauthorized)?;
        let grant = house.grants.read(Purpose::Upload, text, house.now());
        let grant = grant.map_err(|problem| match problem {
            GrantProblem::Forged => RecordingProblem::Unauthorized,
            GrantProblem::Expired => RecordingProblem::GrantExpired,
        })?;
        match id == Some(grant.recording.as_str()) {
            true => Ok(Self(grant)),
            false => Err(RecordingProblem::Unauthorized.into()),
        }
    }
}

/// Begins a part of a recording that is on air, for whoever makes it: one run of
/// their recorder. Start that when the answer is there.
#[utoipa::path(
    post, path = "/api/recordings/{id}/parts", tag = "recordings", params(("id" = String, Path)),
    request_body = NewPart,
    responses((status = 201, body = PartView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody), (status = 415, body = ProblemBody),
              (status = 503, body = ProblemBody), (status = 507, body = ProblemBody)),
)]
pub(crate) async fn open_part(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<NewPart>,
) -> Result<(StatusCode, Json<PartView>), ApiError> {
    let (part, uploading) = house.open_part(&caller.actor(), &id, &new.media_type).await?;
    let grant = grant(&house, &caller.user, &id, &uploading)?;
    let GrantView { grant, grant_expires_at, next, chunk_bytes, .. } = grant;
    let view = PartView { part, next, grant, grant_expires_at, chunk_bytes };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Grants whoever makes a recording to go on with its upload: after a reload, or
/// when a grant has expired.
#[utoipa::path(
    post, path = "/api/recordings/{id}/grants", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = GrantView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody)),
)]
pub(crate) async fn renew(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<GrantView>, ApiError> {
    let uploading = house.resume_upload(&caller.actor(), &id).await?;
    Ok(Json(grant(&house, &caller.user, &id, &uploading)?))
}

fn grant(
    house: &House,
    user: &UserId,
    id: &str,
    uploading: &Uploading,
) -> Result<GrantView, ApiError> {
    let recording = id.parse().map_err(|_| RecordingProblem::NotFound)?;
    let grant_expires_at = house.now().plus(GRANT);
    Ok(GrantView {
        grant: house.grants.issue(Purpose::Upload, &recording, user, grant_expires_at),
        grant_expires_at,
        next: uploading.next,
        chunk_bytes: house.config.recordings.chunk_bytes,
        status: uploading.status.as_str(),
    })
}

/// Takes in a chunk. It is on the disk when this answers. The same chunk again is
/// answered as it was.
#[utoipa::path(
    put, path = "/api/recordings/{id}/chunks/{number}", tag = "recordings",
    params(
        ("id" = String, Path),
        ("number" = u32, Path, description = "0, 1, 2 ... through the whole recording"),
        ("part" = u16, Query, description = "The part it is of"),
        ("at" = u64, Query, description = "Milliseconds since the part began"),
        ("length" = u32, Query, description = "Milliseconds it covers, 2500 at most"),
        ("Content-Digest" = String, Header, description = "sha-256=:BASE64: (RFC 9530)"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = TakenView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
              (status = 503, body = ProblemBody), (status = 507, body = ProblemBody)),
)]
pub(crate) async fn chunk(
    State(house): State<House>,
    Uploader(grant): Uploader,
    Path((_id, number)): Path<(String, String)>,
    Params(place): Params<ChunkPlace>,
    headers: HeaderMap,
    body: RequestBody,
) -> Result<Json<TakenView>, ApiError> {
    let number = number.parse().map_err(|_| ApiError::invalid("number", "Chunks are counted."))?;
    let digest = content_digest(&headers).ok_or_else(|| {
        let what = "Send the SHA-256 of the chunk: Content-Digest: sha-256=:BASE64:.";
        ApiError::invalid("Content-Digest", what)
    })?;
    let most = house.config.recordings.chunk_bytes;
    let _turn = house.turn_to_send(&grant.recording).await;
    let bytes = take_in(body, most).await?;
    if !is_digest(&digest, &bytes) {
        return Err(RecordingProblem::DigestMismatch.into());
    }
    let ChunkPlace { part, at, length } = place;
    let head = ChunkHead { number, part, at_ms: at, length_ms: length };
    let chunk = NewChunk { head, bytes };
    let next = house.take_chunk(&grant.recording, &grant.user, chunk).await?;
    Ok(Json(TakenView { next }))
}

/// The SHA-256 of `Content-Digest` (RFC 9530, section 2): a dictionary of digests,
/// each in base64 between colons.
fn content_digest(headers: &HeaderMap) -> Option<Vec<u8>> {
    let lines = headers.get_all("content-digest").iter().filter_map(|it| it.to_str().ok());
    let mut digests = lines.flat_map(|it| it.split(',')).filter_map(|it| it.split_once('='));
    let (_, value) = digests.find(|(name, _)| name.trim() == "sha-256")?;
    let value = value.trim().strip_prefix(':')?.strip_suffix(':')?;
    BASE64_STANDARD.decode(value).ok()
}

/// The bytes of a chunk.
async fn take_in(body: RequestBody, most: usize) -> Result<Bytes, ApiError> {
    let too_large = || RecordingProblem::ChunkTooLarge { most };
    if body.size_hint().lower() > most as u64 {
        return Err(too_large().into());
    }
    let (mut body, mut taken) = (pin!(body), Vec::new());
    loop {
        let next = timeout(PATIENCE, poll_fn(|context| body.as_mut().poll_frame(context)));
        let Some(frame) = next.await.map_err(|_| broken_off())? else { break };
        let Ok(bytes) = frame.map_err(|_| broken_off())?.into_data() else { continue };
        if taken.len() + bytes.len() > most {
            return Err(too_large().into());
        }
        taken.extend_from_slice(&bytes);
    }
    Ok(taken.into())
}

fn broken_off() -> ApiError {
    RecordingProblem::BrokenOff.into()
}

/// Keeps a picture of the recording, which shows what it is before it is played.
#[utoipa::path(
    put, path = "/api/recordings/{id}/poster", tag = "recordings", params(("id" = String, Path)),
    request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 204), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 413, body = ProblemBody), (status = 415, body = ProblemBody)),
)]
pub(crate) async fn poster(
    State(house): State<House>,
    Uploader(grant): Uploader,
    headers: HeaderMap,
    body: RequestBody,
) -> Result<StatusCode, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if kind != Some("image/jpeg") {
        return Err(RecordingProblem::NotAPicture.into());
    }
    let picture = take_in(body, POSTER_BYTES).await?;
    house.take_poster(&grant.recording, &grant.user, picture).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that all chunks were sent. The house makes a file of them.
#[utoipa::path(
    post, path = "/api/recordings/{id}/finish", tag = "recordings", params(("id" = String, Path)),
    request_body = End,
    responses((status = 202, body = StatusView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn finish(
    State(house): State<House>,
    Uploader(grant): Uploader,
    Body(End { chunks }): Body<End>,
) -> Result<(StatusCode, Json<StatusView>), ApiError> {
    let status = house.finish_upload(&grant.recording, &grant.user, chunks).await?;
    Ok((StatusCode::ACCEPTED, Json(StatusView { status: status.as_str() })))
}

/// How far the upload has come.
#[utoipa::path(
    get, path = "/api/recordings/{id}/upload", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = UploadView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn progress(
    State(house): State<House>,
    Uploader(grant): Uploader,
) -> Result<Json<UploadView>, ApiError> {
    house.check_account(&grant.user).await?;
    let Uploading { status, next, parts } = house.uploading(&grant.recording).await?;
    let parts = parts.into_iter().map(UploadPart::from).collect();
    Ok(Json(UploadView { next, status: RecordingStatus::as_str(status), parts }))
}

impl From<StoredPart> for UploadPart {
    fn from(StoredPart { number, media_type, started_at }: StoredPart) -> Self {
        Self { part: number, media_type, started_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_among_others() {
        let check = |lines: &[&str], expected: Option<&[u8]>| {
            let line = |it: &&str| {
                (header::HeaderName::from_static("content-digest"), it.parse().expect("a value"))
            };
            let headers: HeaderMap = lines.iter().map(line).collect();
            assert_eq!(content_digest(&headers).as_deref(), expected, "{lines:?}");
        };
        check(&["sha-256=:aGk=:"], Some(b"hi"));
        check(&["sha-512=:eA==:, sha-256=:aGk=:"], Some(b"hi"));
        check(&["sha-512=:eA==:", "sha-256=:aGk=:"], Some(b"hi"));
        for nothing in ["sha-256=aGk=", "sha-256=:a:", "sha-512=:aGk=:", "sha-256", ""] {
            check(&[nothing], None);
        }
        check(&[], None);
    }
}
