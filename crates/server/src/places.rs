//! Places: the appointments and meetings people come to. Here is who may see, enter
//! and change one, what room is opened for it, and how it follows that room.

use housecall_core::{
    Actor, AppointmentId, Command, MeetingId, Refusal, Room, RoomId, UserId,
    room::{Door, Invitation, Kind, Participant, Phase, Purpose},
};
use housecall_dialect::{News, Problem};
use housecall_store::{Appointment, AppointmentStatus, AppointmentType, Meeting, StoreError};
use serde_json::value::RawValue;

use crate::{
    config::Calls,
    house::{House, unavailable},
};

impl House {
    /// An appointment, if `by` may see it: its two people may, and
    /// administrators.
    pub(crate) async fn appointment(
        &self,
        id: &AppointmentId,
        by: &Actor,
    ) -> Result<Option<Appointment>, StoreError> {
        let appointment = self.store.appointment(id).await?;
        let may_see =
            |it: &Appointment| by.is_admin() || by.user().is_some_and(|who| it.names(who));
        Ok(appointment.filter(may_see))
    }

    pub(crate) async fn is_on_list(
        &self,
        meeting: &MeetingId,
        user: &UserId,
    ) -> Result<bool, Problem> {
        let list = self.store.meeting_access(meeting).await.map_err(unavailable)?;
        Ok(list.contains(user))
    }

    /// Whether somebody may come to a meeting, were it not over.
    pub(crate) async fn is_welcome(&self, it: &Meeting, user: &UserId) -> Result<bool, Problem> {
        Ok(!it.private || it.creator == *user || self.is_on_list(&it.id, user).await?)
    }

    /// What opens the appointment or meeting of this name, if there is one that
    /// `by` may come to. Clients of systems with a calendar of their own come when
    /// that says so; ours, who arrive at the door, when the appointment is near.
    pub(crate) async fn invitation_to(
        &self,
        name: &RoomId,
        by: &Actor,
        at_door: bool,
    ) -> Result<Option<Invitation>, Problem> {
        let Some(user) = by.user() else { return Ok(None) };
        let pass = self.pass_to(by, name).await?;
        let part = pass.as_ref().map(|it| it.part);
        let known = match self.appointment_named(name).await? {
            Some(it) if pass.is_some() || it.names(user) => {
                let at_door = at_door || pass.is_some();
                if !is_open(&it) {
                    return Err(Refusal::Over.into());
                }
                if at_door && self.is_too_early(&it, by) {
                    return Err(too_early(&self.config.calls));
                }
                Some(to_appointment(&it, user, self.door_of(&it)))
            }
            Some(_) => None,
            None => self.invitation_to_meeting(name, user, pass.is_some()).await?,
        };
        let Some(invitation) = known else { return Ok(None) };
        let removed = self.store.removed_from(name).await.map_err(unavailable)?;
        Ok(Some(Invitation { removed, part, ..invitation }))
    }

    async fn invitation_to_meeting(
        &self,
        name: &RoomId,
        user: &UserId,
        has_pass: bool,
    ) -> Result<Option<Invitation>, Problem> {
        let Some(it) = self.meeting_named(name).await? else { return Ok(None) };
        match has_pass || self.is_welcome(&it, user).await? {
            true if it.ended_at.is_none() => Ok(Some(to_meeting(&it))),
            true => Err(Refusal::Over.into()),
            false => Ok(None),
        }
    }

    /// Whether an appointment is not open yet for `by`. Who sees the patient opens
    /// it when they like.
    fn is_too_early(&self, it: &Appointment, by: &Actor) -> bool {
        let begun = it.status == AppointmentStatus::InProgress;
        let opens_later = self.now().plus(self.config.calls.early()) < it.starts_at;
        !begun && !may_change(it, by) && opens_later
    }

    /// Who waits at the door of an appointment.
    pub(crate) fn door_of(&self, it: &Appointment) -> Door {
        it.door.unwrap_or(self.config.calls.consultation_door)
    }

    pub(crate) async fn appointment_named(
        &self,
        name: &RoomId,
    ) -> Result<Option<Appointment>, Problem> {
        let id: AppointmentId = name.as_str().parse().expect("a room's name is an id");
        self.store.appointment(&id).await.map_err(unavailable)
    }

    pub(crate) async fn meeting_named(&self, name: &RoomId) -> Result<Option<Meeting>, Problem> {
        let id: MeetingId = name.as_str().parse().expect("a room's name is an id");
        self.store.meeting(&id).await.map_err(unavailable)
    }

    /// Refuses a call for an appointment of other people.
    pub(crate) async fn check_appointment(&self, call: &Invitation) -> Result<(), Problem> {
        let Some(id) = &call.appointment else { return Ok(()) };
        let known = self.store.appointment(id).await.map_err(unavailable)?;
        let theirs = |it: &Appointment| {
            Some(&it.patient) == call.patient.as_ref()
                && Some(&it.provider) == call.provider.as_ref()
        };
        // An id we do not know is that of the caller's own system.
        match known.is_none_or(|it| theirs(&it)) {
            true => Ok(()),
            false => Err(Problem {
                field: Some("appointmentId".to_owned()),
                ..Problem::new(
                    "not_their_appointment",
                    "This appointment is not one of these two people.",
                )
            }),
        }
    }

    /// The room in which somebody is at the appointment this call is for.
    pub(crate) fn open_visit(&self, by: &Actor, call: &Invitation) -> Option<RoomId> {
        let name = call.appointment.as_ref()?.as_str().parse().ok()?;
        let room = self.rooms.named(&name)?.state();
        let named = by.user().is_some_and(|it| room.participant(it).is_some());
        (named && room.kind() == Kind::Consultation).then(|| room.id().clone())
    }

    /// Asks somebody to come to an appointment both belong to.
    pub(crate) async fn call_in(
        &self,
        by: &Actor,
        user: &UserId,
        appointment: &AppointmentId,
        body: &RawValue,
    ) -> Result<(), Problem> {
        let known = self.store.appointment(appointment).await.map_err(unavailable)?;
        let from = by.user().filter(|it| *it != user);
        let both = |it: &Appointment| from.is_some_and(|from| it.names(from)) && it.names(user);
        let (Some(from), true) = (from, known.is_some_and(|it| both(&it))) else {
            return Err(Refusal::NotAParticipant.into());
        };
        self.invitations.remember(user, appointment, self.now());
        self.tell(user, &News::Called { from, body });
        Ok(())
    }

    /// Ends the open room of an appointment or meeting for all, if it has one.
    pub(crate) async fn close_room_of(&self, place: &str, by: &Actor) -> Result<(), Problem> {
        let name: RoomId = place.parse().expect("the id of a place is an id");
        let Some(live) = self.rooms.named(&name) else { return Ok(()) };
        let room = live.state();
        if room.kind().is_place() {
            self.ask(room.id(), by, vec![Command::End { reason: None }]).await?;
        }
        Ok(())
    }

    /// Has the appointment or meeting of a room follow what happened in it.
    pub(crate) async fn keep_place(&self, by: &Actor, before: &Room, after: &Room) {
        let kept = self.try_to_keep_place(by, before, after).await;
        if let Err(error) = kept {
            tracing::warn!(room = %after.id(), %error, "A place did not follow its room");
        }
    }

    async fn try_to_keep_place(
        &self,
        by: &Actor,
        before: &Room,
        after: &Room,
    ) -> Result<(), StoreError> {
        let Some(invitation) = after.invitation().filter(|it| it.kind.is_place()) else {
            return Ok(());
        };
        let now = self.now();
        let began = before.started_at().is_none() && after.started_at().is_some();
        let closed = matches!(after.phase(), Phase::Over { closed: true, .. });
        if let Some(appointment) = &invitation.appointment {
            if began {
                self.store.start_appointment(appointment, by, now).await?;
            }
            if closed {
                self.close_appointment(appointment, after, by).await?;
            }
        }
        if let Some(meeting) = &invitation.meeting {
            if !invitation.open {
                // Who came by a link has it in their hands, not on the list.
                let comes = |user: &UserId, it: &Participant| {
                    let new = before.participant(user).is_none();
                    new && it.part.is_none() && !it.removed && !invitation.hosts.contains(user)
                };
                for (user, _) in after.participants().filter(|(user, it)| comes(user, it)) {
                    self.store.grant_access(meeting, user, by, now).await?;
                }
            }
            if closed {
                self.store.end_meeting(meeting, by, now).await?;
            }
        }
        Ok(())
    }

    /// An appointment that was ended before the other came, now or ever, did not
    /// take place.
    async fn close_appointment(
        &self,
        id: &AppointmentId,
        room: &Room,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let known = self.store.appointment(id).await?.ok_or(StoreError::NotFound)?;
        let begun = known.status == AppointmentStatus::InProgress;
        match begun || room.started_at().is_some() {
            true => self.store.complete_appointment(id, by, self.now()).await?,
            false => self.cancel_visit(&known, by).await?,
        };
        Ok(())
    }
}

/// Whether `by` may move and cancel an appointment: its provider may, and
/// administrators.
pub(crate) fn may_change(appointment: &Appointment, by: &Actor) -> bool {
    by.is_admin() || by.user() == Some(&appointment.provider)
}

fn too_early(calls: &Calls) -> Problem {
    let minutes = calls.early().as_secs() / 60;
    let message = format!(
        "It is too early to come in. This appointment opens {minutes} minutes before it starts."
    );
    Problem::new("too_early", message)
}

pub(crate) fn is_open(it: &Appointment) -> bool {
    matches!(it.status, AppointmentStatus::Scheduled | AppointmentStatus::InProgress)
}

fn to_appointment(it: &Appointment, first: &UserId, door: Door) -> Invitation {
    let both = [&it.patient, &it.provider];
    let others = both.into_iter().filter(|it| *it != first).cloned().collect();
    let purpose = match it.kind {
        AppointmentType::Audio => Purpose::Audio,
        AppointmentType::Video | AppointmentType::Text => Purpose::Video,
    };
    Invitation {
        kind: Kind::Consultation,
        hosts: vec![it.provider.clone()],
        patient: Some(it.patient.clone()),
        provider: Some(it.provider.clone()),
        appointment: Some(it.id.clone()),
        door,
        ..Invitation::to(others, purpose)
    }
}

fn to_meeting(it: &Meeting) -> Invitation {
    Invitation {
        kind: Kind::Meeting,
        hosts: vec![it.creator.clone()],
        open: !it.private,
        meeting: Some(it.id.clone()),
        door: it.door,
        title: Some(it.name.clone()),
        ..Invitation::to(Vec::new(), Purpose::Video)
    }
}
