//! What is known of somebody who wants to join: its credentials and the few
//! parts of the HTTP request that matter. They are copied out, because a
//! header kept as it is keeps the whole read buffer of its request alive.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, header};
use serde_json::value::RawValue;

/// The address of the client as a trusted proxy tells it. A middleware may
/// leave it in the extensions of a request; it then stands for the address of
/// the connection.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// The parts of a request that outlive it.
#[derive(Debug, Clone, Default)]
pub struct RequestHead {
    /// The `Authorization` header.
    pub authorization: Option<Box<str>>,
    /// The `Origin` header.
    pub origin: Option<Box<str>>,
    /// The `User-Agent` header.
    pub user_agent: Option<Box<str>>,
    /// The `Cookie` header.
    pub cookie: Option<Box<str>>,
    /// The query string.
    pub query: Box<str>,
    /// Where the request came from, if the server was told.
    pub address: Option<IpAddr>,
}

impl RequestHead {
    pub(crate) fn of(request: &Request) -> Self {
        let headers = request.headers();
        Self {
            authorization: copied(headers, header::AUTHORIZATION),
            origin: copied(headers, header::ORIGIN),
            user_agent: copied(headers, header::USER_AGENT),
            cookie: copied(headers, header::COOKIE),
            query: request.uri().query().unwrap_or_default().into(),
            address: address(request),
        }
    }

    /// The value of a query parameter, percent-decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            .map(percent_decoded)
    }
}

fn copied(headers: &HeaderMap, name: HeaderName) -> Option<Box<str>> {
    headers.get(name)?.to_str().ok().map(Into::into)
}

pub(crate) fn address(request: &Request) -> Option<IpAddr> {
    let extensions = request.extensions();
    let told = extensions.get::<ClientAddress>().map(|it| it.0);
    told.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip()))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let (byte, tail) = match (first, tail) {
            (b'+', tail) => (b' ', tail),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (b'%', tail),
            },
            (other, tail) => (*other, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|it| it.try_into().ok())
}

/// Somebody asks to join a namespace.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The payload of the CONNECT packet: a JSON object.
    pub auth: Option<Box<RawValue>>,
    /// The request that opened the connection.
    pub request: Arc<RequestHead>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_decoded() {
        let head = RequestHead {
            query: "EIO=4&token=a%2Bb+c%zz%4&name=%E2%82%AC".into(),
            ..RequestHead::default()
        };
        assert_eq!(head.query_value("token").as_deref(), Some("a+b c%zz%4"));
        assert_eq!(head.query_value("name").as_deref(), Some("€"));
        assert_eq!(head.query_value("oken"), None);
    }
}
