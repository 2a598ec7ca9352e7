//! Watching and downloading recordings.

use axum::{
    Json,
    body::Body,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};
use housecall_core::{Actor, RecordingId, Timestamp};
use housecall_store::{Access, StoredRecording};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::{Grant, GrantProblem, Purpose},
    house::House,
    recordings::{Action, Asked, Media, RecordingProblem, VIEWING, asked},
    rest::{
        auth::{Cookies, watch_cookie, watch_grant},
        caller::{Caller, bearer},
        error::{ApiError, ProblemBody},
    },
};

/// Where a recording can be watched.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Watching)]
pub(crate) struct WatchView {
    /// For a `<video>` in the page that asked.
    url: String,
    /// When it can be watched no longer, unless somebody does until then.
    #[schema(value_type = String)]
    expires_at: Timestamp,
}

/// Whoever watches: with a token, or in a page that was granted to.
pub(crate) struct Viewer {
    actor: Actor,
    /// What they watch with, if it is a grant.
    grant: Option<Grant>,
}

impl FromRequestParts<House> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let text = match bearer(&parts.headers) {
            None => watch_grant(&parts.headers, &house.config)?,
            Some(_) => None,
        };
        let Some(text) = text else {
            let caller = Caller::from_request_parts(parts, house).await?;
            return Ok(Self { actor: caller.actor(), grant: None });
        };
        let grant = house.grants.read(Purpose::Watch, text, house.now());
        let grant = grant.map_err(|problem| match problem {
            GrantProblem::Forged => RecordingProblem::Unauthorized,
            GrantProblem::Expired => RecordingProblem::GrantExpired,
        })?;
        let role = house.check_account(&grant.user).await?;
        let actor = Actor::person(grant.user.clone(), role);
        Ok(Self { actor, grant: Some(grant) })
    }
}

/// Grants the page that asks to show a recording, by a cookie for that alone.
#[utoipa::path(
    post, path = "/api/recordings/{id}/watch", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = WatchView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody), (status = 410, body = ProblemBody),
              (status = 500, body = ProblemBody)),
)]
pub(crate) async fn watch(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<(Cookies, Json<WatchView>), ApiError> {
    let it = house.recording_for(&caller.actor(), Action::Watch, &id).await?;
    // So that whoever cannot watch is told so in words, not by a player.
    house.open_media(&it, &caller.actor()).await?;
    let expires_at = house.now().plus(VIEWING);
    let grant = house.grants.issue(Purpose::Watch, &it.id, &caller.user, expires_at);
    let url = path(&it.id);
    let cookie = watch_cookie(&url, &grant, VIEWING, &headers, &house.config);
    Ok((cookie, Json(WatchView { url, expires_at })))
}

fn path(id: &RecordingId) -> String {
    format!("/api/recordings/{id}/media")
}

/// The recording, or one range of it (RFC 9110, section 14), for those who may
/// watch: with a token, or with the cookie that `watch` gave.
#[utoipa::path(
    get, path = "/api/recordings/{id}/media", tag = "recordings",
    params(("id" = String, Path), ("Range" = Option<String>, Header)),
    responses((status = 200, body = Vec<u8>, content_type = "video/webm"),
              (status = 206, body = Vec<u8>, content_type = "video/webm"),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 410, body = ProblemBody), (status = 416, body = ProblemBody),
              (status = 500, body = ProblemBody), (status = 503, body = ProblemBody)),
)]
pub(crate) async fn media(
    State(house): State<House>,
    viewer: Viewer,
    method: Method,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Viewer { actor, grant } = viewer;
    if grant.as_ref().is_some_and(|it| it.recording.as_str() != id) {
        return Err(RecordingProblem::Unauthorized.into());
    }
    let it = house.recording_for(&actor, Action::Watch, &id).await?;
    let media = house.open_media(&it, &actor).await?;
    if method != Method::HEAD {
        let viewing = grant.as_ref().map(|it| it.number.as_str()).unwrap_or_default();
        house.note_viewing(&it, &actor, viewing).await?;
    }
    let renewed = grant.map(|it| renewed(&house, it, &headers));
    let answer = send(&it, media, &method, &headers).await?;
    Ok((renewed.unwrap_or(AppendHeaders(Vec::new())), answer).into_response())
}

/// The same grant, for a while from now on.
fn renewed(house: &House, grant: Grant, headers: &HeaderMap) -> Cookies {
    let grant = Grant { expires_at: house.now().plus(VIEWING), ..grant };
    let text = house.grants.write(Purpose::Watch, &grant);
    watch_cookie(&path(&grant.recording), &text, VIEWING, headers, &house.config)
}

async fn send(
    it: &StoredRecording,
    media: Media,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let (size, tag) = (media.bytes(), format!("\"{}\"", it.sha256.as_deref().unwrap_or_default()));
    let text = |name| headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
    // Of another recording no ranges are wanted (RFC 9110, section 13.1.5).
    let is_same = text(header::IF_RANGE).is_none_or(|it| it == tag);
    let ranges = text(header::RANGE).filter(|_| is_same && method == Method::GET);
    let (status, range) = match asked(ranges, size) {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => {
            let of = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((of, ApiError::unsatisfiable()).into_response());
        }
    };
    let mut answer = headers_of(it, "inline");
    let value = |text: &str| HeaderValue::from_str(text).expect("printable ASCII");
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(header::ETAG, value(&tag));
    answer.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    if status == StatusCode::PARTIAL_CONTENT {
        let of = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        answer.insert(header::CONTENT_RANGE, value(&of));
    }
    let body = match *method == Method::HEAD {
        true => Body::empty(),
        false => Body::from_stream(media.stream(range).await?),
    };
    Ok((status, answer, body).into_response())
}

/// The recording as a file to keep. Whoever keeps it is responsible for it.
#[utoipa::path(
    get, path = "/api/recordings/{id}/download", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "video/webm"),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 410, body = ProblemBody), (status = 500, body = ProblemBody),
              (status = 503, body = ProblemBody)),
)]
pub(crate) async fn download(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let by = caller.actor();
    let it = house.recording_for(&by, Action::Download, &id).await?;
    let media = house.open_media(&it, &by).await?;
    house.store.note_access(&it.id, &by, Access::Downloaded, house.now()).await?;
    let mut answer = headers_of(&it, "attachment");
    answer.insert(header::CONTENT_LENGTH, media.bytes().into());
    let whole = 0..media.bytes();
    Ok((answer, Body::from_stream(media.stream(whole).await?)).into_response())
}

/// The picture of the recording, for those who may watch it.
#[utoipa::path(
    get, path = "/api/recordings/{id}/poster", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 410, body = ProblemBody),
              (status = 500, body = ProblemBody), (status = 503, body = ProblemBody)),
)]
pub(crate) async fn poster(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let it = house.recording_for(&caller.actor(), Action::Watch, &id).await?;
    let picture = house.poster(&it, &caller.actor()).await?;
    let mut answer = headers_of(&it, "inline");
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    answer.remove(header::CONTENT_DISPOSITION);
    Ok((answer, picture).into_response())
}

/// Whatever a browser makes of it, it is not a page of ours, nobody else shows it,
/// and no cache keeps it.
fn headers_of(it: &StoredRecording, disposition: &str) -> HeaderMap {
    let fixed = HeaderValue::from_static;
    let kind = if it.media_type.starts_with("audio/") { "audio" } else { "video" };
    let end = if it.container == "mp4" { "mp4" } else { "webm" };
    let day = it.started_at.to_string();
    let name = format!("recording-{}.{end}", day.split('T').next().unwrap_or_default());
    let text = |it: String| HeaderValue::from_str(&it).expect("printable ASCII");
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, text(format!("{kind}/{end}"))),
        (header::CONTENT_DISPOSITION, text(format!("{disposition}; filename=\"{name}\""))),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::CACHE_CONTROL, fixed("private, no-store")),
        (header::CONTENT_SECURITY_POLICY, fixed("default-src 'none'; sandbox")),
        (header::HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
    ])
}
