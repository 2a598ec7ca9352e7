//! The smallest client of HTTP/1.1 that keeps its connection.

use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection.
pub(crate) struct Http(BufReader<TcpStream>);

/// What a server said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// When the first byte of the body was there.
    pub(crate) began: Instant,
}

impl Http {
    pub(crate) async fn connect(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and waits for all of the answer.
    pub(crate) async fn send(
        &mut self,
        line: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        self.0.write_all(head.as_bytes()).await?;
        self.0.write_all(body).await?;
        self.answer().await.with_context(|| format!("{line} was not answered"))
    }

    /// The same with a token and JSON, unless that is null; and an answer that is no
    /// problem.
    pub(crate) async fn ask(
        &mut self,
        line: &str,
        bearer: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let bearer = format!("Bearer {bearer}");
        let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(line, &headers, body.as_bytes()).await?.success(line)
    }

    async fn answer(&mut self) -> anyhow::Result<Answer> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.context("an answer has a status")?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(Ok(0), |(_, it)| it.parse())?;
        if length > 0 {
            self.0.fill_buf().await?;
        }
        let began = Instant::now();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok(Answer { status, headers, body, began })
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        ensure!(self.0.read_line(&mut line).await? > 0, "the server closed the connection");
        Ok(line.trim_end().to_owned())
    }
}

impl Answer {
    /// The answer, if it is no problem.
    pub(crate) fn success(self, what: &str) -> anyhow::Result<Self> {
        let said = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        ensure!((200..300).contains(&self.status), "{what} was refused: {} {said}", self.status);
        Ok(self)
    }

    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }
}
