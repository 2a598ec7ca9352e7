//! Meetings over HTTP, as the clients of meetings know them: they call every
//! place people meet in a room. Appointments and calls are rooms to them too,
//! so that they can load one before they come in; what is theirs alone is
//! refused for these.

pub(super) mod connections;
pub(super) mod messages;
pub(super) mod of_user;
mod room;
mod view;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{
    Actor, Command, MeetingId, Private, Refusal, Role, RoomId, Timestamp, UserId, room::Door,
};
use housecall_dialect::Problem;
use housecall_store::{Meeting, MeetingFilter, NewMeeting, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::{room::MeetingRoom, view::RoomView};
use super::{
    body::{Body, Params},
    caller::Caller,
    error::{ApiError, ProblemBody},
};
use crate::clock::new_meeting_id;
use crate::house::House;

/// The longest name of a meeting, in characters.
const LONGEST_NAME: usize = 100;

/// How many people can be let in at once.
const MOST_LET_IN: usize = 100;

/// How many meetings a list holds at most, and unless it says.
const MOST_PER_PAGE: u32 = 100;

/// A meeting to make. It belongs to the caller, whatever `creatorId` says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewMeeting)]
pub(crate) struct NewRoom {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Private<String>,
    /// Whether only those who were let in may come, besides the creator.
    #[serde(default)]
    private: Option<bool>,
    /// Not kept: a meeting with a password is a private one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Private<String>>,
    /// When people are expected.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    schedule_at: Option<Timestamp>,
    /// Who may come to a private meeting; the creator may let in others later.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    access: Vec<UserId>,
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Counted from 1.
    page: Option<u32>,
    /// 100 at most.
    limit: Option<u32>,
}

/// Makes a meeting. Guests do not.
#[utoipa::path(
    post, path = "/api/room", tag = "meetings", request_body = NewRoom,
    responses((status = 201, body = RoomView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(new): Body<NewRoom>,
) -> Result<(StatusCode, Json<RoomView>), ApiError> {
    let has_password = new.password.is_some_and(|it| !it.reveal().is_empty());
    let meeting = NewMeeting {
        id: new_meeting_id(),
        name: new.name,
        creator: caller.user.clone(),
        private: has_password || new.private.unwrap_or(false),
        door: Door::Open,
        scheduled_at: new.schedule_at,
    };
    Ok((StatusCode::CREATED, Json(make(&house, &caller, meeting, &new.access).await?.into())))
}

/// Makes a meeting and lets people in, if all of that is right.
pub(super) async fn make(
    house: &House,
    caller: &Caller,
    new: NewMeeting,
    access: &[UserId],
) -> Result<Meeting, ApiError> {
    if caller.role == Role::Guest {
        return Err(ApiError::forbidden("forbidden", "Guests come to meetings of others."));
    }
    let name = checked_name(new.name)?;
    check_access(house, access).await?;
    let (by, now) = (caller.actor(), house.now());
    let made = house.store.create_meeting(NewMeeting { name, ..new }, &by, now).await?;
    for user in access.iter().filter(|it| **it != caller.user) {
        house.store.grant_access(&made.id, user, &by, now).await?;
    }
    Ok(made)
}

/// Lists the meetings one may come to, newest first; administrators see all.
#[utoipa::path(
    get, path = "/api/room", tag = "meetings", params(Part),
    responses((status = 200, body = Vec<RoomView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(part): Params<Part>,
) -> Result<Json<Vec<RoomView>>, ApiError> {
    let (_, page) = part.page(MOST_PER_PAGE)?;
    let filter = MeetingFilter { visible_to: visible_to(&caller), ..MeetingFilter::default() };
    let found = house.store.meetings(&filter, page).await?;
    Ok(Json(found.meetings.into_iter().map(RoomView::from).collect()))
}

/// Shows a room to whoever may come into it: a meeting, an appointment or a
/// call.
#[utoipa::path(
    get, path = "/api/room/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = RoomView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RoomView>, ApiError> {
    Ok(Json(MeetingRoom::find(&house, &caller, &id).await?.view()))
}

/// Ends a room for everybody, for good. Its host may, and administrators.
#[utoipa::path(
    post, path = "/api/room/{id}/end", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = RoomView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody)),
)]
pub(crate) async fn end(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RoomView>, ApiError> {
    let room = MeetingRoom::find(&house, &caller, &id).await?;
    match &room {
        MeetingRoom::Meeting(meeting) => {
            check_host(&caller, meeting)?;
            end_meeting(&house, &caller, &meeting.id).await?;
        }
        MeetingRoom::Appointment(_) | MeetingRoom::Call(_) => {
            end_occurrence(&house, &caller, &room).await?;
        }
    }
    Ok(Json(MeetingRoom::find(&house, &caller, &id).await?.view()))
}

/// Ends a meeting for everybody and deletes it. Its creator may, and
/// administrators.
#[utoipa::path(
    delete, path = "/api/room/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = RoomView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody)),
)]
pub(crate) async fn delete(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RoomView>, ApiError> {
    let MeetingRoom::Meeting(meeting) = MeetingRoom::find(&house, &caller, &id).await? else {
        let detail = "Only meetings are deleted: cancel the appointment, or end the call.";
        return Err(conflict("not_a_meeting", detail));
    };
    let at = unmake(&house, &caller, &meeting).await?;
    Ok(Json(RoomView::deleted(meeting, at)))
}

/// Ends a meeting for everybody and deletes it; answers when.
pub(super) async fn unmake(
    house: &House,
    caller: &Caller,
    meeting: &Meeting,
) -> Result<Timestamp, ApiError> {
    check_host(caller, meeting)?;
    end_meeting(house, caller, &meeting.id).await?;
    let now = house.now();
    house.store.delete_meeting(&meeting.id, &caller.actor(), now).await?;
    Ok(now)
}

impl Part {
    /// The number of the page, and what it holds.
    fn page(&self, usual: u32) -> Result<(u32, Page), ApiError> {
        let (number, limit) = (self.page.unwrap_or(1), self.limit.unwrap_or(usual));
        if number == 0 {
            return Err(ApiError::invalid("page", "Pages count from 1."));
        }
        if limit == 0 || limit > MOST_PER_PAGE {
            let detail = format!("Ask for 1 to {MOST_PER_PAGE} meetings.");
            return Err(ApiError::invalid("limit", detail));
        }
        let offset = u64::from(number - 1) * u64::from(limit);
        Ok((number, Page { limit, offset }))
    }
}

pub(super) fn checked_name(name: Private<String>) -> Result<Private<String>, ApiError> {
    let name = name.reveal().trim();
    match name.chars().count() {
        1..=LONGEST_NAME => Ok(Private::new(name.to_owned())),
        _ => {
            let detail = format!("A name has 1 to {LONGEST_NAME} characters.");
            Err(ApiError::invalid("name", detail))
        }
    }
}

pub(super) async fn check_access(house: &House, access: &[UserId]) -> Result<(), ApiError> {
    if access.len() > MOST_LET_IN {
        let detail = format!("Let in at most {MOST_LET_IN} people at once.");
        return Err(ApiError::invalid("access", detail));
    }
    match house.directory.look_up(&house.store, access.to_vec()).await? {
        None => Ok(()),
        Some(_) => {
            let problem = Problem::new("unknown_user", "There is no such person.");
            Err(Problem { field: Some("access".to_owned()), ..problem }.into())
        }
    }
}

fn check_host(caller: &Caller, meeting: &Meeting) -> Result<(), ApiError> {
    if caller.is_admin() || caller.user == meeting.creator {
        return Ok(());
    }
    let detail = "Only its creator and administrators end a meeting for everybody.";
    Err(ApiError::forbidden("forbidden", detail))
}

/// Ends a meeting for good, and for those who are in it now.
async fn end_meeting(house: &House, caller: &Caller, id: &MeetingId) -> Result<(), ApiError> {
    // Until it has ended nobody opens it again.
    let _opening = house.opening.lock().await;
    let name: RoomId = id.as_str().parse().expect("an id of ours is short");
    if let Some(live) = house.rooms.named(&name) {
        let room = live.state().id().clone();
        // Who has not come in is nobody to the room yet, even the host.
        if !caller.is_admin() {
            let expect = Command::Expect { user: caller.user.clone(), part: None };
            house.ask(&room, &Actor::House, vec![expect]).await?;
        }
        house.ask(&room, &caller.actor(), vec![Command::End { reason: None }]).await?;
    }
    Ok(house.store.end_meeting(id, &caller.actor(), house.now()).await?)
}

/// Ends what goes on at an appointment, or a call.
async fn end_occurrence(
    house: &House,
    caller: &Caller,
    room: &MeetingRoom,
) -> Result<(), ApiError> {
    match room.open(house) {
        Some(open) => {
            house.ask(open.id(), &caller.actor(), vec![Command::End { reason: None }]).await?;
            Ok(())
        }
        None if room.is_over() => Ok(()),
        None => Err(conflict("nobody_there", "Nobody is there at the moment: nothing to end.")),
    }
}

fn conflict(code: &'static str, detail: &'static str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, Problem::new(code, detail))
}

/// Whose meetings to show: administrators see all.
pub(super) fn visible_to(caller: &Caller) -> Option<UserId> {
    (!caller.is_admin()).then(|| caller.user.clone())
}

/// The same answer for what is not there and what is not yours.
fn nowhere() -> ApiError {
    Refusal::NotAParticipant.into()
}
