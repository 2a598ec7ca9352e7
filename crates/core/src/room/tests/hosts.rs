//! What hosts decide: who is put out, who else is a host, the lock, the quiet,
//! the hands.

use super::*;

/// A meeting of the doctor, with the nurse and a friend in it.
fn meeting() -> Tale {
    let mut tale = Tale::new().all(&[
        ("doctor", open(Kind::Meeting, &[], &["doctor"])),
        ("doctor", set_door(Door::Open)),
        ("doctor", join("desk")),
        ("nurse", join("ward")),
        ("friend", join("phone")),
    ]);
    tale.told.clear();
    tale
}

#[test]
fn who_was_removed_stays_out_until_a_host_admits_them() {
    let tale = meeting().all(&[
        ("nurse", remove("friend")),
        ("doctor", remove("friend")),
        ("friend", join("phone")),
        ("friend", arrive("tablet")),
        ("friend", resume("phone")),
        ("friend", say("hello", &[])),
        ("friend", lose("phone")),
        ("house", expect("friend", None)),
        ("doctor", remove("friend")),
        ("doctor", say("come", &["friend"])),
    ]);
    assert!(!tale.room.hears_all(&id("friend")));
    check(
        tale.all(&[("doctor", admit("friend")), ("friend", join("phone"))]),
        &[
            "nurse: no: forbidden",
            "doctor: friend gone (Removed)",
            "friend: no: removed",
            "friend: no: removed",
            "friend: no: removed",
            "friend: no: removed",
            "friend: (nothing new)",
            "house: no: removed",
            "doctor: (nothing new)",
            "doctor: no: peer_not_in_room",
            "doctor: friend may come",
            "friend: friend joined on phone",
        ],
    );
}

#[test]
fn who_was_removed_before_stays_out_of_the_reopened_place() {
    let again = with(open(Kind::Meeting, &[], &["doctor"]), |it| it.removed = vec![id("friend")]);
    check(
        Tale::new().all(&[
            ("friend", again.clone()),
            ("nurse", again),
            ("friend", join("phone")),
            ("doctor", admit("friend")),
            ("friend", join("phone")),
        ]),
        &[
            "friend: no: removed",
            "nurse: called",
            "friend: no: removed",
            "doctor: friend may come",
            "friend: friend joined on phone",
        ],
    );
}

#[test]
fn who_rings_and_is_removed_rings_no_more() {
    check(
        Tale::new()
            .all(&[
                ("doctor", call(&["patient", "nurse"])),
                ("doctor", remove("patient")),
                ("patient", answer("phone")),
                ("doctor", admit("patient")),
                ("nurse", decline()),
            ])
            .wait(Rules::default().ring.as_secs()),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: patient gone (Removed)",
            "patient: no: removed",
            "doctor: patient may come",
            "nurse: nurse declined",
            "house: over: missed",
        ],
    );
}

#[test]
fn a_lock_keeps_out_whoever_is_not_there() {
    check(
        meeting().all(&[
            ("nurse", lock(true)),
            ("doctor", lock(true)),
            ("doctor", lock(true)),
            ("nurse", lose("ward")),
            ("nurse", resume("ward")),
            ("friend", take_over("tablet")),
            ("friend", leave("tablet")),
            ("friend", join("phone")),
            ("friend", arrive("phone")),
            ("stranger", join("x")),
            ("doctor", leave("desk")),
            ("doctor", join("desk")),
            ("doctor", lock(false)),
            ("friend", join("phone")),
        ]),
        &[
            "nurse: no: forbidden",
            "doctor: locked true",
            "doctor: (nothing new)",
            "nurse: nurse lost",
            "nurse: nurse back on ward",
            "friend: friend joined on tablet",
            "friend: friend gone (Left)",
            "friend: no: room_locked",
            "friend: no: room_locked",
            "stranger: no: room_locked",
            "doctor: doctor gone (Left)",
            "doctor: doctor joined on desk",
            "doctor: locked false",
            "friend: friend joined on phone",
        ],
    );
}

#[test]
fn who_waited_before_the_lock_may_be_admitted() {
    check(
        meeting().all(&[
            ("doctor", set_door(Door::Strict)),
            ("patient", arrive("phone")),
            ("doctor", lock(true)),
            ("patient", lose("phone")),
            ("patient", arrive("phone")),
            ("doctor", admit("patient")),
        ]),
        &[
            "doctor: door strict",
            "patient: patient waits on phone",
            "doctor: locked true",
            "patient: patient lost",
            "patient: patient back on phone",
            "doctor: patient may come",
            "doctor: patient joined on phone",
        ],
    );
}

#[test]
fn a_host_makes_others_hosts_who_decide_about_all_but_those_the_place_named() {
    check(
        meeting().all(&[
            ("nurse", make_host("friend", true)),
            ("doctor", make_host("nurse", true)),
            ("doctor", make_host("nurse", true)),
            ("nurse", make_host("doctor", false)),
            ("nurse", remove("doctor")),
            ("nurse", make_host("nurse", false)),
            ("nurse", set_door(Door::Strict)),
            ("nurse", leave("ward")),
            ("nurse", join("ward")),
            ("nurse", remove("friend")),
            ("doctor", remove("nurse")),
            ("doctor", admit("nurse")),
            ("nurse", join("ward")),
            ("nurse", lock(true)),
        ]),
        &[
            "nurse: no: forbidden",
            "doctor: nurse host true",
            "doctor: (nothing new)",
            "nurse: no: forbidden",
            "nurse: no: forbidden",
            "nurse: no: forbidden",
            "nurse: door strict",
            "nurse: nurse gone (Left)",
            "nurse: nurse joined on ward",
            "nurse: friend gone (Removed)",
            "doctor: nurse host false",
            "doctor: nurse gone (Removed)",
            "doctor: nurse may come",
            "nurse: nurse joined on ward",
            "nurse: no: forbidden",
        ],
    );
}

#[test]
fn guests_and_strangers_are_never_hosts() {
    check(
        meeting().all(&[
            ("house", expect("guest", Some(Part::Interpreter))),
            ("guest", join("tablet")),
            ("doctor", make_host("guest", true)),
            ("doctor", make_host("stranger", true)),
            ("doctor", remove("friend")),
            ("doctor", make_host("friend", true)),
        ]),
        &[
            "house: guest is expected",
            "guest: guest joined on tablet",
            "doctor: no: forbidden",
            "doctor: no: not_a_participant",
            "doctor: friend gone (Removed)",
            "doctor: no: forbidden",
        ],
    );
}

#[test]
fn a_host_asks_for_quiet_and_everybody_may_speak_again() {
    check(
        meeting().all(&[
            ("nurse", mute_request(None)),
            ("doctor", mute_request(None)),
            ("doctor", mute_request(Some("nurse"))),
            ("doctor", mute_request(Some("stranger"))),
            ("nurse", mute("ward")),
            ("doctor", leave("desk")),
            ("doctor", mute_request(None)),
        ]),
        &[
            "nurse: no: forbidden",
            "doctor: everybody, mute yourselves",
            "doctor: nurse, mute yourself",
            "doctor: no: peer_not_in_room",
            "nurse: nurse audio false video true",
            "doctor: doctor gone (Left)",
            "doctor: no: not_in_room",
        ],
    );
}

#[test]
fn a_hand_is_up_until_it_is_lowered_or_gone() {
    let tale = meeting().all(&[
        ("nurse", hand(true)),
        ("nurse", hand(true)),
        ("friend", hand_of("nurse", false)),
        ("doctor", hand_of("friend", true)),
        ("doctor", hand_of("nurse", false)),
        ("friend", hand(true)),
        ("friend", lose("phone")),
        ("friend", resume("phone")),
    ]);
    let is_up = |tale: &Tale| {
        tale.room.participant(&id("friend")).is_some_and(|it| it.hand_since.is_some())
    };
    assert!(is_up(&tale), "a lost connection lowers no hand");
    let tale = tale.all(&[("friend", leave("phone")), ("friend", hand(true))]);
    assert!(!is_up(&tale), "who has gone has no hand up");
    check(
        tale,
        &[
            "nurse: nurse hand true",
            "nurse: (nothing new)",
            "friend: no: forbidden",
            "doctor: no: forbidden",
            "doctor: nurse hand false",
            "friend: friend hand true",
            "friend: friend lost",
            "friend: friend back on phone",
            "friend: friend gone (Left)",
            "friend: no: not_in_room",
        ],
    );
}
