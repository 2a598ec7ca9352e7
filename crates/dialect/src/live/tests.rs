//! Conversations in this vocabulary. The doctor sits at a desk; the patient has
//! a phone and a tablet.

use std::sync::Arc;

use housecall_core::room::Kind;

use super::*;
use crate::{
    Names,
    staging::{Visit, check, decoded, heard, id, with_viewer},
};

/// The doctor calls the patient.
fn ringing() -> Visit {
    let call = r#"{"targetUserId":"patient","callType":"video","callerName":"A false name"}"#;
    Visit::blank(&Live).says("doctor", "desk", "call:initiate", call)
}

/// The patient has accepted with the phone.
fn talking() -> Visit {
    let accept = r#"{"callId":"c1","callerId":"doctor"}"#;
    ringing().says("patient", "phone", "call:accept", accept)
}

fn device(name: &str) -> DeviceId {
    id(name)
}

/// Comes in with a client of another vocabulary.
fn comes(name: &str) -> Command {
    join(&device(name), Media::ON)
}

/// Goes with a client of another vocabulary, which lets the others stay.
fn goes(name: &str) -> Command {
    Command::Leave { device: Some(device(name)), reason: None }
}

fn loses(name: &str) -> Command {
    Command::LoseConnection { device: device(name) }
}

#[test]
fn a_call_rings_and_is_accepted() {
    check(
        &talking(),
        &[
            r#"phone call:incoming {"callId":"c1","callerId":"doctor","callerName":"DOCTOR","callType":"video","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call:incoming {"callId":"c1","callerId":"doctor","callerName":"DOCTOR","callType":"video","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"answered elsewhere"}"#,
            r#"desk call:accepted {"callId":"c1","acceptedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

#[test]
fn a_call_without_pictures_says_so() {
    let visit = Visit::blank(&Live).says(
        "patient",
        "phone",
        "call:initiate",
        r#"{"targetUserId":"doctor","callType":"audio"}"#,
    );
    check(
        &visit,
        &[
            r#"desk call:incoming {"callId":"c1","callerId":"patient","callerName":"PATIENT","callType":"audio","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

/// The caller hears `call:rejected` and no `call:ended` besides.
#[test]
fn a_call_is_rejected() {
    check(
        &ringing().then().says(
            "patient",
            "tablet",
            "call:reject",
            r#"{"callId":"c1","callerId":"doctor","reason":"At lunch"}"#,
        ),
        &[
            r#"desk call:rejected {"callId":"c1","rejectedBy":"patient","reason":"At lunch","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"At lunch"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"At lunch"}"#,
        ],
    );
    check(
        &ringing().then().says("patient", "phone", "call:end", r#"{"callId":"c1"}"#),
        &[
            r#"desk call:rejected {"callId":"c1","rejectedBy":"patient","reason":"declined","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"declined"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"declined"}"#,
        ],
    );
}

#[test]
fn an_end_is_told_to_both_and_to_those_who_still_ring() {
    check(
        &talking().then().waits(7).says("doctor", "desk", "call:end", r#"{"callId":"c1"}"#),
        &[
            r#"desk call:ended {"callId":"c1","endedBy":"doctor","timestamp":"1970-01-01T00:00:07.000Z","reason":"completed"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"doctor","timestamp":"1970-01-01T00:00:07.000Z","reason":"completed"}"#,
        ],
    );
    let cancelled = r#"call:ended {"callId":"c1","endedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z","reason":"cancelled"}"#;
    let everybody = |line: &str| ["desk", "phone", "tablet"].map(|it| format!("{it} {line}"));
    assert_eq!(
        ringing().then().says("doctor", "desk", "call:end", r#"{"callId":"c1"}"#).heard,
        everybody(cancelled)
    );
    let missed = r#"call:ended {"callId":"c1","endedBy":null,"timestamp":"1970-01-01T00:00:45.000Z","reason":"missed"}"#;
    assert_eq!(ringing().then().waits(45).heard, everybody(missed));
}

/// The room outlives the peer of another vocabulary that leaves it; the client
/// that is left alone hears of its end once, when its peer goes.
#[test]
fn a_peer_that_leaves_ends_the_call_once() {
    check(
        &talking().then().ask("patient", goes("phone")),
        &[
            r#"desk call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"left"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"left"}"#,
        ],
    );
    let alone = || talking().ask("patient", goes("phone")).then();
    check(&alone().waits(120), &[]);
    check(&alone().ask("doctor", goes("desk")), &[]);
    check(&alone().ask("patient", comes("tablet")), &[]);
}

#[test]
fn a_peer_that_is_lost_or_never_comes_ends_the_call() {
    check(
        &talking().then().ask("patient", loses("phone")).waits(30),
        &[
            r#"desk call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:30.000Z","reason":"connection lost"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:30.000Z","reason":"connection lost"}"#,
        ],
    );
    let accepted = ringing().ask("patient", Command::Answer { device: None });
    check(
        &accepted.then().waits(30),
        &[
            r#"desk call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:30.000Z","reason":"did not come"}"#,
        ],
    );
}

/// An offer to somebody who is not in would be dropped.
#[test]
fn an_acceptance_is_told_when_somebody_is_in() {
    let accepted = ringing().then().ask("patient", Command::Answer { device: None });
    check(
        &accepted,
        &[
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"answered elsewhere"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"answered elsewhere"}"#,
        ],
    );
    check(
        &accepted.then().ask("patient", comes("headset")),
        &[
            r#"desk call:accepted {"callId":"c1","acceptedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

/// A caller of another vocabulary may come in after the one who is called.
#[test]
fn whoever_was_there_first_offers() {
    let called = Visit::call(&Live).says("patient", "phone", "call:accept", r#"{"callId":"c1"}"#);
    check(
        &called.then().ask("doctor", comes("surgery")),
        &[
            r#"phone call:accepted {"callId":"c1","acceptedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

#[test]
fn a_call_moves_to_another_device() {
    let resume = Command::Resume { device: device("tablet"), media: Media::ON };
    check(
        &talking().then().ask("patient", resume),
        &[
            r#"desk call:accepted {"callId":"c1","acceptedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"moved to another device"}"#,
        ],
    );
}

#[test]
fn further_people_are_not_announced() {
    let guest = Command::Admit { user: id("nurse") };
    let three = talking().ask("doctor", guest).then().ask("nurse", comes("ward"));
    check(&three, &[]);
    check(
        &three.ask("patient", goes("phone")).then().ask("nurse", goes("ward")),
        &[
            r#"desk call:ended {"callId":"c1","endedBy":"nurse","timestamp":"1970-01-01T00:00:00.000Z","reason":"left"}"#,
        ],
    );
}

#[test]
fn a_consultation_rings_too() {
    let here = || Visit::opened(&Live, Kind::Consultation).ask("doctor", comes("desk"));
    check(
        &here(),
        &[
            r#"phone call:incoming {"callId":"c1","callerId":"doctor","callerName":"DOCTOR","callType":"video","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call:incoming {"callId":"c1","callerId":"doctor","callerName":"DOCTOR","callType":"video","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
    // The doctor may wait on.
    check(
        &here().then().says("patient", "phone", "call:reject", r#"{"callId":"c1"}"#),
        &[
            r#"phone call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"declined"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"declined"}"#,
        ],
    );
    check(
        &here().then().waits(45),
        &[
            r#"phone call:ended {"callId":"c1","endedBy":null,"timestamp":"1970-01-01T00:00:45.000Z","reason":"missed"}"#,
            r#"tablet call:ended {"callId":"c1","endedBy":null,"timestamp":"1970-01-01T00:00:45.000Z","reason":"missed"}"#,
        ],
    );
}

#[test]
fn each_medium_that_was_switched_is_told_to_the_other() {
    check(
        &talking().then().says(
            "patient",
            "phone",
            "call:toggle-media",
            r#"{"callId":"c1","mediaType":"audio","enabled":false}"#,
        ),
        &[
            r#"desk call:media-toggled {"callId":"c1","userId":"patient","mediaType":"audio","enabled":false}"#,
        ],
    );
    let all = Command::ChangeMedia {
        device: Some(device("desk")),
        audio: Some(false),
        video: Some(false),
        screen: Some(true),
    };
    check(
        &talking().then().ask("doctor", all),
        &[
            r#"phone call:media-toggled {"callId":"c1","userId":"doctor","mediaType":"audio","enabled":false}"#,
            r#"phone call:media-toggled {"callId":"c1","userId":"doctor","mediaType":"video","enabled":false}"#,
        ],
    );
}

#[test]
fn a_device_hears_who_it_is_and_what_still_rings() {
    let welcome = |visit: &Visit, user: &str| {
        let rooms = [Arc::new(visit.room.clone())];
        visit.as_heard_by(user, "watch", &News::Welcome { rooms: &rooms, missed: &[] })
    };
    assert_eq!(
        welcome(&ringing(), "patient"),
        [
            r#"connected {"userId":"patient","role":"patient"}"#,
            r#"call:incoming {"callId":"c1","callerId":"doctor","callerName":"DOCTOR","callType":"video","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ]
    );
    assert_eq!(
        welcome(&ringing(), "doctor"),
        [r#"connected {"userId":"doctor","role":"provider"}"#]
    );
    assert_eq!(
        welcome(&talking(), "patient"),
        [r#"connected {"userId":"patient","role":"patient"}"#]
    );
}

const SDP: &str = r#"{"type":"offer","sdp":"v=0\r\n"}"#;
const CANDIDATE: &str = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}"#;

/// What a client can send to another one.
const SIGNALS: [(&str, &str, SignalKind, &str); 3] = [
    ("webrtc:offer", "offer", SignalKind::Offer, SDP),
    ("webrtc:answer", "answer", SignalKind::Answer, SDP),
    ("webrtc:ice-candidate", "candidate", SignalKind::Candidate, CANDIDATE),
];

/// A word and its body: what is asked for, or what is wrong about it.
fn understood(word: &str, body: &str) -> String {
    match decoded(&Live, word, body) {
        Some(Ok(Heard::Signal { place, to, signal })) => {
            format!("{:?} {} in {place:?} to {to:?}", signal.kind, signal.body)
        }
        Some(Ok(heard)) => format!("{heard:?}"),
        Some(Err(garbled)) => {
            format!("{}: {}", garbled.field.as_deref().unwrap_or("-"), garbled.what)
        }
        None => "unknown".to_owned(),
    }
}

#[test]
fn signals_are_understood() {
    for (word, field, kind, signal) in SIGNALS {
        assert_eq!(
            understood(
                word,
                &format!(r#"{{"callId":"c1","targetUserId":"bob","{field}":{signal}}}"#)
            ),
            format!(r#"{kind:?} {signal} in Named(RoomId("c1")) to One(UserId("bob"))"#)
        );
        assert_eq!(
            understood(word, &format!(r#"{{"callId":"c1","{field}":{signal}}}"#)),
            "targetUserId: missing field `targetUserId`"
        );
        assert_eq!(
            understood(word, r#"{"callId":"c1","targetUserId":"bob"}"#),
            format!("{field}: missing field `{field}`")
        );
        let wrong = format!(r#"{{"callId":"c1","targetUserId":"bob","{field}":7}}"#);
        assert!(understood(word, &wrong).starts_with(field), "{wrong}");
    }
}

/// A client that came in by the id of an appointment hears that id.
#[test]
fn signals_are_passed_on_under_the_name_their_receiver_uses() {
    struct Appointment;
    impl Names for Appointment {
        fn name_of(&self, _: &RoomId) -> RoomId {
            id("appointment-7")
        }
        fn entered(&self, _: &RoomId) -> bool {
            true
        }
    }
    for (word, field, kind, signal) in SIGNALS {
        let body: &RawValue = serde_json::from_str(signal).expect("it is JSON");
        let mut told = String::new();
        with_viewer(&Live, "doctor", "desk", |viewer| {
            let Viewer { user, role, device, people, .. } = *viewer;
            let viewer = Viewer { user, role, device, people, names: &Appointment };
            let signal = Signal { kind, body, wrapped: false };
            let news = News::Signal { room: &talking().room, from: &id("patient"), signal };
            Live.encode(&viewer, &news, &mut |word, body| told = format!("{word} {body}"));
        });
        assert_eq!(
            told,
            format!(
                r#"{word} {{"callId":"appointment-7","fromUserId":"patient","{field}":{signal}}}"#
            )
        );
    }
}

#[test]
fn somebody_is_called_whether_they_are_connected_or_not() {
    let call = heard(&Live, "call:initiate", r#"{"targetUserId":"bob","callType":"audio"}"#);
    let Heard::Start { invitation, then, only_if_free } = call else { panic!("it starts a call") };
    assert_eq!(invitation, Invitation::to(vec![id("bob")], Purpose::Audio));
    assert_eq!(then, [join(&device("desk"), Media { video: false, ..Media::ON })]);
    assert!(!only_if_free);
}

#[test]
fn what_is_not_about_calls_is_heard_without_effect() {
    for word in ABOUT_OTHER_THINGS.into_iter().chain(["ping"]) {
        assert_eq!(understood(word, "null"), "Greeting", "{word}");
    }
    assert_eq!(understood("call:dance", "{}"), "unknown");
}

#[test]
fn messages_that_nobody_would_get_are_refused() {
    for word in ["message:send", "message:read"] {
        assert_eq!(
            understood(word, r#"{"threadId":"t1","content":"Hello","messageId":"m1"}"#),
            "-: Messages outside a call are not kept here. Send them by other means."
        );
    }
}

#[test]
fn mistakes_name_their_field() {
    assert_eq!(
        understood("call:initiate", r#"{"callType":"video"}"#),
        "targetUserId: missing field `targetUserId`"
    );
    assert_eq!(
        understood("call:initiate", r#"{"targetUserId":"bob","callType":"fax"}"#),
        "callType: unknown variant `fax`, expected `video` or `audio`"
    );
    for word in ["call:accept", "call:reject", "call:end", "call:toggle-media"] {
        assert_eq!(understood(word, "{}"), "callId: missing field `callId`", "{word}");
    }
    let reason = "x".repeat(501);
    assert_eq!(
        understood("call:reject", &format!(r#"{{"callId":"c1","reason":"{reason}"}}"#)),
        "reason: a reason has at most 500 characters"
    );
    assert_eq!(
        understood("call:toggle-media", r#"{"callId":"c1","mediaType":"smell","enabled":true}"#),
        "mediaType: unknown variant `smell`, expected `audio` or `video`"
    );
    assert_eq!(
        understood("call:toggle-media", r#"{"callId":"c1","mediaType":"video"}"#),
        "enabled: missing field `enabled`"
    );
}

#[test]
fn everything_is_acked() {
    let room = talking().room;
    with_viewer(&Live, "patient", "phone", |viewer| {
        assert_eq!(
            Live.consent(viewer, &Answer::Call { room: &room, changed: true }),
            r#"{"success":true,"callId":"c1"}"#
        );
        assert_eq!(Live.consent(viewer, &Answer::Done), r#"{"success":true}"#);
    });
    let problem = Problem::new("call_over", "This call is over.");
    assert_eq!(Live.refuse(&problem), r#"{"error":"This call is over.","code":"call_over"}"#);
    let error =
        r#"{"event":"call:end","code":"call_over","message":"This call is over."}"#.to_owned();
    assert_eq!(Live.complain("call:end", &problem), ("error", error));
}
