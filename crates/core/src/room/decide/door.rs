//! Who comes in, who waits, and who stays out.

use super::*;

/// How many people wait at one door at most.
const MOST_WAITING: usize = 50;

impl Draft<'_> {
    pub(super) fn arrive(
        &mut self,
        user: &UserId,
        device: DeviceId,
        media: Media,
        check: Option<DeviceCheck>,
    ) -> Result<(), Refusal> {
        if self.room.participant(user).is_none() && !self.is_open() {
            return Err(Refusal::NotAParticipant);
        }
        self.check_lock(user)?;
        self.check_winner(user, &device)?;
        match self.waits_at_door(user, true) {
            true => self.come_to_door(user, device, media, check, true),
            false => self.join(user, device, media, OtherDevice::Prevails),
        }
    }

    /// Refuses whoever would come into a locked room. Who is in, was let in, or
    /// stands at the door already, is not a newcomer.
    pub(super) fn check_lock(&self, user: &UserId) -> Result<(), Refusal> {
        let known = self
            .room
            .participant(user)
            .is_some_and(|it| it.stage.is_in_room() || it.stage.is_waiting());
        match self.room.locked && !known && !self.speaks_for_the_call(user) {
            true => Err(Refusal::RoomLocked),
            false => Ok(()),
        }
    }

    /// Whether the door keeps `user`, whose client can show a waiting room or
    /// not. Whoever waits goes on waiting.
    pub(super) fn waits_at_door(&self, user: &UserId, shows_waiting: bool) -> bool {
        let participant = self.room.participant(user);
        let inside = participant.is_some_and(|it| it.stage.is_in_room());
        if inside || self.speaks_for_the_call(user) {
            return false;
        }
        self.waits_to_agree(user) || self.door_keeps(user, shows_waiting)
    }

    /// Whether the door keeps whoever is not in and does not decide, recording or
    /// not.
    fn door_keeps(&self, user: &UserId, shows_waiting: bool) -> bool {
        let participant = self.room.participant(user);
        if participant.is_some_and(|it| it.admitted) {
            return false;
        }
        if let Some(waiting) = participant.filter(|it| it.stage.is_waiting()) {
            return !waiting.awaits_consent;
        }
        let place = self.room.kind().is_place();
        // Who was called by name is asked in, guest or not.
        let guest = place && self.is_guest() || participant.is_some_and(|it| it.part.is_some());
        match self.room.door {
            Door::Open => false,
            Door::Usual => guest || (place && shows_waiting),
            Door::Strict => guest || place,
        }
    }

    pub(super) fn come_to_door(
        &mut self,
        user: &UserId,
        device: DeviceId,
        media: Media,
        check: Option<DeviceCheck>,
        shows_waiting: bool,
    ) -> Result<(), Refusal> {
        let awaits_consent = !self.door_keeps(user, shows_waiting);
        if let Some(Stage::Waiting { device: before, check: known, lost_until, .. }) =
            self.room.participant(user).map(|it| &it.stage)
        {
            let same = *before == device && (check.is_none() || check == *known);
            if same && lost_until.is_some() {
                self.happens(Event::ConnectionResumed { user: user.clone(), device });
            } else if !same {
                let (check, user) = (check.or(*known), user.clone());
                self.happens(Event::CameToDoor { user, device, media, check, awaits_consent });
            }
            return Ok(());
        }
        if self.room.people_waiting().count() >= MOST_WAITING {
            return Err(Refusal::RoomFull);
        }
        let user = user.clone();
        self.happens(Event::CameToDoor { user, device, media, check, awaits_consent });
        Ok(())
    }

    pub(super) fn expect(&mut self, user: UserId, part: Option<Part>) -> Result<(), Refusal> {
        if self.room.is_over() {
            return Err(Refusal::Over);
        }
        if self.is_removed(&user) {
            return Err(Refusal::Removed);
        }
        if self.room.participant(&user).is_some() {
            return Ok(());
        }
        self.check_for_one_more()?;
        self.happens(Event::Expected { user, part });
        Ok(())
    }

    /// The people of an appointment may bring somebody as far as the door; only
    /// a host lets anybody in.
    pub(super) fn admit(&mut self, by: &UserId, guest: UserId) -> Result<(), Refusal> {
        if !self.speaks_for_the_call(by) {
            return match self.is_party(by) {
                true => self.expect(guest, None),
                false => Err(Refusal::Forbidden),
            };
        }
        let known = self.room.participant(&guest);
        if known.is_some_and(|it| it.admitted || it.stage.is_in_room()) {
            return Ok(());
        }
        if known.is_none() {
            self.check_for_one_more()?;
        }
        self.let_in(guest)
    }

    pub(super) fn admit_all(&mut self, by: &UserId) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        let mut waiting: Vec<_> = self
            .room
            .people_waiting()
            .filter(|(_, it)| !it.admitted)
            .map(|(user, it)| (waits_since(it), user.clone()))
            .collect();
        waiting.sort();
        for (first, (_, user)) in waiting.into_iter().enumerate() {
            match self.let_in(user) {
                // Whom there is no room for goes on waiting.
                Err(Refusal::RoomFull) if first > 0 => return Ok(()),
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Who waits and is connected is in at once, or as soon as they agree to the
    /// recording that keeps them.
    fn let_in(&mut self, user: UserId) -> Result<(), Refusal> {
        let comes = self.waits_connected(&user) && !self.waits_to_agree(&user);
        if comes {
            self.check_for_room(&user)?;
        }
        self.happens(Event::Admitted { user: user.clone() });
        if comes { self.comes_in_from_door(&user) } else { Ok(()) }
    }

    /// Nothing happens to who does not wait, or whose connection is lost.
    pub(super) fn comes_in_from_door(&mut self, user: &UserId) -> Result<(), Refusal> {
        match self.room.participant(user).map(|it| it.stage.clone()) {
            Some(Stage::Waiting { device, media, lost_until: None, .. }) => {
                self.comes_in(user, device, media)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn turn_away(
        &mut self,
        by: &UserId,
        guest: &UserId,
        reason: Option<Reason>,
    ) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        if !self.room.participant(guest).is_some_and(|it| it.stage.is_waiting()) {
            return Err(Refusal::NotWaiting);
        }
        self.goes(guest, Departure::TurnedAway, reason);
        Ok(())
    }

    pub(super) fn remove(
        &mut self,
        by: &UserId,
        guest: &UserId,
        reason: Option<Reason>,
    ) -> Result<(), Refusal> {
        self.check_decides_about(by, guest)?;
        if !self.is_removed(guest) {
            if self.room.hosts.contains(guest) {
                self.happens(Event::HostChanged { user: guest.clone(), host: false });
            }
            self.goes(guest, Departure::Removed, reason);
        }
        Ok(())
    }

    pub(super) fn is_removed(&self, user: &UserId) -> bool {
        self.room.participant(user).is_some_and(|it| it.removed)
    }

    /// Whether somebody stands at the door with this device, or with any if none
    /// is named.
    pub(super) fn waits_with(&self, user: &UserId, device: Option<&DeviceId>) -> bool {
        let stage = self.room.participant(user).map(|it| &it.stage);
        let waits = stage.filter(|it| it.is_waiting()).and_then(Stage::device);
        waits.is_some_and(|it| device.is_none_or(|device| it == device))
    }

    pub(super) fn waits_connected(&self, user: &UserId) -> bool {
        let stage = self.room.participant(user).map(|it| &it.stage);
        matches!(stage, Some(Stage::Waiting { lost_until: None, .. }))
    }

    fn is_guest(&self) -> bool {
        matches!(self.by, Actor::Person { role: Role::Guest, .. })
    }

    fn is_party(&self, user: &UserId) -> bool {
        self.room.invitation.as_ref().is_some_and(|it| {
            it.patient.as_ref() == Some(user) || it.provider.as_ref() == Some(user)
        })
    }

    fn check_for_one_more(&self) -> Result<(), Refusal> {
        let many = self.room.participants.len() >= self.room.rules.most_people;
        match many && self.room.kind() != Kind::Meeting {
            true => Err(Refusal::TooManyPeople),
            false => Ok(()),
        }
    }
}

fn waits_since(it: &Participant) -> Timestamp {
    match it.stage {
        Stage::Waiting { since, .. } => since,
        _ => it.invited_at,
    }
}
