//! A disconnect handler runs exactly once, whatever ends the socket.

use std::time::Duration;

use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::client::{Client, Poller};
use crate::stage::{PATIENCE, Stage, limits};

async fn check(stage: &Stage, out: &str) {
    stage.log.wait_for(out).await;
    stage.wait_empty().await;
    assert_eq!(stage.log.count("out"), 1, "{:?}", stage.log.lines());
}

#[tokio::test]
async fn the_client_leaves_with_a_packet() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send("41").await;
    stage.log.wait_for("out client_disconnect").await;
    drop(client);
    check(&stage, "out client_disconnect").await;
}

#[tokio::test]
async fn the_page_is_closed() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let away = CloseFrame { code: CloseCode::Away, reason: "".into() };
    client.stream.close(Some(away)).await.expect("sent");
    assert_eq!(client.ending().await, "<1001 transport_closed>", "the code comes back");
    check(&stage, "out transport_closed 1001").await;
}

#[tokio::test]
async fn the_connection_breaks() {
    let stage = Stage::new(limits()).await;
    drop(Client::join(&stage).await);
    check(&stage, "out transport_closed").await;
}

#[tokio::test]
async fn the_client_closes_the_engine() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send("1").await;
    assert!(client.ending().await.starts_with("<1000"));
    check(&stage, "out transport_closed").await;
}

#[tokio::test]
async fn the_server_sends_it_away() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    stage.log.socket().disconnect(false);
    assert_eq!(client.next().await, "41");
    stage.log.wait_for("out kicked").await;
    drop(client);
    check(&stage, "out kicked").await;
}

#[tokio::test]
async fn the_server_closes_it_and_what_was_sent_before_arrives() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let socket = stage.log.socket();
    socket.emit("error", &"go away").expect("connected");
    socket.disconnect(true);
    assert_eq!(client.next().await, r#"42["error","go away"]"#);
    assert_eq!(client.next().await, "41");
    assert_eq!(client.next().await, "<1000 kicked>");
    check(&stage, "out kicked").await;
}

#[tokio::test]
async fn a_handler_closes_its_own_socket() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send(r#"42["close"]"#).await;
    assert_eq!(client.next().await, "41");
    assert_eq!(client.next().await, "<1000 kicked>");
    check(&stage, "out kicked").await;
}

#[tokio::test]
async fn k4_a_panic_ends_one_socket_and_nobody_else() {
    let stage = Stage::new(limits()).await;
    let mut other = Client::join(&stage).await;
    let mut client = Client::join(&stage).await;
    client.send("40/custom,").await;
    client.next().await;
    client.send(r#"42/custom,["panic"]"#).await;
    assert_eq!(client.next().await, "41/custom,");
    stage.log.wait_for("out handler_panicked").await;
    client.send(r#"42["echo","same connection"]"#).await;
    assert_eq!(client.next().await, r#"42["echo","same connection"]"#);
    other.send(r#"42["echo","other connection"]"#).await;
    assert_eq!(other.next().await, r#"42["echo","other connection"]"#);
    assert_eq!(stage.log.count("out"), 1);
}

#[tokio::test]
async fn the_server_shuts_down() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let mut second = Client::join(&stage).await;
    let mut poller = Poller::join(&stage).await;
    let mut pending = poller.pending().await;
    stage
        .log
        .wait_until("three", |lines| lines.iter().filter(|it| **it == "in /").count() == 3)
        .await;
    assert!(stage.server.shutdown(PATIENCE).await, "everybody was told");
    assert_eq!(stage.log.count("out server_shutdown"), 3);
    assert_eq!(client.ending().await, "<1012 server_shutdown>");
    assert_eq!(second.ending().await, "<1012 server_shutdown>");
    assert_eq!(pending.answer().await.body, "1");
    assert_eq!(poller.get().await.status, 400);
    assert!(Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.is_err(), "closed");
}

#[tokio::test]
async fn a_shutdown_waits_for_handlers_but_not_for_ever() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send(r#"42["wait"]"#).await;
    stage.log.wait_for("waits").await;
    assert!(!stage.server.shutdown(Duration::from_millis(20)).await);
    assert_eq!(client.ending().await, "<1012 server_shutdown>", "the client is told at once");
    assert_eq!(stage.log.count("out"), 0, "the handler is not cut off");
    stage.log.permit();
    check(&stage, "out server_shutdown").await;
    let lines = stage.log.lines();
    let position = |line: &str| lines.iter().position(|it| it == line);
    assert!(position("wait()") < position("out server_shutdown"), "{lines:?}");
}

#[tokio::test]
async fn a_polling_client_closes() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    assert_eq!(poller.post("41\u{1e}1").await.body, "ok");
    check(&stage, "out client_disconnect").await;
}

#[tokio::test]
async fn a_polling_client_goes_away() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    drop(poller.pending().await);
    check(&stage, "out transport_closed").await;
}

#[tokio::test]
async fn a_polling_client_is_sent_away_and_hears_of_it() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    stage.log.socket().disconnect(true);
    assert_eq!(poller.get().await.body, "41");
    assert_eq!(poller.get().await.body, "1");
    check(&stage, "out kicked").await;
    assert_eq!(poller.get().await.status, 400);
}
