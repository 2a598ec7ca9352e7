use housecall_core::{
    Command, Private, Role,
    room::{Invitation, Kind, Purpose},
};
use housecall_store::{MissedCall, Store, Stream};
use serde_json::json;

use crate::{
    backend::Backend,
    story::{Call, actor, at, end, invitation, join, room_id, user},
};

/// What somebody missed and has not seen, the latest first.
async fn missed(store: &Store, who: &str) -> String {
    let calls = store.missed_calls(&user(who), 9).await.expect("the store reads");
    calls.iter().map(|it| it.room.as_str()).collect::<Vec<_>>().join(" ")
}

/// The doctor calls these people.
async fn call(store: &Store, id: &str, seconds: u64, callees: &[&str]) -> Call {
    let mut call = Call::blank(store, id);
    call.tell(seconds, "doctor", Command::Initiate(invitation(callees))).await;
    call
}

pub(crate) async fn who_let_it_ring_missed_the_call(backend: &impl Backend) {
    let store = backend.store();
    let mut rings_out = call(store, "rings-out", 0, &["pat"]).await;
    rings_out.elapse(45).await;
    let found = store.missed_calls(&user("pat"), 9).await.expect("the store reads");
    let (caller, purpose) = (user("doctor"), Purpose::Video);
    let expected = MissedCall { room: room_id("rings-out"), caller, purpose, at: at(45) };
    assert_eq!(found, [expected]);

    let mut taken_back = call(store, "taken-back", 50, &["pat", "eve"]).await;
    taken_back.tell(51, "eve", Command::Decline { reason: None }).await;
    taken_back.tell(52, "doctor", Command::Cancel { reason: None }).await;
    assert_eq!(missed(store, "pat").await, "taken-back rings-out");
    assert_eq!(missed(store, "eve").await, "");
    assert_eq!(missed(store, "doctor").await, "");
    let one = store.missed_calls(&user("pat"), 1).await.expect("the store reads");
    assert_eq!(one[0].room, room_id("taken-back"));
}

pub(crate) async fn a_call_that_others_answered_is_missed_once(backend: &impl Backend) {
    let store = backend.store();
    let mut three = call(store, "three", 0, &["pat", "eve"]).await;
    three.tell(1, "doctor", join("desk")).await;
    three.tell(2, "pat", join("phone")).await;
    three.elapse(45).await;
    assert_eq!(missed(store, "eve").await, "three");
    three.tell(60, "doctor", end("done")).await;
    assert_eq!(missed(store, "eve").await, "three");
    assert_eq!(missed(store, "pat").await, "");

    // Ended while it still rang for one of them.
    let mut brief = call(store, "brief", 100, &["pat", "eve"]).await;
    brief.tell(101, "pat", join("phone")).await;
    brief.tell(102, "doctor", end("done")).await;
    assert_eq!(missed(store, "eve").await, "brief three");
    assert_eq!(missed(store, "pat").await, "");
}

pub(crate) async fn what_never_rang_is_not_missed(backend: &impl Backend) {
    let store = backend.store();
    let later = Invitation { scheduled_at: Some(at(600)), ..invitation(&["pat"]) };
    let mut planned = Call::blank(store, "planned");
    planned.tell(0, "doctor", Command::Initiate(later)).await;
    planned.tell(1, "doctor", Command::Cancel { reason: None }).await;

    let visit = Invitation {
        kind: Kind::Consultation,
        hosts: vec![user("doctor")],
        ..invitation(&["pat"])
    };
    let mut place = Call::blank(store, "visit");
    place.tell(0, "doctor", Command::Initiate(visit)).await;
    place.tell(1, "doctor", join("desk")).await;
    place.elapse(46).await;
    place.tell(50, "doctor", end("nobody came")).await;
    assert_eq!(missed(store, "pat").await, "");
}

pub(crate) async fn a_missed_call_is_seen_once(backend: &impl Backend) {
    let store = backend.store();
    let name = Private::new("Pat".to_owned());
    store.ensure_user(&user("pat"), &name, Role::Patient, at(0)).await.expect("a new user");
    for (number, id) in ["a", "b", "c"].into_iter().enumerate() {
        let mut call = call(store, id, number as u64 * 100, &["pat"]).await;
        call.elapse(number as u64 * 100 + 45).await;
    }
    let see = async |who: &str, calls: Option<&[_]>| {
        let seen = store.see_missed_calls(&user(who), calls, &actor(who), at(900)).await;
        seen.expect("the store writes")
    };
    assert_eq!(see("eve", None).await, 0);
    assert_eq!(see("pat", Some(&[room_id("b"), room_id("nowhere")])).await, 1);
    assert_eq!(missed(store, "pat").await, "c a");
    assert_eq!(see("pat", Some(&[room_id("b")])).await, 0);
    assert_eq!(see("pat", Some(&[])).await, 0);
    assert_eq!(see("pat", None).await, 2);
    assert_eq!(missed(store, "pat").await, "");

    let records = store.records(&Stream::User(user("pat")), 1, 9).await;
    let bodies: Vec<_> = records.expect("the store reads").into_iter().map(|it| it.body).collect();
    assert_eq!(bodies, [json!({"calls": ["b", "nowhere"]}), json!({ "calls": null })]);
}
