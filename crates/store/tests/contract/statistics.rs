use std::time::Duration;

use housecall_core::{Command, room::Purpose};
use housecall_store::{Attendance, CallFilter, CallStatistics, CallStatus, Store};

use crate::{
    backend::Backend,
    story::{Call, at, end, invitation, join, leave, user},
};

/// Answered, missed, declined, taken back, and one that goes on.
async fn a_day(store: &Store) {
    for (id, begins, answered, ended) in [("short", 0, 5, 15), ("long", 100, 101, 171)] {
        let mut call = Call::ringing(store, id, begins).await;
        call.tell(answered, "patient", join("phone")).await;
        call.tell(ended, "doctor", end("done")).await;
    }
    Call::ringing(store, "missed", 200).await.elapse(300).await;
    let mut call = Call::ringing(store, "declined", 300).await;
    call.tell(301, "patient", Command::Decline { reason: None }).await;
    let mut call = Call::ringing(store, "cancelled", 400).await;
    call.tell(401, "doctor", Command::Cancel { reason: None }).await;

    let mut call = Call::blank(store, "open");
    let mut audio = invitation(&["neighbour"]);
    audio.purpose = Purpose::Audio;
    call.tell(500, "doctor-2", Command::Initiate(audio)).await;
    call.tell(501, "neighbour", join("phone")).await;
}

pub(crate) async fn calls_are_counted_by_how_they_came_out(backend: &impl Backend) {
    let store = backend.store();
    let check = async |filter: CallFilter, expected: CallStatistics| {
        let counted = store.call_statistics(&filter).await.expect("the store reads");
        assert_eq!(counted, expected, "{filter:?}");
    };
    let all = || CallFilter::default();
    check(all(), CallStatistics::default()).await;
    a_day(store).await;
    let hers = CallStatistics {
        total: 5,
        completed: 2,
        missed: 1,
        declined: 1,
        cancelled: 1,
        video: 5,
        timed: 2,
        duration: Duration::from_secs(80),
        ..CallStatistics::default()
    };
    let open = CallStatistics { total: 1, audio: 1, ..CallStatistics::default() };
    check(all(), CallStatistics { total: 6, audio: 1, ..hers }).await;
    check(CallFilter { visible_to: Some(user("patient")), ..all() }, hers).await;
    check(CallFilter { visible_to: Some(user("neighbour")), ..all() }, open).await;
    check(CallFilter { visible_to: Some(user("stranger")), ..all() }, Default::default()).await;
    let late = CallFilter { from: Some(at(300)), to: Some(at(499)), ..all() };
    let two =
        CallStatistics { total: 2, declined: 1, cancelled: 1, video: 2, ..Default::default() };
    check(late, two).await;
    check(CallFilter { statuses: vec![CallStatus::Active], ..all() }, open).await;
    let screens = CallFilter { purpose: Some(Purpose::ScreenShare), ..all() };
    check(screens, CallStatistics::default()).await;
}

pub(crate) async fn time_in_rooms_is_added_up(backend: &impl Backend) {
    let store = backend.store();
    a_day(store).await;
    let mut call = Call::ringing(store, "left", 600).await;
    call.tell(600, "doctor", join("desk")).await;
    call.tell(610, "patient", join("phone")).await;
    call.tell(640, "patient", leave("phone")).await;

    let check = async |who: &str, since: u64, rooms: u64, seconds: u64, people: u64| {
        let found = store.attendance(&user(who), at(since), at(700)).await;
        let time = Duration::from_secs(seconds);
        assert_eq!(found.expect("the store reads"), Attendance { rooms, time, people }, "{who}");
    };
    // In the first two calls the doctor's devices never came.
    check("patient", 0, 3, 10 + 70 + 30, 1).await;
    check("patient", 102, 1, 110, 1).await;
    // Whoever is still in has been there until now.
    check("doctor", 0, 1, 100, 1).await;
    check("neighbour", 0, 1, 199, 0).await;
    check("stranger", 0, 0, 0, 0).await;
}
