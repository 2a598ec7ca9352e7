//! Stories about calls. Only [`Tale`] knows the API.

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
        _ => Role::Patient,
    };
    if name == "house" { Actor::House } else { Actor::person(id(name), role) }
}

fn call(callees: &[&str]) -> Command {
    let callees = callees.iter().map(|it| id(it)).collect();
    Command::Initiate(Invitation::to(callees, Purpose::Video))
}

fn call_at(seconds: i64, callee: &str) -> Command {
    match call(&[callee]) {
        Command::Initiate(invitation) => Command::Initiate(Invitation {
            scheduled_at: Some(Timestamp::from_millis(seconds * 1000)),
            ..invitation
        }),
        other => other,
    }
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
        Event::Admitted { user } => format!("{user} may come"),
        Event::Said { user, message, to } if to.is_empty() => {
            format!("{user} said {}", message.reveal())
        }
        Event::Said { user, message, to } => {
            format!("{user} whispered {} to {}", message.reveal(), to[0])
        }
        Event::ConsentGiven { user, .. } => format!("{user} agreed"),
        Event::ConsentWithdrawn { user } => format!("{user} agrees no longer"),
        Event::RecordingStarted { user, .. } => format!("{user} records"),
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

#[test]
fn a_call_is_answered_and_ended() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("doctor", join("desk")),
            ("patient", answer("phone")),
            ("patient", join("phone")),
            ("patient", mute("phone")),
            ("patient", mute("phone")),
            ("patient", end()),
            ("doctor", end()),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
            "patient: patient audio false video true",
            "patient: (nothing new)",
            "patient: over: completed",
            "doctor: no: call_over",
        ],
    );
}

#[test]
fn joining_a_ringing_call_answers_it() {
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", join("phone"))]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn an_answer_is_won_by_exactly_one_device() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("patient", answer("phone")),
            ("patient", answer("phone")),
            ("patient", answer("tablet")),
            ("patient", join("tablet")),
            ("patient", join("phone")),
            ("patient", answer("tablet")),
            ("patient", join("tablet")),
            ("patient", decline()),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered on phone",
            "patient: (nothing new)",
            "patient: no: answered_elsewhere",
            "patient: no: answered_elsewhere",
            "patient: patient joined on phone",
            "patient: no: answered_elsewhere",
            "patient: no: on_another_device",
            "patient: no: already_answered",
        ],
    );
}

#[test]
fn an_answer_without_a_device_lets_the_first_one_in() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("patient", Command::Answer { device: None }),
            ("patient", Command::Answer { device: None }),
            ("patient", join("phone")),
            ("patient", join("tablet")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered",
            "patient: no: already_answered",
            "patient: patient joined on phone",
            "patient: no: on_another_device",
        ],
    );
}

#[test]
fn a_call_can_be_moved_to_another_device_on_purpose() {
    check(
        visit().all(&[
            ("patient", take_over("tablet")),
            ("patient", mute("phone")),
            ("patient", leave("phone")),
            ("patient", lose("phone")),
            ("patient", mute("tablet")),
        ]),
        &[
            "patient: patient joined on tablet",
            "patient: no: not_in_room",
            "patient: no: not_in_room",
            "patient: (nothing new)",
            "patient: patient audio false video true",
        ],
    );
}

#[test]
fn a_reloaded_page_is_a_new_incarnation_of_its_device() {
    let incarnation = |tale: &Tale| tale.room.participant(&id("patient")).map(|it| it.incarnation);
    let tale = visit();
    let before = incarnation(&tale);
    let tale = tale.tell("patient", join("phone"));
    assert_eq!(incarnation(&tale), before, "joining twice changes nothing");
    let tale = tale.tell("patient", take_over("phone"));
    assert!(incarnation(&tale) > before);
    check(tale, &["patient: (nothing new)", "patient: patient joined on phone"]);
}

#[test]
fn every_ring_ends() {
    let ring = Rules::default().ring.as_secs();
    check(
        Tale::new()
            .all(&[("doctor", call(&["patient"]))])
            .wait(ring - 1)
            .wait(1)
            .tell("patient", join("phone")),
        &[
            "doctor: called",
            "doctor: rings",
            "house: (nothing new)",
            "house: over: missed",
            "patient: no: call_over",
        ],
    );
}

#[test]
fn a_call_is_declined_or_taken_back() {
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", decline())]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient declined",
            "patient: over: declined",
        ],
    );
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("doctor", cancel())]),
        &["doctor: called", "doctor: rings", "doctor: over: cancelled"],
    );
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", end())]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient declined",
            "patient: over: declined",
        ],
    );
    check(visit().all(&[("doctor", cancel())]), &["doctor: no: already_started"]);
}

#[test]
fn a_no_can_be_taken_back_while_the_call_lasts() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient", "nurse"])),
            ("nurse", decline()),
            ("nurse", decline()),
            ("nurse", join("ward")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "nurse: nurse declined",
            "nurse: no: not_ringing",
            "nurse: nurse answered on ward",
            "nurse: nurse joined on ward",
        ],
    );
}

#[test]
fn a_caller_who_goes_while_it_rings_takes_the_call_along() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("doctor", join("desk")),
            ("doctor", leave("desk")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "doctor: doctor gone (Left)",
            "doctor: over: cancelled",
        ],
    );
}

#[test]
fn a_scheduled_call_rings_at_its_time() {
    check(
        Tale::new()
            .all(&[("doctor", call_at(600, "patient")), ("doctor", join("desk"))])
            .wait(599)
            .wait(1)
            .tell("patient", join("phone")),
        &[
            "doctor: called",
            "doctor: doctor joined on desk",
            "house: (nothing new)",
            "house: rings",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn a_scheduled_call_can_begin_early_or_be_called_off_by_either() {
    check(
        Tale::new().all(&[("doctor", call_at(600, "patient")), ("patient", join("phone"))]),
        &[
            "doctor: called",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
    check(
        Tale::new().all(&[("doctor", call_at(600, "patient")), ("patient", cancel())]),
        &["doctor: called", "patient: over: cancelled"],
    );
}

#[test]
fn a_lost_connection_comes_back_in_time_or_not() {
    let grace = Rules::default().grace.as_secs();
    check(
        visit()
            .tell("patient", lose("phone"))
            .wait(grace - 1)
            .tell("patient", resume("phone"))
            .tell("patient", lose("phone"))
            .wait(grace)
            .tell("patient", resume("phone")),
        &[
            "patient: patient lost",
            "house: (nothing new)",
            "patient: patient back on phone",
            "patient: patient lost",
            "house: patient gone (ConnectionLost)",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn a_restart_loses_all_connections_and_no_call() {
    check(
        visit()
            .tell("house", Command::Restart)
            .tell("patient", resume("phone"))
            .tell("doctor", resume("desk"))
            .tell("doctor", end()),
        &[
            "house: doctor lost",
            "house: patient lost",
            "patient: patient back on phone",
            "doctor: doctor back on desk",
            "doctor: over: completed",
        ],
    );
    let ringing = Tale::new().all(&[("doctor", call(&["patient"])), ("house", Command::Restart)]);
    check(
        ringing.wait(Rules::default().ring.as_secs()),
        &["doctor: called", "doctor: rings", "house: (nothing new)", "house: over: missed"],
    );
}

#[test]
fn nobody_stays_alone_for_ever() {
    let alone = Rules::default().alone.as_secs();
    check(
        visit().tell("patient", leave("phone")).wait(alone - 1).wait(1),
        &["patient: patient gone (Left)", "house: (nothing new)", "house: over: completed"],
    );
    check(
        visit().all(&[("patient", leave("phone")), ("doctor", leave("desk"))]),
        &["patient: patient gone (Left)", "doctor: doctor gone (Left)", "doctor: over: completed"],
    );
}

#[test]
fn who_accepts_and_never_comes_is_counted_out() {
    let arrival = Rules::default().arrival.as_secs();
    check(
        Tale::new()
            .all(&[("doctor", call(&["patient"])), ("doctor", join("desk"))])
            .tell("patient", Command::Answer { device: None })
            .wait(arrival),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered",
            "house: patient gone (NeverCame)",
        ],
    );
}

#[test]
fn three_people_ring_answer_and_go_one_by_one() {
    let ring = Rules::default().ring.as_secs();
    check(
        Tale::new()
            .all(&[
                ("doctor", call(&["patient", "nurse"])),
                ("doctor", join("desk")),
                ("patient", join("phone")),
                ("patient", end()),
            ])
            .wait(ring)
            .all(&[
                ("nurse", join("ward")),
                ("doctor", leave("desk")),
                ("nurse", leave("ward")),
                ("patient", leave("phone")),
            ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
            "patient: no: forbidden",
            "house: nurse missed it",
            "nurse: nurse joined on ward",
            "doctor: doctor gone (Left)",
            "nurse: nurse gone (Left)",
            "patient: patient gone (Left)",
            "patient: over: completed",
        ],
    );
}

#[test]
fn strangers_learn_nothing() {
    check(
        visit().all(&[
            ("stranger", join("x")),
            ("stranger", end()),
            ("stranger", answer("x")),
            ("admin", join("x")),
            ("admin", end()),
            ("stranger", end()),
        ]),
        &[
            "stranger: no: not_a_participant",
            "stranger: no: not_a_participant",
            "stranger: no: not_a_participant",
            "admin: no: not_a_participant",
            "admin: over: completed",
            "stranger: no: not_a_participant",
        ],
    );
    check(Tale::new().tell("admin", end()), &["admin: no: not_a_participant"]);
}

#[test]
fn impossible_invitations_are_refused() {
    let crowd = ["b", "c", "d", "e", "f", "g", "h", "i"];
    check(
        Tale::new().all(&[
            ("doctor", call(&[])),
            ("doctor", call(&["doctor"])),
            ("doctor", call(&["patient", "patient"])),
            ("doctor", call(&crowd)),
            ("doctor", call(&crowd[1..])),
            ("doctor", call(&["patient"])),
            ("house", end()),
            ("doctor", Command::Elapse),
        ]),
        &[
            "doctor: no: nobody_to_call",
            "doctor: no: cannot_call_yourself",
            "doctor: no: named_twice",
            "doctor: no: too_many_people",
            "doctor: called",
            "doctor: rings",
            "doctor: no: already_exists",
            "house: no: forbidden",
            "doctor: no: forbidden",
        ],
    );
}

#[test]
fn a_reason_is_brief() {
    let reason = |length: usize| Reason::try_from("ü".repeat(length));
    assert!(reason(500).is_ok());
    assert_eq!(reason(501), Err(TooLong));
    let read = serde_json::from_str::<Reason>(&format!("\"{}\"", "x".repeat(501)));
    assert_eq!(read.map_err(|it| it.to_string()), Err(TooLong.to_string()));
}

#[test]
fn signals_pass_only_between_people_in_the_room() {
    let room = Tale::new()
        .all(&[("doctor", call(&["patient", "nurse"])), ("doctor", join("desk"))])
        .tell("patient", join("phone"))
        .room;
    let ask = |from: &str, on: &str, to: &str| room.carries(&id(from), &device(on), &id(to));
    assert_eq!(ask("doctor", "desk", "patient"), Ok(()));
    assert_eq!(ask("doctor", "phone", "patient"), Err(Refusal::NotInRoom));
    assert_eq!(ask("doctor", "desk", "nurse"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("doctor", "desk", "doctor"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("doctor", "desk", "stranger"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("nurse", "ward", "doctor"), Err(Refusal::NotInRoom));
    assert_eq!(ask("stranger", "x", "doctor"), Err(Refusal::NotAParticipant));
}

#[test]
fn entries_survive_being_written_down() {
    let tale = Tale::new();
    let entries = tale
        .room
        .decide(tale.now, &actor("doctor"), call_at(60, "patient"))
        .expect("a plain call is fine");
    let text = serde_json::to_string(&entries).expect("entries are JSON");
    let read: Vec<Entry> = serde_json::from_str(&text).expect("what we wrote");
    assert_eq!(read, entries);
    assert!(text.contains(r#""event":{"type":"initiated","caller":"doctor""#), "{text}");
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
    Command::Say { message, to: to.iter().map(|it| id(it)).collect() }
}

fn consent(whose: &str, agreed: bool) -> Command {
    Command::Consent { user: id(whose), agreed, method: ConsentMethod::Electronic }
}

fn record() -> Command {
    Command::StartRecording { recording: "rec".parse().expect("an id") }
}

#[test]
fn whoever_comes_to_a_consultation_first_rings_the_other_and_may_wait() {
    let tale = Tale::new()
        .all(&[
            ("patient", open(Kind::Consultation, &["doctor"], &["doctor"])),
            ("patient", join("phone")),
        ])
        .wait(3600)
        .all(&[("doctor", join("desk")), ("patient", end()), ("doctor", end())]);
    assert_eq!(tale.room.next_deadline(), None);
    check(
        tale,
        &[
            "patient: called",
            "patient: rings",
            "patient: patient joined on phone",
            "house: doctor missed it",
            "doctor: doctor joined on desk",
            "patient: no: forbidden",
            "doctor: over: completed",
        ],
    );
}

#[test]
fn a_consultation_is_over_when_the_one_who_waited_goes() {
    let tale = Tale::new().all(&[
        ("patient", open(Kind::Consultation, &["doctor"], &["doctor"])),
        ("patient", join("phone")),
        ("patient", leave("phone")),
    ]);
    assert!(matches!(tale.room.phase(), Phase::Over { outcome: Outcome::Missed, .. }));
}

#[test]
fn hanging_up_ends_a_call_and_leaves_a_consultation() {
    let call = visit().tell("patient", hang_up("phone"));
    assert_eq!(call.told, ["patient: over: completed"]);
    let consultation = Tale::new().all(&[
        ("doctor", open(Kind::Consultation, &["patient"], &["doctor"])),
        ("doctor", join("desk")),
        ("patient", answer("phone")),
        ("patient", join("phone")),
        ("patient", hang_up("phone")),
        ("doctor", hang_up("desk")),
    ]);
    let last = consultation.told[consultation.told.len() - 2..].to_vec();
    assert_eq!(last, ["patient: patient gone (Left)", "doctor: over: completed"]);
}

#[test]
fn a_meeting_takes_whoever_comes_until_it_is_full() {
    let mut tale = Tale::new().tell("p0", open(Kind::Meeting, &[], &["p0"]));
    for number in 0..8 {
        tale = tale.tell(&format!("p{number}"), join("desk"));
    }
    tale = tale.all(&[("p8", join("desk")), ("p7", leave("desk")), ("p8", join("desk"))]);
    let last = tale.told[tale.told.len() - 3..].to_vec();
    assert_eq!(last, ["p8: no: room_full", "p7: p7 gone (Left)", "p8: p8 joined on desk"]);
}

#[test]
fn a_closed_room_takes_those_who_were_admitted() {
    let tale = Tale::new().all(&[
        ("doctor", open(Kind::Consultation, &["patient"], &["doctor"])),
        ("doctor", join("desk")),
        ("carer", join("tablet")),
        ("carer", Command::Admit { user: id("carer") }),
        ("doctor", Command::Admit { user: id("carer") }),
        ("carer", join("tablet")),
    ]);
    let last = tale.told[3..].to_vec();
    let expected = [
        "carer: no: not_a_participant",
        "carer: no: not_a_participant",
        "doctor: carer may come",
        "carer: carer joined on tablet",
    ];
    assert_eq!(last, expected);
}

#[test]
fn people_in_a_room_write_to_all_or_to_one() {
    let tale = visit().all(&[
        ("doctor", say("hello", &[])),
        ("patient", say("psst", &["doctor"])),
        ("patient", say("psst", &["nurse"])),
        ("nurse", say("hello", &[])),
        ("patient", leave("phone")),
        ("patient", say("bye", &[])),
    ]);
    check(
        tale,
        &[
            "doctor: doctor said hello",
            "patient: patient whispered psst to doctor",
            "patient: no: peer_not_in_room",
            "nurse: no: not_a_participant",
            "patient: patient gone (Left)",
            "patient: no: not_in_room",
        ],
    );
}

#[test]
fn a_second_device_may_listen_beside_the_first() {
    let beside =
        Command::Join { device: device("desk"), media: Media::ON, other: OtherDevice::Stays };
    let tale = visit().all(&[("patient", beside), ("patient", say("hello", &[]))]);
    check(tale, &["patient: (nothing new)", "patient: patient said hello"]);
}

#[test]
fn recording_takes_everybodys_consent() {
    let tale = visit().all(&[
        ("doctor", record()),
        ("doctor", consent("doctor", true)),
        ("doctor", record()),
        ("patient", consent("doctor", false)),
        ("patient", consent("patient", true)),
        ("patient", record()),
        ("doctor", record()),
        ("doctor", record()),
        ("patient", consent("patient", false)),
        ("doctor", Command::StopRecording { recording: None }),
        ("doctor", consent("patient", true)),
        ("doctor", record()),
        ("doctor", end()),
    ]);
    check(
        tale,
        &[
            "doctor: no: consent_missing",
            "doctor: doctor agreed",
            "doctor: no: consent_missing",
            "patient: no: forbidden",
            "patient: patient agreed",
            "patient: no: forbidden",
            "doctor: doctor records",
            "doctor: no: already_recording",
            "patient: recording stopped",
            "patient: patient agrees no longer",
            "doctor: no: not_recording",
            "doctor: patient agreed",
            "doctor: doctor records",
            "doctor: recording stopped",
            "doctor: over: completed",
        ],
    );
}

#[test]
fn a_newcomer_who_has_not_agreed_stops_the_recording() {
    let tale = Tale::new().all(&[
        ("doctor", open(Kind::Meeting, &[], &["doctor"])),
        ("doctor", join("desk")),
        ("doctor", consent("doctor", true)),
        ("doctor", record()),
        ("carer", join("tablet")),
    ]);
    let last = tale.told[3..].to_vec();
    let expected =
        ["doctor: doctor records", "carer: recording stopped", "carer: carer joined on tablet"];
    assert_eq!(last, expected);
}
