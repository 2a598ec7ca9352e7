//! Housecall as a library: the binary in `main.rs` and the tests build on it.

mod agenda;
mod assets;
mod auth;
mod clock;
mod config;
mod conversation;
mod demo;
mod entrance;
mod files;
mod gateway;
mod guests;
mod house;
mod ice;
mod invitations;
mod missed;
mod negotiations;
mod origins;
mod pace;
mod people;
mod places;
mod presence;
mod reminders;
mod rest;
mod rooms;
mod serve;
mod sessions;
mod speech;

pub use auth::{Identity, Secrets, TokenProblem, Tokens};
pub use clock::{Clock, HandClock, WallClock};
pub use config::Config;
pub use rest::openapi;
pub use serve::{Running, Settings, start};
