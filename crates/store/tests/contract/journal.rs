use housecall_core::Actor;
use housecall_store::{Store, Stream, Verdict};
use serde_json::json;

use crate::{
    backend::{Backend, Lasting},
    story::{Call, actor, at, end, join, user},
};

async fn verdict(store: &Store) -> Verdict {
    store.verify_journal().await.expect("the store reads")
}

/// Where a journal is broken and how, for people.
fn wording(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Intact { .. } => "intact".to_owned(),
        Verdict::Broken { stream, seq, what } => format!("{stream} {seq}: {what}"),
    }
}

pub(crate) async fn other_streams_count_for_themselves(backend: &impl Backend) {
    let store = backend.store();
    let patient = Stream::User(user("patient"));
    let note = async |stream: &Stream, by: &Actor, name: &str, seconds| {
        let written = store.record(stream, by, name, &json!({ "at": seconds }), at(seconds)).await;
        written.expect("the store writes")
    };
    assert_eq!(note(&Stream::House, &Actor::House, "house.started", 0).await, 1);
    assert_eq!(note(&patient, &actor("patient"), "user.looked", 1).await, 1);
    assert_eq!(note(&patient, &actor("doctor"), "user.was_seen", 2).await, 2);

    let records = store.records(&patient, 0, 10).await.expect("the store reads");
    let names: Vec<_> = records.iter().map(|it| (it.seq, it.name.as_str())).collect();
    assert_eq!(names, [(1, "user.looked"), (2, "user.was_seen")]);
    assert_eq!((&records[1].by, records[1].at), (&actor("doctor"), at(2)));
    assert_eq!(records[1].body, json!({ "at": 2 }));
    assert_eq!(store.records(&patient, 1, 10).await.expect("the store reads")[..], records[1..]);
    assert_eq!(store.records(&patient, 0, 1).await.expect("the store reads")[..], records[..1]);
    assert_eq!(verdict(store).await, Verdict::Intact { entries: 3, streams: 2 });
}

pub(crate) async fn many_writers_share_a_stream(backend: &impl Backend) {
    let store = backend.store();
    let notes = (0..200).map(|_| {
        let store = store.clone();
        let note = async move {
            store.record(&Stream::House, &Actor::House, "house.noted", &json!({}), at(0)).await
        };
        tokio::spawn(note)
    });
    let mut numbers = Vec::new();
    for note in notes.collect::<Vec<_>>() {
        numbers.push(note.await.expect("no panic").expect("the store writes"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
    assert_eq!(verdict(store).await, Verdict::Intact { entries: 200, streams: 1 });
}

pub(crate) async fn the_journal_is_append_only(backend: &crate::backend::File) {
    Call::ringing(backend.store(), "fixed", 0).await;
    for sql in ["UPDATE journal SET body = '{}'", "DELETE FROM journal"] {
        let refused = sqlx::query(sql).execute(&mut backend.stranger().await).await;
        let refused = refused.expect_err("the journal resists").to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    backend.unlock_the_journal().await;
    // The next start locks it again.
    backend.another().await.close().await;
    let refused = sqlx::query("DELETE FROM journal").execute(&mut backend.stranger().await).await;
    assert!(refused.is_err());
}

/// Two calls and some other lines: streams of 3, 4, 1 and 2 entries.
async fn two_calls(store: &Store) {
    let mut call = Call::ringing(store, "a", 0).await;
    call.tell(1, "doctor", join("desk")).await;
    let mut call = Call::ringing(store, "b", 2).await;
    call.tell(3, "doctor", join("desk")).await;
    call.tell(4, "doctor", end("enough")).await;
    for stream in [Stream::House, Stream::User(user("z")), Stream::User(user("z"))] {
        let written = store.record(&stream, &Actor::House, "noted", &json!({}), at(5)).await;
        written.expect("the store writes");
    }
}

pub(crate) async fn every_change_to_the_journal_shows(backend: &impl Lasting) {
    let store = backend.store();
    two_calls(store).await;
    assert_eq!(verdict(store).await, Verdict::Intact { entries: 10, streams: 4 });
    backend.unlock_the_journal().await;
    backend.meddle("CREATE TABLE kept AS SELECT * FROM journal").await;

    let check = async |meddling: &str, expected: &str| {
        backend.meddle(meddling).await;
        assert_eq!(wording(&verdict(store).await), expected, "{meddling}");
        backend.meddle("DELETE FROM journal; INSERT INTO journal SELECT * FROM kept").await;
        assert_eq!(wording(&verdict(store).await), "intact");
    };

    for (stream, length) in [("house", 1), ("room:a", 3), ("room:b", 4), ("user:z", 2)] {
        for seq in 1..=length {
            let here = format!("WHERE stream = '{stream}' AND seq = {seq}");
            for column in ["at", "actor", "name", "body"] {
                let edit = format!("UPDATE journal SET {column} = {column} || ' ' {here}");
                check(&edit, &format!("{stream} {seq}: the entry was edited")).await;
            }
            let edit = format!("UPDATE journal SET hash = prev_hash || '0' {here}");
            check(&edit, &format!("{stream} {seq}: the entry was edited")).await;
            let edit = format!("UPDATE journal SET prev_hash = hash {here}");
            let expected =
                format!("{stream} {seq}: the entry does not follow from the one before it");
            check(&edit, &expected).await;

            let delete = format!("DELETE FROM journal {here}");
            check(&delete, &format!("{stream} {seq}: the entry is missing")).await;
            let delete = format!("DELETE FROM journal WHERE stream = '{stream}' AND seq >= {seq}");
            check(&delete, &format!("{stream} {seq}: the entry is missing")).await;
        }
        let end = format!("WHERE stream = '{stream}' AND seq = {length}");
        let insert = format!(
            "INSERT INTO journal SELECT stream, seq + 1, at, actor, name, body, hash, hash \
             FROM journal {end}"
        );
        check(&insert, &format!("{stream} {}: the entry was edited", length + 1)).await;
        let adopt = format!("UPDATE journal SET stream = 'room:c', seq = 1 {end}");
        let expected = match stream {
            // "room:c" comes before the stream that it was taken from.
            "user:z" => "room:c 1: the entry does not follow from the one before it".to_owned(),
            _ => format!("{stream} {length}: the entry is missing"),
        };
        check(&adopt, &expected).await;
    }
    for (one, other) in [(1, 2), (2, 3), (1, 4)] {
        let swap = format!(
            "UPDATE journal SET seq = 9 WHERE stream = 'room:b' AND seq = {one};
             UPDATE journal SET seq = {one} WHERE stream = 'room:b' AND seq = {other};
             UPDATE journal SET seq = {other} WHERE stream = 'room:b' AND seq = 9"
        );
        let expected = format!("room:b {one}: the entry does not follow from the one before it");
        check(&swap, &expected).await;
    }
    // A stream nobody knows, with lines that would be right by themselves.
    let copy = "INSERT INTO journal SELECT 'house:2', seq, at, actor, name, body, prev_hash, hash \
                FROM journal WHERE stream = 'house'";
    check(copy, "house:2 1: the entry was edited").await;

    // Whoever forgets the end of a stream cannot hide that there was more.
    backend.meddle("DELETE FROM heads WHERE stream = 'room:b'").await;
    let expected = "room:b 1: the entry was added from outside";
    assert_eq!(wording(&verdict(store).await), expected);
}

pub(crate) async fn a_long_journal_is_checked_in_parts(backend: &impl Lasting) {
    let store = backend.store();
    let notes = (0..1200).map(|number| {
        let (store, stream) = (store.clone(), Stream::User(user(&format!("u{number:04}"))));
        tokio::spawn(async move {
            for _ in 0..2 {
                let noted = store.record(&stream, &Actor::House, "noted", &json!({}), at(0)).await;
                noted.expect("the store writes");
            }
        })
    });
    for note in notes.collect::<Vec<_>>() {
        note.await.expect("no panic");
    }
    assert_eq!(verdict(store).await, Verdict::Intact { entries: 2400, streams: 1200 });
    backend.unlock_the_journal().await;
    for stream in ["user:u1199", "user:u1000", "user:u0999", "user:u0500", "user:u0000"] {
        backend.meddle(&format!("DELETE FROM journal WHERE stream = '{stream}'")).await;
        assert_eq!(wording(&verdict(store).await), format!("{stream} 1: the entry is missing"));
    }
}
