//! The door: where people wait until a host lets them in.

use serde::{Deserialize, Serialize};

/// Who waits at the door of a room. Hosts and whoever runs the house never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// Nobody.
    Open,
    /// Guests, and those whose client can show a waiting room. The others would
    /// not know what is happening to them.
    #[default]
    Usual,
    /// Everybody.
    Strict,
}

impl Door {
    const ALL: [Door; 3] = [Door::Open, Door::Usual, Door::Strict];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Door::Open => "open",
            Door::Usual => "usual",
            Door::Strict => "strict",
        }
    }

    /// The door of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What somebody without an account is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// To take part.
    Guest,
    /// To translate.
    Interpreter,
    /// To be with the patient.
    Carer,
    /// To see and hear; they send nothing.
    Observer,
}

impl Part {
    const ALL: [Part; 4] = [Part::Guest, Part::Interpreter, Part::Carer, Part::Observer];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Guest => "guest",
            Part::Interpreter => "interpreter",
            Part::Carer => "carer",
            Part::Observer => "observer",
        }
    }

    /// The part of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What a device check found out about one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It works.
    Works,
    /// The person, their browser or their network does not allow it.
    Blocked,
    /// There is none.
    Missing,
    /// It was not tried.
    Unknown,
}

/// What the client of somebody who waits found out about their device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceCheck {
    /// Whether they can be heard.
    pub microphone: Verdict,
    /// Whether they can be seen.
    pub camera: Verdict,
    /// Whether media reach them.
    pub connection: Verdict,
}
