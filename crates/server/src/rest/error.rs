//! How HTTP says no: `application/problem+json` (RFC 9457) with our stable
//! `code`, and the fields the clients we inherit look for.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use housecall_core::{Refusal, RoomId};
use housecall_dialect::Problem;
use housecall_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::TokenProblem, house};

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    problem: Problem,
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
    /// The same as `status`, for clients that look here.
    status_code: u16,
    /// The same as `detail`, for clients that look here.
    message: String,
    /// The same as `title`, for clients that look here.
    error: &'static str,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, problem: Problem) -> Self {
        Self { status, problem }
    }

    pub(crate) fn not_found(detail: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Problem::new("not_found", detail))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let problem = Problem::new("method_not_allowed", "This path does not take this method.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, problem)
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
            "forbidden" => StatusCode::FORBIDDEN,
            "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
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

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let Problem { code, message, field, call_id } = self.problem;
        let body = ProblemBody {
            kind: "about:blank",
            title,
            status: self.status.as_u16(),
            detail: message.to_string(),
            code,
            field,
            call_id,
            status_code: self.status.as_u16(),
            message: message.into_owned(),
            error: title,
        };
        let mut response = (self.status, Json(body)).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}
