//! What a message costs the server's processor, next to a bare websocket that
//! sends every frame back.
//!
//! `cargo run --release --example relay_cost -- 400000`
//!
//! Fifty clients with eight messages in flight each, a session description's
//! worth of JSON in every fourth of them.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::any;
use axum::serve::ListenerExt;
use futures_util::{SinkExt, StreamExt};
use housecall_socketio::{
    ConnectError, Event, Handler, Handshake, Limits, Reason, Reply, Server, Socket,
};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

type Failure = Box<dyn Error + Send + Sync>;

const CLIENTS: usize = 50;
const IN_FLIGHT: usize = 8;

struct Relay;

impl Handler for Relay {
    type Session = ();

    async fn connect(&self, _: &Socket, _: Handshake) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn event(&self, socket: &Socket, (): &(), event: Event<'_>, reply: Option<Reply>) {
        let _ = match reply {
            Some(reply) => reply.send_raw(event.text()),
            None => socket.emit_raw(&event.word, event.text()),
        };
    }

    async fn disconnected(&self, _: &Socket, (): (), _: Reason) {}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_else(|| "400000".to_owned());
    match first.as_str() {
        "serve" => serve().await,
        count => {
            let count: usize = count.parse()?;
            for (name, path, opening) in [
                ("bare websocket", "/bare", &[][..]),
                ("events", "/socket.io/?EIO=4&transport=websocket", &["40"]),
                ("events with ack", "/socket.io/?EIO=4&transport=websocket", &["40", "ack"]),
            ] {
                let (cost, rate) = with_server(path, opening, count).await?;
                println!("{name:16} {cost:.2} µs of CPU per message, {rate:.0} messages/s");
            }
            Ok(())
        }
    }
}

async fn serve() -> Result<(), Failure> {
    let limits = Limits { handshakes_per_second: None, ..Limits::default() };
    let server = Server::builder().limits(limits).namespace("/", Relay).build();
    let bare = Router::new().route(
        "/bare",
        any(|upgrade: WebSocketUpgrade| async {
            upgrade.on_upgrade(|mut socket| async move {
                while let Some(Ok(message)) = socket.recv().await {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
            })
        }),
    );
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    let listener = listener.tap_io(|tcp| drop(tcp.set_nodelay(true)));
    Ok(axum::serve(listener, server.router().merge(bare)).await?)
}

async fn with_server(
    path: &'static str,
    opening: &'static [&'static str],
    count: usize,
) -> Result<(f64, f64), Failure> {
    let mut server =
        Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
    let outcome = measure(&mut server, path, opening, count).await;
    server.kill()?;
    server.wait()?;
    outcome
}

async fn measure(
    server: &mut Child,
    path: &'static str,
    opening: &'static [&'static str],
    count: usize,
) -> Result<(f64, f64), Failure> {
    let stdout = server.stdout.take().ok_or("the server has no output")?;
    let mut port = String::new();
    BufReader::new(stdout).read_line(&mut port)?;
    let port: u16 = port.trim().parse()?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(open(port, path, opening).await?);
    }
    let before = processor_time(server.id())?;
    let start = Instant::now();
    let acks = opening.contains(&"ack");
    let running = clients.into_iter().map(|it| tokio::spawn(run(it, acks, count / CLIENTS)));
    for finished in futures_util::future::join_all(running).await {
        finished??;
    }
    let messages = (count / CLIENTS * CLIENTS) as f64;
    let cost = (processor_time(server.id())? - before).as_secs_f64() / messages * 1e6;
    Ok((cost, messages / start.elapsed().as_secs_f64()))
}

async fn open(
    port: u16,
    path: &str,
    opening: &[&str],
) -> Result<WebSocketStream<TcpStream>, Failure> {
    let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    tcp.set_nodelay(true)?;
    let url = format!("ws://127.0.0.1:{port}{path}");
    let (mut client, _) = tokio_tungstenite::client_async(url, tcp).await?;
    if let Some(connect) = opening.first() {
        client.next().await.ok_or("no open packet")??;
        client.send(Message::text(*connect)).await?;
        client.next().await.ok_or("no answer")??;
    }
    Ok(client)
}

/// Keeps so many messages in flight until all have come back.
async fn run(
    mut client: WebSocketStream<TcpStream>,
    acks: bool,
    count: usize,
) -> Result<(), Failure> {
    let small = "x".repeat(100);
    let large = "x".repeat(2000);
    let mut sent = 0;
    let mut back = 0;
    while back < count {
        while sent < count && sent < back + IN_FLIGHT {
            let body = if sent % 4 == 0 { &large } else { &small };
            let id = if acks { sent.to_string() } else { String::new() };
            let packet = format!(r#"42{id}["relay",{{"to":"someone","sdp":"{body}"}}]"#);
            client.feed(Message::text(packet)).await?;
            sent += 1;
        }
        client.flush().await?;
        let message = client.next().await.ok_or("the server hung up")??;
        match message.to_text()? {
            "2" => client.send(Message::text("3")).await?,
            _ => back += 1,
        }
    }
    Ok(())
}

/// The time a process has spent on processors.
fn processor_time(process: u32) -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').ok_or("no stat")?.1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|it| it.parse().unwrap_or(0)).sum();
    // A tick is a hundredth of a second on every Linux in use.
    Ok(Duration::from_millis(ticks * 10))
}
