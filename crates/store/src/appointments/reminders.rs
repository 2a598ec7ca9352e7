//! Whose appointment is near, and who was told so.

use housecall_core::{Actor, AppointmentId, Timestamp};
use serde_json::json;

use super::{Appointment, COLUMNS, Columns};
use crate::{
    Store, StoreError, Stream,
    journal::{Line, unsigned},
    ledger::Ledger,
    writer::Write,
};

impl Store {
    /// The scheduled appointments that start between these moments, both
    /// included, and whose people were not reminded yet, in the order they
    /// start.
    pub async fn appointments_to_remind(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Appointment>, StoreError> {
        let rows: Vec<Columns> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM appointments WHERE status = 'scheduled' \
             AND reminded_at IS NULL AND starts_at >= $1 AND starts_at <= $2 \
             ORDER BY starts_at, id"
        )))
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(Columns::read).collect()
    }

    /// The people of an appointment are reminded of it now. `false` if they
    /// were already, or if it is no longer at the time it was: then they are
    /// not.
    pub async fn note_reminder(&self, of: &Appointment, at: Timestamp) -> Result<bool, StoreError> {
        let body = json!({ "startsAt": of.starts_at });
        let line = Line::new(at, &Actor::House, "appointment.reminded", &body)?;
        let remind = Remind { id: of.id.clone(), starts_at: of.starts_at, at, line };
        self.writer().run(remind).await
    }

    /// How often it was decided anew when an appointment takes place, how, or
    /// whether.
    pub async fn appointment_changes(&self, id: &AppointmentId) -> Result<u64, StoreError> {
        let changes: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM journal WHERE stream = $1 AND name IN \
             ('appointment.changed', 'appointment.cancelled', 'appointment.reopened')",
        )
        .bind(Stream::Appointment(id.clone()).name())
        .fetch_one(self.read())
        .await?;
        Ok(unsigned(changes))
    }
}

struct Remind {
    id: AppointmentId,
    starts_at: Timestamp,
    at: Timestamp,
    line: Line,
}

impl Write for Remind {
    type Output = bool;

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<bool, StoreError> {
        let updated = sqlx::query(
            "UPDATE appointments SET reminded_at = $3 WHERE id = $1 AND starts_at = $2 \
             AND reminded_at IS NULL AND status = 'scheduled'",
        )
        .bind(self.id.as_str())
        .bind(self.starts_at.to_string())
        .bind(self.at.to_string())
        .execute(ledger.writing().await?)
        .await?;
        if updated.rows_affected() == 0 {
            return Ok(false);
        }
        ledger.add(&Stream::Appointment(self.id).name(), self.line).await?;
        Ok(true)
    }
}
