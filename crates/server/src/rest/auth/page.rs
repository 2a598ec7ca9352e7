//! Which web page is asking. Browsers add our cookies to requests whoever
//! wrote the page that sends them, so a cookie proves who somebody is and not
//! that they want what is asked; the page's origin does.

use axum::http::{HeaderMap, HeaderName, header};

use crate::{config::Config, origins::Origins};

/// The page a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// No page, or the browser itself: an address typed in.
    None,
    /// One we served, or one that shares our address behind a web server.
    Own,
    /// One of an origin that may call us.
    Listed,
    /// Any other.
    Foreign,
}

impl Page {
    /// Reads `Origin` (RFC 6454, section 7) and, where a browser leaves that
    /// out, `Sec-Fetch-Site` (W3C Fetch Metadata, section 2.3).
    pub(crate) fn of(headers: &HeaderMap, config: &Config) -> Self {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return match text(headers, HeaderName::from_static("sec-fetch-site")) {
                Some("cross-site") => Page::Foreign,
                Some("same-origin") => Page::Own,
                _ => Page::None,
            };
        };
        let Ok(origin) = origin.to_str() else { return Page::Foreign };
        let named = |it: &String| it.trim_end_matches('/').eq_ignore_ascii_case(origin);
        // Somebody who lists our own address has a page of theirs there.
        if config.origins().iter().any(named) {
            Page::Listed
        } else if is_same_host(origin, headers) {
            Page::Own
        } else if Origins::of(config).allow(origin) {
            Page::Listed
        } else {
            Page::Foreign
        }
    }
}

fn is_same_host(origin: &str, headers: &HeaderMap) -> bool {
    let page = origin.split_once("://").map(|(_, host)| host);
    page.is_some() && page == text(headers, header::HOST)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn page(listed: &str, headers: &[(&str, &str)]) -> Page {
        let settings = [
            ("FRONTEND_URL", listed),
            ("HOUSECALL_ENV", if listed.is_empty() { "development" } else { "production" }),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::load(None, &HashMap::from(settings)).expect("good settings");
        let pair = |(name, value): &(&str, &str)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, value.parse().expect("a value"))
        };
        let host = [("host", "h.example:3000")];
        Page::of(&HeaderMap::from_iter(host.iter().chain(headers).map(pair)), &config)
    }

    #[test]
    fn a_page_is_known_by_its_origin() {
        let listed = "https://a.example, http://own.example/";
        let of =
            |origin: &str| page(listed, &[("origin", origin), ("sec-fetch-site", "same-site")]);
        assert_eq!(of("https://a.example"), Page::Listed);
        assert_eq!(of("https://h.example:3000"), Page::Own);
        assert_eq!(of("https://h.example"), Page::Foreign);
        assert_eq!(of("https://a.example.evil.example"), Page::Foreign);
        assert_eq!(of("http://localhost:5173"), Page::Foreign);
        assert_eq!(of("null"), Page::Foreign);
        assert_eq!(
            page("http://h.example:3000", &[("origin", "http://h.example:3000")]),
            Page::Listed
        );
    }

    #[test]
    fn pages_on_localhost_may_call_a_server_under_development() {
        assert_eq!(page("", &[("origin", "http://localhost:5173")]), Page::Listed);
        assert_eq!(page("", &[("origin", "http://h.example:3000")]), Page::Own);
        assert_eq!(page("", &[("origin", "https://a.example")]), Page::Foreign);
    }

    #[test]
    fn without_an_origin_the_browser_tells_how_near_the_page_is() {
        let near = |site: &str| page("", &[("sec-fetch-site", site)]);
        assert_eq!(near("cross-site"), Page::Foreign);
        assert_eq!(near("same-origin"), Page::Own);
        assert_eq!(near("none"), Page::None);
        assert_eq!(page("", &[]), Page::None);
    }
}
