//! Who is who: names and roles, read from the store once and kept at hand,
//! because every word we say about a person names them.

use std::{collections::HashMap, time::Duration};

use housecall_core::{Private, Role, Timestamp, UserId};
use housecall_dialect::native::wire::Person;
use housecall_store::{Store, StoreError, User};
use parking_lot::{Mutex, RwLock};

/// The people somebody has asked about since the start.
#[derive(Default)]
pub(crate) struct Directory(RwLock<HashMap<UserId, Person>>);

impl Directory {
    /// How others see somebody; by their id if we do not know them.
    pub(crate) fn person(&self, user: &UserId) -> Person {
        let known = self.0.read().get(user).cloned();
        known.unwrap_or_else(|| Person {
            id: user.clone(),
            name: Private::new(user.as_str().to_owned()),
            role: Role::Patient,
        })
    }

    fn knows(&self, user: &UserId) -> bool {
        self.0.read().contains_key(user)
    }

    pub(crate) fn remember(&self, user: &User) -> Person {
        let person = person(user);
        self.0.write().insert(user.id.clone(), person.clone());
        person
    }

    /// Has `users` at hand; answers the first one who does not exist.
    pub(crate) async fn look_up(
        &self,
        store: &Store,
        users: Vec<UserId>,
    ) -> Result<Option<UserId>, StoreError> {
        for user in users {
            if self.knows(&user) {
                continue;
            }
            match store.user(&user).await? {
                Some(found) if !found.disabled => self.remember(&found),
                _ => return Ok(Some(user)),
            };
        }
        Ok(None)
    }
}

/// How long after a request somebody still counts as there: their page asks every
/// few seconds.
const SIGHT: Duration = Duration::from_secs(60);

/// How many sightings are kept before the old ones are thrown out.
const MOST_SIGHTINGS: usize = 1024;

/// Who was seen over HTTP lately. Clients that connect without a token are known
/// by their requests alone until they come into a room.
#[derive(Default)]
pub(crate) struct Sightings(Mutex<HashMap<UserId, Timestamp>>);

impl Sightings {
    pub(crate) fn note(&self, user: &UserId, now: Timestamp) {
        let mut seen = self.0.lock();
        if seen.len() >= MOST_SIGHTINGS {
            seen.retain(|_, at| now < at.plus(SIGHT));
        }
        seen.insert(user.clone(), now);
    }

    pub(crate) fn is_fresh(&self, user: &UserId, now: Timestamp) -> bool {
        self.0.lock().get(user).is_some_and(|at| now < at.plus(SIGHT))
    }
}

/// What others may know of a user.
pub(crate) fn person(user: &User) -> Person {
    let name = user.name.clone();
    let name =
        if name.reveal().is_empty() { Private::new(user.id.as_str().to_owned()) } else { name };
    Person { id: user.id.clone(), name, role: user.role }
}
