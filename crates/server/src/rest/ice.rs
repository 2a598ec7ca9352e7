//! How browsers find a way to each other.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    caller::Caller,
    error::{ApiError, ProblemBody},
};
use crate::{house::House, ice::IceServer};

/// How long clients may use an answer, in seconds. Fixed credentials do not
/// expire; asking again after a day picks up a changed configuration.
const TTL: u64 = 24 * 60 * 60;

/// For the `RTCPeerConnection` of a client.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IceServers {
    /// `RTCIceServer`s as the W3C defines them.
    ice_servers: Vec<IceServer>,
    /// Seconds.
    ttl: u64,
}

/// The STUN and TURN servers to use.
#[utoipa::path(
    get, path = "/api/ice-servers", tag = "calls",
    responses((status = 200, body = IceServers), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn ice_servers(
    State(house): State<House>,
    _: Caller,
    headers: HeaderMap,
) -> Result<Json<IceServers>, ApiError> {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    Ok(Json(IceServers { ice_servers: house.ice.servers(host), ttl: TTL }))
}
