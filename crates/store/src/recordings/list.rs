//! Finding recordings again.

use housecall_core::{AppointmentId, RecordingId, RoomId, Timestamp, UserId};
use sqlx::{QueryBuilder, Sqlite};

use super::{StoredRecording, select};
use crate::{Store, StoreError, users::containing};

/// Which recordings to list. Everything that is set must be true of one.
#[derive(Debug, Clone, Default)]
pub struct RecordingFilter {
    /// Only recordings this user has to do with in one of these ways. `None` shows
    /// all: for those who run the place.
    pub visible_to: Option<(UserId, Relations)>,
    /// Text in the title, or in the name or email of somebody who was there, in any
    /// case.
    pub q: Option<String>,
    /// The patient of the visit.
    pub patient: Option<UserId>,
    /// Of which room.
    pub room: Option<RoomId>,
    /// Of which appointment.
    pub appointment: Option<AppointmentId>,
    /// Begun at this moment or later.
    pub from: Option<Timestamp>,
    /// Begun at this moment or earlier.
    pub to: Option<Timestamp>,
    /// Those that come after this one in the list.
    pub before: Option<(Timestamp, RecordingId)>,
    /// How many at most.
    pub limit: u32,
}

/// Ways in which somebody has to do with a recording. Each that is set will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relations {
    /// They record.
    pub recorder: bool,
    /// They are the patient of the visit.
    pub patient: bool,
    /// They are the provider of the visit.
    pub provider: bool,
    /// They were in the room while it was recorded.
    pub participant: bool,
}

/// A page of recordings, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingPage {
    /// The recordings of this page.
    pub recordings: Vec<StoredRecording>,
    /// Where the next page begins, if there is one: [`RecordingFilter::before`].
    pub next: Option<(Timestamp, RecordingId)>,
}

impl Store {
    /// The recordings that match, newest first; of those begun in the same
    /// millisecond, the larger id.
    pub async fn recordings(&self, filter: &RecordingFilter) -> Result<RecordingPage, StoreError> {
        let mut query = matching(filter);
        query.push(" ORDER BY r.started_at DESC, r.id DESC LIMIT ");
        query.push_bind(i64::from(filter.limit) + 1);
        let mut recordings = self.read_recordings(query).await?;
        let limit = filter.limit as usize;
        let goes_on = recordings.len() > limit;
        recordings.truncate(limit);
        let last = recordings.last().filter(|_| goes_on);
        let next = last.map(|it| (it.started_at, it.id.clone()));
        Ok(RecordingPage { recordings, next })
    }
}

fn matching(filter: &RecordingFilter) -> QueryBuilder<Sqlite> {
    let mut query = select();
    query.push(" WHERE 1 = 1");
    if let Some((user, relations)) = &filter.visible_to {
        relations.restrict(&mut query, user);
    }
    if let Some(part) = &filter.q {
        mentions(&mut query, part);
    }
    let exact = [
        (" AND r.patient = ", filter.patient.as_ref().map(UserId::as_str)),
        (" AND r.room_id = ", filter.room.as_ref().map(RoomId::as_str)),
        (" AND r.appointment = ", filter.appointment.as_ref().map(AppointmentId::as_str)),
    ];
    for (condition, value) in exact {
        if let Some(value) = value {
            query.push(condition).push_bind(value.to_owned());
        }
    }
    if let Some(from) = filter.from {
        query.push(" AND r.started_at >= ").push_bind(from.to_string());
    }
    if let Some(to) = filter.to {
        query.push(" AND r.started_at <= ").push_bind(to.to_string());
    }
    if let Some((at, id)) = &filter.before {
        query.push(" AND (r.started_at, r.id) < (").push_bind(at.to_string());
        query.push(", ").push_bind(id.as_str().to_owned()).push(")");
    }
    query
}

impl Relations {
    fn restrict(self, query: &mut QueryBuilder<Sqlite>, user: &UserId) {
        query.push(" AND (1 = 0");
        let columns = [
            (self.recorder, " OR r.recorder = "),
            (self.patient, " OR r.patient = "),
            (self.provider, " OR r.provider = "),
        ];
        for (_, condition) in columns.into_iter().filter(|(counts, _)| *counts) {
            query.push(condition).push_bind(user.as_str().to_owned());
        }
        if self.participant {
            query.push(" OR r.id IN (SELECT recording_id FROM recording_people WHERE user_id = ");
            query.push_bind(user.as_str().to_owned()).push(")");
        }
        query.push(")");
    }
}

fn mentions(query: &mut QueryBuilder<Sqlite>, part: &str) {
    let pattern = containing(part);
    query.push(" AND (r.search LIKE ").push_bind(pattern.clone());
    query.push(
        " ESCAPE '\\' OR EXISTS (SELECT 1 FROM users u \
         JOIN recording_people p ON p.user_id = u.id AND p.recording_id = r.id \
         WHERE u.search LIKE ",
    );
    query.push_bind(pattern).push(" ESCAPE '\\'))");
}
