//! The same door in every vocabulary that knows of none. The doctor is in at a
//! desk; the patient comes with a phone, and has a tablet.

use housecall_core::{
    Command, DeviceId, Refusal,
    room::{Door, Invitation, Kind, Media, Message, OtherDevice, Purpose, Reason},
};

use crate::{
    Dialect,
    call::Call,
    consultation::Consultation,
    contact::Contact,
    live::Live,
    meeting::Meeting,
    rtc::Rtc,
    staging::{Visit, check, id},
};

/// How the clients of one vocabulary come in.
type WayIn = (&'static dyn Dialect, &'static str, &'static str);

const CONSULTATION: WayIn = (&Consultation, "consultation:join", r#"{"sessionId":"c1"}"#);
const RTC: WayIn = (&Rtc::SEED, "join-room", r#"{"roomId":"c1"}"#);
const CALL: WayIn = (&Call, "join-call", r#"{"callId":"c1"}"#);
const LIVE: WayIn = (&Live, "call:accept", r#"{"callId":"c1","callerId":"doctor"}"#);
const CONTACT: WayIn = (&Contact, "call_answer", r#"{"callId":"c1"}"#);

/// It rings for the patient, and the door is strict.
fn ringing((speak, ..): WayIn) -> Visit {
    Visit::opened(speak, Kind::Consultation)
        .ask("doctor", Command::SetDoor { door: Door::Strict })
        .ask("doctor", comes("desk"))
        .then()
}

/// The patient has come with the phone, and waits.
fn waiting(way: WayIn) -> Visit {
    let (_, word, body) = way;
    ringing(way).says("patient", "phone", word, body)
}

fn inside(way: WayIn) -> Visit {
    waiting(way).ask("doctor", admit())
}

fn device(name: &str) -> DeviceId {
    id(name)
}

fn comes(name: &str) -> Command {
    Command::Join { device: device(name), media: Media::ON, other: OtherDevice::Prevails }
}

/// Comes to the door with a client that can show it.
fn arrives(name: &str) -> Command {
    Command::Arrive { device: device(name), media: Media::ON, check: None }
}

fn admit() -> Command {
    Command::Admit { user: id("patient") }
}

fn turn_away(reason: Option<&str>) -> Command {
    Command::TurnAway { user: id("patient"), reason: reason.map(typed) }
}

fn remove(reason: Option<&str>) -> Command {
    Command::Remove { user: id("patient"), reason: reason.map(typed) }
}

fn typed(reason: &str) -> Reason {
    reason.to_owned().try_into().expect("a brief reason")
}

fn decline() -> Command {
    Command::Decline { reason: None }
}

fn leave() -> Command {
    Command::Leave { device: None, reason: None }
}

fn end() -> Command {
    Command::End { reason: None }
}

/// What one device heard since `then`.
fn heard_by<'a>(visit: &'a Visit, device: &str) -> Vec<&'a str> {
    visit.heard.iter().filter_map(|it| it.strip_prefix(device)?.strip_prefix(' ')).collect()
}

#[test]
fn nobody_hears_that_somebody_comes_to_the_door_waits_there_and_goes() {
    for way in [CONSULTATION, RTC, CALL, LIVE, CONTACT] {
        let lost = Command::LoseConnection { device: device("phone") };
        let visit = waiting(way);
        assert_eq!(heard_by(&visit, "phone"), [""; 0], "{}", way.0.name());
        let visit = visit.ask("patient", lost.clone()).ask("patient", arrives("phone"));
        let visit = visit.ask("patient", lost).waits(120);
        let visit = visit.ask("patient", arrives("phone")).ask("doctor", turn_away(None));
        let visit = visit.ask("patient", arrives("phone")).ask("patient", leave());
        assert_eq!(heard_by(&visit, "desk"), [""; 0], "{}", way.0.name());
    }
}

#[test]
fn not_yet_and_locked_are_said_in_the_word_for_a_refused_join() {
    let said = |speak: &dyn Dialect, word: &str, refusal: Refusal| {
        let (event, body) = speak.complain(word, &refusal.into());
        assert!(body.contains(&refusal.to_string()), "{body} says why");
        event
    };
    let refusals = [Refusal::NotYet, Refusal::RoomLocked, Refusal::Removed];
    for (speak, word, _) in [CONSULTATION, CALL, LIVE] {
        assert_eq!(refusals.map(|it| said(speak, word, it)), ["error"; 3]);
    }
    assert_eq!(refusals.map(|it| said(&Contact, CONTACT.1, it)), ["call_error"; 3]);
    for speak in [Meeting::CHAT, Meeting::MEDIA] {
        let kept = |it: Refusal| !speak.parts_after("join_room", &it.into());
        assert_eq!(refusals.map(|it| said(&speak, "join_room", it)), ["join_room_error"; 3]);
        assert!(refusals.into_iter().all(kept), "they are listened to");
    }
    // Its clients show nothing but an error from then on.
    for speak in [Rtc::SEED, Rtc::LATER] {
        let events = refusals.map(|it| said(&speak, "join-room", it));
        assert_eq!(events, ["refused", "error", "error"]);
    }
}

#[test]
fn who_is_let_in_hears_that_they_are_in() {
    let admitted = |way| waiting(way).then().ask("doctor", admit());
    check(
        &admitted(CONSULTATION),
        &[
            r#"desk consultation:user_joined {"userId":"patient","userRole":"PATIENT","userProfile":{"id":"patient","firstName":"PATIENT","lastName":"","displayName":"PATIENT"},"sessionId":"c1"}"#,
            r#"phone consultation:room_state {"session":{"id":"c1","status":"in_progress","patientId":"patient","physicianId":"doctor","startedAt":"1970-01-01T00:00:00.000Z"},"room":{"sessionId":"c1","roomStatus":"active","patientJoined":true,"physicianJoined":true}}"#,
        ],
    );
    check(
        &admitted(RTC),
        &[
            r#"desk user-joined {"userId":"patient","userName":"PATIENT","role":"patient"}"#,
            r#"phone room-joined {"roomId":"c1","users":[{"userId":"doctor","userName":"DOCTOR","role":"professional"}]}"#,
        ],
    );
    check(
        &admitted(CALL),
        &[
            r#"desk participant-joined {"callId":"c1","userId":"patient","videoEnabled":true,"audioEnabled":true}"#,
            r#"phone room-participants {"callId":"c1","participants":["doctor"]}"#,
        ],
    );
    check(
        &admitted(LIVE),
        &[
            r#"desk call:accepted {"callId":"c1","acceptedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"phone call:admitted {"callId":"c1","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ],
    );
    check(
        &admitted(CONTACT),
        &[r#"desk call_answered {"callId":"c1"}"#, r#"phone call_answered {"callId":"c1"}"#],
    );
}

#[test]
fn who_is_turned_away_hears_so_and_why() {
    let phone = |way| {
        let visit = waiting(way).then().ask("doctor", turn_away(Some("Later")));
        heard_by(&visit, "phone").join("")
    };
    assert_eq!(
        phone(CONSULTATION),
        r#"error {"event":"consultation:join","code":"turned_away","message":"A host did not let you in. They said: Later"}"#
    );
    assert_eq!(
        phone(RTC),
        r#"room-ended {"roomId":"c1","message":"A host did not let you in. They said: Later"}"#
    );
    assert_eq!(
        phone(CALL),
        r#"call-ended {"callId":"c1","reason":"Later","timestamp":"1970-01-01T00:00:00.000Z"}"#
    );
    assert_eq!(
        phone(LIVE),
        r#"call:ended {"callId":"c1","endedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z","reason":"Later"}"#
    );
    assert_eq!(
        phone(CONTACT),
        r#"call_ended {"callId":"c1","reason":"declined","endedBy":"doctor","duration":0}"#
    );
}

#[test]
fn who_is_put_out_hears_so_once_and_the_others_that_they_left() {
    let removed = |way| {
        let visit = inside(way).then().ask("doctor", remove(None)).ask("doctor", end());
        ["phone", "desk"].map(|it| heard_by(&visit, it).join(" + "))
    };
    assert_eq!(
        removed(CONSULTATION),
        [
            r#"error {"event":"consultation:join","code":"removed","message":"A host has removed you."} + consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:00:00.000Z","durationMinutes":0}"#,
            r#"consultation:user_left {"userId":"patient","sessionId":"c1"} + consultation:session_ended {"sessionId":"c1","endedBy":"doctor","endedAt":"1970-01-01T00:00:00.000Z","durationMinutes":0}"#,
        ]
    );
    assert_eq!(
        removed(RTC),
        [
            r#"room-ended {"roomId":"c1","message":"A host has removed you."}"#,
            r#"user-left {"userId":"patient","userName":"PATIENT"} + room-ended {"roomId":"c1","message":"The call has ended."}"#,
        ]
    );
    assert_eq!(
        removed(CALL),
        [
            r#"call-ended {"callId":"c1","reason":"removed","timestamp":"1970-01-01T00:00:00.000Z"}"#,
            r#"participant-left {"callId":"c1","userId":"patient","reason":"removed"} + call-ended {"callId":"c1","reason":"completed","timestamp":"1970-01-01T00:00:00.000Z"}"#,
        ]
    );
    let ended = r#"call:ended {"callId":"c1","endedBy":"doctor","timestamp":"1970-01-01T00:00:00.000Z","reason":"removed"}"#;
    assert_eq!(removed(LIVE), [ended; 2]);
    let ended =
        r#"call_ended {"callId":"c1","reason":"user_hangup","endedBy":"doctor","duration":0}"#;
    assert_eq!(removed(CONTACT), [ended; 2]);
}

#[test]
fn who_waits_hears_when_it_is_over() {
    let word_of = |way| {
        let visit = waiting(way).then().ask("doctor", end());
        heard_by(&visit, "phone")[0].split(' ').next().expect("a word").to_owned()
    };
    let words = [CONSULTATION, RTC, CALL, LIVE, CONTACT].map(word_of);
    assert_eq!(
        words,
        ["consultation:session_ended", "room-ended", "call-ended", "call:ended", "call_ended"]
    );
}

#[test]
fn a_host_may_write_to_who_waits() {
    let message = || Message::try_from("Soon".to_owned()).expect("a message");
    for (way, word) in [(CONSULTATION, "chat:message:new"), (RTC, "chat-message")] {
        let to_all = waiting(way).then().ask("doctor", Command::say(message(), Vec::new()));
        assert_eq!(heard_by(&to_all, "phone"), [""; 0]);
        let to_them = Command::say(message(), vec![id("patient")]);
        let visit = waiting(way).then().ask("doctor", to_them);
        assert!(heard_by(&visit, "phone")[0].starts_with(word));
    }
}

#[test]
fn who_waits_with_another_device_waits_no_longer_with_this_one() {
    let phone = |way| {
        let visit = waiting(way).then().ask("patient", arrives("tablet"));
        heard_by(&visit, "phone").join("")
    };
    assert_eq!(
        phone(CONSULTATION),
        r#"consultation:user_left {"userId":"patient","sessionId":"c1"}"#
    );
    assert_eq!(
        phone(RTC),
        r#"room-ended {"roomId":"c1","message":"You are in this call on another of your devices."}"#
    );
    assert_eq!(
        phone(CALL),
        r#"participant-left {"callId":"c1","userId":"patient","reason":"moved to another device"}"#
    );
    assert_eq!(
        phone(LIVE),
        r#"call:ended {"callId":"c1","endedBy":"patient","timestamp":"1970-01-01T00:00:00.000Z","reason":"moved to another device"}"#
    );
    assert_eq!(
        phone(CONTACT),
        r#"call_ended {"callId":"c1","reason":"user_hangup","endedBy":"patient","duration":0}"#
    );
}

/// The doctor calls the patient and a nurse: what one says does not end it.
fn called((speak, ..): WayIn) -> Visit {
    let both = Invitation::to(vec![id("patient"), id("nurse")], Purpose::Video);
    Visit::blank(speak).ask("doctor", Command::Initiate(both)).ask("doctor", comes("desk")).then()
}

/// Whatever one device does about a ring, and wherever: all others stop.
#[test]
fn what_rings_stops_on_every_device_once_one_has_said_yes_or_no_or_stands_at_the_door() {
    for (way, yes, no) in [
        (CALL, "call-answered", "call-ended"),
        (LIVE, "call:ended", "call:ended"),
        (CONTACT, "call_ended", "call_ended"),
    ] {
        let stops = |visit: &Visit, word: &str| {
            for device in ["phone", "tablet"] {
                let heard = heard_by(visit, device);
                assert!(heard.len() == 1 && heard[0].starts_with(word), "{device}: {heard:?}");
            }
        };
        let answer = || Command::Answer { device: Some(device("watch")) };
        stops(&ringing(way).ask("patient", arrives("watch")), yes);
        stops(&ringing(way).ask("patient", answer()).ask("patient", comes("watch")), yes);
        stops(&ringing(way).ask("patient", decline()), no);
        stops(&ringing(way).ask("patient", decline()).ask("doctor", end()), no);
        stops(&ringing(way).waits(45), no);
        stops(&called(way).ask("patient", comes("watch")), yes);
        stops(&called(way).ask("patient", decline()), no);
        stops(&called(way).ask("patient", decline()).ask("doctor", end()), no);
        stops(&called(way).ask("doctor", remove(None)), no);
    }
}

/// Who never was in is not the peer a client is left alone by.
#[test]
fn a_client_that_knows_two_only_is_not_left_alone_by_who_was_at_the_door() {
    for way in [LIVE, CONTACT] {
        let visit = waiting(way).then().ask("doctor", turn_away(None));
        assert_eq!(heard_by(&visit, "desk"), [""; 0]);
        let visit = waiting(way).then().ask("patient", leave());
        assert_eq!(heard_by(&visit, "desk"), [""; 0]);
    }
}
