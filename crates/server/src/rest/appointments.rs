//! Appointments over HTTP: the neutral way, whatever vocabulary their people
//! speak when they come.

pub(super) mod calendar;
pub(super) mod notes;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{AppointmentId, Role, Timestamp, UserId, room::Door};
use housecall_dialect::{
    Problem,
    native::wire::{ConnectionCheck, VisitChange},
};
use housecall_store::{
    Appointment, AppointmentChange, AppointmentFilter, AppointmentStatus, AppointmentType,
    NewAppointment, Page, StoreError, User,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Body, Params, moment},
    caller::Caller,
    connection_checks::{self, schema},
    error::{ApiError, ProblemBody},
    people::PersonView,
};
use crate::{clock::new_appointment_id, house::House, places::may_change};

/// How long an appointment takes, unless it says.
const USUAL_MINUTES: u32 = 30;

/// How long an appointment takes at most: longer than a day is a slip.
const MOST_MINUTES: u32 = 24 * 60;

/// How many appointments a page holds, unless it says.
const USUAL_PAGE: u32 = 20;

/// How many appointments a page holds at most.
const MOST_PER_PAGE: u32 = 100;

/// An appointment to make.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewAppointment)]
pub(crate) struct Booking {
    /// Who comes to be seen: any user.
    #[schema(value_type = String)]
    patient_id: UserId,
    /// Who sees them: a provider or an administrator.
    #[schema(value_type = String)]
    provider_id: UserId,
    #[schema(value_type = String, example = "2026-01-15T10:00:00Z")]
    starts_at: Timestamp,
    /// 1 to 1440.
    #[serde(default = "usual_minutes")]
    #[schema(default = 30)]
    duration_minutes: u32,
    /// `video`, `audio` or `text`.
    #[serde(rename = "type", default = "usual_type")]
    #[schema(value_type = String, default = "video")]
    kind: AppointmentType,
    /// Who waits until the provider lets them in: `open` nobody, `usual` guests
    /// and whoever comes with a client that can show a waiting room, `strict`
    /// everybody. As is usual in the house unless given.
    #[schema(value_type = Option<String>)]
    door: Option<Door>,
}

fn usual_minutes() -> u32 {
    USUAL_MINUTES
}

fn usual_type() -> AppointmentType {
    AppointmentType::Video
}

/// What is to be different; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppointmentChange)]
pub(crate) struct Change {
    #[schema(value_type = Option<String>)]
    starts_at: Option<Timestamp>,
    /// 1 to 1440.
    duration_minutes: Option<u32>,
    /// `video`, `audio` or `text`.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    kind: Option<AppointmentType>,
    /// `open`, `usual` or `strict`.
    #[schema(value_type = Option<String>)]
    door: Option<Door>,
}

/// Which appointments to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// `scheduled`, `in_progress`, `completed` or `cancelled`.
    status: Option<String>,
    /// Starting on this date, or at this date and time, or later.
    from: Option<String>,
    /// Starting up to this date, the day included, or date and time.
    to: Option<String>,
    /// 20 unless given, 100 at most.
    limit: Option<u32>,
    offset: Option<u64>,
}

/// An appointment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Appointment)]
pub(crate) struct AppointmentView {
    #[schema(value_type = String)]
    id: AppointmentId,
    #[schema(value_type = String)]
    patient_id: UserId,
    #[schema(value_type = String)]
    provider_id: UserId,
    patient: PersonView,
    provider: PersonView,
    #[schema(value_type = String)]
    starts_at: Timestamp,
    duration_minutes: u32,
    /// `video`, `audio` or `text`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: AppointmentType,
    /// `scheduled`, `in_progress`, `completed` or `cancelled`.
    #[schema(value_type = String)]
    status: AppointmentStatus,
    /// `open`, `usual` or `strict`.
    #[schema(value_type = String)]
    door: Door,
    /// The path of its calendar entry (RFC 5545) for the reader, who needs no
    /// token for it: nobody else should see it. Administrators are given that
    /// of the provider.
    calendar_url: String,
    /// The latest test of their connection of everybody who comes and made one.
    #[schema(value_type = Vec<schema::Check>)]
    connection_checks: Vec<ConnectionCheck>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

impl AppointmentView {
    async fn of(house: &House, caller: &Caller, it: Appointment) -> Result<Self, ApiError> {
        house.know_people_of(&it).await?;
        let reader = if it.names(&caller.user) { &caller.user } else { &it.provider };
        Ok(Self {
            calendar_url: calendar::path(house, &it.id, reader),
            door: house.door_of(&it),
            connection_checks: connection_checks::of(house, &it).await?,
            patient: house.directory.person(&it.patient).into(),
            provider: house.directory.person(&it.provider).into(),
            id: it.id,
            patient_id: it.patient,
            provider_id: it.provider,
            starts_at: it.starts_at,
            duration_minutes: it.duration_minutes,
            kind: it.kind,
            status: it.status,
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }
}

/// A page of appointments, in the order they start.
#[derive(Serialize, ToSchema)]
pub(crate) struct Appointments {
    appointments: Vec<AppointmentView>,
    /// How many there are on all pages.
    total: u64,
}

/// Makes an appointment: providers for themselves, administrators for anybody.
/// Its two people are told.
#[utoipa::path(
    post, path = "/api/appointments", tag = "appointments",
    request_body = Booking,
    responses((status = 201, body = AppointmentView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(booking): Body<Booking>,
) -> Result<(StatusCode, Json<AppointmentView>), ApiError> {
    may_book(&caller, &booking.provider_id)?;
    if booking.patient_id == booking.provider_id {
        let detail = "An appointment needs two different people.";
        return Err(ApiError::invalid("patientId", detail));
    }
    check_minutes(booking.duration_minutes)?;
    user(&house, "patientId", &booking.patient_id).await?;
    let provider = user(&house, "providerId", &booking.provider_id).await?;
    check_provider(&caller, &provider)?;
    let new = NewAppointment {
        id: new_appointment_id(),
        patient: booking.patient_id,
        provider: booking.provider_id,
        starts_at: booking.starts_at,
        duration_minutes: booking.duration_minutes,
        kind: booking.kind,
        door: booking.door,
    };
    let made = house.store.create_appointment(new, &caller.actor(), house.now()).await?;
    house.tell_visit(VisitChange::Booked, &made).await;
    Ok((StatusCode::CREATED, Json(AppointmentView::of(&house, &caller, made).await?)))
}

/// Lists appointments: one's own, or for administrators all.
#[utoipa::path(
    get, path = "/api/appointments", tag = "appointments", params(Search),
    responses((status = 200, body = Appointments), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Appointments>, ApiError> {
    let limit = search.limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MOST_PER_PAGE {
        let detail = format!("Ask for 1 to {MOST_PER_PAGE} appointments.");
        return Err(ApiError::invalid("limit", detail));
    }
    let page = Page { limit, offset: search.offset.unwrap_or(0) };
    let found = house.store.appointments(&filter(search, &caller)?, page).await?;
    let mut appointments = Vec::with_capacity(found.appointments.len());
    for it in found.appointments {
        appointments.push(AppointmentView::of(&house, &caller, it).await?);
    }
    Ok(Json(Appointments { appointments, total: found.total }))
}

/// Shows an appointment to its people and to administrators.
#[utoipa::path(
    get, path = "/api/appointments/{id}", tag = "appointments", params(("id" = String, Path)),
    responses((status = 200, body = AppointmentView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AppointmentView>, ApiError> {
    let found = visible(&house, &caller, &id).await?;
    Ok(Json(AppointmentView::of(&house, &caller, found).await?))
}

/// Changes when, how long or how the people of a scheduled appointment meet,
/// and who waits at its door from the next time they come. They are told if it
/// is at another time.
#[utoipa::path(
    patch, path = "/api/appointments/{id}", tag = "appointments", params(("id" = String, Path)),
    request_body = Change,
    responses((status = 200, body = AppointmentView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn change(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Change { starts_at, duration_minutes, kind, door }): Body<Change>,
) -> Result<Json<AppointmentView>, ApiError> {
    let before = changeable(&house, &caller, &id).await?;
    duration_minutes.map_or(Ok(()), check_minutes)?;
    let change = AppointmentChange { starts_at, duration_minutes, kind, door };
    let (by, now) = (caller.actor(), house.now());
    let after = in_time(house.store.change_appointment(&before.id, change, &by, now).await)?;
    if time_of(&before) != time_of(&after) {
        house.tell_visit(VisitChange::Moved, &after).await;
    }
    Ok(Json(AppointmentView::of(&house, &caller, after).await?))
}

fn time_of(it: &Appointment) -> (Timestamp, u32) {
    (it.starts_at, it.duration_minutes)
}

/// Cancels an appointment that is still scheduled. It remains to be seen. Its
/// people are told, and who waits at it hears that it is over.
#[utoipa::path(
    delete, path = "/api/appointments/{id}", tag = "appointments", params(("id" = String, Path)),
    responses((status = 200, body = AppointmentView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 409, body = ProblemBody)),
)]
pub(crate) async fn cancel(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AppointmentView>, ApiError> {
    let before = changeable(&house, &caller, &id).await?;
    let by = &caller.actor();
    let cancelled = in_time(house.cancel_visit(&before, by).await)?;
    house.close_room_of(before.id.as_str(), by).await?;
    Ok(Json(AppointmentView::of(&house, &caller, cancelled).await?))
}

fn may_book(caller: &Caller, provider: &UserId) -> Result<(), ApiError> {
    let detail = match caller.role {
        Role::Admin => return Ok(()),
        Role::Provider if caller.user == *provider => return Ok(()),
        Role::Provider => "You make your own appointments: name yourself as the provider.",
        Role::Patient | Role::Guest => "Only providers and administrators make appointments.",
    };
    Err(ApiError::forbidden("forbidden", detail))
}

fn check_minutes(minutes: u32) -> Result<(), ApiError> {
    if (1..=MOST_MINUTES).contains(&minutes) {
        return Ok(());
    }
    let detail = format!("An appointment takes 1 to {MOST_MINUTES} minutes.");
    Err(ApiError::invalid("durationMinutes", detail))
}

/// The user whom `field` of the request names.
async fn user(house: &House, field: &str, id: &UserId) -> Result<User, ApiError> {
    let user = house.store.user(id).await?.filter(|it| !it.disabled);
    user.ok_or_else(|| problem_with(field, "unknown_user", "There is no such person."))
}

/// Of the caller their token knows best what they are.
fn check_provider(caller: &Caller, provider: &User) -> Result<(), ApiError> {
    let role = if provider.id == caller.user { caller.role } else { provider.role };
    match role {
        Role::Provider | Role::Admin => Ok(()),
        Role::Patient | Role::Guest => {
            let detail = "This person sees no patients: name a provider.";
            Err(problem_with("providerId", "not_a_provider", detail))
        }
    }
}

fn problem_with(field: &str, code: &'static str, detail: &'static str) -> ApiError {
    Problem { field: Some(field.to_owned()), ..Problem::new(code, detail) }.into()
}

/// An appointment the caller may see. One of other people's answers like one
/// that is not there, and so does an id that cannot be one.
async fn visible(house: &House, caller: &Caller, id: &str) -> Result<Appointment, ApiError> {
    let found = match id.parse() {
        Ok(id) => house.appointment(&id, &caller.actor()).await?,
        Err(_) => None,
    };
    found.ok_or_else(unknown)
}

/// The answer for an appointment that is not there, or is none of the caller's.
pub(super) fn unknown() -> ApiError {
    ApiError::not_found("There is no such appointment, or you are not part of it.")
}

async fn changeable(house: &House, caller: &Caller, id: &str) -> Result<Appointment, ApiError> {
    let appointment = visible(house, caller, id).await?;
    if may_change(&appointment, &caller.actor()) {
        return Ok(appointment);
    }
    let detail = "Only its provider and administrators change an appointment: ask them.";
    Err(ApiError::forbidden("forbidden", detail))
}

/// What came of a change that may have come too late.
fn in_time(changed: Result<Appointment, StoreError>) -> Result<Appointment, ApiError> {
    match changed {
        Err(StoreError::Conflict) => {
            let detail = "This appointment has begun or is over: only one that is still \
                          scheduled can be changed.";
            let problem = Problem::new("appointment_not_scheduled", detail);
            Err(ApiError::new(StatusCode::CONFLICT, problem))
        }
        changed => Ok(changed?),
    }
}

fn filter(search: Search, caller: &Caller) -> Result<AppointmentFilter, ApiError> {
    let status = search.status.as_deref().map(|word| {
        let detail = "Statuses are scheduled, in_progress, completed and cancelled.";
        AppointmentStatus::named(word).ok_or_else(|| ApiError::invalid("status", detail))
    });
    Ok(AppointmentFilter {
        visible_to: (!caller.is_admin()).then(|| caller.user.clone()),
        status: status.transpose()?,
        from: moment("from", search.from, "T00:00:00Z")?,
        to: moment("to", search.to, "T23:59:59.999Z")?,
    })
}
