use housecall_core::AppointmentId;
use housecall_store::{
    AppointmentChange, AppointmentType, ConnectionCheck, NewAppointment, NewConnectionCheck, Store,
    Stream,
};

use crate::{
    backend::Backend,
    story::{actor, at, user},
};

fn id(name: &str) -> AppointmentId {
    name.parse().expect("an appointment id")
}

fn ids(names: &str) -> Vec<AppointmentId> {
    names.split_whitespace().map(id).collect()
}

/// An appointment of the doctor that starts so many seconds into the story and
/// takes half an hour.
async fn book(store: &Store, name: &str, patient: &str, seconds: u64) {
    let new = NewAppointment {
        id: id(name),
        patient: user(patient),
        provider: user("doctor"),
        starts_at: at(seconds),
        duration_minutes: 30,
        kind: AppointmentType::Video,
        door: None,
    };
    store.create_appointment(new, &actor("doctor"), at(0)).await.expect("a new appointment");
}

async fn keep(store: &Store, who: &str, appointments: &str, seconds: u64) {
    let check = NewConnectionCheck {
        id: format!("check-{seconds}"),
        user: user(who),
        appointments: ids(appointments),
        at: at(seconds),
        report: format!(r#"{{"by":"{who}","at":{seconds}}}"#),
    };
    store.keep_connection_check(check).await.expect("the store writes");
}

fn kept(who: &str, seconds: u64) -> ConnectionCheck {
    let report = format!(r#"{{"by":"{who}","at":{seconds}}}"#);
    ConnectionCheck { user: user(who), at: at(seconds), report }
}

async fn latest(store: &Store, appointment: &str) -> Vec<ConnectionCheck> {
    store.connection_checks(&id(appointment)).await.expect("the store reads")
}

pub(crate) async fn the_latest_check_of_each_person_is_shown(backend: &impl Backend) {
    let store = backend.store();
    book(store, "v1", "pat", 600).await;
    book(store, "v2", "pat", 9000).await;
    assert_eq!(latest(store, "v1").await, []);
    keep(store, "pat", "v1 v2", 1).await;
    keep(store, "doctor", "v1 v9", 2).await;
    assert_eq!(latest(store, "v1").await, [kept("doctor", 2), kept("pat", 1)]);
    assert_eq!(latest(store, "v2").await, [kept("pat", 1)]);
    assert_eq!(latest(store, "v9").await, []);

    // The last one said is the latest, even in the same millisecond or when the
    // clock was set back.
    keep(store, "pat", "v1", 3).await;
    keep(store, "pat", "v1", 0).await;
    assert_eq!(latest(store, "v1").await, [kept("doctor", 2), kept("pat", 0)]);
    assert_eq!(latest(store, "v2").await, [kept("pat", 1)]);
    let lines = store.records(&Stream::Appointment(id("v1")), 0, 9).await.expect("it reads");
    assert_eq!(lines.len(), 1, "only that it was made");
}

pub(crate) async fn appointments_to_come_are_those_that_are_not_over(backend: &impl Backend) {
    let store = backend.store();
    for (name, patient, seconds) in
        [("far", "pat", 9000), ("near", "pat", 600), ("now", "pat", 0), ("other", "eve", 700)]
    {
        book(store, name, patient, seconds).await;
    }
    for (name, seconds) in [("called-off", 800), ("done", 900), ("begun", 1000)] {
        book(store, name, "pat", seconds).await;
    }
    let by = &actor("doctor");
    store.cancel_appointment(&id("called-off"), by, at(1)).await.expect("it is scheduled");
    store.complete_appointment(&id("done"), by, at(1)).await.expect("it is open");
    store.start_appointment(&id("begun"), by, at(1)).await.expect("it is scheduled");
    let to_come = async |who: &str, seconds, limit| {
        store.appointments_to_come(&user(who), at(seconds), limit).await.expect("the store reads")
    };
    assert_eq!(to_come("pat", 0, 9).await, ids("now near begun far"));
    assert_eq!(to_come("pat", 1799, 9).await, ids("now near begun far"));
    assert_eq!(to_come("pat", 1800, 9).await, ids("near begun far"));
    assert_eq!(to_come("doctor", 1800, 9).await, ids("near other begun far"));
    assert_eq!(to_come("doctor", 1800, 2).await, ids("near other"));
    assert_eq!(to_come("nobody", 0, 9).await, []);

    let longer = AppointmentChange { duration_minutes: Some(24 * 60), ..Default::default() };
    store.change_appointment(&id("now"), longer, by, at(2)).await.expect("it is scheduled");
    assert_eq!(to_come("pat", 24 * 3600 - 1, 9).await, ids("now"));
    assert_eq!(to_come("pat", 24 * 3600, 9).await, []);
}
