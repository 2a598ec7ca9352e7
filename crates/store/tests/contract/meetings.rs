use housecall_core::{MeetingId, Private, room::Door};
use housecall_store::{
    Meeting, MeetingChange, MeetingFilter, NewMeeting, Page, Store, StoreError, Stream, Verdict,
};
use serde_json::json;

use crate::{
    backend::Backend,
    story::{actor, at, user},
};

const ALL: Page = Page { limit: 100, offset: 0 };

fn id(name: &str) -> MeetingId {
    name.parse().expect("a meeting id")
}

/// A meeting of `creator`, made `seconds` into the story.
async fn make(store: &Store, name: &str, creator: &str, private: bool, seconds: u64) -> Meeting {
    let new = NewMeeting {
        id: id(name),
        name: Private::new(format!("About {name}")),
        creator: user(creator),
        private,
        door: Door::Open,
        scheduled_at: None,
    };
    let made = store.create_meeting(new, &actor(creator), at(seconds)).await;
    made.expect("a new meeting")
}

async fn find(store: &Store, name: &str) -> Option<Meeting> {
    store.meeting(&id(name)).await.expect("the store reads")
}

async fn access(store: &Store, name: &str) -> String {
    let users = store.meeting_access(&id(name)).await.expect("the store reads");
    users.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the journal says about a meeting: `made ended`.
async fn journal(store: &Store, name: &str) -> String {
    let records = store.records(&Stream::Meeting(id(name)), 0, 100).await;
    let records = records.expect("the store reads");
    let names = records.iter().filter_map(|it| it.name.strip_prefix("meeting."));
    names.collect::<Vec<_>>().join(" ")
}

async fn list(store: &Store, filter: &MeetingFilter, page: Page) -> (String, u64) {
    let page = store.meetings(filter, page).await.expect("the store reads");
    let ids: Vec<_> = page.meetings.iter().map(|it| it.id.as_str()).collect();
    (ids.join(" "), page.total)
}

pub(crate) async fn a_meeting_is_made_once(backend: &impl Backend) {
    let store = backend.store();
    let new = NewMeeting {
        id: id("rounds"),
        name: Private::new("Rounds with Rosa".to_owned()),
        creator: user("doctor"),
        private: true,
        door: Door::Strict,
        scheduled_at: Some(at(3600)),
    };
    let made = store.create_meeting(new.clone(), &actor("doctor"), at(0)).await;
    let made = made.expect("a new meeting");
    assert_eq!((made.created_at, made.scheduled_at, made.ended_at), (at(0), Some(at(3600)), None));
    assert_eq!((&made.name, made.private, made.door), (&new.name, true, Door::Strict));
    assert_eq!(find(store, "rounds").await, Some(made));
    assert_eq!(find(store, "lunch").await, None);

    let taken = store.create_meeting(new, &actor("doctor-2"), at(1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
    let records = store.records(&Stream::Meeting(id("rounds")), 0, 9).await;
    let records = records.expect("the store reads");
    assert_eq!((records.len(), records[0].name.as_str()), (1, "meeting.made"));
    // What cannot be deleted again does not hold what they called it.
    assert_eq!(
        records[0].body,
        json!({"creator": "doctor", "private": true, "door": "strict",
               "scheduledAt": "2026-01-15T11:00:00.000Z"})
    );
    let verdict = store.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries: 1, streams: 1 });
}

pub(crate) async fn people_see_the_meetings_they_may_come_to(backend: &impl Backend) {
    let store = backend.store();
    make(store, "open", "doctor", false, 0).await;
    make(store, "closed", "doctor", true, 60).await;
    make(store, "same-time", "doctor", true, 60).await;
    make(store, "hers", "ada", true, 120).await;
    let granted = store.grant_access(&id("closed"), &user("ada"), &actor("doctor"), at(130)).await;
    granted.expect("it is there");

    let check = async |filter: MeetingFilter, expected: &str| {
        let total = expected.split_whitespace().count() as u64;
        assert_eq!(list(store, &filter, ALL).await, (expected.to_owned(), total), "{filter:?}");
    };
    let all = MeetingFilter::default;
    let visible = |who: &str| MeetingFilter { visible_to: Some(user(who)), ..all() };
    check(all(), "hers same-time closed open").await;
    check(visible("doctor"), "same-time closed open").await;
    check(visible("ada"), "hers closed open").await;
    check(visible("stranger"), "open").await;
    let creator = Some(user("doctor"));
    check(MeetingFilter { creator: creator.clone(), ..all() }, "same-time closed open").await;
    check(MeetingFilter { creator, ..visible("ada") }, "closed open").await;

    let page = Page { limit: 2, offset: 1 };
    assert_eq!(list(store, &all(), page).await, ("same-time closed".to_owned(), 4));
    let beyond = Page { limit: 2, offset: u64::MAX };
    assert_eq!(list(store, &all(), beyond).await, (String::new(), 4));
}

pub(crate) async fn access_is_granted_once(backend: &impl Backend) {
    let store = backend.store();
    make(store, "closed", "doctor", true, 0).await;
    let grant = async |name: &str, who: &str| {
        store.grant_access(&id(name), &user(who), &actor("doctor"), at(1)).await
    };
    assert_eq!(access(store, "closed").await, "");
    for who in ["bea", "ada", "bea"] {
        grant("closed", who).await.expect("it is there");
    }
    assert_eq!(access(store, "closed").await, "ada bea");
    assert_eq!(journal(store, "closed").await, "made access_granted access_granted");
    let records = store.records(&Stream::Meeting(id("closed")), 1, 1).await;
    assert_eq!(records.expect("the store reads")[0].body, json!({ "user": "bea" }));
    assert!(matches!(grant("nowhere", "ada").await, Err(StoreError::NotFound)));
    assert_eq!(access(store, "nowhere").await, "");
}

pub(crate) async fn a_meeting_is_changed_until_it_ends(backend: &impl Backend) {
    let store = backend.store();
    let made = make(store, "rounds", "doctor", false, 0).await;
    let change = async |change: MeetingChange, seconds| {
        store.change_meeting(&id("rounds"), change, &actor("doctor"), at(seconds)).await
    };
    let other = MeetingChange {
        name: Some(Private::new("About lunch".to_owned())),
        private: Some(true),
        door: Some(Door::Usual),
        scheduled_at: Some(Some(at(3600))),
        access: Some(vec![user("ada"), user("bea")]),
    };
    let changed = change(other.clone(), 10).await.expect("it is there");
    let expected = Meeting {
        name: Private::new("About lunch".to_owned()),
        private: true,
        door: Door::Usual,
        scheduled_at: Some(at(3600)),
        ..made
    };
    assert_eq!(changed, expected);
    assert_eq!(find(store, "rounds").await.as_ref(), Some(&expected));
    assert_eq!(access(store, "rounds").await, "ada bea");

    // Nothing new is nothing to note.
    assert_eq!(change(other, 20).await.expect("it is there"), expected);
    let nothing = change(MeetingChange::default(), 20).await;
    assert_eq!(nothing.expect("it is there"), expected);
    let lines = "made access_granted access_granted changed";
    assert_eq!(journal(store, "rounds").await, lines);
    let records = store.records(&Stream::Meeting(id("rounds")), 3, 1).await;
    assert_eq!(
        records.expect("the store reads")[0].body,
        json!({"renamed": true, "private": true, "door": "usual",
               "scheduledAt": "2026-01-15T11:00:00.000Z"})
    );

    let fewer = MeetingChange {
        scheduled_at: Some(None),
        access: Some(vec![user("bea"), user("cleo")]),
        ..MeetingChange::default()
    };
    let fewer = change(fewer, 30).await.expect("it is there");
    assert_eq!(fewer, Meeting { scheduled_at: None, ..expected });
    assert_eq!(access(store, "rounds").await, "bea cleo");
    let lines = format!("{lines} access_revoked access_granted changed");
    assert_eq!(journal(store, "rounds").await, lines);

    store.end_meeting(&id("rounds"), &actor("doctor"), at(40)).await.expect("it is there");
    let late = MeetingChange { access: Some(Vec::new()), ..MeetingChange::default() };
    assert!(matches!(change(late.clone(), 50).await, Err(StoreError::Conflict)));
    assert_eq!(access(store, "rounds").await, "bea cleo");
    let nowhere = store.change_meeting(&id("nowhere"), late, &actor("doctor"), at(50)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
}

pub(crate) async fn a_meeting_ends_for_good(backend: &impl Backend) {
    let store = backend.store();
    let made = make(store, "rounds", "doctor", false, 0).await;
    let doctor = actor("doctor");
    for seconds in [10, 20] {
        let ended = store.end_meeting(&id("rounds"), &doctor, at(seconds)).await;
        ended.expect("it is there");
    }
    assert_eq!(find(store, "rounds").await, Some(Meeting { ended_at: Some(at(10)), ..made }));
    let late = store.grant_access(&id("rounds"), &user("ada"), &doctor, at(30)).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
    assert_eq!(journal(store, "rounds").await, "made ended");
    let nowhere = store.end_meeting(&id("nowhere"), &doctor, at(30)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
    assert_eq!(list(store, &MeetingFilter::default(), ALL).await.0, "rounds", "it is shown");
    let open = MeetingFilter { open: true, ..MeetingFilter::default() };
    assert_eq!(list(store, &open, ALL).await, (String::new(), 0));
}

pub(crate) async fn a_deleted_meeting_is_gone(backend: &impl Backend) {
    let store = backend.store();
    make(store, "rounds", "doctor", false, 0).await;
    make(store, "lunch", "doctor", false, 0).await;
    let (rounds, doctor) = (id("rounds"), actor("doctor"));
    store.grant_access(&rounds, &user("ada"), &doctor, at(5)).await.expect("it is there");
    store.delete_meeting(&rounds, &doctor, at(10)).await.expect("it is there");

    assert_eq!(find(store, "rounds").await, None);
    assert_eq!(access(store, "rounds").await, "");
    let lists = [None, Some(user("doctor"))];
    for visible_to in lists {
        let filter = MeetingFilter { visible_to, ..MeetingFilter::default() };
        assert_eq!(list(store, &filter, ALL).await, ("lunch".to_owned(), 1));
    }
    let gone = |answer| matches!(answer, Err(StoreError::NotFound));
    assert!(gone(store.delete_meeting(&rounds, &doctor, at(20)).await));
    assert!(gone(store.end_meeting(&rounds, &doctor, at(20)).await));
    assert!(gone(store.grant_access(&rounds, &user("bea"), &doctor, at(20)).await));
    assert_eq!(journal(store, "rounds").await, "made access_granted deleted");

    // Its id is not given again: links to it lead nowhere for ever.
    let again = NewMeeting {
        id: rounds,
        name: Private::new("Others".to_owned()),
        creator: user("ada"),
        private: false,
        door: Door::Open,
        scheduled_at: None,
    };
    let taken = store.create_meeting(again, &actor("ada"), at(30)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
}
