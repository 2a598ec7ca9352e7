//! The smallest client of the native vocabulary that does its duty: it answers
//! pings, says events and hears them.

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

const EVENT: &str = "42/housecall,";

/// A session.
pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn connect(port: u16, token: &str) -> anyhow::Result<Self> {
        let url = format!("ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket");
        let (socket, _) = connect_async(url).await?;
        let mut client = Self(socket);
        client.wait_for("0").await?;
        client.send(&format!("40/housecall,{}", json!({ "token": token }))).await?;
        client.wait_for("40/housecall,").await?;
        Ok(client)
    }

    pub(crate) async fn send(&mut self, packet: &str) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(packet)).await?)
    }

    /// The next packet; pings are answered on the way.
    pub(crate) async fn next(&mut self) -> anyhow::Result<String> {
        loop {
            match self.0.next().await.context("the server closed the connection")?? {
                Message::Text(text) if text.as_str() == "2" => self.send("3").await?,
                Message::Text(text) => return Ok(text.as_str().to_owned()),
                Message::Close(frame) => bail!("the server closed the connection: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The first packet that starts like this; what comes before is dropped.
    pub(crate) async fn wait_for(&mut self, start: &str) -> anyhow::Result<String> {
        loop {
            let packet = self.next().await?;
            if packet.starts_with(start) {
                return Ok(packet);
            }
            if packet.starts_with("44") {
                bail!("the server refused the connection: {packet}");
            }
        }
    }

    /// Says a command and waits for its ack.
    pub(crate) async fn ask(&mut self, word: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(&format!("42/housecall,1{}", json!([word, body]))).await?;
        let packet = self.wait_for("43/housecall,1").await?;
        let ack: Value = serde_json::from_str(&packet["43/housecall,1".len()..])?;
        if ack[0]["ok"] != true {
            bail!("{word} was refused: {ack}");
        }
        Ok(ack[0]["result"].clone())
    }
}

/// The packet of an event without an ack.
pub(crate) fn event(word: &str, body: &Value) -> String {
    format!("{EVENT}{}", json!([word, body]))
}

/// Whether a packet is a relayed signal.
pub(crate) fn is_signal(packet: &str) -> bool {
    packet.strip_prefix(EVENT).is_some_and(|it| it.starts_with("[\"signal\""))
}
