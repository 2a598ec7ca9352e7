//! STUN (RFC 8489): tells a browser the address the world sees it under.
//!
//! [`answer`] is the whole service without wires: bytes in, bytes out.
//! [`StunServer`] puts it on a UDP socket, behind [`RateLimit`].

mod address;
mod answer;
mod fingerprint;
mod limit;
mod message;
mod server;
mod writer;

#[cfg(test)]
mod tests;

pub use address::{read_xor_address, write_xor_address};
pub use answer::answer;
pub use limit::RateLimit;
pub use message::{Attribute, Attributes, Class, Kind, Malformed, Message, Method, TransactionId};
pub use server::StunServer;
pub use writer::Writer;
