//! Conversations in this vocabulary. The same over real sockets is in the
//! end-to-end tests.

use housecall_core::{
    RecordingId, Role,
    room::{Kind, OtherDevice, Reason},
};

use super::*;
use crate::staging::{Visit, check, decoded, heard, id, with_viewer};

const ROOM: &str = r#"{"roomId":"c1"}"#;

/// As the client sends it; who it says it is is not asked.
const JOIN: &str = r#"{"roomId":"c1","userId":"mallory","userName":"Mallory","role":"admin"}"#;

fn opened(speak: &'static Rtc) -> Visit {
    Visit::opened(speak, Kind::Consultation)
}

fn both_in(speak: &'static Rtc) -> Visit {
    let visit = opened(speak).says("doctor", "desk", "join-room", JOIN);
    visit.says("patient", "phone", "join-room", JOIN)
}

/// The doctor, the patient and an admin in a room anybody may come to.
fn three_in(speak: &'static Rtc) -> Visit {
    let people = [("doctor", "desk"), ("patient", "phone"), ("admin", "kiosk")];
    people.into_iter().fold(Visit::opened(speak, Kind::Meeting), |visit, (who, device)| {
        visit.says(who, device, "join-room", JOIN)
    })
}

fn consent(user: &str) -> Command {
    Command::consent(id(user), true, ConsentMethod::Electronic)
}

fn record() -> Command {
    Command::record(id::<RecordingId>("rec"))
}

/// What the house says to the patient's phone besides an ack.
fn acknowledged(word: &str, answer: &Answer<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    with_viewer(&Rtc::SEED, "patient", "phone", |viewer| {
        Rtc::SEED.acknowledge(viewer, word, None, answer, &mut |word, body| {
            lines.push(format!("{word} {body}"));
        });
    });
    lines
}

/// What is understood, or which field is wrong and why.
fn understood(word: &str, body: &str) -> String {
    match decoded(&Rtc::SEED, word, body) {
        None => "unknown".to_owned(),
        Some(Err(it)) => format!("{}: {}", it.field.as_deref().unwrap_or("-"), it.what),
        Some(Ok(heard)) => format!("{heard:?}"),
    }
}

#[test]
fn whoever_registers_is_who_their_connection_says() {
    let bodies = [
        r#"{"userId":"mallory","userName":"Mallory","role":"admin"}"#,
        r#"{"userId":"patient","role":"notification-listener"}"#,
    ];
    for body in bodies {
        assert_eq!(understood("register", body), "Greeting");
    }
    assert_eq!(
        acknowledged("register", &Answer::Done),
        [r#"registered {"success":true,"userId":"patient","socketId":"phone"}"#]
    );
}

#[test]
fn a_newcomer_hears_who_is_there_and_the_others_who_comes() {
    check(
        &both_in(&Rtc::SEED),
        &[
            r#"desk room-joined {"roomId":"c1","users":[]}"#,
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"phone room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
        ],
    );
}

#[test]
fn everybody_has_a_role_in_their_words() {
    let roles = [Role::Patient, Role::Provider, Role::Admin, Role::Guest];
    assert_eq!(roles.map(tell::role), ["patient", "professional", "admin", "guest"]);
}

#[test]
fn who_is_muted_when_somebody_comes_is_shown_so() {
    let quiet = |device| Command::Join {
        device: id(device),
        media: Media { audio: false, video: true, screen: true },
        other: OtherDevice::Prevails,
    };
    let visit = opened(&Rtc::SEED).ask("doctor", quiet("desk")).then();
    check(
        &visit.ask("patient", quiet("phone")),
        &[
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"desk user-media-state-changed {"userId":"patient","userName":"PATIENT","audio":false,"video":true}"#,
            r#"phone room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
            r#"phone user-media-state-changed {"userId":"doctor","userName":"DOCTOR","audio":false,"video":true}"#,
        ],
    );
}

#[test]
fn signals_go_to_one_person_and_say_whom_they_are_from() {
    let visit = both_in(&Rtc::SEED);
    let description = r#"{"type":"offer","sdp":"v=0"}"#;
    let candidate = r#"{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}"#;
    let cases = [
        ("offer", "offer", description, r#","fromUserName":"PATIENT""#),
        ("answer", "answer", description, r#","fromUserName":"PATIENT""#),
        ("ice-candidate", "candidate", candidate, ""),
    ];
    for (word, field, signal, name) in cases {
        let said = format!(r#"{{"roomId":"c1","{field}":{signal},"targetUserId":"doctor"}}"#);
        let Heard::Signal { place, to, signal: passed } = heard(&Rtc::SEED, word, &said) else {
            panic!("{word} is a signal");
        };
        assert_eq!((place, to), (id::<RoomId>("c1").into(), Recipient::One(id("doctor"))));
        let news = News::Signal { room: &visit.room, from: &id("patient"), signal: passed };
        assert_eq!(
            visit.as_heard_by("doctor", "desk", &news),
            [format!(
                r#"{word} {{"{field}":{signal},"fromUserId":"patient"{name},"roomId":"c1"}}"#
            )]
        );
    }
}

#[test]
fn the_others_hear_who_mutes_and_who_leaves() {
    let mute = r#"{"roomId":"c1","audio":false,"video":true}"#;
    let screen = Command::ChangeMedia {
        device: Some(id("phone")),
        audio: None,
        video: None,
        screen: Some(true),
    };
    check(
        &both_in(&Rtc::SEED)
            .then()
            .says("patient", "phone", "media-state-change", mute)
            .ask("patient", screen)
            .says("patient", "phone", "leave-room", ROOM),
        &[
            r#"desk user-media-state-changed {"userId":"patient","userName":"PATIENT","audio":false,"video":true}"#,
            r#"desk user-left {"userId":"patient","userName":"PATIENT"}"#,
        ],
    );
}

#[test]
fn first_clients_show_what_they_write_themselves_and_later_ones_wait_for_the_echo() {
    let said = r#"{"roomId":"c1","message":"  It hurts here.\n"}"#;
    let message = r#"chat-message {"userId":"patient","userName":"PATIENT","message":"It hurts here.","timestamp":"1970-01-01T00:00:00.000Z"}"#;
    let heard = |speak| both_in(speak).then().says("patient", "phone", "chat-message", said).heard;
    assert_eq!(heard(&Rtc::SEED), [format!("desk {message}")]);
    let everywhere = ["desk", "phone", "tablet"].map(|it| format!("{it} {message}"));
    assert_eq!(heard(&Rtc::LATER), everywhere);
}

#[test]
fn a_whisper_is_for_the_one_it_is_meant_for() {
    let message: Message = "Only you".to_owned().try_into().expect("a message");
    let whisper = Command::say(message, vec![id("doctor")]);
    check(
        &three_in(&Rtc::LATER).then().ask("admin", whisper),
        &[
            r#"desk chat-message {"userId":"admin","userName":"ADMIN","message":"Only you","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
}

#[test]
fn a_page_whose_connection_is_back_goes_on_and_nobody_notices() {
    let lost = Command::LoseConnection { device: id("phone") };
    let visit = both_in(&Rtc::LATER).then().ask("patient", lost.clone());
    // Its new connection is a device of its own.
    let visit = visit.says("patient", "tablet", "join-room", JOIN);
    check(&visit, &[r#"tablet room-joined {"roomId":"c1","users":[],"resumed":true}"#]);
    let lost = Command::LoseConnection { device: id("tablet") };
    check(
        &visit.then().ask("patient", lost).waits(30),
        &[r#"desk user-left {"userId":"patient","userName":"PATIENT"}"#],
    );
}

#[test]
fn to_join_twice_changes_nothing_and_is_answered() {
    let visit = both_in(&Rtc::SEED).then().says("patient", "phone", "join-room", JOIN);
    check(&visit, &[]);
    assert_eq!(
        acknowledged("join-room", &Answer::Call { room: &visit.room, changed: false }),
        [r#"room-joined {"roomId":"c1","users":[],"resumed":true}"#]
    );
    let joined = Answer::Call { room: &visit.room, changed: true };
    assert!(acknowledged("join-room", &joined).is_empty(), "the entry was told");
}

#[test]
fn the_last_page_to_join_carries_the_media() {
    check(
        &both_in(&Rtc::SEED).then().says("patient", "tablet", "join-room", JOIN),
        &[
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"phone room-ended {"roomId":"c1","message":"You are in this call on another of your devices."}"#,
            r#"tablet room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
        ],
    );
}

#[test]
fn a_consent_is_told_to_the_others_and_never_to_the_one_who_gave_it() {
    let agrees = r#"{"roomId":"c1","userId":"doctor","consent":true}"#;
    let visit = both_in(&Rtc::SEED).then().says("patient", "phone", "recording-consent", agrees);
    check(&visit, &[r#"desk recording-authorized {"roomId":"c1"}"#]);
    let agrees =
        |who: &str| visit.room.participant(&id(who)).is_some_and(|it| it.consent.is_some());
    assert!(agrees("patient") && !agrees("doctor"), "nobody agrees for somebody else");
    let refuses = r#"{"roomId":"c1","userId":"patient","consent":false}"#;
    let visit = visit.then().says("patient", "phone", "recording-consent", refuses);
    check(&visit, &[]);
    assert!(visit.room.participant(&id("patient")).is_some_and(|it| it.consent.is_none()));
}

#[test]
fn a_recording_is_told_to_the_room() {
    let visit =
        both_in(&Rtc::SEED).ask("doctor", consent("doctor")).ask("patient", consent("patient"));
    let stop = r#"{"roomId":"c1","appointmentId":"a1"}"#;
    let told = visit.then().ask("doctor", record()).says("doctor", "desk", "stop-recording", stop);
    let expected = ["started", "stopped"].map(|what| {
        ["desk", "phone", "tablet"].map(|it| format!(r#"{it} recording-{what} {{"roomId":"c1"}}"#))
    });
    assert_eq!(told.heard, expected.concat());
    let start = r#"{"roomId":"c1","appointmentId":"a1","recordingConsent":true}"#;
    let heard = understood("start-recording", start);
    assert!(heard.contains(r#"first: [Consent { user: UserId("ann"), agreed: true"#), "{heard}");
}

#[test]
fn a_recording_goes_on_if_the_newcomer_agrees_and_they_are_told_of_it() {
    let agrees = r#"{"roomId":"c1","recordingConsent":true}"#;
    let recording = || {
        let visit = opened(&Rtc::SEED).says("doctor", "desk", "join-room", agrees);
        visit.ask("doctor", record()).then()
    };
    check(
        &recording().says("patient", "phone", "join-room", agrees),
        &[
            r#"desk recording-authorized {"roomId":"c1"}"#,
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"phone room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
            r#"phone recording-started {"roomId":"c1"}"#,
        ],
    );
    let says_no = r#"{"roomId":"c1","recordingConsent":false}"#;
    check(
        &recording().says("patient", "phone", "join-room", says_no),
        &[
            r#"desk recording-stopped {"roomId":"c1"}"#,
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"phone room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
        ],
    );
}

#[test]
fn somebody_new_agrees_as_they_come_to_an_open_room() {
    let agrees = r#"{"roomId":"c1","recordingConsent":true}"#;
    let visit = Visit::opened(&Rtc::SEED, Kind::Meeting);
    let visit = visit.says("doctor", "desk", "join-room", JOIN).then();
    check(
        &visit.says("admin", "kiosk", "join-room", agrees),
        &[
            r#"desk recording-authorized {"roomId":"c1"}"#,
            r#"desk user-joined {"userId":"admin","userName":"ADMIN","role":"admin"}"#,
        ],
    );
}

#[test]
fn an_end_is_told_to_those_inside() {
    let reason = |text: &str| Reason::try_from(text.to_owned()).ok();
    let end = |reason| both_in(&Rtc::SEED).then().ask("doctor", Command::End { reason }).heard;
    let told = |message: &str| {
        ["desk", "phone", "tablet"]
            .map(|it| format!(r#"{it} room-ended {{"roomId":"c1","message":"{message}"}}"#))
    };
    assert_eq!(end(reason("See you on Monday.")), told("See you on Monday."));
    assert_eq!(end(reason(" ")), told("The call has ended."));
    assert_eq!(end(None), told("The call has ended."));
}

#[test]
fn nothing_is_told_to_those_who_are_not_in() {
    let message: Message = "Hello?".to_owned().try_into().expect("a message");
    let visit = opened(&Rtc::LATER)
        .says("doctor", "desk", "join-room", JOIN)
        .ask("doctor", Command::say(message, Vec::new()))
        .ask("doctor", consent("doctor"))
        .ask("doctor", record())
        .ask("doctor", Command::End { reason: None });
    assert!(visit.heard.iter().all(|line| line.starts_with("desk ")), "{:#?}", visit.heard);
}

#[test]
fn somebody_is_asked_to_come_with_what_was_said() {
    let said = r#"{"targetUserId":"patient","appointmentId":7,"professionalName":"Dr. Who","fromUserId":"mallory"}"#;
    let Heard::CallIn { user, appointment, body } = heard(&Rtc::SEED, "call-invitation", said)
    else {
        panic!("a call");
    };
    assert_eq!((user, appointment), (id("patient"), id("7")));
    let news = News::Called { from: &id("doctor"), body: &body };
    assert_eq!(
        opened(&Rtc::SEED).as_heard_by("patient", "tablet", &news),
        [
            r#"call-invitation {"appointmentId":7,"fromUserId":"doctor","professionalName":"Dr. Who"}"#
        ]
    );
}

#[test]
fn notices_about_appointments_are_no_calls() {
    let notice = r#"{"targetUserId":"patient","type":"appointment-booked"}"#;
    assert_eq!(understood("call-invitation", notice), "Greeting");
    assert!(acknowledged("call-invitation", &Answer::Done).is_empty());
}

#[test]
fn an_invitation_has_a_size() {
    let said = format!(
        r#"{{"targetUserId":"patient","appointmentId":"a1","professionalName":"{}"}}"#,
        "x".repeat(5000)
    );
    let garbled = decoded(&Rtc::SEED, "call-invitation", &said).expect("a word");
    assert!(garbled.expect_err("too large").too_large);
}

#[test]
fn mistakes_name_their_field() {
    let cases = [
        ("register", "7", "-: invalid type: integer `7`, expected struct Register"),
        ("join-room", "{}", "roomId: missing field `roomId`"),
        ("join-room", r#"{"roomId":""}"#, "roomId: an id must not be empty"),
        (
            "join-room",
            r#"{"roomId":"c1","recordingConsent":"yes"}"#,
            "recordingConsent: invalid type: string \"yes\", expected a boolean",
        ),
        ("leave-room", "null", "-: invalid type: null, expected struct WhichRoom"),
        (
            "offer",
            r#"{"offer":{"type":"offer","sdp":"v=0"},"targetUserId":"doctor"}"#,
            "roomId: missing field `roomId`",
        ),
        (
            "answer",
            r#"{"roomId":"c1","answer":{"type":"answer","sdp":"v=0"}}"#,
            "targetUserId: missing field `targetUserId`",
        ),
        (
            "offer",
            r#"{"roomId":"c1","offer":{"type":"offer"},"targetUserId":"doctor"}"#,
            "offer: Send a session description: {type, sdp}.",
        ),
        (
            "ice-candidate",
            r#"{"roomId":"c1","candidate":7,"targetUserId":"doctor"}"#,
            "candidate: Send an ICE candidate: {candidate, sdpMid, sdpMLineIndex}.",
        ),
        ("media-state-change", r#"{"roomId":"c1","audio":true}"#, "video: missing field `video`"),
        ("chat-message", r#"{"roomId":"c1","message":"  "}"#, "message: write something"),
        (
            "chat-message",
            r#"{"roomId":"c1","message":7}"#,
            "message: invalid type: integer `7`, expected a string",
        ),
        ("recording-consent", ROOM, "consent: missing field `consent`"),
        ("start-recording", "{}", "roomId: missing field `roomId`"),
        ("stop-recording", "{}", "roomId: missing field `roomId`"),
        (
            "call-invitation",
            r#"{"appointmentId":"a1"}"#,
            "targetUserId: missing field `targetUserId`",
        ),
        (
            "call-invitation",
            r#"{"targetUserId":"patient"}"#,
            "appointmentId: Say which appointment they are to come to.",
        ),
        ("dance", "{}", "unknown"),
    ];
    for (word, body, expected) in cases {
        assert_eq!(understood(word, body), expected, "{word} {body}");
    }
}

#[test]
fn only_what_makes_a_call_impossible_is_an_error() {
    let complaint = |word: &str, code: &'static str, message: &'static str| {
        let (said_as, body) = Rtc::LATER.complain(word, &Problem::new(code, message));
        format!("{said_as} {body}")
    };
    assert_eq!(
        complaint("join-room", "room_full", "This call is full."),
        r#"error {"event":"join-room","code":"room_full","message":"This call is full."}"#
    );
    assert_eq!(
        complaint("offer", "peer_not_in_room", "They are gone."),
        r#"refused {"event":"offer","code":"peer_not_in_room","message":"They are gone."}"#
    );
    let harmless =
        ["answer", "ice-candidate", "media-state-change", "chat-message", "leave-room", "dance"];
    for word in harmless {
        assert!(complaint(word, "not_in_room", "Join first.").starts_with("refused "), "{word}");
    }
}

#[test]
fn whoever_may_not_record_reads_of_a_recording() {
    let complaint = |word: &str, message: &'static str| {
        let (said_as, body) = Rtc::SEED.complain(word, &Problem::new("forbidden", message));
        format!("{said_as} {body}")
    };
    for word in ["start-recording", "stop-recording", "recording-consent"] {
        assert_eq!(
            complaint(word, "You are not allowed to do this."),
            format!(
                r#"error {{"event":"{word}","code":"forbidden","message":"Recording: You are not allowed to do this."}}"#
            )
        );
    }
    assert_eq!(
        complaint("start-recording", "The recording cannot start."),
        r#"error {"event":"start-recording","code":"forbidden","message":"The recording cannot start."}"#
    );
}

#[test]
fn acks_say_success() {
    assert_eq!(
        Rtc::LATER.refuse(&Problem::new("room_full", "This call is full.")),
        r#"{"success":false,"error":"room_full","message":"This call is full."}"#
    );
    let done = with_viewer(&Rtc::LATER, "patient", "phone", |viewer| {
        Rtc::LATER.consent(viewer, &Answer::Done)
    });
    assert_eq!(done, r#"{"success":true}"#);
}

#[test]
fn only_words_about_a_room_are_taken_for_this_vocabulary() {
    for speak in [&Rtc::SEED, &Rtc::LATER] {
        let recognizes = |word: &str, body: &str| speak.recognizes(word, Some(body));
        assert!(recognizes("register", r#"{"userId":"ann"}"#));
        assert!(recognizes("join-room", "{}"));
        assert!(recognizes("offer", r#"{"roomId":"c1"}"#));
        assert!(!recognizes("offer", r#"{"callId":"c1"}"#));
        assert!(!recognizes("join_room", r#"{"roomId":"c1"}"#));
        assert!(!recognizes("join-call", r#"{"callId":"c1"}"#));
    }
    assert!(Rtc::SEED.takes_tickets() && !Rtc::LATER.takes_tickets());
    assert_eq!((Rtc::SEED.name(), Rtc::SEED.namespaces()), ("rtc", ["/"].as_slice()));
    assert_eq!((Rtc::LATER.name(), Rtc::LATER.namespaces()), ("rtc-later", ["/webrtc"].as_slice()));
}
