use housecall_core::{
    Command, MeetingId,
    room::{Invitation, Kind, Purpose},
};
use housecall_store::{Closed, Coming, Store};

use crate::{
    backend::Backend,
    guests::{come, find, make},
    story::{Call, at, invitation, join, room_id, user},
};

/// The doctor's ward round, in a room of this id; everybody may come.
async fn round(store: &Store, id: &str) -> Call {
    let meeting: MeetingId = "rounds".parse().expect("a meeting id");
    let open = Invitation {
        kind: Kind::Meeting,
        open: true,
        hosts: vec![user("doctor")],
        meeting: Some(meeting),
        ..Invitation::to(Vec::new(), Purpose::Video)
    };
    let mut call = Call::blank(store, id);
    call.tell(0, "doctor", Command::Initiate(open)).await;
    call.tell(0, "doctor", join("desk")).await;
    call
}

fn remove(who: &str) -> Command {
    Command::Remove { user: user(who), reason: None }
}

fn admit(who: &str) -> Command {
    Command::Admit { user: user(who) }
}

async fn out(store: &Store, place: &str) -> String {
    let users = store.removed_from(&room_id(place)).await.expect("the store reads");
    users.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
}

pub(crate) async fn who_was_removed_stays_out_of_the_place(backend: &impl Backend) {
    let store = backend.store();
    let mut call = round(store, "monday").await;
    for who in ["bob", "ann"] {
        call.tell(1, who, join(who)).await;
        call.tell(2, "doctor", remove(who)).await;
    }
    assert_eq!(out(store, "rounds").await, "ann bob");
    assert_eq!(out(store, "monday").await, "");
    call.tell(3, "doctor", remove("ann")).await;
    call.tell(4, "doctor", admit("ann")).await;
    assert_eq!(out(store, "rounds").await, "bob");

    // The next room of the place lets in whom the one before kept out.
    let mut next = round(store, "tuesday").await;
    next.tell(5, "doctor", admit("bob")).await;
    assert_eq!(out(store, "rounds").await, "");
}

pub(crate) async fn a_call_of_its_own_is_a_place_itself(backend: &impl Backend) {
    let store = backend.store();
    let mut call = Call::blank(store, "call");
    call.tell(0, "doctor", Command::Initiate(invitation(&["patient", "eve"]))).await;
    call.tell(1, "doctor", join("desk")).await;
    call.tell(2, "patient", join("phone")).await;
    call.tell(3, "doctor", remove("eve")).await;
    assert_eq!(out(store, "call").await, "eve");
    call.tell(4, "patient", Command::Leave { device: None, reason: None }).await;
    assert_eq!(out(store, "call").await, "eve", "who goes is not removed");
}

pub(crate) async fn the_link_of_a_removed_guest_is_suspended(backend: &impl Backend) {
    let store = backend.store();
    make(store, "link", true).await;
    make(store, "other", true).await;
    for who in ["ann", "bob"] {
        come(store, "link", who, 1).await;
    }
    let mut call = round(store, "monday").await;
    for (seconds, who) in [(2, "bob"), (3, "ann")] {
        call.tell(seconds, who, join(who)).await;
        call.tell(seconds, "doctor", remove(who)).await;
    }
    let suspended = async || find(store, "link").await.suspended_for;
    assert_eq!(suspended().await, Some(user("bob")));
    assert_eq!(come(store, "link", "cem", 4).await, Coming::Closed(Closed::Suspended));
    assert!(matches!(come(store, "other", "cem", 4).await, Coming::Came(_)));

    // As long as one of them is out, nobody comes by it.
    call.tell(5, "doctor", admit("bob")).await;
    assert_eq!(suspended().await, Some(user("ann")));
    call.tell(6, "doctor", admit("ann")).await;
    assert_eq!(suspended().await, None);
    assert_eq!(find(store, "link").await.closed(at(7)), None);
    assert!(matches!(come(store, "link", "dot", 7).await, Coming::Came(_)));
}
