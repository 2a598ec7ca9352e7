//! What somebody made, and how much they meet others.

use axum::{
    Json,
    extract::{Path, State},
};
use housecall_core::{MeetingId, RoomId, Timestamp, UserId};
use housecall_store::MeetingFilter;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Part, view::RoomView, visible_to};
use crate::{
    house::House,
    rest::{
        body::Params,
        caller::Caller,
        error::{ApiError, ProblemBody},
    },
};

/// How many of somebody's meetings a page holds, unless it says: as many as
/// the clients show.
const USUAL_PAGE: u32 = 3;

/// A page of the meetings somebody made, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Meetings)]
pub(crate) struct RoomsOfUser {
    rooms: Vec<RoomOfUser>,
    pagination: Pagination,
}

/// A meeting somebody made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingOfUser)]
pub(crate) struct RoomOfUser {
    #[serde(flatten)]
    room: RoomView,
    /// How many people are in it now.
    participants: usize,
    /// Always `true`.
    is_creator: bool,
}

/// Where a page is among the others.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingPagination)]
pub(crate) struct Pagination {
    current_page: u32,
    total_pages: u64,
    total_rooms: u64,
    limit: u32,
    has_next_page: bool,
    has_prev_page: bool,
}

/// How much somebody meets others, in calls and at appointments too.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MeetingStatistics {
    /// How many rooms they came into since the first of this month (UTC).
    meetings_this_month: u64,
    /// For people to read: `1h 5min`.
    total_duration: String,
    /// How long they were in rooms, ever.
    total_duration_minutes: u64,
    /// How many others were in these rooms.
    active_contacts: u64,
}

/// Lists the meetings somebody made, those of them one may come to.
#[utoipa::path(
    get, path = "/api/room/user/{id}", tag = "meetings", params(("id" = String, Path), Part),
    responses((status = 200, body = RoomsOfUser), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn meetings(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Params(part): Params<Part>,
) -> Result<Json<RoomsOfUser>, ApiError> {
    let creator = id.parse().map_err(|_| no_such_person())?;
    let (number, page) = part.page(USUAL_PAGE)?;
    let filter = MeetingFilter {
        visible_to: visible_to(&caller),
        creator: Some(creator),
        ..MeetingFilter::default()
    };
    let found = house.store.meetings(&filter, page).await?;
    let rooms = found.meetings.into_iter().map(|it| RoomOfUser {
        participants: people_at(&house, &it.id),
        is_creator: true,
        room: it.into(),
    });
    let pagination = Pagination::of(number, page.limit, found.total);
    Ok(Json(RoomsOfUser { rooms: rooms.collect(), pagination }))
}

/// How much somebody meets others. For themselves and administrators.
#[utoipa::path(
    get, path = "/api/room/user/{id}/stats", tag = "meetings", params(("id" = String, Path)),
    responses((status = 200, body = MeetingStatistics), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody)),
)]
pub(crate) async fn stats(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MeetingStatistics>, ApiError> {
    if id != caller.user.as_str() && !caller.is_admin() {
        return Err(ApiError::forbidden("forbidden", "Ask for your own statistics."));
    }
    let user: UserId = id.parse().map_err(|_| no_such_person())?;
    let now = house.now();
    let found = house.store.attendance(&user, first_of_month(now), now).await?;
    let minutes = found.time.as_secs() / 60;
    Ok(Json(MeetingStatistics {
        meetings_this_month: found.rooms,
        total_duration: hours_and_minutes(minutes),
        total_duration_minutes: minutes,
        active_contacts: found.people,
    }))
}

impl Pagination {
    fn of(number: u32, limit: u32, total: u64) -> Self {
        let pages = total.div_ceil(u64::from(limit));
        Self {
            current_page: number,
            total_pages: pages,
            total_rooms: total,
            limit,
            has_next_page: u64::from(number) < pages,
            has_prev_page: number > 1,
        }
    }
}

fn no_such_person() -> ApiError {
    ApiError::not_found("There is no such person.")
}

/// How many people are in a meeting now.
pub(in crate::rest) fn people_at(house: &House, meeting: &MeetingId) -> usize {
    let name: Option<RoomId> = meeting.as_str().parse().ok();
    let open = name.and_then(|name| house.rooms.named(&name));
    open.map_or(0, |it| it.state().people_inside().count())
}

fn first_of_month(now: Timestamp) -> Timestamp {
    let month = &now.to_string()[..7];
    format!("{month}-01T00:00:00Z").parse().expect("every month has a first")
}

fn hours_and_minutes(minutes: u64) -> String {
    match minutes / 60 {
        0 => format!("{minutes}min"),
        hours => format!("{hours}h {}min", minutes % 60),
    }
}
