//! How a call stands, in the words of the database.

use housecall_core::{
    Room,
    room::{Outcome, Phase},
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
