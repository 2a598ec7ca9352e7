//! Where calls and people stand, in the words of the database.

use housecall_core::{
    Room,
    room::{Outcome, Phase, Stage},
};

/// How a call stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// It will ring later.
    Scheduled,
    /// It rings.
    Ringing,
    /// It was answered.
    Active,
    /// It is over, and came out like this.
    Over(Outcome),
}

impl CallStatus {
    /// All there are.
    pub const ALL: [CallStatus; 7] = [
        CallStatus::Scheduled,
        CallStatus::Ringing,
        CallStatus::Active,
        CallStatus::Over(Outcome::Completed),
        CallStatus::Over(Outcome::Missed),
        CallStatus::Over(Outcome::Declined),
        CallStatus::Over(Outcome::Cancelled),
    ];

    /// How `room` stands. A room in which nothing happened counts as ringing:
    /// there is no row of it.
    pub fn of(room: &Room) -> Self {
        match room.phase() {
            Phase::Scheduled { .. } => CallStatus::Scheduled,
            Phase::Blank | Phase::Ringing => CallStatus::Ringing,
            Phase::Active => CallStatus::Active,
            Phase::Over { outcome, .. } => CallStatus::Over(*outcome),
        }
    }

    /// The word for it: `scheduled`, `ringing`, `active`, or the outcome.
    pub fn as_str(self) -> &'static str {
        self.outcome().map_or(self.phase(), Outcome::as_str)
    }

    /// The status of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// How it came out, once it is over.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            CallStatus::Over(outcome) => Some(outcome),
            CallStatus::Scheduled | CallStatus::Ringing | CallStatus::Active => None,
        }
    }

    /// The word in the column `status`.
    pub(crate) fn phase(self) -> &'static str {
        match self {
            CallStatus::Scheduled => "scheduled",
            CallStatus::Ringing => "ringing",
            CallStatus::Active => "active",
            CallStatus::Over(_) => "over",
        }
    }
}

/// Where a participant stands, without the particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageName {
    /// The caller, who has not come in yet.
    Calling,
    /// Named in a scheduled call.
    Invited,
    /// Their devices ring.
    Ringing,
    /// They accepted.
    Accepted,
    /// In the room.
    Present,
    /// In the room, with the connection lost.
    Lost,
    /// They said no.
    Declined,
    /// They let it ring.
    Missed,
    /// They are not in the room any more.
    Left,
}

impl StageName {
    const ALL: [StageName; 9] = [
        StageName::Calling,
        StageName::Invited,
        StageName::Ringing,
        StageName::Accepted,
        StageName::Present,
        StageName::Lost,
        StageName::Declined,
        StageName::Missed,
        StageName::Left,
    ];

    /// The name of a stage.
    pub fn of(stage: &Stage) -> Self {
        match stage {
            Stage::Calling => StageName::Calling,
            Stage::Invited => StageName::Invited,
            Stage::Ringing => StageName::Ringing,
            Stage::Accepted { .. } => StageName::Accepted,
            Stage::Present { .. } => StageName::Present,
            Stage::Lost { .. } => StageName::Lost,
            Stage::Declined => StageName::Declined,
            Stage::Missed => StageName::Missed,
            Stage::Left(_) => StageName::Left,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            StageName::Calling => "calling",
            StageName::Invited => "invited",
            StageName::Ringing => "ringing",
            StageName::Accepted => "accepted",
            StageName::Present => "present",
            StageName::Lost => "lost",
            StageName::Declined => "declined",
            StageName::Missed => "missed",
            StageName::Left => "left",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
