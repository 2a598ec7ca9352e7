//! The embedded STUN and TURN server, as the configuration wants it.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use anyhow::{Context, anyhow};
use housecall_media::turn::{
    BindError, Limits, Relay, RelayAddress, Settings, SharedSecret, Tls, TurnServer,
};

use crate::{
    auth::turn_secret,
    config::{Config, Ice},
    ice::Embedded,
};

/// The realm of credentials. Clients only repeat it.
const REALM: &str = "housecall";

/// Takes the ports, if the server is switched on. `usual` is where it listens
/// unless the configuration says otherwise.
pub(crate) fn bind(config: &Config, usual: IpAddr) -> anyhow::Result<Option<TurnServer>> {
    if config.ice.port == 0 {
        return Ok(None);
    }
    let settings = settings(&config.ice, usual)?;
    if config.is_production() && settings.listen.ip().is_loopback() {
        tracing::warn!("STUN and TURN are reached from this machine only: set ice.host");
    }
    TurnServer::bind(settings).map(Some).map_err(advise)
}

pub(crate) fn settings(ice: &Ice, usual: IpAddr) -> anyhow::Result<Settings> {
    let listen = match ice.host.as_str() {
        "" => SocketAddr::new(usual, ice.port),
        host => resolve(host, ice.port)
            .with_context(|| format!("ice.host is no address of this machine: {host}."))?,
    };
    let relay = if ice.relay { relay(ice, listen.ip())? } else { None };
    let tls = Tls {
        listen: SocketAddr::new(listen.ip(), ice.tls_port),
        certificate: ice.tls_certificate.clone(),
        key: ice.tls_key.clone(),
    };
    let tls = Some(tls).filter(|_| relay.is_some() && ice.has_certificate());
    Ok(Settings { listen, tls, relay, realm: REALM.to_owned() })
}

fn relay(ice: &Ice, listen: IpAddr) -> anyhow::Result<Option<Relay>> {
    let addresses = RelayAddress::detect(listen);
    if addresses.is_empty() {
        tracing::warn!("This machine has no network: only STUN is answered, nothing is relayed");
        return Ok(None);
    }
    Ok(Some(Relay {
        addresses: translated(addresses, &seen_by_others(&ice.external_host)),
        ports: ice.min_port..=ice.max_port,
        allowed_peers: ice.allowed_peers()?,
        limits: Limits {
            allocations: ice.allocations,
            per_holder: ice.allocations_per_user,
            per_address: ice.allocations_per_address,
            connections_per_address: ice.allocations_per_address,
            allocation_rate: bytes(ice.kilobits_per_allocation),
            holder_rate: bytes(ice.kilobits_per_user),
            longest_lifetime: ice.longest_lifetime(),
        },
    }))
}

fn bytes(kilobits: u64) -> u64 {
    kilobits.saturating_mul(1000 / 8)
}

/// The addresses behind the name clients are told.
fn seen_by_others(external_host: &str) -> Vec<IpAddr> {
    if external_host.is_empty() {
        return Vec::new();
    }
    let name = external_host.trim_start_matches('[').trim_end_matches(']');
    match (name, 0).to_socket_addrs() {
        Ok(found) => found.map(|it| it.ip()).collect(),
        Err(error) => {
            tracing::warn!(%error, "The name in ice.external_host has no address here");
            Vec::new()
        }
    }
}

/// Has others see the first address of each family that is not this machine's own
/// affair: many machines resolve their own name to a loopback address.
fn translated(own: Vec<RelayAddress>, seen: &[IpAddr]) -> Vec<RelayAddress> {
    let public = |own: RelayAddress| {
        let same_family = |it: &&IpAddr| it.is_ipv4() == own.local.is_ipv4();
        let seen = seen.iter().filter(same_family).find(|it| !it.is_loopback());
        seen.map_or(own, |public| RelayAddress { public: *public, ..own })
    };
    own.into_iter().map(public).collect()
}

fn resolve(host: &str, port: u16) -> anyhow::Result<SocketAddr> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (host, port).to_socket_addrs()?.next().context("It has no address.")
}

fn advise(error: BindError) -> anyhow::Error {
    match &error {
        BindError::Udp(..) | BindError::Tcp(..) => anyhow!(
            "{error}. Is something else using it? Set ice.port [TURN_PORT] or ice.tls_port to \
             another."
        ),
        BindError::Relay(..) => anyhow!("{error}. Set ice.host to an address of this machine."),
        BindError::Certificate(_) => anyhow!("{error}"),
    }
}

/// What clients need to know of it.
pub(crate) fn embedded(server: &TurnServer) -> Embedded {
    Embedded {
        port: server.udp().port(),
        relays: server.tcp().is_some(),
        tls: server.tls().map(|it| it.port()),
    }
}

/// Where it relays, as URLs; nowhere if it does not.
pub(crate) fn urls(server: &TurnServer) -> Vec<String> {
    let Some(tcp) = server.tcp() else { return Vec::new() };
    let mut urls = vec![format!("udp://{}", server.udp()), format!("tcp://{tcp}")];
    urls.extend(server.tls().map(|it| format!("tls://{it}")));
    urls
}

/// What credentials are signed with, if any server takes them: the embedded one,
/// when it `runs`, or external ones without a password of their own.
pub(crate) fn secret(config: &Config, runs: bool) -> anyhow::Result<Option<SharedSecret>> {
    let ice = &config.ice;
    let is_shared = !ice.turn_servers.is_empty() && ice.turn_password.is_empty();
    if is_shared && ice.secret.is_empty() {
        tracing::warn!(
            "The external TURN servers have no password and know no secret of ours: set \
             TURN_SECRET to theirs, or TURN_USERNAME and TURN_PASSWORD"
        );
    }
    let given = || turn_secret(config).map(|it| SharedSecret::new(&it));
    (runs || is_shared).then(given).transpose()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, net::Ipv4Addr};

    use super::*;

    const ANY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn settled(pairs: &[(&str, &str)]) -> Settings {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
        settings(&config.ice, ANY).expect("good settings")
    }

    #[test]
    fn the_defaults_are_those_of_the_relay() {
        let settings = settled(&[]);
        assert_eq!(settings.listen, SocketAddr::new(ANY, 3478));
        assert!(settings.tls.is_none(), "there is no certificate");
        let relay = settings.relay.expect("it relays");
        assert_eq!(relay.addresses, [RelayAddress::plain(ANY)]);
        assert_eq!(relay.ports, 49152..=65535);
        assert_eq!(relay.limits, Limits::default());
    }

    #[test]
    fn what_is_configured_is_what_runs() {
        let settings = settled(&[
            ("HOUSECALL_ICE__HOST", "::1"),
            ("TURN_PORT", "5000"),
            ("HOUSECALL_ICE__TLS_PORT", "443"),
            ("HOUSECALL_ICE__TLS_CERTIFICATE", "chain.pem"),
            ("HOUSECALL_ICE__TLS_KEY", "key.pem"),
            ("HOUSECALL_ICE__KILOBITS_PER_USER", "0"),
            ("HOUSECALL_ICE__KILOBITS_PER_ALLOCATION", "400"),
        ]);
        assert_eq!(settings.listen, "[::1]:5000".parse().expect("an address"));
        let tls = settings.tls.expect("there is a certificate");
        assert_eq!(tls.listen, "[::1]:443".parse().expect("an address"));
        let limits = settings.relay.expect("it relays").limits;
        assert_eq!((limits.holder_rate, limits.allocation_rate), (0, 50_000));
    }

    #[test]
    fn without_a_relay_there_is_nothing_to_encrypt() {
        let settings = settled(&[
            ("HOUSECALL_ICE__RELAY", "false"),
            ("HOUSECALL_ICE__TLS_CERTIFICATE", "chain.pem"),
            ("HOUSECALL_ICE__TLS_KEY", "key.pem"),
        ]);
        assert!(settings.relay.is_none() && settings.tls.is_none());
    }

    #[test]
    fn others_see_the_address_they_are_told() {
        let address = |text: &str| -> IpAddr { text.parse().expect("an address") };
        let own = vec![
            RelayAddress::plain(address("10.0.0.5")),
            RelayAddress::plain(address("2001:db8::5")),
        ];
        let check = |seen: &[&str], expected: [&str; 2]| {
            let seen: Vec<IpAddr> = seen.iter().map(|it| address(it)).collect();
            let public: Vec<IpAddr> =
                translated(own.clone(), &seen).iter().map(|it| it.public).collect();
            assert_eq!(public, expected.map(address), "{seen:?}");
        };
        check(&[], ["10.0.0.5", "2001:db8::5"]);
        check(&["203.0.113.7"], ["203.0.113.7", "2001:db8::5"]);
        check(&["2001:db8::7", "203.0.113.7"], ["203.0.113.7", "2001:db8::7"]);
        check(&["127.0.1.1"], ["10.0.0.5", "2001:db8::5"]);
        assert_eq!(seen_by_others("[2001:db8::7]"), [address("2001:db8::7")]);
        assert!(seen_by_others("").is_empty());
    }

    #[test]
    fn a_secret_is_made_only_for_servers_that_take_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().to_str().expect("a plain path");
        let made = |pairs: &[(&str, &str)], runs: bool| {
            let all = [pairs, &[("HOUSECALL_DATA", data)]].concat();
            let pairs = all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let config = Config::load(None, &HashMap::from_iter(pairs)).expect("good settings");
            secret(&config, runs).expect("it can be kept").is_some()
        };
        let external = ("WEBRTC_TURN_SERVERS", "turn:turn.example");
        assert!(!made(&[], false));
        assert!(!made(&[external, ("TURN_USER", "u"), ("TURN_PASS", "p")], false));
        assert!(!folder.path().join("turn.secret").exists());
        assert!(made(&[external], false));
        assert!(made(&[], true));
        assert!(folder.path().join("turn.secret").exists());
    }
}
