//! Behind a web server, and without one.

use std::collections::HashMap;

use housecall::{Config, HandClock, Settings, start};
use housecall_core::Timestamp;

use crate::support::TestHouse;

async fn handshake(house: &TestHouse, forwarded: &str) -> u16 {
    let request = format!(
        "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
         X-Forwarded-For: {forwarded}\r\n\r\n"
    );
    house.http(&request).await.0
}

#[tokio::test]
async fn clients_behind_a_proxy_are_counted_one_by_one() {
    let limit = ("HOUSECALL_LIMITS__HANDSHAKES_PER_MINUTE", "3");
    let house = TestHouse::with(&[limit, ("HOUSECALL_SERVER__BEHIND_PROXY", "true")]).await;
    for _ in 0..3 {
        assert_eq!(handshake(&house, "198.51.100.1").await, 200);
    }
    // What a client claims in front of what the proxy adds does not help.
    assert_eq!(handshake(&house, "203.0.113.9, 198.51.100.1").await, 429);
    assert_eq!(handshake(&house, "198.51.100.2").await, 200);
}

#[tokio::test]
async fn without_a_proxy_nobody_is_believed() {
    let house = TestHouse::with(&[("HOUSECALL_LIMITS__HANDSHAKES_PER_MINUTE", "3")]).await;
    for number in 0..3 {
        assert_eq!(handshake(&house, &format!("198.51.100.{number}")).await, 200);
    }
    assert_eq!(handshake(&house, "198.51.100.9").await, 429);
}

#[tokio::test]
async fn production_does_not_serve_plain_http_to_everybody() {
    let settings = [
        ("HOST", "0.0.0.0"),
        ("PORT", "0"),
        ("HOUSECALL_ENV", "production"),
        ("HOUSECALL_ICE__PORT", "0"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("ACCESS_SECRET", "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E"),
        ("REFRESH_SECRET", "Yq0m3vKXn1b7wq4Tz8s5rLd2uGhJ6pXc"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(None, &HashMap::from(settings)).expect("good settings");
    let clock = Box::new(HandClock::at(Timestamp::EPOCH));
    let refused = start(Settings { config, demo: false, clock, dialects: Vec::new() }).await.err();
    assert!(refused.is_some_and(|it| it.to_string().contains("HOST to 127.0.0.1")));
}
