//! What providers note about appointments: kept in versions, and never shown to
//! the patient.

use std::time::Duration;

use housecall_store::Stream;
use serde_json::{Value, json};

use crate::clinic::Clinic;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn notes(visit: &str) -> String {
    format!("/api/appointments/{visit}/notes")
}

fn new(text: &str, version: u64) -> Value {
    json!({"text": text, "version": version})
}

#[tokio::test]
async fn notes_are_saved_in_versions() {
    let clinic = Clinic::open().await;
    let path = notes(&clinic.book(2).await);
    let read = async || clinic.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!(read().await, json!({"text": "", "version": 0}));
    let none = clinic.ok("doc", "GET", &format!("{path}/versions"), Value::Null).await;
    assert_eq!(none, json!({"versions": []}));

    let saved = clinic.ok("doc", "PUT", &path, new("abc", 0)).await;
    let doc = json!({"id": "doc", "name": "doc the provider", "role": "provider"});
    let first = json!({"text": "abc", "version": 1, "hash": ABC, "author": doc,
                       "savedAt": "2023-11-14T22:13:20.000Z"});
    assert_eq!(saved, first);
    assert_eq!(read().await, first);
    clinic.house.clock.advance(Duration::from_secs(60));
    let second = clinic.ok("boss", "PUT", &path, new("abcd", 1)).await;
    assert_eq!((&second["version"], &second["author"]["id"]), (&json!(2), &json!("boss")));
    assert_eq!(second["savedAt"], "2023-11-14T22:14:20.000Z");
    let nothing = clinic.ok("doc", "PUT", &path, new("", 2)).await;
    assert_eq!((&nothing["text"], &nothing["version"]), (&json!(""), &json!(3)));

    let versions = clinic.ok("boss", "GET", &format!("{path}/versions"), Value::Null).await;
    let versions = versions["versions"].as_array().expect("a list");
    let numbers: Vec<_> = versions.iter().map(|it| it["version"].as_u64()).collect();
    assert_eq!(numbers, [Some(3), Some(2), Some(1)]);
    let line = json!({"version": 1, "hash": ABC, "author": doc,
                      "savedAt": "2023-11-14T22:13:20.000Z"});
    assert_eq!(versions[2], line, "what they say is not in a list");
    let one = clinic.ok("doc", "GET", &format!("{path}/versions/1"), Value::Null).await;
    assert_eq!(one, first);
    for wrong in ["0", "4", "-1", "x", "99999999999999999999"] {
        let wrong = format!("{path}/versions/{wrong}");
        assert_eq!(clinic.no("doc", "GET", &wrong, Value::Null).await, "404 not_found -");
    }
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_read() {
    let clinic = Clinic::open().await;
    let path = notes(&clinic.book(2).await);
    let refused = async |body: Value| clinic.no("doc", "PUT", &path, body).await;
    assert_eq!(refused(new("abc", 1)).await, "409 notes_changed -");
    let first = clinic.ok("doc", "PUT", &path, new("abc", 0)).await;
    assert_eq!(refused(new("mine", 0)).await, "409 notes_changed -");
    // A page that did not hear the answer says it again.
    assert_eq!(clinic.ok("doc", "PUT", &path, new("abc", 0)).await, first);

    assert_eq!(refused(json!({"text": "x"})).await, "400 invalid_payload version");
    assert_eq!(refused(json!({"version": 1})).await, "400 invalid_payload text");
    assert_eq!(refused(json!({"text": "x", "version": -1})).await, "400 invalid_payload version");
    assert_eq!(refused(new(&"x".repeat(20_001), 1)).await, "400 invalid_payload text");
    let read = clinic.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!(read, first, "what was refused changed nothing");
    let full = clinic.ok("doc", "PUT", &path, new(&"ä".repeat(20_000), 1)).await;
    assert_eq!(full["version"], 2);
}

#[tokio::test]
async fn notes_of_the_later_clients_and_of_this_way_are_the_same() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let (path, theirs) = (notes(&visit), format!("/api/rtc/rooms/{visit}/notes"));
    clinic.ok("doc", "PUT", &theirs, json!({"sessionNotes": "abc"})).await;
    let read = clinic.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!((&read["text"], &read["version"]), (&json!("abc"), &json!(1)));
    clinic.ok("doc", "PUT", &path, new("more", 1)).await;
    let read = clinic.ok("doc", "GET", &theirs, Value::Null).await;
    assert_eq!(read["sessionNotes"], "more");
    clinic.ok("doc", "PUT", &theirs, json!({"sessionNotes": " "})).await;
    let read = clinic.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!((&read["text"], &read["version"]), (&json!(""), &json!(3)));
}

#[tokio::test]
async fn to_anybody_else_there_are_no_notes() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let path = notes(&visit);
    clinic.ok("doc", "PUT", &path, new("canary", 0)).await;
    let versions = format!("{path}/versions");
    let paths = [path.clone(), versions.clone(), format!("{versions}/1")];
    let nowhere = clinic.ask("eve", "GET", &notes("nowhere"), Value::Null).await;
    assert_eq!((nowhere.0, &nowhere.1["code"]), (404, &json!("not_found")));
    for who in ["pat", "eve", "doc-2"] {
        for path in &paths {
            let answer = clinic.ask(who, "GET", path, Value::Null).await;
            assert_eq!(answer, nowhere, "{who} {path}");
        }
        assert_eq!(clinic.ask(who, "PUT", &path, new("mine", 1)).await, nowhere, "{who}");
    }
    let unsigned = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(clinic.house.http(&unsigned).await.0, 401);
    let read = clinic.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!((&read["text"], &read["version"]), (&json!("canary"), &json!(1)));
}

/// Every operation that reads something, asked by the patient.
#[tokio::test]
async fn the_patient_never_sees_what_was_noted_by_whatever_path() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    clinic.ok("doc", "PUT", &notes(&visit), new("canary", 0)).await;
    let _doc = clinic.guest_in("doc", &visit).await;
    let mut pat = clinic.guest_in("pat", &visit).await;
    let document = serde_json::to_value(housecall::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("an object");
    let mut answered = 0;
    for (path, operations) in paths {
        if operations.get("get").is_none() {
            continue;
        }
        let path = path.replace("{version}", "1");
        let parts = path.split('/').map(|it| if it.starts_with('{') { &visit } else { it });
        let path = parts.collect::<Vec<_>>().join("/");
        let (status, answer) = clinic.ask("pat", "GET", &path, Value::Null).await;
        assert!(!answer.to_string().contains("canary"), "{path}: {answer}");
        answered += u32::from(status == 200);
    }
    assert!(answered > 15, "most of them answer: {answered}");
    let look = pat.ask("look", json!({ "callId": visit })).await;
    assert!(!look.to_string().contains("canary"), "{look}");

    let stream = Stream::Appointment(visit.parse().expect("an id"));
    let lines = clinic.store.records(&stream, 0, 100).await.expect("the store reads");
    let noted = lines.iter().find(|it| it.name == "appointment.noted").expect("it is there");
    assert_eq!((&noted.body["version"], &noted.body["length"]), (&json!(1), &json!(6)));
    assert!(!noted.body.to_string().contains("canary"));
}
