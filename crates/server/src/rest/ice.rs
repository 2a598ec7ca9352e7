//! How browsers find a way to each other.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};

use super::{
    caller::Caller,
    error::{ApiError, ProblemBody},
};
use crate::{house::House, ice::IceServers};

/// The STUN and TURN servers to use. Ask again at every call: credentials expire,
/// and end with the call they were used in.
#[utoipa::path(
    get, path = "/api/ice-servers", tag = "calls",
    responses((status = 200, body = IceServers), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn ice_servers(
    State(house): State<House>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<IceServers>, ApiError> {
    Ok(Json(house.ice_servers(&caller.user, host(&headers))))
}

/// The name clients reached us under, with its port.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}
