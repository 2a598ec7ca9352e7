use housecall_core::{Actor, AppointmentId, room::Door};
use housecall_store::{
    Appointment, AppointmentChange, AppointmentFilter, AppointmentStatus, AppointmentType,
    NewAppointment, Page, Store, StoreError, Stream, Verdict,
};
use serde_json::json;

use crate::{
    backend::Backend,
    story::{actor, at, user},
};

const ALL: Page = Page { limit: 100, offset: 0 };

fn id(name: &str) -> AppointmentId {
    name.parse().expect("an appointment id")
}

/// A doctor sees a patient for half an hour, `seconds` into the story.
fn visit(name: &str, provider: &str, patient: &str, seconds: u64) -> NewAppointment {
    NewAppointment {
        id: id(name),
        patient: user(patient),
        provider: user(provider),
        starts_at: at(seconds),
        duration_minutes: 30,
        kind: AppointmentType::Video,
        door: None,
    }
}

async fn make(store: &Store, new: NewAppointment) -> Appointment {
    store.create_appointment(new, &actor("doctor"), at(0)).await.expect("a new appointment")
}

async fn find(store: &Store, name: &str) -> Option<Appointment> {
    store.appointment(&id(name)).await.expect("the store reads")
}

/// What the journal says about an appointment: `made started completed`.
async fn journal(store: &Store, name: &str) -> String {
    let records = store.records(&Stream::Appointment(id(name)), 0, 100).await;
    let records = records.expect("the store reads");
    let names = records.iter().filter_map(|it| it.name.strip_prefix("appointment."));
    names.collect::<Vec<_>>().join(" ")
}

pub(crate) async fn an_appointment_is_made_once(backend: &impl Backend) {
    let store = backend.store();
    let made = make(store, visit("v1", "doctor", "patient", 600)).await;
    assert_eq!(made.status, AppointmentStatus::Scheduled);
    assert_eq!((made.created_at, made.updated_at), (at(0), at(0)));
    assert_eq!(made.created_by, Some(user("doctor")));
    assert_eq!(find(store, "v1").await, Some(made));
    assert_eq!(find(store, "v2").await, None);

    let again = visit("v1", "doctor-2", "neighbour", 0);
    let taken = store.create_appointment(again, &Actor::House, at(1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
    let house = visit("v2", "doctor", "patient", 0);
    let house = store.create_appointment(house, &Actor::House, at(1)).await;
    assert_eq!(house.expect("a new appointment").created_by, None);

    let records = store.records(&Stream::Appointment(id("v1")), 0, 9).await;
    let records = records.expect("the store reads");
    assert_eq!((records.len(), &records[0].by), (1, &actor("doctor")));
    assert_eq!(records[0].name, "appointment.made");
    assert_eq!(
        records[0].body,
        json!({"patient": "patient", "provider": "doctor", "startsAt": "2026-01-15T10:10:00.000Z",
               "durationMinutes": 30, "type": "video", "door": null})
    );
    let verdict = store.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries: 2, streams: 2 });
}

pub(crate) async fn what_makes_no_sense_is_refused(backend: &impl Backend) {
    let store = backend.store();
    let alone = visit("alone", "doctor", "doctor", 0);
    let instant = NewAppointment { duration_minutes: 0, ..visit("instant", "doctor", "ada", 0) };
    for new in [alone, instant] {
        let refused = store.create_appointment(new, &actor("doctor"), at(0)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    let page = store.appointments(&AppointmentFilter::default(), ALL).await;
    assert_eq!(page.expect("the store reads").total, 0);
    assert_eq!(journal(store, "alone").await, "");
}

pub(crate) async fn an_appointment_is_moved_until_somebody_comes(backend: &impl Backend) {
    let store = backend.store();
    let made = make(store, visit("v1", "doctor", "patient", 600)).await;
    let change = async |change, seconds| {
        store.change_appointment(&id("v1"), change, &actor("doctor"), at(seconds)).await
    };
    let later = AppointmentChange { starts_at: Some(at(900)), ..Default::default() };
    let moved = change(later.clone(), 10).await.expect("it is scheduled");
    assert_eq!(moved, Appointment { starts_at: at(900), updated_at: at(10), ..made });
    let other = AppointmentChange {
        duration_minutes: Some(15),
        kind: Some(AppointmentType::Audio),
        door: Some(Door::Strict),
        ..Default::default()
    };
    let other = change(other, 20).await.expect("it is scheduled");
    assert_eq!((other.duration_minutes, other.kind), (15, AppointmentType::Audio));
    assert_eq!(other.door, Some(Door::Strict));
    assert_eq!(find(store, "v1").await.as_ref(), Some(&other));

    // Nothing new is nothing to note.
    assert_eq!(change(AppointmentChange::default(), 30).await.expect("it is there"), other);
    assert_eq!(change(later.clone(), 30).await.expect("it is there"), other);
    assert_eq!(journal(store, "v1").await, "made changed changed");

    store.start_appointment(&id("v1"), &actor("patient"), at(40)).await.expect("they come");
    let earlier = AppointmentChange { starts_at: Some(at(1)), ..Default::default() };
    assert!(matches!(change(earlier.clone(), 50).await, Err(StoreError::Conflict)));
    let nobodys = store.change_appointment(&id("v9"), earlier, &Actor::House, at(50)).await;
    assert!(matches!(nobodys, Err(StoreError::NotFound)));
    assert_eq!(journal(store, "v1").await, "made changed changed started");
}

/// Makes an appointment, does to it what the words say, a second apart, and
/// compares: how each step ended, and what the journal knows.
async fn check(store: &Store, name: &str, steps: &str, answers: &str, lines: &str) {
    make(store, visit(name, "doctor", "patient", 0)).await;
    let (id, by) = (id(name), actor("doctor"));
    let mut heard = Vec::new();
    for (step, seconds) in steps.split(' ').zip(1..) {
        let answer = match step {
            "start" => store.start_appointment(&id, &by, at(seconds)).await,
            "complete" => store.complete_appointment(&id, &by, at(seconds)).await,
            "cancel" => store.cancel_appointment(&id, &by, at(seconds)).await,
            "reopen" => store.reopen_appointment(&id, at(3600), &by, at(seconds)).await,
            step => panic!("there is no step {step}"),
        };
        heard.push(match answer {
            Ok(appointment) => appointment.status.as_str(),
            Err(StoreError::Conflict) => "no",
            Err(error) => panic!("{error}"),
        });
    }
    assert_eq!(heard.join(" "), answers, "{steps}");
    assert_eq!(journal(store, name).await, lines, "{steps}");
}

pub(crate) async fn an_appointment_goes_one_way(backend: &impl Backend) {
    let store = backend.store();
    let lines = "made started completed";
    check(store, "v1", "start complete", "in_progress completed", lines).await;
    let seen = find(store, "v1").await.expect("it is there");
    assert_eq!((seen.started_at, seen.ended_at), (Some(at(1)), Some(at(2))));
    assert_eq!(seen.updated_at, at(2));

    // Whoever comes again, or ends what is over, changes nothing.
    let again = "start start complete complete start cancel";
    check(store, "v2", again, "in_progress in_progress completed completed no no", lines).await;
    let seen = find(store, "v2").await.expect("it is there");
    assert_eq!((seen.started_at, seen.ended_at), (Some(at(1)), Some(at(3))));

    let lines = "made cancelled";
    let answers = "cancelled cancelled no no";
    check(store, "v3", "cancel cancel start complete", answers, lines).await;
    check(store, "v4", "start cancel", "in_progress no", "made started").await;
    check(store, "v5", "complete start", "completed no", "made completed").await;

    let lines = "made started completed reopened cancelled reopened";
    let answers = "in_progress no completed scheduled cancelled scheduled";
    check(store, "v6", "start reopen complete reopen cancel reopen", answers, lines).await;
    let seen = find(store, "v6").await.expect("it is there");
    assert_eq!((seen.starts_at, seen.started_at, seen.ended_at), (at(3600), None, None));

    let nobodys = store.start_appointment(&id("v9"), &actor("doctor"), at(0)).await;
    assert!(matches!(nobodys, Err(StoreError::NotFound)));
}

pub(crate) async fn many_who_come_at_once_start_it_once(backend: &impl Backend) {
    let store = backend.store();
    make(store, visit("v1", "doctor", "patient", 0)).await;
    let comings = (1..=16).map(|seconds| {
        let store = store.clone();
        tokio::spawn(async move {
            store.start_appointment(&id("v1"), &actor("patient"), at(seconds)).await
        })
    });
    let mut seen = Vec::new();
    for coming in comings.collect::<Vec<_>>() {
        seen.push(coming.await.expect("no panic").expect("all may come"));
    }
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
    assert_eq!(journal(store, "v1").await, "made started");
}

pub(crate) async fn people_are_reminded_once_of_each_time(backend: &impl Backend) {
    let store = backend.store();
    for (name, seconds) in [("past", 10), ("near", 600), ("nearer", 300), ("far", 9000)] {
        make(store, visit(name, "doctor", "patient", seconds)).await;
    }
    let near = async || {
        let near = store.appointments_to_remind(at(60), at(600)).await.expect("the store reads");
        near.iter().map(|it| it.id.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(near().await, "nearer near");
    let remind =
        async |of: &Appointment| store.note_reminder(of, at(60)).await.expect("the store writes");
    let visit = find(store, "near").await.expect("it is there");
    assert!(remind(&visit).await);
    assert!(!remind(&visit).await, "once");
    assert_eq!(find(store, "near").await.as_ref(), Some(&visit), "nothing else changed");
    assert_eq!(near().await, "nearer");

    let change = async |change: AppointmentChange| {
        let changed = store.change_appointment(&id("near"), change, &actor("doctor"), at(61)).await;
        changed.expect("it is scheduled")
    };
    change(AppointmentChange { duration_minutes: Some(60), ..Default::default() }).await;
    assert_eq!(near().await, "nearer", "it is at the same time");
    let moved = AppointmentChange { starts_at: Some(at(500)), ..Default::default() };
    let moved = change(moved).await;
    assert_eq!(near().await, "nearer near");
    assert!(!remind(&visit).await, "it is no longer at that time");
    assert!(remind(&moved).await);

    let nearer = find(store, "nearer").await.expect("it is there");
    store.cancel_appointment(&id("nearer"), &actor("doctor"), at(62)).await.expect("scheduled");
    assert_eq!(near().await, "");
    assert!(!remind(&nearer).await, "it does not take place");
    assert_eq!(journal(store, "near").await, "made reminded changed changed reminded");
    let changes =
        async |name: &str| store.appointment_changes(&id(name)).await.expect("the store reads");
    let counted = (changes("near").await, changes("nearer").await, changes("far").await);
    assert_eq!(counted, (2, 1, 0));
}

pub(crate) async fn appointments_are_listed_as_they_start(backend: &impl Backend) {
    let store = backend.store();
    for (name, provider, patient, seconds) in [
        ("noon", "doctor", "patient", 7200),
        ("early", "doctor", "neighbour", 60),
        ("other", "doctor-2", "patient", 3600),
        ("late-b", "doctor-2", "doctor", 9000),
        ("late-a", "doctor-2", "doctor", 9000),
    ] {
        make(store, visit(name, provider, patient, seconds)).await;
    }
    store.cancel_appointment(&id("noon"), &actor("doctor"), at(1)).await.expect("scheduled");
    let list = async |filter: &AppointmentFilter, page| {
        let page = store.appointments(filter, page).await.expect("the store reads");
        let ids: Vec<_> = page.appointments.iter().map(|it| it.id.as_str()).collect();
        (ids.join(" "), page.total)
    };
    let check = async |filter: AppointmentFilter, expected: &str| {
        let total = expected.split_whitespace().count() as u64;
        assert_eq!(list(&filter, ALL).await, (expected.to_owned(), total), "{filter:?}");
    };
    let all = AppointmentFilter::default;
    let of = |who: &str| AppointmentFilter { visible_to: Some(user(who)), ..all() };
    check(all(), "early other noon late-a late-b").await;
    check(of("doctor"), "early noon late-a late-b").await;
    check(of("patient"), "other noon").await;
    check(of("stranger"), "").await;
    let cancelled = Some(AppointmentStatus::Cancelled);
    check(AppointmentFilter { status: cancelled, ..all() }, "noon").await;
    check(AppointmentFilter { status: cancelled, ..of("neighbour") }, "").await;
    let afternoon = AppointmentFilter { from: Some(at(3600)), to: Some(at(7200)), ..all() };
    check(afternoon.clone(), "other noon").await;
    check(AppointmentFilter { visible_to: Some(user("doctor")), ..afternoon }, "noon").await;

    assert_eq!(list(&all(), Page { limit: 2, offset: 1 }).await, ("other noon".to_owned(), 5));
    assert_eq!(list(&all(), Page { limit: 2, offset: 4 }).await, ("late-b".to_owned(), 5));
    let beyond = Page { limit: 2, offset: u64::MAX };
    assert_eq!(list(&all(), beyond).await, (String::new(), 5));
}

#[test]
fn words_are_read_as_they_are_written() {
    for status in AppointmentStatus::ALL {
        assert_eq!(AppointmentStatus::named(status.as_str()), Some(status));
        assert_eq!(json!(status), status.as_str());
    }
    for kind in AppointmentType::ALL {
        assert_eq!(AppointmentType::named(kind.as_str()), Some(kind));
        assert_eq!(json!(kind), kind.as_str());
    }
    assert_eq!(AppointmentStatus::named("over"), None);
    assert_eq!(AppointmentType::named("screen_share"), None);
}
