//! Recordings come in chunk by chunk, and become a file.

use std::time::Duration;

use housecall_store::RecordingStatus;
use serde_json::{Value, json};

use crate::{
    studio::{Chunk, Place, Studio, in_both},
    webm,
};

in_both!(
    a_recording_is_sent_kept_and_seen_again,
    what_nobody_finishes_is_finished_by_the_house,
    an_upload_goes_on_after_a_restart,
    what_was_sent_survives_a_restart_before_it_is_finished,
);

/// A picture, as far as anybody looks.
const PICTURE: &[u8] = b"\xff\xd8\xff\xe0 a picture of the two of them";

async fn a_recording_is_sent_kept_and_seen_again(place: Place) {
    let studio = Studio::open(place).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 3).await;
    let headers = format!("Authorization: Bearer {}\r\nContent-Type: image/jpeg\r\n", tape.grant);
    let poster = format!("{}/poster", tape.path());
    assert_eq!(studio.send("PUT", &poster, &headers, PICTURE).await.status, 204);
    let running = studio.ok("doc", "GET", &tape.path(), Value::Null).await;
    assert_eq!((&running["status"], &running["hasPoster"]), (&json!("recording"), &json!(false)));
    assert_eq!(studio.finish(&tape, 3).await.no(), "409 on_air");

    // The patient comes back with another page, and the doctor's begins anew.
    studio.begin_part(&mut tape).await;
    studio.roll(&tape, 3, 2).await;
    studio.stop(&mut tape).await;
    let stopped = studio.becomes(&tape, RecordingStatus::Uploading).await;
    assert_eq!(studio.finish(&tape, 6).await.no(), "409 chunks_missing");
    assert_eq!(studio.finish(&tape, 5).await.json(), json!({"status": "processing"}));
    let it = studio.becomes(&tape, RecordingStatus::Completed).await;
    assert_eq!((it.stopped_at, it.chunks), (stopped.stopped_at, Some(5)));
    assert_eq!(studio.finish(&tape, 5).await.json(), json!({"status": "completed"}));
    studio.spool_is_empty().await;
    assert_eq!(studio.kept().len(), 2, "the file and the picture");
    assert!(!studio.is_on_disk(webm::MARK.as_bytes()), "it can be read on the disk");
    assert!(!studio.is_on_disk(PICTURE), "the picture can be read on the disk");

    let seen = studio.ok("doc", "GET", &tape.path(), Value::Null).await;
    assert_eq!(seen["status"], "completed");
    let duration = seen["duration"].as_f64().expect("it plays for a while");
    assert!((4.5..=5.1).contains(&duration), "{duration}");
    assert_eq!(seen["may"]["watch"], true);
    assert_eq!((&seen["hasPoster"], &seen["damaged"]), (&json!(true), &json!(false)));
    assert_eq!(seen["expiresAt"], "2024-11-13T22:13:25.000Z");
    assert_eq!(seen["people"].as_array().map(Vec::len), Some(2));
    let media = studio.get("doc", &format!("{}/media", tape.path())).await;
    assert_eq!(media.status, 200);
    assert_eq!(seen["fileSize"], media.body.len());
    for second in 0..5 {
        let mark = format!("{} {second}.", webm::MARK);
        let is_there = media.body.windows(mark.len()).any(|it| it == mark.as_bytes());
        assert!(is_there, "second {second} is missing");
    }
    let picture = studio.get("doc", &poster).await;
    assert_eq!((picture.status, &picture.body[..]), (200, PICTURE));
    assert_eq!(picture.header("content-type"), "image/jpeg");
    assert_eq!(studio.finish(&tape, 9).await.json()["status"], "completed");
    let more = webm::chunks(1, 5);
    let late = Chunk { number: 5, part: tape.part, at: 2000, bytes: &more[0] };
    assert_eq!(studio.put(&tape, late).await.no(), "409 already_finished");
    let renewed = studio.ask("doc", "POST", &format!("{}/grants", tape.path()), Value::Null).await;
    assert_eq!(renewed.no(), "409 already_finished");
}

async fn what_nobody_finishes_is_finished_by_the_house(place: Place) {
    let studio = Studio::open(place).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 2).await;
    studio.stop(&mut tape).await;
    studio.becomes(&tape, RecordingStatus::Uploading).await;
    studio.house.clock.advance(Duration::from_secs(23 * 3600));
    assert_eq!(studio.row(&tape).await.status, RecordingStatus::Uploading);
    studio.house.clock.advance(Duration::from_secs(2 * 3600));
    let it = studio.becomes(&tape, RecordingStatus::Completed).await;
    assert_eq!(it.chunks, Some(2));
}

async fn an_upload_goes_on_after_a_restart(place: Place) {
    let studio = Studio::open(place).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 2).await;
    let mut studio = studio.reopen(&[]).await.expect("it opens again");
    // The call is still there, and the recording with it.
    tape.doc = studio.guest("doc").await;
    tape.pat = studio.guest("pat").await;
    for guest in [&mut tape.doc, &mut tape.pat] {
        let back = guest.ask("join", json!({"callId": tape.call})).await;
        assert_eq!(back["ok"], true, "{back}");
    }
    let path = format!("{}/grants", tape.path());
    let renewed = studio.ok("doc", "POST", &path, Value::Null).await;
    assert_eq!((&renewed["next"], &renewed["status"]), (&json!(2), &json!("recording")));
    tape.grant = renewed["grant"].as_str().expect("a grant").to_owned();
    // What the page had not sent is of the part that was there.
    let bytes = &webm::chunks(3, 0)[2];
    studio.house.clock.advance(Duration::from_secs(1));
    let left = Chunk { number: 2, part: tape.part, at: 2000, bytes };
    assert_eq!(studio.put(&tape, left).await.json(), json!({"next": 3}));
    studio.begin_part(&mut tape).await;
    assert_eq!(tape.part, 2);
    studio.roll(&tape, 3, 1).await;
    studio.stop(&mut tape).await;
    assert_eq!(studio.finish(&tape, 4).await.status, 202);
    studio.becomes(&tape, RecordingStatus::Completed).await;
    studio = studio.reopen(&[]).await.expect("it opens again");
    let media = studio.get("doc", &format!("{}/media", tape.path())).await;
    assert_eq!(media.status, 200, "{}", media.no());
}

async fn what_was_sent_survives_a_restart_before_it_is_finished(place: Place) {
    let studio = Studio::open(place).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 2).await;
    studio.stop(&mut tape).await;
    studio.becomes(&tape, RecordingStatus::Uploading).await;
    // The house ends at the very moment it was told that all is there.
    let id = tape.id.parse().expect("an id");
    let studio = studio.reopen(&[]).await.expect("it opens again");
    let by = housecall_core::Actor::House;
    let now = housecall::Clock::now(&studio.house.clock);
    studio.store.recording_uploaded(&id, 2, &by, now).await.expect("it was awaited");
    assert_eq!(studio.row(&tape).await.status, RecordingStatus::Processing);
    let studio = studio.reopen(&[]).await.expect("it opens again");
    studio.becomes(&tape, RecordingStatus::Completed).await;
    assert!(!studio.is_on_disk(webm::MARK.as_bytes()));
}

/// The bucket goes away while a recording is finished, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_waits_for_its_bucket() {
    let mut studio = Studio::open(Place::Bucket).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 2).await;
    studio.bucket.as_mut().expect("there is one").stop().await;
    studio.stop(&mut tape).await;
    assert_eq!(studio.finish(&tape, 2).await.status, 202);
    let ready = || async { studio.get("doc", "/readyz").await.json() };
    while ready().await["storage"] != "unavailable" {}
    assert_eq!(studio.row(&tape).await.status, RecordingStatus::Processing);
    let media = format!("{}/media", tape.path());
    assert_eq!(studio.get("doc", &media).await.no(), "409 not_ready");

    studio.bucket.as_mut().expect("there is one").start_again().await;
    studio.house.clock.advance(Duration::from_secs(60 * 60));
    studio.becomes(&tape, RecordingStatus::Completed).await;
    assert_eq!(studio.get("doc", &media).await.status, 200);

    // Who wants to see it while the bucket is gone is told to come again.
    studio.bucket.as_mut().expect("there is one").stop().await;
    assert_eq!(studio.get("doc", &media).await.no(), "503 unavailable");
    studio.bucket.as_mut().expect("there is one").start_again().await;
    assert_eq!(studio.get("doc", &media).await.status, 200);
}

#[tokio::test]
async fn whoever_comes_without_having_agreed_is_not_recorded() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape_of(&["pat", "aid"]).await;
    studio.roll(&tape, 0, 2).await;
    // Somebody else comes: the recording pauses before they are in.
    let mut aid = studio.guest("aid").await;
    let joined = aid.ask("answer", json!({"callId": tape.call})).await;
    assert_eq!(joined["ok"], true, "{joined}");
    tape.pat.hears("recordingPaused").await;
    let part = |studio: &Studio| {
        let new = json!({"mediaType": "video/webm"});
        let path = format!("{}/parts", tape.path());
        let token = studio.house.token("doc", housecall_core::Role::Provider);
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        (path, headers, new.to_string())
    };
    let (path, headers, new) = part(&studio);
    let refused = studio.send("POST", &path, &headers, new.as_bytes()).await;
    assert_eq!(refused.no(), "409 not_on_air");

    // What the recorder's page went on to send reaches over the end: by less than a
    // second it is taken, and left out of the file; by more it is not taken.
    let bytes = webm::chunks(6, 0);
    studio.house.clock.advance(Duration::from_secs(3));
    let over = |second: usize| Chunk {
        number: second as u32,
        part: tape.part,
        at: second as u64 * 1000,
        bytes: &bytes[second],
    };
    assert_eq!(studio.put(&tape, over(2)).await.json(), json!({"next": 3}));
    let refused = studio.put(&tape, over(3)).await;
    assert_eq!((refused.no(), &refused.json()["next"]), ("403 outside_consent".into(), &json!(3)));

    let agreed = aid.ask("consent", json!({"callId": tape.call, "agreed": true})).await;
    assert_eq!(agreed["ok"], true, "{agreed}");
    tape.pat.hears("recordingResumed").await;
    let again = studio.put(&tape, over(3)).await;
    assert_eq!(again.no(), "403 outside_consent", "the part was over");
    studio.begin_part(&mut tape).await;
    studio.roll(&tape, 3, 1).await;
    let withdrawn = aid.ask("consent", json!({"callId": tape.call, "agreed": false})).await;
    assert_eq!(withdrawn["ok"], true, "{withdrawn}");
    tape.pat.hears("recordingStopped").await;
    assert_eq!(studio.finish(&tape, 4).await.status, 202);
    studio.becomes(&tape, RecordingStatus::Completed).await;

    let seen = studio.ok("doc", "GET", &tape.path(), Value::Null).await;
    let duration = seen["duration"].as_f64().expect("it plays for a while");
    assert!((2.5..=3.1).contains(&duration), "{duration}");
    let told = |list: &str, word: &str| -> Vec<String> {
        let list = seen[list].as_array().expect("a list").iter();
        list.map(|it| {
            let who = it["userId"].as_str().unwrap_or("-");
            format!("{} {who}", it[word].as_str().expect("a word"))
        })
        .collect()
    };
    assert_eq!(told("chapters", "kind"), ["joined aid", "resumed -"]);
    let consents = ["agreed doc", "agreed pat", "agreed aid", "withdrew aid"];
    assert_eq!(told("consents", "what"), consents);
    let names = seen["people"].as_array().expect("a list").iter();
    let names: Vec<_> = names.map(|it| it["id"].clone()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let media = studio.get("doc", &format!("{}/media", tape.path())).await.body;
    let mark = format!("{} 2.", webm::MARK);
    let kept = media.windows(mark.len()).any(|it| it == mark.as_bytes());
    assert!(!kept, "what reached over the end is in the file");
}
