//! Clients that can do what no well-behaved client does.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::stage::{PATIENCE, Stage};

/// A websocket that sends and receives packets as text.
pub(crate) struct Client {
    pub(crate) stream: WebSocketStream<TcpStream>,
}

impl Client {
    /// Opens a websocket and reads the open packet.
    pub(crate) async fn open(stage: &Stage) -> Self {
        let mut client =
            Self::dial(stage, "EIO=4&transport=websocket", &[]).await.expect("a websocket");
        let open = client.next().await;
        assert!(open.starts_with("0{"), "{open}");
        client
    }

    /// Opens a websocket and joins the main namespace.
    pub(crate) async fn join(stage: &Stage) -> Self {
        let mut client = Self::open(stage).await;
        client.send("40").await;
        let joined = client.next().await;
        assert!(joined.starts_with(r#"40{"sid":""#), "{joined}");
        client
    }

    pub(crate) async fn dial(
        stage: &Stage,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let url = format!("ws://{}/socket.io/?{query}", stage.address);
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        let tcp = TcpStream::connect(stage.address).await?;
        let (stream, _) = tokio_tungstenite::client_async(request, tcp).await?;
        Ok(Self { stream })
    }

    pub(crate) async fn send(&mut self, packet: &str) {
        self.stream.send(Message::text(packet)).await.expect("the server reads");
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &'static [u8]) {
        self.stream.send(Message::binary(bytes)).await.expect("the server reads");
    }

    /// The next message: text as it is, bytes in brackets, an end in angle
    /// brackets. Pings are answered on the way.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await.expect("a message in time");
            match next {
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.send("3").await,
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Binary(bytes))) => return format!("{bytes:?}"),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return format!("<{} {}>", u16::from(frame.code), frame.reason);
                }
                Some(Ok(other)) => return format!("<{other:?}>"),
                None | Some(Err(_)) => return "<gone>".to_owned(),
            }
        }
    }

    /// What the server says at the end, packets aside.
    pub(crate) async fn ending(&mut self) -> String {
        loop {
            let next = self.next().await;
            if next.starts_with('<') {
                return next;
            }
        }
    }
}

/// The answer to a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A connection for requests.
pub(crate) struct Http {
    tcp: TcpStream,
    buffer: Vec<u8>,
}

impl Http {
    pub(crate) async fn new(address: SocketAddr) -> Self {
        let tcp = TcpStream::connect(address).await.expect("the server listens");
        Self { tcp, buffer: Vec::new() }
    }

    pub(crate) async fn send(&mut self, method: &str, query: &str, headers: &str, body: &[u8]) {
        let length = match headers.contains("Transfer-Encoding") {
            true => String::new(),
            false => format!("Content-Length: {}\r\n", body.len()),
        };
        let head = format!(
            "{method} /socket.io/?{query} HTTP/1.1\r\nHost: calls.example\r\n{length}{headers}\r\n"
        );
        self.tcp.write_all(head.as_bytes()).await.expect("the server reads");
        self.tcp.write_all(body).await.expect("the server reads");
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        timeout(PATIENCE, self.read_answer()).await.expect("an answer in time")
    }

    async fn read_answer(&mut self) -> Answer {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break end;
            }
            self.read().await;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").map_or(0, |it| it.parse().expect("a length"));
        while self.buffer.len() < end + 4 + length {
            self.read().await;
        }
        let rest = self.buffer.split_off(end + 4 + length);
        answer.body = String::from_utf8_lossy(&self.buffer[end + 4..]).into_owned();
        self.buffer = rest;
        answer
    }

    async fn read(&mut self) {
        let read = self.tcp.read_buf(&mut self.buffer).await.expect("the server answers");
        assert!(read > 0, "the server hung up after {:?}", String::from_utf8_lossy(&self.buffer));
    }
}

/// A polling session.
pub(crate) struct Poller {
    pub(crate) sid: String,
    address: SocketAddr,
    http: Http,
}

impl Poller {
    pub(crate) async fn open(stage: &Stage) -> Self {
        let mut http = Http::new(stage.address).await;
        http.send("GET", "EIO=4&transport=polling", "", b"").await;
        let answer = http.answer().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let open: serde_json::Value = serde_json::from_str(&answer.body[1..]).expect("JSON");
        let sid = open["sid"].as_str().expect("a session").to_owned();
        Self { sid, address: stage.address, http }
    }

    pub(crate) async fn join(stage: &Stage) -> Self {
        let mut poller = Self::open(stage).await;
        assert_eq!(poller.post("40").await.body, "ok");
        let joined = poller.get().await;
        assert!(joined.body.starts_with(r#"40{"sid":""#), "{joined:?}");
        poller
    }

    pub(crate) fn query(&self) -> String {
        format!("EIO=4&transport=polling&sid={}", self.sid)
    }

    pub(crate) async fn get(&mut self) -> Answer {
        self.http.send("GET", &self.query(), "", b"").await;
        self.http.answer().await
    }

    pub(crate) async fn post(&mut self, payload: &str) -> Answer {
        self.post_bytes(payload.as_bytes()).await
    }

    pub(crate) async fn post_bytes(&mut self, payload: &[u8]) -> Answer {
        self.http.send("POST", &self.query(), "Content-Type: text/plain\r\n", payload).await;
        self.http.answer().await
    }

    /// A poll on a connection of its own, not answered yet.
    pub(crate) async fn pending(&self) -> Http {
        let mut http = Http::new(self.address).await;
        http.send("GET", &self.query(), "", b"").await;
        http
    }
}
