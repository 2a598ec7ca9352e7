//! The protocol documents on HTTP long-polling.

use std::time::Duration;

use crate::client::{Http, Poller};
use crate::stage::{Stage, limits};

#[tokio::test]
async fn packets_are_posted_and_polled() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    let answer = poller.post("42[\"echo\",1]\u{1e}42[\"echo\",\"€\"]\u{1e}427[\"ack\",3]").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
    let answer = poller.get().await;
    assert_eq!(answer.body, "42[\"echo\",1]\u{1e}42[\"echo\",\"€\"]\u{1e}437[3]");
}

#[tokio::test]
async fn binary_packets_are_base64() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    let payload = "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQIDBA==";
    assert_eq!(poller.post(payload).await.body, "ok");
    assert_eq!(poller.get().await.body, payload);
}

#[tokio::test]
async fn a_poll_waits_for_packets() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut pending = poller.pending().await;
    stage.log.socket().emit("news", &1).expect("connected");
    assert_eq!(pending.answer().await.body, r#"42["news",1]"#);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut http = Http::new(stage.address).await;
    for headers in ["", "Content-Type: application/octet-stream\r\n"] {
        http.send("POST", &poller.query(), headers, b"42[\"x\"]").await;
        assert_eq!(http.answer().await.body, "ok");
    }
}

#[tokio::test]
async fn a_broken_payload_ends_the_session() {
    let stage = Stage::new(limits()).await;
    let table: [&[u8]; 9] =
        [b"abc", b"", b"42[\"x\"]\x1e", b"b!!!", b"42{}", b"2probe", b"0{}", b"4\xff\xfe", b"44{}"];
    for payload in table {
        let mut poller = Poller::join(&stage).await;
        assert_eq!(poller.post_bytes(payload).await.status, 400, "{payload:?}");
        assert_eq!(poller.get().await.status, 400, "{payload:?}");
    }
    stage.wait_empty().await;
    assert_eq!(stage.log.count("out protocol_error"), 9);
}

#[tokio::test]
async fn two_polls_at_once_end_the_session() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    let mut first = poller.pending().await;
    stage.log.wait_for("in /").await;
    // The first is known to wait once it has taken what was queued for it.
    stage.log.socket().emit("news", &1).expect("connected");
    assert_eq!(first.answer().await.body, r#"42["news",1]"#);
    first.send("GET", &poller.query(), "", b"").await;
    let second = poller.get();
    let (first, second) = tokio::join!(first.answer(), second);
    let mut answers = [(first.status, first.body), (second.status, second.body)];
    answers.sort();
    assert_eq!(answers[0], (200, "1".to_owned()));
    assert_eq!(answers[1].0, 400);
    assert_eq!(poller.get().await.status, 400);
    stage.log.wait_for("out protocol_error").await;
}

#[tokio::test]
async fn two_deliveries_at_once_end_the_session() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    let mut slow = Http::new(stage.address).await;
    slow.send("POST", &poller.query(), "", b"42[\"wait\"]").await;
    stage.log.wait_for("waits").await;
    assert_eq!(poller.post("42[\"second\"]").await.status, 400);
    stage.log.permit();
    slow.answer().await;
    stage.log.wait_for("out protocol_error").await;
    assert_eq!(stage.log.count("second"), 0);
}

#[tokio::test]
async fn v6_a_delivery_over_the_limit_is_refused() {
    let mut limits = limits();
    limits.max_payload = 100_000;
    let stage = Stage::new(limits).await;
    let mut joined = Poller::join(&stage).await;
    let large = format!("42[\"{}\"]", "x".repeat(99_000));
    assert_eq!(joined.post(&large).await.status, 200);
    assert_eq!(joined.post(&"x".repeat(100_001)).await.status, 413);
    stage.log.wait_for("out too_large").await;
    let mut stranger = Poller::open(&stage).await;
    assert_eq!(stranger.post(&large).await.status, 413, "strangers may send less");
    assert_eq!(stranger.get().await.status, 400);
}

#[tokio::test]
async fn v6_a_body_that_does_not_come_ends_the_session() {
    let mut limits = limits();
    limits.body_timeout = Duration::from_secs(1);
    let stage = Stage::new(limits).await;
    let mut poller = Poller::join(&stage).await;
    let mut slow = Http::new(stage.address).await;
    slow.send("POST", &poller.query(), "Transfer-Encoding: chunked\r\n", b"").await;
    assert_eq!(slow.answer().await.status, 408);
    stage.log.wait_for("out protocol_error").await;
    assert_eq!(poller.get().await.status, 400);
}

#[tokio::test]
async fn the_server_pings_and_the_client_answers() {
    let mut limits = limits();
    limits.ping_interval = Duration::from_millis(500);
    limits.ping_timeout = Duration::from_secs(10);
    let stage = Stage::new(limits).await;
    let mut poller = Poller::join(&stage).await;
    for _ in 0..3 {
        assert_eq!(poller.get().await.body, "2");
        assert_eq!(poller.post("3").await.body, "ok");
    }
}

#[tokio::test]
async fn a_poll_alone_is_no_sign_of_life() {
    let mut limits = limits();
    limits.ping_interval = Duration::from_millis(500);
    limits.ping_timeout = Duration::from_millis(500);
    let stage = Stage::new(limits).await;
    let mut poller = Poller::join(&stage).await;
    assert_eq!(poller.get().await.body, "2");
    stage.log.wait_for("out ping_timeout").await;
    assert_eq!(poller.get().await.status, 400);
}

#[tokio::test]
async fn a_client_that_closes_gets_its_poll_back() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    assert_eq!(poller.post("1").await.body, "ok");
    assert_eq!(poller.get().await.body, "6", "a poll that crossed the close");
    assert_eq!(poller.get().await.status, 400);
    stage.log.wait_for("out transport_closed").await;
}
