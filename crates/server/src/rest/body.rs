//! Typed bodies and queries whose mistakes are told by field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use housecall_core::{NotATime, Timestamp};
use housecall_dialect::Problem;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A JSON body. An empty one reads as `{}`.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(&request);
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let (status, code) = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
                _ => (StatusCode::BAD_REQUEST, "invalid_payload"),
            };
            ApiError::new(status, Problem::new(code, rejection.body_text()))
        })?;
        if !bytes.is_empty() && !is_json {
            let problem =
                Problem::new("not_json", "Send JSON, with content-type application/json.");
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Problem::new("invalid_payload", "The body is not UTF-8."))?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        Ok(Self(housecall_dialect::parse(Some(text)).map_err(Problem::from)?))
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.and_then(|it| it.split(';').next()).map(str::trim);
    kind.is_some_and(|it| it == "application/json" || it.ends_with("+json"))
}

/// The parameters of a query.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(query) =
            query.map_err(|error| Problem::new("invalid_query", error.body_text()))?;
        Ok(Self(query))
    }
}

/// A date and time, or a date with `time` of that day.
pub(super) fn moment(
    field: &str,
    text: Option<String>,
    time: &str,
) -> Result<Option<Timestamp>, ApiError> {
    let read = |text: String| text.parse().or_else(|_| format!("{text}{time}").parse());
    let moment = text.map(read).transpose();
    moment.map_err(|problem: NotATime| ApiError::invalid(field, problem.to_string()))
}
