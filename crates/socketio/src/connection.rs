//! One client's transport session as everybody but its own task sees it: a
//! place to leave packets, and a way to end it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use crate::engine::open::Transport;
use crate::gate::Permit;
use crate::id::Id;
use crate::limits::Limits;
use crate::outbox::{Frame, NotQueued, Outbox};
use crate::polling::Polling;
use crate::reason::Reason;

/// A handle to one transport session. Cheap to clone.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

struct Shared {
    id: Id,
    limits: Arc<Limits>,
    outbox: Mutex<Outbox>,
    /// The task of the session.
    owner: AtomicWaker,
    attention: AtomicBool,
    trusted: AtomicBool,
    permit: Mutex<Option<Permit>>,
    /// Only a session that began with polling needs this.
    polling: Option<Box<Polling>>,
}

impl Connection {
    pub(crate) fn new(id: Id, transport: Transport, limits: Arc<Limits>, permit: Permit) -> Self {
        let polling = match transport {
            Transport::Polling => Some(Box::default()),
            Transport::Websocket => None,
        };
        Self(Arc::new(Shared {
            id,
            outbox: Mutex::new(Outbox::new(limits.max_queue)),
            limits,
            owner: AtomicWaker::new(),
            attention: AtomicBool::new(false),
            trusted: AtomicBool::new(false),
            permit: Mutex::new(Some(permit)),
            polling,
        }))
    }

    /// The secret id of the transport. Never shown to anybody but its client.
    pub(crate) fn id(&self) -> Id {
        self.0.id
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Sends a text message.
    pub fn send_text(&self, message: &str) {
        let packet = crate::engine::Packet::Message(message).encode();
        // A full queue ends the connection by itself.
        let _ = self.push([Frame::text(packet)]);
    }

    /// Sends a binary message.
    pub fn send_binary(&self, message: Bytes) {
        let _ = self.push([Frame::Binary(message)]);
    }

    /// The client has said who it is: it may send more from now on, and no
    /// longer counts as a stranger.
    pub fn trust(&self) {
        self.0.trusted.store(true, Ordering::Relaxed);
        self.0.permit.lock().take();
    }

    /// Ends the session.
    pub fn close(&self, reason: Reason) {
        if self.0.outbox.lock().end(reason) {
            self.wake();
        }
    }

    /// Bytes that wait for this client.
    pub fn queued_bytes(&self) -> usize {
        self.0.outbox.lock().waiting()
    }

    /// Whether the session has ended, and why.
    pub fn over(&self) -> Option<Reason> {
        self.0.outbox.lock().over()
    }

    /// Queues frames that belong together.
    pub(crate) fn push<I>(&self, frames: I) -> Result<(), NotQueued>
    where
        I: IntoIterator<Item = Frame>,
        I::IntoIter: Clone,
    {
        let queued = self.0.outbox.lock().push(frames.into_iter());
        match queued {
            Ok(true) | Err(NotQueued::Full) => self.wake(),
            Ok(false) | Err(NotQueued::Over) => {}
        }
        queued.map(|_| ())
    }

    /// Asks the session's task to look after its layer above.
    pub(crate) fn ask_attention(&self) {
        self.0.attention.store(true, Ordering::Release);
        self.0.owner.wake();
    }

    pub(crate) fn take_attention(&self) -> bool {
        self.0.attention.load(Ordering::Relaxed) && self.0.attention.swap(false, Ordering::Acquire)
    }

    /// How large a message of this client may be.
    pub(crate) fn max_message(&self) -> usize {
        let limits = &self.0.limits;
        if self.0.trusted.load(Ordering::Relaxed) {
            limits.max_payload
        } else {
            limits.max_payload_before_connect.min(limits.max_payload)
        }
    }

    pub(crate) fn outbox(&self) -> parking_lot::MutexGuard<'_, Outbox> {
        self.0.outbox.lock()
    }

    pub(crate) fn polling(&self) -> Option<&Polling> {
        self.0.polling.as_deref()
    }

    /// The session's task wants to be woken.
    pub(crate) fn register(&self, waker: &Waker) {
        self.0.owner.register(waker);
    }

    pub(crate) fn wake(&self) {
        self.0.owner.wake();
        if let Some(polling) = &self.0.polling {
            polling.wake_poll();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}
