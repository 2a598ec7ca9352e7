//! What travels in Housecall's own vocabulary, as types. The TypeScript SDK
//! gets its types from here ([`typescript`]), so the two cannot drift apart.

mod connections;
mod places;

pub use connections::*;
use housecall_core::{
    AppointmentId, Private, RecordingId, Role, RoomId, Timestamp, UserId,
    room::{
        Attachment, ConsentMethod, Covered, Departure, DeviceCheck, Door, Kind, Media, Message,
        MessageKey, Newcomers, Outcome, Part, Purpose, Reason, StageName, Wording,
    },
};
pub use places::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ts_rs::{Config, TS};

use crate::{Problem, Reaction, SignalKind};

/// `start`: call people, or arrange to.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StartCall {
    /// Who is to ring.
    #[ts(type = "string[]")]
    pub callees: Vec<UserId>,
    /// What for; `video` unless said otherwise.
    #[serde(default)]
    #[ts(optional, as = "Option<PurposeWord>")]
    pub purpose: Option<Purpose>,
    /// When to ring; at once unless said otherwise.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub scheduled_at: Option<Timestamp>,
    /// What the caller sends. Everything off unless said otherwise.
    #[serde(default)]
    #[ts(optional, as = "Option<MediaState>")]
    pub media: Option<Media>,
    /// Refuse at once if somebody is offline or in another call.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub only_if_free: bool,
}

/// `answer`, `join` and `resume`: come in with this device.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnterCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What this device sends.
    #[serde(default)]
    #[ts(optional, as = "Option<MediaState>")]
    pub media: Option<Media>,
    /// `join` only: put out another device of the same user.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub take_over: bool,
}

/// `decline`, `cancel`, `leave` and `end`.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloseCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Why, for the others to read.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub reason: Option<Reason>,
}

/// `reschedule`: have a planned call ring at another time.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MoveCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// When.
    #[ts(type = "string")]
    pub scheduled_at: Timestamp,
}

/// `media`: what this device sends now; what is absent stays as it is.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangeMedia {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Microphone.
    #[serde(default)]
    #[ts(optional)]
    pub audio: Option<bool>,
    /// Camera.
    #[serde(default)]
    #[ts(optional)]
    pub video: Option<bool>,
    /// Screen.
    #[serde(default)]
    #[ts(optional)]
    pub screen: Option<bool>,
}

/// `signal`, to the server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendSignal<'a> {
    /// In which call.
    pub call_id: RoomId,
    /// To whom.
    pub to: UserId,
    /// Which kind.
    pub kind: SignalKind,
    /// What the browser made.
    #[serde(borrow)]
    pub body: &'a RawValue,
}

/// `signal`, from the server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedSignal<'a> {
    /// In which call.
    pub call_id: &'a RoomId,
    /// From whom.
    pub from: &'a UserId,
    /// Which kind.
    pub kind: SignalKind,
    /// What the browser made.
    pub body: &'a RawValue,
}

/// `admit`: let somebody in who waits at the door, was not named, or was removed.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AdmitPerson {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Whom.
    #[ts(type = "string")]
    pub user: UserId,
}

/// `say`: write to the others in the room.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SayInCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What; at most 4,000 characters.
    #[ts(type = "string")]
    pub message: Message,
    /// To whom; to everybody unless this names somebody.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub to: Vec<UserId>,
    /// What this client calls it, in at most 64 characters: saying it again
    /// under the same key says nothing new.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub key: Option<MessageKey>,
}

/// `consent`: agree to being recorded, or agree no longer.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentToRecording {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Whether they agree.
    pub agreed: bool,
    /// Who agreed, if it was not the speaker: a provider notes what somebody
    /// said.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub user: Option<UserId>,
    /// To what; to what is asked for, or recorded, unless this says.
    #[serde(default)]
    #[ts(optional, as = "Option<CoveredWord>")]
    pub covers: Option<Covered>,
    /// The name of the text they were shown.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub wording: Option<Wording>,
    /// How somebody else agreed; `verbal` unless this says.
    #[serde(default)]
    #[ts(optional, as = "Option<MethodWord>")]
    pub method: Option<ConsentMethod>,
}

/// `ask-consent`: ask everybody whether they agree to being recorded.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskForConsent {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What is to be recorded.
    #[ts(as = "CoveredWord")]
    pub covers: Covered,
    /// The name of the text they are shown.
    #[ts(type = "string")]
    pub wording: Wording,
}

/// `record`: record, once everybody has agreed.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// What; what was asked for, unless this says.
    #[serde(default)]
    #[ts(optional, as = "Option<CoveredWord>")]
    pub covers: Option<Covered>,
    /// What becomes of those who come and have not agreed; as the house has it,
    /// unless this says.
    #[serde(default)]
    #[ts(optional, as = "Option<NewcomersWord>")]
    pub newcomers: Option<Newcomers>,
}

/// `look`, `begin`, `admit-all` and `stop-recording`: which call is meant.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LookAtCall {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
}

/// `watch-people`: hear `presence` from now on, or no more.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WatchPeople {
    /// From now on, or no more.
    pub on: bool,
}

/// The purpose of a call on the wire.
#[derive(TS)]
#[ts(rename = "Purpose", rename_all = "snake_case")]
pub enum PurposeWord {
    /// Seeing and hearing.
    Video,
    /// Hearing only.
    Audio,
    /// Showing a screen.
    ScreenShare,
}

/// What a participant sends, on the wire.
#[derive(TS)]
pub struct MediaState {
    /// The microphone is on.
    pub audio: bool,
    /// The camera is on.
    pub video: bool,
    /// A screen is shown.
    #[ts(optional, as = "Option<bool>")]
    pub screen: bool,
}

/// What is recorded, on the wire.
#[derive(TS)]
#[ts(rename = "Covered")]
pub struct CoveredWord {
    /// Voices.
    pub audio: bool,
    /// Pictures of cameras.
    pub video: bool,
    /// Screens that are shown.
    pub screen: bool,
}

/// How somebody agreed to being recorded.
#[derive(TS)]
#[ts(rename_all = "snake_case")]
pub enum MethodWord {
    /// They said so, and a provider noted it.
    Verbal,
    /// They signed, and a provider noted it.
    Written,
    /// They agreed on their own device.
    Electronic,
}

/// What becomes of those who come while a recording runs and have not agreed.
#[derive(TS)]
#[ts(rename_all = "snake_case")]
pub enum NewcomersWord {
    /// They come in, and the recording waits until they agree.
    Pause,
    /// They wait at the door until they agree.
    Wait,
}

/// Somebody's consent to being recorded.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsentState {
    /// To what.
    #[ts(as = "CoveredWord")]
    pub covers: Covered,
    /// How they agreed.
    #[ts(as = "MethodWord")]
    pub method: ConsentMethod,
    /// The name of the text they were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub wording: Option<Wording>,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// Somebody, as others see them.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    #[ts(type = "string")]
    pub id: UserId,
    /// What to call them; never empty.
    #[ts(type = "string")]
    pub name: Private<String>,
    /// What they are here.
    #[ts(type = "'patient' | 'provider' | 'admin' | 'guest'")]
    pub role: Role,
}

/// Where one person stands in a call.
#[derive(TS)]
#[ts(rename_all = "snake_case")]
pub enum StageWord {
    /// The caller, who has not come in yet.
    Calling,
    /// Named in a scheduled call; nothing rings.
    Invited,
    /// Their devices ring.
    Ringing,
    /// They accepted; a device has to come in.
    Accepted,
    /// In the room.
    Present,
    /// In the room, but their connection to the server is lost.
    Lost,
    /// At the door.
    Waiting,
    /// They said no.
    Declined,
    /// They let it ring.
    Missed,
    /// They were in and are not any more.
    Left,
}

/// One person in a call.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantState {
    /// Who.
    pub person: Person,
    /// Where they stand.
    #[ts(as = "StageWord")]
    pub stage: StageName,
    /// What they send.
    #[ts(as = "MediaState")]
    pub media: Media,
    /// Changes when they come in with a device that starts from nothing: a peer
    /// connection made for an earlier incarnation is dead.
    #[ts(type = "number")]
    pub incarnation: u64,
    /// When both sides offer at once, this device gives way to them.
    pub yield_to: bool,
    /// When they come in after this device, they make the first offer: this one
    /// waits for it.
    pub offers_first: bool,
    /// They agreed to all that is recorded, or asked for.
    pub consented: bool,
    /// To what they agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub consent: Option<ConsentState>,
    /// They said no to the request that stands, or to the recording that runs.
    pub declined: bool,
    /// They decide for all.
    pub host: bool,
    /// A host put them out, and none has let them in since.
    pub removed: bool,
    /// What they are there for, if they have no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<PartWord>")]
    pub part: Option<Part>,
    /// Since when they wait at the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub waiting_since: Option<Timestamp>,
    /// What the device they wait with found out about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<Check>")]
    pub check: Option<DeviceCheck>,
    /// They wait, but their connection to the server is lost.
    pub away: bool,
    /// Since when their hand is up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub hand_since: Option<Timestamp>,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhaseWord {
    /// It will ring later.
    Scheduled,
    /// It rings.
    Ringing,
    /// It was answered.
    Active,
    /// It is over.
    Over,
}

/// A call as its participants see it: all there is to know at `seq`.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallState {
    /// Which call.
    #[ts(type = "string")]
    pub id: RoomId,
    /// The number of the latest event this contains.
    #[ts(type = "number")]
    pub seq: u64,
    /// What brings people together in it.
    #[ts(as = "KindWord")]
    pub kind: Kind,
    /// What for.
    #[ts(as = "PurposeWord")]
    pub purpose: Purpose,
    /// How far it has come.
    pub phase: PhaseWord,
    /// Who called, or came first.
    #[ts(type = "string")]
    pub caller: UserId,
    /// Everybody the call ever named; to who waits at the door, the hosts and
    /// themselves.
    pub people: Vec<ParticipantState>,
    /// This device is in the room, or at its door.
    pub here: bool,
    /// Who waits until a host lets them in.
    #[ts(as = "DoorWord")]
    pub door: Door,
    /// Nobody comes in but hosts.
    pub locked: bool,
    /// The name of its meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub title: Option<Private<String>>,
    /// The id of its appointment or meeting: people come by this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub place: Option<RoomId>,
    /// The id of its appointment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub appointment: Option<AppointmentId>,
    /// The recording that runs, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recording: Option<RecordingState>,
    /// The request to record that stands, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recording_request: Option<RecordingRequestState>,
    /// When it was made.
    #[ts(type = "string")]
    pub created_at: Timestamp,
    /// When it is to ring, if it was scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub scheduled_at: Option<Timestamp>,
    /// Until when it rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub ring_until: Option<Timestamp>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub started_at: Option<Timestamp>,
    /// How it came out, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<OutcomeWord>")]
    pub outcome: Option<Outcome>,
}

/// A recording that runs.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordingState {
    /// Which.
    #[ts(type = "string")]
    pub id: RecordingId,
    /// Who records.
    #[ts(type = "string")]
    pub by: UserId,
    /// Since when.
    #[ts(type = "string")]
    pub since: Timestamp,
    /// What it holds.
    #[ts(as = "CoveredWord")]
    pub covers: Covered,
    /// It waits for somebody to agree: nothing is recorded.
    pub paused: bool,
    /// What becomes of those who come and have not agreed.
    #[ts(as = "NewcomersWord")]
    pub newcomers: Newcomers,
}

/// That somebody wants to record.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "RecordingRequest")]
pub struct RecordingRequestState {
    /// Who.
    #[ts(type = "string")]
    pub by: UserId,
    /// What.
    #[ts(as = "CoveredWord")]
    pub covers: Covered,
    /// The name of the text people are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub wording: Option<Wording>,
    /// When they asked.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// Something that was written in a room.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SaidBefore {
    /// Its place in the room's order.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Who wrote it.
    #[ts(type = "string")]
    pub user: UserId,
    /// What.
    #[ts(type = "string")]
    pub message: Message,
    /// To whom; to everybody if this names nobody.
    #[ts(type = "string[]")]
    pub to: Vec<UserId>,
    /// What came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<File>")]
    pub file: Option<Attachment>,
    /// What your client called it, if you wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub key: Option<MessageKey>,
}

/// What brings people together, on the wire.
#[derive(TS)]
#[ts(rename = "Kind", rename_all = "snake_case")]
pub enum KindWord {
    /// Somebody rings somebody.
    Call,
    /// An appointment.
    Consultation,
    /// A place with a name, to which people come.
    Meeting,
}

/// How a call came out, on the wire.
#[derive(TS)]
#[ts(rename = "Outcome", rename_all = "snake_case")]
pub enum OutcomeWord {
    /// It was answered, and then it ended.
    Completed,
    /// Nobody answered in time.
    Missed,
    /// Everybody who was asked said no.
    Declined,
    /// The caller took it back.
    Cancelled,
}

/// How somebody went, on the wire.
#[derive(TS)]
#[ts(rename = "Departure", rename_all = "snake_case")]
pub enum DepartureWord {
    /// They said so.
    Left,
    /// Their connection was lost and did not come back in time.
    ConnectionLost,
    /// They answered, but never came in.
    NeverCame,
    /// A host did not let them in.
    TurnedAway,
    /// A host put them out.
    Removed,
}

/// `welcome`: the first word after connecting.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// Who you are here.
    pub you: Person,
    /// The device this connection stands for.
    pub device: String,
    /// Your calls that are not over.
    pub calls: Vec<CallState>,
    /// The calls you have missed and not seen yet, the latest first.
    pub missed: Vec<MissedCall>,
}

/// `event`: something happened in a call of yours.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallEvent {
    /// Which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// Its place in the call's order: without gaps, from 1.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// Who caused it, unless the house did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub by: Option<UserId>,
    /// What.
    pub event: Happening,
}

/// What happened.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Happening {
    /// Somebody called you, or you called from another device.
    Initiated {
        /// The whole call.
        call: CallState,
    },
    /// It rings.
    Rang {
        /// Until when.
        #[ts(type = "string")]
        until: Timestamp,
    },
    /// A planned call will ring at another time.
    Rescheduled {
        /// When.
        #[ts(type = "string")]
        scheduled_at: Timestamp,
    },
    /// A planned call rings soon.
    Reminded,
    /// Somebody accepted.
    Answered {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// It was you, on another device: stop ringing here.
        elsewhere: bool,
    },
    /// Somebody said no.
    Declined {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        reason: Option<Reason>,
    },
    /// Somebody let it ring to the end.
    Missed {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
    },
    /// Somebody came in.
    Joined {
        /// As they are now.
        participant: ParticipantState,
        /// It was you, on another device: if this one was in, it is out.
        elsewhere: bool,
    },
    /// What somebody sends changed.
    MediaChanged {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// All of it.
        #[ts(as = "MediaState")]
        media: Media,
    },
    /// Somebody's connection to the server is lost; media may flow on.
    ConnectionLost {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// How long the call waits for them.
        #[ts(type = "string")]
        until: Timestamp,
    },
    /// They are back, with the peer connections they had.
    ConnectionResumed {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
    },
    /// Somebody went.
    Left {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// How.
        #[ts(as = "DepartureWord")]
        departure: Departure,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        reason: Option<Reason>,
    },
    /// A host said that the visit begins.
    Begun,
    /// Somebody who was not named may come, as far as the door.
    Expected {
        /// As they are now.
        participant: ParticipantState,
    },
    /// Somebody waits at the door.
    CameToDoor {
        /// As they are now.
        participant: ParticipantState,
    },
    /// A host lets somebody in.
    Admitted {
        /// Who.
        #[ts(type = "string")]
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
        #[ts(as = "DoorWord")]
        door: Door,
    },
    /// Somebody decides for all from here on, or no longer does.
    HostChanged {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// They do.
        host: bool,
    },
    /// A host asks for quiet.
    MuteAsked {
        /// Of whom; of everybody else if this names nobody.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        user: Option<UserId>,
    },
    /// A hand went up, or down.
    HandRaised {
        /// Whose.
        #[ts(type = "string")]
        user: UserId,
        /// Up.
        raised: bool,
    },
    /// Somebody wrote.
    Said {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// What.
        #[ts(type = "string")]
        message: Message,
        /// To whom; to everybody if this names nobody.
        #[ts(type = "string[]")]
        to: Vec<UserId>,
        /// What came with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, as = "Option<File>")]
        file: Option<Attachment>,
        /// What your client called it, if you wrote it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        key: Option<MessageKey>,
    },
    /// Something happened that is not for you: only its number is.
    Hidden,
    /// Somebody wants to record: everybody is asked whether they agree.
    RecordingAsked {
        /// Who, what and in which words.
        request: RecordingRequestState,
    },
    /// Nobody wants to record any more.
    RequestDropped,
    /// Somebody agreed to being recorded.
    ConsentGiven {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
        /// To what, and how.
        consent: ConsentState,
    },
    /// Somebody said no to being recorded.
    ConsentDeclined {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
    },
    /// Somebody no longer agrees to being recorded.
    ConsentWithdrawn {
        /// Who.
        #[ts(type = "string")]
        user: UserId,
    },
    /// From here on the call is recorded.
    RecordingStarted {
        /// The recording.
        recording: RecordingState,
    },
    /// Somebody comes who has not agreed: nothing is recorded until everybody has.
    RecordingPaused {
        /// Which recording.
        #[ts(type = "string")]
        recording: RecordingId,
    },
    /// Everybody has agreed: it is recorded again.
    RecordingResumed {
        /// Which recording.
        #[ts(type = "string")]
        recording: RecordingId,
    },
    /// From here on nothing is recorded.
    RecordingStopped {
        /// Which recording.
        #[ts(type = "string")]
        recording: RecordingId,
    },
    /// It is over for everybody.
    Ended {
        /// How it came out.
        #[ts(as = "OutcomeWord")]
        outcome: Outcome,
        /// Who ended it, unless time did.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        by: Option<UserId>,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "string")]
        reason: Option<Reason>,
        /// From the first answer to the end; 0 if there was none.
        #[ts(type = "number")]
        duration_seconds: u64,
    },
}

/// Hand-written because the bodies are opaque: what browsers make travels as
/// it is.
const BY_HAND: &str = "\
/** The three kinds of signal. */
export type SignalKind = 'offer' | 'answer' | 'candidate';
/** `signal`, to the server. */
export type SendSignal = { callId: string, to: string, kind: SignalKind, body: unknown };
/** `signal`, from the server. */
export type ReceivedSignal = { callId: string, from: string, kind: SignalKind, body: unknown };
/** The ack of every command. */
export type Reply<T> = { ok: true, result: T } | { ok: false, problem: Problem };
";

/// The TypeScript declarations of everything above, one after the other.
pub fn typescript() -> String {
    let config = Config::default();
    let declarations = [
        declaration::<PurposeWord>(&config),
        declaration::<MediaState>(&config),
        declaration::<OutcomeWord>(&config),
        declaration::<DepartureWord>(&config),
        declaration::<StageWord>(&config),
        declaration::<PhaseWord>(&config),
        declaration::<KindWord>(&config),
        declaration::<DoorWord>(&config),
        declaration::<PartWord>(&config),
        declaration::<VerdictWord>(&config),
        declaration::<PresenceWord>(&config),
        declaration::<Reaction>(&config),
        declaration::<CandidateKind>(&config),
        declaration::<ConnectionSummary>(&config),
        declaration::<PathKind>(&config),
        declaration::<Check>(&config),
        declaration::<File>(&config),
        declaration::<CoveredWord>(&config),
        declaration::<MethodWord>(&config),
        declaration::<NewcomersWord>(&config),
        declaration::<ConsentState>(&config),
        declaration::<RecordingState>(&config),
        declaration::<RecordingRequestState>(&config),
        declaration::<SaidBefore>(&config),
        declaration::<Person>(&config),
        declaration::<ConnectionReport>(&config),
        declaration::<ConnectionCheck>(&config),
        declaration::<NewConnectionCheck>(&config),
        declaration::<KeptConnectionCheck>(&config),
        declaration::<StartCall>(&config),
        declaration::<EnterCall>(&config),
        declaration::<CloseCall>(&config),
        declaration::<MoveCall>(&config),
        declaration::<ChangeMedia>(&config),
        declaration::<ArriveAtCall>(&config),
        declaration::<AdmitPerson>(&config),
        declaration::<SendAway>(&config),
        declaration::<LockCall>(&config),
        declaration::<ChooseDoor>(&config),
        declaration::<ChooseHost>(&config),
        declaration::<AskForQuiet>(&config),
        declaration::<RaiseHand>(&config),
        declaration::<ReactInCall>(&config),
        declaration::<ReadMessages>(&config),
        declaration::<ReportPath>(&config),
        declaration::<SayAway>(&config),
        declaration::<SayInCall>(&config),
        declaration::<ConsentToRecording>(&config),
        declaration::<AskForConsent>(&config),
        declaration::<RecordCall>(&config),
        declaration::<LookAtCall>(&config),
        declaration::<WatchPeople>(&config),
        declaration::<ParticipantState>(&config),
        declaration::<CallState>(&config),
        declaration::<MissedCall>(&config),
        declaration::<Visit>(&config),
        declaration::<VisitChange>(&config),
        declaration::<Welcome>(&config),
        declaration::<PresenceChange>(&config),
        declaration::<SeenReaction>(&config),
        declaration::<VisitNews>(&config),
        declaration::<Happening>(&config),
        declaration::<CallEvent>(&config),
        declaration::<Problem>(&config),
    ];
    let text = [HEADING, &declarations.concat(), BY_HAND].concat();
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

const HEADING: &str = "// Generated from the Rust types by `cargo xtask codegen`. Do not edit.\n\n";

/// One exported type with its documentation.
fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(config))
}
