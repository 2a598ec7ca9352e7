//! A websocket that wants to take over from polling. Until it has proven
//! itself, polling goes on as if it were not there.

use std::future::poll_fn;
use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::engine::Packet;
use crate::polling::Polling;
use crate::reason::Reason;
use crate::websocket::frame::Incoming;
use crate::websocket::upgrade::{self, Stream};
use crate::websocket::wire::Wire;

/// The two packets of a probe are short.
const MAX_MESSAGE: usize = 128;

/// How long a pending poll is kept after the probe.
const AT_ONCE: Duration = Duration::from_millis(20);

/// How long a websocket that is not wanted may take to hang up.
const LINGER: Duration = Duration::from_secs(1);

/// The claim of a websocket; given up unless it succeeds.
struct Claim<'a>(&'a Polling);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.abandon_upgrade();
    }
}

/// Runs the change of transport. `claimed` tells whether this websocket is
/// the first; another one is closed at once.
pub(crate) async fn probe(connection: Connection, on_upgrade: OnUpgrade, claimed: bool) {
    let Some(polling) = connection.polling() else {
        return;
    };
    let claim = claimed.then(|| Claim(polling));
    let Some(mut wire) = upgrade::wire(on_upgrade).await else {
        return;
    };
    let patience = connection.limits().upgrade_timeout;
    let proven = match &claim {
        Some(_) => timeout(patience, prove(&mut wire, polling)).await,
        None => Ok(Err(Reason::ProtocolError)),
    };
    match proven {
        Ok(Ok(())) => polling.complete_upgrade(wire, &connection),
        Ok(Err(reason)) => hang_up(wire, reason).await,
        Err(_) => hang_up(wire, Reason::ConnectTimeout).await,
    }
}

async fn prove(wire: &mut Wire<Stream>, polling: &Polling) -> Result<(), Reason> {
    expect(wire, Packet::Ping("probe")).await?;
    let pong = Packet::Pong("probe").encode();
    wire.write_now(&pong).await.map_err(|_| Reason::TransportClosed { code: None })?;
    // If there is no poll to wait for, the upgrade follows at once. A poll
    // that arrives in between is then late, not pending.
    if let Ok(outcome) = timeout(AT_ONCE, expect(wire, Packet::Upgrade)).await {
        return outcome;
    }
    polling.probed();
    expect(wire, Packet::Upgrade).await
}

async fn expect(wire: &mut Wire<Stream>, packet: Packet<'_>) -> Result<(), Reason> {
    let incoming = poll_fn(|cx| wire.poll_read(cx, MAX_MESSAGE)).await?;
    let Incoming::Text(text) = incoming else {
        return Err(Reason::ProtocolError);
    };
    match Packet::decode(&text) {
        Ok(found) if found == packet => Ok(()),
        _ => Err(Reason::ProtocolError),
    }
}

async fn hang_up(mut wire: Wire<Stream>, reason: Reason) {
    let _ = timeout(LINGER, poll_fn(|cx| wire.poll_goodbye(cx, reason))).await;
}
