//! How people come into rooms: by whatever name their client has for one, and, if
//! it is that of a place nobody is at, by opening it.

use std::sync::Arc;

use housecall_core::{
    Actor, Command, Entry, Event, Refusal, Role, Room, RoomId, UserId,
    room::{Kind, Stage},
};
use housecall_dialect::{Names, Place, Problem};

use crate::{
    clock::new_room_id,
    guests::place_of,
    house::{Asked, House, unavailable},
    rooms::{Claim, LiveRoom},
    sessions::Session,
};

impl House {
    /// The room a client means. A name that leads nowhere is given back: asking
    /// the room of that id says why not.
    pub(crate) fn room_meant(&self, session: &Session, place: &Place) -> Result<RoomId, Problem> {
        match place {
            Place::Named(name) => Ok(self.named(session, name).unwrap_or_else(|| name.clone())),
            Place::With { peer, named } => {
                let known = named.as_ref().and_then(|name| self.named(session, name));
                let found = known.or_else(|| self.call_with(&session.user, peer));
                let room = found.ok_or(Refusal::NotAParticipant)?;
                if let Some(name) = named {
                    session.rooms.mention(&room, name);
                }
                Ok(room)
            }
            Place::Here { named } => {
                let known = named.as_ref().and_then(|name| self.named(session, name));
                let found = known.or_else(|| self.only_room(session)).or_else(|| named.clone());
                found.ok_or_else(|| Refusal::NotAParticipant.into())
            }
        }
    }

    /// The open room somebody stands in front of.
    pub(crate) fn door_meant(&self, place: &Place) -> Option<Arc<Room>> {
        match place {
            Place::Named(name) => Some(self.rooms.named(name)?.state()),
            Place::With { .. } | Place::Here { .. } => None,
        }
    }

    /// The open room of this name that this user has to do with; the session
    /// remembers what it called it.
    fn named(&self, session: &Session, name: &RoomId) -> Option<RoomId> {
        if let Some(room) = self.spoken_of(session, name) {
            return Some(room);
        }
        let (_, place) = self.place_behind(name);
        let room = self.rooms.named(&place)?.state();
        room.participant(&session.user)?;
        if room.id() != name {
            session.rooms.mention(room.id(), name);
        }
        Some(room.id().clone())
    }

    /// The open room this connection has called by this name. A name outlives its
    /// room where the name is that of a place, and then means the next one.
    fn spoken_of(&self, session: &Session, name: &RoomId) -> Option<RoomId> {
        session.rooms.room(name).filter(|room| self.rooms.find(room).is_some())
    }

    /// Who a ticket was made for and where it leads; a plain name leads to
    /// itself.
    pub(crate) fn place_behind(&self, name: &RoomId) -> (Option<UserId>, RoomId) {
        match self.tickets.read(name) {
            Some((user, place)) => (Some(user), place),
            None => (None, name.clone()),
        }
    }

    fn call_with(&self, user: &UserId, peer: &UserId) -> Option<RoomId> {
        let rooms = self.open_rooms(user);
        let inside = |room: &Room, who: &UserId| {
            room.participant(who).is_some_and(|it| it.stage.is_in_room())
        };
        let with_peer = || rooms.iter().filter(|it| it.participant(peer).is_some());
        let both_in = with_peer().find(|it| inside(it, user) && inside(it, peer));
        both_in.or_else(|| with_peer().next()).map(|it| it.id().clone())
    }

    /// The room this connection is in, else the one its user is in, else the
    /// only one they have to do with.
    fn only_room(&self, session: &Session) -> Option<RoomId> {
        let rooms = self.open_rooms(&session.user);
        let inside = |room: &&Arc<Room>| {
            room.participant(&session.user).is_some_and(|it| it.stage.is_in_room())
        };
        let entered = rooms.iter().filter(inside).find(|it| session.rooms.entered(it.id()));
        let found = entered.or_else(|| rooms.iter().find(inside)).or(match &rooms[..] {
            [only] => Some(only),
            _ => None,
        });
        found.map(|it| it.id().clone())
    }

    /// Comes into a room by its name; an appointment or meeting that nobody is
    /// at is opened.
    pub(crate) async fn enter(
        &self,
        session: &Arc<Session>,
        place: &Place,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        let Place::Named(name) = place else {
            let room = self.room_meant(session, place)?;
            return self.ask(&room, &session.actor(), commands).await;
        };
        let (holder, target) = self.place_behind(name);
        if holder.is_some_and(|it| it != session.user) {
            return Err(Refusal::NotAParticipant.into());
        }
        let target = self.spoken_of(session, name).unwrap_or(target);
        if let Some(live) = self.rooms.named(&target) {
            return self.come_in(session, name, &live, commands).await;
        }
        // Nobody is there: only one of those who come now opens it.
        let _opening = self.opening.lock().await;
        if let Some(live) = self.rooms.named(&target) {
            return self.come_in(session, name, &live, commands).await;
        }
        let by = session.actor();
        let at_door = commands.iter().any(|it| matches!(it, Command::Arrive { .. }));
        let Some(invitation) = self.invitation_to(&target, &by, at_door).await? else {
            return Err(self.why_not(&target, &by).await?.into());
        };
        let live = LiveRoom::new(Room::new(new_room_id(), self.config.rules()));
        let commands = [vec![Command::Initiate(invitation)], commands].concat();
        self.come_in(session, name, &live, commands).await
    }

    async fn come_in(
        &self,
        session: &Arc<Session>,
        name: &RoomId,
        live: &Arc<LiveRoom>,
        commands: Vec<Command>,
    ) -> Result<Asked, Problem> {
        let (room, by) = (live.state(), session.actor());
        self.expect_by_right(&room, &by).await?;
        let entered_before = session.rooms.entered(room.id());
        session.rooms.enter(room.id(), name);
        let asked = self.decide_in_turn(live.clone(), by, commands).await;
        if asked.is_err() && !entered_before {
            session.rooms.leave(room.id());
        }
        asked
    }

    /// Has somebody among those who may come who has a right to: by a link, or
    /// because they are on the list of a closed meeting. The room says no to the
    /// others.
    async fn expect_by_right(&self, room: &Room, by: &Actor) -> Result<(), Problem> {
        let (Some(invitation), Some(user)) = (room.invitation(), by.user()) else { return Ok(()) };
        let known = room.participant(user);
        if known.is_some_and(|it| it.removed || it.stage.is_in_room() || it.stage.is_waiting()) {
            return Ok(());
        }
        let pass = self.pass_to(by, &place_of(room)).await?;
        let part = pass.as_ref().map(|it| it.part);
        let listed = match &invitation.meeting {
            Some(meeting) if !invitation.open => self.is_on_list(meeting, user).await?,
            _ => false,
        };
        if known.is_none() && (pass.is_some() || listed) {
            let expect = Command::Expect { user: user.clone(), part };
            self.ask(room.id(), &Actor::House, vec![expect]).await?;
        }
        Ok(())
    }

    /// Who a ticket was made for.
    pub(crate) async fn holder_of(&self, ticket: &RoomId) -> Result<(UserId, Role), Problem> {
        let nobody = || Problem::from(Refusal::NotAParticipant);
        let (user, _) = self.tickets.read(ticket).ok_or_else(nobody)?;
        let user = self.store.user(&user).await.map_err(unavailable)?;
        let user = user.filter(|it| !it.disabled).ok_or_else(nobody)?;
        Ok((self.directory.remember(&user).id, user.role))
    }

    /// Refuses a call that could not be answered: the callee is offline, or one of
    /// the two is in another call. While the claim is held nobody else finds them
    /// free. Who calls somebody back whose call rings for them needs none.
    pub(crate) fn claim_if_free(
        &self,
        caller: &UserId,
        callees: &[UserId],
    ) -> Result<Option<Claim>, Problem> {
        if let [callee] = callees
            && self.is_called_by(caller, callee)
        {
            return Ok(None);
        }
        if self.is_busy(caller) {
            let message = "You are in another call. End it first.";
            return Err(Problem::new("in_another_call", message));
        }
        for callee in callees {
            if !self.sessions.is_online(callee) && !self.sightings.is_fresh(callee, self.now()) {
                let message = "This person is offline at the moment.";
                return Err(Problem::new("callee_offline", message));
            }
        }
        let busy = || Problem::new("callee_busy", "This person is in another call.");
        let claim = self.rooms.claim(callees).ok_or_else(busy)?;
        match callees.iter().any(|it| self.is_busy(it)) {
            true => Err(busy()),
            false => Ok(Some(claim)),
        }
    }

    fn is_called_by(&self, user: &UserId, caller: &UserId) -> bool {
        let rings =
            |room: &Room| room.participant(user).is_some_and(|it| it.stage == Stage::Ringing);
        let calls = |room: &Room| room.kind() == Kind::Call && room.caller() == Some(caller);
        self.open_rooms(user).iter().any(|it| calls(it) && rings(it))
    }

    /// Whether somebody is in a room, or a call rings for them.
    fn is_busy(&self, user: &UserId) -> bool {
        let busy_in = |room: &Room| match room.participant(user).map(|it| &it.stage) {
            Some(Stage::Ringing | Stage::Accepted { .. }) => room.kind() == Kind::Call,
            Some(stage) => stage.is_in_room(),
            None => false,
        };
        self.open_rooms(user).iter().any(|it| busy_in(it))
    }

    /// The latest messages of a room that `user` may read, oldest first: hosts, and
    /// who was in, all; who was not, or waits at the door, what was written to them.
    pub(crate) async fn messages(
        &self,
        room: &Room,
        user: &UserId,
        most: u32,
        after: u64,
    ) -> Result<Vec<Entry>, Problem> {
        let entries = self.store.load(room.id()).await.map_err(unavailable)?;
        let mut entries = entries.unwrap_or_default();
        let me = room.participant(user);
        let was_in = me.is_some_and(|it| it.joined_at.is_some() && !it.stage.is_waiting())
            || room.is_host(user);
        entries.retain(|it| it.seq > after && is_message_for(user, was_in, &it.event));
        let surplus = entries.len().saturating_sub(most as usize);
        Ok(entries.split_off(surplus))
    }
}

fn is_message_for(reader: &UserId, was_in: bool, event: &Event) -> bool {
    match event {
        Event::Said { user, to, .. } => {
            user == reader || to.contains(reader) || (was_in && to.is_empty())
        }
        _ => false,
    }
}
