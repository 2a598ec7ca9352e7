//! Rooms and entries in the words of the native vocabulary.

use std::sync::Arc;

use housecall_core::{
    DeviceId, Entry, Event, Room, Timestamp, UserId,
    negotiation::FirstOffer,
    room::{Outcome, Participant, Phase, Recording},
};

use super::wire::{
    CallEvent, CallState, Happening, ParticipantState, PhaseWord, RecordingState, SaidBefore,
    Welcome,
};
use crate::Viewer;

pub(super) fn welcome(viewer: &Viewer<'_>, rooms: &[Arc<Room>]) -> Welcome {
    Welcome {
        you: viewer.people.person(viewer.user),
        device: viewer.device.as_str().to_owned(),
        calls: rooms.iter().map(|room| call(viewer, room)).collect(),
    }
}

pub(super) fn call(viewer: &Viewer<'_>, room: &Room) -> CallState {
    let people = room.participants().map(|(user, it)| participant(viewer, user, it));
    CallState {
        id: room.id().clone(),
        seq: room.seq(),
        kind: room.kind(),
        purpose: room.invitation().expect("a call begins with its invitation").purpose,
        phase: phase(room.phase()),
        caller: room.caller().expect("a call begins with its caller").clone(),
        people: people.collect(),
        here: viewer.is_in(room),
        recording: room.recording().map(recording),
        created_at: room.created_at(),
        scheduled_at: room.invitation().and_then(|it| it.scheduled_at),
        ring_until: room.ring_until(),
        started_at: room.started_at(),
        outcome: outcome(room),
    }
}

fn participant(viewer: &Viewer<'_>, user: &UserId, it: &Participant) -> ParticipantState {
    ParticipantState {
        person: viewer.people.person(user),
        stage: it.stage.name(),
        media: it.media,
        incarnation: it.incarnation,
        yield_to: yields_to(viewer, user, it),
        offers_first: expectation(viewer, user, it) == FirstOffer::Newcomer,
        consented: it.consent.is_some(),
    }
}

fn recording(it: &Recording) -> RecordingState {
    RecordingState { id: it.id.clone(), by: it.by.clone(), since: it.since }
}

pub(super) fn messages(entries: &[Entry]) -> Vec<SaidBefore> {
    let said = entries.iter().filter_map(|entry| match &entry.event {
        Event::Said { user, message, to } => Some(SaidBefore {
            seq: entry.seq,
            at: entry.at,
            user: user.clone(),
            message: message.clone(),
            to: to.clone(),
        }),
        _ => None,
    });
    said.collect()
}

/// What the client of somebody expects of a first negotiation.
fn expectation(viewer: &Viewer<'_>, user: &UserId, it: &Participant) -> FirstOffer {
    let expects = it.device().map(|device| viewer.people.first_offer(user, device));
    expects.unwrap_or(FirstOffer::SettlesItself)
}

/// Two that negotiate perfectly settle it by their ids; whoever cannot settle
/// it is given way to.
fn yields_to(viewer: &Viewer<'_>, user: &UserId, it: &Participant) -> bool {
    let clumsy = expectation(viewer, user, it) != FirstOffer::SettlesItself;
    clumsy || viewer.user > user
}

pub(super) fn event(viewer: &Viewer<'_>, after: &Room, entry: &Entry) -> CallEvent {
    CallEvent {
        call_id: after.id().clone(),
        seq: entry.seq,
        at: entry.at,
        event: happening(viewer, after, entry),
    }
}

fn happening(viewer: &Viewer<'_>, after: &Room, entry: &Entry) -> Happening {
    let elsewhere =
        |user: &UserId, device: &DeviceId| user == viewer.user && device != viewer.device;
    match entry.event.clone() {
        Event::Initiated { .. } => Happening::Initiated { call: call(viewer, after) },
        Event::Rang { until } => Happening::Rang { until },
        Event::Answered { user, device, .. } => {
            let elsewhere = device.is_some_and(|device| elsewhere(&user, &device));
            Happening::Answered { user, elsewhere }
        }
        Event::Declined { user, reason } => Happening::Declined { user, reason },
        Event::Missed { user } => Happening::Missed { user },
        Event::Joined { user, device, .. } => {
            let it = after.participant(&user).expect("who joined is a participant");
            Happening::Joined {
                participant: participant(viewer, &user, it),
                elsewhere: elsewhere(&user, &device),
            }
        }
        Event::MediaChanged { user, media } => Happening::MediaChanged { user, media },
        Event::ConnectionLost { user, until } => Happening::ConnectionLost { user, until },
        Event::ConnectionResumed { user, .. } => Happening::ConnectionResumed { user },
        Event::Left { user, departure, reason } => Happening::Left { user, departure, reason },
        Event::Begun => Happening::Begun,
        Event::Admitted { user } => Happening::Admitted { user },
        Event::Said { .. } if !viewer.may_read(&entry.event) => Happening::Whispered,
        Event::Said { user, message, to } => Happening::Said { user, message, to },
        Event::ConsentGiven { user, .. } => Happening::ConsentGiven { user },
        Event::ConsentWithdrawn { user } => Happening::ConsentWithdrawn { user },
        Event::RecordingStarted { recording: id, user: by } => {
            let recording = RecordingState { id, by, since: entry.at };
            Happening::RecordingStarted { recording }
        }
        Event::RecordingStopped { recording } => Happening::RecordingStopped { recording },
        Event::Ended { outcome, reason, .. } => Happening::Ended {
            outcome,
            by: entry.by.user().cloned(),
            reason,
            duration_seconds: duration(after, entry.at),
        },
    }
}

fn duration(room: &Room, end: Timestamp) -> u64 {
    room.started_at().map_or(0, |start| end.since(start).as_secs())
}

fn outcome(room: &Room) -> Option<Outcome> {
    match room.phase() {
        Phase::Over { outcome, .. } => Some(*outcome),
        _ => None,
    }
}

fn phase(phase: &Phase) -> PhaseWord {
    match phase {
        Phase::Blank | Phase::Ringing => PhaseWord::Ringing,
        Phase::Scheduled { .. } => PhaseWord::Scheduled,
        Phase::Active => PhaseWord::Active,
        Phase::Over { .. } => PhaseWord::Over,
    }
}
