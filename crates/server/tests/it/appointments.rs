//! Who makes, sees, moves and cancels appointments.

use std::time::Duration;

use housecall::Clock;
use housecall_core::{Actor, Private, Role, Timestamp};
use housecall_store::Store;
use serde_json::{Value, json};

use crate::support::TestHouse;

const PEOPLE: [(&str, Role); 6] = [
    ("doc", Role::Provider),
    ("doc-2", Role::Provider),
    ("pat", Role::Patient),
    ("eve", Role::Patient),
    ("gus", Role::Guest),
    ("boss", Role::Admin),
];

/// A house that knows its people, and what they say to it.
struct Clinic {
    house: TestHouse,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Clinic {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/clinic.db", folder.path().display());
        let house = TestHouse::with(&[("DATABASE_URL", &url)]).await;
        let store = Store::open(&url).await.expect("the house made it");
        let clinic = Self { house, store, _folder: folder };
        for (who, _) in PEOPLE {
            assert_eq!(clinic.ask(who, "GET", "/api/me", Value::Null).await.0, 200);
        }
        clinic
    }

    fn now(&self) -> Timestamp {
        self.house.clock.now()
    }

    async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let role = PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, role)| *role);
        let token = self.house.token(who, role.expect("one of the people"));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.house
            .http(&format!(
                "{method} {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
                 Connection: close\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await
    }

    /// The status of an answer, and the code and field of its problem.
    async fn no(&self, who: &str, method: &str, path: &str, body: Value) -> String {
        let (status, problem) = self.ask(who, method, path, body).await;
        let word = |name: &str| problem[name].as_str().unwrap_or("-").to_owned();
        format!("{status} {} {}", word("code"), word("field"))
    }

    /// Makes an appointment and answers its path.
    async fn make(&self, who: &str, booking: Value) -> String {
        let (status, made) = self.ask(who, "POST", "/api/appointments", booking).await;
        assert_eq!(status, 201, "{made}");
        format!("/api/appointments/{}", made["id"].as_str().expect("an id"))
    }

    /// The starts of the appointments that somebody is shown, and how many
    /// there are.
    async fn starts(&self, who: &str, query: &str) -> (String, Value) {
        let path = format!("/api/appointments{query}");
        let (status, page) = self.ask(who, "GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{page}");
        let list = page["appointments"].as_array().expect("a list");
        let starts = list.iter().filter_map(|it| it["startsAt"].as_str()?.get(5..10));
        (starts.collect::<Vec<_>>().join(" "), page["total"].clone())
    }
}

/// The doctor sees the patient on this day of January.
fn on(day: u32) -> Value {
    booking("doc", "pat", day)
}

fn booking(provider: &str, patient: &str, day: u32) -> Value {
    let starts_at = format!("2024-01-{day:02}T10:00:00Z");
    json!({"patientId": patient, "providerId": provider, "startsAt": starts_at})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn an_appointment_is_seen_by_its_people_and_by_administrators() {
    let clinic = Clinic::open().await;
    let booking = with(on(15), "startsAt", json!("2024-01-15T11:00:00+01:00"));
    let (status, made) = clinic.ask("doc", "POST", "/api/appointments", booking).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().expect("an id");
    let person =
        |id: &str, role: &str| json!({"id": id, "name": format!("{id} the {role}"), "role": role});
    let calendar_url = made["calendarUrl"].clone();
    assert_eq!(
        made,
        json!({"id": id, "patientId": "pat", "providerId": "doc",
               "patient": person("pat", "patient"), "provider": person("doc", "provider"),
               "door": "usual", "calendarUrl": calendar_url, "connectionChecks": [],
               "startsAt": "2024-01-15T10:00:00.000Z", "durationMinutes": 30, "type": "video",
               "status": "scheduled", "createdAt": "2023-11-14T22:13:20.000Z",
               "updatedAt": "2023-11-14T22:13:20.000Z"})
    );
    let note = Private::new("canary".to_owned());
    let id = id.parse().expect("an id");
    let noted = clinic.store.save_notes(&id, note, None, &Actor::House, clinic.now()).await;
    noted.expect("the appointment is there");

    let path = format!("/api/appointments/{id}");
    for who in ["doc", "pat", "boss"] {
        let shown = clinic.ask(who, "GET", &path, Value::Null).await;
        let as_shown = with(made.clone(), "calendarUrl", shown.1["calendarUrl"].clone());
        assert_eq!(shown, (200, as_shown), "{who}");
    }
    // What is not theirs answers as what is not there.
    let nowhere = clinic.ask("eve", "GET", "/api/appointments/nowhere", Value::Null).await;
    assert_eq!((nowhere.0, &nowhere.1["code"]), (404, &json!("not_found")));
    for (who, method) in [("eve", "GET"), ("doc-2", "GET"), ("doc-2", "PATCH"), ("eve", "DELETE")] {
        assert_eq!(clinic.ask(who, method, &path, Value::Null).await, nowhere, "{who} {method}");
    }
    let no_id = clinic.ask("eve", "GET", "/api/appointments/a%20b", Value::Null).await;
    assert_eq!(no_id, nowhere);
    let unsigned = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_eq!(clinic.house.http(&unsigned).await.0, 401);
}

#[tokio::test]
async fn providers_make_their_own_appointments_and_administrators_anybodys() {
    let clinic = Clinic::open().await;
    let check = async |who: &str, booking: Value, expected: &str| {
        let answer = clinic.no(who, "POST", "/api/appointments", booking.clone()).await;
        assert_eq!(answer, expected, "{who}: {booking}");
    };
    let made = "201 - -";
    check("doc", on(1), made).await;
    check("doc", booking("doc", "doc-2", 1), made).await;
    check("boss", booking("doc-2", "eve", 1), made).await;
    check("boss", booking("boss", "gus", 1), made).await;

    check("doc", booking("doc-2", "pat", 1), "403 forbidden -").await;
    check("doc", booking("pat", "doc", 1), "403 forbidden -").await;
    check("pat", on(1), "403 forbidden -").await;
    check("gus", booking("doc", "gus", 1), "403 forbidden -").await;

    check("boss", booking("eve", "pat", 1), "400 not_a_provider providerId").await;
    check("boss", booking("gus", "pat", 1), "400 not_a_provider providerId").await;
    check("doc", booking("doc", "nobody", 1), "400 unknown_user patientId").await;
    check("boss", booking("nobody", "pat", 1), "400 unknown_user providerId").await;
    check("doc", booking("doc", "doc", 1), "400 invalid_payload patientId").await;

    let eve = "eve".parse().expect("an id");
    let locked = clinic.store.set_disabled(&eve, true, &Actor::House, clinic.now()).await;
    locked.expect("she is there");
    check("doc", booking("doc", "eve", 1), "400 unknown_user patientId").await;
    assert_eq!(clinic.starts("boss", "").await.1, 4, "what was refused was not made");
}

#[tokio::test]
async fn what_cannot_be_is_told_by_field() {
    let clinic = Clinic::open().await;
    let path = clinic.make("doc", on(1)).await;
    let check = async |field: &str, value: Value| {
        let expected = format!("400 invalid_payload {field}");
        let new = with(on(2), field, value.clone());
        let answer = clinic.no("doc", "POST", "/api/appointments", new).await;
        assert_eq!(answer, expected, "{field}: {value}");
        if !field.ends_with("Id") {
            let change = json!({ field: value });
            let answer = clinic.no("doc", "PATCH", &path, change.clone()).await;
            assert_eq!(answer, expected, "{change}");
        }
    };
    check("durationMinutes", json!(0)).await;
    check("durationMinutes", json!(1441)).await;
    check("durationMinutes", json!(-5)).await;
    check("durationMinutes", json!("30")).await;
    check("type", json!("screen_share")).await;
    check("door", json!("ajar")).await;
    check("door", json!(1)).await;
    check("startsAt", json!("tomorrow")).await;
    check("startsAt", json!("2024-01-15")).await;
    check("startsAt", json!(1700000000000_i64)).await;
    check("patientId", json!("a b")).await;
    check("providerId", Value::Null).await;
    for field in ["patientId", "providerId", "startsAt"] {
        let mut new = on(2);
        new.as_object_mut().expect("an object").remove(field);
        let answer = clinic.no("doc", "POST", "/api/appointments", new).await;
        assert_eq!(answer, format!("400 invalid_payload {field}"));
    }
    assert_eq!(clinic.starts("doc", "").await, ("01-01".to_owned(), json!(1)));
}

#[tokio::test]
async fn a_list_shows_ones_own_in_the_order_they_start() {
    let clinic = Clinic::open().await;
    let third = clinic.make("doc", on(3)).await;
    clinic.make("doc", on(1)).await;
    clinic.make("doc-2", booking("doc-2", "pat", 2)).await;
    clinic.make("doc-2", booking("doc-2", "doc", 4)).await;
    assert_eq!(clinic.ask("doc", "DELETE", &third, Value::Null).await.0, 200);

    let check = async |who: &str, query: &str, days: &str, total: u32| {
        assert_eq!(clinic.starts(who, query).await, (days.to_owned(), json!(total)), "{query}");
    };
    check("doc", "", "01-01 01-03 01-04", 3).await;
    check("doc-2", "", "01-02 01-04", 2).await;
    check("pat", "", "01-01 01-02 01-03", 3).await;
    check("boss", "", "01-01 01-02 01-03 01-04", 4).await;
    check("eve", "", "", 0).await;
    check("pat", "?status=cancelled", "01-03", 1).await;
    check("pat", "?status=scheduled", "01-01 01-02", 2).await;
    check("pat", "?from=2024-01-02", "01-02 01-03", 2).await;
    check("pat", "?to=2024-01-02", "01-01 01-02", 2).await;
    check("pat", "?from=2024-01-01T10:00:00.001Z&to=2024-01-03T10:00:00Z", "01-02 01-03", 2).await;
    check("boss", "?limit=2&offset=1", "01-02 01-03", 4).await;
    check("boss", "?limit=2&offset=9", "", 4).await;

    let refused = async |query: &str| {
        clinic.no("pat", "GET", &format!("/api/appointments{query}"), Value::Null).await
    };
    assert_eq!(refused("?status=over").await, "400 invalid_payload status");
    assert_eq!(refused("?from=today").await, "400 invalid_payload from");
    assert_eq!(refused("?to=2024-13-01").await, "400 invalid_payload to");
    assert_eq!(refused("?limit=0").await, "400 invalid_payload limit");
    assert_eq!(refused("?limit=101").await, "400 invalid_payload limit");
    assert_eq!(refused("?offset=-1").await, "400 invalid_query -");
}

#[tokio::test]
async fn a_scheduled_appointment_is_moved_by_its_provider_or_an_administrator() {
    let clinic = Clinic::open().await;
    let path = clinic.make("boss", on(1)).await;
    clinic.house.clock.advance(Duration::from_secs(60));
    let later = json!({"startsAt": "2024-01-02T09:30:00Z", "durationMinutes": 1440});
    let (status, moved) = clinic.ask("doc", "PATCH", &path, later.clone()).await;
    assert_eq!(status, 200, "{moved}");
    assert_eq!(moved["startsAt"], "2024-01-02T09:30:00.000Z");
    assert_eq!((&moved["durationMinutes"], &moved["type"]), (&json!(1440), &json!("video")));
    assert_eq!(moved["updatedAt"], "2023-11-14T22:14:20.000Z");
    let (_, retyped) = clinic.ask("boss", "PATCH", &path, json!({"type": "text"})).await;
    assert_eq!(retyped, with(moved, "type", json!("text")));
    let (_, strict) = clinic.ask("doc", "PATCH", &path, json!({"door": "strict"})).await;
    let calendar_url = strict["calendarUrl"].clone();
    let expected = with(with(retyped, "door", json!("strict")), "calendarUrl", calendar_url);
    assert_eq!(strict, expected);

    assert_eq!(clinic.no("pat", "PATCH", &path, later.clone()).await, "403 forbidden -");
    assert_eq!(clinic.no("pat", "DELETE", &path, Value::Null).await, "403 forbidden -");
    let (status, seen) = clinic.ask("pat", "GET", &path, Value::Null).await;
    let calendar_url = seen["calendarUrl"].clone();
    assert_eq!((status, seen), (200, with(strict, "calendarUrl", calendar_url)));
    // Being a provider is not being its provider.
    let seen = clinic.make("doc-2", booking("doc-2", "doc", 5)).await;
    assert_eq!(clinic.no("doc", "PATCH", &seen, later).await, "403 forbidden -");
    assert_eq!(clinic.no("doc", "DELETE", &seen, Value::Null).await, "403 forbidden -");
}

#[tokio::test]
async fn what_has_begun_or_is_over_is_neither_moved_nor_cancelled() {
    let clinic = Clinic::open().await;
    let later = || json!({"startsAt": "2024-02-02T10:00:00Z"});
    let (no, by) = ("409 appointment_not_scheduled -", Actor::House);

    let path = clinic.make("doc", on(1)).await;
    for who in ["doc", "boss"] {
        let (status, cancelled) = clinic.ask(who, "DELETE", &path, Value::Null).await;
        assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")), "{who}");
    }
    assert_eq!(clinic.no("doc", "PATCH", &path, later()).await, no);

    let path = clinic.make("doc", on(2)).await;
    let id = path.rsplit('/').next().and_then(|it| it.parse().ok()).expect("an id");
    clinic.store.start_appointment(&id, &by, clinic.now()).await.expect("scheduled");
    for who in ["doc", "boss"] {
        assert_eq!(clinic.no(who, "PATCH", &path, later()).await, no);
        assert_eq!(clinic.no(who, "DELETE", &path, Value::Null).await, no);
    }
    assert_eq!(clinic.ask("pat", "GET", &path, Value::Null).await.1["status"], "in_progress");
    clinic.store.complete_appointment(&id, &by, clinic.now()).await.expect("in progress");
    assert_eq!(clinic.no("doc", "PATCH", &path, later()).await, no);
    assert_eq!(clinic.no("doc", "DELETE", &path, Value::Null).await, no);
    assert_eq!(clinic.ask("pat", "GET", &path, Value::Null).await.1["status"], "completed");
}
