//! The laws of a room, and a machine that looks for exceptions: any script of
//! commands, by anybody, in any order, with any waiting in between.

mod door;
mod said;
mod takes;

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{Actor, Role, Roles};

const PEOPLE: [&str; 4] = ["ann", "bob", "cy", "dora"];
/// One fewer than there are people, so that rooms get full.
const RULES: Rules = Rules {
    recorders: Roles::NONE.with(Role::Provider).with(Role::Admin),
    newcomers: Newcomers::Pause,
    ring: Duration::from_secs(45),
    grace: Duration::from_secs(30),
    door_grace: Duration::from_secs(7),
    remind: Duration::from_secs(60),
    arrival: Duration::from_secs(30),
    alone: Duration::from_secs(120),
    most_people: 3,
};
const DEVICES: [&str; 3] = ["desk", "phone", "tablet"];

#[derive(Debug, Clone)]
enum Step {
    Ask(Actor, Box<Command>),
    Wait(u64),
}

fn users() -> impl Strategy<Value = UserId> {
    select(&PEOPLE).prop_map(|it| it.parse().expect("an id"))
}

fn devices() -> impl Strategy<Value = DeviceId> {
    select(&DEVICES).prop_map(|it| it.parse().expect("an id"))
}

fn media() -> impl Strategy<Value = Media> {
    any::<[bool; 3]>().prop_map(|[audio, video, screen]| Media { audio, video, screen })
}

fn others() -> impl Strategy<Value = OtherDevice> {
    select(&[OtherDevice::Prevails, OtherDevice::IsPutOut, OtherDevice::Stays][..])
}

fn doors() -> impl Strategy<Value = Door> {
    select(&[Door::Open, Door::Usual, Door::Strict][..])
}

fn parts() -> impl Strategy<Value = Option<Part>> {
    let parts = [Part::Guest, Part::Interpreter, Part::Carer, Part::Observer];
    proptest::option::of(select(parts.to_vec()))
}

fn keys() -> impl Strategy<Value = Option<MessageKey>> {
    let key = |text: &str| MessageKey::try_from(text.to_owned()).expect("a key");
    proptest::option::of(select(vec![key("first"), key("second")]))
}

fn message() -> Message {
    Message::try_from("hello".to_owned()).expect("a message")
}

fn invitations() -> impl Strategy<Value = Invitation> {
    let kinds = select(&[Kind::Call, Kind::Call, Kind::Consultation, Kind::Meeting][..]);
    let scheduled_at = proptest::option::of((0i64..400_000).prop_map(Timestamp::from_millis));
    let people = (vec(users(), 0..4), vec(users(), 0..2), vec(users(), 0..2));
    (people, scheduled_at, kinds, doors(), any::<bool>()).prop_map(
        |((callees, hosts, removed), scheduled_at, kind, door, open)| Invitation {
            scheduled_at,
            kind,
            hosts,
            removed,
            open,
            door,
            ..Invitation::to(callees, Purpose::Video)
        },
    )
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => invitations().prop_map(Command::Initiate),
        3 => proptest::option::of(devices()).prop_map(|device| Command::Answer { device }),
        1 => Just(Command::Decline { reason: None }),
        1 => Just(Command::Cancel { reason: None }),
        6 => (devices(), media(), others())
            .prop_map(|(device, media, other)| Command::Join { device, media, other }),
        3 => (devices(), media()).prop_map(|(device, media)| Command::Resume { device, media }),
        1 => proptest::option::of(devices())
            .prop_map(|device| Command::Leave { device, reason: None }),
        2 => (proptest::option::of(devices()), any::<[Option<bool>; 3]>()).prop_map(|(device, [audio, video, screen])| {
            Command::ChangeMedia { device, audio, video, screen }
        }),
        1 => Just(Command::End { reason: None }),
        1 => devices().prop_map(|device| Command::HangUp { device, reason: None }),
        1 => Just(Command::Begin),
        1 => (0i64..400_000).prop_map(|at| Command::Reschedule { at: Timestamp::from_millis(at) }),
        4 => (devices(), media())
            .prop_map(|(device, media)| Command::Arrive { device, media, check: None }),
        3 => decisions(),
        2 => (proptest::option::of(users()), any::<bool>())
            .prop_map(|(user, raised)| Command::RaiseHand { user, raised }),
        3 => (vec(users(), 0..2), keys())
            .prop_map(|(to, key)| Command::Say { message: message(), to, file: None, key }),
        2 => covered().prop_map(|covers| Command::AskConsent { covers, wording: None }),
        5 => (users(), any::<bool>(), proptest::option::of(covered())).prop_map(
            |(user, agreed, covers)| Command::Consent {
                user,
                agreed,
                method: ConsentMethod::Verbal,
                covers,
                wording: None,
            },
        ),
        4 => (proptest::option::of(covered()), proptest::option::of(newcomers())).prop_map(
            |(covers, newcomers)| Command::StartRecording {
                recording: "rec".parse().expect("an id"),
                covers,
                newcomers,
            },
        ),
        1 => Just(Command::StopRecording { recording: None }),
        3 => devices().prop_map(|device| Command::LoseConnection { device }),
        1 => demands(),
    ]
}

fn covered() -> impl Strategy<Value = Covered> {
    select(&[Covered::ALL, Covered::ALL, Covered::VOICES][..])
}

fn newcomers() -> impl Strategy<Value = Newcomers> {
    select(&[Newcomers::Pause, Newcomers::Wait][..])
}

/// What hosts decide.
fn decisions() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => users().prop_map(|user| Command::Admit { user }),
        1 => Just(Command::AdmitAll),
        1 => users().prop_map(|user| Command::TurnAway { user, reason: None }),
        1 => users().prop_map(|user| Command::Remove { user, reason: None }),
        1 => any::<bool>().prop_map(|locked| Command::Lock { locked }),
        2 => doors().prop_map(|door| Command::SetDoor { door }),
        1 => (users(), any::<bool>()).prop_map(|(user, host)| Command::MakeHost { user, host }),
        1 => proptest::option::of(users()).prop_map(|user| Command::AskToMute { user }),
    ]
}

/// What only the house asks for.
fn demands() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => Just(Command::Restart),
        2 => Just(Command::Elapse),
        3 => (users(), parts()).prop_map(|(user, part)| Command::Expect { user, part }),
    ]
}

fn actors() -> impl Strategy<Value = Actor> {
    let roles = select(&Role::ALL[..]);
    prop_oneof![
        9 => (users(), roles).prop_map(|(user, role)| Actor::person(user, role)),
        1 => Just(Actor::House),
    ]
}

fn scripts() -> impl Strategy<Value = Vec<Step>> {
    let ask = |(by, command)| Step::Ask(by, Box::new(command));
    let step = prop_oneof![
        8 => (actors(), commands()).prop_map(ask),
        1 => demands().prop_map(move |command| ask((Actor::House, command))),
        1 => (0u64..150).prop_map(Step::Wait),
    ];
    // Most scripts start with a call, or little would ever happen.
    let opening = (actors(), invitations())
        .prop_map(|(by, invitation)| Step::Ask(by, Box::new(Command::Initiate(invitation))));
    (opening, vec(step, 0..60)).prop_map(|(first, rest)| [vec![first], rest].concat())
}

/// Plays a script and calls `look` with the room before, the new entries and
/// the room after, for every step that changed something.
fn play(script: Vec<Step>, mut look: impl FnMut(&Room, &[Entry], &Room)) -> (Room, Vec<Entry>) {
    let mut now = Timestamp::from_millis(0);
    let mut room = Room::new("r".parse().expect("an id"), RULES);
    let mut journal = Vec::new();
    for step in script {
        let (by, command) = match step {
            Step::Ask(by, command) => (by, *command),
            Step::Wait(seconds) => {
                now = now.plus(Duration::from_secs(seconds));
                (Actor::House, Command::Elapse)
            }
        };
        let Ok(entries) = room.decide(now, &by, command) else { continue };
        let before = room.clone();
        entries.iter().for_each(|entry| room.evolve(entry));
        look(&before, &entries, &room);
        journal.extend(entries);
    }
    (room, journal)
}

/// What each row says of a room at rest.
fn keeps_its_shape(room: &Room) {
    assert!(room.people_inside().count() <= room.rules.most_people);
    if let Phase::Over { .. } = room.phase {
        assert_eq!(room.next_deadline(), None, "an ended call waits for nothing");
        assert!(room.participants().all(|(_, it)| !it.stage.is_in_room()));
    } else if room.phase != Phase::Blank {
        let waits = room.next_deadline().is_some();
        let inside = room.people_inside().count();
        let place = room.kind().is_place();
        let company = if place { inside + room.people_waiting().count() } else { inside };
        let enough = if place { 1 } else { 2 };
        assert!(waits || company >= enough, "an open room has company or a deadline: {room:?}");
    }
    if matches!(room.phase, Phase::Scheduled { .. } | Phase::Ringing) {
        let callees = room.participants().filter(|(id, _)| Some(*id) != room.caller());
        let inside = callees.filter(|(_, it)| it.stage.is_in_room()).count();
        assert_eq!(inside, 0, "a callee who is in makes the call active: {room:?}");
    }
    keeps_its_shape_while_recording(room);
    for (_, it) in room.participants() {
        assert_eq!(it.incarnation > 0, it.joined_at.is_some(), "who joined has an incarnation");
    }
}

fn keeps_its_shape_while_recording(room: &Room) {
    if let Some(recording) = room.recording() {
        assert_eq!(room.phase, Phase::Active, "only what goes on is recorded");
        assert!(room.people_inside().any(|(user, _)| *user == recording.by), "{room:?}");
        let agreed = room.people_inside().all(|(_, it)| it.agrees_to(recording.covers));
        assert!(agreed || recording.paused, "{room:?}");
    }
}

/// Every step of the way, not only where the script rests.
fn consented_at_every_entry(before: &Room, entries: &[Entry]) {
    let mut room = before.clone();
    for entry in entries {
        room.evolve(entry);
        keeps_its_shape_while_recording(&room);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn folding_the_journal_gives_the_same_room(script in scripts()) {
        let (room, journal) = play(script, |_, _, _| {});
        let folded = Room::fold(room.id().clone(), RULES, &journal);
        prop_assert_eq!(folded, room);
    }

    #[test]
    fn entries_are_numbered_without_gaps(script in scripts()) {
        let (room, journal) = play(script, |_, _, _| {});
        let numbers: Vec<u64> = journal.iter().map(|it| it.seq).collect();
        prop_assert_eq!(numbers, (1..=room.seq()).collect::<Vec<_>>());
    }

    #[test]
    fn a_room_keeps_its_shape(script in scripts()) {
        play(script, |_, _, after| keeps_its_shape(after));
    }

    #[test]
    fn while_a_recording_runs_everybody_present_has_agreed(script in scripts()) {
        play(script, |before, entries, _| consented_at_every_entry(before, entries));
    }

    #[test]
    fn nobody_comes_who_was_neither_named_nor_admitted(script in scripts()) {
        play(script, |before, entries, after| {
            let open = after.invitation().is_some_and(|it| it.open);
            for entry in entries {
                if let Event::Joined { user, .. } = &entry.event {
                    assert!(open || before.participant(user).is_some() || before.seq() == 0);
                }
            }
        });
    }

    #[test]
    fn what_is_over_stays_over(script in scripts()) {
        play(script, |before, entries, after| {
            if before.is_over() {
                assert!(entries.is_empty());
                assert_eq!(before, after);
            }
        });
    }

    #[test]
    fn an_answer_is_won_by_exactly_one_device(script in scripts()) {
        let mut answered = std::collections::BTreeSet::new();
        play(script, |_, entries, _| {
            for entry in entries {
                if let Event::Answered { user, .. } = &entry.event {
                    assert!(answered.insert(user.clone()), "{user} answered twice");
                }
            }
        });
    }

    #[test]
    fn every_open_call_ends_when_everybody_falls_silent(script in scripts()) {
        let (mut room, _) = play(script, |_, _, _| {});
        let lost = room.decide(room.created_at(), &Actor::House, Command::Restart);
        lost.expect("a restart is never refused").iter().for_each(|it| room.evolve(it));
        for _ in 0..20 {
            let Some(deadline) = room.next_deadline() else { break };
            let due = room.decide(deadline, &Actor::House, Command::Elapse);
            let due = due.expect("time is never refused");
            assert!(!due.is_empty(), "a deadline that does nothing would fire for ever: {room:?}");
            due.iter().for_each(|it| room.evolve(it));
        }
        prop_assert!(room.is_over() || room.phase == Phase::Blank, "{room:?}");
    }

    #[test]
    fn signals_pass_only_between_two_people_who_are_in(script in scripts()) {
        play(script, |_, _, after| {
            for from in PEOPLE.map(|it| it.parse::<UserId>().expect("an id")) {
                for to in PEOPLE.map(|it| it.parse::<UserId>().expect("an id")) {
                    for device in DEVICES.map(|it| it.parse::<DeviceId>().expect("an id")) {
                        let allowed = after.carries(&from, &device, &to).is_ok();
                        let sender = after.participant(&from).map(|it| &it.stage);
                        let present = sender == Some(&Stage::Present { device });
                        let peer = after.participant(&to).is_some_and(|it| it.stage.is_in_room());
                        assert_eq!(allowed, present && peer && from != to);
                    }
                }
            }
        });
    }
}
