//! Counting calls, without reading each of them.

use std::time::Duration;

use housecall_core::{Timestamp, UserId};

use crate::{CallFilter, Store, StoreError, history::matching, journal::unsigned};

/// What many calls come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallStatistics {
    /// All of them, those that are not over included.
    pub total: u64,
    /// Those that were answered, and then ended.
    pub completed: u64,
    /// Those that nobody answered in time.
    pub missed: u64,
    /// Those that everybody who was asked said no to.
    pub declined: u64,
    /// Those that were taken back.
    pub cancelled: u64,
    /// Those for seeing and hearing.
    pub video: u64,
    /// Those for hearing only.
    pub audio: u64,
    /// Those for showing a screen.
    pub screen_share: u64,
    /// How many have a duration: they were answered, and are over.
    pub timed: u64,
    /// How long those took together, each in whole seconds from its first
    /// answer to its end.
    pub duration: Duration,
}

/// How much somebody was in rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attendance {
    /// How many rooms they came into since a moment.
    pub rooms: u64,
    /// How long they were in rooms, ever: from first coming in to last going.
    pub time: Duration,
    /// How many others were in these rooms, ever.
    pub people: u64,
}

/// The columns of [`CallStatistics`], in its order.
const COUNTS: &str = "COUNT(*), \
     COUNT(CASE WHEN r.outcome = 'completed' THEN 1 END), \
     COUNT(CASE WHEN r.outcome = 'missed' THEN 1 END), \
     COUNT(CASE WHEN r.outcome = 'declined' THEN 1 END), \
     COUNT(CASE WHEN r.outcome = 'cancelled' THEN 1 END), \
     COUNT(CASE WHEN r.purpose = 'video' THEN 1 END), \
     COUNT(CASE WHEN r.purpose = 'audio' THEN 1 END), \
     COUNT(CASE WHEN r.purpose = 'screen_share' THEN 1 END), \
     COUNT(r.duration), COALESCE(SUM(r.duration), 0)";

impl Store {
    /// What the calls that match come to.
    pub async fn call_statistics(&self, filter: &CallFilter) -> Result<CallStatistics, StoreError> {
        let mut query = matching(COUNTS, filter);
        let row: (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64) =
            query.build_query_as().fetch_one(self.read()).await?;
        Ok(CallStatistics {
            total: unsigned(row.0),
            completed: unsigned(row.1),
            missed: unsigned(row.2),
            declined: unsigned(row.3),
            cancelled: unsigned(row.4),
            video: unsigned(row.5),
            audio: unsigned(row.6),
            screen_share: unsigned(row.7),
            timed: unsigned(row.8),
            duration: Duration::from_secs(unsigned(row.9)),
        })
    }

    /// How much somebody was in rooms; `since` is the moment from which they
    /// are counted. Whoever is in one now has been there until `now`.
    pub async fn attendance(
        &self,
        user: &UserId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Attendance, StoreError> {
        let mut snapshot = self.read().begin().await?;
        let (rooms, seconds): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(CASE WHEN joined_at >= $2 THEN 1 END), \
             COALESCE(SUM(MAX(0, unixepoch(COALESCE(left_at, $3)) - unixepoch(joined_at))), 0) \
             FROM participants WHERE user_id = $1 AND joined_at IS NOT NULL",
        )
        .bind(user.as_str())
        .bind(since.to_string())
        .bind(now.to_string())
        .fetch_one(&mut *snapshot)
        .await?;
        let people: i64 = sqlx::query_scalar(
            "SELECT COUNT(DISTINCT other.user_id) FROM participants own \
             JOIN participants other ON other.room_id = own.room_id \
             AND other.user_id <> own.user_id AND other.joined_at IS NOT NULL \
             WHERE own.user_id = $1 AND own.joined_at IS NOT NULL",
        )
        .bind(user.as_str())
        .fetch_one(&mut *snapshot)
        .await?;
        let (rooms, people) = (unsigned(rooms), unsigned(people));
        Ok(Attendance { rooms, time: Duration::from_secs(unsigned(seconds)), people })
    }
}
