//! Meetings: places with a name that people come to. One that was deleted is
//! as if it had never been; only its id is not given again.

mod changes;

use housecall_core::{MeetingId, Private, Timestamp, UserId, room::Door};
use sqlx::{QueryBuilder, Sqlite};

pub use self::changes::{MeetingChange, NewMeeting};
use crate::{Page, Store, StoreError};

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Which.
    pub id: MeetingId,
    /// What it is called.
    pub name: Private<String>,
    /// Whose it is.
    pub creator: UserId,
    /// Whether only its creator and those who were granted access may come.
    /// Anybody may come to another.
    pub private: bool,
    /// Who waits at its door.
    pub door: Door,
    /// When people are expected, if that was said.
    pub scheduled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended for good.
    pub ended_at: Option<Timestamp>,
}

/// Which meetings to list. Everything that is set must be true of one.
#[derive(Debug, Clone, Default)]
pub struct MeetingFilter {
    /// Only meetings this user may come to. `None` shows all: for those who
    /// run the place.
    pub visible_to: Option<UserId>,
    /// Whose they are.
    pub creator: Option<UserId>,
    /// Only meetings that have not ended.
    pub open: bool,
}

/// A page of meetings, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingPage {
    /// The meetings of this page.
    pub meetings: Vec<Meeting>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Store {
    /// The meeting of this id, unless it was deleted.
    pub async fn meeting(&self, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
        let row: Option<Columns> =
            select_one(id).build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// The meetings that match, newest first; of those made in the same
    /// millisecond, the larger id.
    pub async fn meetings(
        &self,
        filter: &MeetingFilter,
        page: Page,
    ) -> Result<MeetingPage, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let total: i64 =
            matching("COUNT(*)", filter).build_query_scalar().fetch_one(&mut *snapshot).await?;
        let mut list = matching(COLUMNS, filter);
        list.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(page.limit));
        list.push(" OFFSET ").push_bind(i64::try_from(page.offset).unwrap_or(i64::MAX));
        let rows: Vec<Columns> = list.build_query_as().fetch_all(&mut *snapshot).await?;
        let meetings = rows.into_iter().map(Columns::read).collect::<Result<_, _>>()?;
        Ok(MeetingPage { meetings, total: total.unsigned_abs() })
    }

    /// Who was granted access to a meeting, in the order of their ids. Its
    /// creator needs none.
    pub async fn meeting_access(&self, id: &MeetingId) -> Result<Vec<UserId>, StoreError> {
        let users: Vec<String> = sqlx::query_scalar(
            "SELECT a.user_id FROM meeting_access a \
             JOIN meetings m ON m.id = a.meeting_id AND m.deleted_at IS NULL \
             WHERE a.meeting_id = $1 ORDER BY a.user_id",
        )
        .bind(id.as_str())
        .fetch_all(self.read())
        .await?;
        users.into_iter().map(parse).collect()
    }
}

/// The columns of [`Columns`].
const COLUMNS: &str = "id, name, creator, private, door, scheduled_at, created_at, ended_at";

fn select_one(id: &MeetingId) -> QueryBuilder<Sqlite> {
    let mut query = matching(COLUMNS, &MeetingFilter::default());
    query.push(" AND id = ").push_bind(id.as_str().to_owned());
    query
}

fn matching(columns: &str, filter: &MeetingFilter) -> QueryBuilder<Sqlite> {
    let mut query =
        QueryBuilder::new(format!("SELECT {columns} FROM meetings WHERE deleted_at IS NULL"));
    if let Some(user) = &filter.visible_to {
        query.push(" AND (NOT private OR creator = ").push_bind(user.as_str().to_owned());
        query.push(" OR id IN (SELECT meeting_id FROM meeting_access WHERE user_id = ");
        query.push_bind(user.as_str().to_owned()).push("))");
        // Who came by a guest link sees where it leads and nothing else.
        query.push(" AND (id IN (SELECT place FROM guests WHERE user_id = ");
        query.push_bind(user.as_str().to_owned());
        query.push(") OR NOT EXISTS (SELECT 1 FROM guests WHERE user_id = ");
        query.push_bind(user.as_str().to_owned()).push("))");
    }
    if let Some(creator) = &filter.creator {
        query.push(" AND creator = ").push_bind(creator.as_str().to_owned());
    }
    if filter.open {
        query.push(" AND ended_at IS NULL");
    }
    query
}

/// A row of `meetings` in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    id: String,
    name: String,
    creator: String,
    private: bool,
    door: String,
    scheduled_at: Option<String>,
    created_at: String,
    ended_at: Option<String>,
}

impl Columns {
    fn read(self) -> Result<Meeting, StoreError> {
        Ok(Meeting {
            id: parse(self.id)?,
            name: Private::new(self.name),
            creator: parse(self.creator)?,
            private: self.private,
            door: Door::named(&self.door).ok_or_else(unreadable)?,
            scheduled_at: self.scheduled_at.map(parse).transpose()?,
            created_at: parse(self.created_at)?,
            ended_at: self.ended_at.map(parse).transpose()?,
        })
    }
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T, StoreError> {
    text.parse().map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::unreadable("a column of a meeting")
}
