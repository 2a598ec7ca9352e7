//! Rooms in the words of this vocabulary.

use housecall_core::{
    Private, Role, Room, RoomId, Timestamp, UserId,
    room::{Participant, Phase},
};
use housecall_dialect::native::wire::Person;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    house::House,
    rest::{
        error::ApiError,
        found::{Found, Spot, people_seen},
    },
};

/// It was done.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcSuccess)]
pub(crate) struct Success {
    /// Always `true`.
    success: bool,
}

/// A room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcRoom)]
pub(crate) struct RoomView {
    /// What to join it by.
    #[schema(value_type = String)]
    pub(super) room_id: RoomId,
    /// The id of its appointment or meeting; that of the room, if it has none.
    #[schema(value_type = String)]
    appointment_id: RoomId,
    /// `waiting`, `active` while somebody is there, or `ended` for good.
    status: &'static str,
    /// Whether somebody is there.
    is_active: bool,
    /// Who is there.
    participants: Vec<ParticipantView>,
}

/// Somebody in a room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcParticipant)]
pub(crate) struct ParticipantView {
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    user_name: Private<String>,
    /// `patient`, `professional`, `admin` or `guest`.
    role: &'static str,
    /// When they first came in.
    #[schema(value_type = Option<String>)]
    joined_at: Option<Timestamp>,
    /// Whether they agree to being recorded.
    recording_consent: bool,
}

/// What can be counted about a room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcStats)]
pub(crate) struct Stats {
    #[schema(value_type = String)]
    room_id: RoomId,
    /// How many are there.
    participant_count: usize,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// Seconds since it started, or that it took.
    duration: Option<u64>,
    is_recording: bool,
}

/// A room was found.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcRoomFound)]
pub(crate) struct Shown {
    /// Always `true`.
    success: bool,
    room: RoomView,
}

/// Rooms were found.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcRoomsFound)]
pub(crate) struct ShownRooms {
    /// Always `true`.
    success: bool,
    rooms: Vec<RoomView>,
}

/// A room was counted.
#[derive(Serialize, ToSchema)]
#[schema(as = RtcStatsFound)]
pub(crate) struct ShownStats {
    /// Always `true`.
    success: bool,
    stats: Stats,
}

impl Success {
    pub(super) fn new() -> Self {
        Self { success: true }
    }
}

impl Shown {
    pub(super) fn new(room: RoomView) -> Self {
        Self { success: true, room }
    }
}

impl ShownRooms {
    pub(super) fn new(rooms: Vec<RoomView>) -> Self {
        Self { success: true, rooms }
    }
}

impl ShownStats {
    pub(super) fn new(stats: Stats) -> Self {
        Self { success: true, stats }
    }
}

impl RoomView {
    pub(super) async fn of(
        house: &House,
        viewer: &UserId,
        found: &Found,
    ) -> Result<Self, ApiError> {
        let inside = people_inside(&found.spot, viewer);
        let named = inside.iter().map(|(user, _)| (*user).clone()).collect();
        house.directory.look_up(&house.store, named).await?;
        let is_active = !inside.is_empty();
        let participants = inside.into_iter();
        Ok(Self {
            room_id: found.name.clone(),
            appointment_id: found.name.clone(),
            status: match is_active {
                true => "active",
                false if found.spot.is_over() => "ended",
                false => "waiting",
            },
            is_active,
            participants: participants
                .map(|(user, it)| ParticipantView::of(house, user, it))
                .collect(),
        })
    }
}

impl ParticipantView {
    /// The name must be at hand.
    fn of(house: &House, user: &UserId, it: &Participant) -> Self {
        let Person { id, name, role } = house.directory.person(user);
        Self {
            user_id: id,
            user_name: name,
            role: role_word(role),
            joined_at: it.joined_at,
            recording_consent: it.consent.is_some(),
        }
    }
}

impl Stats {
    pub(super) fn of(found: &Found, viewer: &UserId, now: Timestamp) -> Self {
        let (started_at, ended_at) = match &found.spot {
            Spot::Room(room) => (room.started_at(), end_of(room)),
            Spot::Appointment(it) => (it.started_at, it.ended_at),
            Spot::Meeting(it) => (None, it.ended_at),
        };
        let recording = found.spot.open_room().and_then(|it| it.recording());
        Self {
            room_id: found.name.clone(),
            participant_count: people_inside(&found.spot, viewer).len(),
            started_at,
            ended_at,
            duration: started_at.map(|it| ended_at.unwrap_or(now).since(it).as_secs()),
            is_recording: recording.is_some(),
        }
    }
}

fn people_inside<'a>(spot: &'a Spot, viewer: &UserId) -> Vec<(&'a UserId, &'a Participant)> {
    spot.open_room().map(|it| people_seen(it, viewer).collect()).unwrap_or_default()
}

fn end_of(room: &Room) -> Option<Timestamp> {
    match room.phase() {
        Phase::Over { at, .. } => Some(*at),
        Phase::Blank | Phase::Scheduled { .. } | Phase::Ringing | Phase::Active => None,
    }
}

/// What the clients of this vocabulary call the roles.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Patient => "patient",
        Role::Provider => "professional",
        Role::Admin => "admin",
        Role::Guest => "guest",
    }
}
