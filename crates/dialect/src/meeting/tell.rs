//! Rooms and entries in the words of meetings.

use std::sync::Arc;

use housecall_core::{
    Actor, DeviceId, Entry, Event, Room, RoomId, Timestamp, UserId,
    negotiation::FirstOffer,
    room::{Departure, Media, Message, Reason},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Lane, Meeting, Visibility};
use crate::{
    Dialect, Problem, Signal, SignalKind, Viewer,
    door::{is_inside, is_let_in, sent_away},
    native::{json, wire::Person},
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

/// Clients expect the field; the addresses of others are not theirs to know.
const NO_EMAIL: &str = "";

#[derive(Serialize)]
struct Identity<'a> {
    id: &'a UserId,
    email: &'static str,
}

impl<'a> Identity<'a> {
    fn of(id: &'a UserId) -> Self {
        Self { id, email: NO_EMAIL }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: &'a UserId,
    email: &'static str,
    display_name: &'a str,
    nickname: &'a str,
}

impl<'a> User<'a> {
    fn of(person: &'a Person) -> Self {
        let name = person.name.reveal();
        Self { id: &person.id, email: NO_EMAIL, display_name: name, nickname: name }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OnlineUser<'a> {
    user_id: &'a UserId,
    id: &'a UserId,
    email: &'static str,
    room_id: &'a RoomId,
    display_name: &'a str,
    nickname: &'a str,
    #[serde(rename = "photoURL")]
    photo_url: (),
    user: User<'a>,
}

impl<'a> OnlineUser<'a> {
    fn of(person: &'a Person, room_id: &'a RoomId) -> Self {
        let user = User::of(person);
        Self {
            user_id: user.id,
            id: user.id,
            email: NO_EMAIL,
            room_id,
            display_name: user.display_name,
            nickname: user.nickname,
            photo_url: (),
            user,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JoinRoomSuccess<'a> {
    user: Identity<'a>,
    message: &'a str,
    success: bool,
    room_id: &'a RoomId,
}

/// The two lanes of the original servers had one half of it each.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserJoined<'a> {
    id: &'a UserId,
    user_id: &'a UserId,
    email: &'static str,
    display_name: &'a str,
    nickname: &'a str,
    user: User<'a>,
    message: String,
    room_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserGone<'a> {
    user_id: &'a UserId,
    id: &'a UserId,
    email: &'static str,
    user: Identity<'a>,
    success: bool,
    message: String,
    room_id: &'a RoomId,
}

/// Text and times are there under every name one of the clients reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'a> {
    id: String,
    content: &'a str,
    msg: &'a str,
    text: &'a str,
    user_id: &'a UserId,
    sender_id: &'a UserId,
    room_id: &'a RoomId,
    visibility: Visibility,
    created_at: Timestamp,
    create_at: i64,
    user: User<'a>,
    success: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserMediaChanged<'a> {
    user_id: &'a UserId,
    mic_enabled: bool,
    camera_enabled: bool,
}

/// `room_ended`, `access_granted` and `grant_access_success`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notice<'a> {
    success: bool,
    room_id: &'a RoomId,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Knock<'a> {
    success: bool,
    message: &'a str,
    room_id: &'a RoomId,
    user_id: &'a UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    sender_id: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sdp: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
}

/// Candidates for everybody went on as `ice_candidate` once. Whether they were
/// sent that way cannot be told here, so all of them go on under the later name.
pub(super) fn signal(sender_id: &UserId, signal: &Signal<'_>, say: Say<'_>) {
    let body = Some(signal.body);
    let (word, sdp, candidate) = match signal.kind {
        SignalKind::Offer => ("webrtc_offer", body, None),
        SignalKind::Answer => ("webrtc_answer", body, None),
        SignalKind::Candidate => ("webrtc_ice_candidate", None, body),
    };
    say(word, json(&Relayed { sender_id, sdp, candidate }));
}

pub(super) fn entry(
    lane: Lane,
    viewer: &Viewer<'_>,
    before: &Room,
    after: &Room,
    entry: &Entry,
    say: Say<'_>,
) {
    match &entry.event {
        event @ Event::Joined { user, device, .. } if lane == Lane::Chat => {
            // Whose media lane was let in is in with both.
            let let_in = is_let_in(viewer, before, event);
            came_to_chat(viewer, after, user, device, let_in, say);
        }
        Event::Joined { user, .. } => came_to_media(viewer, after, user, say),
        event @ Event::Left { user, .. } if user == viewer.user => {
            if let Some(problem) = sent_away(viewer, event) {
                put_out(viewer, before, &problem, say);
            }
        }
        // Whoever never came in is missed by nobody.
        Event::Left { user, departure, .. } if is_inside(before, user) => {
            left(lane, viewer, after, user, *departure, say);
        }
        Event::MediaChanged { user, media } if user != viewer.user && viewer.follows(after) => {
            media_changed(user, *media, say);
        }
        Event::Said { user, message, to, .. }
            if lane == Lane::Chat && viewer.reads(after, &entry.event) =>
        {
            said(viewer, after, entry, user, message, to, say);
        }
        Event::Admitted { user } if lane == Lane::Chat => {
            admitted(viewer, after, &entry.by, user, say);
        }
        // That somebody waits is that they ask to come in.
        Event::CameToDoor { user, .. }
            if lane == Lane::Chat && after.is_host(viewer.user) && !waits(before, user) =>
        {
            knocked(viewer, after, user, say);
        }
        Event::Ended { reason, .. } if viewer.follows(before) || viewer.is_at_door(before) => {
            ended(viewer, after, reason.as_ref(), say);
        }
        // Nobody is rung here, and nobody records. A lost connection is told
        // when it has not come back: until then its peers hold on to it.
        Event::Initiated { .. }
        | Event::Rang { .. }
        | Event::Answered { .. }
        | Event::Declined { .. }
        | Event::Missed { .. }
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

fn waits(room: &Room, user: &UserId) -> bool {
    room.participant(user).is_some_and(|it| it.stage.is_waiting())
}

/// Who waits was refused to join; the client of who was in leaves when the room
/// has ended.
fn put_out(viewer: &Viewer<'_>, before: &Room, problem: &Problem, say: Say<'_>) {
    if viewer.follows(before) {
        notice("room_ended", viewer, before, &problem.message, say);
    } else if viewer.is_at_door(before) {
        let (word, body) = Meeting::CHAT.complain("join_room", problem);
        say(word, body);
    }
}

/// Members of the chat lane offer to whomever they hear of, so they hear of a
/// newcomer that offers by itself when that is settled. One that waits for an
/// offer is named to them as if they had asked who is in.
fn came_to_chat(
    viewer: &Viewer<'_>,
    room: &Room,
    user: &UserId,
    device: &DeviceId,
    let_in: bool,
    say: Say<'_>,
) {
    if !viewer.follows(room) {
        return;
    }
    if user == viewer.user && (viewer.is_in(room) || let_in) {
        join_room_success(viewer, room, say);
    }
    presence(viewer, room, say);
    let offers = viewer.people.first_offer(user, device) == FirstOffer::Newcomer;
    if user != viewer.user && viewer.is_in(room) && !offers {
        say("room_users", json(&[user]));
    }
}

/// A newcomer offers to everybody on the list if its media runs by then, which it
/// starts when it is let in, and the members offer at once. So the list comes
/// first: their offers would collide.
fn came_to_media(viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    if !viewer.is_in(room) {
        return;
    }
    if user == viewer.user {
        users_online(viewer, room, say);
        join_room_success(viewer, room, say);
    } else if !viewer.offers_first(room, user) {
        user_joined(viewer, room, user, say);
    }
}

/// To somebody who said `join_room` once more, or whose chat lane came in when
/// their media was there already.
pub(super) fn is_in_already(lane: Lane, viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    if lane == Lane::Media {
        users_online(viewer, room, say);
    }
    join_room_success(viewer, room, say);
    if lane == Lane::Chat && !viewer.is_in(room) {
        presence(viewer, room, say);
    }
}

/// Members that negotiate hear of the newcomer now, and may offer. Those that
/// only follow know from `usersOnline`, and must not. On the media lane a
/// newcomer whose own media have come in the meantime was announced with them.
pub(super) fn settled(lane: Lane, viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    let announced = lane == Lane::Media && !viewer.offers_first(room, user);
    if user != viewer.user && viewer.is_in(room) && is_inside(room, user) && !announced {
        user_joined(viewer, room, user, say);
    }
}

/// To those who may let somebody in.
pub(super) fn knocked(viewer: &Viewer<'_>, room: &Room, from: &UserId, say: Say<'_>) {
    if viewer.follows(room) {
        let name = viewer.people.person(from).name;
        let message = &format!("{} asks to come in.", name.reveal());
        let room_id = &viewer.name_of(room.id());
        say("send_access", json(&Knock { success: true, message, room_id, user_id: from }));
    }
}

fn join_room_success(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let success = JoinRoomSuccess {
        user: Identity::of(viewer.user),
        message: "You are in the meeting.",
        success: true,
        room_id: &viewer.name_of(room.id()),
    };
    say("join_room_success", json(&success));
}

fn presence(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    users_online(viewer, room, say);
    say("number_usersOnline", json(&room.people_inside().count()));
}

fn users_online(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let (room_id, people) = (viewer.name_of(room.id()), people_inside(viewer, room));
    let users: Vec<_> = people.iter().map(|it| OnlineUser::of(it, &room_id)).collect();
    say("usersOnline", json(&users));
}

/// Everybody in the rooms of whoever asks, but for those they wait to be let in
/// to.
pub(super) fn joins_users(viewer: &Viewer<'_>, rooms: &[Arc<Room>], say: Say<'_>) {
    let rooms = rooms.iter().filter(|it| it.hears_all(viewer.user));
    let rooms = rooms.map(|it| (viewer.name_of(it.id()), people_inside(viewer, it)));
    let rooms: Vec<_> = rooms.collect();
    let users = rooms
        .iter()
        .flat_map(|(room_id, people)| people.iter().map(move |it| OnlineUser::of(it, room_id)));
    say("joins_users", json(&users.collect::<Vec<_>>()));
}

fn people_inside(viewer: &Viewer<'_>, room: &Room) -> Vec<Person> {
    room.people_inside().map(|(user, _)| viewer.people.person(user)).collect()
}

pub(super) fn room_users(room: &Room, say: Say<'_>) {
    let users: Vec<_> = room.people_inside().map(|(user, _)| user).collect();
    say("room_users", json(&users));
}

fn user_joined(viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    let person = viewer.people.person(user);
    let user = User::of(&person);
    let joined = UserJoined {
        id: user.id,
        user_id: user.id,
        email: NO_EMAIL,
        display_name: user.display_name,
        nickname: user.nickname,
        message: format!("{} has joined.", user.display_name),
        room_id: &viewer.name_of(room.id()),
        user,
    };
    say("user_joined", json(&joined));
}

fn left(
    lane: Lane,
    viewer: &Viewer<'_>,
    room: &Room,
    user: &UserId,
    departure: Departure,
    say: Say<'_>,
) {
    match lane {
        Lane::Chat if viewer.follows(room) => {
            let lost = departure == Departure::ConnectionLost;
            let word = if lost { "userDisconnected" } else { "userLeft" };
            user_gone(word, viewer, room, user, say);
            presence(viewer, room, say);
        }
        Lane::Media if viewer.is_in(room) => user_gone("user_left", viewer, room, user, say),
        Lane::Chat | Lane::Media => {}
    }
}

fn user_gone(word: &str, viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    let gone = UserGone {
        user_id: user,
        id: user,
        email: NO_EMAIL,
        user: Identity::of(user),
        success: true,
        message: format!("{} has left.", viewer.people.person(user).name.reveal()),
        room_id: &viewer.name_of(room.id()),
    };
    say(word, json(&gone));
}

fn media_changed(user_id: &UserId, media: Media, say: Say<'_>) {
    let changed =
        UserMediaChanged { user_id, mic_enabled: media.audio, camera_enabled: media.video };
    say("user_media_changed", json(&changed));
}

/// What a message is called in this vocabulary. Rooms are met in more than
/// once under one name, so it is made of the room's own id.
pub fn message_id(room: &RoomId, seq: u64) -> String {
    format!("{room}-{seq}")
}

/// Each client listens for one of the two words, or knows messages by their id.
fn said(
    viewer: &Viewer<'_>,
    room: &Room,
    entry: &Entry,
    user: &UserId,
    message: &Message,
    to: &[UserId],
    say: Say<'_>,
) {
    let (person, text) = (viewer.people.person(user), message.reveal());
    let is_private = !to.is_empty();
    let message = json(&NewMessage {
        id: message_id(room.id(), entry.seq),
        content: text,
        msg: text,
        text,
        user_id: user,
        sender_id: user,
        room_id: &viewer.name_of(room.id()),
        visibility: if is_private { Visibility::Private } else { Visibility::Public },
        created_at: entry.at,
        create_at: entry.at.as_millis(),
        user: User::of(&person),
        success: true,
    });
    let expected = is_private || user == viewer.user;
    say("newMessage", message.clone());
    say(if expected { "message_success" } else { "new_success" }, message);
}

/// The house lets people in without a word: they are named in the place.
fn admitted(viewer: &Viewer<'_>, room: &Room, by: &Actor, user: &UserId, say: Say<'_>) {
    let Some(host) = by.user() else { return };
    if host == viewer.user {
        grant_access_success(viewer, room, say);
    } else if user == viewer.user {
        notice("access_granted", viewer, room, "You may come in now.", say);
    }
}

pub(super) fn grant_access_success(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    notice("grant_access_success", viewer, room, "They may come in now.", say);
}

fn ended(viewer: &Viewer<'_>, room: &Room, reason: Option<&Reason>, say: Say<'_>) {
    let message = reason.map_or("The meeting has ended.", |it| it.reveal());
    notice("room_ended", viewer, room, message, say);
}

fn notice(word: &str, viewer: &Viewer<'_>, room: &Room, message: &str, say: Say<'_>) {
    let room_id = &viewer.name_of(room.id());
    say(word, json(&Notice { success: true, room_id, message }));
}
