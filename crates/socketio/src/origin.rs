//! Which web pages may talk to the server. A browser lets every page open
//! websockets to everywhere, so the check is ours, on both transports.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::engine::open::Refusal;

type Rule = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Decides on the `Origin` header. Requests without one come from no web page
/// and pass, and so do pages from the host the request is sent to.
#[derive(Clone, Default)]
pub struct OriginPolicy {
    others: Option<Rule>,
}

impl OriginPolicy {
    /// Also lets in pages whose origin the function accepts.
    pub fn rule(rule: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self { others: Some(Arc::new(rule)) }
    }

    /// The origin to be named in the answer, or a refusal.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Refusal> {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return Ok(None);
        };
        let text = origin.to_str().map_err(|_| Refusal::BadRequest)?;
        let accepted = || self.others.as_ref().is_some_and(|rule| rule(text));
        if is_same_host(text, headers) || accepted() {
            return Ok(Some(origin.clone()));
        }
        Err(Refusal::Forbidden)
    }
}

fn is_same_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let page = origin.split_once("://").map(|(_, host)| host);
    page.is_some() && page == host
}

/// Tells the browser that this page may read the answer.
pub(crate) fn allow(response: &mut Response, origin: Option<HeaderValue>) {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let yes = HeaderValue::from_static("true");
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    }
}

/// Tells the browser what it may send.
pub(crate) fn preflight(response: &mut Response) {
    let table = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    for (name, value) in table {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &OriginPolicy, host: &'static str, origin: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        policy.check(&headers).is_ok()
    }

    #[test]
    fn h5_by_default_only_pages_of_the_same_host_pass() {
        let policy = OriginPolicy::default();
        assert!(check(&policy, "calls.example", "https://calls.example"));
        assert!(check(&policy, "calls.example:8080", "http://calls.example:8080"));
        assert!(!check(&policy, "calls.example", "https://evil.example"));
        assert!(!check(&policy, "calls.example", "https://calls.example.evil.example"));
        assert!(!check(&policy, "calls.example", "null"));
        assert!(!check(&policy, "", "null"));
        assert!(policy.check(&HeaderMap::new()).is_ok(), "no web page");
    }

    #[test]
    fn h5_a_rule_lets_others_in_as_well() {
        let policy = OriginPolicy::rule(|origin| origin == "https://app.example");
        assert!(check(&policy, "calls.example", "https://app.example"));
        assert!(check(&policy, "calls.example", "https://calls.example"));
        assert!(!check(&policy, "calls.example", "https://evil.example"));
        assert!(!check(&policy, "calls.example", "null"));
    }
}
