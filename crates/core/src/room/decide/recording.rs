//! Who may be recorded, and when.

use super::*;

/// What somebody says about being recorded.
pub(super) struct Said {
    pub(super) whose: UserId,
    pub(super) method: ConsentMethod,
    pub(super) covers: Option<Covered>,
    pub(super) wording: Option<Wording>,
}

impl Draft<'_> {
    pub(super) fn ask_consent(
        &mut self,
        user: &UserId,
        covers: Covered,
        wording: Option<Wording>,
    ) -> Result<(), Refusal> {
        self.check_records(user, covers)?;
        let same =
            |it: &RecordingRequest| (&it.by, it.covers, &it.wording) == (user, covers, &wording);
        if !self.room.request.as_ref().is_some_and(same) {
            self.happens(Event::RecordingAsked { user: user.clone(), covers, wording });
        }
        Ok(())
    }

    pub(super) fn give_consent(&mut self, by: &UserId, said: Said) -> Result<(), Refusal> {
        let Said { whose, method, covers, wording } = said;
        if *by != whose && !self.may_record() {
            return Err(Refusal::Forbidden);
        }
        if *by != whose || !self.is_open() {
            self.participant(&whose)?;
        }
        let covers = covers.or_else(|| self.room.asked_of_all()).unwrap_or(Covered::ALL);
        if covers.is_nothing() {
            return Err(Refusal::NothingToRecord);
        }
        let before = self.room.participant(&whose).and_then(|it| it.consent.as_ref());
        if !before.is_some_and(|it| it.covers.holds(covers)) {
            self.happens(Event::ConsentGiven { user: whose, method, covers, wording });
            self.recording_goes_on();
            self.let_in_who_agreed();
        }
        Ok(())
    }

    /// Whoever has not agreed says no; whoever has agrees no longer.
    pub(super) fn withhold_consent(&mut self, by: &UserId, whose: &UserId) -> Result<(), Refusal> {
        if by != whose {
            return Err(Refusal::Forbidden);
        }
        let participant = self.participant(whose)?;
        let inside = participant.stage.is_in_room();
        if participant.consent.is_some() {
            if inside {
                self.recording_stops();
            }
            self.happens(Event::ConsentWithdrawn { user: whose.clone() });
            self.let_in_who_agreed();
        } else if self.room.asked_of_all().is_some() && !participant.declined {
            self.happens(Event::ConsentDeclined { user: whose.clone() });
        }
        Ok(())
    }

    pub(super) fn start_recording(
        &mut self,
        user: &UserId,
        recording: RecordingId,
        covers: Option<Covered>,
        newcomers: Option<Newcomers>,
    ) -> Result<(), Refusal> {
        let covers = covers.or_else(|| self.room.asked_of_all()).unwrap_or(Covered::ALL);
        self.check_records(user, covers)?;
        if self.room.people_inside().any(|(_, it)| !it.agrees_to(covers)) {
            return Err(Refusal::ConsentMissing);
        }
        let newcomers = newcomers.unwrap_or(self.room.rules.newcomers);
        let user = user.clone();
        self.happens(Event::RecordingStarted { recording, user, covers, newcomers });
        Ok(())
    }

    /// Stops the recording, or takes back the request for one.
    pub(super) fn stop_recording(
        &mut self,
        user: &UserId,
        which: Option<&RecordingId>,
    ) -> Result<(), Refusal> {
        let Some(running) = &self.room.recording else {
            return self.drop_request(user, which);
        };
        if which.is_some_and(|it| *it != running.id) {
            return Err(Refusal::NotRecording);
        }
        if running.by != *user && !self.may_record() {
            return Err(Refusal::Forbidden);
        }
        self.recording_stops();
        self.let_in_who_agreed();
        Ok(())
    }

    fn drop_request(&mut self, user: &UserId, which: Option<&RecordingId>) -> Result<(), Refusal> {
        match &self.room.request {
            Some(request) if which.is_none() => {
                if request.by != *user && !self.may_record() {
                    return Err(Refusal::Forbidden);
                }
                self.happens(Event::RequestDropped);
                Ok(())
            }
            _ => Err(Refusal::NotRecording),
        }
    }

    fn check_records(&self, user: &UserId, covers: Covered) -> Result<(), Refusal> {
        if !self.is_active() {
            return Err(Refusal::NotStarted);
        }
        if !self.may_record() {
            return Err(Refusal::Forbidden);
        }
        self.check_inside(user)?;
        if self.room.recording.is_some() {
            return Err(Refusal::AlreadyRecording);
        }
        match covers.is_nothing() {
            true => Err(Refusal::NothingToRecord),
            false => Ok(()),
        }
    }

    /// Stops the recording that runs, if one does: always before what makes it
    /// wrong happens.
    pub(super) fn recording_stops(&mut self) {
        if let Some(recording) = self.room.recording.as_ref().map(|it| it.id.clone()) {
            self.happens(Event::RecordingStopped { recording });
        }
    }

    /// Has the recording wait before somebody is in who has not agreed to it.
    pub(super) fn recording_waits_for(&mut self, newcomer: &UserId) {
        let Some(running) = &self.room.recording else { return };
        let agrees = self.room.participant(newcomer).is_some_and(|it| it.agrees_to(running.covers));
        if !agrees && !running.paused {
            let recording = running.id.clone();
            self.happens(Event::RecordingPaused { recording });
        }
    }

    /// A recording that waits goes on once everybody who is in has agreed.
    pub(super) fn recording_goes_on(&mut self) {
        let Some(running) = self.room.recording.as_ref().filter(|it| it.paused) else { return };
        if self.room.people_inside().all(|(_, it)| it.agrees_to(running.covers)) {
            let recording = running.id.clone();
            self.happens(Event::RecordingResumed { recording });
        }
    }

    /// Whoever goes records no longer, and asks nobody any more.
    pub(super) fn records_no_longer(&mut self, user: &UserId) {
        if self.room.recording.as_ref().is_some_and(|it| it.by == *user) {
            self.recording_stops();
        }
        if self.room.request.as_ref().is_some_and(|it| it.by == *user) {
            self.happens(Event::RequestDropped);
        }
    }

    /// Whether `user` stays at the door until they agree to the recording that runs.
    pub(super) fn waits_to_agree(&self, user: &UserId) -> bool {
        let agrees = |to| self.room.participant(user).is_some_and(|it| it.agrees_to(to));
        let keeps = |it: &Recording| it.newcomers == Newcomers::Wait && !agrees(it.covers);
        self.room.recording.as_ref().is_some_and(keeps)
    }

    /// Lets in those whom only the recording kept at the door, and does no longer.
    /// Whom there is no room for goes on waiting.
    pub(super) fn let_in_who_agreed(&mut self) {
        let free = |user: &UserId, it: &Participant| {
            it.stage.is_waiting()
                && (it.admitted || it.awaits_consent)
                && !self.waits_to_agree(user)
        };
        let waiting = self.room.people_waiting().filter(|(user, it)| free(user, it));
        for user in waiting.map(|(user, _)| user.clone()).collect::<Vec<_>>() {
            // `RoomFull` is no refusal of what was asked for.
            let _ = self.comes_in_from_door(&user);
        }
    }

    /// Whether the asker may record, and note what others agreed to.
    fn may_record(&self) -> bool {
        matches!(self.by, Actor::Person { role, .. } if self.room.rules.recorders.contain(*role))
    }
}
