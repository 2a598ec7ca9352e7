//! Requests that never finish their headers hold nothing for long.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::support::TestHouse;

const HALF_SENT: usize = 2_000;

#[tokio::test]
async fn half_sent_headers_are_closed_within_ten_seconds() {
    let house = TestHouse::open().await;
    let begun = Instant::now();
    let mut streams = Vec::with_capacity(HALF_SENT);
    for _ in 0..HALF_SENT {
        let mut stream = TcpStream::connect(house.address()).await.expect("the house listens");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow").await.expect("it reads");
        streams.push(stream);
    }
    // Others are served meanwhile.
    let request = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    assert_eq!(house.http(request).await.0, 200);

    for mut stream in streams {
        let mut answer = Vec::new();
        let end = timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "a half-sent request was still held after {:?}", begun.elapsed());
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
}
