//! Who sees whom, and whose calls.

use housecall_core::Role;
use serde_json::{Value, json};

use crate::support::{Guest, TestHouse};

fn ids(body: &Value) -> Vec<&str> {
    let people = body["people"].as_array().expect("a list");
    people.iter().filter_map(|it| it["id"].as_str()).collect()
}

#[tokio::test]
async fn patients_see_who_treats_them_and_not_each_other() {
    let house = TestHouse::open().await;
    for (user, role) in [
        ("doc", Role::Provider),
        ("pat", Role::Patient),
        ("rick", Role::Patient),
        ("boss", Role::Admin),
    ] {
        assert_eq!(house.get("/api/me", &house.token(user, role)).await.0, 200);
    }
    let seen = async |user, role| house.get("/api/people", &house.token(user, role)).await.1;
    assert_eq!(ids(&seen("pat", Role::Patient).await), ["doc"]);
    assert_eq!(ids(&seen("doc", Role::Provider).await), ["boss", "pat", "rick"]);
}

#[tokio::test]
async fn a_call_is_seen_by_its_people_and_by_administrators() {
    let house = TestHouse::open().await;
    let doctor = house.token("doc", Role::Provider);
    let (patient, stranger) =
        (house.token("pat", Role::Patient), house.token("eve", Role::Patient));
    let boss = house.token("boss", Role::Admin);
    house.get("/api/me", &patient).await;
    let new =
        json!({"patientId": "pat", "providerId": "doc", "type": "video", "metadata": {"a": [1]}});

    let (status, call) = house.post("/webrtc/calls", &doctor, &new).await;
    assert_eq!((status, &call["status"]), (201, &json!("ringing")));
    assert_eq!(call["metadata"], json!({"a": [1]}));
    let path = format!("/webrtc/calls/{}", call["id"].as_str().expect("an id"));

    assert_eq!(house.get(&path, &patient).await.0, 200);
    assert_eq!(house.get(&path, &boss).await.0, 200);
    let (status, problem) = house.get(&path, &stranger).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not_a_participant")));
    let (status, again) = house.post("/webrtc/calls", &doctor, &new).await;
    assert_eq!((status, &again["code"]), (400, &json!("already_open")));
    assert_eq!(again["callId"], call["id"]);

    let end = format!("{path}/end");
    assert_eq!(house.post(&end, &stranger, &json!({})).await.0, 404);
    let (status, ended) = house.post(&end, &patient, &json!({"reason": "not now"})).await;
    assert_eq!(
        (status, &ended["outcome"], &ended["status"]),
        (200, &json!("declined"), &json!("cancelled"))
    );
    let (status, over) = house.post(&format!("{path}/answer"), &patient, &json!({})).await;
    assert_eq!((status, &over["code"]), (400, &json!("call_over")));

    let listed = async |token: &str| house.get("/webrtc/calls", token).await.1["total"].clone();
    assert_eq!(listed(&patient).await, 1);
    assert_eq!(listed(&boss).await, 1);
    assert_eq!(listed(&stranger).await, 0);
}

#[tokio::test]
async fn a_visit_is_found_by_its_patient_whoever_called() {
    let house = TestHouse::open().await;
    let patient = house.token("pat", Role::Patient);
    let mut pat = Guest::connect(house.address(), &json!({"token": patient})).await;
    let _doc = house.guest("doc").await;
    let call = pat.ask("start", json!({"callees": ["doc"]})).await;
    let (_, found) = house.get("/webrtc/calls?patientId=pat&providerId=doc", &patient).await;
    assert_eq!(found["calls"][0]["id"], call["result"]["id"]);
    let (_, none) = house.get("/webrtc/calls?patientId=doc", &patient).await;
    assert_eq!(none["total"], 0);
}

#[tokio::test]
async fn two_people_who_call_each_other_at_once_get_one_call() {
    let house = TestHouse::open().await;
    for _ in 0..20 {
        let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
        let (one, other) = tokio::join!(
            ann.ask("start", json!({"callees": ["bob"]})),
            bob.ask("start", json!({"callees": ["ann"]})),
        );
        assert_eq!((&one["ok"], &other["ok"]), (&json!(true), &json!(true)), "{one} {other}");
        let id = &one["result"]["id"];
        assert_eq!(other["result"]["id"], *id);
        let last = if one["result"]["seq"].as_u64() > other["result"]["seq"].as_u64() {
            &one
        } else {
            &other
        };
        assert_eq!(last["result"]["phase"], "active", "who called second has answered");
        assert_eq!(ann.ask("end", json!({"callId": id})).await["ok"], true);
    }
}

#[tokio::test]
async fn a_call_that_never_came_to_be_holds_no_line() {
    let house = TestHouse::open().await;
    let mut ann = house.guest("ann").await;
    for _ in 0..2 {
        let refused = ann.ask("start", json!({"callees": ["ann"]})).await;
        assert_eq!(refused["problem"]["code"], "cannot_call_yourself", "{refused}");
    }
}

#[tokio::test]
async fn devices_race_for_an_answer_and_one_wins() {
    let house = TestHouse::open().await;
    let mut ann = house.guest("ann").await;
    let token = house.token("bob", Role::Patient);
    let mut devices = Vec::new();
    for number in 0..8 {
        let auth = json!({"token": token, "device": format!("screen-{number}")});
        devices.push(Guest::connect(house.address(), &auth).await);
    }
    for _ in 0..10 {
        let call = ann.ask("start", json!({"callees": ["bob"]})).await;
        let id = call["result"]["id"].clone();
        let answers = devices.iter_mut().map(|it| it.ask("answer", json!({"callId": id})));
        let answers = futures_util::future::join_all(answers).await;
        let won = answers.iter().filter(|it| it["ok"] == true).count();
        assert_eq!(won, 1, "{answers:?}");
        let lost =
            answers.iter().filter(|it| it["problem"]["code"] == "answered_elsewhere").count();
        assert_eq!(lost, 7, "{answers:?}");
        ann.ask("end", json!({"callId": id})).await;
    }
}
