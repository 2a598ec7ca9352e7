//! Client vocabularies. Each file translates between the words of one kind of
//! client and Housecall's commands and events, and does nothing else: no
//! state, no rules, no wires.

pub mod call;
mod heard;
pub mod native;
mod problem;

use std::fmt;

pub use heard::{Heard, Recipient, Signal, SignalKind, parse};
use housecall_core::{
    DeviceId, Entry, Room, RoomId, UserId,
    quality::{Sample, Warning},
};
pub use problem::{Garbled, Problem};

use native::wire::Person;

/// Who makes the first offer when somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoOffers {
    /// Whoever was there; if both sides do, the clients sort it out
    /// themselves (perfect negotiation).
    Anybody,
    /// Whoever was there before. If both sides do, the client breaks.
    WhoWasThere,
}

/// What it means when a page that speaks this vocabulary is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageClose {
    /// Its person has left.
    Leaves,
    /// It may be a reload: the page knows how to come back.
    MayReturn,
}

/// One client vocabulary.
pub trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// What to call it in logs and tests.
    fn name(&self) -> &'static str;

    /// The Socket.IO namespace it is spoken in.
    fn namespace(&self) -> &'static str;

    /// Who makes the first offer among its clients.
    fn who_offers(&self) -> WhoOffers;

    /// What it means when its page is closed.
    fn page_close(&self) -> PageClose;

    /// Understands a word said by a client on `device`; `None` if the word is
    /// not of this vocabulary.
    fn decode<'a>(
        &self,
        device: &DeviceId,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>>;

    /// Puts news into words for one viewer: none, one or several.
    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String));

    /// The body of the ack when what was asked for was done.
    fn consent(&self, viewer: &Viewer<'_>, answer: &Answer<'_>) -> String;

    /// The body of the ack when it was refused.
    fn refuse(&self, problem: &Problem) -> String;

    /// The word and body that tell a client that asked for no ack.
    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String);
}

/// Who is being told.
pub struct Viewer<'a> {
    /// Their user.
    pub user: &'a UserId,
    /// The device their connection stands for.
    pub device: &'a DeviceId,
    /// Whom to ask about people.
    pub people: &'a dyn People,
}

impl Viewer<'_> {
    /// Whether this device stands for its user in the room.
    pub fn is_in(&self, room: &Room) -> bool {
        room.participant(self.user).and_then(|it| it.device()) == Some(self.device)
    }
}

/// What is known about people outside a room.
pub trait People {
    /// How others see somebody.
    fn person(&self, user: &UserId) -> Person;

    /// Who offers first among the clients somebody is in a room with.
    fn who_offers(&self, user: &UserId, device: &DeviceId) -> WhoOffers;
}

/// Something to tell.
pub enum News<'a> {
    /// A connection was accepted; these are the user's calls that are not over.
    Welcome {
        /// The calls.
        rooms: &'a [std::sync::Arc<Room>],
    },
    /// An entry was made in a room of theirs.
    Entry {
        /// The room just before it.
        before: &'a Room,
        /// The room just after it.
        after: &'a Room,
        /// The entry.
        entry: &'a Entry,
    },
    /// A signal for them. The same text for every receiver of one vocabulary.
    Signal {
        /// In which room.
        room: &'a RoomId,
        /// From whom.
        from: &'a UserId,
        /// The signal.
        signal: Signal<'a>,
    },
    /// Somebody came or went.
    Presence {
        /// Who.
        user: &'a UserId,
        /// Whether any device of theirs is connected.
        online: bool,
    },
    /// The connection they reported is bad.
    QualityWarning {
        /// In which room.
        room: &'a RoomId,
        /// What is wrong.
        warning: Warning,
        /// What they reported.
        sample: &'a Sample,
    },
    /// It is time to report the connection's quality.
    QualityRequest {
        /// In which room.
        room: &'a RoomId,
    },
}

/// What an ack carries when it was done.
pub enum Answer<'a> {
    /// Nothing but that.
    Done,
    /// How the call stands now.
    Call(&'a Room),
    /// Who is online.
    Online(&'a [UserId]),
}
