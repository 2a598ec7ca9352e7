//! Rooms and entries in the words of this vocabulary.

use housecall_core::{
    Entry, Event, RecordingId, Room, RoomId, Timestamp, UserId,
    quality::{Sample, Warning},
    room::{Departure, Media, Outcome, Purpose, Reason, Stage},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::SignalWord;
use crate::{
    Signal, SignalKind, Viewer,
    door::{is_inside, rings_for, waits_elsewhere},
    native::json,
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IncomingCall<'a> {
    call_id: &'a RoomId,
    call_type: Purpose,
    from: &'a UserId,
    room_id: String,
    scheduled_at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallAnswered<'a> {
    call_id: &'a RoomId,
    answered_by: &'a UserId,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallClosed<'a> {
    call_id: &'a RoomId,
    reason: &'a str,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantJoined<'a> {
    call_id: &'a RoomId,
    user_id: &'a UserId,
    video_enabled: bool,
    audio_enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantMediaUpdated<'a> {
    call_id: &'a RoomId,
    user_id: &'a UserId,
    video_enabled: bool,
    audio_enabled: bool,
    screen_share_enabled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantLeft<'a> {
    call_id: &'a RoomId,
    user_id: &'a UserId,
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantDisconnected<'a> {
    call_id: &'a RoomId,
    user_id: &'a UserId,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomParticipants<'a> {
    call_id: &'a RoomId,
    participants: Vec<&'a UserId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    call_id: &'a RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
    from_user_id: &'a UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped<'a> {
    call_id: &'a RoomId,
    #[serde(rename = "type")]
    kind: SignalWord,
    payload: &'a RawValue,
    from_user_id: &'a UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QualityWarning<'a> {
    call_id: &'a RoomId,
    warning: &'a str,
    suggestion: &'a str,
    metrics: &'a Sample,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordingStarted<'a> {
    call_id: &'a RoomId,
    recording_id: &'a RecordingId,
    started_by: &'a UserId,
    timestamp: Timestamp,
}

/// `stoppedBy` is absent if the house stopped it: time was up, or a connection
/// did not come back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordingStopped<'a> {
    call_id: &'a RoomId,
    recording_id: &'a RecordingId,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<&'a UserId>,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestQualityStats<'a> {
    call_id: &'a RoomId,
}

pub(super) fn signal(
    viewer: &Viewer<'_>,
    room: &Room,
    from: &UserId,
    signal: &Signal<'_>,
    say: Say<'_>,
) {
    let call_id = &viewer.name_of(room.id());
    if signal.wrapped {
        let (kind, payload) = (SignalWord::of(signal.kind), signal.body);
        say("signal", json(&Wrapped { call_id, kind, payload, from_user_id: from }));
        return;
    }
    let body = Some(signal.body);
    let nothing =
        Relayed { call_id, offer: None, answer: None, candidate: None, from_user_id: from };
    let (word, relayed) = match signal.kind {
        SignalKind::Offer => ("offer", Relayed { offer: body, ..nothing }),
        SignalKind::Answer => ("answer", Relayed { answer: body, ..nothing }),
        SignalKind::Candidate => ("ice-candidate", Relayed { candidate: body, ..nothing }),
    };
    say(word, json(&relayed));
}

/// What a device that has just connected has to know: what rings for it.
pub(super) fn still_ringing(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let rings = |it: &housecall_core::room::Participant| it.stage == Stage::Ringing;
    if room.participant(viewer.user).is_some_and(rings) {
        incoming_call(viewer, room, say);
    }
}

fn incoming_call(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let (Some(from), Some(invitation)) = (room.caller(), room.invitation()) else { return };
    let incoming = IncomingCall {
        call_id: &viewer.name_of(room.id()),
        call_type: invitation.purpose,
        from,
        room_id: room_name(room.id()),
        scheduled_at: invitation.scheduled_at.unwrap_or(room.created_at()),
    };
    say("incoming-call", json(&incoming));
}

/// What REST and `incoming-call` call `roomId`.
pub fn room_name(room: &RoomId) -> String {
    format!("room_{room}")
}

pub(super) fn entry(viewer: &Viewer<'_>, before: &Room, after: &Room, entry: &Entry, say: Say<'_>) {
    let (call_id, timestamp) = (&viewer.name_of(after.id()), entry.at);
    let inside = viewer.is_in(after);
    let other = |user: &UserId| user != viewer.user;
    let mut ended = |reason: &str| {
        say("call-ended", json(&CallClosed { call_id, reason, timestamp }));
    };
    match &entry.event {
        Event::Initiated { .. }
        | Event::Rescheduled { .. }
        | Event::Reminded
        | Event::Begun
        | Event::Expected { .. }
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
        | Event::ConsentWithdrawn { .. } => {}
        // It knows no pauses.
        Event::RecordingResumed { recording } => {
            let started_by = &after.recording().expect("what goes on runs").by;
            let started =
                RecordingStarted { call_id, recording_id: recording, started_by, timestamp };
            say("recording-started", json(&started));
        }
        Event::RecordingStarted { recording, user, .. } => {
            let started =
                RecordingStarted { call_id, recording_id: recording, started_by: user, timestamp };
            say("recording-started", json(&started));
        }
        Event::RecordingPaused { recording } | Event::RecordingStopped { recording }
            if before.is_on_air() =>
        {
            let stopped_by = entry.by.user();
            let stopped =
                RecordingStopped { call_id, recording_id: recording, stopped_by, timestamp };
            say("recording-stopped", json(&stopped));
        }
        // They were told so when it paused.
        Event::RecordingPaused { .. } | Event::RecordingStopped { .. } => {}
        Event::Rang { .. } => still_ringing(viewer, after, say),
        Event::Answered { user, device, .. } => {
            let winner = !other(user) && device.as_ref() == Some(viewer.device);
            if (after.caller() == Some(viewer.user) || !other(user)) && !winner {
                let answered = CallAnswered { call_id, answered_by: user, timestamp };
                say("call-answered", json(&answered));
            }
        }
        // Whoever goes on without a device that rang: all of theirs stop ringing.
        Event::CameToDoor { user, .. } if waits_elsewhere(viewer, before, after) => {
            left(call_id, user, "moved to another device", say);
        }
        Event::CameToDoor { user, .. }
            if !other(user) && rings_for(before, user) && !viewer.waits_at(after) =>
        {
            say("call-answered", json(&CallAnswered { call_id, answered_by: user, timestamp }));
        }
        Event::Declined { user, reason } if !other(user) => {
            ended(reason.as_ref().map_or("declined", |it| it.reveal()));
        }
        Event::Missed { user } if !other(user) => ended("missed"),
        Event::Left { user, departure, reason } if !other(user) && is_sent_away(*departure) => {
            ended(why_left(*departure, reason.as_ref()));
        }
        Event::Declined { user, reason } if inside && other(user) => {
            left(call_id, user, reason.as_ref().map_or("declined", |it| it.reveal()), say);
        }
        Event::Joined { user, media, .. } if inside && other(user) => {
            if !viewer.offers_first(after, user) {
                joined(call_id, user, *media, say);
            }
        }
        Event::Joined { .. } if inside => {
            room_participants(viewer, after, say);
            // To these this client has to offer, which it does on this word.
            for (user, it) in
                after.people_inside().filter(|(it, _)| viewer.must_offer_to(after, it))
            {
                joined(call_id, user, it.media, say);
            }
        }
        Event::Joined { user, .. } if viewer.is_in(before) => {
            left(call_id, user, "moved to another device", say);
        }
        Event::ConnectionResumed { user, .. }
            if inside && other(user) && is_inside(after, user) =>
        {
            joined(call_id, user, media_of(after, user), say);
        }
        Event::ConnectionResumed { user, .. } if inside && !other(user) => {
            room_participants(viewer, after, say);
        }
        Event::MediaChanged { user, media } if inside && other(user) => {
            say("participant-media-updated", json(&media_updated(call_id, user, *media)));
        }
        Event::ConnectionLost { user, .. } if inside && other(user) && is_inside(after, user) => {
            let gone = ParticipantDisconnected { call_id, user_id: user, timestamp };
            say("participant-disconnected", json(&gone));
        }
        // Who went from the door was never announced.
        Event::Left { user, departure, reason }
            if inside && other(user) && !waits(before, user) =>
        {
            left(call_id, user, why_left(*departure, reason.as_ref()), say);
        }
        Event::Ended { .. } if has_heard_its_end(before, viewer.user) => {}
        Event::Ended { outcome, reason, .. } => {
            let reason = reason.as_ref().map_or(outcome.as_str(), |it| it.reveal());
            let closed = json(&CallClosed { call_id, reason, timestamp });
            match outcome {
                Outcome::Cancelled if entry.by.user() == Some(viewer.user) => {}
                Outcome::Cancelled => say("call-cancelled", closed),
                _ => say("call-ended", closed),
            }
        }
        // For those outside the room, or about themselves.
        Event::Declined { .. }
        | Event::Missed { .. }
        | Event::CameToDoor { .. }
        | Event::Joined { .. }
        | Event::ConnectionResumed { .. }
        | Event::MediaChanged { .. }
        | Event::ConnectionLost { .. }
        | Event::Left { .. } => {}
    }
}

/// Whether the devices of somebody were told before that the call is over for
/// them.
fn has_heard_its_end(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| match it.stage {
        Stage::Declined | Stage::Missed => true,
        Stage::Left(departure) => is_sent_away(departure),
        _ => false,
    })
}

fn is_sent_away(departure: Departure) -> bool {
    matches!(departure, Departure::TurnedAway | Departure::Removed)
}

fn waits(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| it.stage.is_waiting())
}

fn joined(call_id: &RoomId, user_id: &UserId, media: Media, say: Say<'_>) {
    let (video_enabled, audio_enabled) = (media.video, media.audio);
    let joined = ParticipantJoined { call_id, user_id, video_enabled, audio_enabled };
    say("participant-joined", json(&joined));
}

/// Somebody who offered first is announced once that is through.
pub(super) fn settled(viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    let is_there = room.people_inside().any(|(it, _)| it == user);
    if is_there && user != viewer.user && viewer.is_in(room) {
        joined(&viewer.name_of(room.id()), user, media_of(room, user), say);
    }
}

fn left(call_id: &RoomId, user_id: &UserId, reason: &str, say: Say<'_>) {
    say("participant-left", json(&ParticipantLeft { call_id, user_id, reason }));
}

fn why_left(departure: Departure, reason: Option<&Reason>) -> &str {
    match (reason, departure) {
        (Some(reason), _) => reason.reveal(),
        (None, Departure::Left) => "left",
        (None, Departure::ConnectionLost) => "connection lost",
        (None, Departure::NeverCame) => "did not come",
        (None, Departure::TurnedAway) => "turned away",
        (None, Departure::Removed) => "removed",
    }
}

pub(super) fn room_participants(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let others = room.people_inside().map(|(user, _)| user).filter(|it| *it != viewer.user);
    let participants = others.collect();
    say(
        "room-participants",
        json(&RoomParticipants { call_id: &viewer.name_of(room.id()), participants }),
    );
}

fn media_updated<'a>(
    call_id: &'a RoomId,
    user_id: &'a UserId,
    media: Media,
) -> ParticipantMediaUpdated<'a> {
    ParticipantMediaUpdated {
        call_id,
        user_id,
        video_enabled: media.video,
        audio_enabled: media.audio,
        screen_share_enabled: media.screen,
    }
}

fn media_of(room: &Room, user: &UserId) -> Media {
    room.participant(user).map_or(Media::OFF, |it| it.media)
}

pub(super) fn quality_warning(call_id: &RoomId, warning: Warning, metrics: &Sample, say: Say<'_>) {
    let (warning, suggestion) = match warning {
        Warning::PacketLoss => {
            ("high-packet-loss", "Turn your camera off, or move closer to the router.")
        }
        Warning::Latency => ("high-latency", "Close what else uses the network, or use a cable."),
    };
    say("quality-warning", json(&QualityWarning { call_id, warning, suggestion, metrics }));
}

pub(super) fn quality_request(call_id: &RoomId, say: Say<'_>) {
    say("request-quality-stats", json(&RequestQualityStats { call_id }));
}
