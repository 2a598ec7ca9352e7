//! Conversations in this vocabulary. The same over real sockets is in the
//! end-to-end tests.

use std::time::Duration;

use housecall_core::{
    Actor, Entry, Event, Private, Role, Timestamp,
    room::{Kind, OtherDevice, Outcome, Phase},
};

use super::*;
use crate::{
    native::wire::Person,
    staging::{Visit, check, decoded, id, with_viewer},
};

const SESSION: &str = r#"{"sessionId":"c1"}"#;

fn opened() -> Visit {
    Visit::opened(&Consultation, Kind::Consultation)
}

fn both_in() -> Visit {
    opened().says("doctor", "desk", "consultation:join", SESSION).says(
        "patient",
        "phone",
        "consultation:join",
        SESSION,
    )
}

/// What the house says to the patient's phone besides an ack.
fn acknowledged(word: &str, answer: &Answer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    with_viewer(&Consultation, "patient", "phone", |viewer| {
        Consultation.acknowledge(viewer, word, None, answer, &mut |word, body| {
            lines.push(format!("{word} {body}"));
        });
    });
    lines
}

/// What is understood, or which field is wrong and why.
fn understood(word: &str, body: &str) -> String {
    match decoded(&Consultation, word, body) {
        None => "unknown".to_owned(),
        Some(Err(it)) => format!("{}: {}", it.field.as_deref().unwrap_or("-"), it.what),
        Some(Ok(heard)) => format!("{heard:?}"),
    }
}

#[test]
fn a_physician_waits_and_the_patient_comes() {
    check(
        &both_in(),
        &[
            r#"desk consultation:room_state {"session":{"id":"c1","status":"scheduled","patientId":"patient","physicianId":"doctor"},"room":{"sessionId":"c1","roomStatus":"waiting","patientJoined":false,"physicianJoined":true}}"#,
            r#"desk consultation:user_joined {"userId":"patient","userRole":"PATIENT","userProfile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"},"sessionId":"c1"}"#,
            r#"phone consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#,
        ],
    );
}

#[test]
fn signals_go_to_one_person_and_say_whom_they_are_from() {
    let visit = both_in();
    let description = r#"{"type":"offer","sdp":"v=0"}"#;
    let candidate = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}"#;
    let cases = [
        ("consultation:offer", "offer", description, r#","fromUserRole":"PATIENT"}"#),
        ("consultation:answer", "answer", description, r#","fromUserRole":"PATIENT"}"#),
        ("consultation:ice-candidate", "candidate", candidate, "}"),
    ];
    for (word, field, signal, role) in cases {
        let said = format!(r#"{{"sessionId":"c1","{field}":{signal},"targetUserId":"doctor"}}"#);
        let Some(Ok(Heard::Signal { place, to, signal: heard })) =
            decoded(&Consultation, word, &said)
        else {
            panic!("{word} is a signal");
        };
        assert_eq!((place, to), (id::<RoomId>("c1").into(), Recipient::One(id("doctor"))));
        let news = News::Signal { room: &visit.room, from: &id("patient"), signal: heard };
        assert_eq!(
            visit.as_heard_by("doctor", "desk", &news),
            [format!(
                r#"{word} {{"sessionId":"c1","{field}":{signal},"fromUserId":"patient"{role}"#
            )]
        );
    }
}

#[test]
fn everybody_has_a_role_in_their_words() {
    let roles = [Role::Patient, Role::Provider, Role::Admin, Role::Guest];
    assert_eq!(roles.map(tell::role), ["PATIENT", "PHYSICIAN", "HOSPITAL_ADMIN", "AGENT"]);
}

#[test]
fn a_profile_is_what_the_name_tells() {
    let profile = |name: &str| {
        let (id, name) = (id("ada"), Private::new(name.to_owned()));
        json(&tell::Profile::of(Person { id, name, role: Role::Patient }))
    };
    assert_eq!(
        profile("Ada King Lovelace"),
        r#"{"id":"ada","firstName":"Ada","lastName":"King Lovelace","displayName":"Ada King Lovelace"}"#
    );
    assert_eq!(
        profile("Ada"),
        r#"{"id":"ada","firstName":"Ada","lastName":"","displayName":"Ada"}"#
    );
}

#[test]
fn a_physician_starts_the_session_and_ends_it() {
    let mut visit = opened().says("doctor", "desk", "consultation:join", SESSION).then();
    visit = visit.says("doctor", "desk", "consultation:start", SESSION).waits(90);
    visit = visit.says("patient", "phone", "consultation:join", SESSION).waits(10);
    check(
        &visit.says("doctor", "desk", "consultation:end", SESSION),
        &[
            r#"desk consultation:session_started {"sessionId":"c1","startedBy":"doctor","startedAt":"1970-01-01T00:00:00.000Z"}"#,
            r#"desk consultation:user_joined {"userId":"patient","userRole":"PATIENT","userProfile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"},"sessionId":"c1"}"#,
            r#"phone consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#,
            // The tablet follows what its user's phone is in.
            r#"desk consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:01:40.000Z","durationMinutes":2}"#,
            r#"phone consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:01:40.000Z","durationMinutes":2}"#,
            r#"tablet consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:01:40.000Z","durationMinutes":2}"#,
        ],
    );
}

#[test]
fn a_session_nobody_came_to_is_cancelled() {
    let visit = opened().says("doctor", "desk", "consultation:join", SESSION).then();
    check(
        &visit.says("doctor", "desk", "consultation:end", SESSION),
        &[
            r#"desk consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:00:00.000Z","durationMinutes":0}"#,
            r#"desk consultation:update {"sessionId":"c1","status":"cancelled"}"#,
        ],
    );
}

#[test]
fn those_inside_hear_who_leaves() {
    check(
        &both_in().then().says("patient", "phone", "consultation:leave", SESSION).says(
            "doctor",
            "desk",
            "consultation:leave",
            SESSION,
        ),
        &[r#"desk consultation:user_left {"userId":"patient","sessionId":"c1"}"#],
    );
}

#[test]
fn a_page_whose_connection_is_back_goes_on_and_nobody_notices() {
    let lost = Command::LoseConnection { device: id("phone") };
    let back = r#"phone consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#;
    let visit = both_in().then().ask("patient", lost.clone());
    let visit = visit.says("patient", "phone", "consultation:join", SESSION);
    check(&visit, &[back]);
    check(
        &visit.then().ask("patient", lost).waits(30),
        &[r#"desk consultation:user_left {"userId":"patient","sessionId":"c1"}"#],
    );
}

#[test]
fn to_join_twice_changes_nothing_and_is_answered() {
    let visit = both_in().then().says("patient", "phone", "consultation:join", SESSION);
    check(&visit, &[]);
    assert_eq!(
        acknowledged("consultation:join", &Answer::Call { room: &visit.room, changed: false }),
        [
            r#"consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#
        ]
    );
    let joined = Answer::Call { room: &visit.room, changed: true };
    assert!(acknowledged("consultation:join", &joined).is_empty(), "the entry was told");
}

#[test]
fn the_last_page_to_join_carries_the_media() {
    check(
        &both_in().then().says("patient", "tablet", "consultation:join", SESSION),
        &[
            r#"desk consultation:user_left {"userId":"patient","sessionId":"c1"}"#,
            r#"desk consultation:user_joined {"userId":"patient","userRole":"PATIENT","userProfile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"},"sessionId":"c1"}"#,
            r#"phone consultation:user_left {"userId":"patient","sessionId":"c1"}"#,
            r#"tablet consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#,
        ],
    );
}

#[test]
fn messages_are_told_to_all_and_to_the_sender() {
    let said = r#"{"conversationId":"c1","content":"It hurts here.","messageType":"text"}"#;
    let message = r#"chat:message:new {"message":{"id":"0-6","conversationId":"c1","senderId":"patient","sender":{"id":"patient","role":"PATIENT","profile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"}},"content":"It hurts here.","messageType":"text","createdAt":"1970-01-01T00:00:00.000Z"},"conversationId":"c1"}"#;
    let expected = ["desk", "phone", "tablet"].map(|it| format!("{it} {message}"));
    assert_eq!(both_in().then().says("patient", "phone", "chat:message", said).heard, expected);
}

#[test]
fn a_whisper_is_for_the_one_it_is_meant_for() {
    let come = |device| Command::Join {
        device: id(device),
        media: Media::ON,
        other: OtherDevice::Prevails,
    };
    let message: Message = "Only you".to_owned().try_into().expect("a message");
    let whisper = Command::say(message, vec![id("doctor")]);
    let visit = Visit::opened(&Consultation, Kind::Meeting)
        .ask("doctor", come("desk"))
        .ask("patient", come("phone"))
        .ask("admin", come("kiosk"))
        .then()
        .ask("admin", whisper);
    check(
        &visit,
        &[
            r#"desk chat:message:new {"message":{"id":"0-7","conversationId":"c1","senderId":"admin","sender":{"id":"admin","role":"HOSPITAL_ADMIN","profile":{"id":"admin","firstName":"ADMIN","lastName":"","displayName":"ADMIN"}},"content":"Only you","messageType":"text","createdAt":"1970-01-01T00:00:00.000Z"},"conversationId":"c1"}"#,
        ],
    );
}

#[test]
fn whoever_comes_to_a_conversation_reads_what_was_written() {
    assert_eq!(
        understood("chat:join", r#"{"conversationId":"c1"}"#),
        r#"Messages { place: Named(RoomId("c1")), most: 50, after: 0, shows: Some(Attending(true)) }"#
    );
    let said = |seq, user: &str, text: &str| Entry {
        seq,
        at: Timestamp::EPOCH.plus(Duration::from_secs(seq)),
        by: Actor::person(id(user), Role::Patient),
        event: Event::Said {
            user: id(user),
            message: text.to_owned().try_into().expect("a message"),
            to: Vec::new(),
            file: None,
            key: None,
        },
    };
    let entries = [said(7, "doctor", "Good morning."), said(9, "patient", "Hello.")];
    let visit = both_in();
    let answer = Answer::Messages { room: &visit.room, entries: &entries };
    assert_eq!(
        acknowledged("chat:join", &answer),
        [
            r#"chat:messages {"conversationId":"c1","messages":[{"id":"7000-7","conversationId":"c1","senderId":"doctor","sender":{"id":"doctor","role":"PHYSICIAN","profile":{"id":"doctor","firstName":"DOCTOR","lastName":"","displayName":"DOCTOR"}},"content":"Good morning.","messageType":"text","createdAt":"1970-01-01T00:00:07.000Z"},{"id":"9000-9","conversationId":"c1","senderId":"patient","sender":{"id":"patient","role":"PATIENT","profile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"}},"content":"Hello.","messageType":"text","createdAt":"1970-01-01T00:00:09.000Z"}]}"#
        ]
    );
}

#[test]
fn the_others_see_somebody_type_and_read() {
    let mut visit = both_in().then();
    let cases = [
        ("chat:typing:start", r#"{"conversationId":"c1"}"#),
        ("chat:typing:stop", r#"{"conversationId":"c1"}"#),
        ("chat:mark_read", r#"{"conversationId":"c1","messageId":"7000-7"}"#),
        ("chat:mark_read", r#"{"conversationId":"c1"}"#),
    ];
    for (word, body) in cases {
        let Some(Ok(Heard::Gesture { place, gesture })) = decoded(&Consultation, word, body) else {
            panic!("{word} is a gesture");
        };
        assert_eq!(place, id::<RoomId>("c1").into());
        let room = visit.room.clone();
        visit.tell(&News::Gesture { room: &room, from: &id("patient"), gesture: &gesture });
    }
    check(
        &visit,
        &[
            r#"desk chat:typing:start {"userId":"patient","userProfile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"}}"#,
            r#"desk chat:typing:stop {"userId":"patient"}"#,
            r#"desk chat:message:read {"conversationId":"c1","messageId":"7000-7","readBy":"patient"}"#,
            r#"desk chat:message:read {"conversationId":"c1","readBy":"patient"}"#,
        ],
    );
}

#[test]
fn nothing_is_told_to_those_who_are_not_in() {
    let mut visit = opened().says("doctor", "desk", "consultation:join", SESSION).then();
    let hello: Message = "Hello?".to_owned().try_into().expect("a message");
    visit = visit.ask("doctor", Command::say(hello, Vec::new()));
    let room = visit.room.clone();
    visit.tell(&News::Gesture {
        room: &room,
        from: &id("doctor"),
        gesture: &Gesture::Typing(true),
    });
    visit = visit.says("doctor", "desk", "consultation:end", SESSION);
    assert!(visit.heard.iter().all(|line| line.starts_with("desk ")), "{:#?}", visit.heard);
    assert!(matches!(visit.room.phase(), Phase::Over { outcome: Outcome::Missed, .. }));
}

#[test]
fn presence_and_notifications_are_taken_and_nothing_comes_of_them() {
    let greetings = [
        ("presence:status", r#"{"status":"away"}"#),
        ("notifications:subscribe", r#"{"channels":["billing"]}"#),
        ("notifications:mark_read", r#"{"markAllAsRead":true}"#),
        ("notifications:subscribe", "null"),
    ];
    for (word, body) in greetings {
        assert_eq!(understood(word, body), "Greeting", "{word}");
    }
    assert_eq!(
        acknowledged("notifications:subscribe", &Answer::Done),
        [r#"notifications:subscribed {"channels":[]}"#]
    );
    assert_eq!(
        acknowledged("notifications:mark_read", &Answer::Done),
        ["notifications:marked_read {}"]
    );
    assert!(acknowledged("presence:status", &Answer::Done).is_empty());
}

#[test]
fn whoever_follows_the_conversation_shows_it_to_the_others() {
    let visit = both_in();
    let tell = |attends: bool| {
        let gesture = &Gesture::Attending(attends);
        let news = News::Gesture { room: &visit.room, from: &id("patient"), gesture };
        (visit.as_heard_by("doctor", "desk", &news), visit.as_heard_by("patient", "phone", &news))
    };
    let profile = r#"{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"}"#;
    let joined = format!(
        r#"chat:user_joined {{"userId":"patient","userRole":"PATIENT","userProfile":{profile}}}"#
    );
    assert_eq!(tell(true), (vec![joined], vec![]));
    let left = r#"chat:user_left {"userId":"patient"}"#.to_owned();
    assert_eq!(tell(false), (vec![left], vec![]));
    assert!(understood("chat:leave", r#"{"conversationId":"c1"}"#).contains("Attending(false)"));
}

#[test]
fn ids_may_be_numbers() {
    assert_eq!(
        understood("consultation:join", r#"{"sessionId":7}"#),
        r#"Enter { place: Named(RoomId("7")), commands: [Resume { device: DeviceId("desk"), media: Media { audio: true, video: true, screen: false } }] }"#
    );
}

#[test]
fn mistakes_name_their_field() {
    let long = format!(r#"{{"conversationId":"c1","messageId":"{}"}}"#, "x".repeat(201));
    let cases = [
        ("consultation:join", "{}", "sessionId: missing field `sessionId`"),
        ("consultation:leave", "null", "-: invalid type: null, expected struct Session"),
        ("consultation:start", r#"{"sessionId":""}"#, "sessionId: an id must not be empty"),
        ("consultation:end", r#"{"sessionId":{}}"#, "sessionId: invalid type: map, expected an id"),
        (
            "consultation:offer",
            r#"{"sessionId":"c1","offer":{"type":"offer","sdp":"v=0"}}"#,
            "targetUserId: missing field `targetUserId`",
        ),
        (
            "consultation:offer",
            r#"{"sessionId":"c1","offer":"v=0","targetUserId":"doctor"}"#,
            "offer: Send a session description: {type, sdp}.",
        ),
        (
            "consultation:answer",
            r#"{"sessionId":"c1","answer":{"sdp":1},"targetUserId":"doctor"}"#,
            "answer.sdp: The SDP must be a text.",
        ),
        (
            "consultation:ice-candidate",
            r#"{"sessionId":"c1","candidate":7,"targetUserId":"doctor"}"#,
            "candidate: Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}.",
        ),
        ("chat:join", "{}", "conversationId: missing field `conversationId`"),
        ("chat:leave", "{}", "conversationId: missing field `conversationId`"),
        ("chat:message", r#"{"conversationId":"c1","content":"  "}"#, "content: write something"),
        (
            "chat:message",
            r#"{"conversationId":"c1","content":"x","messageType":"image"}"#,
            "messageType: unknown variant `image`, expected `text`",
        ),
        ("chat:typing:start", "{}", "conversationId: missing field `conversationId`"),
        ("chat:typing:stop", "{}", "conversationId: missing field `conversationId`"),
        ("chat:mark_read", &long, "messageId: This is not the id of a message."),
        (
            "presence:status",
            r#"{"status":"bored"}"#,
            "status: unknown variant `bored`, expected one of `online`, `away`, `busy`",
        ),
        ("notifications:subscribe", "7", "-: invalid type: integer `7`, expected struct Anything"),
        ("consultation:dance", "{}", "unknown"),
    ];
    for (word, body, expected) in cases {
        assert_eq!(understood(word, body), expected, "{word} {body}");
    }
}

#[test]
fn refusals_are_acks_or_error_events() {
    let problem = Problem::new("not_a_participant", "There is no such call.");
    assert_eq!(
        Consultation.refuse(&problem),
        r#"{"success":false,"code":"not_a_participant","message":"There is no such call."}"#
    );
    assert_eq!(
        Consultation.complain("consultation:join", &problem),
        (
            "error",
            r#"{"event":"consultation:join","code":"not_a_participant","message":"There is no such call."}"#
                .to_owned()
        )
    );
    let done = with_viewer(&Consultation, "patient", "phone", |viewer| {
        Consultation.consent(viewer, &Answer::Done)
    });
    assert_eq!(done, r#"{"success":true}"#);
}

#[test]
fn only_its_own_words_are_taken_for_this_vocabulary() {
    let recognizes = |word: &str| Consultation.recognizes(word, Some("{}"));
    assert!(recognizes("consultation:join"));
    assert!(recognizes("chat:message"));
    assert!(!recognizes("chat-message"));
    assert!(!recognizes("join_room"));
}
