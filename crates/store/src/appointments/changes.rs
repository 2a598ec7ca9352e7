//! Making appointments, moving them, and what becomes of them.

use housecall_core::{Actor, AppointmentId, Timestamp, UserId, room::Door};
use serde_json::{Value, json};

use super::{Appointment, AppointmentStatus, AppointmentType, Columns, select_one};
use crate::{Store, StoreError, Stream, journal::Line, ledger::Ledger, writer::Write};

/// An appointment to make.
#[derive(Debug, Clone)]
pub struct NewAppointment {
    /// Which; random where we make it.
    pub id: AppointmentId,
    /// Who comes to be seen.
    pub patient: UserId,
    /// Who sees them: somebody else.
    pub provider: UserId,
    /// When it is to start.
    pub starts_at: Timestamp,
    /// How long it is to take: a minute at least.
    pub duration_minutes: u32,
    /// How they meet.
    pub kind: AppointmentType,
    /// Who waits at its door; `None` leaves that to the house.
    pub door: Option<Door>,
}

/// What is to be different about an appointment; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct AppointmentChange {
    /// When it is to start.
    pub starts_at: Option<Timestamp>,
    /// How long it is to take: a minute at least.
    pub duration_minutes: Option<u32>,
    /// How they meet.
    pub kind: Option<AppointmentType>,
    /// Who waits at its door.
    pub door: Option<Door>,
}

impl Store {
    /// Makes an appointment. [`StoreError::Conflict`] if the id is taken.
    pub async fn create_appointment(
        &self,
        new: NewAppointment,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        let NewAppointment { id, patient, provider, starts_at, duration_minutes, kind, door } = new;
        let appointment = Appointment {
            id,
            patient,
            provider,
            starts_at,
            duration_minutes,
            kind,
            door,
            status: AppointmentStatus::Scheduled,
            created_by: by.user().cloned(),
            created_at: at,
            updated_at: at,
            started_at: None,
            ended_at: None,
        };
        let line = Line::new(at, by, "appointment.made", &birth(&appointment))?;
        self.writer().run(Insert { appointment, line }).await
    }

    /// Moves an appointment, or has its people meet in another way.
    /// [`StoreError::Conflict`] unless it is still scheduled.
    pub async fn change_appointment(
        &self,
        id: &AppointmentId,
        change: AppointmentChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.turn_appointment(id, Turn::Change(change), by, at).await
    }

    /// Somebody comes into an appointment; nothing happens if somebody did
    /// before. [`StoreError::Conflict`] if it is completed or cancelled.
    pub async fn start_appointment(
        &self,
        id: &AppointmentId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.turn_appointment(id, Turn::Start, by, at).await
    }

    /// Ends an appointment for good, whether or not anybody came; nothing
    /// happens if it is over. [`StoreError::Conflict`] if it was cancelled.
    pub async fn complete_appointment(
        &self,
        id: &AppointmentId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.turn_appointment(id, Turn::Complete, by, at).await
    }

    /// Cancels an appointment; nothing happens if it was cancelled before.
    /// [`StoreError::Conflict`] once somebody came or it is over.
    pub async fn cancel_appointment(
        &self,
        id: &AppointmentId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.turn_appointment(id, Turn::Cancel, by, at).await
    }

    /// Schedules an appointment anew, whatever came of it.
    /// [`StoreError::Conflict`] while it is in progress.
    pub async fn reopen_appointment(
        &self,
        id: &AppointmentId,
        starts_at: Timestamp,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.turn_appointment(id, Turn::Reopen(starts_at), by, at).await
    }

    async fn turn_appointment(
        &self,
        id: &AppointmentId,
        turn: Turn,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Appointment, StoreError> {
        self.writer().run(Update { id: id.clone(), turn, by: by.clone(), at }).await
    }
}

/// What the journal says about a new appointment.
fn birth(it: &Appointment) -> Value {
    json!({
        "patient": it.patient,
        "provider": it.provider,
        "startsAt": it.starts_at,
        "durationMinutes": it.duration_minutes,
        "type": it.kind,
        "door": it.door,
    })
}

struct Insert {
    appointment: Appointment,
    line: Line,
}

impl Write for Insert {
    type Output = Appointment;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Appointment, StoreError> {
        let it = self.appointment;
        sqlx::query(
            "INSERT INTO appointments (id, patient, provider, starts_at, duration_minutes, type, \
             door, status, created_by, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(it.id.as_str())
        .bind(it.patient.as_str())
        .bind(it.provider.as_str())
        .bind(it.starts_at.to_string())
        .bind(i64::from(it.duration_minutes))
        .bind(it.kind.as_str())
        .bind(it.door.map(Door::as_str))
        .bind(it.status.as_str())
        .bind(it.created_by.as_ref().map(UserId::as_str))
        .bind(it.created_at.to_string())
        .bind(it.updated_at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        ledger.add(&Stream::Appointment(it.id.clone()).name(), self.line).await?;
        Ok(it)
    }
}

/// What is to become of an appointment.
enum Turn {
    Change(AppointmentChange),
    Start,
    Complete,
    Cancel,
    Reopen(Timestamp),
}

impl Turn {
    /// How the appointment is after it; [`StoreError::Conflict`] if it is too
    /// late for that.
    fn apply(&self, before: &Appointment, at: Timestamp) -> Result<Appointment, StoreError> {
        use AppointmentStatus::{Cancelled, Completed, InProgress, Scheduled};
        let it = before.clone();
        match (self, before.status) {
            (Turn::Change(change), Scheduled) => Ok(changed(it, change)),
            (Turn::Start, Scheduled) => {
                Ok(Appointment { status: InProgress, started_at: Some(at), ..it })
            }
            (Turn::Complete, Scheduled | InProgress) => {
                Ok(Appointment { status: Completed, ended_at: Some(at), ..it })
            }
            (Turn::Cancel, Scheduled) => Ok(Appointment { status: Cancelled, ..it }),
            (Turn::Reopen(starts_at), Scheduled | Completed | Cancelled) => {
                Ok(reopened(it, *starts_at))
            }
            (Turn::Start, InProgress) | (Turn::Complete, Completed) | (Turn::Cancel, Cancelled) => {
                Ok(it)
            }
            (Turn::Change(_) | Turn::Cancel, InProgress | Completed)
            | (Turn::Change(_) | Turn::Start | Turn::Complete, Cancelled)
            | (Turn::Start, Completed)
            | (Turn::Reopen(_), InProgress) => Err(StoreError::Conflict),
        }
    }

    /// The name of its line in the journal.
    fn name(&self) -> &'static str {
        match self {
            Turn::Change(_) => "appointment.changed",
            Turn::Start => "appointment.started",
            Turn::Complete => "appointment.completed",
            Turn::Cancel => "appointment.cancelled",
            Turn::Reopen(_) => "appointment.reopened",
        }
    }

    /// The particulars, given how the appointment is after it.
    fn body(&self, after: &Appointment) -> Value {
        match self {
            Turn::Change(_) | Turn::Reopen(_) => json!({
                "startsAt": after.starts_at,
                "durationMinutes": after.duration_minutes,
                "type": after.kind,
                "door": after.door,
            }),
            Turn::Start | Turn::Complete | Turn::Cancel => json!({}),
        }
    }
}

fn changed(before: Appointment, change: &AppointmentChange) -> Appointment {
    Appointment {
        starts_at: change.starts_at.unwrap_or(before.starts_at),
        duration_minutes: change.duration_minutes.unwrap_or(before.duration_minutes),
        kind: change.kind.unwrap_or(before.kind),
        door: change.door.or(before.door),
        ..before
    }
}

fn reopened(before: Appointment, starts_at: Timestamp) -> Appointment {
    let status = AppointmentStatus::Scheduled;
    Appointment { starts_at, status, started_at: None, ended_at: None, ..before }
}

struct Update {
    id: AppointmentId,
    turn: Turn,
    by: Actor,
    at: Timestamp,
}

impl Write for Update {
    type Output = Appointment;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Appointment, StoreError> {
        let row: Option<Columns> =
            select_one(&self.id).build_query_as().fetch_optional(ledger.reading()).await?;
        let before = row.ok_or(StoreError::NotFound)?.read()?;
        let mut after = self.turn.apply(&before, self.at)?;
        if after == before {
            return Ok(before);
        }
        after.updated_at = self.at;
        // At another time its people are to be reminded again.
        sqlx::query(
            "UPDATE appointments SET starts_at = $2, duration_minutes = $3, type = $4, \
             status = $5, updated_at = $6, started_at = $7, ended_at = $8, door = $9, \
             reminded_at = CASE WHEN starts_at = $2 THEN reminded_at END WHERE id = $1",
        )
        .bind(after.id.as_str())
        .bind(after.starts_at.to_string())
        .bind(i64::from(after.duration_minutes))
        .bind(after.kind.as_str())
        .bind(after.status.as_str())
        .bind(after.updated_at.to_string())
        .bind(after.started_at.map(|it| it.to_string()))
        .bind(after.ended_at.map(|it| it.to_string()))
        .bind(after.door.map(Door::as_str))
        .execute(ledger.writing().await?)
        .await?;
        let line = Line::new(self.at, &self.by, self.turn.name(), &self.turn.body(&after))?;
        ledger.add(&Stream::Appointment(self.id).name(), line).await?;
        Ok(after)
    }
}
