//! Every number that protects the server, in one place and each with its
//! reason. None of them is unlimited by default.

use std::num::NonZeroU32;
use std::time::Duration;

/// What a client may do, and how long things may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How often the server pings. Together with [`Limits::ping_timeout`] it
    /// says how long a vanished peer stays unnoticed: 15 seconds by default.
    pub ping_interval: Duration,
    /// How long a sign of life may take after a ping.
    pub ping_timeout: Duration,
    /// The largest message, in bytes, once a namespace was joined. Announced
    /// to clients as `maxPayload`; also the limit of one event together with
    /// all its attachments, and of one polling request.
    pub max_payload: usize,
    /// The same before a namespace was joined: strangers only ever send their
    /// credentials, and what they send is memory they occupy.
    pub max_payload_before_connect: usize,
    /// How long a connection may exist outside of every namespace.
    pub connect_timeout: Duration,
    /// How many attempts to join may be refused before the connection ends.
    pub max_refused_connects: u8,
    /// How long the network may take no byte of what we send.
    pub write_timeout: Duration,
    /// How many bytes may wait for one client before it is a slow consumer.
    pub max_queue: usize,
    /// Binary attachments of one event.
    pub max_attachments: u8,
    /// How long the attachments of an event may take to arrive.
    pub attachments_timeout: Duration,
    /// How long the body of a polling request may take to arrive.
    pub body_timeout: Duration,
    /// How long a websocket may take to complete an upgrade from polling.
    pub upgrade_timeout: Duration,
    /// New transport sessions a second from one address (IPv6: one /64).
    /// `None` lifts the limit.
    pub handshakes_per_second: Option<NonZeroU32>,
    /// How many handshakes of one address may come at once: a clinic behind
    /// one address reconnects all its rooms together.
    pub handshake_burst: NonZeroU32,
    /// Sessions of one address that are in no namespace yet.
    pub max_unauthenticated_per_address: usize,
    /// Polling sessions of all addresses that are in no namespace yet. A
    /// polling session outlives its request, so it needs no open connection.
    pub max_unauthenticated_polling: usize,
    /// Events to one client whose acknowledgement is still awaited.
    pub max_pending_acks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(5),
            max_payload: 1_000_000,
            max_payload_before_connect: 64 * 1024,
            connect_timeout: Duration::from_secs(5),
            max_refused_connects: 8,
            write_timeout: Duration::from_secs(5),
            max_queue: 256 * 1024,
            max_attachments: 8,
            attachments_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(10),
            upgrade_timeout: Duration::from_secs(10),
            handshakes_per_second: NonZeroU32::new(100),
            handshake_burst: NonZeroU32::new(300).expect("300 is not zero"),
            max_unauthenticated_per_address: 256,
            max_unauthenticated_polling: 4096,
            max_pending_acks: 256,
        }
    }
}
