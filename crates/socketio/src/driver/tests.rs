//! A connection on a pipe, with a clock that only moves when everybody waits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::drive_websocket;
use crate::engine::open::Transport;
use crate::handler::{AnyHandler, ConnectError, Handler};
use crate::handshake::{Handshake, RequestHead};
use crate::host::Host;
use crate::limits::Limits;
use crate::origin::OriginPolicy;
use crate::socketio::SocketIo;
use crate::websocket::wire::Wire;
use crate::{Event, Reason, Reply, Socket};

/// When each socket ended, and why.
type Ends = Arc<Mutex<Vec<(Duration, Reason)>>>;

struct Timed {
    start: Instant,
    ends: Ends,
}

impl Handler for Timed {
    type Session = ();

    async fn connect(&self, _: &Socket, _: Handshake) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn event(&self, socket: &Socket, (): &(), event: Event<'_>, _: Option<Reply>) {
        let seconds = event.parse().unwrap_or(0);
        match &*event.word {
            "sleep" => tokio::time::sleep(Duration::from_secs(seconds)).await,
            "fill" => (0..seconds).for_each(|it| drop(socket.emit("filler", &it))),
            _ => drop(socket.emit_raw("back", event.text())),
        }
    }

    async fn disconnected(&self, _: &Socket, (): (), reason: Reason) {
        self.ends.lock().push((self.start.elapsed(), reason));
    }
}

struct Pipe {
    client: WebSocketStream<DuplexStream>,
    start: Instant,
    ends: Ends,
    host: Arc<Host<SocketIo>>,
}

impl Pipe {
    /// A client of a server with the default limits.
    async fn open() -> Self {
        Self::with(Limits::default(), 1 << 20).await
    }

    /// A client whose network takes so many bytes.
    async fn with(limits: Limits, capacity: usize) -> Self {
        let start = Instant::now();
        let ends = Ends::default();
        let handler: Box<dyn AnyHandler> = Box::new(Timed { start, ends: Arc::clone(&ends) });
        let layer = SocketIo::new(vec![("/".into(), handler)]);
        let host = Arc::new(Host::new(layer, limits, OriginPolicy::default()));
        let permit = host.admit(None, Transport::Websocket).expect("the door is open");
        let link = host.open(Transport::Websocket, RequestHead::default(), permit);
        let (ours, theirs) = tokio::io::duplex(capacity);
        tokio::spawn(drive_websocket(link.expect("the server is up"), Box::new(Wire::new(theirs))));
        let client = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
        let mut pipe = Self { client, start, ends, host };
        assert!(pipe.next().await.starts_with("0{"));
        pipe
    }

    async fn join() -> Self {
        let mut pipe = Self::open().await;
        pipe.send("40").await;
        assert!(pipe.next().await.starts_with("40{"));
        pipe
    }

    async fn send(&mut self, packet: &str) {
        self.client.send(Message::text(packet)).await.expect("the server reads");
    }

    /// The next packet, or the reason of the end.
    async fn next(&mut self) -> String {
        match self.client.next().await {
            Some(Ok(Message::Close(Some(frame)))) => format!("<{}>", frame.reason),
            Some(Ok(message)) => message.into_text().expect("text").to_string(),
            _ => "<gone>".to_owned(),
        }
    }

    fn seconds(&self) -> u64 {
        self.start.elapsed().as_secs()
    }

    async fn ended(&self) -> (u64, Reason) {
        while self.host.count() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ends = self.ends.lock();
        assert_eq!(ends.len(), 1, "{ends:?}");
        (ends[0].0.as_secs(), ends[0].1)
    }
}

#[tokio::test(start_paused = true)]
async fn the_server_pings_every_ten_seconds_as_long_as_the_client_answers() {
    let mut pipe = Pipe::join().await;
    for round in 1..=10 {
        assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("2", 10 * round));
        pipe.send("3").await;
    }
}

#[tokio::test(start_paused = true)]
async fn c3_a_silent_client_is_gone_after_fifteen_seconds() {
    let mut pipe = Pipe::join().await;
    assert_eq!(pipe.next().await, "2");
    assert_eq!(pipe.next().await, "<ping_timeout>");
    assert_eq!(pipe.ended().await, (15, Reason::PingTimeout));
}

#[tokio::test(start_paused = true)]
async fn any_message_is_a_sign_of_life() {
    let mut pipe = Pipe::join().await;
    for round in 1..=5 {
        assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("2", 10 * round));
        tokio::time::sleep(Duration::from_secs(4)).await;
        pipe.send(r#"42["x",1]"#).await;
        assert_eq!(pipe.next().await, r#"42["back",1]"#);
    }
}

#[tokio::test(start_paused = true)]
async fn any_byte_of_a_message_is_a_sign_of_life() {
    use tokio::io::AsyncWriteExt;
    let mut pipe = Pipe::join().await;
    let tcp = pipe.client.get_mut();
    // A text message of 100 bytes, of which one comes every four seconds.
    tcp.write_all(&[0x81, 0x80 | 100, 0, 0, 0, 0, b'4']).await.expect("written");
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_secs(4)).await;
        pipe.client.get_mut().write_all(b"2").await.expect("written");
    }
    assert_eq!(pipe.host.count(), 1, "it lives after {} seconds", pipe.seconds());
}

#[tokio::test(start_paused = true)]
async fn a8_a_websocket_that_joins_nothing_ends_after_five_seconds() {
    let mut pipe = Pipe::open().await;
    assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("<connect_timeout>", 5));
}

#[tokio::test(start_paused = true)]
async fn a8_so_does_one_that_left() {
    let mut pipe = Pipe::join().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    pipe.send("41").await;
    assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("<connect_timeout>", 8));
    assert_eq!(pipe.ended().await, (3, Reason::ClientDisconnect));
}

#[tokio::test(start_paused = true)]
async fn v2_attachments_must_come_within_five_seconds() {
    let mut pipe = Pipe::join().await;
    pipe.send(r#"451-["x",{"_placeholder":true,"num":0}]"#).await;
    assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("<protocol_error>", 5));
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_does_not_cost_the_client_its_connection() {
    let mut pipe = Pipe::join().await;
    pipe.send(r#"42["sleep",55]"#).await;
    pipe.send(r#"42["x",1]"#).await;
    for round in 1..=5 {
        assert_eq!((pipe.next().await.as_str(), pipe.seconds()), ("2", 10 * round));
    }
    assert_eq!(pipe.next().await, r#"42["back",1]"#);
    assert_eq!(pipe.host.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn c1_a_reader_that_stops_is_gone_after_the_write_timeout() {
    let limits = Limits { max_queue: 1 << 20, ..Limits::default() };
    let mut pipe = Pipe::with(limits, 4096).await;
    pipe.send("40").await;
    assert!(pipe.next().await.starts_with("40{"));
    pipe.send(r#"42["fill",5000]"#).await;
    assert_eq!(pipe.ended().await, (5, Reason::WriteTimeout));
}

#[tokio::test(start_paused = true)]
async fn c1_a_reader_that_stops_is_gone_even_while_a_handler_runs() {
    let limits = Limits { max_queue: 1 << 20, ..Limits::default() };
    let mut pipe = Pipe::with(limits, 4096).await;
    pipe.send("40").await;
    assert!(pipe.next().await.starts_with("40{"));
    pipe.send(r#"42["fill",5000]"#).await;
    pipe.send(r#"42["sleep",7]"#).await;
    assert_eq!(pipe.ended().await.1, Reason::WriteTimeout);
}

#[tokio::test(start_paused = true)]
async fn c1_a_slow_reader_that_goes_on_reading_stays() {
    let limits = Limits { max_queue: 1 << 20, ..Limits::default() };
    let mut pipe = Pipe::with(limits, 64).await;
    pipe.send("40").await;
    assert!(pipe.next().await.starts_with("40{"));
    pipe.send(r#"42["fill",50]"#).await;
    for number in 0..50 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut next = pipe.next().await;
        if next == "2" {
            pipe.send("3").await;
            next = pipe.next().await;
        }
        assert_eq!(next, format!(r#"42["filler",{number}]"#));
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_end_nothing_is_kept_waiting() {
    let mut pipe = Pipe::join().await;
    pipe.send("42{}").await;
    assert_eq!(pipe.next().await, "<protocol_error>");
    // The peer neither hangs up nor reads on.
    assert_eq!(pipe.ended().await, (0, Reason::ProtocolError));
    assert!(pipe.seconds() <= 1, "{}", pipe.seconds());
}
