//! HTTP as browsers speak it: with headers, and with cookies in the answer.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::TestHouse;

pub(crate) const PASSWORD: &str = "correct horse";

/// An answer with its cookies, as they were set.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Value,
}

impl Answer {
    /// What a cookie was set to.
    pub(crate) fn cookie(&self, name: &str) -> &str {
        let pairs = self.cookies.iter().filter_map(|it| it.split(';').next()?.split_once('='));
        let found = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next();
        found.unwrap_or_else(|| panic!("{name} is not among {:?}", self.cookies))
    }

    /// Its status, and its code if it is a no.
    pub(crate) fn verdict(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or("ok"))
    }
}

/// Sends a request with these headers; GET unless there is a body.
pub(crate) async fn send(
    house: &TestHouse,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.map(|it| it.to_string()).unwrap_or_default();
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(house.address()).await.expect("the house listens");
    stream.write_all(request.as_bytes()).await.expect("the house reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let cookies = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    Answer {
        status: head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status"),
        cookies: cookies.map(|(_, value)| value.to_owned()).collect(),
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    }
}

/// Registers somebody of this name, from a page of nobody's.
pub(crate) async fn register(house: &TestHouse, name: &str) -> Answer {
    let form = json!({"email": email(name), "password": PASSWORD, "name": name});
    let answer = send(house, "/api/auth/register", &[], Some(form)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer
}

/// Signs them in from a page with these headers.
pub(crate) async fn log_in(house: &TestHouse, name: &str, headers: &[(&str, &str)]) -> Answer {
    let form = json!({"email": email(name), "password": PASSWORD});
    let answer = send(house, "/api/auth/login", headers, Some(form)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

pub(crate) fn email(name: &str) -> String {
    format!("{name}@clinic.example")
}
