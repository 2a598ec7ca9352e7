//! A call as lists and records show it: one row, and one per participant.

use std::time::Duration;

use housecall_core::{
    AppointmentId, Private, RoomId, Timestamp, UserId,
    room::{Media, Purpose, StageName},
};

use crate::{CallStatus, StoreError};

/// A call, as its latest entry left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// Which.
    pub id: RoomId,
    /// How it stands.
    pub status: CallStatus,
    /// What for.
    pub purpose: Purpose,
    /// Who called.
    pub caller: UserId,
    /// The patient of the visit, if that was said.
    pub patient: Option<UserId>,
    /// The provider of the visit, if that was said.
    pub provider: Option<UserId>,
    /// The appointment it belongs to.
    pub appointment: Option<AppointmentId>,
    /// When it was to ring, if not at once.
    pub scheduled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was first answered.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it, unless time did.
    pub ended_by: Option<UserId>,
    /// Why, if somebody said.
    pub end_reason: Option<Private<String>>,
    /// From the first answer to the end, in whole seconds.
    pub duration: Option<Duration>,
    /// The number of its latest entry.
    pub seq: u64,
    /// When time itself will ask next.
    pub next_deadline: Option<Timestamp>,
    /// What the caller's system attached: JSON text.
    pub metadata: Option<Private<String>>,
    /// Everybody it ever named, in the order of their ids.
    pub participants: Vec<ParticipantRow>,
}

/// A participant of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParticipantRow {
    /// Who.
    pub user: UserId,
    /// Where they stand.
    pub stage: StageName,
    /// When the call named them.
    pub invited_at: Timestamp,
    /// When they first came in.
    pub joined_at: Option<Timestamp>,
    /// When they last went.
    pub left_at: Option<Timestamp>,
    /// What they send, or sent last.
    pub media: Media,
    /// How often a lost connection came back.
    pub resumed: u32,
}

/// The columns of [`CallColumns`].
pub(crate) const CALL_COLUMNS: &str = "r.id, r.purpose, COALESCE(r.outcome, r.status) AS status, r.caller, r.patient, r.provider, \
     r.appointment, r.scheduled_at, r.created_at, r.started_at, r.ended_at, r.ended_by, \
     r.end_reason, r.duration, r.seq, r.next_deadline, r.metadata";

/// A row of `rooms` in the database's own types.
#[derive(sqlx::FromRow)]
pub(crate) struct CallColumns {
    id: String,
    purpose: String,
    status: String,
    caller: String,
    patient: Option<String>,
    provider: Option<String>,
    appointment: Option<String>,
    scheduled_at: Option<String>,
    created_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    ended_by: Option<String>,
    end_reason: Option<String>,
    duration: Option<i64>,
    seq: i64,
    next_deadline: Option<String>,
    metadata: Option<String>,
}

impl CallColumns {
    pub(crate) fn read(self) -> Result<CallRow, StoreError> {
        Ok(CallRow {
            id: parse(self.id)?,
            status: known(CallStatus::named(&self.status))?,
            purpose: known(purpose_named(&self.purpose))?,
            caller: parse(self.caller)?,
            patient: self.patient.map(parse).transpose()?,
            provider: self.provider.map(parse).transpose()?,
            appointment: self.appointment.map(parse).transpose()?,
            scheduled_at: self.scheduled_at.map(parse).transpose()?,
            created_at: parse(self.created_at)?,
            started_at: self.started_at.map(parse).transpose()?,
            ended_at: self.ended_at.map(parse).transpose()?,
            ended_by: self.ended_by.map(parse).transpose()?,
            end_reason: self.end_reason.map(Private::new),
            duration: self.duration.map(|it| Duration::from_secs(it.unsigned_abs())),
            seq: self.seq.unsigned_abs(),
            next_deadline: self.next_deadline.map(parse).transpose()?,
            metadata: self.metadata.map(Private::new),
            participants: Vec::new(),
        })
    }
}

/// A row of `participants` in the database's own types.
#[derive(sqlx::FromRow)]
pub(crate) struct ParticipantColumns {
    pub(crate) room_id: String,
    user_id: String,
    stage: String,
    invited_at: String,
    joined_at: Option<String>,
    left_at: Option<String>,
    audio: bool,
    video: bool,
    screen: bool,
    resumed: i64,
}

impl ParticipantColumns {
    pub(crate) fn read(self) -> Result<ParticipantRow, StoreError> {
        Ok(ParticipantRow {
            user: parse(self.user_id)?,
            stage: known(StageName::named(&self.stage))?,
            invited_at: parse(self.invited_at)?,
            joined_at: self.joined_at.map(parse).transpose()?,
            left_at: self.left_at.map(parse).transpose()?,
            media: Media { audio: self.audio, video: self.video, screen: self.screen },
            resumed: u32::try_from(self.resumed).unwrap_or(u32::MAX),
        })
    }
}

fn purpose_named(word: &str) -> Option<Purpose> {
    [Purpose::Video, Purpose::Audio, Purpose::ScreenShare]
        .into_iter()
        .find(|it| it.as_str() == word)
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T, StoreError> {
    known(text.parse().ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::unreadable("a column of a call"))
}
