//! TURN (RFC 8656): relays packets for those who cannot reach each other.
//!
//! [`TurnServer`] answers STUN and relays, over UDP, TCP and TLS, IPv4 and IPv6.
//! Whom it lets in and whom they may reach is the house's to say, by [`Access`];
//! [`TurnHandle::review`] makes it ask again.
//!
//! A packet takes one of two ways. What a client sends comes in through `udp` or
//! `stream`, finds its allocation by its five-tuple, and leaves through the
//! relay's own socket; what a peer sends comes in there and leaves on the
//! client's `line`. Both cross in `exchange`. Requests go to the `desk`, and only
//! there somebody is asked.

mod access;
mod allocation;
mod attributes;
mod certificate;
mod counters;
mod credentials;
mod datagrams;
mod desk;
mod exchange;
mod line;
mod nonce;
mod pace;
mod peers;
mod ports;
mod server;
mod settings;
mod strangers;
mod stream;
mod table;
mod udp;

pub use access::{Access, Account, Holder};
pub use counters::{Counters, Transport};
pub use credentials::{Credential, SharedSecret};
pub use peers::{Network, NetworkError, is_public};
pub use server::{BindError, TurnHandle, TurnServer};
pub use settings::{Limits, Relay, RelayAddress, Settings, Tls};
