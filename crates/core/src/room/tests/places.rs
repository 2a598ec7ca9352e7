//! Consultations and meetings.

use super::*;

#[test]
fn whoever_comes_to_a_consultation_first_rings_the_other_and_may_wait() {
    let tale = Tale::new()
        .all(&[
            ("patient", open(Kind::Consultation, &["doctor"], &["doctor"])),
            ("patient", join("phone")),
        ])
        .wait(3600)
        .all(&[("doctor", join("desk")), ("patient", end()), ("doctor", end())]);
    assert_eq!(tale.room.next_deadline(), None);
    check(
        tale,
        &[
            "patient: called",
            "patient: rings",
            "patient: patient joined on phone",
            "house: doctor missed it",
            "doctor: doctor joined on desk",
            "patient: no: forbidden",
            "doctor: over: completed",
        ],
    );
}

#[test]
fn a_consultation_is_over_when_the_one_who_waited_goes() {
    let tale = Tale::new().all(&[
        ("patient", open(Kind::Consultation, &["doctor"], &["doctor"])),
        ("patient", join("phone")),
        ("patient", leave("phone")),
    ]);
    assert!(matches!(tale.room.phase(), Phase::Over { outcome: Outcome::Missed, .. }));
}

#[test]
fn hanging_up_ends_a_call_and_leaves_a_consultation() {
    let call = visit().tell("patient", hang_up("phone"));
    assert_eq!(call.told, ["patient: over: completed"]);
    let consultation = Tale::new().all(&[
        ("doctor", open(Kind::Consultation, &["patient"], &["doctor"])),
        ("doctor", join("desk")),
        ("patient", answer("phone")),
        ("patient", join("phone")),
        ("patient", hang_up("phone")),
        ("doctor", hang_up("desk")),
    ]);
    let last = consultation.told[consultation.told.len() - 2..].to_vec();
    assert_eq!(last, ["patient: patient gone (Left)", "doctor: over: completed"]);
}

#[test]
fn a_meeting_takes_whoever_comes_until_it_is_full() {
    let mut tale = Tale::new().tell("p0", open(Kind::Meeting, &[], &["p0"]));
    for number in 0..8 {
        tale = tale.tell(&format!("p{number}"), join("desk"));
    }
    tale = tale.all(&[("p8", join("desk")), ("p7", leave("desk")), ("p8", join("desk"))]);
    let last = tale.told[tale.told.len() - 3..].to_vec();
    assert_eq!(last, ["p8: no: room_full", "p7: p7 gone (Left)", "p8: p8 joined on desk"]);
}

#[test]
fn a_closed_room_takes_those_who_were_admitted() {
    let tale = Tale::new().all(&[
        ("doctor", open(Kind::Consultation, &["patient"], &["doctor"])),
        ("doctor", join("desk")),
        ("carer", join("tablet")),
        ("carer", Command::Admit { user: id("carer") }),
        ("doctor", Command::Admit { user: id("carer") }),
        ("carer", join("tablet")),
    ]);
    let last = tale.told[3..].to_vec();
    let expected = [
        "carer: no: not_a_participant",
        "carer: no: not_a_participant",
        "doctor: carer may come",
        "carer: carer joined on tablet",
    ];
    assert_eq!(last, expected);
}
