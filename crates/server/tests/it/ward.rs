//! People of every kind in one house, over REST and in rooms.

use housecall_core::Role;
use serde_json::{Value, json};

use crate::support::{Guest, TestHouse};

/// A house that knows its people.
pub(crate) struct Ward {
    pub(crate) house: TestHouse,
}

/// Names that begin so are providers and administrators; one is a guest, and
/// everybody else is a patient.
fn role(who: &str) -> Role {
    match who {
        "gus" => Role::Guest,
        "boss" => Role::Admin,
        _ if who.starts_with("doc") => Role::Provider,
        _ => Role::Patient,
    }
}

impl Ward {
    pub(crate) async fn open() -> Self {
        let ward = Self { house: TestHouse::open().await };
        for who in ["doc", "doc-2", "pat", "eve", "gus", "boss"] {
            assert_eq!(ward.get(who, "/api/me").await.0, 200);
        }
        ward
    }

    pub(crate) async fn ask(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let token = self.house.token(who, role(who));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.house
            .http(&format!(
                "{method} {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
                 Connection: close\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> (u16, Value) {
        self.ask(who, "GET", path, Value::Null).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(who, "POST", path, body).await
    }

    /// What somebody gets to see, who may.
    pub(crate) async fn seen(&self, who: &str, path: &str) -> Value {
        let (status, body) = self.get(who, path).await;
        assert_eq!(status, 200, "{who} {path}: {body}");
        body
    }

    /// The status of an answer, and the code and field of its problem.
    pub(crate) async fn no(&self, who: &str, method: &str, path: &str, body: Value) -> String {
        let (status, problem) = self.ask(who, method, path, body).await;
        let word = |name: &str| problem[name].as_str().unwrap_or("-").to_owned();
        format!("{status} {} {}", word("code"), word("field"))
    }

    /// Somebody connected with the native vocabulary.
    pub(crate) async fn guest(&self, who: &str) -> Guest {
        let token = self.house.token(who, role(who));
        let auth = json!({"token": token, "device": format!("{who}-1")});
        Guest::connect(self.house.address(), &auth).await
    }

    /// Somebody comes into a room by any of its names.
    pub(crate) async fn enters(&self, who: &str, room: &str) -> Guest {
        let mut guest = self.guest(who).await;
        let joined = guest.ask("join", json!({"callId": room})).await;
        assert_eq!(joined["ok"], true, "{who}: {joined}");
        guest
    }

    /// A call from the doctor to the patient that rings; answers its path.
    pub(crate) async fn call(&self) -> String {
        let call = json!({"patientId": "pat", "providerId": "doc", "type": "video"});
        let (status, made) = self.post("doc", "/webrtc/calls", call).await;
        assert_eq!(status, 201, "{made}");
        format!("/webrtc/calls/{}", id(&made))
    }
}

pub(crate) fn id(answer: &Value) -> &str {
    answer["id"].as_str().expect("an id")
}

/// What a path ends in.
pub(crate) fn last(path: &str) -> &str {
    path.rsplit('/').next().expect("a path has parts")
}
