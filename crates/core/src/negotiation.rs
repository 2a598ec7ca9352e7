//! Who offers first, where two clients cannot settle it between themselves.
//!
//! Most clients lose their media when two first offers cross on the wire. A
//! [`Pair`] stands between two people in a room: it lets one side's offer pass
//! and holds the other's, with its candidates, until the first is answered or
//! has waited long enough. It sees only what a signal is and which connection
//! it speaks of; the signal itself, a `T`, is the caller's.

#[cfg(test)]
mod laws;
mod sdp;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, time::Duration};

pub use sdp::{Description, candidate_ufrag};

use crate::Timestamp;

/// How long a held offer waits for the designated side to make its own. Longer
/// leaves people in front of a black picture when that side never offers;
/// shorter cuts off a slow phone that is still opening its camera.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// How long an offer may go unanswered before the other side's gets its turn.
pub const ANSWER_TIME: Duration = Duration::from_secs(5);

/// How many candidates are held with an offer. Browsers find 10 to 30. Beyond
/// this the oldest is dropped: relayed candidates, which work everywhere, are
/// found last.
const MOST_CANDIDATES: usize = 100;

/// Whose first offer a client's vocabulary expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FirstOffer {
    /// Anybody's: the client negotiates perfectly and survives collisions.
    SettlesItself,
    /// Nobody's in particular: its page offers when it likes.
    Nobody,
    /// That of whoever was in the room before.
    Member,
    /// That of whoever comes in.
    Newcomer,
    /// That of the caller, once the callee has come in.
    Caller,
    /// Somebody else's: it never offers.
    Others,
}

impl FirstOffer {
    /// What this means for somebody in a room, who called or did not.
    pub fn as_caller(self, is_caller: bool) -> Self {
        match (self, is_caller) {
            (FirstOffer::Caller, true) => FirstOffer::Member,
            (FirstOffer::Caller, false) => FirstOffer::Others,
            (other, _) => other,
        }
    }
}

/// One of two people in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who came in later.
    Newcomer,
    /// Who was there before.
    Member,
}

impl Side {
    /// The peer.
    pub fn other(self) -> Self {
        match self {
            Side::Newcomer => Side::Member,
            Side::Member => Side::Newcomer,
        }
    }
}

/// Whose offer passes while two people negotiate for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Designation {
    /// Everybody's, always.
    Off,
    /// Whoever's comes first.
    Nobody,
    /// This side's.
    One(Side),
}

/// Whose offer passes, by what the two clients expect.
pub fn designate(newcomer: FirstOffer, member: FirstOffer) -> Designation {
    match (newcomer, member) {
        (FirstOffer::SettlesItself, FirstOffer::SettlesItself) => Designation::Off,
        (FirstOffer::Newcomer, _) => Designation::One(Side::Newcomer),
        (FirstOffer::Others, FirstOffer::Others) => Designation::Nobody,
        (_, FirstOffer::Others) => Designation::One(Side::Newcomer),
        (FirstOffer::Nobody, _) | (_, FirstOffer::Nobody) => Designation::Nobody,
        _ => Designation::One(Side::Member),
    }
}

/// How two people in a room stand with each other. A leave or a fresh join
/// makes a new pair.
///
/// What goes on to the peer now is returned, in order; what is not returned is
/// held, or dropped because nobody has a use for it any more.
pub struct Pair<T> {
    designation: Designation,
    stage: Stage,
    held: Option<Held<T>>,
    newcomer: Voice,
    member: Voice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No offer has passed.
    New,
    /// An offer has passed and has no answer.
    Offered { by: Side, at: Timestamp },
    /// The first negotiation is done.
    Stable,
}

/// An offer that waits, from the side whose turn it is not.
struct Held<T> {
    from: Side,
    until: Timestamp,
    ufrag: Option<String>,
    /// Whether its side has answered something since.
    answered: bool,
    offer: T,
    candidates: VecDeque<T>,
}

/// What one side has said of its connections.
#[derive(Default)]
struct Voice {
    /// The session it used last. Every peer connection has its own.
    session: Option<String>,
    /// Of its latest offer that never reached the peer: its candidates still
    /// trickle in.
    withdrawn: Option<String>,
}

impl<T> Pair<T> {
    /// Two people who have not said a word to each other.
    pub fn new(designation: Designation) -> Self {
        let (newcomer, member) = (Voice::default(), Voice::default());
        Self { designation, stage: Stage::New, held: None, newcomer, member }
    }

    /// Someone offers.
    pub fn offer(
        &mut self,
        now: Timestamp,
        from: Side,
        offer: Description<'_>,
        signal: T,
    ) -> Vec<T> {
        if self.designation == Designation::Off {
            return vec![signal];
        }
        // A peer connection built anew negotiates for the first time, and after
        // a failure both sides build one at once.
        if self.stage == Stage::Stable && self.voice(from).is_rebuilt(offer) {
            self.stage = Stage::New;
        }
        self.voice(from).speak(offer);
        let Some(until) = self.waits_until(now, from) else {
            self.go_out(now, from);
            return vec![signal];
        };
        self.hold(from, until, offer.ufrag, signal);
        self.release(now).map(Held::into_signals).unwrap_or_default()
    }

    /// Someone answers. Answers always pass. The one that settles the first
    /// negotiation also settles what becomes of its sender's held offer.
    pub fn answer(&mut self, from: Side, answer: Description<'_>, signal: T) -> Vec<T> {
        self.voice(from).speak(answer);
        if !matches!(self.stage, Stage::Offered { by, .. } if by != from) {
            if let Some(held) = self.held.as_mut().filter(|it| it.from == from) {
                held.answered = true;
            }
            return vec![signal];
        }
        self.stage = Stage::Stable;
        match self.held.take() {
            // A browser that rolled its offer back may answer with the very
            // transport it had offered, and will not send the candidates again.
            Some(held) if held.ufrag.is_some() && held.ufrag.as_deref() == answer.ufrag => {
                [signal].into_iter().chain(held.candidates).collect()
            }
            Some(held) => {
                self.voice(from).withdrawn = held.ufrag;
                vec![signal]
            }
            None => vec![signal],
        }
    }

    /// Someone sends a candidate of the connection with this ICE ufrag, if it
    /// says so. It shares the fate of the offer it belongs to.
    pub fn candidate(&mut self, from: Side, ufrag: Option<&str>, signal: T) -> Vec<T> {
        if let Some(held) = self.held.as_mut().filter(|it| it.owns(from, ufrag)) {
            held.keep(signal);
            return Vec::new();
        }
        if ufrag.is_some() && self.voice(from).withdrawn.as_deref() == ufrag {
            return Vec::new();
        }
        vec![signal]
    }

    /// Whether the first negotiation is done.
    pub fn is_settled(&self) -> bool {
        self.stage == Stage::Stable
    }

    /// Gives the turn to `side`, if it was the other's and nobody has offered.
    pub fn give_turn(&mut self, side: Side) {
        if let (Designation::One(turn), Stage::New, None) =
            (&mut self.designation, self.stage, &self.held)
        {
            *turn = side;
        }
    }

    /// When [`Pair::elapse`] has something to do, if ever.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.held.as_ref().map(|it| it.until)
    }

    /// Lets a held offer go that has waited long enough: whose it is, and the
    /// offer with its candidates.
    pub fn elapse(&mut self, now: Timestamp) -> Option<(Side, Vec<T>)> {
        self.release(now).map(|it| (it.from, it.into_signals()))
    }

    /// Until when an offer from this side waits, if it may not pass.
    fn waits_until(&self, now: Timestamp, from: Side) -> Option<Timestamp> {
        match self.stage {
            Stage::New => {
                let is_others_turn = self.designation == Designation::One(from.other());
                is_others_turn.then(|| now.plus(PATIENCE))
            }
            Stage::Offered { by, at } => (by != from).then(|| at.plus(ANSWER_TIME)),
            Stage::Stable => None,
        }
    }

    /// A repeated offer gets its time anew, but not at the expense of one that
    /// waits already: who asks again and again would never let the peer speak.
    fn go_out(&mut self, now: Timestamp, from: Side) {
        let offered = Stage::Offered { by: from, at: now };
        match self.stage {
            Stage::New => {
                self.stage = offered;
                if let Some(held) = &mut self.held {
                    held.until = now.plus(ANSWER_TIME);
                }
            }
            Stage::Offered { .. } => self.stage = offered,
            Stage::Stable => {}
        }
    }

    /// Keeps an offer in place of the one its side already waits with. That one
    /// hands on its deadline, and its candidates if the transport is the same.
    fn hold(&mut self, from: Side, until: Timestamp, ufrag: Option<&str>, offer: T) {
        let ufrag = ufrag.map(str::to_owned);
        let mut new =
            Held { from, until, ufrag, answered: false, offer, candidates: VecDeque::new() };
        if let Some(old) = self.held.take() {
            new.until = old.until;
            if new.ufrag == old.ufrag {
                new.candidates = old.candidates;
            } else {
                self.voice(from).withdrawn = old.ufrag;
            }
        }
        self.held = Some(new);
    }

    /// The held offer, if its time has come. From then on it is the one that
    /// counts: the other side had its turn.
    fn release(&mut self, now: Timestamp) -> Option<Held<T>> {
        let held = self.held.take_if(|it| it.until <= now)?;
        self.stage = Stage::Offered { by: held.from, at: now };
        if let Designation::One(side) = &mut self.designation {
            *side = held.from;
        }
        Some(held)
    }

    fn voice(&mut self, side: Side) -> &mut Voice {
        match side {
            Side::Newcomer => &mut self.newcomer,
            Side::Member => &mut self.member,
        }
    }
}

impl<T> Held<T> {
    /// A candidate that does not name its transport belongs to the last thing
    /// its side said.
    fn owns(&self, from: Side, ufrag: Option<&str>) -> bool {
        from == self.from
            && match ufrag {
                Some(ufrag) => self.ufrag.as_deref() == Some(ufrag),
                None => !self.answered,
            }
    }

    fn keep(&mut self, candidate: T) {
        if self.candidates.len() == MOST_CANDIDATES {
            self.candidates.pop_front();
        }
        self.candidates.push_back(candidate);
    }

    fn into_signals(self) -> Vec<T> {
        [self.offer].into_iter().chain(self.candidates).collect()
    }
}

impl Voice {
    fn is_rebuilt(&self, said: Description<'_>) -> bool {
        match (&self.session, said.session) {
            (Some(last), Some(session)) => last != session,
            _ => false,
        }
    }

    fn speak(&mut self, said: Description<'_>) {
        if let Some(session) = said.session {
            self.session = Some(session.to_owned());
        }
        self.withdrawn.take_if(|it| Some(it.as_str()) == said.ufrag);
    }
}
