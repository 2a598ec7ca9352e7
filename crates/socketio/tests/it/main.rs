//! The server over real sockets, as clients meet it.

mod acks;
mod binary;
mod broadcast;
mod client;
mod ends;
mod http;
mod limits;
mod malformed;
mod order;
mod origins;
mod polling;
mod stage;
mod sweep;
mod upgrade;
mod websocket;
