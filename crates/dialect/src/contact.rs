//! The vocabulary of calls between contacts, spoken in `/`: whoever wants to
//! talk to somebody calls them, and everything about the call is said here.
//!
//! The caller is in the room first, hears `call_answered` when the callee comes
//! in, and offers then. Its clients want no acks, but get one if they ask;
//! otherwise a refusal is the event `call_error {error, code}`. So is it that they
//! have to wait at the door: they hear `call_answered` when they are let in, and
//! `call_ended` with the reason `declined` when they are not.
//!
//! Its clients know calls between two only and hold one peer connection. In a
//! room with more people their peer is the first other who is in; they hear of
//! no further ones, and their call is over when they are left alone, or the
//! room is over.

mod tell;

use housecall_core::{
    Command, DeviceId, RoomId, UserId,
    negotiation::FirstOffer,
    room::{Invitation, Media, OtherDevice, Purpose},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Place, Problem, Recipient, Signal,
    SignalKind, Speaker, Viewer, between_two::hangs_up, has_field, native::json, parse,
};

/// The vocabulary.
#[derive(Debug)]
pub struct Contact;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallInitiate {
    callee_id: UserId,
    #[serde(rename = "type")]
    kind: CallType,
}

/// What a call is for, in this vocabulary.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum CallType {
    Voice,
    Video,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallAnswer {
    call_id: RoomId,
}

/// `call_decline` and `call_end`. Its clients may not know the id of the call,
/// or a different one: then their only call is meant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallClose {
    #[serde(default)]
    call_id: Option<RoomId>,
}

/// The sample client names no call in its signals: it is the one with `to`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    #[serde(borrow)]
    offer: &'a RawValue,
    to: UserId,
    #[serde(default)]
    call_id: Option<RoomId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerToOffer<'a> {
    #[serde(borrow)]
    answer: &'a RawValue,
    to: UserId,
    #[serde(default)]
    call_id: Option<RoomId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IceCandidate<'a> {
    #[serde(borrow)]
    candidate: &'a RawValue,
    to: UserId,
    #[serde(default)]
    call_id: Option<RoomId>,
}

/// What only clients of this vocabulary say about a call.
const WORDS: [&str; 5] =
    ["call_initiate", "call_answer", "call_decline", "call_end", "ice_candidates"];

/// What they say about messages between contacts, which are not kept here.
const ABOUT_MESSAGES: [&str; 4] =
    ["typing_start", "typing_stop", "message_delivered", "message_read"];

impl Dialect for Contact {
    fn name(&self) -> &'static str {
        "contact"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Caller
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    /// The meeting vocabulary of the same namespace has `webrtc_*` too, and
    /// does not say `to`.
    fn recognizes(&self, word: &str, body: Option<&str>) -> bool {
        match word {
            "webrtc_offer" | "webrtc_answer" | "webrtc_ice_candidate" => has_field(body, "to"),
            _ => WORDS.contains(&word) || ABOUT_MESSAGES.contains(&word),
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
            "webrtc_ice_candidate" => parse(body).and_then(ice_candidate),
            "ice_candidates" => ice_candidates(body),
            "webrtc_offer" => parse(body).and_then(offer),
            "webrtc_answer" => parse(body).and_then(answer_to_offer),
            "call_initiate" => parse(body).map(|it| initiate(device, it)),
            "call_answer" => parse(body).map(|it| answer(device, it)),
            "call_decline" => close(body, Command::Decline { reason: None }),
            "call_end" => close(body, Command::HangUp { device: device.clone(), reason: None }),
            _ if ABOUT_MESSAGES.contains(&word) => Ok(Heard::Greeting),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(viewer, room, from, signal, say),
            News::Entry { before, after, entry } => tell::entry(viewer, before, after, entry, say),
            News::Welcome { rooms, .. } => {
                rooms.iter().for_each(|room| tell::still_ringing(viewer, room, say));
            }
            // Away and in a call are both online to its clients.
            News::Presence { user, before, presence }
                if before.is_online() != presence.is_online() =>
            {
                tell::status_changed(user, presence.is_online(), say);
            }
            News::Presence { .. }
            | News::Settled { .. }
            | News::Gesture { .. }
            | News::Knocked { .. }
            | News::Called { .. }
            | News::QualityWarning { .. }
            | News::QualityRequest { .. }
            | News::Hidden { .. }
            | News::Visit { .. } => {}
        }
    }

    fn follow_up(&self, viewer: &Viewer<'_>, news: &News<'_>) -> Option<Command> {
        hangs_up(viewer, news)
    }

    fn acknowledge(
        &self,
        viewer: &Viewer<'_>,
        word: &str,
        _: Option<&str>,
        answer: &Answer<'_>,
        say: &mut dyn FnMut(&str, String),
    ) {
        if let (true, Answer::Call { room, changed: false }) = (word == "call_answer", answer) {
            tell::call_answered(viewer, room, say);
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
            error: &'a str,
            code: &'a str,
        }
        json(&Failure { success: false, error: &problem.message, code: problem.code })
    }

    fn complain(&self, _: &str, problem: &Problem) -> (&'static str, String) {
        #[derive(Serialize)]
        struct CallError<'a> {
            error: &'a str,
            code: &'a str,
        }
        ("call_error", json(&CallError { error: &problem.message, code: problem.code }))
    }
}

fn initiate<'a>(device: &DeviceId, it: CallInitiate) -> Heard<'a> {
    let (purpose, media) = match it.kind {
        CallType::Voice => (Purpose::Audio, Media { video: false, ..Media::ON }),
        CallType::Video => (Purpose::Video, Media::ON),
    };
    Heard::Start {
        invitation: Invitation::to(vec![it.callee_id], purpose),
        then: vec![join(device, media)],
        only_if_free: true,
    }
}

fn answer<'a>(device: &DeviceId, it: CallAnswer) -> Heard<'a> {
    let answer = Command::Answer { device: Some(device.clone()) };
    let commands = vec![answer, join(device, Media::ON)];
    Heard::Enter { place: it.call_id.into(), commands }
}

fn join(device: &DeviceId, media: Media) -> Command {
    Command::Join { device: device.clone(), media, other: OtherDevice::Prevails }
}

fn close(body: Option<&str>, command: Command) -> Result<Heard<'_>, Garbled> {
    let close: Option<CallClose> = parse(body)?;
    let named = close.and_then(|it| it.call_id);
    Ok(Heard::Ask { place: Place::Here { named }, commands: vec![command] })
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(pass_on(signal, it.to, it.call_id))
}

fn answer_to_offer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(pass_on(signal, it.to, it.call_id))
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    Ok(pass_on(signal, it.to, it.call_id))
}

/// The other name of `webrtc_ice_candidate`. It carries one candidate, too.
fn ice_candidates(body: Option<&str>) -> Result<Heard<'_>, Garbled> {
    if has_field(body, "candidates") {
        let what = "Send each candidate by itself: {candidate, to, callId}.";
        return Err(Garbled::field("candidates", what));
    }
    parse(body).and_then(ice_candidate)
}

fn pass_on(signal: Signal<'_>, to: UserId, named: Option<RoomId>) -> Heard<'_> {
    let place = Place::With { peer: to.clone(), named };
    Heard::Signal { place, to: Recipient::One(to), signal }
}

#[cfg(test)]
mod tests;
