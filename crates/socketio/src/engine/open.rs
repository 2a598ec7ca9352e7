//! The handshake: what the client asks for in the query, what the server
//! answers in the open packet, and the errors both sides know by number.

use axum::http::StatusCode;
use serde::Serialize;

use crate::id::Id;
use crate::limits::Limits;

/// The two ways packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// HTTP long-polling.
    Polling,
    /// A websocket.
    Websocket,
}

/// What the query of a request says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Question<'a> {
    pub(crate) transport: Transport,
    pub(crate) sid: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// Reads `EIO`, `transport` and `sid`. All three consist of characters
    /// that need no percent-encoding.
    pub(crate) fn parse(query: &'a str) -> Result<Self, Refusal> {
        let value = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let transport = match value("transport") {
            Some("polling") => Transport::Polling,
            Some("websocket") => Transport::Websocket,
            _ => return Err(Refusal::UnknownTransport),
        };
        if value("EIO") != Some("4") {
            return Err(Refusal::UnsupportedVersion);
        }
        Ok(Self { transport, sid: value("sid") })
    }
}

/// Errors of a request, with the numbers of the reference implementation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    UnknownTransport,
    UnknownSession,
    BadMethod,
    BadRequest,
    Forbidden,
    UnsupportedVersion,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::UnknownTransport
            | Self::UnknownSession
            | Self::BadMethod
            | Self::BadRequest
            | Self::UnsupportedVersion => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body(self) -> &'static str {
        match self {
            Self::UnknownTransport => r#"{"code":0,"message":"Transport unknown"}"#,
            Self::UnknownSession => r#"{"code":1,"message":"Session ID unknown"}"#,
            Self::BadMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Self::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
            Self::Forbidden => r#"{"code":4,"message":"Forbidden"}"#,
            Self::UnsupportedVersion => r#"{"code":5,"message":"Unsupported protocol version"}"#,
        }
    }
}

/// The open packet of a new session.
pub(crate) fn packet(sid: Id, transport: Transport, limits: &Limits) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Open<'a> {
        sid: &'a str,
        upgrades: &'a [&'a str],
        ping_interval: u128,
        ping_timeout: u128,
        max_payload: usize,
    }
    let open = Open {
        sid: sid.as_str(),
        upgrades: match transport {
            Transport::Polling => &["websocket"],
            Transport::Websocket => &[],
        },
        ping_interval: limits.ping_interval.as_millis(),
        ping_timeout: limits.ping_timeout.as_millis(),
        max_payload: limits.max_payload,
    };
    let json = serde_json::to_string(&open).expect("strings and numbers are always JSON");
    super::Packet::Open(&json).encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_names_version_transport_and_session() {
        assert_eq!(
            Question::parse("EIO=4&transport=polling&t=N8hyd6w"),
            Ok(Question { transport: Transport::Polling, sid: None })
        );
        assert_eq!(
            Question::parse("t=1&sid=abc&transport=websocket&EIO=4"),
            Ok(Question { transport: Transport::Websocket, sid: Some("abc") })
        );
    }

    #[test]
    fn a_missing_or_wrong_parameter_is_refused() {
        let table = [
            ("", Refusal::UnknownTransport),
            ("EIO=4", Refusal::UnknownTransport),
            ("EIO=4&transport=abc", Refusal::UnknownTransport),
            ("EIO=4&transports=polling", Refusal::UnknownTransport),
            ("transport=polling", Refusal::UnsupportedVersion),
            ("EIO=abc&transport=polling", Refusal::UnsupportedVersion),
            ("EIO=3&transport=websocket", Refusal::UnsupportedVersion),
        ];
        for (query, refusal) in table {
            assert_eq!(Question::parse(query), Err(refusal), "{query}");
            assert_eq!(refusal.status(), StatusCode::BAD_REQUEST);
        }
    }

    #[test]
    fn the_open_packet_has_the_five_keys_of_the_document() {
        let sid = Id::random();
        let packet = packet(sid, Transport::Polling, &Limits::default());
        let json: serde_json::Value = serde_json::from_str(&packet[1..]).expect("the data is JSON");
        assert_eq!(
            json,
            serde_json::json!({
                "sid": sid.as_str(), "upgrades": ["websocket"],
                "pingInterval": 10000, "pingTimeout": 5000, "maxPayload": 1_000_000
            })
        );
        assert!(packet.starts_with('0'));
    }

    #[test]
    fn a_websocket_has_nothing_to_upgrade_to() {
        let packet = packet(Id::random(), Transport::Websocket, &Limits::default());
        assert!(packet.contains(r#""upgrades":[]"#));
    }
}
