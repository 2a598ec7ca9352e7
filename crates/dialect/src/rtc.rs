//! The vocabulary of rooms of an appointment, in two generations of clients:
//! the first ([`Rtc::SEED`]) speaks in `/`, may come without a token, and shows
//! what its user writes by itself; the later one ([`Rtc::LATER`]) speaks in
//! `/webrtc` and waits for the echo. Whoever was in the room offers to the one
//! who comes in; the first generation offers when it comes in, too.
//!
//! A page says the same `join-room` whether it was just loaded or its connection
//! is back. While the grace time runs it goes on where it was: it is told
//! `room-joined` with nobody to connect to and `resumed: true`, and the others
//! hear nothing.
//!
//! # Refusals
//!
//! Its clients replace the whole call by an error screen on any `error`, unless
//! the message speaks of a recording. So what leaves a call as it was is said by
//! another event, `refused {event, code, message}`, which they do not know. What
//! was asked for decides:
//!
//! | refused word | said as | codes |
//! |---|---|---|
//! | `join-room` | `refused` | `not_yet`: they wait at the door, and hear `room-joined` when they are let in, `room-ended` when they are not |
//! | `join-room` | `error` | all others: `not_a_participant`, `removed`, `room_locked`, `room_full`, `call_over`, `invalid_payload`, ... |
//! | `start-recording`, `stop-recording`, `recording-consent` | `error`, with "recording" in the message | all: `consent_missing`, `already_recording`, `not_recording`, `forbidden`, `not_in_room`, ... |
//! | `offer`, `answer`, `ice-candidate` | `refused` | all: `peer_not_in_room`, `not_in_room`, `call_over`, `too_large`, ... |
//! | `media-state-change`, `chat-message`, `leave-room` | `refused` | all: `not_in_room`, `call_over`, `invalid_payload`, ... |
//! | everything else | `refused` | all |
//!
//! A client that asked for an ack gets `{success: false, error, message}`
//! instead, `error` being the code.

mod tell;

use std::collections::BTreeMap;

use housecall_core::{
    AppointmentId, Command, Refusal, RoomId, UserId,
    negotiation::FirstOffer,
    room::{ConsentMethod, Media, Message},
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, SignalKind,
    Speaker, Viewer, has_field, native::json, parse,
};

/// The largest invitation passed on, in bytes. Clients make about 300.
const MOST_INVITATION: usize = 4 * 1024;

/// The vocabulary of one generation of clients.
#[derive(Debug)]
pub struct Rtc {
    name: &'static str,
    namespaces: &'static [&'static str],
    /// Whether what somebody writes comes back to them.
    echo: bool,
    /// Whether its clients may come without a token.
    tickets: bool,
}

impl Rtc {
    /// That of the first clients.
    pub const SEED: Rtc = Rtc { name: "rtc", namespaces: &["/"], echo: false, tickets: true };
    /// That of later clients.
    pub const LATER: Rtc =
        Rtc { name: "rtc-later", namespaces: &["/webrtc"], echo: true, tickets: false };
}

/// Who it claims to be is not asked: the connection has said that.
#[derive(Deserialize)]
struct Register {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JoinRoom {
    room_id: RoomId,
    /// Only a yes counts: a page whose connection is back says what it said
    /// first, and may have agreed since.
    #[serde(default)]
    recording_consent: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartRecording {
    room_id: RoomId,
    /// The speaker's own consent, which they give by starting.
    #[serde(default)]
    recording_consent: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WhichRoom {
    room_id: RoomId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    room_id: RoomId,
    #[serde(borrow)]
    offer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerToOffer<'a> {
    room_id: RoomId,
    #[serde(borrow)]
    answer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidate<'a> {
    room_id: RoomId,
    #[serde(borrow)]
    candidate: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaStateChange {
    room_id: RoomId,
    audio: bool,
    video: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage {
    room_id: RoomId,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordingConsent {
    room_id: RoomId,
    consent: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallInvitation {
    target_user_id: UserId,
    #[serde(default)]
    appointment_id: Option<AppointmentId>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl CallInvitation {
    /// The same word carries notices about appointments that were made, moved or
    /// paid. They are no calls, and go nowhere.
    fn is_notice(&self) -> bool {
        self.kind.as_ref().is_some_and(|it| it.starts_with("appointment-"))
    }
}

/// What only clients of this vocabulary say.
const WORDS: [&str; 9] = [
    "register",
    "join-room",
    "leave-room",
    "media-state-change",
    "chat-message",
    "recording-consent",
    "start-recording",
    "stop-recording",
    "call-invitation",
];

impl Dialect for Rtc {
    fn name(&self) -> &'static str {
        self.name
    }

    fn namespaces(&self) -> &'static [&'static str] {
        self.namespaces
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Member
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    /// The call vocabulary in `/webrtc` has `offer`, `answer` and
    /// `ice-candidate` too, and names a call where this one names a room.
    fn recognizes(&self, word: &str, body: Option<&str>) -> bool {
        match word {
            "offer" | "answer" | "ice-candidate" => has_field(body, "roomId"),
            _ => WORDS.contains(&word),
        }
    }

    fn takes_tickets(&self) -> bool {
        self.tickets
    }

    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        let device = by.device;
        Some(match word {
            "ice-candidate" => parse(body).and_then(ice_candidate),
            "offer" => parse(body).and_then(offer),
            "answer" => parse(body).and_then(answer),
            "register" => parse(body).map(|Register {}| Heard::Greeting),
            "join-room" => parse(body).map(|it| join(by, it)),
            "leave-room" => parse(body).map(|WhichRoom { room_id }| {
                ask(room_id, Command::Leave { device: Some(device.clone()), reason: None })
            }),
            "media-state-change" => parse(body).map(|it| change_media(by, it)),
            "chat-message" => parse(body).and_then(chat_message),
            "recording-consent" => parse(body).map(|RecordingConsent { room_id, consent }| {
                ask(room_id, self::consent(by, consent))
            }),
            "start-recording" => parse(body).map(|it| start_recording(by, it)),
            "stop-recording" => parse(body).map(|WhichRoom { room_id }| {
                ask(room_id, Command::StopRecording { recording: None })
            }),
            "call-invitation" => call_invitation(body),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(viewer, room, from, signal, say),
            News::Entry { before, after, entry } => {
                tell::entry(viewer, self.echo, before, after, entry, say);
            }
            News::Called { from, body } => tell::called(from, body, say),
            News::Welcome { .. }
            | News::Settled { .. }
            | News::Gesture { .. }
            | News::Knocked { .. }
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
        body: Option<&str>,
        answer: &Answer<'_>,
        say: &mut dyn FnMut(&str, String),
    ) {
        match (word, answer) {
            ("register", _) => tell::registered(viewer, body, say),
            ("join-room", Answer::Call { room, changed: false }) => {
                tell::room_resumed(viewer, room, say);
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
        #[derive(Serialize)]
        struct Failure<'a> {
            success: bool,
            error: &'a str,
            message: &'a str,
        }
        json(&Failure { success: false, error: problem.code, message: &problem.message })
    }

    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String) {
        #[derive(Serialize)]
        struct Complaint<'a> {
            event: &'a str,
            #[serde(flatten)]
            problem: &'a Problem,
        }
        let waits = problem.code == Refusal::NotYet.code();
        let fatal = (word == "join-room" && !waits) || is_of_recording(word);
        let complaint = json(&Complaint { event: word, problem: &worded(word, problem) });
        (if fatal { "error" } else { "refused" }, complaint)
    }
}

fn is_of_recording(word: &str) -> bool {
    matches!(word, "start-recording" | "stop-recording" | "recording-consent")
}

/// Clients go on with the call after an `error` only if they read of a recording
/// in it.
fn worded(word: &str, problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    if is_of_recording(word) && !problem.message.to_lowercase().contains("recording") {
        problem.message = format!("Recording: {}", problem.message).into();
    }
    problem
}

fn ask<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Ask { place: room.into(), commands: vec![command] }
}

/// Whoever agrees to be recorded does so before they come in, so that a
/// recording that runs goes on.
fn join<'a>(by: &Speaker<'_>, it: JoinRoom) -> Heard<'a> {
    let agrees = it.recording_consent == Some(true);
    let resume = Command::Resume { device: by.device.clone(), media: Media::ON };
    let commands = agrees.then(|| consent(by, true)).into_iter().chain([resume]).collect();
    Heard::Enter { place: it.room_id.into(), commands }
}

fn consent(by: &Speaker<'_>, agreed: bool) -> Command {
    Command::consent(by.user.clone(), agreed, ConsentMethod::Electronic)
}

fn change_media<'a>(by: &Speaker<'_>, it: MediaStateChange) -> Heard<'a> {
    let change = Command::ChangeMedia {
        device: Some(by.device.clone()),
        audio: Some(it.audio),
        video: Some(it.video),
        screen: None,
    };
    ask(it.room_id, change)
}

fn chat_message<'a>(it: ChatMessage) -> Result<Heard<'a>, Garbled> {
    let message = Message::try_from(it.message.trim().to_owned())
        .map_err(|problem| Garbled::field("message", problem.to_string()))?;
    Ok(ask(it.room_id, Command::say(message, Vec::new())))
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(pass_on(it.room_id, it.target_user_id, signal))
}

fn answer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(pass_on(it.room_id, it.target_user_id, signal))
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    Ok(pass_on(it.room_id, it.target_user_id, signal))
}

fn pass_on(room: RoomId, to: UserId, signal: Signal<'_>) -> Heard<'_> {
    Heard::Signal { place: room.into(), to: Recipient::One(to), signal }
}

fn call_invitation(body: Option<&str>) -> Result<Heard<'_>, Garbled> {
    let it: CallInvitation = parse(body)?;
    if it.is_notice() {
        return Ok(Heard::Greeting);
    }
    let appointment = it.appointment_id.ok_or_else(|| {
        Garbled::field("appointmentId", "Say which appointment they are to come to.")
    })?;
    if body.is_some_and(|it| it.len() > MOST_INVITATION) {
        let what = format!("This is larger than the {MOST_INVITATION} bytes that are passed on.");
        return Err(Garbled { field: None, what: what.into(), too_large: true });
    }
    let mut told: BTreeMap<String, &RawValue> = parse(body)?;
    told.remove("targetUserId");
    let body = to_raw_value(&told).expect("what was JSON still is");
    Ok(Heard::CallIn { user: it.target_user_id, appointment, body })
}

fn start_recording<'a>(by: &Speaker<'_>, it: StartRecording) -> Heard<'a> {
    let agrees = it.recording_consent == Some(true);
    let first = agrees.then(|| consent(by, true)).into_iter().collect();
    Heard::Record { place: it.room_id.into(), first, covers: None, newcomers: None }
}

#[cfg(test)]
mod tests;
