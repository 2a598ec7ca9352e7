//! Who was asked to come to an appointment a moment ago: for pages that were not
//! connected when it was said, and ask for it.

use std::{collections::HashMap, time::Duration};

use housecall_core::{AppointmentId, Event, Room, Timestamp, UserId};
use parking_lot::Mutex;

use crate::house::House;

/// How long an invitation stands. Longer rings people who are not waited for any
/// more; shorter misses a page that is just being loaded.
pub(crate) const LIFETIME: Duration = Duration::from_secs(45);

/// The invitations of the last moments, in memory: a restart forgets them, and
/// whoever waits invites again.
#[derive(Default)]
pub(crate) struct Invitations(Mutex<HashMap<UserId, Standing>>);

/// When somebody was last asked to come to each appointment.
type Standing = HashMap<AppointmentId, Timestamp>;

impl Invitations {
    /// `user` was asked to come to `appointment`.
    pub(crate) fn remember(&self, user: &UserId, appointment: &AppointmentId, now: Timestamp) {
        let mut users = self.0.lock();
        users.retain(|_, standing| {
            standing.retain(|_, at| stands(*at, now));
            !standing.is_empty()
        });
        users.entry(user.clone()).or_default().insert(appointment.clone(), now);
    }

    /// Where `user` is asked to come, and since when.
    pub(crate) fn of(&self, user: &UserId, now: Timestamp) -> Vec<(AppointmentId, Timestamp)> {
        let users = self.0.lock();
        let standing = users.get(user).into_iter().flatten();
        let standing = standing.filter(|(_, at)| stands(**at, now));
        standing.map(|(appointment, at)| (appointment.clone(), *at)).collect()
    }

    /// `user` has come, or said that they will or will not.
    pub(crate) fn forget(&self, user: &UserId, appointment: &AppointmentId) {
        if let Some(standing) = self.0.lock().get_mut(user) {
            standing.remove(appointment);
        }
    }
}

impl House {
    /// Somebody came to an appointment, or said that they will or will not, with
    /// whatever client: pages of theirs that ask stop ringing.
    pub(crate) fn follow_invitation(&self, room: &Room, event: &Event) {
        let appointment = room.invitation().and_then(|it| it.appointment.as_ref());
        let (Event::Answered { user, .. }
        | Event::Declined { user, .. }
        | Event::CameToDoor { user, .. }
        | Event::Joined { user, .. }) = event
        else {
            return;
        };
        if let Some(appointment) = appointment {
            self.invitations.forget(user, appointment);
        }
    }
}

fn stands(at: Timestamp, now: Timestamp) -> bool {
    now < at.plus(LIFETIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().expect("an id")
    }

    #[test]
    fn an_invitation_stands_until_it_is_answered_or_time_is_up() {
        let invitations = Invitations::default();
        let (start, pat) = (Timestamp::EPOCH, id("pat"));
        let standing = |now| {
            let mut names: Vec<String> =
                invitations.of(&pat, now).into_iter().map(|(it, _)| it.into()).collect();
            names.sort();
            names.join(" ")
        };
        invitations.remember(&pat, &id("a"), start);
        invitations.remember(&pat, &id("b"), start.plus(LIFETIME / 3));
        invitations.remember(&id("eve"), &id("c"), start);
        assert_eq!(standing(start.plus(LIFETIME / 2)), "a b");
        assert_eq!(standing(start.plus(LIFETIME)), "b");
        invitations.forget(&pat, &id("b"));
        assert_eq!(standing(start.plus(LIFETIME / 2)), "a");
    }

    #[test]
    fn what_nobody_asks_for_is_not_kept() {
        let invitations = Invitations::default();
        invitations.remember(&id("pat"), &id("a"), Timestamp::EPOCH);
        invitations.remember(&id("eve"), &id("b"), Timestamp::EPOCH.plus(LIFETIME));
        assert_eq!(invitations.0.lock().len(), 1);
    }
}
