//! The vocabulary of calls between a patient and a provider, spoken in
//! `/webrtc`: calls are made over REST, and everything in them is said here.
//!
//! Its clients want no acks, but get one if they ask; otherwise a refusal is
//! the event `error {message, code, event}`. Whoever was in the room offers to
//! the one who comes in.
//!
//! Whoever has to wait at the door gets the code `not_yet` for `join-call`, and
//! hears `room-participants` when they are let in; `call-ended` tells those a host
//! did not let in, or put out, and the other devices of whoever declined.

mod tell;

pub use tell::room_name;

use housecall_core::{
    Command, DeviceId, RoomId, UserId,
    negotiation::FirstOffer,
    quality::Sample,
    room::{Media, OtherDevice, Reason},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, SignalKind,
    Speaker, Viewer, has_field, native::json, parse,
};

/// The vocabulary.
#[derive(Debug)]
pub struct Call;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JoinCall {
    call_id: RoomId,
    #[serde(default)]
    video_enabled: Option<bool>,
    #[serde(default)]
    audio_enabled: Option<bool>,
}

impl JoinCall {
    fn media(&self) -> Media {
        Media {
            audio: self.audio_enabled.unwrap_or(true),
            video: self.video_enabled.unwrap_or(true),
            screen: false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeaveCall {
    call_id: RoomId,
    #[serde(default)]
    reason: Option<Reason>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateMedia {
    call_id: RoomId,
    #[serde(default)]
    video_enabled: Option<bool>,
    #[serde(default)]
    audio_enabled: Option<bool>,
    #[serde(default)]
    screen_share_enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionQuality {
    call_id: RoomId,
    metrics: Sample,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    call_id: RoomId,
    #[serde(borrow)]
    offer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerToOffer<'a> {
    call_id: RoomId,
    #[serde(borrow)]
    answer: &'a RawValue,
    target_user_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidate<'a> {
    call_id: RoomId,
    #[serde(borrow)]
    candidate: &'a RawValue,
    /// The sample client of this vocabulary does not name a target: then it is
    /// for everybody else.
    #[serde(default)]
    target_user_id: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnySignal<'a> {
    call_id: RoomId,
    #[serde(rename = "type")]
    kind: SignalWord,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(default)]
    target_user_id: Option<UserId>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SignalWord {
    Offer,
    Answer,
    IceCandidate,
}

impl SignalWord {
    fn of(kind: SignalKind) -> Self {
        match kind {
            SignalKind::Offer => SignalWord::Offer,
            SignalKind::Answer => SignalWord::Answer,
            SignalKind::Candidate => SignalWord::IceCandidate,
        }
    }

    fn kind(&self) -> SignalKind {
        match self {
            SignalWord::Offer => SignalKind::Offer,
            SignalWord::Answer => SignalKind::Answer,
            SignalWord::IceCandidate => SignalKind::Candidate,
        }
    }
}

/// What only clients of this vocabulary say.
const WORDS: [&str; 6] =
    ["join-call", "reconnect-call", "leave-call", "update-media", "connection-quality", "signal"];

impl Dialect for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/webrtc"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Member
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    /// The room vocabulary of the same namespace has `offer`, `answer` and
    /// `ice-candidate` too, and names a room where this one names a call.
    fn recognizes(&self, word: &str, body: Option<&str>) -> bool {
        match word {
            "offer" | "answer" | "ice-candidate" => has_field(body, "callId"),
            _ => WORDS.contains(&word),
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
            "ice-candidate" => parse(body).and_then(ice_candidate),
            "offer" => parse(body).and_then(offer),
            "answer" => parse(body).and_then(answer),
            "join-call" => parse(body).map(|it: JoinCall| join(device, &it)),
            "reconnect-call" => parse(body).map(|it: JoinCall| reconnect(device, &it)),
            "leave-call" => parse(body).map(|LeaveCall { call_id, reason }| {
                ask(call_id, Command::Leave { device: Some(device.clone()), reason })
            }),
            "update-media" => parse(body).map(|it| update_media(device, it)),
            "connection-quality" => parse(body).map(|it: ConnectionQuality| Heard::Quality {
                place: it.call_id.into(),
                sample: it.metrics,
            }),
            "signal" => parse(body).and_then(any_signal),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(viewer, room, from, signal, say),
            News::Entry { before, after, entry } => tell::entry(viewer, before, after, entry, say),
            News::QualityWarning { room, warning, sample } => {
                tell::quality_warning(&viewer.name_of(room), *warning, sample, say);
            }
            News::QualityRequest { room } => tell::quality_request(&viewer.name_of(room), say),
            News::Welcome { rooms, .. } => {
                rooms.iter().for_each(|room| tell::still_ringing(viewer, room, say));
            }
            News::Settled { room, user } if viewer.offers_first(room, user) => {
                tell::settled(viewer, room, user, say);
            }
            News::Presence { .. }
            | News::Settled { .. }
            | News::Gesture { .. }
            | News::Knocked { .. }
            | News::Called { .. }
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
        if let (true, Answer::Call { room, changed: false }) = (word == "join-call", answer) {
            tell::room_participants(viewer, room, say);
        }
    }

    fn consent(&self, viewer: &Viewer<'_>, answer: &Answer<'_>) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Success {
            success: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            call_id: Option<RoomId>,
        }
        let call_id = match answer {
            Answer::Call { room, .. } => Some(viewer.name_of(room.id())),
            _ => None,
        };
        json(&Success { success: true, call_id })
    }

    fn refuse(&self, problem: &Problem) -> String {
        #[derive(Serialize)]
        struct Failure<'a> {
            success: bool,
            error: &'a Problem,
        }
        json(&Failure { success: false, error: problem })
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

fn ask<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Ask { place: room.into(), commands: vec![command] }
}

fn enter<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Enter { place: room.into(), commands: vec![command] }
}

fn join<'a>(device: &DeviceId, it: &JoinCall) -> Heard<'a> {
    let join =
        Command::Join { device: device.clone(), media: it.media(), other: OtherDevice::Prevails };
    enter(it.call_id.clone(), join)
}

fn reconnect<'a>(device: &DeviceId, it: &JoinCall) -> Heard<'a> {
    enter(it.call_id.clone(), Command::Resume { device: device.clone(), media: it.media() })
}

fn update_media<'a>(device: &DeviceId, it: UpdateMedia) -> Heard<'a> {
    let change = Command::ChangeMedia {
        device: Some(device.clone()),
        audio: it.audio_enabled,
        video: it.video_enabled,
        screen: it.screen_share_enabled,
    };
    ask(it.call_id, change)
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.target_user_id), signal })
}

fn answer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.target_user_id), signal })
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    let to = it.target_user_id.map_or(Recipient::Others, Recipient::One);
    Ok(Heard::Signal { place: it.call_id.into(), to, signal })
}

/// The one word for all three kinds.
fn any_signal(it: AnySignal<'_>) -> Result<Heard<'_>, Garbled> {
    let kind = it.kind.kind();
    let signal = Signal { wrapped: true, ..Signal::checked(kind, it.payload, "payload")? };
    let to = it.target_user_id.map_or(Recipient::Others, Recipient::One);
    Ok(Heard::Signal { place: it.call_id.into(), to, signal })
}

#[cfg(test)]
mod tests;
