use housecall_core::{AppointmentId, Private};
use housecall_store::{
    AppointmentType, NewAppointment, Notes, NotesVersion, Store, StoreError, Stream,
};
use serde_json::{Value, json};

use crate::{
    backend::Backend,
    story::{actor, at, user},
};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn id(name: &str) -> AppointmentId {
    name.parse().expect("an appointment id")
}

async fn make(store: &Store) {
    let new = NewAppointment {
        id: id("v1"),
        patient: user("patient"),
        provider: user("doctor"),
        starts_at: at(600),
        duration_minutes: 30,
        kind: AppointmentType::Video,
        door: None,
    };
    store.create_appointment(new, &actor("doctor"), at(0)).await.expect("a new appointment");
}

async fn save(
    store: &Store,
    text: &str,
    replaces: Option<u64>,
    seconds: u64,
) -> Result<Option<Notes>, StoreError> {
    let text = Private::new(text.to_owned());
    store.save_notes(&id("v1"), text, replaces, &actor("doctor"), at(seconds)).await
}

/// What the journal says about what was noted.
async fn noted(store: &Store) -> Vec<Value> {
    let records = store.records(&Stream::Appointment(id("v1")), 0, 100).await;
    let records = records.expect("the store reads").into_iter();
    records.filter(|it| it.name == "appointment.noted").map(|it| it.body).collect()
}

pub(crate) async fn every_version_of_notes_is_kept(backend: &impl Backend) {
    let store = backend.store();
    make(store).await;
    let read = async || store.notes(&id("v1")).await.expect("the store reads");
    let before = store.appointment(&id("v1")).await.expect("the store reads");
    assert_eq!(read().await, None);

    let first = save(store, "abc", Some(0), 5).await.expect("there are none").expect("some notes");
    let saved =
        NotesVersion { version: 1, hash: ABC.to_owned(), author: Some(user("doctor")), at: at(5) };
    assert_eq!(first, Notes { text: Private::new("abc".to_owned()), saved });
    assert_eq!(read().await.as_ref(), Some(&first));
    let second = save(store, "Äbc d", Some(1), 6).await.expect("the latest is replaced");
    assert_eq!(read().await, second);
    // Taking away what was noted is a version, too.
    let third = save(store, "", None, 7).await.expect("whatever the latest").expect("some notes");
    assert_eq!((third.text.reveal().as_str(), third.saved.version), ("", 3));

    let of = async |version| store.notes_version(&id("v1"), version).await.expect("it reads");
    assert_eq!(of(1).await, Some(first));
    assert_eq!(of(2).await, second);
    assert_eq!((of(0).await, of(4).await, of(u64::MAX).await), (None, None, None));
    let versions = store.notes_versions(&id("v1")).await.expect("the store reads");
    let versions = versions.iter().map(|it| (it.version, it.at)).collect::<Vec<_>>();
    assert_eq!(versions, [(3, at(7)), (2, at(6)), (1, at(5))]);

    // Nothing the patient sees tells that there are notes, nor does the journal
    // tell what they say.
    assert_eq!(store.appointment(&id("v1")).await.expect("the store reads"), before);
    let lines = noted(store).await;
    assert_eq!(lines[0], json!({"version": 1, "sha256": ABC, "length": 3}));
    assert_eq!((&lines[1]["version"], &lines[1]["length"]), (&json!(2), &json!(5)));
    assert_eq!(lines[2], json!({"version": 3, "sha256": NOTHING, "length": 0}));
}

pub(crate) async fn nobody_overwrites_notes_they_have_not_seen(backend: &impl Backend) {
    let store = backend.store();
    make(store).await;
    let too_late = |answer| matches!(answer, Err(StoreError::Conflict));
    assert!(too_late(save(store, "abc", Some(1), 1).await), "there are none");
    let first = save(store, "abc", Some(0), 2).await.expect("there are none");
    assert!(too_late(save(store, "abd", Some(0), 3).await));
    // Whoever says it again because the answer was lost is answered the same.
    assert_eq!(save(store, "abc", Some(0), 4).await.expect("it is so"), first);
    assert_eq!(store.notes(&id("v1")).await.expect("the store reads"), first);
    assert_eq!(noted(store).await.len(), 1);
    assert_eq!(store.notes_versions(&id("v1")).await.expect("the store reads").len(), 1);

    let text = Private::new("abc".to_owned());
    let nowhere = store.save_notes(&id("v9"), text, None, &actor("doctor"), at(5)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)), "{nowhere:?}");
    assert_eq!(store.notes(&id("v9")).await.expect("the store reads"), None);
}

pub(crate) async fn of_those_who_save_notes_at_once_one_wins(backend: &impl Backend) {
    let store = backend.store();
    make(store).await;
    let savings = (0..8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { save(&store, &format!("by {number}"), Some(0), 1).await })
    });
    let mut won = 0;
    for saving in savings.collect::<Vec<_>>() {
        match saving.await.expect("no panic") {
            Ok(_) => won += 1,
            Err(StoreError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((won, noted(store).await.len()), (1, 1));
}
