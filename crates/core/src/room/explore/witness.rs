//! A second account of a room, made from its entries alone and without the
//! room's own rules: what the properties compare them with.

use super::*;
use crate::Role;

/// Some of the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Few(u8);

impl Few {
    fn bit(user: &UserId) -> u8 {
        let place = PEOPLE.iter().position(|it| *it == user.as_str());
        1 << place.expect("nobody else takes part")
    }

    pub(super) fn has(self, user: &UserId) -> bool {
        self.0 & Self::bit(user) != 0
    }

    pub(super) fn all_in(self, others: Few) -> bool {
        self.0 & !others.0 == 0
    }

    fn set(&mut self, user: &UserId, is: bool) {
        let bit = Self::bit(user);
        self.0 = if is { self.0 | bit } else { self.0 & !bit };
    }
}

/// What an onlooker remembers who reads the journal and knows nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Witness {
    pub(super) place: bool,
    pub(super) over: bool,
    pub(super) locked: bool,
    pub(super) door: Door,
    pub(super) recording: bool,
    /// It records and does not wait for anybody to agree.
    pub(super) on_air: bool,
    /// Whoever has not agreed stays at the door of the recording.
    pub(super) newcomers_wait: bool,
    pub(super) hosts: Few,
    /// Who has no account.
    pub(super) guests: Few,
    /// Whom the room has heard of.
    pub(super) named: Few,
    pub(super) answered: Few,
    pub(super) inside: Few,
    pub(super) waiting: Few,
    /// Whom a host let in, and none sent away since.
    pub(super) let_in: Few,
    /// Whom a host put out, and none let in since.
    pub(super) put_out: Few,
    /// Who came as far as the door, or was sent away, and was not let in since.
    pub(super) shut_out: Few,
    pub(super) agreed: Few,
    /// Whom only the recording keeps at the door.
    pub(super) awaiting: Few,
}

impl Witness {
    pub(super) fn of(people: &[Actor]) -> Self {
        let mut witness = Self::default();
        for actor in people {
            if let Actor::Person { user, role: Role::Guest } = actor {
                witness.guests.set(user, true);
            }
        }
        witness
    }

    /// Whether `by` decides for all.
    pub(super) fn decides(&self, by: &Actor) -> bool {
        by.is_admin() || by.user().is_some_and(|it| self.hosts.has(it))
    }

    /// Whether the door keeps `user`, who asks to come straight in.
    pub(super) fn must_wait(&self, user: &UserId) -> bool {
        if self.hosts.has(user) || self.inside.has(user) {
            return false;
        }
        if self.recording && self.newcomers_wait && !self.agreed.has(user) {
            return true;
        }
        if self.let_in.has(user) {
            return false;
        }
        let kept = match self.door {
            Door::Open => false,
            Door::Usual => self.guests.has(user),
            Door::Strict => self.place || self.guests.has(user),
        };
        kept || (self.waiting.has(user) && !self.awaiting.has(user))
    }

    pub(super) fn sees(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Initiated { caller, invitation } => self.opens(caller, invitation),
            Event::Answered { user, .. } => self.answered.set(user, true),
            Event::Joined { user, .. } => {
                self.named.set(user, true);
                self.waiting.set(user, false);
                self.shut_out.set(user, false);
                self.inside.set(user, true);
                self.awaiting.set(user, false);
            }
            Event::CameToDoor { user, awaits_consent, .. } => {
                self.awaiting.set(user, *awaits_consent);
                self.named.set(user, true);
                self.waiting.set(user, true);
                self.shut_out.set(user, !self.let_in.has(user));
            }
            Event::Left { user, departure, .. } => {
                self.inside.set(user, false);
                self.waiting.set(user, false);
                self.awaiting.set(user, false);
                if matches!(departure, Departure::TurnedAway | Departure::Removed) {
                    self.let_in.set(user, false);
                    self.shut_out.set(user, true);
                }
                if *departure == Departure::Removed {
                    self.put_out.set(user, true);
                }
            }
            Event::Expected { user, part } => {
                if part.is_some() && !self.named.has(user) {
                    self.guests.set(user, true);
                }
                self.named.set(user, true);
            }
            Event::Admitted { user } if self.decides(&entry.by) => {
                self.named.set(user, true);
                self.let_in.set(user, true);
                self.put_out.set(user, false);
                self.shut_out.set(user, false);
            }
            Event::Locked { locked } => self.locked = *locked,
            Event::DoorSet { door } => {
                self.door = *door;
                if *door != Door::Open {
                    self.awaiting = Few::default();
                }
            }
            Event::HostChanged { user, host } => self.hosts.set(user, *host),
            Event::ConsentGiven { user, .. } => self.agreed.set(user, true),
            Event::ConsentWithdrawn { user } => self.agreed.set(user, false),
            Event::RecordingStarted { newcomers, .. } => {
                (self.recording, self.on_air) = (true, true);
                self.newcomers_wait = *newcomers == Newcomers::Wait;
            }
            Event::RecordingPaused { .. } => self.on_air = false,
            Event::RecordingResumed { .. } => self.on_air = true,
            Event::RecordingStopped { .. } => (self.recording, self.on_air) = (false, false),
            Event::Ended { .. } => {
                self.over = true;
                (self.inside, self.waiting) = (Few::default(), Few::default());
            }
            _ => {}
        }
    }

    fn opens(&mut self, caller: &UserId, invitation: &Invitation) {
        self.place = invitation.kind.is_place();
        self.door = invitation.door;
        self.named.set(caller, true);
        self.hosts.set(caller, !self.place);
        for user in invitation.hosts.iter().chain(&invitation.callees).chain(&invitation.removed) {
            self.named.set(user, true);
        }
        invitation.hosts.iter().for_each(|it| self.hosts.set(it, true));
        invitation.removed.iter().for_each(|it| self.put_out.set(it, true));
    }
}
