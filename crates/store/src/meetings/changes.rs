//! Making meetings, letting people in, and closing them.

use housecall_core::{Actor, MeetingId, Private, Timestamp, UserId};
use serde_json::{Value, json};
use sqlx::{QueryBuilder, Sqlite};

use super::{Columns, Meeting, select_one};
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
    /// When people are expected, if that is known.
    pub scheduled_at: Option<Timestamp>,
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
        let NewMeeting { id, name, creator, private, scheduled_at } = new;
        let body = json!({ "creator": creator, "private": private, "scheduledAt": scheduled_at });
        let line = Line::new(at, by, "meeting.made", &body)?;
        let meeting =
            Meeting { id, name, creator, private, scheduled_at, created_at: at, ended_at: None };
        self.writer().run(Insert { meeting, line }).await
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
            "INSERT INTO meetings (id, name, creator, private, scheduled_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(meeting.id.as_str())
        .bind(meeting.name.reveal())
        .bind(meeting.creator.as_str())
        .bind(meeting.private)
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
    End,
    Delete,
}

impl Turn {
    /// The name of its line in the journal.
    fn name(&self) -> &'static str {
        match self {
            Turn::Grant(_) => "meeting.access_granted",
            Turn::End => "meeting.ended",
            Turn::Delete => "meeting.deleted",
        }
    }

    /// The particulars.
    fn body(&self) -> Value {
        match self {
            Turn::Grant(user) => json!({ "user": user }),
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
        let row: Option<Columns> =
            select_one(&self.id).build_query_as().fetch_optional(ledger.reading()).await?;
        let meeting = row.ok_or(StoreError::NotFound)?.read()?;
        if meeting.ended_at.is_some() && matches!(self.turn, Turn::Grant(_)) {
            return Err(StoreError::Conflict);
        }
        let changed = self.statement().build().execute(ledger.writing().await?).await?;
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        let line = Line::new(self.at, &self.by, self.turn.name(), &self.turn.body())?;
        ledger.add(&Stream::Meeting(self.id).name(), line).await?;
        Ok(())
    }
}
