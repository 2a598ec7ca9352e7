//! What an idle, authenticated client costs: opens many websockets against a
//! server in a process of its own and prints that process's growth.
//!
//! `cargo run --release --example idle_memory -- 5000`
//!
//! A second number is the size of an event that each client sends and gets
//! back first: nothing of such traffic may stay with a connection that is idle
//! afterwards.
//!
//! Both processes raise their limit of open files to the system's hard limit.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use housecall_socketio::{
    ConnectError, Event, Handler, Handshake, Limits, Reason, Reply, Server, Socket,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Failure = Box<dyn Error + Send + Sync>;
type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a browser sends along.
const HEADERS: [(&str, &str); 7] = [
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-GB,en;q=0.9,de;q=0.8,fr;q=0.7"),
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    (
        "cookie",
        "session=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA; theme=dark",
    ),
    ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"),
];

struct Quiet;

impl Handler for Quiet {
    type Session = Box<str>;

    async fn connect(&self, _: &Socket, handshake: Handshake) -> Result<Box<str>, ConnectError> {
        let auth = handshake.auth.ok_or_else(|| ConnectError::new("who are you?"))?;
        Ok(auth.get().into())
    }

    async fn event(&self, socket: &Socket, _: &Box<str>, event: Event<'_>, _: Option<Reply>) {
        let _ = socket.emit_raw(&event.word, event.text());
    }

    async fn disconnected(&self, _: &Socket, _: Box<str>, _: Reason) {}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
    match next("5000").as_str() {
        "serve" => serve().await,
        "connect" => connect(next("").parse()?, next("").parse()?).await,
        count => {
            let status = roomy(&["connect", count, &next("0")])?.wait()?;
            status.success().then_some(()).ok_or_else(|| "the clients failed".into())
        }
    }
}

/// This program again, with as many files as the system allows.
fn roomy(arguments: &[&str]) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .stdout(if arguments == ["serve"] { Stdio::piped() } else { Stdio::inherit() })
        .spawn()
}

async fn serve() -> Result<(), Failure> {
    let limits = Limits {
        handshakes_per_second: None,
        max_unauthenticated_per_address: 100_000,
        ..Limits::default()
    };
    // Two namespaces, so that the request is kept for the second.
    let server =
        Server::builder().limits(limits).namespace("/", Quiet).namespace("/other", Quiet).build();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    let service = server.router().into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

async fn connect(count: usize, size: usize) -> Result<(), Failure> {
    let mut server = roomy(&["serve"])?;
    let outcome = measure(&mut server, count, size).await;
    server.kill()?;
    server.wait()?;
    outcome
}

async fn measure(server: &mut Child, count: usize, size: usize) -> Result<(), Failure> {
    let stdout = server.stdout.take().ok_or("the server has no output")?;
    let mut port = String::new();
    BufReader::new(stdout).read_line(&mut port)?;
    let port: u16 = port.trim().parse()?;
    drop(join(port, 0).await?);
    let before = resident(server.id())?;
    let start = Instant::now();
    let mut clients = Vec::with_capacity(count);
    for batch in (0..count).step_by(50) {
        let joining = (batch..count.min(batch + 50)).map(|_| join(port, size));
        for client in futures_util::future::join_all(joining).await {
            clients.push(client?);
        }
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    // Long enough for what the handshakes left behind to be gone.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let grown = resident(server.id())? - before;
    println!("connections      {}", clients.len());
    println!("kB per session   {:.2}", grown as f64 / count as f64);
    println!("connects/s       {rate:.0}");
    println!("server kB        {before} before, {} after", before + grown);
    Ok(())
}

/// One authenticated client, after its first event.
async fn join(port: u16, size: usize) -> Result<Client, Failure> {
    let url = format!("ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket");
    let mut request = url.into_client_request()?;
    for (name, value) in HEADERS {
        request.headers_mut().insert(name, value.parse()?);
    }
    let (mut client, _) = tokio_tungstenite::connect_async(request).await?;
    client.next().await.ok_or("no open packet")??;
    client
        .send(Message::text(r#"40{"token":"eyJhbGciOiJIUzI1NiJ9.e30.abcdefghijklmnop"}"#))
        .await?;
    client.next().await.ok_or("no answer")??;
    if size > 0 {
        client.send(Message::text(format!(r#"42["large","{}"]"#, "x".repeat(size)))).await?;
        client.next().await.ok_or("no answer")??;
    }
    Ok(client)
}

/// The resident memory of a process, in kB.
fn resident(process: u32) -> Result<i64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
