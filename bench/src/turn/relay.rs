//! The relays under test.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};
use housecall_media::{
    client::{Endpoint, TurnClient},
    turn::{Credential, SharedSecret, Transport},
};
use tempfile::TempDir;

use crate::server::{Server, cpu_of};

const SECRET: &str = "Yq0m3vKXn1b7wq4Tz8s5rLd2uGhJ6pXc";
const USER: &str = "bench";

/// How long a relay may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// A relay that runs.
pub(super) trait Relay {
    fn name(&self) -> &'static str;

    fn address(&self) -> SocketAddr;

    fn cpu(&self) -> anyhow::Result<Duration>;
}

/// Ours, in the release binary.
pub(super) struct Embedded {
    server: Server,
    address: SocketAddr,
}

impl Embedded {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let address = free_address()?;
        let server = Server::start_with(&[
            ("HOUSECALL_ICE__PORT", &address.port().to_string()),
            ("TURN_SECRET", SECRET),
            ("HOUSECALL_ICE__PEERS", "public"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "127.0.0.0/8"),
            ("HOUSECALL_ICE__ALLOCATIONS_PER_USER", "4000"),
            ("HOUSECALL_ICE__ALLOCATIONS_PER_ADDRESS", "4000"),
            ("HOUSECALL_ICE__KILOBITS_PER_ALLOCATION", "0"),
            ("HOUSECALL_ICE__KILOBITS_PER_USER", "0"),
        ])?;
        until_it_answers(address).await?;
        Ok(Self { server, address })
    }
}

impl Relay for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn cpu(&self) -> anyhow::Result<Duration> {
        self.server.cpu()
    }
}

/// coturn as its package installs it, with a shared secret.
pub(super) struct Coturn {
    process: Child,
    address: SocketAddr,
    _files: TempDir,
}

impl Coturn {
    /// Starts it, if there is one.
    pub(super) async fn start() -> anyhow::Result<Option<Self>> {
        let files = tempfile::tempdir()?;
        let address = free_address()?;
        let process = Command::new("turnserver")
            .args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers"])
            .args(["--log-file=stdout", "--use-auth-secret", "--realm=bench"])
            .arg(format!("--static-auth-secret={SECRET}"))
            .arg(format!("--listening-ip={}", address.ip()))
            .arg(format!("--listening-port={}", address.port()))
            .arg(format!("--pidfile={}", files.path().join("pid").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match process {
            Ok(process) => {
                let coturn = Self { process, address, _files: files };
                until_it_answers(address).await?;
                Ok(Some(coturn))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("turnserver cannot be started"),
        }
    }
}

impl Relay for Coturn {
    fn name(&self) -> &'static str {
        "coturn"
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of(&self.process)
    }
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that is free over UDP and TCP.
fn free_address() -> anyhow::Result<SocketAddr> {
    for _ in 0..20 {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        if std::net::TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no port is free over UDP and TCP")
}

async fn until_it_answers(address: SocketAddr) -> anyhow::Result<()> {
    let patience = Duration::from_millis(100);
    let endpoint = Endpoint { patience, ..Endpoint::new(Transport::Udp, address) };
    let asking = async {
        loop {
            let mut client = TurnClient::connect(&endpoint, None).await?;
            if client.binding().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(patience).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.context("a relay does not answer STUN")?
}

/// A credential both relays take.
pub(super) fn credential() -> anyhow::Result<Credential> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(SharedSecret::new(SECRET).sign(USER, now + 3_600))
}
