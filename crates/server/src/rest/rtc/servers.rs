//! What a page of this vocabulary asks before anything else.

use axum::{Json, extract::State, http::HeaderMap};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    house::House,
    ice,
    rest::{
        caller::Caller,
        error::{ApiError, ProblemBody},
        health,
        ice::host,
    },
};

/// For the `RTCPeerConnection` of a client.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcIceServers)]
pub(crate) struct IceServers {
    /// Always `true`.
    success: bool,
    #[serde(flatten)]
    servers: ice::IceServers,
}

/// How the server is.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcHealth)]
pub(crate) struct Health {
    /// Always `true`.
    success: bool,
    /// `ok`.
    status: &'static str,
}

/// The STUN and TURN servers to use. The first clients ask without a token, maybe
/// with the cookie of a session long gone: whoever they are, they may know the
/// servers that need no credentials.
#[utoipa::path(
    get, path = "/api/rtc/ice-servers", tag = "rtc", security((), ("bearer" = [])),
    responses((status = 200, body = IceServers)),
)]
pub(crate) async fn ice_servers(
    State(house): State<House>,
    caller: Result<Caller, ApiError>,
    headers: HeaderMap,
) -> Json<IceServers> {
    let host = host(&headers);
    let servers = match caller {
        Ok(caller) => house.ice_servers(&caller.user, host),
        Err(_) => house.ice.public(host),
    };
    Json(IceServers { success: true, servers })
}

/// The server can serve.
#[utoipa::path(
    get, path = "/api/rtc/health", tag = "rtc", security(()),
    responses((status = 200, body = Health), (status = 503, body = ProblemBody)),
)]
pub(crate) async fn ready(State(house): State<House>) -> Result<Json<Health>, ApiError> {
    let ready = health::ready(State(house)).await;
    ready.map(|_| Json(Health { success: true, status: "ok" }))
}
