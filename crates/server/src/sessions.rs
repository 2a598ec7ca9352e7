//! Who is connected, and with what.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use housecall_core::{Actor, DeviceId, Role, UserId};
use housecall_dialect::{Dialect, News, People, Viewer, WhoOffers, native::wire::Person};
use housecall_socketio::Socket;
use parking_lot::RwLock;

use crate::people::Directory;

/// One authenticated connection. It speaks one dialect.
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) role: Role,
    pub(crate) device: DeviceId,
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) socket: Socket,
    watches_people: AtomicBool,
}

impl Session {
    pub(crate) fn new(
        (user, role): (UserId, Role),
        device: DeviceId,
        dialect: &'static dyn Dialect,
        socket: Socket,
    ) -> Self {
        Self { user, role, device, dialect, socket, watches_people: AtomicBool::new(false) }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::person(self.user.clone(), self.role)
    }

    pub(crate) fn watch_people(&self, on: bool) {
        self.watches_people.store(on, Ordering::Relaxed);
    }

    pub(crate) fn viewer<'a>(&'a self, people: &'a dyn People) -> Viewer<'a> {
        Viewer { user: &self.user, device: &self.device, people }
    }

    /// Puts news into this client's words and queues them. If they do not fit
    /// its outbox it is disconnected, and its end is handled there; nothing is
    /// dropped in silence.
    pub(crate) fn tell(&self, news: &News<'_>, people: &dyn People) {
        self.dialect.encode(&self.viewer(people), news, &mut |word, body| {
            let _ = self.socket.emit_raw(word, &body);
        });
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

    fn who_offers(&self, user: &UserId, device: &DeviceId) -> WhoOffers {
        let session = self.sessions.find(user, device);
        session.map_or(WhoOffers::Anybody, |it| it.dialect.who_offers())
    }
}
