//! The rules of Housecall, with no wires attached.
//!
//! Everything here is data in, data out: a [`Room`] is asked what would happen
//! ([`Room::decide`]), its answer is recorded by somebody else, and then it is
//! told that it happened ([`Room::evolve`]). Nothing here awaits, reads a
//! clock, rolls dice or knows that sockets exist.

mod actor;
mod ids;
pub mod negotiation;
pub mod presence;
mod private;
pub mod quality;
pub mod room;
mod time;

pub use actor::{Actor, Role, Roles};
pub use ids::{
    AppointmentId, DeviceId, FileId, IdError, LinkId, MeetingId, RecordingId, RoomId, UserId,
};
pub use presence::Presence;
pub use private::Private;
pub use room::{Command, Entry, Event, Refusal, Room, Rules};
pub use time::{NotATime, Timestamp};
