//! The laws of what people say, show and send.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_same_key_never_says_twice(script in scripts()) {
        let mut said = std::collections::BTreeSet::new();
        play(script, |_, entries, _| {
            for entry in entries {
                if let Event::Said { user, key: Some(key), .. } = &entry.event {
                    assert!(said.insert((user.clone(), key.clone())), "{user} said it twice");
                }
            }
        });
    }

    #[test]
    fn only_hands_of_people_inside_are_up(script in scripts()) {
        play(script, |_, _, after| {
            for (user, it) in after.participants() {
                let inside = it.stage.is_in_room();
                assert!(it.hand_since.is_none() || inside, "{user}: {after:?}");
            }
        });
    }

    #[test]
    fn who_observes_sends_nothing(script in scripts()) {
        play(script, |_, _, after| {
            for (user, it) in after.participants() {
                let observes = it.part == Some(Part::Observer);
                assert!(!observes || it.media == Media::OFF, "{user}: {after:?}");
            }
        });
    }

    #[test]
    fn only_people_inside_write_and_to_the_door_only_hosts(script in scripts()) {
        play(script, |before, entries, _| {
            for entry in entries {
                let Event::Said { user, to, .. } = &entry.event else { continue };
                let stage = |it: &UserId| before.participant(it).map(|it| &it.stage);
                let hosts = entry.by.is_admin() || before.is_host(user);
                let waits = |it: &UserId| stage(it).is_some_and(Stage::is_waiting);
                let calls_out = hosts && !to.is_empty() && to.iter().all(waits) && !waits(user);
                assert!(calls_out || stage(user).is_some_and(Stage::is_in_room), "{before:?}");
                assert!(hosts || !to.iter().any(waits), "{before:?}");
            }
        });
    }
}
