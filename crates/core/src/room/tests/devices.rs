//! Devices and connections: moved, reloaded, lost and found.

use super::*;

#[test]
fn a_call_can_be_moved_to_another_device_on_purpose() {
    check(
        visit().all(&[
            ("patient", take_over("tablet")),
            ("patient", mute("phone")),
            ("patient", leave("phone")),
            ("patient", lose("phone")),
            ("patient", mute("tablet")),
        ]),
        &[
            "patient: patient joined on tablet",
            "patient: no: not_in_room",
            "patient: no: not_in_room",
            "patient: (nothing new)",
            "patient: patient audio false video true",
        ],
    );
}

#[test]
fn a_reloaded_page_is_a_new_incarnation_of_its_device() {
    let incarnation = |tale: &Tale| tale.room.participant(&id("patient")).map(|it| it.incarnation);
    let tale = visit();
    let before = incarnation(&tale);
    let tale = tale.tell("patient", join("phone"));
    assert_eq!(incarnation(&tale), before, "joining twice changes nothing");
    let tale = tale.tell("patient", take_over("phone"));
    assert!(incarnation(&tale) > before);
    check(tale, &["patient: (nothing new)", "patient: patient joined on phone"]);
}

#[test]
fn a_lost_connection_comes_back_in_time_or_not() {
    let grace = Rules::default().grace.as_secs();
    check(
        visit()
            .tell("patient", lose("phone"))
            .wait(grace - 1)
            .tell("patient", resume("phone"))
            .tell("patient", lose("phone"))
            .wait(grace)
            .tell("patient", resume("phone")),
        &[
            "patient: patient lost",
            "house: (nothing new)",
            "patient: patient back on phone",
            "patient: patient lost",
            "house: patient gone (ConnectionLost)",
            "patient: patient joined on phone",
        ],
    );
}

#[test]
fn a_restart_loses_all_connections_and_no_call() {
    check(
        visit()
            .tell("house", Command::Restart)
            .tell("patient", resume("phone"))
            .tell("doctor", resume("desk"))
            .tell("doctor", end()),
        &[
            "house: doctor lost",
            "house: patient lost",
            "patient: patient back on phone",
            "doctor: doctor back on desk",
            "doctor: over: completed",
        ],
    );
    let ringing = Tale::new().all(&[("doctor", call(&["patient"])), ("house", Command::Restart)]);
    check(
        ringing.wait(Rules::default().ring.as_secs()),
        &["doctor: called", "doctor: rings", "house: (nothing new)", "house: over: missed"],
    );
}

#[test]
fn a_second_device_may_listen_beside_the_first() {
    let beside =
        Command::Join { device: device("desk"), media: Media::ON, other: OtherDevice::Stays };
    let tale = visit().all(&[("patient", beside), ("patient", say("hello", &[]))]);
    check(tale, &["patient: (nothing new)", "patient: patient said hello"]);
}

#[test]
fn signals_pass_only_between_people_in_the_room() {
    let room = Tale::new()
        .all(&[("doctor", call(&["patient", "nurse"])), ("doctor", join("desk"))])
        .tell("patient", join("phone"))
        .room;
    let ask = |from: &str, on: &str, to: &str| room.carries(&id(from), &device(on), &id(to));
    assert_eq!(ask("doctor", "desk", "patient"), Ok(()));
    assert_eq!(ask("doctor", "phone", "patient"), Err(Refusal::NotInRoom));
    assert_eq!(ask("doctor", "desk", "nurse"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("doctor", "desk", "doctor"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("doctor", "desk", "stranger"), Err(Refusal::PeerNotInRoom));
    assert_eq!(ask("nurse", "ward", "doctor"), Err(Refusal::NotInRoom));
    assert_eq!(ask("stranger", "x", "doctor"), Err(Refusal::NotAParticipant));
}
