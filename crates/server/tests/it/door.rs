//! The door, over sockets: who waits, who hears of it, who is let in.

use std::time::Duration;

use housecall::Clock;
use serde_json::{Value, json};

use crate::{
    support::Guest,
    ward::{Ward, id},
};

/// An appointment of the doctor and the patient that starts about now.
async fn appointment(ward: &Ward) -> String {
    let now = ward.house.clock.now().to_string();
    let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": now});
    let (status, made) = ward.post("doc", "/api/appointments", new).await;
    assert_eq!(status, 201, "{made}");
    id(&made).to_owned()
}

async fn meeting(ward: &Ward, host: &str) -> String {
    let (status, made) = ward.post(host, "/api/room", json!({"name": "Rounds"})).await;
    assert_eq!(status, 201, "{made}");
    id(&made).to_owned()
}

async fn arrives(guest: &mut Guest, place: &str) -> Value {
    let check = json!({"microphone": "works", "camera": "blocked", "connection": "unknown"});
    let arrived = guest.ask("arrive", json!({"callId": place, "check": check})).await;
    assert_eq!(arrived["ok"], true, "{arrived}");
    arrived["result"].clone()
}

async fn done(guest: &mut Guest, word: &str, body: Value) -> Value {
    let answer = guest.ask(word, body).await;
    assert_eq!(answer["ok"], true, "{word}: {answer}");
    answer["result"].clone()
}

async fn refused(guest: &mut Guest, word: &str, body: Value) -> String {
    let answer = guest.ask(word, body).await;
    answer["problem"]["code"].as_str().unwrap_or("done").to_owned()
}

fn stage_of(call: &Value, user: &str) -> String {
    let people = call["people"].as_array().expect("a call has people");
    let found = people.iter().find(|it| it["person"]["id"] == user);
    found.and_then(|it| it["stage"].as_str()).unwrap_or("nowhere").to_owned()
}

#[tokio::test]
async fn a_patient_waits_until_the_doctor_lets_them_in() {
    let ward = Ward::open().await;
    let visit = appointment(&ward).await;
    let (mut doc, mut pat) = (ward.guest("doc").await, ward.guest("pat").await);
    let seen = arrives(&mut pat, &visit).await;
    assert_eq!(stage_of(&seen, "pat"), "waiting");
    assert_eq!(seen["here"], true);
    let came = doc.hears("cameToDoor").await;
    let room = came["callId"].clone();
    assert_eq!(came["event"]["participant"]["person"]["id"], "pat");
    assert_eq!(came["event"]["participant"]["check"]["camera"], "blocked");
    // Nobody's phone rings for somebody who waits, and the host's coming lets
    // nobody in.
    let inside = done(&mut doc, "join", json!({"callId": visit})).await;
    assert_eq!(stage_of(&inside, "pat"), "waiting");
    assert!(inside["ringUntil"].is_null());
    done(&mut doc, "say", json!({"callId": visit, "message": "for the record"})).await;
    done(&mut doc, "say", json!({"callId": visit, "message": "a moment", "to": ["pat"]})).await;
    let said = pat.hears("said").await;
    assert_eq!(said["event"]["message"], "a moment", "the rest is not for who waits");
    done(&mut doc, "admit", json!({"callId": room, "user": "pat"})).await;
    assert_eq!(pat.hears("admitted").await["event"]["user"], "pat");
    let joined = pat.hears("joined").await;
    assert_eq!(joined["event"]["elsewhere"], false);
    let all = done(&mut pat, "look", json!({"callId": visit})).await;
    assert_eq!(
        (stage_of(&all, "pat"), stage_of(&all, "doc")),
        ("present".into(), "present".into())
    );
    assert_eq!(all["phase"], "active");
}

#[tokio::test]
async fn who_waits_sees_the_hosts_and_nobody_else() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut doc, mut pat, mut eve) =
        (ward.guest("doc").await, ward.guest("pat").await, ward.guest("eve").await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut eve, "join", json!({"callId": place})).await;
    done(&mut doc, "door", json!({"callId": place, "door": "strict"})).await;
    let seen = done(&mut pat, "join", json!({"callId": place})).await;
    assert_eq!(stage_of(&seen, "pat"), "waiting");
    assert_eq!(
        (stage_of(&seen, "doc"), stage_of(&seen, "eve")),
        ("present".into(), "nowhere".into())
    );
    done(&mut doc, "say", json!({"callId": place, "message": "a moment", "to": ["pat"]})).await;
    done(&mut doc, "say", json!({"callId": place, "message": "among us"})).await;
    let read = done(&mut pat, "messages", json!({"callId": place})).await;
    assert_eq!(read.as_array().map(Vec::len), Some(1), "{read}");
    assert_eq!(read[0]["message"], "a moment");
    assert_eq!(
        refused(&mut pat, "say", json!({"callId": place, "message": "hi"})).await,
        "not_yet"
    );
    assert_eq!(
        refused(&mut pat, "admit", json!({"callId": place, "user": "pat"})).await,
        "forbidden"
    );
    assert_eq!(refused(&mut pat, "resume", json!({"callId": place})).await, "done");
    let still = done(&mut pat, "look", json!({"callId": place})).await;
    assert_eq!(stage_of(&still, "pat"), "waiting", "no word of theirs opens the door");
    // The numbers of what they may not hear have no gaps.
    let before = still["seq"].as_u64().expect("a number");
    done(&mut eve, "hand", json!({"callId": place, "raised": true})).await;
    let hidden = pat.hears("hidden").await;
    assert_eq!(hidden["seq"].as_u64(), Some(before + 1));
    assert!(hidden["by"].is_null());
}

#[tokio::test]
async fn waiting_survives_a_lost_connection_and_keeps_its_place() {
    let ward = Ward::open().await;
    let visit = appointment(&ward).await;
    let mut doc = ward.guest("doc").await;
    let mut pat = ward.guest("pat").await;
    let since = |call: &Value| {
        call["people"].as_array().and_then(|it| {
            it.iter().find(|it| it["person"]["id"] == "pat").map(|it| it["waitingSince"].clone())
        })
    };
    let first = since(&arrives(&mut pat, &visit).await);
    drop(pat);
    doc.hears("connectionLost").await;
    ward.house.clock.advance(Duration::from_secs(60));
    let mut pat = ward.guest("pat").await;
    let welcome = pat.word("welcome").await;
    assert_eq!(stage_of(&welcome["calls"][0], "pat"), "waiting");
    assert_eq!(since(&arrives(&mut pat, &visit).await), first);
    doc.hears("connectionResumed").await;
    // Let in while the connection is lost, they are in when they are back.
    drop(pat);
    doc.hears("connectionLost").await;
    done(&mut doc, "join", json!({"callId": visit})).await;
    done(&mut doc, "admit", json!({"callId": visit, "user": "pat"})).await;
    let mut pat = ward.guest("pat").await;
    assert_eq!(stage_of(&arrives(&mut pat, &visit).await, "pat"), "present");
}

#[tokio::test]
async fn who_does_not_come_back_to_the_door_has_left() {
    let ward = Ward::open().await;
    let visit = appointment(&ward).await;
    let (mut doc, mut pat) = (ward.guest("doc").await, ward.guest("pat").await);
    arrives(&mut pat, &visit).await;
    drop(pat);
    doc.hears("connectionLost").await;
    ward.house.clock.advance(Duration::from_secs(120));
    assert_eq!(doc.hears("left").await["event"]["departure"], "connection_lost");
}

#[tokio::test]
async fn one_of_two_is_let_in_the_other_turned_away() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut doc, mut pat, mut eve) =
        (ward.guest("doc").await, ward.guest("pat").await, ward.guest("eve").await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut doc, "door", json!({"callId": place, "door": "usual"})).await;
    arrives(&mut pat, &place).await;
    arrives(&mut eve, &place).await;
    done(&mut doc, "admit", json!({"callId": place, "user": "eve"})).await;
    eve.hears("joined").await;
    let seen = done(&mut doc, "look", json!({"callId": place})).await;
    assert_eq!(
        (stage_of(&seen, "pat"), stage_of(&seen, "eve")),
        ("waiting".into(), "present".into())
    );
    let reason = json!({"callId": place, "user": "pat", "reason": "Come back at ten."});
    done(&mut doc, "turn-away", reason).await;
    let left = pat.hears("left").await;
    assert_eq!(left["event"]["departure"], "turned_away");
    assert_eq!(left["event"]["reason"], "Come back at ten.");
    assert_eq!(stage_of(&arrives(&mut pat, &place).await, "pat"), "waiting", "they may come again");
    done(&mut doc, "admit-all", json!({"callId": place})).await;
    pat.hears("joined").await;
}

#[tokio::test]
async fn a_locked_room_takes_nobody_but_hosts() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut eve, mut pat) = (ward.guest("eve").await, ward.guest("pat").await);
    done(&mut eve, "join", json!({"callId": place})).await;
    assert_eq!(
        refused(&mut eve, "lock", json!({"callId": place, "locked": true})).await,
        "forbidden"
    );
    let mut doc = ward.guest("doc").await;
    done(&mut doc, "lock", json!({"callId": place, "locked": true})).await;
    assert_eq!(refused(&mut pat, "join", json!({"callId": place})).await, "room_locked");
    assert_eq!(refused(&mut pat, "arrive", json!({"callId": place})).await, "room_locked");
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut doc, "lock", json!({"callId": place, "locked": false})).await;
    done(&mut pat, "join", json!({"callId": place})).await;
}

#[tokio::test]
async fn who_was_removed_stays_out_until_a_host_lets_them_in() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut doc, mut eve) = (ward.guest("doc").await, ward.guest("eve").await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut eve, "join", json!({"callId": place})).await;
    done(&mut doc, "remove", json!({"callId": place, "user": "eve"})).await;
    assert_eq!(eve.hears("left").await["event"]["departure"], "removed");
    for word in ["join", "arrive", "resume", "answer", "look", "messages"] {
        assert_eq!(refused(&mut eve, word, json!({"callId": place})).await, "removed", "{word}");
    }
    let mut again = ward.guest("eve").await;
    assert_eq!(again.word("welcome").await["calls"], json!([]));
    assert_eq!(refused(&mut again, "join", json!({"callId": place})).await, "removed");
    assert_eq!(
        refused(&mut doc, "remove", json!({"callId": place, "user": "doc"})).await,
        "forbidden"
    );
    done(&mut doc, "admit", json!({"callId": place, "user": "eve"})).await;
    again.hears("admitted").await;
    done(&mut again, "join", json!({"callId": place})).await;
}

#[tokio::test]
async fn a_client_that_knows_no_waiting_hears_not_yet_and_is_let_in() {
    let ward = Ward::open().await;
    let visit = appointment(&ward).await;
    let mut doc = ward.guest("doc").await;
    done(&mut doc, "join", json!({"callId": visit})).await;
    done(&mut doc, "door", json!({"callId": visit, "door": "strict"})).await;
    let token = ward.house.token("pat", housecall_core::Role::Patient);
    let auth = json!({"token": token, "dialect": "consultation"});
    let mut pat = Guest::connect_to("/", ward.house.address(), &auth).await;
    pat.say("consultation:join", json!({"sessionId": visit})).await;
    let no = pat.word("error").await;
    assert_eq!(no["code"], "not_yet", "{no}");
    doc.hears("cameToDoor").await;
    done(&mut doc, "admit", json!({"callId": visit, "user": "pat"})).await;
    let state = pat.word("consultation:room_state").await;
    assert_eq!(state["room"]["sessionId"], json!(visit), "{state}");
}

#[tokio::test]
async fn people_come_fifteen_minutes_before_unless_the_doctor_is_there() {
    let ward = Ward::open().await;
    let later = ward.house.clock.now().plus(Duration::from_secs(3600)).to_string();
    let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": later});
    let (_, made) = ward.post("doc", "/api/appointments", new).await;
    let mut pat = ward.guest("pat").await;
    let arrive = json!({"callId": id(&made)});
    assert_eq!(refused(&mut pat, "arrive", arrive.clone()).await, "too_early");
    ward.house.clock.advance(Duration::from_secs(44 * 60));
    assert_eq!(refused(&mut pat, "arrive", arrive.clone()).await, "too_early");
    let mut doc = ward.guest("doc").await;
    done(&mut doc, "arrive", arrive.clone()).await;
    assert_eq!(refused(&mut pat, "arrive", arrive).await, "done");
}

#[tokio::test]
async fn hands_hosts_and_quiet() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut doc, mut eve) = (ward.guest("doc").await, ward.guest("eve").await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut eve, "join", json!({"callId": place})).await;
    done(&mut eve, "hand", json!({"callId": place, "raised": true})).await;
    assert_eq!(doc.hears("handRaised").await["event"]["user"], "eve");
    done(&mut doc, "hand", json!({"callId": place, "raised": false, "user": "eve"})).await;
    eve.hears("handRaised").await;
    assert_eq!(refused(&mut eve, "ask-mute", json!({"callId": place})).await, "forbidden");
    done(&mut doc, "ask-mute", json!({"callId": place, "user": "eve"})).await;
    assert_eq!(eve.hears("muteAsked").await["event"]["user"], "eve");
    done(&mut doc, "host", json!({"callId": place, "user": "eve", "host": true})).await;
    eve.hears("hostChanged").await;
    assert_eq!(
        refused(&mut eve, "remove", json!({"callId": place, "user": "doc"})).await,
        "forbidden"
    );
    done(&mut eve, "lock", json!({"callId": place, "locked": true})).await;
    done(&mut eve, "react", json!({"callId": place, "reaction": "clap"})).await;
    assert_eq!(doc.word("reaction").await["reaction"], "clap");
    assert_eq!(
        refused(&mut eve, "react", json!({"callId": place, "reaction": "bomb"})).await,
        "invalid_payload"
    );
}

/// Somebody without an account opens a link.
struct ByLink {
    token: String,
    id: String,
}

impl ByLink {
    async fn open(ward: &Ward, link: &Value, name: &str) -> Result<Self, String> {
        let join = json!({"token": link["token"], "name": name});
        let (status, came) = ward.house.post("/api/guests", "", &join).await;
        match status {
            201 => Ok(Self {
                token: came["accessToken"].as_str().expect("a token").to_owned(),
                id: id(&came["user"]).to_owned(),
            }),
            _ => Err(came["code"].as_str().unwrap_or("-").to_owned()),
        }
    }

    async fn connects(&self, ward: &Ward) -> Guest {
        let auth = json!({"token": self.token, "device": format!("{}-1", self.id)});
        Guest::connect(ward.house.address(), &auth).await
    }
}

async fn link(ward: &Ward, place: &str, role: &str, reusable: bool) -> Value {
    let new = json!({"place": place, "role": role, "reusable": reusable});
    let (status, link) = ward.post("doc", "/api/guest-links", new).await;
    assert_eq!(status, 201, "{link}");
    link
}

#[tokio::test]
async fn a_guest_waits_at_the_door_of_the_place_their_link_leads_to() {
    let ward = Ward::open().await;
    let visit = appointment(&ward).await;
    let elsewhere = meeting(&ward, "doc").await;
    let link = link(&ward, &visit, "observer", false).await;
    let guest = ByLink::open(&ward, &link, "Ina").await.expect("the link is good");
    assert_eq!(ByLink::open(&ward, &link, "Ida").await.err().as_deref(), Some("link_used"));
    let mut ina = guest.connects(&ward).await;
    assert_eq!(refused(&mut ina, "join", json!({"callId": elsewhere})).await, "not_a_participant");
    assert_eq!(refused(&mut ina, "start", json!({"callees": ["doc"]})).await, "forbidden");
    assert_eq!(done(&mut ina, "watch-people", json!({"on": true})).await, json!([]));
    // The first to come opens the room, and waits; plain joining does not help.
    let media = json!({"audio": true, "video": true});
    let seen = done(&mut ina, "join", json!({"callId": visit, "media": media})).await;
    assert_eq!(stage_of(&seen, &guest.id), "waiting");
    let mut doc = ward.guest("doc").await;
    let inside = done(&mut doc, "join", json!({"callId": visit})).await;
    let people = inside["people"].as_array().expect("people");
    let ina_seen = people.iter().find(|it| it["person"]["id"] == json!(guest.id)).expect("Ina");
    assert_eq!(
        (&ina_seen["part"], &ina_seen["person"]["name"]),
        (&json!("observer"), &json!("Ina"))
    );
    done(&mut doc, "admit", json!({"callId": visit, "user": guest.id})).await;
    let joined = ina.hears("joined").await;
    assert_eq!(joined["event"]["participant"]["media"]["video"], false, "observers send nothing");
    let unmute = json!({"callId": visit, "audio": true});
    assert_eq!(refused(&mut ina, "media", unmute).await, "forbidden");
}

#[tokio::test]
async fn a_removed_guest_comes_back_by_no_path() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let link = link(&ward, &place, "guest", true).await;
    let guest = ByLink::open(&ward, &link, "Gil").await.expect("the link is good");
    let (mut doc, mut gil) = (ward.guest("doc").await, guest.connects(&ward).await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut gil, "join", json!({"callId": place})).await;
    done(&mut doc, "remove", json!({"callId": place, "user": guest.id})).await;
    gil.hears("left").await;
    assert_eq!(refused(&mut gil, "join", json!({"callId": place})).await, "removed");
    assert_eq!(ByLink::open(&ward, &link, "Gil").await.err().as_deref(), Some("link_revoked"));
    // The place opens another room: they are not welcome there either.
    done(&mut doc, "leave", json!({"callId": place})).await;
    assert_ne!(refused(&mut gil, "arrive", json!({"callId": place})).await, "done");
    done(&mut doc, "join", json!({"callId": place})).await;
    assert_ne!(refused(&mut gil, "join", json!({"callId": place})).await, "done");
    let mut gil = guest.connects(&ward).await;
    assert_ne!(refused(&mut gil, "join", json!({"callId": place})).await, "done");
    done(&mut doc, "admit", json!({"callId": place, "user": guest.id})).await;
    done(&mut gil, "join", json!({"callId": place})).await;
    ByLink::open(&ward, &link, "Gila").await.map(|_| ()).expect("their link holds again");
}

#[tokio::test]
async fn somebody_with_an_account_stays_removed_from_the_next_room() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let (mut doc, mut eve) = (ward.guest("doc").await, ward.guest("eve").await);
    done(&mut doc, "join", json!({"callId": place})).await;
    done(&mut eve, "join", json!({"callId": place})).await;
    done(&mut doc, "remove", json!({"callId": place, "user": "eve"})).await;
    done(&mut doc, "leave", json!({"callId": place})).await;
    assert_eq!(refused(&mut eve, "join", json!({"callId": place})).await, "removed");
    done(&mut doc, "join", json!({"callId": place})).await;
    assert_eq!(refused(&mut eve, "join", json!({"callId": place})).await, "removed");
    assert_eq!(refused(&mut eve, "arrive", json!({"callId": place})).await, "removed");
}

#[tokio::test]
async fn a_link_taken_back_keeps_out_who_is_not_in() {
    let ward = Ward::open().await;
    let place = meeting(&ward, "doc").await;
    let link = link(&ward, &place, "carer", true).await;
    let (ann, bea) = (
        ByLink::open(&ward, &link, "Ann").await.expect("good"),
        ByLink::open(&ward, &link, "Bea").await.expect("good"),
    );
    let (mut ann, mut bea) = (ann.connects(&ward).await, bea.connects(&ward).await);
    done(&mut ann, "join", json!({"callId": place})).await;
    let revoke = format!("/api/guest-links/{}", id(&link));
    assert_eq!(ward.ask("doc", "DELETE", &revoke, Value::Null).await.0, 204);
    assert_eq!(refused(&mut bea, "join", json!({"callId": place})).await, "link_revoked");
    assert_eq!(refused(&mut ann, "resume", json!({"callId": place})).await, "done");
}
