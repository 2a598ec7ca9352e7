//! The clinic people try Housecall with. Nobody has a password: one click signs
//! in, in demo mode only.

use std::time::Duration;

use housecall_core::{Actor, AppointmentId, Private, Role, Timestamp, UserId};
use housecall_dialect::native::wire::Person;
use housecall_store::{
    AppointmentStatus, AppointmentType, NewAppointment, NewUser, Store, StoreError,
};

use crate::{clock::Clock, people::person};

const STAFF_AND_PATIENTS: [(&str, &str, Role); 5] = [
    ("demo-amara", "Dr. Amara Okafor", Role::Provider),
    ("demo-lukas", "Dr. Lukas Brandt", Role::Provider),
    ("demo-rosa", "Rosa Delgado", Role::Patient),
    ("demo-theo", "Theo Lindqvist", Role::Patient),
    ("demo-admin", "Mina Park", Role::Admin),
];

/// The appointments of the day: which, whose, with whom, and how many hours
/// after the demo opens.
const VISITS: [(&str, &str, &str, u64); 3] = [
    ("demo-visit-1", "demo-amara", "demo-rosa", 0),
    ("demo-visit-2", "demo-amara", "demo-theo", 1),
    ("demo-visit-3", "demo-lukas", "demo-rosa", 2),
];

/// Makes sure that the people of the demo exist and have appointments to come
/// to.
pub(crate) async fn open(store: &Store, clock: &dyn Clock) -> anyhow::Result<Vec<Person>> {
    let now = clock.now();
    let people = gather(store, now).await?;
    for (id, provider, patient, hours) in VISITS {
        let visit = NewAppointment {
            id: id.parse()?,
            patient: patient.parse()?,
            provider: provider.parse()?,
            starts_at: now.plus(Duration::from_secs(hours * 60 * 60)),
            duration_minutes: 30,
            kind: AppointmentType::Video,
            door: None,
        };
        keep(store, visit, now).await?;
    }
    Ok(people)
}

async fn gather(store: &Store, now: Timestamp) -> anyhow::Result<Vec<Person>> {
    let mut people = Vec::new();
    for (id, name, role) in STAFF_AND_PATIENTS {
        let id: UserId = id.parse()?;
        let name = Private::new(name.to_owned());
        let new = NewUser { id: id.clone(), email: None, name, role, password: None };
        match store.create_user(new, &Actor::House, now).await {
            Ok(_) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(user) = store.user(&id).await? {
            people.push(person(&user));
        }
    }
    Ok(people)
}

/// Makes an appointment, or has it again if its time has passed and nobody is
/// still at it.
async fn keep(store: &Store, visit: NewAppointment, now: Timestamp) -> Result<(), StoreError> {
    let id: AppointmentId = visit.id.clone();
    match store.appointment(&id).await? {
        None => store.create_appointment(visit, &Actor::House, now).await?,
        Some(it) if it.starts_at < now && it.status != AppointmentStatus::InProgress => {
            store.reopen_appointment(&id, visit.starts_at, &Actor::House, now).await?
        }
        Some(it) => it,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use housecall_store::{Appointment, AppointmentFilter, Page};

    use super::*;
    use crate::clock::HandClock;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// The appointments as `demo-visit-1 scheduled +0h`, counted from `since`.
    async fn visits(store: &Store, since: Timestamp) -> String {
        let filter = AppointmentFilter::default();
        let page = store.appointments(&filter, Page { limit: 10, offset: 0 }).await;
        let line = |it: &Appointment| {
            let hours = (it.starts_at.as_millis() - since.as_millis()) / 3_600_000;
            format!("{} {} {hours:+}h", it.id, it.status.as_str())
        };
        let page = page.expect("the store reads");
        page.appointments.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn there_is_always_somebody_to_see() {
        let store = Store::open("sqlite::memory:").await.expect("memory opens");
        let clock = HandClock::at(Timestamp::from_millis(1_700_000_000_000));
        let fresh = "demo-visit-1 scheduled +0h\ndemo-visit-2 scheduled +1h\n\
                     demo-visit-3 scheduled +2h";
        for _ in 0..2 {
            assert_eq!(open(&store, &clock).await.expect("the demo opens").len(), 5);
            assert_eq!(visits(&store, clock.now()).await, fresh);
        }

        // An hour and a half later, what is still to come stays where it is.
        let by = Actor::House;
        let id = |name: &str| -> AppointmentId { name.parse().expect("an id") };
        let first = store.complete_appointment(&id("demo-visit-1"), &by, clock.now()).await;
        assert_eq!(first.expect("it was scheduled").status, AppointmentStatus::Completed);
        clock.advance(HOUR + HOUR / 2);
        open(&store, &clock).await.expect("the demo opens");
        let mixed = "demo-visit-1 scheduled +0h\ndemo-visit-3 scheduled +0h\n\
                     demo-visit-2 scheduled +1h";
        assert_eq!(visits(&store, clock.now()).await, mixed);

        // The next day, whoever is still at it is left alone.
        store.start_appointment(&id("demo-visit-2"), &by, clock.now()).await.expect("scheduled");
        store.cancel_appointment(&id("demo-visit-3"), &by, clock.now()).await.expect("scheduled");
        clock.advance(24 * HOUR);
        open(&store, &clock).await.expect("the demo opens");
        let next = "demo-visit-2 in_progress -23h\ndemo-visit-1 scheduled +0h\n\
                    demo-visit-3 scheduled +2h";
        assert_eq!(visits(&store, clock.now()).await, next);
    }
}
