//! What hosts decide for all, hands, and what is written.

use super::*;

impl Draft<'_> {
    pub(super) fn lock(&mut self, by: &UserId, locked: bool) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        if self.room.locked != locked {
            self.happens(Event::Locked { locked });
        }
        Ok(())
    }

    pub(super) fn set_door(&mut self, by: &UserId, door: Door) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        if self.room.door != door {
            self.happens(Event::DoorSet { door });
        }
        Ok(())
    }

    pub(super) fn make_host(
        &mut self,
        by: &UserId,
        whom: UserId,
        host: bool,
    ) -> Result<(), Refusal> {
        self.check_decides_about(by, &whom)?;
        let guest = self.participant(&whom)?;
        if host && (guest.removed || guest.part.is_some()) {
            return Err(Refusal::Forbidden);
        }
        if self.room.hosts.contains(&whom) != host {
            self.happens(Event::HostChanged { user: whom, host });
        }
        Ok(())
    }

    pub(super) fn ask_to_mute(&mut self, by: &UserId, whom: Option<UserId>) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        self.check_inside(by)?;
        if whom.as_ref().is_some_and(|it| self.check_inside(it).is_err()) {
            return Err(Refusal::PeerNotInRoom);
        }
        self.happens(Event::MuteAsked { user: whom });
        Ok(())
    }

    pub(super) fn raise_hand(
        &mut self,
        by: &UserId,
        whose: Option<UserId>,
        raised: bool,
    ) -> Result<(), Refusal> {
        let user = whose.unwrap_or_else(|| by.clone());
        if user != *by {
            self.check_speaks_for_the_call(by)?;
            if raised {
                return Err(Refusal::Forbidden);
            }
        }
        self.check_inside(&user)?;
        if self.participant(&user)?.hand_since.is_some() != raised {
            self.happens(Event::HandRaised { user, raised });
        }
        Ok(())
    }

    pub(super) fn say(
        &mut self,
        user: &UserId,
        message: Message,
        to: Vec<UserId>,
        file: Option<Attachment>,
        key: Option<MessageKey>,
    ) -> Result<(), Refusal> {
        // A host may write to those at the door from wherever they are.
        let to_the_door = !to.is_empty() && to.iter().all(|it| self.waits_with(it, None));
        if !to_the_door || self.waits_with(user, None) {
            self.check_inside(user)?;
        }
        let speaker = self.participant(user)?;
        if key.as_ref().is_some_and(|key| speaker.said.contains(key)) {
            return Ok(());
        }
        if !to.iter().all(|it| it != user && self.hears_from(user, it)) {
            return Err(Refusal::PeerNotInRoom);
        }
        self.happens(Event::Said { user: user.clone(), message, to, file, key });
        Ok(())
    }

    /// Whether what `user` writes reaches `peer`: everybody in the room does, and
    /// hosts those at the door too.
    fn hears_from(&self, user: &UserId, peer: &UserId) -> bool {
        self.room.participant(peer).is_some_and(|it| {
            it.stage.is_in_room() || (it.stage.is_waiting() && self.speaks_for_the_call(user))
        })
    }

    /// What is left of `media` for `user`: nothing, if they only observe.
    pub(super) fn may_send(&self, user: &UserId, media: Media) -> Media {
        if self.only_observes(user) { Media::OFF } else { media }
    }

    pub(super) fn only_observes(&self, user: &UserId) -> bool {
        self.room.participant(user).is_some_and(|it| it.part == Some(Part::Observer))
    }

    pub(super) fn check_speaks_for_the_call(&self, user: &UserId) -> Result<(), Refusal> {
        match self.speaks_for_the_call(user) {
            true => Ok(()),
            false => Err(Refusal::Forbidden),
        }
    }

    /// Whether `by` may put somebody out, or have them decide: hosts may. Whom
    /// the place itself, or the call, named as host, only administrators may.
    pub(super) fn check_decides_about(&self, by: &UserId, whom: &UserId) -> Result<(), Refusal> {
        self.check_speaks_for_the_call(by)?;
        self.participant(whom)?;
        let named = self.room.invitation.as_ref().is_some_and(|it| it.hosts.contains(whom));
        let calls = !self.room.kind().is_place() && self.room.caller.as_ref() == Some(whom);
        match (named || calls) && !self.by.is_admin() || by == whom {
            true => Err(Refusal::Forbidden),
            false => Ok(()),
        }
    }
}
