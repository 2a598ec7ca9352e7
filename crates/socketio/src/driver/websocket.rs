//! A connection on a websocket.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::link::{Link, Meaning, meaning};
use super::pulse::Pulse;
use crate::connection::Connection;
use crate::engine::Packet;
use crate::layer::{Layer, Message, Text};
use crate::reason::Reason;
use crate::websocket::frame::Incoming;
use crate::websocket::wire::Wire;

/// Messages that arrived together are answered together, as long as the
/// answers are not larger than this.
const ANSWERED_TOGETHER: usize = 16 * 1024;

/// How long the peer may take to hang up after the goodbye.
const LINGER: Duration = Duration::from_secs(1);

enum Step {
    Incoming(Incoming),
    Attend,
    Over(Reason),
}

/// Runs the connection to its end. Boxes keep the task of an idle connection
/// small: what is passed by value to a future is kept in it twice.
pub(crate) async fn drive<L, IO>(mut link: Box<Link<L>>, mut wire: Box<Wire<IO>>)
where
    L: Layer,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let reason = run(&mut link, &mut wire).await;
    Box::pin(finish(link, wire, reason)).await;
}

async fn finish<L, IO>(link: Box<Link<L>>, wire: Box<Wire<IO>>, reason: Reason)
where
    L: Layer,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let Link { host, connection, session, alive, .. } = *link;
    connection.close(reason);
    let reason = connection.over().unwrap_or(reason);
    host.forget(&connection);
    tokio::join!(say_goodbye(wire, &connection, reason), host.layer.close(session, reason));
    connection.outbox().clear();
    drop(alive);
}

async fn run<L, IO>(link: &mut Link<L>, wire: &mut Wire<IO>) -> Reason
where
    L: Layer,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let outcome = match poll_fn(|cx| poll_step(cx, link, wire)).await {
            Step::Over(reason) => return reason,
            Step::Attend => {
                link.attend(|cx, connection, pulse| tend(cx, connection, pulse, wire)).await;
                Ok(())
            }
            Step::Incoming(incoming) => receive(link, wire, incoming).await,
        };
        if let Err(reason) = outcome {
            return reason;
        }
        // A client that talks without pause must not keep others waiting.
        tokio::task::coop::consume_budget().await;
    }
}

fn poll_step<L, IO>(cx: &mut Context<'_>, link: &mut Link<L>, wire: &mut Wire<IO>) -> Poll<Step>
where
    L: Layer,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = link.deadline();
    let Link { connection, pulse, .. } = link;
    connection.register(cx.waker());
    if let Some(reason) = connection.over() {
        return Poll::Ready(Step::Over(reason));
    }
    if connection.take_attention() {
        return Poll::Ready(Step::Attend);
    }
    let limit = connection.max_message();
    if connection.queued_bytes() <= ANSWERED_TOGETHER {
        match wire.buffered(limit) {
            Ok(Some(incoming)) => return Poll::Ready(Step::Incoming(incoming)),
            Ok(None) => {}
            Err(lost) => return Poll::Ready(Step::Over(lost.into())),
        }
    }
    let written = wire.poll_write(cx, connection);
    if let Poll::Ready(Err(_)) = written {
        return Poll::Ready(Step::Over(Reason::TransportClosed { code: None }));
    }
    let write_by = wire.write_by().map(|it| (it, Reason::WriteTimeout));
    // Who takes no answers is not asked for more: its own requests must not
    // make it a slow consumer.
    if written.is_pending() && connection.queued_bytes() > connection.limits().max_queue / 2 {
        return over(pulse.poll_while_deaf(cx, connection, write_by));
    }
    let read = wire.poll_read(cx, limit);
    if wire.take_heard() {
        pulse.heard();
    }
    match read {
        Poll::Ready(Ok(incoming)) => Poll::Ready(Step::Incoming(incoming)),
        Poll::Ready(Err(lost)) => Poll::Ready(Step::Over(lost.into())),
        Poll::Pending => over(pulse.poll(cx, connection, [deadline, write_by])),
    }
}

fn over(reason: Option<Reason>) -> Poll<Step> {
    reason.map_or(Poll::Pending, |reason| Poll::Ready(Step::Over(reason)))
}

async fn receive<L, IO>(
    link: &mut Link<L>,
    wire: &mut Wire<IO>,
    incoming: Incoming,
) -> Result<(), Reason>
where
    L: Layer,
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let message = match incoming {
        Incoming::Text(packet) => {
            let decoded = Packet::decode(&packet).map_err(|_| Reason::ProtocolError)?;
            match meaning(&decoded)? {
                Meaning::Message => Message::Text(Text::of_packet(packet)),
                Meaning::Nothing => return Ok(()),
                Meaning::Close => return Err(Reason::TransportClosed { code: None }),
            }
        }
        Incoming::Binary(bytes) => Message::Binary(bytes),
        Incoming::Ping(payload) => {
            wire.pong(payload);
            return Ok(());
        }
        Incoming::Pong => return Ok(()),
        Incoming::Close(code) => return Err(Reason::TransportClosed { code }),
    };
    link.deliver(message, |cx, connection, pulse| tend(cx, connection, pulse, wire)).await
}

/// While a handler runs, packets are still written and pings sent; only
/// reading waits.
fn tend<IO>(cx: &mut Context<'_>, connection: &Connection, pulse: &mut Pulse, wire: &mut Wire<IO>)
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(reason) = connection.over() {
        // A handler may take its time; the client need not wait for it.
        let _ = wire.poll_close(cx, connection, reason);
        return;
    }
    if let Poll::Ready(Err(_)) = wire.poll_write(cx, connection) {
        connection.close(Reason::TransportClosed { code: None });
        return;
    }
    let write_by = wire.write_by().map(|it| (it, Reason::WriteTimeout));
    if let Some(reason) = pulse.poll_while_deaf(cx, connection, write_by) {
        connection.close(reason);
    }
}

/// Closes the websocket and drops it. A peer that cannot be expected to listen
/// gets one attempt and no time.
pub(super) async fn say_goodbye<IO>(
    mut wire: Box<Wire<IO>>,
    connection: &Connection,
    reason: Reason,
) where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let patience = match reason.peer_listens() {
        true => connection.limits().write_timeout,
        false => Duration::ZERO,
    };
    let said = poll_fn(|cx| match wire.poll_close(cx, connection, reason) {
        Poll::Pending if wire.said_goodbye() => Poll::Ready(Ok(())),
        other => other,
    });
    let said = matches!(timeout(patience, said).await, Ok(Ok(())));
    if said && reason.peer_listens() {
        let hung_up = poll_fn(|cx| wire.poll_close(cx, connection, reason));
        let _ = timeout(LINGER, hung_up).await;
    }
}
