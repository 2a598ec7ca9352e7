//! What an id means where clients know one kind of id only: that of a room, of
//! an appointment, or of a meeting, whether somebody is there or not.

use std::sync::Arc;

use axum::http::StatusCode;
use housecall_core::{
    Actor, Command, Refusal, Room, RoomId, UserId,
    room::{Participant, Reason},
};
use housecall_dialect::Problem;
use housecall_store::{Appointment, Meeting, StoreError};

use super::error::ApiError;
use crate::{
    guests::place_of,
    house::House,
    places::{is_open, may_change},
};

/// Where an id leads.
pub(super) struct Found {
    /// The id, or what the ticket leads to, if it was one.
    pub(super) name: RoomId,
    pub(super) spot: Spot,
    /// Whether the asker may come in. Whoever runs the place may look all the
    /// same.
    pub(super) welcome: bool,
}

/// What is there.
pub(super) enum Spot {
    /// A room that is open, or that is over and was asked for by its own id.
    Room(Arc<Room>),
    /// An appointment nobody is at.
    Appointment(Appointment),
    /// A meeting nobody is at.
    Meeting(Meeting),
}

impl Spot {
    /// The id people come by.
    fn place(&self) -> RoomId {
        let id = match self {
            Spot::Room(room) => return place_of(room),
            Spot::Appointment(it) => it.id.as_str(),
            Spot::Meeting(it) => it.id.as_str(),
        };
        id.parse().expect("one id is as good as another")
    }

    /// Whether nobody comes here any more.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Spot::Room(room) => room.is_over(),
            Spot::Appointment(it) => !is_open(it),
            Spot::Meeting(it) => it.ended_at.is_some(),
        }
    }

    /// The room, if somebody is there or it rings.
    pub(super) fn open_room(&self) -> Option<&Arc<Room>> {
        match self {
            Spot::Room(room) if !room.is_over() => Some(room),
            Spot::Room(_) | Spot::Appointment(_) | Spot::Meeting(_) => None,
        }
    }
}

impl House {
    /// What `by` means by an id, if it is any of their business.
    pub(super) async fn find(&self, id: &str, by: &Actor) -> Result<Found, Problem> {
        let given: RoomId = id.parse().map_err(|_| Refusal::NotAParticipant)?;
        let (holder, name) = self.place_behind(&given);
        if holder.is_some_and(|it| by.user() != Some(&it)) {
            return Err(Refusal::NotAParticipant.into());
        }
        let spot = self.spot(&name, by).await?;
        if let (Some(room), Some(user)) = (spot.open_room(), by.user()) {
            check_not_removed(room, user)?;
        }
        if self.is_bound_elsewhere(by, &spot.place()).await? {
            return Err(Refusal::NotAParticipant.into());
        }
        let welcome = match by.user() {
            Some(user) => self.is_welcome_at(&spot, user).await?,
            None => false,
        };
        match welcome || by.is_admin() {
            true => Ok(Found { name, spot, welcome }),
            false => Err(Refusal::NotAParticipant.into()),
        }
    }

    async fn spot(&self, name: &RoomId, by: &Actor) -> Result<Spot, Problem> {
        if let Some(live) = self.rooms.named(name) {
            return Ok(Spot::Room(live.state()));
        }
        if let Some(it) = self.appointment_named(name).await? {
            return Ok(Spot::Appointment(it));
        }
        match self.meeting_named(name).await? {
            Some(it) => Ok(Spot::Meeting(it)),
            None => Ok(Spot::Room(self.look(name, by).await?)),
        }
    }

    async fn is_welcome_at(&self, spot: &Spot, user: &UserId) -> Result<bool, Problem> {
        match spot {
            Spot::Room(room) => self.is_welcome_in(room, user).await,
            Spot::Appointment(it) => Ok(it.names(user)),
            Spot::Meeting(it) => self.is_welcome(it, user).await,
        }
    }

    async fn is_welcome_in(&self, room: &Room, user: &UserId) -> Result<bool, Problem> {
        let Some(invitation) = room.invitation() else { return Ok(false) };
        if room.participant(user).is_some() || invitation.open {
            return Ok(true);
        }
        match &invitation.meeting {
            Some(meeting) => self.is_on_list(meeting, user).await,
            None => Ok(false),
        }
    }

    /// Says that a visit begins, whoever is there.
    pub(super) async fn begin_visit(&self, name: &RoomId, by: &Actor) -> Result<(), ApiError> {
        // Nobody comes in while it is not yet known whether somebody is there.
        let _opening = self.opening.lock().await;
        match self.spot(name, by).await? {
            Spot::Room(room) => self.ask(room.id(), by, vec![Command::Begin]).await.map(drop)?,
            Spot::Appointment(it) => {
                check_host(may_change(&it, by))?;
                in_time(self.store.start_appointment(&it.id, by, self.now()).await)?;
            }
            Spot::Meeting(_) => return Err(Refusal::NotStarted.into()),
        }
        Ok(())
    }

    /// Ends what is there for everybody, and its appointment or meeting for good.
    pub(super) async fn end_for_all(
        &self,
        name: &RoomId,
        by: &Actor,
        reason: Option<Reason>,
    ) -> Result<(), ApiError> {
        // Nobody comes in while it is being closed.
        let _opening = self.opening.lock().await;
        match self.spot(name, by).await? {
            Spot::Room(room) => {
                self.ask(room.id(), by, vec![Command::End { reason }]).await?;
                self.end_appointment_of(&room, by).await?;
            }
            Spot::Appointment(it) => {
                check_host(may_change(&it, by))?;
                in_time(self.store.complete_appointment(&it.id, by, self.now()).await)?;
            }
            Spot::Meeting(it) => {
                check_host(by.is_admin() || by.user() == Some(&it.creator))?;
                self.store.end_meeting(&it.id, by, self.now()).await?;
            }
        }
        Ok(())
    }

    /// Ends the appointment of a room that was ended, where it did not take that
    /// with it: a call that was made for one leaves it open.
    pub(super) async fn end_appointment_of(&self, room: &Room, by: &Actor) -> Result<(), ApiError> {
        let Some(id) = room.invitation().and_then(|it| it.appointment.as_ref()) else {
            return Ok(());
        };
        let appointment = self.appointment(id, by).await?;
        if appointment.is_some_and(|it| is_open(&it) && may_change(&it, by)) {
            in_time(self.store.complete_appointment(id, by, self.now()).await)?;
        }
        Ok(())
    }
}

/// Refuses whoever a host has put out of an open room.
pub(super) fn check_not_removed(room: &Room, user: &UserId) -> Result<(), Refusal> {
    match room.participant(user).is_some_and(|it| it.removed) {
        true => Err(Refusal::Removed),
        false => Ok(()),
    }
}

/// Whether somebody stands at the door of a room, and knows of nobody in it but
/// its hosts.
pub(super) fn waits(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| it.stage.is_waiting())
}

/// Those in a room whom `viewer` may know to be there.
pub(super) fn people_seen<'a>(
    room: &'a Room,
    viewer: &UserId,
) -> impl Iterator<Item = (&'a UserId, &'a Participant)> {
    let outside = waits(room, viewer);
    room.people_inside().filter(move |(user, _)| !outside || room.is_host(user))
}

fn check_host(may: bool) -> Result<(), ApiError> {
    match may {
        true => Ok(()),
        false => Err(Refusal::Forbidden.into()),
    }
}

/// Of an appointment that somebody begins, ends or cancels too late.
pub(super) fn in_time(changed: Result<Appointment, StoreError>) -> Result<(), ApiError> {
    match changed {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict) => {
            let detail = "This appointment is over or was cancelled, or it has begun already.";
            Err(ApiError::new(StatusCode::CONFLICT, Problem::new("appointment_over", detail)))
        }
        Err(error) => Err(error.into()),
    }
}
