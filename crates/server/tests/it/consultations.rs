//! Sessions and what is written in them, as the clients of consultations ask for
//! them over HTTP.

use std::time::Duration;

use housecall_core::{Actor, Private, room::Door};
use housecall_store::NewMeeting;
use serde_json::{Value, json};

use crate::clinic::Clinic;

const SESSIONS: &str = "/api/consultations/sessions";
const ACTIVE: &str = "/api/consultations/active";
const CHAT: &str = "/api/chat/conversations";

fn person(id: &str, role: &str, first: &str, last: &str) -> Value {
    let display = format!("{first} {last}");
    let profile = json!({"id": id, "firstName": first, "lastName": last, "displayName": display});
    json!({"id": id, "role": role, "profile": profile})
}

/// The ids of the items of a list, in a word each of `names`.
fn ids(answer: &Value, names: &[(&str, &str)]) -> String {
    let list = answer["data"].as_array().expect("a list");
    let name = |id: &str| names.iter().find(|(it, _)| *it == id).map_or("?", |(_, name)| *name);
    let ids = list.iter().map(|it| name(it["id"].as_str().expect("an id")));
    ids.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_session_is_an_appointment_in_other_words() {
    let clinic = Clinic::open().await;
    let id = clinic.book(15).await;
    let note = Private::new("canary".to_owned());
    let appointment = id.parse().expect("an id");
    let at = housecall_core::Timestamp::EPOCH;
    let noted = clinic.store.save_notes(&appointment, note, None, &Actor::House, at).await;
    noted.expect("the appointment is there");

    let (patient, physician) = (
        person("pat", "PATIENT", "pat the", "patient"),
        person("doc", "PHYSICIAN", "doc the", "provider"),
    );
    let session = json!({
        "id": id, "status": "scheduled", "type": "video", "origin": "consultation",
        "patientId": "pat", "physicianId": "doc", "providerId": "doc",
        "scheduledAt": "2024-01-15T10:00:00.000Z", "startedAt": null, "endedAt": null,
        "durationMinutes": 30, "patient": patient, "physician": physician,
        "participants": [patient, physician],
        "createdAt": "2023-11-14T22:13:20.000Z", "updatedAt": "2023-11-14T22:13:20.000Z",
    });
    let path = format!("{SESSIONS}/{id}");
    for who in ["doc", "pat", "boss"] {
        let shown = clinic.ok(who, "GET", &path, Value::Null).await;
        assert_eq!((&shown["success"], &shown["data"]), (&json!(true), &session), "{who}");
    }
    let virtual_session = format!("/api/appointments/{id}/virtual-session");
    let made = clinic.ok("pat", "POST", &virtual_session, Value::Null).await;
    assert_eq!(made["data"], session);
    let listed = clinic.ok("boss", "GET", SESSIONS, Value::Null).await;
    assert_eq!(listed["data"], json!([session]), "nothing was made");

    for who in ["eve", "doc-2"] {
        let no = "404 not_a_participant -";
        assert_eq!(clinic.no(who, "POST", &virtual_session, Value::Null).await, no);
        for (method, part) in
            [("GET", ""), ("GET", "/room"), ("POST", "/join"), ("POST", "/start"), ("POST", "/end")]
        {
            let path = format!("{path}{part}");
            assert_eq!(clinic.no(who, method, &path, Value::Null).await, no, "{who} {path}");
        }
        let status = json!({"status": "completed"});
        assert_eq!(clinic.no(who, "PUT", &format!("{path}/status"), status).await, no);
    }
    let nowhere = clinic.no("doc", "GET", &format!("{SESSIONS}/a%20b"), Value::Null).await;
    assert_eq!(nowhere, "404 not_a_participant -");
    let unsigned = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(clinic.house.http(&unsigned).await.0, 401);
}

#[tokio::test]
async fn sessions_are_listed_page_by_page() {
    let clinic = Clinic::open().await;
    let (third, first, second) = (clinic.book(3).await, clinic.book(1).await, clinic.book(2).await);
    let names = [(&*first, "first"), (&*second, "second"), (&*third, "third")];
    clinic.ok("doc", "POST", &format!("{SESSIONS}/{second}/start"), Value::Null).await;
    let check = async |who: &str, query: &str, expected: &str, pagination: Value| {
        let page = clinic.ok(who, "GET", &format!("{SESSIONS}{query}"), Value::Null).await;
        assert_eq!(ids(&page, &names), expected, "{who} {query}");
        assert_eq!(page["pagination"], pagination, "{who} {query}");
    };
    let says = |page: u32, limit: u32, total: u32, pages: u32| json!({"page": page, "limit": limit, "total": total, "totalPages": pages});
    check("doc", "", "first second third", says(1, 20, 3, 1)).await;
    check("boss", "", "first second third", says(1, 20, 3, 1)).await;
    check("eve", "", "", says(1, 20, 0, 0)).await;
    check("pat", "?limit=2", "first second", says(1, 2, 3, 2)).await;
    check("pat", "?limit=2&page=2", "third", says(2, 2, 3, 2)).await;
    check("pat", "?status=in_progress", "second", says(1, 20, 1, 1)).await;
    check("pat", "?status=cancelled", "", says(1, 20, 0, 0)).await;

    for (query, expected) in [
        ("?status=over", "400 invalid_payload status"),
        ("?page=0", "400 invalid_payload page"),
        ("?limit=0", "400 invalid_payload limit"),
        ("?limit=101", "400 invalid_payload limit"),
        ("?page=-1", "400 invalid_query -"),
    ] {
        let no = clinic.no("pat", "GET", &format!("{SESSIONS}{query}"), Value::Null).await;
        assert_eq!(no, expected, "{query}");
    }
}

#[tokio::test]
async fn the_sessions_that_were_held_are_listed_latest_first() {
    let clinic = Clinic::open().await;
    let (one, two, three) = (clinic.book(1).await, clinic.book(2).await, clinic.book(3).await);
    let open = clinic.book(4).await;
    let names = [(&*one, "one"), (&*two, "two"), (&*three, "three"), (&*open, "open")];
    for id in [&two, &three, &one] {
        clinic.ok("doc", "POST", &format!("{SESSIONS}/{id}/end"), Value::Null).await;
    }
    let check = async |who: &str, query: &str, expected: &str| {
        let path = format!("/api/consultations/history{query}");
        let page = clinic.ok(who, "GET", &path, Value::Null).await;
        assert_eq!(ids(&page, &names), expected, "{who} {query}");
    };
    check("pat", "", "three two one").await;
    check("doc", "?limit=2", "three two").await;
    check("doc", "?limit=2&page=2", "one").await;
    check("doc", "?limit=2&page=3", "").await;
    check("eve", "", "").await;
}

#[tokio::test]
async fn a_physician_begins_and_ends_a_session_nobody_is_at() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let path = |part: &str| format!("{SESSIONS}/{id}/{part}");
    let forbidden = "403 forbidden -";
    assert_eq!(clinic.no("pat", "POST", &path("start"), Value::Null).await, forbidden);
    assert_eq!(clinic.no("pat", "POST", &path("end"), Value::Null).await, forbidden);
    for status in ["in_progress", "completed", "cancelled"] {
        let no = clinic.no("pat", "PUT", &path("status"), json!({"status": status})).await;
        assert_eq!(no, forbidden, "{status}");
    }
    let begun = clinic.ok("doc", "POST", &path("start"), Value::Null).await;
    assert_eq!(begun["data"]["status"], "in_progress");
    assert_eq!(begun["data"]["startedAt"], "2023-11-14T22:13:20.000Z");
    let cancelled = clinic.no("doc", "PUT", &path("status"), json!({"status": "cancelled"})).await;
    assert_eq!(cancelled, "409 appointment_over -");
    clinic.house.clock.advance(Duration::from_secs(600));
    for _ in 0..2 {
        let ended = clinic.ok("boss", "POST", &path("end"), json!({})).await;
        assert_eq!(ended["data"]["status"], "completed");
        assert_eq!(ended["data"]["endedAt"], "2023-11-14T22:23:20.000Z");
    }
    assert_eq!(
        clinic.no("doc", "POST", &path("start"), Value::Null).await,
        "409 appointment_over -"
    );
    assert_eq!(clinic.no("pat", "POST", &path("join"), Value::Null).await, "400 call_over -");
    let room = clinic.ok("pat", "GET", &path("room"), Value::Null).await;
    assert_eq!(room["data"]["roomStatus"], "completed");
}

#[tokio::test]
async fn a_status_is_changed_by_its_word() {
    let clinic = Clinic::open().await;
    let (held, dropped) = (clinic.book(1).await, clinic.book(2).await);
    let put = async |id: &str, status: &str| {
        let path = format!("{SESSIONS}/{id}/status");
        clinic.ok("doc", "PUT", &path, json!({"status": status})).await["data"]["status"].clone()
    };
    assert_eq!(put(&held, "in_progress").await, "in_progress");
    assert_eq!(put(&held, "completed").await, "completed");
    assert_eq!(put(&dropped, "cancelled").await, "cancelled");
    let path = format!("{SESSIONS}/{dropped}/status");
    for (body, expected) in [
        (json!({"status": "in_progress"}), "409 appointment_over -"),
        (json!({"status": "completed"}), "409 appointment_over -"),
        (json!({"status": "scheduled"}), "400 invalid_payload status"),
        (json!({"status": "over"}), "400 invalid_payload status"),
        (json!({}), "400 invalid_payload status"),
    ] {
        assert_eq!(clinic.no("doc", "PUT", &path, body.clone()).await, expected, "{body}");
    }
}

#[tokio::test]
async fn what_http_says_reaches_those_who_are_there() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let path = |part: &str| format!("{SESSIONS}/{id}/{part}");
    let occupancy = |status: &str, patient: bool, physician: bool| {
        json!({"sessionId": id, "roomStatus": status,
               "patientJoined": patient, "physicianJoined": physician})
    };
    let room = async || clinic.ok("doc", "GET", &path("room"), Value::Null).await["data"].clone();
    assert_eq!(room().await, occupancy("waiting", false, false));

    let mut patient = clinic.guest_in("pat", &id).await;
    assert_eq!(room().await, occupancy("waiting", true, false));
    let cancelled = clinic.no("doc", "PUT", &path("status"), json!({"status": "cancelled"})).await;
    assert_eq!(cancelled, "409 already_started -");
    assert_eq!(clinic.no("boss", "POST", &path("join"), Value::Null).await, "403 forbidden -");
    let answer = clinic.ok("doc", "POST", &path("join"), Value::Null).await;
    assert_eq!(answer["data"]["room"], occupancy("waiting", true, false), "nobody came in by it");
    assert_eq!(answer["data"]["session"]["status"], "scheduled");

    assert_eq!(clinic.no("pat", "POST", &path("start"), Value::Null).await, "403 forbidden -");
    let begun = clinic.ok("doc", "POST", &path("start"), Value::Null).await;
    assert_eq!(begun["data"]["status"], "in_progress");
    patient.hears("begun").await;
    let _physician = clinic.guest_in("doc", &id).await;
    assert_eq!(room().await, occupancy("active", true, true));

    assert_eq!(clinic.no("pat", "POST", &path("end"), Value::Null).await, "403 forbidden -");
    let ended = clinic.ok("doc", "POST", &path("end"), Value::Null).await;
    assert_eq!(ended["data"]["status"], "completed");
    patient.hears("ended").await;
    assert_eq!(room().await, occupancy("completed", false, false));
}

#[tokio::test]
async fn open_rooms_of_every_kind_are_found() {
    let clinic = Clinic::open().await;
    let active = async |who: &str| clinic.ok(who, "GET", ACTIVE, Value::Null).await["data"].clone();
    let session = clinic.book(1).await;
    assert_eq!(active("doc").await, json!([]), "nobody is there");

    let patient = clinic.guest_in("pat", &session).await;
    for who in ["doc", "pat"] {
        let open = active(who).await;
        assert_eq!(open[0]["id"], session.as_str(), "{who}: {open}");
        assert_eq!(
            (&open[0]["patientId"], &open[0]["origin"]),
            (&json!("pat"), &json!("consultation"))
        );
    }
    assert_eq!(active("eve").await, json!([]));
    assert_eq!(active("boss").await, json!([]), "only one's own");
    drop(patient);
    clinic.ok("doc", "POST", &format!("{SESSIONS}/{session}/end"), Value::Null).await;
    assert_eq!(active("doc").await, json!([]));

    let mut caller = clinic.guest("doc-2").await;
    let call = caller.ask("start", json!({"callees": ["eve"], "purpose": "audio"})).await;
    let call = call["result"]["id"].as_str().expect("a call has an id").to_owned();
    let ringing = active("eve").await;
    assert_eq!(
        [&ringing[0]["id"], &ringing[0]["status"], &ringing[0]["type"], &ringing[0]["origin"]],
        [&json!(call), &json!("scheduled"), &json!("audio"), &json!("call")]
    );
    assert_eq!(
        (&ringing[0]["patientId"], &ringing[0]["physicianId"]),
        (&json!("eve"), &json!("doc-2"))
    );
    let of_call = |part: &str| format!("{SESSIONS}/{call}{part}");
    let shown = clinic.ok("eve", "GET", &of_call(""), Value::Null).await;
    assert_eq!(shown["data"], ringing[0], "what is listed can be shown");
    clinic.ok("eve", "POST", &of_call("/join"), Value::Null).await;
    assert_eq!(clinic.no("pat", "GET", &of_call(""), Value::Null).await, "404 not_a_participant -");
    let mut callee = clinic.guest("eve").await;
    callee.ask("decline", json!({"callId": call})).await;
    caller.hears("ended").await;
    assert_eq!(active("eve").await, json!([]));
    let over = clinic.ok("eve", "GET", &of_call(""), Value::Null).await;
    assert_eq!(over["data"]["status"], "cancelled");

    let meeting = NewMeeting {
        id: "round".parse().expect("an id"),
        name: Private::new("Morning round".to_owned()),
        creator: "doc".parse().expect("an id"),
        private: false,
        door: Door::Open,
        scheduled_at: None,
    };
    let at = housecall_core::Timestamp::EPOCH;
    clinic.store.create_meeting(meeting, &Actor::House, at).await.expect("a new meeting");
    let _creator = clinic.guest_in("doc", "round").await;
    assert_eq!(active("doc").await[0]["origin"], "meeting");
    assert_eq!(active("doc-2").await, json!([]), "who is not in it");
}

#[tokio::test]
async fn what_is_written_in_a_session_is_its_conversation() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let of = |part: &str| format!("{CHAT}/{id}/{part}");
    let listed = clinic.ok("pat", "GET", CHAT, Value::Null).await;
    assert_eq!((&listed["data"][0]["id"], &listed["pagination"]["total"]), (&json!(id), &json!(1)));
    assert_eq!(clinic.ok("boss", "GET", CHAT, Value::Null).await["data"], json!([]));
    for wanted in [json!({"sessionId": id}), json!({"participantId": "doc"})] {
        let found = clinic.ok("pat", "POST", CHAT, wanted).await;
        assert_eq!(found["data"], listed["data"][0]);
    }
    for (who, wanted, expected) in [
        ("pat", json!({"participantId": "doc-2"}), "404 not_found -"),
        ("pat", json!({"participantId": "pat"}), "404 not_found -"),
        ("eve", json!({"sessionId": id}), "404 not_a_participant -"),
        ("pat", json!({}), "400 invalid_payload sessionId"),
    ] {
        assert_eq!(clinic.no(who, "POST", CHAT, wanted.clone()).await, expected, "{who} {wanted}");
    }

    let text = |it: &str| json!({"content": it});
    let outside = clinic.no("pat", "POST", &of("messages"), text("early")).await;
    assert_eq!(outside, "400 not_in_room -");
    let mut patient = clinic.guest_in("pat", &id).await;
    let outside = clinic.no("doc", "POST", &of("messages"), text("from outside")).await;
    assert_eq!(outside, "400 not_in_room -");
    let said = clinic.ok("pat", "POST", &of("messages"), text("one")).await;
    assert_eq!(
        (&said["data"]["content"], &said["data"]["senderId"], &said["data"]["conversationId"]),
        (&json!("one"), &json!("pat"), &json!(id))
    );
    patient.hears("said").await;
    for (body, field) in [
        (text(" "), "content"),
        (json!({}), "content"),
        (json!({"content": "x", "messageType": "file"}), "messageType"),
    ] {
        let no = clinic.no("pat", "POST", &of("messages"), body.clone()).await;
        assert_eq!(no, format!("400 invalid_payload {field}"), "{body}");
    }

    // They leave, and come back: another room of the same session.
    patient.ask("leave", json!({"callId": id})).await;
    drop(patient);
    clinic.house.clock.advance(Duration::from_secs(60));
    let mut patient = clinic.guest_in("pat", &id).await;
    patient.ask("say", json!({"callId": id, "message": "two"})).await;
    clinic.ok("pat", "POST", &of("messages"), text("three")).await;

    let written = async |who: &str, query: &str| {
        let page = clinic.ok(who, "GET", &of(&format!("messages{query}")), Value::Null).await;
        let list = page["data"].as_array().expect("a list").iter();
        let texts: Vec<&str> = list.filter_map(|it| it["content"].as_str()).collect();
        format!("{} of {}", texts.join(" "), page["pagination"]["total"])
    };
    assert_eq!(written("doc", "").await, "one two three of 3");
    assert_eq!(written("pat", "?limit=2").await, "two three of 3");
    assert_eq!(written("pat", "?limit=2&page=2").await, "one of 3");
    assert_eq!(clinic.ok("doc", "PUT", &of("read"), json!({})).await["success"], true);
    // Whoever runs the place does not read along.
    for who in ["eve", "boss"] {
        let no = "404 not_a_participant -";
        assert_eq!(clinic.no(who, "GET", &of("messages"), Value::Null).await, no);
        assert_eq!(clinic.no(who, "PUT", &of("read"), Value::Null).await, no);
        assert_eq!(clinic.no(who, "POST", &of("messages"), text("hi")).await, no);
    }
    clinic.ok("doc", "POST", &format!("{SESSIONS}/{id}/end"), Value::Null).await;
    assert_eq!(clinic.no("pat", "POST", &of("messages"), text("late")).await, "400 call_over -");
    assert_eq!(written("pat", "").await, "one two three of 3");
}
