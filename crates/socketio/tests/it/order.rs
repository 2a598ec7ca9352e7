//! Events of one client, in their order.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Client, Poller};
use crate::stage::{PATIENCE, Stage, limits};

const EVENTS: usize = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_events_arrive_and_return_in_order() {
    let stage = Stage::new(limits()).await;
    let client = Client::join(&stage).await;
    let (mut sink, mut source) = client.stream.split();
    let sending = tokio::spawn(async move {
        for number in 0..EVENTS {
            let text = format!(r#"42["echo",{number}]"#);
            sink.feed(Message::text(text)).await.expect("the server reads");
        }
        sink.flush().await.expect("the server reads");
        sink
    });
    let mut expected = 0;
    while expected < EVENTS {
        let next = tokio::time::timeout(PATIENCE, source.next()).await.expect("in time");
        let text = next.expect("open").expect("open").into_text().expect("text");
        if text.as_str() == "2" {
            continue;
        }
        assert_eq!(text.as_str(), format!(r#"42["echo",{expected}]"#));
        expected += 1;
    }
    drop(sending.await);
    let lines = stage.log.lines();
    let seen = lines.iter().filter(|it| it.starts_with("echo"));
    for (number, line) in seen.enumerate() {
        assert_eq!(*line, format!("echo({number})"));
    }
}

#[tokio::test]
async fn one_request_of_many_events_is_handled_in_order() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    for round in 0..4 {
        let events: Vec<_> =
            (0..1000).map(|it| format!(r#"42["echo",{}]"#, round * 1000 + it)).collect();
        assert_eq!(poller.post(&events.join("\u{1e}")).await.body, "ok");
        let mut back = Vec::new();
        while back.len() < events.len() {
            let answer = poller.get().await;
            back.extend(answer.body.split('\u{1e}').filter(|it| *it != "2").map(str::to_owned));
        }
        assert_eq!(back, events);
    }
}

#[tokio::test]
async fn a_slow_handler_holds_back_what_follows() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send(r#"42["wait"]"#).await;
    client.send(r#"42["echo",1]"#).await;
    stage.log.wait_for("waits").await;
    stage.log.socket().emit("meanwhile", &1).expect("connected");
    assert_eq!(client.next().await, r#"42["meanwhile",1]"#, "packets still go out");
    assert_eq!(stage.log.count("echo"), 0, "nothing overtakes");
    stage.log.permit();
    assert_eq!(client.next().await, r#"42["echo",1]"#);
}
