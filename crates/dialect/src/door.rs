//! How what a host decides about somebody reaches a client that knows of no doors
//! and hosts.

use housecall_core::{
    Event, Room, UserId,
    room::{Departure, Participant, Reason, Stage},
};

use crate::{Problem, Viewer};

/// Whether somebody is in the room, connected or not. Whoever is not is missed by
/// nobody when they go.
pub(crate) fn is_inside(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| it.stage.is_in_room())
}

/// Whether somebody's devices ring.
pub(crate) fn rings_for(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| it.stage == Stage::Ringing)
}

/// Whether an event says that a host has let the viewer in, who waited with this
/// connection or beside it.
pub(crate) fn is_let_in(viewer: &Viewer<'_>, before: &Room, event: &Event) -> bool {
    matches!(event, Event::Joined { user, .. } if user == viewer.user && viewer.is_at_door(before))
}

/// Whether the viewer now waits with another device than this one.
pub(crate) fn waits_elsewhere(viewer: &Viewer<'_>, before: &Room, after: &Room) -> bool {
    let waits = |it: &Participant| it.stage.is_waiting();
    viewer.waits_at(before)
        && !viewer.waits_at(after)
        && after.participant(viewer.user).is_some_and(waits)
}

/// How a host sent the viewer away, if an event says so: as a problem, for clients
/// that have no other word for it.
pub(crate) fn sent_away(viewer: &Viewer<'_>, event: &Event) -> Option<Problem> {
    let Event::Left { user, departure, reason } = event else { return None };
    let (code, sentence) = match departure {
        Departure::TurnedAway => ("turned_away", "A host did not let you in."),
        Departure::Removed => ("removed", "A host has removed you."),
        Departure::Left | Departure::ConnectionLost | Departure::NeverCame => return None,
    };
    let said = reason.as_ref().map(Reason::reveal).filter(|it| !it.trim().is_empty());
    let message = said.map_or(sentence.to_owned(), |said| format!("{sentence} They said: {said}"));
    (user == viewer.user).then(|| Problem::new(code, message))
}

/// Who had somebody go: the host who sent them away, else themselves.
pub(crate) fn who_ended<'a>(
    departure: Departure,
    user: &'a UserId,
    by: Option<&'a UserId>,
) -> Option<&'a UserId> {
    match departure {
        Departure::TurnedAway | Departure::Removed => by,
        Departure::Left | Departure::ConnectionLost | Departure::NeverCame => Some(user),
    }
}

#[cfg(test)]
mod tests;
