//! Recordings are kept for their time, by keys that change, and then they are gone.

use std::time::Duration;

use housecall_recording::MasterKey;
use housecall_store::RecordingStatus;
use serde_json::{Value, json};

use crate::{
    studio::{Place, Studio, Tape, in_both},
    support::MASTER_KEY,
};

in_both!(
    a_recording_is_gone_when_its_time_is_over_unless_it_is_held,
    what_is_deleted_cannot_be_had_back,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks at what is left of a recording that was destroyed.
async fn is_gone(studio: &Studio, tape: &Tape) {
    let search = async {
        while !studio.kept().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), search).await.expect("the file is deleted");
    let it = studio.row(tape).await;
    assert_eq!((it.status, it.key), (RecordingStatus::Destroyed, None));
    let path = tape.path();
    for end in ["/media", "/download", "/poster"] {
        let answer = studio.get("boss", &format!("{path}{end}")).await;
        assert_eq!(answer.no(), "410 recording_destroyed", "{end}");
    }
    let seen = studio.ok("doc", "GET", &path, Value::Null).await;
    assert_eq!(seen["status"], "destroyed");
    let may =
        json!({"watch": false, "download": false, "delete": false, "hold": false, "ask": false});
    assert_eq!(seen["may"], may);
    let told = studio.ok("boss", "GET", &format!("{path}/accesses"), Value::Null).await;
    let told = told["accesses"].as_array().expect("a list").clone();
    assert!(told.iter().any(|it| it["what"] == "destroyed"), "{told:?}");
}

async fn a_recording_is_gone_when_its_time_is_over_unless_it_is_held(place: Place) {
    let studio = Studio::open(place).await;
    let tape = studio.finished(1).await;
    let key = studio.row(&tape).await.key.expect("it has one").bytes;
    assert!(studio.is_on_disk(&key));
    let hold = format!("{}/hold", tape.path());
    let refused = studio.ask("boss", "PUT", &hold, json!({"reason": " "})).await;
    assert_eq!(refused.no(), "400 invalid_payload");
    let held = studio.ok("boss", "PUT", &hold, json!({"reason": "a complaint"})).await;
    assert_eq!((&held["onHold"], &held["holdReason"]), (&json!(true), &json!("a complaint")));
    let refused = studio.ask("boss", "DELETE", &tape.path(), Value::Null).await;
    assert_eq!(refused.no(), "409 on_hold");
    studio.house.clock.advance(366 * DAY);
    assert_eq!(studio.get("boss", &format!("{}/media", tape.path())).await.status, 200);
    studio.ok("boss", "DELETE", &hold, Value::Null).await;
    assert_eq!(studio.row(&tape).await.status, RecordingStatus::Completed);
    studio.house.clock.advance(Duration::from_secs(60 * 60));
    studio.becomes(&tape, RecordingStatus::Destroyed).await;
    is_gone(&studio, &tape).await;
    assert!(!studio.is_on_disk(&key), "its key is still on the disk");
}

async fn what_is_deleted_cannot_be_had_back(place: Place) {
    let studio = Studio::open(place).await;
    let tape = studio.finished(1).await;
    let asked = json!({"reason": "the patient asked for it"});
    assert_eq!(studio.ask("boss", "DELETE", &tape.path(), asked.clone()).await.status, 204);
    is_gone(&studio, &tape).await;
    let again = studio.ask("boss", "DELETE", &tape.path(), asked).await;
    assert_eq!(again.no(), "410 recording_destroyed");
    let hold = format!("{}/hold", tape.path());
    let held = studio.ask("boss", "PUT", &hold, json!({"reason": "late"})).await;
    assert_eq!(held.no(), "410 recording_destroyed");
    let requests = format!("{}/requests", tape.path());
    assert_eq!(
        studio.ask("pat", "POST", &requests, Value::Null).await.no(),
        "410 recording_destroyed"
    );
}

#[tokio::test]
async fn what_is_still_coming_in_can_be_deleted_once_it_has_stopped() {
    let studio = Studio::open(Place::Folder).await;
    let mut tape = studio.tape().await;
    studio.roll(&tape, 0, 1).await;
    let refused = studio.ask("boss", "DELETE", &tape.path(), Value::Null).await;
    assert_eq!(refused.no(), "409 on_air");
    studio.stop(&mut tape).await;
    studio.becomes(&tape, RecordingStatus::Uploading).await;
    assert_eq!(studio.ask("boss", "DELETE", &tape.path(), Value::Null).await.status, 204);
    studio.spool_is_empty().await;
    assert_eq!(studio.finish(&tape, 1).await.no(), "410 recording_destroyed");
}

#[tokio::test]
async fn master_keys_change_and_recordings_stay() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.finished(1).await;
    let media = format!("{}/media", tape.path());
    let (before, fresh) = (studio.row(&tape).await.key.expect("it has one"), MasterKey::random());
    let rotated = [
        ("RECORDING_MASTER_KEY", fresh.to_base64().to_string()),
        ("HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS", MASTER_KEY.to_owned()),
    ];
    let rotated = rotated.each_ref().map(|(name, value)| (*name, value.as_str()));
    let studio = studio.reopen(&rotated).await.expect("it opens again");
    let after = studio.row(&tape).await.key.expect("it has one");
    assert_eq!(after.by, fresh.id().to_string());
    assert_ne!(after.bytes, before.bytes);
    assert_eq!(studio.get("doc", &media).await.status, 200);
    // The one of before is needed no longer.
    let alone = [("HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS", "")];
    let studio = studio.reopen(&alone).await.expect("it opens again");
    assert_eq!(studio.get("doc", &media).await.status, 200);

    let wrong = [("RECORDING_MASTER_KEY", MASTER_KEY)];
    let refused = studio.reopen(&wrong).await.err().expect("nothing would open");
    assert!(refused.contains(fresh.id().as_str()), "{refused}");
    assert!(refused.contains("RECORDING_MASTER_KEY"), "{refused}");
}

#[tokio::test]
async fn what_was_left_lying_is_put_away() {
    let studio = Studio::open(Place::Folder).await;
    let tape = studio.finished(1).await;
    let kept = studio.kept();
    let shelf = studio.folder.path().join("recordings/01");
    std::fs::create_dir_all(&shelf).expect("it can be made");
    let orphan = shelf.join("0123456789abcdef0123456789abcdef");
    std::fs::copy(&kept[0], &orphan).expect("it can be copied");
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    for file in [&kept[0], &orphan] {
        let file = std::fs::File::options().append(true).open(file).expect("it is there");
        file.set_modified(long_ago).expect("it is ours");
    }
    // A log whose recording is finished, as a crash leaves it.
    let id = tape.id.parse().expect("an id");
    let spool = housecall_recording::Spool::in_folder(&studio.folder.path().join("spool"));
    spool.open(&id, &housecall_recording::DataKey::random()).expect("a new log");
    let unknown = "another".parse().expect("an id");
    spool.open(&unknown, &housecall_recording::DataKey::random()).expect("a new log");
    let studio = studio.reopen(&[]).await.expect("it opens again");
    studio.spool_is_empty().await;
    let search = async {
        while orphan.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), search).await.expect("the orphan is deleted");
    assert_eq!(studio.get("doc", &format!("{}/media", tape.path())).await.status, 200);
}
