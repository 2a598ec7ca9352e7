//! The websocket (RFC 6455) as a server needs it, without extensions.
//!
//! A general library keeps a read and a write buffer for every connection and
//! fixes its limits at the start. Here thousands of connections do nothing
//! most of the time, so an idle one keeps no buffer at all, and the limit of a
//! stranger is raised once it has said who it is.

pub mod frame;
pub(crate) mod upgrade;
pub(crate) mod wire;
