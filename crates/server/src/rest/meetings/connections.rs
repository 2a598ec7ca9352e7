//! Who is in a room. Clients report here that they come and go; what counts is
//! their socket, so what they get is how things stand.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{Refusal, Timestamp, UserId, room::Participant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{room::MeetingRoom, view::PersonInRoom};
use crate::{
    house::House,
    rest::{
        body::Body,
        caller::Caller,
        error::{ApiError, ProblemBody},
        found::{check_not_removed, people_seen},
    },
};

/// Somebody who comes or goes. It is the caller, whatever `userId` says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingPassage)]
pub(crate) struct Passage {
    room_id: String,
}

/// Somebody's being in a room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingConnection)]
pub(crate) struct Connection {
    id: String,
    #[schema(value_type = String)]
    user_id: UserId,
    room_id: String,
    /// When their socket first came in; null before it has.
    #[schema(value_type = Option<String>)]
    joined_at: Option<Timestamp>,
    /// When their socket last went.
    #[schema(value_type = Option<String>)]
    left_at: Option<Timestamp>,
    user: PersonInRoom,
}

/// Says that one is about to come into a room. One is in it when one's socket
/// has joined.
#[utoipa::path(
    post, path = "/api/connection", tag = "meetings", request_body = Passage,
    responses((status = 201, body = Connection), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn come(
    State(house): State<House>,
    caller: Caller,
    Body(Passage { room_id }): Body<Passage>,
) -> Result<(StatusCode, Json<Connection>), ApiError> {
    let room = MeetingRoom::find(&house, &caller, &room_id).await?;
    if room.is_over() {
        return Err(Refusal::Over.into());
    }
    if let Some(open) = room.open(&house) {
        check_not_removed(&open, &caller.user)?;
    }
    Ok((StatusCode::CREATED, Json(own(&house, &caller, &room, room_id))))
}

/// Says that one is about to go. One is out when one's socket has left.
#[utoipa::path(
    put, path = "/api/connection", tag = "meetings", request_body = Passage,
    responses((status = 200, body = Connection), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn go(
    State(house): State<House>,
    caller: Caller,
    Body(Passage { room_id }): Body<Passage>,
) -> Result<Json<Connection>, ApiError> {
    let room = MeetingRoom::find(&house, &caller, &room_id).await?;
    Ok(Json(own(&house, &caller, &room, room_id)))
}

/// Lists who is in a room now.
#[utoipa::path(
    get, path = "/api/connection/room/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Connection>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn in_room(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<Connection>>, ApiError> {
    let room = MeetingRoom::find(&house, &caller, &id).await?;
    let Some(open) = room.open(&house) else { return Ok(Json(Vec::new())) };
    check_not_removed(&open, &caller.user)?;
    let inside = people_seen(&open, &caller.user).map(|(user, _)| user.clone()).collect();
    house.directory.look_up(&house.store, inside).await?;
    let connection = |(user, it)| Connection::of(&house, &id, user, Some(it));
    Ok(Json(people_seen(&open, &caller.user).map(connection).collect()))
}

fn own(house: &House, caller: &Caller, room: &MeetingRoom, name: String) -> Connection {
    let open = room.open(house);
    let participant = open.as_ref().and_then(|it| it.participant(&caller.user));
    Connection::of(house, &name, &caller.user, participant)
}

impl Connection {
    fn of(house: &House, room: &str, user: &UserId, it: Option<&Participant>) -> Self {
        Self {
            id: format!("{room}:{user}"),
            user_id: user.clone(),
            room_id: room.to_owned(),
            joined_at: it.and_then(|it| it.joined_at),
            left_at: it.and_then(|it| it.left_at),
            user: house.directory.person(user).into(),
        }
    }
}
