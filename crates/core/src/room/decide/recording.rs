//! Who may be recorded, and when.

use super::*;

impl Draft<'_> {
    pub(super) fn give_consent(
        &mut self,
        by: &UserId,
        whose: &UserId,
        method: ConsentMethod,
    ) -> Result<(), Refusal> {
        if by != whose && !self.may_record() {
            return Err(Refusal::Forbidden);
        }
        if by != whose || !self.is_open() {
            self.participant(whose)?;
        }
        if self.consent_of(whose).is_none() {
            self.happens(Event::ConsentGiven { user: whose.clone(), method });
        }
        Ok(())
    }

    pub(super) fn withdraw_consent(&mut self, by: &UserId, whose: &UserId) -> Result<(), Refusal> {
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
        }
        Ok(())
    }

    pub(super) fn start_recording(
        &mut self,
        user: &UserId,
        recording: RecordingId,
    ) -> Result<(), Refusal> {
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
        if self.room.people_inside().any(|(_, it)| it.consent.is_none()) {
            return Err(Refusal::ConsentMissing);
        }
        self.happens(Event::RecordingStarted { recording, user: user.clone() });
        Ok(())
    }

    pub(super) fn stop_recording(
        &mut self,
        user: &UserId,
        which: Option<&RecordingId>,
    ) -> Result<(), Refusal> {
        let running = self.room.recording.as_ref().ok_or(Refusal::NotRecording)?;
        if which.is_some_and(|it| *it != running.id) {
            return Err(Refusal::NotRecording);
        }
        if running.by != *user && !self.may_record() {
            return Err(Refusal::Forbidden);
        }
        self.recording_stops();
        Ok(())
    }

    /// Stops the recording that runs, if one does: always before what makes it
    /// wrong happens.
    pub(super) fn recording_stops(&mut self) {
        if let Some(recording) = self.room.recording.as_ref().map(|it| it.id.clone()) {
            self.happens(Event::RecordingStopped { recording });
        }
    }

    /// Whether the asker may record, and note what others agreed to.
    fn may_record(&self) -> bool {
        matches!(self.by, Actor::Person { role: Role::Provider | Role::Admin, .. })
    }
}
