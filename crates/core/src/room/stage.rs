//! Where a person stands in a call.

use serde::Serialize;

use super::{Departure, DeviceCheck, Media};
use crate::{DeviceId, Timestamp};

/// Where one person stands in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The caller, who has not come in yet.
    Calling,
    /// Named in a scheduled call; nothing rings.
    Invited,
    /// Their devices ring.
    Ringing,
    /// They accepted; a device has to come in.
    Accepted {
        /// The device that won, if one was named.
        device: Option<DeviceId>,
        /// By when.
        until: Timestamp,
    },
    /// In the room, connected to us.
    Present {
        /// With this device.
        device: DeviceId,
    },
    /// In the room, but the connection to us is lost.
    Lost {
        /// The device that was in.
        device: DeviceId,
        /// How long we wait.
        until: Timestamp,
    },
    /// At the door.
    Waiting {
        /// With this device.
        device: DeviceId,
        /// What it sends once it is let in.
        media: Media,
        /// Since when; coming back keeps their place in line.
        since: Timestamp,
        /// What it found out about itself.
        check: Option<DeviceCheck>,
        /// How long we wait, if the connection is lost.
        lost_until: Option<Timestamp>,
    },
    /// They said no.
    Declined,
    /// They let it ring.
    Missed,
    /// They were in, or had accepted, and are not any more.
    Left(Departure),
}

impl Stage {
    /// Where they stand, without the particulars.
    pub fn name(&self) -> StageName {
        match self {
            Stage::Calling => StageName::Calling,
            Stage::Invited => StageName::Invited,
            Stage::Ringing => StageName::Ringing,
            Stage::Accepted { .. } => StageName::Accepted,
            Stage::Present { .. } => StageName::Present,
            Stage::Lost { .. } => StageName::Lost,
            Stage::Waiting { .. } => StageName::Waiting,
            Stage::Declined => StageName::Declined,
            Stage::Missed => StageName::Missed,
            Stage::Left(_) => StageName::Left,
        }
    }

    /// In the room, be the connection lost or not: peers hold on to them.
    pub fn is_in_room(&self) -> bool {
        matches!(self, Stage::Present { .. } | Stage::Lost { .. })
    }

    /// In the room or on the way to it.
    pub(super) fn is_coming(&self) -> bool {
        self.is_in_room() || matches!(self, Stage::Ringing | Stage::Accepted { .. })
    }

    /// At the door, be the connection lost or not.
    pub fn is_waiting(&self) -> bool {
        matches!(self, Stage::Waiting { .. })
    }

    /// The device that stands for them, in the room or at the door.
    pub fn device(&self) -> Option<&DeviceId> {
        match self {
            Stage::Present { device }
            | Stage::Lost { device, .. }
            | Stage::Waiting { device, .. } => Some(device),
            _ => None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        match self {
            Stage::Accepted { until, .. } | Stage::Lost { until, .. } => Some(*until),
            Stage::Waiting { lost_until, .. } => *lost_until,
            _ => None,
        }
    }
}

/// Where a participant stands, without the particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// At the door.
    Waiting,
    /// They said no.
    Declined,
    /// They let it ring.
    Missed,
    /// They are not in the room any more.
    Left,
}

impl StageName {
    const ALL: [StageName; 10] = [
        StageName::Calling,
        StageName::Invited,
        StageName::Ringing,
        StageName::Accepted,
        StageName::Present,
        StageName::Lost,
        StageName::Waiting,
        StageName::Declined,
        StageName::Missed,
        StageName::Left,
    ];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            StageName::Calling => "calling",
            StageName::Invited => "invited",
            StageName::Ringing => "ringing",
            StageName::Accepted => "accepted",
            StageName::Present => "present",
            StageName::Lost => "lost",
            StageName::Waiting => "waiting",
            StageName::Declined => "declined",
            StageName::Missed => "missed",
            StageName::Left => "left",
        }
    }

    /// The name of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
