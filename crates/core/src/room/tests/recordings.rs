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

fn meets() -> Tale {
    Tale::new().all(&[
        ("doctor", open(Kind::Meeting, &[], &["doctor"])),
        ("doctor", join("desk")),
        ("doctor", consent("doctor", true)),
    ])
}

fn ask(covers: Covered) -> Command {
    Command::AskConsent { covers, wording: Some("2026-11/en".to_owned().try_into().expect("one")) }
}

fn agree_to(whose: &str, covers: Covered) -> Command {
    let (user, method) = (id(whose), ConsentMethod::Electronic);
    Command::Consent { user, agreed: true, method, covers: Some(covers), wording: None }
}

fn record_with(newcomers: Newcomers) -> Command {
    let recording = "rec".parse().expect("an id");
    Command::StartRecording { recording, covers: None, newcomers: Some(newcomers) }
}

fn stop() -> Command {
    Command::StopRecording { recording: None }
}

#[test]
fn a_newcomer_who_has_not_agreed_pauses_the_recording_until_they_do() {
    let tale = meets().all(&[
        ("doctor", record()),
        ("carer", join("tablet")),
        ("carer", consent("carer", true)),
        ("nurse", join("phone")),
        ("nurse", consent("nurse", false)),
        ("nurse", consent("nurse", false)),
        ("nurse", leave("phone")),
        ("carer", consent("carer", false)),
    ]);
    let expected = [
        "doctor: doctor records",
        "carer: recording paused",
        "carer: carer joined on tablet",
        "carer: carer agreed",
        "carer: recording goes on",
        "nurse: recording paused",
        "nurse: nurse joined on phone",
        "nurse: nurse said no to the recording",
        "nurse: (nothing new)",
        "nurse: nurse gone (Left)",
        "nurse: recording goes on",
        "carer: recording stopped",
        "carer: carer agrees no longer",
    ];
    assert_eq!(tale.told[3..], expected);
}

#[test]
fn where_newcomers_wait_they_come_in_when_they_agree_or_nothing_is_recorded() {
    let tale = meets().all(&[
        ("doctor", record_with(Newcomers::Wait)),
        ("carer", join("tablet")),
        ("doctor", Command::Admit { user: id("carer") }),
        ("nurse", join("phone")),
        ("carer", consent("carer", true)),
        ("doctor", stop()),
    ]);
    let expected = [
        "doctor: doctor records",
        "carer: carer waits on tablet",
        "doctor: carer may come",
        "nurse: nurse waits on phone",
        "carer: carer agreed",
        "carer: carer joined on tablet",
        "doctor: recording stopped",
        "doctor: nurse joined on phone",
    ];
    assert_eq!(tale.told[3..], expected);
}

#[test]
fn a_door_that_is_closed_meanwhile_keeps_who_only_waited_to_agree() {
    let tale = meets().all(&[
        ("doctor", record_with(Newcomers::Wait)),
        ("carer", join("tablet")),
        ("doctor", Command::SetDoor { door: Door::Strict }),
        ("carer", consent("carer", true)),
    ]);
    assert_eq!(tale.told.last().map(String::as_str), Some("carer: carer agreed"));
}

#[test]
fn people_are_asked_and_say_no_or_yes() {
    let tale = visit().all(&[
        ("patient", ask(Covered::ALL)),
        ("doctor", ask(Covered { audio: false, video: false, screen: false })),
        ("doctor", ask(Covered::ALL)),
        ("doctor", ask(Covered::ALL)),
        ("patient", consent("patient", false)),
        ("doctor", stop()),
        ("doctor", stop()),
        ("doctor", ask(Covered::VOICES)),
        ("patient", consent("patient", true)),
        ("doctor", consent("doctor", true)),
        ("doctor", record()),
    ]);
    let expected = [
        "patient: no: forbidden",
        "doctor: no: nothing_to_record",
        "doctor: doctor asks to record",
        "doctor: (nothing new)",
        "patient: patient said no to the recording",
        "doctor: nobody asks to record",
        "doctor: no: not_recording",
        "doctor: doctor asks to record",
        "patient: patient agreed",
        "doctor: doctor agreed",
        "doctor: doctor records",
    ];
    check(tale, &expected);
}

#[test]
fn who_agreed_to_less_has_not_agreed() {
    let tale = visit().all(&[
        ("doctor", agree_to("doctor", Covered::ALL)),
        ("patient", agree_to("patient", Covered::VOICES)),
        ("doctor", record()),
        (
            "doctor",
            Command::StartRecording {
                recording: "rec".parse().expect("an id"),
                covers: Some(Covered::VOICES),
                newcomers: None,
            },
        ),
    ]);
    let expected = [
        "doctor: doctor agreed",
        "patient: patient agreed",
        "doctor: no: consent_missing",
        "doctor: doctor records",
    ];
    check(tale, &expected);
}

#[test]
fn a_request_goes_with_whoever_made_it() {
    let tale = meets().all(&[
        ("carer", join("tablet")),
        ("doctor", ask(Covered::ALL)),
        ("doctor", leave("desk")),
    ]);
    let expected = [
        "carer: carer joined on tablet",
        "doctor: doctor asks to record",
        "doctor: nobody asks to record",
        "doctor: doctor gone (Left)",
    ];
    assert_eq!(tale.told[3..], expected);
}
