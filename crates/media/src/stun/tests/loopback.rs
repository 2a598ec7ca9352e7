//! The server on a real socket.

use std::io;
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// How long an answer over loopback may take on a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(10);

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn start(address: &str) -> Running {
    let server = StunServer::bind(address.parse().expect("an address")).expect("it is free");
    let address = server.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    Running { address, stop, task }
}

async fn receive(client: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; 1500];
    let received = timeout(PATIENCE, client.recv(&mut bytes)).await;
    let length = received.expect("an answer comes").expect("loopback works");
    bytes.truncate(length);
    bytes
}

fn mapped(reply: &[u8]) -> SocketAddr {
    let reply = Message::parse(reply).expect("an answer is a message");
    let value = reply.find(Kind::XOR_MAPPED_ADDRESS).expect("a success has an address");
    read_xor_address(value, reply.transaction()).expect("the address has a right form")
}

async fn client_of(server: SocketAddr) -> UdpSocket {
    let client = UdpSocket::bind((server.ip(), 0)).await.expect("a port is free");
    client.connect(server).await.expect("loopback works");
    client
}

#[tokio::test]
async fn a_client_learns_its_address_and_garbage_changes_nothing() {
    let server = start("127.0.0.1:0");
    let client = client_of(server.address).await;
    let long = vec![0; 9000];
    for garbage in [&b""[..], b"hello", &[0x80; 1200], &long, &bare()[..19]] {
        client.send(garbage).await.expect("loopback works");
    }
    client.send(&bare()).await.expect("loopback works");
    assert_eq!(mapped(&receive(&client).await), client.local_addr().expect("it is bound"));

    server.stop.send(()).expect("it runs");
    timeout(PATIENCE, server.task).await.expect("it stops").expect("it did not panic");
    StunServer::bind(server.address).expect("the port is free again");
}

#[tokio::test]
async fn one_socket_serves_both_families() {
    // A machine without IPv6 has no `[::]`; there is nothing to show there.
    let Ok(free) = std::net::UdpSocket::bind("[::]:0") else { return };
    drop(free);
    let server = start("[::]:0");
    for host in ["127.0.0.1", "::1"] {
        let address = SocketAddr::new(host.parse().expect("an address"), server.address.port());
        let client = client_of(address).await;
        client.send(&bare()).await.expect("loopback works");
        assert_eq!(mapped(&receive(&client).await), client.local_addr().expect("it is bound"));
    }
}

#[tokio::test]
async fn a_flood_is_answered_by_a_burst_and_ten_a_second() {
    let server = start("127.0.0.1:0");
    let client = client_of(server.address).await;
    let began = Instant::now();
    for _ in 0..200 {
        client.send(&bare()).await.expect("loopback works");
    }
    for _ in 0..20 {
        receive(&client).await;
    }
    server.stop.send(()).expect("it runs");
    server.task.await.expect("it did not panic");

    let left = client.into_std().expect("a socket");
    let late = std::iter::from_fn(|| left.recv(&mut [0; 100]).ok()).count();
    let earned = began.elapsed().as_millis() as usize / 100 + 1;
    assert!(late <= earned, "{late} answers after the burst, {earned} were earned");
}

#[tokio::test]
async fn a_port_in_use_is_the_callers_to_explain() {
    let server = start("127.0.0.1:0");
    let refused = StunServer::bind(server.address).expect_err("it is taken");
    assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
}
