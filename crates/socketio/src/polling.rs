//! What the requests of a polling session and its task share: at most one
//! poll, at most one delivery, and perhaps a websocket that takes over.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::connection::Connection;
use crate::engine::open::Refusal;
use crate::reason::Reason;
use crate::websocket::upgrade::Stream;
use crate::websocket::wire::Wire;

/// The most one poll carries away, a single larger packet excepted. What is
/// on its way to a client that stopped reading is not in the queue any more,
/// so it must be little.
const POLL_BYTES: usize = 64 * 1024;

const CLOSE: &str = "1";
const NOOP: &str = "6";

/// How far the change to a websocket has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    /// Only requests so far.
    #[default]
    Polling,
    /// A websocket is open.
    Opened,
    /// It answered the probe; polls are sent home.
    Probed,
    /// It has taken over.
    Upgraded,
}

/// The packets of one request, and where to say how it went.
pub(crate) struct Post {
    pub(crate) payload: String,
    pub(crate) done: oneshot::Sender<Result<(), Reason>>,
}

/// Shared by the requests and the task of one session.
#[derive(Default)]
pub(crate) struct Polling {
    state: Mutex<State>,
    poll: AtomicWaker,
}

#[derive(Default)]
struct State {
    phase: Phase,
    getting: bool,
    posting: bool,
    post: Option<Post>,
    wire: Option<Box<Wire<Stream>>>,
    /// When the heartbeat gives up. Asked by the next request, because the
    /// task's own timer may be a moment late.
    dead_at: Option<Instant>,
    /// The client itself sent the close packet.
    closed_by_client: bool,
    farewell_taken: bool,
    ended: bool,
}

impl Polling {
    pub(crate) fn wake_poll(&self) {
        self.poll.wake();
    }

    /// Waits for packets, as the one poll of this session.
    pub(crate) async fn get(&self, connection: &Connection) -> Result<String, Refusal> {
        let pending = self.begin_get(connection)?;
        let payload = poll_fn(|cx| self.poll_payload(cx, connection)).await;
        pending.answered();
        payload
    }

    fn begin_get<'a>(&'a self, connection: &'a Connection) -> Result<PendingPoll<'a>, Refusal> {
        let mut state = self.state.lock();
        if state.phase == Phase::Upgraded {
            return Err(Refusal::BadRequest);
        }
        if let Some(reason) = connection.over()
            && (state.farewell_taken || !state.has_farewell(reason))
        {
            return Err(Refusal::UnknownSession);
        }
        if state.dead_at.is_some_and(|it| tokio::time::Instant::now().into_std() >= it) {
            drop(state);
            connection.close(Reason::PingTimeout);
            return Err(Refusal::UnknownSession);
        }
        if state.getting {
            drop(state);
            connection.close(Reason::ProtocolError);
            return Err(Refusal::BadRequest);
        }
        state.getting = true;
        Ok(PendingPoll { polling: self, connection, answered: false })
    }

    fn poll_payload(
        &self,
        cx: &mut Context<'_>,
        connection: &Connection,
    ) -> Poll<Result<String, Refusal>> {
        self.poll.register(cx.waker());
        let mut state = self.state.lock();
        let mut outbox = connection.outbox();
        if state.phase == Phase::Upgraded {
            // It should have waited for this poll before it completed.
            return Poll::Ready(Err(Refusal::BadRequest));
        }
        let text = outbox.payload(POLL_BYTES);
        if !text.is_empty() {
            return Poll::Ready(Ok(text));
        }
        // Packets and the end never share an answer: a client looks at its
        // packets a moment after it has closed.
        if outbox.over().is_some() {
            state.farewell_taken = true;
            let farewell = if state.closed_by_client { NOOP } else { CLOSE };
            drop((state, outbox));
            connection.wake();
            return Poll::Ready(Ok(farewell.to_owned()));
        }
        match state.phase {
            Phase::Probed => Poll::Ready(Ok(NOOP.to_owned())),
            Phase::Polling | Phase::Opened | Phase::Upgraded => Poll::Pending,
        }
    }

    /// Claims the delivery of packets, before their bytes are read.
    pub(crate) fn begin_post<'a>(
        &'a self,
        connection: &'a Connection,
    ) -> Result<PendingPost<'a>, Refusal> {
        let mut state = self.state.lock();
        if state.phase == Phase::Upgraded {
            return Err(Refusal::BadRequest);
        }
        if connection.over().is_some() {
            return Err(Refusal::UnknownSession);
        }
        if state.posting || state.post.is_some() {
            drop(state);
            connection.close(Reason::ProtocolError);
            return Err(Refusal::BadRequest);
        }
        state.posting = true;
        Ok(PendingPost { polling: self, connection })
    }

    /// Claims the change to a websocket; `None` if there is one already.
    pub(crate) fn begin_upgrade(&self) -> bool {
        let mut state = self.state.lock();
        let free = state.phase == Phase::Polling && !state.ended;
        if free {
            state.phase = Phase::Opened;
        }
        free
    }

    /// The websocket answered the probe and waits. A pending poll goes home.
    pub(crate) fn probed(&self) {
        self.state.lock().phase = Phase::Probed;
        self.poll.wake();
    }

    /// The websocket failed; polling goes on.
    pub(crate) fn abandon_upgrade(&self) {
        let mut state = self.state.lock();
        if state.phase != Phase::Upgraded {
            state.phase = Phase::Polling;
        }
    }

    /// The websocket takes over. Requests are refused from this moment.
    pub(crate) fn complete_upgrade(&self, wire: Wire<Stream>, connection: &Connection) {
        let mut state = self.state.lock();
        if state.ended {
            return;
        }
        state.phase = Phase::Upgraded;
        state.wire = Some(Box::new(wire));
        drop(state);
        connection.wake();
    }

    /// Packets that arrived, for the session's task. They come before a
    /// websocket, which the client only completes after its last request.
    pub(crate) fn take_post(&self) -> Option<Post> {
        self.state.lock().post.take()
    }

    pub(crate) fn take_wire(&self) -> Option<Box<Wire<Stream>>> {
        self.state.lock().wire.take()
    }

    pub(crate) fn set_dead_at(&self, dead_at: Option<Instant>) {
        self.state.lock().dead_at = dead_at;
    }

    /// The client sent the close packet.
    pub(crate) fn closed_by_client(&self) {
        self.state.lock().closed_by_client = true;
    }

    pub(crate) fn is_closed_by_client(&self) -> bool {
        self.state.lock().closed_by_client
    }

    /// Whether nobody needs to wait for a last poll.
    pub(crate) fn farewell_taken(&self) -> bool {
        self.state.lock().farewell_taken
    }

    /// The task is over; nothing may be left with it any more.
    pub(crate) fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        state.post = None;
        state.wire = None;
    }
}

impl State {
    /// Whether a poll that comes after the end still gets an answer.
    fn has_farewell(&self, reason: Reason) -> bool {
        self.closed_by_client || reason.delivers_the_rest()
    }
}

/// The one poll. A client that drops it has gone away.
struct PendingPoll<'a> {
    polling: &'a Polling,
    connection: &'a Connection,
    answered: bool,
}

impl PendingPoll<'_> {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for PendingPoll<'_> {
    fn drop(&mut self) {
        self.polling.state.lock().getting = false;
        if !self.answered {
            self.connection.close(Reason::TransportClosed { code: None });
        }
    }
}

/// The one delivery.
pub(crate) struct PendingPost<'a> {
    polling: &'a Polling,
    connection: &'a Connection,
}

impl PendingPost<'_> {
    /// Hands the packets over and waits until they are dealt with: that is
    /// what slows down a client that sends too fast.
    pub(crate) async fn deliver(self, payload: String) -> Result<(), Reason> {
        let (done, outcome) = oneshot::channel();
        {
            let mut state = self.polling.state.lock();
            if state.ended || state.phase == Phase::Upgraded {
                return Err(Reason::TransportClosed { code: None });
            }
            state.post = Some(Post { payload, done });
        }
        self.connection.wake();
        outcome.await.unwrap_or(Err(Reason::TransportClosed { code: None }))
    }
}

impl Drop for PendingPost<'_> {
    fn drop(&mut self) {
        self.polling.state.lock().posting = false;
    }
}
