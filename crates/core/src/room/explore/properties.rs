//! What must hold, whatever is asked for in whatever order.

use super::*;

/// Something that must hold of every step and of every room it leads to.
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) of_steps: fn(&Step<'_>) -> Verdict,
    pub(super) of_rooms: fn(&Rest<'_>) -> Verdict,
}

/// Nothing, or what is broken.
pub(super) type Verdict = Result<(), String>;

/// Somebody asked, and this is what came of it.
pub(super) struct Step<'a> {
    pub(super) from: &'a Found,
    pub(super) by: &'a Actor,
    pub(super) command: &'a Command,
    pub(super) answer: &'a Result<Vec<Entry>, Refusal>,
    pub(super) to: &'a Found,
}

/// A room that was not known before.
pub(super) struct Rest<'a> {
    /// The room before it.
    pub(super) before: &'a Room,
    /// What led from one to the other.
    pub(super) entries: &'a [Entry],
    pub(super) found: &'a Found,
    pub(super) people: &'a [Actor],
}

/// All of them.
pub(super) const PROPERTIES: &[Property] = &[
    of_steps("exactly_one_winner", exactly_one_winner),
    of_rooms("every_ring_ends", every_ring_ends),
    Property {
        name: "no_device_rings_after_the_end",
        of_steps: nothing_rings_after_the_end,
        of_rooms: nothing_rings_when_time_is_up,
    },
    of_steps("over_stays_over", over_stays_over),
    of_steps("nobody_passes_the_door_unadmitted", nobody_passes_the_door_unadmitted),
    Property {
        name: "a_removed_user_stays_out",
        of_steps: a_removed_user_does_nothing,
        of_rooms: a_removed_user_hears_nothing,
    },
    Property {
        name: "who_waits_hears_nothing",
        of_steps: who_waits_says_nothing,
        of_rooms: who_waits_hears_nothing,
    },
    of_steps("a_locked_room_lets_only_hosts_in", a_locked_room_lets_only_hosts_in),
    of_steps("only_hosts_decide_for_others", only_hosts_decide_for_others),
    of_steps("consent_holds_while_recording", consent_holds_while_recording),
    of_rooms("folding_gives_the_same_room", folding_gives_the_same_room),
    of_rooms("a_call_rings_until_somebody_comes", a_call_rings_until_somebody_comes),
    of_rooms("a_scheduled_call_rings_at_its_time", a_scheduled_call_rings_at_its_time),
    of_rooms("every_open_room_can_end_by_time_alone", every_open_room_can_end_by_time_alone),
    of_rooms(
        "commands_of_the_house_are_refused_to_people",
        commands_of_the_house_are_refused_to_people,
    ),
];

const fn of_steps(name: &'static str, of_steps: fn(&Step<'_>) -> Verdict) -> Property {
    Property { name, of_steps, of_rooms: |_| Ok(()) }
}

const fn of_rooms(name: &'static str, of_rooms: fn(&Rest<'_>) -> Verdict) -> Property {
    Property { name, of_steps: |_| Ok(()), of_rooms }
}

impl Step<'_> {
    /// Looks at each new entry, with what a witness knew just before it.
    fn each(&self, look: impl Fn(&Witness, &Entry) -> Verdict) -> Verdict {
        let mut witness = self.from.witness;
        for entry in self.answer.iter().flatten() {
            look(&witness, entry)?;
            witness.sees(entry);
        }
        Ok(())
    }
}

fn holds(it: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if it { Ok(()) } else { Err(otherwise()) }
}

/// Nobody answers twice, and of the devices of who answered with one only that
/// one comes in; unless another is not asked to give way to it.
fn exactly_one_winner(step: &Step<'_>) -> Verdict {
    let answers_once = |witness: &Witness, entry: &Entry| match &entry.event {
        Event::Answered { user, .. } => {
            holds(!witness.answered.has(user), || format!("{user} answered twice"))
        }
        _ => Ok(()),
    };
    step.each(answers_once)?;
    let gives_way = matches!(
        step.command,
        Command::Join { other: OtherDevice::Prevails, .. } | Command::Arrive { .. }
    );
    let Some(user) = step.by.user().filter(|_| gives_way) else { return Ok(()) };
    let before = step.from.room.participant(user).map(|it| &it.stage);
    let Some(Stage::Accepted { device: Some(winner), .. }) = before else { return Ok(()) };
    let after = step.to.room.participant(user).and_then(|it| it.stage.device());
    holds(after.is_none_or(|it| it == winner), || {
        format!("{user} answered on {winner} and came in by another device")
    })
}

/// However silent everybody is, nobody's device rings longer than a ring and an
/// arrival take.
fn every_ring_ends(rest: &Rest<'_>) -> Verdict {
    let Found { room, now, .. } = rest.found;
    if room.is_over() || !room.anybody_rings() {
        return Ok(());
    }
    let rules = room.rules();
    let by = now.plus(rules.ring).plus(rules.arrival);
    let rings = |room: &Room| !room.is_over() && room.anybody_rings();
    let after = time_passes(room.clone(), rings)?;
    holds(after.is_some_and(|at| at <= by), || "it rings for ever".to_owned())
}

/// Lets time pass for as long as `goes_on`, and says when it stopped being so;
/// nothing if no deadline is left before that.
fn time_passes(
    mut room: Room,
    goes_on: impl Fn(&Room) -> bool,
) -> Result<Option<Timestamp>, String> {
    let mut at = None;
    while goes_on(&room) {
        let Some(deadline) = room.next_deadline() else { return Ok(None) };
        let due = room.decide(deadline, &Actor::House, Command::Elapse);
        let due = due.map_err(|it| format!("time was refused: {it}"))?;
        holds(!due.is_empty(), || "a deadline does nothing, and would for ever".to_owned())?;
        due.iter().for_each(|it| room.evolve(it));
        at = Some(deadline);
    }
    Ok(at)
}

/// Once it is over, no entry makes anything ring or lets anybody answer.
fn nothing_rings_after_the_end(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| match entry.event {
        Event::Rang { .. } | Event::Answered { .. } => {
            holds(!witness.over, || "it rings after the end".to_owned())
        }
        _ => Ok(()),
    })
}

/// What is over waits for nothing; what rings has not rung to its end.
fn nothing_rings_when_time_is_up(rest: &Rest<'_>) -> Verdict {
    let Found { room, now, witness, .. } = rest.found;
    if witness.over {
        return holds(room.next_deadline().is_none(), || "it is over and waits".to_owned());
    }
    let in_time = room.ring_until().is_some_and(|until| until >= *now);
    holds(in_time || !room.anybody_rings(), || "it rings past its time".to_owned())
}

/// The end is the last entry, whatever is asked for afterwards.
fn over_stays_over(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| {
        holds(!witness.over, || format!("{} after the end", entry.event.name()))
    })?;
    holds(step.to.witness.over == step.to.room.is_over(), || {
        "the room and its journal are not of one mind about the end".to_owned()
    })
}

/// Whoever must wait comes in by a host's word, and no other way.
fn nobody_passes_the_door_unadmitted(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| match &entry.event {
        Event::Joined { user, .. } => {
            holds(!witness.must_wait(user), || format!("{user} came in and had to wait"))
        }
        _ => Ok(()),
    })
}

/// Whom a host put out does nothing here, until a host lets them in again.
fn a_removed_user_does_nothing(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| {
        let who = match &entry.event {
            Event::Joined { user, .. }
            | Event::CameToDoor { user, .. }
            | Event::ConnectionResumed { user, .. }
            | Event::Answered { user, .. }
            | Event::Said { user, .. }
            | Event::HandRaised { user, .. }
            | Event::MediaChanged { user, .. } => user,
            _ => return Ok(()),
        };
        holds(!witness.put_out.has(who), || {
            format!("{who} was removed, and {}", entry.event.name())
        })
    })
}

/// Whom a host put out hears nothing; no signal passes to them or from them.
fn a_removed_user_hears_nothing(rest: &Rest<'_>) -> Verdict {
    let put_out = rest.found.witness.put_out;
    rest.hears_nothing(|user| put_out.has(user))
}

/// Only hosts write to who waits, and those write to nobody.
fn who_waits_says_nothing(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| {
        let Event::Said { user, to, .. } = &entry.event else { return Ok(()) };
        let to_the_door = to.iter().any(|it| witness.waiting.has(it));
        holds(!witness.waiting.has(user), || format!("{user} spoke from the door"))?;
        holds(!to_the_door || witness.decides(&entry.by), || {
            format!("{user} wrote to the door and is no host")
        })
    })
}

/// Who waits, or was not let in, hears nothing.
fn who_waits_hears_nothing(rest: &Rest<'_>) -> Verdict {
    let Witness { waiting, shut_out, .. } = rest.found.witness;
    rest.hears_nothing(|user| waiting.has(user) || shut_out.has(user))
}

impl Rest<'_> {
    fn hears_nothing(&self, kept_out: impl Fn(&UserId) -> bool) -> Verdict {
        let room = &self.found.room;
        let users = || self.people.iter().filter_map(Actor::user);
        for user in users().filter(|it| kept_out(it)) {
            holds(!room.hears_all(user), || format!("{user} hears all"))?;
            for peer in users() {
                for device in DEVICES.map(|it| it.parse().expect("an id")) {
                    let to = room.carries(peer, &device, user).is_ok();
                    let from = room.carries(user, &device, peer).is_ok();
                    holds(!to && !from, || format!("signals pass from {user} or to them"))?;
                }
            }
        }
        Ok(())
    }
}

/// A locked room takes hosts, those who are in already, and whom a host lets in
/// from the door; nobody new comes to its door.
fn a_locked_room_lets_only_hosts_in(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| {
        let free = |user| !witness.locked || witness.hosts.has(user) || witness.inside.has(user);
        let waits = |user| witness.waiting.has(user);
        match &entry.event {
            Event::Joined { user, .. } => {
                let let_in = waits(user) && witness.let_in.has(user);
                holds(free(user) || let_in, || format!("{user} came into a locked room"))
            }
            Event::CameToDoor { user, .. } => holds(free(user) || waits(user), || {
                format!("{user} came to the door of a locked room")
            }),
            _ => Ok(()),
        }
    })
}

/// What is decided for others, a host decided.
fn only_hosts_decide_for_others(step: &Step<'_>) -> Verdict {
    step.each(|witness, entry| {
        let decides = match &entry.event {
            Event::Admitted { .. }
            | Event::Locked { .. }
            | Event::DoorSet { .. }
            | Event::HostChanged { .. }
            | Event::MuteAsked { .. } => true,
            Event::Left { departure, .. } => {
                matches!(departure, Departure::Removed | Departure::TurnedAway)
            }
            _ => false,
        };
        holds(!decides || witness.decides(&entry.by), || {
            format!("{} by somebody who is no host", entry.event.name())
        })
    })
}

/// While a recording is on air, everybody who is in has agreed to it. Whom only the
/// recording keeps at the door, the door itself would let in.
fn consent_holds_while_recording(step: &Step<'_>) -> Verdict {
    let mut witness = step.from.witness;
    for entry in step.answer.iter().flatten() {
        if let Event::CameToDoor { user, awaits_consent: true, .. } = &entry.event {
            let before = Witness { recording: false, waiting: witness.awaiting, ..witness };
            holds(!before.must_wait(user), || format!("{user} waits for more than a question"))?;
        }
        witness.sees(entry);
        holds(!witness.on_air || witness.inside.all_in(witness.agreed), || {
            format!("it records somebody who has not agreed, after {}", entry.event.name())
        })?;
    }
    let Witness { recording, on_air, .. } = step.to.witness;
    let running = step.to.room.recording();
    let same = recording == running.is_some() && on_air == running.is_some_and(|it| !it.paused);
    holds(same, || "the room and its journal are not of one mind about the recording".to_owned())
}

/// What was written down, read again, makes the same room; step by step, and so
/// for every journal. Its entries are numbered without gaps.
fn folding_gives_the_same_room(rest: &Rest<'_>) -> Verdict {
    let mut room = rest.before.clone();
    for entry in rest.entries {
        holds(entry.seq == room.seq() + 1, || format!("entry {} is out of order", entry.seq))?;
        let text = serde_json::to_string(entry).map_err(|it| it.to_string())?;
        let read: Entry = serde_json::from_str(&text).map_err(|it| it.to_string())?;
        room.evolve(&read);
    }
    holds(room == rest.found.room, || "the room that its journal makes is another".to_owned())
}

/// While a call rings, or is still to ring, nobody but the caller is in: whoever
/// else comes in makes it one that goes on.
fn a_call_rings_until_somebody_comes(rest: &Rest<'_>) -> Verdict {
    let room = &rest.found.room;
    let is_to_come = matches!(room.phase(), Phase::Scheduled { .. } | Phase::Ringing);
    let mut others = room.people_inside().filter(|(user, _)| Some(*user) != room.caller());
    holds(!is_to_come || others.next().is_none(), || "it rings, and somebody is in".to_owned())
}

/// At its time a scheduled call rings everybody it named who has not answered.
fn a_scheduled_call_rings_at_its_time(rest: &Rest<'_>) -> Verdict {
    let Found { room, now, .. } = rest.found;
    let Some(invitation) = room.invitation().filter(|it| !it.kind.is_place()) else {
        return Ok(());
    };
    let due = !room.is_over() && invitation.scheduled_at.is_none_or(|at| at <= *now);
    let stage = |user: &UserId| room.participant(user).map(|it| &it.stage);
    let forgotten = |it: &&UserId| stage(it) == Some(&Stage::Invited);
    match invitation.callees.iter().find(forgotten).filter(|_| due) {
        Some(user) => Err(format!("nothing rings for {user}")),
        None => Ok(()),
    }
}

/// When everybody falls silent, time ends what is open.
fn every_open_room_can_end_by_time_alone(rest: &Rest<'_>) -> Verdict {
    let Found { room, now, .. } = rest.found;
    let mut room = room.clone();
    let lost = room.decide(*now, &Actor::House, Command::Restart);
    let lost = lost.map_err(|it| format!("a restart was refused: {it}"))?;
    lost.iter().for_each(|it| room.evolve(it));
    let open = |room: &Room| !room.is_over();
    let ends = room.is_over() || time_passes(room, open)?.is_some();
    holds(ends, || "it is open and waits for nothing".to_owned())
}

/// Nobody asks what only the house may, nor does the house speak for anybody.
fn commands_of_the_house_are_refused_to_people(rest: &Rest<'_>) -> Verdict {
    let Found { room, now, .. } = rest.found;
    for by in rest.people {
        let user = by.user().expect("people are persons").clone();
        for command in [Command::Restart, Command::Elapse, Command::Expect { user, part: None }] {
            let refused = room.decide(*now, by, command.clone()).is_err();
            holds(refused, || format!("somebody was allowed {command:?}"))?;
        }
    }
    for command in [Command::End { reason: None }, Command::AdmitAll, Command::Begin] {
        let refused = room.decide(*now, &Actor::House, command.clone()).is_err();
        holds(refused, || format!("the house was allowed {command:?}"))?;
    }
    Ok(())
}
