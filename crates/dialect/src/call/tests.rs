//! Conversations in this vocabulary. The other direction of every word, over
//! real sockets, is in the end-to-end tests.

use std::time::Duration;

use housecall_core::{
    Actor, Private, Role, Room, Rules, Timestamp,
    room::{Invitation, Purpose},
};

use super::*;
use crate::{People, native::wire::Person};

struct Nobody;

impl People for Nobody {
    fn person(&self, user: &UserId) -> Person {
        Person { id: user.clone(), name: Private::new(user.to_string()), role: Role::Patient }
    }

    fn who_offers(&self, _: &UserId, _: &DeviceId) -> WhoOffers {
        WhoOffers::WhoWasThere
    }
}

/// A visit: what each person said, and what each device heard.
struct Visit {
    room: Room,
    now: Timestamp,
    heard: Vec<String>,
}

const DEVICES: [(&str, &str); 3] =
    [("doctor", "desk"), ("patient", "phone"), ("patient", "tablet")];

impl Visit {
    fn new() -> Self {
        let room = Room::new("c1".parse().expect("an id"), Rules::default());
        let visit = Self { room, now: Timestamp::EPOCH, heard: Vec::new() };
        let callees = vec!["patient".parse().expect("an id")];
        visit.ask("doctor", Command::Initiate(Invitation::to(callees, Purpose::Video)))
    }

    fn says(self, who: &str, device: &str, word: &str, body: &str) -> Self {
        let device: DeviceId = device.parse().expect("an id");
        match Call.decode(&device, word, Some(body)) {
            Some(Ok(Heard::Ask { commands, .. })) => {
                commands.into_iter().fold(self, |visit, command| visit.ask(who, command))
            }
            other => panic!("{word} asks for something, not {other:?}"),
        }
    }

    fn ask(mut self, who: &str, command: Command) -> Self {
        let by = match who {
            "house" => Actor::House,
            who => Actor::person(who.parse().expect("an id"), Role::Patient),
        };
        for entry in self.room.decide(self.now, &by, command).expect("nothing is refused here") {
            let before = self.room.clone();
            self.room.evolve(&entry);
            for (user, device) in DEVICES {
                let (user, name) = (user.parse().expect("an id"), device);
                let device = device.parse().expect("an id");
                let viewer = Viewer { user: &user, device: &device, people: &Nobody };
                let news = News::Entry { before: &before, after: &self.room, entry: &entry };
                Call.encode(&viewer, &news, &mut |word, body| {
                    self.heard.push(format!("{name} {word} {body}"));
                });
            }
        }
        self
    }

    fn waits(mut self, seconds: u64) -> Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.ask("house", Command::Elapse)
    }

    /// Forgets what was heard so far.
    fn then(mut self) -> Self {
        self.heard.clear();
        self
    }
}

fn check(visit: Visit, expected: &[&str]) {
    assert_eq!(visit.heard, expected);
}

fn both_in() -> Visit {
    Visit::new().says("doctor", "desk", "join-call", r#"{"callId":"c1"}"#).says(
        "patient",
        "phone",
        "join-call",
        r#"{"callId":"c1","videoEnabled":false}"#,
    )
}

#[test]
fn a_call_rings_and_is_answered_by_joining() {
    check(
        both_in(),
        &[
            r#"phone incoming-call {"callId":"c1","callType":"video","from":"doctor","roomId":"room_c1","scheduledAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet incoming-call {"callId":"c1","callType":"video","from":"doctor","roomId":"room_c1","scheduledAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk room-participants {"callId":"c1","participants":[]}"#,
            r#"desk call-answered {"callId":"c1","answeredBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call-answered {"callId":"c1","answeredBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true}"#,
            r#"phone room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn media_and_leaving_are_told_to_those_inside() {
    check(
        both_in()
            .then()
            .says(
                "patient",
                "phone",
                "update-media",
                r#"{"callId":"c1","screenShareEnabled":true}"#,
            )
            .says("patient", "phone", "leave-call", r#"{"callId":"c1","reason":"User left"}"#)
            .says("patient", "tablet", "join-call", r#"{"callId":"c1"}"#),
        &[
            r#"desk participant-media-updated {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true,"screenShareEnabled":true}"#,
            r#"desk participant-left {"callId":"c1","userId":"patient","reason":"User left"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":true,"audioEnabled":true}"#,
            r#"tablet room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn a_lost_connection_is_told_and_so_is_its_return() {
    let phone: DeviceId = "phone".parse().expect("an id");
    check(
        both_in()
            .then()
            .ask("patient", Command::LoseConnection { device: phone.clone() })
            .says("patient", "phone", "reconnect-call", r#"{"callId":"c1"}"#)
            .ask("patient", Command::LoseConnection { device: phone })
            .waits(30),
        &[
            r#"desk participant-disconnected {"callId":"c1","userId":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true}"#,
            r#"phone room-participants {"callId":"c1","participants":["doctor"]}"#,
            r#"desk participant-disconnected {"callId":"c1","userId":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-left {"callId":"c1","userId":"patient","reason":"connection lost"}"#,
        ],
    );
}

#[test]
fn a_call_moves_to_another_device() {
    check(
        both_in().then().says("patient", "tablet", "reconnect-call", r#"{"callId":"c1"}"#),
        &[
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":true,"audioEnabled":true}"#,
            r#"phone participant-left {"callId":"c1","userId":"patient","reason":"moved to another device"}"#,
            r#"tablet room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn an_end_is_told_to_every_device() {
    let ended =
        r#"call-ended {"callId":"c1","reason":"missed","timestamp":"1970-01-01T00:00:45.000Z"}"#;
    let expected = ["desk", "phone", "tablet"].map(|it| format!("{it} {ended}"));
    assert_eq!(Visit::new().then().waits(45).heard, expected);
    let reason = "Patient unavailable".to_owned().try_into().ok();
    check(
        Visit::new().then().ask("doctor", Command::Cancel { reason }),
        &[
            r#"phone call-cancelled {"callId":"c1","reason":"Patient unavailable","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call-cancelled {"callId":"c1","reason":"Patient unavailable","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

#[test]
fn candidates_go_to_one_or_to_all_others() {
    let decode = |body: &str| match Call.decode(
        &"desk".parse().expect("an id"),
        "ice-candidate",
        Some(body),
    ) {
        Some(Ok(Heard::Signal { to, signal, .. })) => format!("{to:?} {}", signal.body),
        Some(Err(garbled)) => format!("{garbled}"),
        other => panic!("{other:?}"),
    };
    let candidate = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host"}"#;
    let body = |target: &str| format!(r#"{{"callId":"c1","candidate":{candidate}{target}}}"#);
    assert_eq!(decode(&body("")), format!("Others {candidate}"));
    assert_eq!(
        decode(&body(r#","targetUserId":"patient""#)),
        format!(r#"One(UserId("patient")) {candidate}"#)
    );
    assert_eq!(
        decode(r#"{"callId":"c1","candidate":"x"}"#),
        "Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}."
    );
}

#[test]
fn refusals_are_acks_or_error_events() {
    let problem = Problem::new("call_over", "This call is over.");
    assert_eq!(
        Call.refuse(&problem),
        r#"{"success":false,"error":{"code":"call_over","message":"This call is over."}}"#
    );
    assert_eq!(
        Call.complain("join-call", &problem),
        (
            "error",
            r#"{"event":"join-call","code":"call_over","message":"This call is over."}"#.to_owned()
        )
    );
}
