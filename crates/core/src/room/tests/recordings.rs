//! Consent, and what is recorded.

use super::*;

#[test]
fn recording_takes_everybodys_consent() {
    let tale = visit().all(&[
        ("doctor", record()),
        ("doctor", consent("doctor", true)),
        ("doctor", record()),
        ("patient", consent("doctor", false)),
        ("patient", consent("patient", true)),
        ("patient", record()),
        ("doctor", record()),
        ("doctor", record()),
        ("patient", consent("patient", false)),
        ("doctor", Command::StopRecording { recording: None }),
        ("doctor", consent("patient", true)),
        ("doctor", record()),
        ("doctor", end()),
    ]);
    check(
        tale,
        &[
            "doctor: no: consent_missing",
            "doctor: doctor agreed",
            "doctor: no: consent_missing",
            "patient: no: forbidden",
            "patient: patient agreed",
            "patient: no: forbidden",
            "doctor: doctor records",
            "doctor: no: already_recording",
            "patient: recording stopped",
            "patient: patient agrees no longer",
            "doctor: no: not_recording",
            "doctor: patient agreed",
            "doctor: doctor records",
            "doctor: recording stopped",
            "doctor: over: completed",
        ],
    );
}

#[test]
fn a_newcomer_who_has_not_agreed_stops_the_recording() {
    let tale = Tale::new().all(&[
        ("doctor", open(Kind::Meeting, &[], &["doctor"])),
        ("doctor", join("desk")),
        ("doctor", consent("doctor", true)),
        ("doctor", record()),
        ("carer", join("tablet")),
    ]);
    let last = tale.told[3..].to_vec();
    let expected =
        ["doctor: doctor records", "carer: recording stopped", "carer: carer joined on tablet"];
    assert_eq!(last, expected);
}
