use housecall_core::{
    Actor, DeviceId, Role,
    room::{Departure, Newcomers},
};

use super::*;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn second(it: i64) -> Timestamp {
    Timestamp::from_millis(it * 1000)
}

fn seconds(it: u64) -> Duration {
    Duration::from_secs(it)
}

/// A room's journal: at this second, by this person, this happened.
fn journal(happened: &[(i64, &str, Event)]) -> Vec<Entry> {
    let entry = |(index, (at, by, event)): (usize, &(i64, &str, Event))| Entry {
        seq: index as u64 + 1,
        at: second(*at),
        by: Actor::person(id(by), Role::Provider),
        event: event.clone(),
    };
    happened.iter().enumerate().map(entry).collect()
}

fn joined(user: &str) -> Event {
    Event::Joined { user: id(user), device: id::<DeviceId>("d"), media: Media::ON }
}

fn left(user: &str) -> Event {
    Event::Left { user: id(user), departure: Departure::Left, reason: None }
}

fn screen(user: &str, screen: bool) -> Event {
    Event::MediaChanged { user: id(user), media: Media { screen, ..Media::ON } }
}

fn said(user: &str) -> Event {
    let message = "hello".to_owned().try_into().expect("a short text");
    Event::Said { user: id(user), message, to: Vec::new(), file: None, key: None }
}

fn agreed(user: &str) -> Event {
    let (method, covers) = (ConsentMethod::Verbal, Covered::ALL);
    Event::ConsentGiven { user: id(user), method, covers, wording: None }
}

fn started(recording: &str) -> Event {
    let (covers, newcomers) = (Covered::ALL, Newcomers::Pause);
    Event::RecordingStarted { recording: id(recording), user: id("doc"), covers, newcomers }
}

fn paused() -> Event {
    Event::RecordingPaused { recording: id("r") }
}

fn resumed() -> Event {
    Event::RecordingResumed { recording: id("r") }
}

fn stopped(recording: &str) -> Event {
    Event::RecordingStopped { recording: id(recording) }
}

/// Recorded from 10 to 50, but for 20 to 30.
fn visit() -> Vec<Entry> {
    journal(&[
        (1, "doc", joined("doc")),
        (2, "pat", joined("pat")),
        (3, "eve", joined("eve")),
        (4, "eve", left("eve")),
        (5, "doc", agreed("pat")),
        (5, "doc", agreed("doc")),
        (10, "doc", started("r")),
        (12, "doc", screen("doc", true)),
        (13, "doc", screen("doc", true)),
        (14, "pat", said("pat")),
        (15, "doc", joined("doc")),
        (20, "aid", paused()),
        (20, "aid", joined("aid")),
        (22, "pat", said("pat")),
        (24, "doc", screen("doc", false)),
        (30, "aid", agreed("aid")),
        (30, "aid", resumed()),
        (40, "aid", left("aid")),
        (50, "pat", stopped("r")),
        (50, "pat", Event::ConsentWithdrawn { user: id("pat") }),
        (60, "doc", joined("late")),
        (61, "doc", agreed("late")),
    ])
}

/// The recorder's page began a part at each start and did not stop at once.
fn places() -> [Place; 2] {
    [
        Place { began: second(11), start: seconds(0), length: seconds(9) },
        Place { began: second(30), start: seconds(9), length: seconds(20) },
    ]
}

#[test]
fn chapters_are_where_things_can_be_seen() {
    let told = chapters(&visit(), &id("r"), &places());
    let told = told.iter().map(|it| {
        let user = it.user.as_ref().map_or("-", UserId::as_str);
        (it.position.as_secs(), it.kind, user)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (1, ChapterKind::Screen, "doc"),
            (3, ChapterKind::Chat, "pat"),
            (4, ChapterKind::ScreenEnded, "doc"),
            (9, ChapterKind::Joined, "aid"),
            (9, ChapterKind::Resumed, "-"),
            (19, ChapterKind::Left, "aid"),
        ]
    );
}

#[test]
fn without_media_there_are_no_chapters() {
    assert_eq!(chapters(&visit(), &id("r"), &[]), []);
    assert_eq!(chapters(&visit(), &id("other"), &places()), []);
}

#[test]
fn those_who_were_there_are_those_who_can_be_seen() {
    let names = people(&visit(), &id("r"));
    assert_eq!(names, ["aid", "doc", "pat"].map(id::<UserId>));
    let running = &visit()[..10];
    assert_eq!(people(running, &id("r")), ["doc", "pat"].map(id::<UserId>));
    assert_eq!(people(running, &id("other")), []);
}

#[test]
fn who_agreed_is_told_and_who_noted_it() {
    let told = answers(&visit(), &id("r"));
    let told = told.iter().map(|it| {
        let noted = it.noted_by.as_ref().map(UserId::as_str);
        (it.user.as_str(), it.what == Word::Withdrew, noted)
    });
    let expected = [
        ("pat", false, Some("doc")),
        ("doc", false, None),
        ("aid", false, None),
        ("pat", true, None),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_take_ends_with_the_next_pause_or_stop() {
    let ended = |began| take_ended(&visit(), &id("r"), second(began));
    assert_eq!(ended(11), Some(second(20)));
    assert_eq!(ended(31), Some(second(50)));
    assert_eq!(take_ended(&visit()[..10], &id("r"), second(11)), None);
    assert_eq!(stopped_at(&visit(), &id("r")), Some(second(50)));
    assert_eq!(stopped_at(&visit()[..10], &id("r")), None);
}
