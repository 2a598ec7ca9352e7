//! What a piece of work writes with: the writer's connection, and a savepoint
//! that undoes this piece alone.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::{StoreError, heads::Heads};

/// Statements that go to the database together. With SQLite each trip wakes a
/// thread twice, which takes longer than the statements of an append.
pub(crate) type Script = QueryBuilder<Sqlite>;

/// The open transaction, as one piece of work after the other sees it.
pub(crate) struct Ledger<'a> {
    connection: &'a mut SqliteConnection,
    savepoint: Savepoint,
    pub(crate) heads: &'a mut Heads,
}

/// Who set the savepoint that is open. It is set by the first write, not
/// before, and released together with the next one or the commit: trips that
/// are not made.
enum Savepoint {
    Nobody,
    ThisPiece,
    AnEarlierPiece,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(connection: &'a mut SqliteConnection, heads: &'a mut Heads) -> Self {
        Self { connection, savepoint: Savepoint::Nobody, heads }
    }

    /// The connection, to look something up with.
    pub(crate) fn reading(&mut self) -> &mut SqliteConnection {
        self.connection
    }

    /// The connection, to change something with.
    pub(crate) async fn writing(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.write(|_| ()).await?;
        Ok(self.connection)
    }

    /// Runs the statements that `fill` writes, each ended by a semicolon.
    pub(crate) async fn write(&mut self, fill: impl FnOnce(&mut Script)) -> Result<(), StoreError> {
        let mut script = Script::new(match self.savepoint {
            Savepoint::Nobody => "SAVEPOINT piece; ",
            Savepoint::ThisPiece => "",
            Savepoint::AnEarlierPiece => "RELEASE piece; SAVEPOINT piece; ",
        });
        self.savepoint = Savepoint::ThisPiece;
        fill(&mut script);
        if !script.sql().as_str().is_empty() {
            script.build().execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    /// What this piece wrote is to stay.
    pub(crate) fn keep(&mut self) {
        self.heads.keep();
        if let Savepoint::ThisPiece = self.savepoint {
            self.savepoint = Savepoint::AnEarlierPiece;
        }
    }

    /// What this piece wrote is to go.
    pub(crate) async fn undo(&mut self) -> Result<(), StoreError> {
        self.heads.undo();
        if let Savepoint::ThisPiece = self.savepoint {
            sqlx::raw_sql("ROLLBACK TO piece; RELEASE piece")
                .execute(&mut *self.connection)
                .await?;
            self.savepoint = Savepoint::Nobody;
        }
        Ok(())
    }
}
