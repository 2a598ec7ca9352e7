//! Rooms and entries in the words of this vocabulary.

use std::collections::BTreeMap;

use housecall_core::{
    DeviceId, Entry, Event, Private, Role, Room, RoomId, Timestamp, UserId,
    room::{Media, Message, Reason},
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Signal, SignalKind, Viewer,
    door::{is_inside, sent_away, waits_elsewhere},
    native::json,
    parse,
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered<'a> {
    success: bool,
    user_id: &'a UserId,
    socket_id: &'a DeviceId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidId {
    #[serde(default)]
    user_id: Option<UserId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomJoined<'a> {
    room_id: &'a RoomId,
    users: Vec<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resumed: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    user_id: &'a UserId,
    user_name: Private<String>,
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserLeft<'a> {
    user_id: &'a UserId,
    user_name: Private<String>,
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
    from_user_id: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user_name: Option<Private<String>>,
    room_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MediaStateChanged<'a> {
    user_id: &'a UserId,
    user_name: Private<String>,
    audio: bool,
    video: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage<'a> {
    user_id: &'a UserId,
    user_name: Private<String>,
    message: &'a Message,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InRoom<'a> {
    room_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomEnded<'a> {
    room_id: &'a RoomId,
    message: &'a str,
}

/// `register` proves nothing, so a client without a token hears the id it gave.
pub(super) fn registered(viewer: &Viewer<'_>, body: Option<&str>, say: Say<'_>) {
    let said = parse(body).ok().and_then(|it: SaidId| it.user_id);
    let user_id = said.as_ref().unwrap_or(viewer.user);
    let registered = Registered { success: true, user_id, socket_id: viewer.device };
    say("registered", json(&registered));
}

pub(super) fn signal(
    viewer: &Viewer<'_>,
    room: &Room,
    from: &UserId,
    signal: &Signal<'_>,
    say: Say<'_>,
) {
    let body = Some(signal.body);
    let nothing = Relayed {
        offer: None,
        answer: None,
        candidate: None,
        from_user_id: from,
        from_user_name: None,
        room_id: &viewer.name_of(room.id()),
    };
    let from_user_name = || Some(name(viewer, from));
    let (word, relayed) = match signal.kind {
        SignalKind::Offer => {
            let from_user_name = from_user_name();
            ("offer", Relayed { offer: body, from_user_name, ..nothing })
        }
        SignalKind::Answer => {
            let from_user_name = from_user_name();
            ("answer", Relayed { answer: body, from_user_name, ..nothing })
        }
        SignalKind::Candidate => ("ice-candidate", Relayed { candidate: body, ..nothing }),
    };
    say(word, json(&relayed));
}

pub(super) fn entry(
    viewer: &Viewer<'_>,
    echo: bool,
    before: &Room,
    after: &Room,
    entry: &Entry,
    say: Say<'_>,
) {
    let room_id = &viewer.name_of(after.id());
    let inside = viewer.is_in(after);
    let other = |user: &UserId| user != viewer.user;
    match &entry.event {
        Event::Joined { user: newcomer, media, .. } if inside && other(newcomer) => {
            say("user-joined", json(&user(viewer, newcomer)));
            if !looks_plain(*media) {
                media_changed(viewer, newcomer, *media, say);
            }
        }
        Event::Joined { .. } if inside => room_joined(viewer, room_id, after, say),
        // Another device of theirs carries the media now.
        Event::Joined { .. } if viewer.is_in(before) => on_another_device(room_id, say),
        Event::CameToDoor { .. } if waits_elsewhere(viewer, before, after) => {
            on_another_device(room_id, say);
        }
        Event::ConnectionResumed { user, .. } if inside && !other(user) => {
            room_resumed(viewer, after, say);
        }
        Event::MediaChanged { user, media } if inside && other(user) => {
            if !looks_the_same(media_of(before, user), *media) {
                media_changed(viewer, user, *media, say);
            }
        }
        Event::Left { user, .. } if inside && other(user) && is_inside(before, user) => {
            say("user-left", json(&UserLeft { user_id: user, user_name: name(viewer, user) }));
        }
        event @ Event::Left { .. } if viewer.follows(before) || viewer.is_at_door(before) => {
            if let Some(problem) = sent_away(viewer, event) {
                say("room-ended", json(&RoomEnded { room_id, message: &problem.message }));
            }
        }
        Event::Said { user, message, .. }
            if viewer.reads(after, &entry.event) && (echo || other(user)) =>
        {
            let user_name = name(viewer, user);
            let said = ChatMessage { user_id: user, user_name, message, timestamp: entry.at };
            say("chat-message", json(&said));
        }
        // Its clients take this for somebody else's yes: told to the one who
        // agreed, it would record the others without theirs.
        Event::ConsentGiven { user, .. } if inside && other(user) => {
            say("recording-authorized", json(&InRoom { room_id }));
        }
        // It knows no pauses.
        Event::RecordingStarted { .. } | Event::RecordingResumed { .. }
            if viewer.follows(after) =>
        {
            say("recording-started", json(&InRoom { room_id }));
        }
        Event::RecordingPaused { .. } | Event::RecordingStopped { .. }
            if viewer.follows(after) && before.is_on_air() =>
        {
            say("recording-stopped", json(&InRoom { room_id }));
        }
        Event::Ended { reason, .. } if viewer.follows(before) || viewer.is_at_door(before) => {
            let reason = reason.as_ref().map(Reason::reveal).filter(|it| !it.trim().is_empty());
            let message = reason.unwrap_or("The call has ended.");
            say("room-ended", json(&RoomEnded { room_id, message }));
        }
        // For those outside the room, about themselves, or what this vocabulary
        // does not speak of.
        Event::Initiated { .. }
        | Event::Rang { .. }
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

fn on_another_device(room_id: &RoomId, say: Say<'_>) {
    let message = "You are in this call on another of your devices.";
    say("room-ended", json(&RoomEnded { room_id, message }));
}

/// Who is there, and what differs from what a newcomer takes for granted.
fn room_joined(viewer: &Viewer<'_>, room_id: &RoomId, room: &Room, say: Say<'_>) {
    let others = || room.people_inside().filter(|(it, _)| *it != viewer.user);
    // To some this client has to offer. It does so when it hears that they come,
    // not when it finds them there.
    let (later, now): (Vec<_>, Vec<_>) =
        others().map(|(it, _)| it).partition(|it| viewer.must_offer_to(room, it));
    let users = now.into_iter().map(|it| user(viewer, it)).collect();
    say("room-joined", json(&RoomJoined { room_id, users, resumed: None }));
    later.into_iter().for_each(|it| say("user-joined", json(&user(viewer, it))));
    for (user, it) in others().filter(|(_, it)| !looks_plain(it.media)) {
        media_changed(viewer, user, it.media, say);
    }
    if room.is_on_air() {
        say("recording-started", json(&InRoom { room_id }));
    }
}

/// Its clients add the users to those they have, and connect to each of them.
pub(super) fn room_resumed(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let room_id = &viewer.name_of(room.id());
    say("room-joined", json(&RoomJoined { room_id, users: Vec::new(), resumed: Some(true) }));
}

fn media_changed(viewer: &Viewer<'_>, user_id: &UserId, media: Media, say: Say<'_>) {
    let Media { audio, video, .. } = media;
    let changed = MediaStateChanged { user_id, user_name: name(viewer, user_id), audio, video };
    say("user-media-state-changed", json(&changed));
}

/// Whoever comes in is shown with microphone and camera on.
fn looks_plain(media: Media) -> bool {
    looks_the_same(media, Media::ON)
}

/// Screens are not spoken of.
fn looks_the_same(one: Media, other: Media) -> bool {
    (one.audio, one.video) == (other.audio, other.video)
}

fn media_of(room: &Room, user: &UserId) -> Media {
    room.participant(user).map_or(Media::OFF, |it| it.media)
}

fn user<'a>(viewer: &Viewer<'_>, user_id: &'a UserId) -> User<'a> {
    let person = viewer.people.person(user_id);
    User { user_id, user_name: person.name, role: role(person.role) }
}

fn name(viewer: &Viewer<'_>, user: &UserId) -> Private<String> {
    viewer.people.person(user).name
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Patient => "patient",
        Role::Provider => "professional",
        Role::Admin => "admin",
        Role::Guest => "guest",
    }
}

/// Somebody asks the viewer to come: what they said, and who they are.
pub(super) fn called(from: &UserId, body: &RawValue, say: Say<'_>) {
    let from = to_raw_value(from).expect("an id is a text");
    let mut told: BTreeMap<String, &RawValue> =
        serde_json::from_str(body.get()).unwrap_or_default();
    told.insert("fromUserId".to_owned(), &from);
    say("call-invitation", json(&told));
}
