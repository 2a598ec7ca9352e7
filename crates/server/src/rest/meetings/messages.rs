//! What people write to each other in a room. Messages are lines of the
//! journal: everybody who was there reads those that were for them, and nobody
//! changes one.

use axum::{Json, extract::State, http::StatusCode};
use housecall_core::{Command, Refusal, Timestamp, UserId, room::Message};
use housecall_dialect::meeting::message_id;
use housecall_store::{Page, WrittenMessage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{conflict, room::MeetingRoom, view::PersonInRoom};
use crate::{
    house::{Asked, House},
    rest::{
        body::{Body, Params},
        caller::Caller,
        error::{ApiError, ProblemBody},
    },
};

/// How many messages a page holds, unless it says.
const USUAL_PAGE: u32 = 50;

/// How many messages a page holds at most.
const MOST_PER_PAGE: u32 = 200;

/// Which messages to read.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// A meeting, an appointment or a call.
    room_id: String,
    /// 50 unless given, 200 at most.
    limit: Option<u32>,
    /// How many of the latest messages to skip.
    offset: Option<u64>,
}

/// A message to write. The caller writes it, whatever `userId` says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewMeetingMessage)]
pub(crate) struct NewMessage {
    room_id: String,
    /// 1 to 4000 characters; also as `text` or `msg`.
    #[serde(alias = "text", alias = "msg")]
    #[schema(value_type = String, max_length = 4000)]
    content: Message,
    #[serde(default)]
    visibility: Visibility,
    /// Whom a message is for that is not public.
    #[serde(default)]
    target: Option<Vec<Target>>,
}

/// Whom a message is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MeetingMessageVisibility)]
enum Visibility {
    /// Everybody in the room.
    #[default]
    Public,
    /// The target alone.
    Private,
    /// The same.
    Group,
}

/// Somebody a message is for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingMessageTarget)]
struct Target {
    #[schema(value_type = String)]
    user_id: UserId,
}

/// A message. Text and times are there under every name one of the clients
/// reads.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MeetingMessage)]
pub(crate) struct MessageView {
    id: String,
    #[schema(value_type = String)]
    content: Message,
    #[schema(value_type = String)]
    msg: Message,
    #[schema(value_type = String)]
    text: Message,
    #[schema(value_type = String)]
    user_id: UserId,
    #[schema(value_type = String)]
    sender_id: UserId,
    room_id: String,
    /// `public` or `private`.
    visibility: Visibility,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// The same in milliseconds since 1970.
    create_at: i64,
    user: PersonInRoom,
}

/// Lists the latest messages of a room, oldest first: those that were written
/// for the caller, or by them, in a room they came into.
#[utoipa::path(
    get, path = "/api/message", tag = "meetings", params(Search),
    responses((status = 200, body = Vec<MessageView>), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Params(search): Params<Search>,
) -> Result<Json<Vec<MessageView>>, ApiError> {
    let limit = search.limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MOST_PER_PAGE {
        return Err(ApiError::invalid("limit", format!("Ask for 1 to {MOST_PER_PAGE} messages.")));
    }
    let room = MeetingRoom::find(&house, &caller, &search.room_id).await?;
    let page = Page { limit, offset: search.offset.unwrap_or(0) };
    let found = house.store.messages(&room.name(), &caller.user, page).await?;
    let authors = found.iter().map(|it| it.from.clone()).collect();
    house.directory.look_up(&house.store, authors).await?;
    let view = |it| MessageView::of(&house, &search.room_id, it);
    Ok(Json(found.into_iter().map(view).collect()))
}

/// Writes to the others in a room, from inside it.
#[utoipa::path(
    post, path = "/api/message", tag = "meetings", request_body = NewMessage,
    responses((status = 201, body = MessageView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn write(
    State(house): State<House>,
    caller: Caller,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<MessageView>), ApiError> {
    let room = MeetingRoom::find(&house, &caller, &new.room_id).await?;
    let to = new.readers(&caller.user)?;
    let Some(open) = room.open(&house) else {
        return Err(if room.is_over() { Refusal::Over } else { Refusal::NotInRoom }.into());
    };
    house.check_writing_pace(&caller.user)?;
    let say = Command::say(new.content, to);
    let said = house.ask(open.id(), &caller.actor(), vec![say]).await?;
    let message = latest(&house, &said).await?;
    Ok((StatusCode::CREATED, Json(MessageView::of(&house, &new.room_id, message))))
}

/// Refuses to change a message.
#[utoipa::path(
    patch, path = "/api/message/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn change(_: Caller) -> ApiError {
    stays_as_it_is()
}

/// Refuses to delete a message.
#[utoipa::path(
    delete, path = "/api/message/{id}", tag = "meetings", params(("id" = String, Path)),
    responses((status = 401, body = ProblemBody), (status = 409, body = ProblemBody)),
)]
pub(crate) async fn delete(_: Caller) -> ApiError {
    stays_as_it_is()
}

fn stays_as_it_is() -> ApiError {
    let detail = "Messages are part of the record of a call: they are neither changed nor deleted.";
    conflict("message_stays", detail)
}

impl NewMessage {
    /// Whom it is for; everybody if it names nobody.
    fn readers(&self, author: &UserId) -> Result<Vec<UserId>, ApiError> {
        if self.visibility == Visibility::Public {
            return Ok(Vec::new());
        }
        let targets = self.target.iter().flatten().map(|it| &it.user_id);
        let to: Vec<UserId> = targets.filter(|it| *it != author).cloned().collect();
        // To nobody would mean to everybody.
        if to.is_empty() {
            let detail = "Name somebody else a private message is for.";
            return Err(ApiError::invalid("target", detail));
        }
        Ok(to)
    }
}

/// What was just said, as the journal has it.
async fn latest(house: &House, said: &Asked) -> Result<WrittenMessage, ApiError> {
    let room = &said.room;
    let entries = house.store.entries_after(room.id(), room.seq() - 1).await?;
    let message = entries.into_iter().next().and_then(|it| WrittenMessage::of(room.id(), it));
    message.ok_or_else(|| anyhow::anyhow!("what was said is not in the journal").into())
}

impl MessageView {
    fn of(house: &House, room: &str, it: WrittenMessage) -> Self {
        let public = it.to.is_empty();
        Self {
            id: message_id(&it.room, it.seq),
            content: it.message.clone(),
            msg: it.message.clone(),
            text: it.message,
            user: house.directory.person(&it.from).into(),
            user_id: it.from.clone(),
            sender_id: it.from,
            room_id: room.to_owned(),
            visibility: if public { Visibility::Public } else { Visibility::Private },
            created_at: it.at,
            create_at: it.at.as_millis(),
        }
    }
}
