//! Making meetings, changing them, letting people in, and closing them.

use housecall_core::{Actor, MeetingId, Private, Timestamp, UserId, room::Door};
use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite};

use super::{Columns, Meeting, parse, select_one};
use crate::{Store, StoreError, Stream, journal::Line, ledger::Ledger, writer::Write};

/// A meeting to make.
#[derive(Debug, Clone)]
pub struct NewMeeting {
    /// Which; random where we make it.
    pub id: MeetingId,
    /// What it is called.
    pub name: Private<String>,
    /// Whose it is.
    pub creator: UserId,
    /// Whether people need to be granted access.
    pub private: bool,
    /// Who waits at its door.
    pub door: Door,
    /// When people are expected, if that is known.
    pub scheduled_at: Option<Timestamp>,
}

/// What is to be different about a meeting; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct MeetingChange {
    /// What it is called.
    pub name: Option<Private<String>>,
    /// Whether people need to be granted access.
    pub private: Option<bool>,
    /// Who waits at its door.
    pub door: Option<Door>,
    /// When people are expected; `Some(None)` takes that back.
    pub scheduled_at: Option<Option<Timestamp>>,
    /// Who is granted access, instead of those who were until now.
    pub access: Option<Vec<UserId>>,
}

impl Store {
    /// Makes a meeting. [`StoreError::Conflict`] if the id is taken, be it by
    /// one that was deleted.
    pub async fn create_meeting(
        &self,
        new: NewMeeting,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Meeting, StoreError> {
        let NewMeeting { id, name, creator, private, door, scheduled_at } = new;
        let body = json!({ "creator": creator, "private": private, "door": door,
                           "scheduledAt": scheduled_at });
        let line = Line::new(at, by, "meeting.made", &body)?;
        let (created_at, ended_at) = (at, None);
        let meeting =
            Meeting { id, name, creator, private, door, scheduled_at, created_at, ended_at };
        self.writer().run(Insert { meeting, line }).await
    }

    /// Changes a meeting, and who was granted access to it.
    /// [`StoreError::Conflict`] if it has ended.
    pub async fn change_meeting(
        &self,
        id: &MeetingId,
        change: MeetingChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Meeting, StoreError> {
        self.writer().run(Alter { id: id.clone(), change, by: by.clone(), at }).await
    }

    /// Lets `user` come to a meeting; nothing happens if that was done before.
    /// [`StoreError::Conflict`] if it has ended.
    pub async fn grant_access(
        &self,
        id: &MeetingId,
        user: &UserId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_meeting(id, Turn::Grant(user.clone()), by, at).await
    }

    /// Ends a meeting for good; nothing happens if it has ended.
    pub async fn end_meeting(
        &self,
        id: &MeetingId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_meeting(id, Turn::End, by, at).await
    }

    /// Deletes a meeting, ended or not.
    pub async fn delete_meeting(
        &self,
        id: &MeetingId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.turn_meeting(id, Turn::Delete, by, at).await
    }

    async fn turn_meeting(
        &self,
        id: &MeetingId,
        turn: Turn,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer().run(Update { id: id.clone(), turn, by: by.clone(), at }).await
    }
}

struct Insert {
    meeting: Meeting,
    line: Line,
}

impl Write for Insert {
    type Output = Meeting;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Meeting, StoreError> {
        let meeting = self.meeting;
        sqlx::query(
            "INSERT INTO meetings (id, name, creator, private, door, scheduled_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(meeting.id.as_str())
        .bind(meeting.name.reveal())
        .bind(meeting.creator.as_str())
        .bind(meeting.private)
        .bind(meeting.door.as_str())
        .bind(meeting.scheduled_at.map(|it| it.to_string()))
        .bind(meeting.created_at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        ledger.add(&Stream::Meeting(meeting.id.clone()).name(), self.line).await?;
        Ok(meeting)
    }
}

/// What is to become of a meeting.
enum Turn {
    Grant(UserId),
    Revoke(UserId),
    End,
    Delete,
}

impl Turn {
    /// The name of its line in the journal.
    fn name(&self) -> &'static str {
        match self {
            Turn::Grant(_) => "meeting.access_granted",
            Turn::Revoke(_) => "meeting.access_revoked",
            Turn::End => "meeting.ended",
            Turn::Delete => "meeting.deleted",
        }
    }

    /// The particulars.
    fn body(&self) -> Value {
        match self {
            Turn::Grant(user) | Turn::Revoke(user) => json!({ "user": user }),
            Turn::End | Turn::Delete => json!({}),
        }
    }
}

struct Update {
    id: MeetingId,
    turn: Turn,
    by: Actor,
    at: Timestamp,
}

impl Update {
    /// Changes no row if it was done before.
    fn statement(&self) -> QueryBuilder<Sqlite> {
        let (id, at) = (self.id.as_str().to_owned(), self.at.to_string());
        let mut query = QueryBuilder::new("");
        match &self.turn {
            Turn::Grant(user) => {
                query.push(
                    "INSERT INTO meeting_access (meeting_id, user_id, granted_by, granted_at) ",
                );
                query.push_values([user], |mut row, user| {
                    row.push_bind(id.clone()).push_bind(user.as_str().to_owned());
                    row.push_bind(self.by.user().map(|it| it.as_str().to_owned()));
                    row.push_bind(at.clone());
                });
                query.push(" ON CONFLICT (meeting_id, user_id) DO NOTHING");
            }
            Turn::Revoke(user) => {
                query.push("DELETE FROM meeting_access WHERE meeting_id = ").push_bind(id);
                query.push(" AND user_id = ").push_bind(user.as_str().to_owned());
            }
            Turn::End => {
                query.push("UPDATE meetings SET ended_at = ").push_bind(at);
                query.push(" WHERE ended_at IS NULL AND id = ").push_bind(id);
            }
            Turn::Delete => {
                query.push("UPDATE meetings SET deleted_at = ").push_bind(at);
                query.push(" WHERE id = ").push_bind(id);
            }
        }
        query
    }
}

impl Write for Update {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let meeting = find(ledger, &self.id).await?;
        if meeting.ended_at.is_some() && matches!(self.turn, Turn::Grant(_)) {
            return Err(StoreError::Conflict);
        }
        self.make(ledger).await
    }
}

impl Update {
    async fn make(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let changed = self.statement().build().execute(ledger.writing().await?).await?;
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        let line = Line::new(self.at, &self.by, self.turn.name(), &self.turn.body())?;
        ledger.add(&Stream::Meeting(self.id).name(), line).await?;
        Ok(())
    }
}

async fn find(ledger: &mut Ledger<'_>, id: &MeetingId) -> Result<Meeting, StoreError> {
    let row: Option<Columns> =
        select_one(id).build_query_as().fetch_optional(ledger.reading()).await?;
    row.ok_or(StoreError::NotFound)?.read()
}

struct Alter {
    id: MeetingId,
    change: MeetingChange,
    by: Actor,
    at: Timestamp,
}

impl Write for Alter {
    type Output = Meeting;

    async fn run(mut self, ledger: &mut Ledger<'_>) -> Result<Meeting, StoreError> {
        let before = find(ledger, &self.id).await?;
        if before.ended_at.is_some() {
            return Err(StoreError::Conflict);
        }
        if let Some(access) = self.change.access.take() {
            self.let_in(ledger, access).await?;
        }
        let after = changed(before.clone(), self.change);
        if after == before {
            return Ok(after);
        }
        sqlx::query(
            "UPDATE meetings SET name = $2, private = $3, door = $4, scheduled_at = $5 \
             WHERE id = $1",
        )
        .bind(after.id.as_str())
        .bind(after.name.reveal())
        .bind(after.private)
        .bind(after.door.as_str())
        .bind(after.scheduled_at.map(|it| it.to_string()))
        .execute(ledger.writing().await?)
        .await?;
        let body = json!({ "renamed": after.name != before.name, "private": after.private,
                           "door": after.door, "scheduledAt": after.scheduled_at });
        let line = Line::new(self.at, &self.by, "meeting.changed", &body)?;
        ledger.add(&Stream::Meeting(self.id).name(), line).await?;
        Ok(after)
    }
}

impl Alter {
    async fn let_in(&self, ledger: &mut Ledger<'_>, access: Vec<UserId>) -> Result<(), StoreError> {
        let before: Vec<String> =
            sqlx::query_scalar("SELECT user_id FROM meeting_access WHERE meeting_id = $1")
                .bind(self.id.as_str())
                .fetch_all(ledger.reading())
                .await?;
        let before = before.into_iter().map(parse).collect::<Result<Vec<UserId>, _>>()?;
        let revoked = before.into_iter().filter(|it| !access.contains(it)).map(Turn::Revoke);
        let turns: Vec<Turn> = revoked.chain(access.iter().cloned().map(Turn::Grant)).collect();
        for turn in turns {
            let (id, by, at) = (self.id.clone(), self.by.clone(), self.at);
            Update { id, turn, by, at }.make(ledger).await?;
        }
        Ok(())
    }
}

fn changed(before: Meeting, change: MeetingChange) -> Meeting {
    Meeting {
        name: change.name.unwrap_or(before.name),
        private: change.private.unwrap_or(before.private),
        door: change.door.unwrap_or(before.door),
        scheduled_at: change.scheduled_at.unwrap_or(before.scheduled_at),
        ..before
    }
}
