//! What people say to the house, whatever their vocabulary: heard, done,
//! answered.

use std::sync::Arc;

use housecall_core::{Command, Entry, Refusal, Room, RoomId, UserId, quality::Sample, room::Phase};
use housecall_dialect::{
    Answer, Dialect, Gesture, Heard, News, Place, Problem, Recipient, Signal, SignalKind,
};
use housecall_socketio::{Event, Reply};

use crate::{
    clock::new_recording_id,
    house::{Asked, House},
    rooms::LiveRoom,
    sessions::Session,
};

/// What came of something heard.
enum Heeded {
    Nothing,
    Room { room: Arc<Room>, changed: bool },
    Rooms(Vec<Arc<Room>>),
    Messages { room: Arc<Room>, entries: Vec<Entry> },
    Online(Vec<UserId>),
}

impl Heeded {
    fn answer(&self) -> Answer<'_> {
        match self {
            Heeded::Nothing => Answer::Done,
            Heeded::Room { room, changed } => Answer::Call { room, changed: *changed },
            Heeded::Rooms(rooms) => Answer::Rooms(rooms),
            Heeded::Messages { room, entries } => Answer::Messages { room, entries },
            Heeded::Online(users) => Answer::Online(users),
        }
    }
}

impl From<Asked> for Heeded {
    fn from(Asked { room, changed }: Asked) -> Self {
        Heeded::Room { room, changed }
    }
}

impl House {
    /// Hears what somebody says, does it, and answers in their words.
    pub(crate) async fn converse(
        &self,
        session: &Arc<Session>,
        event: &Event<'_>,
        reply: Option<Reply>,
    ) {
        let (word, body) = (event.word.as_ref(), event.first());
        let dialect = session.speech.of(word, body);
        let heard = dialect.and_then(|it| it.decode(&session.speaker(), word, body));
        let is_candidate = matches!(&heard, Some(Ok(Heard::Signal { signal, .. }))
            if signal.kind == SignalKind::Candidate);
        let outcome = match heard {
            Some(Ok(heard)) => {
                self.hear(session, heard).await.map_err(|it| self.while_waiting(session, it))
            }
            Some(Err(garbled)) => Err(garbled.into()),
            None => Err(Problem::new("unknown_event", "There is no such event.")),
        };
        let dialect = dialect.unwrap_or_else(|| session.speech.any());
        match outcome {
            Ok(Heeded::Room { room, .. }) if stands_outside(session, dialect, &room) => {
                session.refuse(dialect, word, &Refusal::NotYet.into(), reply);
            }
            Ok(heeded) => self.acknowledge(session, dialect, event, &heeded, reply),
            // Candidates trickle on for a while after the peer has gone.
            Err(problem) if is_candidate && is_for_nobody(&problem) && reply.is_none() => {}
            // A failed send means that the client is gone or being disconnected.
            Err(problem) => {
                session.refuse(dialect, word, &problem, reply);
                let is_nowhere = || self.rooms_with(&session.user, &session.device).is_empty();
                if dialect.parts_after(word, &problem) && is_nowhere() {
                    session.socket.disconnect(false);
                }
            }
        }
    }

    fn acknowledge(
        &self,
        session: &Session,
        dialect: &dyn Dialect,
        event: &Event<'_>,
        heeded: &Heeded,
        reply: Option<Reply>,
    ) {
        let known = self.known();
        let (viewer, answer) = (session.viewer(&known), heeded.answer());
        let mut say = |word: &str, body: String| session.say(word, &body);
        dialect.acknowledge(&viewer, &event.word, event.first(), &answer, &mut say);
        if let Some(reply) = reply {
            let _ = reply.send_raw(&dialect.consent(&viewer, &answer));
        }
    }

    /// Who waits at the door has joined, as far as they know: what they cannot do
    /// yet is refused as that.
    fn while_waiting(&self, session: &Session, problem: Problem) -> Problem {
        let rooms = || self.rooms_with(&session.user, &session.device);
        let waits =
            |room: &Room| room.participant(&session.user).is_some_and(|it| it.stage.is_waiting());
        let cannot = [Refusal::NotInRoom.code(), Refusal::NotRinging.code()];
        match cannot.contains(&problem.code) && rooms().iter().any(|it| waits(it)) {
            true => Refusal::NotYet.into(),
            false => problem,
        }
    }

    async fn hear(&self, session: &Arc<Session>, heard: Heard<'_>) -> Result<Heeded, Problem> {
        self.check_pace(&session.user, &heard)?;
        let by = &session.actor();
        match heard {
            Heard::Signal { place, to, signal } => {
                self.relay(session, &self.room_meant(session, &place)?, &to, signal)
            }
            Heard::Ask { place, commands } => {
                let room = self.room_meant(session, &place)?;
                Ok(self.ask(&room, by, commands).await?.into())
            }
            Heard::Enter { place, commands } => {
                Ok(self.enter(session, &place, commands).await?.into())
            }
            Heard::Start { invitation, then, only_if_free } => {
                let _claim = match only_if_free {
                    true => self.claim_if_free(&session.user, &invitation.callees)?,
                    false => None,
                };
                Ok(self.start(by, invitation, then).await?.into())
            }
            Heard::Record { place, first, covers, newcomers } => {
                let room = self.room_meant(session, &place)?;
                let recording = new_recording_id();
                let record = Command::StartRecording { recording, covers, newcomers };
                Ok(self.ask(&room, by, [first, vec![record]].concat()).await?.into())
            }
            Heard::Look(place) => {
                let room = self.look_as_shown(session, &place).await?;
                Ok(Heeded::Room { room, changed: false })
            }
            Heard::Messages { place, most, after, shows } => {
                let room = self.look_as_shown(session, &place).await?;
                if let Some(gesture) = shows {
                    // Who is not in the room may read, and shows nobody.
                    let _ = self.show(session, room.id(), &gesture);
                }
                let entries = self.messages(&room, &session.user, most, after).await?;
                Ok(Heeded::Messages { room, entries })
            }
            Heard::Gesture { place, gesture } => {
                self.show(session, &self.room_meant(session, &place)?, &gesture)
            }
            Heard::Knock(place) => self.knock(session, &place),
            Heard::CallIn { user, appointment, body } => {
                self.call_in(by, &user, &appointment, &body).await?;
                Ok(Heeded::Nothing)
            }
            Heard::Away(away) => {
                self.step_away(session, away);
                Ok(Heeded::Nothing)
            }
            Heard::Mine => Ok(Heeded::Rooms(self.open_rooms(&session.user))),
            Heard::WatchPeople(on) => Ok(Heeded::Online(self.watch_people(session, on))),
            Heard::Quality { place, sample } => {
                self.judge(session, &self.room_meant(session, &place)?, &sample)
            }
            Heard::Path { place, peer, report } => {
                let room = self.room_meant(session, &place)?;
                self.note_path(session, &room, peer, report).await?;
                Ok(Heeded::Nothing)
            }
            Heard::Greeting => Ok(Heeded::Nothing),
        }
    }

    /// A room as it may be seen: from its door by clients that can show one.
    async fn look_as_shown(&self, session: &Session, place: &Place) -> Result<Arc<Room>, Problem> {
        let (room, by) = (self.room_meant(session, place)?, session.actor());
        match session.speech.any().shows_waiting() {
            true => self.look_from_door(&room, &by).await,
            false => self.look(&room, &by).await,
        }
    }

    /// Socket, decode, membership, peer's sessions, encode, socket: no
    /// database, and nothing is waited for.
    fn relay(
        &self,
        session: &Session,
        room: &RoomId,
        to: &Recipient,
        signal: Signal<'_>,
    ) -> Result<Heeded, Problem> {
        let live = self.rooms.find(room).ok_or(Refusal::NotAParticipant)?;
        let state = live.state();
        match to {
            Recipient::One(peer) => {
                state.carries(&session.user, &session.device, peer)?;
                self.note_candidates(&live, &session.user, signal);
                self.pass_on(&live, session, peer, signal);
            }
            Recipient::Others => {
                state.is_in_with(&session.user, &session.device)?;
                self.note_candidates(&live, &session.user, signal);
                for (peer, _) in state.people_inside() {
                    if *peer != session.user {
                        self.pass_on(&live, session, peer, signal);
                    }
                }
            }
        }
        Ok(Heeded::Nothing)
    }

    /// Where somebody can be reached is known before their peer hears of it, who
    /// may ask the relay for it at once.
    fn note_candidates(&self, live: &LiveRoom, user: &UserId, signal: Signal<'_>) {
        if self.relay.is_bound_to_calls() {
            live.announced.note(user, signal.body.get());
        }
    }

    /// Shows the others in a room something that is not kept.
    fn show(&self, session: &Session, room: &RoomId, gesture: &Gesture) -> Result<Heeded, Problem> {
        let live = self.rooms.find(room).ok_or(Refusal::NotAParticipant)?;
        let state = live.state();
        let inside = |user: &UserId| state.people_inside().any(|(it, _)| it == user);
        if !inside(&session.user) {
            return Err(Refusal::NotInRoom.into());
        }
        let news = News::Gesture { room: &state, from: &session.user, gesture };
        for (user, _) in state.people_inside().filter(|(user, _)| **user != session.user) {
            self.tell(user, &news);
        }
        Ok(Heeded::Nothing)
    }

    /// Tells the hosts who are in that somebody asks to be let in.
    fn knock(&self, session: &Session, place: &Place) -> Result<Heeded, Problem> {
        let room = self.door_meant(place).ok_or(Refusal::NotAParticipant)?;
        let hosts = room.invitation().map(|it| it.hosts.as_slice()).unwrap_or_default();
        let news = News::Knocked { room: &room, from: &session.user };
        let inside: Vec<_> = room.people_inside().filter(|(it, _)| hosts.contains(it)).collect();
        if inside.is_empty() {
            let message = "Nobody who could let you in is there at the moment. Try again later.";
            return Err(Problem::new("nobody_to_ask", message));
        }
        inside.iter().for_each(|(host, _)| self.tell(host, &news));
        Ok(Heeded::Nothing)
    }

    fn judge(&self, session: &Session, room: &RoomId, sample: &Sample) -> Result<Heeded, Problem> {
        let live = self.rooms.find(room).ok_or(Refusal::NotAParticipant)?;
        live.state().is_in_with(&session.user, &session.device)?;
        if let Some(warning) = sample.judge() {
            session.tell(&News::QualityWarning { room, warning, sample }, &self.known());
        }
        Ok(Heeded::Nothing)
    }

    /// Asks everybody in an answered call how good their connection is.
    pub(crate) fn request_quality(&self) {
        for live in self.rooms.all() {
            let room = live.state();
            if *room.phase() != Phase::Active {
                continue;
            }
            for (user, _) in room.people_inside() {
                if let Some(session) = self.inside(&room, user) {
                    session.tell(&News::QualityRequest { room: room.id() }, &self.known());
                }
            }
        }
    }
}

/// Whether somebody waits at the door whose client cannot show that: it hears
/// "not yet", and that it is in once it is.
fn stands_outside(session: &Session, dialect: &dyn Dialect, room: &Room) -> bool {
    let waits = room.participant(&session.user).is_some_and(|it| it.stage.is_waiting());
    waits && !dialect.shows_waiting()
}

fn is_for_nobody(problem: &Problem) -> bool {
    problem.code == Refusal::PeerNotInRoom.code()
}
