//! Every property can fail: each is shown a room or an entry that breaks it.

use super::*;
use openings::{RULES, id, initiate, join, person};

/// What somebody is shown: a room, what was asked for, what is said to have come
/// of it.
struct Planted {
    from: Found,
    by: Actor,
    command: Command,
    events: Vec<Event>,
    /// What else is wrong with the room afterwards.
    twist: fn(&mut Found),
}

impl Planted {
    fn new(from: Found, by: &str, events: Vec<Event>) -> Self {
        let command = Command::AdmitAll;
        Self { from, by: person(by), command, events, twist: |_| {} }
    }

    /// A room in which nothing happened and all the same something is wrong.
    fn twisted(from: Found, twist: fn(&mut Found)) -> Self {
        Self { twist, ..Self::new(from, "ann", Vec::new()) }
    }

    fn broken(&self, property: &properties::Property) -> Option<String> {
        let mut to = self.from.clone();
        let entries: Vec<Entry> =
            self.events.iter().map(|event| to.happens(&self.by, event)).collect();
        (self.twist)(&mut to);
        let (from, by, command) = (&self.from, &self.by, &self.command);
        let answer = Ok(entries.clone());
        let step = Step { from, by, command, answer: &answer, to: &to };
        let people = &people();
        let rest = Rest { before: &from.room, entries: &entries, found: &to, people };
        (property.of_steps)(&step).and_then(|()| (property.of_rooms)(&rest)).err()
    }
}

impl Found {
    fn happens(&mut self, by: &Actor, event: &Event) -> Entry {
        let (seq, at, by, event) = (self.room.seq + 1, self.now, by.clone(), event.clone());
        let entry = Entry { seq, at, by, event };
        self.room.evolve(&entry);
        self.witness.sees(&entry);
        entry
    }
}

fn people() -> Vec<Actor> {
    ["ann", "ben", "cat"].map(person).to_vec()
}

/// The room in which all this was asked for, and nothing refused.
fn room(script: Vec<Ask>) -> Found {
    let opening = Opening {
        name: "planted",
        rules: RULES,
        people: people(),
        script,
        asks: Vec::new(),
        depth: 0,
    };
    opening.opened().expect("nothing is wrong so far")
}

fn comes(name: &str, device: &str) -> Ask {
    let device = device.parse().expect("an id");
    (person(name), join(device, OtherDevice::Prevails))
}

fn call() -> Ask {
    (person("ann"), initiate(&["ben"], |_| {}))
}

fn answer() -> Ask {
    (person("ben"), Command::Answer { device: Some("desk".parse().expect("an id")) })
}

fn consultation() -> Ask {
    let open = initiate(&["ben"], |it| {
        (it.kind, it.door, it.hosts) = (Kind::Consultation, Door::Strict, vec![id("ann")]);
    });
    (person("ann"), open)
}

/// Ben waits, and Ann is in.
fn ben_waits() -> Found {
    room(vec![consultation(), comes("ann", "desk"), comes("ben", "desk")])
}

fn over() -> Found {
    room(vec![call(), (person("ann"), Command::End { reason: None })])
}

fn ben_is_removed() -> Found {
    let remove = Command::Remove { user: id("ben"), reason: None };
    room(vec![consultation(), comes("ann", "desk"), (person("ann"), remove)])
}

fn joined(name: &str, device: &str) -> Event {
    let device = device.parse().expect("an id");
    Event::Joined { user: id(name), device, media: Media::ON }
}

fn said(name: &str, to: &[&str]) -> Event {
    let message = Message::try_from("hello".to_owned()).expect("a message");
    let to = to.iter().map(|it| id(it)).collect();
    Event::Said { user: id(name), message, to, file: None, key: None }
}

fn answered() -> Event {
    Event::Answered { user: id("ben"), device: None, until: Timestamp::EPOCH }
}

/// One way at least to break each, but the last: what people may ask for stands
/// in no entry and in no room.
fn planted(property: &str) -> Vec<Planted> {
    match property {
        "exactly_one_winner" => {
            let from = room(vec![call(), answer()]);
            let (_, command) = comes("ben", "phone");
            let other = Planted::new(from.clone(), "ben", vec![joined("ben", "phone")]);
            vec![Planted::new(from, "ben", vec![answered()]), Planted { command, ..other }]
        }
        "every_ring_ends" => {
            vec![Planted::twisted(room(vec![call()]), |it| it.room.ring_until = None)]
        }
        "no_device_rings_after_the_end" => vec![
            Planted::new(over(), "ann", vec![Event::Rang { until: Timestamp::EPOCH }]),
            Planted::new(over(), "ben", vec![answered()]),
            Planted::twisted(room(vec![call()]), |it| it.now = it.now.plus(RULES.ring * 2)),
        ],
        "over_stays_over" => vec![
            Planted::new(over(), "ann", vec![joined("ann", "desk")]),
            Planted::twisted(over(), |it| it.room.phase = Phase::Active),
        ],
        "nobody_passes_the_door_unadmitted" => {
            vec![Planted::new(ben_waits(), "ben", vec![joined("ben", "desk")])]
        }
        "a_removed_user_stays_out" => vec![
            Planted::new(ben_is_removed(), "ben", vec![joined("ben", "desk")]),
            Planted::new(ben_is_removed(), "ben", vec![said("ben", &[])]),
            Planted::twisted(ben_is_removed(), |it| {
                let ben = it.ben();
                (ben.removed, ben.kept_out) = (false, false);
            }),
        ],
        "who_waits_hears_nothing" => vec![
            Planted::new(ben_waits(), "ben", vec![said("ben", &[])]),
            Planted::new(ben_waits(), "cat", vec![said("cat", &["ben"])]),
            Planted::twisted(ben_waits(), |it| {
                let ben = it.ben();
                (ben.stage, ben.kept_out) = (Stage::Invited, false);
            }),
        ],
        "a_locked_room_lets_only_hosts_in" => {
            let lock = (person("ann"), Command::Lock { locked: true });
            let from = room(vec![consultation(), comes("ann", "desk"), lock]);
            vec![Planted::new(from, "ben", vec![joined("ben", "desk")])]
        }
        "only_hosts_decide_for_others" => {
            let (user, departure) = (id("ann"), Departure::Removed);
            let removed = Event::Left { user, departure, reason: None };
            let locked = Event::Locked { locked: true };
            let admitted = Event::Admitted { user: id("ben") };
            let events = [removed, locked, admitted];
            events.map(|it| Planted::new(ben_waits(), "ben", vec![it])).into()
        }
        "consent_holds_while_recording" => {
            let (recording, user) = ("rec".parse().expect("an id"), id("ann"));
            let (covers, newcomers) = (Covered::ALL, Newcomers::Pause);
            let started = Event::RecordingStarted { recording, user, covers, newcomers };
            vec![Planted::new(ben_waits(), "ann", vec![started])]
        }
        "folding_gives_the_same_room" => {
            vec![Planted::twisted(ben_waits(), |it| it.room.locked = true)]
        }
        "a_call_rings_until_somebody_comes" => {
            let from = room(vec![call(), comes("ben", "desk")]);
            vec![Planted::twisted(from, |it| it.room.phase = Phase::Ringing)]
        }
        "a_scheduled_call_rings_at_its_time" => {
            vec![Planted::twisted(room(vec![call()]), |it| it.ben().stage = Stage::Invited)]
        }
        "every_open_room_can_end_by_time_alone" => {
            vec![Planted::twisted(room(vec![call()]), |it| it.room.ring_until = None)]
        }
        _ => Vec::new(),
    }
}

impl Found {
    fn ben(&mut self) -> &mut Participant {
        self.room.participants.get_mut(&id("ben")).expect("everybody knows Ben")
    }
}

#[test]
fn every_property_can_fail() {
    for property in PROPERTIES {
        let all = planted(property.name);
        let by_hand = property.name == "commands_of_the_house_are_refused_to_people";
        assert!(by_hand || !all.is_empty(), "{} was never seen to fail", property.name);
        for (number, planted) in all.iter().enumerate() {
            assert!(planted.broken(property).is_some(), "{} number {number}", property.name);
        }
    }
}

#[test]
fn a_broken_property_is_told_with_the_shortest_way_there() {
    let opening = Opening {
        name: "a call",
        rules: RULES,
        people: people(),
        script: vec![call()],
        asks: vec![comes("ann", "desk"), answer()],
        depth: 3,
    };
    // The second room was reached from the first by an answer.
    let trail = vec![(0, 0), (0, 1)];
    let told = opening.tell(&trail, 1, Some(&opening.asks[0]), "it broke");
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("a call: it broke"));
    for beginning in ["  ann: Initiate", "  ben: Answer", "  ann: Join"] {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(beginning), "{told}");
    }
    assert_eq!(lines.next(), None);
}
