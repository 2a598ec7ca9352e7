//! Whether people can be reached, over all their devices, and who is told when
//! that changes.

use std::collections::HashMap;

use housecall_core::{Entry, Event, Presence, Role, Room, UserId};
use housecall_dialect::News;
use parking_lot::Mutex;

use crate::{house::House, sessions::Session};

/// What was last told about each person who is not offline.
#[derive(Default)]
pub(crate) struct Presences(Mutex<HashMap<UserId, Presence>>);

impl Presences {
    /// Takes note of how somebody can be reached now; answers how that was before,
    /// if it is news.
    fn note(&self, user: &UserId, now: Presence) -> Option<Presence> {
        let mut told = self.0.lock();
        let before = match now {
            Presence::Offline => told.remove(user),
            _ => told.insert(user.clone(), now),
        };
        Some(before.unwrap_or(Presence::Offline)).filter(|before| *before != now)
    }
}

impl House {
    /// Whether somebody can be reached.
    pub(crate) fn presence(&self, user: &UserId) -> Presence {
        let inside = |room: &Room| room.participant(user).is_some_and(|it| it.stage.is_in_room());
        if !self.sessions.is_online(user) {
            Presence::Offline
        } else if self.open_rooms(user).iter().any(|it| inside(it)) {
            Presence::InCall
        } else if self.sessions.is_away(user) {
            Presence::Away
        } else {
            Presence::Online
        }
    }

    /// Tells those who watch how somebody can be reached, if it has changed.
    pub(crate) fn tell_presence(&self, user: &UserId) {
        let presence = self.presence(user);
        let Some(before) = self.presences.note(user, presence) else { return };
        let known = self.known();
        for watcher in self.sessions.watchers() {
            watcher.tell(&News::Presence { user, before, presence }, &known);
        }
    }

    /// The presence of those whom an entry brought into a room or out of one.
    pub(crate) fn tell_presences(&self, before: &Room, entry: &Entry) {
        match &entry.event {
            Event::Joined { user, .. } | Event::Left { user, .. } => self.tell_presence(user),
            Event::Ended { .. } => {
                before.people_inside().for_each(|(user, _)| self.tell_presence(user));
            }
            _ => {}
        }
    }

    /// Tells a session of people from now on, or no longer; answers who is online.
    /// Of those who are otherwise engaged it hears at once.
    pub(crate) fn watch_people(&self, session: &Session, on: bool) -> Vec<UserId> {
        // Guests know who they meet, and nobody else.
        let on = on && session.role != Role::Guest;
        session.watch_people(on);
        if !on {
            return Vec::new();
        }
        let (online, known) = (self.sessions.online(), self.known());
        for user in &online {
            let presence = self.presence(user);
            if presence != Presence::Online {
                // The list has told that they are online.
                let before = Presence::Online;
                session.tell(&News::Presence { user, before, presence }, &known);
            }
        }
        online
    }

    /// Keeps when somebody was last here, now that one of their connections has
    /// ended.
    pub(crate) async fn note_last_seen(&self, user: &UserId) {
        if self.sessions.is_online(user) {
            return;
        }
        if let Err(error) = self.store.note_last_seen(user, self.now()).await {
            tracing::warn!(%user, %error, "When somebody was last here was not kept");
        }
    }

    /// Nobody has touched a device for a while, or somebody does again.
    pub(crate) fn step_away(&self, session: &Session, away: bool) {
        session.step_away(away);
        self.tell_presence(&session.user);
    }
}
