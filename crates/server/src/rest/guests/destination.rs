//! What a guest link leads to: an appointment, a meeting or a call, and whose it
//! is.

use std::sync::Arc;

use housecall_core::{Private, Refusal, Room, RoomId, Timestamp, UserId, room::Kind};
use housecall_dialect::Problem;
use housecall_store::{Appointment, Meeting};

use crate::{
    guests::place_of,
    house::House,
    places::is_open,
    rest::{caller::Caller, error::ApiError},
};

/// What a guest link leads to.
pub(super) enum Destination {
    Appointment(Appointment),
    Meeting(Meeting),
    /// A call, by the appointment of the system around us or by its own id.
    Call(Arc<Room>),
}

impl Destination {
    /// What is to be found at `place`, which may be the id of its open room.
    pub(super) async fn find(house: &House, place: &RoomId) -> Result<Option<Self>, Problem> {
        let live = house.rooms.named(place).map(|it| it.state());
        let name = live.as_ref().map_or_else(|| place.clone(), |it| place_of(it));
        if let Some(it) = house.appointment_named(&name).await? {
            return Ok(Some(Destination::Appointment(it)));
        }
        if let Some(it) = house.meeting_named(&name).await? {
            return Ok(Some(Destination::Meeting(it)));
        }
        Ok(live.filter(|it| it.kind() == Kind::Call).map(Destination::Call))
    }

    /// What is to be found at `place`, for those who may make links to it.
    pub(super) async fn hosted(
        house: &House,
        caller: &Caller,
        place: &RoomId,
    ) -> Result<Self, ApiError> {
        let nowhere = || ApiError::from(Refusal::NotAParticipant);
        let found = match Self::find(house, place).await? {
            Some(it) => it,
            None => Destination::Call(house.look(place, &caller.actor()).await?),
        };
        if caller.is_admin() || found.host() == Some(&caller.user) {
            return Ok(found);
        }
        match found.is_seen_by(house, caller).await? {
            true => {
                let detail = "Only its host and administrators have guest links: ask them.";
                Err(ApiError::forbidden("forbidden", detail))
            }
            false => Err(nowhere()),
        }
    }

    /// The id guests come by.
    pub(super) fn place(&self) -> RoomId {
        let id = match self {
            Destination::Appointment(it) => it.id.as_str(),
            Destination::Meeting(it) => it.id.as_str(),
            Destination::Call(it) => return place_of(it),
        };
        id.parse().expect("one id is as good as another")
    }

    /// Whether nobody comes there any more.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Destination::Appointment(it) => !is_open(it),
            Destination::Meeting(it) => it.ended_at.is_some(),
            Destination::Call(it) => it.is_over(),
        }
    }

    /// The word for it in JSON.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Destination::Appointment(_) => "appointment",
            Destination::Meeting(_) => "meeting",
            Destination::Call(_) => "call",
        }
    }

    /// What to call it. It names no patient: whoever holds a link reads it.
    pub(super) fn title(&self) -> Private<String> {
        match self {
            Destination::Appointment(_) => Private::new("Appointment".to_owned()),
            Destination::Meeting(it) => it.name.clone(),
            Destination::Call(_) => Private::new("Call".to_owned()),
        }
    }

    /// When it starts, if that is known.
    pub(super) fn starts_at(&self) -> Option<Timestamp> {
        match self {
            Destination::Appointment(it) => Some(it.starts_at),
            Destination::Meeting(it) => it.scheduled_at,
            Destination::Call(it) => it.invitation().and_then(|it| it.scheduled_at),
        }
    }

    /// What to call whoever receives people there.
    pub(super) async fn host_name(&self, house: &House) -> Result<Private<String>, ApiError> {
        let Some(host) = self.host() else { return Ok(Private::new(String::new())) };
        house.directory.look_up(&house.store, vec![host.clone()]).await?;
        Ok(house.directory.person(host).name)
    }

    fn host(&self) -> Option<&UserId> {
        match self {
            Destination::Appointment(it) => Some(&it.provider),
            Destination::Meeting(it) => Some(&it.creator),
            Destination::Call(it) => it.caller(),
        }
    }

    /// Whether somebody who is not its host may know that it is there.
    async fn is_seen_by(&self, house: &House, caller: &Caller) -> Result<bool, Problem> {
        if house.is_bound_elsewhere(&caller.actor(), &self.place()).await? {
            return Ok(false);
        }
        match self {
            Destination::Appointment(it) => Ok(it.names(&caller.user)),
            Destination::Meeting(it) => house.is_welcome(it, &caller.user).await,
            Destination::Call(it) => Ok(it.participant(&caller.user).is_some()),
        }
    }
}
