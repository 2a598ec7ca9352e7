//! How two browsers find a path to each other.
//!
//! [`stun`] is the wire format, and tells a browser the address the world sees
//! it under. [`turn`] relays for those who cannot reach each other directly.
//! [`client`] asks either, to find out how they do.

pub mod client;
pub mod stun;
pub mod turn;
