//! Opening a database: which one, with which promises.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::StoreError;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");
const APPEND_ONLY: &str = include_str!("../../../migrations/sqlite/append_only.sql");

/// Reads that run at the same time. Each costs a thread and a page cache; two
/// cores are busy with four.
const READERS: u32 = 4;
/// How long a reader waits for one of them.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long readers get to leave the log before it is left as it is.
const READERS_LEAVE: Duration = Duration::from_millis(250);
/// The write-ahead log is cut back to this when it has been checkpointed, so a
/// long reader leaves no giant file behind.
const LARGEST_IDLE_LOG: &str = "67108864";

/// An open database.
pub(crate) enum Db {
    /// An embedded file, or memory. One connection writes; readers never wait
    /// for it. In memory both are the same single connection, and there is no log.
    Sqlite { read: SqlitePool, write: SqlitePool, log: Option<SqliteConnectOptions> },
}

impl Db {
    pub(crate) async fn open(url: &str, busy: Duration) -> Result<Self, StoreError> {
        let options = sqlite(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL loses acknowledged writes when the power goes.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(busy)
            .pragma("journal_size_limit", LARGEST_IDLE_LOG)
            .pragma("temp_store", "MEMORY")
            // What is deleted is overwritten. Without it keys that were destroyed stay
            // in pages that are free.
            .pragma("secure_delete", "ON")
            .shared_cache(false)
            .disable_statement_logging();
        let in_memory = is_in_memory(url);
        if !in_memory {
            create_parent(options.get_filename())?;
        }
        let write = lasting(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&write).await?;
        sqlx::raw_sql(APPEND_ONLY).execute(&write).await?;
        let log = (!in_memory).then(|| options.clone().busy_timeout(READERS_LEAVE));
        let read = if in_memory {
            write.clone()
        } else {
            lasting(READERS).connect_with(options.pragma("query_only", "ON")).await?
        };
        Ok(Db::Sqlite { read, write, log })
    }

    /// Empties the write-ahead log; `false` if a reader is in the way. On a connection
    /// of its own: nobody writes while it waits, so it must not wait for long.
    pub(crate) async fn cut_log(&self) -> Result<bool, StoreError> {
        let Db::Sqlite { log: Some(log), .. } = self else { return Ok(true) };
        let mut connection = log.connect().await?;
        let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(busy == 0)
    }

    pub(crate) async fn close(&self) {
        let Db::Sqlite { read, write, .. } = self;
        read.close().await;
        write.close().await;
    }
}

/// Without this check any text would be the name of a file.
fn sqlite(url: &str) -> Result<SqliteConnectOptions, sqlx::Error> {
    if !url.starts_with("sqlite:") {
        let expected = "expected a database URL such as sqlite:data/housecall.db";
        return Err(sqlx::Error::Configuration(expected.into()));
    }
    SqliteConnectOptions::from_str(url)
}

/// A pool whose connections stay: an idle one costs nothing, and one in memory
/// takes the database with it.
fn lasting(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
}

pub(crate) fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}

/// Creates the folder for the database, readable by us alone: what will be in
/// it is nobody else's business.
fn create_parent(file: &Path) -> Result<(), StoreError> {
    let Some(folder) = file.parent().filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(sqlx::Error::Io)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A power cut is not to be had in a test; what survives one is.
    #[tokio::test]
    async fn an_acknowledged_write_is_on_the_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/settings.db", folder.path().display());
        let db = Db::open(&url, Duration::ZERO).await.expect("a new file opens");
        let Db::Sqlite { read, write, .. } = &db;
        let setting = async |pool: &SqlitePool, name: &str| -> String {
            let sql = format!("SELECT CAST({name} AS text) FROM pragma_{name}");
            let value = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await;
            value.expect("a setting of SQLite")
        };
        assert_eq!(setting(write, "journal_mode").await, "wal");
        assert_eq!(setting(write, "synchronous").await, "2");
        assert_eq!(setting(write, "foreign_keys").await, "1");
        assert_eq!(setting(write, "secure_delete").await, "1");
        assert_eq!(setting(read, "query_only").await, "1");
        db.close().await;
    }
}
