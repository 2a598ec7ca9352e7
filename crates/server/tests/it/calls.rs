//! What becomes of calls over REST, and what they come to.

use std::time::Duration;

use serde_json::{Value, json};

use crate::ward::{Ward, last};

#[tokio::test]
async fn a_call_is_given_up_while_it_rings() {
    let ward = Ward::open().await;
    for who in ["doc", "pat"] {
        let path = ward.call().await;
        let missed = format!("{path}/missed");
        assert_eq!(ward.no("eve", "POST", &missed, json!({})).await, "404 not_a_participant -");
        let (status, call) = ward.post(who, &missed, Value::Null).await;
        assert_eq!((status, &call["status"]), (200, &json!("cancelled")), "{who}");
        assert_eq!((&call["endReason"], &call["endedBy"]), (&json!("missed"), &json!(who)));
        assert_eq!(ward.no(who, "POST", &missed, json!({})).await, "400 call_over -");
    }

    let path = ward.call().await;
    let _pat = ward.enters("pat", last(&path)).await;
    let late = ward.no("doc", "POST", &format!("{path}/missed"), json!({})).await;
    assert_eq!(late, "400 already_started -");
}

#[tokio::test]
async fn a_call_that_rang_out_is_missed_already() {
    let ward = Ward::open().await;
    let mut pat = ward.guest("pat").await;
    let path = ward.call().await;
    pat.hears("rang").await;
    ward.house.clock.advance(Duration::from_secs(60));
    pat.hears("ended").await;
    let (status, call) = ward.post("doc", &format!("{path}/missed"), json!({})).await;
    assert_eq!((status, &call["status"]), (200, &json!("missed")));
    assert_eq!(call, ward.seen("doc", &path).await);
}

#[tokio::test]
async fn a_planned_call_does_not_ring_yet() {
    let ward = Ward::open().await;
    let call = json!({"patientId": "pat", "providerId": "doc", "type": "video",
                      "scheduledAt": "2023-11-15T10:00:00Z"});
    let (_, made) = ward.post("doc", "/webrtc/calls", call).await;
    let path = format!("/webrtc/calls/{}", made["id"].as_str().expect("an id"));
    let missed = ward.no("doc", "POST", &format!("{path}/missed"), json!({})).await;
    assert_eq!(missed, "400 not_ringing -");
    assert_eq!(ward.seen("pat", &path).await["status"], "scheduled");
}

#[tokio::test]
async fn a_call_that_does_not_work_is_ended_with_the_reason() {
    let ward = Ward::open().await;
    let path = ward.call().await;
    let _doc = ward.enters("doc", last(&path)).await;
    let mut pat = ward.enters("pat", last(&path)).await;
    let failed = format!("{path}/failed");
    assert_eq!(ward.no("eve", "POST", &failed, json!({})).await, "404 not_a_participant -");
    let why = json!({"reason": "ICE failed", "errorDetails": {"code": 701}});
    let (status, call) = ward.post("doc", &failed, why).await;
    assert_eq!((status, &call["status"]), (200, &json!("ended")));
    assert_eq!((&call["endReason"], &call["endedBy"]), (&json!("ICE failed"), &json!("doc")));
    pat.hears("ended").await;
    let too_long = json!({"reason": "x".repeat(501)});
    assert_eq!(ward.no("doc", "POST", &failed, too_long).await, "400 invalid_payload reason");
}

#[tokio::test]
async fn calls_are_counted_for_who_was_called() {
    let ward = Ward::open().await;
    let path = ward.call().await;
    let _doc = ward.enters("doc", last(&path)).await;
    let _pat = ward.enters("pat", last(&path)).await;
    ward.house.clock.advance(Duration::from_secs(90));
    assert_eq!(ward.post("doc", &format!("{path}/end"), json!({})).await.0, 200);
    let path = ward.call().await;
    assert_eq!(ward.post("pat", &format!("{path}/cancel"), json!({})).await.0, 200);
    let audio = json!({"patientId": "eve", "providerId": "doc-2", "type": "audio"});
    assert_eq!(ward.post("doc-2", "/webrtc/calls", audio).await.0, 201);

    let expected = json!({
        "totalCalls": 2, "completedCalls": 1, "missedCalls": 0, "failedCalls": 0,
        "cancelledCalls": 1, "totalDuration": 90, "averageDuration": 90,
        "callTypeBreakdown": {"video": 2, "audio": 0, "screenShare": 0},
        "qualityMetrics": {"averageBandwidth": null, "averageLatency": null,
                           "averagePacketLoss": null},
        "fallbackRate": 0,
    });
    for who in ["doc", "pat"] {
        assert_eq!(ward.seen(who, "/webrtc/stats").await, expected, "{who}");
    }
    let total = async |who: &str, span: &str| {
        ward.seen(who, &format!("/webrtc/stats{span}")).await["totalCalls"].clone()
    };
    assert_eq!(total("eve", "").await, 1);
    assert_eq!(total("boss", "").await, 3);
    assert_eq!(total("gus", "").await, 0);
    assert_eq!(total("doc", "?startDate=2023-11-14&endDate=2023-11-14").await, 2);
    assert_eq!(total("doc", "?startDate=2023-11-14T22:13:21Z").await, 1);
    assert_eq!(total("doc", "?endDate=2023-11-13").await, 0);
    let wrong = ward.no("doc", "GET", "/webrtc/stats?startDate=soon", Value::Null).await;
    assert_eq!(wrong, "400 invalid_payload startDate");
}

#[tokio::test]
async fn everything_is_to_be_had_by_the_older_path_too() {
    let ward = Ward::open().await;
    let call = last(&ward.call().await).to_owned();
    for path in ["/webrtc/stats", "/webrtc/turn-credentials", "/webrtc/calls"] {
        let answer = ward.seen("doc", path).await;
        assert_eq!(ward.seen("doc", &format!("/api/v1{path}")).await, answer, "{path}");
    }
    let credentials = ward.seen("pat", "/webrtc/turn-credentials").await;
    assert!(credentials["iceServers"].is_array() && credentials["ttl"].is_u64(), "{credentials}");
    assert_eq!(credentials, ward.seen("pat", "/api/ice-servers").await);

    let older = format!("/api/v1/webrtc/calls/{call}");
    assert_eq!(ward.seen("doc", &older).await["id"], call);
    assert_eq!(ward.no("eve", "GET", &older, Value::Null).await, "404 not_a_participant -");
    let wrong = ward.no("doc", "DELETE", &older, Value::Null).await;
    assert_eq!(wrong, "405 method_not_allowed -");
    let (status, problem) = ward.get("doc", "/api/v1/webrtc/nothing").await;
    assert_eq!((status, &problem["error"]), (404, &json!("Not Found")));
    let (_, document) = ward.get("doc", "/openapi.json").await;
    let paths = document["paths"].as_object().expect("an object");
    assert!(paths.contains_key("/webrtc/stats"));
    assert!(!paths.keys().any(|it| it.starts_with("/api/v1/")), "each operation is told once");

    let unsigned =
        |path: &str| format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    for path in ["/webrtc/stats", "/webrtc/turn-credentials", "/webrtc/calls/x/recordings"] {
        assert_eq!(ward.house.http(&unsigned(path)).await.0, 401, "{path}");
    }
}
