//! Tokens as cookies (RFC 6265), for clients whose pages find them there.
//!
//! Access tokens are in two cookies that scripts can read, because that is
//! where those clients look; the refresh token is in one that they cannot. Our
//! own web app is given none: it keeps its tokens in its tab, where they end
//! with it, and cookies would outlive that.

use std::time::Duration;

use axum::{
    http::{HeaderMap, HeaderName, header},
    response::AppendHeaders,
};
use housecall_core::Private;

use super::{super::error::ApiError, page::Page, session::SignedIn};
use crate::{config::Config, house::House};

/// Where an access token may be, in the order we look.
const ACCESS: [&str; 3] = ["AccessToken", "authToken", "vw_access_token"];

/// The cookies of an access token that we set ourselves.
const ACCESS_SET: [&str; 2] = ["AccessToken", "authToken"];

const REFRESH: &str = "RefreshToken";

/// What a page watches a recording with.
const WATCH: &str = "housecall_watch";

/// Sent to nothing but the operations that need it.
const REFRESH_PATH: &str = "/api/auth";

/// `Set-Cookie` headers.
pub(crate) type Cookies = AppendHeaders<Vec<(HeaderName, String)>>;

/// The access token of a request without an `Authorization` header.
pub(crate) fn access_token<'a>(
    headers: &'a HeaderMap,
    config: &Config,
) -> Result<Option<&'a str>, ApiError> {
    let token = ACCESS.iter().find_map(|name| cookie(headers, name));
    if token.is_some() {
        refuse_foreign_pages(headers, config)?;
    }
    Ok(token)
}

/// The refresh token of a request that has none in its body. Pages of others
/// may not even ask without one.
pub(crate) fn refresh_token(
    headers: &HeaderMap,
    config: &Config,
) -> Result<Option<Private<String>>, ApiError> {
    refuse_foreign_pages(headers, config)?;
    Ok(cookie(headers, REFRESH).map(|it| Private::new(it.to_owned())))
}

/// A cookie sent by a page of others says nothing about what its owner wants.
/// Reading is refused as well, so that no operation has to be harmless.
fn refuse_foreign_pages(headers: &HeaderMap, config: &Config) -> Result<(), ApiError> {
    match Page::of(headers, config) {
        Page::None | Page::Own | Page::Listed => Ok(()),
        Page::Foreign => Err(ApiError::forbidden(
            "foreign_page",
            "Pages of other sites cannot use the cookies of this one. Send a token, or list the \
             page's origin in FRONTEND_URL.",
        )),
    }
}

/// The cookies of somebody who has just signed in, if their client finds its
/// tokens there.
pub(crate) fn of(signed_in: &SignedIn, headers: &HeaderMap, house: &House) -> Cookies {
    match finds_tokens_in_cookies(headers, &house.config) {
        true => holding(signed_in, headers, house),
        false => AppendHeaders(Vec::new()),
    }
}

/// Cookies that hold these tokens for as long as they are good.
pub(crate) fn holding(signed_in: &SignedIn, headers: &HeaderMap, house: &House) -> Cookies {
    let pair = signed_in.pair();
    let access = ACCESS_SET.map(|name| (name, pair.access_token.as_str(), pair.expires_in));
    let lifetime = house.config.auth.refresh_lifetime().as_secs();
    let refresh = (REFRESH, pair.refresh_token.as_str(), lifetime);
    set(access.into_iter().chain([refresh]), headers, &house.config)
}

/// Takes the cookies back from a client that was given some.
pub(crate) fn taken_back(headers: &HeaderMap, config: &Config) -> Cookies {
    match finds_tokens_in_cookies(headers, config) {
        true => cleared(headers, config),
        false => AppendHeaders(Vec::new()),
    }
}

/// Cookies that are over.
pub(crate) fn cleared(headers: &HeaderMap, config: &Config) -> Cookies {
    set(ACCESS_SET.into_iter().chain([REFRESH]).map(|name| (name, "", 0)), headers, config)
}

fn finds_tokens_in_cookies(headers: &HeaderMap, config: &Config) -> bool {
    match Page::of(headers, config) {
        Page::None | Page::Listed => true,
        Page::Own | Page::Foreign => false,
    }
}

/// What a page was granted to watch a recording with. Never where another page
/// asks.
pub(crate) fn watch_grant<'a>(
    headers: &'a HeaderMap,
    config: &Config,
) -> Result<Option<&'a str>, ApiError> {
    let grant = cookie(headers, WATCH);
    if grant.is_some() {
        refuse_foreign_pages(headers, config)?;
    }
    Ok(grant)
}

/// The cookie that lets a page show the recording at `path`, and nothing else.
pub(crate) fn watch_cookie(
    path: &str,
    grant: &str,
    lifetime: Duration,
    headers: &HeaderMap,
    config: &Config,
) -> Cookies {
    let (seconds, secure) = (lifetime.as_secs(), secure(headers, config));
    let scope = format!("Path={path}; HttpOnly; SameSite=Strict");
    let line = format!("{WATCH}={grant}; Max-Age={seconds}; {scope}{secure}");
    AppendHeaders(vec![(header::SET_COOKIE, line)])
}

fn secure(headers: &HeaderMap, config: &Config) -> &'static str {
    if config.is_production() || came_over_tls(headers) { "; Secure" } else { "" }
}

fn set<'a>(
    cookies: impl Iterator<Item = (&'a str, &'a str, u64)>,
    headers: &HeaderMap,
    config: &Config,
) -> Cookies {
    let secure = secure(headers, config);
    let line = |(name, value, seconds)| {
        // A refresh token is asked for by pages only, never by a link to one,
        // so nobody misses it where Lax would have sent it.
        let scope = match name {
            REFRESH => format!("Path={REFRESH_PATH}; HttpOnly; SameSite=Strict"),
            _ => "Path=/; SameSite=Lax".to_owned(),
        };
        (header::SET_COOKIE, format!("{name}={value}; Max-Age={seconds}; {scope}{secure}"))
    };
    AppendHeaders(cookies.map(line).collect())
}

/// Whether the web server in front of us was asked over TLS. Who claims it
/// without one only gets cookies that their browser keeps to itself.
fn came_over_tls(headers: &HeaderMap) -> bool {
    let scheme = headers.get("x-forwarded-proto").and_then(|it| it.to_str().ok());
    scheme.is_some_and(|it| it.eq_ignore_ascii_case("https"))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|it| it.split_once('='));
    let (_, value) = pairs.find(|(key, value)| key.trim() == name && !value.trim().is_empty())?;
    Some(value.trim())
}
