//! What time does by itself, with a clock that is moved by hand.

use std::time::Duration;

use serde_json::json;

use crate::support::TestHouse;

#[tokio::test]
async fn a_call_nobody_answers_is_missed_at_its_deadline() {
    let house = TestHouse::open().await;
    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let call = ann.ask("start", json!({"callees": ["bob"]})).await;
    bob.hears("rang").await;

    house.clock.advance(Duration::from_secs(44));
    let state = ann.ask("look", json!({"callId": call["result"]["id"]})).await;
    assert_eq!(state["result"]["phase"], "ringing");

    house.clock.advance(Duration::from_secs(1));
    assert_eq!(bob.hears("ended").await["event"]["outcome"], "missed");
    assert_eq!(ann.hears("ended").await["event"]["durationSeconds"], 0);
}

#[tokio::test]
async fn a_planned_call_rings_at_its_time() {
    let house = TestHouse::open().await;
    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let planned = json!({"callees": ["bob"], "scheduledAt": "2023-11-14T22:23:20Z"});
    let call = ann.ask("start", planned).await;
    assert_eq!(call["result"]["phase"], "scheduled", "{call}");
    bob.hears("initiated").await;
    house.clock.advance(Duration::from_secs(600));
    bob.hears("rang").await;
}

#[tokio::test]
async fn who_vanishes_has_the_grace_time_and_then_has_left() {
    let house = TestHouse::open().await;
    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let id = house.visit(&mut ann, ("bob", &mut bob)).await;

    drop(bob);
    ann.hears("connectionLost").await;
    house.clock.advance(Duration::from_secs(29));
    let mut bob = house.guest("bob").await;
    assert_eq!(bob.word("welcome").await["calls"][0]["id"], id.as_str());
    let back = bob.ask("resume", json!({"callId": id})).await;
    assert_eq!(back["result"]["here"], true);
    ann.hears("connectionResumed").await;

    drop(bob);
    ann.hears("connectionLost").await;
    house.clock.advance(Duration::from_secs(30));
    assert_eq!(ann.hears("left").await["event"]["departure"], "connection_lost");
    house.clock.advance(Duration::from_secs(120));
    assert_eq!(ann.hears("ended").await["event"]["outcome"], "completed");
}
