//! Servers that are not ours.

use std::net::{SocketAddr, ToSocketAddrs};

use housecall_media::{
    client::{Endpoint, Trust},
    turn::{Credential, Transport},
};

use super::{
    super::finding::Finding,
    PATIENCE, own_credential,
    trial::{binding, relaying},
};
use crate::config::{Config, comma_list};

/// A STUN or TURN address (RFC 7064, RFC 7065).
#[derive(Debug, PartialEq)]
struct Url {
    relays: bool,
    transport: Transport,
    host: String,
    port: u16,
}

/// Every external server of the configuration.
pub(in crate::doctor) async fn external(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for url in comma_list(&config.ice.stun_servers) {
        findings.push(look_at(config, &url, "stun:").await);
    }
    for url in comma_list(&config.ice.turn_servers) {
        findings.push(look_at(config, &url, "turn:").await);
    }
    findings
}

async fn look_at(config: &Config, text: &str, usual: &str) -> Finding {
    let Some(url) = Url::read(text, usual) else {
        return Finding::problem(
            text,
            "This is no address of a STUN or TURN server.",
            "Write it as stun:host:port, turn:host:port?transport=tcp or turns:host:port.",
        );
    };
    let Some(address) = url.resolve() else {
        return Finding::problem(
            text,
            format!("The name {} has no address.", url.host),
            "Correct the name, or see whether the name service of this machine works.",
        );
    };
    let endpoint = match url.transport {
        Transport::Tls => Endpoint::tls(address, &url.host, Trust::System),
        transport => Endpoint::new(transport, address),
    };
    let endpoint = Endpoint { patience: PATIENCE, ..endpoint };
    if !url.relays {
        return binding(text, &endpoint).await;
    }
    match credential(config) {
        Some(credential) => relaying(text, &endpoint, &credential).await,
        None => Finding::problem(
            text,
            "There is neither a password nor a secret for it.",
            "Set TURN_SECRET to the secret it has, or TURN_USERNAME and TURN_PASSWORD.",
        ),
    }
}

/// What clients are told: a fixed username and password, or one from our secret.
fn credential(config: &Config) -> Option<Credential> {
    let fixed = Credential {
        username: config.ice.turn_username.clone(),
        password: config.ice.turn_password.clone(),
    };
    if fixed.password.is_empty() { own_credential(config) } else { Some(fixed) }
}

impl Url {
    fn read(text: &str, usual: &str) -> Option<Self> {
        let has_scheme =
            ["stun:", "stuns:", "turn:", "turns:"].iter().any(|it| text.starts_with(it));
        let text = if has_scheme { text.to_owned() } else { format!("{usual}{text}") };
        let (scheme, rest) = text.split_once(':')?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let is_secure = scheme.ends_with('s');
        let transport = match (is_secure, query) {
            (true, "" | "transport=tcp") => Transport::Tls,
            (false, "" | "transport=udp") => Transport::Udp,
            (false, "transport=tcp") => Transport::Tcp,
            _ => return None,
        };
        let (host, port) = split_port(place, if is_secure { 5349 } else { 3478 })?;
        Some(Self { relays: scheme.starts_with("turn"), transport, host, port })
    }

    fn resolve(&self) -> Option<SocketAddr> {
        (self.host.as_str(), self.port).to_socket_addrs().ok()?.next()
    }
}

/// `host`, `host:port`, `[::1]` or `[::1]:port`.
fn split_port(place: &str, usual: u16) -> Option<(String, u16)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(usual), |it| it.parse().ok())?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_browsers_do() {
        let check = |text: &str, relays, transport, host: &str, port| {
            let expected = Url { relays, transport, host: host.to_owned(), port };
            assert_eq!(Url::read(text, "turn:"), Some(expected), "{text}");
        };
        check("stun:a.example", false, Transport::Udp, "a.example", 3478);
        check("a.example:99", true, Transport::Udp, "a.example", 99);
        check("turn:a.example:99?transport=tcp", true, Transport::Tcp, "a.example", 99);
        check("turns:a.example", true, Transport::Tls, "a.example", 5349);
        check("turns:[::1]:443?transport=tcp", true, Transport::Tls, "::1", 443);
        check("stuns:[2001:db8::1]", false, Transport::Tls, "2001:db8::1", 5349);
        for wrong in
            ["turn:", "turn:a:b", "turn:a?transport=sctp", "turns:a?transport=udp", "turn:[::1"]
        {
            assert_eq!(Url::read(wrong, "turn:"), None, "{wrong}");
        }
    }
}
