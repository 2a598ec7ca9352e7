//! The vocabulary of calls from one person to another, spoken in `/live`.
//!
//! Its clients wait for an ack to everything they say: `{success: true}`, with
//! the `callId` where there is one, or `{error, code}`; without ack a refusal
//! is the event `error {message, code, event}`. The caller is in the room
//! first, hears `call:accepted` when the other comes in, and offers then.
//!
//! Whoever has to wait at the door is refused their yes with the code `not_yet`,
//! and hears `call:admitted {callId, timestamp}` when they are let in, which says
//! that an offer is on its way; `call:ended` when they are not.
//!
//! Its clients know calls between two only. In a room with more people their
//! peer is the first other who is in; they hear of no further ones, and their
//! call is over when they are left alone, or the room is over.

mod tell;

use housecall_core::{
    Command, DeviceId, RoomId, UserId,
    negotiation::FirstOffer,
    room::{Invitation, Media, OtherDevice, Purpose, Reason},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, SignalKind,
    Speaker, Viewer, between_two::hangs_up, native::json, parse,
};

/// The vocabulary.
#[derive(Debug)]
pub struct Live;

/// The caller's name comes along, but the house knows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initiate {
    target_user_id: UserId,
    call_type: CallType,
}

/// What a call is for, in this vocabulary.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum CallType {
    Video,
    Audio,
}

/// `call:accept` and `call:end`. Who called comes along with the first, but the
/// house knows them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThisCall {
    call_id: RoomId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reject {
    call_id: RoomId,
    #[serde(default)]
    reason: Option<Reason>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToggleMedia {
    call_id: RoomId,
    media_type: MediaType,
    enabled: bool,
}

/// What can be switched, in this vocabulary.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum MediaType {
    Audio,
    Video,
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
    target_user_id: UserId,
}

/// What its clients say about threads and alerts. There are none here, so
/// nothing ever comes of them, and nothing is lost.
const ABOUT_OTHER_THINGS: [&str; 8] = [
    "subscribe:patient",
    "unsubscribe:patient",
    "subscribe:alerts",
    "unsubscribe:alerts",
    "message:join-thread",
    "message:leave-thread",
    "typing:start",
    "typing:stop",
];

impl Dialect for Live {
    fn name(&self) -> &'static str {
        "live"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/live"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::Caller
    }

    /// A page that is reloaded has forgotten its call.
    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    /// Nobody else speaks in this namespace.
    fn recognizes(&self, _: &str, _: Option<&str>) -> bool {
        true
    }

    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        let device = by.device;
        Some(match word {
            "webrtc:ice-candidate" => parse(body).and_then(ice_candidate),
            "webrtc:offer" => parse(body).and_then(offer),
            "webrtc:answer" => parse(body).and_then(answer_to_offer),
            "call:initiate" => parse(body).map(|it| initiate(device, it)),
            "call:accept" => parse(body).map(|it| accept(device, it)),
            "call:reject" => parse(body)
                .map(|Reject { call_id, reason }| ask(call_id, Command::Decline { reason })),
            "call:end" => parse(body).map(|ThisCall { call_id }| {
                ask(call_id, Command::HangUp { device: device.clone(), reason: None })
            }),
            "call:toggle-media" => parse(body).map(|it| toggle_media(device, &it)),
            "message:send" | "message:read" => Err(nowhere_to_keep_messages()),
            "ping" => Ok(Heard::Greeting),
            _ if ABOUT_OTHER_THINGS.contains(&word) => Ok(Heard::Greeting),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(viewer, room, from, signal, say),
            News::Entry { before, after, entry } => tell::entry(viewer, before, after, entry, say),
            News::Welcome { rooms, .. } => {
                tell::connected(viewer, say);
                rooms.iter().for_each(|room| tell::still_ringing(viewer, room, say));
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
            error: &'a str,
            code: &'a str,
        }
        json(&Failure { error: &problem.message, code: problem.code })
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

fn initiate<'a>(device: &DeviceId, it: Initiate) -> Heard<'a> {
    let (purpose, media) = match it.call_type {
        CallType::Video => (Purpose::Video, Media::ON),
        CallType::Audio => (Purpose::Audio, Media { video: false, ..Media::ON }),
    };
    Heard::Start {
        invitation: Invitation::to(vec![it.target_user_id], purpose),
        then: vec![join(device, media)],
        only_if_free: false,
    }
}

fn accept<'a>(device: &DeviceId, it: ThisCall) -> Heard<'a> {
    let answer = Command::Answer { device: Some(device.clone()) };
    let commands = vec![answer, join(device, Media::ON)];
    Heard::Enter { place: it.call_id.into(), commands }
}

fn join(device: &DeviceId, media: Media) -> Command {
    Command::Join { device: device.clone(), media, other: OtherDevice::Prevails }
}

fn toggle_media<'a>(device: &DeviceId, it: &ToggleMedia) -> Heard<'a> {
    let (audio, video) = match it.media_type {
        MediaType::Audio => (Some(it.enabled), None),
        MediaType::Video => (None, Some(it.enabled)),
    };
    let change = Command::ChangeMedia { device: Some(device.clone()), audio, video, screen: None };
    ask(it.call_id.clone(), change)
}

fn ask<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Ask { place: room.into(), commands: vec![command] }
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.target_user_id), signal })
}

fn answer_to_offer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.target_user_id), signal })
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.target_user_id), signal })
}

/// Saying yes would lose what somebody wrote, or claim that it was read.
fn nowhere_to_keep_messages() -> Garbled {
    let what = "Messages outside a call are not kept here. Send them by other means.";
    Garbled { field: None, what: what.into(), too_large: false }
}

#[cfg(test)]
mod tests;
