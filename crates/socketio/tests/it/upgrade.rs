//! From polling to a websocket.

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, Poller};
use crate::stage::{Stage, limits};

fn query(poller: &Poller) -> String {
    format!("EIO=4&transport=websocket&sid={}", poller.sid)
}

async fn dial(stage: &Stage, poller: &Poller) -> Client {
    Client::dial(stage, &query(poller), &[]).await.expect("accepted")
}

#[tokio::test]
async fn the_upgrade_of_the_document() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    let mut pending = poller.pending().await;
    let mut client = dial(&stage, &poller).await;
    client.send("2probe").await;
    assert_eq!(client.next().await, "3probe");
    assert_eq!(pending.answer().await.body, "6", "the poll goes home");
    stage.log.socket().emit("queued", &1).expect("connected");
    client.send("5").await;
    assert_eq!(client.next().await, r#"42["queued",1]"#, "nothing is lost");
    client.send(r#"42["echo",1]"#).await;
    assert_eq!(client.next().await, r#"42["echo",1]"#);
    assert_eq!(poller.get().await.status, 400, "requests are over");
    assert_eq!(poller.post("42[\"x\"]").await.status, 400);
    client.send(r#"42["echo",2]"#).await;
    assert_eq!(client.next().await, r#"42["echo",2]"#, "and do no harm");
    drop(client);
    stage.log.wait_for("out transport_closed").await;
}

#[tokio::test]
async fn what_follows_the_upgrade_packet_immediately_is_not_lost() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut client = dial(&stage, &poller).await;
    for packet in ["2probe", "5", r#"42["echo",1]"#, r#"42["echo",2]"#] {
        client.stream.feed(Message::text(packet)).await.expect("buffered");
    }
    client.stream.flush().await.expect("sent");
    for packet in ["3probe", r#"42["echo",1]"#, r#"42["echo",2]"#] {
        assert_eq!(client.next().await, packet);
    }
}

#[tokio::test]
async fn a_delivery_under_way_is_handled_before_the_websocket() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut http = crate::client::Http::new(stage.address).await;
    http.send("POST", &poller.query(), "", b"42[\"wait\"]\x1e42[\"echo\",1]").await;
    stage.log.wait_for("waits").await;
    let mut client = dial(&stage, &poller).await;
    client.send("2probe").await;
    assert_eq!(client.next().await, "3probe");
    client.send("5").await;
    client.send(r#"42["echo",2]"#).await;
    stage.log.permit();
    assert_eq!(http.answer().await.body, "ok");
    assert_eq!(client.next().await, r#"42["echo",1]"#);
    assert_eq!(client.next().await, r#"42["echo",2]"#);
}

#[tokio::test]
async fn a_second_websocket_is_closed() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut first = dial(&stage, &poller).await;
    let mut second = dial(&stage, &poller).await;
    assert_eq!(second.ending().await, "<1002 protocol_error>");
    first.send("2probe").await;
    assert_eq!(first.next().await, "3probe");
    first.send("5").await;
    first.send(r#"42["echo",1]"#).await;
    assert_eq!(first.next().await, r#"42["echo",1]"#);
    let mut third = dial(&stage, &poller).await;
    assert_eq!(third.ending().await, "<1002 protocol_error>");
    first.send(r#"42["echo",2]"#).await;
    assert_eq!(first.next().await, r#"42["echo",2]"#);
}

#[tokio::test]
async fn a_failed_probe_leaves_polling_as_it_was() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    for packets in [&["2wrong"][..], &["4hello"], &["5"], &["2probe", "4hello"]] {
        let mut client = dial(&stage, &poller).await;
        for packet in packets {
            client.send(packet).await;
        }
        assert_eq!(client.ending().await, "<1002 protocol_error>", "{packets:?}");
        assert_eq!(poller.post("42[\"echo\",1]").await.body, "ok");
        assert_eq!(poller.get().await.body, "42[\"echo\",1]");
    }
}

#[tokio::test]
async fn a_probe_that_is_never_finished_ends() {
    let mut limits = limits();
    limits.upgrade_timeout = std::time::Duration::from_secs(1);
    let stage = Stage::new(limits).await;
    let mut poller = Poller::join(&stage).await;
    let mut client = dial(&stage, &poller).await;
    client.send("2probe").await;
    assert_eq!(client.ending().await, "<1008 connect_timeout>");
    assert_eq!(poller.post("42[\"echo\",1]").await.body, "ok");
    assert_eq!(poller.get().await.body, "42[\"echo\",1]");
}

#[tokio::test]
async fn a_client_sent_away_during_the_upgrade_hears_of_it() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut client = dial(&stage, &poller).await;
    client.send("2probe").await;
    assert_eq!(client.next().await, "3probe");
    stage.log.socket().disconnect(true);
    stage.log.wait_for("out kicked").await;
    client.send("5").await;
    assert_eq!(client.next().await, "41");
    assert_eq!(client.next().await, "<1000 kicked>");
    stage.wait_empty().await;
}

#[tokio::test]
async fn a_poll_that_comes_after_the_upgrade_packet_is_refused() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::join(&stage).await;
    let mut client = dial(&stage, &poller).await;
    // Even if the server happens to read it first.
    let mut late = poller.pending().await;
    for packet in ["2probe", "5"] {
        client.stream.feed(Message::text(packet)).await.expect("buffered");
    }
    client.stream.flush().await.expect("sent");
    assert_eq!(late.answer().await.status, 400);
    assert_eq!(client.next().await, "3probe");
    client.send(r#"42["echo",1]"#).await;
    assert_eq!(client.next().await, r#"42["echo",1]"#);
}
