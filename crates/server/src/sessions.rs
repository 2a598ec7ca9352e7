//! Who is connected, and with what.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use housecall_core::{Actor, Command, DeviceId, Event, Role, UserId, negotiation::FirstOffer};
use housecall_dialect::{Dialect, News, People, Problem, Speaker, Viewer, native::wire::Person};
use housecall_socketio::{Reply, Socket};
use parking_lot::{Mutex, RwLock};

use crate::{
    people::Directory,
    speech::{Speech, SpokenOf},
};

/// One authenticated connection. It speaks one dialect.
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) device: DeviceId,
    pub(crate) speech: Speech,
    pub(crate) rooms: SpokenOf,
    pub(crate) socket: Socket,
    watches_people: AtomicBool,
    is_away: AtomicBool,
    /// What was to be said before the welcome, while that is awaited.
    early: Mutex<Option<Vec<(String, String)>>>,
}

impl Session {
    pub(crate) fn new(
        (user, role): (UserId, Role),
        device: DeviceId,
        speech: Speech,
        socket: Socket,
    ) -> Self {
        let (watches_people, is_away) = (AtomicBool::new(false), AtomicBool::new(false));
        let rooms = SpokenOf::default();
        let early = Mutex::default();
        Self { user, role, device, speech, rooms, socket, watches_people, is_away, early }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::person(self.user.clone(), self.role)
    }

    pub(crate) fn speaker(&self) -> Speaker<'_> {
        Speaker { user: &self.user, device: &self.device }
    }

    /// What its client expects of a first negotiation. A client that has not
    /// said what it is cannot be in a room.
    pub(crate) fn first_offer(&self) -> FirstOffer {
        self.speech.settled().map_or(FirstOffer::SettlesItself, |it| it.first_offer())
    }

    pub(crate) fn watch_people(&self, on: bool) {
        self.watches_people.store(on, Ordering::Relaxed);
    }

    pub(crate) fn step_away(&self, away: bool) {
        self.is_away.store(away, Ordering::Relaxed);
    }

    pub(crate) fn viewer<'a>(&'a self, people: &'a dyn People) -> Viewer<'a> {
        let Self { user, role, device, rooms, .. } = self;
        Viewer { user, role: *role, device, people, names: rooms }
    }

    /// Puts news into this client's words and queues them. If they do not fit
    /// its outbox it is disconnected, and its end is handled there; nothing is
    /// dropped in silence.
    pub(crate) fn tell(&self, news: &News<'_>, people: &dyn People) {
        let viewer = self.viewer(people);
        let hidden = match news {
            News::Entry { after: room, entry, .. } if !viewer.may_hear(room, &entry.event) => {
                Some(News::Hidden { room, entry })
            }
            _ => None,
        };
        let news = hidden.as_ref().unwrap_or(news);
        for dialect in self.speech.spoken() {
            dialect.encode(&viewer, news, &mut |word, body| self.say(word, &body));
        }
        if let News::Entry { after, entry, .. } = news {
            match &entry.event {
                Event::Left { user, .. } if *user == self.user => self.rooms.leave(after.id()),
                Event::Ended { .. } => self.rooms.forget(after.id()),
                _ => {}
            }
        }
    }

    /// What its client does about some news without saying so.
    pub(crate) fn follow_up(&self, news: &News<'_>, people: &dyn People) -> Option<Command> {
        self.speech.settled()?.follow_up(&self.viewer(people), news)
    }

    /// Says no to `word`: in the ack if one was asked for, else as an event.
    pub(crate) fn refuse(
        &self,
        dialect: &dyn Dialect,
        word: &str,
        problem: &Problem,
        reply: Option<Reply>,
    ) {
        match reply {
            Some(reply) => drop(reply.send_raw(&dialect.refuse(problem))),
            None => {
                let (complaint, body) = dialect.complain(word, problem);
                self.say(complaint, &body);
            }
        }
    }

    /// From now on everything that is to be said waits for the welcome.
    pub(crate) fn await_welcome(&self) {
        *self.early.lock() = Some(Vec::new());
    }

    /// Welcomes the client: the first it hears, whatever happens meanwhile.
    pub(crate) fn welcome(&self, news: &News<'_>, people: &dyn People) {
        let viewer = self.viewer(people);
        let mut early = self.early.lock();
        for dialect in self.speech.spoken() {
            dialect.encode(&viewer, news, &mut |word, body| self.emit(word, &body));
        }
        for (word, body) in early.take().into_iter().flatten() {
            self.emit(&word, &body);
        }
    }

    /// Says something, after the welcome if that is awaited.
    pub(crate) fn say(&self, word: &str, body: &str) {
        match &mut *self.early.lock() {
            Some(early) => early.push((word.to_owned(), body.to_owned())),
            None => self.emit(word, body),
        }
    }

    /// A failed send means that the client is gone or being disconnected; its
    /// disconnect is handled where it ends.
    fn emit(&self, word: &str, body: &str) {
        let _ = self.socket.emit_raw(word, body);
    }

    fn is_device(&self, user: &UserId, device: &DeviceId) -> bool {
        self.user == *user && self.device == *device
    }
}

/// All connections of this node.
#[derive(Default)]
pub(crate) struct Sessions(RwLock<HashMap<UserId, Vec<Arc<Session>>>>);

impl Sessions {
    /// Adds a session. Answers the one it replaces, if its device was connected
    /// already, and whether its user was away until now.
    pub(crate) fn add(&self, session: Arc<Session>) -> (Option<Arc<Session>>, bool) {
        let mut users = self.0.write();
        let sessions = users.entry(session.user.clone()).or_default();
        let came = sessions.is_empty();
        let old = sessions.iter().position(|it| it.device == session.device);
        let replaced = old.map(|old| sessions.swap_remove(old));
        sessions.push(session);
        (replaced, came)
    }

    /// Removes a session. `false` if it had been replaced.
    pub(crate) fn remove(&self, session: &Arc<Session>) -> bool {
        let mut users = self.0.write();
        let Some(sessions) = users.get_mut(&session.user) else { return false };
        let Some(place) = sessions.iter().position(|it| Arc::ptr_eq(it, session)) else {
            return false;
        };
        sessions.swap_remove(place);
        if sessions.is_empty() {
            users.remove(&session.user);
        }
        true
    }

    pub(crate) fn is_online(&self, user: &UserId) -> bool {
        self.0.read().contains_key(user)
    }

    /// Whether nobody has touched any device of a user for a while.
    pub(crate) fn is_away(&self, user: &UserId) -> bool {
        let users = self.0.read();
        users.get(user).is_some_and(|it| it.iter().all(|it| it.is_away.load(Ordering::Relaxed)))
    }

    /// How many connections there are.
    pub(crate) fn count(&self) -> usize {
        self.0.read().values().map(Vec::len).sum()
    }

    pub(crate) fn online(&self) -> Vec<UserId> {
        self.0.read().keys().cloned().collect()
    }

    pub(crate) fn of(&self, user: &UserId) -> Vec<Arc<Session>> {
        self.0.read().get(user).cloned().unwrap_or_default()
    }

    pub(crate) fn find(&self, user: &UserId, device: &DeviceId) -> Option<Arc<Session>> {
        let users = self.0.read();
        users.get(user)?.iter().find(|it| it.is_device(user, device)).cloned()
    }

    pub(crate) fn watchers(&self) -> Vec<Arc<Session>> {
        let users = self.0.read();
        let all = users.values().flatten();
        all.filter(|it| it.watches_people.load(Ordering::Relaxed)).cloned().collect()
    }
}

/// What the dialects may ask about people.
pub(crate) struct Known<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) sessions: &'a Sessions,
}

impl People for Known<'_> {
    fn person(&self, user: &UserId) -> Person {
        self.directory.person(user)
    }

    fn is_online(&self, user: &UserId) -> bool {
        self.sessions.is_online(user)
    }

    fn first_offer(&self, user: &UserId, device: &DeviceId) -> FirstOffer {
        let session = self.sessions.find(user, device);
        session.map_or(FirstOffer::SettlesItself, |it| it.first_offer())
    }
}
