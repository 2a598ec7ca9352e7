use housecall_core::{
    Command, MeetingId, RoomId,
    room::{Invitation, Kind, Purpose},
};
use housecall_store::{Page, Store};

use crate::{
    backend::Backend,
    story::{Call, at, join, leave, room_id, user},
};

const ALL: Page = Page { limit: 100, offset: 0 };

fn say(text: &str, to: &[&str]) -> Command {
    let message = text.to_owned().try_into().expect("a short message");
    Command::Say { message, to: to.iter().map(|it| user(it)).collect() }
}

/// People come to an open meeting; the room is this time's.
async fn meet(store: &Store, id: &str, meeting: &str, seconds: u64, people: &[&str]) -> Call {
    let meeting: MeetingId = meeting.parse().expect("a meeting id");
    let open = Invitation {
        kind: Kind::Meeting,
        open: true,
        meeting: Some(meeting),
        ..Invitation::to(Vec::new(), Purpose::Video)
    };
    let mut call = Call::blank(store, id);
    call.tell(seconds, people[0], Command::Initiate(open)).await;
    for who in people {
        call.tell(seconds, who, join(who)).await;
    }
    call
}

async fn read(store: &Store, place: &RoomId, who: &str, page: Page) -> String {
    let found = store.messages(place, &user(who), page).await.expect("the store reads");
    let texts: Vec<_> = found.iter().map(|it| it.message.reveal()).collect();
    texts.join(" ")
}

pub(crate) async fn messages_are_read_by_who_was_there(backend: &impl Backend) {
    let store = backend.store();
    let mut first = meet(store, "z-first", "rounds", 0, &["ann", "bob", "cem"]).await;
    first.tell(1, "ann", say("one", &[])).await;
    first.tell(2, "ann", say("psst", &["bob"])).await;
    for who in ["ann", "bob", "cem"] {
        first.tell(3, who, leave(who)).await;
    }
    let mut second = meet(store, "a-second", "rounds", 60, &["bob", "dot"]).await;
    second.tell(61, "dot", say("two", &[])).await;
    let mut other = meet(store, "other", "lunch", 90, &["bob"]).await;
    other.tell(91, "bob", say("hungry", &[])).await;

    let check = async |place: &str, who: &str, expected: &str| {
        assert_eq!(read(store, &room_id(place), who, ALL).await, expected, "{place} {who}");
    };
    check("rounds", "ann", "one psst").await;
    check("rounds", "bob", "one psst two").await;
    check("rounds", "cem", "one").await;
    check("rounds", "dot", "two").await;
    check("rounds", "eve", "").await;
    check("z-first", "bob", "one psst").await;
    check("a-second", "bob", "two").await;
    check("a-second", "ann", "").await;
    check("nowhere", "bob", "").await;

    let found = store.messages(&room_id("a-second"), &user("bob"), ALL).await;
    let found = &found.expect("the store reads")[0];
    assert_eq!((&found.room, &found.from, found.at), (&room_id("a-second"), &user("dot"), at(61)));
    assert_eq!((found.seq, &found.to), (second.room.seq(), &Vec::new()));
}

pub(crate) async fn who_was_only_called_reads_nothing(backend: &impl Backend) {
    let store = backend.store();
    let mut call = Call::blank(store, "visit");
    let appointment = "visit-9".parse().ok();
    let two = vec![user("patient"), user("neighbour")];
    let invitation = Invitation { appointment, ..Invitation::to(two, Purpose::Video) };
    call.tell(0, "doctor", Command::Initiate(invitation)).await;
    call.tell(1, "patient", join("phone")).await;
    call.tell(2, "patient", say("hello?", &[])).await;
    assert_eq!(read(store, &room_id("visit-9"), "patient", ALL).await, "hello?");
    assert_eq!(read(store, &room_id("visit-9"), "neighbour", ALL).await, "");
    call.tell(3, "neighbour", join("phone")).await;
    assert_eq!(read(store, &room_id("visit-9"), "neighbour", ALL).await, "hello?");
}

pub(crate) async fn a_page_counts_back_from_the_latest(backend: &impl Backend) {
    let store = backend.store();
    let mut call = meet(store, "room", "rounds", 0, &["ann", "bob", "cem"]).await;
    for number in 1..=5 {
        call.tell(number, "ann", say(&number.to_string(), &[])).await;
        call.tell(number, "ann", say("psst", &["cem"])).await;
    }
    let page =
        async |limit, offset| read(store, &room_id("rounds"), "bob", Page { limit, offset }).await;
    assert_eq!(page(2, 0).await, "4 5");
    assert_eq!(page(2, 2).await, "2 3");
    assert_eq!(page(2, 4).await, "1");
    assert_eq!(page(2, u64::MAX).await, "");
}
