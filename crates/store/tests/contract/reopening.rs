use housecall_core::{Actor, Private, Role};
use housecall_store::{CallFilter, Page, StoreError, Stream, Verdict};
use serde_json::json;

use crate::{
    backend::Lasting,
    story::{Call, at, camera, end, join, user},
};

pub(crate) async fn nothing_is_lost_by_closing(backend: &impl Lasting) {
    let mut call = Call::ringing(backend.store(), "lasting", 0).await;
    call.tell(1, "doctor", join("desk")).await;
    let name = Private::new("Ada".to_owned());
    let ada = call.store.ensure_user(&user("ada"), &name, Role::Patient, at(2)).await;
    backend.store().close().await;

    for _ in 0..2 {
        call.store = backend.another().await;
        assert_eq!(call.remembered().await, call.room);
        assert_eq!(
            call.store.open_rooms().await.expect("the store reads"),
            [call.room.id().clone()]
        );
        let found = call.store.user(&user("ada")).await.expect("the store reads");
        assert_eq!(found.as_ref(), ada.as_ref().ok());
        let seconds = call.room.seq();
        call.tell(seconds, "doctor", camera("desk", seconds % 2 == 0)).await;
        call.store.close().await;
    }
    call.store = backend.another().await;
    let entries = call.room.seq() + 1;
    let verdict = call.store.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries, streams: 2 });
    call.tell(9, "doctor", end("done")).await;
    assert!(call.store.open_rooms().await.expect("the store reads").is_empty());
}

pub(crate) async fn two_stores_share_a_database(backend: &impl Lasting) {
    let (here, there) = (backend.store().clone(), backend.another().await);
    let mut call = Call::ringing(&here, "shared", 0).await;
    for seconds in 1..20 {
        let slow = Call { store: call.store.clone(), room: call.room.clone() };
        call.store = if seconds % 2 == 0 { here.clone() } else { there.clone() };
        match seconds {
            1 => call.tell(1, "doctor", join("desk")).await,
            _ => call.tell(seconds, "doctor", camera("desk", seconds % 2 == 1)).await,
        }
        // The other one thinks that it knows how the stream ends.
        let entries = slow.decide(seconds, "patient", join("phone"));
        let late = slow.store.append(&slow.after(&entries), slow.room.seq(), &entries).await;
        assert!(matches!(late, Err(StoreError::Conflict)), "{seconds}");
        let noted = call
            .store
            .record(&Stream::House, &Actor::House, "noted", &json!({}), at(seconds))
            .await;
        assert_eq!(noted.expect("the store writes"), seconds);
    }
    assert_eq!(call.remembered().await, call.room);
    let page = Page { limit: 10, offset: 0 };
    let seen_here = here.calls(&CallFilter::default(), page).await.expect("the store reads");
    let seen_there = there.calls(&CallFilter::default(), page).await.expect("the store reads");
    assert_eq!(seen_here, seen_there);
    let verdict = there.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries: 19 + call.room.seq(), streams: 2 });
}
