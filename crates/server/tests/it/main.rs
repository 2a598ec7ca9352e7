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
mod chat;
mod clinic;
mod consultations;
mod deadlines;
mod door;
mod guests;
mod half_open;
mod meetings;
mod missed;
mod notes;
mod people;
mod places;
mod places_rest;
mod privacy;
mod proxy;
mod recordings;
mod reminders;
mod rtc;
mod slow_reader;
mod support;
mod visits;
mod ward;
