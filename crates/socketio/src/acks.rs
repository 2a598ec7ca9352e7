//! Answers the application waits for.

use std::collections::HashMap;

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
    waiting: Option<Box<HashMap<u64, oneshot::Sender<Answer>>>>,
}

impl Acks {
    /// Draws a number for a question.
    pub(crate) fn open(&self, max: usize) -> Result<(u64, oneshot::Receiver<Answer>), AckError> {
        let mut open = self.0.lock();
        if open.ended {
            return Err(EmitError::NotConnected.into());
        }
        if open.waiting.as_ref().is_some_and(|it| it.len() >= max) {
            return Err(AckError::TooMany);
        }
        let id = open.next;
        open.next += 1;
        let (sender, receiver) = oneshot::channel();
        open.waiting.get_or_insert_default().insert(id, sender);
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

    /// Forgets the question when it is dropped.
    pub(crate) fn waiting(&self, id: u64) -> Waiting<'_> {
        Waiting { acks: self, id }
    }

    pub(crate) fn forget(&self, id: u64) {
        self.take(id);
    }

    /// No answer will come any more.
    pub(crate) fn clear(&self) {
        let mut open = self.0.lock();
        open.ended = true;
        open.waiting = None;
    }

    fn take(&self, id: u64) -> Option<oneshot::Sender<Answer>> {
        let mut open = self.0.lock();
        let waiting = open.waiting.as_mut()?;
        let sender = waiting.remove(&id);
        if waiting.is_empty() {
            open.waiting = None;
        }
        sender
    }
}

/// A question somebody waits for.
pub(crate) struct Waiting<'a> {
    acks: &'a Acks,
    id: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.acks.forget(self.id);
    }
}
