//! Rooms and entries in the words of the native vocabulary.

use std::sync::Arc;

use housecall_core::{
    DeviceId, Entry, Event, Room, Timestamp, UserId,
    negotiation::FirstOffer,
    room::{Consent, Outcome, Participant, Phase, Recording, RecordingRequest, Stage},
};

use super::wire::{
    CallEvent, CallState, ConsentState, Happening, MissedCall, ParticipantState, PhaseWord,
    RecordingRequestState, RecordingState, SaidBefore, Welcome,
};
use crate::Viewer;

pub(super) fn welcome(viewer: &Viewer<'_>, rooms: &[Arc<Room>], missed: &[MissedCall]) -> Welcome {
    Welcome {
        you: viewer.people.person(viewer.user),
        device: viewer.device.as_str().to_owned(),
        calls: rooms.iter().map(|room| call(viewer, room)).collect(),
        missed: missed.to_vec(),
    }
}

pub(super) fn call(viewer: &Viewer<'_>, room: &Room) -> CallState {
    let hears_all = room.hears_all(viewer.user);
    // Whoever waits at the door may have to agree before they come in.
    let concerned = hears_all || viewer.waits_at(room);
    let is_seen = |user: &UserId| hears_all || user == viewer.user || room.is_host(user);
    let people = room.participants().filter(|(user, _)| is_seen(user));
    let invitation = room.invitation().expect("a call begins with its invitation");
    CallState {
        id: room.id().clone(),
        seq: room.seq(),
        kind: room.kind(),
        purpose: invitation.purpose,
        phase: phase(room.phase()),
        caller: room.caller().expect("a call begins with its caller").clone(),
        people: people.map(|(user, it)| participant(viewer, room, user, it)).collect(),
        here: viewer.is_in(room) || viewer.waits_at(room),
        door: room.door(),
        locked: room.is_locked(),
        title: invitation.title.clone(),
        place: invitation.place(),
        appointment: invitation.appointment.clone(),
        recording: room.recording().filter(|_| concerned).map(recording),
        recording_request: room.request().filter(|_| concerned).map(request),
        created_at: room.created_at(),
        scheduled_at: invitation.scheduled_at,
        ring_until: room.ring_until(),
        started_at: room.started_at(),
        outcome: outcome(room),
    }
}

fn participant(
    viewer: &Viewer<'_>,
    room: &Room,
    user: &UserId,
    it: &Participant,
) -> ParticipantState {
    let (waiting_since, check, away) = match &it.stage {
        Stage::Waiting { since, check, lost_until, .. } => {
            (Some(*since), *check, lost_until.is_some())
        }
        _ => (None, None, false),
    };
    ParticipantState {
        person: viewer.people.person(user),
        stage: it.stage.name(),
        media: it.media,
        incarnation: it.incarnation,
        yield_to: yields_to(viewer, user, it),
        offers_first: expectation(viewer, user, it) == FirstOffer::Newcomer,
        consented: agrees(room, it),
        consent: it.consent.as_ref().map(consent),
        declined: it.declined,
        host: room.is_host(user),
        removed: it.removed,
        part: it.part,
        waiting_since,
        check,
        away,
        hand_since: it.hand_since,
    }
}

fn recording(it: &Recording) -> RecordingState {
    RecordingState {
        id: it.id.clone(),
        by: it.by.clone(),
        since: it.since,
        covers: it.covers,
        paused: it.paused,
        newcomers: it.newcomers,
    }
}

fn request(it: &RecordingRequest) -> RecordingRequestState {
    let RecordingRequest { by, covers, wording, at } = it.clone();
    RecordingRequestState { by, covers, wording, at }
}

fn consent(it: &Consent) -> ConsentState {
    let Consent { covers, method, wording, at } = it.clone();
    ConsentState { covers, method, wording, at }
}

/// Whether somebody agreed to what all are to agree to, or to anything if they are
/// not asked.
fn agrees(room: &Room, it: &Participant) -> bool {
    room.asked_of_all().map_or(it.consent.is_some(), |covers| it.agrees_to(covers))
}

pub(super) fn messages(viewer: &Viewer<'_>, entries: &[Entry]) -> Vec<SaidBefore> {
    let said = entries.iter().filter_map(|entry| match &entry.event {
        Event::Said { user, message, to, file, key } => Some(SaidBefore {
            seq: entry.seq,
            at: entry.at,
            user: user.clone(),
            message: message.clone(),
            to: to.clone(),
            file: file.clone(),
            key: key.clone().filter(|_| user == viewer.user),
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
        by: entry.by.user().cloned(),
        event: happening(viewer, after, entry),
    }
}

/// The number of an entry that is not for the viewer.
pub(super) fn hidden(room: &Room, entry: &Entry) -> CallEvent {
    let (call_id, seq, at) = (room.id().clone(), entry.seq, entry.at);
    CallEvent { call_id, seq, at, by: None, event: Happening::Hidden }
}

fn happening(viewer: &Viewer<'_>, after: &Room, entry: &Entry) -> Happening {
    let elsewhere =
        |user: &UserId, device: &DeviceId| user == viewer.user && device != viewer.device;
    match entry.event.clone() {
        Event::Initiated { .. } => Happening::Initiated { call: call(viewer, after) },
        Event::Rang { until } => Happening::Rang { until },
        Event::Rescheduled { at } => Happening::Rescheduled { scheduled_at: at },
        Event::Reminded => Happening::Reminded,
        Event::Answered { user, device, .. } => {
            let elsewhere = device.is_some_and(|device| elsewhere(&user, &device));
            Happening::Answered { user, elsewhere }
        }
        Event::Declined { user, reason } => Happening::Declined { user, reason },
        Event::Missed { user } => Happening::Missed { user },
        Event::Joined { user, device, .. } => Happening::Joined {
            participant: named(viewer, after, &user),
            elsewhere: elsewhere(&user, &device),
        },
        Event::MediaChanged { user, media } => Happening::MediaChanged { user, media },
        Event::ConnectionLost { user, until } => Happening::ConnectionLost { user, until },
        Event::ConnectionResumed { user, .. } => Happening::ConnectionResumed { user },
        Event::Left { user, departure, reason } => Happening::Left { user, departure, reason },
        Event::Begun => Happening::Begun,
        Event::Expected { user, .. } => {
            Happening::Expected { participant: named(viewer, after, &user) }
        }
        Event::CameToDoor { user, .. } => {
            Happening::CameToDoor { participant: named(viewer, after, &user) }
        }
        Event::Admitted { user } => Happening::Admitted { user },
        Event::Locked { locked } => Happening::Locked { locked },
        Event::DoorSet { door } => Happening::DoorSet { door },
        Event::HostChanged { user, host } => Happening::HostChanged { user, host },
        Event::MuteAsked { user } => Happening::MuteAsked { user },
        Event::HandRaised { user, raised } => Happening::HandRaised { user, raised },
        Event::Said { user, message, to, file, key } => {
            let key = key.filter(|_| user == *viewer.user);
            Happening::Said { user, message, to, file, key }
        }
        Event::RecordingAsked { user: by, covers, wording } => {
            let request = RecordingRequestState { by, covers, wording, at: entry.at };
            Happening::RecordingAsked { request }
        }
        Event::RequestDropped => Happening::RequestDropped,
        Event::ConsentGiven { user, method, covers, wording } => {
            let consent = ConsentState { covers, method, wording, at: entry.at };
            Happening::ConsentGiven { user, consent }
        }
        Event::ConsentDeclined { user } => Happening::ConsentDeclined { user },
        Event::ConsentWithdrawn { user } => Happening::ConsentWithdrawn { user },
        Event::RecordingStarted { recording: id, user: by, covers, newcomers } => {
            let (since, paused) = (entry.at, false);
            let recording = RecordingState { id, by, since, covers, paused, newcomers };
            Happening::RecordingStarted { recording }
        }
        Event::RecordingPaused { recording } => Happening::RecordingPaused { recording },
        Event::RecordingResumed { recording } => Happening::RecordingResumed { recording },
        Event::RecordingStopped { recording } => Happening::RecordingStopped { recording },
        Event::Ended { outcome, reason, .. } => Happening::Ended {
            outcome,
            by: entry.by.user().cloned(),
            reason,
            duration_seconds: duration(after, entry.at),
        },
    }
}

fn named(viewer: &Viewer<'_>, room: &Room, user: &UserId) -> ParticipantState {
    let it = room.participant(user).expect("an entry names participants");
    participant(viewer, room, user, it)
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
