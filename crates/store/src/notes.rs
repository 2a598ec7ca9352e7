//! What providers note about appointments. Nothing they saved is lost: each
//! time is a version of its own.

use housecall_core::{Actor, AppointmentId, Private, Timestamp, UserId};
use serde_json::json;
use sqlx::{QueryBuilder, Sqlite};

use crate::{
    Store, StoreError, Stream,
    journal::{Line, signed, unsigned},
    ledger::Ledger,
    secrets::sha256,
    writer::Write,
};

/// Notes as they were saved once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes {
    /// What was noted. Empty when what was noted before was taken away.
    pub text: Private<String>,
    /// When and by whom.
    pub saved: NotesVersion,
}

/// That notes were saved, without what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotesVersion {
    /// 1 for the first time, then without gaps.
    pub version: u64,
    /// The SHA-256 of the text, in hexadecimal: what the journal holds of it.
    pub hash: String,
    /// Who saved them, unless the house did.
    pub author: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// The latest notes about an appointment. Not for the patient.
    pub async fn notes(&self, of: &AppointmentId) -> Result<Option<Notes>, StoreError> {
        let row = latest(of).build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// The notes about an appointment as they were saved the `version`th time.
    pub async fn notes_version(
        &self,
        of: &AppointmentId,
        version: u64,
    ) -> Result<Option<Notes>, StoreError> {
        let mut query = select(of);
        query.push(" AND version = ").push_bind(signed(version));
        let row: Option<Columns> = query.build_query_as().fetch_optional(self.read()).await?;
        row.map(Columns::read).transpose()
    }

    /// Every time the notes about an appointment were saved, the latest first.
    pub async fn notes_versions(
        &self,
        of: &AppointmentId,
    ) -> Result<Vec<NotesVersion>, StoreError> {
        let mut query = select(of);
        query.push(" ORDER BY version DESC");
        let rows: Vec<Columns> = query.build_query_as().fetch_all(self.read()).await?;
        rows.into_iter().map(|it| Ok(it.read()?.saved)).collect()
    }

    /// Saves the notes about an appointment and answers the latest; nothing
    /// happens if those say the same, so that it is safe to repeat.
    /// [`StoreError::Conflict`] if `replaces` is given and is not the latest
    /// version; 0 where there is none. The journal keeps the hash of the text
    /// and its length in characters, which prove it and do not tell it.
    pub async fn save_notes(
        &self,
        of: &AppointmentId,
        text: Private<String>,
        replaces: Option<u64>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Notes>, StoreError> {
        self.writer().run(Save { of: of.clone(), text, replaces, by: by.clone(), at }).await
    }
}

fn select(of: &AppointmentId) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(
        "SELECT version, author, at, text, hash FROM note_versions WHERE appointment = ",
    );
    query.push_bind(of.as_str().to_owned());
    query
}

fn latest(of: &AppointmentId) -> QueryBuilder<Sqlite> {
    let mut query = select(of);
    query.push(" ORDER BY version DESC LIMIT 1");
    query
}

/// A row of `note_versions` in the database's own types.
#[derive(sqlx::FromRow)]
struct Columns {
    version: i64,
    author: Option<String>,
    at: String,
    text: String,
    hash: String,
}

impl Columns {
    fn read(self) -> Result<Notes, StoreError> {
        let unreadable = || StoreError::unreadable("a column of some notes");
        let author = self.author.map(|it| it.parse()).transpose();
        let saved = NotesVersion {
            version: unsigned(self.version),
            hash: self.hash,
            author: author.map_err(|_| unreadable())?,
            at: self.at.parse().map_err(|_| unreadable())?,
        };
        Ok(Notes { text: Private::new(self.text), saved })
    }
}

struct Save {
    of: AppointmentId,
    text: Private<String>,
    replaces: Option<u64>,
    by: Actor,
    at: Timestamp,
}

impl Write for Save {
    type Output = Option<Notes>;

    // The appointment's `updated_at` stays: the patient would see by it that
    // something was noted.
    async fn run(self, ledger: &mut Ledger<'_>) -> Result<Option<Notes>, StoreError> {
        let before: Option<Columns> =
            latest(&self.of).build_query_as().fetch_optional(ledger.reading()).await?;
        let before = before.map(Columns::read).transpose()?;
        let said = before.as_ref().map_or("", |it| it.text.reveal());
        if said == self.text.reveal() {
            return Ok(before);
        }
        let latest = before.map_or(0, |it| it.saved.version);
        if self.replaces.is_some_and(|it| it != latest) {
            return Err(StoreError::Conflict);
        }
        self.write(ledger, latest + 1).await.map(Some)
    }
}

impl Save {
    async fn write(self, ledger: &mut Ledger<'_>, version: u64) -> Result<Notes, StoreError> {
        let hash = sha256(self.text.reveal());
        let length = self.text.reveal().chars().count();
        let saved = NotesVersion { version, hash, author: self.by.user().cloned(), at: self.at };
        sqlx::query(
            "INSERT INTO note_versions (appointment, version, author, at, text, hash) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.of.as_str())
        .bind(signed(version))
        .bind(saved.author.as_ref().map(UserId::as_str))
        .bind(saved.at.to_string())
        .bind(self.text.reveal())
        .bind(&saved.hash)
        .execute(ledger.writing().await?)
        .await?;
        let body = json!({ "version": version, "sha256": saved.hash, "length": length });
        let line = Line::new(self.at, &self.by, "appointment.noted", &body)?;
        ledger.add(&Stream::Appointment(self.of).name(), line).await?;
        Ok(Notes { text: self.text, saved })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::SqlitePool;

    const BEFORE: [&str; 3] = [
        include_str!("../../../migrations/0001_journal.sql"),
        include_str!("../../../migrations/0002_users.sql"),
        include_str!("../../../migrations/0004_places.sql"),
    ];
    const VERSIONS: &str = include_str!("../../../migrations/0006_visits.sql");

    /// Two appointments, of which one has notes that were saved twice.
    const NOTED: &str = r#"
        INSERT INTO appointments (id, patient, provider, starts_at, duration_minutes, type, status,
            created_at, updated_at, notes)
        VALUES ('v1', 'pat', 'doc', 't0', 30, 'video', 'scheduled', 't0', 't0', 'abc'),
               ('v2', 'pat', 'doc', 't0', 30, 'video', 'scheduled', 't0', 't0', NULL);
        INSERT INTO journal (stream, seq, at, actor, name, body, prev_hash, hash) VALUES
            ('appointment:v1', 1, 't1', '{"person":{"user":"eve"}}', 'appointment.noted',
             '{"sha256":"h1"}', '', ''),
            ('appointment:v1', 2, 't2', '{"person":{"user":"doc"}}', 'appointment.noted',
             '{"sha256":"h2"}', '', ''),
            ('appointment:v1', 3, 't3', '"house"', 'appointment.started', '{}', '', '');"#;

    #[tokio::test]
    async fn notes_from_before_there_were_versions_are_the_first() {
        let pool = SqlitePool::connect("sqlite::memory:").await.expect("memory opens");
        for script in BEFORE.into_iter().chain([NOTED, VERSIONS]) {
            sqlx::raw_sql(script).execute(&pool).await.expect("the database takes it");
        }
        type Row = (String, i64, String, String, String, String);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT appointment, version, author, at, text, hash FROM note_versions",
        )
        .fetch_all(&pool)
        .await
        .expect("there are versions");
        let [(of, version, author, at, text, hash)] = &rows[..] else { panic!("one: {rows:?}") };
        assert_eq!((of.as_str(), *version, author.as_str()), ("v1", 1, "doc"));
        assert_eq!((at.as_str(), text.as_str(), hash.as_str()), ("t2", "abc", "h2"));
    }
}
