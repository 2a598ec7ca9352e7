//! Recordings are shown to those who may see them, and to nobody else.

use std::time::Duration;

use housecall_core::Actor;
use serde_json::{Value, json};

use crate::{
    studio::{Answer, Place, Studio, Tape, in_both},
    webm,
};

in_both!(ranges_are_those_of_the_whole, what_was_changed_is_not_shown);

/// The words of what was done with a recording, and by whom.
async fn accesses(studio: &Studio, tape: &Tape) -> Vec<String> {
    let path = format!("{}/accesses", tape.path());
    let told = studio.ok("boss", "GET", &path, Value::Null).await;
    let told = told["accesses"].as_array().expect("a list").iter();
    told.map(|it| {
        format!("{} {}", it["what"].as_str().unwrap_or("-"), it["userId"].as_str().unwrap_or("-"))
    })
    .collect()
}

async fn ranges_are_those_of_the_whole(place: Place) {
    let studio = Studio::open(place).await;
    // Two MiB and more: many sealed pieces, and more than two steps of reading.
    let tape = studio.finished_from(&webm::heavy_chunks(3, 0, 80_000)).await;
    let media = format!("{}/media", tape.path());
    let whole = studio.get("doc", &media).await;
    assert_eq!(whole.status, 200);
    let size = whole.body.len();
    assert!(size > 2 * 1024 * 1024, "{size}");
    for second in 0..3 {
        let bytes = &webm::heavy_chunks(3, 0, 80_000)[second];
        let picture = &bytes[bytes.len() - 70_000..bytes.len() - 1000];
        assert!(memchr::memmem::find(&whole.body, picture).is_some(), "second {second}");
    }
    let token = studio.house.token("doc", housecall_core::Role::Provider);
    let ask = async |method: &str, more: &str| -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\n{more}");
        studio.send(method, &media, &headers, b"").await
    };
    for (range, from, to) in [
        ("0-0".to_owned(), 0, 1),
        ("0-3".to_owned(), 0, 4),
        (format!("{}-", size - 5), size - 5, size),
        ("-7".to_owned(), size - 7, size),
        (format!("100-{}", size * 2), 100, size),
        ("65535-65536".to_owned(), 65535, 65537),
        ("1048575-2097152".to_owned(), 1_048_575, 2_097_153),
        ("1048576-1048576".to_owned(), 1_048_576, 1_048_577),
    ] {
        let part = ask("GET", &format!("Range: bytes={range}\r\n")).await;
        assert_eq!((part.status, &part.body[..]), (206, &whole.body[from..to]), "{range}");
        let of = format!("bytes {from}-{}/{size}", to - 1);
        assert_eq!(part.header("content-range"), of);
    }
    for range in [format!("{size}-"), "-0".to_owned(), "0-0,2-3".to_owned()] {
        let answer = ask("GET", &format!("Range: bytes={range}\r\n")).await;
        assert_eq!(answer.no(), "416 range_not_satisfiable", "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
    }
    let etag = whole.header("etag").to_owned();
    for (tag, status) in [(etag.as_str(), 206), ("\"another\"", 200)] {
        let headers = format!("Range: bytes=0-3\r\nIf-Range: {tag}\r\n");
        assert_eq!(ask("GET", &headers).await.status, status, "{tag}");
    }
    let head = ask("HEAD", "Range: bytes=0-3\r\n").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), size.to_string());
    for (name, value) in [
        ("accept-ranges", "bytes"),
        ("content-type", "video/webm"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-store"),
        ("content-disposition", "inline; filename=\"recording-2023-11-14.webm\""),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
}

async fn what_was_changed_is_not_shown(place: Place) {
    let studio = Studio::open(place).await;
    let tape = studio.finished(2).await;
    let file = studio.kept().pop().expect("the file");
    let mut bytes = std::fs::read(&file).expect("it can be read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("it can be written");
    let media = format!("{}/media", tape.path());
    assert_eq!(studio.get("doc", &media).await.no(), "500 recording_damaged");
    let seen = studio.ok("doc", "GET", &tape.path(), Value::Null).await;
    assert_eq!(seen["damaged"], true);
    assert!(accesses(&studio, &tape).await.contains(&"damaged doc".to_owned()));
    std::fs::remove_file(&file).expect("it is there");
    assert_eq!(studio.get("doc", &media).await.no(), "500 recording_damaged", "it is gone");
}

#[tokio::test]
async fn everybody_sees_and_does_what_the_policy_says() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.finished(1).await;
    let path = tape.path();
    let check = async |method: &str, end: &str, body: Value, expected: [&str; 4]| {
        for (who, expected) in ["doc", "pat", "doc-2", "eve"].into_iter().zip(expected) {
            let answer = studio.ask(who, method, &format!("{path}{end}"), body.clone()).await;
            assert_eq!(answer.no(), expected, "{who} {method} {end}");
        }
    };
    const NOTHING: &str = "404 not_found";
    let reason = json!({"reason": "a complaint"});
    check("GET", "", Value::Null, ["200 -", "200 -", NOTHING, NOTHING]).await;
    check("GET", "/media", Value::Null, ["200 -", "403 forbidden", NOTHING, NOTHING]).await;
    check("POST", "/watch", Value::Null, ["200 -", "403 forbidden", NOTHING, NOTHING]).await;
    check("GET", "/poster", Value::Null, [NOTHING, "403 forbidden", NOTHING, NOTHING]).await;
    check("GET", "/accesses", Value::Null, ["200 -", "403 forbidden", NOTHING, NOTHING]).await;
    let nobody = ["403 forbidden", "403 forbidden", NOTHING, NOTHING];
    check("GET", "/download", Value::Null, nobody).await;
    check("PUT", "/hold", reason.clone(), nobody).await;
    check("DELETE", "/hold", Value::Null, nobody).await;
    check("DELETE", "", Value::Null, nobody).await;
    check("POST", "/requests", Value::Null, ["201 -", "201 -", NOTHING, NOTHING]).await;
    for path in ["/api/recordings/..%2f..%2fx", "/api/recordings/%00/media", "/api/recordings/x"] {
        assert_eq!(studio.get("boss", path).await.no(), NOTHING, "{path}");
    }

    let listed = async |who: &str, query: &str| {
        let path = format!("/api/recordings{query}");
        let list = studio.ok(who, "GET", &path, Value::Null).await;
        list["recordings"].as_array().expect("a list").len()
    };
    for (who, count) in [("doc", 1), ("pat", 1), ("boss", 1), ("doc-2", 0), ("eve", 0)] {
        assert_eq!(listed(who, "").await, count, "{who}");
    }
    for (query, count) in [
        ("?q=pat", 1),
        ("?q=nobody", 0),
        ("?patient=pat", 1),
        ("?patient=eve", 0),
        (&format!("?call={}", tape.call), 1),
        ("?call=another", 0),
        ("?from=2023-11-14&to=2023-11-14", 1),
        ("?from=2023-11-15", 0),
        ("?appointment=x", 0),
    ] {
        assert_eq!(listed("boss", query).await, count, "{query}");
    }
    let refused = studio.get("boss", "/api/recordings?before=x").await;
    assert_eq!(refused.no(), "400 invalid_payload");

    let seen = studio.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!(seen["requests"][0]["userId"], "pat");
    let seen = studio.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!((&seen["requests"], &seen["may"]["ask"]), (&Value::Null, &json!(true)));
    let download = studio.get("boss", &format!("{path}/download")).await;
    assert_eq!(download.status, 200);
    assert!(download.header("content-disposition").starts_with("attachment"), "{}", download.head);
    let told = accesses(&studio, &tape).await;
    for line in [
        "opened doc",
        "opened pat",
        "watched doc",
        "refused pat",
        "asked_for pat",
        "downloaded boss",
    ] {
        assert!(told.contains(&line.to_owned()), "{line} in {told:?}");
    }
    assert!(!told.contains(&"asked_for doc".to_owned()), "{told:?}");
    let watched = told.iter().filter(|it| *it == "watched doc").count();
    assert_eq!(watched, 1, "{told:?}");
}

#[tokio::test]
async fn a_page_watches_by_its_cookie_as_long_as_somebody_does() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.finished(1).await;
    let watch = studio.ask("doc", "POST", &format!("{}/watch", tape.path()), Value::Null).await;
    assert_eq!(watch.json()["url"], format!("{}/media", tape.path()));
    assert_eq!(watch.json()["expiresAt"], "2023-11-14T22:18:21.000Z");
    let cookie = watch.header("set-cookie").to_owned();
    let scope = format!("Path={}/media; HttpOnly; SameSite=Strict", tape.path());
    assert!(cookie.contains(&scope), "{cookie}");
    let mut carried = cookie.split(';').next().expect("a value").to_owned();
    let see = async |cookie: &str, more: &str| {
        let headers = format!("Cookie: {cookie}\r\n{more}");
        studio.send("GET", &format!("{}/media", tape.path()), &headers, b"").await
    };
    for _ in 0..3 {
        studio.house.clock.advance(Duration::from_secs(4 * 60));
        let seen = see(&carried, "").await;
        assert_eq!(seen.status, 200, "{}", seen.no());
        carried = seen.header("set-cookie").split(';').next().expect("a value").to_owned();
    }
    let told = accesses(&studio, &tape).await;
    assert_eq!(told.iter().filter(|it| *it == "watched doc").count(), 1, "{told:?}");
    let foreign = see(&carried, "Origin: https://elsewhere.example\r\n").await;
    assert_eq!(foreign.no(), "403 foreign_page");
    assert_eq!(see("housecall_watch=x.y", "").await.no(), "401 unauthorized");
    assert_eq!(see("other=1", "").await.no(), "401 token_missing");
    let uploads = format!("housecall_watch={}", tape.grant);
    assert_eq!(see(&uploads, "").await.no(), "401 unauthorized");

    let (doc, now) = ("doc".parse().expect("an id"), housecall::Clock::now(&studio.house.clock));
    let disable = async |disabled| {
        let done = studio.store.set_disabled(&doc, disabled, &Actor::House, now).await;
        done.expect("there is such a user");
    };
    disable(true).await;
    assert_eq!(see(&carried, "").await.no(), "401 unauthorized");
    disable(false).await;
    assert_eq!(see(&carried, "").await.status, 200);
    studio.house.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(see(&carried, "").await.no(), "401 grant_expired");
}

#[tokio::test]
async fn clients_of_calls_are_told_how_it_is_kept() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.finished(1).await;
    studio.get("doc", &format!("{}/media", tape.path())).await;
    let path = format!("/webrtc/calls/{}/recordings/{}", tape.call, tape.id);
    let told = studio.ok("pat", "GET", &path, Value::Null).await;
    assert_eq!((&told["status"], &told["isEncrypted"]), (&json!("completed"), &json!(true)));
    assert_eq!(told["encryptionAlgorithm"], "AES-256-GCM");
    assert_eq!(told["encryptionKeyId"].as_str().map(str::len), Some(16));
    assert_eq!(
        (&told["storageProvider"], &told["retentionPeriod"]),
        (&json!("local"), &json!(365))
    );
    assert_eq!((&told["viewCount"], &told["lastViewedBy"]), (&json!(1), &json!("doc")));
    assert_eq!(told["fileUrl"], format!("{}/media", tape.path()));
    assert_eq!(told["mimeType"], "video/webm;codecs=vp8,opus");
}
