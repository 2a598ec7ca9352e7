//! Finding recordings, and what can be done with them besides watching.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{
    Actor, AppointmentId, Private, RecordingId, Role, RoomId, Timestamp, UserId,
    room::{ConsentMethod, Covered},
};
use housecall_store::{
    Access, Destruction, RecordingFilter, RecordingRequest, RecordingStatus, Relations, StoreError,
    StoredRecording,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    house::House,
    recordings::{
        Action, Answer, Chapter, ChapterKind, RecordingProblem, Relation, Word, answers, chapters,
        places,
    },
    rest::{
        body::{Body, Params, moment},
        caller::Caller,
        error::{ApiError, ProblemBody},
        people::PersonView,
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

/// A recording that is kept, or was.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KeptRecording)]
pub(crate) struct KeptView {
    #[schema(value_type = String)]
    id: RecordingId,
    #[schema(value_type = String)]
    call_id: RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    appointment_id: Option<AppointmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    title: Option<Private<String>>,
    /// `recording`, `uploading`, `processing`, `completed`, `failed` or `destroyed`.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    stopped_at: Option<Timestamp>,
    started_by: PersonView,
    /// Who was there.
    people: Vec<PersonView>,
    media_type: String,
    /// In bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
    /// Of the media, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    has_poster: bool,
    /// When its time is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
    /// Somebody keeps it beyond its time.
    on_hold: bool,
    /// Why, for those who may watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    hold_reason: Option<Private<String>>,
    /// Why there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// It was found to be damaged.
    damaged: bool,
    may: MayView,
}

/// What whoever asks may do with it now.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordingRights)]
pub(crate) struct MayView {
    watch: bool,
    download: bool,
    delete: bool,
    hold: bool,
    /// Ask those who may watch it to see it.
    ask: bool,
}

/// A recording, and what is known of it besides.
#[derive(Serialize, ToSchema)]
#[schema(as = KeptRecordingInFull)]
pub(crate) struct FullView {
    #[serde(flatten)]
    recording: KeptView,
    /// Where in the media things happened.
    chapters: Vec<ChapterView>,
    /// What people said to being recorded.
    consents: Vec<AnswerView>,
    /// Who asked to see it, for those who may watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<Vec<RequestView>>,
}

/// A point in the media.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Chapter)]
pub(crate) struct ChapterView {
    /// Where, in seconds.
    seconds: f64,
    #[schema(value_type = String)]
    at: Timestamp,
    /// `joined`, `left`, `screen`, `screen-ended`, `chat` or `resumed`.
    #[schema(value_type = String)]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    name: Option<Private<String>>,
}

/// What somebody said to being recorded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsentEntry)]
pub(crate) struct AnswerView {
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    name: Private<String>,
    /// `agreed`, `declined` or `withdrew`.
    #[schema(value_type = String)]
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    method: Option<ConsentMethod>,
    /// To what: `audio`, `video`, `screen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    covers: Option<Covered>,
    /// Which text they were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    wording: Option<String>,
    #[schema(value_type = String)]
    at: Timestamp,
    /// Who noted it, if it was somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    noted_by: Option<UserId>,
}

/// Somebody asks to see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WatchRequest)]
pub(crate) struct RequestView {
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    name: Private<String>,
    #[schema(value_type = String)]
    at: Timestamp,
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

async fn person(house: &House, user: &UserId) -> Result<PersonView, ApiError> {
    house.directory.look_up(&house.store, vec![user.clone()]).await?;
    Ok(house.directory.person(user).into())
}

async fn name(house: &House, user: &UserId) -> Result<Private<String>, ApiError> {
    house.directory.look_up(&house.store, vec![user.clone()]).await?;
    Ok(house.directory.person(user).name)
}

impl KeptView {
    pub(super) async fn of(
        house: &House,
        by: &Actor,
        it: &StoredRecording,
    ) -> Result<Self, ApiError> {
        let mut people = Vec::new();
        for user in &it.people {
            people.push(person(house, user).await?);
        }
        let watches = house.may(by, Action::Watch, it);
        Ok(Self {
            id: it.id.clone(),
            call_id: it.room.clone(),
            appointment_id: it.appointment.clone(),
            title: it.title.clone(),
            status: it.status.as_str(),
            started_at: it.started_at,
            stopped_at: it.stopped_at,
            started_by: person(house, &it.recorder).await?,
            people,
            media_type: it.media_type.clone(),
            file_size: it.bytes,
            duration: it.duration_ms.map(|it| it as f64 / 1000.0),
            has_poster: it.poster.is_some(),
            expires_at: it.expires_at,
            on_hold: it.hold.is_some(),
            hold_reason: it.hold.as_ref().filter(|_| watches).map(|it| it.reason.clone()),
            failure: it.failure.clone(),
            damaged: it.damaged,
            may: MayView::of(house, by, it),
        })
    }
}

impl MayView {
    fn of(house: &House, by: &Actor, it: &StoredRecording) -> Self {
        let is_there = it.status != RecordingStatus::Destroyed;
        let can_be_seen = it.status == RecordingStatus::Completed;
        let can_go = is_there && it.status != RecordingStatus::Recording && it.hold.is_none();
        let may = |what| house.may(by, what, it);
        Self {
            watch: can_be_seen && may(Action::Watch),
            download: can_be_seen && may(Action::Download),
            delete: can_go && may(Action::Delete),
            hold: is_there && may(Action::Hold),
            ask: is_there && !may(Action::Watch),
        }
    }
}

impl FullView {
    async fn of(house: &House, by: &Actor, it: &StoredRecording) -> Result<Self, ApiError> {
        let entries = house.store.load(&it.room).await?.unwrap_or_default();
        let said = answers(&entries, &it.id);
        let places = places(it, &house.store.recording_accesses(&it.id).await?);
        let told = chapters(&entries, &it.id, &places);
        let seen = told.iter().filter_map(|it| it.user.clone());
        let users: BTreeSet<UserId> = said.iter().map(|it| it.user.clone()).chain(seen).collect();
        let mut names = Names::new();
        for user in users {
            let name = name(house, &user).await?;
            names.insert(user, name);
        }
        let requests = match house.may(by, Action::Watch, it) {
            true => Some(requests(house, &it.id).await?),
            false => None,
        };
        Ok(Self {
            recording: KeptView::of(house, by, it).await?,
            chapters: told.into_iter().map(|it| ChapterView::of(it, &names)).collect(),
            consents: said.into_iter().map(|it| AnswerView::of(it, &names)).collect(),
            requests,
        })
    }
}

async fn requests(house: &House, id: &RecordingId) -> Result<Vec<RequestView>, ApiError> {
    let mut requests = Vec::new();
    for RecordingRequest { user, at } in house.store.recording_requests(id).await? {
        requests.push(RequestView { name: name(house, &user).await?, user_id: user, at });
    }
    Ok(requests)
}

type Names = BTreeMap<UserId, Private<String>>;

impl ChapterView {
    fn of(it: Chapter, names: &Names) -> Self {
        let kind = match it.kind {
            ChapterKind::Joined => "joined",
            ChapterKind::Left => "left",
            ChapterKind::Screen => "screen",
            ChapterKind::ScreenEnded => "screen-ended",
            ChapterKind::Chat => "chat",
            ChapterKind::Resumed => "resumed",
        };
        let name = it.user.as_ref().and_then(|it| names.get(it)).cloned();
        let seconds = it.position.as_secs_f64();
        Self { seconds, at: it.at, kind, user_id: it.user, name }
    }
}

impl AnswerView {
    fn of(it: Answer, names: &Names) -> Self {
        let name = names.get(&it.user).cloned();
        let name = name.unwrap_or_else(|| Private::new(it.user.as_str().to_owned()));
        let (what, method, covers, wording) = match it.what {
            Word::Agreed { method, covers, wording } => {
                ("agreed", Some(method), Some(covers), wording.map(String::from))
            }
            Word::Declined => ("declined", None, None, None),
            Word::Withdrew => ("withdrew", None, None, None),
        };
        let (user_id, at, noted_by) = (it.user, it.at, it.noted_by);
        Self { user_id, name, what, method, covers, wording, at, noted_by }
    }
}
