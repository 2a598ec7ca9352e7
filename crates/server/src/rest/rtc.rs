//! Rooms of appointments over HTTP, as the clients of the rtc vocabulary know
//! them. They call everything an appointment: the id of a meeting or of a call
//! serves as well.
//!
//! These clients log their user out on any 401, and on a 403 whose message speaks
//! of roles in their language: so only a bad token is answered 401, and what is
//! said with a 403 must not contain "rol".

pub(crate) mod ending;
mod invitation;
pub(crate) mod servers;
pub(crate) mod video;
mod view;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use housecall_core::{
    AppointmentId, Command, Refusal, Room, RoomId,
    room::{ConsentMethod, Stage},
};
use serde::Deserialize;
use utoipa::ToSchema;

use self::view::{RoomView, Shown, ShownRooms, ShownStats, Stats, Success};
use super::{
    body::Body,
    caller::Caller,
    error::{ApiError, ProblemBody},
    found::{Found, Spot},
};
use crate::house::House;

/// Where somebody wants to go.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcJoin)]
pub(crate) struct Wish {
    /// Or the id of a meeting, or of a call.
    #[schema(value_type = String)]
    appointment_id: RoomId,
    /// Only a yes counts.
    recording_consent: Option<bool>,
}

/// Whether somebody agrees to be recorded.
#[derive(Deserialize, ToSchema)]
#[schema(as = RtcConsent)]
pub(crate) struct Consent {
    consent: bool,
}

/// Lets somebody come in over their socket, by `join-room` with the answer's
/// `roomId`. Whatever was left of an earlier page of theirs has gone before they
/// do.
#[utoipa::path(
    post, path = "/api/rtc/rooms/join", tag = "rtc", request_body = Wish,
    responses((status = 200, body = Shown), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn join(
    State(house): State<House>,
    caller: Caller,
    Body(Wish { appointment_id, recording_consent }): Body<Wish>,
) -> Result<Json<Shown>, ApiError> {
    let mut found = house.find(appointment_id.as_str(), &caller.actor()).await?;
    check_welcome(&found)?;
    check_open(&found)?;
    if let Some(room) = found.spot.open_room().cloned() {
        let room = leave_behind(&house, &caller, room).await?;
        let room = match recording_consent {
            Some(true) if room.participant(&caller.user).is_some() => {
                house.ask(room.id(), &caller.actor(), vec![agreed(&caller, true)]).await?.room
            }
            _ => room,
        };
        found.spot = Spot::Room(room);
    }
    forget_invitation(&house, &caller, &found);
    let mut view = RoomView::of(&house, &caller.user, &found).await?;
    view.room_id = way_in(&house, &caller, &found.name);
    Ok(Json(Shown::new(view)))
}

/// How a room stands.
#[utoipa::path(
    get, path = "/api/rtc/rooms/{id}", tag = "rtc", params(("id" = String, Path)),
    responses((status = 200, body = Shown), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Shown>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    Ok(Json(Shown::new(RoomView::of(&house, &caller.user, &found).await?)))
}

/// The open rooms that name the caller.
#[utoipa::path(
    get, path = "/api/rtc/rooms", tag = "rtc",
    responses((status = 200, body = ShownRooms), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<ShownRooms>, ApiError> {
    let mut rooms = Vec::new();
    for room in house.open_rooms(&caller.user) {
        let found = Found { name: name_of(&room), spot: Spot::Room(room), welcome: true };
        rooms.push(RoomView::of(&house, &caller.user, &found).await?);
    }
    Ok(Json(ShownRooms::new(rooms)))
}

/// What can be counted about a room.
#[utoipa::path(
    get, path = "/api/rtc/rooms/{id}/stats", tag = "rtc", params(("id" = String, Path)),
    responses((status = 200, body = ShownStats), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn stats(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ShownStats>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    Ok(Json(ShownStats::new(Stats::of(&found, &caller.user, house.now()))))
}

/// Agrees to being recorded, or agrees no longer. Once somebody is there.
#[utoipa::path(
    patch, path = "/api/rtc/rooms/{id}/recording-consent", tag = "rtc",
    params(("id" = String, Path)), request_body = Consent,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn consent(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Consent { consent }): Body<Consent>,
) -> Result<Json<Success>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    let Some(room) = found.spot.open_room() else {
        let over = found.spot.is_over();
        return Err(if over { Refusal::Over } else { Refusal::NotStarted }.into());
    };
    house.ask(room.id(), &caller.actor(), vec![agreed(&caller, consent)]).await?;
    Ok(Json(Success::new()))
}

fn agreed(caller: &Caller, agreed: bool) -> Command {
    Command::consent(caller.user.clone(), agreed, ConsentMethod::Electronic)
}

fn check_welcome(found: &Found) -> Result<(), ApiError> {
    if !found.welcome {
        let detail = "You may look at this room, but only those who were invited come in.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    Ok(())
}

fn check_open(found: &Found) -> Result<(), ApiError> {
    match found.spot.is_over() {
        true => Err(Refusal::Over.into()),
        false => Ok(()),
    }
}

/// A page that asks to join starts from nothing, so what is left in the room of
/// the one before it leaves: the others are to connect anew. While nobody else is
/// there, nobody has to.
async fn leave_behind(
    house: &House,
    caller: &Caller,
    room: Arc<Room>,
) -> Result<Arc<Room>, ApiError> {
    let stage = room.participant(&caller.user).map(|it| &it.stage);
    let is_lost = matches!(stage, Some(Stage::Lost { .. }));
    if !is_lost || !room.people_inside().any(|(user, _)| *user != caller.user) {
        return Ok(room);
    }
    let leave = Command::Leave { device: None, reason: None };
    Ok(house.ask(room.id(), &caller.actor(), vec![leave]).await?.room)
}

/// Sockets that come without a token are known by the ticket they bring.
fn way_in(house: &House, caller: &Caller, name: &RoomId) -> RoomId {
    let ticket = match house.config.auth.tokenless_rtc {
        true => house.tickets.issue(&caller.user, name),
        false => None,
    };
    ticket.unwrap_or_else(|| name.clone())
}

fn forget_invitation(house: &House, caller: &Caller, found: &Found) {
    if let Some(appointment) = appointment_of(&found.spot) {
        house.invitations.forget(&caller.user, &appointment);
    }
}

fn appointment_of(spot: &Spot) -> Option<AppointmentId> {
    match spot {
        Spot::Room(room) => room.invitation()?.appointment.clone(),
        Spot::Appointment(it) => Some(it.id.clone()),
        Spot::Meeting(_) => None,
    }
}

/// What a room goes by: the id of its appointment or meeting, else its own.
fn name_of(room: &Room) -> RoomId {
    let invitation = room.invitation();
    let appointment = invitation.and_then(|it| it.appointment.as_ref()).map(|it| it.as_str());
    let meeting = || invitation.and_then(|it| it.meeting.as_ref()).map(|it| it.as_str());
    let place = appointment.or_else(meeting);
    place.map_or_else(|| room.id().clone(), |it| it.parse().expect("the id of a place is an id"))
}
