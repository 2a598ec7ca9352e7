//! The end of a session, and what its professional notes about it.

use axum::{
    Json,
    extract::{Path, State},
};
use housecall_core::{AppointmentId, Private, Refusal, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{appointment_of, view::Success};
use crate::{
    house::House,
    rest::{
        appointments::notes::checked,
        body::Body,
        caller::Caller,
        error::{ApiError, ProblemBody},
        found::Found,
    },
};

/// Where the notes are in a body.
const FIELD: &str = "sessionNotes";

/// How a session went.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcClosing)]
pub(crate) struct Closing {
    /// For the professional alone. Blank ones change nothing.
    #[schema(value_type = Option<String>, max_length = 20000)]
    session_notes: Option<Private<String>>,
}

/// What the professional notes.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcNotes)]
pub(crate) struct Notes {
    /// Blank ones take away what was noted.
    #[schema(value_type = String, max_length = 20000)]
    session_notes: Private<String>,
}

/// What was noted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcNotesFound)]
pub(crate) struct ShownNotes {
    /// Always `true`.
    success: bool,
    #[schema(value_type = Option<String>)]
    session_notes: Option<Private<String>>,
}

/// Ends a session for everybody and for good.
#[utoipa::path(
    post, path = "/api/rtc/rooms/{id}/end", tag = "rtc", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn end(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Closing { session_notes }): Body<Closing>,
) -> Result<Json<Success>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    // A patient leaves a session; they do not end it for others.
    if !is_professional(&caller) {
        return Err(Refusal::Forbidden.into());
    }
    let written = session_notes.filter(|it| !it.reveal().trim().is_empty());
    let to_keep = match written {
        Some(notes) => Some((kept_at(&house, &caller, &found).await?, checked(FIELD, notes)?)),
        None => None,
    };
    house.end_for_all(&found.name, &caller.actor(), None).await?;
    if let Some((appointment, notes)) = to_keep {
        let (by, now) = (caller.actor(), house.now());
        house.store.save_notes(&appointment, notes, None, &by, now).await?;
    }
    Ok(Json(Success::new()))
}

/// What its professional noted about a session.
#[utoipa::path(
    get, path = "/api/rtc/rooms/{id}/notes", tag = "rtc", params(("id" = String, Path)),
    responses((status = 200, body = ShownNotes), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn notes(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ShownNotes>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    let appointment = kept_at(&house, &caller, &found).await?;
    let notes = house.store.notes(&appointment).await?.map(|it| it.text);
    let session_notes = notes.filter(|it| !it.reveal().is_empty());
    Ok(Json(ShownNotes { success: true, session_notes }))
}

/// Notes something about a session, before, in or after it.
#[utoipa::path(
    put, path = "/api/rtc/rooms/{id}/notes", tag = "rtc", params(("id" = String, Path)),
    request_body = Notes,
    responses((status = 200, body = Success), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn write_notes(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Notes { session_notes }): Body<Notes>,
) -> Result<Json<Success>, ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    let appointment = kept_at(&house, &caller, &found).await?;
    let written = checked(FIELD, session_notes)?;
    let is_blank = written.reveal().trim().is_empty();
    let notes = if is_blank { Private::new(String::new()) } else { written };
    house.store.save_notes(&appointment, notes, None, &caller.actor(), house.now()).await?;
    Ok(Json(Success::new()))
}

pub(super) fn is_professional(caller: &Caller) -> bool {
    match caller.role {
        Role::Provider | Role::Admin => true,
        Role::Patient | Role::Guest => false,
    }
}

/// The appointment whose notes the caller keeps: only its own professional does.
async fn kept_at(house: &House, caller: &Caller, found: &Found) -> Result<AppointmentId, ApiError> {
    let appointment = match appointment_of(&found.spot) {
        Some(id) => house.appointment(&id, &caller.actor()).await?,
        None => None,
    };
    let Some(appointment) = appointment else {
        let detail = "Notes are kept with an appointment, and this room belongs to none.";
        return Err(ApiError::invalid(FIELD, detail));
    };
    if appointment.provider != caller.user {
        let detail = "Only the professional of this appointment keeps notes about it.";
        return Err(ApiError::forbidden("forbidden", detail));
    }
    Ok(appointment.id)
}
