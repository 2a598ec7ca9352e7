//! Recordings of calls. The one who records makes the recording on their own
//! device; Housecall sees to it that everybody has agreed, tells everybody when
//! it begins and ends, and keeps in the journal who recorded when. What their
//! device sends it keeps: see [`upload`], [`library`] and [`media`].

pub(super) mod library;
pub(super) mod media;
mod problem;
pub(super) mod upload;
mod view;

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{
    Command, Entry, RecordingId, Refusal, Room, RoomId, UserId, room::ConsentMethod,
};
use housecall_dialect::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use self::view::{RecordingView, Tape};
use super::{
    body::Body,
    caller::Caller,
    calls::room_id,
    error::{ApiError, ProblemBody},
};
use crate::{clock::new_recording_id, house::House};

/// A recording to start. Nothing is transcribed here, whatever
/// `enableTranscription` says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewRecording {
    /// Must be `true`.
    #[serde(default)]
    consent_obtained: bool,
    /// Whose consent to note: with those who have agreed before, everybody in
    /// the call.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    consented_participants: BTreeSet<UserId>,
    /// How they agreed: `verbal`, `written` or `electronic`.
    #[schema(value_type = String)]
    consent_method: ConsentMethod,
}

/// Starts a recording, if everybody in the call has agreed. From then on a
/// newcomer who has not agreed, somebody who agrees no longer, and the end of
/// the call stop it.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/record", tag = "recordings", params(("id" = String, Path)),
    request_body = NewRecording,
    responses((status = 201, body = RecordingView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn start(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<NewRecording>,
) -> Result<(StatusCode, Json<RecordingView>), ApiError> {
    let call = room_id(&house, &id)?;
    check_consents(&*house.look(&call, &caller.actor()).await?, &new)?;
    let recording = new_recording_id();
    let noted = new
        .consented_participants
        .into_iter()
        .map(|user| Command::consent(user, true, new.consent_method));
    let record = Command::record(recording.clone());
    house.ask(&call, &caller.actor(), noted.chain([record]).collect()).await?;
    Ok((StatusCode::CREATED, Json(find(&house, &call, &recording).await?)))
}

/// Stops a recording.
#[utoipa::path(
    post, path = "/webrtc/calls/{id}/recordings/{recording}/stop", tag = "recordings",
    params(("id" = String, Path), ("recording" = String, Path)),
    responses((status = 200, body = RecordingView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn stop(
    State(house): State<House>,
    caller: Caller,
    Path((id, recording)): Path<(String, String)>,
) -> Result<Json<RecordingView>, ApiError> {
    let call = room_id(&house, &id)?;
    house.look(&call, &caller.actor()).await?;
    let recording = recording.parse().map_err(|_| no_such_recording())?;
    find(&house, &call, &recording).await?;
    let stop = Command::StopRecording { recording: Some(recording.clone()) };
    house.ask(&call, &caller.actor(), vec![stop]).await?;
    Ok(Json(find(&house, &call, &recording).await?.just_stopped()))
}

/// Shows a recording to those who were called.
#[utoipa::path(
    get, path = "/webrtc/calls/{id}/recordings/{recording}", tag = "recordings",
    params(("id" = String, Path), ("recording" = String, Path)),
    responses((status = 200, body = RecordingView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path((id, recording)): Path<(String, String)>,
) -> Result<Json<RecordingView>, ApiError> {
    let call = room_id(&house, &id)?;
    house.look(&call, &caller.actor()).await?;
    let recording = recording.parse().map_err(|_| no_such_recording())?;
    Ok(Json(find(&house, &call, &recording).await?))
}

/// Lists the recordings of a call, the oldest first.
#[utoipa::path(
    get, path = "/webrtc/calls/{id}/recordings", tag = "recordings",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<RecordingView>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<RecordingView>>, ApiError> {
    let call = room_id(&house, &id)?;
    house.look(&call, &caller.actor()).await?;
    let mut views = Vec::new();
    for tape in tapes(&house, &call).await? {
        views.push(view(&house, &call, tape).await?);
    }
    Ok(Json(views))
}

fn check_consents(call: &Room, new: &NewRecording) -> Result<(), ApiError> {
    if !new.consent_obtained {
        let problem = Problem::from(Refusal::ConsentMissing);
        return Err(Problem { field: Some("consentObtained".to_owned()), ..problem }.into());
    }
    if new.consented_participants.iter().any(|it| call.participant(it).is_none()) {
        let detail = "Name only people who are part of this call.";
        return Err(ApiError::invalid("consentedParticipants", detail));
    }
    Ok(())
}

async fn tapes(house: &House, call: &RoomId) -> Result<Vec<Tape>, ApiError> {
    let entries: Vec<Entry> = house.store.load(call).await?.unwrap_or_default();
    Ok(Tape::all(&entries))
}

async fn find(
    house: &House,
    call: &RoomId,
    recording: &RecordingId,
) -> Result<RecordingView, ApiError> {
    let tape = tapes(house, call).await?.into_iter().find(|it| it.id == *recording);
    view(house, call, tape.ok_or_else(no_such_recording)?).await
}

async fn view(house: &House, call: &RoomId, tape: Tape) -> Result<RecordingView, ApiError> {
    let kept = house.store.recording(&tape.id).await?;
    let view = RecordingView::of(call, tape);
    Ok(match kept {
        Some(kept) => view.with_file(kept, &house.config),
        None => view,
    })
}

fn no_such_recording() -> ApiError {
    ApiError::not_found("This call has no such recording.")
}
