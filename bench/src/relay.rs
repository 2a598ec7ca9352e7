//! Signals between two sessions of a room, through dialect and membership.
//! Every signal that arrives is answered by one in the other direction, so a
//! fixed number is under way and the server decides the pace.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Value, json};

use crate::{
    client::{Client, event, is_signal},
    server::Server,
};

/// How many bytes of signals are under way in all rooms together: half of what
/// may wait for one client, because with one room they may all wait for one.
const UNDER_WAY: usize = 128 * 1024;

/// Pairs of sessions connect in groups of this size.
const AT_ONCE: usize = 50;

/// What is relayed.
struct Load {
    name: &'static str,
    kind: &'static str,
    body: Value,
}

pub(crate) async fn run(seconds: usize) -> anyhow::Result<()> {
    println!("{} KB of signals under way; {seconds} s a row", UNDER_WAY / 1024);
    println!("{:<18}{:>8}{:>14}{:>18}", "", "rooms", "signals/s", "CPU µs a signal");
    for load in [candidate(), offer()] {
        for rooms in [1, 100, 1_000] {
            let row = measure(&load, rooms, Duration::from_secs(seconds as u64)).await?;
            println!("{:<18}{rooms:>8}{:>14.0}{:>18.2}", load.name, row.rate, row.cpu);
        }
    }
    Ok(())
}

fn candidate() -> Load {
    let line = "candidate:842163049 1 udp 1677729535 203.0.113.17 46154 typ srflx raddr \
                192.168.1.7 rport 46154 generation 0 ufrag EsAw network-cost 999";
    let body = json!({"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0});
    Load { name: "candidate, 200 B", kind: "candidate", body }
}

fn offer() -> Load {
    let line = "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n";
    let sdp = format!("v=0\r\n{}", line.repeat(4_000 / line.len()));
    Load { name: "offer, 4 KB", kind: "offer", body: json!({"type": "offer", "sdp": sdp}) }
}

struct Row {
    rate: f64,
    /// Microseconds.
    cpu: f64,
}

async fn measure(load: &Load, rooms: usize, span: Duration) -> anyhow::Result<Row> {
    let server = Server::start()?;
    let relayed = Arc::new(AtomicU64::new(0));
    let mut loops = Vec::new();
    for first in (0..rooms).step_by(AT_ONCE) {
        let group = (first..rooms.min(first + AT_ONCE)).map(|room| pair(&server, load, room));
        for (one, other) in futures_util::future::try_join_all(group).await? {
            loops.push((one, other));
        }
    }
    let tokens = (UNDER_WAY / load.body.to_string().len() / rooms).max(1);
    let tasks: Vec<_> = loops
        .into_iter()
        .flat_map(|(one, other)| {
            [
                tokio::spawn(answer_each(one, tokens, relayed.clone())),
                tokio::spawn(answer_each(other, 0, relayed.clone())),
            ]
        })
        .collect();

    // The first moments warm caches up and are not counted.
    tokio::time::sleep(span / 5).await;
    let (count, cpu, begun) = (relayed.load(Ordering::Relaxed), server.cpu()?, Instant::now());
    tokio::time::sleep(span).await;
    let seconds = begun.elapsed().as_secs_f64();
    let count = (relayed.load(Ordering::Relaxed) - count) as f64;
    let cpu = (server.cpu()? - cpu).as_secs_f64();
    let failed = tasks.iter().filter(|it| it.is_finished()).count();
    anyhow::ensure!(failed == 0, "{failed} clients were disconnected");
    Ok(Row { rate: count / seconds, cpu: cpu * 1e6 / count })
}

/// One side of a room: a session, and the packet it says.
struct Side {
    client: Client,
    packet: String,
}

async fn pair(server: &Server, load: &Load, room: usize) -> anyhow::Result<(Side, Side)> {
    let names = [format!("caller-{room}"), format!("callee-{room}")];
    let mut caller = connect(server, &names[0]).await?;
    let mut callee = connect(server, &names[1]).await?;
    let call = caller.ask("start", &json!({"callees": [names[1]]})).await?;
    let id = call["id"].as_str().context("a call has an id")?;
    callee.ask("answer", &json!({"callId": id})).await?;
    let packet = |to: &str| {
        event("signal", &json!({"callId": id, "to": to, "kind": load.kind, "body": load.body}))
    };
    let one = Side { packet: packet(&names[1]), client: caller };
    Ok((one, Side { packet: packet(&names[0]), client: callee }))
}

async fn connect(server: &Server, name: &str) -> anyhow::Result<Client> {
    Client::connect(server.port, &server.token(&name.parse()?)).await
}

async fn answer_each(mut side: Side, first: usize, relayed: Arc<AtomicU64>) -> anyhow::Result<()> {
    for _ in 0..first {
        side.client.send(&side.packet).await?;
    }
    loop {
        let packet = side.client.next().await?;
        if is_signal(&packet) {
            relayed.fetch_add(1, Ordering::Relaxed);
            side.client.send(&side.packet).await?;
        }
    }
}
