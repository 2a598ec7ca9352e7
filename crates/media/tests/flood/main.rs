//! A flood of requests from addresses that may be forged. In a process of its
//! own, because it watches the memory of the whole process.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use housecall_media::client::{Endpoint, Request, TurnClient};
use housecall_media::stun::{Kind, Method, TransactionId};
use housecall_media::turn::{
    Access, Account, Holder, Limits, Relay, RelayAddress, Settings, Transport, TurnServer,
};

/// Requests in all, and the addresses they come from.
const REQUESTS: usize = 200_000;
const SOURCES: usize = 2_000;

/// What memory may grow by; a kept record of 100 bytes a request would be 20 MB.
const GROWTH: usize = 4 * 1024 * 1024;

/// A house that knows nobody.
struct Nobody;

impl Access for Nobody {
    fn account(&self, _username: &str) -> Option<Account> {
        None
    }

    fn may_stay(&self, _holder: &Holder) -> bool {
        false
    }

    fn may_reach(&self, _holder: &Holder, _peer: IpAddr) -> bool {
        false
    }

    fn may_meet(&self, _one: &Holder, _other: &Holder) -> bool {
        false
    }
}

fn settings() -> Settings {
    let localhost = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Settings {
        listen: SocketAddr::new(localhost, 0),
        tls: None,
        relay: Some(Relay {
            addresses: vec![RelayAddress::plain(localhost)],
            ports: 49_152..=65_535,
            allowed_peers: Vec::new(),
            limits: Limits::default(),
        }),
        realm: "house".to_owned(),
    }
}

/// Memory of this process that is in use.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).expect("it has a VmRSS");
    let kilobytes = line.split_whitespace().next().and_then(|it| it.parse::<usize>().ok());
    kilobytes.expect("a number") * 1024
}

#[derive(Debug, Default, Clone, Copy)]
struct Traffic {
    asked: usize,
    answered: usize,
    answers: usize,
}

impl Traffic {
    fn count_answers(&mut self, socket: &UdpSocket) {
        let mut buffer = [0; 2048];
        loop {
            match socket.recv(&mut buffer) {
                Ok(length) => {
                    self.answered += length;
                    self.answers += 1;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => panic!("loopback does not work: {error}"),
            }
        }
    }
}

/// One of many addresses of loopback, each in a network of its own.
fn source(number: usize) -> Ipv4Addr {
    let [.., high, low] = u32::try_from(number).expect("it is small").to_be_bytes();
    Ipv4Addr::new(127, 1 + high, low, 1)
}

/// Sends so many requests from so many addresses, and counts what comes back.
fn flood(server: SocketAddr, requests: usize) -> Traffic {
    let mut traffic = Traffic::default();
    let each = requests / SOURCES;
    for number in 0..SOURCES {
        let socket = UdpSocket::bind((source(number), 0)).expect("all of 127.0.0.0/8 is ours");
        socket.connect(server).expect("loopback works");
        socket.set_nonblocking(true).expect("it can");
        for count in 0..each {
            let mut id = [0; 12];
            id[..8].copy_from_slice(&((number * each + count) as u64).to_be_bytes());
            let request = match count % 2 {
                0 => Request::new(Method::ALLOCATE),
                _ => Request::new(Method::ALLOCATE).with(Kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0]),
            };
            let bytes = request.bytes(TransactionId(id), None);
            traffic.asked += socket.send(&bytes).expect("loopback works");
            traffic.count_answers(&socket);
        }
        std::thread::yield_now();
        traffic.count_answers(&socket);
    }
    traffic
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_strangers_costs_no_memory_and_hits_nobody_harder() {
    let server = TurnServer::bind(settings()).expect("its address is free");
    let address = server.udp();
    let handle = server.handle();
    tokio::spawn(server.run(Arc::new(Nobody), std::future::pending()));
    let flooding = |requests| tokio::task::spawn_blocking(move || flood(address, requests));

    // What the first packets bring into memory is not the flood's.
    flooding(REQUESTS / 10).await.expect("it floods");
    let before = memory();
    let traffic = flooding(REQUESTS).await.expect("it floods");
    let grown = memory().saturating_sub(before);
    let counters = handle.counters();
    let factor = traffic.answered as f64 / traffic.asked as f64;
    println!(
        "{REQUESTS} requests from {SOURCES} addresses: {} bytes asked, {} answered ({factor:.2} \
         times) in {} answers, {} not answered by choice, memory grown by {grown} bytes",
        traffic.asked, traffic.answered, traffic.answers, counters.unanswered
    );
    assert!(traffic.answers > 0, "nobody was answered at all");
    assert!(factor <= 1.5, "{factor:.2} times the bytes came back");
    assert!(grown <= GROWTH, "memory has grown by {grown} bytes");
    assert_eq!(counters.allocations, [0; 3]);

    let endpoint =
        Endpoint { patience: Duration::from_secs(10), ..Endpoint::new(Transport::Udp, address) };
    let mut client = TurnClient::connect(&endpoint, None).await.expect("a socket");
    client.binding().await.expect("who comes after the flood is answered");
}
