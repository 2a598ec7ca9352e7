//! Meetings over HTTP: the neutral way, whatever vocabulary people speak when
//! they come.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{MeetingId, Private, Role, Timestamp, UserId, room::Door};
use housecall_dialect::Problem;
use housecall_store::{Meeting, MeetingChange, MeetingFilter, NewMeeting, Page, StoreError};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Body, Params},
    caller::Caller,
    error::{ApiError, ProblemBody},
    meetings::{self, of_user::people_at},
    people::PersonView,
};
use crate::{clock::new_meeting_id, house::House};

/// How many meetings a page holds at most, and unless it says.
const MOST_PER_PAGE: u32 = 100;

/// A meeting to make. It belongs to the caller.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewMeetingPlace)]
pub(crate) struct Plan {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Private<String>,
    /// Whether only those with access may come, besides the creator.
    #[serde(default)]
    private: bool,
    /// Who waits until a host lets them in: `open` nobody, `usual` guests and
    /// whoever comes with a client that can show a waiting room, `strict`
    /// everybody.
    #[serde(default = "open_door")]
    #[schema(value_type = String, default = "open")]
    door: Door,
    /// Who may come to a private one.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    access: Vec<UserId>,
    /// When people are expected.
    #[schema(value_type = Option<String>)]
    starts_at: Option<Timestamp>,
}

fn open_door() -> Door {
    Door::Open
}

/// What is to be different; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingPlaceChange)]
pub(crate) struct Change {
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    name: Option<Private<String>>,
    private: Option<bool>,
    /// `open`, `usual` or `strict`.
    #[schema(value_type = Option<String>)]
    door: Option<Door>,
    /// When people are expected; `null` if that is no longer known.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    starts_at: Option<Option<Timestamp>>,
    /// Who may come to a private one, instead of those who could until now.
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    access: Option<Vec<UserId>>,
}

/// Tells `null` from what is absent.
fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Timestamp>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// 100 unless given, and at most.
    limit: Option<u32>,
    offset: Option<u64>,
}

/// A meeting.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingPlace)]
pub(crate) struct MeetingView {
    #[schema(value_type = String)]
    id: MeetingId,
    #[schema(value_type = String)]
    name: Private<String>,
    /// Whether only those with access may come, besides the creator.
    private: bool,
    /// `open`, `usual` or `strict`.
    #[schema(value_type = String)]
    door: Door,
    creator: PersonView,
    /// When people are expected, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    starts_at: Option<Timestamp>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// Since when nobody can come any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// Whether somebody is in it.
    live: bool,
    /// How many are.
    people: usize,
    /// Who may come to a private one. For its creator and administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Vec<PersonView>>,
}

/// A page of meetings, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = MeetingPlaces)]
pub(crate) struct Meetings {
    meetings: Vec<MeetingView>,
    /// How many there are on all pages.
    total: u64,
}

/// Makes a meeting. Guests do not.
#[utoipa::path(
    post, path = "/api/meetings", tag = "meetings", request_body = Plan,
    responses((status = 201, body = MeetingView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(plan): Body<Plan>,
) -> Result<(StatusCode, Json<MeetingView>), ApiError> {
    let new = NewMeeting {
        id: new_meeting_id(),
        name: plan.name,
        creator: caller.user.clone(),
        private: plan.private,
        door: plan.door,
        scheduled_at: plan.starts_at,
    };
    let made = meetings::make(&house, &caller, new, &plan.access).await?;
    Ok((StatusCode::CREATED, Json(MeetingView::of(&house, &caller, made).await?)))
}

/// Lists the meetings that are not over and that one may come to, newest
/// first; administrators see all. Guests come by their link, and see none.
#[utoipa::path(
    get, path = "/api/meetings", tag = "meetings", params(Part),
    responses((status = 200, body = Meetings), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(Part { limit, offset }): Params<Part>,
) -> Result<Json<Meetings>, ApiError> {
    let limit = limit.unwrap_or(MOST_PER_PAGE);
    if limit == 0 || limit > MOST_PER_PAGE {
        let detail = format!("Ask for 1 to {MOST_PER_PAGE} meetings.");
        return Err(ApiError::invalid("limit", detail));
    }
    if caller.role == Role::Guest {
        return Ok(Json(Meetings { meetings: Vec::new(), total: 0 }));
    }
    let visible_to = meetings::visible_to(&caller);
    let filter = MeetingFilter { visible_to, open: true, ..MeetingFilter::default() };
    let page = Page { limit, offset: offset.unwrap_or(0) };
    let found = house.store.meetings(&filter, page).await?;
    let mut meetings = Vec::with_capacity(found.meetings.len());
    for it in found.meetings {
        meetings.push(MeetingView::of(&house, &caller, it).await?);
    }
    Ok(Json(Meetings { meetings, total: found.total }))
}

/// Shows a meeting to whoever may come to it, and to administrators.
#[utoipa::path(
    get, path = "/api/meetings/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = MeetingView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MeetingView>, ApiError> {
    let found = visible(&house, &caller, &id).await?;
    Ok(Json(MeetingView::of(&house, &caller, found).await?))
}

/// Changes a meeting that is not over, from the next time people come. Its
/// creator may, and administrators.
#[utoipa::path(
    patch, path = "/api/meetings/{id}", tag = "meetings", params(("id" = String, Path)),
    request_body = Change,
    responses((status = 200, body = MeetingView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn change(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<MeetingView>, ApiError> {
    let before = visible(&house, &caller, &id).await?;
    if !is_run_by(&before, &caller) {
        let detail = "Only its creator and administrators change a meeting: ask them.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    let change = checked(&house, &before, change).await?;
    let (by, now) = (caller.actor(), house.now());
    let changed = house.store.change_meeting(&before.id, change, &by, now).await;
    Ok(Json(MeetingView::of(&house, &caller, in_time(changed)?).await?))
}

/// Ends a meeting for everybody and deletes it. Its creator may, and
/// administrators.
#[utoipa::path(
    delete, path = "/api/meetings/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn delete(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let meeting = visible(&house, &caller, &id).await?;
    meetings::unmake(&house, &caller, &meeting).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl MeetingView {
    async fn of(house: &House, caller: &Caller, it: Meeting) -> Result<Self, ApiError> {
        let access = match it.private && is_run_by(&it, caller) {
            true => Some(people(house, house.store.meeting_access(&it.id).await?).await?),
            false => None,
        };
        let inside = people_at(house, &it.id);
        Ok(Self {
            creator: person(house, &it.creator).await?,
            id: it.id,
            name: it.name,
            private: it.private,
            door: it.door,
            starts_at: it.scheduled_at,
            created_at: it.created_at,
            ended_at: it.ended_at,
            live: inside > 0,
            people: inside,
            access,
        })
    }
}

async fn person(house: &House, user: &UserId) -> Result<PersonView, ApiError> {
    house.directory.look_up(&house.store, vec![user.clone()]).await?;
    Ok(house.directory.person(user).into())
}

async fn people(house: &House, users: Vec<UserId>) -> Result<Vec<PersonView>, ApiError> {
    let mut people = Vec::with_capacity(users.len());
    for user in users {
        people.push(person(house, &user).await?);
    }
    Ok(people)
}

fn is_run_by(meeting: &Meeting, caller: &Caller) -> bool {
    caller.is_admin() || caller.user == meeting.creator
}

/// A meeting the caller may come to or runs. One that is closed to them answers
/// like one that is not there.
async fn visible(house: &House, caller: &Caller, id: &str) -> Result<Meeting, ApiError> {
    let nowhere =
        || ApiError::not_found("There is no such meeting, or it is not one you may come to.");
    let name = id.parse().map_err(|_| nowhere())?;
    let meeting = house.meeting_named(&name).await?.ok_or_else(nowhere)?;
    match caller.is_admin() || house.is_welcome(&meeting, &caller.user).await? {
        true => Ok(meeting),
        false => Err(nowhere()),
    }
}

/// A change that can be. The creator of a meeting needs no access to it.
async fn checked(house: &House, of: &Meeting, it: Change) -> Result<MeetingChange, ApiError> {
    let name = it.name.map(meetings::checked_name).transpose()?;
    let mut access = it.access;
    if let Some(access) = &mut access {
        meetings::check_access(house, access).await?;
        access.retain(|it| *it != of.creator);
    }
    let Change { private, door, starts_at, .. } = it;
    Ok(MeetingChange { name, private, door, scheduled_at: starts_at, access })
}

fn in_time(changed: Result<Meeting, StoreError>) -> Result<Meeting, ApiError> {
    match changed {
        Err(StoreError::Conflict) => {
            let detail = "This meeting is over: make another.";
            Err(ApiError::new(StatusCode::CONFLICT, Problem::new("meeting_over", detail)))
        }
        changed => Ok(changed?),
    }
}
