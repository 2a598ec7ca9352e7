//! The vocabulary of calls between a patient and a provider, spoken in
//! `/webrtc`: calls are made over REST, and everything in them is said here.
//!
//! Its clients want no acks, but get one if they ask; otherwise a refusal is
//! the event `error {message, code, event}`. Whoever was in the room offers to
//! the one who comes in.

mod tell;

pub use tell::room_name;

use housecall_core::{
    Command, DeviceId, RoomId, UserId,
    quality::Sample,
    room::{Media, Reason},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, SignalKind,
    Viewer, WhoOffers, native::json, parse,
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

impl Dialect for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn namespace(&self) -> &'static str {
        "/webrtc"
    }

    fn who_offers(&self) -> WhoOffers {
        WhoOffers::WhoWasThere
    }

    fn page_close(&self) -> PageClose {
        PageClose::Leaves
    }

    fn decode<'a>(
        &self,
        device: &DeviceId,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        Some(match word {
            "ice-candidate" => parse(body).and_then(ice_candidate),
            "offer" => parse(body).and_then(offer),
            "answer" => parse(body).and_then(answer),
            "join-call" => parse(body).map(|it: JoinCall| join(device, &it)),
            "reconnect-call" => parse(body).map(|it: JoinCall| reconnect(device, &it)),
            "leave-call" => parse(body).map(|LeaveCall { call_id, reason }| {
                ask(call_id, Command::Leave { device: device.clone(), reason })
            }),
            "update-media" => parse(body).map(|it| update_media(device, it)),
            "connection-quality" => parse(body).map(|it: ConnectionQuality| Heard::Quality {
                room: it.call_id,
                sample: it.metrics,
            }),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => tell::signal(room, from, signal, say),
            News::Entry { before, after, entry } => tell::entry(viewer, before, after, entry, say),
            News::QualityWarning { room, warning, sample } => {
                tell::quality_warning(room, *warning, sample, say);
            }
            News::QualityRequest { room } => tell::quality_request(room, say),
            News::Welcome { rooms } => {
                rooms.iter().for_each(|room| tell::still_ringing(viewer, room, say));
            }
            News::Presence { .. } => {}
        }
    }

    fn consent(&self, _: &Viewer<'_>, answer: &Answer<'_>) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Success<'a> {
            success: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            call_id: Option<&'a RoomId>,
        }
        let call_id = match answer {
            Answer::Call(room) => Some(room.id()),
            Answer::Done | Answer::Online(_) => None,
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
    Heard::Ask { room, commands: vec![command] }
}

fn join<'a>(device: &DeviceId, it: &JoinCall) -> Heard<'a> {
    let join = Command::Join { device: device.clone(), media: it.media(), take_over: false };
    ask(it.call_id.clone(), join)
}

fn reconnect<'a>(device: &DeviceId, it: &JoinCall) -> Heard<'a> {
    ask(it.call_id.clone(), Command::Resume { device: device.clone(), media: it.media() })
}

fn update_media<'a>(device: &DeviceId, it: UpdateMedia) -> Heard<'a> {
    let change = Command::ChangeMedia {
        device: device.clone(),
        audio: it.audio_enabled,
        video: it.video_enabled,
        screen: it.screen_share_enabled,
    };
    ask(it.call_id, change)
}

fn offer(it: Offer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Offer, it.offer, "offer")?;
    Ok(Heard::Signal { room: it.call_id, to: Recipient::One(it.target_user_id), signal })
}

fn answer(it: AnswerToOffer<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Answer, it.answer, "answer")?;
    Ok(Heard::Signal { room: it.call_id, to: Recipient::One(it.target_user_id), signal })
}

fn ice_candidate(it: IceCandidate<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(SignalKind::Candidate, it.candidate, "candidate")?;
    let to = it.target_user_id.map_or(Recipient::Others, Recipient::One);
    Ok(Heard::Signal { room: it.call_id, to, signal })
}

#[cfg(test)]
mod tests;
