//! How two browsers find a path to each other.
//!
//! For now the house answers STUN: a browser asks from which address the
//! server sees it, and offers that address to the other end.

pub mod stun;
