//! What people are told of their appointments, the door they come to, and what
//! their calendar shows.

use std::time::Duration;

use housecall_core::{Actor, Private, Role};
use housecall_store::NewUser;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{clinic::Clinic, support::Guest};

fn path(visit: &str) -> String {
    format!("/api/appointments/{visit}")
}

/// The next news of an appointment: what, which, and how it stands.
async fn told(guest: &mut Guest) -> (String, String, String) {
    let news = guest.word("appointment").await;
    let word = |it: &Value| it.as_str().expect("a word").to_owned();
    let visit = &news["appointment"];
    (word(&news["change"]), word(&visit["id"]), word(&visit["status"]))
}

async fn check_told(guests: &mut [&mut Guest], change: &str, visit: &str, status: &str) {
    for guest in guests {
        let expected = (change.to_owned(), visit.to_owned(), status.to_owned());
        assert_eq!(told(guest).await, expected);
    }
}

#[tokio::test]
async fn the_two_people_of_an_appointment_are_told_what_becomes_of_it() {
    let clinic = Clinic::open().await;
    let (mut doc, mut pat) = (clinic.guest("doc").await, clinic.guest("pat").await);
    let mut eve = clinic.guest("eve").await;

    let visit = clinic.book(2).await;
    let news = doc.word("appointment").await;
    let person =
        |id: &str, role: &str| json!({"id": id, "name": format!("{id} the {role}"), "role": role});
    let expected = json!({
        "id": visit, "patient": person("pat", "patient"), "provider": person("doc", "provider"),
        "startsAt": "2024-01-02T10:00:00.000Z", "durationMinutes": 30, "status": "scheduled",
    });
    assert_eq!(news, json!({"change": "booked", "appointment": expected}));
    check_told(&mut [&mut pat], "booked", &visit, "scheduled").await;

    // Whatever is not its time is nothing to be told.
    let unmoved = json!({"type": "audio", "door": "strict", "durationMinutes": 30});
    clinic.ok("doc", "PATCH", &path(&visit), unmoved).await;
    clinic.ok("doc", "PATCH", &path(&visit), json!({"startsAt": "2024-01-03T10:00:00Z"})).await;
    let news = pat.word("appointment").await;
    assert_eq!(news["change"], "moved");
    assert_eq!(news["appointment"]["startsAt"], "2024-01-03T10:00:00.000Z");
    check_told(&mut [&mut doc], "moved", &visit, "scheduled").await;
    clinic.ok("boss", "PATCH", &path(&visit), json!({"durationMinutes": 45})).await;
    check_told(&mut [&mut doc, &mut pat], "moved", &visit, "scheduled").await;

    for _ in 0..2 {
        clinic.ok("doc", "DELETE", &path(&visit), Value::Null).await;
    }
    check_told(&mut [&mut doc, &mut pat], "cancelled", &visit, "cancelled").await;

    let booking = json!({"patientId": "eve", "providerId": "doc",
                         "startsAt": "2024-01-04T10:00:00Z"});
    let other = clinic.ok("doc", "POST", "/api/appointments", booking).await;
    let other = other["id"].as_str().expect("an id");
    check_told(&mut [&mut doc, &mut eve], "booked", other, "scheduled").await;
    let refused = json!({"startsAt": "2024-01-05T10:00:00Z"});
    clinic.no("doc", "PATCH", &path(&visit), refused).await;
    let last = clinic.book(6).await;
    check_told(&mut [&mut doc, &mut pat], "booked", &last, "scheduled").await;
}

#[tokio::test]
async fn a_cancelled_appointment_is_told_whoever_cancels_it_and_how() {
    let clinic = Clinic::open().await;
    let session = clinic.book(2).await;
    let room = clinic.book(3).await;
    let (mut doc, mut pat) = (clinic.guest("doc").await, clinic.guest("pat").await);

    let status = format!("/api/consultations/sessions/{session}/status");
    clinic.ok("doc", "PUT", &status, json!({"status": "cancelled"})).await;
    check_told(&mut [&mut doc, &mut pat], "cancelled", &session, "cancelled").await;
    clinic.ok("doc", "PUT", &status, json!({"status": "cancelled"})).await;

    // Its provider comes, waits for nobody, and ends it.
    let desk = json!({"token": clinic.house.token("doc", Role::Provider), "device": "desk"});
    let mut desk = Guest::connect(clinic.house.address(), &desk).await;
    let joined = doc.ask("join", json!({"callId": room})).await;
    let call = joined["result"]["id"].clone();
    assert_eq!(doc.ask("end", json!({"callId": call})).await["ok"], true);
    check_told(&mut [&mut desk, &mut pat], "cancelled", &room, "cancelled").await;
}

#[tokio::test]
async fn an_appointment_has_the_door_it_was_given_or_that_of_the_house() {
    let clinic = Clinic::with(&[("HOUSECALL_CALLS__CONSULTATION_DOOR", "strict")]).await;
    let usual = clinic.book(2).await;
    let shown = clinic.ok("pat", "GET", &path(&usual), Value::Null).await;
    assert_eq!(shown["door"], "strict");
    let booking = json!({"patientId": "pat", "providerId": "doc", "door": "open",
                         "startsAt": "2024-01-03T10:00:00Z"});
    let open = clinic.ok("doc", "POST", "/api/appointments", booking).await;
    assert_eq!(open["door"], "open");

    let mut doc = clinic.guest("doc").await;
    for (visit, door) in [(&json!(usual), "strict"), (&open["id"], "open")] {
        let joined = doc.ask("join", json!({ "callId": visit })).await;
        assert_eq!(joined["result"]["door"], door, "{joined}");
    }
}

#[tokio::test]
async fn staff_see_who_can_be_reached_and_who_was_here_lately() {
    let clinic = Clinic::open().await;
    let (mut doc, mut pat) = (clinic.guest("doc").await, clinic.guest("pat").await);
    let row = async |who: &str, of: &str| {
        let answer = clinic.ok(who, "GET", "/api/people", Value::Null).await;
        let people = answer["people"].as_array().expect("a list").clone();
        people.into_iter().find(|it| it["id"] == of).expect("they may be called")
    };
    let never = row("doc", "eve").await;
    assert_eq!((&never["presence"], &never["online"]), (&json!("offline"), &json!(false)));
    assert_eq!(never.get("lastSeenAt"), None);
    assert_eq!(row("doc", "pat").await["presence"], "online");
    assert_eq!(pat.ask("away", json!({"away": true})).await["ok"], true);
    let away = row("doc", "pat").await;
    assert_eq!((&away["presence"], &away["online"]), (&json!("away"), &json!(true)));

    let second = json!({"token": clinic.house.token("pat", Role::Patient), "device": "second"});
    let second = Guest::connect(clinic.house.address(), &second).await;
    clinic.house.visit(&mut doc, ("pat", &mut pat)).await;
    assert_eq!(row("boss", "pat").await["presence"], "in_call");
    assert_eq!(row("pat", "doc").await["presence"], "in_call");

    clinic.house.clock.advance(Duration::from_secs(60));
    drop(pat);
    doc.hears("connectionLost").await;
    assert_eq!(row("doc", "pat").await.get("lastSeenAt"), None, "another device is there");
    drop(second);
    let mut pat = clinic.guest("pat").await;
    let call = pat.word("welcome").await["calls"][0]["id"].clone();
    assert_eq!(pat.ask("resume", json!({ "callId": call })).await["ok"], true);
    doc.hears("connectionResumed").await;
    clinic.house.clock.advance(Duration::from_secs(5));
    drop(pat);
    doc.hears("connectionLost").await;
    assert_eq!(row("doc", "pat").await["lastSeenAt"], "2023-11-14T22:14:25.000Z");

    drop(doc);
    let seen = row("pat", "doc").await;
    assert_eq!(seen.get("lastSeenAt"), None, "that is for staff: {seen}");
}

/// Asks without a token, as calendars do: the status, the headers, the text.
async fn fetch(clinic: &Clinic, path: &str, headers: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(clinic.house.address()).await.expect("the house listens");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: clinic.example:8443\r\n{headers}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("the house reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    (status, head.to_lowercase(), body.to_owned())
}

async fn calendar_url(clinic: &Clinic, who: &str, visit: &str) -> String {
    let shown = clinic.ok(who, "GET", &path(visit), Value::Null).await;
    shown["calendarUrl"].as_str().expect("a path").to_owned()
}

/// The lines of a calendar, put together again where they were folded.
fn lines(calendar: &str) -> Vec<String> {
    assert_eq!(calendar.matches('\n').count(), calendar.matches("\r\n").count());
    assert!(calendar.ends_with("\r\n"));
    let pieces = calendar.split_terminator("\r\n");
    assert!(pieces.clone().all(|it| it.len() <= 75), "{calendar}");
    calendar.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn an_appointment_is_an_entry_of_the_calendar_of_each_of_its_people() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let url = calendar_url(&clinic, "pat", &visit).await;
    assert!(url.starts_with(&format!("/api/appointments/{visit}/calendar.ics?key=")), "{url}");
    let (status, head, calendar) = fetch(&clinic, &url, "").await;
    assert_eq!(status, 200, "{calendar}");
    assert!(head.contains("content-type: text/calendar; charset=utf-8"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Housecall//Housecall//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        &format!("UID:{visit}@housecall"),
        "DTSTAMP:20231114T221320Z",
        "LAST-MODIFIED:20231114T221320Z",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "DTSTART:20240102T100000Z",
        "DTEND:20240102T103000Z",
        "SUMMARY:Visit with doc the provider",
        &format!("URL:http://clinic.example:8443/visits/{visit}"),
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Visit with doc the provider",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ];
    assert_eq!(lines(&calendar), expected);

    // The doctor reads of the patient, and so does who runs the place.
    for who in ["doc", "boss"] {
        let url = calendar_url(&clinic, who, &visit).await;
        let (_, _, calendar) = fetch(&clinic, &url, "X-Forwarded-Proto: https\r\n").await;
        assert!(calendar.contains("SUMMARY:Visit with pat the patient\r\n"), "{calendar}");
        assert!(!calendar.contains("doc the"), "{calendar}");
        let url = format!("URL:https://clinic.example:8443/visits/{visit}");
        assert!(lines(&calendar).contains(&url), "{calendar}");
    }
}

#[tokio::test]
async fn a_calendar_follows_what_becomes_of_an_appointment() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let url = calendar_url(&clinic, "pat", &visit).await;
    let check = async |expected: &[&str], alarm: bool| {
        let (_, _, calendar) = fetch(&clinic, &url, "").await;
        let lines = lines(&calendar);
        for line in expected {
            assert!(lines.iter().any(|it| it == line), "{line}: {calendar}");
        }
        assert_eq!(lines.iter().any(|it| it == "BEGIN:VALARM"), alarm, "{calendar}");
    };
    let uid = format!("UID:{visit}@housecall");
    let change = json!({"startsAt": "2024-01-03T09:00:00Z", "durationMinutes": 90});
    clinic.ok("doc", "PATCH", &path(&visit), change).await;
    let moved = ["DTSTART:20240103T090000Z", "DTEND:20240103T103000Z", "SEQUENCE:1", &uid];
    check(&moved, true).await;
    clinic.ok("doc", "PATCH", &path(&visit), json!({})).await;
    check(&["SEQUENCE:1"], true).await;
    clinic.ok("doc", "DELETE", &path(&visit), Value::Null).await;
    check(&["SEQUENCE:2", "STATUS:CANCELLED", &uid], false).await;
}

#[tokio::test]
async fn a_calendar_is_read_with_its_own_key_alone() {
    let clinic = Clinic::open().await;
    let (visit, other) = (clinic.book(2).await, clinic.book(3).await);
    let url = calendar_url(&clinic, "pat", &visit).await;
    let (base, key) = url.split_once("?key=").expect("a key");
    let of_other = format!("{}?key={key}", base.replace(&visit, &other));
    let wrong = [
        base.to_owned(),
        format!("{base}?key="),
        format!("{base}?key={}", &key[..key.len() - 1]),
        format!("{base}?key={}x", key),
        of_other,
        format!("/api/appointments/nowhere/calendar.ics?key={key}"),
    ];
    for path in &wrong {
        let (status, _, problem) = fetch(&clinic, path, "").await;
        let problem: Value = serde_json::from_str(&problem).expect("a problem");
        assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "{path}");
    }
    assert_eq!(fetch(&clinic, &url, "").await.0, 200);
    let pat = "pat".parse().expect("an id");
    let now = housecall::Clock::now(&clinic.house.clock);
    clinic.store.set_disabled(&pat, true, &Actor::House, now).await.expect("they are there");
    assert_eq!(fetch(&clinic, &url, "").await.0, 404, "who was locked out reads nothing");
}

#[tokio::test]
async fn a_name_of_any_kind_stays_within_its_line() {
    let clinic = Clinic::open().await;
    let name = "Zoë; of \\ Ångström, née Ñandú\nEND:VEVENT and some more names after that, ää";
    let new = NewUser {
        id: "zoe".parse().expect("an id"),
        email: Some(Private::new("canary@clinic.example".to_owned())),
        name: Private::new(name.to_owned()),
        role: Role::Patient,
        password: None,
    };
    let now = housecall::Clock::now(&clinic.house.clock);
    clinic.store.create_user(new, &Actor::House, now).await.expect("a new person");
    let booking = json!({"patientId": "zoe", "providerId": "doc",
                         "startsAt": "2024-01-04T10:00:00Z"});
    let made = clinic.ok("doc", "POST", "/api/appointments", booking).await;
    let url = made["calendarUrl"].as_str().expect("a path");
    let (_, _, calendar) = fetch(&clinic, url, "").await;
    let summary = "SUMMARY:Visit with Zoë\\; of \\\\ Ångström\\, née Ñandú\\nEND:VEVENT and some \
                   more names after that\\, ää";
    let lines = lines(&calendar);
    assert!(lines.iter().any(|it| it == summary), "{calendar}");
    assert_eq!(lines.iter().filter(|it| *it == "END:VEVENT").count(), 1);
    assert!(!calendar.contains("canary"), "{calendar}");
}
