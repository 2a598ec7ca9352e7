//! A server with a handler that writes down what happens to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use housecall_socketio::{
    Builder, ConnectError, Event, Handler, Handshake, Limits, Reason, Reply, Server, Socket,
};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

/// Nothing that is expected takes longer, however busy the machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the handlers saw, in order.
#[derive(Default)]
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    sockets: Mutex<Vec<Socket>>,
    changed: Notify,
    /// A `wait` event takes one of these.
    permits: Permits,
}

/// A semaphore that starts empty.
struct Permits(Semaphore);

impl Default for Permits {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl Log {
    pub(crate) fn write(&self, line: impl Into<String>) {
        self.lines.lock().push(line.into());
        self.changed.notify_waiters();
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().clone()
    }

    /// All sockets that ever joined.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        self.sockets.lock().clone()
    }

    /// The socket that joined last.
    pub(crate) fn socket(&self) -> Socket {
        self.sockets.lock().last().cloned().expect("somebody joined")
    }

    /// Lets one `wait` event go on.
    pub(crate) fn permit(&self) {
        self.permits.0.add_permits(1);
    }

    /// Waits until a line is there.
    pub(crate) async fn wait_for(&self, line: &str) {
        self.wait_until(line, |lines| lines.iter().any(|it| it == line)).await;
    }

    /// Waits until the lines are as they should be.
    pub(crate) async fn wait_until(&self, what: &str, done: impl Fn(&[String]) -> bool) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if done(&self.lines.lock()) {
                    return;
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(waited.is_ok(), "waited for {what:?}, have {:?}", self.lines());
    }

    pub(crate) fn count(&self, start: &str) -> usize {
        self.lines.lock().iter().filter(|it| it.starts_with(start)).count()
    }
}

/// Writes to the log; a few words make it do things.
struct Scribe(Arc<Log>);

impl Handler for Scribe {
    type Session = String;

    async fn connect(&self, socket: &Socket, handshake: Handshake) -> Result<String, ConnectError> {
        let auth = handshake.auth.map_or_else(String::new, |it| it.get().to_owned());
        if auth.contains("panic") {
            panic!("asked to");
        }
        if auth.contains("refuse") {
            let data = serde_json::json!({ "code": 7 });
            return Err(ConnectError::new("no").with_data(&data));
        }
        assert!(socket.emit("early", &1).is_err(), "nothing can be sent before joining");
        self.0.write(format!("join {} {auth}", socket.namespace()));
        Ok(auth)
    }

    async fn connected(&self, socket: &Socket, auth: &String) {
        if auth.contains("greet") {
            let _ = socket.emit("welcome", auth);
        }
        self.0.sockets.lock().push(socket.clone());
        self.0.write(format!("in {}", socket.namespace()));
    }

    async fn event(&self, socket: &Socket, _: &String, event: Event<'_>, reply: Option<Reply>) {
        match &*event.word {
            "echo" => send_back(socket, &event),
            "ack" => {
                if let Some(reply) = reply {
                    let _ = reply.send_binary(event.text(), event.attachments);
                }
            }
            "panic" => panic!("asked to"),
            "wait" => {
                self.0.write("waits");
                self.0.permits.0.acquire().await.expect("never closed").forget();
            }
            "leave" => socket.disconnect(false),
            "close" => socket.disconnect(true),
            "fill" => fill(socket, event.parse().unwrap_or(0)),
            _ => {}
        }
        self.0.write(format!("{}({})", event.word, event.text()));
    }

    async fn disconnected(&self, socket: &Socket, _: String, reason: Reason) {
        assert!(socket.emit("late", &1).is_err(), "nothing can be sent after the end");
        self.0.write(match reason {
            Reason::TransportClosed { code: Some(code) } => format!("out {reason} {code}"),
            _ => format!("out {reason}"),
        });
    }
}

fn send_back(socket: &Socket, event: &Event<'_>) {
    let _ = match event.attachments {
        [] => socket.emit_raw("echo", event.text()),
        attachments => socket.emit_binary("echo", event.text(), attachments),
    };
}

/// Sends kilobytes until they are sent, or nothing can be sent any more.
fn fill(socket: &Socket, kilobytes: usize) {
    let text = format!("\"{}\"", "x".repeat(1024));
    for _ in 0..kilobytes {
        if socket.emit_raw("filler", &text).is_err() {
            return;
        }
    }
}

/// A running server.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    pub(crate) server: Server,
    pub(crate) log: Arc<Log>,
}

impl Stage {
    pub(crate) async fn new(limits: Limits) -> Self {
        Self::build(limits, |builder| builder).await
    }

    pub(crate) async fn build(limits: Limits, change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::behind(limits, change, |router| router).await
    }

    /// A server behind a middleware.
    pub(crate) async fn behind(
        limits: Limits,
        change: impl FnOnce(Builder) -> Builder,
        middleware: impl FnOnce(axum::Router) -> axum::Router,
    ) -> Self {
        let log = Arc::new(Log::default());
        let builder = Server::builder()
            .limits(limits)
            .namespace("/", Scribe(Arc::clone(&log)))
            .namespace("/custom", Scribe(Arc::clone(&log)));
        let server = change(builder).build();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let service =
            middleware(server.router()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, server, log }
    }

    /// Waits until no connection is left.
    pub(crate) async fn wait_empty(&self) {
        let wait = async {
            while self.server.connections() > 0 {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(waited.is_ok(), "{} connections are left", self.server.connections());
    }
}

/// Limits that do not get into the way of a test about something else.
pub(crate) fn limits() -> Limits {
    Limits { handshakes_per_second: None, ..Limits::default() }
}

/// Binary data that is easy to recognise.
pub(crate) fn bytes(content: &'static [u8]) -> Bytes {
    Bytes::from_static(content)
}
