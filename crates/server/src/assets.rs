//! The web app, inside the binary.

use axum::{Router, http::StatusCode};
use memory_serve::CacheControl;

/// The files of the web app; every other path shows its front page, because
/// the app has addresses of its own.
pub(crate) fn router() -> Router {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .fallback(Some("/index.html"))
        .fallback_status(StatusCode::OK)
        .html_cache_control(CacheControl::NoCache)
        .into_router()
}
