//! Where the searches start, and what may be asked in each.

use std::time::Duration;

use super::*;
use crate::{Role, Roles};

/// Small and different, so that deadlines come in every order, and closed soon.
pub(super) const RULES: Rules = Rules {
    ring: Duration::from_secs(3),
    grace: Duration::from_secs(1),
    door_grace: Duration::from_secs(2),
    arrival: Duration::from_secs(2),
    remind: Duration::from_secs(1),
    alone: Duration::from_secs(4),
    most_people: 3,
    recorders: Roles::NONE,
    newcomers: Newcomers::Pause,
};

pub(super) fn id(name: &str) -> UserId {
    name.parse().expect("an id")
}

/// Ann is a doctor and Ben is a patient; so is Cat, unless she has no account.
pub(super) fn person(name: &str) -> Actor {
    let role = if name == "ann" { Role::Provider } else { Role::Patient };
    Actor::person(id(name), role)
}

fn guest(name: &str) -> Actor {
    Actor::person(id(name), Role::Guest)
}

fn devices() -> impl Iterator<Item = DeviceId> {
    DEVICES.iter().map(|it| it.parse().expect("an id"))
}

fn first_device() -> DeviceId {
    DEVICES[0].parse().expect("an id")
}

pub(super) fn initiate(callees: &[&str], change: impl FnOnce(&mut Invitation)) -> Command {
    let callees = callees.iter().map(|it| id(it)).collect();
    let mut invitation = Invitation::to(callees, Purpose::Video);
    change(&mut invitation);
    Command::Initiate(invitation)
}

pub(super) fn join(device: DeviceId, other: OtherDevice) -> Command {
    Command::Join { device, media: Media::ON, other }
}

fn arrive(device: DeviceId) -> Command {
    Command::Arrive { device, media: Media::ON, check: None }
}

fn say(to: &[&str]) -> Command {
    let message = Message::try_from("hello".to_owned()).expect("a message");
    Command::say(message, to.iter().map(|it| id(it)).collect())
}

/// What a call that rings is answered with.
fn answers() -> Vec<Command> {
    let answers = devices().map(Some).chain([None]).map(|device| Command::Answer { device });
    let refusals = [Command::Decline { reason: None }, Command::Cancel { reason: None }];
    answers.chain(refusals).collect()
}

/// How people come and go.
fn moves() -> Vec<Command> {
    let each = |device: DeviceId| {
        [
            join(device.clone(), OtherDevice::Prevails),
            join(device.clone(), OtherDevice::IsPutOut),
            join(device.clone(), OtherDevice::Stays),
            Command::Resume { device: device.clone(), media: Media::ON },
            Command::Leave { device: Some(device.clone()), reason: None },
            Command::LoseConnection { device: device.clone() },
            Command::HangUp { device, reason: None },
        ]
    };
    let all = [Command::Leave { device: None, reason: None }, Command::End { reason: None }];
    devices().flat_map(each).chain(all).chain([say(&[])]).collect()
}

/// How people come and go whose other device comes into it only by taking over.
fn few_moves() -> Vec<Command> {
    let first = first_device;
    vec![
        join(first(), OtherDevice::Prevails),
        join(DEVICES[1].parse().expect("an id"), OtherDevice::IsPutOut),
        Command::Resume { device: first(), media: Media::ON },
        Command::Leave { device: None, reason: None },
        Command::LoseConnection { device: first() },
        Command::HangUp { device: first(), reason: None },
        Command::End { reason: None },
        say(&[]),
    ]
}

/// How people come to a door.
fn arrivals() -> Vec<Command> {
    devices().map(arrive).collect()
}

/// What hosts decide about others at the door.
fn admissions(others: &[&str]) -> Vec<Command> {
    let each = |user: UserId| {
        [
            Command::Admit { user: user.clone() },
            Command::TurnAway { user: user.clone(), reason: None },
            Command::Remove { user: user.clone(), reason: None },
            say(&[user.as_str()]),
        ]
    };
    let all = [Command::AdmitAll, Command::AskToMute { user: None }];
    others.iter().flat_map(|it| each(id(it))).chain(all).collect()
}

/// What hosts decide about the room.
fn locks() -> Vec<Command> {
    let locks = [true, false].map(|locked| Command::Lock { locked });
    let doors = [Door::Open, Door::Usual, Door::Strict].map(|door| Command::SetDoor { door });
    locks.into_iter().chain(doors).collect()
}

/// Who decides with them.
fn hosts(others: &[&str]) -> Vec<Command> {
    let each =
        |user: UserId| [true, false].map(|host| Command::MakeHost { user: user.clone(), host });
    others.iter().flat_map(|it| each(id(it))).collect()
}

/// What a recording takes.
fn recordings(others: &[&str]) -> Vec<Command> {
    let method = ConsentMethod::Verbal;
    let each =
        |user: UserId| [true, false].map(|agreed| Command::consent(user.clone(), agreed, method));
    let recording = [
        Command::AskConsent { covers: Covered::ALL, wording: None },
        Command::record("rec".parse().expect("an id")),
        Command::StopRecording { recording: None },
    ];
    others.iter().flat_map(|it| each(id(it))).chain(recording).collect()
}

fn asks(by: &Actor, commands: &[Vec<Command>]) -> Vec<Ask> {
    commands.concat().into_iter().map(|command| (by.clone(), command)).collect()
}

fn house() -> Vec<Ask> {
    asks(&Actor::House, &[vec![Command::Restart, Command::Elapse]])
}

fn expected(name: &str, part: Option<Part>) -> Ask {
    (Actor::House, Command::Expect { user: id(name), part })
}

#[test]
fn a_call_to_one() {
    let people = vec![person("ann"), person("ben"), person("cat")];
    explore(&Opening {
        name: "a call to one",
        rules: RULES,
        script: vec![(person("ann"), initiate(&["ben"], |_| {}))],
        asks: [
            asks(&person("ann"), &[answers(), moves(), vec![Command::Admit { user: id("cat") }]]),
            asks(&person("ben"), &[answers(), moves(), vec![Command::Admit { user: id("cat") }]]),
            asks(&person("cat"), &[answers(), moves()]),
            house(),
        ]
        .concat(),
        people,
        depth: 40,
    });
}

#[test]
fn a_call_to_two() {
    let people = vec![person("ann"), person("ben"), person("cat")];
    let everybody = people.iter().flat_map(|by| asks(by, &[answers(), moves()]));
    let admissions = asks(&person("ann"), &[admissions(&["ben", "cat"])]);
    explore(&Opening {
        name: "a call to two",
        rules: RULES,
        script: vec![(person("ann"), initiate(&["ben", "cat"], |_| {}))],
        asks: everybody.chain(admissions).chain(house()).collect(),
        people,
        depth: 40,
    });
}

#[test]
fn a_scheduled_call() {
    let people = vec![person("ann"), person("ben"), person("cat")];
    let later = Some(Timestamp::from_millis(2000));
    explore(&Opening {
        name: "a scheduled call",
        rules: RULES,
        script: vec![(person("ann"), initiate(&["ben"], |it| it.scheduled_at = later))],
        asks: [
            asks(&person("ann"), &[answers(), moves(), admissions(&["ben", "cat"])]),
            asks(&person("ben"), &[answers(), moves(), admissions(&["ann", "cat"])]),
            asks(&person("cat"), &[moves()]),
            house(),
        ]
        .concat(),
        people,
        depth: 40,
    });
}

#[test]
fn a_scheduled_call_to_two() {
    let people = vec![person("ann"), person("ben"), person("cat")];
    let later = Some(Timestamp::from_millis(2000));
    let everybody = people.iter().flat_map(|by| asks(by, &[answers(), moves()]));
    explore(&Opening {
        name: "a scheduled call to two",
        rules: RULES,
        script: vec![(person("ann"), initiate(&["ben", "cat"], |it| it.scheduled_at = later))],
        asks: everybody.chain(house()).collect(),
        people,
        depth: 40,
    });
}

#[test]
fn a_guest_of_a_call() {
    let people = vec![person("ann"), person("ben"), guest("cat")];
    explore(&Opening {
        name: "a guest of a call",
        rules: RULES,
        script: vec![
            (person("ann"), initiate(&["ben"], |_| {})),
            expected("cat", Some(Part::Interpreter)),
        ],
        asks: [
            asks(&person("ann"), &[moves(), admissions(&["ben", "cat"])]),
            asks(&person("ben"), &[answers(), moves()]),
            asks(&guest("cat"), &[moves(), arrivals()]),
            house(),
        ]
        .concat(),
        people,
        depth: 40,
    });
}

/// A consultation of Ann, the provider, and Ben, the patient.
fn consultation(by: &str, callee: &str, door: Door) -> Ask {
    let open = initiate(&[callee], |it| {
        it.kind = Kind::Consultation;
        it.hosts = vec![id("ann")];
        it.patient = Some(id("ben"));
        it.provider = Some(id("ann"));
        it.door = door;
    });
    (person(by), open)
}

fn a_consultation(name: &'static str, script: Vec<Ask>) {
    explore(&Opening {
        name,
        rules: RULES,
        script,
        asks: [
            asks(&person("ann"), &[moves(), admissions(&["ben", "cat"])]),
            asks(&person("ben"), &[answers(), moves(), arrivals(), admissions(&["cat"])]),
            asks(&guest("cat"), &[moves(), arrivals()]),
            house(),
            vec![expected("cat", Some(Part::Carer))],
        ]
        .concat(),
        people: vec![person("ann"), person("ben"), guest("cat")],
        depth: 40,
    });
}

#[test]
fn a_consultation_that_its_provider_opens() {
    let come = join(first_device(), OtherDevice::Prevails);
    let script = vec![consultation("ann", "ben", Door::Usual), (person("ann"), come)];
    a_consultation("a consultation, door usual, opened by its provider", script);
}

#[test]
fn a_consultation_that_its_patient_opens() {
    let script =
        vec![consultation("ben", "ann", Door::Usual), (person("ben"), arrive(first_device()))];
    a_consultation("a consultation, door usual, opened by its patient", script);
}

#[test]
fn a_strict_consultation_that_its_provider_opens() {
    let come = join(first_device(), OtherDevice::Prevails);
    let script = vec![consultation("ann", "ben", Door::Strict), (person("ann"), come)];
    a_consultation("a consultation, door strict, opened by its provider", script);
}

#[test]
fn a_strict_consultation_that_its_patient_opens() {
    let script =
        vec![consultation("ben", "ann", Door::Strict), (person("ben"), arrive(first_device()))];
    a_consultation("a consultation, door strict, opened by its patient", script);
}

fn meeting(open: bool) -> Ask {
    let meeting = initiate(&[], |it| {
        it.kind = Kind::Meeting;
        it.hosts = vec![id("ann")];
        it.open = open;
        it.door = Door::Open;
    });
    (person("ann"), meeting)
}

/// A meeting of Ann, with Ben, and with Cat who comes by a link.
fn a_meeting(name: &'static str, rules: Rules, script: Vec<Ask>, ann: Vec<Command>) {
    explore(&Opening {
        name,
        rules,
        script,
        asks: [
            asks(&person("ann"), &[few_moves(), ann]),
            asks(&person("ben"), &[few_moves(), arrivals(), locks(), admissions(&["cat"])]),
            asks(&guest("cat"), &[few_moves(), arrivals()]),
            house(),
            vec![expected("cat", Some(Part::Guest))],
        ]
        .concat(),
        people: vec![person("ann"), person("ben"), guest("cat")],
        depth: 40,
    });
}

#[test]
fn an_open_meeting_with_a_lock_and_a_door() {
    let decides = [admissions(&["ben", "cat"]), locks()].concat();
    a_meeting("an open meeting", RULES, vec![meeting(true)], decides);
}

#[test]
fn a_meeting_with_two_hosts() {
    let decides = [admissions(&["ben", "cat"]), hosts(&["ben"])].concat();
    a_meeting("a meeting with two hosts", RULES, vec![meeting(true)], decides);
}

/// One seat fewer than there are people.
#[test]
fn a_private_meeting() {
    let rules = Rules { most_people: 2, ..RULES };
    let shut = (person("ann"), Command::SetDoor { door: Door::Usual });
    let script = vec![meeting(false), shut, expected("ben", None)];
    a_meeting("a private meeting", rules, script, admissions(&["ben", "cat"]));
}

/// Somebody who may record, in rooms like the others.
fn recorded(newcomers: Newcomers) -> Rules {
    Rules { recorders: Roles::NONE.with(Role::Provider), newcomers, ..RULES }
}

fn a_recorded_meeting(name: &'static str, newcomers: Newcomers) {
    let people = vec![person("ann"), person("ben"), person("cat")];
    let everybody =
        people.iter().flat_map(|by| asks(by, &[few_moves(), recordings(&["ann", "ben", "cat"])]));
    explore(&Opening {
        name,
        rules: recorded(newcomers),
        script: vec![meeting(true)],
        asks: everybody.chain(house()).collect(),
        people,
        depth: 40,
    });
}

#[test]
fn a_recorded_meeting_that_pauses_for_newcomers() {
    a_recorded_meeting("a recorded meeting that pauses for newcomers", Newcomers::Pause);
}

#[test]
fn a_recorded_meeting_that_keeps_newcomers_at_the_door() {
    a_recorded_meeting("a recorded meeting that keeps newcomers waiting", Newcomers::Wait);
}
