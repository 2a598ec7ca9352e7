//! The house: everything one node holds, and the one way a room is asked
//! anything. REST and sockets, people and deadlines all come through
//! [`House::ask`].

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use housecall_core::{
    Actor, Command, DeviceId, Entry, Event, Refusal, Role, Room, RoomId, Timestamp, UserId,
    room::{Invitation, Stage},
};
use housecall_dialect::{News, Problem, native::wire::Person};
use housecall_store::{Blobs, Store, StoreError};
use tokio::sync::OwnedMutexGuard;

use crate::{
    auth::{Grants, Identity, Links, Passwords, Tickets, TokenProblem, Tokens},
    clock::{Clock, new_room_id},
    config::Config,
    guests::check_may_call,
    ice::Ice,
    invitations::Invitations,
    pace::Paces,
    people::{Directory, Sightings},
    presence::Presences,
    recordings::Recordings,
    relay::Relay,
    rooms::{LiveRoom, Rooms},
    sessions::{Known, Session, Sessions},
};

/// Everything one node holds. Clones share it.
#[derive(Clone)]
pub(crate) struct House(Arc<Inside>);

/// The parts of a [`House`].
pub(crate) struct Inside {
    pub(crate) config: Config,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) tokens: Tokens,
    pub(crate) passwords: Passwords,
    pub(crate) directory: Directory,
    pub(crate) sightings: Sightings,
    pub(crate) presences: Presences,
    pub(crate) sessions: Sessions,
    pub(crate) rooms: Rooms,
    pub(crate) ice: Ice,
    pub(crate) relay: Relay,
    pub(crate) tickets: Tickets,
    pub(crate) links: Links,
    pub(crate) grants: Grants,
    pub(crate) recordings: Recordings,
    pub(crate) invitations: Invitations,
    pub(crate) paces: Paces,
    /// Held while a room is opened for an appointment or a meeting, so that two
    /// who come at once meet in one.
    pub(crate) opening: tokio::sync::Mutex<()>,
    /// The roles people may give themselves.
    pub(crate) open_roles: Vec<Role>,
    pub(crate) closing: AtomicBool,
    /// The people of the demo clinic, in demo mode.
    pub(crate) demo: Option<Vec<Person>>,
}

impl Deref for House {
    type Target = Inside;
    fn deref(&self) -> &Inside {
        &self.0
    }
}

/// What came of asking a room.
pub(crate) struct Asked {
    /// How it stands now.
    pub(crate) room: Arc<Room>,
    /// Whether anything happened, or it was so already.
    pub(crate) changed: bool,
}

/// How often a decision is made again because another node was faster.
const TRIES: usize = 5;

impl House {
    pub(crate) fn new(inside: Inside) -> Self {
        Self(Arc::new(inside))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// From now on this node says that it cannot serve.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub(crate) fn known(&self) -> Known<'_> {
        Known { directory: &self.directory, sessions: &self.sessions }
    }

    /// Lets somebody with a good token in: they become a user if they are none.
    pub(crate) async fn admit(&self, identity: &Identity) -> Result<Identity, Problem> {
        let Identity { user, role, name } = identity;
        let known = self.store.ensure_user(user, name, *role, self.now()).await;
        let known = known.map_err(unavailable)?;
        self.relay.note_account(&known.id, known.disabled);
        if known.disabled {
            return Err(token_problem(TokenProblem::Disabled));
        }
        let person = self.directory.remember(&known);
        Ok(Identity { user: person.id, role: *role, name: person.name })
    }

    /// Calls somebody: decides `Initiate` and then `then` in a new room.
    pub(crate) async fn start(
        &self,
        by: &Actor,
        mut invitation: Invitation,
        then: Vec<Command>,
    ) -> Result<Asked, Problem> {
        check_may_call(by)?;
        let stranger = self.directory.look_up(&self.store, invitation.callees.clone()).await;
        if stranger.map_err(unavailable)?.is_some() {
            let message = "There is no such person to call.";
            return Err(Problem {
                field: Some("callees".to_owned()),
                ..Problem::new("unknown_user", message)
            });
        }
        self.name_parts(by, &mut invitation);
        loop {
            let live = LiveRoom::new(Room::new(new_room_id(), self.config.rules()));
            // The turn is taken before the line: whoever finds the line taken can
            // wait until it is known what became of the call.
            let turn = live.turn.clone().lock_owned().await;
            let Err(holder) = self.reserve_line(by, &invitation, &live) else {
                let commands = [vec![Command::Initiate(invitation)], then].concat();
                return self.decide_holding(turn, live, by.clone(), commands).await;
            };
            drop(holder.turn.lock().await);
            let room = holder.state();
            if room.seq() > 0 && !room.is_over() {
                return self.meet(by, holder, then).await;
            }
        }
    }

    /// Two who call each other meet in the call that was first.
    async fn meet(
        &self,
        by: &Actor,
        live: Arc<LiveRoom>,
        then: Vec<Command>,
    ) -> Result<Asked, Problem> {
        let room = live.state();
        let stage = by.user().and_then(|user| room.participant(user)).map(|it| &it.stage);
        match stage {
            Some(Stage::Ringing) if !then.is_empty() => {
                self.decide_in_turn(live, by.clone(), then).await
            }
            _ => Err(Problem {
                call_id: Some(room.id().clone()),
                ..Problem::new("already_open", "You already have an open call with this person.")
            }),
        }
    }

    /// Says who is the patient and who the provider, where their roles do and
    /// the caller's system did not: history is searched by it.
    fn name_parts(&self, by: &Actor, it: &mut Invitation) {
        let (Actor::Person { user, role }, [callee]) = (by, &it.callees[..]) else { return };
        if it.patient.is_some() || it.provider.is_some() {
            return;
        }
        let (patient, provider) = match (role, self.directory.person(callee).role) {
            (Role::Patient, Role::Provider) => (user, callee),
            (Role::Provider, Role::Patient) => (callee, user),
            _ => return,
        };
        (it.patient, it.provider) = (Some(patient.clone()), Some(provider.clone()));
    }

    fn reserve_line(
        &self,
        by: &Actor,
        it: &Invitation,
        live: &Arc<LiveRoom>,
    ) -> Result<(), Arc<LiveRoom>> {
        let planned = it.scheduled_at.is_some_and(|at| at > self.now());
        match (by.user(), &it.callees[..]) {
            (Some(caller), [callee]) if !planned => self.rooms.reserve(caller, callee, live),
            _ => Ok(()),
        }
    }

    /// Asks a room for what a client does about some news, when it is over.
    fn ask_soon(&self, room: &RoomId, session: &Session, command: Command) {
        let (house, room, by) = (self.clone(), room.clone(), session.actor());
        tokio::spawn(async move {
            if let Err(problem) = house.ask(&room, &by, vec![command]).await {
                tracing::debug!(%room, code = problem.code, "A follow-up came too late");
            }
        });
    }

    /// Asks a room for `commands`: all of them happen, or none.
    pub(crate) async fn ask(
        &self,
        room: &RoomId,
        by: &Actor,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        match self.rooms.find(room) {
            Some(live) => self.decide_in_turn(live, by.clone(), commands).await,
            None => match self.why_not(room, by).await? {
                // Two who hang up at once both get what they want.
                Refusal::Over if matches!(commands[..], [Command::HangUp { .. }]) => {
                    Ok(Asked { room: self.look(room, by).await?, changed: false })
                }
                refusal => Err(refusal.into()),
            },
        }
    }

    /// A room, be it over or not, if `by` may see all of it. Who stands at its
    /// door does not, nor who was removed while it goes on.
    pub(crate) async fn look(&self, room: &RoomId, by: &Actor) -> Result<Arc<Room>, Problem> {
        let state = self.look_from_door(room, by).await?;
        match by.user().and_then(|user| state.participant(user)) {
            Some(it) if it.stage.is_waiting() => Err(Refusal::NotYet.into()),
            _ => Ok(state),
        }
    }

    /// A room as [`House::look`] gives it, or as it is seen from its door: the
    /// vocabulary shows what may be seen from there.
    pub(crate) async fn look_from_door(
        &self,
        room: &RoomId,
        by: &Actor,
    ) -> Result<Arc<Room>, Problem> {
        let state = match self.rooms.find(room) {
            Some(live) => Some(live.state()),
            None => self.load(room).await.map_err(unavailable)?.map(Arc::new),
        };
        let state = state.filter(|it| may_see(it, by)).ok_or(Refusal::NotAParticipant)?;
        let me = by.user().and_then(|user| state.participant(user));
        if me.is_some_and(|it| it.removed) && !state.is_over() {
            return Err(Refusal::Removed.into());
        }
        let named = state.participants().map(|(user, _)| user.clone()).collect();
        self.directory.look_up(&self.store, named).await.map_err(unavailable)?;
        Ok(state)
    }

    /// The open rooms of somebody, but for those they were removed from.
    pub(crate) fn open_rooms(&self, user: &UserId) -> Vec<Arc<Room>> {
        let rooms = self.rooms.of(user);
        let rooms = rooms.iter().map(|live| live.state());
        rooms.filter(|it| it.participant(user).is_some_and(|it| !it.removed)).collect()
    }

    /// The rooms `device` is in, or stands at the door of.
    pub(crate) fn rooms_with(&self, user: &UserId, device: &DeviceId) -> Vec<Arc<Room>> {
        let mut rooms = self.open_rooms(user);
        rooms.retain(|it| it.participant(user).and_then(|it| it.stage.device()) == Some(device));
        rooms
    }

    /// Says no to a room that is not in memory: it is over, or it is none of
    /// their business.
    pub(crate) async fn why_not(&self, room: &RoomId, by: &Actor) -> Result<Refusal, Problem> {
        let room = self.load(room).await.map_err(unavailable)?;
        let seen = room.is_some_and(|it| may_see(&it, by));
        Ok(if seen { Refusal::Over } else { Refusal::NotAParticipant })
    }

    async fn load(&self, room: &RoomId) -> Result<Option<Room>, StoreError> {
        let entries = self.store.load(room).await?;
        Ok(entries.map(|entries| Room::fold(room.clone(), self.config.rules(), &entries)))
    }

    /// Runs in a task of its own: a client that goes away in the middle must
    /// not leave a recorded decision undelivered, nor a line reserved for a call
    /// that never came to be.
    pub(crate) async fn decide_in_turn(
        &self,
        live: Arc<LiveRoom>,
        by: Actor,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        let turn = live.turn.clone().lock_owned().await;
        self.decide_holding(turn, live, by, commands).await
    }

    async fn decide_holding(
        &self,
        turn: OwnedMutexGuard<()>,
        live: Arc<LiveRoom>,
        by: Actor,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        let house = self.clone();
        let decision = tokio::spawn(async move {
            let _turn = turn;
            let decided = house.decide_record_evolve_deliver(&live, &by, commands).await;
            if live.state().seq() == 0 {
                house.rooms.release(&live);
            }
            decided
        });
        decision.await.unwrap_or_else(|_| Err(internal()))
    }

    async fn decide_record_evolve_deliver(
        &self,
        live: &Arc<LiveRoom>,
        by: &Actor,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        for _ in 0..TRIES {
            let before = live.state();
            let (after, entries) = self.decide(&before, by, commands.clone())?;
            if entries.is_empty() {
                return Ok(Asked { room: before, changed: false });
            }
            match self.store.append(&after, before.seq(), &entries).await {
                Ok(()) => {
                    let after = Arc::new(after);
                    self.settle(live, after.clone());
                    self.keep_place(by, &before, &after).await;
                    self.deliver(live, &before, by, &entries);
                    return Ok(Asked { room: after, changed: true });
                }
                Err(StoreError::Conflict) => self.catch_up(live).await.map_err(unavailable)?,
                Err(error) => return Err(unavailable(error)),
            }
        }
        Err(Problem::new("busy", "This call is changing too fast. Try again."))
    }

    fn decide(
        &self,
        before: &Room,
        by: &Actor,
        commands: Vec<Command>,
    ) -> Result<(Room, Vec<Entry>), Refusal> {
        let now = self.now();
        let (mut after, mut entries) = (before.clone(), Vec::new());
        for command in commands {
            let decided = after.decide(now, by, command)?;
            decided.iter().for_each(|entry| after.evolve(entry));
            entries.extend(decided);
        }
        Ok((after, entries))
    }

    /// Somebody else wrote to this room: reads what they wrote.
    async fn catch_up(&self, live: &Arc<LiveRoom>) -> Result<(), StoreError> {
        let mut room = Room::clone(&live.state());
        let entries = self.store.entries_after(room.id(), room.seq()).await?;
        entries.iter().for_each(|entry| room.evolve(entry));
        self.settle(live, Arc::new(room));
        Ok(())
    }

    /// A room stands otherwise from here on.
    fn settle(&self, live: &Arc<LiveRoom>, after: Arc<Room>) {
        let before = live.state();
        self.rooms.settle(live, after.clone());
        self.relay.follow(&before, &after, self.now());
    }

    /// Tells every session of every participant. Whoever caused the news hears
    /// it first, so that a newcomer knows the room before a peer's offer comes.
    fn deliver(&self, live: &Arc<LiveRoom>, before: &Room, by: &Actor, entries: &[Entry]) {
        let mut before = before.clone();
        for entry in entries {
            let mut after = before.clone();
            after.evolve(entry);
            self.start_negotiations_anew(live, &after, &entry.event);
            let news = News::Entry { before: &before, after: &after, entry };
            if let Some(user) = by.user().filter(|it| is_told(&before, &after, it)) {
                self.tell(user, &news);
            }
            for (user, _) in after.participants() {
                if by.user() != Some(user) && is_told(&before, &after, user) {
                    self.tell(user, &news);
                }
            }
            self.tell_presences(&before, entry);
            self.follow_invitation(&after, &entry.event);
            self.follow_recording(&after, entry);
            before = after;
        }
    }

    /// Whoever comes or goes has not said a word to the others, nor where they can
    /// be reached.
    fn start_negotiations_anew(&self, live: &Arc<LiveRoom>, room: &Room, event: &Event) {
        if let Event::Joined { user, .. } | Event::Left { user, .. } = event {
            live.negotiations.forget(user);
            live.announced.forget(user);
        }
        if let Event::Joined { user, .. } = event {
            self.await_negotiations(live, room, user);
        }
    }

    /// Tells every session of a user.
    pub(crate) fn tell(&self, user: &UserId, news: &News<'_>) {
        let known = self.known();
        for session in self.sessions.of(user) {
            session.tell(news, &known);
            if let (Some(command), News::Entry { after, .. }) =
                (session.follow_up(news, &known), news)
            {
                self.ask_soon(after.id(), &session, command);
            }
        }
    }
}

/// Whether somebody hears of an entry at all: nobody does who was removed, but
/// that they were.
fn is_told(before: &Room, after: &Room, user: &UserId) -> bool {
    let removed = |room: &Room| room.participant(user).is_none_or(|it| it.removed);
    after.participant(user).is_some() && !(removed(before) && removed(after))
}

fn may_see(room: &Room, by: &Actor) -> bool {
    by.is_admin() || by.user().is_some_and(|user| room.participant(user).is_some())
}

/// The database did not answer.
pub(crate) fn unavailable(error: StoreError) -> Problem {
    tracing::error!(%error, cause = ?std::error::Error::source(&error).map(ToString::to_string), "The store failed");
    Problem::new("unavailable", "The server cannot save this at the moment. Try again shortly.")
}

/// A bug of ours.
pub(crate) fn internal() -> Problem {
    Problem::new("internal", "Something went wrong on the server. Try again.")
}

pub(crate) fn token_problem(problem: TokenProblem) -> Problem {
    Problem::new(problem.code(), problem.to_string())
}
