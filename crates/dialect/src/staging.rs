//! A stage for conversations in one vocabulary: people say words, a room
//! decides, and every device hears what it would hear.

use std::time::Duration;

use housecall_core::{
    Actor, Command, DeviceId, Private, Role, Room, RoomId, Rules, Timestamp, UserId,
    negotiation::FirstOffer,
    room::{Invitation, Kind, Purpose},
};

use crate::{Dialect, Heard, Names, News, People, Speaker, Viewer, native::wire::Person};

/// Everybody is known by their id, in capitals, and speaks the vocabulary that
/// is being tried.
struct Everybody {
    speak: &'static dyn Dialect,
}

impl People for Everybody {
    fn person(&self, user: &UserId) -> Person {
        let name = Private::new(user.as_str().to_uppercase());
        Person { id: user.clone(), name, role: role_of(user.as_str()) }
    }

    fn is_online(&self, _: &UserId) -> bool {
        true
    }

    fn first_offer(&self, _: &UserId, _: &DeviceId) -> FirstOffer {
        self.speak.first_offer()
    }
}

/// Every connection has said something in the room.
struct Inside;

impl Names for Inside {
    fn name_of(&self, room: &RoomId) -> RoomId {
        room.clone()
    }

    fn entered(&self, _: &RoomId) -> bool {
        true
    }
}

fn role_of(name: &str) -> Role {
    match name {
        "doctor" => Role::Provider,
        "admin" => Role::Admin,
        _ => Role::Patient,
    }
}

/// Who is on stage, and with what.
pub(crate) const DEVICES: [(&str, &str); 3] =
    [("doctor", "desk"), ("patient", "phone"), ("patient", "tablet")];

/// A room `c1`, the doctor's, and what each device heard in it.
pub(crate) struct Visit {
    pub(crate) room: Room,
    speak: &'static dyn Dialect,
    now: Timestamp,
    pub(crate) heard: Vec<String>,
}

impl Visit {
    /// A room in which nothing has happened.
    pub(crate) fn blank(speak: &'static dyn Dialect) -> Self {
        let room = Room::new(id("c1"), Rules::default());
        Self { room, speak, now: Timestamp::EPOCH, heard: Vec::new() }
    }

    /// The doctor calls the patient.
    pub(crate) fn call(speak: &'static dyn Dialect) -> Self {
        Self::opened(speak, Kind::Call)
    }

    /// The doctor opens a room of this kind for both of them.
    pub(crate) fn opened(speak: &'static dyn Dialect, kind: Kind) -> Self {
        let invitation = Invitation {
            kind,
            hosts: vec![id("doctor")],
            open: kind == Kind::Meeting,
            patient: Some(id("patient")),
            provider: Some(id("doctor")),
            ..Invitation::to(vec![id("patient")], Purpose::Video)
        };
        Self::blank(speak).ask("doctor", Command::Initiate(invitation))
    }

    /// Somebody says a word that asks for something.
    pub(crate) fn says(self, who: &str, device: &str, word: &str, body: &str) -> Self {
        let (user, device) = (id(who), id(device));
        let by = Speaker { user: &user, device: &device };
        match self.speak.decode(&by, word, Some(body)) {
            Some(Ok(Heard::Ask { commands, .. } | Heard::Enter { commands, .. })) => {
                commands.into_iter().fold(self, |visit, command| visit.ask(who, command))
            }
            Some(Ok(Heard::Start { invitation, then, .. })) => {
                let commands = [vec![Command::Initiate(invitation)], then].concat();
                commands.into_iter().fold(self, |visit, command| visit.ask(who, command))
            }
            other => panic!("{word} asks for something, not {other:?}"),
        }
    }

    pub(crate) fn ask(mut self, who: &str, command: Command) -> Self {
        let by = match who {
            "house" => Actor::House,
            who => Actor::person(id(who), role_of(who)),
        };
        for entry in self.room.decide(self.now, &by, command).expect("nothing is refused here") {
            let before = self.room.clone();
            self.room.evolve(&entry);
            let after = self.room.clone();
            self.tell(&News::Entry { before: &before, after: &after, entry: &entry });
        }
        self
    }

    /// Tells every device some news.
    pub(crate) fn tell(&mut self, news: &News<'_>) {
        for (user, device) in DEVICES {
            let lines = self.as_heard_by(user, device, news);
            self.heard.extend(lines.into_iter().map(|line| format!("{device} {line}")));
        }
    }

    /// What one device hears of some news: `word body`.
    pub(crate) fn as_heard_by(&self, user: &str, device: &str, news: &News<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        with_viewer(self.speak, user, device, |viewer| {
            let hidden = match news {
                News::Entry { after: room, entry, .. } if !viewer.may_hear(room, &entry.event) => {
                    Some(News::Hidden { room, entry })
                }
                _ => None,
            };
            let news = hidden.as_ref().unwrap_or(news);
            self.speak.encode(viewer, news, &mut |word, body| lines.push(format!("{word} {body}")));
        });
        lines
    }

    pub(crate) fn waits(mut self, seconds: u64) -> Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self.ask("house", Command::Elapse)
    }

    /// Forgets what was heard so far.
    pub(crate) fn then(mut self) -> Self {
        self.heard.clear();
        self
    }
}

/// Somebody who watches from one device.
pub(crate) fn with_viewer<T>(
    speak: &'static dyn Dialect,
    user: &str,
    device: &str,
    look: impl FnOnce(&Viewer<'_>) -> T,
) -> T {
    let (role, user, device) = (role_of(user), id(user), id(device));
    let people = &Everybody { speak };
    look(&Viewer { user: &user, role, device: &device, people, names: &Inside })
}

/// What a word means when ann says it on her desk.
pub(crate) fn heard<'a>(speak: &'static dyn Dialect, word: &str, body: &'a str) -> Heard<'a> {
    match decoded(speak, word, body) {
        Some(Ok(heard)) => heard,
        other => panic!("{word} is understood, not {other:?}"),
    }
}

/// The same, with whatever is wrong about it.
pub(crate) fn decoded<'a>(
    speak: &'static dyn Dialect,
    word: &str,
    body: &'a str,
) -> Option<Result<Heard<'a>, crate::Garbled>> {
    let (user, device) = (id("ann"), id("desk"));
    speak.decode(&Speaker { user: &user, device: &device }, word, Some(body))
}

/// Names in tests are ids.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().expect("an id")
}

pub(crate) fn check(visit: &Visit, expected: &[&str]) {
    assert_eq!(visit.heard, expected);
}
