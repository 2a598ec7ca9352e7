//! How HTTP says no: `application/problem+json` (RFC 9457) with our stable
//! `code`, and the fields the clients we inherit look for.

use std::{borrow::Cow, time::Duration};

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use housecall_core::{Refusal, RoomId};
use housecall_dialect::Problem;
use housecall_store::{BlobError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::TokenProblem, files::blob_problem, house, pace::TooFast};

/// An answer that is an error.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    problem: Problem,
    /// When to try again, if that is known.
    retry_after: Option<Duration>,
    /// The number of the chunk to go on with, if that is the answer.
    next: Option<u32>,
}

/// The body of an error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`: the code says more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// For people: what is wrong and what to do.
    detail: String,
    /// For programs. Stable.
    code: &'static str,
    /// Which field of the request, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The call that stands in the way, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    call_id: Option<RoomId>,
    /// The number of the chunk of a recording to go on with, if that is the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
    /// Always `false`, for clients that look here.
    success: bool,
    /// The same as `status`, for clients that look here.
    status_code: u16,
    /// The same as `detail`, for clients that look here.
    message: String,
    /// For clients that look here, as those of this path expect it: the same
    /// as `detail`; below `/webrtc` the same as `title`; below
    /// `/api/consultations` and `/api/chat` an object.
    error: ErrorField,
}

/// What stands in `error`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum ErrorField {
    Text(Cow<'static, str>),
    Object { code: &'static str, details: Vec<Detail> },
}

/// What is wrong with one field.
#[derive(Serialize, ToSchema)]
struct Detail {
    field: String,
    message: String,
}

/// What the clients of a path expect in `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expectation {
    Sentence,
    Title,
    Object,
}

impl Expectation {
    fn of(path: &str) -> Self {
        let below = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|it| it.is_empty() || it.starts_with('/'))
        };
        if below("/api/consultations") || below("/api/chat") {
            Self::Object
        } else if below("/webrtc") || below("/api/v1/webrtc") {
            Self::Title
        } else {
            Self::Sentence
        }
    }
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, problem: Problem) -> Self {
        Self { status, problem, retry_after: None, next: None }
    }

    pub(crate) fn not_found(detail: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Problem::new("not_found", detail))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let problem = Problem::new("method_not_allowed", "This path does not take this method.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, problem)
    }

    pub(crate) fn with_next(self, next: Option<u32>) -> Self {
        Self { next, ..self }
    }

    /// RFC 9110, section 15.5.17.
    pub(crate) fn unsatisfiable() -> Self {
        let problem = Problem::new("range_not_satisfiable", "Ask for one range that is there.");
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, problem)
    }

    pub(crate) fn forbidden(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, Problem::new(code, detail))
    }

    pub(crate) fn invalid(field: &str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        let problem = Problem::new("invalid_payload", detail);
        Self::new(StatusCode::BAD_REQUEST, Problem { field: Some(field.to_owned()), ..problem })
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let status = match problem.code {
            "token_missing" | "token_expired" | "token_invalid" | "user_disabled" => {
                StatusCode::UNAUTHORIZED
            }
            // The same for what is not there and what is not yours.
            "not_a_participant" => StatusCode::NOT_FOUND,
            "forbidden" | "removed" | "not_yet" | "room_locked" | "too_early" => {
                StatusCode::FORBIDDEN
            }
            "too_large" | "file_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "unavailable" | "busy" => StatusCode::SERVICE_UNAVAILABLE,
            "internal" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, problem)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl From<TokenProblem> for ApiError {
    fn from(problem: TokenProblem) -> Self {
        house::token_problem(problem).into()
    }
}

impl From<TooFast> for ApiError {
    fn from(too_fast: TooFast) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, too_fast.into());
        Self { retry_after: Some(too_fast.0), ..error }
    }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        blob_problem(error).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        house::unavailable(error).into()
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "A request failed");
        house::internal().into()
    }
}

impl ApiError {
    fn body(self, expected: Expectation) -> ProblemBody {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let Problem { code, message, field, call_id } = self.problem;
        let error = match expected {
            Expectation::Sentence => ErrorField::Text(message.clone()),
            Expectation::Title => ErrorField::Text(title.into()),
            Expectation::Object => {
                let detail =
                    |field: &String| Detail { field: field.clone(), message: message.to_string() };
                ErrorField::Object { code, details: field.iter().map(detail).collect() }
            }
        };
        ProblemBody {
            kind: "about:blank",
            title,
            status: self.status.as_u16(),
            detail: message.to_string(),
            code,
            field,
            call_id,
            next: self.next,
            success: false,
            status_code: self.status.as_u16(),
            message: message.into_owned(),
            error,
        }
    }

    /// The answer at `path`.
    pub(crate) fn at(self, path: &str) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, Json(self.body(Expectation::of(path)))).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if let Some(wait) = retry_after {
            let seconds = wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl IntoResponse for ApiError {
    /// Stays an error until [`say_as_expected`] knows the path.
    fn into_response(self) -> Response {
        let mut response = self.clone().at("");
        response.extensions_mut().insert(self);
        response
    }
}

/// Says no in the shape the clients of the path expect.
pub(crate) async fn say_as_expected(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ApiError>() {
        Some(error) => {
            *response.body_mut() = error.at(&path).into_body();
            response
        }
        None if response.status() == StatusCode::BAD_REQUEST => unreadable_path().at(&path),
        None => response,
    }
}

/// All other noes of the framework are turned into ours where they arise.
fn unreadable_path() -> ApiError {
    let what = "The path is not UTF-8. Encode what stands between its slashes.";
    ApiError::new(StatusCode::BAD_REQUEST, Problem::new("invalid_path", what))
}
