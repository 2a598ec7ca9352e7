//! What the clients of meetings call a room, and who may see which.

use std::sync::Arc;

use housecall_core::{AppointmentId, Room, RoomId};
use housecall_store::{Appointment, AppointmentStatus, Meeting};

use super::{nowhere, view::RoomView};
use crate::{
    house::House,
    rest::{caller::Caller, error::ApiError},
};

/// A room, in the sense of the clients of meetings.
pub(super) enum MeetingRoom {
    /// A place with a name.
    Meeting(Meeting),
    /// A place of two people.
    Appointment(Appointment),
    /// A call, or one occurrence of a place under its own id.
    Call(Arc<Room>),
}

impl MeetingRoom {
    /// The room of this id, if the caller may come into it. Administrators may
    /// look into all.
    pub(super) async fn find(house: &House, caller: &Caller, id: &str) -> Result<Self, ApiError> {
        let name: RoomId = id.parse().map_err(|_| nowhere())?;
        if let Some(meeting) = house.meeting_named(&name).await? {
            let elsewhere = house.is_bound_elsewhere(&caller.actor(), &name).await?;
            return match !elsewhere && may_come(house, caller, &meeting).await? {
                true => Ok(MeetingRoom::Meeting(meeting)),
                false => Err(nowhere()),
            };
        }
        let appointment: AppointmentId = id.parse().map_err(|_| nowhere())?;
        if let Some(found) = house.appointment(&appointment, &caller.actor()).await? {
            return Ok(MeetingRoom::Appointment(found));
        }
        Ok(MeetingRoom::Call(house.look(&name, &caller.actor()).await?))
    }

    /// As its clients know it.
    pub(super) fn view(self) -> RoomView {
        match self {
            MeetingRoom::Meeting(meeting) => meeting.into(),
            MeetingRoom::Appointment(appointment) => appointment.into(),
            MeetingRoom::Call(room) => RoomView::of_call(&room),
        }
    }

    /// The occurrence that goes on, if somebody is there.
    pub(super) fn open(&self, house: &House) -> Option<Arc<Room>> {
        let name = self.name();
        house.rooms.named(&name).map(|it| it.state())
    }

    /// Whether nobody can come into it any more.
    pub(super) fn is_over(&self) -> bool {
        match self {
            MeetingRoom::Meeting(it) => it.ended_at.is_some(),
            MeetingRoom::Appointment(it) => match it.status {
                AppointmentStatus::Scheduled | AppointmentStatus::InProgress => false,
                AppointmentStatus::Completed | AppointmentStatus::Cancelled => true,
            },
            MeetingRoom::Call(it) => it.is_over(),
        }
    }

    /// The id its clients know it by.
    pub(super) fn name(&self) -> RoomId {
        let id = match self {
            MeetingRoom::Meeting(it) => it.id.as_str(),
            MeetingRoom::Appointment(it) => it.id.as_str(),
            MeetingRoom::Call(it) => it.id().as_str(),
        };
        id.parse().expect("every id is an id of a room to some client")
    }
}

/// Whether somebody may come to a meeting: anybody to an open one, to a private
/// one its creator and whoever was let in.
async fn may_come(house: &House, caller: &Caller, meeting: &Meeting) -> Result<bool, ApiError> {
    if !meeting.private || caller.is_admin() || caller.user == meeting.creator {
        return Ok(true);
    }
    Ok(house.store.meeting_access(&meeting.id).await?.contains(&caller.user))
}
