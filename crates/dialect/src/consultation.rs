//! The vocabulary of consultations between a patient and a physician, spoken in
//! `/`. A session is an appointment; the conversation of the same id is the
//! chat in it, and whoever is in the one reads and writes in the other.
//!
//! Nobody is designated to offer: the first offer wins. A refusal is the event
//! `error {event, code, message}`, or the same in the ack of a client that asked
//! for one.
//!
//! A page says the same `consultation:join` whether it was just loaded or its
//! connection is back. While the grace time runs it goes on where it was, and
//! the others hear nothing: to them `consultation:user_joined` means a new
//! connection. Otherwise the last page to join carries the media.
//!
//! Whoever has to wait at the door gets the error `not_yet`, and hears
//! `consultation:room_state` when they are let in. The errors `turned_away` and
//! `removed` come when a host decides so; with the latter their session ends, and
//! goes on for the others.
//!
//! Of presence and notifications there is only what a client needs to go on:
//! its words are taken, and nothing comes of them.

mod tell;

use std::borrow::Cow;

use housecall_core::{
    Command, DeviceId, RoomId, UserId,
    negotiation::FirstOffer,
    room::{Media, Message},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Gesture, Heard, News, PageClose, Problem, Recipient, Signal,
    SignalKind, Speaker, Viewer, native::json, parse,
};

/// How many messages whoever comes to a conversation is given.
const LATEST_MESSAGES: u32 = 50;

/// The longest name of a message that is passed on, in bytes: that of any id.
const LONGEST_MESSAGE_ID: usize = 200;

/// The vocabulary.
#[derive(Debug)]
pub struct Consultation;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: RoomId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    conversation_id: RoomId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    session_id: RoomId,
    #[serde(borrow)]
    offer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerToOffer<'a> {
    session_id: RoomId,
    #[serde(borrow)]
    answer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidate<'a> {
    session_id: RoomId,
    #[serde(borrow)]
    candidate: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage {
    conversation_id: RoomId,
    content: Message,
    #[serde(default)]
    message_type: MessageType,
}

/// Files and pictures are not sent through a room.
#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MessageType {
    #[default]
    Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MarkRead {
    conversation_id: RoomId,
    #[serde(default)]
    message_id: Option<String>,
}

#[derive(Deserialize)]
struct PresenceStatus {
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Online,
    Away,
    Busy,
}

/// An object of which nothing is asked.
#[derive(Deserialize)]
struct Anything {}

/// What the words of this vocabulary begin with, and those of no other.
const PREFIXES: [&str; 4] = ["consultation:", "chat:", "presence:", "notifications:"];

impl Dialect for Consultation {
    fn name(&self) -> &'static str {
        "consultation"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Nobody
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    fn recognizes(&self, word: &str, _: Option<&str>) -> bool {
        PREFIXES.iter().any(|it| word.starts_with(it))
    }

    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        let device = by.device;
        Some(match word {
            "consultation:ice-candidate" => parse(body).and_then(ice_candidate),
            "consultation:offer" => parse(body).and_then(offer),
            "consultation:answer" => parse(body).and_then(answer),
            "consultation:join" => parse(body).map(|it| join(device, it)),
            "consultation:leave" => {
                session(body, Command::Leave { device: Some(device.clone()), reason: None })
            }
            "consultation:start" => session(body, Command::Begin),
            "consultation:end" => session(body, Command::End { reason: None }),
            "chat:join" => parse(body).map(|Conversation { conversation_id }| Heard::Messages {
                place: conversation_id.into(),
                most: LATEST_MESSAGES,
                after: 0,
                shows: Some(Gesture::Attending(true)),
            }),
            "chat:leave" => conversation(body, Gesture::Attending(false)),
            "chat:message" => parse(body).map(chat_message),
            "chat:typing:start" => conversation(body, Gesture::Typing(true)),
            "chat:typing:stop" => conversation(body, Gesture::Typing(false)),
            "chat:mark_read" => parse(body).and_then(mark_read),
            "presence:status" => parse(body).map(
                |PresenceStatus { status: Status::Online | Status::Away | Status::Busy }| {
                    Heard::Greeting
                },
            ),
            "notifications:subscribe" | "notifications:mark_read" => {
                parse(body).map(|_: Option<Anything>| Heard::Greeting)
            }
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(viewer, room, from, signal, say),
            News::Entry { before, after, entry } => tell::entry(viewer, before, after, entry, say),
            News::Gesture { room, from, gesture } => {
                tell::gesture(viewer, room, from, gesture, say)
            }
            News::Settled { room, user } if viewer.offers_first(room, user) => {
                tell::settled(viewer, room, user, say);
            }
            News::Welcome { .. }
            | News::Settled { .. }
            | News::Knocked { .. }
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
            ("consultation:join", Answer::Call { room, changed: false }) => {
                tell::room_state(viewer, room, say);
            }
            ("chat:join", Answer::Messages { room, entries }) => {
                tell::messages(viewer, room, entries, say);
            }
            ("notifications:subscribe", _) => tell::subscribed(say),
            ("notifications:mark_read", _) => tell::marked_read(say),
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
        #[derive(Serialize)]
        struct Failure<'a> {
            success: bool,
            #[serde(flatten)]
            problem: &'a Problem,
        }
        json(&Failure { success: false, problem })
    }

    fn turn_away(&self, problem: &Problem) -> Cow<'static, str> {
        match problem.code {
            "token_missing" => "Authentication token required".into(),
            "token_expired" | "token_invalid" => "Invalid authentication token".into(),
            "user_disabled" => "User not found or inactive".into(),
            _ => problem.message.clone(),
        }
    }

    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String) {
        #[derive(Serialize)]
        struct Complaint<'a> {
            event: &'a str,
            #[serde(flatten)]
            problem: &'a Problem,
        }
        ("error", json(&Complaint { event: word, problem }))
    }
}

fn join<'a>(device: &DeviceId, it: Session) -> Heard<'a> {
    let resume = Command::Resume { device: device.clone(), media: Media::ON };
    Heard::Enter { place: it.session_id.into(), commands: vec![resume] }
}

fn session(body: Option<&str>, command: Command) -> Result<Heard<'_>, Garbled> {
    let Session { session_id } = parse(body)?;
    Ok(ask(session_id, command))
}

fn ask<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Ask { place: room.into(), commands: vec![command] }
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(pass_on(it.session_id, it.target_user_id, signal))
}

fn answer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(pass_on(it.session_id, it.target_user_id, signal))
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    Ok(pass_on(it.session_id, it.target_user_id, signal))
}

fn pass_on(room: RoomId, to: UserId, signal: Signal<'_>) -> Heard<'_> {
    Heard::Signal { place: room.into(), to: Recipient::One(to), signal }
}

fn chat_message<'a>(it: ChatMessage) -> Heard<'a> {
    let ChatMessage { conversation_id, content, message_type: MessageType::Text } = it;
    ask(conversation_id, Command::say(content, Vec::new()))
}

fn conversation(body: Option<&str>, gesture: Gesture) -> Result<Heard<'_>, Garbled> {
    let Conversation { conversation_id } = parse(body)?;
    Ok(Heard::Gesture { place: conversation_id.into(), gesture })
}

fn mark_read<'a>(it: MarkRead) -> Result<Heard<'a>, Garbled> {
    if it.message_id.as_ref().is_some_and(|it| it.len() > LONGEST_MESSAGE_ID) {
        return Err(Garbled::field("messageId", "This is not the id of a message."));
    }
    Ok(Heard::Gesture { place: it.conversation_id.into(), gesture: Gesture::Read(it.message_id) })
}

#[cfg(test)]
mod tests;
