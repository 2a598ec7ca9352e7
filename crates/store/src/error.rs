//! How the store says no, and how it says that it cannot.

use std::{error::Error, fmt, sync::Arc};

use sqlx::error::{DatabaseError, ErrorKind};

/// Why the store did not do what it was asked. Nothing was changed, unless the
/// answer to a write is [`StoreError::Unavailable`]: then it may have been.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The stream has moved on, or the name is taken. Read again, decide again.
    #[error("somebody else was faster")]
    Conflict,
    /// What the request names does not exist.
    #[error("there is no such record")]
    NotFound,
    /// The database is locked, full, broken or gone.
    #[error("the database is not available")]
    Unavailable(#[source] Cause),
}

/// What the database said, for the log.
#[derive(Debug, Clone)]
pub struct Cause(Arc<sqlx::Error>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl StoreError {
    /// A stored value that we did not write, or that a newer version wrote.
    /// `what` names the place and never shows the value.
    pub(crate) fn unreadable(what: impl fmt::Display) -> Self {
        sqlx::Error::Decode(format!("{what} cannot be read").into()).into()
    }

    /// The writer is gone: the store was closed.
    pub(crate) fn closed() -> Self {
        sqlx::Error::PoolClosed.into()
    }

    /// The database did not answer in time.
    pub(crate) fn too_slow() -> Self {
        sqlx::Error::PoolTimedOut.into()
    }

    /// Whether the transaction in which this happened can still be trusted. A
    /// violated constraint undoes its own statement; after anything else
    /// SQLite may have rolled back everything.
    pub(crate) fn spares_the_transaction(&self) -> bool {
        let StoreError::Unavailable(Cause(cause)) = self else { return true };
        match &**cause {
            sqlx::Error::Database(error) => !matches!(error.kind(), ErrorKind::Other),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(DatabaseError::kind) {
            Some(ErrorKind::UniqueViolation) => StoreError::Conflict,
            Some(ErrorKind::ForeignKeyViolation) => StoreError::NotFound,
            _ => StoreError::Unavailable(Cause(Arc::new(error))),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        sqlx::Error::from(error).into()
    }
}
