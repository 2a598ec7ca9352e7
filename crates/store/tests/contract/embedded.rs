//! What only the embedded database has to promise.

use std::time::Duration;

use housecall_store::{Store, StoreError};
use sqlx::Connection;

use crate::{
    backend::{Backend, File},
    story::{Call, join},
};

#[tokio::test]
async fn d1_whoever_waits_for_a_lock_is_told_in_time_and_nothing_is_half_done() {
    let file = File::fresh().await;
    let store = Store::open_patiently(file.url(), Duration::from_millis(100)).await.expect("opens");
    let mut calls = Vec::new();
    for number in 0..20 {
        calls.push(Call::ringing(&store, &format!("room-{number}"), 0).await);
    }
    let mut stranger = file.stranger().await;
    let lock = stranger.begin_with("BEGIN IMMEDIATE").await.expect("nobody writes");

    let blocked = calls.into_iter().map(|mut call| {
        tokio::spawn(async move { (call.try_tell(1, "doctor", join("desk")).await, call) })
    });
    let mut after = Vec::new();
    for blocked in blocked.collect::<Vec<_>>() {
        let (answer, call) = blocked.await.expect("no panic");
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        // Readers do not care.
        assert_eq!(call.remembered().await, call.room);
        after.push(call);
    }
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));

    lock.rollback().await.expect("the lock is ours");
    store.ready().await.expect("the lock is gone");
    for call in &mut after {
        call.tell(2, "doctor", join("desk")).await;
        assert_eq!(call.remembered().await, call.room);
    }
}

#[tokio::test]
async fn d1_whoever_comes_while_others_wait_for_a_lock_waits_no_longer_than_they() {
    let file = File::fresh().await;
    let store = Store::open_patiently(file.url(), Duration::from_millis(100)).await.expect("opens");
    let mut early = Call::ringing(&store, "early", 0).await;
    let mut late = Call::ringing(&store, "late", 0).await;
    let mut stranger = file.stranger().await;
    let lock = stranger.begin_with("BEGIN IMMEDIATE").await.expect("nobody writes");

    let early = tokio::spawn(async move { early.try_tell(1, "doctor", join("desk")).await });
    // The writer has one thread with us, and the lock to wait for.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let late = tokio::spawn(async move { late.try_tell(1, "doctor", join("desk")).await });
    let early = early.await.expect("no panic");
    assert!(matches!(early, Err(StoreError::Unavailable(_))), "{early:?}");
    lock.rollback().await.expect("the lock is ours");
    let late = late.await.expect("no panic");
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
}

#[tokio::test]
async fn d1_a_lock_that_is_given_back_in_time_delays_and_no_more() {
    let file = File::fresh().await;
    let mut call = Call::ringing(file.store(), "patient-room", 0).await;
    let mut stranger = file.stranger().await;
    let lock = stranger.begin_with("BEGIN IMMEDIATE").await.expect("nobody writes");
    let write = tokio::spawn(async move {
        call.tell(1, "doctor", join("desk")).await;
        call
    });
    tokio::task::yield_now().await;
    lock.rollback().await.expect("the lock is ours");
    let call = write.await.expect("the write succeeds");
    assert_eq!(call.remembered().await, call.room);
}

#[tokio::test]
async fn a_url_that_names_no_database_is_refused() {
    for url in ["postgres://somewhere/else", "sqlite:/proc/no/such/folder/x.db", "sqlite:/"] {
        let refused = Store::open(url).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{url}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_of_a_new_database_is_ours_alone() {
    use std::os::unix::fs::PermissionsExt;

    let file = File::fresh().await;
    let path = file.url().strip_prefix("sqlite:").expect("a file");
    let folder = std::path::Path::new(path).parent().expect("a folder");
    let mode = std::fs::metadata(folder).expect("the folder is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
