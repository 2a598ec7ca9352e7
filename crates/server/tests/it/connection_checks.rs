//! Tests of connections before an appointment: who may make them, who sees them,
//! and what is not taken.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{clinic::Clinic, support::Guest};

const CHECKS: &str = "/api/connection-checks";

/// A report in which this works, and nothing else that was tried.
fn report(works: &str) -> Value {
    let mut report = json!({"stun": "blocked", "relayUdp": "blocked", "relayTcp": "blocked",
                            "relayTls": "missing", "candidates": ["host"]});
    report[works] = json!("works");
    report
}

fn check(visit: &str, works: &str) -> Value {
    json!({"appointmentId": visit, "report": report(works)})
}

fn person(id: &str, role: &str) -> Value {
    json!({"id": id, "name": format!("{id} the {role}"), "role": role})
}

impl Clinic {
    /// The connection checks that somebody is shown with an appointment.
    async fn checks(&self, who: &str, visit: &str) -> Value {
        let path = format!("/api/appointments/{visit}");
        let shown = self.ok(who, "GET", &path, Value::Null).await["connectionChecks"].clone();
        let listed = self.ok(who, "GET", "/api/appointments", Value::Null).await;
        let listed = listed["appointments"].as_array().expect("a list").iter();
        let listed: Vec<_> = listed.filter(|it| it["id"] == *visit).collect();
        assert_eq!(listed[0]["connectionChecks"], shown, "the list says the same");
        shown
    }

    /// The token and the id of somebody who came by a link to an appointment, and
    /// the link.
    async fn came(&self, visit: &str) -> (String, String, String) {
        let link = json!({"place": visit, "role": "carer"});
        let link = self.ok("doc", "POST", "/api/guest-links", link).await;
        let guest = json!({"token": link["token"], "name": "Gita"});
        let (status, guest) = self.house.post("/api/guests", "", &guest).await;
        assert_eq!(status, 201, "{guest}");
        let text = |it: &Value| it.as_str().expect("a text").to_owned();
        (text(&guest["accessToken"]), text(&guest["user"]["id"]), text(&link["id"]))
    }
}

#[tokio::test]
async fn a_check_is_shown_to_the_people_of_the_appointment() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    for who in ["doc", "pat", "boss"] {
        assert_eq!(clinic.checks(who, &visit).await, json!([]));
    }
    let report = json!({"stun": "blocked", "relayUdp": "blocked", "relayTcp": "works",
                        "relayTls": "unknown", "candidates": ["host", "relay"],
                        "roundTripMs": 41.5, "microphone": "works", "camera": "missing"});
    let new = json!({"appointmentId": visit, "report": report});
    let (status, kept) = clinic.ask("pat", "POST", CHECKS, new).await;
    let id = kept["id"].as_str().expect("an id");
    let at = "2023-11-14T22:13:20.000Z";
    let expected = json!({"id": id, "at": at, "summary": "relay", "report": report,
                          "appointments": [visit]});
    assert_eq!((status, &kept), (201, &expected));
    let shown = json!([{"user": person("pat", "patient"), "at": at, "summary": "relay",
                        "report": report}]);
    for who in ["doc", "pat", "boss"] {
        assert_eq!(clinic.checks(who, &visit).await, shown, "{who}");
    }

    clinic.house.clock.advance(Duration::from_secs(60));
    clinic.ok("pat", "POST", CHECKS, check(&visit, "stun")).await;
    clinic.ok("doc", "POST", CHECKS, check(&visit, "microphone")).await;
    let shown = clinic.checks("doc", &visit).await;
    let of = |number: usize| (&shown[number]["user"]["id"], &shown[number]["summary"]);
    assert_eq!(of(0), (&json!("doc"), &json!("blocked")));
    assert_eq!(of(1), (&json!("pat"), &json!("direct")), "the latest");
    assert_eq!((&shown[1]["at"], &shown[2]), (&json!("2023-11-14T22:14:20.000Z"), &Value::Null));
}

#[tokio::test]
async fn a_check_counts_for_all_appointments_to_come() {
    let clinic = Clinic::open().await;
    let (second, third, fourth) =
        (clinic.book(2).await, clinic.book(3).await, clinic.book(4).await);
    let cancelled = format!("/api/appointments/{third}");
    clinic.ok("doc", "DELETE", &cancelled, Value::Null).await;
    let over = json!({"patientId": "pat", "providerId": "doc",
                      "startsAt": "2023-11-14T21:43:20Z", "durationMinutes": 30});
    let over = clinic.ok("doc", "POST", "/api/appointments", over).await;
    let hers = json!({"patientId": "eve", "providerId": "doc", "startsAt": "2024-01-03T10:00:00Z"});
    let hers = clinic.ok("doc", "POST", "/api/appointments", hers).await;

    let all = json!({"report": report("relayUdp")});
    let kept = clinic.ok("pat", "POST", CHECKS, all.clone()).await;
    assert_eq!(kept["appointments"], json!([second, fourth]));
    for (visit, expected) in [(&second, 1), (&third, 0), (&fourth, 1)] {
        let shown = clinic.checks("doc", visit).await;
        assert_eq!(shown.as_array().map(Vec::len), Some(expected), "{visit}");
    }
    for other in [over, hers] {
        let other = other["id"].as_str().expect("an id");
        assert_eq!(clinic.checks("doc", other).await, json!([]));
    }
    // Who has none is told that nobody sees it.
    let kept = clinic.ok("doc-2", "POST", CHECKS, all).await;
    assert_eq!((&kept["appointments"], &kept["summary"]), (&json!([]), &json!("relay")));
}

#[tokio::test]
async fn what_is_no_report_is_told_by_field() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let refused = async |field: &str, value: Value| {
        let mut check = check(&visit, "stun");
        check["report"][field] = value;
        let said = clinic.no("pat", "POST", CHECKS, check).await;
        said.strip_prefix("400 invalid_payload ").unwrap_or(&said).to_owned()
    };
    assert_eq!(refused("stun", json!("perhaps")).await, "report.stun");
    assert_eq!(refused("relayTls", Value::Null).await, "report.relayTls");
    assert_eq!(refused("camera", json!(true)).await, "report.camera");
    assert_eq!(refused("roundTripMs", json!(-1)).await, "report.roundTripMs");
    assert_eq!(refused("roundTripMs", json!(60_001)).await, "report.roundTripMs");
    let many = json!(vec!["host"; 65]);
    assert_eq!(refused("candidates", many).await, "report.candidates");
    let address = json!(["host", "192.0.2.77"]);
    assert_eq!(refused("candidates", address).await, "report.candidates[1]");
    let no = async |body: Value| clinic.no("pat", "POST", CHECKS, body).await;
    assert_eq!(no(json!({ "appointmentId": visit })).await, "400 invalid_payload report");
    let mut nowhere = check(&visit, "stun");
    nowhere["appointmentId"] = json!(["nowhere"]);
    assert_eq!(no(nowhere).await, "400 invalid_payload appointmentId");
    assert_eq!(clinic.checks("doc", &visit).await, json!([]), "nothing was kept");

    let mut most = check(&visit, "stun");
    most["report"]["candidates"] = json!(vec!["prflx"; 64]);
    clinic.ok("pat", "POST", CHECKS, most).await;
}

#[tokio::test]
async fn an_appointment_of_others_is_as_one_that_is_not_there() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let nowhere = clinic.ask("eve", "POST", CHECKS, check("nowhere", "stun")).await;
    assert_eq!((nowhere.0, &nowhere.1["code"]), (404, &json!("not_found")));
    // Who only runs the place does not come to it.
    for who in ["eve", "doc-2", "boss"] {
        let answer = clinic.ask(who, "POST", CHECKS, check(&visit, "stun")).await;
        assert_eq!(answer, nowhere, "{who}");
    }
    let (status, _) = clinic.house.post(CHECKS, "", &check(&visit, "stun")).await;
    assert_eq!(status, 401);
    assert_eq!(clinic.checks("doc", &visit).await, json!([]));
}

#[tokio::test]
async fn nobody_checks_for_an_appointment_that_is_over() {
    let clinic = Clinic::open().await;
    let (cancelled, completed) = (clinic.book(2).await, clinic.book(3).await);
    clinic.ok("pat", "POST", CHECKS, check(&cancelled, "stun")).await;
    let path = format!("/api/appointments/{cancelled}");
    clinic.ok("doc", "DELETE", &path, Value::Null).await;
    let (mut doc, _pat) =
        (clinic.guest_in("doc", &completed).await, clinic.guest_in("pat", &completed).await);
    // It has begun: those who come back may look at their connection again.
    clinic.ok("pat", "POST", CHECKS, check(&completed, "relayTcp")).await;
    assert_eq!(doc.ask("end", json!({ "callId": completed })).await["ok"], true);
    for visit in [&cancelled, &completed] {
        let answer = clinic.no("pat", "POST", CHECKS, check(visit, "relayUdp")).await;
        assert_eq!(answer, "409 appointment_over -");
    }
    let of = async |visit: &str| clinic.checks("doc", visit).await[0]["summary"].clone();
    assert_eq!((of(&cancelled).await, of(&completed).await), (json!("direct"), json!("relay")));
}

#[tokio::test]
async fn ten_checks_a_minute_are_kept() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    for _ in 0..10 {
        clinic.ok("pat", "POST", CHECKS, check(&visit, "stun")).await;
    }
    let again = async |who: &str| clinic.ask(who, "POST", CHECKS, check(&visit, "relayUdp")).await;
    let (status, problem) = again("pat").await;
    assert_eq!((status, &problem["code"]), (429, &json!("too_fast")));
    assert_eq!(clinic.checks("doc", &visit).await[0]["summary"], "direct");
    assert_eq!(again("doc").await.0, 201, "others are not held up");
    clinic.house.clock.advance(Duration::from_secs(6));
    assert_eq!((again("pat").await.0, again("pat").await.0), (201, 429));
}

#[tokio::test]
async fn a_guest_checks_for_the_place_of_their_link() {
    let clinic = Clinic::open().await;
    let (visit, other) = (clinic.book(2).await, clinic.book(3).await);
    let (token, gita, link) = clinic.came(&visit).await;
    let post = async |check: &Value| clinic.house.post(CHECKS, &token, check).await;
    let (status, kept) = post(&json!({"report": report("relayTls")})).await;
    assert_eq!((status, &kept["appointments"]), (201, &json!([visit])), "{kept}");
    assert_eq!(post(&check(&visit, "stun")).await.0, 201);
    clinic.ok("pat", "POST", CHECKS, check(&visit, "relayUdp")).await;
    let shown = clinic.checks("doc", &visit).await;
    assert_eq!(shown[0]["user"]["id"], "pat", "whose appointment it is comes first");
    assert_eq!(shown[1]["user"], json!({"id": gita, "name": "Gita", "role": "guest"}));
    assert_eq!((&shown[1]["summary"], &shown[2]), (&json!("direct"), &Value::Null));

    let nowhere = post(&check("nowhere", "stun")).await;
    assert_eq!(nowhere.0, 404);
    assert_eq!(post(&check(&other, "stun")).await, nowhere);
    let (status, _) = clinic.house.get(&format!("/api/appointments/{visit}"), &token).await;
    assert_eq!(status, 404, "they do not read what others found");
    let link = format!("/api/guest-links/{link}");
    clinic.ok("doc", "DELETE", &link, Value::Null).await;
    assert_eq!(post(&check(&visit, "relayUdp")).await, nowhere);
    let (_, kept) = post(&json!({"report": report("relayUdp")})).await;
    assert_eq!(kept["appointments"], json!([]));
    assert_eq!(clinic.checks("doc", &visit).await[1]["summary"], "direct");
}

#[tokio::test]
async fn no_address_is_kept() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut check = check(&visit, "stun");
    check["report"]["address"] = json!("192.0.2.77");
    check["address"] = json!("192.0.2.77");
    let answer = clinic.ok("pat", "POST", CHECKS, check).await;
    assert!(!answer.to_string().contains("192.0.2.77"), "{answer}");
    let visit = visit.parse().expect("an id");
    let kept = clinic.store.connection_checks(&visit).await.expect("the store reads");
    let kept: Value = serde_json::from_str(&kept[0].report).expect("JSON");
    assert_eq!(kept, report("stun"));
}

/// The document of all operations describes what is really said.
#[tokio::test]
async fn the_document_knows_every_field() {
    let document = serde_json::to_value(housecall::openapi()).expect("the document is JSON");
    let fields = |schema: &str| {
        let schema = &document["components"]["schemas"][schema]["properties"];
        let fields = schema.as_object().unwrap_or_else(|| panic!("no fields: {schema}"));
        fields.keys().cloned().collect::<Vec<_>>()
    };
    let said = |it: &Value| it.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut new = check(&visit, "stun");
    for (field, value) in
        [("roundTripMs", json!(1)), ("microphone", json!("works")), ("camera", json!("blocked"))]
    {
        new["report"][field] = value;
    }
    let kept = clinic.ok("pat", "POST", CHECKS, new.clone()).await;
    let shown = clinic.checks("pat", &visit).await;
    for (schema, said) in [
        ("NewConnectionCheck", said(&new)),
        ("KeptConnectionCheck", said(&kept)),
        ("ConnectionReport", said(&kept["report"])),
        ("ConnectionCheck", said(&shown[0])),
    ] {
        let (mut fields, mut said) = (fields(schema), said);
        fields.sort();
        said.sort();
        assert_eq!(fields, said, "{schema}");
    }
}

/// Who waits at the door was checked before: the provider sees it in the meantime.
#[tokio::test]
async fn a_guest_may_check_while_they_wait() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let (token, gita, _) = clinic.came(&visit).await;
    let _doc = clinic.guest_in("doc", &visit).await;
    let mut guest = Guest::connect(clinic.house.address(), &json!({ "token": token })).await;
    let arrived = guest.ask("arrive", json!({ "callId": visit })).await;
    assert_eq!(arrived["ok"], true, "{arrived}");
    let (status, _) = clinic.house.post(CHECKS, &token, &check(&visit, "relayTcp")).await;
    assert_eq!(status, 201);
    assert_eq!(clinic.checks("doc", &visit).await[0]["user"]["id"], gita);
}
