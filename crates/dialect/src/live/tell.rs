//! Rooms and entries in the words of this vocabulary.

use housecall_core::{
    Entry, Event, Role, Room, RoomId, Timestamp, UserId,
    room::{Departure, Kind, Media, Outcome, Participant, Purpose, Reason, Stage},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{CallType, MediaType};
use crate::{
    Signal, SignalKind, Viewer,
    between_two::{has_call, is_peer, meets},
    door::{is_let_in, who_ended},
    native::json,
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connected<'a> {
    user_id: &'a UserId,
    role: Role,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallIncoming<'a> {
    call_id: &'a RoomId,
    caller_id: &'a UserId,
    caller_name: String,
    call_type: CallType,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallAccepted<'a> {
    call_id: &'a RoomId,
    accepted_by: &'a UserId,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallAdmitted<'a> {
    call_id: &'a RoomId,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallRejected<'a> {
    call_id: &'a RoomId,
    rejected_by: &'a UserId,
    reason: &'a str,
    timestamp: Timestamp,
}

/// `endedBy` is null if it was nobody.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallEnded<'a> {
    call_id: &'a RoomId,
    ended_by: Option<&'a UserId>,
    timestamp: Timestamp,
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MediaToggled<'a> {
    call_id: &'a RoomId,
    user_id: &'a UserId,
    media_type: MediaType,
    enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    call_id: &'a RoomId,
    from_user_id: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
}

pub(super) fn signal(
    viewer: &Viewer<'_>,
    room: &Room,
    from_user_id: &UserId,
    signal: &Signal<'_>,
    say: Say<'_>,
) {
    if !is_peer(viewer, room, from_user_id) {
        return;
    }
    let (body, call_id) = (Some(signal.body), &viewer.name_of(room.id()));
    let nothing = Relayed { call_id, from_user_id, offer: None, answer: None, candidate: None };
    let (word, relayed) = match signal.kind {
        SignalKind::Offer => ("webrtc:offer", Relayed { offer: body, ..nothing }),
        SignalKind::Answer => ("webrtc:answer", Relayed { answer: body, ..nothing }),
        SignalKind::Candidate => ("webrtc:ice-candidate", Relayed { candidate: body, ..nothing }),
    };
    say(word, json(&relayed));
}

pub(super) fn connected(viewer: &Viewer<'_>, say: Say<'_>) {
    say("connected", json(&Connected { user_id: viewer.user, role: viewer.role }));
}

/// What a device that has just connected has to know: what rings for it.
pub(super) fn still_ringing(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let rings = |it: &Participant| it.stage == Stage::Ringing;
    if room.participant(viewer.user).is_some_and(rings) {
        incoming(viewer, room, say);
    }
}

fn incoming(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let (Some(caller_id), Some(invitation)) = (room.caller(), room.invitation()) else { return };
    let incoming = CallIncoming {
        call_id: &viewer.name_of(room.id()),
        caller_id,
        caller_name: viewer.people.person(caller_id).name.into_revealed(),
        call_type: call_type(invitation.purpose),
        timestamp: invitation.scheduled_at.unwrap_or(room.created_at()),
    };
    say("call:incoming", json(&incoming));
}

/// Whoever shows a screen is to be seen.
fn call_type(purpose: Purpose) -> CallType {
    match purpose {
        Purpose::Audio => CallType::Audio,
        Purpose::Video | Purpose::ScreenShare => CallType::Video,
    }
}

/// Whatever ends the call for this client is one `call:ended`: the end of the
/// room, being left alone in it, an answer on another device. Only a caller
/// whose call everybody said no to has heard it from `call:rejected`.
pub(super) fn entry(viewer: &Viewer<'_>, before: &Room, after: &Room, entry: &Entry, say: Say<'_>) {
    let (call_id, timestamp) = (&viewer.name_of(after.id()), entry.at);
    let over = has_call(viewer, before) && !has_call(viewer, after);
    let mut ended = |reason: &str, ended_by: Option<&UserId>| {
        say("call:ended", json(&CallEnded { call_id, ended_by, timestamp, reason }));
    };
    match &entry.event {
        Event::Ended { outcome: Outcome::Declined, .. } if calls(viewer, before) => {}
        Event::Ended { outcome, reason, .. } if over => {
            ended(typed(reason).unwrap_or(outcome.as_str()), entry.by.user());
        }
        Event::Left { user, departure, reason } if over => {
            let by = who_ended(*departure, user, entry.by.user());
            ended(typed(reason).unwrap_or(why_left(*departure)), by);
        }
        Event::Declined { user, reason } if over => {
            ended(typed(reason).unwrap_or("declined"), Some(user));
        }
        Event::Missed { .. } if over => ended("missed", None),
        Event::Answered { user, .. } if over => ended("answered elsewhere", Some(user)),
        Event::CameToDoor { user, .. } if over && !viewer.waits_at(before) => {
            ended("answered elsewhere", Some(user));
        }
        Event::CameToDoor { user, .. }
        | Event::Joined { user, .. }
        | Event::ConnectionResumed { user, .. }
            if over =>
        {
            ended("moved to another device", Some(user));
        }
        Event::Rang { .. } => still_ringing(viewer, after, say),
        Event::Declined { user, reason } if calls(viewer, after) => {
            let reason = typed(reason).unwrap_or("declined");
            let rejected = CallRejected { call_id, rejected_by: user, reason, timestamp };
            say("call:rejected", json(&rejected));
        }
        // Its yes was refused; what it hears next is an offer.
        event @ Event::Joined { .. } if is_let_in(viewer, before, event) && viewer.is_in(after) => {
            say("call:admitted", json(&CallAdmitted { call_id, timestamp }));
        }
        Event::Joined { user, .. } if meets(viewer, before, user) => {
            say("call:accepted", json(&CallAccepted { call_id, accepted_by: user, timestamp }));
        }
        Event::MediaChanged { user, media } if user != viewer.user && viewer.is_in(after) => {
            toggled(call_id, user, media_of(before, user), *media, say);
        }
        // For others, or nothing a client of this vocabulary shows.
        Event::Initiated { .. }
        | Event::Answered { .. }
        | Event::Declined { .. }
        | Event::Missed { .. }
        | Event::Joined { .. }
        | Event::MediaChanged { .. }
        | Event::ConnectionLost { .. }
        | Event::ConnectionResumed { .. }
        | Event::Left { .. }
        | Event::Rescheduled { .. }
        | Event::Reminded
        | Event::Begun
        | Event::Expected { .. }
        | Event::CameToDoor { .. }
        | Event::Locked { .. }
        | Event::DoorSet { .. }
        | Event::HostChanged { .. }
        | Event::MuteAsked { .. }
        | Event::HandRaised { .. }
        | Event::Admitted { .. }
        | Event::Said { .. }
        | Event::RecordingAsked { .. }
        | Event::RequestDropped
        | Event::ConsentGiven { .. }
        | Event::ConsentDeclined { .. }
        | Event::ConsentWithdrawn { .. }
        | Event::RecordingStarted { .. }
        | Event::RecordingPaused { .. }
        | Event::RecordingResumed { .. }
        | Event::RecordingStopped { .. }
        | Event::Ended { .. } => {}
    }
}

/// Whether this device waits in the room for somebody its user calls.
fn calls(viewer: &Viewer<'_>, room: &Room) -> bool {
    room.kind() == Kind::Call && room.caller() == Some(viewer.user) && viewer.is_in(room)
}

/// One line for each medium that was switched. A screen is not one of this
/// vocabulary.
fn toggled(call_id: &RoomId, user_id: &UserId, before: Media, after: Media, say: Say<'_>) {
    let media = [
        (MediaType::Audio, before.audio, after.audio),
        (MediaType::Video, before.video, after.video),
    ];
    for (media_type, _, enabled) in media.into_iter().filter(|(_, was, is)| was != is) {
        say("call:media-toggled", json(&MediaToggled { call_id, user_id, media_type, enabled }));
    }
}

fn media_of(room: &Room, user: &UserId) -> Media {
    room.participant(user).map_or(Media::OFF, |it| it.media)
}

fn typed(reason: &Option<Reason>) -> Option<&str> {
    reason.as_ref().map(Reason::reveal)
}

fn why_left(departure: Departure) -> &'static str {
    match departure {
        Departure::Left => "left",
        Departure::ConnectionLost => "connection lost",
        Departure::NeverCame => "did not come",
        Departure::TurnedAway => "turned away",
        Departure::Removed => "removed",
    }
}
