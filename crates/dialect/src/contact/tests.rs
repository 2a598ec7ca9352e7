//! Conversations in this vocabulary. The doctor sits at a desk; the patient has
//! a phone and a tablet.

use std::sync::Arc;

use housecall_core::{
    Presence,
    room::{Departure, Kind, Stage},
};

use super::*;
use crate::{
    Names,
    staging::{Visit, check, decoded, heard, id, with_viewer},
};

/// The doctor calls the patient.
fn ringing() -> Visit {
    let call = r#"{"calleeId":"patient","type":"video"}"#;
    Visit::blank(&Contact).says("doctor", "desk", "call_initiate", call)
}

/// The patient has answered with the phone.
fn talking() -> Visit {
    ringing().says("patient", "phone", "call_answer", r#"{"callId":"c1"}"#)
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

fn end() -> Command {
    Command::End { reason: None }
}

#[test]
fn a_call_rings_and_is_answered() {
    check(
        &talking(),
        &[
            r#"phone incoming_call {"callId":"c1","caller":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","createdAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet incoming_call {"callId":"c1","caller":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","createdAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk call_initiated {"callId":"c1","callee":{"_id":"patient","username":"patient","fullName":"PATIENT","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","status":"ringing"}"#,
            r#"tablet call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
            r#"desk call_answered {"callId":"c1"}"#,
            r#"phone call_answered {"callId":"c1"}"#,
        ],
    );
}

#[test]
fn a_voice_call_says_so() {
    let visit = Visit::blank(&Contact).says(
        "patient",
        "phone",
        "call_initiate",
        r#"{"calleeId":"doctor","type":"voice"}"#,
    );
    check(
        &visit,
        &[
            r#"desk incoming_call {"callId":"c1","caller":{"_id":"patient","username":"patient","fullName":"PATIENT","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"voice","createdAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"phone call_initiated {"callId":"c1","callee":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"voice","status":"ringing"}"#,
        ],
    );
}

#[test]
fn hanging_up_ends_the_call_for_both() {
    check(
        &talking().then().waits(61).says("patient", "phone", "call_end", r#"{"callId":"c1"}"#),
        &[
            r#"desk call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":61}"#,
            r#"phone call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":61}"#,
        ],
    );
}

#[test]
fn a_call_is_declined() {
    check(
        &ringing().then().says("patient", "tablet", "call_decline", r#"{"callId":"c1"}"#),
        &[
            r#"phone call_ended {"callId":"c1","reason":"declined","endedBy":"patient","duration":0}"#,
            r#"tablet call_ended {"callId":"c1","reason":"declined","endedBy":"patient","duration":0}"#,
            r#"desk call_ended {"callId":"c1","reason":"declined","endedBy":"patient","duration":0}"#,
        ],
    );
}

#[test]
fn the_red_button_of_a_phone_that_rings_declines() {
    let visit = ringing().then().says("patient", "phone", "call_end", "{}");
    let declined =
        r#"call_ended {"callId":"c1","reason":"declined","endedBy":"patient","duration":0}"#;
    assert_eq!(visit.heard, ["phone", "tablet", "desk"].map(|it| format!("{it} {declined}")));
}

#[test]
fn a_caller_takes_the_call_back() {
    let visit = ringing().then().says("doctor", "desk", "call_end", "{}");
    let ended =
        r#"call_ended {"callId":"c1","reason":"user_hangup","endedBy":"doctor","duration":0}"#;
    assert_eq!(visit.heard, ["desk", "phone", "tablet"].map(|it| format!("{it} {ended}")));
}

#[test]
fn a_call_rings_in_vain() {
    let missed = r#"call_ended {"callId":"c1","reason":"missed","endedBy":null,"duration":0}"#;
    let visit = ringing().then().waits(45);
    assert_eq!(visit.heard, ["desk", "phone", "tablet"].map(|it| format!("{it} {missed}")));
}

#[test]
fn a_caller_is_lost_while_it_rings() {
    check(
        &ringing().ask("doctor", loses("desk")).then().waits(30),
        &[
            r#"desk call_ended {"callId":"c1","reason":"network_error","endedBy":"doctor","duration":0}"#,
            r#"phone call_ended {"callId":"c1","reason":"network_error","endedBy":null,"duration":0}"#,
            r#"tablet call_ended {"callId":"c1","reason":"network_error","endedBy":null,"duration":0}"#,
        ],
    );
}

/// The room outlives the peer of another vocabulary that leaves it; the client
/// that is left alone hears of its end once, when its peer goes.
#[test]
fn a_peer_that_leaves_ends_the_call_once() {
    check(
        &talking().then().waits(5).ask("patient", goes("phone")),
        &[
            r#"desk call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":5}"#,
            r#"phone call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":5}"#,
        ],
    );
    let alone = || talking().ask("patient", goes("phone")).then();
    check(&alone().waits(120), &[]);
    check(&alone().ask("doctor", goes("desk")), &[]);
    check(&alone().ask("doctor", end()), &[]);
    check(&alone().ask("patient", comes("tablet")), &[r#"tablet call_answered {"callId":"c1"}"#]);
}

#[test]
fn a_lost_peer_is_waited_for() {
    check(
        &talking().then().ask("patient", loses("phone")).waits(30),
        &[
            r#"desk call_ended {"callId":"c1","reason":"network_error","endedBy":"patient","duration":30}"#,
            r#"phone call_ended {"callId":"c1","reason":"network_error","endedBy":"patient","duration":30}"#,
        ],
    );
    let resume = Command::Resume { device: device("phone"), media: Media::ON };
    check(&talking().then().ask("patient", loses("phone")).ask("patient", resume), &[]);
}

/// An offer to somebody who is not in would be dropped.
#[test]
fn an_answer_without_a_device_is_not_told_before_somebody_is_in() {
    let accepted = || ringing().then().ask("patient", Command::Answer { device: None });
    let elsewhere =
        r#"call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#;
    let stopped = ["phone", "tablet"].map(|it| format!("{it} {elsewhere}"));
    assert_eq!(accepted().heard, stopped);
    check(
        &accepted().then().ask("patient", comes("headset")),
        &[r#"desk call_answered {"callId":"c1"}"#],
    );
    check(
        &accepted().then().waits(30),
        &[
            r#"desk call_ended {"callId":"c1","reason":"timeout","endedBy":"patient","duration":30}"#,
        ],
    );
}

#[test]
fn a_peer_that_starts_anew_is_offered_to_anew() {
    let resume = Command::Resume { device: device("tablet"), media: Media::ON };
    check(
        &talking().then().ask("patient", resume),
        &[
            r#"desk call_answered {"callId":"c1"}"#,
            r#"phone call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
            r#"tablet call_answered {"callId":"c1"}"#,
        ],
    );
    let resume = Command::Resume { device: device("tablet"), media: Media::ON };
    check(
        &talking().ask("patient", loses("phone")).then().ask("patient", resume),
        &[
            r#"phone call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
        ],
    );
}

/// A caller of another vocabulary may come in after the one who is called.
#[test]
fn who_is_called_may_be_there_first() {
    let called =
        || Visit::call(&Contact).says("patient", "phone", "call_answer", r#"{"callId":"c1"}"#);
    check(
        &called().then().ask("doctor", comes("surgery")),
        &[r#"phone call_answered {"callId":"c1"}"#],
    );
    check(
        &called().then().waits(120),
        &[r#"phone call_ended {"callId":"c1","reason":"timeout","endedBy":null,"duration":120}"#],
    );
}

#[test]
fn further_people_are_not_announced() {
    let guest = || Command::Admit { user: id("nurse") };
    let three = talking().ask("doctor", guest()).then().ask("nurse", comes("ward"));
    check(&three, &[]);
    check(
        &three.ask("patient", goes("phone")).then().ask("patient", comes("phone")),
        &[r#"phone call_answered {"callId":"c1"}"#],
    );
    check(
        &talking()
            .ask("doctor", guest())
            .ask("nurse", comes("ward"))
            .ask("patient", goes("phone"))
            .then()
            .ask("nurse", goes("ward")),
        &[
            r#"desk call_ended {"callId":"c1","reason":"user_hangup","endedBy":"nurse","duration":0}"#,
        ],
    );
}

/// Those who went before a client came do not end its call: it may still wait.
#[test]
fn who_answers_when_all_have_gone_waits_for_them() {
    let both = Invitation::to(vec![id("nurse"), id("patient")], Purpose::Video);
    let visit = Visit::blank(&Contact)
        .ask("doctor", Command::Initiate(both))
        .ask("doctor", comes("surgery"))
        .ask("nurse", comes("ward"))
        .ask("doctor", goes("surgery"))
        .ask("nurse", goes("ward"))
        .then()
        .waits(5)
        .says("patient", "phone", "call_answer", r#"{"callId":"c1"}"#)
        .waits(120);
    check(
        &visit,
        &[
            r#"tablet call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":5}"#,
            r#"phone call_answered {"callId":"c1"}"#,
            r#"phone call_ended {"callId":"c1","reason":"timeout","endedBy":null,"duration":125}"#,
        ],
    );
}

#[test]
fn a_consultation_rings_too() {
    let consultation = || Visit::opened(&Contact, Kind::Consultation);
    check(
        &consultation().ask("doctor", comes("surgery")).says(
            "patient",
            "phone",
            "call_answer",
            r#"{"callId":"c1"}"#,
        ),
        &[
            r#"phone incoming_call {"callId":"c1","caller":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","createdAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet incoming_call {"callId":"c1","caller":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","createdAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"tablet call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
            r#"phone call_answered {"callId":"c1"}"#,
        ],
    );
    let missed = r#"call_ended {"callId":"c1","reason":"missed","endedBy":null,"duration":0}"#;
    assert_eq!(
        consultation().ask("doctor", comes("surgery")).then().waits(45).heard,
        ["phone", "tablet"].map(|it| format!("{it} {missed}"))
    );
    assert_eq!(
        consultation().ask("doctor", comes("surgery")).then().ask("doctor", goes("surgery")).heard,
        ["phone", "tablet"].map(|it| format!("{it} {}", missed.replace("null", r#""doctor""#)))
    );
}

/// In a consultation a host can end it; a patient who hangs up goes.
#[test]
fn the_red_button_leaves_a_consultation() {
    let visit = Visit::opened(&Contact, Kind::Consultation)
        .ask("doctor", comes("desk"))
        .says("patient", "phone", "call_answer", r#"{"callId":"c1"}"#)
        .then()
        .says("patient", "phone", "call_end", "{}");
    check(
        &visit,
        &[
            r#"desk call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
            r#"phone call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#,
        ],
    );
    assert!(!visit.room.is_over());
    let departure = visit.room.participant(&id("patient")).map(|it| &it.stage);
    assert_eq!(departure, Some(&Stage::Left(Departure::Left)));
}

#[test]
fn what_still_rings_is_told_on_arrival() {
    let welcome = |visit: &Visit, user: &str, on: &str| {
        let rooms = [Arc::new(visit.room.clone())];
        visit.as_heard_by(user, on, &News::Welcome { rooms: &rooms, missed: &[] })
    };
    let incoming = r#"incoming_call {"callId":"c1","caller":{"_id":"doctor","username":"doctor","fullName":"DOCTOR","avatarPath":null,"status":"online","statusMessage":null,"lastSeen":null},"type":"video","createdAt":"1970-01-01T00:00:00.000Z"}"#;
    assert_eq!(welcome(&ringing(), "patient", "watch"), [incoming]);
    assert!(welcome(&ringing(), "doctor", "watch").is_empty());
    assert!(welcome(&talking(), "patient", "watch").is_empty());
}

#[test]
fn who_comes_and_goes_is_told_to_those_who_watch() {
    let visit = Visit::blank(&Contact);
    let told = |before: Presence, presence: Presence| {
        let news = News::Presence { user: &id("doctor"), before, presence };
        visit.as_heard_by("patient", "phone", &news)
    };
    assert_eq!(
        told(Presence::Offline, Presence::InCall),
        [r#"user_status_changed {"userId":"doctor","status":"online","lastSeen":null}"#]
    );
    assert_eq!(
        told(Presence::Away, Presence::Offline),
        [r#"user_status_changed {"userId":"doctor","status":"offline","lastSeen":null}"#]
    );
    let reachable = [Presence::Away, Presence::Online, Presence::InCall];
    for (before, now) in [(0, 1), (1, 2), (2, 0), (2, 1)] {
        assert!(told(reachable[before], reachable[now]).is_empty());
    }
}

const SDP: &str = r#"{"type":"offer","sdp":"v=0\r\n"}"#;
const CANDIDATE: &str = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}"#;

/// A word and its body: what is asked for, or what is wrong about it.
fn understood(word: &str, body: &str) -> String {
    match decoded(&Contact, word, body) {
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
fn signals_belong_to_the_call_with_their_receiver() {
    let with_bob = r#"With { peer: UserId("bob"), named: Some(RoomId("mine")) }"#;
    for (word, field, kind, signal) in [
        ("webrtc_offer", "offer", "Offer", SDP),
        ("webrtc_answer", "answer", "Answer", SDP),
        ("webrtc_ice_candidate", "candidate", "Candidate", CANDIDATE),
        ("ice_candidates", "candidate", "Candidate", CANDIDATE),
    ] {
        assert_eq!(
            understood(word, &format!(r#"{{"{field}":{signal},"to":"bob","callId":"mine"}}"#)),
            format!(r#"{kind} {signal} in {with_bob} to One(UserId("bob"))"#)
        );
        assert_eq!(
            understood(word, &format!(r#"{{"{field}":{signal},"to":"bob"}}"#)),
            format!(
                r#"{kind} {signal} in With {{ peer: UserId("bob"), named: None }} to One(UserId("bob"))"#
            )
        );
        assert_eq!(
            understood(word, &format!(r#"{{"{field}":{signal}}}"#)),
            "to: missing field `to`"
        );
        assert_eq!(
            understood(word, r#"{"to":"bob"}"#),
            format!("{field}: missing field `{field}`")
        );
        assert!(understood(word, &format!(r#"{{"{field}":7,"to":"bob"}}"#)).starts_with(field));
    }
    assert_eq!(
        understood("ice_candidates", &format!(r#"{{"candidates":[{CANDIDATE}],"to":"bob"}}"#)),
        "candidates: Send each candidate by itself: {candidate, to, callId}."
    );
}

/// The caller calls the call by an id it made up, and hears of it by that id.
#[test]
fn a_signal_carries_the_id_its_receiver_knows() {
    struct MadeUp;
    impl Names for MadeUp {
        fn name_of(&self, _: &RoomId) -> RoomId {
            id("made-up")
        }
        fn entered(&self, _: &RoomId) -> bool {
            true
        }
    }
    let told = |kind: SignalKind, body: &str| {
        let body: &RawValue = serde_json::from_str(body).expect("it is JSON");
        let mut told = String::new();
        with_viewer(&Contact, "doctor", "desk", |viewer| {
            let Viewer { user, role, device, people, .. } = *viewer;
            let viewer = Viewer { user, role, device, people, names: &MadeUp };
            let signal = Signal { kind, body, wrapped: false };
            let news = News::Signal { room: &talking().room, from: &id("patient"), signal };
            Contact.encode(&viewer, &news, &mut |word, body| told = format!("{word} {body}"));
        });
        told
    };
    assert_eq!(
        told(SignalKind::Offer, SDP),
        r#"webrtc_offer {"offer":{"type":"offer","sdp":"v=0\r\n"},"from":"patient","to":"doctor","callId":"made-up"}"#
    );
    assert_eq!(
        told(SignalKind::Answer, SDP),
        r#"webrtc_answer {"answer":{"type":"offer","sdp":"v=0\r\n"},"from":"patient","to":"doctor","callId":"made-up"}"#
    );
    assert_eq!(
        told(SignalKind::Candidate, CANDIDATE),
        r#"webrtc_ice_candidate {"candidate":{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"},"from":"patient","to":"doctor","callId":"made-up"}"#
    );
}

#[test]
fn a_call_may_be_closed_by_any_name_or_none() {
    for (body, named) in [
        (r#"{"callId":"mine"}"#, Some("mine")),
        (r#"{"callId":null}"#, None),
        ("{}", None),
        ("null", None),
    ] {
        for word in ["call_end", "call_decline"] {
            let Heard::Ask { place, .. } = heard(&Contact, word, body) else {
                panic!("{word} asks")
            };
            assert_eq!(place, Place::Here { named: named.map(id) }, "{word} {body}");
        }
    }
}

#[test]
fn somebody_is_called_only_if_they_are_free() {
    let call = heard(&Contact, "call_initiate", r#"{"calleeId":7,"type":"voice"}"#);
    let Heard::Start { invitation, then, only_if_free } = call else { panic!("it starts a call") };
    assert_eq!(invitation, Invitation::to(vec![id("7")], Purpose::Audio));
    assert_eq!(then, [join(&device("desk"), Media { video: false, ..Media::ON })]);
    assert!(only_if_free);
}

#[test]
fn messages_between_contacts_are_heard_without_effect() {
    for word in ["typing_start", "typing_stop", "message_delivered", "message_read"] {
        assert_eq!(understood(word, r#"{"conversationId":"t1"}"#), "Greeting");
    }
    assert_eq!(understood("call_reject", "{}"), "unknown");
}

#[test]
fn mistakes_name_their_field() {
    assert_eq!(
        understood("call_initiate", r#"{"type":"video"}"#),
        "calleeId: missing field `calleeId`"
    );
    assert_eq!(
        understood("call_initiate", r#"{"calleeId":"bob","type":"fax"}"#),
        "type: unknown variant `fax`, expected `voice` or `video`"
    );
    assert_eq!(understood("call_answer", "{}"), "callId: missing field `callId`");
    assert_eq!(
        understood("call_end", r#"{"callId":{}}"#),
        "callId: invalid type: map, expected an id"
    );
    assert_eq!(understood("call_decline", r#"{"callId":""}"#), "callId: an id must not be empty");
    assert_eq!(
        understood("webrtc_offer", r#"{"offer":{"type":"offer"},"to":"bob"}"#),
        "offer: Send a session description: {type, sdp}."
    );
    assert_eq!(
        understood("webrtc_ice_candidate", r#"{"candidate":"x","to":"bob"}"#),
        "candidate: Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}."
    );
}

#[test]
fn an_answer_said_twice_is_told_twice() {
    let room = talking().room;
    let told = |word: &str, changed: bool| {
        let mut told = Vec::new();
        with_viewer(&Contact, "patient", "phone", |viewer| {
            let answer = Answer::Call { room: &room, changed };
            let say = &mut |word: &str, body: String| told.push(format!("{word} {body}"));
            Contact.acknowledge(viewer, word, None, &answer, say);
        });
        told
    };
    assert_eq!(told("call_answer", false), [r#"call_answered {"callId":"c1"}"#]);
    assert!(told("call_answer", true).is_empty());
    assert!(told("call_end", false).is_empty());
}

#[test]
fn acks_and_errors_carry_a_code() {
    let room = talking().room;
    with_viewer(&Contact, "patient", "phone", |viewer| {
        assert_eq!(
            Contact.consent(viewer, &Answer::Call { room: &room, changed: true }),
            r#"{"success":true,"callId":"c1"}"#
        );
        assert_eq!(Contact.consent(viewer, &Answer::Done), r#"{"success":true}"#);
    });
    let problem = Problem::new("callee_busy", "This person is in another call.");
    assert_eq!(
        Contact.refuse(&problem),
        r#"{"success":false,"error":"This person is in another call.","code":"callee_busy"}"#
    );
    let error = r#"{"error":"This person is in another call.","code":"callee_busy"}"#.to_owned();
    assert_eq!(Contact.complain("call_initiate", &problem), ("call_error", error));
}

#[test]
fn only_its_own_words_are_taken_for_this_vocabulary() {
    let recognizes = |word: &str, body: &str| Contact.recognizes(word, Some(body));
    for word in WORDS.into_iter().chain(ABOUT_MESSAGES) {
        assert!(recognizes(word, "{}"), "{word}");
    }
    for word in ["webrtc_offer", "webrtc_answer", "webrtc_ice_candidate"] {
        assert!(recognizes(word, r#"{"to":"bob"}"#), "{word}");
        assert!(!recognizes(word, r#"{"roomId":"c1","targetUserId":"bob"}"#), "{word}");
        assert!(!recognizes(word, r#"{"senderId":"ann"}"#), "{word}");
    }
    for word in ["call-invitation", "join_room", "message", "ice_candidate"] {
        assert!(!recognizes(word, r#"{"to":"bob"}"#), "{word}");
    }
}
