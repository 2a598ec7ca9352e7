//! Whether the journal is what was written.

use std::{collections::BTreeMap, fmt};

use sqlx::{FromRow, SqliteConnection};

use crate::{
    Store, StoreError,
    journal::{chain, unsigned},
};

/// How many streams are checked against one snapshot. Between snapshots the
/// database may tidy up behind its writers.
const AT_ONCE: usize = 500;

/// What reading the whole journal showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every line is where and as it was written.
    Intact {
        /// How many lines.
        entries: u64,
        /// In how many streams.
        streams: u64,
    },
    /// Somebody changed it. The first place in the order of streams and
    /// numbers.
    Broken {
        /// In which stream.
        stream: String,
        /// At which number.
        seq: u64,
        /// What is wrong there.
        what: Flaw,
    },
}

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Its number should be here and is not: it was deleted or moved.
    Missing,
    /// It does not carry the hash of the line before it.
    Unlinked,
    /// Its content does not match its hash: it was edited.
    Edited,
    /// It stands behind the end of its stream: it was not written by us.
    Unexpected,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flaw::Missing => "the entry is missing",
            Flaw::Unlinked => "the entry does not follow from the one before it",
            Flaw::Edited => "the entry was edited",
            Flaw::Unexpected => "the entry was added from outside",
        })
    }
}

impl Store {
    /// Reads the whole journal and names the first line that was edited,
    /// deleted, inserted or moved. Writing may go on meanwhile.
    ///
    /// Whoever can write to the database can also compute hashes: against them
    /// helps only a copy of the stream heads kept elsewhere.
    pub async fn verify_journal(&self) -> Result<Verdict, StoreError> {
        let mut walk = Walk::default();
        let mut after = String::new();
        loop {
            let mut snapshot = self.read().begin().await?;
            let heads: Vec<(String, i64, String)> = sqlx::query_as(
                "SELECT stream, seq, hash FROM heads WHERE stream > $1 ORDER BY stream LIMIT $2",
            )
            .bind(&after)
            .bind(AT_ONCE as i64)
            .fetch_all(&mut *snapshot)
            .await?;
            let last = heads.last().filter(|_| heads.len() == AT_ONCE).map(|it| it.0.clone());
            walk.heads = heads.into_iter().map(|(name, seq, hash)| (name, (seq, hash))).collect();
            if let Some(broken) = walk.part(&mut snapshot, &after, last.as_deref()).await? {
                return Ok(broken);
            }
            match last {
                Some(last) => after = last,
                None => {
                    return Ok(Verdict::Intact { entries: walk.entries, streams: walk.streams });
                }
            }
        }
    }
}

#[derive(FromRow)]
struct Row {
    stream: String,
    seq: i64,
    at: String,
    actor: String,
    name: String,
    body: String,
    prev_hash: String,
    hash: String,
}

/// A walk along the journal.
#[derive(Default)]
struct Walk {
    /// Where the streams that are still to come should end.
    heads: BTreeMap<String, (i64, String)>,
    entries: u64,
    streams: u64,
    stream: String,
    seq: u64,
    hash: String,
}

impl Walk {
    /// Checks the streams after `after` up to and including `last`, or to the
    /// end of the journal.
    async fn part(
        &mut self,
        snapshot: &mut SqliteConnection,
        after: &str,
        last: Option<&str>,
    ) -> Result<Option<Verdict>, StoreError> {
        self.enter(String::new());
        let mut from = (after.to_owned(), i64::MAX);
        loop {
            let rows = read_rows(snapshot, &from, last).await?;
            let Some(end) = rows.last() else { break };
            from = (end.stream.clone(), end.seq);
            for row in rows {
                if let Some(broken) = self.step(row) {
                    return Ok(Some(broken));
                }
            }
        }
        Ok(self.leave().or_else(|| self.lost_stream(None)))
    }

    fn step(&mut self, row: Row) -> Option<Verdict> {
        if row.stream != self.stream {
            let broken = self.leave().or_else(|| self.lost_stream(Some(&row.stream)));
            if broken.is_some() {
                return broken;
            }
            self.enter(row.stream.clone());
            self.streams += 1;
        }
        self.check(&row)
    }

    fn check(&mut self, row: &Row) -> Option<Verdict> {
        let expected = self.seq + 1;
        if unsigned(row.seq) != expected {
            return Some(self.broken(expected, Flaw::Missing));
        }
        let line = [row.at.as_str(), &row.actor, &row.name, &row.body];
        if row.prev_hash != self.hash {
            return Some(self.broken(expected, Flaw::Unlinked));
        }
        if row.hash != chain(&row.prev_hash, &row.stream, expected, line) {
            return Some(self.broken(expected, Flaw::Edited));
        }
        self.seq = expected;
        self.hash.clone_from(&row.hash);
        self.entries += 1;
        let end = self.heads.get(&self.stream).map_or(0, |(seq, _)| unsigned(*seq));
        (expected > end).then(|| self.broken(expected, Flaw::Unexpected))
    }

    fn enter(&mut self, stream: String) {
        self.stream = stream;
        self.seq = 0;
        self.hash = String::new();
    }

    /// The current stream ends here: should it?
    fn leave(&mut self) -> Option<Verdict> {
        let (seq, hash) = self.heads.remove(&self.stream)?;
        if unsigned(seq) != self.seq {
            return Some(self.broken(self.seq + 1, Flaw::Missing));
        }
        (hash != self.hash).then(|| self.broken(self.seq, Flaw::Edited))
    }

    /// A stream that should have come before `next` and has no line at all.
    fn lost_stream(&self, next: Option<&str>) -> Option<Verdict> {
        let (stream, _) = self.heads.first_key_value()?;
        let lost = next.is_none_or(|next| stream.as_str() < next);
        lost.then(|| Verdict::Broken { stream: stream.clone(), seq: 1, what: Flaw::Missing })
    }

    fn broken(&self, seq: u64, what: Flaw) -> Verdict {
        Verdict::Broken { stream: self.stream.clone(), seq, what }
    }
}

async fn read_rows(
    snapshot: &mut SqliteConnection,
    from: &(String, i64),
    last: Option<&str>,
) -> Result<Vec<Row>, StoreError> {
    let sql = match last {
        Some(_) => {
            "SELECT stream, seq, at, actor, name, body, prev_hash, hash FROM journal \
             WHERE (stream, seq) > ($1, $2) AND stream <= $3 ORDER BY stream, seq LIMIT 1000"
        }
        None => {
            "SELECT stream, seq, at, actor, name, body, prev_hash, hash FROM journal \
             WHERE (stream, seq) > ($1, $2) ORDER BY stream, seq LIMIT 1000"
        }
    };
    let query = sqlx::query_as(sql).bind(&from.0).bind(from.1);
    let query = if let Some(last) = last { query.bind(last) } else { query };
    Ok(query.fetch_all(snapshot).await?)
}
