//! Who was removed from a place: kept as its rooms say so, for the rooms that are
//! opened for it later.

use housecall_core::{
    Entry, Event, Room, RoomId, Timestamp, UserId,
    room::{Departure, Invitation},
};

use crate::{Store, StoreError, ledger::Script};

/// Something a room says about who stays out.
pub(crate) enum Ruling {
    Removed { user: UserId, by: Option<UserId>, at: Timestamp },
    Admitted { user: UserId },
}

impl Store {
    /// Who was removed from a place and not let in since, in the order of their
    /// ids. The place of a call that belongs to none is the call itself.
    pub async fn removed_from(&self, place: &RoomId) -> Result<Vec<UserId>, StoreError> {
        let users: Vec<String> =
            sqlx::query_scalar("SELECT user_id FROM removals WHERE place = $1 ORDER BY user_id")
                .bind(place.as_str())
                .fetch_all(self.read())
                .await?;
        let users = users.iter().map(|it| it.parse());
        users.collect::<Result<_, _>>().map_err(|_| StoreError::unreadable("a removal"))
    }
}

/// What `entries` say about who stays out, in order.
pub(crate) fn rulings(entries: &[Entry]) -> Vec<Ruling> {
    let ruling = |entry: &Entry| match &entry.event {
        Event::Left { user, departure: Departure::Removed, .. } => {
            let (user, by) = (user.clone(), entry.by.user().cloned());
            Some(Ruling::Removed { user, by, at: entry.at })
        }
        Event::Admitted { user } => Some(Ruling::Admitted { user: user.clone() }),
        _ => None,
    };
    entries.iter().filter_map(ruling).collect()
}

/// Writes down who stays out of the place of `room`.
pub(crate) fn write(script: &mut Script, room: &Room, rulings: &[Ruling]) {
    let place = room.invitation().and_then(Invitation::place);
    let place = place.as_ref().unwrap_or(room.id()).as_str();
    for ruling in rulings {
        match ruling {
            Ruling::Removed { user, by, at } => {
                keep_out(script, place, user, by.as_ref(), *at);
                suspend_link(script, place, user);
            }
            Ruling::Admitted { user } => {
                let_in(script, place, user);
                free_link(script, place, user);
            }
        }
    }
}

fn keep_out(script: &mut Script, place: &str, user: &UserId, by: Option<&UserId>, at: Timestamp) {
    script.push("INSERT INTO removals (place, user_id, removed_by, at) VALUES (");
    script.push_bind(place).push(", ").push_bind(user.as_str()).push(", ");
    script.push_bind(by.map(UserId::as_str)).push(", ").push_bind(at.to_string());
    script.push(") ON CONFLICT (place, user_id) DO NOTHING; ");
}

/// Nobody comes by the link of a removed guest: it may be how they would come
/// again, under another name.
fn suspend_link(script: &mut Script, place: &str, user: &UserId) {
    script.push("UPDATE guest_links SET suspended_for = ").push_bind(user.as_str());
    script
        .push(" WHERE suspended_for IS NULL AND id IN (SELECT link_id FROM guests WHERE place = ");
    script.push_bind(place).push(" AND user_id = ").push_bind(user.as_str()).push("); ");
}

fn let_in(script: &mut Script, place: &str, user: &UserId) {
    script.push("DELETE FROM removals WHERE place = ").push_bind(place);
    script.push(" AND user_id = ").push_bind(user.as_str()).push("; ");
}

/// A link that another removed guest came by stays suspended, for them.
fn free_link(script: &mut Script, place: &str, user: &UserId) {
    script.push(
        "UPDATE guest_links SET suspended_for = (SELECT r.user_id FROM removals r \
         JOIN guests g ON g.user_id = r.user_id AND g.place = r.place \
         WHERE g.link_id = guest_links.id ORDER BY r.at, r.user_id LIMIT 1) WHERE place = ",
    );
    script.push_bind(place).push(" AND suspended_for = ").push_bind(user.as_str()).push("; ");
}
