//! Packets at a fixed pace, or as many as pass.

use std::{
    cell::Cell,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use housecall_media::{
    client::{Allocate, Allocation, ClientError, Endpoint, Proof, TurnClient},
    turn::Transport,
};
use tokio::{
    net::UdpSocket,
    task::{JoinSet, LocalSet},
    time::{MissedTickBehavior, interval, sleep},
};

use super::relay::{Relay, credential};

const CHANNEL: u16 = 0x4000;
const CHANNEL_HEADER: usize = 4;

/// Allocation Mismatch: there is one from the same port.
const MISMATCH: u16 = 437;

/// Packets of a fixed pace go out in batches, one each time this has passed.
const TICK: Duration = Duration::from_millis(1);

/// How many packets are under way when the relay decides the pace.
const UNDER_WAY: u64 = 256;
/// Packets that have not arrived by then are lost.
const LATEST: Duration = Duration::from_millis(20);

/// The first moments warm caches up and are not counted.
const WARMING: Duration = Duration::from_millis(500);
/// How long the last packets may take.
const DRAINING: Duration = Duration::from_millis(200);

/// How fast packets are offered.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// So many a second, all allocations and both ways together.
    Fixed(u32),
    /// As many as the relay takes.
    Saturating,
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(rate) => write!(f, "{rate}"),
            Self::Saturating => f.write_str("all"),
        }
    }
}

/// What is offered.
pub(super) struct Load {
    /// Bytes in a packet.
    pub(super) payload: usize,
    pub(super) allocations: usize,
    pub(super) pace: Pace,
    /// How many packets of one sender follow each other at once: those of a picture
    /// do.
    pub(super) train: usize,
}

/// What came of it.
pub(super) struct Traffic {
    /// Packets that arrived in `span`.
    pub(super) arrived: u64,
    pub(super) span: Duration,
    /// CPU of the relay in `span`.
    pub(super) cpu: Duration,
    /// The share of all packets that did not arrive.
    pub(super) lost: f64,
}

impl Traffic {
    /// Two runs together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            arrived: self.arrived + other.arrived,
            span: self.span + other.span,
            cpu: self.cpu + other.cpu,
            lost: f64::midpoint(self.lost, other.lost),
        }
    }
}

/// Packets so far. Everything is one thread.
#[derive(Default)]
struct Count {
    sent: Cell<u64>,
    arrived: Cell<u64>,
}

fn add(counter: &Cell<u64>, more: u64) {
    counter.set(counter.get() + more);
}

/// An allocation.
struct Way {
    client: TurnClient,
    socket: Arc<UdpSocket>,
    relayed: SocketAddr,
}

impl Load {
    pub(super) async fn run(&self, relay: &impl Relay, span: Duration) -> anyhow::Result<Traffic> {
        LocalSet::new().run_until(self.offer(relay, span)).await
    }

    async fn offer(&self, relay: &impl Relay, span: Duration) -> anyhow::Result<Traffic> {
        let peer = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?);
        let ways = allocate(relay, self.allocations, peer.local_addr()?).await?;
        let count = Rc::new(Count::default());
        let mut tasks = JoinSet::new();
        tasks.spawn_local(receive(peer.clone(), self.payload, count.clone()));
        for way in &ways {
            let length = CHANNEL_HEADER + self.payload;
            tasks.spawn_local(receive(way.socket.clone(), length, count.clone()));
        }
        let packet = packet(self.payload);
        let train = self.train;
        let packets = Rc::new(Packets { peer, ways, packet, train, count: count.clone() });
        let sending = tasks.spawn_local(send(packets.clone(), self.pace));

        sleep(WARMING).await;
        let (arrived, cpu, begun) = (count.arrived.get(), relay.cpu()?, Instant::now());
        sleep(span).await;
        let arrived = count.arrived.get() - arrived;
        let (cpu, span) = (relay.cpu()? - cpu, begun.elapsed());
        anyhow::ensure!(arrived > 0, "nothing arrives through {}", relay.name());
        sending.abort();
        sleep(DRAINING).await;
        tasks.shutdown().await;
        let packets = Rc::into_inner(packets).context("nobody sends any more")?;
        release(packets.ways).await?;
        let share = count.arrived.get() as f64 / count.sent.get() as f64;
        Ok(Traffic { arrived, span, cpu, lost: (1.0 - share).max(0.0) })
    }
}

/// A packet as clients send it: a peer's has no header.
fn packet(payload: usize) -> Vec<u8> {
    let length = u16::try_from(payload).expect("a packet is smaller than 64 KiB");
    let mut packet = vec![0xC7; CHANNEL_HEADER + payload];
    packet[..2].copy_from_slice(&CHANNEL.to_be_bytes());
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    packet
}

async fn allocate(relay: &impl Relay, count: usize, peer: SocketAddr) -> anyhow::Result<Vec<Way>> {
    let mut ways = Vec::new();
    let mut proof = None;
    while ways.len() < count {
        let (mut client, allocated) = ask(relay, proof.take()).await?;
        proof = client.proof().cloned();
        let allocation = match allocated {
            // coturn remembers a port of ours for a while after it was released.
            Err(error) if error.code() == Some(MISMATCH) => continue,
            other => other.with_context(|| format!("{} allocates nothing", relay.name()))?,
        };
        client.channel_bind(CHANNEL, peer).await?;
        let socket = client.socket().context("the client uses UDP")?;
        ways.push(Way { client, socket, relayed: allocation.address() });
    }
    Ok(ways)
}

/// Asks with the proof another has used, if there is one: a relay that answers
/// strangers slowly need not be asked how to prove who one is.
async fn ask(
    relay: &impl Relay,
    proof: Option<Proof>,
) -> anyhow::Result<(TurnClient, Result<Allocation, ClientError>)> {
    let endpoint = Endpoint::new(Transport::Udp, relay.address());
    let mut client = TurnClient::connect(&endpoint, Some(credential()?)).await?;
    client.set_proof(proof);
    let allocation = client.allocate(&Allocate::default()).await;
    Ok((client, allocation))
}

async fn release(ways: Vec<Way>) -> anyhow::Result<()> {
    for mut way in ways {
        way.client.refresh(Some(Duration::ZERO)).await?;
    }
    Ok(())
}

async fn receive(socket: Arc<UdpSocket>, length: usize, count: Rc<Count>) {
    let mut buffer = vec![0; 2_048];
    while socket.readable().await.is_ok() {
        while let Ok(received) = socket.try_recv(&mut buffer) {
            add(&count.arrived, u64::from(received == length));
        }
    }
}

/// What is sent, and from where to where.
struct Packets {
    peer: Arc<UdpSocket>,
    ways: Vec<Way>,
    packet: Vec<u8>,
    train: usize,
    count: Rc<Count>,
}

impl Packets {
    /// Sends the next train: out and back by turns, one allocation after the other.
    fn send_next(&self) {
        let turn = self.count.sent.get() as usize / self.train;
        (0..self.train).for_each(|_| self.send_in(turn));
    }

    fn send_in(&self, turn: usize) {
        let way = &self.ways[turn / 2 % self.ways.len()];
        // What finds no room counts as sent, and is lost.
        let _ = match turn % 2 {
            0 => way.socket.try_send(&self.packet),
            _ => self.peer.try_send_to(&self.packet[CHANNEL_HEADER..], way.relayed),
        };
        add(&self.count.sent, 1);
    }
}

async fn send(packets: Rc<Packets>, pace: Pace) {
    match pace {
        Pace::Fixed(rate) => send_at(&packets, rate).await,
        Pace::Saturating => saturate(&packets).await,
    }
}

async fn send_at(packets: &Packets, rate: u32) {
    let begun = Instant::now();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() * f64::from(rate)) as u64;
        while packets.count.sent.get() < due {
            packets.send_next();
        }
    }
}

async fn saturate(packets: &Packets) {
    let Count { sent, arrived } = &*packets.count;
    let mut lost = 0;
    let mut latest = (arrived.get(), Instant::now());
    loop {
        while sent.get().saturating_sub(arrived.get() + lost) < UNDER_WAY {
            packets.send_next();
        }
        tokio::task::yield_now().await;
        if arrived.get() != latest.0 {
            latest = (arrived.get(), Instant::now());
        } else if latest.1.elapsed() > LATEST {
            lost = sent.get().saturating_sub(arrived.get());
        }
    }
}
