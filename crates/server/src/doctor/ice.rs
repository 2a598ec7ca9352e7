//! STUN and TURN, as a browser on this machine would find them.

mod external;
mod trial;

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs, UdpSocket},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use housecall_media::{
    client::{Endpoint, Trust},
    turn::{Credential, SharedSecret, Transport, is_public},
};

pub(super) use self::external::external;
use self::trial::{binding, relaying};
use super::{
    finding::Finding,
    web::{Server, reachable},
};
use crate::{config::Config, turn};

/// How long a server may take to answer; browsers are not as patient.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who we are when we relay.
const USER: &str = "housecall-doctor";
/// How long our credential is good.
const LIFETIME: Duration = Duration::from_secs(300);

/// The embedded server, seen from this machine.
pub(super) struct Here {
    listen: SocketAddr,
    pub(super) plain: SocketAddr,
    pub(super) tls: Option<SocketAddr>,
    /// The addresses peers are told.
    relays: Vec<IpAddr>,
}

impl Here {
    /// Where the configuration puts it.
    pub(super) fn of(config: &Config) -> anyhow::Result<Self> {
        let host = config.server.host.as_str();
        let usual = (host, 0).to_socket_addrs().ok().and_then(|mut it| it.next());
        let usual = usual.with_context(|| format!("{host} has no address."))?;
        let settings = turn::settings(&config.ice, usual.ip())?;
        let relays = settings.relay.map(|it| it.addresses).unwrap_or_default();
        Ok(Self {
            listen: settings.listen,
            plain: reachable(settings.listen),
            tls: settings.tls.map(|it| reachable(it.listen)),
            relays: relays.iter().map(|it| it.public).collect(),
        })
    }

    fn endpoint(&self, transport: Transport) -> Option<Endpoint> {
        let endpoint = match transport {
            Transport::Udp | Transport::Tcp => Endpoint::new(transport, self.plain),
            // What is wrong with the certificate is another finding.
            Transport::Tls => Endpoint::tls(self.tls?, "localhost", Trust::Anybody),
        };
        Some(Endpoint { patience: PATIENCE, ..endpoint })
    }
}

/// The embedded server.
pub(super) async fn embedded(config: &Config, server: &Server) -> Vec<Finding> {
    if config.ice.port == 0 {
        return switched_off(config).into_iter().collect();
    }
    let here = match Here::of(config) {
        Ok(here) => here,
        Err(error) => {
            let says = format!("STUN and TURN cannot start: {error:#}");
            return vec![Finding::problem(
                "STUN",
                says,
                "Set ice.host to an address of this machine.",
            )];
        }
    };
    let mut findings = vec![address(config, &here)];
    match server {
        Server::Runs { .. } => findings.extend(ask(config, &here).await),
        Server::Stopped(_) => findings.extend(ports(&here)),
        // What listens there may be ours or not.
        Server::Foreign(_) | Server::Nowhere(_) | Server::Anywhere => {}
    }
    findings
}

fn switched_off(config: &Config) -> Option<Finding> {
    let is_alone = config.ice.stun_servers.is_empty() && config.ice.turn_servers.is_empty();
    is_alone.then(|| {
        Finding::warning(
            "STUN",
            "STUN and TURN are switched off and no external servers are set: calls connect in one \
             network only.",
            "Set ice.port [TURN_PORT] to 3478, or WEBRTC_STUN_SERVERS and WEBRTC_TURN_SERVERS.",
        )
    })
}

/// What the server does when it is asked.
async fn ask(config: &Config, here: &Here) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(endpoint) = here.endpoint(Transport::Udp) {
        findings.push(binding("STUN", &endpoint).await);
    }
    if !config.ice.relay {
        findings.extend(without_relay(config));
        return findings;
    }
    let Some(credential) = own_credential(config) else {
        findings.push(Finding::problem(
            "TURN",
            "The secret of TURN cannot be read, so relaying cannot be tried.",
            "Run this as the user the server runs as, with the same settings.",
        ));
        return findings;
    };
    for (name, transport) in
        [("TURN udp", Transport::Udp), ("TURN tcp", Transport::Tcp), ("TURN tls", Transport::Tls)]
    {
        if let Some(endpoint) = here.endpoint(transport) {
            findings.push(relaying(name, &endpoint, &credential).await);
        }
    }
    if here.tls.is_none() {
        findings.push(Finding::ok(
            "TURN tls",
            "It is not set up. Some networks let nothing else through: see docs/turn.md.",
        ));
    }
    findings
}

fn without_relay(config: &Config) -> Option<Finding> {
    config.ice.turn_servers.is_empty().then(|| {
        Finding::warning(
            "TURN",
            "Nothing is relayed: people whose networks let them reach each other only through a \
             server cannot call.",
            "Set ice.relay to true, or WEBRTC_TURN_SERVERS.",
        )
    })
}

/// Whether a server that is started now would get its ports.
fn ports(here: &Here) -> Vec<Finding> {
    let udp = ("UDP", here.listen, UdpSocket::bind(here.listen).map(drop));
    let tcp = ("TCP", here.listen, TcpListener::bind(here.listen).map(drop));
    let tls = here.tls.map(|it| SocketAddr::new(here.listen.ip(), it.port()));
    let tls = tls.map(|it| ("TCP", it, TcpListener::bind(it).map(drop)));
    [Some(udp), Some(tcp), tls]
        .into_iter()
        .flatten()
        .map(|(protocol, address, bound)| judge_port(protocol, address, bound))
        .collect()
}

fn judge_port(protocol: &str, address: SocketAddr, bound: io::Result<()>) -> Finding {
    let name = format!("port {} {}", address.port(), protocol.to_lowercase());
    match bound {
        Ok(()) => Finding::ok(name, format!("{protocol} {address} is free for STUN and TURN.")),
        Err(error) => Finding::problem(
            name,
            format!("STUN and TURN cannot listen on {protocol} {address}: {error}."),
            "Stop what uses it, or set ice.port [TURN_PORT] or ice.tls_port to another.",
        ),
    }
}

/// What clients and peers are told.
fn address(config: &Config, here: &Here) -> Finding {
    let name = config.ice.external_host.as_str();
    let resolved = (name.trim_matches(['[', ']']), 0).to_socket_addrs();
    let resolved = resolved.map(|it| it.count()).unwrap_or(0);
    judge_address(name, resolved > 0, here.listen.ip(), &here.relays)
}

fn judge_address(name: &str, resolves: bool, listen: IpAddr, relays: &[IpAddr]) -> Finding {
    const NAME: &str = "address";
    if !name.is_empty() && !resolves {
        return Finding::problem(
            NAME,
            format!("Clients are told to come to {name}, which has no address."),
            "Set ice.external_host [TURN_EXTERNAL_IP] to a name or address that others reach.",
        );
    }
    if listen.is_loopback() {
        return Finding::warning(
            NAME,
            format!("STUN and TURN listen on {listen}, which only this machine reaches."),
            "Set ice.host to 0.0.0.0 or an address of this machine, unless this is for trying out.",
        );
    }
    if let Some(relay) = relays.iter().find(|it| !is_public(**it)) {
        return Finding::warning(
            NAME,
            format!("Peers are told the relay's address {relay}, which only this network reaches."),
            "Set ice.external_host [TURN_EXTERNAL_IP] to the address others see.",
        );
    }
    let clients = match name {
        "" => "the name they reach the web server under",
        name => name,
    };
    let relays: Vec<String> = relays.iter().map(ToString::to_string).collect();
    let relays = if relays.is_empty() { "nothing".to_owned() } else { relays.join(" and ") };
    Finding::ok(NAME, format!("Clients are sent to {clients}; peers are told {relays}."))
}

/// What no program on this machine can see.
pub(super) fn outside(config: &Config) -> Finding {
    let ports = match config.ice.port {
        0 => String::new(),
        port => format!(
            " They must let in UDP and TCP {port}, and UDP {} to {}.",
            config.ice.min_port, config.ice.max_port
        ),
    };
    let advice = "Open the page /check of the web app in a browser outside this network, such as \
                  a phone without Wi-Fi."
        .to_owned();
    let says = format!("Whether firewalls let others in cannot be seen from here.{ports}");
    Finding { advice: Some(advice), ..Finding::ok("outside", says) }
}

/// A fresh credential for servers that share our secret.
fn own_credential(config: &Config) -> Option<Credential> {
    let kept = || std::fs::read_to_string(config.server.data.join("turn.secret")).ok();
    let given = Some(config.ice.secret.clone()).filter(|it| !it.is_empty());
    let secret = given.or_else(kept).filter(|it| !it.is_empty())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(SharedSecret::new(&secret).sign(USER, (now + LIFETIME).as_secs()))
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn addresses_that_others_do_not_reach_are_told() {
        use Verdict::{Ok, Problem, Warning};
        let check = |name: &str, resolves, listen: &str, relay: &str, verdict, says: &str| {
            let ip = |text: &str| text.parse().expect("an address");
            let finding = judge_address(name, resolves, ip(listen), &[ip(relay)]);
            assert_eq!((finding.verdict, finding.says.as_str()), (verdict, says));
        };
        let gone = "Clients are told to come to a.example, which has no address.";
        check("a.example", false, "0.0.0.0", "198.41.0.4", Problem, gone);
        let loopback = "STUN and TURN listen on 127.0.0.1, which only this machine reaches.";
        check("", false, "127.0.0.1", "127.0.0.1", Warning, loopback);
        let private =
            "Peers are told the relay's address 10.0.0.5, which only this network reaches.";
        check("", false, "0.0.0.0", "10.0.0.5", Warning, private);
        let named = "Clients are sent to a.example; peers are told 198.41.0.4.";
        check("a.example", true, "0.0.0.0", "198.41.0.4", Ok, named);
        let usual =
            "Clients are sent to the name they reach the web server under; peers are told 2606::1.";
        check("", false, "::", "2606::1", Ok, usual);
    }

    #[test]
    fn private_addresses_are_known() {
        for private in [
            "10.1.2.3",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "fd00::1",
            "fe80::1",
            "::1",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
        for public in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1"] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_a_problem() {
        let address = "127.0.0.1:3478".parse().expect("an address");
        let free = judge_port("UDP", address, Ok(()));
        assert_eq!((free.verdict, free.name.as_str()), (Verdict::Ok, "port 3478 udp"));
        let taken = judge_port("TCP", address, Err(io::ErrorKind::AddrInUse.into()));
        assert_eq!(taken.verdict, Verdict::Problem);
        assert_eq!(
            taken.says,
            "STUN and TURN cannot listen on TCP 127.0.0.1:3478: address in use."
        );
    }
}
