//! Missed calls over HTTP.

use axum::{Json, extract::State, http::StatusCode};
use housecall_core::{RoomId, Timestamp, room::Purpose};
use housecall_dialect::native::wire::MissedCall;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::Body,
    caller::Caller,
    error::{ApiError, ProblemBody},
    people::PersonView,
};
use crate::house::House;

/// How many calls can be said to be seen at once.
const MOST_SEEN: usize = 500;

/// A call the caller let ring, or that was taken back before they answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MissedCall)]
pub(crate) struct MissedView {
    #[schema(value_type = String)]
    call_id: RoomId,
    /// Who called.
    caller: PersonView,
    /// When it stopped ringing.
    #[schema(value_type = String)]
    at: Timestamp,
    /// `video`, `audio` or `screen_share`.
    #[schema(value_type = String)]
    purpose: Purpose,
}

impl From<MissedCall> for MissedView {
    fn from(MissedCall { call_id, caller, at, purpose }: MissedCall) -> Self {
        Self { call_id, caller: caller.into(), at, purpose }
    }
}

/// Calls that were missed and not seen yet, the latest first; 50 at most.
#[derive(Serialize, ToSchema)]
#[schema(as = MissedCalls)]
pub(crate) struct Missed {
    missed: Vec<MissedView>,
}

/// Which missed calls were seen.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SeenCalls)]
pub(crate) struct Seen {
    /// All, unless some are named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 500)]
    call_ids: Option<Vec<RoomId>>,
}

/// The calls I have missed and not seen yet.
#[utoipa::path(
    get, path = "/api/missed-calls", tag = "calls",
    responses((status = 200, body = Missed), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Missed>, ApiError> {
    let missed = house.missed(&caller.user).await?;
    Ok(Json(Missed { missed: missed.into_iter().map(MissedView::from).collect() }))
}

/// I have seen that I missed these calls. Others change nothing.
#[utoipa::path(
    post, path = "/api/missed-calls/seen", tag = "calls", request_body = Seen,
    responses((status = 204), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn seen(
    State(house): State<House>,
    caller: Caller,
    Body(Seen { call_ids }): Body<Seen>,
) -> Result<StatusCode, ApiError> {
    if call_ids.as_ref().is_some_and(|it| it.len() > MOST_SEEN) {
        let detail = format!("Name at most {MOST_SEEN} calls, or none for all.");
        return Err(ApiError::invalid("callIds", detail));
    }
    let (by, now) = (caller.actor(), house.now());
    house.store.see_missed_calls(&caller.user, call_ids.as_deref(), &by, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
