//! The Socket.IO server: namespaces, limits, and a router to serve them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::engine::Engine;
use crate::handler::{AnyHandler, Handler};
use crate::limits::Limits;
use crate::origin::OriginPolicy;
use crate::session::MAX_NAMESPACES;
use crate::socketio::SocketIo;

/// A server. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    engine: Engine<SocketIo>,
    path: Arc<str>,
}

/// Puts a [`Server`] together.
pub struct Builder {
    limits: Limits,
    origins: OriginPolicy,
    path: String,
    namespaces: Vec<(Arc<str>, Box<dyn AnyHandler>)>,
}

impl Server {
    /// A server with no namespace yet.
    pub fn builder() -> Builder {
        Builder {
            limits: Limits::default(),
            origins: OriginPolicy::default(),
            path: "/socket.io/".to_owned(),
            namespaces: Vec::new(),
        }
    }

    /// The routes of the server. If they are served with the address of each
    /// connection (`into_make_service_with_connect_info::<SocketAddr>`), or a
    /// middleware provides a [`ClientAddress`](crate::ClientAddress), the
    /// limits for each address hold.
    pub fn router(&self) -> Router {
        self.engine.router(&self.path)
    }

    /// Connections that exist, those whose last handlers still run included.
    pub fn connections(&self) -> usize {
        self.engine.connections()
    }

    /// Ends all connections and refuses new ones; clients come back by
    /// themselves, to another node or after the restart. True if every
    /// disconnect handler has run in time.
    pub async fn shutdown(&self, patience: Duration) -> bool {
        self.engine.shutdown(patience).await
    }
}

impl Builder {
    /// Replaces the limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Replaces the path, `/socket.io/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Which pages may connect besides those of the same host.
    pub fn allow_origin(mut self, rule: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.origins = OriginPolicy::rule(rule);
        self
    }

    /// Adds a namespace. Its name starts with a slash.
    ///
    /// # Panics
    ///
    /// If the name cannot be a namespace, or there are more than 64 of them:
    /// both are mistakes in the program.
    pub fn namespace(mut self, name: &str, handler: impl Handler) -> Self {
        let valid = name.starts_with('/') && !name.contains(',');
        assert!(valid, "{name:?} cannot be the name of a namespace");
        assert!(self.namespaces.len() < MAX_NAMESPACES, "too many namespaces");
        assert!(self.namespaces.iter().all(|(it, _)| **it != *name), "{name} exists already");
        self.namespaces.push((name.into(), Box::new(handler)));
        self
    }

    /// The finished server.
    pub fn build(self) -> Server {
        let engine = Engine::new(SocketIo::new(self.namespaces), self.limits, self.origins);
        Server { engine, path: self.path.into() }
    }
}
