//! What is no recording, or somebody else's, is not taken.

use std::time::Duration;

use housecall_core::Role;
use housecall_store::RecordingStatus;
use serde_json::{Value, json};

use crate::{
    studio::{Chunk, Place, Studio, Tape},
    webm,
};

fn chunk<'a>(tape: &Tape, number: u32, bytes: &'a [u8]) -> Chunk<'a> {
    Chunk { number, part: tape.part, at: u64::from(number) * 1000, bytes }
}

#[tokio::test]
async fn chunks_come_in_order_and_once() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.tape().await;
    let bytes = webm::chunks(3, 0);
    studio.house.clock.advance(Duration::from_secs(3));
    let put = async |number: u32, bytes: &[u8]| {
        let answer = studio.put(&tape, chunk(&tape, number, bytes)).await;
        (answer.status, answer.json()["next"].clone(), answer.json()["code"].clone())
    };
    assert_eq!(put(1, &bytes[1]).await, (409, json!(0), json!("chunk_out_of_order")));
    assert_eq!(put(0, &bytes[0]).await, (200, json!(1), Value::Null));
    assert_eq!(put(2, &bytes[2]).await, (409, json!(1), json!("chunk_out_of_order")));
    assert_eq!(put(1, &bytes[1]).await, (200, json!(2), Value::Null));
    assert_eq!(put(0, &bytes[0]).await, (200, json!(2), Value::Null), "the same again");
    assert_eq!(put(0, &bytes[1]).await, (409, Value::Null, json!("chunk_differs")));
    assert_eq!(put(2, &bytes[2]).await, (200, json!(3), Value::Null));
}

#[tokio::test]
async fn what_is_wrong_with_a_chunk_is_told_and_changes_nothing() {
    let small = [
        ("HOUSECALL_RECORDINGS__CHUNK_BYTES", "5000"),
        ("HOUSECALL_RECORDINGS__RECORDING_BYTES", "2000"),
    ];
    let studio = Studio::with(Place::Folder, &small).await;
    let tape = studio.tape().await;
    let bytes = webm::chunks(4, 0);
    studio.house.clock.advance(Duration::from_secs(4));
    let digest = |bytes: &[u8]| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest.as_ref())
    };
    let put = async |path: &str, headers: &str, bytes: &[u8]| {
        let headers = format!("Authorization: Bearer {}\r\n{headers}", tape.grant);
        studio.send("PUT", &format!("{}/{path}", tape.path()), &headers, bytes).await.no()
    };
    let right = format!("Content-Digest: sha-256=:{}:\r\n", digest(&bytes[0]));
    let place = |at: &str, length: &str| format!("chunks/0?part=1&at={at}&length={length}");
    for (path, headers, expected) in [
        (place("0", "1000"), "", "400 invalid_payload"),
        (place("0", "1000"), "Content-Digest: sha-256=abc\r\n", "400 invalid_payload"),
        (place("0", "1000"), "Content-Digest: sha-256=:aGk=:\r\n", "400 digest_mismatch"),
        (place("-1", "1000"), &right, "400 invalid_query"),
        (place("0", "2501"), &right, "400 invalid_payload"),
        (place("18446744073709551615", "1000"), &right, "403 outside_consent"),
        (place("60000", "1000"), &right, "403 outside_consent"),
        ("chunks/0?part=7&at=0&length=1000".to_owned(), &right, "400 invalid_payload"),
        ("chunks/0?part=65536&at=0&length=1000".to_owned(), &right, "400 invalid_query"),
        ("chunks/0".to_owned(), &right, "400 invalid_query"),
        ("chunks/-1?part=1&at=0&length=1".to_owned(), &right, "400 invalid_payload"),
        ("chunks/4294967296?part=1&at=0&length=1".to_owned(), &right, "400 invalid_payload"),
        ("chunks/7?part=1&at=0&length=1".to_owned(), &right, "409 chunk_out_of_order"),
    ] {
        assert_eq!(put(&path, headers, &bytes[0]).await, expected, "{path} {headers}");
    }
    let page = b"<html>this is no film</html>";
    let answer = studio.put(&tape, chunk(&tape, 0, page)).await;
    assert_eq!(answer.no(), "415 unsupported_media_type");
    let large = vec![0x1a; 5001];
    let answer = studio.put(&tape, chunk(&tape, 0, &large)).await;
    assert_eq!(answer.no(), "413 chunk_too_large");
    assert_eq!(studio.row(&tape).await.last_chunk_at, None);

    for (number, bytes) in bytes.iter().enumerate().take(3) {
        let answer = studio.put(&tape, chunk(&tape, number as u32, bytes)).await;
        if answer.status != 200 {
            assert_eq!(answer.no(), "413 recording_too_large");
            assert!(number > 0, "not even one fits");
            return;
        }
    }
    panic!("three chunks are more than one recording may have");
}

#[tokio::test]
async fn parts_are_begun_by_whoever_records_what_is_on_air() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape().await;
    let path = format!("{}/parts", tape.path());
    let begin = async |who: &str, path: &str, media_type: &str| {
        studio.ask(who, "POST", path, json!({"mediaType": media_type})).await.no()
    };
    let webm = "video/webm;codecs=vp8,opus";
    assert_eq!(begin("pat", &path, webm).await, "403 forbidden");
    assert_eq!(begin("doc-2", &path, webm).await, "404 not_found");
    assert_eq!(begin("eve", &path, webm).await, "404 not_found");
    assert_eq!(begin("boss", &path, webm).await, "403 forbidden");
    assert_eq!(begin("doc", &path, "video/mp4").await, "409 other_media_type");
    assert_eq!(begin("doc", &path, "text/html").await, "415 unsupported_media_type");
    for id in ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "a%20b", &"x".repeat(300)] {
        let path = format!("/api/recordings/{id}/parts");
        assert_eq!(begin("doc", &path, webm).await, "404 not_found", "{id}");
    }
    studio.stop(&mut tape).await;
    assert_eq!(begin("doc", &path, webm).await, "409 not_on_air");
    let grants = format!("{}/grants", tape.path());
    for (who, expected) in [("pat", "403 forbidden"), ("eve", "404 not_found")] {
        let answer = studio.ask(who, "POST", &grants, Value::Null).await;
        assert_eq!(answer.no(), expected, "{who}");
    }
    studio.ok("doc", "POST", &grants, Value::Null).await;
}

#[tokio::test]
async fn grants_hold_for_one_recording_and_an_hour() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape().await;
    let bytes = webm::chunks(1, 0);
    let good = tape.grant.clone();
    let token = studio.house.token("doc", Role::Provider);
    for forged in ["", "x", "x.y", token.as_str(), &good[1..], &good[..good.len() - 1]] {
        tape.grant = forged.to_owned();
        let answer = studio.put(&tape, chunk(&tape, 0, &bytes[0])).await;
        assert_eq!(answer.no(), "401 unauthorized", "{forged}");
    }
    let other = Tape { id: "another".to_owned(), grant: good.clone(), ..tape };
    let answer = studio.put(&other, chunk(&other, 0, &bytes[0])).await;
    assert_eq!(answer.no(), "401 unauthorized");
    let mut tape = other;
    studio.house.clock.advance(Duration::from_secs(60 * 60));
    tape.id = studio.store.unfinished_recordings().await.expect("a list")[0].id.to_string();
    let answer = studio.put(&tape, chunk(&tape, 0, &bytes[0])).await;
    assert_eq!(answer.no(), "401 grant_expired");
    let path = format!("{}/grants", tape.path());
    let renewed = studio.ok("doc", "POST", &path, Value::Null).await;
    tape.grant = renewed["grant"].as_str().expect("a grant").to_owned();
    let answer = studio.put(&tape, chunk(&tape, 0, &bytes[0])).await;
    assert_eq!(answer.status, 200, "{}", answer.no());

    let (doc, now) = ("doc".parse().expect("an id"), housecall::Clock::now(&studio.house.clock));
    let locked_out = studio.store.set_disabled(&doc, true, &housecall_core::Actor::House, now);
    locked_out.await.expect("there is such a user");
    let answer = studio.put(&tape, chunk(&tape, 0, &bytes[0])).await;
    assert_eq!(answer.no(), "401 unauthorized");
}

#[tokio::test]
async fn pictures_are_small_and_pictures() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.tape().await;
    let path = format!("{}/poster", tape.path());
    let put = async |kind: &str, bytes: &[u8]| {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: {kind}\r\n", tape.grant);
        studio.send("PUT", &path, &headers, bytes).await.no()
    };
    assert_eq!(put("image/png", b"\xff\xd8\xff").await, "415 unsupported_media_type");
    assert_eq!(put("image/jpeg", b"<svg/>").await, "415 unsupported_media_type");
    let large = vec![0xff; 512 * 1024 + 1];
    assert_eq!(put("image/jpeg", &large).await, "413 chunk_too_large");
    assert_eq!(put("image/jpeg", b"\xff\xd8\xff\xe0").await, "204 -");
}

#[tokio::test]
async fn without_room_nothing_is_taken_and_nothing_lost() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 1).await;
    let most = i64::MAX.to_string();
    let studio = studio.reopen(&[("HOUSECALL_RECORDINGS__FREE_BYTES", &most)]).await;
    let studio = studio.expect("it opens again");
    let bytes = webm::chunks(2, 0);
    studio.house.clock.advance(Duration::from_secs(1));
    let answer = studio.put(&tape, chunk(&tape, 1, &bytes[1])).await;
    assert_eq!(answer.no(), "507 storage_full");
    let studio = studio.reopen(&[("HOUSECALL_RECORDINGS__FREE_BYTES", "0")]).await;
    let studio = studio.expect("it opens again");
    let answer = studio.put(&tape, chunk(&tape, 1, &bytes[1])).await;
    assert_eq!(answer.json(), json!({"next": 2}), "{}", answer.no());

    // The disk of the spool fails altogether.
    let spool = studio.folder.path().join("spool");
    let studio = studio.reopen(&[]).await.expect("it opens again");
    std::fs::rename(&spool, studio.folder.path().join("aside")).expect("it is ours");
    std::fs::write(&spool, "no folder").expect("it can be written");
    let answer = studio.put(&tape, chunk(&tape, 1, &bytes[1])).await;
    assert_eq!(answer.no(), "503 unavailable");
    std::fs::remove_file(&spool).expect("it is there");
    std::fs::rename(studio.folder.path().join("aside"), &spool).expect("it is there");
    tape.doc = studio.guest("doc").await;
    tape.pat = studio.guest("pat").await;
    for guest in [&mut tape.doc, &mut tape.pat] {
        guest.ask("join", json!({"callId": tape.call})).await;
    }
    studio.stop(&mut tape).await;
    assert_eq!(studio.finish(&tape, 2).await.status, 202);
    studio.becomes(&tape, RecordingStatus::Completed).await;
}

#[tokio::test]
async fn nothing_that_was_sent_is_no_recording() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape().await;
    studio.stop(&mut tape).await;
    assert_eq!(studio.finish(&tape, 0).await.status, 202);
    let it = studio.becomes(&tape, RecordingStatus::Failed).await;
    assert_eq!(it.failure.as_deref(), Some("The parts hold no media; there is nothing to join."));
    let seen = studio.ok("doc", "GET", &tape.path(), Value::Null).await;
    assert_eq!((&seen["status"], &seen["may"]["watch"]), (&json!("failed"), &json!(false)));
    let media = studio.get("doc", &format!("{}/media", tape.path())).await;
    assert_eq!(media.no(), "409 not_ready");
}

#[tokio::test]
async fn a_house_without_a_master_key_records_nothing() {
    let production = [
        ("HOUSECALL_ENV", "production"),
        ("RECORDING_MASTER_KEY", ""),
        ("HOUSECALL_RECORDINGS__RETENTION_DAYS", "30"),
    ];
    let studio = Studio::with(Place::Folder, &production).await;
    let facts = studio.get("doc", "/api/house").await.json()["recordings"].clone();
    assert_eq!((&facts["available"], &facts["retentionDays"]), (&json!(false), &json!(30)));
    let (call, mut doc, mut pat) = studio.call(&["pat"]).await;
    for guest in [&mut doc, &mut pat] {
        guest.ask("consent", json!({"callId": call, "agreed": true})).await;
    }
    doc.ask("record", json!({"callId": call})).await;
    let told = pat.hears("recordingStarted").await;
    let id = told["event"]["recording"]["id"].as_str().expect("an id");
    let path = format!("/api/recordings/{id}/parts");
    let answer = studio.ask("doc", "POST", &path, json!({"mediaType": "video/webm"})).await;
    assert_eq!(answer.no(), "503 recording_unavailable");
}
