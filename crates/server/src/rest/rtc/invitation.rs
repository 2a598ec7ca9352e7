//! Invitations: what a patient is told who is asked to come.

use std::{cmp::Reverse, collections::BTreeSet};

use housecall_core::{
    AppointmentId, Private, Room, RoomId, Timestamp, UserId,
    room::{Purpose, Stage},
};
use housecall_store::{Appointment, AppointmentType};
use serde::Serialize;
use utoipa::ToSchema;

use super::name_of;
use crate::{
    house::House,
    invitations,
    places::is_open,
    rest::{caller::Caller, error::ApiError},
};

/// What a patient is told who is asked to come.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcInvitation)]
pub(crate) struct InvitationView {
    #[schema(value_type = String)]
    appointment_id: RoomId,
    #[schema(value_type = String)]
    professional_name: Private<String>,
    #[schema(value_type = String)]
    professional_id: UserId,
    #[schema(value_type = String)]
    patient_name: Private<String>,
    /// `video`, `audio` or `text`.
    #[schema(value_type = String)]
    appointment_type: AppointmentType,
    /// When it was to start.
    #[schema(value_type = String)]
    appointment_time: Timestamp,
}

/// An invitation that stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RtcStandingInvitation)]
pub(crate) struct Standing {
    #[serde(flatten)]
    invitation: InvitationView,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    expires_at: Timestamp,
}

impl InvitationView {
    pub(super) async fn of(house: &House, it: &Appointment) -> Result<Self, ApiError> {
        let people = vec![it.provider.clone(), it.patient.clone()];
        house.directory.look_up(&house.store, people).await?;
        Ok(Self {
            appointment_id: it.id.as_str().parse().expect("an appointment's id is an id"),
            professional_name: house.directory.person(&it.provider).name,
            professional_id: it.provider.clone(),
            patient_name: house.directory.person(&it.patient).name,
            appointment_type: it.kind,
            appointment_time: it.starts_at,
        })
    }

    /// Into a room without an appointment: whoever opened it waits there.
    async fn into_room(house: &House, caller: &Caller, room: &Room) -> Result<Self, ApiError> {
        let host = room.caller().expect("somebody opened every open room").clone();
        house.directory.look_up(&house.store, vec![host.clone()]).await?;
        Ok(Self {
            appointment_id: name_of(room),
            professional_name: house.directory.person(&host).name,
            professional_id: host,
            patient_name: house.directory.person(&caller.user).name,
            appointment_type: match room.invitation().map(|it| it.purpose) {
                Some(Purpose::Audio) => AppointmentType::Audio,
                Some(Purpose::Video | Purpose::ScreenShare) | None => AppointmentType::Video,
            },
            appointment_time: rings_since(room),
        })
    }
}

impl Standing {
    /// The invitations of the caller, the latest first.
    pub(super) async fn for_caller(house: &House, caller: &Caller) -> Result<Vec<Self>, ApiError> {
        let mut standing = ringing(house, caller).await?;
        for (appointment, since) in house.invitations.of(&caller.user, house.now()) {
            standing.extend(called_in(house, caller, &appointment, since).await?);
        }
        standing.sort_by_key(|it| Reverse(it.created_at));
        let mut seen = BTreeSet::new();
        standing.retain(|it| seen.insert(it.invitation.appointment_id.clone()));
        Ok(standing)
    }
}

/// The rooms that ring for the caller. A professional is not their own patient:
/// whom they find there is no invitation of theirs.
async fn ringing(house: &House, caller: &Caller) -> Result<Vec<Standing>, ApiError> {
    let mut standing = Vec::new();
    for room in house.open_rooms(&caller.user) {
        let provider = room.invitation().and_then(|it| it.provider.as_ref());
        let rings = rings_for(&room, caller) && provider != Some(&caller.user);
        if let Some(until) = room.ring_until().filter(|_| rings) {
            let invitation = invitation_into(house, caller, &room).await?;
            standing.push(Standing {
                invitation,
                created_at: rings_since(&room),
                expires_at: until,
            });
        }
    }
    Ok(standing)
}

async fn invitation_into(
    house: &House,
    caller: &Caller,
    room: &Room,
) -> Result<InvitationView, ApiError> {
    let appointment = match room.invitation().and_then(|it| it.appointment.as_ref()) {
        Some(id) => house.appointment(id, &caller.actor()).await?,
        None => None,
    };
    match appointment {
        Some(it) => InvitationView::of(house, &it).await,
        None => InvitationView::into_room(house, caller, room).await,
    }
}

/// The invitation to an appointment that was said a moment ago, while it is open
/// and the caller is not there.
async fn called_in(
    house: &House,
    caller: &Caller,
    id: &AppointmentId,
    since: Timestamp,
) -> Result<Option<Standing>, ApiError> {
    let appointment = house.appointment(id, &caller.actor()).await?.filter(is_open);
    let is_there = house.open_rooms(&caller.user).iter().any(|room| {
        let here = room.invitation().is_some_and(|it| it.appointment.as_ref() == Some(id));
        here && room.people_inside().any(|(user, _)| *user == caller.user)
    });
    let Some(appointment) = appointment.filter(|_| !is_there) else { return Ok(None) };
    Ok(Some(Standing {
        invitation: InvitationView::of(house, &appointment).await?,
        created_at: since,
        expires_at: since.plus(invitations::LIFETIME),
    }))
}

/// Whether a room rings for the caller.
pub(super) fn rings_for(room: &Room, caller: &Caller) -> bool {
    room.participant(&caller.user).is_some_and(|it| it.stage == Stage::Ringing)
}

fn rings_since(room: &Room) -> Timestamp {
    let planned = room.invitation().and_then(|it| it.scheduled_at);
    planned.unwrap_or(room.created_at())
}
