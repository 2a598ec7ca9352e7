use std::{fs, path::Path, time::Duration};

use housecall_core::{Actor, Role, Room, RoomId, Rules, Timestamp, UserId, quality::Sample};
use serde_json::{Value, json};

use super::*;
use crate::{People, staging::decoded};

/// The TypeScript SDK's types are these types.
#[test]
fn wire_types() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/packages/client/src/wire.gen.ts");
    let now = wire::typescript();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &now).expect("the SDK's sources can be written");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert!(now == before, "run `cargo xtask codegen`: the wire types have changed");
}

struct Everybody;

impl People for Everybody {
    fn person(&self, user: &UserId) -> wire::Person {
        let name = housecall_core::Private::new(user.as_str().to_uppercase());
        wire::Person { id: user.clone(), name, role: Role::Patient }
    }

    fn is_online(&self, _: &UserId) -> bool {
        true
    }

    fn first_offer(&self, user: &UserId, _: &DeviceId) -> FirstOffer {
        if user.as_str() == "clumsy" { FirstOffer::Member } else { FirstOffer::SettlesItself }
    }
}

fn seen_by<'a>(user: &'a UserId, device: &'a DeviceId) -> Viewer<'a> {
    Viewer { user, role: Role::Patient, device, people: &Everybody, names: &() }
}

fn user(name: &str) -> UserId {
    name.parse().expect("an id")
}

fn device(name: &str) -> DeviceId {
    name.parse().expect("an id")
}

fn decode(word: &str, body: &Value) -> String {
    match decoded(&Native, word, &body.to_string()) {
        None => "unknown".to_owned(),
        Some(Err(garbled)) => {
            format!("{}: {}", garbled.field.as_deref().unwrap_or("-"), garbled.what)
        }
        Some(Ok(heard)) => format!("{heard:?}"),
    }
}

#[test]
fn commands_are_understood() {
    assert!(decode("answer", &json!({"callId": "r"})).contains("Answer { device: Some"));
    assert!(decode("leave", &json!({"callId": 7, "reason": "lunch"})).contains("(private)"));
    assert!(decode("start", &json!({"callees": ["bob"]})).contains("Join"));
    let planned = json!({"callees": ["bob"], "scheduledAt": "2030-01-01T10:00:00Z"});
    assert!(decode("start", &planned).contains("then: []"));
    assert_eq!(decode("dance", &json!({})), "unknown");
}

#[test]
fn mistakes_name_their_field() {
    assert_eq!(decode("join", &json!({})), "callId: missing field `callId`");
    assert_eq!(decode("join", &json!({"callId": {}})), "callId: invalid type: map, expected an id");
    let bad_media = json!({"callId": "r", "media": {"audio": 1, "video": true}});
    assert!(decode("join", &bad_media).starts_with("media.audio: invalid type"));
    assert_eq!(
        decode("join", &json!([])),
        "-: invalid length 0, expected struct EnterCall with 3 elements"
    );
    let bad_kind = json!({"callId": "r", "to": "b", "kind": "wave", "body": {}});
    assert!(decode("signal", &bad_kind).starts_with("kind: unknown variant"));
    let no_sdp = json!({"callId": "r", "to": "b", "kind": "offer", "body": {"type": "offer"}});
    assert_eq!(decode("signal", &no_sdp), "body: Send a session description: {type, sdp}.");
    let large =
        json!({"callId": "r", "to": "b", "kind": "offer", "body": {"sdp": "x".repeat(70_000)}})
            .to_string();
    let heard = decoded(&Native, "signal", &large);
    assert!(heard.expect("a word").expect_err("too large").too_large);
}

#[test]
fn the_path_of_media_is_reported() {
    let full = json!({"callId": "r", "user": "bob", "path": "relay-tls", "peerPath": "stun",
                      "roundTripMs": 41.5, "lossPercent": 0});
    assert_eq!(
        decode("path", &full),
        "Path { place: Named(RoomId(\"r\")), peer: UserId(\"bob\"), report: PathReport { \
         path: RelayTls, peer_path: Some(Stun), round_trip: Some(RoundTrip(41.5)), \
         loss: Some(Loss(0.0)) } }"
    );
    let with = |field: &str, value: Value| {
        let mut body = json!({"callId": "r", "user": "bob", "path": "direct"});
        body[field] = value;
        decode("path", &body)
    };
    assert!(with("path", json!("relay-tcp")).contains("path: RelayTcp, peer_path: None"));
    assert!(with("path", json!("tunnel")).starts_with("path: unknown variant `tunnel`"));
    assert!(with("peerPath", json!(1)).starts_with("peerPath: "));
    let never = "roundTripMs: a round trip takes 0 to 60000 milliseconds";
    assert_eq!(with("roundTripMs", json!(-1)), never);
    assert_eq!(with("roundTripMs", json!(60_001)), never);
    assert_eq!(with("lossPercent", json!(100.1)), "lossPercent: 0 to 100 percent can be lost");
    assert_eq!(
        decode("path", &json!({"callId": "r", "path": "stun"})),
        "user: missing field `user`"
    );
}

#[test]
fn nobody_else_speaks_of_paths() {
    let said = json!({"callId": "r", "user": "bob", "path": "direct"}).to_string();
    let speak = crate::ALL.iter().filter(|it| decoded(**it, "path", &said).is_some());
    assert_eq!(speak.map(|it| it.name()).collect::<Vec<_>>(), ["native"]);
}

#[test]
fn a_connection_report_has_a_summary() {
    let check = |[stun, udp, tcp, tls]: [&str; 4], expected: &str| {
        let report = json!({"stun": stun, "relayUdp": udp, "relayTcp": tcp, "relayTls": tls,
                            "candidates": ["host", "srflx"], "address": "192.0.2.1"});
        let report: wire::ConnectionReport = serde_json::from_value(report).expect("a report");
        assert_eq!(json!(report.summary()), expected);
        let kept = json!({"stun": stun, "relayUdp": udp, "relayTcp": tcp, "relayTls": tls,
                          "candidates": ["host", "srflx"]});
        assert_eq!(json!(report), kept, "nothing else is taken");
    };
    check(["works", "blocked", "blocked", "missing"], "direct");
    check(["works", "works", "works", "works"], "direct");
    check(["blocked", "blocked", "blocked", "works"], "relay");
    check(["unknown", "blocked", "works", "unknown"], "relay");
    check(["missing", "works", "missing", "missing"], "relay");
    check(["blocked", "blocked", "missing", "unknown"], "blocked");
}

/// A call of ann to bob, as `viewer` on `on` hears it: the whole conversation.
fn overheard(viewer: &str, on: &str) -> Vec<Value> {
    let mut room = Room::new("r1".parse::<RoomId>().expect("an id"), Rules::default());
    let (viewer, on) = (user(viewer), device(on));
    let viewer = seen_by(&viewer, &on);
    let steps = [
        ("ann", "start", json!({"callees": ["bob"], "media": {"audio": true, "video": true}})),
        ("bob", "answer", json!({"callId": "r1", "media": {"audio": true, "video": false}})),
        ("bob", "media", json!({"callId": "r1", "audio": false})),
        ("ann", "end", json!({"callId": "r1", "reason": "done"})),
    ];
    let mut heard = Vec::new();
    for (second, (who, word, body)) in steps.iter().enumerate() {
        let now = Timestamp::EPOCH.plus(Duration::from_secs(second as u64));
        let body = body.to_string();
        let commands = match decoded(&Native, word, &body) {
            Some(Ok(Heard::Ask { commands, .. } | Heard::Enter { commands, .. })) => commands,
            Some(Ok(Heard::Start { invitation, then, .. })) => {
                [vec![Command::Initiate(invitation)], then].concat()
            }
            other => panic!("{word} is a command, not {other:?}"),
        };
        for command in commands {
            let by = Actor::person(user(who), Role::Patient);
            for entry in room.decide(now, &by, command).expect("nothing is refused here") {
                let before = room.clone();
                room.evolve(&entry);
                let news = News::Entry { before: &before, after: &room, entry: &entry };
                Native.encode(&viewer, &news, &mut |word, body| {
                    assert_eq!(word, "event");
                    heard.push(serde_json::from_str(&body).expect("we say JSON"));
                });
            }
        }
    }
    heard
}

#[test]
fn every_event_has_its_number_and_its_words() {
    let heard = overheard("bob", "desk");
    let numbers: Vec<u64> = heard.iter().filter_map(|it| it["seq"].as_u64()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    let kinds: Vec<&str> = heard.iter().filter_map(|it| it["event"]["type"].as_str()).collect();
    assert_eq!(
        kinds,
        ["initiated", "rang", "joined", "answered", "joined", "mediaChanged", "ended"]
    );
    assert_eq!(heard[0]["event"]["call"]["people"][0]["person"]["name"], "ANN");
    assert_eq!(heard[3]["event"], json!({"type": "answered", "user": "bob", "elsewhere": false}));
    assert_eq!(heard[4]["event"]["participant"]["incarnation"], 5);
    assert_eq!(
        heard[6]["event"],
        json!({"type": "ended", "outcome": "completed", "by": "ann", "reason": "done", "durationSeconds": 2})
    );
}

#[test]
fn another_device_hears_that_it_was_answered_elsewhere() {
    let heard = overheard("bob", "phone");
    assert_eq!(heard[3]["event"]["elsewhere"], true);
    assert_eq!(heard[4]["event"]["elsewhere"], true);
    let heard = overheard("ann", "desk");
    assert_eq!(heard[3]["event"]["elsewhere"], false);
}

#[test]
fn exactly_one_of_two_gives_way() {
    let yields = |viewer: &str, peer: &str| {
        let (viewer, on) = (user(viewer), device("desk"));
        let viewer = seen_by(&viewer, &on);
        let mut room = Room::new("r1".parse::<RoomId>().expect("an id"), Rules::default());
        let start = json!({"callees": ["zed"]}).to_string();
        let Some(Ok(Heard::Start { invitation, then, .. })) = decoded(&Native, "start", &start)
        else {
            panic!("start is a command");
        };
        for command in [vec![Command::Initiate(invitation)], then].concat() {
            let by = Actor::person(user(peer), Role::Patient);
            let entries = room.decide(Timestamp::EPOCH, &by, command).expect("a plain call");
            entries.iter().for_each(|entry| room.evolve(entry));
        }
        let text = Native.consent(&viewer, &Answer::Call { room: &room, changed: true });
        let call: Value = serde_json::from_str(&text).expect("we say JSON");
        let people = call["result"]["people"].as_array().expect("a list").clone();
        people.iter().find(|it| it["person"]["id"] == peer).expect("in the call")["yieldTo"] == true
    };
    assert!(yields("zed", "ann"));
    assert!(!yields("zed", "zoe"));
    assert!(yields("ann", "clumsy"), "who cannot give way is given way to");
}

#[test]
fn signals_travel_as_they_are() {
    let (bob, desk) = (user("bob"), device("desk"));
    let viewer = seen_by(&bob, &desk);
    let said = r#"{"callId":"r1","to":"bob","kind":"candidate","body":{"candidate":"a=\u0041 1","sdpMid":"0"}}"#;
    let Some(Ok(Heard::Signal { signal, .. })) = decoded(&Native, "signal", said) else {
        panic!("a signal");
    };
    let mut told = Vec::new();
    let room = Room::new("r1".parse().expect("an id"), Rules::default());
    let news = News::Signal { room: &room, from: &user("ann"), signal };
    Native.encode(&viewer, &news, &mut |word, body| told.push(format!("{word} {body}")));
    let body = r#"{"candidate":"a=\u0041 1","sdpMid":"0"}"#;
    assert_eq!(
        told,
        [format!(r#"signal {{"callId":"r1","from":"ann","kind":"candidate","body":{body}}}"#)]
    );
}

#[test]
fn news_the_sdk_does_not_need_is_not_told() {
    let (bob, desk) = (user("bob"), device("desk"));
    let viewer = seen_by(&bob, &desk);
    let room = "r1".parse().expect("an id");
    let sample = Sample::default();
    for news in [
        News::QualityRequest { room: &room },
        News::QualityWarning {
            room: &room,
            warning: housecall_core::quality::Warning::Latency,
            sample: &sample,
        },
    ] {
        Native.encode(&viewer, &news, &mut |word, _| panic!("{word}"));
    }
}
