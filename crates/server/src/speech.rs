//! How one client talks: in which vocabulary, and what it calls the rooms.

use std::sync::{Arc, OnceLock};

use housecall_core::RoomId;
use housecall_dialect::{Dialect, Names};
use parking_lot::Mutex;

/// What a connection can speak: a vocabulary once that is settled, until then
/// any of its namespace.
pub(crate) struct Speech {
    possible: Arc<[&'static dyn Dialect]>,
    settled: OnceLock<&'static dyn Dialect>,
}

impl Speech {
    /// `possible` are the vocabularies of the namespace; `wanted` is the one the
    /// client asked for when it connected.
    pub(crate) fn new(
        possible: Arc<[&'static dyn Dialect]>,
        wanted: Option<&'static dyn Dialect>,
    ) -> Self {
        let only = match possible[..] {
            [only] => Some(only),
            _ => wanted,
        };
        let settled = only.map_or_else(OnceLock::new, OnceLock::from);
        Self { possible, settled }
    }

    /// The vocabulary, once it is settled.
    pub(crate) fn settled(&self) -> Option<&'static dyn Dialect> {
        self.settled.get().copied()
    }

    /// The vocabulary in which `word` was said; from the first word that belongs
    /// to one alone it stays that one.
    pub(crate) fn of(&self, word: &str, body: Option<&str>) -> Option<&'static dyn Dialect> {
        if let Some(dialect) = self.settled() {
            return Some(dialect);
        }
        let mut claims = self.possible.iter().filter(|it| it.recognizes(word, body));
        match (claims.next(), claims.next()) {
            (Some(only), None) => Some(self.settle(*only)),
            _ => None,
        }
    }

    /// In which to refuse a word of no vocabulary.
    pub(crate) fn any(&self) -> &'static dyn Dialect {
        self.settled().unwrap_or(self.possible[0])
    }

    fn settle(&self, dialect: &'static dyn Dialect) -> &'static dyn Dialect {
        *self.settled.get_or_init(|| dialect)
    }

    /// Every vocabulary it may understand.
    pub(crate) fn spoken(&self) -> &[&'static dyn Dialect] {
        match self.settled.get() {
            Some(dialect) => std::slice::from_ref(dialect),
            None => &self.possible,
        }
    }
}

/// What one connection calls the rooms it spoke of. Few: they are forgotten when
/// the rooms are over.
#[derive(Default)]
pub(crate) struct SpokenOf(Mutex<Vec<Mention>>);

struct Mention {
    room: RoomId,
    name: RoomId,
    entered: bool,
}

impl SpokenOf {
    /// The room it calls by this name.
    pub(crate) fn room(&self, name: &RoomId) -> Option<RoomId> {
        let mentions = self.0.lock();
        mentions.iter().find(|it| it.name == *name).map(|it| it.room.clone())
    }

    /// From now on it hears of `room` under this name.
    pub(crate) fn mention(&self, room: &RoomId, name: &RoomId) {
        let mut mentions = self.0.lock();
        match mentions.iter_mut().find(|it| it.room == *room) {
            Some(known) => known.name = name.clone(),
            None => {
                mentions.push(Mention { room: room.clone(), name: name.clone(), entered: false })
            }
        }
    }

    /// It is about to come into `room`, which it calls by this name.
    pub(crate) fn enter(&self, room: &RoomId, name: &RoomId) {
        self.mention(room, name);
        let mut mentions = self.0.lock();
        mentions.iter_mut().filter(|it| it.room == *room).for_each(|it| it.entered = true);
    }

    /// It is no longer in `room`, or did not get in.
    pub(crate) fn leave(&self, room: &RoomId) {
        let mut mentions = self.0.lock();
        mentions.iter_mut().filter(|it| it.room == *room).for_each(|it| it.entered = false);
    }

    /// The room is over.
    pub(crate) fn forget(&self, room: &RoomId) {
        self.0.lock().retain(|it| it.room != *room);
    }
}

impl Names for SpokenOf {
    fn name_of(&self, room: &RoomId) -> RoomId {
        let mentions = self.0.lock();
        let known = mentions.iter().find(|it| it.room == *room);
        known.map_or_else(|| room.clone(), |it| it.name.clone())
    }

    fn entered(&self, room: &RoomId) -> bool {
        self.0.lock().iter().any(|it| it.room == *room && it.entered)
    }
}
