//! The laws of the door.

use super::*;

/// Whether the one `entry` was made for decides for all.
fn is_decided(room: &Room, entry: &Entry) -> bool {
    entry.by.is_admin() || entry.by.user().is_some_and(|it| room.is_host(it))
}

/// Calls `look` with each entry and the room just before it.
fn at_every_entry(script: Vec<Step>, mut look: impl FnMut(&Room, &Entry)) {
    play(script, |before, entries, _| {
        let mut room = before.clone();
        for entry in entries {
            look(&room, entry);
            room.evolve(entry);
        }
    });
}

/// Who does something by this entry.
fn who_acts(event: &Event) -> Option<&UserId> {
    match event {
        Event::Answered { user, .. }
        | Event::Joined { user, .. }
        | Event::CameToDoor { user, .. }
        | Event::MediaChanged { user, .. }
        | Event::ConnectionResumed { user, .. }
        | Event::HandRaised { user, raised: true }
        | Event::RecordingStarted { user, .. }
        | Event::Said { user, .. } => Some(user),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn at_a_strict_door_everybody_waits_for_a_host(script in scripts()) {
        at_every_entry(script, |room, entry| {
            let Event::Joined { user, .. } = &entry.event else { return };
            let strict = room.kind().is_place() && room.door() == Door::Strict;
            let known = room.participant(user);
            let let_in = known.is_some_and(|it| it.admitted || it.stage.is_in_room());
            assert!(!strict || let_in || is_decided(room, entry), "{user} passed: {room:?}");
        });
    }

    #[test]
    fn who_has_no_account_waits_unless_the_door_is_open(script in scripts()) {
        at_every_entry(script, |room, entry| {
            let Event::Joined { user, .. } = &entry.event else { return };
            let Some(known) = room.participant(user) else { return };
            let waits = known.part.is_some() && room.door() != Door::Open;
            let let_in = known.admitted || known.stage.is_in_room();
            assert!(!waits || let_in || is_decided(room, entry), "{user} passed: {room:?}");
        });
    }

    #[test]
    fn who_was_removed_does_nothing_until_a_host_admits_them(script in scripts()) {
        let mut out = std::collections::BTreeSet::new();
        at_every_entry(script, |room, entry| {
            match &entry.event {
                Event::Initiated { invitation, .. } => out.extend(invitation.removed.clone()),
                Event::Left { user, departure: Departure::Removed, .. } => {
                    out.insert(user.clone());
                }
                Event::Admitted { user } => {
                    assert!(is_decided(room, entry), "only hosts admit");
                    out.remove(user);
                }
                event => {
                    let acts = who_acts(event).filter(|it| out.contains(*it));
                    assert_eq!(acts, None, "removed, and {}", event.name());
                }
            }
        });
    }

    #[test]
    fn who_is_kept_out_hears_nothing(script in scripts()) {
        play(script, |_, _, after| {
            for (user, it) in after.participants() {
                let kept_out = it.removed
                    || it.stage.is_waiting()
                    || it.stage == Stage::Left(Departure::TurnedAway) && !it.admitted;
                assert!(!kept_out || !after.hears_all(user), "{user} hears: {after:?}");
            }
        });
    }

    #[test]
    fn nobody_new_comes_to_a_locked_room_but_hosts(script in scripts()) {
        at_every_entry(script, |room, entry| {
            let (Event::Joined { user, .. } | Event::CameToDoor { user, .. }) = &entry.event else {
                return;
            };
            let stage = room.participant(user).map(|it| &it.stage);
            let is_here = stage.is_some_and(|it| it.is_in_room() || it.is_waiting());
            assert!(!room.is_locked() || is_here || is_decided(room, entry), "{user}: {room:?}");
        });
    }

    #[test]
    fn who_goes_waits_no_longer(script in scripts()) {
        let gone = |entry: &Entry| match &entry.event {
            Event::Left { user, .. } => Some(user.clone()),
            _ => None,
        };
        play(script, |_, entries, after| {
            for user in entries.iter().filter_map(gone) {
                assert!(after.people_waiting().all(|(it, _)| *it != user), "{after:?}");
            }
            assert!(!after.is_over() || after.people_waiting().next().is_none(), "{after:?}");
        });
    }

    #[test]
    fn waiting_keeps_the_place_in_line(script in scripts()) {
        let since = |room: &Room, user: &UserId| match room.participant(user)?.stage {
            Stage::Waiting { since, .. } => Some(since),
            _ => None,
        };
        play(script, |before, _, after| {
            for (user, _) in after.people_waiting() {
                let was = since(before, user);
                assert!(was.is_none() || was == since(after, user), "{user}: {after:?}");
            }
        });
    }
}
