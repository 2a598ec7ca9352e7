//! Finding calls again.

use std::collections::HashMap;

use housecall_core::{AppointmentId, RoomId, Timestamp, UserId, room::Purpose};
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, SqliteConnection};

use crate::{
    CallRow, CallStatus, ParticipantRow, Store, StoreError,
    calls::{CALL_COLUMNS, CallColumns, ParticipantColumns},
};

/// How many ids are asked for in one query; databases take a few ten thousand.
const IDS: usize = 1000;

/// Which calls to list. Everything that is set must be true of a call.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Only calls that name this user as a participant. `None` shows all: for
    /// those who run the place.
    pub visible_to: Option<UserId>,
    /// The patient of the visit.
    pub patient: Option<UserId>,
    /// The provider of the visit.
    pub provider: Option<UserId>,
    /// One of these. Empty means any.
    pub statuses: Vec<CallStatus>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// Scheduled for, or else made at, this moment or later.
    pub from: Option<Timestamp>,
    /// Scheduled for, or else made at, this moment or earlier.
    pub to: Option<Timestamp>,
    /// The appointment it belongs to.
    pub appointment: Option<AppointmentId>,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many at most.
    pub limit: u32,
    /// How many to skip.
    pub offset: u64,
}

/// A page of calls, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPage {
    /// The calls of this page.
    pub calls: Vec<CallRow>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Store {
    /// A call and its participants; `None` if there is no such call.
    pub async fn call(&self, room: &RoomId) -> Result<Option<CallRow>, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let sql = format!("SELECT {CALL_COLUMNS} FROM rooms r WHERE r.id = $1");
        let found: Option<CallColumns> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(room.as_str())
            .fetch_optional(&mut *snapshot)
            .await?;
        let calls = with_participants(&mut snapshot, found.into_iter().collect()).await?;
        Ok(calls.into_iter().next())
    }

    /// The calls that match, newest first; of calls made in the same
    /// millisecond, the larger id.
    pub async fn calls(&self, filter: &CallFilter, page: Page) -> Result<CallPage, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let total: i64 =
            matching("COUNT(*)", filter).build_query_scalar().fetch_one(&mut *snapshot).await?;
        let mut list = matching(CALL_COLUMNS, filter);
        // The participant's copy of the time lets their index give the order.
        list.push(match filter.visible_to {
            Some(_) => " ORDER BY p.created_at DESC, p.room_id DESC LIMIT ",
            None => " ORDER BY r.created_at DESC, r.id DESC LIMIT ",
        });
        list.push_bind(i64::from(page.limit)).push(" OFFSET ");
        list.push_bind(i64::try_from(page.offset).unwrap_or(i64::MAX));
        let rows: Vec<CallColumns> = list.build_query_as().fetch_all(&mut *snapshot).await?;
        let calls = with_participants(&mut snapshot, rows).await?;
        Ok(CallPage { calls, total: total.unsigned_abs() })
    }
}

/// Asks for `columns` of the calls that match, which go by the name `r`.
pub(crate) fn matching(columns: &str, filter: &CallFilter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(format!("SELECT {columns} FROM rooms r"));
    if let Some(user) = &filter.visible_to {
        query.push(" JOIN participants p ON p.room_id = r.id AND p.user_id = ");
        query.push_bind(user.as_str().to_owned());
    }
    query.push(" WHERE 1 = 1");
    let exact = [
        (" AND r.patient = ", filter.patient.as_ref().map(UserId::as_str)),
        (" AND r.provider = ", filter.provider.as_ref().map(UserId::as_str)),
        (" AND r.appointment = ", filter.appointment.as_ref().map(AppointmentId::as_str)),
        (" AND r.purpose = ", filter.purpose.map(Purpose::as_str)),
    ];
    for (condition, value) in exact {
        if let Some(value) = value {
            query.push(condition).push_bind(value.to_owned());
        }
    }
    if let Some(from) = filter.from {
        query.push(" AND COALESCE(r.scheduled_at, r.created_at) >= ").push_bind(from.to_string());
    }
    if let Some(to) = filter.to {
        query.push(" AND COALESCE(r.scheduled_at, r.created_at) <= ").push_bind(to.to_string());
    }
    if !filter.statuses.is_empty() {
        query.push(" AND COALESCE(r.outcome, r.status) IN (");
        let mut words = query.separated(", ");
        for status in &filter.statuses {
            words.push_bind(status.as_str());
        }
        query.push(")");
    }
    query
}

async fn with_participants(
    connection: &mut SqliteConnection,
    rows: Vec<CallColumns>,
) -> Result<Vec<CallRow>, StoreError> {
    let mut calls = rows.into_iter().map(CallColumns::read).collect::<Result<Vec<_>, _>>()?;
    for part in calls.chunks_mut(IDS) {
        let mut by_room: HashMap<String, Vec<ParticipantRow>> = HashMap::new();
        for row in participants_of(connection, part).await? {
            by_room.entry(row.room_id.clone()).or_default().push(row.read()?);
        }
        for call in part {
            call.participants = by_room.remove(call.id.as_str()).unwrap_or_default();
        }
    }
    Ok(calls)
}

async fn participants_of(
    connection: &mut SqliteConnection,
    calls: &[CallRow],
) -> Result<Vec<ParticipantColumns>, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT room_id, user_id, stage, invited_at, joined_at, left_at, audio, video, screen, \
         resumed FROM participants WHERE room_id IN (",
    );
    let mut ids = query.separated(", ");
    for call in calls {
        ids.push_bind(call.id.as_str());
    }
    query.push(") ORDER BY room_id, user_id");
    Ok(query.build_query_as().fetch_all(connection).await?)
}
