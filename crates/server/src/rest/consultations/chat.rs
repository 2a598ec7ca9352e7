//! Conversations: what is written in sessions. There are no others, and they are
//! kept in the journal of the rooms of each session.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use housecall_core::{
    AppointmentId, Command, Entry, Event, Refusal, RoomId, Timestamp, UserId, room::Message,
};
use housecall_store::{AppointmentFilter, AppointmentStatus, CallFilter, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    envelope::{Envelope, Paging},
    id_of,
    view::{PersonView, SessionView},
};
use crate::{
    house::House,
    rest::{
        body::{Body, Params},
        caller::Caller,
        error::{ApiError, ProblemBody},
        found::{Spot, waits},
    },
};

/// How many rooms of one session are read at most: people who come back more
/// often than that have their latest messages.
const MOST_ROOMS: u32 = 100;

/// How many open sessions are searched for one with somebody.
const MOST_SEARCHED: u32 = 100;

/// What is written in a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conversation {
    #[schema(value_type = String)]
    id: RoomId,
    /// The same as `id`.
    #[schema(value_type = String)]
    session_id: RoomId,
    /// Always `consultation`.
    #[serde(rename = "type")]
    kind: &'static str,
    participants: Vec<PersonView>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

/// Which conversation is wanted: that of a session, or the one with somebody.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConversationWanted)]
pub(crate) struct Wanted {
    session_id: Option<String>,
    #[schema(value_type = Option<String>)]
    participant_id: Option<UserId>,
}

/// A message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConversationMessage)]
pub(crate) struct MessageView {
    id: String,
    #[schema(value_type = String)]
    conversation_id: RoomId,
    #[schema(value_type = String)]
    sender_id: UserId,
    sender: PersonView,
    #[schema(value_type = String)]
    content: Message,
    /// Always `text`.
    message_type: &'static str,
    #[schema(value_type = String)]
    created_at: Timestamp,
}

/// A message to send.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewConversationMessage)]
pub(crate) struct NewMessage {
    #[schema(value_type = String, max_length = 4000)]
    content: Message,
    #[serde(default)]
    message_type: MessageType,
}

/// Files and pictures are not sent through a room.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ConversationMessageType)]
enum MessageType {
    #[default]
    Text,
}

/// Nothing to know.
#[derive(Serialize, ToSchema)]
pub(crate) struct Nothing {}

/// The conversations of the caller's own sessions, in the order these start.
#[utoipa::path(
    get, path = "/api/chat/conversations", tag = "consultations", params(Paging),
    responses((status = 200, body = Envelope<Vec<Conversation>>),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(paging): Params<Paging>,
) -> Result<Json<Envelope<Vec<Conversation>>>, ApiError> {
    let found = house.store.appointments(&own(&caller), paging.page()?).await?;
    let sessions = SessionView::all(&house, found.appointments).await?;
    let conversations = sessions.into_iter().map(Conversation::of).collect();
    let says = paging.says(found.total)?;
    Ok(Json(Envelope::page("These are your conversations.", conversations, says)))
}

/// The conversation of a session, or of the open session with somebody. It is
/// there already: nothing is made.
#[utoipa::path(
    post, path = "/api/chat/conversations", tag = "consultations", request_body = Wanted,
    responses((status = 200, body = Envelope<Conversation>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn open(
    State(house): State<House>,
    caller: Caller,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Envelope<Conversation>>, ApiError> {
    let session = match wanted {
        Wanted { session_id: Some(id), .. } => super::session(&house, &caller, &id).await?,
        Wanted { participant_id: Some(peer), .. } => session_with(&house, &caller, &peer).await?,
        Wanted { .. } => {
            let detail = "Say which session it belongs to.";
            return Err(ApiError::invalid("sessionId", detail));
        }
    };
    Ok(Json(Envelope::of("This is the conversation.", Conversation::of(session))))
}

/// What was written in a conversation: the last page first, each with its oldest
/// message on top.
#[utoipa::path(
    get, path = "/api/chat/conversations/{id}/messages", tag = "consultations",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = Envelope<Vec<MessageView>>),
              (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn messages(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Params(paging): Params<Paging>,
) -> Result<Json<Envelope<Vec<MessageView>>>, ApiError> {
    let (conversation, rooms) = rooms(&house, &caller, &id).await?;
    let mut entries = Vec::new();
    for room in &rooms {
        let room = house.look_from_door(room, &caller.actor()).await?;
        entries.extend(house.messages(&room, &caller.user, u32::MAX, 0).await?);
    }
    let total = entries.len() as u64;
    let Page { limit, offset } = paging.page_from_the_end(total)?;
    let page = entries.into_iter().skip(usize::try_from(offset).expect("an index of a list"));
    let mut messages = Vec::new();
    for entry in page.take(limit as usize) {
        messages.extend(MessageView::of(&house, &conversation, entry).await?);
    }
    Ok(Json(Envelope::page("This was written.", messages, paging.says(total)?)))
}

/// Writes to everybody in a session. Only from inside it.
#[utoipa::path(
    post, path = "/api/chat/conversations/{id}/messages", tag = "consultations",
    params(("id" = String, Path)), request_body = NewMessage,
    responses((status = 201, body = Envelope<MessageView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn say(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(NewMessage { content, message_type: MessageType::Text }): Body<NewMessage>,
) -> Result<(StatusCode, Json<Envelope<MessageView>>), ApiError> {
    let found = house.find(&id, &caller.actor()).await?;
    let Some(room) = found.spot.open_room() else {
        let over = found.spot.is_over();
        return Err(if over { Refusal::Over } else { Refusal::NotInRoom }.into());
    };
    house.check_writing_pace(&caller.user)?;
    let say = Command::say(content, Vec::new());
    let said = house.ask(room.id(), &caller.actor(), vec![say]).await?.room;
    // What was said is the latest entry.
    let entry = house.store.entries_after(said.id(), said.seq() - 1).await?.into_iter().next();
    let entry = entry.expect("what was decided is in the journal");
    let message = MessageView::of(&house, &found.name, entry).await?;
    let message = message.expect("a message was written");
    Ok((StatusCode::CREATED, Json(Envelope::of("It was sent.", message))))
}

/// Takes note that somebody has read a conversation: nothing is kept of it.
#[utoipa::path(
    put, path = "/api/chat/conversations/{id}/read", tag = "consultations",
    params(("id" = String, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 401, body = ProblemBody),
              (status = 404, body = ProblemBody)),
)]
pub(crate) async fn read(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Envelope<Nothing>>, ApiError> {
    rooms(&house, &caller, &id).await?;
    Ok(Json(Envelope::of("Nothing is unread.", Nothing {})))
}

impl Conversation {
    fn of(session: SessionView) -> Self {
        let SessionView { id, participants, created_at, updated_at, .. } = session;
        let session_id = id.clone();
        Self { id, session_id, kind: "consultation", participants, created_at, updated_at }
    }
}

impl MessageView {
    /// `None` for an entry that is no message.
    async fn of(
        house: &House,
        conversation: &RoomId,
        entry: Entry,
    ) -> Result<Option<Self>, ApiError> {
        let id = format!("{}-{}", entry.at.as_millis(), entry.seq);
        let Event::Said { user, message, .. } = entry.event else { return Ok(None) };
        house.directory.look_up(&house.store, vec![user.clone()]).await?;
        Ok(Some(Self {
            id,
            conversation_id: conversation.clone(),
            sender: PersonView::of(house, &user),
            sender_id: user,
            content: message,
            message_type: "text",
            created_at: entry.at,
        }))
    }
}

fn own(caller: &Caller) -> AppointmentFilter {
    AppointmentFilter { visible_to: Some(caller.user.clone()), ..AppointmentFilter::default() }
}

/// The open session with somebody: the one in progress, else the next.
async fn session_with(
    house: &House,
    caller: &Caller,
    peer: &UserId,
) -> Result<SessionView, ApiError> {
    for status in [AppointmentStatus::InProgress, AppointmentStatus::Scheduled] {
        let filter = AppointmentFilter { status: Some(status), ..own(caller) };
        let found = house.store.appointments(&filter, Page { limit: MOST_SEARCHED, offset: 0 });
        let mut found = found.await?.appointments.into_iter();
        if let Some(it) = found.find(|it| *peer != caller.user && it.names(peer)) {
            return SessionView::of(house, it).await;
        }
    }
    Err(ApiError::not_found("You have no open session with this person."))
}

/// What a conversation goes by, and its rooms that name the caller, the oldest
/// first. Whoever runs the place does not read along.
async fn rooms(
    house: &House,
    caller: &Caller,
    id: &str,
) -> Result<(RoomId, Vec<RoomId>), ApiError> {
    let found = house.find(id, &caller.actor()).await?;
    let (conversation, named) = match &found.spot {
        Spot::Room(room) if waits(room, &caller.user) => return Err(Refusal::NotYet.into()),
        Spot::Room(room) => (id_of(room), room.participant(&caller.user).is_some()),
        Spot::Appointment(it) => (found.name, it.names(&caller.user)),
        Spot::Meeting(_) => (found.name, false),
    };
    if !named {
        return Err(Refusal::NotAParticipant.into());
    }
    let mut rooms = rooms_of(house, caller, &conversation).await?;
    if let (true, Spot::Room(room)) = (rooms.is_empty(), &found.spot) {
        rooms.push(room.id().clone());
    }
    Ok((conversation, rooms))
}

async fn rooms_of(
    house: &House,
    caller: &Caller,
    conversation: &RoomId,
) -> Result<Vec<RoomId>, ApiError> {
    let appointment: AppointmentId =
        conversation.as_str().parse().expect("an appointment's id is an id");
    let filter = CallFilter {
        visible_to: Some(caller.user.clone()),
        appointment: Some(appointment),
        ..CallFilter::default()
    };
    let found = house.store.calls(&filter, Page { limit: MOST_ROOMS, offset: 0 }).await?;
    Ok(found.calls.into_iter().rev().map(|it| it.id).collect())
}
