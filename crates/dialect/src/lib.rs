//! Client vocabularies. Each file translates between the words of one kind of
//! client and Housecall's commands and events, and does nothing else: no
//! state, no rules, no wires.

mod between_two;
pub mod call;
pub mod consultation;
pub mod contact;
mod door;
mod heard;
pub mod live;
pub mod meeting;
pub mod native;
mod problem;
pub mod rtc;
#[cfg(test)]
mod staging;

use std::{borrow::Cow, fmt, sync::Arc};

pub use heard::{
    Gesture, Heard, PathReport, Place, Reaction, Recipient, Signal, SignalKind, has_field, parse,
};
use housecall_core::{
    Command, DeviceId, Entry, Event, Presence, Role, Room, RoomId, UserId,
    negotiation::FirstOffer,
    quality::{Sample, Warning},
    room::Stage,
};
pub use problem::{Garbled, Problem};

use native::wire::{MissedCall, Person, Visit, VisitChange};
use serde_json::value::RawValue;

/// Every vocabulary we speak. Of those in one namespace, the first answers a
/// client that has not said yet which it speaks.
pub const ALL: &[&dyn Dialect] = &[
    &native::Native,
    &consultation::Consultation,
    &rtc::Rtc::SEED,
    &call::Call,
    &rtc::Rtc::LATER,
    &live::Live,
    &meeting::Meeting::CHAT,
    &meeting::Meeting::MEDIA,
    &contact::Contact,
];

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

    /// The Socket.IO namespaces it is spoken in.
    fn namespaces(&self) -> &'static [&'static str];

    /// Who makes the first offer among its clients.
    fn first_offer(&self) -> FirstOffer;

    /// What it means when its page is closed.
    fn page_close(&self) -> PageClose;

    /// Whether only a client of this vocabulary would say this word with a body
    /// of this shape: what settles the dialect of a connection whose namespace
    /// has several.
    fn recognizes(&self, word: &str, body: Option<&str>) -> bool;

    /// Whether its clients can show that they wait at the door. The others are
    /// told "not yet" in their word for an error.
    fn shows_waiting(&self) -> bool {
        false
    }

    /// Whether its clients connect without a token, and show who they are by the
    /// ticket they come into a room with.
    fn takes_tickets(&self) -> bool {
        false
    }

    /// Understands a word; `None` if it is not of this vocabulary.
    fn decode<'a>(
        &self,
        by: &Speaker<'_>,
        word: &str,
        body: Option<&'a str>,
    ) -> Option<Result<Heard<'a>, Garbled>>;

    /// Puts news into words for one viewer: none, one or several.
    fn encode(&self, viewer: &Viewer<'_>, news: &News<'_>, say: &mut dyn FnMut(&str, String));

    /// How a connection is refused; the sentence by which people are told,
    /// unless the clients look for another.
    fn turn_away(&self, problem: &Problem) -> Cow<'static, str> {
        problem.message.clone()
    }

    /// Whether a client that was refused this, and is in no room, is not listened
    /// to any longer.
    fn parts_after(&self, _word: &str, _problem: &Problem) -> bool {
        false
    }

    /// What this client does about some news without saying so: a client that
    /// stops when it hears that its call is over does not say that it leaves.
    fn follow_up(&self, _viewer: &Viewer<'_>, _news: &News<'_>) -> Option<Command> {
        None
    }

    /// What the vocabulary says, besides an ack, to the one who said `word`
    /// when it was done. Most say nothing: the entry that came of it was told.
    fn acknowledge(
        &self,
        _viewer: &Viewer<'_>,
        _word: &str,
        _body: Option<&str>,
        _answer: &Answer<'_>,
        _say: &mut dyn FnMut(&str, String),
    ) {
    }

    /// The body of the ack when what was asked for was done.
    fn consent(&self, viewer: &Viewer<'_>, answer: &Answer<'_>) -> String;

    /// The body of the ack when it was refused.
    fn refuse(&self, problem: &Problem) -> String;

    /// The word and body that tell a client that asked for no ack.
    fn complain(&self, word: &str, problem: &Problem) -> (&'static str, String);
}

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    /// Their user.
    pub user: &'a UserId,
    /// The device their connection stands for.
    pub device: &'a DeviceId,
}

/// Who is being told.
pub struct Viewer<'a> {
    /// Their user.
    pub user: &'a UserId,
    /// In which capacity they are connected.
    pub role: Role,
    /// The device their connection stands for.
    pub device: &'a DeviceId,
    /// Whom to ask about people.
    pub people: &'a dyn People,
    /// What this connection calls the rooms.
    pub names: &'a dyn Names,
}

impl Viewer<'_> {
    /// Whether this device stands for its user in the room.
    pub fn is_in(&self, room: &Room) -> bool {
        room.participant(self.user).and_then(|it| it.device()) == Some(self.device)
    }

    /// Whether this device stands at the door for its user.
    pub fn waits_at(&self, room: &Room) -> bool {
        let stage = room.participant(self.user).map(|it| &it.stage);
        stage.filter(|it| it.is_waiting()).and_then(Stage::device) == Some(self.device)
    }

    /// Whether this connection follows what goes on in the room: its device is
    /// in, or it came in beside another device of its user that is.
    pub fn follows(&self, room: &Room) -> bool {
        let inside = room.participant(self.user).is_some_and(|it| it.stage.is_in_room());
        inside && (self.is_in(room) || self.names.entered(room.id()))
    }

    /// Whether this connection follows the room from its door: its device waits
    /// there, or it came there beside another device of its user that does.
    pub fn is_at_door(&self, room: &Room) -> bool {
        let waits = room.participant(self.user).is_some_and(|it| it.stage.is_waiting());
        waits && (self.waits_at(room) || self.names.entered(room.id()))
    }

    /// Whether something that was written reaches this connection: its user is in
    /// the room, or a host writes to them at the door.
    pub fn reads(&self, room: &Room, event: &Event) -> bool {
        let here = self.follows(room) || self.is_at_door(room);
        here && self.may_hear(room, event) && self.may_read(event)
    }

    /// Whether this device has to make the first offer to `user`, who was in the
    /// room before it, because their client never does.
    pub fn must_offer_to(&self, room: &Room, user: &UserId) -> bool {
        let device = room.participant(user).and_then(|it| it.device());
        let expects = device.map(|it| self.people.first_offer(user, it));
        let waits = expects.map(|it| it.as_caller(room.caller() == Some(user)));
        user != self.user && waits == Some(FirstOffer::Others)
    }

    /// Whether the client of `user`, who comes in, makes the first offer itself.
    /// Whoever would offer to them as well is told when the pair has settled:
    /// two first offers that meet are not always survived.
    pub fn offers_first(&self, room: &Room, user: &UserId) -> bool {
        let device = room.participant(user).and_then(|it| it.device());
        device.is_some_and(|it| self.people.first_offer(user, it) == FirstOffer::Newcomer)
    }

    /// Whether they may hear of something that happened in a room: what is written
    /// to all is for those who are in, and whom the room does not concern, or not
    /// yet, hears only what concerns themselves.
    pub fn may_hear(&self, after: &Room, event: &Event) -> bool {
        let me = after.participant(self.user);
        match event {
            Event::Said { user, to, .. } => {
                let inside = me.is_some_and(|it| it.stage.is_in_room());
                user == self.user || to.contains(self.user) || (to.is_empty() && inside)
            }
            _ if after.hears_all(self.user) => true,
            Event::Ended { .. } => !me.is_some_and(|it| it.removed),
            Event::Expected { user, .. }
            | Event::CameToDoor { user, .. }
            | Event::Admitted { user }
            | Event::ConnectionLost { user, .. }
            | Event::ConnectionResumed { user, .. }
            | Event::HostChanged { user, .. }
            | Event::ConsentGiven { user, .. }
            | Event::ConsentDeclined { user }
            | Event::ConsentWithdrawn { user }
            | Event::Left { user, .. } => user == self.user,
            // Whoever waits may have to agree before they come in.
            Event::RecordingAsked { .. }
            | Event::RequestDropped
            | Event::RecordingStarted { .. }
            | Event::RecordingPaused { .. }
            | Event::RecordingResumed { .. }
            | Event::RecordingStopped { .. } => me.is_some_and(|it| it.stage.is_waiting()),
            _ => false,
        }
    }

    /// Whether something that was written is for their eyes.
    pub fn may_read(&self, event: &Event) -> bool {
        match event {
            Event::Said { user, to, .. } => {
                to.is_empty() || user == self.user || to.contains(self.user)
            }
            _ => true,
        }
    }

    /// What this client calls the room.
    pub fn name_of(&self, room: &RoomId) -> RoomId {
        self.names.name_of(room)
    }
}

/// What one connection calls the rooms it spoke of: clients address a room by
/// its own id, by that of its appointment or meeting, by a ticket, or by an id
/// they made up, and expect to hear the same.
pub trait Names {
    /// The name it used; the room's id if it has used none.
    fn name_of(&self, room: &RoomId) -> RoomId;

    /// Whether this connection came into the room by its own words.
    fn entered(&self, room: &RoomId) -> bool;
}

/// A connection that uses the rooms' own ids.
impl Names for () {
    fn name_of(&self, room: &RoomId) -> RoomId {
        room.clone()
    }

    fn entered(&self, _: &RoomId) -> bool {
        false
    }
}

/// What is known about people outside a room.
pub trait People {
    /// How others see somebody.
    fn person(&self, user: &UserId) -> Person;

    /// Whether any device of somebody is connected.
    fn is_online(&self, user: &UserId) -> bool;

    /// Who makes the first offer among clients like the one somebody is in a
    /// room with.
    fn first_offer(&self, user: &UserId, device: &DeviceId) -> FirstOffer;
}

/// Something to tell.
pub enum News<'a> {
    /// A connection was accepted.
    Welcome {
        /// The user's calls that are not over.
        rooms: &'a [Arc<Room>],
        /// The calls they have missed and not seen yet, the latest first.
        missed: &'a [MissedCall],
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
    /// An entry was made in a room of theirs that is not for them to hear.
    Hidden {
        /// The room just after it.
        room: &'a Room,
        /// The entry.
        entry: &'a Entry,
    },
    /// Something was decided about an appointment of theirs, or it is near.
    Visit {
        /// What.
        change: VisitChange,
        /// How it stands now.
        visit: &'a Visit,
    },
    /// A signal for them. The same text for every receiver of one vocabulary.
    Signal {
        /// In which room.
        room: &'a Room,
        /// From whom.
        from: &'a UserId,
        /// The signal.
        signal: Signal<'a>,
    },
    /// Somebody came in a while ago, and the first negotiation with this viewer
    /// is through, or has been waited for long enough: for clients that must
    /// not hear of a newcomer before.
    Settled {
        /// Where.
        room: &'a Room,
        /// Who came.
        user: &'a UserId,
    },
    /// Somebody in a room of theirs does something that is not kept.
    Gesture {
        /// Where.
        room: &'a Room,
        /// Who.
        from: &'a UserId,
        /// What.
        gesture: &'a Gesture,
    },
    /// Somebody who may not come in asks to be let in.
    Knocked {
        /// Where.
        room: &'a Room,
        /// Who.
        from: &'a UserId,
    },
    /// Somebody asks them to come.
    Called {
        /// Who asks.
        from: &'a UserId,
        /// What their client sent along: a JSON object.
        body: &'a RawValue,
    },
    /// Somebody can be reached now, or cannot, or otherwise than before.
    Presence {
        /// Who.
        user: &'a UserId,
        /// How it was until now.
        before: Presence,
        /// How.
        presence: Presence,
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
    /// How the room stands now.
    Call {
        /// The room.
        room: &'a Room,
        /// Whether anything happened, or it was so already.
        changed: bool,
    },
    /// The speaker's rooms that are not over.
    Rooms(&'a [Arc<Room>]),
    /// What was written in a room: the entries of it that are messages this
    /// viewer may read, oldest first.
    Messages {
        /// The room.
        room: &'a Room,
        /// The entries.
        entries: &'a [Entry],
    },
    /// Who is online.
    Online(&'a [UserId]),
}
