//! Which STUN and TURN servers clients are told to use.

use serde::Serialize;
use utoipa::ToSchema;

use crate::config::{Config, comma_list};

/// An `RTCIceServer` (W3C WebRTC 1.0, section 4.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct IceServer {
    urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// What the configuration says about STUN and TURN.
pub(crate) struct Ice {
    stun: Vec<String>,
    turn: Vec<String>,
    username: String,
    password: String,
    external_host: String,
    /// The port of the embedded STUN server, if it runs.
    embedded: Option<u16>,
}

impl Ice {
    /// `embedded` is the port of our own STUN server, if it runs.
    pub(crate) fn new(config: &Config, embedded: Option<u16>) -> Self {
        let ice = &config.ice;
        Self {
            stun: with_scheme("stun:", &ice.stun_servers),
            turn: with_scheme("turn:", &ice.turn_servers),
            username: ice.turn_username.clone(),
            password: ice.turn_password.clone(),
            external_host: ice.external_host.clone(),
            embedded,
        }
    }

    /// The servers for anybody who reached us as `host` (`name:port`): those that
    /// need no credentials.
    pub(crate) fn public(&self, host: Option<&str>) -> Vec<IceServer> {
        let urls = if self.stun.is_empty() { self.own_stun(host) } else { self.stun.clone() };
        let server = IceServer { urls, username: None, credential: None };
        if server.urls.is_empty() { Vec::new() } else { vec![server] }
    }

    /// The servers for a client that reached us as `host` (`name:port`).
    pub(crate) fn servers(&self, host: Option<&str>) -> Vec<IceServer> {
        let mut servers = self.public(host);
        if !self.turn.is_empty() {
            servers.push(IceServer {
                urls: self.turn.clone(),
                username: Some(self.username.clone()),
                credential: Some(self.password.clone()),
            });
        }
        servers
    }

    fn own_stun(&self, host: Option<&str>) -> Vec<String> {
        let external = Some(self.external_host.as_str()).filter(|it| !it.is_empty());
        let name = external.or(host.map(without_port)).filter(|it| is_host(it));
        match (self.embedded, name) {
            (Some(port), Some(name)) => vec![format!("stun:{name}:{port}")],
            _ => Vec::new(),
        }
    }
}

fn with_scheme(scheme: &str, list: &str) -> Vec<String> {
    let has_scheme =
        |it: &str| ["stun:", "stuns:", "turn:", "turns:"].iter().any(|s| it.starts_with(s));
    let complete = |it: String| if has_scheme(&it) { it } else { format!("{scheme}{it}") };
    comma_list(list).into_iter().map(complete).collect()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The Host header is the client's own word: it may only name a host.
fn is_host(name: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._[]:".contains(it);
    !name.is_empty() && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn urls(pairs: &[(&str, &str)], host: &str) -> Vec<String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
        let servers = Ice::new(&config, Some(3478)).servers(Some(host));
        servers.into_iter().flat_map(|it| it.urls).collect()
    }

    #[test]
    fn clients_are_sent_where_they_came_from() {
        assert_eq!(urls(&[], "clinic.example:3000"), ["stun:clinic.example:3478"]);
        assert_eq!(urls(&[], "[::1]:3000"), ["stun:[::1]:3478"]);
        assert_eq!(urls(&[("TURN_EXTERNAL_IP", "203.0.113.7")], "x"), ["stun:203.0.113.7:3478"]);
        assert!(urls(&[], "evil?transport=tcp").is_empty());
    }

    #[test]
    fn configured_servers_win() {
        let pairs = [
            ("WEBRTC_STUN_SERVERS", "stun:a.example:1, b.example:2"),
            ("WEBRTC_TURN_SERVERS", "turn:c.example:3"),
        ];
        assert_eq!(urls(&pairs, "x"), ["stun:a.example:1", "stun:b.example:2", "turn:c.example:3"]);
    }
}
