use housecall_store::{PathKind, PathReport, Store};

use crate::{
    backend::Backend,
    story::{Call, at, room_id, user},
};

fn report(room: &str, who: &str, path: PathKind, seconds: u64) -> PathReport {
    PathReport {
        room: room_id(room),
        user: user(who),
        peer: user("doctor"),
        at: at(seconds),
        path,
        peer_path: None,
        round_trip: None,
        loss: None,
    }
}

async fn keep(store: &Store, report: &PathReport, place: Option<&str>) {
    store.keep_path(report.clone(), place.map(room_id)).await.expect("the store writes");
}

async fn paths(store: &Store, place: &str, limit: u32) -> Vec<PathReport> {
    store.paths(&room_id(place), limit).await.expect("the store reads")
}

pub(crate) async fn paths_are_read_as_they_were_taken(backend: &impl Backend) {
    let store = backend.store();
    for room in ["monday", "tuesday", "elsewhere"] {
        Call::ringing(store, room, 0).await;
    }
    let full = PathReport {
        peer_path: Some(PathKind::Stun),
        round_trip: Some(41.5),
        loss: Some(0.0),
        ..report("monday", "pat", PathKind::RelayUdp, 1)
    };
    keep(store, &full, Some("visit")).await;
    let mut all = vec![full];
    for (seconds, path) in PathKind::ALL.into_iter().enumerate() {
        let report = report("tuesday", "pat", path, 2 + seconds as u64);
        keep(store, &report, Some("visit")).await;
        all.push(report);
    }
    let alone = report("elsewhere", "pat", PathKind::Direct, 3);
    keep(store, &alone, None).await;

    assert_eq!(paths(store, "visit", 9).await, all);
    assert_eq!(paths(store, "monday", 9).await, all[..1]);
    assert_eq!(paths(store, "tuesday", 9).await, all[1..]);
    assert_eq!(paths(store, "visit", 2).await, all[4..], "the latest");
    assert_eq!(paths(store, "elsewhere", 9).await, [alone]);
    assert_eq!(paths(store, "nowhere", 9).await, []);
    let lines = store.entries_after(&room_id("elsewhere"), 0).await.expect("the store reads");
    assert_eq!(lines.len(), 2, "that it was made and rang, and nothing else");
}

pub(crate) async fn fifty_paths_of_each_person_are_kept(backend: &impl Backend) {
    let store = backend.store();
    for room in ["first", "second"] {
        Call::ringing(store, room, 0).await;
    }
    // All in the same millisecond: the order they were said in counts.
    let said = |number: u32| PathReport {
        round_trip: Some(f64::from(number)),
        ..report("first", "pat", PathKind::Direct, 1)
    };
    keep(store, &report("first", "eve", PathKind::Direct, 0), None).await;
    keep(store, &report("second", "pat", PathKind::Direct, 0), None).await;
    for number in 1..=53 {
        keep(store, &said(number), None).await;
    }
    let kept = paths(store, "first", 99).await;
    assert_eq!(kept[0].user, user("eve"), "hers are not counted with his");
    assert_eq!(kept[1..], (4..=53).map(said).collect::<Vec<_>>());
    assert_eq!(paths(store, "second", 99).await.len(), 1);
}
