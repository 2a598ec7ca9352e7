//! Tests of connections that people make before an appointment. They are no lines
//! of the journal: they say nothing that was decided.

use housecall_core::{AppointmentId, Timestamp, UserId};
use serde_json::json;

use crate::{Store, StoreError, ledger::Ledger, writer::Write};

/// How many tests of one person are kept for an appointment.
const KEPT: u32 = 5;

/// A test to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnectionCheck {
    /// Which.
    pub id: String,
    /// Whose.
    pub user: UserId,
    /// For which appointments.
    pub appointments: Vec<AppointmentId>,
    /// When.
    pub at: Timestamp,
    /// What it found out, as JSON. It names no addresses.
    pub report: String,
}

/// A test that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionCheck {
    /// Whose.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
    /// What it found out, as JSON.
    pub report: String,
}

impl Store {
    /// Keeps a test, and of the earlier ones of this person the latest four for
    /// each appointment. Appointments that are not there do not count.
    pub async fn keep_connection_check(&self, it: NewConnectionCheck) -> Result<(), StoreError> {
        self.writer().run(Keep(it)).await
    }

    /// The latest test of everybody who made one for this appointment, in the
    /// order of their ids.
    pub async fn connection_checks(
        &self,
        of: &AppointmentId,
    ) -> Result<Vec<ConnectionCheck>, StoreError> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT user_id, at, report FROM connection_checks it WHERE appointment = $1 \
             AND number = (SELECT MAX(number) FROM connection_checks \
                           WHERE appointment = $1 AND user_id = it.user_id) ORDER BY user_id",
        )
        .bind(of.as_str())
        .fetch_all(self.read())
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// The appointments of somebody that nobody has closed and whose time is not
    /// over at `now`: at most `limit`, the next first.
    pub async fn appointments_to_come(
        &self,
        user: &UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<AppointmentId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM appointments WHERE (patient = $1 OR provider = $1) \
             AND status IN ('scheduled', 'in_progress') \
             AND strftime('%Y-%m-%dT%H:%M:%fZ', starts_at, duration_minutes || ' minutes') > $2 \
             ORDER BY starts_at, id LIMIT $3",
        )
        .bind(user.as_str())
        .bind(now.to_string())
        .bind(limit)
        .fetch_all(self.read())
        .await?;
        let ids = ids.iter().map(|it| it.parse());
        ids.collect::<Result<_, _>>()
            .map_err(|_| StoreError::unreadable("the id of an appointment"))
    }
}

fn read((user, at, report): (String, String, String)) -> Result<ConnectionCheck, StoreError> {
    let unreadable = || StoreError::unreadable("a connection check");
    Ok(ConnectionCheck {
        user: user.parse().map_err(|_| unreadable())?,
        at: at.parse().map_err(|_| unreadable())?,
        report,
    })
}

struct Keep(NewConnectionCheck);

impl Write for Keep {
    type Output = ();

    async fn run(self, ledger: &mut Ledger<'_>) -> Result<(), StoreError> {
        let NewConnectionCheck { id, user, appointments, at, report } = self.0;
        let appointments = json!(appointments).to_string();
        sqlx::query(
            "INSERT INTO connection_checks (appointment, user_id, number, id, at, report) \
             SELECT it.id, $2, 1 + COALESCE((SELECT MAX(number) FROM connection_checks \
                                             WHERE appointment = it.id AND user_id = $2), 0), \
                    $3, $4, $5 \
             FROM appointments it WHERE it.id IN (SELECT value FROM json_each($1))",
        )
        .bind(&appointments)
        .bind(user.as_str())
        .bind(id)
        .bind(at.to_string())
        .bind(report)
        .execute(ledger.writing().await?)
        .await?;
        sqlx::query(
            "DELETE FROM connection_checks AS old WHERE user_id = $2 \
             AND appointment IN (SELECT value FROM json_each($1)) \
             AND number <= (SELECT MAX(number) FROM connection_checks \
                            WHERE appointment = old.appointment AND user_id = $2) - $3",
        )
        .bind(&appointments)
        .bind(user.as_str())
        .bind(KEPT)
        .execute(ledger.writing().await?)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use housecall_core::Actor;

    use super::*;
    use crate::{AppointmentType, NewAppointment};

    fn user(name: &str) -> UserId {
        name.parse().expect("an id")
    }

    async fn book(store: &Store, id: &AppointmentId) {
        let new = NewAppointment {
            id: id.clone(),
            patient: user("pat"),
            provider: user("doc"),
            starts_at: Timestamp::EPOCH,
            duration_minutes: 30,
            kind: AppointmentType::Video,
            door: None,
        };
        store.create_appointment(new, &Actor::House, Timestamp::EPOCH).await.expect("a new one");
    }

    #[tokio::test]
    async fn five_checks_of_each_person_are_kept_for_each_appointment() {
        let store = Store::open("sqlite::memory:").await.expect("memory opens");
        let visits: [AppointmentId; 2] = ["v1", "v2"].map(|it| it.parse().expect("an id"));
        for visit in &visits {
            book(&store, visit).await;
        }
        let keep = async |who: &str, appointments: &[AppointmentId]| {
            let check = NewConnectionCheck {
                id: "check".to_owned(),
                user: user(who),
                appointments: appointments.to_vec(),
                at: Timestamp::EPOCH,
                report: "{}".to_owned(),
            };
            store.keep_connection_check(check).await.expect("the store writes");
        };
        keep("pat", &visits).await;
        keep("doc", &visits[..1]).await;
        for _ in 0..6 {
            keep("pat", &visits[..1]).await;
        }
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT appointment, user_id, number FROM connection_checks \
             ORDER BY appointment, user_id, number",
        )
        .fetch_all(store.read())
        .await
        .expect("the store reads");
        let rows = rows.iter().map(|(visit, who, number)| format!("{visit} {who} {number}"));
        assert_eq!(
            rows.collect::<Vec<_>>().join(", "),
            "v1 doc 1, v1 pat 3, v1 pat 4, v1 pat 5, v1 pat 6, v1 pat 7, v2 pat 1"
        );
    }
}
