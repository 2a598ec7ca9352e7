//! Housecall's own vocabulary: every command is acked with its result or its
//! problem, every event carries its sequence number, and whoever comes in gets
//! a snapshot. It is what the TypeScript SDK speaks, in `/housecall`.

mod tell;
pub mod wire;

use housecall_core::{
    Command, DeviceId, RoomId,
    negotiation::FirstOffer,
    room::{ConsentMethod, Invitation, Media, OtherDevice, Purpose},
};
use serde::Serialize;

use crate::{
    Answer, Dialect, Garbled, Gesture, Heard, News, PageClose, PathReport, Problem, Recipient,
    Signal, Speaker, Viewer, parse,
};
use wire::{
    AdmitPerson, ArriveAtCall, AskForConsent, AskForQuiet, ChangeMedia, ChooseDoor, ChooseHost,
    CloseCall, ConsentToRecording, EnterCall, LockCall, LookAtCall, MoveCall, PresenceChange,
    RaiseHand, ReactInCall, ReadMessages, ReceivedSignal, RecordCall, ReportPath, SayAway,
    SayInCall, SeenReaction, SendAway, SendSignal, StartCall, VisitNews, WatchPeople,
};

/// How many messages are given back at a time.
const MOST_MESSAGES: u32 = 200;

/// The vocabulary.
#[derive(Debug)]
pub struct Native;

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn namespaces(&self) -> &'static [&'static str] {
        &["/housecall"]
    }

    fn first_offer(&self) -> FirstOffer {
        FirstOffer::SettlesItself
    }

    fn shows_waiting(&self) -> bool {
        true
    }

    fn page_close(&self) -> PageClose {
        PageClose::MayReturn
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
            "signal" => parse(body).and_then(signal),
            "start" => parse(body).map(|it| start(device, it)),
            "answer" => parse(body).map(|it| answer(device, it)),
            "join" => parse(body).map(|it| join(device, it)),
            "resume" => parse(body).map(|it| resume(device, it)),
            "media" => parse(body).map(|it| change_media(device, it)),
            "decline" => close(body, |reason| Command::Decline { reason }),
            "cancel" => close(body, |reason| Command::Cancel { reason }),
            "end" => close(body, |reason| Command::End { reason }),
            "reschedule" => parse(body).map(|MoveCall { call_id, scheduled_at }| {
                ask(call_id, Command::Reschedule { at: scheduled_at })
            }),
            "leave" => {
                close(body, |reason| Command::Leave { device: Some(device.clone()), reason })
            }
            "begin" => parse(body).map(|LookAtCall { call_id }| ask(call_id, Command::Begin)),
            "say" => parse(body).map(|SayInCall { call_id, message, to, key }| {
                ask(call_id, Command::Say { message, to, file: None, key })
            }),
            "consent" => parse(body).map(|it| consent(by, it)),
            "ask-consent" => parse(body).map(|AskForConsent { call_id, covers, wording }| {
                ask(call_id, Command::AskConsent { covers, wording: Some(wording) })
            }),
            "record" => parse(body).map(|RecordCall { call_id, covers, newcomers }| {
                Heard::Record { place: call_id.into(), first: Vec::new(), covers, newcomers }
            }),
            "stop-recording" => parse(body).map(|LookAtCall { call_id }| {
                ask(call_id, Command::StopRecording { recording: None })
            }),
            "look" => parse(body).map(|LookAtCall { call_id }| Heard::Look(call_id.into())),
            "messages" => parse(body).map(|ReadMessages { call_id, after }| Heard::Messages {
                place: call_id.into(),
                most: MOST_MESSAGES,
                after,
                shows: None,
            }),
            "path" => parse(body).map(path),
            "watch-people" => parse(body).map(|WatchPeople { on }| Heard::WatchPeople(on)),
            "away" => parse(body).map(|SayAway { away }| Heard::Away(away)),
            word => return of_hosts(device, word, body),
        })
    }

    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String)) {
        match news {
            News::Signal { room, from, signal } => {
                let (kind, body) = (signal.kind, signal.body);
                say("signal", json(&ReceivedSignal { call_id: room.id(), from, kind, body }));
            }
            News::Welcome { rooms, missed } => {
                say("welcome", json(&tell::welcome(viewer, rooms, missed)));
            }
            News::Entry { after, entry, .. } if viewer.may_read(&entry.event) => {
                say("event", json(&tell::event(viewer, after, entry)));
            }
            News::Entry { after: room, entry, .. } | News::Hidden { room, entry } => {
                say("event", json(&tell::hidden(room, entry)))
            }
            News::Presence { user, presence, .. } => {
                let (user_id, online) = ((*user).clone(), presence.is_online());
                say("presence", json(&PresenceChange { user_id, online, presence: *presence }));
            }
            News::Visit { change, visit } => {
                let appointment = (*visit).clone();
                say("appointment", json(&VisitNews { change: *change, appointment }));
            }
            News::Gesture { room, from, gesture: Gesture::Reaction(reaction) } => {
                let (call_id, user) = (room.id().clone(), (*from).clone());
                say("reaction", json(&SeenReaction { call_id, user, reaction: *reaction }));
            }
            // The SDK measures and judges by itself, hears of newcomers in time,
            // and shows no other gestures.
            News::QualityWarning { .. }
            | News::QualityRequest { .. }
            | News::Settled { .. }
            | News::Gesture { .. }
            | News::Knocked { .. }
            | News::Called { .. } => {}
        }
    }

    fn consent(&self, viewer: &Viewer<'_>, answer: &Answer<'_>) -> String {
        match answer {
            Answer::Call { room, .. } => done(&tell::call(viewer, room)),
            Answer::Rooms(rooms) => {
                done(&rooms.iter().map(|it| tell::call(viewer, it)).collect::<Vec<_>>())
            }
            Answer::Messages { entries, .. } => done(&tell::messages(viewer, entries)),
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
    let join = Command::Join { device: device.clone(), media, other: OtherDevice::Prevails };
    // Whoever calls now waits in the room; whoever plans a call does not.
    let then = if it.scheduled_at.is_none() { vec![join] } else { Vec::new() };
    let purpose = it.purpose.unwrap_or(Purpose::Video);
    let invitation =
        Invitation { scheduled_at: it.scheduled_at, ..Invitation::to(it.callees, purpose) };
    Heard::Start { invitation, then, only_if_free: it.only_if_free }
}

/// The words about doors and hosts.
fn of_hosts<'a>(
    device: &DeviceId,
    word: &str,
    body: Option<&'a str>,
) -> Option<Result<Heard<'a>, Garbled>> {
    Some(match word {
        "arrive" => parse(body).map(|it| arrive(device, it)),
        "admit" => {
            parse(body).map(|AdmitPerson { call_id, user }| ask(call_id, Command::Admit { user }))
        }
        "admit-all" => parse(body).map(|LookAtCall { call_id }| ask(call_id, Command::AdmitAll)),
        "turn-away" => parse(body).map(|SendAway { call_id, user, reason }| {
            ask(call_id, Command::TurnAway { user, reason })
        }),
        "remove" => parse(body).map(|SendAway { call_id, user, reason }| {
            ask(call_id, Command::Remove { user, reason })
        }),
        "lock" => {
            parse(body).map(|LockCall { call_id, locked }| ask(call_id, Command::Lock { locked }))
        }
        "door" => {
            parse(body).map(|ChooseDoor { call_id, door }| ask(call_id, Command::SetDoor { door }))
        }
        "host" => parse(body).map(|ChooseHost { call_id, user, host }| {
            ask(call_id, Command::MakeHost { user, host })
        }),
        "ask-mute" => parse(body)
            .map(|AskForQuiet { call_id, user }| ask(call_id, Command::AskToMute { user })),
        "hand" => parse(body).map(|RaiseHand { call_id, raised, user }| {
            ask(call_id, Command::RaiseHand { user, raised })
        }),
        "react" => parse(body).map(|ReactInCall { call_id, reaction }| Heard::Gesture {
            place: call_id.into(),
            gesture: Gesture::Reaction(reaction),
        }),
        _ => return None,
    })
}

fn arrive<'a>(device: &DeviceId, it: ArriveAtCall) -> Heard<'a> {
    let (device, media) = (device.clone(), it.media.unwrap_or(Media::OFF));
    let arrive = Command::Arrive { device, media, check: it.check };
    Heard::Enter { place: it.call_id.into(), commands: vec![arrive] }
}

fn answer<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let answer = Command::Answer { device: Some(device.clone()) };
    let media = it.media.unwrap_or(Media::OFF);
    let join = Command::Join { device: device.clone(), media, other: OtherDevice::Prevails };
    Heard::Enter { place: it.call_id.into(), commands: vec![answer, join] }
}

fn join<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let other = if it.take_over { OtherDevice::IsPutOut } else { OtherDevice::Prevails };
    let media = it.media.unwrap_or(Media::OFF);
    let join = Command::Join { device: device.clone(), media, other };
    Heard::Enter { place: it.call_id.into(), commands: vec![join] }
}

fn resume<'a>(device: &DeviceId, it: EnterCall) -> Heard<'a> {
    let media = it.media.unwrap_or(Media::OFF);
    let resume = Command::Resume { device: device.clone(), media };
    Heard::Enter { place: it.call_id.into(), commands: vec![resume] }
}

fn change_media<'a>(device: &DeviceId, it: ChangeMedia) -> Heard<'a> {
    let ChangeMedia { call_id, audio, video, screen } = it;
    let change = Command::ChangeMedia { device: Some(device.clone()), audio, video, screen };
    ask(call_id, change)
}

fn consent<'a>(by: &Speaker<'_>, it: ConsentToRecording) -> Heard<'a> {
    let user = it.user.unwrap_or_else(|| by.user.clone());
    let method = match user == *by.user {
        true => ConsentMethod::Electronic,
        false => it.method.unwrap_or(ConsentMethod::Verbal),
    };
    let ConsentToRecording { call_id, agreed, covers, wording, .. } = it;
    ask(call_id, Command::Consent { user, agreed, method, covers, wording })
}

fn ask<'a>(room: RoomId, command: Command) -> Heard<'a> {
    Heard::Ask { place: room.into(), commands: vec![command] }
}

fn close<'a>(
    body: Option<&'a str>,
    command: impl FnOnce(Option<housecall_core::room::Reason>) -> Command,
) -> Result<Heard<'a>, Garbled> {
    let CloseCall { call_id, reason } = parse(body)?;
    Ok(ask(call_id, command(reason)))
}

fn signal(it: SendSignal<'_>) -> Result<Heard<'_>, Garbled> {
    let signal = Signal::checked(it.kind, it.body, "body")?;
    Ok(Heard::Signal { place: it.call_id.into(), to: Recipient::One(it.to), signal })
}

fn path<'a>(it: ReportPath) -> Heard<'a> {
    let ReportPath { call_id, user: peer, path, peer_path, round_trip_ms, loss_percent } = it;
    let report = PathReport { path, peer_path, round_trip: round_trip_ms, loss: loss_percent };
    Heard::Path { place: call_id.into(), peer, report }
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
