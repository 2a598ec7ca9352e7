//! A clinic that knows its people, and what they say to it over HTTP.

use housecall_core::Role;
use housecall_store::Store;
use serde_json::{Value, json};

use crate::support::{Guest, TestHouse};

const PEOPLE: [(&str, Role); 5] = [
    ("doc", Role::Provider),
    ("doc-2", Role::Provider),
    ("pat", Role::Patient),
    ("eve", Role::Patient),
    ("boss", Role::Admin),
];

/// A house, the folder of its database and files, and the people of a clinic.
pub(crate) struct Clinic {
    pub(crate) house: TestHouse,
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
}

impl Clinic {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/clinic.db", folder.path().display());
        let data = folder.path().to_str().expect("a path in UTF-8");
        let own = [("DATABASE_URL", url.as_str()), ("HOUSECALL_DATA", data)];
        let settings: Vec<_> = settings.iter().copied().chain(own).collect();
        let house = TestHouse::with(&settings).await;
        let store = Store::open(&url).await.expect("the house made it");
        let clinic = Self { house, store, folder };
        for (who, _) in PEOPLE {
            clinic.ok(who, "GET", "/api/me", Value::Null).await;
        }
        clinic
    }

    fn token(&self, who: &str) -> String {
        let role = PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, role)| *role);
        self.house.token(who, role.expect("one of the people"))
    }

    /// Asks; `null` is no body.
    pub(crate) async fn ask(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let token = self.token(who);
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

    /// Asks for what is granted.
    pub(crate) async fn ok(&self, who: &str, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(who, method, path, body).await;
        assert!(status < 300, "{who} {method} {path}: {status} {answer}");
        answer
    }

    /// Asks for what is refused: the status, and the code and field of the
    /// problem. Some clients log their user out on a 403 that speaks of roles.
    pub(crate) async fn no(&self, who: &str, method: &str, path: &str, body: Value) -> String {
        let (status, problem) = self.ask(who, method, path, body).await;
        assert!(status >= 400, "{who} {method} {path}: {status} {problem}");
        assert_eq!(problem["success"], false, "{problem}");
        let word = |name: &str| problem[name].as_str().unwrap_or("-").to_owned();
        let said = problem["message"].as_str().expect("a sentence").to_lowercase();
        assert!(status != 403 || !said.contains("rol"), "{said}");
        format!("{status} {} {}", word("code"), word("field"))
    }

    /// The id of a new appointment of the doctor and the patient, on this day of
    /// January.
    pub(crate) async fn book(&self, day: u32) -> String {
        let starts_at = format!("2024-01-{day:02}T10:00:00Z");
        let new = json!({"patientId": "pat", "providerId": "doc", "startsAt": starts_at});
        let made = self.ok("doc", "POST", "/api/appointments", new).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Somebody connected, as themselves.
    pub(crate) async fn guest(&self, who: &str) -> Guest {
        let auth = json!({"token": self.token(who), "device": format!("{who}-1")});
        Guest::connect(self.house.address(), &auth).await
    }

    /// Somebody connected with the later rtc client.
    pub(crate) async fn page(&self, who: &str) -> Guest {
        let auth = json!({"token": self.token(who), "dialect": "rtc-later"});
        Guest::connect_to("/webrtc", self.house.address(), &auth).await
    }

    /// Somebody connected, and in the room of this name.
    pub(crate) async fn guest_in(&self, who: &str, name: &str) -> Guest {
        let mut guest = self.guest(who).await;
        let joined = guest.ask("join", json!({"callId": name})).await;
        assert_eq!(joined["ok"], true, "{joined}");
        guest
    }
}
