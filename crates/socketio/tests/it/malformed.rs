//! What must not be said ends the connection of whoever says it, and nothing
//! else.

use crate::client::Client;
use crate::stage::{Stage, limits};

/// Packets nobody may send, each to a fresh connection in the main namespace.
const MALFORMED: &[&str] = &[
    "",
    "7",
    "8",
    "9",
    "a",
    "abc",
    " ",
    "-",
    "é",
    "\u{1e}",
    "\0",
    "０",
    "0",
    "0{}",
    "0{\"sid\":1}",
    "2",
    "2probe",
    "4",
    "4abc",
    "4 ",
    "47",
    "48",
    "49",
    "4-1",
    "44",
    "44{}",
    "44{\"message\":1}",
    "40[]",
    "40null",
    "40\"x\"",
    "40{",
    "40{}}",
    "40/custom,[]",
    "40/custom,12{}",
    "41{}",
    "41[]",
    "42",
    "42{}",
    "42[]",
    "42null",
    "42\"x\"",
    "42[null]",
    "42[{}]",
    "42[[]]",
    "42[\"x\"",
    "42[\"x\"]]",
    "42[\"x\",]",
    "42[\"x\",NaN]",
    "42[\"x\",undefined]",
    "42['x']",
    "42abc[\"x\"]",
    "42-1[\"x\"]",
    "4299999999999999999999999[\"x\"]",
    "42[\"connect\"]",
    "42[\"disconnect\"]",
    "42[\"disconnecting\"]",
    "42[\"connect_error\"]",
    "42[\"newListener\"]",
    "42[\"removeListener\"]",
    "42/never,[\"x\"]",
    "42/custom,[\"x\"]",
    "43{}",
    "43",
    "431{}",
    "45[\"x\"]",
    "45-[\"x\"]",
    "45x-[\"x\"]",
    "45999-[\"x\"]",
    "4599999999999999999999-[\"x\"]",
    "46[]",
    "46-[]",
    "461-{}",
];

#[tokio::test]
async fn v5_a_malformed_packet_ends_its_connection_only() {
    let stage = Stage::new(limits()).await;
    let mut witness = Client::join(&stage).await;
    for packet in MALFORMED {
        let mut client = Client::join(&stage).await;
        client.send(packet).await;
        assert_eq!(client.ending().await, "<1002 protocol_error>", "{packet:?}");
        witness.send(r#"42["echo",1]"#).await;
        assert_eq!(witness.next().await, r#"42["echo",1]"#);
    }
    let count = MALFORMED.len();
    stage
        .log
        .wait_until("all ends", |lines| {
            lines.iter().filter(|it| *it == "out protocol_error").count() == count
        })
        .await;
}

#[tokio::test]
async fn v4_odd_but_allowed_packets_change_nothing() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let odd = [
        "3",
        "3probe",
        "5",
        "6",
        "6x",
        "40",
        "40{\"again\":true}",
        "43[]",
        "4399[]",
        "42[\"unknown\"]",
        "42[\"__proto__\",{\"constructor\":1}]",
        "42[\"toString\"]",
        "42[1,2]",
        "42[\"\"]",
        "42[\"x\",\"\\ud800\"]",
        "42[\"x\",1e400]",
        "42[\"x\",{\"a\":1,\"a\":2}]",
        "42[\"x\",\"\\u0000\"]",
        "450-[\"x\"]",
        "42 [\"x\"]",
        "42[\"x\"] ",
    ];
    for packet in odd {
        client.send(packet).await;
        client.send(r#"42["echo",1]"#).await;
        assert_eq!(client.next().await, r#"42["echo",1]"#, "after {packet:?}");
    }
}

#[tokio::test]
async fn v3_deep_json_costs_no_stack() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let deep = format!(r#"42["x",{}{}]"#, "[".repeat(100_000), "]".repeat(100_000));
    client.send(&deep).await;
    client.send(r#"42["echo",1]"#).await;
    assert_eq!(client.next().await, r#"42["echo",1]"#);
    let mut stranger = Client::open(&stage).await;
    stranger.send(&format!(r#"40{{"a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000))).await;
    assert!(stranger.next().await.starts_with("40{"), "credentials are text as well");
}

#[tokio::test]
async fn v5_text_that_is_no_text_ends_the_connection() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let frame = Frame::message(&b"42[\"\xff\"]"[..], OpCode::Data(Data::Text), true);
    client.stream.send(Message::Frame(frame)).await.expect("sent");
    assert_eq!(client.ending().await, "<1002 protocol_error>");
}
