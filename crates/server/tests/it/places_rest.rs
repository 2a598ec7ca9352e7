//! Meetings over HTTP, the neutral way.

use housecall_core::Role;
use serde_json::{Value, json};

use crate::clinic::Clinic;

const MEETINGS: &str = "/api/meetings";

fn person(id: &str, role: &str) -> Value {
    json!({"id": id, "name": format!("{id} the {role}"), "role": role})
}

impl Clinic {
    /// Makes a meeting and answers its path.
    async fn plan(&self, who: &str, plan: Value) -> String {
        let made = self.ok(who, "POST", MEETINGS, plan).await;
        format!("{MEETINGS}/{}", made["id"].as_str().expect("an id"))
    }

    /// The names of the meetings somebody is shown.
    async fn plans(&self, who: &str) -> String {
        let answer = self.ok(who, "GET", MEETINGS, Value::Null).await;
        let list = answer["meetings"].as_array().expect("a list");
        assert_eq!(answer["total"], list.len());
        list.iter().filter_map(|it| it["name"].as_str()).collect::<Vec<_>>().join(" ")
    }
}

#[tokio::test]
async fn a_meeting_is_made_shown_changed_and_deleted() {
    let clinic = Clinic::open().await;
    let made = clinic.ok("doc", "POST", MEETINGS, json!({"name": " Round "})).await;
    let id = made["id"].as_str().expect("an id");
    let mut expected = json!({
        "id": id, "name": "Round", "private": false, "door": "open",
        "creator": person("doc", "provider"), "createdAt": "2023-11-14T22:13:20.000Z",
        "live": false, "people": 0,
    });
    assert_eq!(made, expected);
    let path = format!("{MEETINGS}/{id}");
    for who in ["doc", "pat", "boss"] {
        assert_eq!(clinic.ok(who, "GET", &path, Value::Null).await, expected, "{who}");
    }

    let change = json!({"name": "Board", "private": true, "door": "strict",
                        "startsAt": "2024-01-15T11:00:00+01:00", "access": ["pat", "doc"]});
    let changed = clinic.ok("doc", "PATCH", &path, change).await;
    expected["name"] = json!("Board");
    expected["private"] = json!(true);
    expected["door"] = json!("strict");
    expected["startsAt"] = json!("2024-01-15T10:00:00.000Z");
    expected["access"] = json!([person("pat", "patient")]);
    assert_eq!(changed, expected);
    assert_eq!(clinic.ok("boss", "PATCH", &path, json!({})).await, expected);
    let seen = clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(seen.get("access"), None, "that is for those who run it");
    assert_eq!(clinic.no("eve", "GET", &path, Value::Null).await, "404 not_found -");

    let later = json!({"startsAt": null, "access": ["eve"]});
    let changed = clinic.ok("boss", "PATCH", &path, later).await;
    assert_eq!((changed.get("startsAt"), &changed["door"]), (None, &json!("strict")));
    assert_eq!(changed["access"], json!([person("eve", "patient")]));
    assert_eq!(clinic.no("pat", "GET", &path, Value::Null).await, "404 not_found -");

    clinic.ok("doc", "DELETE", &path, Value::Null).await;
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(clinic.no("doc", method, &path, json!({})).await, "404 not_found -");
    }
}

#[tokio::test]
async fn one_is_shown_the_meetings_one_may_come_to() {
    let clinic = Clinic::open().await;
    clinic.plan("doc", json!({"name": "open"})).await;
    let closed = json!({"name": "closed", "private": true, "access": ["pat"]});
    clinic.plan("doc", closed).await;
    let over = clinic.plan("doc-2", json!({"name": "over"})).await;
    let id = over.rsplit('/').next().expect("an id");
    clinic.ok("doc-2", "POST", &format!("/api/room/{id}/end"), Value::Null).await;

    let sorted = async |who: &str| {
        let names = clinic.plans(who).await;
        let mut names: Vec<&str> = names.split(' ').collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(sorted("doc").await, "closed open");
    assert_eq!(sorted("pat").await, "closed open");
    assert_eq!(sorted("eve").await, "open");
    assert_eq!(sorted("boss").await, "closed open");
    let page = clinic.ok("boss", "GET", &format!("{MEETINGS}?limit=1&offset=1"), Value::Null).await;
    assert_eq!((page["meetings"].as_array().map(Vec::len), &page["total"]), (Some(1), &json!(2)));
    for query in ["limit=0", "limit=101"] {
        let path = format!("{MEETINGS}?{query}");
        assert_eq!(clinic.no("doc", "GET", &path, Value::Null).await, "400 invalid_payload limit");
    }

    let shown = clinic.ok("pat", "GET", &over, Value::Null).await;
    assert_eq!(shown["endedAt"], "2023-11-14T22:13:20.000Z");
    let late = clinic.no("doc-2", "PATCH", &over, json!({"name": "again"})).await;
    assert_eq!(late, "409 meeting_over -");
    clinic.ok("doc-2", "DELETE", &over, Value::Null).await;
}

#[tokio::test]
async fn who_is_in_a_meeting_is_counted_and_its_door_and_name_are_those_of_its_room() {
    let clinic = Clinic::open().await;
    let path = clinic.plan("doc", json!({"name": "Round", "door": "usual"})).await;
    let id = path.rsplit('/').next().expect("an id");
    let mut doc = clinic.guest("doc").await;
    let joined = doc.ask("join", json!({ "callId": id })).await;
    let room = &joined["result"];
    assert_eq!((&room["door"], &room["title"]), (&json!("usual"), &json!("Round")), "{joined}");
    assert_eq!(room["place"], id);
    let _pat = clinic.guest_in("pat", id).await;
    let shown = clinic.ok("eve", "GET", &path, Value::Null).await;
    assert_eq!((&shown["live"], &shown["people"]), (&json!(true), &json!(2)));

    clinic.ok("doc", "DELETE", &path, Value::Null).await;
    doc.hears("ended").await;
}

#[tokio::test]
async fn what_cannot_be_is_told_by_field() {
    let clinic = Clinic::open().await;
    let path = clinic.plan("doc", json!({"name": "Round"})).await;
    let check = async |field: &str, value: Value, code: &str| {
        let expected = format!("400 {code} {field}");
        let mut plan = json!({"name": "Other"});
        plan[field] = value.clone();
        assert_eq!(clinic.no("doc", "POST", MEETINGS, plan).await, expected, "{value}");
        let change = json!({ field: value });
        assert_eq!(clinic.no("doc", "PATCH", &path, change).await, expected, "{value}");
    };
    check("name", json!(" "), "invalid_payload").await;
    check("name", json!("x".repeat(101)), "invalid_payload").await;
    check("name", json!(7), "invalid_payload").await;
    check("private", json!("yes"), "invalid_payload").await;
    check("door", json!("ajar"), "invalid_payload").await;
    check("startsAt", json!("tomorrow"), "invalid_payload").await;
    check("access", json!(["nobody"]), "unknown_user").await;
    check("access", json!(vec!["pat"; 101]), "invalid_payload").await;
    assert_eq!(clinic.no("doc", "POST", MEETINGS, json!({})).await, "400 invalid_payload name");
    assert_eq!(clinic.plans("boss").await, "Round", "what was refused changed nothing");
}

#[tokio::test]
async fn a_meeting_is_run_by_its_creator_and_administrators() {
    let clinic = Clinic::open().await;
    let path = clinic.plan("pat", json!({"name": "Family"})).await;
    for who in ["eve", "doc"] {
        let change = json!({"name": "Mine"});
        assert_eq!(clinic.no(who, "PATCH", &path, change).await, "403 forbidden -");
        assert_eq!(clinic.no(who, "DELETE", &path, Value::Null).await, "403 forbidden -");
    }
    assert_eq!(
        clinic.no("eve", "GET", "/api/meetings/a%20b", Value::Null).await,
        "404 not_found -"
    );
    clinic.ok("boss", "DELETE", &path, Value::Null).await;

    let gus = clinic.house.token("gus", Role::Guest);
    let (status, problem) = clinic.house.post(MEETINGS, &gus, &json!({"name": "Mine"})).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
    clinic.plan("doc", json!({"name": "Round"})).await;
    let (status, seen) = clinic.house.get(MEETINGS, &gus).await;
    assert_eq!((status, seen), (200, json!({"meetings": [], "total": 0})));
    let booking = json!({"patientId": "pat", "providerId": "gus",
                         "startsAt": "2024-01-04T10:00:00Z"});
    let (status, problem) = clinic.house.post("/api/appointments", &gus, &booking).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
    let (status, problem) = clinic.house.get(MEETINGS, "").await;
    assert_eq!((status, &problem["code"]), (401, &json!("token_missing")));
}
