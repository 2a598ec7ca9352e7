//! Events with attachments.

use crate::client::Client;
use crate::stage::{Stage, limits};

const TWO: &str = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;

#[tokio::test]
async fn an_event_and_its_attachments_come_back() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send(&format!(r#"452-["echo",{TWO}]"#)).await;
    client.send_bytes(&[1, 2, 3]).await;
    client.send_bytes(&[4, 5, 6]).await;
    assert_eq!(client.next().await, format!(r#"452-["echo",{TWO}]"#));
    assert_eq!(client.next().await, r#"b"\x01\x02\x03""#);
    assert_eq!(client.next().await, r#"b"\x04\x05\x06""#);
}

#[tokio::test]
async fn an_acknowledgement_may_have_attachments() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::open(&stage).await;
    client.send("40/custom,").await;
    client.next().await;
    client.send(&format!(r#"452-/custom,789["ack",{TWO}]"#)).await;
    client.send_bytes(b"a").await;
    client.send_bytes(b"b").await;
    assert_eq!(client.next().await, format!("462-/custom,789[{TWO}]"));
    assert_eq!(client.next().await, r#"b"a""#);
    assert_eq!(client.next().await, r#"b"b""#);
}

#[tokio::test]
async fn v2_attachments_are_limited() {
    let mut limits = limits();
    limits.max_payload = 10_000;
    let stage = Stage::new(limits).await;
    let large: &'static [u8] = &[0; 6_000];
    let table: [(&str, &[&'static [u8]], &str); 5] = [
        (r#"459-["x"]"#, &[], "<1002 protocol_error>"),
        (r#"4510001-["x"]"#, &[], "<1002 protocol_error>"),
        (r#"452-["x",1,2]"#, &[large, large], "<1009 too_large>"),
        (r#"42["fine"]"#, &[b"nobody waits for it"], "<1002 protocol_error>"),
        (r#"450-["x"]"#, &[b"nobody waits for it"], "<1002 protocol_error>"),
    ];
    for (packet, attachments, ending) in table {
        let mut client = Client::join(&stage).await;
        client.send(packet).await;
        for attachment in attachments {
            client.send_bytes(attachment).await;
        }
        assert_eq!(client.ending().await, ending, "{packet}");
    }
}

#[tokio::test]
async fn v2_a_stranger_sends_no_attachments() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::open(&stage).await;
    client.send(r#"451-["x",{"_placeholder":true,"num":0}]"#).await;
    assert_eq!(client.ending().await, "<1002 protocol_error>");
}
