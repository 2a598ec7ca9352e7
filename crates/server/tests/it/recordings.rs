//! Who records what, and with whose consent.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    support::Guest,
    ward::{Ward, id, last},
};

const NOW: &str = "2023-11-14T22:13:20.000Z";

/// The doctor and the patient in a call; its path.
async fn visit(ward: &Ward) -> (String, Guest, Guest) {
    let path = ward.call().await;
    let mut doc = ward.enters("doc", last(&path)).await;
    let pat = ward.enters("pat", last(&path)).await;
    doc.hears("answered").await;
    (path, doc, pat)
}

/// A request to record with the consent of these.
fn with(consented: &[&str]) -> Value {
    json!({"consentObtained": true, "consentedParticipants": consented,
           "consentMethod": "verbal", "enableTranscription": true})
}

async fn consents(ward: &Ward, path: &str) -> Value {
    let call = ward.seen("pat", path).await;
    let participants = call["participants"].as_array().expect("a list").clone();
    participants.iter().map(|it| it["consentedToRecording"].clone()).collect()
}

#[tokio::test]
async fn a_recording_runs_from_everybodys_consent_until_it_is_stopped() {
    let ward = Ward::open().await;
    let (path, _doc, mut pat) = visit(&ward).await;
    let (status, made) =
        ward.post("doc", &format!("{path}/record"), with(&["pat", "doc", "pat"])).await;
    let consent = |who| json!({"userId": who, "method": "verbal", "timestamp": NOW});
    let expected = json!({
        "id": id(&made), "callId": last(&path), "status": "recording",
        "startedAt": NOW, "startedBy": "doc",
        "consentObtained": true, "consentedParticipants": ["doc", "pat"],
        "consentDetails": {"method": "verbal", "timestamp": NOW, "participantIds": ["doc", "pat"],
                           "consents": [consent("doc"), consent("pat")]},
        "isTranscribed": false,
    });
    assert_eq!((status, &made), (201, &expected));
    let told = pat.hears("recordingStarted").await;
    assert_eq!(told["event"]["recording"]["id"], made["id"]);
    assert_eq!(consents(&ward, &path).await, json!([true, true]));

    let recording = format!("{path}/recordings/{}", id(&made));
    for who in ["doc", "pat", "boss"] {
        assert_eq!(ward.seen(who, &recording).await, made, "{who}");
        assert_eq!(ward.seen(who, &format!("{path}/recordings")).await, json!([made]), "{who}");
    }

    ward.house.clock.advance(Duration::from_millis(61_500));
    let (status, stopped) = ward.post("doc", &format!("{recording}/stop"), Value::Null).await;
    let mut expected = expected;
    expected["status"] = json!("processing");
    expected["stoppedAt"] = json!("2023-11-14T22:14:21.500Z");
    expected["stoppedBy"] = json!("doc");
    expected["duration"] = json!(61);
    assert_eq!((status, &stopped), (200, &expected));
    pat.hears("recordingStopped").await;
    let stop = format!("{recording}/stop");
    assert_eq!(ward.no("doc", "POST", &stop, Value::Null).await, "400 not_recording -");

    // The journal remembers when the call is over.
    expected["status"] = json!("completed");
    assert_eq!(ward.post("doc", &format!("{path}/end"), json!({})).await.0, 200);
    assert_eq!(ward.seen("pat", &recording).await, expected);
    assert_eq!(ward.no("doc", "POST", &stop, Value::Null).await, "400 call_over -");
    assert_eq!(consents(&ward, &path).await, json!([null, null]));
}

#[tokio::test]
async fn without_everybodys_consent_nothing_is_recorded_and_no_consent_noted() {
    let ward = Ward::open().await;
    let (path, _doc, _pat) = visit(&ward).await;
    let record = format!("{path}/record");
    let check = async |who: &str, body: Value, expected: &str| {
        assert_eq!(ward.no(who, "POST", &record, body.clone()).await, expected, "{who}: {body}");
    };
    check("doc", with(&["doc"]), "400 consent_missing -").await;
    check("doc", with(&[]), "400 consent_missing -").await;
    for not_obtained in [json!(false), Value::Null] {
        let mut body = with(&["doc", "pat"]);
        body["consentObtained"] = not_obtained.clone();
        let field = if not_obtained.is_null() { "invalid_payload" } else { "consent_missing" };
        check("doc", body, &format!("400 {field} consentObtained")).await;
    }
    check("doc", json!({"consentMethod": "verbal"}), "400 consent_missing consentObtained").await;
    check("doc", with(&["doc", "pat", "eve"]), "400 invalid_payload consentedParticipants").await;
    let mut telepathic = with(&["doc", "pat"]);
    telepathic["consentMethod"] = json!("telepathic");
    check("doc", telepathic, "400 invalid_payload consentMethod").await;
    // A patient neither records nor notes what others agreed to.
    check("pat", with(&["doc", "pat"]), "403 forbidden -").await;
    check("pat", with(&["pat"]), "403 forbidden -").await;
    check("eve", with(&["doc", "pat"]), "404 not_a_participant -").await;
    check("boss", with(&["doc", "pat"]), "404 not_a_participant -").await;

    assert_eq!(ward.seen("pat", &format!("{path}/recordings")).await, json!([]));
    assert_eq!(consents(&ward, &path).await, json!([false, false]));

    let (_, made) = ward.post("doc", &record, with(&["doc", "pat"])).await;
    check("doc", with(&["doc", "pat"]), "400 already_recording -").await;
    let recording = format!("{path}/recordings/{}", id(&made));
    let stop = format!("{recording}/stop");
    assert_eq!(ward.no("pat", "POST", &stop, Value::Null).await, "403 forbidden -");
    assert_eq!(ward.no("eve", "POST", &stop, Value::Null).await, "404 not_a_participant -");
    assert_eq!(ward.no("eve", "GET", &recording, Value::Null).await, "404 not_a_participant -");
    let list = format!("{path}/recordings");
    assert_eq!(ward.no("eve", "GET", &list, Value::Null).await, "404 not_a_participant -");
    for nowhere in ["nowhere", "a%20b"] {
        let other = format!("{path}/recordings/{nowhere}");
        assert_eq!(ward.no("doc", "GET", &other, Value::Null).await, "404 not_found -");
        let stop = format!("{other}/stop");
        assert_eq!(ward.no("doc", "POST", &stop, Value::Null).await, "404 not_found -");
    }
    assert_eq!(ward.seen("doc", &recording).await["status"], "recording");
}

#[tokio::test]
async fn a_call_that_only_rings_is_not_recorded() {
    let ward = Ward::open().await;
    let path = ward.call().await;
    let record = format!("{path}/record");
    let answer = ward.no("doc", "POST", &record, with(&["doc", "pat"])).await;
    assert_eq!(answer, "400 not_started -");
    // Nor by a provider who is not in it.
    let _pat = ward.enters("pat", last(&path)).await;
    let answer = ward.no("doc", "POST", &record, with(&["doc", "pat"])).await;
    assert_eq!(answer, "400 not_in_room -");
}

#[tokio::test]
async fn people_agree_when_they_call_and_when_they_answer() {
    let ward = Ward::open().await;
    let call = json!({"patientId": "pat", "providerId": "doc", "type": "video",
                      "recordingEnabled": true, "recordingConsentObtained": true,
                      "recordingConsentedBy": ["doc", "pat"]});
    let (_, made) = ward.post("doc", "/webrtc/calls", call).await;
    let path = format!("/webrtc/calls/{}", id(&made));
    // What the patient agreed to is not for the doctor to say in passing.
    assert_eq!(consents(&ward, &path).await, json!([true, false]));
    ward.house.clock.advance(Duration::from_secs(5));
    let answer = json!({"videoEnabled": false, "audioEnabled": true, "consentToRecording": true});
    let (status, answered) = ward.post("pat", &format!("{path}/answer"), answer).await;
    assert_eq!((status, &answered["status"]), (200, &json!("in_progress")));
    let pat = &answered["participants"][1];
    assert_eq!(pat["consentedToRecordingAt"], "2023-11-14T22:13:25.000Z");

    let _doc = ward.enters("doc", last(&path)).await;
    let mut pat = ward.enters("pat", last(&path)).await;
    let (status, made) = ward.post("doc", &format!("{path}/record"), with(&[])).await;
    assert_eq!(status, 201, "{made}");
    let details = &made["consentDetails"];
    let last = ("electronic", "2023-11-14T22:13:25.000Z");
    assert_eq!((&details["method"], &details["timestamp"]), (&json!(last.0), &json!(last.1)));

    // Who agrees no longer stops it.
    let call = made["callId"].clone();
    let withdrawn = pat.ask("consent", json!({"callId": call, "agreed": false})).await;
    assert_eq!(withdrawn["ok"], true, "{withdrawn}");
    let shown = ward.seen("doc", &format!("{path}/recordings/{}", id(&made))).await;
    assert_eq!((&shown["status"], &shown["stoppedBy"]), (&json!("completed"), &json!("pat")));
    assert_eq!(shown["consentedParticipants"], json!(["doc", "pat"]));
    assert_eq!(consents(&ward, &path).await, json!([true, false]));

    let refused = ward.no("doc", "POST", &format!("{path}/record"), with(&["doc"])).await;
    assert_eq!(refused, "400 consent_missing -");
}

#[tokio::test]
async fn who_did_not_agree_when_calling_has_not_agreed() {
    let ward = Ward::open().await;
    for body in [
        json!({"recordingConsentObtained": false, "recordingConsentedBy": ["doc"]}),
        json!({"recordingConsentObtained": true, "recordingConsentedBy": ["pat"]}),
        json!({"recordingEnabled": true}),
    ] {
        let mut call = json!({"patientId": "pat", "providerId": "doc", "type": "audio"});
        call.as_object_mut().expect("an object").extend(body.as_object().expect("one").clone());
        let (_, made) = ward.post("doc", "/webrtc/calls", call).await;
        let path = format!("/webrtc/calls/{}", id(&made));
        assert_eq!(consents(&ward, &path).await, json!([false, false]), "{body}");
        assert_eq!(ward.post("doc", &format!("{path}/cancel"), json!({})).await.0, 200);
    }
}

#[tokio::test]
async fn an_appointments_recordings_are_reached_by_its_id_while_it_is_open() {
    let ward = Ward::open().await;
    let booking =
        json!({"patientId": "pat", "providerId": "doc", "startsAt": "2023-11-14T22:15:00Z"});
    let (_, made) = ward.post("doc", "/api/appointments", booking).await;
    let path = format!("/webrtc/calls/{}", id(&made));
    let _doc = ward.enters("doc", id(&made)).await;
    let _pat = ward.enters("pat", id(&made)).await;
    let (status, made) = ward.post("doc", &format!("{path}/record"), with(&["doc", "pat"])).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(ward.seen("pat", &path).await["id"], made["callId"]);
    let stop = format!("{path}/recordings/{}/stop", id(&made));
    assert_eq!(ward.post("doc", &stop, Value::Null).await.0, 200);
    assert_eq!(ward.no("eve", "GET", &path, Value::Null).await, "404 not_a_participant -");
}
