//! Clients that send datagrams.

use std::sync::Arc;
use std::time::Instant;

use super::counters::Transport;
use super::datagrams::{Datagram, Datagrams, Outbox, Way};
use super::desk::Origin;
use super::exchange::Exchange;
use super::line::Line;
use super::table::FiveTuple;

/// Answers and relays for ever.
pub(super) async fn serve(exchange: Arc<Exchange>, socket: Arc<Datagrams>) {
    loop {
        let mut batch = None;
        let each = |it: Datagram<'_>, outbox: &mut Outbox| {
            let now = *batch.get_or_insert_with(Instant::now);
            let Datagram { bytes, source, local } = it;
            let tuple = FiveTuple { transport: Transport::Udp, client: source, local };
            let way = Way { to: source, from: local };
            let line = Line::Datagrams { socket: socket.clone(), way };
            exchange.hear(bytes, &Origin { tuple, line: &line }, now, outbox);
        };
        match socket.receive(each).await {
            Ok(lost) => exchange.meters.without_room.add(lost),
            Err(error) => tracing::debug!(%error, "A datagram could not be received"),
        }
    }
}
