//! Which STUN and TURN servers clients are told to use.

use std::net::Ipv6Addr;

use housecall_core::UserId;
use housecall_media::turn::Credential;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    config::{Config, comma_list},
    house::House,
};

/// How many seconds clients may use an answer that does not expire: asking again
/// after a day picks up a changed configuration.
const A_DAY: u64 = 24 * 60 * 60;

/// An `RTCIceServer` (W3C WebRTC 1.0, section 4.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct IceServer {
    urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// STUN and TURN servers, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IceServers {
    /// `RTCIceServer`s as the W3C defines them.
    pub(crate) ice_servers: Vec<IceServer>,
    /// How many seconds they can be used to begin a connection.
    pub(crate) ttl: u64,
}

/// The embedded server that runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Embedded {
    /// Its port over UDP and, if it relays, TCP.
    pub(crate) port: u16,
    /// Whether it relays.
    pub(crate) relays: bool,
    /// The port on which it relays over TLS.
    pub(crate) tls: Option<u16>,
}

/// What the configuration says about STUN and TURN.
pub(crate) struct Ice {
    stun: Vec<String>,
    turn: Vec<String>,
    /// Username and password of the external TURN servers, if they are fixed.
    fixed: Option<Credential>,
    external_host: String,
    embedded: Option<Embedded>,
}

impl Ice {
    /// `embedded` is our own server, if it runs.
    pub(crate) fn new(config: &Config, embedded: Option<Embedded>) -> Self {
        let ice = &config.ice;
        let fixed =
            Credential { username: ice.turn_username.clone(), password: ice.turn_password.clone() };
        Self {
            stun: with_scheme("stun:", &ice.stun_servers),
            turn: with_scheme("turn:", &ice.turn_servers),
            fixed: Some(fixed).filter(|it| !it.password.is_empty()),
            external_host: ice.external_host.clone(),
            embedded,
        }
    }

    /// The servers for anybody who reached us as `host` (`name:port`): those that
    /// need no credentials.
    pub(crate) fn public(&self, host: Option<&str>) -> IceServers {
        let stun = if self.stun.is_empty() { self.own_stun(host) } else { self.stun.clone() };
        IceServers { ice_servers: server(stun, None).into_iter().collect(), ttl: A_DAY }
    }

    /// The servers for a client that reached us as `host` (`name:port`), with a
    /// credential made for it and for how many seconds.
    fn servers(&self, host: Option<&str>, made: Option<(Credential, u64)>) -> IceServers {
        let IceServers { mut ice_servers, .. } = self.public(host);
        let (credential, ttl) = made.map_or((None, A_DAY), |(it, ttl)| (Some(it), ttl));
        ice_servers.extend(server(self.own_turn(host), credential.as_ref()));
        let external = self.fixed.as_ref().or(credential.as_ref());
        ice_servers.extend(server(self.turn.clone(), external));
        IceServers { ice_servers, ttl }
    }

    fn own_stun(&self, host: Option<&str>) -> Vec<String> {
        let urls = |own: Embedded, name: String| vec![format!("stun:{name}:{}", own.port)];
        self.embedded.zip(self.name(host)).map(|(own, name)| urls(own, name)).unwrap_or_default()
    }

    fn own_turn(&self, host: Option<&str>) -> Vec<String> {
        let relay = self.embedded.filter(|it| it.relays);
        let Some((Embedded { port, tls, .. }, name)) = relay.zip(self.name(host)) else {
            return Vec::new();
        };
        let mut urls = vec![
            format!("turn:{name}:{port}?transport=udp"),
            format!("turn:{name}:{port}?transport=tcp"),
        ];
        urls.extend(tls.map(|port| format!("turns:{name}:{port}?transport=tcp")));
        urls
    }

    /// What clients call the embedded server.
    fn name(&self, host: Option<&str>) -> Option<String> {
        let external = Some(self.external_host.as_str()).filter(|it| !it.is_empty());
        let name = external.or(host.map(without_port)).filter(|it| is_host(it))?;
        let is_bare = name.parse::<Ipv6Addr>().is_ok();
        Some(if is_bare { format!("[{name}]") } else { name.to_owned() })
    }
}

impl House {
    /// The servers for somebody who reached us as `host` (`name:port`).
    pub(crate) fn ice_servers(&self, user: &UserId, host: Option<&str>) -> IceServers {
        self.ice.servers(host, self.relay.credential(user, self.now()))
    }
}

/// One server of these addresses, if there are any.
fn server(urls: Vec<String>, credential: Option<&Credential>) -> Option<IceServer> {
    let username = credential.map(|it| it.username.clone());
    let credential = credential.map(|it| it.password.clone());
    (!urls.is_empty()).then_some(IceServer { urls, username, credential })
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

    use housecall_media::turn::SharedSecret;

    use super::*;

    const STUN_ONLY: Embedded = Embedded { port: 3478, relays: false, tls: None };
    const ALL: Embedded = Embedded { port: 3478, relays: true, tls: Some(5349) };

    fn told(pairs: &[(&str, &str)], own: Option<Embedded>, host: &str) -> IceServers {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
        let made = (SharedSecret::new("north").sign("ann", 1_700_000_000), 3600);
        Ice::new(&config, own).servers(Some(host), Some(made))
    }

    fn urls(pairs: &[(&str, &str)], own: Embedded, host: &str) -> Vec<String> {
        told(pairs, Some(own), host).ice_servers.into_iter().flat_map(|it| it.urls).collect()
    }

    #[test]
    fn clients_are_sent_where_they_came_from() {
        assert_eq!(urls(&[], STUN_ONLY, "clinic.example:3000"), ["stun:clinic.example:3478"]);
        assert_eq!(urls(&[], STUN_ONLY, "[::1]:3000"), ["stun:[::1]:3478"]);
        assert!(urls(&[], ALL, "evil?transport=tcp").is_empty());
    }

    #[test]
    fn clients_are_sent_to_the_address_others_see() {
        let check = |external: &str, url: &str| {
            assert_eq!(urls(&[("TURN_EXTERNAL_IP", external)], STUN_ONLY, "x"), [url]);
        };
        check("203.0.113.7", "stun:203.0.113.7:3478");
        check("2001:db8::7", "stun:[2001:db8::7]:3478");
        check("[2001:db8::7]", "stun:[2001:db8::7]:3478");
    }

    #[test]
    fn a_relay_is_told_in_all_its_ways() {
        let ways = [
            "stun:clinic.example:3478",
            "turn:clinic.example:3478?transport=udp",
            "turn:clinic.example:3478?transport=tcp",
            "turns:clinic.example:5349?transport=tcp",
        ];
        assert_eq!(urls(&[], ALL, "clinic.example"), ways);
        assert_eq!(urls(&[], Embedded { tls: None, ..ALL }, "clinic.example"), ways[..3]);
    }

    #[test]
    fn configured_servers_come_besides_and_stun_servers_instead() {
        let pairs = [
            ("WEBRTC_STUN_SERVERS", "stun:a.example:1, b.example:2"),
            ("WEBRTC_TURN_SERVERS", "turn:c.example:3"),
        ];
        let both = ["stun:a.example:1", "stun:b.example:2", "turn:c.example:3"];
        assert_eq!(urls(&pairs, STUN_ONLY, "x"), both);
        assert_eq!(urls(&pairs, ALL, "x").len(), 6);
    }

    #[test]
    fn external_servers_take_made_credentials_unless_theirs_are_fixed() {
        let servers = ("WEBRTC_TURN_SERVERS", "turn:c.example:3");
        let made = told(&[servers], None, "x");
        let expected = IceServer {
            urls: vec!["turn:c.example:3".to_owned()],
            username: Some("1700000000:ann".to_owned()),
            credential: Some("jeamH6dA5l2I9g3jmieza7CzEDo=".to_owned()),
        };
        assert_eq!(made, IceServers { ice_servers: vec![expected.clone()], ttl: 3600 });

        let fixed = told(&[servers, ("TURN_USER", "u"), ("TURN_PASS", "p")], None, "x");
        let (username, credential) = (Some("u".to_owned()), Some("p".to_owned()));
        let expected = IceServer { username, credential, ..expected };
        assert_eq!(fixed.ice_servers, [expected]);
    }

    #[test]
    fn strangers_are_told_nothing_that_needs_a_credential() {
        let config = Config::load(None, &HashMap::new()).expect("the defaults fit");
        let told = Ice::new(&config, Some(ALL)).public(Some("clinic.example"));
        let stun = server(vec!["stun:clinic.example:3478".to_owned()], None);
        assert_eq!(told, IceServers { ice_servers: stun.into_iter().collect(), ttl: A_DAY });
    }
}
