//! Messages of rooms, page by page, and writing one.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use housecall_core::{
    Command, FileId, Private, RoomId, Timestamp, UserId,
    room::{Attachment, Message, MessageKey},
};
use housecall_store::{MessageSpot, WrittenMessage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{read_from, what_was_said, write_to};
use crate::{
    house::House,
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
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// `before` of a later page; the latest messages without it.
    before: Option<String>,
    /// 50 unless given, 200 at most.
    limit: Option<u32>,
}

/// A message to write.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewRoomMessage)]
pub(crate) struct NewMessage {
    /// 1 to 4000 characters.
    #[schema(value_type = String, max_length = 4000)]
    message: Message,
    /// Ids of those it is for; for everybody in the room if it names nobody.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    to: Vec<UserId>,
    /// What you call it: the same key again says nothing new.
    #[schema(value_type = Option<String>, max_length = 64)]
    key: Option<MessageKey>,
}

/// A message somebody wrote.
#[derive(Serialize, ToSchema)]
#[schema(as = RoomMessage)]
pub(crate) struct MessageView {
    /// The room it was written in, whatever name was asked for.
    #[schema(value_type = String)]
    room: RoomId,
    /// Its place in the room's order.
    seq: u64,
    #[schema(value_type = String)]
    at: Timestamp,
    #[schema(value_type = String)]
    user: UserId,
    #[schema(value_type = String)]
    message: Message,
    #[schema(value_type = Vec<String>)]
    to: Vec<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<FileView>,
    /// What you called it, if you wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    key: Option<MessageKey>,
}

/// A file that came with a message.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoomFile)]
pub(crate) struct FileView {
    #[schema(value_type = String)]
    id: FileId,
    #[schema(value_type = String)]
    name: Private<String>,
    media_type: String,
    bytes: u64,
}

/// Some of the messages of a room.
#[derive(Serialize, ToSchema)]
#[schema(as = RoomMessages)]
pub(crate) struct MessagePage {
    /// The oldest first.
    messages: Vec<MessageView>,
    /// Leads to the messages before these, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
}

/// The messages that the caller may read of a room, or of all rooms there were at
/// an appointment or a meeting while they were there. The latest page comes first.
#[utoipa::path(
    get, path = "/api/rooms/{name}/messages", tag = "chat",
    params(("name" = String, Path, description = "A room, an appointment or a meeting"), Search),
    responses((status = 200, body = MessagePage), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)),
)]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(name): Path<String>,
    Params(Search { before, limit }): Params<Search>,
) -> Result<Json<MessagePage>, ApiError> {
    let limit = limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MOST_PER_PAGE {
        return Err(ApiError::invalid("limit", format!("Ask for 1 to {MOST_PER_PAGE} messages.")));
    }
    let before = before.map(|it| read_cursor(&it)).transpose()?;
    let place = read_from(&house, &caller, &name).await?;
    // One more than the page holds tells whether there is another.
    let found = house.store.messages_before(&place, &caller.user, before.as_ref(), limit + 1);
    let mut found = found.await?;
    let surplus = found.len().saturating_sub(limit as usize);
    let messages: Vec<MessageView> = found.drain(surplus..).map(MessageView::of).collect();
    let before = messages.first().filter(|_| surplus > 0).map(MessageView::cursor);
    Ok(Json(MessagePage { messages, before }))
}

/// Writes to the others in a room, from inside it.
#[utoipa::path(
    post, path = "/api/rooms/{name}/messages", tag = "chat", request_body = NewMessage,
    params(("name" = String, Path, description = "A room, an appointment or a meeting")),
    responses((status = 201, body = MessageView), (status = 400, body = ProblemBody),
              (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
              (status = 429, body = ProblemBody)),
)]
pub(crate) async fn write(
    State(house): State<House>,
    caller: Caller,
    Path(name): Path<String>,
    Body(NewMessage { message, to, key }): Body<NewMessage>,
) -> Result<(StatusCode, Json<MessageView>), ApiError> {
    house.check_writing_pace(&caller.user)?;
    let room = write_to(&house, &caller, &name).await?;
    let say = Command::Say { message, to, file: None, key: key.clone() };
    let asked = house.ask(room.id(), &caller.actor(), vec![say]).await?;
    let said = what_was_said(&house, &caller, &asked, key.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(MessageView::of(said))))
}

impl MessageView {
    pub(super) fn of(it: WrittenMessage) -> Self {
        let WrittenMessage { room, seq, at, from: user, message, to, file, key } = it;
        Self { room, seq, at, user, message, to, file: file.map(FileView::of), key }
    }

    /// Leads to what was written before this.
    fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.seq, self.room))
    }
}

impl FileView {
    fn of(it: Attachment) -> Self {
        let Attachment { id, name, media_type, bytes } = it;
        Self { id, name, media_type, bytes }
    }
}

fn read_cursor(text: &str) -> Result<MessageSpot, ApiError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (seq, room) = text.split_once(' ')?;
        Some(MessageSpot { room: room.parse().ok()?, seq: seq.parse().ok()? })
    };
    read().ok_or_else(|| ApiError::invalid("before", "Send what a page had as `before`."))
}
