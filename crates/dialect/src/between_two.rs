//! The rules of clients that know calls between two people only, wherever they
//! find themselves: they have one peer, and their call is over when that one has
//! gone.

use housecall_core::{
    Command, Room, UserId,
    room::{Departure, Participant, Stage},
};

use crate::{News, Viewer};

/// Whether a client that knows calls between two only has a call here: the room
/// rings for its user, or the client stands at its door, or is in and has not been
/// left alone.
pub(crate) fn has_call(viewer: &Viewer<'_>, room: &Room) -> bool {
    let Some(me) = room.participant(viewer.user) else { return false };
    if room.is_over() {
        return false;
    }
    match &me.stage {
        Stage::Ringing => true,
        Stage::Accepted { device, .. } => device.as_ref() == Some(viewer.device),
        Stage::Present { device } | Stage::Lost { device, .. } => {
            device == viewer.device && !is_left_alone(viewer, me, room)
        }
        Stage::Waiting { device, .. } => device == viewer.device,
        Stage::Calling | Stage::Invited | Stage::Declined | Stage::Missed | Stage::Left(_) => false,
    }
}

/// Whether nobody else is in, and somebody has gone since the viewer came. Whoever
/// went from the door was never there.
fn is_left_alone(viewer: &Viewer<'_>, me: &Participant, room: &Room) -> bool {
    let others = || room.participants().filter(|(user, _)| *user != viewer.user);
    let has_gone = |it: &Participant| match it.stage {
        Stage::Left(Departure::NeverCame) => it.left_at >= me.joined_at,
        Stage::Left(Departure::TurnedAway) => false,
        Stage::Left(_) => it.joined_at.is_some() && it.left_at >= me.joined_at,
        _ => false,
    };
    others().any(|(_, it)| has_gone(it)) && !others().any(|(_, it)| it.stage.is_in_room())
}

/// Whether this device is in and `user`, who comes in with a device that starts
/// from nothing, is the only other one: the peer its client connects to.
pub(crate) fn meets(viewer: &Viewer<'_>, before: &Room, user: &UserId) -> bool {
    let alone = before.people_inside().all(|(it, _)| it == viewer.user || it == user);
    user != viewer.user && viewer.is_in(before) && has_call(viewer, before) && alone
}

/// Whether `user` is the one this device's client is connected to: of the others
/// who are in, the first to come. The client can hold one connection only.
pub(crate) fn is_peer(viewer: &Viewer<'_>, room: &Room, user: &UserId) -> bool {
    let others = room.people_inside().filter(|(it, _)| *it != viewer.user);
    others.min_by_key(|(_, it)| it.incarnation).is_some_and(|(it, _)| it == user)
}

/// A client that was told that its call is over has stopped: it goes, or it would
/// count as in. The room is not ended by it.
pub(crate) fn hangs_up(viewer: &Viewer<'_>, news: &News<'_>) -> Option<Command> {
    let News::Entry { before, after, .. } = news else { return None };
    let stopped = has_call(viewer, before) && !has_call(viewer, after);
    let leave = || Command::Leave { device: Some(viewer.device.clone()), reason: None };
    (stopped && viewer.is_in(after)).then(leave)
}
