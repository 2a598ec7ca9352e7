//! A connection on HTTP requests. The task has no wire: requests bring it
//! packets and fetch them, until a websocket takes over.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;

use super::link::{Link, Meaning, meaning};
use super::pulse::Pulse;
use super::websocket;
use crate::connection::Connection;
use crate::engine::Packet;
use crate::engine::payload::{self, Part};
use crate::layer::{Layer, Message, Text};
use crate::polling::{Polling, Post};
use crate::reason::Reason;
use crate::websocket::upgrade::Stream;
use crate::websocket::wire::Wire;

/// A client keeps one poll open at all times. If it has none at the end, one
/// is on its way and is waited for.
const LINGER: Duration = Duration::from_secs(1);

/// The same for a client that has just said goodbye itself.
const LINGER_AFTER_CLOSE: Duration = Duration::from_millis(100);

enum Step {
    Post(Post),
    Upgraded(Box<Wire<Stream>>),
    Attend,
    Over(Reason),
}

enum End {
    Upgraded(Box<Wire<Stream>>),
    Over(Reason),
}

/// Runs the connection to its end.
pub(crate) async fn drive<L: Layer>(mut link: Box<Link<L>>) {
    match run(&mut link).await {
        End::Upgraded(wire) => Box::pin(websocket::drive(link, wire)).await,
        End::Over(reason) => Box::pin(finish(link, reason)).await,
    }
}

async fn run<L: Layer>(link: &mut Link<L>) -> End {
    loop {
        match poll_fn(|cx| poll_step(cx, link)).await {
            Step::Over(reason) => return End::Over(reason),
            Step::Upgraded(wire) => return End::Upgraded(wire),
            Step::Attend => link.attend(tend).await,
            Step::Post(post) => {
                let outcome = receive(link, &post.payload).await;
                if let Err(reason) = outcome {
                    // The client hears of it only when it is true.
                    link.connection.close(reason);
                    settle(link);
                }
                // The client may have given up its request.
                let _ = post.done.send(outcome);
            }
        }
    }
}

fn poll_step<L: Layer>(cx: &mut Context<'_>, link: &mut Link<L>) -> Poll<Step> {
    let deadline = link.deadline();
    let Link { connection, pulse, .. } = link;
    let Some(polling) = connection.polling() else {
        return Poll::Ready(Step::Over(Reason::ProtocolError));
    };
    connection.register(cx.waker());
    if let Some(reason) = connection.over() {
        return Poll::Ready(Step::Over(reason));
    }
    if connection.take_attention() {
        return Poll::Ready(Step::Attend);
    }
    if let Some(post) = polling.take_post() {
        pulse.heard();
        polling.set_dead_at(None);
        return Poll::Ready(Step::Post(post));
    }
    if let Some(wire) = polling.take_wire() {
        pulse.heard();
        return Poll::Ready(Step::Upgraded(wire));
    }
    let over = pulse.poll(cx, connection, [deadline, None]);
    polling.set_dead_at(pulse.dead_at());
    over.map_or(Poll::Pending, |reason| Poll::Ready(Step::Over(reason)))
}

async fn receive<L: Layer>(link: &mut Link<L>, payload: &str) -> Result<(), Reason> {
    for part in payload::decode(payload) {
        let message = match part.map_err(|_| Reason::ProtocolError)? {
            Part::Binary(bytes) => Message::Binary(bytes),
            Part::Packet(packet) => match meaning(&packet)? {
                Meaning::Message => message(packet),
                Meaning::Nothing => continue,
                Meaning::Close => {
                    if let Some(polling) = link.connection.polling() {
                        polling.closed_by_client();
                    }
                    link.connection.close(Reason::TransportClosed { code: None });
                    return Ok(());
                }
            },
        };
        link.deliver(message, tend).await?;
        if link.connection.over().is_some() {
            return Ok(());
        }
    }
    Ok(())
}

fn message(packet: Packet<'_>) -> Message {
    match packet {
        Packet::Message(text) => Message::Text(Text::from(text)),
        _ => Message::Text(Text::from("")),
    }
}

/// While a handler runs, pings are still sent.
fn tend(cx: &mut Context<'_>, connection: &Connection, pulse: &mut Pulse) {
    // Without a deadline nothing can be over.
    let _ = pulse.poll_while_deaf(cx, connection, None);
}

/// Whether a last poll is worth waiting for.
fn lingers(polling: &Polling, reason: Reason) -> Option<Duration> {
    if polling.is_closed_by_client() {
        return Some(LINGER_AFTER_CLOSE);
    }
    reason.delivers_the_rest().then_some(LINGER)
}

/// Makes the session unknown, unless a last poll is waited for.
fn settle<L: Layer>(link: &Link<L>) {
    let Link { host, connection, .. } = link;
    let waits = connection
        .polling()
        .zip(connection.over())
        .is_some_and(|(polling, reason)| lingers(polling, reason).is_some());
    if !waits {
        host.forget(connection);
    }
}

async fn finish<L: Layer>(link: Box<Link<L>>, reason: Reason) {
    link.connection.close(reason);
    settle(&link);
    let Link { host, connection, session, alive, .. } = *link;
    let reason = connection.over().unwrap_or(reason);
    let farewell = async {
        if let Some(polling) = connection.polling() {
            if let Some(patience) = lingers(polling, reason) {
                let taken = poll_fn(|cx| poll_farewell(cx, &connection, polling));
                if let Ok(Some(wire)) = timeout(patience, taken).await {
                    websocket::say_goodbye(wire, &connection, reason).await;
                }
            }
            polling.end();
        }
        host.forget(&connection);
        connection.outbox().clear();
    };
    tokio::join!(farewell, host.layer.close(session, reason));
    drop(alive);
}

/// Waits for a last poll, or for a websocket that was about to take over.
fn poll_farewell(
    cx: &mut Context<'_>,
    connection: &Connection,
    polling: &Polling,
) -> Poll<Option<Box<Wire<Stream>>>> {
    connection.register(cx.waker());
    if let Some(wire) = polling.take_wire() {
        return Poll::Ready(Some(wire));
    }
    if polling.farewell_taken() { Poll::Ready(None) } else { Poll::Pending }
}
