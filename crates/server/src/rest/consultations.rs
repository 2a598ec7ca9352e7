//! Consultations over HTTP, as the clients of that vocabulary know them. A
//! session is an appointment; so is every open room of the caller, so that they
//! find whoever waits for them with another vocabulary.

pub(crate) mod chat;
mod envelope;
mod view;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{
    Refusal, Room, RoomId,
    room::{Kind, Stage},
};
use housecall_dialect::Problem;
use housecall_store::{AppointmentFilter, AppointmentStatus, Page};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::{
    envelope::{Envelope, Paging},
    view::{Entrance, RoomView, SessionView},
};
use super::{
    body::{Body, Params},
    caller::Caller,
    error::{ApiError, ProblemBody},
    found::{Found, Spot, in_time},
};
use crate::{house::House, places::may_change};

/// Which sessions to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// `scheduled`, `in_progress`, `completed` or `cancelled`.
    status: Option<String>,
    /// From 1.
    page: Option<u64>,
    /// 20 unless given, 100 at most.
    limit: Option<u32>,
}

/// How a session is to stand.
#[derive(Deserialize, ToSchema)]
#[schema(as = SessionStatus)]
pub(crate) struct Standing {
    /// `in_progress` begins it, `completed` ends it for everybody, `cancelled`
    /// cancels it if nobody has come.
    status: String,
}

type Sessions = Json<Envelope<Vec<SessionView>>>;
type Session = Json<Envelope<SessionView>>;

/// The session of an appointment: they are the same, so nothing is made.
#[utoipa::path(
    post, path = "/api/appointments/{id}/virtual-session", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<SessionView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn virtual_session(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Session, ApiError> {
    let session = session(&house, &caller, &id).await?;
    Ok(Json(Envelope::of("This is the session of the appointment.", session)))
}

/// Lists sessions in the order they start: one's own, or for administrators
/// all.
#[utoipa::path(
    get, path = "/api/consultations/sessions", tag = "consultations", params(Search),
    responses((status = 200, body = Envelope<Vec<SessionView>>),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(Search { status, page, limit }): Params<Search>,
) -> Result<Sessions, ApiError> {
    let paging = Paging { page, limit };
    let filter = AppointmentFilter {
        status: status.as_deref().map(status_named).transpose()?,
        ..visible_to(&caller)
    };
    let found = house.store.appointments(&filter, paging.page()?).await?;
    let sessions = SessionView::all(&house, found.appointments).await?;
    Ok(Json(Envelope::page("These are the sessions.", sessions, paging.says(found.total)?)))
}

/// The sessions that were held, the latest first: one's own, or for
/// administrators all.
#[utoipa::path(
    get, path = "/api/consultations/history", tag = "consultations", params(Paging),
    responses((status = 200, body = Envelope<Vec<SessionView>>),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn history(
    State(house): State<House>,
    caller: Caller,
    Params(paging): Params<Paging>,
) -> Result<Sessions, ApiError> {
    let filter =
        AppointmentFilter { status: Some(AppointmentStatus::Completed), ..visible_to(&caller) };
    let total = house.store.appointments(&filter, Page { limit: 1, offset: 0 }).await?.total;
    let found = house.store.appointments(&filter, paging.page_from_the_end(total)?).await?;
    let mut sessions = SessionView::all(&house, found.appointments).await?;
    sessions.reverse();
    Ok(Json(Envelope::page("These sessions were held.", sessions, paging.says(total)?)))
}

/// The open rooms of the caller, whatever vocabulary opened them: sessions
/// somebody is at, calls that ring for the caller or hold them, and meetings they
/// are in.
#[utoipa::path(
    get, path = "/api/consultations/active", tag = "consultations",
    responses((status = 200, body = Envelope<Vec<SessionView>>),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn active(
    State(house): State<House>,
    caller: Caller,
) -> Result<Sessions, ApiError> {
    let mut sessions = Vec::new();
    for room in house.open_rooms(&caller.user).iter().filter(|it| concerns(it, &caller)) {
        sessions.push(session_in(&house, &caller, room).await?);
    }
    Ok(Json(Envelope::of("These rooms are open.", sessions)))
}

/// Shows a session.
#[utoipa::path(
    get, path = "/api/consultations/sessions/{id}", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<SessionView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Session, ApiError> {
    Ok(Json(Envelope::of("This is the session.", session(&house, &caller, &id).await?)))
}

/// Who is at a session.
#[utoipa::path(
    get, path = "/api/consultations/sessions/{id}/room", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<RoomView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn room(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Envelope<RoomView>>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    Ok(Json(Envelope::of("This is who is there.", RoomView::of(&found))))
}

/// Whether the caller may come to a session, and who is there. They come in over
/// their socket, by `consultation:join`.
#[utoipa::path(
    post, path = "/api/consultations/sessions/{id}/join", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<Entrance>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn join(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Envelope<Entrance>>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    if !found.welcome {
        let detail = "You may look at this session, but only its two people come to it.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    if found.spot.is_over() {
        return Err(Refusal::Over.into());
    }
    let room = RoomView::of(&found);
    let session = session_at(&house, &caller, found).await?;
    Ok(Json(Envelope::of("You may come in.", Entrance { session, room })))
}

/// Begins a session: for its physician and administrators.
#[utoipa::path(
    post, path = "/api/consultations/sessions/{id}/start", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<SessionView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn start(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Session, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    house.begin_visit(&found.name, &caller.actor()).await?;
    Ok(Json(Envelope::of("The session has begun.", session(&house, &caller, &id).await?)))
}

/// Ends a session for everybody and for good: for its physician and
/// administrators.
#[utoipa::path(
    post, path = "/api/consultations/sessions/{id}/end", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<SessionView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn end(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Session, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    house.end_for_all(&found.name, &caller.actor(), None).await?;
    Ok(Json(Envelope::of("The session is over.", session(&house, &caller, &id).await?)))
}

/// Begins, ends or cancels a session: for its physician and administrators.
#[utoipa::path(
    put, path = "/api/consultations/sessions/{id}/status", tag = "consultations",
    params(("id" = String, Path)), request_body = Standing,
    responses((status = 200, body = Envelope<SessionView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn change_status(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Standing { status }): Body<Standing>,
) -> Result<Session, ApiError> {
    let (found, by) = (house.find(&id, &caller.actor()).await?, caller.actor());
    match status_named(&status)? {
        AppointmentStatus::InProgress => house.begin_visit(&found.name, &by).await?,
        AppointmentStatus::Completed => house.end_for_all(&found.name, &by, None).await?,
        AppointmentStatus::Cancelled => cancel(&house, &caller, &found).await?,
        AppointmentStatus::Scheduled => {
            let detail = "A session is moved at its appointment: PATCH /api/appointments/{id}.";
            return Err(ApiError::invalid("status", detail));
        }
    }
    Ok(Json(Envelope::of("The status is changed.", session(&house, &caller, &id).await?)))
}

async fn cancel(house: &House, caller: &Caller, found: &Found) -> Result<(), ApiError> {
    let Spot::Appointment(it) = &found.spot else {
        let detail = "Somebody is there: end this session instead.";
        return Err(ApiError::new(StatusCode::CONFLICT, Problem::new("already_started", detail)));
    };
    if !may_change(it, &caller.actor()) {
        return Err(Refusal::Forbidden.into());
    }
    in_time(house.cancel_visit(it, &caller.actor()).await)
}

fn visible_to(caller: &Caller) -> AppointmentFilter {
    let visible_to = (!caller.is_admin()).then(|| caller.user.clone());
    AppointmentFilter { visible_to, ..AppointmentFilter::default() }
}

fn status_named(word: &str) -> Result<AppointmentStatus, ApiError> {
    let detail = "Statuses are scheduled, in_progress, completed and cancelled.";
    AppointmentStatus::named(word).ok_or_else(|| ApiError::invalid("status", detail))
}

/// Whether somebody is waited for in an open room that names them, or is in it.
fn concerns(room: &Room, caller: &Caller) -> bool {
    let stage = room.participant(&caller.user).map(|it| &it.stage);
    match room.kind() {
        Kind::Consultation => room.people_inside().next().is_some(),
        Kind::Meeting => stage.is_some_and(Stage::is_in_room),
        Kind::Call => match stage {
            Some(Stage::Calling | Stage::Ringing | Stage::Accepted { .. }) => true,
            Some(Stage::Waiting { .. }) => true,
            Some(Stage::Present { .. } | Stage::Lost { .. }) => true,
            Some(Stage::Invited | Stage::Declined | Stage::Missed | Stage::Left(_)) | None => false,
        },
    }
}

async fn session(house: &House, caller: &Caller, id: &str) -> Result<SessionView, ApiError> {
    let found = house.find(id, &caller.actor()).await?;
    session_at(house, caller, found).await
}

async fn session_at(house: &House, caller: &Caller, found: Found) -> Result<SessionView, ApiError> {
    match found.spot {
        Spot::Room(room) => session_in(house, caller, &room).await,
        Spot::Appointment(it) => SessionView::of(house, it).await,
        // It becomes one when somebody comes.
        Spot::Meeting(_) => Err(Refusal::NotAParticipant.into()),
    }
}

/// The session of an appointment says more than the room at it.
async fn session_in(house: &House, caller: &Caller, room: &Room) -> Result<SessionView, ApiError> {
    let appointment = match room.invitation().and_then(|it| it.appointment.as_ref()) {
        Some(id) => house.appointment(id, &caller.actor()).await?,
        None => None,
    };
    match appointment {
        Some(it) => SessionView::of(house, it).await,
        None => SessionView::of_room(house, room).await,
    }
}

/// What a room goes by: the id of its appointment, else its own.
fn id_of(room: &Room) -> RoomId {
    let appointment = room.invitation().and_then(|it| it.appointment.as_ref());
    appointment.map_or_else(
        || room.id().clone(),
        |it| it.as_str().parse().expect("an appointment's id is an id"),
    )
}
