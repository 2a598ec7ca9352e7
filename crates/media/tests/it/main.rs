//! The relay as clients meet it: real sockets on loopback, real packets.

mod allocating;
mod credentials;
mod damage;
mod families;
mod limits;
mod peers;
mod relaying;
mod requests;
mod review;
mod streams;
mod support;
