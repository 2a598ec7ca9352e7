//! What people missed while they were away.

use std::time::Duration;

use serde_json::{Value, json};

use crate::ward::{Ward, id};

/// The doctor calls the patient, who lets it ring; answers the call's id.
async fn rings_out(ward: &Ward) -> String {
    let mut doc = ward.guest("doc").await;
    let call = doc.ask("start", json!({"callees": ["pat"], "purpose": "audio"})).await;
    assert_eq!(call["ok"], true, "{call}");
    ward.house.clock.advance(Duration::from_secs(45));
    assert_eq!(doc.hears("ended").await["event"]["outcome"], "missed");
    id(&call["result"]).to_owned()
}

async fn missed(ward: &Ward, who: &str) -> Vec<Value> {
    let seen = ward.seen(who, "/api/missed-calls").await;
    let missed = seen["missed"].as_array().expect("a list").iter();
    missed.map(|it| it["callId"].clone()).collect()
}

#[tokio::test]
async fn who_comes_back_hears_what_they_missed() {
    let ward = Ward::open().await;
    let call = rings_out(&ward).await;
    let doctor = json!({"id": "doc", "name": "doc the provider", "role": "provider"});
    let expected = json!([{"callId": call, "caller": doctor, "purpose": "audio",
                           "at": "2023-11-14T22:14:05.000Z"}]);
    let mut pat = ward.guest("pat").await;
    assert_eq!(pat.word("welcome").await["missed"], expected);
    let seen = ward.seen("pat", "/api/missed-calls").await;
    assert_eq!(seen, json!({ "missed": expected }));
    for who in ["doc", "eve", "boss"] {
        assert!(missed(&ward, who).await.is_empty(), "{who} missed nothing");
        assert_eq!(ward.guest(who).await.word("welcome").await["missed"], json!([]), "{who}");
    }
}

#[tokio::test]
async fn what_was_seen_is_missed_no_more() {
    let ward = Ward::open().await;
    let (first, second) = (rings_out(&ward).await, rings_out(&ward).await);
    let third = rings_out(&ward).await;
    assert_eq!(missed(&ward, "pat").await, [&*third, &second, &first]);

    let seen = async |who: &str, body: Value| {
        let (status, _) = ward.post(who, "/api/missed-calls/seen", body).await;
        assert_eq!(status, 204, "{who}");
    };
    // What somebody else says, or of other calls, changes nothing.
    seen("eve", json!({"callIds": [first]})).await;
    seen("eve", Value::Null).await;
    seen("pat", json!({"callIds": ["nowhere"]})).await;
    seen("pat", json!({"callIds": []})).await;
    seen("pat", json!({"callIds": [second]})).await;
    assert_eq!(missed(&ward, "pat").await, [&*third, &first]);
    for _ in 0..2 {
        seen("pat", Value::Null).await;
        assert!(missed(&ward, "pat").await.is_empty());
    }
    assert_eq!(ward.guest("pat").await.word("welcome").await["missed"], json!([]));
}

#[tokio::test]
async fn a_call_that_was_taken_back_is_missed_and_a_declined_one_is_not() {
    let ward = Ward::open().await;
    let call = ward.call().await;
    ward.post("pat", &format!("{call}/cancel"), json!({})).await;
    assert!(missed(&ward, "pat").await.is_empty());
    let call = ward.call().await;
    ward.post("doc", &format!("{call}/cancel"), json!({})).await;
    assert_eq!(missed(&ward, "pat").await, [crate::ward::last(&call)]);
    let call = ward.call().await;
    ward.post("pat", &format!("{call}/answer"), json!({})).await;
    ward.post("doc", &format!("{call}/end"), json!({})).await;
    assert_eq!(missed(&ward, "pat").await.len(), 1);
}

#[tokio::test]
async fn what_names_no_calls_is_told_by_field() {
    let ward = Ward::open().await;
    rings_out(&ward).await;
    for calls in [json!("all"), json!([1, {}]), json!(vec!["a"; 501])] {
        let body = json!({ "callIds": calls });
        let refused = ward.no("pat", "POST", "/api/missed-calls/seen", body).await;
        assert!(refused.starts_with("400 invalid_payload callIds"), "{refused}");
    }
    assert_eq!(missed(&ward, "pat").await.len(), 1);
    assert_eq!(ward.house.get("/api/missed-calls", "").await.0, 401);
    assert_eq!(ward.house.post("/api/missed-calls/seen", "", &json!({})).await.0, 401);
}
