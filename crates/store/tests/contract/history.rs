use housecall_core::{Command, room::Purpose};
use housecall_store::{CallFilter, CallStatus, Page, Store};

use crate::{
    backend::Backend,
    story::{Call, at, end, invitation, join, user},
};

const ALL: Page = Page { limit: 100, offset: 0 };

async fn list(store: &Store, filter: &CallFilter, page: Page) -> (String, u64) {
    let page = store.calls(filter, page).await.expect("the store reads");
    let ids: Vec<_> = page.calls.iter().map(|it| it.id.as_str()).collect();
    (ids.join(" "), page.total)
}

/// One call of each kind, a minute apart.
async fn a_day(store: &Store) {
    let mut call = Call::ringing(store, "completed", 0).await;
    call.tell(1, "patient", join("phone")).await;
    call.tell(2, "doctor", end("done")).await;

    let mut call = Call::ringing(store, "missed", 60).await;
    call.elapse(120).await;

    let mut call = Call::ringing(store, "declined", 120).await;
    call.tell(121, "patient", Command::Decline { reason: None }).await;

    let mut call = Call::ringing(store, "cancelled", 180).await;
    call.tell(181, "doctor", Command::Cancel { reason: None }).await;

    let mut call = Call::blank(store, "scheduled");
    let mut later = invitation(&["patient"]);
    later.scheduled_at = Some(at(3600));
    later.patient = Some(user("patient"));
    later.provider = Some(user("doctor"));
    later.appointment = Some("visit-9".parse().expect("an id"));
    call.tell(240, "doctor", Command::Initiate(later)).await;

    let mut call = Call::blank(store, "active");
    let mut audio = invitation(&["neighbour"]);
    audio.purpose = Purpose::Audio;
    call.tell(300, "doctor-2", Command::Initiate(audio)).await;
    call.tell(301, "neighbour", join("phone")).await;

    Call::ringing(store, "ringing", 360).await;
}

pub(crate) async fn a_list_shows_what_was_asked_for(backend: &impl Backend) {
    let store = backend.store();
    a_day(store).await;
    let check = async |filter: CallFilter, expected: &str| {
        let total = expected.split_whitespace().count() as u64;
        assert_eq!(list(store, &filter, ALL).await, (expected.to_owned(), total), "{filter:?}");
    };
    let all = || CallFilter::default();
    let everything = "ringing active scheduled cancelled declined missed completed";
    check(all(), everything).await;

    for status in CallStatus::ALL {
        check(CallFilter { statuses: vec![status], ..all() }, status.as_str()).await;
        assert_eq!(CallStatus::named(status.as_str()), Some(status));
    }
    let open = vec![CallStatus::Scheduled, CallStatus::Ringing, CallStatus::Active];
    check(CallFilter { statuses: open, ..all() }, "ringing active scheduled").await;

    check(CallFilter { purpose: Some(Purpose::Audio), ..all() }, "active").await;
    check(CallFilter { purpose: Some(Purpose::ScreenShare), ..all() }, "").await;
    check(CallFilter { patient: Some(user("patient")), ..all() }, "scheduled").await;
    check(CallFilter { provider: Some(user("doctor")), ..all() }, "scheduled").await;
    check(CallFilter { provider: Some(user("patient")), ..all() }, "").await;
    let appointment = "visit-9".parse().ok();
    check(CallFilter { appointment, ..all() }, "scheduled").await;

    // A scheduled call counts when it is to ring, any other when it was made.
    check(CallFilter { from: Some(at(300)), ..all() }, "ringing active scheduled").await;
    check(CallFilter { to: Some(at(60)), ..all() }, "missed completed").await;
    let span = CallFilter { from: Some(at(60)), to: Some(at(240)), ..all() };
    check(span, "cancelled declined missed").await;

    let both = CallFilter {
        visible_to: Some(user("patient")),
        statuses: vec![CallStatus::Ringing, CallStatus::Active],
        ..all()
    };
    check(both, "ringing").await;
}

pub(crate) async fn participants_see_their_own_calls(backend: &impl Backend) {
    let store = backend.store();
    a_day(store).await;
    let check = async |who: &str, expected: &str| {
        let filter = CallFilter { visible_to: Some(user(who)), ..CallFilter::default() };
        assert_eq!(list(store, &filter, ALL).await.0, expected, "{who}");
    };
    check("doctor-2", "active").await;
    check("neighbour", "active").await;
    check("patient", "ringing scheduled cancelled declined missed completed").await;
    check("stranger", "").await;

    let filter = CallFilter { visible_to: Some(user("neighbour")), ..CallFilter::default() };
    let page = store.calls(&filter, ALL).await.expect("the store reads");
    let names: Vec<_> = page.calls[0].participants.iter().map(|it| it.user.as_str()).collect();
    assert_eq!(names, ["doctor-2", "neighbour"]);
}

pub(crate) async fn pages_are_stable(backend: &impl Backend) {
    let store = backend.store();
    // Made in the same millisecond, told apart by their ids.
    for number in 0..10 {
        Call::ringing(store, &format!("call-{number}"), 0).await;
    }
    for visible_to in [None, Some(user("patient"))] {
        let filter = CallFilter { visible_to, ..CallFilter::default() };
        let mut seen = Vec::new();
        for offset in [0, 4, 8, 12] {
            let (ids, total) = list(store, &filter, Page { limit: 4, offset }).await;
            assert_eq!(total, 10);
            seen.extend(ids.split_whitespace().map(str::to_owned));
        }
        let expected: Vec<_> = (0..10).rev().map(|it| format!("call-{it}")).collect();
        assert_eq!(seen, expected);
    }
    assert_eq!(list(store, &CallFilter::default(), Page { limit: 0, offset: 0 }).await.1, 10);
    let beyond = Page { limit: 4, offset: u64::MAX };
    assert_eq!(list(store, &CallFilter::default(), beyond).await, (String::new(), 10));
}
