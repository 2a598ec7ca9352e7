//! What happened in a room. Events are facts: they are written down once and
//! read for ever, so a variant may gain optional fields but never lose one.

use serde::{Deserialize, Serialize};

use super::{
    Attachment, ConsentMethod, Covered, DeviceCheck, Door, Message, MessageKey, Newcomers, Part,
    Wording,
};
use crate::{
    Actor, AppointmentId, DeviceId, MeetingId, Private, RecordingId, RoomId, Timestamp, UserId,
};

/// What a call is for when it starts. Either may be switched later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Seeing and hearing.
    Video,
    /// Hearing only.
    Audio,
    /// Showing a screen.
    ScreenShare,
}

impl Purpose {
    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Video => "video",
            Purpose::Audio => "audio",
            Purpose::ScreenShare => "screen_share",
        }
    }
}

/// What kind of room it is: what brings people together in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody rings somebody.
    #[default]
    Call,
    /// An appointment. Whoever comes first rings the others, and may wait for
    /// them as long as they like.
    Consultation,
    /// A place with a name. People come and go; nobody is rung.
    Meeting,
}

impl Kind {
    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Call => "call",
            Kind::Consultation => "consultation",
            Kind::Meeting => "meeting",
        }
    }

    /// Whether it goes on without ringing anybody: people are in it as soon as
    /// they come.
    pub fn is_place(self) -> bool {
        !matches!(self, Kind::Call)
    }
}

/// What a participant sends at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// The microphone is on.
    pub audio: bool,
    /// The camera is on.
    pub video: bool,
    /// A screen is shown.
    #[serde(default)]
    pub screen: bool,
}

impl Media {
    /// Microphone and camera on, no screen: how most people enter.
    pub const ON: Media = Media { audio: true, video: true, screen: false };
    /// Everything off.
    pub const OFF: Media = Media { audio: false, video: false, screen: false };
}

/// What the caller asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Who is to ring, in the order given. Never the caller, nobody twice.
    pub callees: Vec<UserId>,
    /// What brings them together.
    #[serde(default)]
    pub kind: Kind,
    /// Who may end it for all and let others in, besides the caller of a call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<UserId>,
    /// Whether people who were not named may come. A call takes only those who
    /// were called or admitted.
    #[serde(default)]
    pub open: bool,
    /// Who waits until a host lets them in.
    #[serde(default)]
    pub door: Door,
    /// Who was removed from this place before, and stays out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<UserId>,
    /// What the one who opens it is there for, if they have no account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// What the place is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Private<String>>,
    /// What for.
    pub purpose: Purpose,
    /// When to ring; absent or past means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// The patient of this visit, where the caller's system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<UserId>,
    /// The provider of this visit, where the caller's system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<UserId>,
    /// The appointment this call belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The meeting this is an occurrence of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<MeetingId>,
    /// What the caller's system attached: JSON text, kept and given back
    /// unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Private<String>>,
}

impl Invitation {
    /// The id of the appointment or meeting the room is an occurrence of, as
    /// people call it.
    pub fn place(&self) -> Option<RoomId> {
        let appointment = self.appointment.as_ref().map(AppointmentId::as_str);
        let place = appointment.or(self.meeting.as_ref().map(MeetingId::as_str))?;
        Some(place.parse().expect("one id is as good as another"))
    }

    /// A call to these people, now, that belongs to nothing.
    pub fn to(callees: Vec<UserId>, purpose: Purpose) -> Self {
        Self {
            callees,
            kind: Kind::Call,
            hosts: Vec::new(),
            open: false,
            door: Door::default(),
            removed: Vec::new(),
            part: None,
            title: None,
            purpose,
            scheduled_at: None,
            patient: None,
            provider: None,
            appointment: None,
            meeting: None,
            metadata: None,
        }
    }
}

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was answered, and then it ended.
    Completed,
    /// Nobody answered in time.
    Missed,
    /// Everybody who was asked said no.
    Declined,
    /// The caller took it back before anybody answered.
    Cancelled,
}

impl Outcome {
    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Missed => "missed",
            Outcome::Declined => "declined",
            Outcome::Cancelled => "cancelled",
        }
    }
}

/// Why somebody is no longer in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departure {
    /// They said so.
    Left,
    /// Their connection was lost and did not come back in time.
    ConnectionLost,
    /// They answered, but no device of theirs came in.
    NeverCame,
    /// A host did not let them in. They may come again.
    TurnedAway,
    /// A host put them out. They stay out until a host lets them in again.
    Removed,
}

/// The longest reason, in characters: every device of everybody gets it.
const LONGEST_REASON: usize = 500;

/// A reason somebody typed. Personal data: it may say anything, but briefly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(Private<String>);

/// The text was too long for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason has at most 500 characters")]
pub struct TooLong;

impl Reason {
    /// What they typed.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl TryFrom<String> for Reason {
    type Error = TooLong;
    fn try_from(text: String) -> Result<Self, TooLong> {
        let fits = text.chars().nth(LONGEST_REASON).is_none();
        fits.then(|| Self(Private::new(text))).ok_or(TooLong)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0.into_revealed()
    }
}

fn is_not(it: &bool) -> bool {
    !it
}

/// A fact about a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Somebody called. The first event of every call.
    Initiated {
        /// The caller. Among the participants from now on.
        caller: UserId,
        /// What was asked for.
        invitation: Invitation,
    },
    /// The callees' devices ring.
    Rang {
        /// When ringing ends by itself.
        until: Timestamp,
    },
    /// A planned call will ring at another time.
    Rescheduled {
        /// When.
        at: Timestamp,
    },
    /// A planned call rings soon.
    Reminded,
    /// A callee accepted. The first one makes the call active.
    Answered {
        /// Who.
        user: UserId,
        /// Which device won; `None` when it was accepted without one (REST).
        device: Option<DeviceId>,
        /// By when a device must have joined.
        until: Timestamp,
    },
    /// A callee said no.
    Declined {
        /// Who.
        user: UserId,
        /// Why, if they said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A callee of a call that others answered let it ring to the end.
    Missed {
        /// Who.
        user: UserId,
    },
    /// Somebody is in the room with a device that starts from nothing: peers
    /// build a new connection to them.
    Joined {
        /// Who.
        user: UserId,
        /// With which device. Replaces the one before.
        device: DeviceId,
        /// What they send.
        media: Media,
    },
    /// What somebody sends changed.
    MediaChanged {
        /// Who.
        user: UserId,
        /// All of it, not the difference.
        media: Media,
    },
    /// Somebody's connection to us is gone. Their media may well flow on.
    ConnectionLost {
        /// Who.
        user: UserId,
        /// How long we wait.
        until: Timestamp,
    },
    /// They are back, with their peer connections alive.
    ConnectionResumed {
        /// Who.
        user: UserId,
        /// With which device.
        device: DeviceId,
    },
    /// Somebody is no longer in the room.
    Left {
        /// Who.
        user: UserId,
        /// How.
        departure: Departure,
        /// Why, if they said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A host said that the visit begins.
    Begun,
    /// Somebody who was not named may come, as far as the door.
    Expected {
        /// Who.
        user: UserId,
        /// What for, if they have no account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Part>,
    },
    /// Somebody waits at the door, or waits there with another device or another
    /// check than before.
    CameToDoor {
        /// Who.
        user: UserId,
        /// With which device.
        device: DeviceId,
        /// What it sends once it is let in.
        media: Media,
        /// What it found out about itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<DeviceCheck>,
        /// Only until they agree to the recording that runs: the door itself would
        /// let them in.
        #[serde(default, skip_serializing_if = "is_not")]
        awaits_consent: bool,
    },
    /// A host lets somebody in, whoever they are and whatever was before.
    Admitted {
        /// Who.
        user: UserId,
    },
    /// From here on nobody comes in but hosts, or people come in again.
    Locked {
        /// Nobody comes in.
        locked: bool,
    },
    /// Others wait at the door from here on.
    DoorSet {
        /// Who does.
        door: Door,
    },
    /// Somebody decides for all from here on, or no longer does.
    HostChanged {
        /// Who.
        user: UserId,
        /// They do.
        host: bool,
    },
    /// A host asks for quiet.
    MuteAsked {
        /// Of whom; of everybody else if this names nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
    },
    /// A hand went up, or down.
    HandRaised {
        /// Whose.
        user: UserId,
        /// Up.
        raised: bool,
    },
    /// Somebody wrote to the others.
    Said {
        /// Who.
        user: UserId,
        /// What.
        message: Message,
        /// To whom; to everybody if this names nobody.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<UserId>,
        /// What came with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<Attachment>,
        /// What their client calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<MessageKey>,
    },
    /// Somebody wants to record: everybody is asked whether they agree.
    RecordingAsked {
        /// Who.
        user: UserId,
        /// What.
        covers: Covered,
        /// Which text people are shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wording: Option<Wording>,
    },
    /// Nobody wants to record any more.
    RequestDropped,
    /// Somebody agreed to be recorded.
    ConsentGiven {
        /// Who agreed; somebody else may have noted it.
        user: UserId,
        /// How.
        method: ConsentMethod,
        /// To what.
        #[serde(default = "Covered::all")]
        covers: Covered,
        /// Which text they were shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wording: Option<Wording>,
    },
    /// Somebody said no to being recorded.
    ConsentDeclined {
        /// Who.
        user: UserId,
    },
    /// Somebody no longer agrees to be recorded.
    ConsentWithdrawn {
        /// Who.
        user: UserId,
    },
    /// From here on everything may be recorded.
    RecordingStarted {
        /// Which recording.
        recording: RecordingId,
        /// Who records.
        user: UserId,
        /// What it holds.
        #[serde(default = "Covered::all")]
        covers: Covered,
        /// What becomes of those who come and have not agreed.
        #[serde(default)]
        newcomers: Newcomers,
    },
    /// Somebody comes who has not agreed: nothing may be recorded until everybody
    /// who is in has.
    RecordingPaused {
        /// Which recording.
        recording: RecordingId,
    },
    /// Everybody who is in has agreed again.
    RecordingResumed {
        /// Which recording.
        recording: RecordingId,
    },
    /// From here on nothing may be recorded.
    RecordingStopped {
        /// Which recording.
        recording: RecordingId,
    },
    /// The call is over, for good and for all.
    Ended {
        /// How it came out.
        outcome: Outcome,
        /// Why, if somebody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// Somebody ended it for all, so that its appointment or meeting is over
        /// too. Otherwise the next to come opens it again.
        #[serde(default)]
        closed: bool,
    },
}

impl Event {
    /// The name of the fact in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Initiated { .. } => "call.initiated",
            Event::Rang { .. } => "call.rang",
            Event::Rescheduled { .. } => "call.rescheduled",
            Event::Reminded => "call.reminded",
            Event::Answered { .. } => "call.answered",
            Event::Declined { .. } => "call.declined",
            Event::Missed { .. } => "call.missed",
            Event::Joined { .. } => "call.joined",
            Event::MediaChanged { .. } => "call.media_changed",
            Event::ConnectionLost { .. } => "call.connection_lost",
            Event::ConnectionResumed { .. } => "call.connection_resumed",
            Event::Left { .. } => "call.left",
            Event::Begun => "call.begun",
            Event::Expected { .. } => "call.expected",
            Event::CameToDoor { .. } => "call.came_to_door",
            Event::Admitted { .. } => "call.admitted",
            Event::Locked { .. } => "call.locked",
            Event::DoorSet { .. } => "call.door_set",
            Event::HostChanged { .. } => "call.host_changed",
            Event::MuteAsked { .. } => "call.mute_asked",
            Event::HandRaised { .. } => "call.hand_raised",
            Event::Said { .. } => "call.said",
            Event::RecordingAsked { .. } => "call.recording_asked",
            Event::RequestDropped => "call.recording_request_dropped",
            Event::ConsentGiven { .. } => "call.consent_given",
            Event::ConsentDeclined { .. } => "call.consent_declined",
            Event::ConsentWithdrawn { .. } => "call.consent_withdrawn",
            Event::RecordingStarted { .. } => "call.recording_started",
            Event::RecordingPaused { .. } => "call.recording_paused",
            Event::RecordingResumed { .. } => "call.recording_resumed",
            Event::RecordingStopped { .. } => "call.recording_stopped",
            Event::Ended { .. } => "call.ended",
        }
    }
}

/// A line of the journal about one room: an event with its place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// 1 for the room's first event, then without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// For whom it was decided.
    pub by: Actor,
    /// What happened.
    pub event: Event,
}
