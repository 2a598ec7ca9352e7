//! What is told of a recording that is kept, and to whom.

use std::collections::{BTreeMap, BTreeSet};

use housecall_core::{
    Actor, AppointmentId, Private, RecordingId, RoomId, Timestamp, UserId,
    room::{ConsentMethod, Covered},
};
use housecall_store::{RecordingRequest, RecordingStatus, StoredRecording};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    house::House,
    recordings::{Action, Answer, Chapter, ChapterKind, Word, answers, chapters, places},
    rest::{error::ApiError, people::PersonView},
};

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

async fn person(house: &House, user: &UserId) -> Result<PersonView, ApiError> {
    house.directory.look_up(&house.store, vec![user.clone()]).await?;
    Ok(house.directory.person(user).into())
}

pub(super) async fn name(house: &House, user: &UserId) -> Result<Private<String>, ApiError> {
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
    pub(super) async fn of(
        house: &House,
        by: &Actor,
        it: &StoredRecording,
    ) -> Result<Self, ApiError> {
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
