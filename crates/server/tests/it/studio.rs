//! A doctor and a patient in a call, and what becomes of its recordings.

use std::{path::Path, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use housecall::Clock;
use housecall_bucket::{ACCESS_KEY, Bucket, SECRET_KEY};
use housecall_core::{RecordingId, Role};
use housecall_store::{RecordingStatus, Store, StoredRecording};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    support::{BEGINNING, Guest, TestHouse},
    webm,
};

const PATIENCE: Duration = Duration::from_secs(60);

const PEOPLE: [(&str, Role); 6] = [
    ("doc", Role::Provider),
    ("doc-2", Role::Provider),
    ("pat", Role::Patient),
    ("eve", Role::Patient),
    ("aid", Role::Patient),
    ("boss", Role::Admin),
];

/// Where recordings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Folder,
    Bucket,
}

/// Tells each story twice: with a folder, and with a bucket.
macro_rules! in_both {
    ($($story:ident),* $(,)?) => {
        mod in_a_folder {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::studio::Place::Folder).await;
            })*
        }
        mod in_a_bucket {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::studio::Place::Bucket).await;
            })*
        }
    };
}
pub(crate) use in_both;

/// A house where recordings are made.
pub(crate) struct Studio {
    pub(crate) house: TestHouse,
    pub(crate) store: Store,
    pub(crate) bucket: Option<Bucket>,
    pub(crate) folder: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

/// An answer, with its bytes as they came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The value of a header; empty without one.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|it| it.split_once(": "));
        let mut values = lines.filter(|(it, _)| it.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value).unwrap_or_default()
    }

    /// The status and the code of a refusal.
    pub(crate) fn no(&self) -> String {
        format!("{} {}", self.status, self.json()["code"].as_str().unwrap_or("-"))
    }
}

/// A recording that is made.
pub(crate) struct Tape {
    pub(crate) call: String,
    pub(crate) id: String,
    pub(crate) doc: Guest,
    pub(crate) pat: Guest,
    pub(crate) grant: String,
    pub(crate) part: u64,
}

impl Tape {
    pub(crate) fn path(&self) -> String {
        format!("/api/recordings/{}", self.id)
    }
}

/// A chunk and where it belongs.
pub(crate) struct Chunk<'a> {
    pub(crate) number: u32,
    pub(crate) part: u64,
    pub(crate) at: u64,
    pub(crate) bytes: &'a [u8],
}

impl Studio {
    pub(crate) async fn open(place: Place) -> Self {
        Self::with(place, &[]).await
    }

    pub(crate) async fn with(place: Place, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bucket = match place {
            Place::Folder => None,
            Place::Bucket => Some(Bucket::start().await),
        };
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings = settings.iter().map(pair).collect();
        let settings = all_settings(folder.path(), bucket.as_ref(), settings);
        let house = open(BEGINNING, &settings).await.expect("the house opens");
        let store = Store::open(&database(folder.path())).await.expect("the house made it");
        let studio = Self { house, store, bucket, folder, settings };
        for (who, _) in PEOPLE {
            assert_eq!(studio.get(who, "/api/me").await.status, 200);
        }
        studio
    }

    /// Closes the house and opens it again, with other settings besides.
    pub(crate) async fn reopen(self, settings: &[(&str, &str)]) -> Result<Self, String> {
        let Self { house, store, bucket, folder, settings: mut all } = self;
        let now = house.clock.now().as_millis();
        house.close().await;
        for (name, value) in settings {
            all.retain(|(it, _)| it != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        let house = open(now, &all).await?;
        Ok(Self { house, store, bucket, folder, settings: all })
    }

    fn token(&self, who: &str) -> String {
        let role = PEOPLE.iter().find(|(name, _)| *name == who).map(|(_, role)| *role);
        self.house.token(who, role.expect("one of the people"))
    }

    pub(crate) async fn guest(&self, who: &str) -> Guest {
        let auth = json!({"token": self.token(who), "device": format!("{who}-1")});
        Guest::connect(self.house.address(), &auth).await
    }

    /// A request with these headers, each with its line's end, and these bytes.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
             Content-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(self.house.address()).await.expect("it listens");
        // A body that is refused is not read to its end.
        let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        let _ = read.expect("an answer in time");
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(answer[..end].to_vec()).expect("headers are text");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }

    pub(crate) async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> Answer {
        let token = self.token(who);
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, body.as_bytes()).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.ask(who, "GET", path, Value::Null).await
    }

    /// Asks for what is granted.
    pub(crate) async fn ok(&self, who: &str, method: &str, path: &str, body: Value) -> Value {
        let answer = self.ask(who, method, path, body).await;
        assert!(answer.status < 300, "{who} {method} {path}: {}", answer.no());
        answer.json()
    }

    /// The doctor and the patient in a call that these were called to; its id.
    pub(crate) async fn call(&self, callees: &[&str]) -> (String, Guest, Guest) {
        let (mut doc, mut pat) = (self.guest("doc").await, self.guest("pat").await);
        let call = doc.ask("start", json!({"callees": callees})).await;
        let call = call["result"]["id"].as_str().expect("a call has an id").to_owned();
        let answer = pat.ask("answer", json!({"callId": call})).await;
        assert_eq!(answer["ok"], true, "{answer}");
        doc.hears("joined").await;
        (call, doc, pat)
    }

    /// A recording that everybody agreed to, with a part that has begun.
    pub(crate) async fn tape(&self) -> Tape {
        self.tape_of(&["pat"]).await
    }

    /// The same of a call to these, of whom only the patient has come.
    pub(crate) async fn tape_of(&self, callees: &[&str]) -> Tape {
        let (call, mut doc, mut pat) = self.call(callees).await;
        for guest in [&mut doc, &mut pat] {
            let agreed = guest.ask("consent", json!({"callId": call, "agreed": true})).await;
            assert_eq!(agreed["ok"], true, "{agreed}");
        }
        let started = doc.ask("record", json!({"callId": call})).await;
        assert_eq!(started["ok"], true, "{started}");
        let told = pat.hears("recordingStarted").await;
        let id = told["event"]["recording"]["id"].as_str().expect("an id").to_owned();
        let mut tape = Tape { call, id, doc, pat, grant: String::new(), part: 0 };
        self.begin_part(&mut tape).await;
        tape
    }

    pub(crate) async fn begin_part(&self, tape: &mut Tape) {
        let new = json!({"mediaType": "video/webm;codecs=vp8,opus"});
        let path = format!("{}/parts", tape.path());
        let begun = self.ok("doc", "POST", &path, new).await;
        tape.grant = begun["grant"].as_str().expect("a grant").to_owned();
        tape.part = begun["part"].as_u64().expect("a number");
    }

    /// Sends a chunk of a second.
    pub(crate) async fn put(&self, tape: &Tape, chunk: Chunk<'_>) -> Answer {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, chunk.bytes);
        let digest = BASE64_STANDARD.encode(digest.as_ref());
        let headers = format!(
            "Authorization: Bearer {}\r\nContent-Digest: sha-256=:{digest}:\r\n",
            tape.grant
        );
        let Chunk { number, part, at, bytes } = chunk;
        let path = format!("{}/chunks/{number}?part={part}&at={at}&length=1000", tape.path());
        self.send("PUT", &path, &headers, bytes).await
    }

    /// Records for so many seconds and sends them; `first` is the number of the first
    /// chunk.
    pub(crate) async fn roll(&self, tape: &Tape, first: u32, seconds: u32) {
        self.roll_these(tape, first, &webm::chunks(seconds, first)).await;
    }

    async fn roll_these(&self, tape: &Tape, first: u32, chunks: &[Vec<u8>]) {
        for (second, bytes) in chunks.iter().enumerate() {
            self.house.clock.advance(Duration::from_secs(1));
            let (second, part) = (second as u32, tape.part);
            let chunk = Chunk { number: first + second, part, at: u64::from(second) * 1000, bytes };
            let taken = self.put(tape, chunk).await;
            let next = first + second + 1;
            assert_eq!((taken.status, taken.json()), (200, json!({"next": next})));
        }
    }

    pub(crate) async fn stop(&self, tape: &mut Tape) {
        let stopped = tape.doc.ask("stop-recording", json!({"callId": tape.call})).await;
        assert_eq!(stopped["ok"], true, "{stopped}");
        tape.pat.hears("recordingStopped").await;
    }

    pub(crate) async fn finish(&self, tape: &Tape, chunks: u32) -> Answer {
        let headers =
            format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", tape.grant);
        let body = json!({"chunks": chunks}).to_string();
        self.send("POST", &format!("{}/finish", tape.path()), &headers, body.as_bytes()).await
    }

    /// A recording of so many seconds that is complete.
    pub(crate) async fn finished(&self, seconds: u32) -> Tape {
        self.finished_from(&webm::chunks(seconds, 0)).await
    }

    /// A recording of these chunks that is complete.
    pub(crate) async fn finished_from(&self, chunks: &[Vec<u8>]) -> Tape {
        let mut tape = self.tape().await;
        self.roll_these(&tape, 0, chunks).await;
        self.stop(&mut tape).await;
        let answer = self.finish(&tape, chunks.len() as u32).await;
        assert_eq!(answer.status, 202, "{}", answer.no());
        self.becomes(&tape, RecordingStatus::Completed).await;
        self.spool_is_empty().await;
        tape
    }

    pub(crate) async fn row(&self, tape: &Tape) -> StoredRecording {
        let id: RecordingId = tape.id.parse().expect("an id");
        self.store.recording(&id).await.expect("it can be read").expect("it is there")
    }

    /// Ends when a recording has this status.
    pub(crate) async fn becomes(&self, tape: &Tape, status: RecordingStatus) -> StoredRecording {
        let search = async {
            loop {
                let it = self.row(tape).await;
                if it.status == status {
                    return it;
                }
            }
        };
        timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("it never is {status}"))
    }

    /// Ends when nothing waits to be finished any more.
    pub(crate) async fn spool_is_empty(&self) {
        let spool = self.folder.path().join("spool");
        let search = async {
            while spool.exists() && files(&spool).iter().any(|it| it.ends_with("log")) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, search).await.expect("the spool is tidied up");
    }

    /// The files that hold finished recordings and their pictures.
    pub(crate) fn kept(&self) -> Vec<std::path::PathBuf> {
        let folder = match &self.bucket {
            Some(bucket) => bucket.folder().join(bucket.name()),
            None => self.folder.path().join("recordings"),
        };
        let is_blob = |it: &std::path::PathBuf| {
            let name = it.file_name().and_then(|it| it.to_str()).unwrap_or_default();
            name.len() == 32 && name.bytes().all(|it| it.is_ascii_hexdigit())
        };
        files(&folder).into_iter().filter(is_blob).collect()
    }

    /// Whether these bytes lie anywhere on the disk or in the bucket.
    pub(crate) fn is_on_disk(&self, bytes: &[u8]) -> bool {
        let mut all = files(self.folder.path());
        all.extend(self.bucket.iter().flat_map(|it| files(it.folder())));
        all.iter().any(|it| {
            let content = std::fs::read(it).unwrap_or_default();
            content.windows(bytes.len()).any(|it| it == bytes)
        })
    }
}

fn database(folder: &Path) -> String {
    format!("sqlite:{}/house.db", folder.display())
}

fn all_settings(
    folder: &Path,
    bucket: Option<&Bucket>,
    own: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let mut all = vec![
        pair("DATABASE_URL", database(folder)),
        pair("HOUSECALL_DATA", folder.display().to_string()),
    ];
    if let Some(bucket) = bucket {
        all.extend([
            pair("STORAGE_PROVIDER", "aws-s3".to_owned()),
            pair("STORAGE_BUCKET", bucket.name().to_owned()),
            pair("STORAGE_ENDPOINT", bucket.endpoint()),
            pair("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            pair("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]);
    }
    all.extend(own);
    all
}

async fn open(millis: i64, settings: &[(String, String)]) -> Result<TestHouse, String> {
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    TestHouse::opened_at(millis, housecall_dialect::ALL.to_vec(), &settings).await
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|it| it.ok()).map(|it| it.path());
    let below = |it: std::path::PathBuf| if it.is_dir() { files(&it) } else { vec![it] };
    paths.flat_map(below).collect()
}
