//! Answers the application waits for.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::event::Answer;
use crate::socket::EmitError;

/// Why no answer came.
#[derive(Debug, Error)]
pub enum AckError {
    /// The event could not be sent.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Too many answers of this client are awaited already.
    #[error("too many answers are awaited")]
    TooMany,
    /// The client did not answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The client left.
    #[error("the client left without an answer")]
    Disconnected,
}

/// The open questions of one socket. Most sockets never have any, so an empty
/// one allocates nothing.
#[derive(Default)]
pub(crate) struct Acks(Mutex<Open>);

#[derive(Default)]
struct Open {
    next: u64,
    ended: bool,
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
}

impl Acks {
    /// Draws a number for a question.
    pub(crate) fn open(&self, max: usize) -> Result<(u64, oneshot::Receiver<Answer>), AckError> {
        let mut open = self.0.lock();
        if open.ended {
            return Err(EmitError::NotConnected.into());
        }
        if open.waiting.len() >= max {
            return Err(AckError::TooMany);
        }
        let id = open.next;
        open.next += 1;
        let (sender, receiver) = oneshot::channel();
        open.waiting.insert(id, sender);
        Ok((id, receiver))
    }

    /// Passes an answer on. Nobody may be waiting: the number may be made up,
    /// or answered before.
    pub(crate) fn answer(&self, id: u64, answer: impl FnOnce() -> Answer) {
        let waiting = self.take(id);
        if let Some(sender) = waiting {
            // Whoever asked may have lost interest.
            let _ = sender.send(answer());
        }
    }

    pub(crate) fn forget(&self, id: u64) {
        self.take(id);
    }

    /// No answer will come any more.
    pub(crate) fn clear(&self) {
        let mut open = self.0.lock();
        open.ended = true;
        open.waiting.clear();
    }

    fn take(&self, id: u64) -> Option<oneshot::Sender<Answer>> {
        self.0.lock().waiting.remove(&id)
    }
}
