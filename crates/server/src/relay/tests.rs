//! Stories about who may relay. Only [`Clinic`] knows the API.

use std::collections::HashMap;

use housecall_core::{
    Actor, Command, DeviceId, Role, RoomId, Rules,
    room::{Invitation, Media, OtherDevice, Part, Purpose},
};

use super::*;
use crate::rooms::LiveRoom;

const ANN: &str = "203.0.113.1";
const BOB: &str = "203.0.113.2";
const CEM: &str = "203.0.113.3";

/// Rooms, and who relays.
struct Clinic {
    rooms: Rooms,
    relay: Relay,
    now: Timestamp,
    live: HashMap<&'static str, Arc<LiveRoom>>,
}

fn id(name: &str) -> UserId {
    name.parse().expect("names in tests are ids")
}

fn device(name: &str) -> DeviceId {
    name.parse().expect("names in tests are ids")
}

fn call(callees: &[&str]) -> Command {
    let callees = callees.iter().map(|it| id(it)).collect();
    Command::Initiate(Invitation::to(callees, Purpose::Video))
}

fn join(name: &str) -> Command {
    Command::Join { device: device(name), media: Media::ON, other: OtherDevice::IsPutOut }
}

fn leave(name: &str) -> Command {
    Command::Leave { device: Some(device(name)), reason: None }
}

fn end() -> Command {
    Command::End { reason: None }
}

impl Clinic {
    fn open() -> Self {
        Self::with(&[])
    }

    fn with(pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
        Self {
            rooms: Rooms::default(),
            relay: Relay::new(&config, Some(SharedSecret::new("north")), None),
            now: Timestamp::from_millis(1_700_000_000_250),
            live: HashMap::new(),
        }
    }

    /// Somebody asks a room for something, as the house does it.
    fn tell(&mut self, room: &'static str, who: &str, command: Command) {
        let blank = || {
            let id: RoomId = room.parse().expect("an id");
            LiveRoom::new(Room::new(id, Rules::default()))
        };
        let live = self.live.entry(room).or_insert_with(blank).clone();
        let by = if who == "house" { Actor::House } else { Actor::person(id(who), Role::Provider) };
        let before = live.state();
        let entries = before.decide(self.now, &by, command).expect("it is allowed");
        let mut after = Room::clone(&before);
        entries.iter().for_each(|entry| after.evolve(entry));
        let after = Arc::new(after);
        self.rooms.settle(&live, after.clone());
        self.relay.follow(&before, &after, self.now);
    }

    /// The first calls the others, and everybody comes in.
    fn all_in(&mut self, room: &'static str, people: &[&str]) {
        self.tell(room, people[0], call(&people[1..]));
        for who in people {
            self.tell(room, who, join(who));
        }
    }

    fn later(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    fn announces(&self, room: &str, who: &str, address: &str) {
        let line = format!("candidate:1 1 udp 1 {address} 5 typ host");
        self.live[room].announced.note(&id(who), &line);
    }

    fn username(&self, who: &str) -> String {
        self.relay.credential(&id(who), self.now).expect("there is a secret").0.username
    }

    fn lets_in(&self, username: &str) -> bool {
        self.relay.account(&self.rooms, self.now, username).is_some()
    }

    fn lets_stay(&self, who: &str) -> bool {
        self.relay.may_stay(&self.rooms, &id(who))
    }

    fn reaches(&self, who: &str, address: &str) -> bool {
        self.relay.may_reach(&self.rooms, &id(who), address.parse().expect("an address"))
    }

    fn meets(&self, one: &str, other: &str) -> bool {
        self.relay.may_meet(&self.rooms, &id(one), &id(other))
    }
}

#[test]
fn a_username_is_good_until_it_expires_and_has_coturns_password() {
    let mut clinic = Clinic::open();
    let (credential, ttl) = clinic.relay.credential(&id("ann"), clinic.now).expect("a secret");
    assert_eq!((credential.username.as_str(), ttl), ("1700003600:ann", 3600));
    let account = clinic.relay.account(&clinic.rooms, clinic.now, &credential.username);
    let expected = Account { holder: holder(&id("ann")), password: credential.password.clone() };
    assert_eq!(account, Some(expected));
    assert_eq!(credential.password, SharedSecret::new("north").password("1700003600:ann"));

    clinic.later(3600);
    assert!(clinic.lets_in(&credential.username));
    clinic.later(1);
    assert!(!clinic.lets_in(&credential.username));
    clinic.all_in("r1", &["ann", "bob"]);
    assert!(!clinic.lets_in(&credential.username), "a call makes nothing good again");
}

#[test]
fn what_is_no_username_of_ours_lets_nobody_in() {
    let clinic = Clinic::open();
    for username in ["", "ann", "1700003600", "1700003600:", "soon:ann", "1700003600:a nn", ":ann"]
    {
        assert!(!clinic.lets_in(username), "{username}");
    }
    let config = Config::load(None, &HashMap::new()).expect("the defaults fit");
    let unsigned = Relay::new(&config, None, None);
    assert!(unsigned.credential(&id("ann"), clinic.now).is_none());
    assert!(unsigned.account(&clinic.rooms, clinic.now, "1700003600:ann").is_none());
}

#[test]
fn a_credential_ends_with_the_call_and_serves_again_in_the_next() {
    let mut clinic = Clinic::open();
    let (first, other) = (clinic.username("ann"), clinic.username("cem"));
    assert!(clinic.lets_in(&first), "before any call, who checks their connection");
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.later(60);
    assert!(clinic.lets_in(&first) && clinic.lets_stay("ann"));

    clinic.tell("r1", "ann", end());
    assert!(!clinic.lets_in(&first) && !clinic.lets_stay("ann"));
    assert!(!clinic.lets_stay("bob"), "it ended for both");
    assert!(clinic.lets_in(&other) && clinic.lets_stay("cem"), "who was not in it does not care");
    let fresh = clinic.username("ann");
    assert_ne!(first, fresh);
    assert!(clinic.lets_in(&fresh), "a fresh one works at once");

    clinic.later(1);
    clinic.all_in("r2", &["bob", "ann"]);
    assert!(clinic.lets_in(&first) && clinic.lets_stay("ann"), "the old one works in the next");
}

#[test]
fn a_call_of_less_than_a_second_ends_its_credential_too() {
    let mut clinic = Clinic::open();
    let first = clinic.username("ann");
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.tell("r1", "ann", end());
    assert!(!clinic.lets_in(&first));
    assert!(clinic.lets_in(&clinic.username("ann")));
}

#[test]
fn who_goes_in_any_way_relays_no_longer_and_the_others_go_on() {
    type Goes = fn(&mut Clinic);
    let ways: [(&str, Goes); 3] = [
        ("left", |it| it.tell("r1", "cem", leave("cem"))),
        ("removed", |it| it.tell("r1", "ann", Command::Remove { user: id("cem"), reason: None })),
        ("lost", |it| {
            it.tell("r1", "cem", Command::LoseConnection { device: device("cem") });
            assert!(it.lets_stay("cem") && it.reaches("ann", CEM), "there is a grace time");
            it.later(30);
            it.tell("r1", "house", Command::Elapse);
        }),
    ];
    for (how, goes) in ways {
        let mut clinic = Clinic::open();
        clinic.all_in("r1", &["ann", "bob", "cem"]);
        for (who, address) in [("ann", ANN), ("bob", BOB), ("cem", CEM)] {
            clinic.announces("r1", who, address);
        }
        let before = clinic.username("cem");
        clinic.later(1);
        goes(&mut clinic);
        assert!(!clinic.lets_stay("cem") && !clinic.lets_in(&before), "{how}");
        assert!(!clinic.reaches("cem", ANN) && !clinic.meets("cem", "ann"), "{how}");
        assert!(!clinic.reaches("ann", CEM) && !clinic.meets("ann", "cem"), "{how}");
        assert!(clinic.lets_stay("ann") && clinic.reaches("ann", BOB), "{how}");
        assert!(clinic.meets("bob", "ann"), "{how}");
    }
}

#[test]
fn who_waits_at_the_door_may_gather_and_reaches_nobody() {
    let mut clinic = Clinic::open();
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.announces("r1", "ann", ANN);
    let (user, part) = (id("gus"), Some(Part::Guest));
    clinic.tell("r1", "house", Command::Expect { user, part });
    clinic.tell("r1", "gus", join("gus"));
    let before = clinic.username("gus");
    assert!(clinic.lets_in(&before) && clinic.lets_stay("gus"));
    assert!(!clinic.reaches("gus", ANN) && !clinic.meets("gus", "ann"));

    clinic.tell("r1", "ann", Command::TurnAway { user: id("gus"), reason: None });
    assert!(!clinic.lets_in(&before) && !clinic.lets_stay("gus"));
    clinic.tell("r1", "gus", join("gus"));
    clinic.tell("r1", "ann", Command::Admit { user: id("gus") });
    assert!(clinic.reaches("gus", ANN) && clinic.meets("gus", "ann"));
}

#[test]
fn a_ring_that_ends_was_a_call_too() {
    let mut clinic = Clinic::open();
    clinic.tell("r1", "ann", call(&["bob"]));
    let before = clinic.username("bob");
    assert!(clinic.lets_in(&before) && clinic.lets_stay("bob"), "browsers gather while it rings");
    clinic.tell("r1", "bob", Command::Decline { reason: None });
    assert!(!clinic.lets_in(&before) && !clinic.lets_stay("bob"));
}

#[test]
fn a_planned_call_keeps_no_credential_alive() {
    let mut clinic = Clinic::open();
    let Command::Initiate(mut planned) = call(&["bob"]) else { unreachable!("it is a call") };
    planned.scheduled_at = Some(clinic.now.plus(Duration::from_secs(86_400)));
    clinic.tell("later", "ann", Command::Initiate(planned));
    let before = clinic.username("ann");
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.tell("r1", "ann", end());
    assert!(!clinic.lets_in(&before) && !clinic.lets_stay("ann"));
}

#[test]
fn people_reach_those_in_their_call_where_they_announced_to_be() {
    let mut clinic = Clinic::open();
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.all_in("r2", &["cem", "dan"]);
    clinic.announces("r1", "ann", ANN);
    clinic.announces("r1", "bob", BOB);
    clinic.announces("r2", "cem", CEM);
    for (who, address, may) in [
        ("ann", BOB, true),
        ("bob", ANN, true),
        ("ann", ANN, false),
        ("ann", CEM, false),
        ("ann", "203.0.113.9", false),
        ("dan", CEM, true),
        ("dan", BOB, false),
        ("eve", BOB, false),
    ] {
        assert_eq!(clinic.reaches(who, address), may, "{who} {address}");
    }
    for (one, other, may) in [
        ("ann", "bob", true),
        ("bob", "ann", true),
        ("ann", "ann", true),
        ("ann", "cem", false),
        ("eve", "ann", false),
        ("eve", "eve", true),
    ] {
        assert_eq!(clinic.meets(one, other), may, "{one} {other}");
    }
    clinic.tell("r1", "ann", end());
    assert!(!clinic.reaches("ann", BOB) && !clinic.meets("ann", "bob"));
}

#[test]
fn who_only_rings_reaches_nobody_yet() {
    let mut clinic = Clinic::open();
    clinic.tell("r1", "ann", call(&["bob"]));
    clinic.tell("r1", "ann", join("ann"));
    clinic.announces("r1", "ann", ANN);
    assert!(!clinic.reaches("bob", ANN) && !clinic.meets("bob", "ann"));
    clinic.tell("r1", "bob", join("bob"));
    assert!(clinic.reaches("bob", ANN) && clinic.meets("bob", "ann"));
}

#[test]
fn a_public_relay_reaches_everybody_but_ends_with_the_call_as_well() {
    let mut clinic = Clinic::with(&[("HOUSECALL_ICE__PEERS", "public")]);
    assert!(clinic.reaches("ann", CEM) && clinic.meets("ann", "cem"));
    let before = clinic.username("ann");
    clinic.all_in("r1", &["ann", "bob"]);
    clinic.tell("r1", "bob", end());
    assert!(!clinic.lets_in(&before) && !clinic.lets_stay("ann"));
}

#[test]
fn who_is_disabled_relays_no_longer() {
    let mut clinic = Clinic::open();
    clinic.all_in("r1", &["ann", "bob"]);
    let username = clinic.username("ann");
    clinic.relay.note_account(&id("ann"), true);
    assert!(!clinic.lets_in(&username) && !clinic.lets_stay("ann"));
    assert!(clinic.lets_stay("bob"));
    clinic.relay.note_account(&id("ann"), false);
    assert!(clinic.lets_in(&username) && clinic.lets_stay("ann"));
}

#[test]
fn ends_are_remembered_as_long_as_credentials_last() {
    let mut clinic = Clinic::open();
    for (room, who) in [("r1", "ann"), ("r2", "bob"), ("r3", "cem")] {
        clinic.tell(room, who, call(&["dan"]));
        clinic.tell(room, who, Command::Cancel { reason: None });
        clinic.later(1800);
    }
    let remembered = |clinic: &Clinic| clinic.relay.memory.lock().ended.len();
    assert_eq!(remembered(&clinic), 4);
    clinic.later(1801);
    clinic.tell("r4", "eve", call(&["dan"]));
    clinic.tell("r4", "eve", Command::Cancel { reason: None });
    assert_eq!(remembered(&clinic), 2, "dan and eve, who were in a call within the hour");
    assert!(clinic.lets_stay("ann") && !clinic.lets_stay("dan"));
}
