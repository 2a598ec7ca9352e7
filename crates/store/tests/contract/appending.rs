use std::{future::Future, pin::pin, task::Poll, time::Duration};

use housecall_core::{
    Command, Private,
    room::{Media, Outcome, Purpose},
};
use housecall_store::{CallStatus, ParticipantRow, StoreError, Verdict};

use crate::{
    backend::Backend,
    story::{Call, at, camera, end, invitation, join, leave, room_id, user},
};

/// A visit from the first ring to the end, step by step.
fn visit() -> Vec<(u64, &'static str, Command)> {
    let mut invitation = invitation(&["patient", "relative"]);
    invitation.patient = Some(user("patient"));
    invitation.provider = Some(user("doctor"));
    invitation.appointment = Some("appointment-7".parse().expect("an id"));
    invitation.metadata = Some(Private::new("{\"room\":\"Ä 3\"}".to_owned()));
    let desk = || "desk".parse().expect("a device id");
    vec![
        (0, "doctor", Command::Initiate(invitation)),
        (1, "doctor", join("desk")),
        (5, "patient", Command::Answer { device: None }),
        (6, "patient", join("phone")),
        (7, "relative", Command::Decline { reason: None }),
        (8, "patient", camera("phone", false)),
        (9, "doctor", Command::LoseConnection { device: desk() }),
        (12, "doctor", Command::Resume { device: desk(), media: Media::ON }),
        (60, "patient", leave("phone")),
        (70, "patient", join("phone")),
        (95, "doctor", end("all well")),
    ]
}

pub(crate) async fn what_was_appended_is_loaded(backend: &impl Backend) {
    let mut call = Call::blank(backend.store(), "visit");
    assert_eq!(call.store.load(call.room.id()).await.expect("the store reads"), None);
    for (seconds, who, command) in visit() {
        let before = call.room.seq();
        let entries = call.decide(seconds, who, command.clone());
        call.tell(seconds, who, command).await;

        assert_eq!(call.remembered().await, call.room);
        let new = call.store.entries_after(call.room.id(), before).await;
        assert_eq!(new.expect("the store reads"), entries);
    }
    let entries = call.room.seq();
    let verdict = call.store.verify_journal().await.expect("the store reads");
    assert_eq!(verdict, Verdict::Intact { entries, streams: 1 });
}

pub(crate) async fn rows_follow_the_room(backend: &impl Backend) {
    let mut call = Call::blank(backend.store(), "visit");
    for (seconds, who, command) in visit() {
        call.tell(seconds, who, command).await;

        let row = call.store.call(call.room.id()).await.expect("the store reads");
        let row = row.expect("the call is there");
        let participants = call.room.participants().map(|(user, it)| ParticipantRow {
            user: user.clone(),
            stage: it.stage.name(),
            invited_at: it.invited_at,
            joined_at: it.joined_at,
            left_at: it.left_at,
            media: it.media,
            resumed: it.resumed,
        });
        assert_eq!(row.participants, participants.collect::<Vec<_>>());
        assert_eq!((row.seq, row.status), (call.room.seq(), CallStatus::of(&call.room)));
        assert_eq!(row.next_deadline, call.room.next_deadline());
        let open = call.store.open_rooms().await.expect("the store reads");
        assert_eq!(open.contains(call.room.id()), !call.room.is_over());
    }
    let row = call.store.call(call.room.id()).await.expect("the store reads");
    let row = row.expect("the call is there");
    assert_eq!(row.status, CallStatus::Over(Outcome::Completed));
    assert_eq!(row.purpose, Purpose::Video);
    assert_eq!((row.created_at, row.started_at), (at(0), Some(at(5))));
    assert_eq!((row.ended_at, row.duration), (Some(at(95)), Some(Duration::from_secs(90))));
    assert_eq!((row.caller, row.ended_by), (user("doctor"), Some(user("doctor"))));
    assert_eq!((row.patient, row.provider), (Some(user("patient")), Some(user("doctor"))));
    assert_eq!(row.appointment, Some("appointment-7".parse().expect("an id")));
    assert_eq!(row.end_reason, Some(Private::new("all well".to_owned())));
    assert_eq!(row.metadata, Some(Private::new("{\"room\":\"Ä 3\"}".to_owned())));
    assert_eq!(row.scheduled_at, None);
}

pub(crate) async fn one_of_many_wins(backend: &impl Backend) {
    let mut call = Call::ringing(backend.store(), "contended", 0).await;
    call.tell(1, "doctor", join("desk")).await;
    for round in 0..20 {
        let entries = call.decide(2, "doctor", camera("desk", round % 2 == 1));
        let after = call.after(&entries);
        let attempts = (0..32).map(|_| {
            let (store, after, entries) = (call.store.clone(), after.clone(), entries.clone());
            let before = call.room.seq();
            tokio::spawn(async move { store.append(&after, before, &entries).await })
        });
        let mut won = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            match attempt.await.expect("no panic") {
                Ok(()) => won += 1,
                Err(StoreError::Conflict) => {}
                Err(error) => panic!("neither won nor lost: {error}"),
            }
        }
        assert_eq!(won, 1);
        call.room = after;
    }
    assert_eq!(call.remembered().await, call.room);
}

pub(crate) async fn a_conflict_leaves_its_neighbours_alone(backend: &impl Backend) {
    let store = backend.store();
    let mut tasks = Vec::new();
    for number in 0..100 {
        let mut call = Call::ringing(store, &format!("room-{number}"), 0).await;
        tasks.push(tokio::spawn(async move {
            let late = Call { store: call.store.clone(), room: call.room.clone() };
            call.tell(1, "doctor", join("desk")).await;
            let entries = late.decide(2, "patient", join("phone"));
            let after = late.after(&entries);
            let stale = call.store.append(&after, late.room.seq(), &entries).await;
            assert!(matches!(stale, Err(StoreError::Conflict)));
            call.tell(3, "patient", join("phone")).await;
            assert_eq!(call.remembered().await, call.room);
        }));
    }
    for task in tasks {
        task.await.expect("every neighbour is served");
    }
    let verdict = store.verify_journal().await.expect("the store reads");
    assert!(matches!(verdict, Verdict::Intact { streams: 100, .. }), "{verdict:?}");
}

pub(crate) async fn a_caller_who_goes_away_does_not_stop_a_write(backend: &impl Backend) {
    let call = Call::ringing(backend.store(), "left-alone", 0).await;
    let entries = call.decide(1, "doctor", join("desk"));
    let after = call.after(&entries);
    {
        let mut append = pin!(call.store.append(&after, call.room.seq(), &entries));
        let once =
            std::future::poll_fn(|context| Poll::Ready(append.as_mut().poll(context).is_ready()));
        once.await;
    }
    // Whoever stands behind it in line is served after it.
    call.store.ready().await.expect("a healthy store");
    assert_eq!(call.remembered().await, after);
}

pub(crate) async fn entries_out_of_order_are_refused(backend: &impl Backend) {
    let call = Call::ringing(backend.store(), "orderly", 0).await;
    let mut entries = call.decide(1, "doctor", join("desk"));
    let after = call.after(&entries);
    for expected in [0, 1, 3, 99] {
        let answer = call.store.append(&after, expected, &entries).await;
        assert!(matches!(answer, Err(StoreError::Conflict)), "{expected}");
    }
    entries[0].seq += 1;
    let answer = call.store.append(&call.after(&entries), call.room.seq(), &entries).await;
    assert!(matches!(answer, Err(StoreError::Conflict)));
    assert!(call.store.append(&call.room, call.room.seq(), &[]).await.is_ok());
    assert_eq!(call.remembered().await, call.room);
}

pub(crate) async fn an_overdue_room_is_found_by_its_deadline(backend: &impl Backend) {
    let store = backend.store();
    let mut first = Call::ringing(store, "first", 0).await;
    Call::ringing(store, "second", 10).await;
    let due = async |seconds, limit| {
        let rooms = store.due_rooms(at(seconds), limit).await.expect("the store reads");
        rooms.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(due(44, 9).await, "");
    assert_eq!(due(45, 9).await, "first");
    assert_eq!(due(90, 9).await, "first second");
    assert_eq!(due(90, 1).await, "first");
    first.elapse(45).await;
    assert_eq!(due(90, 9).await, "second");
    assert_eq!(store.open_rooms().await.expect("the store reads"), [room_id("second")]);
}

pub(crate) async fn a_closed_store_says_so(backend: &impl Backend) {
    let mut call = Call::ringing(backend.store(), "unfinished", 0).await;
    call.store.ready().await.expect("a healthy store");
    call.store.close().await;
    call.store.close().await;

    let answer = call.try_tell(1, "doctor", join("desk")).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    assert!(matches!(call.store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(call.store.load(call.room.id()).await, Err(StoreError::Unavailable(_))));
}
