//! Appointments: who sees whom, and when. An appointment is a place: its people
//! come into it as often as they like, until it is over for good.

mod changes;
mod reminders;

use housecall_core::{AppointmentId, Timestamp, UserId, room::Door};
use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Sqlite};

pub use self::changes::{AppointmentChange, NewAppointment};
use crate::{Page, Store, StoreError};

/// An appointment. What the provider noted about it is not here, so that it is
/// never shown by accident: see [`Store::notes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Which.
    pub id: AppointmentId,
    /// Who comes to be seen.
    pub patient: UserId,
    /// Who sees them.
    pub provider: UserId,
    /// When it is to start.
    pub starts_at: Timestamp,
    /// How long it is to take.
    pub duration_minutes: u32,
    /// How they meet.
    pub kind: AppointmentType,
    /// Who waits at its door; as is usual in the house if it does not say.
    pub door: Option<Door>,
    /// How it stands.
    pub status: AppointmentStatus,
    /// Who made it, unless the house did.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When any of this last changed.
    pub updated_at: Timestamp,
    /// When somebody first came in.
    pub started_at: Option<Timestamp>,
    /// When it was completed.
    pub ended_at: Option<Timestamp>,
}

impl Appointment {
    /// Whether `user` is one of its two people.
    pub fn names(&self, user: &UserId) -> bool {
        *user == self.patient || *user == self.provider
    }
}

/// How the two people of an appointment meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentType {
    /// Seeing and hearing.
    Video,
    /// Hearing only.
    Audio,
    /// Writing only.
    Text,
}

impl AppointmentType {
    /// All there are.
    pub const ALL: [AppointmentType; 3] =
        [AppointmentType::Video, AppointmentType::Audio, AppointmentType::Text];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            AppointmentType::Video => "video",
            AppointmentType::Audio => "audio",
            AppointmentType::Text => "text",
        }
    }

    /// The type of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// How an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    /// Nobody has come yet.
    Scheduled,
    /// Somebody has come; they may have gone again.
    InProgress,
    /// It is over for good.
    Completed,
    /// It does not take place.
    Cancelled,
}

impl AppointmentStatus {
    /// All there are.
    pub const ALL: [AppointmentStatus; 4] = [
        AppointmentStatus::Scheduled,
        AppointmentStatus::InProgress,
        AppointmentStatus::Completed,
        AppointmentStatus::Cancelled,
    ];

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            AppointmentStatus::Scheduled => "scheduled",
            AppointmentStatus::InProgress => "in_progress",
            AppointmentStatus::Completed => "completed",
            AppointmentStatus::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// Which appointments to list. Everything that is set must be true of one.
#[derive(Debug, Clone, Default)]
pub struct AppointmentFilter {
    /// Only appointments of this user, as patient or as provider. `None` shows
    /// all: for those who run the place.
    pub visible_to: Option<UserId>,
    /// How they stand.
    pub status: Option<AppointmentStatus>,
    /// Starting at this moment or later.
    pub from: Option<Timestamp>,
    /// Starting at this moment or earlier.
    pub to: Option<Timestamp>,
}

/// A page of appointments, in the order they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentPage {
    /// The appointments of this page.
    pub appointments: Vec<Appointment>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Store {
    /// The appointment of this id.
    pub async fn appointment(&self, id: &AppointmentId) -> Result<Option<Appointment>, StoreError> {
        let row: Option<Columns> =
            select_one(id).build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// The appointments that match, in the order they start; of those that
    /// start in the same millisecond, the smaller id first.
    pub async fn appointments(
        &self,
        filter: &AppointmentFilter,
        page: Page,
    ) -> Result<AppointmentPage, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let total: i64 =
            matching("COUNT(*)", filter).build_query_scalar().fetch_one(&mut *snapshot).await?;
        let mut list = matching(COLUMNS, filter);
        list.push(" ORDER BY starts_at, id LIMIT ").push_bind(i64::from(page.limit));
        list.push(" OFFSET ").push_bind(i64::try_from(page.offset).unwrap_or(i64::MAX));
        let rows: Vec<Columns> = list.build_query_as().fetch_all(&mut *snapshot).await?;
        let appointments = rows.into_iter().map(Columns::read).collect::<Result<_, _>>()?;
        Ok(AppointmentPage { appointments, total: total.unsigned_abs() })
    }
}

/// The columns of [`Columns`].
const COLUMNS: &str = "id, patient, provider, starts_at, duration_minutes, type, door, status, \
     created_by, created_at, updated_at, started_at, ended_at";

fn select_one(id: &AppointmentId) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} FROM appointments WHERE id = "));
    query.push_bind(id.as_str().to_owned());
    query
}

fn matching(columns: &str, filter: &AppointmentFilter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM appointments WHERE 1 = 1"));
    if let Some(user) = &filter.visible_to {
        query.push(" AND (patient = ").push_bind(user.as_str().to_owned());
        query.push(" OR provider = ").push_bind(user.as_str().to_owned()).push(")");
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" AND starts_at >= ").push_bind(from.to_string());
    }
    if let Some(to) = filter.to {
        query.push(" AND starts_at <= ").push_bind(to.to_string());
    }
    query
}

/// A row of `appointments` in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    id: String,
    patient: String,
    provider: String,
    starts_at: String,
    duration_minutes: i64,
    #[sqlx(rename = "type")]
    kind: String,
    door: Option<String>,
    status: String,
    created_by: Option<String>,
    created_at: String,
    updated_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
}

impl Columns {
    fn read(self) -> Result<Appointment, StoreError> {
        Ok(Appointment {
            id: parse(self.id)?,
            patient: parse(self.patient)?,
            provider: parse(self.provider)?,
            starts_at: parse(self.starts_at)?,
            duration_minutes: known(u32::try_from(self.duration_minutes).ok())?,
            kind: known(AppointmentType::named(&self.kind))?,
            door: self.door.map(|it| known(Door::named(&it))).transpose()?,
            status: known(AppointmentStatus::named(&self.status))?,
            created_by: self.created_by.map(parse).transpose()?,
            created_at: parse(self.created_at)?,
            updated_at: parse(self.updated_at)?,
            started_at: self.started_at.map(parse).transpose()?,
            ended_at: self.ended_at.map(parse).transpose()?,
        })
    }
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T, StoreError> {
    known(text.parse().ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::unreadable("a column of an appointment"))
}
