//! Connections that say nothing, say it slowly, or say nonsense.

use std::net::SocketAddr;
use std::time::Duration;

use housecall_media::client::{Allocate, ClientError, Endpoint, Trust, TurnClient};
use housecall_media::turn::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval, timeout};

use crate::support::*;

/// Within which a connection that has not asked for anything is ended, and some
/// time for a busy machine.
const CUT: Duration = Duration::from_secs(25);

/// Waits until the other side ends the connection, sending a byte every now and
/// then, and says how long that took.
async fn until_cut(address: SocketAddr, bytes: &[u8]) -> Duration {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    let begun = Instant::now();
    let mut bytes = bytes.iter();
    let mut ticks = interval(Duration::from_millis(500));
    let ended = async {
        let mut buffer = [0; 512];
        loop {
            tokio::select! {
                read = stream.read(&mut buffer) => {
                    if matches!(read, Ok(0) | Err(_)) { return }
                }
                _ = ticks.tick() => {
                    if let Some(byte) = bytes.next() {
                        let _ = stream.write_all(&[*byte]).await;
                    }
                }
            }
        }
    };
    timeout(CUT, ended).await.expect("the connection is ended");
    begun.elapsed()
}

#[tokio::test]
async fn connections_that_ask_for_nothing_are_ended_and_others_are_not() {
    let house = House::with_tls();
    let mut client = house.client_over(Transport::Tcp, "ann").await;
    client.allocate(&Allocate::default()).await.expect("an allocation");
    let tls = house.tls.expect("it has a certificate");
    // A Binding request at a byte every half second never becomes whole in time.
    let request = [&[0, 1, 0, 200, 0x21, 0x12, 0xA4, 0x42][..], &[0; 212]].concat();
    let waits = tokio::join!(
        until_cut(house.tcp, b""),
        until_cut(house.tcp, &request),
        until_cut(house.tcp, &[0x40, 0, 0xFF, 0xF0, 1, 2, 3, 4]),
        until_cut(tls, b""),
        until_cut(tls, &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]),
    );
    println!("silent, slow and half-open connections were ended after {waits:?}");
    becomes("one connection left", || house.counters().connections == 1).await;
    assert_eq!(said(client.refresh(None).await), "granted", "who relays may be silent");
}

#[tokio::test]
async fn nonsense_is_not_answered_and_ended() {
    let house = House::open();
    let oversized = [&[0, 1, 0xFF, 0xFC, 0x21, 0x12, 0xA4, 0x42][..], &[0; 12]].concat();
    tokio::join!(
        check_nonsense(house.tcp, "HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        check_nonsense(house.tcp, "RTP", &[0x80; 64]),
        check_nonsense(house.tcp, "no cookie", &[0; 64]),
        check_nonsense(house.tcp, "longer than what comes", &oversized),
    );
    becomes("no connections left", || house.counters().connections == 0).await;
}

async fn check_nonsense(address: SocketAddr, name: &str, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    stream.write_all(bytes).await.expect("it can be sent");
    let mut rest = Vec::new();
    let read = timeout(CUT, stream.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "{name} goes on");
    assert!(rest.is_empty(), "{name} is answered with {rest:?}");
}

#[tokio::test]
async fn an_allocation_ends_with_its_connection() {
    let house = House::with_tls();
    for transport in [Transport::Tcp, Transport::Tls] {
        let mut client = house.client_over(transport, "ann").await;
        let allocation = client.allocate(&Allocate::default()).await.expect("an allocation");
        assert_eq!((house.allocations(), house.counters().connections), (1, 1));
        drop(client);
        becomes("the allocation released", || house.allocations() == 0).await;
        becomes("the port free", || std::net::UdpSocket::bind(allocation.address()).is_ok()).await;
    }
}

#[tokio::test]
async fn one_address_has_only_so_many_connections() {
    let house = House::with(with(|relay| relay.limits.connections_per_address = 2));
    let mut first = house.client_over(Transport::Tcp, "ann").await;
    let mut second = house.client_over(Transport::Tcp, "ann").await;
    assert_eq!(said(first.refresh(None).await), "437");
    assert_eq!(said(second.refresh(None).await), "437");
    let mut third = house.client_over(Transport::Tcp, "ann").await;
    let error = third.refresh(None).await.expect_err("the connection is ended");
    assert!(matches!(error, ClientError::Closed(_)), "{error}");
    let elsewhere = Endpoint { from: Some(ip("127.0.0.2")), ..house.endpoint(Transport::Tcp) };
    let mut other = connect(&elsewhere, Some(credential("ann"))).await;
    assert_eq!(said(other.refresh(None).await), "437");
    drop(first);
    becomes("one connection less", || house.counters().connections == 2).await;
    let mut fourth = house.client_over(Transport::Tcp, "ann").await;
    assert_eq!(said(fourth.refresh(None).await), "437");
}

#[tokio::test]
async fn a_certificate_must_be_believed() {
    let house = House::with_tls();
    let right = house.endpoint(Transport::Tls);
    assert!(TurnClient::connect(&right, None).await.is_ok());
    let anybody = Endpoint { trust: Trust::Anybody, ..right.clone() };
    assert!(TurnClient::connect(&anybody, None).await.is_ok());
    let wrong = [
        Endpoint { name: "elsewhere.example".into(), ..right.clone() },
        Endpoint { trust: Trust::System, ..right },
    ];
    for endpoint in wrong {
        let error = TurnClient::connect(&endpoint, None).await.err().expect("it is not believed");
        assert!(matches!(error, ClientError::Insecure(..)), "{error}");
    }
}

/// A client that does not read what comes to it loses packets, not the relay
/// memory; others go on.
#[tokio::test]
async fn who_does_not_read_does_not_stop_others() {
    let house = House::with(with(|relay| {
        relay.limits.allocation_rate = 0;
        relay.limits.holder_rate = 0;
    }));
    let mut deaf = house.client_over(Transport::Tcp, "ann").await;
    let relayed = deaf.allocate(&Allocate::default()).await.expect("an allocation");
    let peer = peer("127.0.0.1:0").await;
    deaf.create_permission(&[at(&peer)]).await.expect("a permission");
    let begun = Instant::now();
    while house.counters().dropped_without_room == 0 {
        assert!(begun.elapsed() < PATIENCE, "everything is kept for who does not read");
        for _ in 0..100 {
            peer.send_to(&[0; 1_200], relayed.address()).await.expect("it can be sent");
        }
        tokio::task::yield_now().await;
    }
    let (mut ben, of_ben) = house.guest("ben").await;
    ben.create_permission(&[at(&peer)]).await.expect("a permission");
    peer.send_to(b"for ben", of_ben.address()).await.expect("it can be sent");
    assert_eq!(received(&mut ben).await.bytes, b"for ben");
}
