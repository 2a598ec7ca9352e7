//! Who agrees to be recorded, and what is recorded.

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

/// Somebody's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// How they agreed.
    pub method: ConsentMethod,
    /// When.
    pub at: Timestamp,
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
}
