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
    house::{Asked, House, unavailable},
    rooms::LiveRoom,
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
        let Some(invitation) = self.invitation_to(&target, &by).await? else {
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
        self.admit_by_list(&room, &session.user).await?;
        let entered_before = session.rooms.entered(room.id());
        session.rooms.enter(room.id(), name);
        let asked = self.decide_in_turn(live.clone(), by, commands).await;
        if asked.is_err() && !entered_before {
            session.rooms.leave(room.id());
        }
        asked
    }

    /// Lets somebody into the room of a closed meeting who is on its list.
    async fn admit_by_list(&self, room: &Room, user: &UserId) -> Result<(), Problem> {
        let Some(invitation) = room.invitation() else { return Ok(()) };
        let (Some(meeting), false) = (&invitation.meeting, invitation.open) else { return Ok(()) };
        if room.participant(user).is_none() && self.is_on_list(meeting, user).await? {
            let admit = Command::Admit { user: user.clone() };
            self.ask(room.id(), &Actor::House, vec![admit]).await?;
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

    /// Refuses a call that could not be answered: the callee is offline, or one
    /// of the two is in another call.
    pub(crate) fn check_free(&self, caller: &UserId, callees: &[UserId]) -> Result<(), Problem> {
        if self.is_busy(caller) {
            let message = "You are in another call. End it first.";
            return Err(Problem::new("in_another_call", message));
        }
        for callee in callees {
            if !self.sessions.is_online(callee) && !self.sightings.is_fresh(callee, self.now()) {
                let message = "This person is offline at the moment.";
                return Err(Problem::new("callee_offline", message));
            }
            if self.is_busy(callee) {
                let message = "This person is in another call.";
                return Err(Problem::new("callee_busy", message));
            }
        }
        Ok(())
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

    /// The latest messages of a room that `user` may read, oldest first.
    pub(crate) async fn messages(
        &self,
        room: &RoomId,
        user: &UserId,
        most: u32,
    ) -> Result<Vec<Entry>, Problem> {
        let mut entries = self.store.load(room).await.map_err(unavailable)?.unwrap_or_default();
        entries.retain(|it| is_message_for(user, &it.event));
        let surplus = entries.len().saturating_sub(most as usize);
        Ok(entries.split_off(surplus))
    }
}

fn is_message_for(reader: &UserId, event: &Event) -> bool {
    match event {
        Event::Said { user, to, .. } => to.is_empty() || user == reader || to.contains(reader),
        _ => false,
    }
}
