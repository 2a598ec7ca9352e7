//! The protocol documents on a websocket.

use crate::client::Client;
use crate::stage::{Stage, limits};

#[tokio::test]
async fn a_session_opens_with_a_handshake() {
    let stage = Stage::new(limits()).await;
    let mut client =
        Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.expect("accepted");
    let open = client.next().await;
    let open: serde_json::Value = serde_json::from_str(&open[1..]).expect("JSON");
    assert_eq!(open["upgrades"], serde_json::json!([]));
    assert_eq!(open["pingInterval"], 10_000);
    assert_eq!(open["pingTimeout"], 5_000);
    assert_eq!(open["maxPayload"], 1_000_000);
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let stage = Stage::new(limits()).await;
    for query in ["transport=websocket", "EIO=3&transport=websocket", "EIO=4", "EIO=4&transport=x"]
    {
        assert!(Client::dial(&stage, query, &[]).await.is_err(), "{query}");
    }
    let unknown = "EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAAAA";
    assert!(Client::dial(&stage, unknown, &[]).await.is_err());
}

#[tokio::test]
async fn the_transports_id_is_not_the_sockets() {
    let stage = Stage::new(limits()).await;
    let mut client =
        Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.expect("accepted");
    let open = client.next().await;
    client.send("40").await;
    let joined = client.next().await;
    let id = stage.log.socket().id().to_string();
    assert!(joined.contains(&id), "{joined}");
    assert!(!open.contains(&id), "{open}");
    client.send("40/custom,").await;
    assert!(!client.next().await.contains(&id), "each namespace has its own");
}

#[tokio::test]
async fn connect_is_answered_and_what_is_sent_then_comes_after() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::open(&stage).await;
    client.send(r#"40{"greet":true}"#).await;
    assert!(client.next().await.starts_with(r#"40{"sid":""#));
    assert_eq!(client.next().await, r#"42["welcome","{\"greet\":true}"]"#);
    client.send(r#"40/custom,{"greet":1}"#).await;
    assert!(client.next().await.starts_with(r#"40/custom,{"sid":""#));
    assert_eq!(client.next().await, r#"42/custom,["welcome","{\"greet\":1}"]"#);
}

#[tokio::test]
async fn a_refused_connect_says_why() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::open(&stage).await;
    client.send("40/random").await;
    assert_eq!(client.next().await, r#"44/random,{"message":"Invalid namespace"}"#);
    client.send(r#"40{"refuse":1}"#).await;
    assert_eq!(client.next().await, r#"44{"message":"no","data":{"code":7}}"#);
    client.send(r#"40/custom,{"panic":1}"#).await;
    assert_eq!(client.next().await, r#"44/custom,{"message":"Internal error"}"#);
    client.send("40").await;
    assert!(client.next().await.starts_with("40{"), "the connection is kept");
}

#[tokio::test]
async fn a7_refused_connects_come_to_an_end() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::open(&stage).await;
    for _ in 0..9 {
        client.send(r#"40{"refuse":1}"#).await;
    }
    assert_eq!(client.ending().await, "<1008 too_many_refusals>");
}

#[tokio::test]
async fn events_and_acknowledgements_go_both_ways_in_their_namespace() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send("40/custom,").await;
    client.next().await;
    client.send(r#"42["echo",1,"2",{"3":[true]}]"#).await;
    assert_eq!(client.next().await, r#"42["echo",1,"2",{"3":[true]}]"#);
    client.send(r#"42/custom,["echo","€"]"#).await;
    assert_eq!(client.next().await, r#"42/custom,["echo","€"]"#);
    client.send(r#"42456["ack",1,"2"]"#).await;
    assert_eq!(client.next().await, r#"43456[1,"2"]"#);
    client.send(r#"42/custom,0["ack"]"#).await;
    assert_eq!(client.next().await, "43/custom,0[]");
}

#[tokio::test]
async fn leaving_one_namespace_keeps_the_others() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send("40/custom,").await;
    client.next().await;
    client.send("41/custom,").await;
    client.send(r#"42/custom,["echo","in flight"]"#).await;
    client.send(r#"42["echo","still here"]"#).await;
    assert_eq!(client.next().await, r#"42["echo","still here"]"#);
    client.send("40/custom,").await;
    assert!(client.next().await.starts_with("40/custom,{"), "it may come back");
}

#[tokio::test]
async fn an_event_in_flight_when_the_server_sends_a_client_away_is_ignored() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send("40/custom,").await;
    client.next().await;
    client.send(r#"42/custom,["leave"]"#).await;
    client.send(r#"42/custom,["echo","in flight"]"#).await;
    client.send(r#"42["echo","still here"]"#).await;
    assert_eq!(client.next().await, "41/custom,");
    assert_eq!(client.next().await, r#"42["echo","still here"]"#);
    stage.log.wait_for("out kicked").await;
}

#[tokio::test]
async fn pings_of_the_websocket_protocol_are_answered() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.stream.send(Message::Ping(crate::stage::bytes(b"now"))).await.expect("sent");
    assert_eq!(client.next().await, format!("<{:?}>", Message::Pong(crate::stage::bytes(b"now"))));
}

#[tokio::test]
async fn messages_sent_together_are_answered_in_order() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    for number in 0..500 {
        let text = format!(r#"42["echo",{number}]"#);
        client.stream.feed(Message::text(text)).await.expect("buffered");
    }
    client.stream.flush().await.expect("sent");
    for number in 0..500 {
        assert_eq!(client.next().await, format!(r#"42["echo",{number}]"#));
    }
}
