//! What is promised about recordings, from the first part to the tombstone.

use std::{collections::HashSet, path::Path};

use futures_util::future::join_all;
use housecall_core::{Actor, Private, RecordingId, Role, Timestamp, UserId};
use housecall_store::{
    Access, BlobId, Completion, Destroyed, Destruction, NewRecording, NewUser, RecordingFilter,
    RecordingStatus, Relations, Remains, SealedKey, Store, StoreError, StoredRecording, Stream,
    Verdict,
};
use serde_json::{Value, json};
use sqlx::Connection;

use crate::{
    backend::{Backend, File},
    story::{Call, actor, at, room_id, user},
};

fn id(name: &str) -> RecordingId {
    name.parse().expect("a recording id")
}

fn blob(number: u8) -> BlobId {
    BlobId::of([number; 16])
}

fn key(fill: u8) -> SealedKey {
    SealedKey { by: "master-1".to_owned(), bytes: vec![fill; 60] }
}

fn admin() -> Actor {
    Actor::person(user("admin"), Role::Admin)
}

fn new(name: &str) -> NewRecording {
    NewRecording {
        id: id(name),
        room: room_id("room"),
        appointment: Some("visit".parse().expect("an appointment id")),
        meeting: None,
        title: Some(Private::new("Visit with Dr. Ö".to_owned())),
        recorder: user("doctor"),
        patient: Some(user("patient")),
        provider: Some(user("doctor")),
        people: vec![user("doctor"), user("patient")],
        container: "webm",
        media_type: "video/webm;codecs=vp8,opus".to_owned(),
        key: key(7),
        started_at: at(0),
    }
}

async fn room(store: &Store, name: &str) {
    Call::ringing(store, name, 0).await;
}

async fn begin(store: &Store, new: NewRecording) {
    store.begin_recording(new, &actor("doctor"), at(1)).await.expect("a new recording");
}

/// A room, and a recording of it that has just begun.
async fn one(store: &Store) {
    room(store, "room").await;
    begin(store, new("r")).await;
}

async fn read(store: &Store, name: &str) -> StoredRecording {
    store.recording(&id(name)).await.expect("the store reads").expect("it is there")
}

async fn status(store: &Store, name: &str) -> RecordingStatus {
    read(store, name).await.status
}

fn completion() -> Completion {
    Completion {
        blob: blob(1),
        poster: None,
        bytes: 1000,
        sealed_bytes: 1100,
        duration_ms: 61_500,
        sha256: "ab".repeat(32),
        manifest: json!({ "file": "ab", "chunks": ["cd"] }),
    }
}

/// From where it has begun to where its file is kept.
async fn complete(store: &Store, name: &str, completion: Completion) {
    let id = id(name);
    store.recording_stopped(&id, at(60), at(1000)).await.expect("it was recorded");
    store.recording_uploaded(&id, 31, &actor("doctor"), at(62)).await.expect("it was uploaded");
    store.complete_recording(&id, completion, at(63)).await.expect("it was processed");
}

async fn destroy(store: &Store, name: &str) -> Destroyed {
    let (id, why) = (id(name), Destruction::Retention);
    let destroyed = store.destroy_recording(&id, why, &Actor::House, at(9)).await;
    destroyed.expect("there is one")
}

/// What the journal tells: the names of the lines without `recording.`, and their
/// bodies.
async fn told(store: &Store, name: &str) -> Vec<(String, Value)> {
    let records = store.recording_accesses(&id(name)).await.expect("the store reads");
    let name = |it: &str| it.strip_prefix("recording.").expect("one of ours").to_owned();
    records.into_iter().map(|it| (name(&it.name), it.body)).collect()
}

async fn names(store: &Store, name: &str) -> Vec<String> {
    told(store, name).await.into_iter().map(|(name, _)| name).collect()
}

fn is_conflict<T>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Conflict))
}

fn is_missing<T>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::NotFound))
}

pub(crate) async fn a_recording_goes_from_its_beginning_to_its_end(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    let begun = read(store, "r").await;
    assert_eq!((begun.status, begun.key.clone()), (RecordingStatus::Recording, Some(key(7))));
    assert_eq!((begun.started_at, begun.stopped_at, begun.expires_at), (at(0), None, None));
    assert_eq!(begun.people, [user("doctor"), user("patient")]);
    assert_eq!((begun.container.as_str(), begun.views, begun.damaged), ("webm", 0, false));
    assert_eq!(begun.title, new("r").title);

    store.note_chunk(&id("r"), at(58)).await.expect("it is recorded");
    store.set_poster(&id("r"), &blob(2)).await.expect("it is recorded");
    store.recording_stopped(&id("r"), at(60), at(1000)).await.expect("it was recorded");
    let stopped = read(store, "r").await;
    assert_eq!(stopped.status, RecordingStatus::Uploading);
    assert_eq!((stopped.stopped_at, stopped.expires_at), (Some(at(60)), Some(at(1000))));
    assert_eq!(stopped.last_chunk_at, Some(at(58)));
    store.recording_uploaded(&id("r"), 31, &actor("doctor"), at(62)).await.expect("uploaded");
    let uploaded = read(store, "r").await;
    assert_eq!((uploaded.status, uploaded.chunks), (RecordingStatus::Processing, Some(31)));
    store.complete_recording(&id("r"), completion(), at(63)).await.expect("it was processed");
    let completed = read(store, "r").await;
    assert_eq!(completed.status, RecordingStatus::Completed);
    assert_eq!((completed.blob, completed.poster), (Some(blob(1)), Some(blob(2))));
    assert_eq!((completed.bytes, completed.sealed_bytes), (Some(1000), Some(1100)));
    assert_eq!(completed.duration_ms, Some(61_500));
    assert_eq!(completed.sha256, Some("ab".repeat(32)));

    let told = told(store, "r").await;
    let names: Vec<_> = told.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(names, ["begun", "stopped", "uploaded", "completed"]);
    assert_eq!(told[0].1["key"], "master-1");
    assert_eq!((&told[2].1, &told[3].1), (&json!({ "chunks": 31 }), &completion().manifest));
    let of_room = store.recordings_of(&room_id("room")).await.expect("the store reads");
    assert_eq!(of_room, [read(store, "r").await]);
    assert_eq!(store.unfinished_recordings().await.expect("the store reads"), []);
    let verdict = store.verify_journal().await.expect("the store reads");
    assert!(matches!(verdict, Verdict::Intact { .. }), "{verdict:?}");
}

pub(crate) async fn a_recording_begins_once(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    let again = NewRecording { key: key(8), ..new("r") };
    assert!(is_conflict(store.begin_recording(again, &actor("doctor"), at(2)).await));
    assert_eq!(read(store, "r").await.key, Some(key(7)), "the first key stays");
    assert_eq!(names(store, "r").await, ["begun"]);
    let nowhere = NewRecording { room: room_id("nowhere"), ..new("s") };
    assert!(is_missing(store.begin_recording(nowhere, &actor("doctor"), at(2)).await));
    assert_eq!(store.recording(&id("s")).await.expect("the store reads"), None);

    let beginnings = (0..8).map(|_| {
        let store = store.clone();
        let begin = async move { store.begin_recording(new("t"), &Actor::House, at(3)).await };
        tokio::spawn(begin)
    });
    let mut begun = 0;
    for beginning in beginnings.collect::<Vec<_>>() {
        begun += usize::from(beginning.await.expect("no panic").is_ok());
    }
    assert_eq!((begun, names(store, "t").await.len()), (1, 1));
}

pub(crate) async fn a_recording_that_is_not_there_is_not_found(backend: &impl Backend) {
    let (store, id, by) = (backend.store(), id("nothing"), &actor("doctor"));
    assert_eq!(store.recording(&id).await.expect("the store reads"), None);
    assert!(is_missing(store.add_recording_part(&id, "video/webm", by, at(1)).await));
    assert!(is_missing(store.note_people(&id, &[user("eve")]).await));
    assert!(is_missing(store.note_chunk(&id, at(1)).await));
    assert!(is_missing(store.recording_stopped(&id, at(1), at(2)).await));
    assert!(is_missing(store.recording_uploaded(&id, 1, by, at(1)).await));
    assert!(is_missing(store.complete_recording(&id, completion(), at(1)).await));
    assert!(is_missing(store.set_poster(&id, &blob(1)).await));
    assert!(is_missing(store.fail_recording(&id, "disk", at(1)).await));
    assert!(is_missing(store.mark_damaged(&id, by, at(1)).await));
    assert!(is_missing(store.hold_recording(&id, "suit", by, at(1)).await));
    assert!(is_missing(store.release_recording(&id, by, at(1)).await));
    let destroyed = store.destroy_recording(&id, Destruction::Retention, by, at(1)).await;
    assert!(is_missing(destroyed));
    assert!(is_missing(store.note_access(&id, by, Access::Watched, at(1)).await));
    assert!(is_missing(store.ask_for_recording(&id, by, at(1)).await));
    assert!(is_conflict(store.rewrap_recording(&id, &key(1), key(2), at(1)).await));
    assert!(is_conflict(store.blobs_gone(&id).await));
    assert_eq!(store.recording_accesses(&id).await.expect("the store reads"), []);
}

pub(crate) async fn what_is_out_of_place_changes_nothing(backend: &impl Backend) {
    let (store, doctor, r) = (backend.store(), &actor("doctor"), &id("r"));
    one(store).await;
    let before = read(store, "r").await;
    assert!(is_conflict(store.recording_uploaded(r, 1, doctor, at(2)).await), "it is recorded");
    assert!(is_conflict(store.complete_recording(r, completion(), at(2)).await));
    assert!(is_conflict(store.blobs_gone(r).await));
    assert_eq!((read(store, "r").await, names(store, "r").await.len()), (before, 1));

    store.recording_stopped(r, at(60), at(1000)).await.expect("it was recorded");
    assert!(is_conflict(store.recording_stopped(r, at(61), at(2000)).await));
    assert!(is_conflict(store.add_recording_part(r, "video/webm", doctor, at(61)).await));
    assert!(is_conflict(store.complete_recording(r, completion(), at(61)).await));
    assert_eq!(read(store, "r").await.expires_at, Some(at(1000)));
    store.recording_uploaded(r, 31, doctor, at(62)).await.expect("it was uploaded");
    assert!(is_conflict(store.recording_uploaded(r, 30, doctor, at(62)).await));
    store.complete_recording(r, completion(), at(63)).await.expect("it was processed");
    let completed = read(store, "r").await;
    let other = Completion { blob: blob(9), ..completion() };
    assert!(is_conflict(store.complete_recording(r, other, at(64)).await));
    assert!(is_conflict(store.fail_recording(r, "disk", at(64)).await));
    assert_eq!((read(store, "r").await, names(store, "r").await.len()), (completed, 4));
}

pub(crate) async fn a_recording_may_fail_on_its_way(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    store.recording_stopped(&id("r"), at(60), at(1000)).await.expect("it was recorded");
    let unfinished = store.unfinished_recordings().await.expect("the store reads");
    assert_eq!(unfinished, [read(store, "r").await]);
    store.fail_recording(&id("r"), "nothing_came", at(61)).await.expect("it was on its way");
    let failed = read(store, "r").await;
    assert_eq!(failed.status, RecordingStatus::Failed);
    assert_eq!(failed.failure.as_deref(), Some("nothing_came"));
    assert_eq!(store.unfinished_recordings().await.expect("the store reads"), []);
    let last = told(store, "r").await.pop();
    assert_eq!(last, Some(("failed".to_owned(), json!({ "reason": "nothing_came" }))));
    // Its time ends like that of others.
    let expired = store.expired_recordings(at(1000), 9).await.expect("the store reads");
    assert_eq!(expired, [id("r")]);
}

pub(crate) async fn parts_and_people_are_added_in_order(backend: &impl Backend) {
    let (store, doctor) = (backend.store(), &actor("doctor"));
    one(store).await;
    room(store, "other").await;
    begin(store, NewRecording { room: room_id("other"), ..new("s") }).await;
    for (number, media_type) in [(1, "video/webm"), (2, "audio/webm")] {
        let added = store.add_recording_part(&id("r"), media_type, doctor, at(number)).await;
        assert_eq!(u64::from(added.expect("it is recorded")), number);
    }
    let first = store.add_recording_part(&id("s"), "video/webm", doctor, at(3)).await;
    assert_eq!(first.expect("it is recorded"), 1);
    let came = [user("patient"), user("eve"), user("adam")];
    for _ in 0..2 {
        store.note_people(&id("r"), &came).await.expect("it is recorded");
    }
    let r = read(store, "r").await;
    let parts: Vec<_> = r.parts.iter().map(|it| (it.number, it.media_type.as_str())).collect();
    assert_eq!(parts, [(1, "video/webm"), (2, "audio/webm")]);
    assert_eq!(r.parts[1].started_at, at(2));
    assert_eq!(r.people, [user("doctor"), user("patient"), user("eve"), user("adam")]);
    assert_eq!(read(store, "s").await.people.len(), 2);
    let opened = json!({ "part": 2, "mediaType": "audio/webm" });
    assert_eq!(told(store, "r").await[2], ("part_opened".to_owned(), opened));
}

pub(crate) async fn damage_is_noted_once(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    for second in 1..3 {
        let marked = store.mark_damaged(&id("r"), &actor("patient"), at(second)).await;
        marked.expect("there is one");
    }
    assert!(read(store, "r").await.damaged);
    assert_eq!(names(store, "r").await, ["begun", "damaged"]);
}

pub(crate) async fn a_held_recording_is_not_destroyed(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    complete(store, "r", completion()).await;
    let hold = async |reason, seconds| {
        store.hold_recording(&id("r"), reason, &admin(), at(seconds)).await.expect("it is there");
    };
    hold("a suit", 64).await;
    hold("a suit", 65).await;
    let held = read(store, "r").await.hold.expect("somebody holds it");
    assert_eq!((held.by, held.at), (Some(user("admin")), at(64)), "said again it is the same");
    assert_eq!(held.reason.reveal(), "a suit");
    assert_eq!(destroy(store, "r").await, Destroyed::OnHold);
    let held = read(store, "r").await;
    assert_eq!((held.status, held.key), (RecordingStatus::Completed, Some(key(7))));
    hold("another suit", 66).await;
    for second in 67..69 {
        let released = store.release_recording(&id("r"), &admin(), at(second)).await;
        released.expect("it is there");
    }
    assert_eq!(read(store, "r").await.hold, None);
    assert!(matches!(destroy(store, "r").await, Destroyed::Done { .. }));
    assert!(is_conflict(store.hold_recording(&id("r"), "late", &admin(), at(70)).await));

    let told = told(store, "r").await;
    let names: Vec<_> = told[4..].iter().map(|it| it.0.as_str()).collect();
    assert_eq!(names, ["held", "held", "released", "destroyed"]);
    assert_eq!(told[4].1, json!({ "reason": "a suit" }));
}

pub(crate) async fn of_holding_and_destroying_one_comes_first(backend: &impl Backend) {
    let store = backend.store();
    room(store, "room").await;
    for round in 0..8 {
        let name = format!("race-{round}");
        begin(store, new(&name)).await;
        let id = id(&name);
        let hold = async { store.hold_recording(&id, "a suit", &admin(), at(5)).await };
        let (held, destroyed) = match round % 2 {
            0 => tokio::join!(hold, destroy(store, &name)),
            _ => {
                let (destroyed, held) = tokio::join!(destroy(store, &name), hold);
                (held, destroyed)
            }
        };
        let after = read(store, &name).await;
        match destroyed {
            Destroyed::Done { .. } => {
                assert!(is_conflict(held) && after.key.is_none() && after.hold.is_none());
            }
            Destroyed::OnHold => {
                assert!(held.is_ok() && after.key.is_some() && after.hold.is_some());
            }
            Destroyed::Gone => panic!("nobody else destroys"),
        }
    }
}

pub(crate) async fn a_destroyed_recording_has_no_key_and_stays(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    complete(store, "r", Completion { poster: Some(blob(2)), ..completion() }).await;
    let reason = Some(Private::new("they asked us to".to_owned()));
    let why = Destruction::Asked(reason);
    let destroyed = store.destroy_recording(&id("r"), why, &admin(), at(70)).await;
    let done = Destroyed::Done { blob: Some(blob(1)), poster: Some(blob(2)) };
    assert_eq!(destroyed.expect("it is there"), done);
    let after = read(store, "r").await;
    assert_eq!((after.status, after.key), (RecordingStatus::Destroyed, None));
    assert_eq!((after.destroyed_at, after.duration_ms), (Some(at(70)), Some(61_500)));
    assert_eq!(destroy(store, "r").await, Destroyed::Gone);
    let last = told(store, "r").await.pop().expect("there are lines");
    assert_eq!(last.0, "destroyed");
    assert_eq!(last.1, json!({ "why": "asked", "reason": "they asked us to" }));

    assert!(is_conflict(store.set_poster(&id("r"), &blob(3)).await));
    assert!(is_conflict(store.mark_damaged(&id("r"), &admin(), at(71)).await));
    assert!(is_conflict(store.fail_recording(&id("r"), "late", at(71)).await));
    assert!(is_conflict(store.rewrap_recording(&id("r"), &key(7), key(8), at(71)).await));
    assert_eq!(store.recording_keys().await.expect("the store reads"), Vec::<String>::new());
    // Who comes late is still noted.
    let opened = store.note_access(&id("r"), &admin(), Access::Opened, at(72)).await;
    opened.expect("it is there");
    assert_eq!(names(store, "r").await.last().map(String::as_str), Some("opened"));
}

pub(crate) async fn what_remains_is_known_until_it_is_gone(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    complete(store, "r", completion()).await;
    begin(store, new("s")).await;
    assert_eq!(store.remains().await.expect("the store reads"), []);
    destroy(store, "r").await;
    destroy(store, "s").await;
    let of_r = Remains { id: id("r"), blob: Some(blob(1)), poster: None };
    let of_s = Remains { id: id("s"), blob: None, poster: None };
    assert_eq!(store.remains().await.expect("the store reads"), [of_r, of_s.clone()]);
    assert_eq!(store.unknown_recording_blobs(vec![blob(1)]).await.expect("it reads"), []);
    for _ in 0..2 {
        store.blobs_gone(&id("r")).await.expect("it was destroyed");
    }
    assert_eq!(store.remains().await.expect("the store reads"), [of_s]);
    assert_eq!(read(store, "r").await.blob, None);
    assert_eq!(store.unknown_recording_blobs(vec![blob(1)]).await.expect("it reads"), [blob(1)]);
}

pub(crate) async fn recordings_expire_unless_somebody_holds_them(backend: &impl Backend) {
    let store = backend.store();
    room(store, "room").await;
    for (number, name) in ["a", "b", "c", "on-air"].into_iter().enumerate() {
        begin(store, new(name)).await;
        if name != "on-air" {
            let expires = at(1000 - 100 * number as u64);
            store.recording_stopped(&id(name), at(60), expires).await.expect("it was recorded");
        }
    }
    let expired = async |seconds, limit| {
        store.expired_recordings(at(seconds), limit).await.expect("the store reads")
    };
    assert_eq!(expired(799, 9).await, []);
    assert_eq!(expired(800, 9).await, [id("c")]);
    assert_eq!(expired(5000, 9).await, [id("c"), id("b"), id("a")]);
    assert_eq!(expired(5000, 2).await, [id("c"), id("b")]);
    store.hold_recording(&id("c"), "a suit", &admin(), at(100)).await.expect("it is there");
    destroy(store, "b").await;
    assert_eq!(expired(5000, 9).await, [id("a")]);
    store.release_recording(&id("c"), &admin(), at(101)).await.expect("it is there");
    assert_eq!(expired(5000, 9).await, [id("c"), id("a")]);
}

pub(crate) async fn who_watched_is_counted_and_who_was_refused_is_noted(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    let note = async |who, access, seconds| {
        store.note_access(&id("r"), &actor(who), access, at(seconds)).await.expect("it is there");
    };
    note("patient", Access::Opened, 10).await;
    note("doctor", Access::Watched, 11).await;
    note("patient", Access::Refused { what: "download" }, 12).await;
    note("patient", Access::Watched, 13).await;
    note("doctor", Access::Downloaded, 14).await;
    let r = read(store, "r").await;
    assert_eq!((r.views, r.last_viewed), (2, Some((user("patient"), at(13)))));
    let lines = store.recording_accesses(&id("r")).await.expect("the store reads");
    let lines = lines[1..].iter().map(|it| (it.name.as_str(), it.by.user().cloned(), it.at));
    let (doctor, patient) = (Some(user("doctor")), Some(user("patient")));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [
            ("recording.opened", patient.clone(), at(10)),
            ("recording.watched", doctor.clone(), at(11)),
            ("recording.refused", patient.clone(), at(12)),
            ("recording.watched", patient, at(13)),
            ("recording.downloaded", doctor, at(14)),
        ]
    );
    assert_eq!(told(store, "r").await[3].1, json!({ "what": "download" }));
    // However many there are, all of them are told.
    let (stream, body) = (Stream::Recording(id("r")), json!({}));
    let note = || store.record(&stream, &Actor::House, "recording.opened", &body, at(15));
    let noted = join_all((0..1100).map(|_| note())).await;
    assert!(noted.iter().all(Result::is_ok), "the store writes");
    assert_eq!(names(store, "r").await.len(), 1106);
}

pub(crate) async fn people_ask_once(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    for (who, seconds) in [("patient", 10), ("eve", 11), ("patient", 12)] {
        let asked = store.ask_for_recording(&id("r"), &actor(who), at(seconds)).await;
        asked.expect("it is there");
    }
    let requests = store.recording_requests(&id("r")).await.expect("the store reads");
    let requests: Vec<(UserId, Timestamp)> =
        requests.into_iter().map(|it| (it.user, it.at)).collect();
    assert_eq!(requests, [(user("patient"), at(10)), (user("eve"), at(11))]);
    assert_eq!(names(store, "r").await, ["begun", "asked_for", "asked_for"]);
}

pub(crate) async fn keys_are_wrapped_again_once(backend: &impl Backend) {
    let store = backend.store();
    room(store, "room").await;
    for name in ["a", "b", "c"] {
        begin(store, new(name)).await;
    }
    destroy(store, "c").await;
    let master = |number: u8| format!("master-{number}");
    let wrapped = |fill| SealedKey { by: master(2), bytes: vec![fill; 60] };
    let others = async |limit| {
        let keys = store.keys_wrapped_by_other_than("master-2", limit).await;
        keys.expect("the store reads")
    };
    assert_eq!(store.recording_keys().await.expect("the store reads"), [master(1)]);
    assert_eq!(others(9).await, [(id("a"), key(7)), (id("b"), key(7))]);
    assert_eq!(others(1).await.len(), 1);
    let rewrap = async |before: SealedKey, after| {
        store.rewrap_recording(&id("a"), &before, after, at(20)).await
    };
    assert!(is_conflict(rewrap(key(8), wrapped(9)).await), "it was another");
    rewrap(key(7), wrapped(9)).await.expect("it is what it was");
    assert!(is_conflict(rewrap(key(7), wrapped(10)).await), "somebody was faster");
    assert_eq!(read(store, "a").await.key, Some(wrapped(9)));
    assert_eq!(store.recording_keys().await.expect("the store reads"), [master(1), master(2)]);
    assert_eq!(others(9).await, [(id("b"), key(7))]);
    let body = json!({ "before": "master-1", "after": "master-2" });
    assert_eq!(told(store, "a").await[1], ("rewrapped".to_owned(), body));
    let shown = format!("{:?}", read(store, "a").await);
    assert!(shown.contains("(key wrapped by master-2)") && !shown.contains("9, 9"), "{shown}");
}

pub(crate) async fn blobs_without_a_recording_are_found(backend: &impl Backend) {
    let store = backend.store();
    one(store).await;
    complete(store, "r", Completion { poster: Some(blob(2)), ..completion() }).await;
    let blobs = (1..=4).map(blob).collect();
    let unknown = store.unknown_recording_blobs(blobs).await.expect("the store reads");
    assert_eq!(unknown, [blob(3), blob(4)]);
    assert_eq!(store.unknown_recording_blobs(vec![]).await.expect("the store reads"), []);
}

async fn list(store: &Store, filter: RecordingFilter) -> Vec<String> {
    let filter = RecordingFilter { limit: 9, ..filter };
    let page = store.recordings(&filter).await.expect("the store reads");
    assert_eq!(page.next, None);
    page.recordings.into_iter().map(|it| it.id.to_string()).collect()
}

/// Four recordings, of which each has somebody else to do with it.
async fn four(store: &Store) {
    room(store, "room").await;
    room(store, "other").await;
    let nobody = || NewRecording { patient: None, provider: None, people: vec![], ..new("x") };
    let recordings = [
        NewRecording { id: id("recorded"), recorder: user("eve"), ..nobody() },
        NewRecording { id: id("patient"), patient: Some(user("eve")), ..nobody() },
        NewRecording { id: id("provider"), provider: Some(user("eve")), ..nobody() },
        NewRecording { id: id("there"), people: vec![user("adam"), user("eve")], ..nobody() },
    ];
    for (number, mut recording) in recordings.into_iter().enumerate() {
        recording.started_at = at(10 * number as u64);
        if number == 3 {
            (recording.room, recording.appointment) = (room_id("other"), None);
            recording.title = Some(Private::new("100% Äpfel_".to_owned()));
        }
        begin(store, recording).await;
    }
}

pub(crate) async fn recordings_are_listed_by_who_may_learn_of_them(backend: &impl Backend) {
    let store = backend.store();
    four(store).await;
    let none = Relations::default();
    let seen_by = async |who, relations| {
        let visible_to = Some((user(who), relations));
        list(store, RecordingFilter { visible_to, ..RecordingFilter::default() }).await
    };
    assert_eq!(seen_by("eve", none).await, [""; 0]);
    assert_eq!(seen_by("eve", Relations { recorder: true, ..none }).await, ["recorded"]);
    assert_eq!(seen_by("eve", Relations { patient: true, ..none }).await, ["patient"]);
    assert_eq!(seen_by("eve", Relations { provider: true, ..none }).await, ["provider"]);
    assert_eq!(seen_by("eve", Relations { participant: true, ..none }).await, ["there"]);
    let two = Relations { participant: true, patient: true, ..none };
    assert_eq!(seen_by("eve", two).await, ["there", "patient"]);
    let any = Relations { recorder: true, provider: true, ..two };
    assert_eq!(seen_by("eve", any).await, ["there", "provider", "patient", "recorded"]);
    assert_eq!(seen_by("adam", any).await, ["there"]);
    assert_eq!(seen_by("doctor", any).await, ["there", "provider", "patient"]);
    assert_eq!(seen_by("nobody", any).await, [""; 0]);
    assert_eq!(list(store, RecordingFilter::default()).await.len(), 4, "for who runs the place");
}

pub(crate) async fn recordings_are_searched(backend: &impl Backend) {
    let store = backend.store();
    four(store).await;
    let adam = NewUser {
        id: user("adam"),
        email: None,
        name: Private::new("Adam Smith".to_owned()),
        role: Role::Patient,
        password: None,
    };
    store.create_user(adam, &Actor::House, at(0)).await.expect("a new user");
    let none = RecordingFilter::default;
    let saying =
        async |q: &str| list(store, RecordingFilter { q: Some(q.to_owned()), ..none() }).await;
    assert_eq!(saying("äpf").await, ["there"]);
    assert_eq!(saying("100%").await, ["there"]);
    assert_eq!(saying("0_ä").await, [""; 0], "no pattern");
    assert_eq!(saying("VISIT").await, ["provider", "patient", "recorded"]);
    assert_eq!(saying("adam sm").await, ["there"]);
    let eves = RecordingFilter { patient: Some(user("eve")), ..none() };
    assert_eq!(list(store, eves).await, ["patient"]);
    let of_room = RecordingFilter { room: Some(room_id("other")), ..none() };
    assert_eq!(list(store, of_room).await, ["there"]);
    let visit = Some("visit".parse().expect("an appointment id"));
    let of_visit = RecordingFilter { appointment: visit, ..none() };
    assert_eq!(list(store, of_visit).await, ["provider", "patient", "recorded"]);
    let between = RecordingFilter { from: Some(at(10)), to: Some(at(20)), ..none() };
    assert_eq!(list(store, between).await, ["provider", "patient"]);
    // What is set must all be true.
    let (q, from) = (Some("visit".to_owned()), Some(at(15)));
    assert_eq!(list(store, RecordingFilter { q, from, ..none() }).await, ["provider"]);
}

pub(crate) async fn pages_of_recordings_follow_each_other(backend: &impl Backend) {
    let store = backend.store();
    room(store, "room").await;
    for (name, seconds) in [("a", 5), ("b", 5), ("c", 5), ("d", 1), ("e", 9)] {
        begin(store, NewRecording { started_at: at(seconds), ..new(name) }).await;
    }
    let (mut before, mut pages) = (None, Vec::new());
    loop {
        let filter = RecordingFilter { before, limit: 2, ..RecordingFilter::default() };
        let page = store.recordings(&filter).await.expect("the store reads");
        pages.push(page.recordings.iter().map(|it| it.id.to_string()).collect::<Vec<_>>());
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
        // Whoever begins meanwhile moves nobody to another page.
        begin(store, NewRecording { started_at: at(100), ..new(&format!("{}", pages.len())) })
            .await;
    }
    assert_eq!(pages, [vec!["e", "c"], vec!["b", "a"], vec!["d"]]);
}

/// Everything that is in the files of the database.
fn disk(file: &File) -> Vec<u8> {
    let path = file.url().strip_prefix("sqlite:").expect("a file");
    let folder = Path::new(path).parent().expect("a folder");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let paths = files.map(|it| it.expect("it can be read").path());
    paths.flat_map(|it| std::fs::read(it).expect("it can be read")).collect()
}

fn is_on_the_disk(file: &File, key: &SealedKey) -> bool {
    disk(file).windows(key.bytes.len()).any(|it| it == key.bytes)
}

/// A key of its own for each number.
fn numbered(number: u32, by: &str) -> SealedKey {
    let words = (0..15).map(|word| (number * 15 + word).wrapping_mul(2_654_435_761));
    SealedKey { by: by.to_owned(), bytes: words.flat_map(u32::to_be_bytes).collect() }
}

pub(crate) async fn no_copy_of_a_destroyed_key_is_on_the_disk(file: &File) {
    const KEYS: u32 = 200;
    let store = file.store();
    room(store, "room").await;
    // Enough of them that pages are split and rows move, in an order that is none.
    let name = |number: u32| format!("r-{:08x}", number.wrapping_mul(2_654_435_761));
    for number in 0..KEYS {
        let key = numbered(number, "master-1");
        begin(store, NewRecording { key, ..new(&name(number)) }).await;
    }
    for number in (0..KEYS).step_by(3) {
        let (before, after) = (numbered(number, "master-1"), numbered(number + KEYS, "master-2"));
        let rewrapped = store.rewrap_recording(&id(&name(number)), &before, after, at(5)).await;
        rewrapped.expect("it is what it was");
    }
    for number in (0..KEYS).map(|it| it * 77 % KEYS).filter(|it| it % 4 != 0) {
        let destroyed = destroy(store, &name(number)).await;
        assert!(matches!(destroyed, Destroyed::Done { .. }));
    }
    let disk = disk(file);
    let there: HashSet<&[u8]> = disk.windows(60).collect();
    for number in 0..KEYS {
        let (first, again) = (numbered(number, ""), numbered(number + KEYS, ""));
        let (kept, rewrapped) = (number % 4 == 0, number % 3 == 0);
        assert_eq!(there.contains(&first.bytes[..]), kept && !rewrapped, "{number}");
        assert_eq!(there.contains(&again.bytes[..]), kept && rewrapped, "{number}, rewrapped");
    }
}

pub(crate) async fn a_log_that_is_read_is_cut_later(file: &File) {
    let store = file.store();
    one(store).await;
    let mut stranger = file.stranger().await;
    let mut reading = stranger.begin().await.expect("anybody may read");
    sqlx::query("SELECT id FROM recordings").fetch_all(&mut *reading).await.expect("it reads");
    assert!(matches!(destroy(store, "r").await, Destroyed::Done { .. }));
    assert_eq!(status(store, "r").await, RecordingStatus::Destroyed);
    assert!(!store.cut_log().await.expect("it is there"), "somebody reads");
    assert!(is_on_the_disk(file, &key(7)), "the log still has it");
    reading.rollback().await.expect("the reader leaves");
    assert!(store.cut_log().await.expect("it is there"));
    assert!(!is_on_the_disk(file, &key(7)));
}
