//! Frames bent at random, against the parsers and against a running server.

use bytes::Bytes;
use housecall_socketio::engine::payload;
use housecall_socketio::packet::{Content, Packet};
use housecall_socketio::websocket::frame::Decoder;

use crate::client::Client;
use crate::stage::{Stage, limits};

const ROUNDS: usize = 40_000;

/// Packets to start from.
const SEEDS: &[&str] = &[
    "0",
    "0/admin,{\"token\":\"123\"}",
    "1/admin,",
    "2[\"foo\"]",
    "212[\"foo\",1,{\"a\":[true,null]}]",
    "2/admin,13[\"bar\",\"\\u20ac €\"]",
    "3/admin,13[\"bar\"]",
    "312[]",
    "52-/admin,7[\"baz\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
    "61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]",
    "40",
    "42[\"x\"]\u{1e}bAQIDBA==\u{1e}3",
];

/// The generator of Marsaglia's xorshift paper: the same bends every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn bend(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(3) {
            let place = self.roll(bytes.len() + 1);
            match self.roll(5) {
                0 if place < bytes.len() => bytes[place] = self.roll(256) as u8,
                1 if place < bytes.len() => bytes[place] ^= 1 << self.roll(8),
                2 => bytes.insert(place, b"[]{},\"\\/-0123456789\x1e"[self.roll(20)]),
                3 => bytes.truncate(place),
                _ => bytes.extend_from_within(place..),
            }
        }
        bytes
    }
}

#[test]
fn v5_bent_packets_never_panic() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut understood = 0;
    for round in 0..ROUNDS {
        let bytes = dice.bend(SEEDS[round % SEEDS.len()].as_bytes());
        let text = String::from_utf8_lossy(&bytes);
        let _ = housecall_socketio::engine::Packet::decode(&text);
        let Ok(packet) = Packet::decode(&text) else {
            continue;
        };
        understood += 1;
        if let Content::Event { body, .. } = packet.content {
            // What was accepted is JSON, and can be put together again.
            let again = format!("[{},{}]", serde_json::json!(body.name()), body.arguments.text());
            let again = again.replace(",]", "]");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(&again).is_ok(), "{text}");
            let joined: Vec<_> = body.arguments.split().iter().map(|it| it.get()).collect();
            assert_eq!(joined.first().copied(), body.arguments.first(), "{text}");
        }
    }
    assert!(understood > ROUNDS / 20, "{understood} understood");
}

#[test]
fn v5_bent_payloads_never_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..ROUNDS {
        let bytes = dice.bend(SEEDS[round % SEEDS.len()].as_bytes());
        let text = String::from_utf8_lossy(&bytes);
        let _ = payload::decode(&text).count();
    }
}

#[test]
fn v5_bent_frames_never_panic_and_never_hold_more_than_the_limit() {
    let mut dice = Dice(0xd1b5_4a32_d192_ed03);
    for round in 0..ROUNDS {
        let mut bytes = Vec::new();
        for _ in 0..3 {
            bytes.extend(frame(SEEDS[round % SEEDS.len()].as_bytes()));
        }
        let bytes = dice.bend(&bytes);
        let mut decoder = Decoder::new(1000);
        let mut input = &bytes[..];
        while let Ok(Some(_)) = decoder.decode(&mut input) {}
    }
}

/// A masked text frame.
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x81, 0x80 | payload.len() as u8, 1, 2, 3, 4];
    bytes.extend(payload.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

#[tokio::test]
async fn v5_a_server_under_bent_packets_serves_the_others() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    let stage = Stage::new(limits()).await;
    let mut witness = Client::join(&stage).await;
    let mut dice = Dice(0x1234_5678_9abc_def1);
    for round in 0..200 {
        let mut client = Client::join(&stage).await;
        for turn in 0..100 {
            let seed = format!("4{}", SEEDS[(round + turn) % SEEDS.len()]);
            let bytes = dice.bend(seed.as_bytes());
            let message = match dice.roll(10) {
                0 => Message::Binary(Bytes::from(bytes)),
                _ => Message::text(String::from_utf8_lossy(&bytes).into_owned()),
            };
            if client.stream.send(message).await.is_err() {
                break;
            }
        }
        witness.send(r#"42["echo",1]"#).await;
        assert_eq!(witness.next().await, r#"42["echo",1]"#);
    }
    drop(witness);
    stage.wait_empty().await;
    assert_eq!(stage.log.count("in "), stage.log.count("out"), "every join has its end");
}
