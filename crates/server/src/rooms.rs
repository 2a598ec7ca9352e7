//! The rooms that are not over, in memory: what signals are checked against
//! and commands are decided on. The journal is the truth; this is its fold.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use housecall_core::{
    Room, RoomId, Timestamp, UserId,
    room::{Invitation, Kind, Phase},
};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::{announced::Announced, negotiations::Negotiations};

/// A room that is not over.
pub(crate) struct LiveRoom {
    /// Held from decision to delivery, so that a room has one order of events.
    pub(crate) turn: Arc<tokio::sync::Mutex<()>>,
    state: RwLock<Arc<Room>>,
    /// How those in it stand with each other.
    pub(crate) negotiations: Negotiations,
    /// Where they can be reached.
    pub(crate) announced: Announced,
}

impl LiveRoom {
    pub(crate) fn new(room: Room) -> Arc<Self> {
        let (turn, state) = (Arc::default(), RwLock::new(Arc::new(room)));
        let (negotiations, announced) = (Negotiations::default(), Announced::default());
        Arc::new(Self { turn, state, negotiations, announced })
    }

    /// The room as it stands. Never waits for a decision under way.
    pub(crate) fn state(&self) -> Arc<Room> {
        self.state.read().clone()
    }
}

/// Two people, in the order of their ids.
type Pair = (UserId, UserId);

/// All rooms that are not over.
#[derive(Default)]
pub(crate) struct Rooms {
    live: RwLock<HashMap<RoomId, Arc<LiveRoom>>>,
    by_user: RwLock<HashMap<UserId, BTreeSet<RoomId>>>,
    between_two: Mutex<HashMap<Pair, Arc<LiveRoom>>>,
    /// Who is being called at this moment by somebody who asked whether they are
    /// free.
    claimed: Arc<Mutex<HashSet<UserId>>>,
    /// The open room of each appointment and meeting.
    at_places: RwLock<HashMap<RoomId, RoomId>>,
    agenda: Agenda,
}

impl Rooms {
    pub(crate) fn find(&self, room: &RoomId) -> Option<Arc<LiveRoom>> {
        self.live.read().get(room).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<LiveRoom>> {
        self.live.read().values().cloned().collect()
    }

    /// The rooms that name `user`.
    pub(crate) fn of(&self, user: &UserId) -> Vec<Arc<LiveRoom>> {
        let rooms = self.by_user.read().get(user).cloned().unwrap_or_default();
        rooms.iter().filter_map(|room| self.find(room)).collect()
    }

    /// The room that goes by this name: its own id, or that of the appointment or
    /// meeting it is an occurrence of.
    pub(crate) fn named(&self, name: &RoomId) -> Option<Arc<LiveRoom>> {
        self.find(name).or_else(|| {
            let room = self.at_places.read().get(name).cloned();
            self.find(&room?)
        })
    }

    /// Takes note of how `live` stands after a decision.
    pub(crate) fn settle(&self, live: &Arc<LiveRoom>, after: Arc<Room>) {
        let before = std::mem::replace(&mut *live.state.write(), after.clone());
        self.agenda.move_entry(after.id(), before.next_deadline(), after.next_deadline());
        if after.is_over() {
            self.forget(&after);
        } else if before.seq() == 0 {
            self.keep(live, &after);
        } else if before.participants().len() != after.participants().len() {
            self.index_people(&after);
        }
    }

    /// Brings back a room from the journal.
    pub(crate) fn restore(&self, room: Room) -> Arc<LiveRoom> {
        let live = LiveRoom::new(Room::new(room.id().clone(), *room.rules()));
        if let Some(pair) = pair_of(&room) {
            self.between_two.lock().insert(pair, live.clone());
        }
        self.settle(&live, Arc::new(room));
        live
    }

    /// Reserves the line between two people for `room`; answers the call that
    /// holds it, if one does. Two people have one call at a time, however
    /// closely they call each other.
    pub(crate) fn reserve(
        &self,
        one: &UserId,
        other: &UserId,
        room: &Arc<LiveRoom>,
    ) -> Result<(), Arc<LiveRoom>> {
        let mut pairs = self.between_two.lock();
        let pair = ordered(one, other);
        if let Some(open) = pairs.get(&pair) {
            return Err(open.clone());
        }
        pairs.insert(pair, room.clone());
        Ok(())
    }

    /// Frees every line `room` holds.
    pub(crate) fn release(&self, room: &Arc<LiveRoom>) {
        self.between_two.lock().retain(|_, holder| !Arc::ptr_eq(holder, room));
    }

    /// Keeps others from finding these people free while they are being called;
    /// `None` if one of them is claimed already.
    pub(crate) fn claim(&self, users: &[UserId]) -> Option<Claim> {
        let mut claimed = self.claimed.lock();
        if users.iter().any(|it| claimed.contains(it)) {
            return None;
        }
        claimed.extend(users.iter().cloned());
        Some(Claim { users: users.to_vec(), claimed: self.claimed.clone() })
    }

    pub(crate) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    fn keep(&self, live: &Arc<LiveRoom>, room: &Room) {
        self.live.write().insert(room.id().clone(), live.clone());
        if let Some(place) = room.invitation().and_then(Invitation::place) {
            self.at_places.write().insert(place, room.id().clone());
        }
        self.index_people(room);
    }

    fn index_people(&self, room: &Room) {
        let mut by_user = self.by_user.write();
        for (user, _) in room.participants() {
            by_user.entry(user.clone()).or_default().insert(room.id().clone());
        }
    }

    fn forget(&self, room: &Room) {
        self.live.write().remove(room.id());
        if let Some(place) = room.invitation().and_then(Invitation::place) {
            let mut places = self.at_places.write();
            if places.get(&place) == Some(room.id()) {
                places.remove(&place);
            }
        }
        if let Some(pair) = pair_of(room) {
            let mut pairs = self.between_two.lock();
            if pairs.get(&pair).is_some_and(|it| it.state().id() == room.id()) {
                pairs.remove(&pair);
            }
        }
        let mut by_user = self.by_user.write();
        for (user, _) in room.participants() {
            let Some(rooms) = by_user.get_mut(user) else { continue };
            rooms.remove(room.id());
            if rooms.is_empty() {
                by_user.remove(user);
            }
        }
    }
}

/// People who are being called. They are let go with it.
pub(crate) struct Claim {
    users: Vec<UserId>,
    claimed: Arc<Mutex<HashSet<UserId>>>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claimed = self.claimed.lock();
        claimed.retain(|it| !self.users.contains(it));
    }
}

fn ordered(one: &UserId, other: &UserId) -> Pair {
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    (first.clone(), second.clone())
}

/// The two people of a room that holds the line between them.
fn pair_of(room: &Room) -> Option<Pair> {
    let callees = &room.invitation()?.callees;
    let holds = room.kind() == Kind::Call && !matches!(room.phase(), Phase::Scheduled { .. });
    (callees.len() == 1 && holds)
        .then(|| ordered(room.caller().expect("a call has a caller"), &callees[0]))
}

/// When rooms have something to do by themselves.
#[derive(Default)]
pub(crate) struct Agenda {
    entries: Mutex<BTreeSet<(Timestamp, RoomId)>>,
    changed: Notify,
}

impl Agenda {
    fn move_entry(&self, room: &RoomId, from: Option<Timestamp>, to: Option<Timestamp>) {
        if from == to {
            return;
        }
        let mut entries = self.entries.lock();
        if let Some(from) = from {
            entries.remove(&(from, room.clone()));
        }
        if let Some(to) = to {
            entries.insert((to, room.clone()));
        }
        drop(entries);
        self.changed.notify_one();
    }

    /// When the next entry is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.entries.lock().first().map(|(at, _)| *at)
    }

    /// The rooms that are due at `now`. They stay on the agenda until what
    /// they do moves them.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<RoomId> {
        let entries = self.entries.lock();
        entries.iter().take_while(|(at, _)| *at <= now).map(|(_, room)| room.clone()).collect()
    }

    /// Ends when an entry was moved.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}
