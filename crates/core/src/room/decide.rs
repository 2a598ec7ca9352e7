//! The decisions: what a command would make happen, or why not.

use super::*;
use crate::Actor;

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
        if self.room.participant(user).is_none() && !self.by.is_admin() {
            return Err(Refusal::NotAParticipant);
        }
        if self.room.phase == Phase::Blank {
            return Err(Refusal::NotAParticipant);
        }
        if self.room.is_over() {
            return match command {
                // The connection of someone who was in it: nothing to lose.
                Command::LoseConnection { .. } => Ok(()),
                _ => Err(Refusal::Over),
            };
        }
        match command {
            Command::Initiate(_) => Err(Refusal::AlreadyExists),
            Command::Answer { device } => self.answer(user, device),
            Command::Decline { reason } => self.decline(user, reason),
            Command::Cancel { reason } => self.cancel(user, reason),
            Command::Join { device, media, take_over } => self.join(user, device, media, take_over),
            Command::Resume { device, media } => self.resume(user, device, media),
            Command::Leave { device, reason } => self.leave(user, &device, reason),
            Command::ChangeMedia { device, audio, video, screen } => {
                self.change_media(user, &device, audio, video, screen)
            }
            Command::End { reason } => self.end(user, reason),
            Command::LoseConnection { device } => {
                self.lose_connection(user, &device);
                Ok(())
            }
            Command::Restart | Command::Elapse => Err(Refusal::Forbidden),
        }
    }

    fn initiate(&mut self, caller: &UserId, invitation: Invitation) -> Result<(), Refusal> {
        if self.room.phase != Phase::Blank {
            return Err(Refusal::AlreadyExists);
        }
        let callees = &invitation.callees;
        if callees.is_empty() {
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
        self.happens(Event::Initiated { caller: caller.clone(), invitation });
        if self.room.phase == Phase::Ringing {
            self.ring();
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
        if !self.speaks_for_the_call(user) {
            return self.decline(user, reason);
        }
        self.happens(Event::Ended { outcome: Outcome::Cancelled, reason });
        Ok(())
    }

    fn join(
        &mut self,
        user: &UserId,
        device: DeviceId,
        media: Media,
        take_over: bool,
    ) -> Result<(), Refusal> {
        match &self.participant(user)?.stage {
            Stage::Ringing => self.answer(user, Some(device.clone()))?,
            Stage::Invited | Stage::Declined if !self.is_active() => {
                self.answer(user, Some(device.clone()))?;
            }
            Stage::Accepted { device: Some(winner), .. } if *winner != device && !take_over => {
                return Err(Refusal::AnsweredElsewhere);
            }
            // Said twice. A page that was reloaded takes over from itself.
            Stage::Present { device: present } if *present == device && !take_over => {
                return self.change_media(
                    user,
                    &device,
                    Some(media.audio),
                    Some(media.video),
                    Some(media.screen),
                );
            }
            Stage::Present { .. } if !take_over => return Err(Refusal::OnAnotherDevice),
            _ => {}
        }
        self.happens(Event::Joined { user: user.clone(), device, media });
        Ok(())
    }

    fn resume(&mut self, user: &UserId, device: DeviceId, media: Media) -> Result<(), Refusal> {
        match &self.participant(user)?.stage {
            Stage::Present { device: present } if *present == device => Ok(()),
            Stage::Lost { .. } => {
                self.happens(Event::ConnectionResumed { user: user.clone(), device });
                Ok(())
            }
            _ => self.join(user, device, media, true),
        }
    }

    fn leave(
        &mut self,
        user: &UserId,
        device: &DeviceId,
        reason: Option<Reason>,
    ) -> Result<(), Refusal> {
        self.room.is_in_with(user, device)?;
        self.goes(user, Departure::Left, reason);
        Ok(())
    }

    fn goes(&mut self, user: &UserId, departure: Departure, reason: Option<Reason>) {
        self.happens(Event::Left { user: user.clone(), departure, reason: reason.clone() });
        self.end_if_nobody_is_left(reason);
    }

    fn change_media(
        &mut self,
        user: &UserId,
        device: &DeviceId,
        audio: Option<bool>,
        video: Option<bool>,
        screen: Option<bool>,
    ) -> Result<(), Refusal> {
        self.room.is_in_with(user, device)?;
        let before = self.participant(user)?.media;
        let media = Media {
            audio: audio.unwrap_or(before.audio),
            video: video.unwrap_or(before.video),
            screen: screen.unwrap_or(before.screen),
        };
        if media != before {
            self.happens(Event::MediaChanged { user: user.clone(), media });
        }
        Ok(())
    }

    fn end(&mut self, user: &UserId, reason: Option<Reason>) -> Result<(), Refusal> {
        match self.room.phase {
            Phase::Active if self.speaks_for_the_call(user) || self.is_between_two() => {
                self.happens(Event::Ended { outcome: Outcome::Completed, reason });
                Ok(())
            }
            Phase::Active => Err(Refusal::Forbidden),
            _ => self.cancel(user, reason),
        }
    }

    fn lose_connection(&mut self, user: &UserId, device: &DeviceId) {
        if self.room.is_in_with(user, device).is_ok() {
            let until = self.now.plus(self.room.rules.grace);
            self.happens(Event::ConnectionLost { user: user.clone(), until });
        }
    }

    fn restart(&mut self) {
        if self.room.is_over() {
            return;
        }
        let until = self.now.plus(self.room.rules.grace);
        for user in self.everybody_at(|stage| matches!(stage, Stage::Present { .. })) {
            self.happens(Event::ConnectionLost { user, until });
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
        match self.room.phase {
            Phase::Scheduled { at } if at <= now => self.ring(),
            Phase::Ringing if self.ring_is_over() => {
                self.happens(Event::Ended { outcome: Outcome::Missed, reason: None });
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
            self.happens(Event::Ended { outcome: Outcome::Completed, reason: None });
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
            Phase::Active => (!self.anybody_is_coming()).then_some(Outcome::Completed),
            Phase::Ringing | Phase::Scheduled { .. } if self.all_callees_declined() => {
                Some(Outcome::Declined)
            }
            Phase::Ringing if self.caller_has_gone() => Some(Outcome::Cancelled),
            _ => None,
        };
        if let Some(outcome) = outcome {
            self.happens(Event::Ended { outcome, reason });
        }
    }

    fn anybody_is_coming(&self) -> bool {
        self.room.participants.values().any(|it| it.stage.is_coming())
    }

    fn all_callees_declined(&self) -> bool {
        let caller = self.room.caller.as_ref();
        let mut callees = self.room.participants.iter().filter(|(id, _)| Some(*id) != caller);
        callees.all(|(_, it)| it.stage == Stage::Declined)
    }

    fn caller_has_gone(&self) -> bool {
        let caller = self.room.caller.as_ref().and_then(|it| self.room.participant(it));
        caller.is_some_and(|it| matches!(it.stage, Stage::Left(_)))
    }

    /// The caller and whoever runs the place decide for all.
    fn speaks_for_the_call(&self, user: &UserId) -> bool {
        self.room.caller.as_ref() == Some(user)
            || self.by.is_admin()
            || (self.is_between_two() && matches!(self.room.phase, Phase::Scheduled { .. }))
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
