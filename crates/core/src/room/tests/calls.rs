//! Calls: who rings, who answers, how they end.

use super::*;

#[test]
fn a_call_is_answered_and_ended() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("doctor", join("desk")),
            ("patient", answer("phone")),
            ("patient", join("phone")),
            ("patient", mute("phone")),
            ("patient", mute("phone")),
            ("patient", end()),
            ("doctor", end()),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
            "patient: patient audio false video true",
            "patient: (nothing new)",
            "patient: over: completed",
            "doctor: no: call_over",
        ],
    );
}

#[test]
fn joining_a_ringing_call_answers_it() {
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", join("phone"))]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn an_answer_is_won_by_exactly_one_device() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("patient", answer("phone")),
            ("patient", answer("phone")),
            ("patient", answer("tablet")),
            ("patient", join("tablet")),
            ("patient", join("phone")),
            ("patient", answer("tablet")),
            ("patient", join("tablet")),
            ("patient", decline()),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered on phone",
            "patient: (nothing new)",
            "patient: no: answered_elsewhere",
            "patient: no: answered_elsewhere",
            "patient: patient joined on phone",
            "patient: no: answered_elsewhere",
            "patient: no: on_another_device",
            "patient: no: already_answered",
        ],
    );
}

#[test]
fn an_answer_without_a_device_lets_the_first_one_in() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("patient", Command::Answer { device: None }),
            ("patient", Command::Answer { device: None }),
            ("patient", join("phone")),
            ("patient", join("tablet")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered",
            "patient: no: already_answered",
            "patient: patient joined on phone",
            "patient: no: on_another_device",
        ],
    );
}

#[test]
fn every_ring_ends() {
    let ring = Rules::default().ring.as_secs();
    check(
        Tale::new()
            .all(&[("doctor", call(&["patient"]))])
            .wait(ring - 1)
            .wait(1)
            .tell("patient", join("phone")),
        &[
            "doctor: called",
            "doctor: rings",
            "house: (nothing new)",
            "house: over: missed",
            "patient: no: call_over",
        ],
    );
}

#[test]
fn a_call_is_declined_or_taken_back() {
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", decline())]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient declined",
            "patient: over: declined",
        ],
    );
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("doctor", cancel())]),
        &["doctor: called", "doctor: rings", "doctor: over: cancelled"],
    );
    check(
        Tale::new().all(&[("doctor", call(&["patient"])), ("patient", end())]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient declined",
            "patient: over: declined",
        ],
    );
    check(visit().all(&[("doctor", cancel())]), &["doctor: no: already_started"]);
}

#[test]
fn a_no_can_be_taken_back_while_the_call_lasts() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient", "nurse"])),
            ("nurse", decline()),
            ("nurse", decline()),
            ("nurse", join("ward")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "nurse: nurse declined",
            "nurse: no: not_ringing",
            "nurse: nurse answered on ward",
            "nurse: nurse joined on ward",
        ],
    );
}

#[test]
fn a_caller_who_goes_while_it_rings_takes_the_call_along() {
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("doctor", join("desk")),
            ("doctor", leave("desk")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "doctor: doctor gone (Left)",
            "doctor: over: cancelled",
        ],
    );
}

#[test]
fn nobody_stays_alone_for_ever() {
    let alone = Rules::default().alone.as_secs();
    check(
        visit().tell("patient", leave("phone")).wait(alone - 1).wait(1),
        &["patient: patient gone (Left)", "house: (nothing new)", "house: over: completed"],
    );
    check(
        visit().all(&[("patient", leave("phone")), ("doctor", leave("desk"))]),
        &["patient: patient gone (Left)", "doctor: doctor gone (Left)", "doctor: over: completed"],
    );
}

#[test]
fn who_accepts_and_never_comes_is_counted_out() {
    let arrival = Rules::default().arrival.as_secs();
    check(
        Tale::new()
            .all(&[("doctor", call(&["patient"])), ("doctor", join("desk"))])
            .tell("patient", Command::Answer { device: None })
            .wait(arrival),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered",
            "house: patient gone (NeverCame)",
        ],
    );
}

#[test]
fn three_people_ring_answer_and_go_one_by_one() {
    let ring = Rules::default().ring.as_secs();
    check(
        Tale::new()
            .all(&[
                ("doctor", call(&["patient", "nurse"])),
                ("doctor", join("desk")),
                ("patient", join("phone")),
                ("patient", end()),
            ])
            .wait(ring)
            .all(&[
                ("nurse", join("ward")),
                ("doctor", leave("desk")),
                ("nurse", leave("ward")),
                ("patient", leave("phone")),
            ]),
        &[
            "doctor: called",
            "doctor: rings",
            "doctor: doctor joined on desk",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
            "patient: no: forbidden",
            "house: nurse missed it",
            "nurse: nurse joined on ward",
            "doctor: doctor gone (Left)",
            "nurse: nurse gone (Left)",
            "patient: patient gone (Left)",
            "patient: over: completed",
        ],
    );
}

#[test]
fn strangers_learn_nothing() {
    check(
        visit().all(&[
            ("stranger", join("x")),
            ("stranger", end()),
            ("stranger", answer("x")),
            ("admin", join("x")),
            ("admin", end()),
            ("stranger", end()),
        ]),
        &[
            "stranger: no: not_a_participant",
            "stranger: no: not_a_participant",
            "stranger: no: not_a_participant",
            "admin: no: not_a_participant",
            "admin: over: completed",
            "stranger: no: not_a_participant",
        ],
    );
    check(Tale::new().tell("admin", end()), &["admin: no: not_a_participant"]);
}

#[test]
fn impossible_invitations_are_refused() {
    let crowd = ["b", "c", "d", "e", "f", "g", "h", "i"];
    check(
        Tale::new().all(&[
            ("doctor", call(&[])),
            ("doctor", call(&["doctor"])),
            ("doctor", call(&["patient", "patient"])),
            ("doctor", call(&crowd)),
            ("doctor", call(&crowd[1..])),
            ("doctor", call(&["patient"])),
            ("house", end()),
            ("doctor", Command::Elapse),
        ]),
        &[
            "doctor: no: nobody_to_call",
            "doctor: no: cannot_call_yourself",
            "doctor: no: named_twice",
            "doctor: no: too_many_people",
            "doctor: called",
            "doctor: rings",
            "doctor: no: already_exists",
            "house: no: forbidden",
            "doctor: no: forbidden",
        ],
    );
}

#[test]
fn a_second_call_is_another_room_with_another_winner() {
    let first = visit().all(&[
        ("doctor", lock(true)),
        ("doctor", end()),
        ("doctor", call(&["patient"])),
        ("patient", join("phone")),
    ]);
    let said = ["doctor: locked true", "doctor: over: completed"];
    let refused = ["doctor: no: already_exists", "patient: no: call_over"];
    check(first, &[said, refused].concat());
    check(
        Tale::new().all(&[
            ("doctor", call(&["patient"])),
            ("patient", answer("tablet")),
            ("patient", join("phone")),
            ("patient", join("tablet")),
        ]),
        &[
            "doctor: called",
            "doctor: rings",
            "patient: patient answered on tablet",
            "patient: no: answered_elsewhere",
            "patient: patient joined on tablet",
        ],
    );
}
