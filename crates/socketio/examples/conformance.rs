//! The server that test suites of both protocols are pointed at.
//!
//! `PORT=3000 cargo run --example conformance`
//!
//! The ping interval is 300 ms and the ping timeout 200 ms, as the published
//! suites want it; `PING_INTERVAL` and `PING_TIMEOUT` change that.
//!
//! - `/socket.io/` with the namespaces `/` and `/custom`: emits `auth` to
//!   newcomers, sends `message` back as `message-back` and `message-with-ack`
//!   as its acknowledgement. What else it answers to is for the tests with the
//!   JavaScript client, see [`Conformance::event`].
//! - `/engine.io/`: sends every message back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use bytes::Bytes;
use housecall_socketio::engine::Engine;
use housecall_socketio::{
    ConnectError, Connection, Event, Handler, Handshake, Layer, Limits, Message, OriginPolicy,
    Reason, Reply, RequestHead, Server, Socket,
};

fn limits() -> Limits {
    Limits {
        ping_interval: Duration::from_millis(number("PING_INTERVAL", 300)),
        ping_timeout: Duration::from_millis(number("PING_TIMEOUT", 200)),
        max_payload: 1_000_000,
        // The suites come from one address, again and again.
        handshakes_per_second: None,
        // One test queues 20,000 events at once.
        max_queue: 4 << 20,
        ..Limits::default()
    }
}

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

/// A namespace.
struct Conformance;

/// A client of it.
struct Guest {
    auth: String,
    /// The number the next `ordered` event must have.
    next: AtomicU64,
    inversions: AtomicU64,
}

impl Handler for Conformance {
    type Session = Guest;

    async fn connect(&self, _: &Socket, handshake: Handshake) -> Result<Guest, ConnectError> {
        let auth = handshake.auth.map_or_else(|| "{}".to_owned(), |it| it.get().to_owned());
        if auth.contains("refuse-me") {
            let data = serde_json::json!({ "code": "refused" });
            return Err(ConnectError::new("Not authorized").with_data(&data));
        }
        Ok(Guest { auth, next: AtomicU64::new(0), inversions: AtomicU64::new(0) })
    }

    async fn connected(&self, socket: &Socket, guest: &Guest) {
        let _ = socket.emit_raw("auth", &guest.auth);
    }

    async fn event(&self, socket: &Socket, guest: &Guest, event: Event<'_>, reply: Option<Reply>) {
        match &*event.word {
            "message" => send_back(socket, "message-back", &event),
            "message-with-ack" => {
                if let Some(reply) = reply {
                    let _ = reply.send_binary(event.text(), event.attachments);
                }
            }
            "ask-me" => ask(socket, &event),
            "ordered" => guest.count(&event),
            "how-ordered" => {
                if let Some(reply) = reply {
                    let _ = reply.send(&guest.counted());
                }
            }
            "send-ordered" => send_ordered(socket, &event),
            "leave-me" => socket.disconnect(false),
            "close-me" => socket.disconnect(true),
            _ => {}
        }
    }

    async fn disconnected(&self, _: &Socket, _: Guest, _: Reason) {}
}

impl Guest {
    fn count(&self, event: &Event<'_>) {
        let number: u64 = event.parse().unwrap_or(u64::MAX);
        if number != self.next.fetch_add(1, Ordering::Relaxed) {
            self.inversions.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counted(&self) -> serde_json::Value {
        let load = |it: &AtomicU64| it.load(Ordering::Relaxed);
        serde_json::json!({ "count": load(&self.next), "inversions": load(&self.inversions) })
    }
}

fn send_back(socket: &Socket, word: &str, event: &Event<'_>) {
    let _ = match event.attachments {
        [] => socket.emit_raw(word, event.text()),
        attachments => socket.emit_binary(word, event.text(), attachments),
    };
}

/// Asks the client a question and tells it what it answered. In a task of its
/// own, because answers are read after this handler has returned.
fn ask(socket: &Socket, event: &Event<'_>) {
    let question: serde_json::Value = event.parse().unwrap_or_default();
    let answer = socket.emit_with_ack("question", &question, Duration::from_secs(1));
    let socket = socket.clone();
    tokio::spawn(async move {
        let _ = match answer.await {
            Ok(answer) => socket.emit_binary("answered", answer.text(), &answer.attachments),
            Err(error) => socket.emit("unanswered", &error.to_string()),
        };
    });
}

fn send_ordered(socket: &Socket, event: &Event<'_>) {
    let count: u64 = event.parse().unwrap_or(0);
    for number in 0..count {
        let _ = socket.emit("ordered", &number);
    }
}

/// The engine by itself.
struct Echo;

impl Layer for Echo {
    type Session = Connection;

    fn open(&self, connection: &Connection, _: RequestHead) -> Connection {
        connection.trust();
        connection.clone()
    }

    async fn receive(&self, connection: &mut Connection, message: Message) -> Result<(), Reason> {
        match message {
            Message::Text(text) => connection.send_text(&text),
            Message::Binary(bytes) => connection.send_binary(Bytes::clone(&bytes)),
        }
        Ok(())
    }

    async fn close(&self, _: Connection, _: Reason) {}
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let server = Server::builder()
        .limits(limits())
        .allow_origin(|_| true)
        .namespace("/", Conformance)
        .namespace("/custom", Conformance)
        .build();
    let echo = Engine::new(Echo, limits(), OriginPolicy::rule(|_| true));
    let router = Router::new().merge(server.router()).merge(echo.router("/engine.io/"));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let listener =
        tokio::net::TcpListener::bind(format!("127.0.0.1:{}", number("PORT", 3000))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|tcp| {
        let _ = tcp.set_nodelay(true);
    });
    axum::serve(listener, service).await
}
