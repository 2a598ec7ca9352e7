//! The ways that media took in rooms: for those who are asked why a call was bad.

use axum::{
    Json,
    extract::{Path, State},
};
use housecall_core::{Room, RoomId, Timestamp, UserId};
use housecall_store::{PathKind, PathReport};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    house::House,
    rest::{
        caller::Caller,
        error::{ApiError, ProblemBody},
        found::Spot,
    },
};

/// How many reports one answer lists: all of a full room, if nobody's path changed
/// more often than is kept.
const MOST_PATHS: u32 = 400;

/// Which way media between two people took from a moment on, as one of them said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoomPath)]
pub(crate) struct PathView {
    /// The room it was in, whatever name was asked for.
    #[schema(value_type = String)]
    room: RoomId,
    /// Who says so.
    #[schema(value_type = String)]
    user: UserId,
    /// Who is at the other end.
    #[schema(value_type = String)]
    peer: UserId,
    #[schema(value_type = String)]
    at: Timestamp,
    /// How `user` reaches `peer`: `direct`, `stun`, `relay-udp`, `relay-tcp` or
    /// `relay-tls`.
    #[schema(value_type = String)]
    path: PathKind,
    /// How `peer` reaches `user`, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    peer_path: Option<PathKind>,
    /// There and back.
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trip_ms: Option<f64>,
    /// How much of what `peer` sends is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    loss_percent: Option<f64>,
}

/// The latest reports, the oldest of them first; 400 at most.
#[derive(Serialize, ToSchema)]
#[schema(as = RoomPaths)]
pub(crate) struct Paths {
    paths: Vec<PathView>,
}

/// Which ways media took in a room, or in all rooms there were at an appointment or
/// a meeting: for its hosts, its provider and administrators.
#[utoipa::path(
    get, path = "/api/rooms/{name}/paths", tag = "calls",
    params(("name" = String, Path, description = "A room, an appointment or a meeting")),
    responses((status = 200, body = Paths), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Paths>, ApiError> {
    let found = house.find(&name, &caller.actor()).await?;
    let place = answered_for(&caller, found.name, &found.spot).ok_or_else(|| {
        let detail = "Only its hosts, its provider and administrators see this: ask them.";
        ApiError::forbidden("forbidden", detail)
    })?;
    let paths = house.store.paths(&place, MOST_PATHS).await?;
    Ok(Json(Paths { paths: paths.into_iter().map(PathView::of).collect() }))
}

/// What the caller answers for of what they named. Who was made a host of a room
/// does not answer for those that were at its place before.
fn answered_for(caller: &Caller, name: RoomId, spot: &Spot) -> Option<RoomId> {
    let room = match spot {
        _ if caller.is_admin() => return Some(name),
        Spot::Appointment(it) => return (it.provider == caller.user).then_some(name),
        Spot::Meeting(it) => return (it.creator == caller.user).then_some(name),
        Spot::Room(room) => room,
    };
    match runs_place(room, &caller.user) {
        true => Some(name),
        false => room.is_host(&caller.user).then(|| room.id().clone()),
    }
}

fn runs_place(room: &Room, user: &UserId) -> bool {
    let invitation = room.invitation();
    invitation.is_some_and(|it| it.hosts.contains(user) || it.provider.as_ref() == Some(user))
}

impl PathView {
    fn of(it: PathReport) -> Self {
        let PathReport { room, user, peer, at, path, peer_path, round_trip, loss } = it;
        let (round_trip_ms, loss_percent) = (round_trip, loss);
        Self { room, user, peer, at, path, peer_path, round_trip_ms, loss_percent }
    }
}
