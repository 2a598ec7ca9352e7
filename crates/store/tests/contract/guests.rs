use housecall_core::{
    Actor, LinkId, MeetingId, Private, Role,
    room::{Door, Part},
};
use housecall_store::{
    Closed, Coming, Guest, GuestLink, MeetingFilter, NewGuestLink, NewMeeting, Page, Store,
    StoreError, Stream, User, Verdict,
};
use serde_json::json;

use crate::{
    backend::Backend,
    story::{actor, at, room_id, user},
};

fn id(name: &str) -> LinkId {
    name.parse().expect("a link id")
}

fn name() -> Private<String> {
    Private::new("Gita".to_owned())
}

/// An hour's link to the ward round.
fn link(name: &str, reusable: bool) -> NewGuestLink {
    NewGuestLink {
        id: id(name),
        place: room_id("rounds"),
        part: Part::Interpreter,
        reusable,
        expires_at: at(3600),
    }
}

pub(crate) async fn make(store: &Store, name: &str, reusable: bool) -> GuestLink {
    let made = store.create_guest_link(link(name, reusable), &actor("doctor"), at(0)).await;
    made.expect("a new link")
}

pub(crate) async fn find(store: &Store, name: &str) -> GuestLink {
    store.guest_link(&id(name)).await.expect("the store reads").expect("the link is there")
}

/// Somebody follows a link, `seconds` into the story.
pub(crate) async fn come(store: &Store, link: &str, who: &str, seconds: u64) -> Coming {
    let came = store.come_by_link(&id(link), user(who), name(), at(seconds)).await;
    came.expect("the link is there")
}

/// What the journal says about a link: `made used revoked`.
async fn journal(store: &Store, name: &str) -> String {
    let records = store.records(&Stream::GuestLink(id(name)), 0, 100).await;
    let records = records.expect("the store reads");
    let names = records.iter().filter_map(|it| it.name.strip_prefix("guest_link."));
    names.collect::<Vec<_>>().join(" ")
}

pub(crate) async fn a_link_is_made_once(backend: &impl Backend) {
    let store = backend.store();
    let made = make(store, "l1", false).await;
    assert_eq!((made.created_at, made.expires_at, made.uses), (at(0), at(3600), 0));
    assert_eq!((&made.created_by, made.part), (&Some(user("doctor")), Part::Interpreter));
    assert_eq!(find(store, "l1").await, made);
    assert_eq!(store.guest_link(&id("l9")).await.expect("the store reads"), None);
    let taken = store.create_guest_link(link("l1", true), &actor("doctor-2"), at(1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));

    let records = store.records(&Stream::GuestLink(id("l1")), 0, 9).await;
    let records = records.expect("the store reads");
    assert_eq!((records.len(), &records[0].by), (1, &actor("doctor")));
    assert_eq!(
        records[0].body,
        json!({"place": "rounds", "part": "interpreter", "reusable": false,
               "expiresAt": "2026-01-15T11:00:00.000Z"})
    );
}

pub(crate) async fn links_are_listed_by_their_place(backend: &impl Backend) {
    let store = backend.store();
    for (name, place, seconds) in [("a", "rounds", 1), ("b", "lunch", 2), ("c", "rounds", 3)] {
        let new = NewGuestLink { place: room_id(place), ..link(name, false) };
        store.create_guest_link(new, &Actor::House, at(seconds)).await.expect("a new link");
    }
    let list = async |place| {
        let links = store.guest_links(&room_id(place)).await.expect("the store reads");
        links.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list("rounds").await, "c a");
    assert_eq!(list("lunch").await, "b");
    assert_eq!(list("nowhere").await, "");
    assert_eq!(find(store, "a").await.created_by, None);
}

pub(crate) async fn a_race_for_a_link_has_one_winner(backend: &impl Backend) {
    let store = backend.store();
    make(store, "l1", false).await;
    let comings = (0..16).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { come(&store, "l1", &format!("guest-{number}"), 1).await })
    });
    let mut came = Vec::new();
    for coming in comings.collect::<Vec<_>>() {
        match coming.await.expect("no panic") {
            Coming::Came(user) => came.push(user),
            Coming::Closed(why) => assert_eq!(why, Closed::Used),
        }
    }
    let [User { id: winner, role, name: called, .. }] = &came[..] else {
        panic!("one of them comes: {came:?}");
    };
    assert_eq!((*role, called), (Role::Guest, &name()));
    assert_eq!(find(store, "l1").await.uses, 1);
    assert_eq!(journal(store, "l1").await, "made used");

    let guest = store.guest(winner).await.expect("the store reads");
    let (place, part) = (room_id("rounds"), Part::Interpreter);
    assert_eq!(guest, Some(Guest { user: winner.clone(), link: id("l1"), place, part }));
    let records = store.records(&Stream::User(winner.clone()), 0, 9).await;
    assert_eq!(records.expect("the store reads")[0].name, "user.came_by_link");
    let entries = 3;
    let verdict = store.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries, streams: 2 });
    assert_eq!(store.guest(&user("doctor")).await.expect("the store reads"), None);
}

pub(crate) async fn nobody_comes_by_a_closed_link(backend: &impl Backend) {
    let store = backend.store();
    make(store, "l1", true).await;
    for (who, seconds) in [("ann", 1), ("bob", 3599)] {
        assert!(matches!(come(store, "l1", who, seconds).await, Coming::Came(_)), "{who}");
    }
    assert_eq!(come(store, "l1", "cem", 3600).await, Coming::Closed(Closed::Expired));
    let revoke =
        async |name: &str| store.revoke_guest_link(&id(name), &actor("doctor"), at(9)).await;
    for _ in 0..2 {
        revoke("l1").await.expect("the link is there");
    }
    assert_eq!(find(store, "l1").await.revoked_at, Some(at(9)));
    assert_eq!(come(store, "l1", "cem", 10).await, Coming::Closed(Closed::Revoked));
    assert_eq!(journal(store, "l1").await, "made used used revoked");
    assert_eq!(store.user(&user("cem")).await.expect("the store reads"), None);

    assert!(matches!(revoke("l9").await, Err(StoreError::NotFound)));
    let nowhere = store.come_by_link(&id("l9"), user("cem"), name(), at(0)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound)));
}

pub(crate) async fn a_failed_coming_uses_nothing(backend: &impl Backend) {
    let store = backend.store();
    make(store, "l1", false).await;
    make(store, "l2", false).await;
    assert!(matches!(come(store, "l1", "ann", 1).await, Coming::Came(_)));
    let taken = store.come_by_link(&id("l2"), user("ann"), name(), at(2)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)));
    assert_eq!(find(store, "l2").await.uses, 0);
    assert_eq!(journal(store, "l2").await, "made");
}

pub(crate) async fn a_guest_is_not_among_the_people_and_sees_one_place(backend: &impl Backend) {
    let store = backend.store();
    for (name, private) in [("rounds", false), ("lunch", false), ("board", true)] {
        let new = NewMeeting {
            id: name.parse::<MeetingId>().expect("a meeting id"),
            name: Private::new(name.to_owned()),
            creator: user("doctor"),
            private,
            door: Door::Open,
            scheduled_at: None,
        };
        store.create_meeting(new, &actor("doctor"), at(0)).await.expect("a new meeting");
    }
    make(store, "l1", false).await;
    come(store, "l1", "ann", 1).await;
    store.ensure_user(&user("pat"), &name(), Role::Patient, at(1)).await.expect("a new user");

    let people = store.users(Some("gita"), None, 9).await.expect("the store reads");
    assert_eq!(people.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["pat"]);
    let seen = async |who| {
        let filter = MeetingFilter { visible_to: Some(user(who)), ..MeetingFilter::default() };
        let page = store.meetings(&filter, Page { limit: 9, offset: 0 }).await;
        page.expect("the store reads").total
    };
    assert_eq!((seen("ann").await, seen("pat").await), (1, 2));
}

/// A reusable link that got about makes no end of users.
pub(crate) async fn even_a_reusable_link_is_used_up(backend: &impl Backend) {
    let made = make(backend.store(), "l1", true).await;
    let after = |uses| GuestLink { uses, ..made.clone() }.closed(at(1));
    assert_eq!((after(999), after(1000)), (None, Some(Closed::Used)));
}
