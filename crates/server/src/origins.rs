//! Which web pages may call us. Pages we served ourselves need no permission.

use std::sync::Arc;

use crate::config::Config;

/// The origins that may call us from a browser.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    listed: Arc<[String]>,
    localhost: bool,
}

impl Origins {
    pub(crate) fn of(config: &Config) -> Self {
        let listed: Arc<[String]> = config.origins().into();
        Self { localhost: listed.is_empty() && !config.is_production(), listed }
    }

    /// Whether a page of this origin (RFC 6454, such as
    /// `https://clinic.example`) may call us.
    pub(crate) fn allow(&self, origin: &str) -> bool {
        let same = |listed: &String| listed.trim_end_matches('/').eq_ignore_ascii_case(origin);
        self.listed.iter().any(same) || (self.localhost && is_localhost(origin))
    }
}

fn is_localhost(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_pages_may_call() {
        let listed = ["https://a.example/".to_owned()];
        let origins = Origins { listed: listed.into(), localhost: false };
        assert!(origins.allow("https://a.example"));
        assert!(!origins.allow("https://a.example.evil.example"));
        assert!(!origins.allow("http://localhost:3000"));
        assert!(!origins.allow("null"));
    }

    #[test]
    fn localhost_may_call_a_server_under_development() {
        let origins = Origins { listed: [].into(), localhost: true };
        assert!(origins.allow("http://localhost:5173"));
        assert!(origins.allow("http://127.0.0.1"));
        assert!(origins.allow("http://[::1]:80"));
        assert!(!origins.allow("http://localhost.evil.example"));
        assert!(!origins.allow("http://localhost@evil.example"));
        assert!(!origins.allow("localhost"));
    }
}
