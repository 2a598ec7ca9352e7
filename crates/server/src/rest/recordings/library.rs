//! Finding recordings, and what can be done with them besides watching.

mod views;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{Actor, AppointmentId, Private, RecordingId, Role, RoomId, Timestamp, UserId};
use housecall_store::{
    Access, Destruction, RecordingFilter, RecordingStatus, Relations, StoreError,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::views::{FullView, KeptView, name};
use crate::{
    house::House,
    recordings::{Action, RecordingProblem, Relation},
    rest::{
        body::{Body, Params, moment},
        caller::Caller,
        error::{ApiError, ProblemBody},
    },
};

/// How many recordings one answer lists, and at most.
const USUAL: u32 = 20;
const MOST: u32 = 100;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Which recordings to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// A part of the title, or of the name of somebody who was there.
    q: Option<String>,
    /// The id of the patient.
    #[param(value_type = Option<String>)]
    patient: Option<UserId>,
    /// The first day or moment.
    from: Option<String>,
    /// The last day or moment.
    to: Option<String>,
    /// The id of the call.
    #[param(value_type = Option<String>)]
    call: Option<RoomId>,
    /// The id of the appointment.
    #[param(value_type = Option<String>)]
    appointment: Option<AppointmentId>,
    /// How many; 20 unless this says otherwise, and 100 at most.
    limit: Option<u32>,
    /// Where the page begins: the `nextBefore` of the one before.
    before: Option<String>,
}

/// Recordings, the newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Library {
    recordings: Vec<KeptView>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<String>,
}

/// Who did what with a recording, the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accesses {
    accesses: Vec<AccessView>,
}

/// Somebody did something with a recording.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordingAccess)]
pub(crate) struct AccessView {
    #[schema(value_type = String)]
    at: Timestamp,
    /// Absent if it was the house.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    name: Option<Private<String>>,
    /// `opened`, `watched`, `downloaded`, `asked_for`, `refused`, `held`, `released`,
    /// `destroyed` or `damaged`.
    what: String,
    /// Why, or what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reason: Option<Private<String>>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[schema(as = RecordingReason)]
pub(crate) struct Reason {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Option<Private<String>>,
}

/// The recordings the caller may learn of, the newest first.
#[utoipa::path(
    get, path = "/api/recordings", tag = "recordings", params(Search),
    responses((status = 200, body = Library), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Library>, ApiError> {
    let filter = search.filter(visible_to(&house, &caller))?;
    let page = house.store.recordings(&filter).await?;
    let mut recordings = Vec::new();
    for it in page.recordings {
        recordings.push(KeptView::of(&house, &caller.actor(), &it).await?);
    }
    let next_before = page.next.map(|(at, id)| format!("{at}_{id}"));
    Ok(Json(Library { recordings, next_before }))
}

/// What `caller` must have to do with the recordings they are shown; nothing for
/// those who are shown all.
fn visible_to(house: &House, caller: &Caller) -> Option<(UserId, Relations)> {
    let learners = house.recordings.policy.learners();
    if caller.is_admin() && learners.contains(&Relation::Admin) {
        return None;
    }
    let learns = |it: Relation| learners.contains(&it);
    let relations = Relations {
        recorder: learns(Relation::Recorder),
        patient: learns(Relation::Patient),
        provider: learns(Relation::Provider),
        participant: learns(Relation::Participant)
            || (caller.role == Role::Patient && learns(Relation::Patient))
            || (caller.role == Role::Provider && learns(Relation::Provider)),
    };
    Some((caller.user.clone(), relations))
}

impl Search {
    fn filter(self, visible_to: Option<(UserId, Relations)>) -> Result<RecordingFilter, ApiError> {
        Ok(RecordingFilter {
            visible_to,
            q: self.q.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()),
            patient: self.patient,
            room: self.call,
            appointment: self.appointment,
            from: moment("from", self.from, "T00:00:00Z")?,
            to: moment("to", self.to, "T23:59:59.999Z")?,
            before: self.before.map(|it| spot(&it)).transpose()?,
            limit: self.limit.unwrap_or(USUAL).clamp(1, MOST),
        })
    }
}

/// Reads a `nextBefore`.
fn spot(text: &str) -> Result<(Timestamp, RecordingId), ApiError> {
    let wrong = || ApiError::invalid("before", "Send the nextBefore of another page.");
    let (at, id) = text.split_once('_').ok_or_else(wrong)?;
    Ok((at.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?))
}

/// A recording with its chapters and consents. That somebody looked is noted.
#[utoipa::path(
    get, path = "/api/recordings/{id}", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = FullView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<FullView>, ApiError> {
    let by = caller.actor();
    let it = house.recording_seen(&by, &id).await?;
    house.note_once(&it, &by, "", Access::Opened).await?;
    Ok(Json(FullView::of(&house, &by, &it).await?))
}

/// Destroys a recording for good: the key that opens it first, then what it opened.
#[utoipa::path(
    delete, path = "/api/recordings/{id}", tag = "recordings", params(("id" = String, Path)),
    request_body = Reason,
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
              (status = 410, body = ProblemBody)),
)]
pub(crate) async fn destroy(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Reason { reason }): Body<Reason>,
) -> Result<StatusCode, ApiError> {
    let by = caller.actor();
    let it = house.recording_for(&by, Action::Delete, &id).await?;
    if it.status == RecordingStatus::Recording {
        return Err(RecordingProblem::OnAir.into());
    }
    let why = Destruction::Asked(checked(reason)?);
    house.destroy_recording(&it.id, why, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a recording from being destroyed, whatever its time.
#[utoipa::path(
    put, path = "/api/recordings/{id}/hold", tag = "recordings", params(("id" = String, Path)),
    request_body = Reason,
    responses((status = 200, body = FullView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)),
)]
pub(crate) async fn hold(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(Reason { reason }): Body<Reason>,
) -> Result<Json<FullView>, ApiError> {
    let by = caller.actor();
    let it = house.recording_for(&by, Action::Hold, &id).await?;
    let reason = checked(reason)?.ok_or_else(|| {
        ApiError::invalid("reason", "Say why it is kept: others decide by it when it may go.")
    })?;
    let held = house.store.hold_recording(&it.id, reason.reveal(), &by, house.now()).await;
    held.map_err(if_destroyed)?;
    changed(&house, &by, &it.id).await
}

/// Lets a recording be destroyed when its time is over.
#[utoipa::path(
    delete, path = "/api/recordings/{id}/hold", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = FullView), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 410, body = ProblemBody)),
)]
pub(crate) async fn release(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<FullView>, ApiError> {
    let by = caller.actor();
    let it = house.recording_for(&by, Action::Hold, &id).await?;
    let released = house.store.release_recording(&it.id, &by, house.now()).await;
    released.map_err(if_destroyed)?;
    changed(&house, &by, &it.id).await
}

fn if_destroyed(error: StoreError) -> RecordingProblem {
    match error {
        StoreError::Conflict => RecordingProblem::Destroyed,
        error => error.into(),
    }
}

async fn changed(house: &House, by: &Actor, id: &RecordingId) -> Result<Json<FullView>, ApiError> {
    let it = house.recording_seen(by, id.as_str()).await?;
    Ok(Json(FullView::of(house, by, &it).await?))
}

/// Asks those who may watch a recording to see it.
#[utoipa::path(
    post, path = "/api/recordings/{id}/requests", tag = "recordings", params(("id" = String, Path)),
    responses((status = 201, body = FullView), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody), (status = 410, body = ProblemBody)),
)]
pub(crate) async fn request(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<FullView>), ApiError> {
    let by = caller.actor();
    let it = house.recording_for(&by, Action::Learn, &id).await?;
    // Who may watch it need not ask.
    if !house.may(&by, Action::Watch, &it) {
        house.store.ask_for_recording(&it.id, &by, house.now()).await?;
    }
    Ok((StatusCode::CREATED, changed(&house, &by, &it.id).await?))
}

/// Who did what with a recording, for those who may watch it.
#[utoipa::path(
    get, path = "/api/recordings/{id}/accesses", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Accesses), (status = 401, body = ProblemBody),
              (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn accesses(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Accesses>, ApiError> {
    let by = caller.actor();
    // The story of a recording goes on when it is destroyed.
    let it = match house.recording_for(&by, Action::Watch, &id).await {
        Err(RecordingProblem::Destroyed) => house.recording_seen(&by, &id).await?,
        found => found?,
    };
    let mut accesses = Vec::new();
    for record in house.store.recording_accesses(&it.id).await? {
        let Some(what) = told(&record.name) else { continue };
        let user_id = record.by.user().cloned();
        let name = match &user_id {
            Some(user) => Some(name(&house, user).await?),
            None => None,
        };
        let reason = ["reason", "what", "why"].iter().find_map(|it| record.body.get(it)?.as_str());
        let reason = reason.map(|it| Private::new(it.to_owned()));
        accesses.push(AccessView { at: record.at, user_id, name, what, reason });
    }
    Ok(Json(Accesses { accesses }))
}

/// What a line of the journal is called here, if it is about somebody who did
/// something with a recording that is there.
fn told(name: &str) -> Option<String> {
    const TOLD: [&str; 9] = [
        "opened",
        "watched",
        "downloaded",
        "asked_for",
        "refused",
        "held",
        "released",
        "destroyed",
        "damaged",
    ];
    let word = name.strip_prefix("recording.")?;
    TOLD.contains(&word).then(|| word.to_owned())
}

fn checked(reason: Option<Private<String>>) -> Result<Option<Private<String>>, ApiError> {
    let reason = reason.filter(|it| !it.reveal().trim().is_empty());
    if reason.as_ref().is_some_and(|it| it.reveal().chars().nth(LONGEST_REASON).is_some()) {
        let what = format!("A reason has at most {LONGEST_REASON} characters.");
        return Err(ApiError::invalid("reason", what));
    }
    Ok(reason)
}
