//! A house to tell stories in, and somebody to live in it.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use housecall::{Clock, Config, HandClock, Identity, Running, Secrets, Settings, Tokens, start};
use housecall_core::{Private, Role, Timestamp};
use housecall_dialect::Dialect;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// How long a test waits for what must come. Nothing in these tests takes a
/// second; a machine that is busy elsewhere may take several.
const PATIENCE: Duration = Duration::from_secs(20);

const SECRET: &str = "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E";

/// When houses open, in milliseconds since 1970.
pub(crate) const BEGINNING: i64 = 1_700_000_000_000;

/// What locks recordings.
pub(crate) const MASTER_KEY: &str = "R0tUa2V5IGZvciB0ZXN0cywgMzIgYnl0ZXMgbG9uZyE=";

/// A running server under test.
pub(crate) struct TestHouse {
    pub(crate) clock: HandClock,
    running: Running,
    tokens: Tokens,
}

impl TestHouse {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::speaking(housecall_dialect::ALL.to_vec(), settings).await
    }

    /// A house that speaks these vocabularies.
    pub(crate) async fn speaking(
        dialects: Vec<&'static dyn Dialect>,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::opened_at(BEGINNING, dialects, settings).await.expect("the house opens")
    }

    /// A house that opens at this moment, if it opens.
    pub(crate) async fn opened_at(
        millis: i64,
        dialects: Vec<&'static dyn Dialect>,
        settings: &[(&str, &str)],
    ) -> Result<Self, String> {
        let usual = [
            ("PORT", "0"),
            ("HOUSECALL_ICE__PORT", "0"),
            ("DATABASE_URL", "sqlite::memory:"),
            ("ACCESS_SECRET", SECRET),
            ("REFRESH_SECRET", SECRET),
            ("RECORDING_MASTER_KEY", MASTER_KEY),
            ("HOUSECALL_RECORDINGS__FREE_BYTES", "0"),
        ];
        let settings = usual.iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(settings)).expect("good settings");
        let tokens = Tokens::new(&Secrets::load(&config).expect("secrets are given"));
        let clock = HandClock::at(Timestamp::from_millis(millis));
        let clock_of_house = Box::new(clock.clone());
        let settings = Settings { config, demo: false, clock: clock_of_house, dialects };
        let running = start(settings).await.map_err(|error| error.to_string())?;
        Ok(Self { clock, running, tokens })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The house as it runs.
    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    /// Closes the house.
    pub(crate) async fn close(self) {
        self.running.stop().await;
    }

    pub(crate) fn token(&self, user: &str, role: Role) -> String {
        let identity = Identity {
            user: user.parse().expect("an id"),
            role,
            name: Private::new(format!("{user} the {}", role.as_str())),
        };
        self.tokens.access(&identity, self.clock.now(), Duration::from_secs(24 * 3600))
    }

    /// Somebody connected with the native vocabulary.
    pub(crate) async fn guest(&self, user: &str) -> Guest {
        let auth =
            json!({"token": self.token(user, Role::Provider), "device": format!("{user}-1")});
        Guest::connect(self.address(), &auth).await
    }

    /// Two people in a call, both in; answers its id.
    pub(crate) async fn visit(&self, caller: &mut Guest, callee: (&str, &mut Guest)) -> String {
        let call = caller.ask("start", json!({"callees": [callee.0]})).await;
        let id = call["result"]["id"].as_str().expect("a call has an id").to_owned();
        let answer = callee.1.ask("answer", json!({"callId": id})).await;
        assert_eq!(answer["ok"], true, "{answer}");
        caller.hears("joined").await;
        id
    }

    /// A request, as text, and the body of its answer.
    pub(crate) async fn http(&self, request: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address()).await.expect("the house listens");
        stream.write_all(request.as_bytes()).await.expect("the house reads");
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        timeout(PATIENCE, read).await.expect("an answer in time").expect("an answer in UTF-8");
        let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.http(&format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        self.http(&format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
    }
}

/// A connected client: of the native vocabulary, unless it says otherwise.
pub(crate) struct Guest {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The namespace and a comma; nothing for the main one.
    namespace: String,
    asked: u32,
}

impl Guest {
    pub(crate) async fn connect(address: SocketAddr, auth: &Value) -> Self {
        Self::connect_to("/housecall", address, auth).await
    }

    /// Connects in another namespace.
    pub(crate) async fn connect_to(
        namespace: &'static str,
        address: SocketAddr,
        auth: &Value,
    ) -> Self {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (socket, _) = connect_async(url).await.expect("the house takes websockets");
        let namespace = if namespace == "/" { String::new() } else { format!("{namespace},") };
        let mut guest = Self { socket, namespace: namespace.clone(), asked: 0 };
        guest.send(format!("40{namespace}{auth}")).await;
        guest.packet(&format!("40{namespace}")).await;
        guest
    }

    pub(crate) async fn send(&mut self, packet: String) {
        self.socket.send(Message::text(packet)).await.expect("the house reads");
    }

    pub(crate) async fn say(&mut self, word: &str, body: Value) {
        self.send(format!("42{}{}", self.namespace, json!([word, body]))).await;
    }

    /// Says a word and waits for its ack; what is heard meanwhile is dropped.
    pub(crate) async fn ask(&mut self, word: &str, body: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(format!("42{}{id}{}", self.namespace, json!([word, body]))).await;
        let text = self.packet(&format!("43{}{id}[", self.namespace)).await;
        let ack: Value = serde_json::from_str(&format!("[{text}")).expect("acks are JSON");
        ack[0].clone()
    }

    /// The next event of this type; others are dropped.
    pub(crate) async fn hears(&mut self, kind: &str) -> Value {
        loop {
            let heard = self.word("event").await;
            if heard["event"]["type"] == kind {
                return heard;
            }
        }
    }

    /// The next body of this word; others are dropped.
    pub(crate) async fn word(&mut self, word: &str) -> Value {
        let text = self.packet(&format!("42{}[\"{word}\",", self.namespace)).await;
        serde_json::from_str(text.trim_end_matches(']')).expect("what we hear is JSON")
    }

    /// What follows `start` in the next packet that starts so.
    async fn packet(&mut self, start: &str) -> String {
        let search = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) if text.as_str() == "2" => {
                        self.send("3".to_owned()).await;
                    }
                    Some(Ok(Message::Text(text))) => {
                        if let Some(rest) = text.as_str().strip_prefix(start) {
                            return rest.to_owned();
                        }
                    }
                    Some(Ok(_)) => {}
                    end => panic!("the connection ended while waiting for {start}: {end:?}"),
                }
            }
        };
        timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("never heard {start}"))
    }
}
