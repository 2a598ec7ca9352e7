//! All connections of one server, and the door they come through.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::connection::Connection;
use crate::driver::Link;
use crate::engine::open::{self, Transport};
use crate::gate::{Gate, Permit};
use crate::handshake::RequestHead;
use crate::id::Id;
use crate::layer::Layer;
use crate::limits::Limits;
use crate::origin::OriginPolicy;
use crate::outbox::Frame;
use crate::reason::Reason;

/// The state behind every request.
pub(crate) struct Host<L: Layer> {
    pub(crate) layer: L,
    pub(crate) limits: Arc<Limits>,
    pub(crate) origins: OriginPolicy,
    gate: Arc<Gate>,
    sessions: Mutex<Sessions>,
    census: Arc<Census>,
}

#[derive(Default)]
struct Sessions {
    closed: bool,
    by_id: HashMap<Id, Connection>,
}

/// How many connections have not finished, their handlers included.
#[derive(Default)]
struct Census {
    count: AtomicUsize,
    empty: Notify,
}

/// Counts one connection as long as it is held.
pub(crate) struct Alive(Arc<Census>);

impl Drop for Alive {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.empty.notify_waiters();
        }
    }
}

impl<L: Layer> Host<L> {
    pub(crate) fn new(layer: L, limits: Limits, origins: OriginPolicy) -> Self {
        Self {
            layer,
            gate: Arc::new(Gate::new(&limits)),
            limits: Arc::new(limits),
            origins,
            sessions: Mutex::default(),
            census: Arc::default(),
        }
    }

    pub(crate) fn admit(&self, address: Option<IpAddr>, transport: Transport) -> Option<Permit> {
        self.gate.admit(address, transport)
    }

    /// Begins a session; `None` if the server is going down.
    pub(crate) fn open(
        self: &Arc<Self>,
        transport: Transport,
        request: RequestHead,
        permit: Permit,
    ) -> Option<Box<Link<L>>> {
        let id = Id::random();
        let connection = Connection::new(id, transport, Arc::clone(&self.limits), permit);
        let alive = {
            let mut sessions = self.sessions.lock();
            if sessions.closed {
                return None;
            }
            sessions.by_id.insert(id, connection.clone());
            self.census.count.fetch_add(1, Ordering::AcqRel);
            Alive(Arc::clone(&self.census))
        };
        if transport == Transport::Websocket {
            let packet = open::packet(id, transport, &self.limits);
            // The queue is empty, and holds at least this.
            let _ = connection.push([Frame::text(packet)]);
        }
        let session = self.layer.open(&connection, request);
        Some(Box::new(Link::new(Arc::clone(self), connection, session, alive)))
    }

    pub(crate) fn find(&self, id: &str) -> Option<Connection> {
        self.sessions.lock().by_id.get(&Id::parse(id)?).cloned()
    }

    /// From here on the session's id means nothing.
    pub(crate) fn forget(&self, connection: &Connection) {
        let mut sessions = self.sessions.lock();
        sessions.by_id.remove(&connection.id());
        // A wave of visitors must not leave its table behind.
        if sessions.by_id.capacity() > 64 + 4 * sessions.by_id.len() {
            sessions.by_id.shrink_to_fit();
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.census.count.load(Ordering::Acquire)
    }

    /// Ends all sessions and admits no further one. True if all handlers have
    /// run in time.
    pub(crate) async fn shutdown(&self, patience: Duration) -> bool {
        let connections: Vec<_> = {
            let mut sessions = self.sessions.lock();
            sessions.closed = true;
            sessions.by_id.values().cloned().collect()
        };
        for connection in connections {
            connection.close(Reason::ServerShutdown);
        }
        tokio::time::timeout(patience, self.emptied()).await.is_ok()
    }

    async fn emptied(&self) {
        loop {
            let empty = self.census.empty.notified();
            if self.count() == 0 {
                return;
            }
            empty.await;
        }
    }
}
