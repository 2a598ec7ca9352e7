//! What people write.

use super::*;

#[test]
fn people_in_a_room_write_to_all_or_to_one() {
    let tale = visit().all(&[
        ("doctor", say("hello", &[])),
        ("patient", say("psst", &["doctor"])),
        ("patient", say("psst", &["nurse"])),
        ("nurse", say("hello", &[])),
        ("patient", leave("phone")),
        ("patient", say("bye", &[])),
    ]);
    check(
        tale,
        &[
            "doctor: doctor said hello",
            "patient: patient whispered psst to doctor",
            "patient: no: peer_not_in_room",
            "nurse: no: not_a_participant",
            "patient: patient gone (Left)",
            "patient: no: not_in_room",
        ],
    );
}

#[test]
fn a_reason_is_brief() {
    let reason = |length: usize| Reason::try_from("ü".repeat(length));
    assert!(reason(500).is_ok());
    assert_eq!(reason(501), Err(TooLong));
    let read = serde_json::from_str::<Reason>(&format!("\"{}\"", "x".repeat(501)));
    assert_eq!(read.map_err(|it| it.to_string()), Err(TooLong.to_string()));
}

#[test]
fn entries_survive_being_written_down() {
    let tale = Tale::new();
    let entries = tale
        .room
        .decide(tale.now, &actor("doctor"), call_at(60, "patient"))
        .expect("a plain call is fine");
    let text = serde_json::to_string(&entries).expect("entries are JSON");
    let read: Vec<Entry> = serde_json::from_str(&text).expect("what we wrote");
    assert_eq!(read, entries);
    assert!(text.contains(r#""event":{"type":"initiated","caller":"doctor""#), "{text}");
}

#[test]
fn a_host_writes_to_somebody_at_the_door_and_nobody_else_does() {
    let tale = surgery(Door::Strict).all(&[
        ("doctor", admit("nurse")),
        ("nurse", join("ward")),
        ("patient", arrive("phone")),
        ("doctor", say("one moment", &["patient"])),
        ("nurse", say("hello", &["patient"])),
        ("patient", say("thanks", &["doctor"])),
    ]);
    check(
        tale,
        &[
            "doctor: nurse may come",
            "nurse: nurse joined on ward",
            "patient: patient waits on phone",
            "doctor: doctor whispered one moment to patient",
            "nurse: no: peer_not_in_room",
            "patient: no: not_in_room",
        ],
    );
}

#[test]
fn a_message_said_again_by_its_key_is_said_once() {
    let keyed = |text: &str, key: &str| Command::Say {
        message: Message::try_from(text.to_owned()).expect("a message"),
        to: Vec::new(),
        file: None,
        key: Some(MessageKey::try_from(key.to_owned()).expect("a key")),
    };
    check(
        visit().all(&[
            ("patient", keyed("hello", "k1")),
            ("patient", keyed("hello", "k1")),
            ("doctor", keyed("hello", "k1")),
            ("patient", keyed("hello", "k2")),
        ]),
        &[
            "patient: patient said hello",
            "patient: (nothing new)",
            "doctor: doctor said hello",
            "patient: patient said hello",
        ],
    );
}
