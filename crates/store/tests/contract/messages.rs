use housecall_core::{
    Command, FileId, MeetingId, Private, RoomId,
    room::{Attachment, Invitation, Kind, MessageKey, Purpose},
};
use housecall_store::{BlobId, Kept, MessageSpot, NewFile, Page, Store, StoredFile};

use crate::{
    backend::Backend,
    story::{Call, at, join, leave, room_id, user},
};

const ALL: Page = Page { limit: 100, offset: 0 };

fn say(text: &str, to: &[&str]) -> Command {
    let message = text.to_owned().try_into().expect("a short message");
    Command::say(message, to.iter().map(|it| user(it)).collect())
}

/// People come to an open meeting; the room is this time's.
async fn meet(store: &Store, id: &str, meeting: &str, seconds: u64, people: &[&str]) -> Call {
    let meeting: MeetingId = meeting.parse().expect("a meeting id");
    let open = Invitation {
        kind: Kind::Meeting,
        hosts: vec![user(people[0])],
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

pub(crate) async fn a_page_comes_before_the_one_after_it(backend: &impl Backend) {
    let store = backend.store();
    let mut first = meet(store, "z-first", "rounds", 0, &["ann", "bob"]).await;
    for number in 1..=3 {
        first.tell(number, "ann", say(&number.to_string(), &[])).await;
    }
    for who in ["ann", "bob"] {
        first.tell(4, who, leave(who)).await;
    }
    let mut second = meet(store, "a-second", "rounds", 60, &["ann", "bob"]).await;
    for number in 4..=5 {
        second.tell(60 + number, "ann", say(&number.to_string(), &[])).await;
    }
    let mut before: Option<MessageSpot> = None;
    let mut pages = Vec::new();
    let (rounds, bob) = (room_id("rounds"), user("bob"));
    loop {
        let page = store.messages_before(&rounds, &bob, before.as_ref(), 2).await;
        let page = page.expect("the store reads");
        let Some(oldest) = page.first() else { break };
        before = Some(MessageSpot { room: oldest.room.clone(), seq: oldest.seq });
        pages.push(page.iter().map(|it| it.message.reveal()).collect::<Vec<_>>().join(" "));
        // What is said meanwhile moves no page.
        second.tell(70, "ann", say("late", &[])).await;
    }
    assert_eq!(pages, ["4 5", "2 3", "1"]);
}

pub(crate) async fn who_was_put_out_reads_what_was_before(backend: &impl Backend) {
    let store = backend.store();
    let mut call = meet(store, "room", "rounds", 0, &["ann", "bob", "cem"]).await;
    call.tell(2, "ann", say("before", &[])).await;
    call.tell(3, "ann", Command::Remove { user: user("cem"), reason: None }).await;
    call.tell(4, "ann", say("about cem", &[])).await;
    assert_eq!(read(store, &room_id("rounds"), "cem", ALL).await, "before");
    assert_eq!(read(store, &room_id("rounds"), "bob", ALL).await, "before about cem");
    call.tell(5, "ann", Command::Admit { user: user("cem") }).await;
    assert_eq!(read(store, &room_id("rounds"), "cem", ALL).await, "before about cem");
}

pub(crate) async fn a_key_leads_to_its_message(backend: &impl Backend) {
    let store = backend.store();
    let key = |text: &str| MessageKey::try_from(text.to_owned()).expect("a short key");
    let keyed = |text: &str, name| match say(text, &[]) {
        Command::Say { message, to, file, .. } => {
            Command::Say { message, to, file, key: Some(key(name)) }
        }
        other => other,
    };
    let mut call = meet(store, "room", "rounds", 0, &["ann", "bob"]).await;
    call.tell(1, "ann", keyed("one", "k")).await;
    call.tell(2, "bob", keyed("two", "k")).await;
    let find = async |who: &str, name: &str| {
        let found = store.message_of_key(&room_id("room"), &user(who), &key(name)).await;
        found.expect("the store reads").map(|it| it.message.reveal().to_owned())
    };
    assert_eq!(find("ann", "k").await.as_deref(), Some("one"));
    assert_eq!(find("bob", "k").await.as_deref(), Some("two"));
    assert_eq!(find("ann", "other").await, None);
    let found = store.messages(&room_id("room"), &user("ann"), ALL).await.expect("it reads");
    let keys: Vec<_> = found.into_iter().map(|it| it.key).collect();
    assert_eq!(keys, [Some(key("k")), None], "keys are their writer's alone");
}

/// The bytes of a file have come; its message has not.
async fn expect_file(store: &Store, number: u8, seconds: u64) -> (BlobId, Attachment) {
    let file = NewFile {
        id: BlobId::of([number; 16]),
        room: room_id("room"),
        place: Some(room_id("rounds")),
        uploaded_by: user("ann"),
        name: Private::new("Scan.pdf".to_owned()),
        media_type: "application/pdf".to_owned(),
        kept: Kept { bytes: 5, sha256: "abc".to_owned() },
    };
    let (id, attachment) = (file.id.clone(), file.attachment());
    store.expect_file(file, at(seconds)).await.expect("the room is there");
    (id, attachment)
}

fn send(file: Attachment, to: &[&str]) -> Command {
    match say("Scan.pdf", to) {
        Command::Say { message, to, key, .. } => {
            Command::Say { message, to, file: Some(file), key }
        }
        other => other,
    }
}

async fn fetch(store: &Store, place: &str, who: &str, id: &FileId) -> Option<StoredFile> {
    store.file(&room_id(place), &user(who), id).await.expect("the store reads")
}

pub(crate) async fn a_file_is_there_with_its_message(backend: &impl Backend) {
    let store = backend.store();
    let mut call = meet(store, "room", "rounds", 0, &["ann", "bob", "cem"]).await;
    let (blob, file) = expect_file(store, 1, 1).await;
    assert_eq!(fetch(store, "room", "ann", &file.id).await, None);
    call.tell(2, "ann", send(file.clone(), &["bob"])).await;

    let there = StoredFile {
        blob: blob.clone(),
        name: Private::new("Scan.pdf".to_owned()),
        media_type: "application/pdf".to_owned(),
        bytes: 5,
        sha256: "abc".to_owned(),
    };
    for (place, who) in [("room", "ann"), ("room", "bob"), ("rounds", "bob")] {
        assert_eq!(fetch(store, place, who, &file.id).await, Some(there.clone()), "{place} {who}");
    }
    for (place, who) in [("room", "cem"), ("room", "eve"), ("other", "bob")] {
        assert_eq!(fetch(store, place, who, &file.id).await, None, "{place} {who}");
    }
    let found = store.messages(&room_id("room"), &user("bob"), ALL).await.expect("it reads");
    assert_eq!(found[0].file, Some(file.clone()));
    assert!(!store.forget_file(&blob).await.expect("the store writes"), "it was sent");
    assert_eq!(fetch(store, "room", "bob", &file.id).await, Some(there));
}

pub(crate) async fn a_file_without_a_message_is_forgotten(backend: &impl Backend) {
    let store = backend.store();
    let mut call = meet(store, "room", "rounds", 0, &["ann", "bob"]).await;
    let (refused, _) = expect_file(store, 1, 1).await;
    let (old, _) = expect_file(store, 2, 1).await;
    let (young, _) = expect_file(store, 3, 60).await;
    let (sent, file) = expect_file(store, 4, 1).await;
    call.tell(2, "ann", send(file, &[])).await;

    assert!(store.forget_file(&refused).await.expect("the store writes"));
    store.forget_unsent_files(at(60)).await.expect("the store writes");
    let never = BlobId::of([9; 16]);
    let all = [&refused, &old, &young, &sent, &never].map(Clone::clone).to_vec();
    let unknown = store.unknown_files(all).await.expect("the store reads");
    assert_eq!(unknown, [refused, old, never]);
}
