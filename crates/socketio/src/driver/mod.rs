//! The task of one connection. It owns everything of that connection, so
//! nothing is locked while a handler runs, and its end is the end of all.

mod link;
mod polling;
mod probe;
mod pulse;
#[cfg(test)]
mod tests;
mod websocket;

pub(crate) use polling::drive as drive_polling;
pub(crate) use probe::probe;
pub(crate) use websocket::drive as drive_websocket;

pub(crate) use link::Link;
