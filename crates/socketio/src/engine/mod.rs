//! Engine.IO, version 4: packets, polling payloads, the handshake and the
//! heartbeat, none of which needs a wire, and the server that has them.

pub(crate) mod heartbeat;
pub(crate) mod open;
mod packet;
pub mod payload;
mod server;

pub use packet::{Malformed, Packet};
pub use server::Engine;
