//! Guests: who came by a link, where they may go, and what they may not do.

use housecall_core::{
    Actor, Refusal, Role, Room, RoomId, UserId,
    room::{Invitation, Part},
};
use housecall_dialect::Problem;
use housecall_store::Closed;

use crate::house::{House, unavailable};

/// What somebody who came by a link may do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GuestPass {
    /// The appointment, meeting or call they may come to.
    pub(crate) place: RoomId,
    /// What they are there for.
    pub(crate) part: Part,
    /// Whether the link still holds: it has not expired, was not taken back, and
    /// nobody who came by it was removed.
    pub(crate) link_ok: bool,
}

impl House {
    /// The pass of somebody who came by a link; `None` for everybody else.
    pub(crate) async fn guest_pass(&self, user: &UserId) -> Result<Option<GuestPass>, Problem> {
        let Some(guest) = self.store.guest(user).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let link = self.store.guest_link(&guest.link).await.map_err(unavailable)?;
        let closed = link.map(|it| it.closed(self.now()));
        // Whoever used a link up came by it.
        let link_ok = matches!(closed, Some(None | Some(Closed::Used)));
        Ok(Some(GuestPass { place: guest.place, part: guest.part, link_ok }))
    }

    /// The pass with which somebody may come to this place. Whoever has one may
    /// come nowhere else.
    pub(crate) async fn pass_to(
        &self,
        by: &Actor,
        place: &RoomId,
    ) -> Result<Option<GuestPass>, Problem> {
        let Actor::Person { user, role: Role::Guest } = by else { return Ok(None) };
        match self.guest_pass(user).await? {
            Some(pass) if pass.place != *place => Err(Refusal::NotAParticipant.into()),
            Some(pass) if !pass.link_ok => {
                let message = "Your link does not hold any more. Ask for a new one.";
                Err(Problem::new("link_revoked", message))
            }
            pass => Ok(pass),
        }
    }

    /// Whether `by` came by a link that leads to another place than this.
    pub(crate) async fn is_bound_elsewhere(
        &self,
        by: &Actor,
        place: &RoomId,
    ) -> Result<bool, Problem> {
        let Actor::Person { user, role: Role::Guest } = by else { return Ok(false) };
        let guest = self.store.guest(user).await.map_err(unavailable)?;
        Ok(guest.is_some_and(|it| it.place != *place))
    }
}

/// Guests are called or let in; they call nobody.
pub(crate) fn check_may_call(by: &Actor) -> Result<(), Problem> {
    match by {
        Actor::Person { role: Role::Guest, .. } => {
            let message = "Guests call nobody. Come to where your link leads, and wait there.";
            Err(Problem::new("forbidden", message))
        }
        Actor::Person { .. } | Actor::House => Ok(()),
    }
}

/// The id by which people come to a room: that of its place, if it has one.
pub(crate) fn place_of(room: &Room) -> RoomId {
    room.invitation().and_then(Invitation::place).unwrap_or_else(|| room.id().clone())
}
