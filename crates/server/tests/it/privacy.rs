//! Nothing about people gets into the log: not even at its most talkative.

use std::{
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use housecall_core::Role;
use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::relayed::{Relayed, candidate, credential, relaying_house};

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics while logging").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

const NAME: &str = "Canaria";
const PASSWORD: &str = "canary-password";
const EMAIL: &str = "canary@clinic.example";
const SDP: &str = "o=- canary-sdp 2 IN IP4 203.0.113.77";
const REASON: &str = "canary reason";

#[tokio::test]
async fn the_log_holds_no_names_sdp_addresses_or_tokens() {
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_writer(log.clone())
        .finish();
    // The only test that sets it; the others log into it too, which adds to
    // what is searched.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets a subscriber");

    let house = relaying_house(&[]).await;
    let new = json!({"email": EMAIL, "password": PASSWORD, "name": NAME});
    let (status, session) = house.post("/api/auth/register", "", &new).await;
    assert_eq!(status, 201, "{session}");
    let token = session["accessToken"].as_str().expect("a token").to_owned();
    house.post("/api/auth/login", &token, &json!({"email": EMAIL, "password": "wrong"})).await;

    let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
    let id = house.visit(&mut ann, ("bob", &mut bob)).await;
    let offer =
        json!({"callId": id, "to": "bob", "kind": "offer", "body": {"type": "offer", "sdp": SDP}});
    assert_eq!(ann.ask("signal", offer).await["ok"], true);
    let announced: SocketAddr = "203.0.113.77:9".parse().expect("an address");
    let trickled =
        json!({"callId": id, "to": "bob", "kind": "candidate", "body": candidate(announced)});
    assert_eq!(ann.ask("signal", trickled).await["ok"], true);
    let mut phone = Relayed::open(&house, "bob").await;
    assert_eq!(phone.asks_for(announced).await, "403", "it is for documentation");
    let password = credential(&house, "bob").await.password;
    let garbled = json!({"callId": id, "to": "bob", "kind": "offer", "body": {"sdp": [SDP]}});
    assert_eq!(ann.ask("signal", garbled).await["ok"], false);
    assert_eq!(ann.ask("end", json!({"callId": id, "reason": REASON})).await["ok"], true);

    let log =
        String::from_utf8(log.0.lock().expect("nobody panics").clone()).expect("a log in UTF-8");
    assert!(log.contains("Connected"), "the log was kept");
    let mine = log.lines().filter(|line| line.contains("housecall"));
    let mine: Vec<&str> = mine.collect();
    let ann_token = house.token("ann", Role::Provider);
    for canary in
        [NAME, PASSWORD, EMAIL, "canary-sdp", "203.0.113.77", REASON, &token, &ann_token, &password]
    {
        let hit = mine.iter().find(|line| line.contains(canary));
        assert_eq!(hit, None, "the log knows {canary}");
    }
    assert!(!log.contains(PASSWORD), "nor do the libraries log passwords");
}
