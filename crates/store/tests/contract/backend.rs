//! Fresh stores to tell stories on.

use housecall_store::Store;
use sqlx::{Connection, SqliteConnection};

/// Something a store runs on.
pub(crate) trait Backend: Sized {
    /// An empty one.
    async fn fresh() -> Self;

    /// The store on it.
    fn store(&self) -> &Store;
}

/// One that is still there when its store is closed.
pub(crate) trait Lasting: Backend {
    /// Another store on the same data.
    async fn another(&self) -> Store;

    /// Does something behind the store's back.
    async fn meddle(&self, sql: &str);

    /// Takes away what keeps the journal from being changed.
    async fn unlock_the_journal(&self);
}

pub(crate) struct Memory(Store);

impl Backend for Memory {
    async fn fresh() -> Self {
        Self(Store::open("sqlite::memory:").await.expect("memory opens"))
    }

    fn store(&self) -> &Store {
        &self.0
    }
}

pub(crate) struct File {
    store: Store,
    url: String,
    _folder: tempfile::TempDir,
}

impl File {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A connection that is not the store's.
    pub(crate) async fn stranger(&self) -> SqliteConnection {
        SqliteConnection::connect(&self.url).await.expect("the file is there")
    }
}

impl Backend for File {
    async fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/deeper/store.db", folder.path().display());
        let store = Store::open(&url).await.expect("a new file opens");
        Self { store, url, _folder: folder }
    }

    fn store(&self) -> &Store {
        &self.store
    }
}

impl Lasting for File {
    async fn another(&self) -> Store {
        Store::open(&self.url).await.expect("the file opens again")
    }

    async fn meddle(&self, sql: &str) {
        let mut stranger = self.stranger().await;
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut stranger).await.expect("valid SQL");
        stranger.close().await.expect("the stranger leaves");
    }

    async fn unlock_the_journal(&self) {
        self.meddle(
            "DROP TRIGGER journal_is_never_changed; DROP TRIGGER journal_is_never_shortened",
        )
        .await;
    }
}
