//! Requests that are none of ours.

use crate::client::{Http, Poller};
use crate::stage::{Stage, limits};

#[tokio::test]
async fn errors_have_the_numbers_both_sides_know() {
    let stage = Stage::new(limits()).await;
    let poller = Poller::open(&stage).await;
    let websocket = format!("EIO=4&transport=websocket&sid={}", poller.sid);
    let table = [
        ("GET", "EIO=4", 0, "Transport unknown"),
        ("GET", "EIO=4&transport=abc", 0, "Transport unknown"),
        ("GET", "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
        ("POST", "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAAAA", 1, "Session ID unknown"),
        ("POST", "EIO=4&transport=polling", 2, "Bad handshake method"),
        ("PUT", "EIO=4&transport=polling", 2, "Bad handshake method"),
        ("GET", "EIO=4&transport=websocket", 3, "Bad request"),
        ("GET", &websocket, 3, "Bad request"),
        ("PUT", &poller.query(), 3, "Bad request"),
        ("GET", "transport=polling", 5, "Unsupported protocol version"),
        ("GET", "EIO=3&transport=polling", 5, "Unsupported protocol version"),
    ];
    let mut http = Http::new(stage.address).await;
    for (method, query, code, message) in table {
        http.send(method, query, "", b"").await;
        let answer = http.answer().await;
        let body = format!(r#"{{"code":{code},"message":"{message}"}}"#);
        assert_eq!((answer.status, answer.body.as_str()), (400, body.as_str()), "{method} {query}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn the_session_of_a_websocket_cannot_be_polled() {
    let stage = Stage::new(limits()).await;
    let mut client =
        crate::client::Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.expect("open");
    let open: serde_json::Value = serde_json::from_str(&client.next().await[1..]).expect("JSON");
    let sid = open["sid"].as_str().expect("a session");
    let mut http = Http::new(stage.address).await;
    for method in ["GET", "POST"] {
        http.send(method, &format!("EIO=4&transport=polling&sid={sid}"), "", b"").await;
        assert_eq!(http.answer().await.status, 400);
    }
    client.send("40").await;
    assert!(client.next().await.starts_with("40{"), "and does not suffer from it");
}
