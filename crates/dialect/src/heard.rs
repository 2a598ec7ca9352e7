//! What a client said, in Housecall's terms.

use std::{borrow::Cow, collections::HashMap};

use housecall_core::{
    AppointmentId, Command, RoomId, UserId,
    quality::Sample,
    room::{Covered, Invitation, Newcomers},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Garbled,
    native::wire::{Loss, PathKind, RoundTrip},
};

/// The largest session description relayed, in bytes. Browsers make 2.5 to
/// 10 KB; larger ones are not descriptions of a call.
const MOST_SDP: usize = 64 * 1024;

/// The largest candidate relayed, in bytes. Browsers make about 200.
const MOST_CANDIDATE: usize = 4 * 1024;

/// What a client said.
#[derive(Debug)]
pub enum Heard<'a> {
    /// Call somebody.
    Start {
        /// Whom, and what for.
        invitation: Invitation,
        /// What to do in the new room in the same breath.
        then: Vec<Command>,
        /// Refuse at once if the one who is called is offline, or in another
        /// call.
        only_if_free: bool,
    },
    /// Ask something of a room: all of it or none.
    Ask {
        /// Which room.
        place: Place,
        /// What.
        commands: Vec<Command>,
    },
    /// Come into a room. If it is an appointment or a meeting that nobody is at
    /// yet, it is opened.
    Enter {
        /// Which room.
        place: Place,
        /// What to do there: all of it or none.
        commands: Vec<Command>,
    },
    /// Pass something on to a peer.
    Signal {
        /// In which room.
        place: Place,
        /// To whom.
        to: Recipient,
        /// What.
        signal: Signal<'a>,
    },
    /// Show the others something that is not kept.
    Gesture {
        /// In which room.
        place: Place,
        /// What.
        gesture: Gesture,
    },
    /// Ask the hosts of a room to be let in.
    Knock(Place),
    /// Ask somebody to come to an appointment.
    CallIn {
        /// Whom.
        user: UserId,
        /// To which appointment.
        appointment: AppointmentId,
        /// What to tell them: a JSON object, passed on as it stands.
        body: Box<RawValue>,
    },
    /// Record. The house gives the recording its id.
    Record {
        /// In which room.
        place: Place,
        /// What to do there before: all of it or none.
        first: Vec<Command>,
        /// What; what was asked for, unless this says.
        covers: Option<Covered>,
        /// What becomes of newcomers, if this says.
        newcomers: Option<Newcomers>,
    },
    /// How does this room stand?
    Look(Place),
    /// What was written here?
    Messages {
        /// In which room.
        place: Place,
        /// At most so many, the latest.
        most: u32,
        /// Only those of entries after this one.
        after: u64,
        /// What this shows the others, if the speaker is in the room.
        shows: Option<Gesture>,
    },
    /// Nobody has touched this device for a while, or somebody does again.
    Away(bool),
    /// Which rooms am I in, or called to?
    Mine,
    /// Tell me when people come and go, or stop.
    WatchPeople(bool),
    /// How good the connection is.
    Quality {
        /// In which room.
        place: Place,
        /// What was measured.
        sample: Sample,
    },
    /// Which way the media between this device and a peer take.
    Path {
        /// In which room.
        place: Place,
        /// Who the peer is.
        peer: UserId,
        /// Which way.
        report: PathReport,
    },
    /// Nothing is asked of the house: the vocabulary answers by itself.
    Greeting,
}

/// Which way media take, and how well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathReport {
    /// How this device reaches the other.
    pub path: PathKind,
    /// How the other reaches this one, if that is known.
    pub peer_path: Option<PathKind>,
    /// There and back.
    pub round_trip: Option<RoundTrip>,
    /// How much is lost on the way here.
    pub loss: Option<Loss>,
}

/// Which room a client means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The one of this name: a room's id, that of its appointment or meeting, a
    /// ticket, or a name this connection has used for it before.
    Named(RoomId),
    /// The open call with this person, whatever the client calls it.
    With {
        /// The person.
        peer: UserId,
        /// What the client calls it.
        named: Option<RoomId>,
    },
    /// The room this connection is in, else the only open call of its user.
    Here {
        /// What the client calls it; looked for first.
        named: Option<RoomId>,
    },
}

impl From<RoomId> for Place {
    fn from(name: RoomId) -> Self {
        Place::Named(name)
    }
}

/// Something that is shown to the others in a room and forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture {
    /// They are writing, or have stopped.
    Typing(bool),
    /// They follow what is written, or have stopped.
    Attending(bool),
    /// They have read all messages up to this one; all there are, if it is
    /// absent.
    Read(Option<String>),
    /// They react to what goes on.
    Reaction(Reaction),
}

/// What somebody shows without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// Agreed.
    ThumbsUp,
    /// Well done.
    Clap,
    /// With love.
    Heart,
    /// That is funny.
    Laugh,
    /// Really?
    Surprised,
    /// Hurray.
    Celebrate,
}

/// Who gets a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// One participant.
    One(UserId),
    /// Everybody else in the room.
    Others,
}

/// The kinds of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalKind {
    /// A session description that proposes.
    Offer,
    /// A session description that accepts.
    Answer,
    /// An ICE candidate.
    Candidate,
}

/// Something one browser says to another. Its body is relayed as it stands:
/// never parsed, never rewritten, never logged.
#[derive(Clone, Copy)]
pub struct Signal<'a> {
    /// Its kind.
    pub kind: SignalKind,
    /// The JSON text.
    pub body: &'a RawValue,
    /// Said with the one word some clients have for all kinds; they hear it the
    /// same way.
    pub wrapped: bool,
}

impl std::fmt::Debug for Signal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} bytes", self.kind, self.body.get().len())
    }
}

impl<'a> Signal<'a> {
    /// Checks size and outer shape; `field` is what the vocabulary calls it.
    pub fn checked(kind: SignalKind, body: &'a RawValue, field: &str) -> Result<Self, Garbled> {
        match kind {
            SignalKind::Offer | SignalKind::Answer => check_description(body, field)?,
            SignalKind::Candidate => check_candidate(body, field)?,
        }
        Ok(Self { kind, body, wrapped: false })
    }
}

/// An `RTCSessionDescriptionInit`: `{type, sdp}`. The text is known to be JSON,
/// so a look at the first `sdp` will do: parsing kilobytes once more would be a
/// sixth of what relaying them costs, and the receiving browser does it anyway.
fn check_description(body: &RawValue, field: &str) -> Result<(), Garbled> {
    check_size(body, MOST_SDP, field)?;
    let text = body.get();
    let value = text.split_once("\"sdp\"").map(|(_, rest)| rest.trim_start());
    let value = value.and_then(|it| it.strip_prefix(':')).filter(|_| text.starts_with('{'));
    match value.map(str::trim_start) {
        Some(value) if value.starts_with('"') => Ok(()),
        Some(_) => Err(Garbled::field(&format!("{field}.sdp"), "The SDP must be a text.")),
        None => Err(Garbled::field(field, "Send a session description: {type, sdp}.")),
    }
}

/// An `RTCIceCandidateInit`, or null for the end of candidates.
fn check_candidate(body: &RawValue, field: &str) -> Result<(), Garbled> {
    check_size(body, MOST_CANDIDATE, field)?;
    if body.get().starts_with('{') || body.get() == "null" {
        return Ok(());
    }
    Err(Garbled::field(field, "Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}."))
}

fn check_size(body: &RawValue, most: usize, field: &str) -> Result<(), Garbled> {
    if body.get().len() <= most {
        return Ok(());
    }
    let what = format!("This is larger than the {most} bytes that are relayed.");
    Err(Garbled { too_large: true, ..Garbled::field(field, what) })
}

/// Reads the body of a word, naming the field that does not fit.
pub fn parse<'a, T: Deserialize<'a>>(body: Option<&'a str>) -> Result<T, Garbled> {
    let text = body.unwrap_or("null");
    let source = &mut serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(source).map_err(|error| {
        let path = error.path().to_string();
        let what = sentence(error.inner());
        let field = missing_field(&what).or((path != ".").then_some(path));
        Garbled { field, what: what.into(), too_large: false }
    })
}

/// Whether the body of a word is an object with this field. The text is known to
/// be JSON; only the outermost fields are looked at.
pub fn has_field(body: Option<&str>, field: &str) -> bool {
    let fields: Result<HashMap<Cow<'_, str>, &RawValue>, _> =
        serde_json::from_str(body.unwrap_or("null"));
    fields.is_ok_and(|it| it.contains_key(field))
}

/// serde_json's message without "at line 1 column 7": nobody counts columns of
/// a message a program made.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn missing_field(what: &str) -> Option<String> {
    what.strip_prefix("missing field `")?.strip_suffix('`').map(str::to_owned)
}
