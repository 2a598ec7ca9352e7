//! Rooms and entries in the words of this vocabulary.

use housecall_core::{
    Entry, Event, Room, RoomId, Timestamp, UserId,
    room::{Departure, Kind, Outcome, Participant, Purpose, Stage},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::CallType;
use crate::{
    Signal, SignalKind, Viewer,
    between_two::{has_call, is_peer, meets},
    door::who_ended,
    native::json,
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallInitiated<'a> {
    call_id: &'a RoomId,
    callee: UserInfo,
    #[serde(rename = "type")]
    kind: CallType,
    status: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IncomingCall<'a> {
    call_id: &'a RoomId,
    caller: UserInfo,
    #[serde(rename = "type")]
    kind: CallType,
    created_at: Timestamp,
}

/// A person. What is not known of them is null; their user name is their id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserInfo {
    #[serde(rename = "_id")]
    id: UserId,
    username: UserId,
    full_name: String,
    avatar_path: (),
    status: &'static str,
    status_message: (),
    last_seen: (),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallAnswered<'a> {
    call_id: &'a RoomId,
}

/// `endedBy` is null if it was nobody; `duration` is in seconds, and 0 for a
/// call nobody answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallEnded<'a> {
    call_id: &'a RoomId,
    reason: Reason,
    ended_by: Option<&'a UserId>,
    duration: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    UserHangup,
    Declined,
    Missed,
    Timeout,
    NetworkError,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
    from: &'a UserId,
    to: &'a UserId,
    call_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserStatusChanged<'a> {
    user_id: &'a UserId,
    status: &'static str,
    last_seen: (),
}

pub(super) fn signal(
    viewer: &Viewer<'_>,
    room: &Room,
    from: &UserId,
    signal: &Signal<'_>,
    say: Say<'_>,
) {
    if !is_peer(viewer, room, from) {
        return;
    }
    let (body, to, call_id) = (Some(signal.body), viewer.user, &viewer.name_of(room.id()));
    let nothing = Relayed { offer: None, answer: None, candidate: None, from, to, call_id };
    let (word, relayed) = match signal.kind {
        SignalKind::Offer => ("webrtc_offer", Relayed { offer: body, ..nothing }),
        SignalKind::Answer => ("webrtc_answer", Relayed { answer: body, ..nothing }),
        SignalKind::Candidate => ("webrtc_ice_candidate", Relayed { candidate: body, ..nothing }),
    };
    say(word, json(&relayed));
}

pub(super) fn status_changed(user_id: &UserId, online: bool, say: Say<'_>) {
    let changed = UserStatusChanged { user_id, status: status(online), last_seen: () };
    say("user_status_changed", json(&changed));
}

fn status(online: bool) -> &'static str {
    if online { "online" } else { "offline" }
}

/// What a device that has just connected has to know: what rings for it.
pub(super) fn still_ringing(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let rings = |it: &Participant| it.stage == Stage::Ringing;
    if room.participant(viewer.user).is_some_and(rings) {
        incoming_call(viewer, room, say);
    }
}

fn incoming_call(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let Some(caller) = room.caller() else { return };
    let incoming = IncomingCall {
        call_id: &viewer.name_of(room.id()),
        caller: user_info(viewer, caller),
        kind: call_type(room),
        created_at: room.created_at(),
    };
    say("incoming_call", json(&incoming));
}

fn call_initiated(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let Some(callee) = room.invitation().and_then(|it| it.callees.first()) else { return };
    let initiated = CallInitiated {
        call_id: &viewer.name_of(room.id()),
        callee: user_info(viewer, callee),
        kind: call_type(room),
        status: "ringing",
    };
    say("call_initiated", json(&initiated));
}

pub(super) fn call_answered(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    say("call_answered", json(&CallAnswered { call_id: &viewer.name_of(room.id()) }));
}

fn user_info(viewer: &Viewer<'_>, user: &UserId) -> UserInfo {
    UserInfo {
        id: user.clone(),
        username: user.clone(),
        full_name: viewer.people.person(user).name.into_revealed(),
        avatar_path: (),
        status: status(viewer.people.is_online(user)),
        status_message: (),
        last_seen: (),
    }
}

/// Whoever shows a screen is to be seen.
fn call_type(room: &Room) -> CallType {
    match room.invitation().map(|it| it.purpose) {
        Some(Purpose::Audio) => CallType::Voice,
        Some(Purpose::Video | Purpose::ScreenShare) | None => CallType::Video,
    }
}

/// `call_initiated` comes when the device that called is in, so that only that
/// one hears it. Whatever ends the call for this client is one `call_ended`: the
/// end of the room, being left alone in it, an answer on another device.
pub(super) fn entry(viewer: &Viewer<'_>, before: &Room, after: &Room, entry: &Entry, say: Say<'_>) {
    let over = has_call(viewer, before) && !has_call(viewer, after);
    let mut ended = |reason: Reason, ended_by: Option<&UserId>| {
        let (call_id, duration) = (&viewer.name_of(after.id()), duration(after, entry.at));
        say("call_ended", json(&CallEnded { call_id, reason, ended_by, duration }));
    };
    match &entry.event {
        Event::Ended { outcome, .. } if over => {
            ended(why_over(*outcome, entry.by.user()), entry.by.user());
        }
        Event::Left { user, departure, .. } if over => {
            ended(why_left(*departure), who_ended(*departure, user, entry.by.user()));
        }
        Event::Declined { user, .. } if over => ended(Reason::Declined, Some(user)),
        Event::Missed { .. } if over => ended(Reason::Missed, None),
        // The viewer went on with another device. No reason of this vocabulary
        // says so; this one says nothing wrong.
        Event::Answered { user, .. }
        | Event::CameToDoor { user, .. }
        | Event::Joined { user, .. }
        | Event::ConnectionResumed { user, .. }
            if over =>
        {
            ended(Reason::UserHangup, Some(user));
        }
        Event::Rang { .. } => still_ringing(viewer, after, say),
        Event::Joined { user, .. } if user == viewer.user && viewer.is_in(after) => {
            match after.kind() == Kind::Call && after.caller() == Some(user) {
                true => call_initiated(viewer, after, say),
                false => call_answered(viewer, after, say),
            }
        }
        Event::Joined { user, .. } if meets(viewer, before, user) => {
            call_answered(viewer, after, say);
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

/// In seconds, from the first answer.
fn duration(room: &Room, end: Timestamp) -> u64 {
    room.started_at().map_or(0, |start| end.since(start).as_secs())
}

/// What the house ends, it ends because somebody did not come back in time, or
/// did not come at all.
fn why_over(outcome: Outcome, by: Option<&UserId>) -> Reason {
    match (outcome, by) {
        (Outcome::Missed, _) => Reason::Missed,
        (Outcome::Declined, _) => Reason::Declined,
        (Outcome::Completed | Outcome::Cancelled, Some(_)) => Reason::UserHangup,
        (Outcome::Completed, None) => Reason::Timeout,
        (Outcome::Cancelled, None) => Reason::NetworkError,
    }
}

fn why_left(departure: Departure) -> Reason {
    match departure {
        Departure::Left | Departure::Removed => Reason::UserHangup,
        Departure::TurnedAway => Reason::Declined,
        Departure::ConnectionLost => Reason::NetworkError,
        Departure::NeverCame => Reason::Timeout,
    }
}
