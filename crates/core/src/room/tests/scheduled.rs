//! Calls that ring later.

use super::*;

#[test]
fn a_scheduled_call_rings_at_its_time() {
    check(
        Tale::new()
            .all(&[("doctor", call_at(600, "patient")), ("doctor", join("desk"))])
            .wait(599)
            .wait(1)
            .tell("patient", join("phone")),
        &[
            "doctor: called",
            "doctor: doctor joined on desk",
            "house: (nothing new)",
            "house: rings",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn a_scheduled_call_can_begin_early_or_be_called_off_by_either() {
    check(
        Tale::new().all(&[("doctor", call_at(600, "patient")), ("patient", join("phone"))]),
        &[
            "doctor: called",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
    check(
        Tale::new().all(&[("doctor", call_at(600, "patient")), ("patient", cancel())]),
        &["doctor: called", "patient: over: cancelled"],
    );
}

#[test]
fn a_scheduled_call_that_began_early_rings_the_others_at_its_time() {
    let later = at(60, call(&["patient", "nurse"]));
    check(
        Tale::new()
            .all(&[("doctor", later), ("doctor", join("desk")), ("nurse", join("ward"))])
            .wait(60)
            .tell("patient", join("phone")),
        &[
            "doctor: called",
            "doctor: doctor joined on desk",
            "nurse: nurse answered on ward",
            "nurse: nurse joined on ward",
            "house: rings",
            "patient: patient answered on phone",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn who_is_called_for_later_decides_nothing_for_the_caller() {
    check(
        Tale::new().all(&[
            ("doctor", call_at(600, "patient")),
            ("patient", lock(true)),
            ("patient", admit("stranger")),
            ("patient", make_host("doctor", false)),
            ("patient", cancel()),
        ]),
        &[
            "doctor: called",
            "patient: no: forbidden",
            "patient: no: forbidden",
            "patient: no: forbidden",
            "patient: over: cancelled",
        ],
    );
}
