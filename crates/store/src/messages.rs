//! Reading again what people wrote to each other. Messages are lines of the
//! journal; a place has had a room each time somebody was at it.

use housecall_core::{Event, RoomId, Timestamp, UserId, room::Message};

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
}

/// The messages of the rooms a reader came into, be it by a room's own id or by
/// that of its appointment or meeting. A whisper is for the two it concerns.
const READABLE: &str = "SELECT own.room_id, said.seq, said.at, said.body FROM participants own \
     JOIN rooms r ON r.id = own.room_id \
     JOIN journal begun ON begun.stream = 'room:' || r.id AND begun.seq = 1 \
     JOIN journal said ON said.stream = begun.stream AND said.name = 'call.said' \
     WHERE own.user_id = $1 AND own.joined_at IS NOT NULL \
     AND (r.id = $2 OR r.appointment = $2 \
          OR json_extract(begun.body, '$.invitation.meeting') = $2) \
     AND (json_extract(said.body, '$.to') IS NULL OR json_extract(said.body, '$.user') = $1 \
          OR $1 IN (SELECT value FROM json_each(said.body, '$.to'))) \
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
        let rows: Vec<(String, i64, String, String)> = sqlx::query_as(READABLE)
            .bind(reader.as_str())
            .bind(place.as_str())
            .bind(page.limit)
            .bind(signed(page.offset))
            .fetch_all(self.read())
            .await?;
        rows.into_iter().rev().map(read).collect()
    }
}

fn read(
    (room, seq, at, body): (String, i64, String, String),
) -> Result<WrittenMessage, StoreError> {
    let unreadable = || StoreError::unreadable("a message");
    let Event::Said { user, message, to } = read_json(&body, "a message")? else {
        return Err(unreadable());
    };
    Ok(WrittenMessage {
        room: room.parse().map_err(|_| unreadable())?,
        seq: unsigned(seq),
        at: at.parse().map_err(|_| unreadable())?,
        from: user,
        message,
        to,
    })
}
