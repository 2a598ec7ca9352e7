//! The clinic people try Housecall with. Nobody has a password: one click signs
//! in, in demo mode only.

use housecall_core::{Actor, Private, Role, UserId};
use housecall_dialect::native::wire::Person;
use housecall_store::{NewUser, Store, StoreError};

use crate::{clock::Clock, people::person};

const STAFF_AND_PATIENTS: [(&str, &str, Role); 5] = [
    ("demo-amara", "Dr. Amara Okafor", Role::Provider),
    ("demo-lukas", "Dr. Lukas Brandt", Role::Provider),
    ("demo-rosa", "Rosa Delgado", Role::Patient),
    ("demo-theo", "Theo Lindqvist", Role::Patient),
    ("demo-admin", "Mina Park", Role::Admin),
];

/// Makes sure that the people of the demo exist.
pub(crate) async fn open(store: &Store, clock: &dyn Clock) -> anyhow::Result<Vec<Person>> {
    let mut people = Vec::new();
    for (id, name, role) in STAFF_AND_PATIENTS {
        let id: UserId = id.parse()?;
        let name = Private::new(name.to_owned());
        let new = NewUser { id: id.clone(), email: None, name, role, password: None };
        match store.create_user(new, &Actor::House, clock.now()).await {
            Ok(_) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(user) = store.user(&id).await? {
            people.push(person(&user));
        }
    }
    Ok(people)
}
