//! Questions of the server to a client.

use std::time::Duration;

use housecall_socketio::{AckError, EmitError};

use crate::client::Client;
use crate::stage::{PATIENCE, Stage, limits};

#[tokio::test]
async fn a_client_answers() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let socket = stage.log.socket();
    let first = socket.emit_with_ack("question", &"one", PATIENCE);
    let second = socket.emit_with_ack("question", &"two", PATIENCE);
    assert_eq!(client.next().await, r#"420["question","one"]"#);
    assert_eq!(client.next().await, r#"421["question","two"]"#);
    client.send(r#"431["b",{"c":1}]"#).await;
    client.send("430[]").await;
    let second = second.await.expect("an answer");
    assert_eq!(second.text(), r#""b",{"c":1}"#);
    assert_eq!(second.parse::<String>().expect("a string"), "b");
    let first = first.await.expect("an answer");
    assert_eq!(first.text(), "");
    assert_eq!(first.parse::<Option<u8>>().expect("nothing"), None);
}

#[tokio::test]
async fn an_answer_may_be_binary() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let answer = stage.log.socket().emit_with_ack("question", &1, PATIENCE);
    assert_eq!(client.next().await, r#"420["question",1]"#);
    client.send(r#"461-0[{"_placeholder":true,"num":0}]"#).await;
    client.send_bytes(&[1, 2, 3]).await;
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.attachments, [&[1, 2, 3][..]]);
}

#[tokio::test]
async fn v4_answers_nobody_waits_for_are_ignored() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let answer = stage.log.socket().emit_with_ack("question", &1, PATIENCE);
    client.next().await;
    for packet in ["4399[1]", "43[1]", "430[1]", "430[2]", r#"42["echo"]"#] {
        client.send(packet).await;
    }
    assert_eq!(client.next().await, r#"42["echo"]"#, "the connection is kept");
    assert_eq!(answer.await.expect("an answer").text(), "1", "the first answer counts");
}

#[tokio::test]
async fn no_answer_is_told_apart() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let socket = stage.log.socket();
    let late = socket.emit_with_ack("question", &1, Duration::ZERO).await;
    assert!(matches!(late, Err(AckError::Timeout)), "{late:?}");
    let pending = socket.emit_with_ack("question", &1, PATIENCE);
    client.send("41").await;
    let gone = pending.await;
    assert!(matches!(gone, Err(AckError::Disconnected)), "{gone:?}");
    stage.log.wait_for("out client_disconnect").await;
    let after = socket.emit_with_ack("question", &1, PATIENCE).await;
    assert!(matches!(after, Err(AckError::Emit(EmitError::NotConnected))), "{after:?}");
}

#[tokio::test]
async fn open_questions_are_limited() {
    let mut limits = limits();
    limits.max_pending_acks = 2;
    let stage = Stage::new(limits).await;
    let _client = Client::join(&stage).await;
    let socket = stage.log.socket();
    let open: Vec<_> = (0..2).map(|it| socket.emit_with_ack("q", &it, PATIENCE)).collect();
    let refused = socket.emit_with_ack("q", &2, PATIENCE).await;
    assert!(matches!(refused, Err(AckError::TooMany)), "{refused:?}");
    drop(open);
    let timed_out = socket.emit_with_ack("q", &3, Duration::ZERO).await;
    assert!(matches!(timed_out, Err(AckError::Timeout)), "forgotten questions free their place");
}
