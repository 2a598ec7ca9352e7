//! Asking a patient to come, and what they say to it.

use axum::{Json, extract::State};
use housecall_core::{AppointmentId, Command, Refusal, Room, RoomId, UserId, room::Reason};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use utoipa::ToSchema;

use super::{
    check_open, check_welcome,
    ending::is_professional,
    forget_invitation,
    invitation::{InvitationView, Standing, rings_for},
    view::Success,
};
use crate::{
    house::House,
    places::is_open,
    rest::{
        body::Body,
        caller::Caller,
        error::{ApiError, ProblemBody},
        found::Found,
    },
};

/// Who is to come where. What they are called is known here.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcNotice)]
pub(crate) struct Notice {
    #[schema(value_type = String)]
    appointment_id: AppointmentId,
    /// The patient of the appointment.
    #[schema(value_type = Option<String>)]
    patient_id: Option<UserId>,
}

/// What somebody says to an invitation, or to a call.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcReply)]
pub(crate) struct Reply {
    #[schema(value_type = String)]
    appointment_id: RoomId,
    /// For the others to read.
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Option<Reason>,
}

/// The invitations that stand, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcInvitations)]
pub(crate) struct Invitations {
    /// Always `true`.
    success: bool,
    invitations: Vec<Standing>,
}

/// Asks the patient of an appointment to come: their open pages hear
/// `call-invitation`, and those they open in the next 45 seconds find it.
#[utoipa::path(
    post, path = "/api/video/notify-patient", tag = "rtc", request_body = Notice,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn notify_patient(
    State(house): State<House>,
    caller: Caller,
    Body(Notice { appointment_id, patient_id }): Body<Notice>,
) -> Result<Json<Success>, ApiError> {
    let appointment = house.appointment(&appointment_id, &caller.actor()).await?;
    let appointment = appointment.ok_or(Refusal::NotAParticipant)?;
    if appointment.provider != caller.user {
        let detail = "Only the professional of this appointment asks its patient to come.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    if patient_id.is_some_and(|it| it != appointment.patient) {
        return Err(ApiError::invalid("patientId", "This is not the patient of the appointment."));
    }
    if !is_open(&appointment) {
        return Err(Refusal::Over.into());
    }
    let invitation = InvitationView::of(&house, &appointment).await?;
    let body = to_raw_value(&invitation).expect("an invitation has text keys");
    house.call_in(&caller.actor(), &appointment.patient, &appointment.id, &body).await?;
    Ok(Json(Success::new()))
}

/// Where the caller is asked to come: the appointments they were called in to
/// in the last 45 seconds, and the rooms that ring for them, whatever vocabulary
/// those speak who are there.
#[utoipa::path(
    get, path = "/api/video/active-invitations", tag = "rtc",
    responses((status = 200, body = Invitations), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn active_invitations(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<Invitations>, ApiError> {
    let invitations = Standing::for_caller(&house, &caller).await?;
    Ok(Json(Invitations { success: true, invitations }))
}

/// Says that the caller will come: their other devices stop ringing.
#[utoipa::path(
    post, path = "/api/video/accept-invitation", tag = "rtc", request_body = Reply,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn accept_invitation(
    State(house): State<House>,
    caller: Caller,
    Body(Reply { appointment_id, .. }): Body<Reply>,
) -> Result<Json<Success>, ApiError> {
    let found = house.find(appointment_id.as_str(), &caller.actor()).await?;
    check_open(&found)?;
    reply(&house, &caller, &found, Command::Answer { device: None }).await
}

/// Says that the caller will not come.
#[utoipa::path(
    post, path = "/api/video/decline-invitation", tag = "rtc", request_body = Reply,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn decline_invitation(
    State(house): State<House>,
    caller: Caller,
    Body(Reply { appointment_id, reason }): Body<Reply>,
) -> Result<Json<Success>, ApiError> {
    let found = house.find(appointment_id.as_str(), &caller.actor()).await?;
    reply(&house, &caller, &found, Command::Decline { reason }).await
}

/// Ends a call for everybody, if the caller may, else for the caller.
#[utoipa::path(
    post, path = "/api/video/end", tag = "rtc", request_body = Reply,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn end(
    State(house): State<House>,
    caller: Caller,
    Body(Reply { appointment_id, reason }): Body<Reply>,
) -> Result<Json<Success>, ApiError> {
    let (by, found) = (caller.actor(), house.find(appointment_id.as_str(), &caller.actor()).await?);
    forget_invitation(&house, &caller, &found);
    match found.spot.open_room() {
        Some(room) if is_in(room, &caller) => hang_up(&house, &caller, room, reason).await?,
        _ if is_professional(&caller) => house.end_for_all(&found.name, &by, reason).await?,
        Some(room) if rings_for(room, &caller) => {
            house.ask(room.id(), &by, vec![Command::Decline { reason }]).await.map(drop)?;
        }
        // There is nothing that would end with them.
        Some(_) | None => {}
    }
    Ok(Json(Success::new()))
}

async fn hang_up(
    house: &House,
    caller: &Caller,
    room: &Room,
    reason: Option<Reason>,
) -> Result<(), ApiError> {
    let (id, by) = (room.id(), caller.actor());
    match house.ask(id, &by, vec![Command::End { reason: reason.clone() }]).await {
        Ok(_) => house.end_appointment_of(room, &by).await,
        Err(problem) if problem.code == Refusal::Forbidden.code() => {
            let leave = Command::Leave { device: None, reason };
            Ok(house.ask(id, &by, vec![leave]).await.map(drop)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

fn is_in(room: &Room, caller: &Caller) -> bool {
    room.people_inside().any(|(user, _)| *user == caller.user)
}

async fn reply(
    house: &House,
    caller: &Caller,
    found: &Found,
    answer: Command,
) -> Result<Json<Success>, ApiError> {
    check_welcome(found)?;
    forget_invitation(house, caller, found);
    if let Some(room) = found.spot.open_room().filter(|it| rings_for(it, caller)) {
        house.ask(room.id(), &caller.actor(), vec![answer]).await?;
    }
    Ok(Json(Success::new()))
}
