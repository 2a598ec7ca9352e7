//! Figures for whoever watches the house.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::{
    caller::Caller,
    error::{ApiError, ProblemBody},
};
use crate::{
    house::House,
    metrics::{CONTENT_TYPE, page},
};

/// Figures in the text format of Prometheus, for administrators.
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses((status = 200, body = String, content_type = "text/plain"),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn metrics(
    State(house): State<House>,
    caller: Caller,
) -> Result<Response, ApiError> {
    if !caller.is_admin() {
        let detail = "Only administrators see figures, with a token.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    Ok(open(State(house)).await)
}

/// The same for everybody, on a port of its own.
pub(crate) async fn open(State(house): State<House>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], page(&house).await).into_response()
}
