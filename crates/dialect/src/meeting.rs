//! The vocabulary of meetings, spoken in `/`: people come to a place with a
//! name, write to each other, and everybody connects to everybody.
//!
//! It has two lanes, and each is a vocabulary of its own here. Whoever says
//! `join_room` with a text is on the chat lane: messages, presence and, for
//! clients with one connection, signals. Later clients open a second connection
//! for signals alone and say it there with an object: the media lane. It puts
//! out the chat lane of the same user, which goes on to follow the room.
//!
//! On the chat lane the newcomer offers to everybody it finds; on the media lane
//! the members offer to the newcomer. There are no acks: each word has an event
//! of its own for refusals, `{user: null, success: false, code, message}`.
//!
//! Whoever has to wait at the door gets `join_room_error` with the code `not_yet`;
//! a host of this vocabulary hears `send_access`, and lets them in by
//! `grant_access`. Then they hear `access_granted` and `join_room_success`. Who is
//! turned away gets `join_room_error` again, who is put out `room_ended`.

mod tell;

pub use tell::message_id;

use housecall_core::{
    Command, DeviceId, Refusal, RoomId, UserId,
    negotiation::FirstOffer,
    room::{Media, Message, OtherDevice},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Place, Problem, Recipient, Signal,
    SignalKind, Speaker, Viewer, door::is_let_in, has_field, native::json, parse,
};

/// The vocabulary, on one of its lanes.
#[derive(Debug, Clone, Copy)]
pub struct Meeting {
    lane: Lane,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Chat,
    Media,
}

impl Meeting {
    /// Messages, presence, and the signals of clients with one connection.
    pub const CHAT: Meeting = Meeting { lane: Lane::Chat };
    /// The signals of clients with a connection for them.
    pub const MEDIA: Meeting = Meeting { lane: Lane::Media };
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JoinMediaLane {
    room_id: RoomId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    #[serde(default)]
    room_id: Option<RoomId>,
    /// The oldest clients do not name a target: then it is for everybody else.
    #[serde(default)]
    target_user_id: Option<UserId>,
    #[serde(borrow)]
    sdp: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidate<'a> {
    #[serde(default)]
    room_id: Option<RoomId>,
    #[serde(default)]
    target_user_id: Option<UserId>,
    #[serde(borrow)]
    candidate: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WriteMessage {
    msg: Message,
    visibility: Visibility,
    #[serde(default)]
    target: Option<Vec<Target>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Visibility {
    Public,
    Private,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SendMessage {
    #[serde(default)]
    room_id: Option<RoomId>,
    text: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaStateChanged {
    mic_enabled: bool,
    camera_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeaveRoom {
    #[serde(default)]
    room_id: Option<RoomId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantAccess {
    room_id: RoomId,
    target_user_id: UserId,
}

/// What only clients of the chat lane say, besides `join_room` and signals.
const CHAT_WORDS: [&str; 10] = [
    "joins_in_room",
    "joins",
    "message",
    "sendMessage",
    "media_state_changed",
    "leaveRoom",
    "end_room",
    "send_access",
    "grant_access",
    "ice_candidate",
];

impl Dialect for Meeting {
    fn name(&self) -> &'static str {
        match self.lane {
            Lane::Chat => "meeting",
            Lane::Media => "meeting-media",
        }
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/"]
    }

    fn first_offer(&self) -> FirstOffer {
        match self.lane {
            Lane::Chat => FirstOffer::Newcomer,
            Lane::Media => FirstOffer::Member,
        }
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    /// The contact vocabulary has the same signals, and says `to` where this
    /// one says `targetUserId`. A connection comes to the media lane by
    /// `join_room`; whatever else it might say first is said on the chat lane.
    fn recognizes(&self, word: &str, body: Option<&str>) -> bool {
        match (self.lane, word) {
            (Lane::Media, "join_room") => is_object(body),
            (Lane::Media, _) => false,
            (Lane::Chat, "join_room") => !is_object(body),
            (Lane::Chat, "webrtc_offer" | "webrtc_answer" | "webrtc_ice_candidate") => {
                has_field(body, "targetUserId") || has_field(body, "senderId")
            }
            (Lane::Chat, _) => CHAT_WORDS.contains(&word),
        }
    }

    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        let device = by.device;
        Some(match word {
            "webrtc_ice_candidate" | "ice_candidate" => parse(body).and_then(ice_candidate),
            "webrtc_offer" => parse(body).and_then(|it| description(SignalKind::Offer, it)),
            "webrtc_answer" => parse(body).and_then(|it| description(SignalKind::Answer, it)),
            "join_room" => self.join_room(device, body),
            "media_state_changed" => parse(body).map(|it| self.media_state_changed(device, &it)),
            "leaveRoom" => parse(body).map(|it| self.leave_room(device, it)),
            "end_room" => Ok(ask(here(), Command::End { reason: None })),
            _ if self.lane == Lane::Chat => return decode_chat(by, word, body),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { from, signal, .. } => tell::signal(from, signal, say),
            News::Entry { before, after, entry } => {
                tell::entry(self.lane, viewer, before, after, entry, say);
            }
            News::Settled { room, user } => tell::settled(self.lane, viewer, room, user, say),
            News::Knocked { room, from } if self.lane == Lane::Chat => {
                tell::knocked(viewer, room, from, say);
            }
            News::Welcome { .. }
            | News::Knocked { .. }
            | News::Gesture { .. }
            | News::Called { .. }
            | News::Presence { .. }
            | News::QualityWarning { .. }
            | News::QualityRequest { .. }
            | News::Hidden { .. }
            | News::Visit { .. } => {}
        }
    }

    fn acknowledge(
        &self,
        viewer: &Viewer<'_>,
        word: &str,
        _: Option<&str>,
        answer: &Answer<'_>,
        say: &mut dyn FnMut(&str, String),
    ) {
        match (word, answer) {
            ("join_room", Answer::Call { room, changed: false }) => {
                tell::is_in_already(self.lane, viewer, room, say);
            }
            ("joins_in_room", Answer::Call { room, .. }) => tell::room_users(room, say),
            ("joins", Answer::Rooms(rooms)) => tell::joins_users(viewer, rooms, say),
            ("grant_access", Answer::Call { room, changed: false }) => {
                tell::grant_access_success(viewer, room, say);
            }
            _ => {}
        }
    }

    fn consent(&self, _: &Viewer<'_>, _: &Answer<'_>) -> String {
        #[derive(Serialize)]
        struct Success {
            success: bool,
        }
        json(&Success { success: true })
    }

    fn refuse(&self, problem: &Problem) -> String {
        /// The clients look for the user it is about, and bear null.
        #[derive(Serialize)]
        struct Failure<'a> {
            user: (),
            success: bool,
            #[serde(flatten)]
            problem: &'a Problem,
        }
        json(&Failure { user: (), success: false, problem })
    }

    /// Of two lanes that wait, the one that spoke last stands for its user. When
    /// they are let in, the media are where they are sent.
    fn follow_up(&self, viewer: &Viewer<'_>, news: &News<'_>) -> Option<Command> {
        let News::Entry { before, after, entry } = news else { return None };
        let beside = is_let_in(viewer, before, &entry.event) && !viewer.is_in(after);
        let come = || Command::Resume { device: viewer.device.clone(), media: Media::ON };
        (self.lane == Lane::Media && beside).then(come)
    }

    /// Whoever may not come in is not listened to any longer.
    fn parts_after(&self, word: &str, problem: &Problem) -> bool {
        word == "join_room" && problem.code == Refusal::NotAParticipant.code()
    }

    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String) {
        (error_of(word), self.refuse(problem))
    }
}

impl Meeting {
    fn join_room<'a>(
        &self,
        device: &DeviceId,
        body: Option<&'a str>,
    ) -> Result<Heard<'a>, Garbled> {
        // Clients do not say what they send before it changes.
        let (device, media) = (device.clone(), Media::ON);
        let (room, come) = match self.lane {
            Lane::Chat => {
                let other = OtherDevice::Stays;
                (parse(body)?, Command::Join { device, media, other })
            }
            // Said once more, it changes nothing.
            Lane::Media => {
                let JoinMediaLane { room_id } = parse(body)?;
                (room_id, Command::Resume { device, media })
            }
        };
        Ok(Heard::Enter { place: Place::Named(room), commands: vec![come] })
    }

    /// What a client says on its chat lane it says of its media, wherever they
    /// are.
    fn spoken_of(&self, device: &DeviceId) -> Option<DeviceId> {
        match self.lane {
            Lane::Chat => None,
            Lane::Media => Some(device.clone()),
        }
    }

    fn media_state_changed<'a>(&self, device: &DeviceId, it: &MediaStateChanged) -> Heard<'a> {
        let change = Command::ChangeMedia {
            device: self.spoken_of(device),
            audio: Some(it.mic_enabled),
            video: Some(it.camera_enabled),
            screen: None,
        };
        ask(here(), change)
    }

    fn leave_room<'a>(&self, device: &DeviceId, it: Option<LeaveRoom>) -> Heard<'a> {
        let leave = Command::Leave { device: self.spoken_of(device), reason: None };
        ask(place(it.and_then(|it| it.room_id)), leave)
    }
}

/// What is said on the chat lane only.
fn decode_chat<'a>(
    by: &Speaker<'_>,
    word: &str,
    body: Option<&'a str>,
) -> Option<Result<Heard<'a>, Garbled>> {
    Some(match word {
        "joins_in_room" => parse(body).map(|room| Heard::Look(Place::Named(room))),
        "joins" => Ok(Heard::Mine),
        "message" => parse(body).and_then(|it| message(by.user, it)),
        "sendMessage" => parse(body).map(|SendMessage { room_id, text }| {
            ask(place(room_id), Command::say(text, Vec::new()))
        }),
        "send_access" => parse(body).map(|room| Heard::Knock(Place::Named(room))),
        "grant_access" => parse(body).map(|GrantAccess { room_id, target_user_id }| {
            ask(Place::Named(room_id), Command::Admit { user: target_user_id })
        }),
        _ => return None,
    })
}

/// The event that tells a client that what it said with this word was refused.
fn error_of(word: &str) -> &'static str {
    match word {
        "join_room" => "join_room_error",
        "joins_in_room" | "joins" => "joins_in_room_error",
        "message" | "sendMessage" => "message_error",
        "send_access" | "grant_access" => "grant_access_error",
        // So spelled by the clients.
        "leaveRoom" | "end_room" => "disconect_error",
        _ => "webrtc_error",
    }
}

fn is_object(body: Option<&str>) -> bool {
    body.is_some_and(|it| it.trim_start().starts_with('{'))
}

fn here() -> Place {
    Place::Here { named: None }
}

fn place(room: Option<RoomId>) -> Place {
    room.map_or_else(here, Place::Named)
}

fn ask<'a>(place: Place, command: Command) -> Heard<'a> {
    Heard::Ask { place, commands: vec![command] }
}

fn description(kind: SignalKind, it: Description<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(kind, it.sdp, "sdp")?;
    Ok(Heard::Signal { place: place(it.room_id), to: recipient(it.target_user_id), signal })
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    Ok(Heard::Signal { place: place(it.room_id), to: recipient(it.target_user_id), signal })
}

fn recipient(target: Option<UserId>) -> Recipient {
    target.map_or(Recipient::Others, Recipient::One)
}

fn message<'a>(by: &UserId, it: WriteMessage) -> Result<Heard<'a>, Garbled> {
    let targets = it.target.unwrap_or_default().into_iter().map(|it| it.user_id);
    let to: Vec<UserId> = match it.visibility {
        Visibility::Public => Vec::new(),
        Visibility::Private => targets.filter(|it| it != by).collect(),
    };
    // To nobody would mean to everybody.
    if it.visibility == Visibility::Private && to.is_empty() {
        return Err(Garbled::field("target", "Name somebody else a private message is for."));
    }
    Ok(ask(here(), Command::say(it.msg, to)))
}

#[cfg(test)]
mod tests;
