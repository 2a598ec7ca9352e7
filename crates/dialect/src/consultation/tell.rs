//! Rooms and entries in the words of this vocabulary.

use housecall_core::{
    Entry, Event, Role, Room, RoomId, Timestamp, UserId,
    room::{Message, Outcome, Phase},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::Consultation;
use crate::{
    Dialect, Gesture, Problem, Signal, SignalKind, Viewer,
    door::{is_inside, sent_away, waits_elsewhere},
    native::{json, wire::Person},
};

type Say<'s> = &'s mut dyn FnMut(&str, String);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserJoined<'a> {
    user_id: &'a UserId,
    user_role: &'static str,
    user_profile: Profile,
    session_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatJoined<'a> {
    user_id: &'a UserId,
    user_role: &'static str,
    user_profile: Profile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatLeft<'a> {
    user_id: &'a UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserLeft<'a> {
    user_id: &'a UserId,
    session_id: &'a RoomId,
}

/// What is known of somebody by their name alone. Its clients show first and
/// last name together, so the last name is empty rather than absent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    id: UserId,
    first_name: String,
    last_name: String,
    display_name: String,
}

#[derive(Serialize)]
struct RoomState<'a> {
    session: SessionState<'a>,
    room: RoomOccupancy<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionState<'a> {
    id: &'a RoomId,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient_id: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physician_id: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomOccupancy<'a> {
    session_id: &'a RoomId,
    room_status: &'static str,
    patient_joined: bool,
    physician_joined: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    session_id: &'a RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a RawValue>,
    from_user_id: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user_role: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionStarted<'a> {
    session_id: &'a RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_by: Option<&'a UserId>,
    started_at: Timestamp,
}

/// `endedBy` is absent if the house ended it: time was up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionEnded<'a> {
    session_id: &'a RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'a UserId>,
    ended_at: Timestamp,
    duration_minutes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update<'a> {
    session_id: &'a RoomId,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessages<'a> {
    conversation_id: &'a RoomId,
    messages: Vec<ChatMessage<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'a> {
    message: ChatMessage<'a>,
    conversation_id: &'a RoomId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatMessage<'a> {
    id: String,
    conversation_id: &'a RoomId,
    sender_id: &'a UserId,
    sender: Sender,
    content: &'a Message,
    message_type: &'static str,
    created_at: Timestamp,
}

#[derive(Serialize)]
struct Sender {
    id: UserId,
    role: &'static str,
    profile: Profile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Typing<'a> {
    user_id: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_profile: Option<Profile>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageRead<'a> {
    conversation_id: &'a RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    read_by: &'a UserId,
}

#[derive(Serialize)]
struct Subscribed {
    channels: [&'static str; 0],
}

impl Profile {
    pub(super) fn of(person: Person) -> Self {
        let display_name = person.name.into_revealed();
        let (first, last) = display_name.split_once(' ').unwrap_or((&display_name, ""));
        let (first_name, last_name) = (first.to_owned(), last.to_owned());
        Self { id: person.id, first_name, last_name, display_name }
    }
}

impl Sender {
    fn of(person: Person) -> Self {
        Self { id: person.id.clone(), role: role(person.role), profile: Profile::of(person) }
    }
}

/// What its clients call the roles. Whoever is neither patient nor physician
/// helps one of them.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Patient => "PATIENT",
        Role::Provider => "PHYSICIAN",
        Role::Admin => "HOSPITAL_ADMIN",
        Role::Guest => "AGENT",
    }
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
        session_id: &viewer.name_of(room.id()),
        offer: None,
        answer: None,
        candidate: None,
        from_user_id: from,
        from_user_role: None,
    };
    let from_user_role = || Some(role(viewer.people.person(from).role));
    let (word, relayed) = match signal.kind {
        SignalKind::Offer => {
            let from_user_role = from_user_role();
            ("consultation:offer", Relayed { offer: body, from_user_role, ..nothing })
        }
        SignalKind::Answer => {
            let from_user_role = from_user_role();
            ("consultation:answer", Relayed { answer: body, from_user_role, ..nothing })
        }
        SignalKind::Candidate => {
            ("consultation:ice-candidate", Relayed { candidate: body, ..nothing })
        }
    };
    say(word, json(&relayed));
}

pub(super) fn entry(viewer: &Viewer<'_>, before: &Room, after: &Room, entry: &Entry, say: Say<'_>) {
    let session_id = &viewer.name_of(after.id());
    let inside = viewer.is_in(after);
    let other = |user: &UserId| user != viewer.user;
    match &entry.event {
        Event::Joined { user, .. } if inside && other(user) => {
            came(viewer, session_id, before, after, user, say);
        }
        Event::Joined { user, .. } | Event::ConnectionResumed { user, .. }
            if inside && !other(user) =>
        {
            room_state(viewer, after, say);
        }
        // Another device of theirs carries the media now.
        Event::Joined { user, .. } if viewer.is_in(before) => left(session_id, user, say),
        Event::CameToDoor { user, .. } if waits_elsewhere(viewer, before, after) => {
            left(session_id, user, say);
        }
        Event::Left { user, .. } if inside && other(user) && is_inside(before, user) => {
            left(session_id, user, say);
        }
        event @ Event::Left { .. } if viewer.follows(before) || viewer.is_at_door(before) => {
            if let Some(problem) = sent_away(viewer, event) {
                put_out(viewer, session_id, before, entry, &problem, say);
            }
        }
        Event::Begun if viewer.follows(after) => {
            let started = SessionStarted {
                session_id,
                started_by: entry.by.user(),
                started_at: after.started_at().unwrap_or(entry.at),
            };
            say("consultation:session_started", json(&started));
        }
        event @ Event::Said { .. } if viewer.reads(after, event) => {
            if let Some(message) = message(viewer, session_id, entry) {
                let new = NewMessage { message, conversation_id: session_id };
                say("chat:message:new", json(&new));
            }
        }
        Event::Ended { .. } if viewer.follows(before) || viewer.is_at_door(before) => {
            ended(session_id, after, entry, say);
        }
        // For those outside the session, about themselves, or what this
        // vocabulary does not speak of.
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

/// Whoever starts anew without having left is said to have left first: clients
/// keep one connection, and drop it only then.
fn came(
    viewer: &Viewer<'_>,
    session_id: &RoomId,
    before: &Room,
    after: &Room,
    user: &UserId,
    say: Say<'_>,
) {
    if is_inside(before, user) {
        left(session_id, user, say);
    }
    if !viewer.offers_first(after, user) {
        user_joined(viewer, session_id, user, say);
    }
}

/// Somebody who offered first is announced once that is through.
pub(super) fn settled(viewer: &Viewer<'_>, room: &Room, user: &UserId, say: Say<'_>) {
    if is_inside(room, user) && user != viewer.user && viewer.is_in(room) {
        user_joined(viewer, &viewer.name_of(room.id()), user, say);
    }
}

fn user_joined(viewer: &Viewer<'_>, session_id: &RoomId, user: &UserId, say: Say<'_>) {
    let person = viewer.people.person(user);
    let (user_role, user_profile) = (role(person.role), Profile::of(person));
    let joined = UserJoined { user_id: user, user_role, user_profile, session_id };
    say("consultation:user_joined", json(&joined));
}

fn left(session_id: &RoomId, user_id: &UserId, say: Say<'_>) {
    say("consultation:user_left", json(&UserLeft { user_id, session_id }));
}

/// A client that is in stops its media when the session has ended, and for
/// nothing else; why it has ended for this one alone, the error says.
fn put_out(
    viewer: &Viewer<'_>,
    session_id: &RoomId,
    before: &Room,
    entry: &Entry,
    problem: &Problem,
    say: Say<'_>,
) {
    let (word, body) = Consultation.complain("consultation:join", problem);
    say(word, body);
    if viewer.follows(before) {
        session_ended(session_id, before, entry, say);
    }
}

fn session_ended(session_id: &RoomId, room: &Room, entry: &Entry, say: Say<'_>) {
    let ended = SessionEnded {
        session_id,
        ended_by: entry.by.user(),
        ended_at: entry.at,
        duration_minutes: minutes(room, entry.at),
    };
    say("consultation:session_ended", json(&ended));
}

fn ended(session_id: &RoomId, room: &Room, entry: &Entry, say: Say<'_>) {
    session_ended(session_id, room, entry, say);
    // That it began and that it was held, other words tell.
    let status = session_status(room);
    if status == CANCELLED {
        say("consultation:update", json(&Update { session_id, status }));
    }
}

pub(super) fn room_state(viewer: &Viewer<'_>, room: &Room, say: Say<'_>) {
    let session_id = &viewer.name_of(room.id());
    let patient = room.invitation().and_then(|it| it.patient.as_ref());
    let physician = room.invitation().and_then(|it| it.provider.as_ref());
    let state = RoomState {
        session: SessionState {
            id: session_id,
            status: session_status(room),
            patient_id: patient,
            physician_id: physician,
            started_at: room.started_at(),
        },
        room: RoomOccupancy {
            session_id,
            room_status: room_status(room),
            patient_joined: patient.is_some_and(|it| is_inside(room, it)),
            physician_joined: physician.is_some_and(|it| is_inside(room, it)),
        },
    };
    say("consultation:room_state", json(&state));
}

/// The status of a session that was never held.
const CANCELLED: &str = "cancelled";

/// A session is in progress as soon as two people have met in it, or a host has
/// started it: not everybody's client has a word for that.
fn session_status(room: &Room) -> &'static str {
    match room.phase() {
        Phase::Over { outcome: Outcome::Completed, .. } => "completed",
        Phase::Over { .. } => CANCELLED,
        _ if room.started_at().is_some() => "in_progress",
        _ => "scheduled",
    }
}

fn room_status(room: &Room) -> &'static str {
    match room.people_inside().nth(1) {
        _ if room.is_over() => "completed",
        Some(_) => "active",
        None => "waiting",
    }
}

/// Rounded, as people round: half a minute counts.
fn minutes(room: &Room, end: Timestamp) -> u64 {
    let seconds = room.started_at().map_or(0, |start| end.since(start).as_secs());
    (seconds + 30) / 60
}

pub(super) fn messages(viewer: &Viewer<'_>, room: &Room, entries: &[Entry], say: Say<'_>) {
    let conversation_id = &viewer.name_of(room.id());
    let messages = entries.iter().filter_map(|it| message(viewer, conversation_id, it)).collect();
    say("chat:messages", json(&ChatMessages { conversation_id, messages }));
}

fn message<'a>(
    viewer: &Viewer<'_>,
    conversation_id: &'a RoomId,
    entry: &'a Entry,
) -> Option<ChatMessage<'a>> {
    let Event::Said { user, message, .. } = &entry.event else { return None };
    Some(ChatMessage {
        id: message_id(entry),
        conversation_id,
        sender_id: user,
        sender: Sender::of(viewer.people.person(user)),
        content: message,
        message_type: "text",
        created_at: entry.at,
    })
}

/// The number of an entry alone would come back when a session is met in a
/// second time; the moment does not.
fn message_id(entry: &Entry) -> String {
    format!("{}-{}", entry.at.as_millis(), entry.seq)
}

pub(super) fn gesture(
    viewer: &Viewer<'_>,
    room: &Room,
    from: &UserId,
    gesture: &Gesture,
    say: Say<'_>,
) {
    if from == viewer.user || !viewer.follows(room) {
        return;
    }
    match gesture {
        Gesture::Attending(true) => {
            let person = viewer.people.person(from);
            let user_role = role(person.role);
            let user_profile = Profile::of(person);
            let attends = ChatJoined { user_id: from, user_role, user_profile };
            say("chat:user_joined", json(&attends));
        }
        Gesture::Attending(false) => say("chat:user_left", json(&ChatLeft { user_id: from })),
        Gesture::Typing(true) => {
            let user_profile = Some(Profile::of(viewer.people.person(from)));
            say("chat:typing:start", json(&Typing { user_id: from, user_profile }));
        }
        Gesture::Typing(false) => {
            say("chat:typing:stop", json(&Typing { user_id: from, user_profile: None }));
        }
        Gesture::Read(message) => {
            let conversation_id = &viewer.name_of(room.id());
            let message_id = message.as_deref();
            let read = MessageRead { conversation_id, message_id, read_by: from };
            say("chat:message:read", json(&read));
        }
        // Nothing these clients could show.
        Gesture::Reaction(_) => {}
    }
}

/// There are no channels, and nothing is ever unread.
pub(super) fn subscribed(say: Say<'_>) {
    say("notifications:subscribed", json(&Subscribed { channels: [] }));
}

pub(super) fn marked_read(say: Say<'_>) {
    say("notifications:marked_read", "{}".to_owned());
}
