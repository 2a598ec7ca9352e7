//! The house over real sockets, with an empty database in memory and a clock
//! that stands still until it is moved.

mod another_dialect;
mod appointments;
mod auth;
mod auth_cookies;
mod auth_errors;
mod auth_users;
mod auth_wire;
mod calls;
mod clinic;
mod consultations;
mod deadlines;
mod half_open;
mod meetings;
mod people;
mod places;
mod privacy;
mod proxy;
mod recordings;
mod rtc;
mod slow_reader;
mod support;
mod ward;
