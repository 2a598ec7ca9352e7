//! One writer, many waiting: group commit.
//!
//! A trip to the disk takes about two milliseconds however much it carries, so
//! the writer takes everything that waits, runs each piece of work inside a
//! savepoint of one transaction, commits once, and only then answers. A piece
//! that fails undoes itself and leaves its neighbours alone. A caller who goes
//! away does not stop what they asked for.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::{
    sync::{Mutex, Notify, mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use crate::{StoreError, heads::Heads, ledger::Ledger};

/// The most that share a commit. More would not save another trip, and would
/// make the first of them wait for the last.
const BATCH: usize = 256;
/// How many more may wait in line. Beyond it callers wait before the door.
const LINE: usize = 1024;

/// A piece of work: all or nothing.
pub(crate) trait Write: Send + 'static {
    /// What its caller wants to know.
    type Output: Send + 'static;

    /// Does it. Whatever it wrote is undone if it fails.
    fn run(
        self,
        ledger: &mut Ledger<'_>,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// Nothing to write: whoever gets an answer knows that the lock can be had.
pub(crate) struct Nothing;

impl Write for Nothing {
    type Output = ();
    async fn run(self, _: &mut Ledger<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The way to the writer task.
pub(crate) struct Writer {
    line: mpsc::Sender<Box<dyn Job>>,
    patience: Duration,
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the task. `reopen`: whether a connection that failed may be
    /// replaced, which in memory would lose everything.
    pub(crate) fn start(pool: SqlitePool, reopen: bool, patience: Duration) -> Self {
        let (line, waiting) = mpsc::channel(LINE);
        let closing = Arc::new(Notify::new());
        let clerk =
            Clerk { waiting, closing: closing.clone(), pool, reopen, heads: Heads::default() };
        let task = Mutex::new(Some(tokio::spawn(clerk.work())));
        Self { line, patience, closing, task }
    }

    /// Has `write` done and waits until it is on the disk.
    pub(crate) async fn run<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending::Asked(write, reply));
        let sent = timeout(self.patience, self.line.send(job)).await;
        sent.map_err(|_| StoreError::too_slow())?.map_err(|_| StoreError::closed())?;
        answer.await.map_err(|_| StoreError::closed())?
    }

    /// Takes no more work and returns when all of it is done.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "The writer of the store did not end well");
        }
    }
}

/// The task that owns the write connection.
struct Clerk {
    waiting: mpsc::Receiver<Box<dyn Job>>,
    closing: Arc<Notify>,
    pool: SqlitePool,
    reopen: bool,
    heads: Heads,
}

impl Clerk {
    async fn work(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                () = self.closing.notified() => self.waiting.close(),
                taken = self.waiting.recv_many(&mut batch, BATCH) => {
                    if taken == 0 {
                        return;
                    }
                    self.serve(&mut batch).await;
                }
            }
        }
    }

    async fn serve(&mut self, batch: &mut Vec<Box<dyn Job>>) {
        let committed = self.commit(batch).await;
        if let Err(failure) = &committed {
            self.heads.forget();
            // Whoever came while we waited for the lock has waited, too.
            if failure.lock {
                while let Ok(job) = self.waiting.try_recv() {
                    batch.push(job);
                }
            }
            let error = &failure.error as &dyn std::error::Error;
            tracing::error!(error, writes = batch.len(), "Writes were not committed");
        }
        for job in batch.drain(..) {
            job.answer(committed.as_ref().map(|_| ()).map_err(|it| &it.error));
        }
    }

    async fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        let mut connection = self.pool.acquire().await.map_err(Failure::lock)?;
        let done = run(&mut connection, &mut self.heads, batch).await;
        // After a fault nobody knows what the connection still believes.
        if done.is_err() && self.reopen {
            connection.close_on_drop();
        }
        done
    }
}

/// Why a batch failed, and whether it failed because there was no lock to be
/// had, before anything was written.
struct Failure {
    error: StoreError,
    lock: bool,
}

impl Failure {
    fn lock(error: sqlx::Error) -> Self {
        Self { error: error.into(), lock: true }
    }
}

impl<E: Into<StoreError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), lock: false }
    }
}

async fn run(
    connection: &mut SqliteConnection,
    heads: &mut Heads,
    batch: &mut [Box<dyn Job>],
) -> Result<(), Failure> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(Failure::lock)?;
    heads.refresh(&mut transaction).await?;
    let mut ledger = Ledger::new(&mut transaction, heads);
    for job in batch {
        match job.run(&mut ledger).await {
            Ok(()) => ledger.keep(),
            Err(error) if error.spares_the_transaction() => ledger.undo().await?,
            Err(error) => return Err(error.into()),
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// A [`Write`] without its type, so that different ones stand in one line.
trait Job: Send {
    fn run<'a>(
        &'a mut self,
        ledger: &'a mut Ledger<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

    fn answer(self: Box<Self>, committed: Result<(), &StoreError>);
}

type Answer<W> = Result<<W as Write>::Output, StoreError>;

enum Pending<W: Write> {
    Asked(W, oneshot::Sender<Answer<W>>),
    Done(Answer<W>, oneshot::Sender<Answer<W>>),
    Taken,
}

impl<W: Write> Job for Pending<W> {
    fn run<'a>(
        &'a mut self,
        ledger: &'a mut Ledger<'_>,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(async move {
            let Pending::Asked(write, reply) = std::mem::replace(self, Pending::Taken) else {
                return Ok(());
            };
            let answer = write.run(ledger).await;
            let ran = answer.as_ref().map(|_| ()).map_err(StoreError::clone);
            *self = Pending::Done(answer, reply);
            ran
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), &StoreError>) {
        let (answer, reply) = match *self {
            Pending::Done(answer, reply) => (answer, reply),
            Pending::Asked(_, reply) => (Err(StoreError::closed()), reply),
            Pending::Taken => return,
        };
        // A caller who went away is not told; what they asked for is done.
        drop(reply.send(committed.map_err(StoreError::clone).and(answer)));
    }
}

#[cfg(test)]
mod tests {
    use housecall_core::Actor;
    use serde_json::json;

    use super::*;
    use crate::{Store, Stream, journal::Line};

    const HOUSE: &str = "house";

    /// Writes a line, and then goes wrong or not.
    struct Piece(Option<fn() -> StoreError>);

    impl Write for Piece {
        type Output = u64;
        async fn run(self, ledger: &mut Ledger<'_>) -> Result<u64, StoreError> {
            let at = "2026-01-15T10:00:00Z".parse().expect("a moment");
            let line = Line::new(at, &Actor::House, "noted", &json!({}))?;
            let seq = ledger.add(HOUSE, line).await?;
            self.0.map_or(Ok(seq), |fault| Err(fault()))
        }
    }

    /// The answers to pieces of work that stand in line together, and how many
    /// lines there are afterwards.
    async fn check(faults: [Option<fn() -> StoreError>; 4], expected: [&str; 4], lines: usize) {
        let store = Store::open("sqlite::memory:").await.expect("memory opens");
        let run = |it| store.writer().run(Piece(it));
        let [a, b, c, d] = faults;
        let (a, b, c, d) = tokio::join!(run(a), run(b), run(c), run(d));
        let answers = [a, b, c, d].map(|it| match it {
            Ok(seq) => seq.to_string(),
            Err(error) => error.to_string(),
        });
        assert_eq!(answers, expected);
        let records = store.records(&Stream::House, 0, 10).await.expect("the store reads");
        assert_eq!(records.len(), lines);
        let next = store.writer().run(Piece(None)).await.expect("the writer lives on");
        assert_eq!(next, lines as u64 + 1);
        assert_eq!(
            store.verify_journal().await.expect("the store reads"),
            crate::Verdict::Intact { entries: next, streams: 1 }
        );
    }

    #[tokio::test]
    async fn a_piece_that_fails_late_undoes_itself_alone() {
        let no = "there is no such record";
        let fails = Some((|| StoreError::NotFound) as fn() -> StoreError);
        check([None, fails, None, fails], ["1", no, "2", no], 2).await;
        check([fails, fails, None, None], [no, no, "1", "2"], 2).await;
    }

    #[tokio::test]
    async fn d2_a_full_disk_fails_closed_and_recovers() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}/full.db", folder.path().display());
        let store = Store::open(&url).await.expect("a new file opens");
        let crate::open::Db::Sqlite { write, .. } = &store.0.db;
        // As large as it is now, and no larger; for this connection alone.
        sqlx::query("PRAGMA max_page_count = 1").execute(write).await.expect("valid SQL");

        let at = "2026-01-15T10:00:00Z".parse().expect("a moment");
        let long = json!({ "text": "x".repeat(1_000_000) });
        let note = || store.record(&Stream::House, &Actor::House, "noted", &long, at);
        let (one, other) = tokio::join!(note(), store.writer().run(Piece(None)));
        assert!(matches!((one, other), (Err(_), Err(_))), "what shares a commit fails with it");
        assert_eq!(store.records(&Stream::House, 0, 9).await.expect("the store reads"), []);

        // The writer has opened the file again, and there is room.
        assert_eq!(note().await.expect("the disk has room"), 1);
        store.ready().await.expect("a healthy store");
    }

    #[tokio::test]
    async fn a_fault_of_the_database_is_everybodys() {
        let gone = "the database is not available";
        let fault = Some((|| sqlx::Error::WorkerCrashed.into()) as fn() -> StoreError);
        check([None, fault, None, None], [gone; 4], 0).await;
    }
}
