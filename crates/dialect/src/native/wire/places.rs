//! What is said about doors, hosts, and the times people are to meet.

use housecall_core::{
    AppointmentId, RoomId, Timestamp, UserId,
    presence::Presence,
    room::{DeviceCheck, Door, Media, Purpose, Reason},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{MediaState, Person, PurposeWord};
use crate::Reaction;

/// Who waits at the door, on the wire.
#[derive(TS)]
#[ts(rename = "Door", rename_all = "snake_case")]
pub enum DoorWord {
    /// Nobody.
    Open,
    /// Guests, and those whose client can show a waiting room.
    Usual,
    /// Everybody but hosts.
    Strict,
}

/// What somebody without an account is there for, on the wire.
#[derive(TS)]
#[ts(rename = "Part", rename_all = "snake_case")]
pub enum PartWord {
    /// To take part.
    Guest,
    /// To translate.
    Interpreter,
    /// To be with the patient.
    Carer,
    /// To see and hear; they send nothing.
    Observer,
}

/// What a device check found out about one thing, on the wire.
#[derive(TS)]
#[ts(rename = "Verdict", rename_all = "snake_case")]
pub enum VerdictWord {
    /// It works.
    Works,
    /// The person, their browser or their network does not allow it.
    Blocked,
    /// There is none.
    Missing,
    /// It was not tried.
    Unknown,
}

/// What a device check found out, on the wire.
#[derive(TS)]
#[ts(rename = "DeviceCheck")]
pub struct Check {
    /// Whether they can be heard.
    pub microphone: VerdictWord,
    /// Whether they can be seen.
    pub camera: VerdictWord,
    /// Whether media reach them.
    pub connection: VerdictWord,
}

/// A file that came with a message, on the wire.
#[derive(TS)]
#[ts(rename = "Attachment", rename_all = "camelCase")]
pub struct File {
    /// Which.
    pub id: String,
    /// What it was called where it came from.
    pub name: String,
    /// What it holds: `image/png`.
    pub media_type: String,
    /// How large it is.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// `arrive`: come as far as the door, and wait there if it is closed.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ArriveAtCall {
    /// Which call, appointment or meeting.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What this device sends.
    #[serde(default)]
    #[ts(optional, as = "Option<MediaState>")]
    pub media: Option<Media>,
    /// What it found out about itself.
    #[serde(default)]
    #[ts(optional, as = "Option<Check>")]
    pub check: Option<DeviceCheck>,
}

/// `turn-away` and `remove`.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendAway {
    /// From which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Whom.
    #[ts(type = "string")]
    pub user: UserId,
    /// Why, for them to read.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub reason: Option<Reason>,
}

/// `lock`: have nobody come in any more but hosts, or let people come again.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LockCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Nobody comes in.
    pub locked: bool,
}

/// `door`: choose who waits.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChooseDoor {
    /// Of which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Who does.
    #[ts(as = "DoorWord")]
    pub door: Door,
}

/// `host`: have somebody decide for all, or no longer.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChooseHost {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Whom.
    #[ts(type = "string")]
    pub user: UserId,
    /// They do.
    pub host: bool,
}

/// `ask-mute`: ask for quiet.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskForQuiet {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Of whom; of everybody else unless this names somebody.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub user: Option<UserId>,
}

/// `hand`: raise or lower a hand.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RaiseHand {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Up.
    pub raised: bool,
    /// Whose, if it is not one's own; hosts lower those of others.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub user: Option<UserId>,
}

/// `react`: show something without a word.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReactInCall {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What.
    pub reaction: Reaction,
}

/// `messages`: what was written in a call, the latest 200.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReadMessages {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Only what was written after the event of this number.
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub after: u64,
}

/// `away`: nobody has touched this device for a while, or somebody does again.
#[derive(Debug, Deserialize, TS)]
pub struct SayAway {
    /// Nobody has.
    pub away: bool,
}

/// `reaction`: somebody in the room reacts.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenReaction {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Who.
    #[ts(type = "string")]
    pub user: UserId,
    /// How.
    pub reaction: Reaction,
}

/// Whether somebody can be reached, on the wire.
#[derive(TS)]
#[ts(rename = "PresenceWord", rename_all = "snake_case")]
pub enum PresenceWord {
    /// No device of theirs is connected.
    Offline,
    /// Nobody has touched any of their devices for a while.
    Away,
    /// They can be called.
    Online,
    /// They are in a room.
    InCall,
}

/// `presence`: somebody can be reached now, or cannot, or otherwise than before.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "Presence")]
pub struct PresenceChange {
    /// Who.
    #[ts(type = "string")]
    pub user_id: UserId,
    /// Whether any device of theirs is connected.
    pub online: bool,
    /// How.
    #[ts(as = "PresenceWord")]
    pub presence: Presence,
}

/// A call that somebody let ring, or that was taken back before they answered.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MissedCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Who called.
    pub caller: Person,
    /// When it stopped ringing.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// What for.
    #[ts(as = "PurposeWord")]
    pub purpose: Purpose,
}

/// An appointment.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// Which; people come to it by this name.
    #[ts(type = "string")]
    pub id: AppointmentId,
    /// Who comes to be seen.
    pub patient: Person,
    /// Who sees them.
    pub provider: Person,
    /// When.
    #[ts(type = "string")]
    pub starts_at: Timestamp,
    /// How long.
    pub duration_minutes: u32,
    /// `scheduled`, `in_progress`, `completed` or `cancelled`.
    #[ts(type = "'scheduled' | 'in_progress' | 'completed' | 'cancelled'")]
    pub status: &'static str,
}

/// What was decided about an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VisitChange {
    /// It was made.
    Booked,
    /// It is at another time.
    Moved,
    /// It will not take place.
    Cancelled,
    /// Nothing: it is near.
    Reminder,
}

/// `appointment`: something was decided about an appointment of yours, or it is
/// near.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VisitNews {
    /// What.
    pub change: VisitChange,
    /// How it stands now.
    pub appointment: Visit,
}
