//! The door: who waits, who is let in, who is sent away.

use super::*;

/// Since when somebody waits.
fn waits_since(tale: &Tale, name: &str) -> Option<Timestamp> {
    match tale.room.participant(&id(name))?.stage {
        Stage::Waiting { since, .. } => Some(since),
        _ => None,
    }
}

#[test]
fn who_waits_is_in_as_soon_as_a_host_admits_them() {
    let tale = surgery(Door::Usual).all(&[
        ("patient", arrive("phone")),
        ("patient", arrive("phone")),
        ("patient", admit("patient")),
        ("doctor", admit("patient")),
        ("doctor", admit("patient")),
    ]);
    assert_eq!(stage(&tale, "patient"), Some(StageName::Present));
    check(
        tale,
        &[
            "patient: patient waits on phone",
            "patient: (nothing new)",
            "patient: no: forbidden",
            "doctor: patient may come",
            "doctor: patient joined on phone",
            "doctor: (nothing new)",
        ],
    );
}

#[test]
fn who_was_admitted_while_their_connection_was_lost_comes_in_when_they_are_back() {
    for back in [arrive("phone"), resume("phone"), join("phone")] {
        let tale = surgery(Door::Strict).all(&[
            ("patient", arrive("phone")),
            ("patient", lose("phone")),
            ("doctor", admit("patient")),
        ]);
        assert_eq!(stage(&tale, "patient"), Some(StageName::Waiting), "nobody is there to come");
        check(
            tale.tell("patient", back),
            &[
                "patient: patient waits on phone",
                "patient: patient lost",
                "doctor: patient may come",
                "patient: patient joined on phone",
            ],
        );
    }
}

#[test]
fn a_reload_keeps_the_place_in_line() {
    let grace = Rules::default().door_grace.as_secs();
    let tale = surgery(Door::Strict)
        .all(&[("doctor", admit("nurse")), ("patient", arrive("phone"))])
        .wait(5)
        .tell("nurse", arrive("ward"))
        .tell("patient", lose("phone"))
        .wait(grace - 1)
        .tell("patient", arrive("phone"));
    assert_eq!(waits_since(&tale, "patient"), Some(Timestamp::EPOCH));
    check(
        tale,
        &[
            "doctor: nurse may come",
            "patient: patient waits on phone",
            "house: (nothing new)",
            "nurse: nurse joined on ward",
            "patient: patient lost",
            "house: (nothing new)",
            "patient: patient back on phone",
        ],
    );
}

#[test]
fn who_does_not_come_back_to_the_door_in_time_has_gone() {
    let grace = Rules::default().door_grace.as_secs();
    let tale = surgery(Door::Strict)
        .all(&[("patient", arrive("phone")), ("patient", lose("phone"))])
        .wait(grace);
    check(
        tale.all(&[("doctor", turn_away("patient")), ("patient", arrive("phone"))]),
        &[
            "patient: patient waits on phone",
            "patient: patient lost",
            "house: patient gone (ConnectionLost)",
            "doctor: no: not_waiting",
            "patient: patient waits on phone",
        ],
    );
}

#[test]
fn the_latest_of_two_devices_stands_at_the_door() {
    let tale = surgery(Door::Strict)
        .tell("patient", arrive("phone"))
        .wait(5)
        .all(&[("patient", arrive("tablet")), ("patient", lose("phone"))])
        .all(&[("patient", leave("phone")), ("doctor", admit("patient"))]);
    assert_eq!(stage(&tale, "patient"), Some(StageName::Present));
    check(
        tale,
        &[
            "patient: patient waits on phone",
            "house: (nothing new)",
            "patient: patient waits on tablet",
            "patient: (nothing new)",
            "patient: no: not_in_room",
            "doctor: patient may come",
            "doctor: patient joined on tablet",
        ],
    );
}

#[test]
fn another_device_keeps_the_place_in_line() {
    let tale = surgery(Door::Strict)
        .tell("patient", arrive("phone"))
        .wait(5)
        .tell("patient", arrive("tablet"));
    assert_eq!(waits_since(&tale, "patient"), Some(Timestamp::EPOCH));
}

#[test]
fn who_was_turned_away_may_come_again_and_waits_again() {
    let mut tale = surgery(Door::Strict)
        .all(&[("patient", arrive("phone")), ("doctor", turn_away("patient"))]);
    assert!(!tale.room.hears_all(&id("patient")), "what goes on is not for them");
    tale = tale.wait(5).all(&[
        ("patient", say("please", &[])),
        ("patient", arrive("phone")),
        ("doctor", admit("patient")),
    ]);
    assert!(tale.room.hears_all(&id("patient")));
    check(
        tale,
        &[
            "patient: patient waits on phone",
            "doctor: patient gone (TurnedAway)",
            "house: (nothing new)",
            "patient: no: not_in_room",
            "patient: patient waits on phone",
            "doctor: patient may come",
            "doctor: patient joined on phone",
        ],
    );
}

#[test]
fn who_leaves_the_door_hears_no_more_than_who_waits() {
    let tale =
        surgery(Door::Strict).all(&[("patient", arrive("phone")), ("patient", leave("phone"))]);
    assert!(!tale.room.hears_all(&id("patient")));
    let tale = tale.all(&[("doctor", set_door(Door::Open)), ("patient", arrive("phone"))]);
    assert!(tale.room.hears_all(&id("patient")), "they are in");
}

#[test]
fn a_usual_door_keeps_guests_and_whoever_can_wait() {
    check(
        surgery(Door::Usual).all(&[
            ("patient", join("phone")),
            ("house", expect("guest", Some(Part::Carer))),
            ("guest", join("tablet")),
            ("patient", leave("phone")),
            ("patient", arrive("phone")),
        ]),
        &[
            "patient: patient answered on phone",
            "patient: patient joined on phone",
            "house: guest is expected",
            "guest: guest waits on tablet",
            "patient: patient gone (Left)",
            "patient: patient waits on phone",
        ],
    );
}

#[test]
fn a_strict_door_keeps_everybody_but_hosts_and_administrators() {
    check(
        surgery(Door::Strict).all(&[
            ("patient", join("phone")),
            ("admin", admit("admin")),
            ("admin", join("office")),
            ("doctor", leave("desk")),
            ("doctor", arrive("desk")),
        ]),
        &[
            "patient: patient waits on phone",
            "admin: admin may come",
            "admin: admin joined on office",
            "doctor: doctor gone (Left)",
            "doctor: doctor joined on desk",
        ],
    );
}

#[test]
fn answering_leads_to_a_strict_door_with_the_device_that_answered() {
    check(
        surgery(Door::Strict).all(&[
            ("patient", answer("phone")),
            ("patient", join("tablet")),
            ("patient", arrive("tablet")),
            ("patient", join("phone")),
            ("doctor", Command::AdmitAll),
        ]),
        &[
            "patient: patient answered on phone",
            "patient: no: answered_elsewhere",
            "patient: no: answered_elsewhere",
            "patient: patient waits on phone",
            "doctor: patient may come",
            "doctor: patient joined on phone",
        ],
    );
}

#[test]
fn who_waits_first_rings_nobody_and_keeps_the_room_open() {
    let tale = Tale::new()
        .all(&[
            ("patient", open(Kind::Consultation, &["doctor"], &["doctor"])),
            ("patient", arrive("phone")),
        ])
        .wait(3600)
        .tell("doctor", join("desk"));
    assert_eq!(stage(&tale, "patient"), Some(StageName::Waiting), "nobody has admitted them");
    check(
        tale,
        &[
            "patient: called",
            "patient: patient waits on phone",
            "house: (nothing new)",
            "doctor: doctor joined on desk",
        ],
    );
}

#[test]
fn all_are_admitted_in_the_order_they_came_as_far_as_there_is_room() {
    let mut tale = surgery(Door::Strict);
    tale.room.rules.most_people = 3;
    tale = tale.tell("house", expect("nurse", None)).tell("nurse", arrive("ward")).wait(1);
    tale = tale.tell("patient", arrive("phone"));
    tale.room.rules.most_people = 2;
    check(
        tale.all(&[("doctor", Command::AdmitAll), ("doctor", Command::AdmitAll)]),
        &[
            "house: nurse is expected",
            "nurse: nurse waits on ward",
            "house: (nothing new)",
            "patient: patient waits on phone",
            "doctor: nurse may come",
            "doctor: nurse joined on ward",
            "doctor: no: room_full",
        ],
    );
}

#[test]
fn a_guest_let_in_before_an_answer_begins_the_call_which_rings_on() {
    let ring = Rules::default().ring.as_secs();
    let tale = Tale::new()
        .all(&[("doctor", call(&["patient"])), ("doctor", join("desk"))])
        .all(&[("house", expect("guest", Some(Part::Interpreter))), ("guest", arrive("tablet"))])
        .tell("doctor", admit("guest"));
    assert_eq!(stage(&tale, "patient"), Some(StageName::Ringing));
    check(
        tale.wait(ring),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "house: guest is expected",
            "guest: guest waits on tablet",
            "doctor: guest may come",
            "doctor: guest joined on tablet",
            "house: patient missed it",
        ],
    );
}

#[test]
fn who_observes_sends_nothing_however_often_they_come() {
    let tale = surgery(Door::Open).all(&[
        ("house", expect("guest", Some(Part::Observer))),
        ("guest", join("tablet")),
        ("guest", join("tablet")),
        (
            "guest",
            Command::ChangeMedia { device: None, audio: Some(true), video: None, screen: None },
        ),
    ]);
    assert_eq!(tale.room.participant(&id("guest")).map(|it| it.media), Some(Media::OFF));
    check(
        tale,
        &[
            "house: guest is expected",
            "guest: guest joined on tablet",
            "guest: (nothing new)",
            "guest: no: forbidden",
        ],
    );
}
