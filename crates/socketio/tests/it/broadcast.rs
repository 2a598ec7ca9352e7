//! One event for many clients.

use housecall_socketio::Encoded;

use crate::client::{Client, Poller};
use crate::stage::{Stage, limits};

#[tokio::test]
async fn an_event_written_once_reaches_every_namespace_and_transport() {
    let stage = Stage::new(limits()).await;
    let mut main = Client::join(&stage).await;
    let mut other = Client::join(&stage).await;
    let mut poller = Poller::join(&stage).await;
    let mut custom = Client::open(&stage).await;
    custom.send("40/custom,").await;
    custom.next().await;
    stage
        .log
        .wait_until("four", |lines| lines.iter().filter(|it| it.starts_with("in ")).count() == 4)
        .await;
    let news = Encoded::new("news", &serde_json::json!({ "of": "all" })).expect("JSON");
    for socket in stage.log.sockets() {
        socket.emit_encoded(&news).expect("connected");
    }
    assert_eq!(main.next().await, r#"42["news",{"of":"all"}]"#);
    assert_eq!(other.next().await, r#"42["news",{"of":"all"}]"#);
    assert_eq!(poller.get().await.body, r#"42["news",{"of":"all"}]"#);
    assert_eq!(custom.next().await, r#"42/custom,["news",{"of":"all"}]"#);
}

#[tokio::test]
async fn one_slow_reader_does_not_keep_the_others_waiting() {
    let stage = Stage::new(limits()).await;
    let slow = Client::join(&stage).await;
    let mut quick = Client::join(&stage).await;
    stage.log.wait_until("two", |lines| lines.iter().filter(|it| *it == "in /").count() == 2).await;
    let news = Encoded::raw("news", format!("\"{}\"", "x".repeat(20_000)));
    let mut over = false;
    for round in 0..2000 {
        for socket in stage.log.sockets() {
            over |= socket.emit_encoded(&news).is_err();
        }
        assert_eq!(quick.next().await.len(), 20_000 + 13, "round {round}");
    }
    assert!(over, "nobody buffers forty megabytes");
    stage.log.wait_for("out slow_consumer").await;
    assert_eq!(stage.log.count("out"), 1);
    drop(slow);
}
