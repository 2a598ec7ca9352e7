//! STUN (RFC 8489): tells a browser the address the world sees it under.
//!
//! [`answer`] is the whole service without wires: bytes in, bytes out. The
//! sockets are those of [`turn`](crate::turn), which speaks the same format.

mod address;
mod answer;
mod fingerprint;
mod integrity;
mod limit;
mod message;
mod writer;

#[cfg(test)]
mod tests;

pub use address::{read_xor_address, write_xor_address};
pub(crate) use answer::Foreign;
pub use answer::answer;
pub use integrity::Key;
pub use limit::RateLimit;
pub use message::{Attribute, Attributes, Class, Kind, Malformed, Message, Method, TransactionId};
pub use writer::Writer;
