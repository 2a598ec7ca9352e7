//! Calls over HTTP, as the clients of `/webrtc` know them.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use housecall_core::{
    Actor, AppointmentId, Command, Private, Refusal, RoomId, Timestamp, UserId,
    room::{ConsentMethod, Invitation, Outcome, Phase, Purpose, Reason},
};
use housecall_store::{CallFilter, CallRow, Page};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Body, Params, moment},
    call_view::{CallView, statuses},
    caller::Caller,
    error::{ApiError, ProblemBody},
    ice,
};
use crate::{house::House, ice::IceServers};

/// How many calls a page holds, unless it says.
const USUAL_PAGE: u32 = 20;

/// How many calls a page holds at most.
const MOST_PER_PAGE: u32 = 100;

/// The largest metadata of a call, in bytes. It is in every list of calls.
const MOST_METADATA: usize = 8 * 1024;

/// A call to make. `recordingEnabled` starts nothing: whoever records says so
/// when they do.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewCall {
    /// One of the two must be the caller.
    #[schema(value_type = String)]
    patient_id: UserId,
    #[schema(value_type = String)]
    provider_id: UserId,
    /// `video`, `audio` or `screen_share`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    purpose: Purpose,
    /// When to ring; absent or past means at once.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    scheduled_at: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    appointment_id: Option<AppointmentId>,
    /// Any JSON of at most 8 KiB; given back unread.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Box<RawValue>>,
    /// Whether those in `recordingConsentedBy` agree to being recorded.
    #[serde(default)]
    recording_consent_obtained: bool,
    /// The caller agrees by naming themselves. How others agreed is not said
    /// here, so they do it when they answer, or it is noted when recording
    /// starts.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    recording_consented_by: Vec<UserId>,
}

/// Which calls to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    #[param(value_type = Option<String>)]
    patient_id: Option<UserId>,
    #[param(value_type = Option<String>)]
    provider_id: Option<UserId>,
    #[param(value_type = Option<String>)]
    appointment_id: Option<AppointmentId>,
    /// `scheduled`, `ringing`, `in_progress`, `ended`, `cancelled` or `missed`.
    status: Option<String>,
    /// `video`, `audio` or `screen_share`.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// From this date, or date and time, on.
    start_date: Option<String>,
    /// Up to this date, the day included, or date and time.
    end_date: Option<String>,
    /// 20 unless given, 100 at most.
    limit: Option<u32>,
    offset: Option<u64>,
}

/// A page of calls, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Calls {
    calls: Vec<CallView>,
    /// How many there are on all pages.
    total: u64,
}

/// How to answer. What is sent and shown is said when joining, so `videoEnabled`
/// and `audioEnabled` change nothing yet.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Acceptance {
    /// Whether who answers agrees to being recorded.
    #[serde(default)]
    consent_to_recording: bool,
}

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Closing {
    /// For the others to read.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Option<Reason>,
}

/// Makes a call: the other one's devices ring. If somebody waits at its
/// appointment already, that room is the answer.
#[utoipa::path(
    post, path = "/webrtc/calls", tag = "calls",
    request_body = NewCall,
    responses((status = 201, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)),
)]
pub(crate) async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(call): Body<NewCall>,
) -> Result<(StatusCode, Json<CallView>), ApiError> {
    if call.patient_id == call.provider_id {
        let detail = "A call needs two different people.";
        return Err(ApiError::invalid("providerId", detail));
    }
    if call.metadata.as_ref().is_some_and(|it| it.get().len() > MOST_METADATA) {
        let detail = format!("Attach at most {MOST_METADATA} bytes.");
        return Err(ApiError::invalid("metadata", detail));
    }
    let callee = match &caller.user {
        user if *user == call.patient_id => call.provider_id.clone(),
        user if *user == call.provider_id => call.patient_id.clone(),
        _ => {
            let detail = "You can only make calls that you take part in.";
            return Err(ApiError::forbidden("forbidden", detail));
        }
    };
    let consents =
        call.recording_consent_obtained && call.recording_consented_by.contains(&caller.user);
    let then = if consents { vec![consent_of(&caller)] } else { Vec::new() };
    let invitation = Invitation {
        scheduled_at: call.scheduled_at,
        patient: Some(call.patient_id),
        provider: Some(call.provider_id),
        appointment: call.appointment_id,
        metadata: call.metadata.map(|it| Private::new(it.get().to_owned())),
        ..Invitation::to(vec![callee], call.purpose)
    };
    house.check_appointment(&invitation).await?;
    let room = match house.open_visit(&caller.actor(), &invitation) {
        Some(open) => {
            house.ask(&open, &caller.actor(), then).await?;
            open
        }
        None => house.start(&caller.actor(), invitation, then).await?.room.id().clone(),
    };
    Ok((StatusCode::CREATED, Json(view(&house, &room, &caller.actor()).await?)))
}

/// Lists calls: one's own, or for administrators all.
#[utoipa::path(
    get, path = "/webrtc/calls", tag = "calls", params(Search),
    responses((status = 200, body = Calls), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Calls>, ApiError> {
    let limit = search.limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MOST_PER_PAGE {
        return Err(ApiError::invalid("limit", format!("Ask for 1 to {MOST_PER_PAGE} calls.")));
    }
    let page = Page { limit, offset: search.offset.unwrap_or(0) };
    let found = house.store.calls(&filter(search, &caller)?, page).await?;
    look_up_people(&house, &found.calls).await?;
    let calls = found.calls.into_iter().map(|row| CallView::of(&house, row)).collect();
    Ok(Json(Calls { calls, total: found.total }))
}

/// Shows a call.
#[utoipa::path(
    get, path = "/webrtc/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = CallView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CallView>, ApiError> {
    Ok(Json(view(&house, &room_id(&house, &id)?, &caller.actor()).await?))
}

/// Answers a call. The device that joins next is the one that answered.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/answer", tag = "calls", params(("id" = String, Path)),
    request_body = Acceptance,
    responses((status = 200, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn answer(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Acceptance { consent_to_recording }): Body<Acceptance>,
) -> Result<Json<CallView>, ApiError> {
    let mut commands = vec![Command::Answer { device: None }];
    if consent_to_recording {
        commands.push(consent_of(&caller));
    }
    ask(&house, &caller, &id, commands).await
}

/// Ends a call for everybody.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/end", tag = "calls", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn end(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Closing { reason }): Body<Closing>,
) -> Result<Json<CallView>, ApiError> {
    ask(&house, &caller, &id, vec![Command::End { reason }]).await
}

/// Takes a call back before it was answered; a callee declines it.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/cancel", tag = "calls", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn cancel(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Closing { reason }): Body<Closing>,
) -> Result<Json<CallView>, ApiError> {
    ask(&house, &caller, &id, vec![Command::Cancel { reason }]).await
}

/// Gives up on a call that rings: the caller takes it back, a callee declines
/// it, and `missed` is the reason. One that has rung out is shown as it is.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/missed", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn missed(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CallView>, ApiError> {
    let room = house.look(&room_id(&house, &id)?, &caller.actor()).await?;
    match room.phase() {
        Phase::Over { outcome: Outcome::Missed, .. } => {
            Ok(Json(view(&house, room.id(), &caller.actor()).await?))
        }
        Phase::Scheduled { .. } => Err(Refusal::NotRinging.into()),
        _ => {
            let reason = "missed".to_owned().try_into().expect("one word is brief");
            ask(&house, &caller, &id, vec![Command::Cancel { reason: Some(reason) }]).await
        }
    }
}

/// Ends a call that does not work, for everybody. The reason is kept with it;
/// `errorDetails` are not.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/failed", tag = "calls", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = CallView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn failed(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Closing { reason }): Body<Closing>,
) -> Result<Json<CallView>, ApiError> {
    ask(&house, &caller, &id, vec![Command::End { reason }]).await
}

/// The STUN and TURN servers to use, where the clients of calls look for them.
#[utoipa::path(
    get, path = "/webrtc/turn-credentials", tag = "calls",
    responses((status = 200, body = IceServers), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn turn_credentials(
    house: State<House>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<IceServers>, ApiError> {
    ice::ice_servers(house, caller, headers).await
}

async fn ask(
    house: &House,
    caller: &Caller,
    id: &str,
    commands: Vec<Command>,
) -> Result<Json<CallView>, ApiError> {
    let id = room_id(house, id)?;
    house.ask(&id, &caller.actor(), commands).await?;
    Ok(Json(view(house, &id, &caller.actor()).await?))
}

/// The caller agrees to being recorded, on their own device.
fn consent_of(caller: &Caller) -> Command {
    let (user, method) = (caller.user.clone(), ConsentMethod::Electronic);
    Command::consent(user, true, method)
}

async fn view(house: &House, id: &RoomId, by: &Actor) -> Result<CallView, ApiError> {
    let row = house.store.call(id).await?;
    let may_see = |user: &UserId| by.is_admin() || by.user() == Some(user);
    let row = row.filter(|it| it.participants.iter().any(|it| may_see(&it.user)));
    let row = row.ok_or(Refusal::NotAParticipant)?;
    look_up_people(house, std::slice::from_ref(&row)).await?;
    Ok(CallView::of(house, row))
}

/// Has the names of everybody in `calls` at hand.
async fn look_up_people(house: &House, calls: &[CallRow]) -> Result<(), ApiError> {
    let everybody = calls.iter().flat_map(|it| &it.participants);
    let named = everybody.map(|it| it.user.clone()).collect();
    house.directory.look_up(&house.store, named).await?;
    Ok(())
}

/// The call a client means: by its own id, or by that of the appointment or
/// meeting it is at. An id that cannot be one names nothing.
pub(super) fn room_id(house: &House, text: &str) -> Result<RoomId, ApiError> {
    let name: RoomId = text.parse().map_err(|_| Refusal::NotAParticipant)?;
    Ok(house.rooms.named(&name).map_or(name, |it| it.state().id().clone()))
}

fn filter(search: Search, caller: &Caller) -> Result<CallFilter, ApiError> {
    let word = search.status.as_deref();
    let statuses = word.map(statuses).unwrap_or_default();
    if word.is_some() && statuses.is_empty() {
        let detail = "Statuses are scheduled, ringing, in_progress, ended, cancelled and missed.";
        return Err(ApiError::invalid("status", detail));
    }
    Ok(CallFilter {
        visible_to: (!caller.is_admin()).then(|| caller.user.clone()),
        patient: search.patient_id,
        provider: search.provider_id,
        statuses,
        purpose: search.purpose,
        from: first_moment(search.start_date)?,
        to: last_moment(search.end_date)?,
        appointment: search.appointment_id,
    })
}

/// What `startDate` means: a date begins with its first moment.
pub(super) fn first_moment(start_date: Option<String>) -> Result<Option<Timestamp>, ApiError> {
    moment("startDate", start_date, "T00:00:00Z")
}

/// What `endDate` means: a date goes on to its last moment.
pub(super) fn last_moment(end_date: Option<String>) -> Result<Option<Timestamp>, ApiError> {
    moment("endDate", end_date, "T23:59:59.999Z")
}
