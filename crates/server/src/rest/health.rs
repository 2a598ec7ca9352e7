//! Whether the process lives, and whether it can serve.

use std::sync::atomic::Ordering;

use axum::{
    Extension, Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use housecall_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiError, ProblemBody};
use crate::house::House;

/// How the process is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Whether the process can serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ok`.
    status: &'static str,
    /// Where finished recordings are kept: `ok`, or `unavailable`. Calls go on without
    /// it, and recordings wait on this machine until it is back.
    storage: &'static str,
}

/// How the process is, and since when.
#[derive(Serialize, ToSchema)]
pub(crate) struct Uptime {
    /// `ok`.
    status: &'static str,
    #[schema(value_type = String)]
    timestamp: Timestamp,
    /// Seconds since the start.
    uptime: f64,
}

/// When the process started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started(pub(crate) Timestamp);

/// The process lives.
#[utoipa::path(
    get, path = "/healthz", tag = "health", security(()),
    responses((status = 200, body = Health)),
)]
pub(crate) async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The process lives, and how long it has.
#[utoipa::path(
    get, path = "/health", tag = "health", security(()),
    responses((status = 200, body = Uptime)),
)]
pub(crate) async fn uptime(
    State(house): State<House>,
    Extension(Started(started)): Extension<Started>,
) -> Json<Uptime> {
    let now = house.now();
    Json(Uptime { status: "ok", timestamp: now, uptime: now.since(started).as_secs_f64() })
}

/// The process can serve: it reaches its database and is not going down.
#[utoipa::path(
    get, path = "/readyz", tag = "health", security(()),
    responses((status = 200, body = Readiness), (status = 503, body = ProblemBody)),
)]
pub(crate) async fn ready(State(house): State<House>) -> Result<Json<Readiness>, ApiError> {
    if house.is_closing() {
        return Err(
            housecall_dialect::Problem::new("unavailable", "The server is going down.").into()
        );
    }
    house.store.ready().await?;
    let is_gone = house.recordings.figures.storage_is_gone.load(Ordering::Relaxed);
    let storage = if is_gone { "unavailable" } else { "ok" };
    Ok(Json(Readiness { status: "ok", storage }))
}

pub(crate) async fn document(document: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}
