//! Missed calls: kept as their rooms say so, until those who missed them have
//! seen that.

use housecall_core::{
    Actor, Entry, Event, Room, RoomId, Timestamp, UserId,
    room::{Kind, Purpose, Stage},
};
use serde_json::{Value, json};

use crate::{
    Store, StoreError, Stream,
    journal::{Line, read_json},
    ledger::{Ledger, Script},
    writer::Write,
};

/// A call somebody let ring, or that was taken back before they answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissedCall {
    /// Which call.
    pub room: RoomId,
    /// Who called.
    pub caller: UserId,
    /// What for.
    pub purpose: Purpose,
    /// When it stopped ringing.
    pub at: Timestamp,
}

/// Somebody who missed a call, and when.
pub(crate) struct Miss {
    user: UserId,
    at: Timestamp,
}

impl Store {
    /// At most `limit` calls that somebody has missed and not seen yet, the
    /// latest first.
    pub async fn missed_calls(
        &self,
        user: &UserId,
        limit: u32,
    ) -> Result<Vec<MissedCall>, StoreError> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT room_id, caller, purpose, at FROM missed_calls \
             WHERE user_id = $1 AND seen_at IS NULL ORDER BY at DESC, room_id DESC LIMIT $2",
        )
        .bind(user.as_str())
        .bind(limit)
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// Somebody has seen that they missed these calls, or all there are; answers
    /// how many of them were news. Calls they did not miss do not count.
    pub async fn see_missed_calls(
        &self,
        user: &UserId,
        calls: Option<&[RoomId]>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let line = Line::new(at, by, "user.missed_calls_seen", &json!({ "calls": calls }))?;
        let calls = calls.map(|it| json!(it).to_string());
        self.writer().run(See { user: user.clone(), calls, at, line }).await
    }
}

fn read(
    (room, caller, purpose, at): (String, String, String, String),
) -> Result<MissedCall, StoreError> {
    let unreadable = || StoreError::unreadable("a missed call");
    Ok(MissedCall {
        room: room.parse().map_err(|_| unreadable())?,
        caller: caller.parse().map_err(|_| unreadable())?,
        purpose: read_json(&Value::String(purpose).to_string(), "what a missed call was for")?,
        at: at.parse().map_err(|_| unreadable())?,
    })
}

/// Who missed a call by what happened; `room` is how it stands afterwards. People
/// come to places or not, and miss no call there.
pub(crate) fn misses(room: &Room, entries: &[Entry]) -> Vec<Miss> {
    if room.kind() != Kind::Call {
        return Vec::new();
    }
    let missed = |entry: &Entry| match &entry.event {
        Event::Missed { user } => vec![user.clone()],
        Event::Ended { .. } if room.ring_until().is_some() => never_answered(room),
        _ => Vec::new(),
    };
    let of = |entry: &Entry| {
        let at = entry.at;
        missed(entry).into_iter().map(move |user| Miss { user, at })
    };
    entries.iter().flat_map(of).collect()
}

/// The callees who neither answered nor declined.
fn never_answered(room: &Room) -> Vec<UserId> {
    let callees = room.invitation().map(|it| it.callees.as_slice()).unwrap_or_default();
    let silent = |it: &&UserId| {
        let stage = room.participant(it).map(|it| &it.stage);
        matches!(stage, Some(Stage::Invited | Stage::Ringing | Stage::Missed))
    };
    callees.iter().filter(silent).cloned().collect()
}

/// Writes down who missed the call.
pub(crate) fn write(script: &mut Script, room: &Room, misses: &[Miss]) {
    let (Some(caller), Some(invitation)) = (room.caller(), room.invitation()) else { return };
    if misses.is_empty() {
        return;
    }
    script.push("INSERT INTO missed_calls (user_id, room_id, caller, purpose, at) ");
    script.push_values(misses, |mut row, miss| {
        row.push_bind(miss.user.as_str()).push_bind(room.id().as_str());
        row.push_bind(caller.as_str()).push_bind(invitation.purpose.as_str());
        row.push_bind(miss.at.to_string());
    });
    script.push(" ON CONFLICT (user_id, room_id) DO NOTHING; ");
}

struct See {
    user: UserId,
    /// A JSON list of ids; all if there is none.
    calls: Option<String>,
    at: Timestamp,
    line: Line,
}

impl Write for See {
    type Output = u64;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<u64, StoreError> {
        let seen = sqlx::query(
            "UPDATE missed_calls SET seen_at = $2 WHERE user_id = $1 AND seen_at IS NULL \
             AND ($3 IS NULL OR room_id IN (SELECT value FROM json_each($3)))",
        )
        .bind(self.user.as_str())
        .bind(self.at.to_string())
        .bind(self.calls)
        .execute(ledger.writing().await?)
        .await?
        .rows_affected();
        if seen > 0 {
            ledger.add(&Stream::User(self.user).name(), self.line).await?;
        }
        Ok(seen)
    }
}
