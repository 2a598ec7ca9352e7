//! What people write to each other over HTTP and native sockets, and the files they
//! send.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use housecall_core::Role;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    clinic::Clinic,
    support::{Guest, TestHouse},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR not much of a picture \xff\xfe\0";

const PATIENCE: Duration = Duration::from_secs(20);

/// A clinic whose people send files.
struct Practice {
    clinic: Clinic,
    files: PathBuf,
}

impl Practice {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let clinic = Clinic::with(settings).await;
        let files = clinic.folder.path().join("files");
        Self { clinic, files }
    }

    /// Another house on the same folder, as after a kill.
    async fn restarted(&self) -> TestHouse {
        let data = self.clinic.folder.path().to_str().expect("a path in UTF-8");
        let url = format!("sqlite:{data}/clinic.db");
        TestHouse::with(&[("HOUSECALL_DATA", data), ("DATABASE_URL", &url)]).await
    }

    /// Sends a file; the answer's status and body.
    async fn upload(&self, who: &str, room: &str, query: &str, bytes: &[u8]) -> (u16, Value) {
        let length = format!("Content-Length: {}", bytes.len());
        let head = self.upload_head(who, room, query, &length);
        read_json(&exchange(&self.clinic.house, &[head.as_bytes(), bytes].concat()).await)
    }

    fn upload_head(&self, who: &str, room: &str, query: &str, length: &str) -> String {
        let token = self.token(who);
        format!(
            "POST /api/rooms/{room}/files?{query} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Type: text/html\r\n{length}\r\n\r\n"
        )
    }

    async fn download(&self, who: &str, room: &str, file: &str) -> Answer {
        let token = self.token(who);
        let request = format!(
            "GET /api/rooms/{room}/files/{file} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        exchange(&self.clinic.house, request.as_bytes()).await
    }

    fn token(&self, who: &str) -> String {
        let role = if who == "doc" { Role::Provider } else { Role::Patient };
        self.clinic.house.token(who, role)
    }
}

/// Head and body of an answer.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head[9..12].parse().expect("a status")
    }

    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|it| it.split_once(": "));
        let mut values = lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, it)| it);
        let value = values.next().unwrap_or_else(|| panic!("no {name} in {}", self.head));
        assert_eq!(values.next(), None, "one {name}");
        value
    }
}

async fn exchange(house: &TestHouse, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(house.address()).await.expect("the house listens");
    stream.write_all(request).await.expect("the house reads");
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.expect("an answer in time").expect("an answer");
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("a head in UTF-8");
    Answer { head, body: answer.split_off(end + 4) }
}

fn read_json(answer: &Answer) -> (u16, Value) {
    (answer.status(), serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

/// How many files lie below a folder.
fn files_in(folder: &Path) -> usize {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries(folder).map(|it| entries(&it.path()).count()).sum()
}

fn messages_of(room: &str) -> String {
    format!("/api/rooms/{room}/messages")
}

/// The texts of a page, oldest first.
fn texts(page: &Value) -> String {
    let messages = page["messages"].as_array().expect("a list");
    let texts: Vec<_> = messages.iter().map(|it| it["message"].as_str().expect("text")).collect();
    texts.join(" ")
}

/// The doctor and the patient, at an appointment.
async fn visit(clinic: &Clinic) -> (String, Guest, Guest) {
    let visit = clinic.book(10).await;
    let doc = clinic.guest_in("doc", &visit).await;
    let pat = clinic.guest_in("pat", &visit).await;
    (visit, doc, pat)
}

#[tokio::test]
async fn what_is_written_over_http_is_heard_and_read_by_those_it_is_for() {
    let clinic = Clinic::open().await;
    let made = clinic.ok("doc", "POST", "/api/room", json!({"name": "Rounds"})).await;
    let rounds = made["id"].as_str().expect("an id").to_owned();
    let mut doc = clinic.guest_in("doc", &rounds).await;
    let mut pat = clinic.guest_in("pat", &rounds).await;
    let mut eve = clinic.guest_in("eve", &rounds).await;
    let path = messages_of(&rounds);

    let all = clinic.ok("doc", "POST", &path, json!({"message": "Hello"})).await;
    assert_eq!(
        (&all["user"], &all["message"], &all["to"]),
        (&json!("doc"), &json!("Hello"), &json!([]))
    );
    for guest in [&mut doc, &mut pat, &mut eve] {
        let heard = guest.hears("said").await;
        assert_eq!((&heard["event"]["message"], &heard["seq"]), (&all["message"], &all["seq"]));
    }
    let secret = json!({"message": "Psst", "to": ["pat"], "key": "k-1"});
    let whisper = clinic.ok("doc", "POST", &path, secret).await;
    assert_eq!((&whisper["to"], &whisper["key"]), (&json!(["pat"]), &json!("k-1")));
    assert_eq!(pat.hears("said").await["event"]["message"], "Psst");
    assert_eq!(eve.hears("hidden").await["seq"], whisper["seq"]);
    // The other way round: said on a socket, read over HTTP.
    let room = all["room"].as_str().expect("an id").to_owned();
    eve.ask("say", json!({"callId": room, "message": "Bye"})).await;

    for (name, who, expected) in [
        (&rounds, "doc", "Hello Psst Bye"),
        (&rounds, "pat", "Hello Psst Bye"),
        (&room, "eve", "Hello Bye"),
    ] {
        let page = clinic.ok(who, "GET", &messages_of(name), Value::Null).await;
        assert_eq!(texts(&page), expected, "{who}");
        assert_eq!(page["before"], Value::Null);
    }
    let page = clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(page["messages"][1]["key"], Value::Null, "a key is its writer's");
}

#[tokio::test]
async fn who_has_nothing_to_do_with_a_room_neither_reads_nor_writes() {
    let practice = Practice::with(&[]).await;
    let clinic = &practice.clinic;
    let (visit, doc, _pat) = visit(clinic).await;
    let path = messages_of(&visit);
    clinic.ok("doc", "POST", &path, json!({"message": "Hello"})).await;
    let (status, sent) = practice.upload("doc", &visit, "name=a.png", PNG).await;
    assert_eq!(status, 201, "{sent}");
    let file = sent["file"]["id"].as_str().expect("an id");

    let say = || json!({"message": "Hi"});
    assert_eq!(clinic.no("eve", "GET", &path, Value::Null).await, "404 not_a_participant -");
    assert_eq!(clinic.no("eve", "POST", &path, say()).await, "404 not_a_participant -");
    assert_eq!(practice.upload("eve", &visit, "name=a.png", PNG).await.0, 404);
    for (room, id) in [(visit.as_str(), file), (&visit, "nothing"), ("nowhere", file)] {
        assert_eq!(practice.download("eve", room, id).await.status(), 404, "{room} {id}");
    }
    // Who runs the place does not read along.
    let page = clinic.ok("boss", "GET", &path, Value::Null).await;
    assert_eq!(texts(&page), "");
    assert_eq!(clinic.no("boss", "POST", &path, say()).await, "404 not_a_participant -");
    // Only from inside.
    drop(doc);
    let other = clinic.book(11).await;
    assert_eq!(clinic.no("pat", "POST", &messages_of(&other), say()).await, "400 not_in_room -");
    assert_eq!(files_in(&practice.files), 1);
}

#[tokio::test]
async fn who_waits_at_the_door_hears_what_hosts_write_to_them_and_reads_nothing() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(10).await;
    let mut doc = clinic.guest_in("doc", &visit).await;
    let strict = doc.ask("door", json!({"callId": visit, "door": "strict"})).await;
    assert_eq!(strict["ok"], true, "{strict}");
    let path = messages_of(&visit);
    clinic.ok("doc", "POST", &path, json!({"message": "Notes"})).await;
    let mut pat = clinic.guest("pat").await;
    let arrived = pat.ask("arrive", json!({"callId": visit})).await;
    assert_eq!(arrived["ok"], true, "{arrived}");

    clinic.ok("doc", "POST", &path, json!({"message": "Soon", "to": ["pat"]})).await;
    assert_eq!(pat.hears("said").await["event"]["message"], "Soon");
    let not_yet = clinic.no("pat", "GET", &path, Value::Null).await;
    assert!(not_yet.ends_with(" not_yet -"), "{not_yet}");
    let not_yet = clinic.no("pat", "POST", &path, json!({"message": "Ok"})).await;
    assert!(not_yet.ends_with(" not_yet -"), "{not_yet}");

    doc.ask("admit", json!({"callId": visit, "user": "pat"})).await;
    let page = clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(texts(&page), "Notes Soon");
    doc.ask("remove", json!({"callId": visit, "user": "pat"})).await;
    for body in [Value::Null, json!({"message": "Why?"})] {
        let method = if body.is_null() { "GET" } else { "POST" };
        let removed = clinic.no("pat", method, &path, body).await;
        assert!(removed.ends_with(" removed -"), "{removed}");
    }
}

#[tokio::test]
async fn the_same_key_says_nothing_new() {
    let practice = Practice::with(&[]).await;
    let clinic = &practice.clinic;
    let (visit, mut doc, _pat) = visit(clinic).await;
    let path = messages_of(&visit);
    let say = |text: &str| json!({"message": text, "key": "k-1"});
    let first = clinic.ok("doc", "POST", &path, say("Once")).await;
    clinic.ok("pat", "POST", &path, say("Me too")).await;
    assert_eq!(clinic.ok("doc", "POST", &path, say("Twice")).await, first);
    let again = json!({"callId": visit, "message": "Thrice", "key": "k-1"});
    assert_eq!(doc.ask("say", again).await["ok"], true);

    let send = async |bytes: &[u8]| practice.upload("doc", &visit, "name=a&key=f-1", bytes).await;
    let (status, sent) = send(PNG).await;
    assert_eq!(status, 201, "{sent}");
    assert_eq!(send(b"something else").await, (201, sent));
    assert_eq!(files_in(&practice.files), 1, "what said nothing new is not kept");
    let page = clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(texts(&page), "Once Me too a.png");
}

#[tokio::test]
async fn a_message_has_at_most_four_thousand_characters() {
    let clinic = Clinic::open().await;
    let (visit, _doc, mut pat) = visit(&clinic).await;
    let path = messages_of(&visit);
    let long = |count: usize| json!({"message": "ü".repeat(count)});
    assert_eq!(clinic.ok("doc", "POST", &path, long(4000)).await["message"], long(4000)["message"]);
    assert_eq!(pat.hears("said").await["event"]["message"], long(4000)["message"]);
    let no = async |body: Value| clinic.no("doc", "POST", &path, body).await;
    assert_eq!(no(long(4001)).await, "400 invalid_payload message");
    assert_eq!(no(json!({"message": " \n"})).await, "400 invalid_payload message");
    assert_eq!(no(json!({})).await, "400 invalid_payload message");
    assert_eq!(no(json!({"message": "Hi", "to": ["eve"]})).await, "400 peer_not_in_room -");
    let long_key = json!({"message": "Hi", "key": "k".repeat(65)});
    assert_eq!(no(long_key).await, "400 invalid_payload key");
    let page = clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(page["messages"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn pages_go_back_through_all_rooms_of_a_place() {
    let clinic = Clinic::open().await;
    let visit = clinic.book(10).await;
    let path = messages_of(&visit);
    let mut rooms = Vec::new();
    for texts in [["1", "2", "3"], ["4", "5", "6"]] {
        let mut doc = clinic.guest_in("doc", &visit).await;
        for text in texts {
            let said = clinic.ok("doc", "POST", &path, json!({"message": text})).await;
            rooms.push(said["room"].clone());
        }
        doc.ask("leave", json!({"callId": visit})).await;
        clinic.house.clock.advance(Duration::from_secs(60));
    }
    assert_ne!(rooms[0], rooms[3], "it was opened twice");

    let (mut pages, mut query) = (Vec::new(), "?limit=4".to_owned());
    loop {
        let page = clinic.ok("doc", "GET", &format!("{path}{query}"), Value::Null).await;
        pages.push(texts(&page));
        let Some(before) = page["before"].as_str() else { break };
        query = format!("?limit=4&before={before}");
    }
    assert_eq!(pages, ["3 4 5 6", "1 2"]);
    let all = clinic.ok("doc", "GET", &format!("{path}?limit=6"), Value::Null).await;
    assert_eq!((texts(&all).as_str(), &all["before"]), ("1 2 3 4 5 6", &Value::Null));
    let room = rooms[0].as_str().expect("an id");
    let one = clinic.ok("doc", "GET", &messages_of(room), Value::Null).await;
    assert_eq!(texts(&one), "1 2 3");
    for (query, field) in [("before=x", "before"), ("limit=0", "limit"), ("limit=201", "limit")] {
        let refused = clinic.no("doc", "GET", &format!("{path}?{query}"), Value::Null).await;
        assert_eq!(refused, format!("400 invalid_payload {field}"));
    }
}

#[tokio::test]
async fn a_file_is_got_as_it_was_sent() {
    let practice = Practice::with(&[]).await;
    let (visit, _doc, mut pat) = visit(&practice.clinic).await;
    // Larger than the body of any other request may be.
    let bytes = [PNG, &vec![0xd8; 3 * 1024 * 1024]].concat();
    let query = "name=R%C3%B6ntgen%2F1.html&to=pat&key=f-1";
    let (status, sent) = practice.upload("doc", &visit, query, &bytes).await;
    assert_eq!(status, 201, "{sent}");
    assert_eq!(sent["message"], "Röntgen_1.html.png");
    assert_eq!((&sent["to"], &sent["key"]), (&json!(["pat"]), &json!("f-1")));
    let id = sent["file"]["id"].as_str().expect("an id");
    let file = json!({"id": id, "name": "Röntgen_1.html.png", "mediaType": "image/png",
                      "bytes": bytes.len()});
    assert_eq!(sent["file"], file);
    assert_eq!(pat.hears("said").await["event"]["file"], file);

    for (who, room) in [("pat", visit.as_str()), ("doc", sent["room"].as_str().expect("an id"))] {
        let got = practice.download(who, room, id).await;
        assert_eq!(got.status(), 200, "{}", got.head);
        assert!(got.body == bytes, "the same bytes");
        assert_eq!(got.header("content-type"), "image/png");
        assert_eq!(got.header("content-length"), bytes.len().to_string());
        assert_eq!(
            got.header("content-disposition"),
            "attachment; filename=\"R_ntgen_1.html.png\"; \
             filename*=UTF-8''R%C3%B6ntgen_1.html.png"
        );
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("cache-control"), "private, no-store");
        assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox");
    }
    let path = messages_of(&visit);
    let page = practice.clinic.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!(page["messages"][0]["file"], file);
}

#[tokio::test]
async fn what_may_not_be_sent_leaves_nothing() {
    let practice = Practice::with(&[("HOUSECALL_CHAT__FILE_BYTES", "1000")]).await;
    let clinic = &practice.clinic;
    let (visit, _doc, _pat) = visit(clinic).await;
    let no = async |query: &str, bytes: &[u8]| {
        let (status, problem) = practice.upload("doc", &visit, query, bytes).await;
        format!("{status} {}", problem["code"].as_str().unwrap_or("-"))
    };
    for bytes in [&b"<html><script>alert(1)</script>"[..], b"<svg/>", b"MZ\x90\0", b"\0\x01", b""] {
        assert_eq!(no("name=a.png", bytes).await, "415 file_type", "{}", bytes.escape_ascii());
    }
    assert_eq!(no("name=a", &[b'a'; 1001]).await, "413 file_too_large");
    assert_eq!(no("", PNG).await, "400 invalid_payload");
    assert_eq!(no("name=a&to=eve", PNG).await, "400 peer_not_in_room");
    assert_eq!(no(&format!("name=a&key={}", "k".repeat(65)), PNG).await, "400 invalid_payload");

    // Nobody says how much is to come.
    let mut request = practice.upload_head("doc", &visit, "name=a", "Transfer-Encoding: chunked");
    let piece = "a".repeat(600);
    request.push_str(&format!("258\r\n{piece}\r\n258\r\n{piece}\r\n0\r\n\r\n"));
    let (status, problem) = read_json(&exchange(&clinic.house, request.as_bytes()).await);
    assert_eq!((status, &problem["code"]), (413, &json!("file_too_large")));

    assert_eq!(files_in(&practice.files), 0);
    let page = clinic.ok("doc", "GET", &messages_of(&visit), Value::Null).await;
    assert_eq!(texts(&page), "");
    assert_eq!(no("name=a", &[b'a'; 1000]).await, "201 -");
}

#[tokio::test]
async fn a_large_body_is_refused_where_no_file_is_expected() {
    let clinic = Clinic::open().await;
    let (visit, _doc, _pat) = visit(&clinic).await;
    let large = json!({"message": "a".repeat(1024 * 1024)});
    let (status, _) = clinic.ask("doc", "POST", &messages_of(&visit), large).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn who_writes_too_fast_waits_a_moment() {
    let clinic = Clinic::with(&[("HOUSECALL_CHAT__MESSAGE_BURST", "3")]).await;
    let (visit, mut doc, mut pat) = visit(&clinic).await;
    let path = messages_of(&visit);
    let say = || json!({"callId": visit, "message": "Hi"});
    for _ in 0..3 {
        assert_eq!(doc.ask("say", say()).await["ok"], true);
    }
    let refused = doc.ask("say", say()).await;
    let problem =
        json!({"code": "too_fast", "message": "That was too fast. Wait a moment, then try again."});
    assert_eq!(refused["problem"], problem, "{refused}");
    assert_eq!(clinic.no("doc", "POST", &path, say()).await, "429 too_fast -");
    let old = json!({"roomId": visit, "content": "Hi"});
    assert_eq!(clinic.no("doc", "POST", "/api/message", old).await, "429 too_fast -");
    let body = json!({"message": "Hi"}).to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        clinic.house.token("doc", Role::Provider),
        body.len()
    );
    let answer = exchange(&clinic.house, request.as_bytes()).await;
    assert_eq!((answer.status(), answer.header("retry-after")), (429, "1"));
    // Others write on, and so do they in a moment.
    assert_eq!(pat.ask("say", say()).await["ok"], true);
    clinic.house.clock.advance(Duration::from_secs(1));
    assert_eq!(doc.ask("say", say()).await["ok"], true);

    // Gestures have a pace of their own.
    let clap = || json!({"callId": visit, "reaction": "clap"});
    for _ in 0..30 {
        assert_eq!(doc.ask("react", clap()).await["ok"], true);
    }
    assert_eq!(doc.ask("react", clap()).await["problem"]["code"], "too_fast");
}

#[tokio::test]
async fn a_restart_removes_what_was_left_behind() {
    let practice = Practice::with(&[]).await;
    let (visit, _doc, _pat) = visit(&practice.clinic).await;
    let (status, sent) = practice.upload("doc", &visit, "name=a", PNG).await;
    assert_eq!(status, 201, "{sent}");

    // The house has begun to write when it asks for more.
    let length = "Content-Length: 100\r\nExpect: 100-continue";
    let head = practice.upload_head("doc", &visit, "name=half", length);
    let mut half = TcpStream::connect(practice.clinic.house.address()).await.expect("it listens");
    half.write_all(head.as_bytes()).await.expect("the house reads");
    let mut more = [0; 12];
    let asked = timeout(PATIENCE, half.read_exact(&mut more)).await.expect("an answer in time");
    assert_eq!((asked.expect("an answer"), &more), (12, b"HTTP/1.1 100"));
    half.write_all(b"half of it").await.expect("the house reads");

    let path = |name: &str| practice.files.join(&name[..2]).join(name);
    let touch = |path: &Path, modified: SystemTime| {
        let file = std::fs::File::options().create(true).append(true).open(path);
        file.and_then(|it| it.set_modified(modified)).expect("it can be made older");
    };
    let orphan = |name: &str, modified: SystemTime| {
        let path = path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        touch(&path, modified);
        path
    };
    let old = orphan("ab0123456789abcdef0123456789abcd", SystemTime::UNIX_EPOCH);
    // A message may just be on its way.
    let young = orphan("cd0123456789abcdef0123456789abcd", SystemTime::now());
    let id = sent["file"]["id"].as_str().expect("an id");
    touch(&path(id), SystemTime::UNIX_EPOCH);
    assert_eq!(files_in(&practice.files), 4);

    practice.restarted().await;
    assert_eq!((old.exists(), young.exists(), files_in(&practice.files)), (false, true, 2));
    assert!(practice.download("pat", &visit, id).await.body == PNG, "what was sent is there");
}
