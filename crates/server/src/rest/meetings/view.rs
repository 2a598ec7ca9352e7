//! Rooms and people in the words of the clients of meetings.

use housecall_core::{
    Private, Room, Timestamp, UserId,
    room::{Kind, Phase},
};
use housecall_dialect::native::wire::Person;
use housecall_store::{Appointment, AppointmentStatus, Meeting};
use serde::Serialize;
use utoipa::ToSchema;

/// A place to meet in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Meeting)]
pub(crate) struct RoomView {
    id: String,
    #[schema(value_type = String)]
    name: Private<String>,
    /// Who may end it for everybody.
    #[schema(value_type = Option<String>)]
    creator_id: Option<UserId>,
    /// The same, in a list.
    #[schema(value_type = Vec<String>)]
    admins_id: Vec<UserId>,
    /// Whether only those who were let in may come.
    private: bool,
    #[schema(value_type = Option<String>)]
    schedule_at: Option<Timestamp>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// Since when nobody can come any more.
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    deleted_at: Option<Timestamp>,
}

impl From<Meeting> for RoomView {
    fn from(it: Meeting) -> Self {
        Self {
            id: it.id.into(),
            name: it.name,
            admins_id: vec![it.creator.clone()],
            creator_id: Some(it.creator),
            private: it.private,
            schedule_at: it.scheduled_at,
            created_at: it.created_at,
            ended_at: it.ended_at,
            deleted_at: None,
        }
    }
}

impl From<Appointment> for RoomView {
    fn from(it: Appointment) -> Self {
        let cancelled = it.status == AppointmentStatus::Cancelled;
        Self {
            id: it.id.into(),
            name: Private::new(name_of(Kind::Consultation).to_owned()),
            admins_id: vec![it.provider.clone()],
            creator_id: Some(it.provider),
            private: true,
            schedule_at: Some(it.starts_at),
            created_at: it.created_at,
            // Nothing changes in a cancelled appointment but that it was.
            ended_at: it.ended_at.or(cancelled.then_some(it.updated_at)),
            deleted_at: None,
        }
    }
}

impl RoomView {
    /// A meeting that was deleted, and thereby ended, at this moment.
    pub(super) fn deleted(meeting: Meeting, at: Timestamp) -> Self {
        let ended_at = meeting.ended_at.or(Some(at));
        Self { ended_at, deleted_at: Some(at), ..Self::from(meeting) }
    }

    /// A call, or one occurrence of a place.
    pub(super) fn of_call(room: &Room) -> Self {
        let creator = host(room).cloned();
        Self {
            id: room.id().as_str().to_owned(),
            name: Private::new(name_of(room.kind()).to_owned()),
            admins_id: creator.iter().cloned().collect(),
            creator_id: creator,
            private: !room.invitation().is_some_and(|it| it.open),
            schedule_at: room.invitation().and_then(|it| it.scheduled_at),
            created_at: room.created_at(),
            ended_at: end_of(room),
            deleted_at: None,
        }
    }
}

/// Somebody, as the clients of meetings know people.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingPerson)]
pub(crate) struct PersonInRoom {
    #[schema(value_type = String)]
    id: UserId,
    /// Always empty: the addresses of others are not theirs to know.
    email: &'static str,
    #[schema(value_type = String)]
    display_name: Private<String>,
    /// The same.
    #[schema(value_type = String)]
    nickname: Private<String>,
}

impl From<Person> for PersonInRoom {
    fn from(it: Person) -> Self {
        Self { id: it.id, email: "", display_name: it.name.clone(), nickname: it.name }
    }
}

/// What a call is called where every room has a name.
fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "Call",
        Kind::Consultation => "Consultation",
        Kind::Meeting => "Meeting",
    }
}

/// Whose room it is: its host's, or in a call the caller's.
fn host(room: &Room) -> Option<&UserId> {
    let hosts = room.invitation().map(|it| &it.hosts[..]).unwrap_or_default();
    hosts.first().or(room.caller())
}

/// When a room ended.
fn end_of(room: &Room) -> Option<Timestamp> {
    match room.phase() {
        Phase::Over { at, .. } => Some(*at),
        Phase::Blank | Phase::Scheduled { .. } | Phase::Ringing | Phase::Active => None,
    }
}
