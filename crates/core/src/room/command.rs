//! What can be asked of a room, and how it says no.

use std::time::Duration;

use super::{
    Attachment, ConsentMethod, Covered, DeviceCheck, Door, Invitation, Media, Message, MessageKey,
    Newcomers, Part, Reason, Wording,
};
use crate::{DeviceId, RecordingId, Role, Roles, Timestamp, UserId};

/// Something a person, or the house, asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Call somebody. Only a room without events takes it.
    Initiate(Invitation),
    /// Accept, with the device that will join, if it is known.
    Answer {
        /// The device that won, unless the answer came without one.
        device: Option<DeviceId>,
    },
    /// Say no to a ringing or scheduled call.
    Decline {
        /// Why.
        reason: Option<Reason>,
    },
    /// Take a call back before it was answered.
    Cancel {
        /// Why.
        reason: Option<Reason>,
    },
    /// Come in with a device that starts from nothing. A callee who still
    /// rings answers by joining.
    Join {
        /// With which device.
        device: DeviceId,
        /// What it sends.
        media: Media,
        /// What becomes of a device of the same user that is in the room.
        other: OtherDevice,
    },
    /// Come back with peer connections that are still alive. Joins if there is
    /// nothing to come back to.
    Resume {
        /// With which device.
        device: DeviceId,
        /// What it sends, should this turn out to be a join.
        media: Media,
    },
    /// Go; the others stay.
    Leave {
        /// From which device; another one of the same user is not moved by it.
        /// With whichever they are in, unless this names one.
        device: Option<DeviceId>,
        /// Why.
        reason: Option<Reason>,
    },
    /// Switch microphone, camera or screen; `None` leaves as it is.
    ChangeMedia {
        /// On which device; whichever they are in with, unless this names one.
        device: Option<DeviceId>,
        /// Microphone.
        audio: Option<bool>,
        /// Camera.
        video: Option<bool>,
        /// Screen.
        screen: Option<bool>,
    },
    /// End the call for everybody.
    End {
        /// Why.
        reason: Option<Reason>,
    },
    /// End it if they may, else go: what a red button means to someone whose
    /// client knows calls between two only.
    HangUp {
        /// On which device.
        device: DeviceId,
        /// Why.
        reason: Option<Reason>,
    },
    /// Say that the visit begins: what counts as its start, whoever came when.
    Begin,
    /// Have a planned call ring at another time.
    Reschedule {
        /// When; later than now.
        at: Timestamp,
    },
    /// Come as far as the door: in, if nothing keeps one, else wait there. For
    /// clients that can show a waiting room; [`Command::Join`] of others may end
    /// at the door too.
    Arrive {
        /// With which device.
        device: DeviceId,
        /// What it sends.
        media: Media,
        /// What it found out about itself.
        check: Option<DeviceCheck>,
    },
    /// Have somebody among those who may come, as far as the door. The house
    /// alone knows who is on a list or has a link.
    Expect {
        /// Whom.
        user: UserId,
        /// What for, if they have no account.
        part: Option<Part>,
    },
    /// Let somebody in: who waits at the door is in at once; who was not named,
    /// or was removed, may come.
    Admit {
        /// Whom.
        user: UserId,
    },
    /// Let everybody in who waits at the door, as far as there is room.
    AdmitAll,
    /// Send somebody away who waits at the door.
    TurnAway {
        /// Whom.
        user: UserId,
        /// Why.
        reason: Option<Reason>,
    },
    /// Put somebody out, for as long as no host admits them again.
    Remove {
        /// Whom.
        user: UserId,
        /// Why.
        reason: Option<Reason>,
    },
    /// Have nobody come in any more but hosts, or let people come again.
    Lock {
        /// Nobody comes in.
        locked: bool,
    },
    /// Choose who waits at the door.
    SetDoor {
        /// Who does.
        door: Door,
    },
    /// Have somebody decide for all, or no longer.
    MakeHost {
        /// Whom.
        user: UserId,
        /// They do.
        host: bool,
    },
    /// Ask for quiet.
    AskToMute {
        /// Of whom; of everybody else if this names nobody.
        user: Option<UserId>,
    },
    /// Raise or lower a hand. Hosts may lower those of others.
    RaiseHand {
        /// Whose, if it is not one's own.
        user: Option<UserId>,
        /// Up.
        raised: bool,
    },
    /// Write to the others.
    Say {
        /// What.
        message: Message,
        /// To whom; to everybody if this names nobody.
        to: Vec<UserId>,
        /// What comes with it.
        file: Option<Attachment>,
        /// What the client calls it: who says the same key again says nothing
        /// new.
        key: Option<MessageKey>,
    },
    /// Ask everybody whether they agree to being recorded.
    AskConsent {
        /// What is to be recorded.
        covers: Covered,
        /// Which text they are shown.
        wording: Option<Wording>,
    },
    /// Agree to being recorded, say no to it, or agree no longer. A provider may
    /// note the consent of somebody else.
    Consent {
        /// Whose consent.
        user: UserId,
        /// Whether they agree.
        agreed: bool,
        /// How they said so.
        method: ConsentMethod,
        /// To what; to what is asked for, or recorded, unless this says.
        covers: Option<Covered>,
        /// Which text they were shown.
        wording: Option<Wording>,
    },
    /// Record. Everybody in the room must have agreed.
    StartRecording {
        /// The id the recording gets.
        recording: RecordingId,
        /// What it holds; what was asked for, unless this says.
        covers: Option<Covered>,
        /// What becomes of newcomers; as the rules have it, unless this says.
        newcomers: Option<Newcomers>,
    },
    /// Stop recording, or take back the request to.
    StopRecording {
        /// Which one; the one that runs, unless this names one.
        recording: Option<RecordingId>,
    },
    /// The connection of a device is gone. Said by the house about a person.
    LoseConnection {
        /// Of which device.
        device: DeviceId,
    },
    /// The process that held all connections is gone. Said by the house.
    Restart,
    /// A deadline may have passed. Said by the house.
    Elapse,
}

impl Command {
    /// Record what was asked for, and do with newcomers as the rules have it.
    pub fn record(recording: RecordingId) -> Self {
        Command::StartRecording { recording, covers: None, newcomers: None }
    }

    /// Agree to being recorded, or not, to whatever is asked for.
    pub fn consent(user: UserId, agreed: bool, method: ConsentMethod) -> Self {
        Command::Consent { user, agreed, method, covers: None, wording: None }
    }

    /// Writes a message that stands for itself.
    pub fn say(message: Message, to: Vec<UserId>) -> Self {
        Command::Say { message, to, file: None, key: None }
    }
}

/// What becomes of a device that is in the room, when another device of the
/// same user wants to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherDevice {
    /// It stays, and the newcomer is refused.
    Prevails,
    /// It is put out. If it is the same device, that starts anew.
    IsPutOut,
    /// It stays the one that stands for the user; the newcomer is content with
    /// listening.
    Stays,
}

/// A typed no. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The room has no such person, or there is no such room: the same answer,
    /// so that ids cannot be probed.
    #[error("There is no such call, or you are not part of it.")]
    NotAParticipant,
    /// They are part of the call, but not in the room with this device.
    #[error("Join the call first.")]
    NotInRoom,
    /// The one a signal is for is not in the room.
    #[error("The other participant is not in the call at the moment.")]
    PeerNotInRoom,
    /// The call is over.
    #[error("This call is over.")]
    Over,
    /// There is nothing to answer or decline.
    #[error("This call is not ringing for you.")]
    NotRinging,
    /// It was answered before.
    #[error("You have already answered this call.")]
    AlreadyAnswered,
    /// Another device of the same user was faster.
    #[error("This call was answered on another of your devices.")]
    AnsweredElsewhere,
    /// Another device of the same user is in the room.
    #[error("You are in this call on another device. Take it over to continue here.")]
    OnAnotherDevice,
    /// It was answered, so it cannot be taken back, only ended.
    #[error("This call has begun; end it instead.")]
    AlreadyStarted,
    /// The room has events already.
    #[error("This call exists already.")]
    AlreadyExists,
    /// Somebody called nobody.
    #[error("Name at least one person to call.")]
    NobodyToCall,
    /// Somebody called themselves.
    #[error("You cannot call yourself.")]
    CannotCallYourself,
    /// Somebody is named twice.
    #[error("Name each person only once.")]
    NamedTwice,
    /// More people than a room holds.
    #[error("That is more people than a call can hold.")]
    TooManyPeople,
    /// Their role or part in the call does not allow it.
    #[error("You are not allowed to do this.")]
    Forbidden,
    /// As many people are in as a room holds.
    #[error("This call is full. Try again when somebody has left.")]
    RoomFull,
    /// Neither voices nor pictures nor screens.
    #[error("Say what is to be recorded: voices, pictures or screens.")]
    NothingToRecord,
    /// Somebody in the room has not agreed to being recorded.
    #[error("The recording cannot start: everybody in the call has to agree to it first.")]
    ConsentMissing,
    /// A recording runs.
    #[error("A recording of this call is already running.")]
    AlreadyRecording,
    /// There is no such recording, or it has stopped.
    #[error("There is no recording to stop.")]
    NotRecording,
    /// Nobody has answered yet.
    #[error("This call has not begun yet.")]
    NotStarted,
    /// A host put them out.
    #[error("A host has removed you. You can come back when a host lets you in again.")]
    Removed,
    /// Nobody comes in but hosts.
    #[error("This call is locked. Ask the host to unlock it.")]
    RoomLocked,
    /// They stand at the door, and hear nothing of what goes on inside.
    #[error("You are waiting to be let in. A host will open the door for you.")]
    NotYet,
    /// It was to ring at a time that has passed.
    #[error("Choose a time that is still to come.")]
    TimePassed,
    /// There is nobody of that name at the door.
    #[error("This person is not waiting to be let in.")]
    NotWaiting,
}

impl Refusal {
    /// The word clients branch on. Stable.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotAParticipant => "not_a_participant",
            Refusal::NotInRoom => "not_in_room",
            Refusal::PeerNotInRoom => "peer_not_in_room",
            Refusal::Over => "call_over",
            Refusal::NotRinging => "not_ringing",
            Refusal::AlreadyAnswered => "already_answered",
            Refusal::AnsweredElsewhere => "answered_elsewhere",
            Refusal::OnAnotherDevice => "on_another_device",
            Refusal::AlreadyStarted => "already_started",
            Refusal::AlreadyExists => "already_exists",
            Refusal::NobodyToCall => "nobody_to_call",
            Refusal::CannotCallYourself => "cannot_call_yourself",
            Refusal::NamedTwice => "named_twice",
            Refusal::TooManyPeople => "too_many_people",
            Refusal::Forbidden => "forbidden",
            Refusal::RoomFull => "room_full",
            Refusal::NothingToRecord => "nothing_to_record",
            Refusal::ConsentMissing => "consent_missing",
            Refusal::AlreadyRecording => "already_recording",
            Refusal::NotRecording => "not_recording",
            Refusal::NotStarted => "not_started",
            Refusal::Removed => "removed",
            Refusal::RoomLocked => "room_locked",
            Refusal::NotYet => "not_yet",
            Refusal::NotWaiting => "not_waiting",
            Refusal::TimePassed => "time_passed",
        }
    }
}

/// The figures an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long a call rings. Longer annoys; shorter misses people who look
    /// for their phone.
    pub ring: Duration,
    /// How long a lost connection may take to come back. Longer keeps ghosts
    /// in the room; shorter ends calls in lifts.
    pub grace: Duration,
    /// How long somebody at the door whose connection is lost keeps their place.
    /// Phones that lock their screen lose it all the time.
    pub door_grace: Duration,
    /// How long an accepted call waits for the device that accepted it.
    pub arrival: Duration,
    /// How long before it rings the people of a planned call are reminded of it.
    pub remind: Duration,
    /// How long one person may stay alone in an answered call.
    pub alone: Duration,
    /// How many people a room holds at a time, the caller included. Everybody
    /// sends to everybody, so upload grows with each.
    pub most_people: usize,
    /// In which roles people may record.
    pub recorders: Roles,
    /// What becomes of those who come while a recording runs, unless whoever starts
    /// it says otherwise.
    pub newcomers: Newcomers,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ring: Duration::from_secs(45),
            grace: Duration::from_secs(30),
            door_grace: Duration::from_secs(120),
            arrival: Duration::from_secs(30),
            remind: Duration::from_secs(15 * 60),
            alone: Duration::from_secs(120),
            most_people: 8,
            recorders: Roles::NONE.with(Role::Provider).with(Role::Admin),
            newcomers: Newcomers::Pause,
        }
    }
}
