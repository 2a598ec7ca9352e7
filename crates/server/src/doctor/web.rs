//! Whether the server runs.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs},
    time::Duration,
};

use housecall_core::Timestamp;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::finding::Finding;
use crate::config::Config;

const NAME: &str = "server";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What answers where HTTP should be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Server {
    /// Housecall, whose clock says so.
    Runs { address: SocketAddr, clock: Timestamp, ready: bool },
    /// Nothing; the port is free.
    Stopped(SocketAddr),
    /// Something that is not Housecall.
    Foreign(SocketAddr),
    /// The configuration names no address of this machine.
    Nowhere(String),
    /// Any free port is taken at the start, so nobody knows which.
    Anywhere,
}

#[derive(Deserialize)]
struct Health {
    status: String,
    timestamp: Timestamp,
}

/// Asks whatever listens where the server should.
pub(super) async fn ask(config: &Config) -> Server {
    let (host, port) = (config.server.host.as_str(), config.server.port);
    if port == 0 {
        return Server::Anywhere;
    }
    let Some(listen) = (host, port).to_socket_addrs().ok().and_then(|mut it| it.next()) else {
        return Server::Nowhere(format!("{host}:{port}"));
    };
    let address = reachable(listen);
    let health = get(address, "/health").await.ok();
    let health = health.and_then(|it| serde_json::from_str::<Health>(&it).ok());
    match health.filter(|it| it.status == "ok") {
        Some(Health { timestamp, .. }) => {
            let ready = get(address, "/readyz").await.is_ok();
            Server::Runs { address, clock: timestamp, ready }
        }
        None => match TcpListener::bind(listen) {
            Ok(_) => Server::Stopped(address),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Server::Foreign(address),
            Err(_) => Server::Nowhere(listen.to_string()),
        },
    }
}

/// Where the server would refuse to start.
pub(super) fn plain_http(config: &Config) -> Option<Finding> {
    let listen =
        (config.server.host.as_str(), config.server.port).to_socket_addrs().ok()?.next()?;
    let is_open =
        config.is_production() && !config.server.behind_proxy && !listen.ip().is_loopback();
    is_open.then(|| {
        Finding::problem(
            "encryption",
            format!("In production plain HTTP is served on this machine only, not on {listen}."),
            "Put a web server that ends TLS in front and set server.behind_proxy, or set HOST to \
             127.0.0.1.",
        )
    })
}

/// Where something that listens there is reached from this machine.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The body of an answer with status 200.
async fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let asking = async {
        let mut stream = TcpStream::connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
        let is_ok = head.split(' ').nth(1) == Some("200");
        if is_ok { Ok(body.to_owned()) } else { Err(io::ErrorKind::Other.into()) }
    };
    timeout(PATIENCE, asking).await?
}

impl Server {
    pub(super) fn finding(&self) -> Finding {
        match self {
            Self::Runs { address, ready: true, .. } => {
                Finding::ok(NAME, format!("Housecall answers at http://{address}."))
            }
            Self::Runs { address, ready: false, .. } => Finding::problem(
                NAME,
                format!("Housecall answers at http://{address}, but is not ready to serve."),
                "See /readyz and the log of the server: as a rule the database or the disk.",
            ),
            Self::Stopped(address) => Finding::warning(
                NAME,
                format!(
                    "Housecall does not run at http://{address}; the port is free. What only a \
                     running server shows was not looked at."
                ),
                "Start it with `housecall serve` and ask again.",
            ),
            Self::Foreign(address) => Finding::problem(
                NAME,
                format!("Something that is not Housecall has http://{address}."),
                "Stop it, or set server.port [PORT] to a free port.",
            ),
            Self::Nowhere(address) => Finding::problem(
                NAME,
                format!("{address} is no address of this machine that may be listened on."),
                "Set server.host [HOST] to 127.0.0.1, 0.0.0.0 or an address of this machine, and \
                 server.port [PORT] above 1023 unless the server runs as root.",
            ),
            Self::Anywhere => Finding::warning(
                NAME,
                "server.port is 0: the server takes any free port, so it cannot be asked.",
                "Set server.port [PORT].",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::finding::Verdict;
    use super::*;

    /// A config with this port, and a listener that answers each connection so.
    async fn found(answer: &'static str) -> Server {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        ask(&config(&port.to_string())).await
    }

    fn config(port: &str) -> Config {
        let pairs = [("PORT".to_owned(), port.to_owned())];
        Config::load(None, &HashMap::from(pairs)).expect("good settings")
    }

    #[tokio::test]
    async fn our_server_is_told_from_others() {
        let ours = "HTTP/1.1 200 OK\r\n\r\n\
                    {\"status\":\"ok\",\"timestamp\":\"2026-01-02T03:04:05.000Z\",\"uptime\":1.5}";
        let Server::Runs { clock, ready, .. } = found(ours).await else { panic!("it runs") };
        assert_eq!((clock.to_string().as_str(), ready), ("2026-01-02T03:04:05.000Z", true));
        for other in
            ["HTTP/1.1 200 OK\r\n\r\n<html>", "HTTP/1.1 404 Not Found\r\n\r\n{}", "SSH-2.0"]
        {
            assert!(matches!(found(other).await, Server::Foreign(_)), "{other}");
        }
    }

    #[tokio::test]
    async fn a_free_port_is_no_problem_and_one_that_cannot_be_had_is() {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let port = port.expect("a port").port();
        let stopped = ask(&config(&port.to_string())).await;
        assert!(matches!(stopped, Server::Stopped(_)));
        assert_eq!(stopped.finding().verdict, Verdict::Warning);
        assert_eq!(ask(&config("0")).await, Server::Anywhere);
        let mut elsewhere = config("3000");
        elsewhere.server.host = "192.0.2.1".into();
        let nowhere = ask(&elsewhere).await;
        assert_eq!(nowhere, Server::Nowhere("192.0.2.1:3000".into()));
        assert_eq!(nowhere.finding().verdict, Verdict::Problem);
    }

    #[test]
    fn production_needs_tls_in_front() {
        let found = |production: bool, host: &str, behind_proxy: bool| {
            let environment = if production { "production" } else { "development" };
            let pairs = [("HOUSECALL_ENV", environment), ("HOST", host)];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let mut config = Config::load(None, &HashMap::from(pairs)).expect("good settings");
            config.server.behind_proxy = behind_proxy;
            plain_http(&config).map(|it| it.verdict)
        };
        assert_eq!(found(true, "0.0.0.0", false), Some(Verdict::Problem));
        assert_eq!(found(true, "0.0.0.0", true), None);
        assert_eq!(found(true, "127.0.0.1", false), None);
        assert_eq!(found(false, "0.0.0.0", false), None);
    }

    #[test]
    fn who_listens_everywhere_is_reached_here() {
        let check = |listen: &str, expected: &str| {
            let listen = listen.parse().expect("an address");
            assert_eq!(reachable(listen).to_string(), expected);
        };
        check("0.0.0.0:1", "127.0.0.1:1");
        check("[::]:1", "[::1]:1");
        check("192.0.2.1:1", "192.0.2.1:1");
    }
}
