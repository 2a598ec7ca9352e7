//! Sessions and the people in them, in the words of this vocabulary. What the
//! physician noted is in none of them.

use housecall_core::{
    Private, Role, Room, RoomId, Timestamp, UserId,
    room::{Kind, Outcome, Phase, Purpose},
};
use housecall_dialect::native::wire::Person;
use housecall_store::{Appointment, AppointmentStatus, AppointmentType};
use serde::Serialize;
use utoipa::ToSchema;

use super::id_of;
use crate::{
    house::House,
    rest::{
        error::ApiError,
        found::{Found, Spot},
    },
};

/// A session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsultationSession)]
pub(crate) struct SessionView {
    #[schema(value_type = String)]
    pub(super) id: RoomId,
    /// `scheduled`, `in_progress`, `completed` or `cancelled`.
    #[schema(value_type = String)]
    status: AppointmentStatus,
    /// `video`, `audio` or `text`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: AppointmentType,
    /// What brings people together: `consultation`, or `call` or `meeting` for a
    /// room without an appointment.
    #[schema(value_type = String)]
    origin: Kind,
    #[schema(value_type = Option<String>)]
    patient_id: Option<UserId>,
    #[schema(value_type = Option<String>)]
    physician_id: Option<UserId>,
    /// The same as `physicianId`.
    #[schema(value_type = Option<String>)]
    provider_id: Option<UserId>,
    #[schema(value_type = String)]
    scheduled_at: Timestamp,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    /// How long it is to take, if that was said.
    duration_minutes: Option<u32>,
    patient: Option<PersonView>,
    physician: Option<PersonView>,
    /// Everybody it names.
    pub(super) participants: Vec<PersonView>,
    #[schema(value_type = String)]
    pub(super) created_at: Timestamp,
    #[schema(value_type = String)]
    pub(super) updated_at: Timestamp,
}

/// Somebody in a session.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationPerson)]
pub(crate) struct PersonView {
    #[schema(value_type = String)]
    id: UserId,
    /// `PATIENT`, `PHYSICIAN`, `HOSPITAL_ADMIN` or `AGENT`.
    role: &'static str,
    profile: ProfileView,
}

/// A name in two parts: the last word, and what is before it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsultationProfile)]
pub(crate) struct ProfileView {
    #[schema(value_type = String)]
    id: UserId,
    #[schema(value_type = String)]
    first_name: Private<String>,
    /// Empty if the name is one word.
    #[schema(value_type = String)]
    last_name: Private<String>,
    #[schema(value_type = String)]
    display_name: Private<String>,
}

/// Who is at a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsultationRoom)]
pub(crate) struct RoomView {
    #[schema(value_type = String)]
    session_id: RoomId,
    /// `waiting`, `active` when two are there, or `completed`.
    room_status: &'static str,
    patient_joined: bool,
    physician_joined: bool,
}

/// What somebody finds who may come in.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationEntrance)]
pub(crate) struct Entrance {
    pub(super) session: SessionView,
    pub(super) room: RoomView,
}

impl SessionView {
    pub(super) async fn of(house: &House, it: Appointment) -> Result<Self, ApiError> {
        let people = vec![it.patient.clone(), it.provider.clone()];
        house.directory.look_up(&house.store, people.clone()).await?;
        Ok(Self {
            participants: people.iter().map(|it| PersonView::of(house, it)).collect(),
            id: it.id.as_str().parse().expect("an appointment's id is an id"),
            status: it.status,
            kind: it.kind,
            origin: Kind::Consultation,
            patient: Some(PersonView::of(house, &it.patient)),
            physician: Some(PersonView::of(house, &it.provider)),
            patient_id: Some(it.patient),
            provider_id: Some(it.provider.clone()),
            physician_id: Some(it.provider),
            scheduled_at: it.starts_at,
            started_at: it.started_at,
            ended_at: it.ended_at,
            duration_minutes: Some(it.duration_minutes),
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }

    pub(super) async fn all(
        house: &House,
        appointments: Vec<Appointment>,
    ) -> Result<Vec<Self>, ApiError> {
        let mut sessions = Vec::with_capacity(appointments.len());
        for it in appointments {
            sessions.push(Self::of(house, it).await?);
        }
        Ok(sessions)
    }

    /// A room that belongs to no appointment of ours.
    pub(super) async fn of_room(house: &House, room: &Room) -> Result<Self, ApiError> {
        let invitation = room.invitation();
        let patient = invitation.and_then(|it| it.patient.clone());
        let physician = invitation.and_then(|it| it.provider.clone());
        let named = room.participants().map(|(user, _)| user);
        let people: Vec<UserId> = named.chain(&patient).chain(&physician).cloned().collect();
        house.directory.look_up(&house.store, people).await?;
        let participants = room.participants().map(|(it, _)| PersonView::of(house, it));
        let planned = invitation.and_then(|it| it.scheduled_at);
        let (started_at, ended_at) = (room.started_at(), end_of(room));
        Ok(Self {
            id: id_of(room),
            status: status(room),
            kind: kind(room),
            origin: room.kind(),
            participants: participants.collect(),
            patient: patient.as_ref().map(|it| PersonView::of(house, it)),
            physician: physician.as_ref().map(|it| PersonView::of(house, it)),
            patient_id: patient,
            provider_id: physician.clone(),
            physician_id: physician,
            scheduled_at: planned.unwrap_or(room.created_at()),
            started_at,
            ended_at,
            duration_minutes: None,
            created_at: room.created_at(),
            updated_at: ended_at.or(started_at).unwrap_or(room.created_at()),
        })
    }
}

impl PersonView {
    /// The name must be at hand.
    pub(super) fn of(house: &House, user: &UserId) -> Self {
        let Person { id, name, role } = house.directory.person(user);
        let (first, last) = name.reveal().rsplit_once(' ').unwrap_or((name.reveal(), ""));
        let part = |it: &str| Private::new(it.trim().to_owned());
        let profile = ProfileView {
            id: id.clone(),
            first_name: part(first),
            last_name: part(last),
            display_name: name.clone(),
        };
        Self { id, role: role_word(role), profile }
    }
}

impl RoomView {
    pub(super) fn of(found: &Found) -> Self {
        let closed = if found.spot.is_over() { "completed" } else { "waiting" };
        let Spot::Room(room) = &found.spot else {
            return Self {
                session_id: found.name.clone(),
                room_status: closed,
                patient_joined: false,
                physician_joined: false,
            };
        };
        let invitation = room.invitation();
        let is_in = |user: Option<&UserId>| room.people_inside().any(|(it, _)| Some(it) == user);
        Self {
            session_id: found.name.clone(),
            room_status: if room.people_inside().nth(1).is_some() { "active" } else { closed },
            patient_joined: is_in(invitation.and_then(|it| it.patient.as_ref())),
            physician_joined: is_in(invitation.and_then(|it| it.provider.as_ref())),
        }
    }
}

fn status(room: &Room) -> AppointmentStatus {
    match room.phase() {
        Phase::Over { outcome: Outcome::Completed, .. } => AppointmentStatus::Completed,
        Phase::Over { .. } => AppointmentStatus::Cancelled,
        Phase::Blank | Phase::Scheduled { .. } | Phase::Ringing | Phase::Active => {
            match room.started_at() {
                Some(_) => AppointmentStatus::InProgress,
                None => AppointmentStatus::Scheduled,
            }
        }
    }
}

fn kind(room: &Room) -> AppointmentType {
    match room.invitation().map(|it| it.purpose) {
        Some(Purpose::Audio) => AppointmentType::Audio,
        Some(Purpose::Video | Purpose::ScreenShare) | None => AppointmentType::Video,
    }
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
        Role::Patient => "PATIENT",
        Role::Provider => "PHYSICIAN",
        Role::Admin => "HOSPITAL_ADMIN",
        Role::Guest => "AGENT",
    }
}
