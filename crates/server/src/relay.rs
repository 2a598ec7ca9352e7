//! Who may relay, and whom they reach: the rules of the embedded TURN server,
//! answered from memory.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use housecall_core::{
    Room, Timestamp, UserId,
    room::{Phase, Stage},
};
use housecall_media::turn::{Access, Account, Credential, Holder, SharedSecret, TurnHandle};
use parking_lot::Mutex;

use crate::{
    config::{Config, Peers},
    house::House,
    rooms::Rooms,
};

/// What the house knows of relaying besides its rooms.
pub(crate) struct Relay {
    /// What credentials are signed with, if there is a server that takes them.
    secret: Option<SharedSecret>,
    lifetime: Duration,
    peers: Peers,
    /// The embedded relay, if it runs.
    handle: Option<TurnHandle>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// When somebody was last in a call that is over for them. Kept as long as
    /// there may be credentials from before that moment.
    ended: HashMap<UserId, Timestamp>,
    swept_at: Option<Timestamp>,
    /// Whose accounts are disabled.
    disabled: HashSet<UserId>,
}

impl Memory {
    fn note_end(&mut self, user: UserId, now: Timestamp, lifetime: Duration) {
        if self.swept_at.is_none_or(|it| now.since(it) >= lifetime) {
            self.ended.retain(|_, at| now <= at.plus(lifetime));
            self.swept_at = Some(now);
        }
        self.ended.insert(user, now);
    }
}

impl Relay {
    pub(crate) fn new(
        config: &Config,
        secret: Option<SharedSecret>,
        handle: Option<TurnHandle>,
    ) -> Self {
        let (lifetime, peers) = (config.ice.credential_lifetime(), config.ice.peers);
        Self { secret, lifetime, peers, handle, memory: Mutex::default() }
    }

    /// A credential from now on, and for how many seconds; `None` if no server
    /// takes one.
    pub(crate) fn credential(&self, user: &UserId, now: Timestamp) -> Option<(Credential, u64)> {
        let secret = self.secret.as_ref()?;
        let ended = self.memory.lock().ended.get(user).copied();
        // Usernames count in seconds: one from the second in which a call ended
        // must not be one from before.
        let after_end = ended.map_or(0, |it| seconds(it) + 1);
        let expiry = seconds(now).max(after_end).saturating_add(self.lifetime.as_secs());
        Some((secret.sign(user.as_str(), expiry), self.lifetime.as_secs()))
    }

    /// Whether the relay reaches only what people announce to each other.
    pub(crate) fn is_bound_to_calls(&self) -> bool {
        self.handle.is_some() && self.peers == Peers::Call
    }

    /// The embedded relay, if it runs.
    pub(crate) fn handle(&self) -> Option<&TurnHandle> {
        self.handle.as_ref()
    }

    /// A room stands otherwise than before: who takes part in it no longer stops
    /// relaying, and the others stop relaying to them.
    pub(crate) fn follow(&self, before: &Room, after: &Room, now: Timestamp) {
        let gone: Vec<&UserId> = before
            .participants()
            .map(|(user, _)| user)
            .filter(|user| takes_part(before, user) && !takes_part(after, user))
            .collect();
        if gone.is_empty() {
            return;
        }
        let mut memory = self.memory.lock();
        for user in gone {
            memory.note_end(user.clone(), now, self.lifetime);
        }
        drop(memory);
        self.review(before.participants().map(|(user, _)| user));
    }

    /// Somebody's account was found to be disabled, or not.
    pub(crate) fn note_account(&self, user: &UserId, disabled: bool) {
        let mut memory = self.memory.lock();
        let is_news = match disabled {
            true => memory.disabled.insert(user.clone()),
            false => memory.disabled.remove(user),
        };
        drop(memory);
        if is_news {
            self.review([user].into_iter());
        }
    }

    fn review<'a>(&self, users: impl Iterator<Item = &'a UserId>) {
        if let Some(handle) = &self.handle {
            handle.review(&users.map(holder).collect::<Vec<_>>());
        }
    }

    /// The account behind a username, if it may allocate now. The signature is the
    /// proof that we know the user; a call that ends takes the credentials with it
    /// that were made before.
    fn account(&self, rooms: &Rooms, now: Timestamp, username: &str) -> Option<Account> {
        let (expiry, name) = SharedSecret::read(username)?;
        let user: UserId = name.parse().ok().filter(|_| expiry >= seconds(now))?;
        let made = expiry.saturating_sub(self.lifetime.as_secs());
        let memory = self.memory.lock();
        let is_from_before = || memory.ended.get(&user).is_some_and(|it| made <= seconds(*it));
        if memory.disabled.contains(&user) || (is_from_before() && !is_busy(rooms, &user)) {
            return None;
        }
        let password = self.secret.as_ref()?.password(username);
        Some(Account { holder: holder(&user), password })
    }

    /// Whether somebody may keep what they have allocated: in a call, or if they
    /// have not been in one lately, as who checks their connection.
    fn may_stay(&self, rooms: &Rooms, user: &UserId) -> bool {
        let memory = self.memory.lock();
        let free = !memory.ended.contains_key(user);
        !memory.disabled.contains(user) && (free || is_busy(rooms, user))
    }

    /// Whether somebody else in a room with them has announced this address.
    fn may_reach(&self, rooms: &Rooms, user: &UserId, peer: IpAddr) -> bool {
        if self.peers == Peers::Public {
            return true;
        }
        rooms.of(user).iter().any(|live| {
            let room = live.state();
            let others = || room.people_inside().filter(|(other, _)| *other != user);
            is_inside(&room, user) && others().any(|(other, _)| live.announced.has(other, peer))
        })
    }

    /// Whether two who relay here may reach each other.
    fn may_meet(&self, rooms: &Rooms, one: &UserId, other: &UserId) -> bool {
        let together = |room: &Room| is_inside(room, one) && is_inside(room, other);
        self.peers == Peers::Public
            || one == other
            || rooms.of(one).iter().any(|live| together(&live.state()))
    }
}

/// As usernames count.
fn seconds(moment: Timestamp) -> u64 {
    u64::try_from(moment.as_millis() / 1000).unwrap_or(0)
}

fn holder(user: &UserId) -> Holder {
    Holder(Arc::from(user.as_str()))
}

fn user_of(holder: &Holder) -> UserId {
    holder.0.parse().expect("holders are made of users")
}

fn is_busy(rooms: &Rooms, user: &UserId) -> bool {
    rooms.of(user).iter().any(|live| takes_part(&live.state(), user))
}

fn is_inside(room: &Room, user: &UserId) -> bool {
    !room.is_over() && room.participant(user).is_some_and(|it| it.stage.is_in_room())
}

/// Whether somebody is in a call, or about to be: their browser may gather its
/// candidates while it rings, and at the door.
fn takes_part(room: &Room, user: &UserId) -> bool {
    let begun = matches!(room.phase(), Phase::Ringing | Phase::Active);
    begun
        && room.participant(user).is_some_and(|it| match it.stage {
            Stage::Calling
            | Stage::Ringing
            | Stage::Accepted { .. }
            | Stage::Present { .. }
            | Stage::Lost { .. }
            | Stage::Waiting { .. } => true,
            Stage::Invited | Stage::Declined | Stage::Missed | Stage::Left(_) => false,
        })
}

impl Access for House {
    fn account(&self, username: &str) -> Option<Account> {
        self.relay.account(&self.rooms, self.now(), username)
    }

    fn may_stay(&self, holder: &Holder) -> bool {
        self.relay.may_stay(&self.rooms, &user_of(holder))
    }

    fn may_reach(&self, holder: &Holder, peer: IpAddr) -> bool {
        self.relay.may_reach(&self.rooms, &user_of(holder), peer)
    }

    fn may_meet(&self, one: &Holder, other: &Holder) -> bool {
        self.relay.may_meet(&self.rooms, &user_of(one), &user_of(other))
    }
}

#[cfg(test)]
mod tests;
