//! Which way media take: said by the devices at their ends, kept for those who run
//! the room.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{clinic::Clinic, support::Guest};

/// That media from here to `to` go this way.
fn path(room: &str, to: &str, path: &str) -> Value {
    json!({"callId": room, "user": to, "path": path})
}

/// Says which way media go, and is heard.
async fn tell(who: &mut Guest, said: Value) {
    let ack = who.ask("path", said).await;
    assert_eq!(ack, json!({"ok": true, "result": null}));
}

/// Says it in vain: the code, and the field.
async fn refused(who: &mut Guest, said: Value) -> String {
    let ack = who.ask("path", said).await;
    assert_eq!(ack["ok"], false, "{ack}");
    let word = |name: &str| ack["problem"][name].as_str().unwrap_or("-").to_owned();
    format!("{} {}", word("code"), word("field"))
}

impl Clinic {
    /// The paths of a room as somebody is shown them.
    async fn paths(&self, who: &str, room: &str) -> Vec<Value> {
        let answer = self.ok(who, "GET", &format!("/api/rooms/{room}/paths"), Value::Null).await;
        answer["paths"].as_array().expect("a list").clone()
    }

    async fn no_paths(&self, who: &str, room: &str) -> String {
        self.no(who, "GET", &format!("/api/rooms/{room}/paths"), Value::Null).await
    }

    /// A public meeting of the doctor; answers its id.
    async fn round(&self) -> String {
        let made = self.ok("doc", "POST", "/api/meetings", json!({"name": "Round"})).await;
        made["id"].as_str().expect("an id").to_owned()
    }
}

/// The id of the room somebody is in by another name.
async fn room_of(who: &mut Guest, name: &str) -> String {
    let call = who.ask("look", json!({ "callId": name })).await;
    call["result"]["id"].as_str().expect("an id").to_owned()
}

/// Who said which way, in order.
fn said(paths: &[Value]) -> String {
    let word = |it: &Value, name: &str| it[name].as_str().expect("a text").to_owned();
    let line = |it: &Value| format!("{} {}", word(it, "user"), word(it, "path"));
    paths.iter().map(line).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn the_way_media_take_is_kept_for_the_hosts() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut doc = clinic.guest_in("doc", &visit).await;
    let mut pat = clinic.guest_in("pat", &visit).await;
    let room = room_of(&mut doc, &visit).await;
    let before = doc.ask("look", json!({ "callId": room })).await;

    let full = json!({"callId": visit, "user": "doc", "path": "relay-tls", "peerPath": "stun",
                      "roundTripMs": 41.5, "lossPercent": 0.25});
    tell(&mut pat, full).await;
    clinic.house.clock.advance(Duration::from_secs(1));
    tell(&mut doc, path(&room, "pat", "stun")).await;
    let expected = [
        json!({"room": room, "user": "pat", "peer": "doc", "at": "2023-11-14T22:13:20.000Z",
               "path": "relay-tls", "peerPath": "stun", "roundTripMs": 41.5, "lossPercent": 0.25}),
        json!({"room": room, "user": "doc", "peer": "pat", "at": "2023-11-14T22:13:21.000Z",
               "path": "stun"}),
    ];
    for (who, name) in [("doc", &room), ("doc", &visit), ("boss", &room), ("boss", &visit)] {
        assert_eq!(clinic.paths(who, name).await, expected, "{who} {name}");
    }
    for name in [&room, &visit] {
        assert_eq!(clinic.no_paths("pat", name).await, "403 forbidden -");
        for who in ["eve", "doc-2"] {
            assert_eq!(clinic.no_paths(who, name).await, "404 not_a_participant -", "{who}");
        }
    }
    for who in ["doc", "boss"] {
        assert_eq!(clinic.no_paths(who, "nowhere").await, "404 not_a_participant -");
    }
    let after = doc.ask("look", json!({ "callId": room })).await;
    assert_eq!(after, before, "that is no event of the room");

    assert_eq!(doc.ask("end", json!({ "callId": room })).await["ok"], true);
    for (who, name) in [("doc", &room), ("doc", &visit), ("boss", &room)] {
        assert_eq!(clinic.paths(who, name).await, expected, "{who} {name}, afterwards");
    }
    assert_eq!(clinic.no_paths("pat", &room).await, "403 forbidden -");
    assert_eq!(clinic.no_paths("pat", &visit).await, "403 forbidden -");
}

#[tokio::test]
async fn only_who_is_in_speaks_of_those_who_are_in() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut pat = clinic.guest("pat").await;
    assert_eq!(refused(&mut pat, path(&visit, "doc", "direct")).await, "not_a_participant -");
    let mut doc = clinic.guest_in("doc", &visit).await;
    assert_eq!(refused(&mut doc, path(&visit, "pat", "direct")).await, "peer_not_in_room -");
    assert_eq!(refused(&mut pat, path(&visit, "doc", "direct")).await, "not_in_room -");
    assert_eq!(pat.ask("join", json!({ "callId": visit })).await["ok"], true);

    let token = clinic.house.token("pat", housecall_core::Role::Patient);
    let auth = json!({"token": token, "device": "pat-2"});
    let mut tablet = Guest::connect(clinic.house.address(), &auth).await;
    let answer = refused(&mut tablet, path(&visit, "doc", "direct")).await;
    assert_eq!(answer, "not_in_room -");
    let mut eve = clinic.guest("eve").await;
    assert_eq!(refused(&mut eve, path(&visit, "doc", "direct")).await, "not_a_participant -");
    for nobody in ["doc", "eve", "nobody"] {
        let answer = refused(&mut doc, path(&visit, nobody, "direct")).await;
        assert_eq!(answer, "peer_not_in_room -", "{nobody}");
    }
    let mut garbled = async |field: &str, value: Value| {
        let mut said = path(&visit, "doc", "direct");
        said[field] = value;
        refused(&mut pat, said).await
    };
    assert_eq!(garbled("path", json!("tunnel")).await, "invalid_payload path");
    assert_eq!(garbled("peerPath", json!("relay")).await, "invalid_payload peerPath");
    assert_eq!(garbled("roundTripMs", json!(-0.5)).await, "invalid_payload roundTripMs");
    assert_eq!(garbled("lossPercent", json!(101)).await, "invalid_payload lossPercent");
    assert_eq!(garbled("user", Value::Null).await, "invalid_payload user");
    assert_eq!(garbled("callId", json!("nowhere")).await, "not_a_participant -");
    assert_eq!(clinic.paths("doc", &visit).await, [] as [Value; 0], "nothing was kept");

    let room = room_of(&mut doc, &visit).await;
    assert_eq!(doc.ask("leave", json!({ "callId": room })).await["ok"], true);
    assert_eq!(refused(&mut pat, path(&room, "doc", "direct")).await, "peer_not_in_room -");
    assert_eq!(refused(&mut doc, path(&room, "pat", "direct")).await, "not_in_room -");
    assert_eq!(pat.ask("leave", json!({ "callId": room })).await["ok"], true);
    assert_eq!(refused(&mut pat, path(&room, "doc", "direct")).await, "not_a_participant -");
    assert_eq!(clinic.paths("doc", &visit).await, [] as [Value; 0]);
}

#[tokio::test]
async fn the_fifty_latest_of_each_person_are_kept() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(2).await;
    let mut doc = clinic.guest_in("doc", &visit).await;
    let mut pat = clinic.guest_in("pat", &visit).await;
    tell(&mut doc, path(&visit, "pat", "direct")).await;
    for number in 0..52 {
        let mut said = path(&visit, "doc", "relay-udp");
        said["roundTripMs"] = json!(number);
        tell(&mut pat, said).await;
    }
    let paths = clinic.paths("doc", &visit).await;
    let of_pat: Vec<_> = paths.iter().filter(|it| it["user"] == "pat").collect();
    assert_eq!((paths.len(), of_pat.len()), (51, 50));
    assert_eq!(
        (&of_pat[0]["roundTripMs"], &of_pat[49]["roundTripMs"]),
        (&json!(2.0), &json!(51.0))
    );
}

#[tokio::test]
async fn a_place_remembers_all_its_rooms_for_who_runs_it() {
    let clinic = Clinic::open().await;
    let round = clinic.round().await;
    let mut doc = clinic.guest_in("doc", &round).await;
    let mut pat = clinic.guest_in("pat", &round).await;
    let first = room_of(&mut doc, &round).await;
    tell(&mut pat, path(&round, "doc", "direct")).await;
    for who in [&mut doc, &mut pat] {
        assert_eq!(who.ask("leave", json!({ "callId": first })).await["ok"], true);
    }
    for who in [&mut doc, &mut pat] {
        assert_eq!(who.ask("join", json!({ "callId": round })).await["ok"], true);
    }
    let second = room_of(&mut doc, &round).await;
    assert_ne!(first, second);
    clinic.house.clock.advance(Duration::from_secs(1));
    tell(&mut doc, path(&round, "pat", "stun")).await;
    assert_eq!(said(&clinic.paths("doc", &round).await), "pat direct, doc stun");
    assert_eq!(said(&clinic.paths("doc", &first).await), "pat direct");
    assert_eq!(said(&clinic.paths("boss", &second).await), "doc stun");

    // Who decides for this room does not answer for those before it.
    assert_eq!(clinic.no_paths("pat", &round).await, "403 forbidden -");
    let host = json!({"callId": second, "user": "pat", "host": true});
    assert_eq!(doc.ask("host", host).await["ok"], true);
    for name in [&round, &second] {
        assert_eq!(said(&clinic.paths("pat", name).await), "doc stun");
    }
    assert_eq!(clinic.no_paths("pat", &first).await, "403 forbidden -");
}

#[tokio::test]
async fn who_calls_sees_it_and_so_does_the_provider() {
    let clinic = Clinic::open().await;
    let (mut pat, mut doc) = (clinic.guest("pat").await, clinic.guest("doc").await);
    let room = clinic.house.visit(&mut pat, ("doc", &mut doc)).await;
    tell(&mut doc, path(&room, "pat", "relay-tcp")).await;
    for who in ["pat", "doc", "boss"] {
        assert_eq!(said(&clinic.paths(who, &room).await), "doc relay-tcp", "{who}");
    }
    assert_eq!(clinic.no_paths("eve", &room).await, "404 not_a_participant -");
    let unsigned = format!("GET /api/rooms/{room}/paths HTTP/1.1\r\nHost: h\r\n");
    let (status, _) = clinic.house.http(&format!("{unsigned}Connection: close\r\n\r\n")).await;
    assert_eq!(status, 401);
}

/// A meeting's guest waits at its door: they hear that they are not in yet.
#[tokio::test]
async fn who_waits_says_nothing_of_media() {
    let clinic = Clinic::open().await;
    let made = clinic.ok("doc", "POST", "/api/meetings", json!({"name": "x", "door": "strict"}));
    let made = made.await;
    let round = made["id"].as_str().expect("an id");
    let _doc = clinic.guest_in("doc", round).await;
    let mut pat = clinic.guest("pat").await;
    assert_eq!(pat.ask("arrive", json!({ "callId": round })).await["ok"], true);
    assert_eq!(refused(&mut pat, path(round, "doc", "direct")).await, "not_yet -");
    assert_eq!(clinic.paths("doc", round).await, [] as [Value; 0]);
}
