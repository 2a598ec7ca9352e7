//! Stories about calls. Only [`Tale`] knows the API.

mod calls;
mod devices;
mod door;
mod hosts;
mod messages;
mod places;
mod recordings;
mod scheduled;

use std::time::Duration;

use super::*;
use crate::{Actor, Role};

/// A call between a doctor, a patient and sometimes a nurse, and all that was
/// said about it.
struct Tale {
    room: Room,
    now: Timestamp,
    told: Vec<String>,
}

fn id(name: &str) -> UserId {
    name.parse().expect("names in tests are ids")
}

fn device(name: &str) -> DeviceId {
    name.parse().expect("names in tests are ids")
}

fn actor(name: &str) -> Actor {
    let role = match name {
        "doctor" | "nurse" => Role::Provider,
        "admin" => Role::Admin,
        "guest" => Role::Guest,
        _ => Role::Patient,
    };
    if name == "house" { Actor::House } else { Actor::person(id(name), role) }
}

fn call(callees: &[&str]) -> Command {
    let callees = callees.iter().map(|it| id(it)).collect();
    Command::Initiate(Invitation::to(callees, Purpose::Video))
}

fn call_at(seconds: i64, callee: &str) -> Command {
    at(seconds, call(&[callee]))
}

/// The same call, later.
fn at(seconds: i64, call: Command) -> Command {
    let scheduled_at = Some(Timestamp::from_millis(seconds * 1000));
    with(call, |it| it.scheduled_at = scheduled_at)
}

/// The same, with something else about the invitation.
fn with(command: Command, change: impl FnOnce(&mut Invitation)) -> Command {
    let Command::Initiate(mut invitation) = command else {
        panic!("only what opens a room has an invitation");
    };
    change(&mut invitation);
    Command::Initiate(invitation)
}

fn join(name: &str) -> Command {
    Command::Join { device: device(name), media: Media::ON, other: OtherDevice::Prevails }
}

fn take_over(name: &str) -> Command {
    Command::Join { device: device(name), media: Media::ON, other: OtherDevice::IsPutOut }
}

fn resume(name: &str) -> Command {
    Command::Resume { device: device(name), media: Media::ON }
}

fn answer(name: &str) -> Command {
    Command::Answer { device: Some(device(name)) }
}

fn decline() -> Command {
    Command::Decline { reason: None }
}

fn cancel() -> Command {
    Command::Cancel { reason: None }
}

fn end() -> Command {
    Command::End { reason: None }
}

fn leave(name: &str) -> Command {
    Command::Leave { device: Some(device(name)), reason: None }
}

fn lose(name: &str) -> Command {
    Command::LoseConnection { device: device(name) }
}

fn mute(name: &str) -> Command {
    Command::ChangeMedia {
        device: Some(device(name)),
        audio: Some(false),
        video: None,
        screen: None,
    }
}

impl Tale {
    fn new() -> Self {
        let room = Room::new("r1".parse().expect("an id"), Rules::default());
        Self { room, now: Timestamp::from_millis(0), told: Vec::new() }
    }

    fn tell(mut self, who: &str, command: Command) -> Self {
        match self.room.decide(self.now, &actor(who), command) {
            Err(refusal) => self.told.push(format!("{who}: no: {}", refusal.code())),
            Ok(entries) if entries.is_empty() => self.told.push(format!("{who}: (nothing new)")),
            Ok(entries) => {
                for entry in &entries {
                    self.told.push(format!("{who}: {}", describe(&entry.event)));
                    self.room.evolve(entry);
                }
            }
        }
        self
    }

    fn all(self, script: &[(&str, Command)]) -> Self {
        script.iter().fold(self, |tale, (who, command)| tale.tell(who, command.clone()))
    }

    fn wait(mut self, seconds: u64) -> Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.tell("house", Command::Elapse)
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Initiated { .. } => "called".into(),
        Event::Rang { .. } => "rings".into(),
        Event::Rescheduled { at } => format!("rings at {}", at.as_millis() / 1000),
        Event::Reminded => "rings soon".into(),
        Event::Answered { user, device, .. } => match device {
            Some(device) => format!("{user} answered on {device}"),
            None => format!("{user} answered"),
        },
        Event::Declined { user, .. } => format!("{user} declined"),
        Event::Missed { user } => format!("{user} missed it"),
        Event::Joined { user, device, .. } => format!("{user} joined on {device}"),
        Event::MediaChanged { user, media } => {
            format!("{user} audio {} video {}", media.audio, media.video)
        }
        Event::ConnectionLost { user, .. } => format!("{user} lost"),
        Event::ConnectionResumed { user, device } => format!("{user} back on {device}"),
        Event::Left { user, departure, .. } => format!("{user} gone ({departure:?})"),
        Event::Begun => "begun".into(),
        Event::Expected { user, .. } => format!("{user} is expected"),
        Event::CameToDoor { user, device, .. } => format!("{user} waits on {device}"),
        Event::Admitted { user } => format!("{user} may come"),
        Event::Locked { locked } => format!("locked {locked}"),
        Event::DoorSet { door } => format!("door {}", door.as_str()),
        Event::HostChanged { user, host } => format!("{user} host {host}"),
        Event::MuteAsked { user } => match user {
            Some(user) => format!("{user}, mute yourself"),
            None => "everybody, mute yourselves".into(),
        },
        Event::HandRaised { user, raised } => format!("{user} hand {raised}"),
        Event::Said { user, message, to, .. } if to.is_empty() => {
            format!("{user} said {}", message.reveal())
        }
        Event::Said { user, message, to, .. } => {
            format!("{user} whispered {} to {}", message.reveal(), to[0])
        }
        Event::ConsentGiven { user, .. } => format!("{user} agreed"),
        Event::ConsentWithdrawn { user } => format!("{user} agrees no longer"),
        Event::RecordingAsked { user, .. } => format!("{user} asks to record"),
        Event::RequestDropped => "nobody asks to record".into(),
        Event::ConsentDeclined { user } => format!("{user} said no to the recording"),
        Event::RecordingStarted { user, .. } => format!("{user} records"),
        Event::RecordingPaused { .. } => "recording paused".into(),
        Event::RecordingResumed { .. } => "recording goes on".into(),
        Event::RecordingStopped { .. } => "recording stopped".into(),
        Event::Ended { outcome, .. } => format!("over: {}", outcome.as_str()),
    }
}

fn check(tale: Tale, expected: &[&str]) {
    assert_eq!(tale.told, expected);
}

/// A call that was answered: both are in.
fn visit() -> Tale {
    let mut tale = Tale::new().all(&[
        ("doctor", call(&["patient"])),
        ("doctor", join("desk")),
        ("patient", answer("phone")),
        ("patient", join("phone")),
    ]);
    tale.told.clear();
    tale
}

fn open(kind: Kind, callees: &[&str], hosts: &[&str]) -> Command {
    let callees = callees.iter().map(|it| id(it)).collect();
    Command::Initiate(Invitation {
        kind,
        hosts: hosts.iter().map(|it| id(it)).collect(),
        open: kind == Kind::Meeting,
        ..Invitation::to(callees, Purpose::Video)
    })
}

fn hang_up(name: &str) -> Command {
    Command::HangUp { device: device(name), reason: None }
}

fn say(text: &str, to: &[&str]) -> Command {
    let message = Message::try_from(text.to_owned()).expect("a message");
    Command::say(message, to.iter().map(|it| id(it)).collect())
}

fn consent(whose: &str, agreed: bool) -> Command {
    Command::consent(id(whose), agreed, ConsentMethod::Electronic)
}

fn record() -> Command {
    Command::record("rec".parse().expect("an id"))
}

/// A consultation of the doctor and the patient.
fn consultation(door: Door) -> Command {
    with(open(Kind::Consultation, &["patient"], &["doctor"]), |it| it.door = door)
}

/// A consultation in which the doctor is.
fn surgery(door: Door) -> Tale {
    let mut tale = Tale::new().all(&[("doctor", consultation(door)), ("doctor", join("desk"))]);
    tale.told.clear();
    tale
}

fn arrive(name: &str) -> Command {
    Command::Arrive { device: device(name), media: Media::ON, check: None }
}

fn expect(name: &str, part: Option<Part>) -> Command {
    Command::Expect { user: id(name), part }
}

fn admit(name: &str) -> Command {
    Command::Admit { user: id(name) }
}

fn turn_away(name: &str) -> Command {
    Command::TurnAway { user: id(name), reason: None }
}

fn remove(name: &str) -> Command {
    Command::Remove { user: id(name), reason: None }
}

fn make_host(name: &str, host: bool) -> Command {
    Command::MakeHost { user: id(name), host }
}

fn set_door(door: Door) -> Command {
    Command::SetDoor { door }
}

fn lock(locked: bool) -> Command {
    Command::Lock { locked }
}

fn hand(raised: bool) -> Command {
    Command::RaiseHand { user: None, raised }
}

fn hand_of(name: &str, raised: bool) -> Command {
    Command::RaiseHand { user: Some(id(name)), raised }
}

fn mute_request(name: Option<&str>) -> Command {
    Command::AskToMute { user: name.map(id) }
}

fn stage(tale: &Tale, name: &str) -> Option<StageName> {
    tale.room.participant(&id(name)).map(|it| it.stage.name())
}

#[test]
fn a_planned_call_is_moved_and_reminded_of() {
    let at = |seconds: i64| Command::Reschedule { at: Timestamp::from_millis(seconds * 1000) };
    check(
        Tale::new()
            .all(&[("doctor", call_at(3600, "patient")), ("patient", at(7200)), ("nurse", at(1))])
            .wait(6299)
            .wait(1)
            .all(&[("doctor", at(6000)), ("doctor", at(7200)), ("patient", at(6400))])
            .wait(100)
            .tell("doctor", at(9000)),
        &[
            "doctor: called",
            "patient: rings at 7200",
            "nurse: no: not_a_participant",
            "house: (nothing new)",
            "house: rings soon",
            "doctor: no: time_passed",
            "doctor: (nothing new)",
            "patient: rings at 6400",
            "house: rings",
            "doctor: no: already_started",
        ],
    );
}
