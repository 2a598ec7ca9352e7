//! STUN on real sockets. What is relayed is tested from outside, in `tests`.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::super::access::Account;
use super::*;
use crate::stun::{Class, Kind, Message, Method, TransactionId, Writer, read_xor_address};

/// How long an answer over loopback may take on a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nobody is let in.
struct Nobody;

impl Access for Nobody {
    fn account(&self, _: &str) -> Option<Account> {
        None
    }

    fn may_stay(&self, _: &Holder) -> bool {
        false
    }

    fn may_reach(&self, _: &Holder, _: IpAddr) -> bool {
        false
    }

    fn may_meet(&self, _: &Holder, _: &Holder) -> bool {
        false
    }
}

struct Running {
    address: SocketAddr,
    handle: TurnHandle,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn bind(address: &str) -> Result<TurnServer, BindError> {
    let listen = address.parse().expect("an address");
    TurnServer::bind(Settings { listen, tls: None, relay: None, realm: "test".into() })
}

fn start(address: &str) -> Running {
    let server = bind(address).expect("it is free");
    let (address, handle) = (server.udp(), server.handle());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(server.run(Arc::new(Nobody), async {
        let _ = stopped.await;
    }));
    Running { address, handle, stop, task }
}

fn request(method: Method) -> Vec<u8> {
    let mut bytes = Vec::new();
    Writer::start(&mut bytes, Class::Request, method, TransactionId(*b"a dozen byte"));
    bytes
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
    for garbage in [&b""[..], b"hello", &[0x80; 1200], &long, &request(Method::BINDING)[..19]] {
        client.send(garbage).await.expect("loopback works");
    }
    client.send(&request(Method::BINDING)).await.expect("loopback works");
    assert_eq!(mapped(&receive(&client).await), client.local_addr().expect("it is bound"));

    server.stop.send(()).expect("it runs");
    timeout(PATIENCE, server.task).await.expect("it stops").expect("it did not panic");
    bind(&server.address.to_string()).expect("the port is free again");
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
        client.send(&request(Method::BINDING)).await.expect("loopback works");
        assert_eq!(mapped(&receive(&client).await), client.local_addr().expect("it is bound"));
    }
}

#[tokio::test]
async fn a_flood_is_answered_by_a_burst() {
    let server = start("127.0.0.1:0");
    let client = client_of(server.address).await;
    for _ in 0..200 {
        client.send(&request(Method::BINDING)).await.expect("loopback works");
    }
    for _ in 0..20 {
        receive(&client).await;
    }
    let answered = server.handle.counters().bindings;
    assert!((20..100).contains(&answered), "{answered} answers");
}

#[tokio::test]
async fn who_does_not_relay_is_silent_about_it_and_takes_no_streams() {
    let unused = bind("127.0.0.1:0").expect("it is free");
    assert_eq!((unused.tcp(), unused.tls()), (None, None));
    drop(unused);
    let server = start("127.0.0.1:0");
    let client = client_of(server.address).await;
    client.send(&request(Method::ALLOCATE)).await.expect("loopback works");
    client.send(&request(Method::BINDING)).await.expect("loopback works");
    mapped(&receive(&client).await);
}

#[tokio::test]
async fn a_port_in_use_is_the_callers_to_explain() {
    let server = start("127.0.0.1:0");
    let refused = bind(&server.address.to_string()).err().expect("it is taken");
    let BindError::Udp(address, error) = refused else { panic!("{refused}") };
    assert_eq!((address, error.kind()), (server.address, ErrorKind::AddrInUse));
}
