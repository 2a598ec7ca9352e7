//! Socket.IO (protocol version 5) over Engine.IO (version 4), as a server that
//! can be relied on: events of a client are handled in their order, a client
//! that stops reading is let go, a stranger costs little, and a disconnect
//! handler runs whatever happens.
//!
//! ```
//! use housecall_socketio::{ConnectError, Event, Handler, Handshake, Reason, Reply, Server, Socket};
//!
//! struct Echo;
//!
//! impl Handler for Echo {
//!     type Session = ();
//!
//!     async fn connect(&self, _: &Socket, _: Handshake) -> Result<(), ConnectError> {
//!         Ok(())
//!     }
//!
//!     async fn event(&self, socket: &Socket, _: &(), event: Event<'_>, _: Option<Reply>) {
//!         let _ = socket.emit_raw(&event.word, event.text());
//!     }
//!
//!     async fn disconnected(&self, _: &Socket, (): (), _: Reason) {}
//! }
//!
//! let server = Server::builder().namespace("/", Echo).build();
//! let router: axum::Router = server.router();
//! ```
//!
//! Inside, a pure core ([`engine`], [`packet`], [`websocket`]) turns frames
//! into happenings, and one task for each connection moves the bytes.

mod acks;
mod connection;
mod driver;
pub mod engine;
mod event;
mod gate;
mod handler;
mod handshake;
mod host;
mod http;
mod id;
mod layer;
mod limits;
mod origin;
mod outbox;
pub mod packet;
mod polling;
mod reason;
mod server;
mod session;
mod socket;
mod socketio;
pub mod websocket;

pub use acks::AckError;
pub use connection::Connection;
pub use event::{Answer, Event, Reply};
pub use handler::{ConnectError, Handler};
pub use handshake::{ClientAddress, Handshake, RequestHead};
pub use id::Id;
pub use layer::{Layer, Message, Text};
pub use limits::Limits;
pub use origin::OriginPolicy;
pub use reason::Reason;
pub use server::{Builder, Server};
pub use socket::{EmitError, Encoded, Socket};
