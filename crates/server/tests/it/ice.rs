//! What clients are told to use.

use std::collections::HashMap;

use housecall::{Config, HandClock, Settings, start};
use housecall_core::{Actor, Role, Timestamp};
use housecall_media::turn::SharedSecret;
use serde_json::{Value, json};

use crate::{
    clinic::Clinic,
    relayed::{Relayed, own_address, relaying_house, said},
    support::TestHouse,
};

/// The moment of tests and an hour.
const EXPIRY: u64 = 1_700_003_600;

async fn told(house: &TestHouse, path: &str) -> Value {
    let (status, told) = house.get(path, &house.token("ann", Role::Patient)).await;
    assert_eq!(status, 200, "{told}");
    told
}

#[tokio::test]
async fn who_is_known_is_told_of_the_relay_with_a_credential_of_their_own() {
    let house = relaying_house(&[]).await;
    let credential = SharedSecret::new("north").sign("ann", EXPIRY);
    let servers = json!([
        {"urls": ["stun:h:3478"]},
        {
            "urls": ["turn:h:3478?transport=udp", "turn:h:3478?transport=tcp"],
            "username": credential.username,
            "credential": credential.password,
        },
    ]);
    for path in ["/api/ice-servers", "/webrtc/turn-credentials", "/api/v1/webrtc/turn-credentials"]
    {
        let expected = json!({"iceServers": servers, "ttl": 3600});
        assert_eq!(told(&house, path).await, expected, "{path}");
    }
    let expected = json!({"success": true, "iceServers": servers, "ttl": 3600});
    assert_eq!(told(&house, "/api/rtc/ice-servers").await, expected);
    assert_eq!(said(Relayed::with(&house, credential).await), "granted");
}

#[tokio::test]
async fn strangers_are_told_of_stun_only() {
    let house = relaying_house(&[]).await;
    let stun = json!([{"urls": ["stun:h:3478"]}]);
    let (status, public) = house.get("/api/rtc/ice-servers", "a.bad.token").await;
    assert_eq!((status, &public["iceServers"]), (200, &stun));
    for path in ["/api/ice-servers", "/webrtc/turn-credentials"] {
        assert_eq!(house.get(path, "").await.0, 401, "{path}");
    }
}

#[tokio::test]
async fn a_house_that_does_not_relay_tells_of_stun_only() {
    let house = relaying_house(&[("HOUSECALL_ICE__RELAY", "false")]).await;
    let expected = json!({"iceServers": [{"urls": ["stun:h:3478"]}], "ttl": 3600});
    assert_eq!(told(&house, "/api/ice-servers").await, expected);
    assert!(house.running().relays().is_empty());
}

#[tokio::test]
async fn external_servers_with_the_secret_take_the_same_credentials() {
    let house = TestHouse::with(&[
        ("WEBRTC_TURN_SERVERS", "turn:turn.example:3478, turns:turn.example:5349"),
        ("TURN_SECRET", "north"),
        ("HOUSECALL_ICE__CREDENTIAL_MINUTES", "10"),
    ])
    .await;
    let credential = SharedSecret::new("north").sign("ann", EXPIRY - 3000);
    let expected = json!({
        "iceServers": [{
            "urls": ["turn:turn.example:3478", "turns:turn.example:5349"],
            "username": credential.username,
            "credential": credential.password,
        }],
        "ttl": 600,
    });
    assert_eq!(told(&house, "/api/ice-servers").await, expected);
}

#[tokio::test]
async fn who_is_disabled_is_given_none_and_relays_no_longer() {
    let address = own_address().to_string();
    let relay = [("HOUSECALL_ICE__PORT", "3478"), ("HOUSECALL_ICE__HOST", address.as_str())];
    let clinic = Clinic::with(&relay).await;
    let mut phone = Relayed::open(&clinic.house, "eve").await;
    let eve = "eve".parse().expect("an id");
    let locked = clinic.store.set_disabled(&eve, true, &Actor::House, Timestamp::EPOCH).await;
    locked.expect("she is there");
    let paths = ["/api/ice-servers", "/webrtc/turn-credentials"];
    for path in paths {
        assert_eq!(clinic.no("eve", "GET", path, Value::Null).await, "401 user_disabled -");
    }
    let public = clinic.ok("eve", "GET", "/api/rtc/ice-servers", Value::Null).await;
    assert_eq!(public["iceServers"].as_array().map(Vec::len), Some(1), "{public}");
    assert_ne!(said(phone.turn.refresh(None).await), "granted");
}

#[tokio::test]
async fn a_house_that_cannot_relay_says_why() {
    let taken = relaying_house(&[]).await;
    let host = taken.running().stun().expect("it runs").ip().to_string();
    let refused = async |pairs: &[(&str, &str)]| {
        let usual = [
            ("PORT", "0"),
            ("DATABASE_URL", "sqlite::memory:"),
            ("ACCESS_SECRET", "north"),
            ("REFRESH_SECRET", "south"),
            ("TURN_SECRET", "north"),
            ("HOUSECALL_ICE__HOST", host.as_str()),
            ("TURN_PORT", "3478"),
        ];
        let pairs = usual.iter().chain(pairs);
        let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
        let clock = Box::new(HandClock::at(Timestamp::EPOCH));
        let started = start(Settings { config, demo: false, clock, dialects: Vec::new() }).await;
        started.err().expect("it does not start").to_string()
    };
    let sentence = refused(&[]).await;
    let port = format!("STUN and TURN cannot listen on UDP {host}:3478. Is something else using");
    assert!(sentence.starts_with(&port), "{sentence}");

    let missing = ("HOUSECALL_ICE__TLS_CERTIFICATE", "nowhere/chain.pem");
    let free = ("TURN_PORT", "3479");
    let sentence = refused(&[free, missing, ("HOUSECALL_ICE__TLS_KEY", "nowhere/key.pem")]).await;
    assert!(sentence.starts_with("TURN over TLS has no certificate it can use"), "{sentence}");
    assert!(sentence.contains("nowhere/chain.pem"), "{sentence}");

    let sentence = refused(&[("HOUSECALL_ICE__HOST", "no such host")]).await;
    assert!(sentence.starts_with("ice.host is no address of this machine"), "{sentence}");
    let sentence = refused(&[free, ("HOUSECALL_ICE__HOST", "192.0.2.1")]).await;
    assert!(sentence.contains("192.0.2.1"), "{sentence}");

    let weak = [("HOUSECALL_ENV", "production"), free];
    let strong = "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E";
    let secrets = [("ACCESS_SECRET", strong), ("REFRESH_SECRET", strong)];
    let sentence = refused(&[weak, secrets].concat()).await;
    assert!(sentence.starts_with("TURN_SECRET is too easy to guess"), "{sentence}");
}
