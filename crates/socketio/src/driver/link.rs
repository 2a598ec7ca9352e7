//! What a connection's task does on either transport: hand messages to the
//! layer above and look after everything else meanwhile.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Context;
use std::time::Instant;

use super::pulse::Pulse;
use crate::connection::Connection;
use crate::engine::Packet;
use crate::host::{Alive, Host};
use crate::layer::{Layer, Message};
use crate::reason::Reason;

/// One connection as its task holds it.
pub(crate) struct Link<L: Layer> {
    pub(crate) host: Arc<Host<L>>,
    pub(crate) connection: Connection,
    pub(crate) session: L::Session,
    pub(crate) pulse: Pulse,
    /// Counts the connection until its last handler has run.
    pub(crate) alive: Alive,
}

/// What an Engine.IO packet of a client is for.
pub(super) enum Meaning {
    /// For the layer above.
    Message,
    /// For nobody any more.
    Nothing,
    /// The client closes the transport.
    Close,
}

/// Sorts a packet. A client neither opens nor pings; probes are dealt with
/// before a websocket gets here.
pub(super) fn meaning(packet: &Packet<'_>) -> Result<Meaning, Reason> {
    match packet {
        Packet::Message(_) => Ok(Meaning::Message),
        Packet::Close => Ok(Meaning::Close),
        Packet::Pong(_) | Packet::Upgrade | Packet::Noop => Ok(Meaning::Nothing),
        Packet::Open(_) | Packet::Ping(_) => Err(Reason::ProtocolError),
    }
}

impl<L: Layer> Link<L> {
    pub(crate) fn new(
        host: Arc<Host<L>>,
        connection: Connection,
        session: L::Session,
        alive: Alive,
    ) -> Self {
        let pulse = Pulse::new(connection.limits());
        Self { host, connection, session, pulse, alive }
    }

    /// When the layer's patience ends.
    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        self.host.layer.deadline(&self.session)
    }

    /// Hands a message to the layer and waits until it is dealt with.
    pub(super) async fn deliver(
        &mut self,
        message: Message,
        background: impl FnMut(&mut Context<'_>, &Connection, &mut Pulse),
    ) -> Result<(), Reason> {
        let Self { host, connection, session, pulse, .. } = self;
        let work = host.layer.receive(session, message);
        alongside(work, connection, pulse, background).await
    }

    /// Lets the layer do what it was asked to look after.
    pub(super) async fn attend(
        &mut self,
        background: impl FnMut(&mut Context<'_>, &Connection, &mut Pulse),
    ) {
        let Self { host, connection, session, pulse, .. } = self;
        let work = host.layer.attend(session);
        alongside(work, connection, pulse, background).await;
    }
}

/// Runs a handler; the background is looked after whenever the task runs and
/// the handler is still waiting for something.
async fn alongside<F: Future>(
    work: F,
    connection: &Connection,
    pulse: &mut Pulse,
    mut background: impl FnMut(&mut Context<'_>, &Connection, &mut Pulse),
) -> F::Output {
    let mut work = pin!(work);
    let mut waited = false;
    let output = poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() {
            waited = true;
            connection.register(cx.waker());
            background(cx, connection, pulse);
        }
        polled
    })
    .await;
    if waited {
        pulse.was_deaf();
    }
    output
}
