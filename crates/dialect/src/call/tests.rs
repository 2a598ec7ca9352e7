//! Conversations in this vocabulary. The other direction of every word, over
//! real sockets, is in the end-to-end tests.

use housecall_core::{RecordingId, room::ConsentMethod};

use super::*;
use crate::staging::{Visit, check, decoded};

fn both_in() -> Visit {
    Visit::call(&Call).says("doctor", "desk", "join-call", r#"{"callId":"c1"}"#).says(
        "patient",
        "phone",
        "join-call",
        r#"{"callId":"c1","videoEnabled":false}"#,
    )
}

#[test]
fn a_call_rings_and_is_answered_by_joining() {
    check(
        &both_in(),
        &[
            r#"phone incoming-call {"callId":"c1","callType":"video","from":"doctor","roomId":"room_c1","scheduledAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet incoming-call {"callId":"c1","callType":"video","from":"doctor","roomId":"room_c1","scheduledAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk room-participants {"callId":"c1","participants":[]}"#,
            r#"desk call-answered {"callId":"c1","answeredBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call-answered {"callId":"c1","answeredBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true}"#,
            r#"phone room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn media_and_leaving_are_told_to_those_inside() {
    check(
        &both_in()
            .then()
            .says(
                "patient",
                "phone",
                "update-media",
                r#"{"callId":"c1","screenShareEnabled":true}"#,
            )
            .says("patient", "phone", "leave-call", r#"{"callId":"c1","reason":"User left"}"#)
            .says("patient", "tablet", "join-call", r#"{"callId":"c1"}"#),
        &[
            r#"desk participant-media-updated {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true,"screenShareEnabled":true}"#,
            r#"desk participant-left {"callId":"c1","userId":"patient","reason":"User left"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":true,"audioEnabled":true}"#,
            r#"tablet room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn a_lost_connection_is_told_and_so_is_its_return() {
    let phone: DeviceId = "phone".parse().expect("an id");
    check(
        &both_in()
            .then()
            .ask("patient", Command::LoseConnection { device: phone.clone() })
            .says("patient", "phone", "reconnect-call", r#"{"callId":"c1"}"#)
            .ask("patient", Command::LoseConnection { device: phone })
            .waits(30),
        &[
            r#"desk participant-disconnected {"callId":"c1","userId":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":false,"audioEnabled":true}"#,
            r#"phone room-participants {"callId":"c1","participants":["doctor"]}"#,
            r#"desk participant-disconnected {"callId":"c1","userId":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk participant-left {"callId":"c1","userId":"patient","reason":"connection lost"}"#,
        ],
    );
}

#[test]
fn a_call_moves_to_another_device() {
    check(
        &both_in().then().says("patient", "tablet", "reconnect-call", r#"{"callId":"c1"}"#),
        &[
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":true,"audioEnabled":true}"#,
            r#"phone participant-left {"callId":"c1","userId":"patient","reason":"moved to another device"}"#,
            r#"tablet room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
}

#[test]
fn an_end_is_told_to_every_device() {
    let ended =
        r#"call-ended {"callId":"c1","reason":"missed","timestamp":"1970-01-01T00:00:45.000Z"}"#;
    let expected = ["desk", "phone", "tablet"].map(|it| format!("{it} {ended}"));
    assert_eq!(Visit::call(&Call).then().waits(45).heard, expected);
    let reason = "Patient unavailable".to_owned().try_into().ok();
    check(
        &Visit::call(&Call).then().ask("doctor", Command::Cancel { reason }),
        &[
            r#"phone call-cancelled {"callId":"c1","reason":"Patient unavailable","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call-cancelled {"callId":"c1","reason":"Patient unavailable","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

#[test]
fn candidates_go_to_one_or_to_all_others() {
    let decode = |body: &str| match decoded(&Call, "ice-candidate", body) {
        Some(Ok(Heard::Signal { to, signal, .. })) => format!("{to:?} {}", signal.body),
        Some(Err(garbled)) => format!("{garbled}"),
        other => panic!("{other:?}"),
    };
    let candidate = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host"}"#;
    let body = |target: &str| format!(r#"{{"callId":"c1","candidate":{candidate}{target}}}"#);
    assert_eq!(decode(&body("")), format!("Others {candidate}"));
    assert_eq!(
        decode(&body(r#","targetUserId":"patient""#)),
        format!(r#"One(UserId("patient")) {candidate}"#)
    );
    assert_eq!(
        decode(r#"{"callId":"c1","candidate":"x"}"#),
        "Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}."
    );
}

#[test]
fn refusals_are_acks_or_error_events() {
    let problem = Problem::new("call_over", "This call is over.");
    assert_eq!(
        Call.refuse(&problem),
        r#"{"success":false,"error":{"code":"call_over","message":"This call is over."}}"#
    );
    assert_eq!(
        Call.complain("join-call", &problem),
        (
            "error",
            r#"{"event":"join-call","code":"call_over","message":"This call is over."}"#.to_owned()
        )
    );
}

#[test]
fn everybody_hears_that_a_recording_starts_and_stops() {
    let consent =
        |user: &str| Command::consent(user.parse().expect("an id"), true, ConsentMethod::Verbal);
    let recording: RecordingId = "rec".parse().expect("an id");
    let visit = both_in()
        .ask("doctor", consent("doctor"))
        .ask("doctor", consent("patient"))
        .then()
        .ask("doctor", Command::record(recording))
        .ask("doctor", Command::StopRecording { recording: None });
    let started = r#"recording-started {"callId":"c1","recordingId":"rec","startedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z"}"#;
    let stopped = r#"recording-stopped {"callId":"c1","recordingId":"rec","stoppedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z"}"#;
    let devices = ["desk", "phone", "tablet"];
    let heard = [started, stopped].map(|line| devices.map(|it| format!("{it} {line}")));
    assert_eq!(visit.heard, heard.concat());
}

#[test]
fn only_words_about_a_call_are_taken_for_this_vocabulary() {
    let recognizes = |word: &str, body: &str| Call.recognizes(word, Some(body));
    assert!(recognizes("join-call", "{}"));
    assert!(recognizes("offer", r#"{"callId":"c1"}"#));
    assert!(!recognizes("offer", r#"{"roomId":"c1"}"#));
    assert!(!recognizes("join-room", r#"{"callId":"c1"}"#));
}

#[test]
fn somebody_who_was_announced_late_is_announced_once() {
    let visit = both_in().then();
    let news = News::Settled { room: &visit.room, user: &"patient".parse().expect("an id") };
    // In this vocabulary nobody offers on coming in: they were announced at once.
    assert!(visit.as_heard_by("doctor", "desk", &news).is_empty());
}
