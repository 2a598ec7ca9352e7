//! Strangers, floods and readers that stop.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use housecall_socketio::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, Http, Poller};
use crate::stage::{PATIENCE, Stage, limits};

/// The header of a masked binary frame of this length.
fn promise(length: u64) -> Vec<u8> {
    let mut head = vec![0x82, 0xff];
    head.extend(length.to_be_bytes());
    head.extend([0; 4]);
    head
}

/// A websocket whose bytes the test writes itself.
async fn raw(stage: &Stage) -> TcpStream {
    let mut tcp = TcpStream::connect(stage.address).await.expect("the server listens");
    let request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n\
        Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    tcp.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let read = tcp.read_buf(&mut answer).await.expect("the server answers");
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
    }
    tcp
}

/// The rest of what the server sends.
async fn rest(tcp: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(PATIENCE, tcp.read_to_end(&mut rest)).await;
    // A reset is an end as well: the server hung up on unread bytes.
    let _ = read.expect("an end in time");
    rest
}

#[tokio::test]
async fn v1_twenty_strangers_cannot_park_fifty_six_megabytes_each() {
    let stage = Stage::new(limits()).await;
    for _ in 0..20 {
        let mut tcp = raw(&stage).await;
        tcp.write_all(&promise(56 << 20)).await.expect("the server reads");
        let rest = rest(&mut tcp).await;
        assert_eq!(rest[..4], [0x88, 2 + 9, 0x03, 0xf1], "closed with 1009: {rest:?}");
    }
    stage.wait_empty().await;
}

#[tokio::test]
async fn v1_a_stranger_may_say_less_than_a_friend() {
    let stage = Stage::new(limits()).await;
    let mut tcp = raw(&stage).await;
    tcp.write_all(&promise(64 * 1024 + 1)).await.expect("the server reads");
    assert_eq!(rest(&mut tcp).await[2..4], [0x03, 0xf1]);
    let mut friend = Client::join(&stage).await;
    let large = format!(r#"42["ack","{}"]"#, "x".repeat(900_000)).replacen("42", "421", 1);
    friend.send(&large).await;
    // The answer is larger than a queue may be, but the message was taken.
    assert_eq!(friend.ending().await, "<1013 slow_consumer>");
    let mut friend = Client::join(&stage).await;
    friend.send(&format!(r#"42["x","{}"]"#, "x".repeat(1_000_000))).await;
    assert_eq!(friend.ending().await, "<1009 too_large>");
}

#[tokio::test]
async fn a8_a_poller_that_joins_nothing_ends() {
    let mut limits = limits();
    limits.connect_timeout = Duration::from_millis(300);
    let stage = Stage::new(limits).await;
    let mut poller = Poller::open(&stage).await;
    assert_eq!(poller.get().await.body, "1");
    stage.wait_empty().await;
}

#[tokio::test]
async fn l1_ten_thousand_handshakes_of_one_address_are_limited() {
    let limits = Limits {
        max_unauthenticated_per_address: 100_000,
        handshakes_per_second: NonZeroU32::new(100),
        ..Limits::default()
    };
    let burst = limits.handshake_burst.get() as usize;
    let stage = Stage::new(limits).await;
    let start = Instant::now();
    let mut http = Http::new(stage.address).await;
    let mut admitted = 0;
    for _ in 0..10_000 {
        http.send("GET", "EIO=4&transport=polling", "", b"").await;
        let answer = http.answer().await;
        match answer.status {
            200 => admitted += 1,
            429 => assert_eq!(answer.header("retry-after"), Some("1")),
            _ => panic!("{answer:?}"),
        }
    }
    let allowed = burst + 100 * (start.elapsed().as_secs() as usize + 1);
    assert!((burst..=allowed).contains(&admitted), "{admitted} of at most {allowed}");
}

#[tokio::test]
async fn c2_strangers_of_one_address_are_counted_until_they_join() {
    let mut limits = limits();
    limits.max_unauthenticated_per_address = 2;
    let stage = Stage::new(limits).await;
    let mut first = Client::open(&stage).await;
    let _second = Poller::open(&stage).await;
    assert!(Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.is_err());
    first.send("40").await;
    first.next().await;
    assert!(Client::dial(&stage, "EIO=4&transport=websocket", &[]).await.is_ok());
}

#[tokio::test]
async fn c1_a_reader_that_stops_is_gone_within_the_write_timeout() {
    let mut limits = limits();
    limits.write_timeout = Duration::from_millis(300);
    limits.max_queue = 64 << 20;
    let stage = Stage::new(limits).await;
    let mut client = Client::join(&stage).await;
    // More than the system's own buffers take.
    client.send(r#"42["fill",30000]"#).await;
    stage.log.wait_for("fill(30000)").await;
    let socket = stage.log.socket();
    assert!(socket.queued_bytes() > 1 << 20, "it waits for a reader");
    let start = Instant::now();
    stage.log.wait_for("out write_timeout").await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(socket.queued_bytes(), 0, "and nothing is left of it");
    assert!(!socket.is_connected());
    stage.wait_empty().await;
}

#[tokio::test]
async fn c1_a_full_queue_ends_a_slow_consumer_at_once() {
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    client.send(r#"42["fill",100000]"#).await;
    stage.log.wait_for("out slow_consumer").await;
    let socket = stage.log.socket();
    assert_eq!(socket.queued_bytes(), 0);
    stage.wait_empty().await;
    let ending = client.ending().await;
    assert!(["<1013 slow_consumer>", "<gone>"].contains(&ending.as_str()), "{ending}");
}

#[tokio::test]
async fn c1_a_slow_consumer_on_polling_ends_as_well() {
    let stage = Stage::new(limits()).await;
    let mut poller = Poller::join(&stage).await;
    poller.post(r#"42["fill",1000]"#).await;
    stage.log.wait_for("out slow_consumer").await;
    assert_eq!(poller.get().await.status, 400);
}

#[tokio::test]
async fn c1_own_requests_do_not_make_a_slow_consumer() {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    let stage = Stage::new(limits()).await;
    let mut client = Client::join(&stage).await;
    let text = format!(r#"42["echo","{}"]"#, "x".repeat(2000));
    for _ in 0..10 {
        // A megabyte of answers each round, four times the queue.
        for _ in 0..500 {
            client.stream.feed(Message::text(text.clone())).await.expect("the server reads");
        }
        client.stream.flush().await.expect("the server reads");
        for _ in 0..500 {
            assert_eq!(client.next().await.len(), text.len());
        }
    }
}

#[tokio::test]
async fn l1_behind_a_proxy_the_address_it_tells_counts() {
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    use housecall_socketio::ClientAddress;
    let mut limits = limits();
    limits.max_unauthenticated_per_address = 1;
    let trust = async |mut request: Request, next: Next| {
        let told = request.headers().get("x-real-ip").and_then(|it| it.to_str().ok()?.parse().ok());
        if let Some(address) = told {
            request.extensions_mut().insert(ClientAddress(address));
        }
        next.run(request).await
    };
    let stage = Stage::behind(limits, |it| it, |router| router.layer(from_fn(trust))).await;
    let mut http = Http::new(stage.address).await;
    for (address, status) in [("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.1", 429)] {
        let header = format!("X-Real-IP: {address}\r\n");
        http.send("GET", "EIO=4&transport=polling", &header, b"").await;
        assert_eq!(http.answer().await.status, status, "{address}");
    }
}
