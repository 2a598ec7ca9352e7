//! Housecall's own vocabulary: every command is acked with its result or its
//! problem, every event carries its sequence number, and whoever comes in gets
//! a snapshot. It is what the TypeScript SDK speaks, in `/housecall`.

mod tell;
pub mod wire;

use housecall_core::{
    Command, DeviceId,
    room::{Invitation, Media, Purpose},
};
use serde::Serialize;

use crate::{
    Answer, Dialect, Garbled, Heard, News, PageClose, Problem, Recipient, Signal, Viewer,
    WhoOffers, parse,
};
use wire::{
    ChangeMedia, CloseCall, EnterCall, LookAtCall, ReceivedSignal, SendSignal, StartCall,
    WatchPeople,
};

/// The vocabulary.
#[derive(Debug)]
pub struct Native;

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn namespace(&self) -> &'static str {
        "/housecall"
    }

    fn who_offers(&self) -> WhoOffers {
        WhoOffers::Anybody
    }

    fn page_close(&self) -> PageClose {
        PageClose::MayReturn
    }

    fn decode<'a>(
        &self,
        device: &DeviceId,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>> {
        Some(match word {
            "signal" => parse(body).and_then(signal),
            "start" => parse(body).map(|it| start(device, it)),
            "answer" => parse(body).map(|it| answer(device, it)),
            "join" => parse(body).map(|it| join(device, it)),
            "resume" => parse(body).map(|it| resume(device, it)),
            "media" => parse(body).map(|it| change_media(device, it)),
            "decline" => close(body, |reason| Command::Decline { reason }),
            "cancel" => close(body, |reason| Command::Cancel { reason }),
            "end" => close(body, |reason| Command::End { reason }),
            "leave" => close(body, |reason| Command::Leave { device: device.clone(), reason }),
            "look" => parse(body).map(|LookAtCall { call_id }| Heard::Look(call_id)),
            "watch-people" => parse(body).map(|WatchPeople { on }| Heard::WatchPeople(on)),
            _ => return None,
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => {
                let (kind, body) = (signal.kind, signal.body);
                say("signal", json(&ReceivedSignal { call_id: room, from, kind, body }));
            }
            News::Welcome { rooms } => say("welcome", json(&tell::welcome(viewer, rooms))),
            News::Entry { after, entry, .. } => {
                say("event", json(&tell::event(viewer, after, entry)));
            }
            News::Presence { user, online } => {
                say(
                    "presence",
                    json(&wire::Presence { user_id: (*user).clone(), online: *online }),
                );
            }
            // The SDK measures and judges by itself.
            News::QualityWarning { .. } | News::QualityRequest { .. } => {}
        }
    }

    fn consent(&self, viewer: &Viewer<'_>, answer: &Answer<'_>) -> String {
        match answer {
            Answer::Call(room) => done(&tell::call(viewer, room)),
            Answer::Online(users) => done(users),
            Answer::Done => done(&()),
        }
    }

    fn refuse(&self, problem: &Problem) -> String {
        #[derive(Serialize)]
        struct Refused<'a> {
            ok: bool,
            problem: &'a Problem,
        }
        json(&Refused { ok: false, problem })
    }

    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String) {
        #[derive(Serialize)]
        struct Complaint<'a> {
            word: &'a str,
            problem: &'a Problem,
        }
        ("problem", json(&Complaint { word, problem }))
    }
}

fn start<'a>(device: &DeviceId, it: StartCall) -> Heard<'a> {
    let media = it.media.unwrap_or(Media::OFF);
    let join = Command::Join { device: device.clone(), media, take_over: false };
    // Whoever calls now waits in the room; whoever plans a call does not.
    let then = if it.scheduled_at.is_none() { vec![join] } else { Vec::new() };
    let purpose = it.purpose.unwrap_or(Purpose::Video);
    let invitation =
        Invitation { scheduled_at: it.scheduled_at, ..Invitation::to(it.callees, purpose) };
    Heard::Start { invitation, then }
}

fn answer<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let answer = Command::Answer { device: Some(device.clone()) };
    let media = it.media.unwrap_or(Media::OFF);
    let join = Command::Join { device: device.clone(), media, take_over: false };
    Heard::Ask { room: it.call_id, commands: vec![answer, join] }
}

fn join<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let (device, take_over) = (device.clone(), it.take_over);
    let join = Command::Join { device, media: it.media.unwrap_or(Media::OFF), take_over };
    Heard::Ask { room: it.call_id, commands: vec![join] }
}

fn resume<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let media = it.media.unwrap_or(Media::OFF);
    let resume = Command::Resume { device: device.clone(), media };
    Heard::Ask { room: it.call_id, commands: vec![resume] }
}

fn change_media<'a>(device: &DeviceId, it: ChangeMedia) -> Heard<'a> {
    let ChangeMedia { call_id, audio, video, screen } = it;
    let change = Command::ChangeMedia { device: device.clone(), audio, video, screen };
    Heard::Ask { room: call_id, commands: vec![change] }
}

fn close<'a>(
    body: Option<&'a str>,
    command: impl FnOnce(Option<housecall_core::room::Reason>) -> Command,
) -> Result<Heard<'a>, Garbled> {
    let CloseCall { call_id, reason } = parse(body)?;
    Ok(Heard::Ask { room: call_id, commands: vec![command(reason)] })
}

fn signal(it: SendSignal<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(it.kind, it.body, "body")?;
    Ok(Heard::Signal { room: it.call_id, to: Recipient::One(it.to), signal })
}

fn done<T: Serialize + ?Sized>(result: &T) -> String {
    #[derive(Serialize)]
    struct Done<'a, T: ?Sized> {
        ok: bool,
        result: &'a T,
    }
    json(&Done { ok: true, result })
}

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("what we say has text keys and no failing parts")
}

#[cfg(test)]
mod tests;
