//! An Engine.IO server with any layer on it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::any;

use crate::host::Host;
use crate::http;
use crate::layer::Layer;
use crate::limits::Limits;
use crate::origin::OriginPolicy;

/// The transport by itself: sessions, heartbeat, polling, websockets.
pub struct Engine<L: Layer>(Arc<Host<L>>);

impl<L: Layer> Engine<L> {
    /// A server for this layer.
    pub fn new(layer: L, limits: Limits, origins: OriginPolicy) -> Self {
        Self(Arc::new(Host::new(layer, limits, origins)))
    }

    /// The routes, with and without the slash at the end.
    pub fn router(&self, path: &str) -> Router {
        let path = path.trim_end_matches('/');
        Router::new()
            .route(path, any(http::handle::<L>))
            .route(&format!("{path}/"), any(http::handle::<L>))
            .with_state(Arc::clone(&self.0))
    }

    /// Connections that exist, those whose last handlers still run included.
    pub fn connections(&self) -> usize {
        self.0.count()
    }

    /// Ends all connections and refuses new ones. True if every handler has
    /// run in time.
    pub async fn shutdown(&self, patience: Duration) -> bool {
        self.0.shutdown(patience).await
    }
}

impl<L: Layer> Clone for Engine<L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
