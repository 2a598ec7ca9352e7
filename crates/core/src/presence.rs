//! Whether somebody can be reached.

use serde::{Deserialize, Serialize};

/// Whether somebody can be reached, over all their devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// No device of theirs is connected.
    Offline,
    /// Nobody has touched any of their devices for a while.
    Away,
    /// They can be called.
    Online,
    /// They are in a room.
    InCall,
}

impl Presence {
    /// Whether any device of theirs is connected.
    pub fn is_online(self) -> bool {
        self != Presence::Offline
    }
}
