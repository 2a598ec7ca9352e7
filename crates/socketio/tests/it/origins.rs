//! Which pages may connect.

use crate::client::{Client, Http};
use crate::stage::{Stage, limits};

const OPEN: &str = "EIO=4&transport=polling";

async fn stage() -> Stage {
    Stage::build(limits(), |builder| builder.allow_origin(|it| it == "https://app.example")).await
}

async fn dial(
    stage: &Stage,
    origin: &str,
) -> Result<Client, tokio_tungstenite::tungstenite::Error> {
    Client::dial(stage, "EIO=4&transport=websocket", &[("origin", origin)]).await
}

#[tokio::test]
async fn h5_a_foreign_page_is_refused_on_both_transports() {
    let stage = stage().await;
    let mut http = Http::new(stage.address).await;
    http.send("GET", OPEN, "Origin: https://evil.example\r\n", b"").await;
    let answer = http.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (403, r#"{"code":4,"message":"Forbidden"}"#));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let foreign = dial(&stage, "https://evil.example").await;
    let none = dial(&stage, "null").await;
    let own = dial(&stage, "https://app.example").await;
    assert!(foreign.is_err() && none.is_err());
    assert!(own.is_ok());
}

#[tokio::test]
async fn an_allowed_page_may_read_the_answers() {
    let stage = stage().await;
    let mut http = Http::new(stage.address).await;
    http.send("GET", OPEN, "Origin: https://app.example\r\n", b"").await;
    let answer = http.answer().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=UTF-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn an_allowed_page_may_ask_what_it_may_send() {
    let stage = stage().await;
    let mut http = Http::new(stage.address).await;
    http.send("OPTIONS", OPEN, "Origin: https://app.example\r\n", b"").await;
    let answer = http.answer().await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, OPTIONS"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("Authorization, Content-Type"));
    http.send("OPTIONS", OPEN, "Origin: https://evil.example\r\n", b"").await;
    assert_eq!(http.answer().await.status, 403);
}
