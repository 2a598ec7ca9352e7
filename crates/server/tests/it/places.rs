//! Appointments and what happens in their rooms.

use serde_json::{Value, json};

use crate::clinic::Clinic;

async fn status(clinic: &Clinic, visit: &str) -> Value {
    let path = format!("/api/appointments/{visit}");
    clinic.ok("doc", "GET", &path, Value::Null).await["status"].clone()
}

#[tokio::test]
async fn nobody_calls_for_an_appointment_of_other_people() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let call = |patient: &str, provider: &str| {
        json!({"patientId": patient, "providerId": provider, "type": "video",
               "appointmentId": visit})
    };
    let refused = clinic.no("eve", "POST", "/webrtc/calls", call("eve", "doc-2")).await;
    assert_eq!(refused, "400 not_their_appointment appointmentId");
    let made = clinic.ok("doc", "POST", "/webrtc/calls", call("pat", "doc")).await;
    assert_eq!(made["appointmentId"], visit);
}

#[tokio::test]
async fn who_waits_hears_that_the_appointment_is_cancelled() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut pat = clinic.guest("pat").await;
    assert_eq!(pat.ask("join", json!({ "callId": visit })).await["ok"], true);
    clinic.ok("doc", "DELETE", &format!("/api/appointments/{visit}"), Value::Null).await;
    assert_eq!(pat.hears("ended").await["event"]["outcome"], "missed");
    let late = pat.ask("join", json!({ "callId": visit })).await;
    assert_eq!(late["problem"]["code"], "call_over");
}

#[tokio::test]
async fn a_visit_that_took_place_is_completed_however_late_it_is_ended() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let (mut pat, mut doc) = (clinic.guest("pat").await, clinic.guest("doc").await);
    let join = json!({ "callId": visit });
    let room = pat.ask("join", join.clone()).await["result"]["id"].clone();
    assert_eq!(doc.ask("join", join.clone()).await["result"]["id"], room);
    assert_eq!(status(&clinic, &visit).await, "in_progress");
    for guest in [&mut pat, &mut doc] {
        assert_eq!(guest.ask("leave", json!({ "callId": room })).await["ok"], true);
    }
    let again = doc.ask("join", join).await["result"]["id"].clone();
    assert_ne!(again, room, "everybody had left: this is another room");
    assert_eq!(doc.ask("end", json!({ "callId": again })).await["ok"], true);
    assert_eq!(status(&clinic, &visit).await, "completed");
}

#[tokio::test]
async fn the_ninth_finds_the_meeting_full() {
    let clinic = Clinic::open().await;
    let room = clinic.ok("doc", "POST", "/api/room", json!({"name": "Ward round"})).await;
    let join = json!({ "callId": room["id"] });
    let mut inside = Vec::new();
    for number in 1..=8 {
        let mut guest = clinic.house.guest(&format!("guest-{number}")).await;
        assert_eq!(guest.ask("join", join.clone()).await["ok"], true);
        inside.push(guest);
    }
    let mut ninth = clinic.house.guest("guest-9").await;
    let refused = ninth.ask("join", join.clone()).await;
    assert_eq!(refused["problem"]["code"], "room_full");
    // Its name still means the meeting when that room is over.
    for guest in &mut inside {
        assert_eq!(guest.ask("leave", join.clone()).await["ok"], true);
    }
    assert_eq!(ninth.ask("join", join).await["ok"], true);
}
