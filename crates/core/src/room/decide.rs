//! The decisions: what a command would make happen, or why not.

mod door;
mod meeting;
mod recording;

use self::recording::Said;
use super::*;
use crate::{Actor, RecordingId, Role};

impl Room {
    /// What would happen if `by` asked for `command` at `now`: new entries, in
    /// order, or a refusal. Nothing is changed; the entries take effect when
    /// they are given to [`Room::evolve`].
    ///
    /// No entries means that what was asked for is already so.
    pub fn decide(
        &self,
        now: Timestamp,
        by: &Actor,
        command: Command,
    ) -> Result<Vec<Entry>, Refusal> {
        let mut draft = Draft { room: self.clone(), now, by, entries: Vec::new() };
        match (by, command) {
            (Actor::House, Command::Restart) => draft.restart(),
            (Actor::House, Command::Elapse) => draft.elapse(),
            (Actor::House, Command::Expect { user, part }) => draft.expect(user, part)?,
            (Actor::House, _) => return Err(Refusal::Forbidden),
            (Actor::Person { user, .. }, command) => draft.person(user, command)?,
        }
        Ok(draft.entries)
    }
}

/// A room in which a decision is being tried out.
struct Draft<'a> {
    room: Room,
    now: Timestamp,
    by: &'a Actor,
    entries: Vec<Entry>,
}

impl Draft<'_> {
    fn happens(&mut self, event: Event) {
        let entry = Entry { seq: self.room.seq + 1, at: self.now, by: self.by.clone(), event };
        self.room.evolve(&entry);
        self.entries.push(entry);
    }

    fn person(&mut self, user: &UserId, command: Command) -> Result<(), Refusal> {
        if let Command::Initiate(invitation) = command {
            return self.initiate(user, invitation);
        }
        let named = self.room.participant(user).is_some();
        if !named && !self.by.is_admin() && !self.may_come(user, &command) {
            return Err(Refusal::NotAParticipant);
        }
        if self.room.phase == Phase::Blank {
            return Err(Refusal::NotAParticipant);
        }
        if self.room.is_over() {
            return match command {
                // The connection of someone who was in it: nothing to lose. Nor
                // has anybody anything to hang up.
                Command::LoseConnection { .. } | Command::HangUp { .. } => Ok(()),
                _ => Err(Refusal::Over),
            };
        }
        if self.is_removed(user) {
            return match command {
                Command::LoseConnection { .. } | Command::HangUp { .. } => Ok(()),
                _ => Err(Refusal::Removed),
            };
        }
        match command {
            Command::Initiate(_) => Err(Refusal::AlreadyExists),
            Command::Answer { device } => self.answer(user, device),
            Command::Decline { reason } => self.decline(user, reason),
            Command::Cancel { reason } => self.cancel(user, reason),
            Command::Join { device, media, other } => self.join(user, device, media, other),
            Command::Resume { device, media } => self.resume(user, device, media),
            Command::Leave { device, reason } => self.leave(user, device.as_ref(), reason),
            Command::ChangeMedia { device, audio, video, screen } => {
                self.change_media(user, device.as_ref(), audio, video, screen)
            }
            Command::End { reason } => self.end(user, reason),
            Command::HangUp { device, reason } => self.hang_up(user, &device, reason),
            Command::Reschedule { at } => self.reschedule(user, at),
            Command::Begin => self.begin(user),
            Command::Arrive { device, media, check } => self.arrive(user, device, media, check),
            Command::Admit { user: guest } => self.admit(user, guest),
            Command::AdmitAll => self.admit_all(user),
            Command::TurnAway { user: guest, reason } => self.turn_away(user, &guest, reason),
            Command::Remove { user: guest, reason } => self.remove(user, &guest, reason),
            Command::Lock { locked } => self.lock(user, locked),
            Command::SetDoor { door } => self.set_door(user, door),
            Command::MakeHost { user: whom, host } => self.make_host(user, whom, host),
            Command::AskToMute { user: whom } => self.ask_to_mute(user, whom),
            Command::RaiseHand { user: whose, raised } => self.raise_hand(user, whose, raised),
            Command::Say { message, to, file, key } => self.say(user, message, to, file, key),
            Command::AskConsent { covers, wording } => self.ask_consent(user, covers, wording),
            Command::Consent { user: whose, agreed: true, method, covers, wording } => {
                self.give_consent(user, Said { whose, method, covers, wording })
            }
            Command::Consent { user: whose, agreed: false, .. } => {
                self.withhold_consent(user, &whose)
            }
            Command::StartRecording { recording, covers, newcomers } => {
                self.start_recording(user, recording, covers, newcomers)
            }
            Command::StopRecording { recording } => self.stop_recording(user, recording.as_ref()),
            Command::LoseConnection { device } => {
                self.lose_connection(user, &device);
                Ok(())
            }
            Command::Restart | Command::Elapse | Command::Expect { .. } => Err(Refusal::Forbidden),
        }
    }

    fn initiate(&mut self, caller: &UserId, invitation: Invitation) -> Result<(), Refusal> {
        if self.room.phase != Phase::Blank {
            return Err(Refusal::AlreadyExists);
        }
        let callees = &invitation.callees;
        if callees.is_empty() && !invitation.kind.is_place() {
            return Err(Refusal::NobodyToCall);
        }
        if callees.contains(caller) {
            return Err(Refusal::CannotCallYourself);
        }
        if callees.iter().enumerate().any(|(i, it)| callees[..i].contains(it)) {
            return Err(Refusal::NamedTwice);
        }
        if callees.len() >= self.room.rules.most_people {
            return Err(Refusal::TooManyPeople);
        }
        if invitation.removed.contains(caller) {
            return Err(Refusal::Removed);
        }
        self.happens(Event::Initiated { caller: caller.clone(), invitation });
        // At a place it rings when somebody is in: who only waits rings nobody.
        if self.room.phase == Phase::Ringing {
            self.ring();
        }
        Ok(())
    }

    fn reschedule(&mut self, user: &UserId, at: Timestamp) -> Result<(), Refusal> {
        let Phase::Scheduled { at: before } = self.room.phase else {
            return Err(Refusal::AlreadyStarted);
        };
        if !self.may_plan(user) {
            return Err(Refusal::Forbidden);
        }
        if at <= self.now {
            return Err(Refusal::TimePassed);
        }
        if at != before {
            self.happens(Event::Rescheduled { at });
        }
        Ok(())
    }

    fn ring(&mut self) {
        let until = self.now.plus(self.room.rules.ring);
        self.happens(Event::Rang { until });
    }

    fn answer(&mut self, user: &UserId, device: Option<DeviceId>) -> Result<(), Refusal> {
        match &self.participant(user)?.stage {
            // Who said no may change their mind while the call lasts.
            Stage::Ringing | Stage::Invited | Stage::Declined => {}
            // Who is waited for may come late.
            Stage::Missed if self.room.kind().is_place() => {}
            Stage::Accepted { device: winner, .. } => {
                return match (winner, &device) {
                    (Some(winner), Some(device)) if winner == device => Ok(()),
                    (Some(_), Some(_)) => Err(Refusal::AnsweredElsewhere),
                    _ => Err(Refusal::AlreadyAnswered),
                };
            }
            Stage::Present { device: winner } | Stage::Lost { device: winner, .. } => {
                return match &device {
                    Some(device) if device == winner => Ok(()),
                    Some(_) => Err(Refusal::AnsweredElsewhere),
                    None => Err(Refusal::AlreadyAnswered),
                };
            }
            _ => return Err(Refusal::NotRinging),
        }
        let until = self.now.plus(self.room.rules.arrival);
        self.happens(Event::Answered { user: user.clone(), device, until });
        Ok(())
    }

    fn decline(&mut self, user: &UserId, reason: Option<Reason>) -> Result<(), Refusal> {
        match self.participant(user)?.stage {
            Stage::Ringing | Stage::Invited => {}
            Stage::Accepted { .. } | Stage::Present { .. } | Stage::Lost { .. } => {
                return Err(Refusal::AlreadyAnswered);
            }
            _ => return Err(Refusal::NotRinging),
        }
        self.happens(Event::Declined { user: user.clone(), reason: reason.clone() });
        self.end_if_nobody_is_left(reason);
        Ok(())
    }

    fn cancel(&mut self, user: &UserId, reason: Option<Reason>) -> Result<(), Refusal> {
        if self.is_active() {
            return Err(Refusal::AlreadyStarted);
        }
        if !self.may_plan(user) {
            return self.decline(user, reason);
        }
        self.ends(Outcome::Cancelled, reason);
        Ok(())
    }

    fn join(
        &mut self,
        user: &UserId,
        device: DeviceId,
        media: Media,
        other: OtherDevice,
    ) -> Result<(), Refusal> {
        if self.room.participant(user).is_none() && !self.is_open() {
            return Err(Refusal::NotAParticipant);
        }
        self.check_lock(user)?;
        if other == OtherDevice::Prevails {
            self.check_winner(user, &device)?;
        }
        if self.waits_at_door(user, false) {
            return self.come_to_door(user, device, media, None, false);
        }
        match self.room.participant(user).map(|it| &it.stage) {
            Some(Stage::Ringing) => self.answer(user, Some(device.clone()))?,
            Some(Stage::Invited | Stage::Declined) if !self.is_active() => {
                self.answer(user, Some(device.clone()))?;
            }
            // Whoever is in stays as they are.
            Some(Stage::Present { .. }) if other == OtherDevice::Stays => return Ok(()),
            // Said twice. A page that was reloaded takes over from itself.
            Some(Stage::Present { device: present })
                if *present == device && other == OtherDevice::Prevails =>
            {
                let Media { audio, video, screen } = self.may_send(user, media);
                return self.change_media(
                    user,
                    Some(&device),
                    Some(audio),
                    Some(video),
                    Some(screen),
                );
            }
            Some(Stage::Present { .. }) if other == OtherDevice::Prevails => {
                return Err(Refusal::OnAnotherDevice);
            }
            _ => {}
        }
        self.comes_in(user, device, media)
    }

    /// Refuses the other devices of who answered with one, be it at the door or
    /// inside.
    fn check_winner(&self, user: &UserId, device: &DeviceId) -> Result<(), Refusal> {
        match self.room.participant(user).map(|it| &it.stage) {
            Some(Stage::Accepted { device: Some(winner), .. }) if winner != device => {
                Err(Refusal::AnsweredElsewhere)
            }
            _ => Ok(()),
        }
    }

    fn comes_in(&mut self, user: &UserId, device: DeviceId, media: Media) -> Result<(), Refusal> {
        self.check_for_room(user)?;
        self.recording_waits_for(user);
        self.ring_for_the_absent(user);
        let media = self.may_send(user, media);
        self.happens(Event::Joined { user: user.clone(), device, media });
        Ok(())
    }

    /// Whoever is in first at a place rings those it is meant for, but not the one
    /// who let them in.
    fn ring_for_the_absent(&mut self, newcomer: &UserId) {
        let callees = self.room.invitation.as_ref().map(|it| it.callees.as_slice());
        let absent = |it: &&UserId| {
            *it != newcomer
                && self.by.user() != Some(it)
                && self.room.participant(it).is_some_and(|it| it.stage == Stage::Invited)
        };
        let rings = self.room.kind().is_place() && self.room.ring_until.is_none();
        if rings && callees.unwrap_or_default().iter().any(|it| absent(&it)) {
            self.ring();
        }
    }

    /// Whether there is a place left for `user`.
    fn check_for_room(&self, user: &UserId) -> Result<(), Refusal> {
        let takes_a_place = |it: &Stage| it.is_in_room() || matches!(it, Stage::Accepted { .. });
        let people = self
            .room
            .participants
            .iter()
            .filter(|(id, it)| *id != user && takes_a_place(&it.stage));
        match people.count() < self.room.rules.most_people {
            true => Ok(()),
            false => Err(Refusal::RoomFull),
        }
    }

    fn resume(&mut self, user: &UserId, device: DeviceId, media: Media) -> Result<(), Refusal> {
        match self.room.participant(user).map(|it| &it.stage) {
            Some(Stage::Present { device: present }) if *present == device => Ok(()),
            Some(Stage::Lost { .. }) => {
                self.happens(Event::ConnectionResumed { user: user.clone(), device });
                Ok(())
            }
            _ => self.join(user, device, media, OtherDevice::IsPutOut),
        }
    }

    fn leave(
        &mut self,
        user: &UserId,
        device: Option<&DeviceId>,
        reason: Option<Reason>,
    ) -> Result<(), Refusal> {
        if !self.waits_with(user, device) {
            self.check_inside_with(user, device)?;
        }
        self.goes(user, Departure::Left, reason);
        Ok(())
    }

    fn goes(&mut self, user: &UserId, departure: Departure, reason: Option<Reason>) {
        self.records_no_longer(user);
        self.happens(Event::Left { user: user.clone(), departure, reason: reason.clone() });
        self.recording_goes_on();
        self.let_in_who_agreed();
        self.end_if_nobody_is_left(reason);
    }

    fn change_media(
        &mut self,
        user: &UserId,
        device: Option<&DeviceId>,
        audio: Option<bool>,
        video: Option<bool>,
        screen: Option<bool>,
    ) -> Result<(), Refusal> {
        self.check_inside_with(user, device)?;
        let before = self.participant(user)?.media;
        let media = Media {
            audio: audio.unwrap_or(before.audio),
            video: video.unwrap_or(before.video),
            screen: screen.unwrap_or(before.screen),
        };
        if media != Media::OFF && self.only_observes(user) {
            return Err(Refusal::Forbidden);
        }
        if media != before {
            self.happens(Event::MediaChanged { user: user.clone(), media });
        }
        Ok(())
    }

    fn end(&mut self, user: &UserId, reason: Option<Reason>) -> Result<(), Refusal> {
        match self.room.phase {
            Phase::Active if self.may_end(user) => {
                self.recording_stops();
                let outcome = self.how_it_went();
                self.happens(Event::Ended { outcome, reason, closed: true });
                Ok(())
            }
            Phase::Active => Err(Refusal::Forbidden),
            _ => self.cancel(user, reason),
        }
    }

    fn hang_up(
        &mut self,
        user: &UserId,
        device: &DeviceId,
        reason: Option<Reason>,
    ) -> Result<(), Refusal> {
        match self.end(user, reason.clone()) {
            Err(Refusal::Forbidden)
                if self.room.is_in_with(user, device).is_ok()
                    || self.waits_with(user, Some(device)) =>
            {
                self.leave(user, Some(device), reason)
            }
            Err(Refusal::Forbidden) => self.decline(user, reason),
            done => done,
        }
    }

    fn ends(&mut self, outcome: Outcome, reason: Option<Reason>) {
        self.recording_stops();
        self.happens(Event::Ended { outcome, reason, closed: false });
    }

    fn begin(&mut self, user: &UserId) -> Result<(), Refusal> {
        if !self.is_active() {
            return Err(Refusal::NotStarted);
        }
        if !self.speaks_for_the_call(user) {
            return Err(Refusal::Forbidden);
        }
        if !self.room.begun {
            self.happens(Event::Begun);
        }
        Ok(())
    }

    fn lose_connection(&mut self, user: &UserId, device: &DeviceId) {
        let grace = if self.room.is_in_with(user, device).is_ok() {
            self.room.rules.grace
        } else if self.waits_connected(user) && self.waits_with(user, Some(device)) {
            self.room.rules.door_grace
        } else {
            return;
        };
        let until = self.now.plus(grace);
        self.happens(Event::ConnectionLost { user: user.clone(), until });
    }

    fn restart(&mut self) {
        if self.room.is_over() {
            return;
        }
        let until = self.now.plus(self.room.rules.grace);
        for user in self.everybody_at(|stage| matches!(stage, Stage::Present { .. })) {
            self.happens(Event::ConnectionLost { user, until });
        }
        let until = self.now.plus(self.room.rules.door_grace);
        for user in self.everybody_at(Stage::is_waiting) {
            if self.waits_connected(&user) {
                self.happens(Event::ConnectionLost { user, until });
            }
        }
    }

    fn elapse(&mut self) {
        let now = self.now;
        if self.room.next_deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        for user in self.everybody_at(|stage| stage.deadline().is_some_and(|it| it <= now)) {
            if self.room.is_over() {
                return;
            }
            let departure = match self.room.participants[&user].stage {
                Stage::Accepted { .. } => Departure::NeverCame,
                _ => Departure::ConnectionLost,
            };
            self.goes(&user, departure, None);
        }
        if self.room.rings_at().is_some_and(|at| at <= now) {
            self.ring();
        }
        match self.room.phase {
            Phase::Scheduled { .. } if self.room.reminds_at().is_some_and(|it| it <= now) => {
                self.happens(Event::Reminded);
            }
            Phase::Ringing if self.ring_is_over() => {
                self.ends(Outcome::Missed, None);
            }
            Phase::Active => self.tidy_active(),
            _ => {}
        }
    }

    fn tidy_active(&mut self) {
        if self.ring_is_over() {
            for user in self.everybody_at(|stage| *stage == Stage::Ringing) {
                self.happens(Event::Missed { user });
            }
            self.end_if_nobody_is_left(None);
        }
        let alone = self.room.alone_since.map(|since| since.plus(self.room.rules.alone));
        if alone.is_some_and(|until| until <= self.now) && !self.room.is_over() {
            self.ends(self.how_it_went(), None);
        }
    }

    fn ring_is_over(&self) -> bool {
        self.room.ring_until.is_some_and(|until| until <= self.now)
    }

    /// A call that nobody is in, or on the way to, is over at once. While it
    /// rings, that takes all callees to have said no, or the caller to have
    /// come in and gone.
    fn end_if_nobody_is_left(&mut self, reason: Option<Reason>) {
        let outcome = match self.room.phase {
            Phase::Active => (self.room.people_coming() == 0).then_some(self.how_it_went()),
            Phase::Ringing | Phase::Scheduled { .. } if self.all_callees_declined() => {
                Some(Outcome::Declined)
            }
            Phase::Ringing if self.caller_has_gone() => Some(Outcome::Cancelled),
            _ => None,
        };
        if let Some(outcome) = outcome {
            self.ends(outcome, reason);
        }
    }

    /// How a room comes out that people were in.
    fn how_it_went(&self) -> Outcome {
        match (self.room.kind(), self.room.started_at) {
            (Kind::Consultation, None) => Outcome::Missed,
            _ => Outcome::Completed,
        }
    }

    fn all_callees_declined(&self) -> bool {
        let callees = self.room.invitation.as_ref().map(|it| it.callees.as_slice());
        let declined = |it: &UserId| {
            let participant = self.room.participant(it);
            participant.is_some_and(|it| it.stage == Stage::Declined || it.removed)
        };
        callees.unwrap_or_default().iter().all(declined)
    }

    fn caller_has_gone(&self) -> bool {
        let caller = self.room.caller.as_ref().and_then(|it| self.room.participant(it));
        caller.is_some_and(|it| matches!(it.stage, Stage::Left(_)))
    }

    /// The hosts and whoever runs the house decide for all; in a call, the
    /// caller.
    fn speaks_for_the_call(&self, user: &UserId) -> bool {
        self.room.is_host(user) || self.by.is_admin()
    }

    /// What two have agreed upon either may move or call off.
    fn may_plan(&self, user: &UserId) -> bool {
        let planned = matches!(self.room.phase, Phase::Scheduled { .. });
        self.speaks_for_the_call(user) || (planned && self.is_between_two())
    }

    fn may_end(&self, user: &UserId) -> bool {
        let between_two = !self.room.kind().is_place() && self.is_between_two();
        self.speaks_for_the_call(user) || between_two
    }

    /// Whether somebody who was not named may ask for this: coming to an open
    /// room, and agreeing to be recorded before they do.
    fn may_come(&self, user: &UserId, command: &Command) -> bool {
        let comes = match command {
            Command::Join { .. } | Command::Resume { .. } | Command::Arrive { .. } => true,
            Command::Consent { user: whose, .. } => whose == user,
            _ => false,
        };
        comes && self.is_open()
    }

    fn is_open(&self) -> bool {
        self.room.invitation.as_ref().is_some_and(|it| it.open && it.kind.is_place())
    }

    /// Whether `user` is in the room with this device, or with any if none is
    /// named.
    fn check_inside_with(&self, user: &UserId, device: Option<&DeviceId>) -> Result<(), Refusal> {
        match device {
            Some(device) => self.room.is_in_with(user, device),
            None => self.check_inside(user),
        }
    }

    /// Whether `user` is in the room, with whatever device.
    fn check_inside(&self, user: &UserId) -> Result<(), Refusal> {
        match self.participant(user)?.stage.is_in_room() {
            true => Ok(()),
            false => Err(Refusal::NotInRoom),
        }
    }

    fn is_active(&self) -> bool {
        self.room.phase == Phase::Active
    }

    fn is_between_two(&self) -> bool {
        self.room.participants.len() <= 2
    }

    fn participant(&self, user: &UserId) -> Result<&Participant, Refusal> {
        self.room.participant(user).ok_or(Refusal::NotAParticipant)
    }

    fn everybody_at(&self, stage: impl Fn(&Stage) -> bool) -> Vec<UserId> {
        let found = self.room.participants.iter().filter(|(_, it)| stage(&it.stage));
        found.map(|(user, _)| user.clone()).collect()
    }
}
