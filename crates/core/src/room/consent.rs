//! Who agrees to be recorded, and what is recorded.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{RecordingId, Timestamp, UserId};

/// How somebody agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMethod {
    /// They said so, and a provider noted it.
    Verbal,
    /// They signed, and a provider noted it.
    Written,
    /// They agreed on their own device.
    Electronic,
}

/// What a recording holds, or what somebody agreed to be recorded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Covered {
    /// Voices.
    pub audio: bool,
    /// Pictures of cameras.
    pub video: bool,
    /// Screens that are shown.
    pub screen: bool,
}

impl Covered {
    /// All there is.
    pub const ALL: Covered = Covered { audio: true, video: true, screen: true };
    /// Voices only.
    pub const VOICES: Covered = Covered { audio: true, video: false, screen: false };

    /// Whether it is as much as `other`, or more.
    pub fn holds(self, other: Covered) -> bool {
        self.audio >= other.audio && self.video >= other.video && self.screen >= other.screen
    }

    /// Whether it is nothing at all.
    pub fn is_nothing(self) -> bool {
        !(self.audio || self.video || self.screen)
    }

    /// What was agreed to before anybody said what.
    pub(super) fn all() -> Self {
        Self::ALL
    }
}

/// The longest name of a wording, in bytes.
const LONGEST_WORDING: usize = 64;

/// Which text somebody agreed to, by the name its page gave it, such as
/// `2026-11/en`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Wording(Arc<str>);

/// The text names no wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a wording is 1 to 64 letters, digits and - _ . /")]
pub struct NotAWording;

impl Wording {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Wording {
    type Error = NotAWording;

    fn try_from(text: String) -> Result<Self, NotAWording> {
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
        let fits = (1..=LONGEST_WORDING).contains(&text.len()) && text.chars().all(plain);
        fits.then(|| Self(text.into())).ok_or(NotAWording)
    }
}

impl From<Wording> for String {
    fn from(wording: Wording) -> String {
        wording.0.as_ref().to_owned()
    }
}

/// Somebody's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// To what.
    pub covers: Covered,
    /// How they agreed.
    pub method: ConsentMethod,
    /// What they were shown, if somebody said.
    pub wording: Option<Wording>,
    /// When.
    pub at: Timestamp,
}

/// That somebody wants to record, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRequest {
    /// Who.
    pub by: UserId,
    /// What.
    pub covers: Covered,
    /// Which text people are shown.
    pub wording: Option<Wording>,
    /// When they asked.
    pub at: Timestamp,
}

/// What becomes of whoever comes while a recording runs to which they have not
/// agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Newcomers {
    /// They come in, and the recording waits until they agree.
    #[default]
    Pause,
    /// They wait at the door until they agree. Hosts never wait.
    Wait,
}

/// A recording that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Which.
    pub id: RecordingId,
    /// Who records.
    pub by: UserId,
    /// Since when.
    pub since: Timestamp,
    /// What it holds.
    pub covers: Covered,
    /// What becomes of newcomers.
    pub newcomers: Newcomers,
    /// It waits for somebody to agree: nothing is recorded.
    pub paused: bool,
}
