//! Where streams end: what the writer remembers, so that it need not look.

use std::collections::HashMap;

use sqlx::SqliteConnection;

/// The end of a stream. The default is the beginning of one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) hash: String,
}

/// The ends of the streams written lately, so that most writes need not look.
/// True while nobody else writes, which [`Heads::refresh`] finds out.
#[derive(Default)]
pub(crate) struct Heads {
    version: i64,
    known: HashMap<String, Head>,
    moved: Vec<(String, Head)>,
}

/// How many ends are remembered; about 200 bytes each.
const REMEMBERED: usize = 50_000;

impl Heads {
    /// Forgets everything if another process has written since.
    pub(crate) async fn refresh(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), sqlx::Error> {
        let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await?;
        if version != self.version || self.known.len() > REMEMBERED {
            self.forget();
            self.version = version;
        }
        Ok(())
    }

    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.moved.clear();
    }

    /// What the latest piece of work moved is so.
    pub(crate) fn keep(&mut self) {
        self.known.extend(self.moved.drain(..));
    }

    /// What the latest piece of work moved is not so.
    pub(crate) fn undo(&mut self) {
        self.moved.clear();
    }

    pub(crate) fn moved_to(&mut self, stream: &str, head: Head) {
        self.moved.push((stream.to_owned(), head));
    }

    pub(crate) fn get(&self, stream: &str) -> Option<Head> {
        let moved = self.moved.iter().rev().find(|(name, _)| name == stream).map(|(_, it)| it);
        moved.or_else(|| self.known.get(stream)).cloned()
    }
}
