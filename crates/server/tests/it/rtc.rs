//! Rooms of appointments, as the clients of the rtc vocabulary ask for them over
//! HTTP.

use std::time::Duration;

use housecall_core::{Actor, Private, Timestamp, room::Door};
use housecall_store::NewMeeting;
use serde_json::{Value, json};

use crate::clinic::Clinic;

const JOIN: &str = "/api/rtc/rooms/join";
const INVITATIONS: &str = "/api/video/active-invitations";

fn of(id: &str, part: &str) -> String {
    format!("/api/rtc/rooms/{id}{part}")
}

fn to(id: &str) -> Value {
    json!({"appointmentId": id})
}

impl Clinic {
    async fn join(&self, who: &str, id: &str) -> Value {
        self.ok(who, "POST", JOIN, to(id)).await["room"].clone()
    }

    /// How a room stands: `active doc pat`.
    async fn stands(&self, who: &str, id: &str) -> String {
        let answer = self.ok(who, "GET", &of(id, ""), Value::Null).await;
        assert_eq!(answer["success"], true, "{answer}");
        let room = &answer["room"];
        let status = room["status"].as_str().expect("a status");
        assert_eq!(room["isActive"], status == "active", "{room}");
        let people = room["participants"].as_array().expect("a list").iter();
        let people = people.filter_map(|it| it["userId"].as_str());
        [status].into_iter().chain(people).collect::<Vec<_>>().join(" ")
    }

    async fn meeting(&self, id: &str, private: bool) {
        let new = NewMeeting {
            id: id.parse().expect("an id"),
            name: Private::new("Morning round".to_owned()),
            creator: "doc".parse().expect("an id"),
            private,
            door: Door::Open,
            scheduled_at: None,
        };
        let made = self.store.create_meeting(new, &Actor::House, Timestamp::EPOCH).await;
        made.expect("a new meeting");
    }

    /// The appointments somebody is asked to come to.
    async fn invited(&self, who: &str) -> Vec<String> {
        let answer = self.ok(who, "GET", INVITATIONS, Value::Null).await;
        let list = answer["invitations"].as_array().expect("a list").iter();
        list.map(|it| it["appointmentId"].as_str().expect("an id").to_owned()).collect()
    }
}

#[tokio::test]
async fn credentials_of_servers_are_for_people_who_are_known() {
    let clinic = Clinic::with(&[
        ("WEBRTC_STUN_SERVERS", "stun:stun.example:3478"),
        ("WEBRTC_TURN_SERVERS", "turn:turn.example:3478"),
        ("WEBRTC_TURN_USERNAME", "user"),
        ("WEBRTC_TURN_PASSWORD", "pass"),
    ])
    .await;
    let stun = json!({"urls": ["stun:stun.example:3478"]});
    let turn =
        json!({"urls": ["turn:turn.example:3478"], "username": "user", "credential": "pass"});
    let path = "/api/rtc/ice-servers";
    let known = clinic.ok("pat", "GET", path, Value::Null).await;
    assert_eq!(known, json!({"success": true, "iceServers": [stun, turn], "ttl": 86_400}));
    let nobody = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let public = (200, json!({"success": true, "iceServers": [stun], "ttl": 86_400}));
    assert_eq!(clinic.house.http(&nobody).await, public);
    assert_eq!(clinic.house.get(path, "a.bad.token").await, public);

    let health = "GET /api/rtc/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    assert_eq!(clinic.house.http(health).await, (200, json!({"success": true, "status": "ok"})));
}

#[tokio::test]
async fn whoever_belongs_to_an_appointment_may_join_its_room() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let waiting = json!({"roomId": id, "appointmentId": id, "status": "waiting",
                         "isActive": false, "participants": []});
    let joined = clinic.ok("pat", "POST", JOIN, to(&id)).await;
    assert_eq!(joined, json!({"success": true, "room": waiting}));
    assert_eq!(clinic.stands("doc", &id).await, "waiting", "nobody came in by asking");

    for who in ["eve", "doc-2"] {
        let no = "404 not_a_participant -";
        assert_eq!(clinic.no(who, "POST", JOIN, to(&id)).await, no);
        assert_eq!(clinic.no(who, "GET", &of(&id, ""), Value::Null).await, no);
        assert_eq!(clinic.no(who, "GET", &of(&id, "/stats"), Value::Null).await, no);
        assert_eq!(clinic.no(who, "GET", &of(&id, "/notes"), Value::Null).await, no);
        assert_eq!(clinic.no(who, "POST", &of(&id, "/end"), json!({})).await, no);
        let consent = json!({"consent": true});
        assert_eq!(clinic.no(who, "PATCH", &of(&id, "/recording-consent"), consent).await, no);
    }
    assert_eq!(clinic.stands("boss", &id).await, "waiting", "who runs the place may look");
    assert_eq!(clinic.no("boss", "POST", JOIN, to(&id)).await, "403 forbidden -");
    assert_eq!(clinic.no("pat", "POST", JOIN, to("nowhere")).await, "404 not_a_participant -");
    let check = async |body: Value, field: &str| {
        let expected = format!("400 invalid_payload {field}");
        assert_eq!(clinic.no("pat", "POST", JOIN, body.clone()).await, expected, "{body}");
    };
    check(json!({}), "appointmentId").await;
    check(to("a b"), "appointmentId").await;
    check(json!({"appointmentId": id, "recordingConsent": "yes"}), "recordingConsent").await;

    let cancelled = clinic.book(2).await;
    clinic.ok("doc", "DELETE", &format!("/api/appointments/{cancelled}"), Value::Null).await;
    assert_eq!(clinic.no("pat", "POST", JOIN, to(&cancelled)).await, "400 call_over -");
    assert_eq!(clinic.stands("pat", &cancelled).await, "ended");
}

#[tokio::test]
async fn a_room_says_who_is_there() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let patient = clinic.guest_in("pat", &id).await;
    assert_eq!(clinic.stands("doc", &id).await, "active pat");
    let mut doctor = clinic.guest_in("doc", &id).await;
    let answer = clinic.ok("pat", "GET", &of(&id, ""), Value::Null).await;
    let person = |id: &str, name: &str, role: &str| {
        json!({"userId": id, "userName": name, "role": role, "recordingConsent": false,
               "joinedAt": "2023-11-14T22:13:20.000Z"})
    };
    assert_eq!(
        answer["room"]["participants"],
        json!([
            person("doc", "doc the provider", "professional"),
            person("pat", "pat the patient", "patient")
        ])
    );
    for (who, expected) in [("doc", json!([id])), ("pat", json!([id])), ("eve", json!([]))] {
        let listed = clinic.ok(who, "GET", "/api/rtc/rooms", Value::Null).await;
        let rooms = listed["rooms"].as_array().expect("a list").iter();
        assert_eq!(rooms.map(|it| it["roomId"].clone()).collect::<Value>(), expected, "{who}");
    }

    clinic.house.clock.advance(Duration::from_secs(90));
    let stats = clinic.ok("pat", "GET", &of(&id, "/stats"), Value::Null).await;
    assert_eq!(
        stats["stats"],
        json!({"roomId": id, "participantCount": 2, "startedAt": "2023-11-14T22:13:20.000Z",
               "endedAt": null, "duration": 90, "isRecording": false})
    );
    doctor.ask("leave", json!({"callId": id})).await;
    assert_eq!(clinic.stands("doc", &id).await, "active pat");
    drop((patient, doctor));
    clinic.ok("doc", "POST", &of(&id, "/end"), json!({})).await;
    assert_eq!(clinic.stands("pat", &id).await, "ended");
}

#[tokio::test]
async fn a_ticket_is_of_use_to_its_holder_alone() {
    let clinic = Clinic::with(&[("HOUSECALL_AUTH__TOKENLESS_RTC", "true")]).await;
    let id = clinic.book(1).await;
    let room = clinic.join("pat", &id).await;
    let ticket = room["roomId"].as_str().expect("a name").to_owned();
    assert!(ticket.starts_with("ticket."), "{ticket}");
    assert_eq!(room["appointmentId"], id.as_str());
    assert_ne!(clinic.join("doc", &id).await["roomId"], ticket.as_str());

    let mut patient = clinic.guest_in("pat", &ticket).await;
    assert_eq!(clinic.stands("doc", &id).await, "active pat", "it leads to the shared room");
    assert_eq!(clinic.stands("pat", &ticket).await, "active pat");
    let consent = of(&ticket, "/recording-consent");
    clinic.ok("pat", "PATCH", &consent, json!({"consent": true})).await;
    patient.hears("consentGiven").await;
    for who in ["doc", "eve", "boss"] {
        let no = "404 not_a_participant -";
        assert_eq!(clinic.no(who, "GET", &of(&ticket, ""), Value::Null).await, no, "{who}");
        assert_eq!(clinic.no(who, "POST", JOIN, to(&ticket)).await, no, "{who}");
    }
    // What a ticket leads to, not a ticket to a ticket.
    assert_eq!(clinic.join("pat", &ticket).await["roomId"], ticket.as_str());

    let long = "m".repeat(190);
    clinic.meeting(&long, false).await;
    assert_eq!(clinic.join("pat", &long).await["roomId"], long.as_str());
}

#[tokio::test]
async fn a_page_that_was_reloaded_comes_in_anew() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let mut doctor = clinic.guest_in("doc", &id).await;
    let patient = clinic.guest_in("pat", &id).await;
    clinic.join("pat", &id).await;
    assert_eq!(clinic.stands("doc", &id).await, "active doc pat", "who is connected stays");

    drop(patient);
    doctor.hears("connectionLost").await;
    let room = clinic.join("pat", &id).await;
    assert_eq!(doctor.hears("left").await["event"]["user"], "pat");
    assert_eq!(room["participants"].as_array().map(Vec::len), Some(1), "{room}");
    let mut patient = clinic.guest("pat").await;
    let first = patient.ask("resume", json!({"callId": id})).await;
    let came = doctor.hears("joined").await;
    assert_eq!(came["event"]["participant"]["person"]["id"], "pat", "not resumed: {came}");

    // Nobody is there who would have to connect anew: the room goes on.
    doctor.ask("leave", json!({"callId": id})).await;
    patient.hears("left").await;
    drop(patient);
    doctor.hears("connectionLost").await;
    assert_eq!(clinic.join("pat", &id).await["status"], "active");
    let mut patient = clinic.guest("pat").await;
    let back = patient.ask("resume", json!({"callId": id})).await;
    assert_eq!(back["result"]["here"], true, "{back}");
    assert_eq!(back["result"]["id"], first["result"]["id"]);
}

#[tokio::test]
async fn a_page_whose_connection_is_back_goes_on_and_a_new_one_starts_anew() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let room = json!({"roomId": id, "userId": "pat", "userName": "Pat", "role": "patient"});
    let mut doctor = clinic.guest_in("doc", &id).await;
    clinic.join("pat", &id).await;
    let mut page = clinic.page("pat").await;
    page.say("join-room", room.clone()).await;
    assert_eq!(page.word("room-joined").await["users"][0]["userId"], "doc");

    drop(page);
    doctor.hears("connectionLost").await;
    let mut page = clinic.page("pat").await;
    page.say("join-room", room.clone()).await;
    assert_eq!(page.word("room-joined").await, json!({"roomId": id, "users": [], "resumed": true}));
    doctor.hears("connectionResumed").await;

    drop(page);
    doctor.hears("connectionLost").await;
    clinic.join("pat", &id).await;
    doctor.hears("left").await;
    let mut page = clinic.page("pat").await;
    page.say("join-room", room).await;
    assert_eq!(page.word("room-joined").await["users"][0]["userId"], "doc");
    doctor.hears("joined").await;
}

#[tokio::test]
async fn consent_is_given_by_those_who_belong_there() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let agreed = json!({"appointmentId": id, "recordingConsent": true});
    clinic.ok("pat", "POST", JOIN, agreed.clone()).await;
    let patch = of(&id, "/recording-consent");
    let yes = json!({"consent": true});
    assert_eq!(clinic.no("pat", "PATCH", &patch, yes.clone()).await, "400 not_started -");

    let mut doctor = clinic.guest_in("doc", &id).await;
    clinic.ok("pat", "POST", JOIN, agreed).await;
    assert_eq!(doctor.hears("consentGiven").await["event"]["user"], "pat", "before they come in");
    // Only a yes counts when joining.
    clinic.ok("pat", "POST", JOIN, json!({"appointmentId": id, "recordingConsent": false})).await;
    let done = clinic.ok("pat", "PATCH", &patch, json!({"consent": false})).await;
    assert_eq!(done, json!({"success": true}));
    assert_eq!(doctor.hears("consentWithdrawn").await["event"]["user"], "pat");
    clinic.ok("doc", "PATCH", &patch, yes.clone()).await;
    assert_eq!(doctor.hears("consentGiven").await["event"]["user"], "doc");
    assert_eq!(clinic.no("pat", "PATCH", &patch, json!({})).await, "400 invalid_payload consent");

    clinic.ok("doc", "POST", &of(&id, "/end"), json!({})).await;
    assert_eq!(clinic.no("pat", "PATCH", &patch, yes).await, "400 call_over -");
}

#[tokio::test]
async fn a_professional_ends_the_session_for_everybody_and_notes_something() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let (end, notes) = (of(&id, "/end"), of(&id, "/notes"));
    let mut patient = clinic.guest_in("pat", &id).await;
    let _doctor = clinic.guest_in("doc", &id).await;
    let written = json!({"sessionNotes": "canary"});
    for (who, body) in [("pat", json!({})), ("pat", written.clone()), ("boss", written.clone())] {
        assert_eq!(clinic.no(who, "POST", &end, body).await, "403 forbidden -", "{who}");
    }
    let long = json!({"sessionNotes": "x".repeat(20_001)});
    assert_eq!(
        clinic.no("doc", "POST", &end, long.clone()).await,
        "400 invalid_payload sessionNotes"
    );
    let there = clinic.stands("pat", &id).await;
    assert_eq!(there, "active doc pat", "what was refused ended nothing");

    let read = async || clinic.ok("doc", "GET", &notes, Value::Null).await["sessionNotes"].clone();
    assert_eq!(read().await, Value::Null);
    assert_eq!(clinic.ok("doc", "POST", &end, written).await, json!({"success": true}));
    patient.hears("ended").await;
    let appointment =
        clinic.ok("pat", "GET", &format!("/api/appointments/{id}"), Value::Null).await;
    assert_eq!(appointment["status"], "completed");
    assert!(!appointment.to_string().contains("canary"), "{appointment}");

    assert_eq!(read().await, "canary");
    clinic.ok("doc", "POST", &end, json!({"sessionNotes": " "})).await;
    assert_eq!(read().await, "canary", "blank ones change nothing");
    for who in ["pat", "boss"] {
        assert_eq!(clinic.no(who, "GET", &notes, Value::Null).await, "403 forbidden -");
        let body = json!({"sessionNotes": "mine"});
        assert_eq!(clinic.no(who, "PUT", &notes, body).await, "403 forbidden -");
    }
    clinic.ok("doc", "PUT", &notes, json!({"sessionNotes": "later"})).await;
    assert_eq!(read().await, "later");
    assert_eq!(clinic.no("doc", "PUT", &notes, long).await, "400 invalid_payload sessionNotes");
    assert_eq!(
        clinic.no("doc", "PUT", &notes, json!({})).await,
        "400 invalid_payload sessionNotes"
    );
    clinic.ok("doc", "PUT", &notes, json!({"sessionNotes": ""})).await;
    assert_eq!(read().await, Value::Null);

    let dropped = clinic.book(2).await;
    clinic.ok("doc", "DELETE", &format!("/api/appointments/{dropped}"), Value::Null).await;
    let late = clinic.no("doc", "POST", &of(&dropped, "/end"), json!({"sessionNotes": "x"})).await;
    assert_eq!(late, "409 appointment_over -");
    let kept = clinic.ok("doc", "GET", &of(&dropped, "/notes"), Value::Null).await;
    assert_eq!(kept["sessionNotes"], Value::Null, "what was refused noted nothing");
}

#[tokio::test]
async fn a_session_that_was_held_is_over_whoever_waits_in_its_room_last() {
    let clinic = Clinic::open().await;
    for (day, path) in [(1, "/api/rtc/rooms/{}/end"), (2, "/api/video/end")] {
        let id = clinic.book(day).await;
        let mut patient = clinic.guest_in("pat", &id).await;
        let mut doctor = clinic.guest_in("doc", &id).await;
        for guest in [&mut patient, &mut doctor] {
            guest.ask("leave", json!({"callId": id})).await;
        }
        let back = doctor.ask("join", json!({"callId": id})).await;
        assert_eq!(back["ok"], true, "{back}");
        clinic.ok("doc", "POST", &path.replace("{}", &id), to(&id)).await;
        let path = format!("/api/appointments/{id}");
        assert_eq!(clinic.ok("doc", "GET", &path, Value::Null).await["status"], "completed");
    }
}

#[tokio::test]
async fn meetings_and_calls_are_rooms_like_any_other() {
    let clinic = Clinic::open().await;
    clinic.meeting("round", false).await;
    clinic.meeting("board", true).await;
    assert_eq!(clinic.join("eve", "round").await["status"], "waiting");
    assert_eq!(clinic.no("eve", "POST", JOIN, to("board")).await, "404 not_a_participant -");
    let mut creator = clinic.guest_in("doc", "board").await;
    assert_eq!(clinic.no("eve", "POST", JOIN, to("board")).await, "404 not_a_participant -");
    creator.ask("admit", json!({"callId": "board", "user": "eve"})).await;
    assert_eq!(clinic.join("eve", "board").await["status"], "active");
    let notes = clinic.no("doc", "GET", &of("board", "/notes"), Value::Null).await;
    assert_eq!(notes, "400 invalid_payload sessionNotes");
    assert_eq!(clinic.no("eve", "POST", &of("board", "/end"), json!({})).await, "403 forbidden -");
    for (who, meeting) in [("doc-2", "round"), ("doc-2", "board")] {
        let (status, _) = clinic.ask(who, "POST", &of(meeting, "/end"), json!({})).await;
        assert!(status == 403 || status == 404, "{meeting}: {status}");
    }
    clinic.ok("doc", "POST", &of("board", "/end"), json!({})).await;
    creator.hears("ended").await;
    assert_eq!(clinic.stands("eve", "board").await, "ended");
    clinic.ok("doc", "POST", &of("round", "/end"), json!({})).await;
    assert_eq!(clinic.no("eve", "POST", JOIN, to("round")).await, "400 call_over -");

    let mut caller = clinic.guest("doc-2").await;
    let call = caller.ask("start", json!({"callees": ["pat"]})).await;
    let call = call["result"]["id"].as_str().expect("a call has an id").to_owned();
    assert_eq!(clinic.join("pat", &call).await["appointmentId"], call.as_str());
    assert_eq!(clinic.no("eve", "POST", JOIN, to(&call)).await, "404 not_a_participant -");
    assert_eq!(clinic.stands("pat", &call).await, "active doc-2");
    clinic.ok("doc-2", "POST", &of(&call, "/end"), json!({})).await;
    assert_eq!(clinic.stands("pat", &call).await, "ended");
}

#[tokio::test]
async fn a_patient_is_asked_to_come_for_a_moment() {
    let clinic = Clinic::open().await;
    let (id, other) = (clinic.book(1).await, clinic.book(2).await);
    let notify = "/api/video/notify-patient";
    let notice = json!({"appointmentId": id, "patientId": "pat", "patientName": "Mr X",
                        "professionalName": "Dr Evil"});
    for (who, expected) in [
        ("pat", "403 forbidden -"),
        ("boss", "403 forbidden -"),
        ("eve", "404 not_a_participant -"),
    ] {
        assert_eq!(clinic.no(who, "POST", notify, notice.clone()).await, expected);
    }
    let wrong = json!({"appointmentId": id, "patientId": "eve"});
    assert_eq!(clinic.no("doc", "POST", notify, wrong).await, "400 invalid_payload patientId");
    assert!(clinic.invited("pat").await.is_empty(), "what was refused invited nobody");

    let mut page = clinic.page("pat").await;
    page.say("register", json!({"userId": "pat", "role": "notification-listener"})).await;
    page.word("registered").await;
    clinic.ok("doc", "POST", notify, notice).await;
    assert_eq!(
        page.word("call-invitation").await,
        json!({"appointmentId": id, "professionalName": "doc the provider",
               "professionalId": "doc", "patientName": "pat the patient",
               "appointmentType": "video", "appointmentTime": "2024-01-01T10:00:00.000Z",
               "fromUserId": "doc"})
    );
    let found = clinic.ok("pat", "GET", INVITATIONS, Value::Null).await;
    assert_eq!(
        found,
        json!({"success": true, "invitations": [{
            "appointmentId": id, "professionalName": "doc the provider", "professionalId": "doc",
            "patientName": "pat the patient", "appointmentType": "video",
            "appointmentTime": "2024-01-01T10:00:00.000Z",
            "createdAt": "2023-11-14T22:13:20.000Z", "expiresAt": "2023-11-14T22:14:05.000Z",
        }]})
    );
    assert!(clinic.invited("doc").await.is_empty());
    clinic.house.clock.advance(Duration::from_secs(30));
    clinic.ok("doc", "POST", notify, to(&other)).await;
    assert_eq!(clinic.invited("pat").await, [&*other, &*id]);
    clinic.house.clock.advance(Duration::from_secs(15));
    assert_eq!(clinic.invited("pat").await, [&*other]);

    let reply = |it: &str| format!("/api/video/{it}-invitation");
    let check = async |what: &str| {
        clinic.ok("doc", "POST", notify, to(&id)).await;
        assert_eq!(clinic.invited("pat").await.len(), 2, "{what}");
        if what == "join" {
            clinic.join("pat", &id).await;
        } else {
            clinic.ok("pat", "POST", &reply(what), to(&id)).await;
        }
        assert_eq!(clinic.invited("pat").await, [&*other], "{what}");
    };
    check("accept").await;
    check("decline").await;
    check("join").await;
    let no = clinic.no("eve", "POST", &reply("accept"), to(&id)).await;
    assert_eq!(no, "404 not_a_participant -");

    let mut professional = clinic.page("doc").await;
    let word = json!({"targetUserId": "pat", "appointmentId": id});
    assert_eq!(professional.ask("call-invitation", word).await["success"], true);
    assert!(clinic.invited("pat").await.contains(&id), "said over a socket, found over HTTP");
    clinic.join("pat", &id).await;

    clinic.ok("doc", "POST", &of(&other, "/end"), json!({})).await;
    assert!(clinic.invited("pat").await.is_empty(), "it is over");
    assert_eq!(clinic.no("doc", "POST", notify, to(&other)).await, "400 call_over -");
    assert_eq!(clinic.no("pat", "POST", &reply("accept"), to(&other)).await, "400 call_over -");
    clinic.ok("pat", "POST", &reply("decline"), to(&other)).await;
}

#[tokio::test]
async fn a_room_that_rings_is_an_invitation() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let mut doctor = clinic.guest_in("doc", &id).await;
    assert_eq!(clinic.invited("pat").await, [&*id]);
    assert!(clinic.invited("doc").await.is_empty());
    clinic.ok("doc", "POST", "/api/video/notify-patient", to(&id)).await;
    assert_eq!(clinic.invited("pat").await, [&*id], "once");
    let no = json!({"appointmentId": id, "reason": "not now"});
    clinic.ok("pat", "POST", "/api/video/decline-invitation", no).await;
    assert_eq!(doctor.hears("declined").await["event"]["reason"], "not now");
    assert!(clinic.invited("pat").await.is_empty());

    let mut caller = clinic.guest("doc-2").await;
    let call = caller.ask("start", json!({"callees": ["pat"], "purpose": "audio"})).await;
    let call = call["result"]["id"].as_str().expect("a call has an id").to_owned();
    let found = clinic.ok("pat", "GET", INVITATIONS, Value::Null).await;
    let shown = &found["invitations"][0];
    assert_eq!(
        [&shown["appointmentId"], &shown["professionalId"], &shown["appointmentType"]],
        [&json!(call), &json!("doc-2"), &json!("audio")]
    );
    clinic.ok("pat", "POST", "/api/video/accept-invitation", to(&call)).await;
    assert_eq!(caller.hears("answered").await["event"]["user"], "pat");
    assert!(clinic.invited("pat").await.is_empty());
}

#[tokio::test]
async fn a_red_button_ends_what_its_user_may_end() {
    let clinic = Clinic::open().await;
    let id = clinic.book(1).await;
    let end = "/api/video/end";
    let body = json!({"appointmentId": id, "reason": "goodbye", "duration": 12});
    clinic.ok("pat", "POST", end, body.clone()).await;
    assert_eq!(clinic.stands("pat", &id).await, "waiting", "a patient ends nothing");

    let mut doctor = clinic.guest_in("doc", &id).await;
    clinic.ok("pat", "POST", end, body.clone()).await;
    doctor.hears("declined").await;
    let patient = clinic.guest_in("pat", &id).await;
    clinic.ok("pat", "POST", end, body.clone()).await;
    assert_eq!(doctor.hears("left").await["event"]["reason"], "goodbye");
    drop(patient);
    let patient = clinic.guest_in("pat", &id).await;
    drop(patient);
    doctor.hears("connectionLost").await;
    clinic.ok("pat", "POST", end, body.clone()).await;
    doctor.hears("left").await;
    assert_eq!(clinic.no("eve", "POST", end, body.clone()).await, "404 not_a_participant -");
    assert_eq!(clinic.stands("pat", &id).await, "active doc");

    clinic.ok("doc", "POST", end, body.clone()).await;
    assert_eq!(doctor.hears("ended").await["event"]["reason"], "goodbye");
    assert_eq!(clinic.stands("pat", &id).await, "ended");
    clinic.ok("doc", "POST", end, body).await;
}
