//! Reading again what people wrote to each other. Messages are lines of the
//! journal; a place has had a room each time somebody was at it.

use housecall_core::{
    Entry, Event, RoomId, Timestamp, UserId,
    room::{Attachment, Message, MessageKey},
};
use sqlx::AssertSqlSafe;

use crate::{
    Page, Store, StoreError,
    journal::{read_json, signed, unsigned},
};

/// A message somebody wrote in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenMessage {
    /// The room it was written in.
    pub room: RoomId,
    /// The number of its entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub from: UserId,
    /// What they wrote.
    pub message: Message,
    /// To whom; to everybody if this names nobody.
    pub to: Vec<UserId>,
    /// What came with it.
    pub file: Option<Attachment>,
    /// What their client calls it. Nobody's business but theirs.
    pub key: Option<MessageKey>,
}

impl WrittenMessage {
    /// What an entry of a room says; `None` if it is no message.
    pub fn of(room: &RoomId, entry: Entry) -> Option<Self> {
        let Entry { seq, at, event, .. } = entry;
        let Event::Said { user: from, message, to, file, key } = event else { return None };
        Some(Self { room: room.clone(), seq, at, from, message, to, file, key })
    }
}

/// Where a message stands among all of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSpot {
    /// The room it was written in.
    pub room: RoomId,
    /// The number of its entry.
    pub seq: u64,
}

/// The messages of the rooms a reader ($1) came into, be it by a room's own id or
/// by that of its appointment or meeting ($2). A whisper is for those it names. Who
/// was put out reads what was written before, unless they were let in again.
pub(crate) const READABLE: &str = "WITH own AS MATERIALIZED (        SELECT it.room_id, it.created_at, \
         (SELECT max(seq) FROM journal WHERE stream = 'room:' || it.room_id \
          AND name = 'call.left' AND json_extract(body, '$.user') = $1 \
          AND json_extract(body, '$.departure') = 'removed') AS put_out, \
         (SELECT max(seq) FROM journal WHERE stream = 'room:' || it.room_id \
          AND name = 'call.admitted' AND json_extract(body, '$.user') = $1) AS let_in \
       FROM participants it JOIN rooms r ON r.id = it.room_id \
       JOIN journal begun ON begun.stream = 'room:' || r.id AND begun.seq = 1 \
       WHERE it.user_id = $1 AND it.joined_at IS NOT NULL \
       AND (r.id = $2 OR r.appointment = $2 \
            OR json_extract(begun.body, '$.invitation.meeting') = $2)) \
     SELECT own.room_id, said.seq, said.at, said.body FROM own \
     JOIN journal said ON said.stream = 'room:' || own.room_id AND said.name = 'call.said' \
     WHERE (json_extract(said.body, '$.to') IS NULL OR json_extract(said.body, '$.user') = $1 \
            OR $1 IN (SELECT value FROM json_each(said.body, '$.to'))) \
     AND (own.put_out IS NULL OR said.seq < own.put_out OR own.let_in > own.put_out)";

/// The rest of a page of them: the latest first.
const PAGE: &str = "AND ($5 IS NULL OR (own.created_at, own.room_id, said.seq) \
         < ((SELECT created_at FROM rooms WHERE id = $5), $5, $6)) \
     ORDER BY own.created_at DESC, own.room_id DESC, said.seq DESC LIMIT $3 OFFSET $4";

impl Store {
    /// The messages that `reader` may read in a room, or in all rooms that an
    /// appointment or a meeting has had while they were in it. A page counts
    /// back from the latest message, and is in the order they were written.
    pub async fn messages(
        &self,
        place: &RoomId,
        reader: &UserId,
        page: Page,
    ) -> Result<Vec<WrittenMessage>, StoreError> {
        self.read_messages(place, reader, None, page).await
    }

    /// The latest messages before a spot, in the order they were written; the
    /// latest of all without one.
    pub async fn messages_before(
        &self,
        place: &RoomId,
        reader: &UserId,
        before: Option<&MessageSpot>,
        limit: u32,
    ) -> Result<Vec<WrittenMessage>, StoreError> {
        self.read_messages(place, reader, before, Page { limit, offset: 0 }).await
    }

    async fn read_messages(
        &self,
        place: &RoomId,
        reader: &UserId,
        before: Option<&MessageSpot>,
        page: Page,
    ) -> Result<Vec<WrittenMessage>, StoreError> {
        let sql = AssertSqlSafe(format!("{READABLE} {PAGE}"));
        let rows: Vec<(String, i64, String, String)> = sqlx::query_as(sql)
            .bind(reader.as_str())
            .bind(place.as_str())
            .bind(page.limit)
            .bind(signed(page.offset))
            .bind(before.map(|it| it.room.as_str()))
            .bind(before.map(|it| signed(it.seq)))
            .fetch_all(self.read())
            .await?;
        let messages = rows.into_iter().rev().map(read);
        let own_key = |mut it: WrittenMessage| {
            it.key = it.key.filter(|_| it.from == *reader);
            it
        };
        messages.map(|it| it.map(own_key)).collect()
    }

    /// The message that `user` wrote in a room under this key.
    pub async fn message_of_key(
        &self,
        room: &RoomId,
        user: &UserId,
        key: &MessageKey,
    ) -> Result<Option<WrittenMessage>, StoreError> {
        let row: Option<(String, i64, String, String)> = sqlx::query_as(
            "SELECT $1, seq, at, body FROM journal WHERE stream = 'room:' || $1 \
             AND name = 'call.said' AND json_extract(body, '$.user') = $2 \
             AND json_extract(body, '$.key') = $3 ORDER BY seq DESC LIMIT 1",
        )
        .bind(room.as_str())
        .bind(user.as_str())
        .bind(String::from(key.clone()))
        .fetch_optional(self.read())
        .await?;
        row.map(read).transpose()
    }

    /// Whether `user` has been in a room, or in one of those an appointment or a
    /// meeting has had.
    pub async fn has_been_in(&self, place: &RoomId, user: &UserId) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM participants own JOIN rooms r ON r.id = own.room_id \
             JOIN journal begun ON begun.stream = 'room:' || r.id AND begun.seq = 1 \
             WHERE own.user_id = $1 AND own.joined_at IS NOT NULL \
             AND (r.id = $2 OR r.appointment = $2 \
                  OR json_extract(begun.body, '$.invitation.meeting') = $2) LIMIT 1",
        )
        .bind(user.as_str())
        .bind(place.as_str())
        .fetch_optional(self.read())
        .await?;
        Ok(found.is_some())
    }
}

fn read(
    (room, seq, at, body): (String, i64, String, String),
) -> Result<WrittenMessage, StoreError> {
    let unreadable = || StoreError::unreadable("a message");
    let Event::Said { user: from, message, to, file, key } = read_json(&body, "a message")? else {
        return Err(unreadable());
    };
    Ok(WrittenMessage {
        room: room.parse().map_err(|_| unreadable())?,
        seq: unsigned(seq),
        at: at.parse().map_err(|_| unreadable())?,
        from,
        message,
        to,
        file,
        key,
    })
}
