//! The server under test.

use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context;
use housecall::{Clock, Config, Identity, Secrets, Tokens, WallClock};
use housecall_core::{Private, Role, UserId};
use tempfile::TempDir;

const SECRET: &str = "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E";

/// What the kernel counts in, in `/proc/PID/stat` (always 100 a second on
/// Linux, whatever the kernel's own tick).
const TICK: Duration = Duration::from_millis(10);

/// A server with an empty database, stopped when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    tokens: Tokens,
    _data: TempDir,
}

impl Server {
    /// Starts the binary named by `HOUSECALL_BIN`, or the release build.
    pub(crate) fn start() -> anyhow::Result<Self> {
        Self::start_with(&[("HOUSECALL_ICE__PORT", "0")])
    }

    /// The same with settings, by the names they have in the environment.
    pub(crate) fn start_with(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let binary = env::var("HOUSECALL_BIN").unwrap_or("target/release/housecall".to_owned());
        let data = tempfile::tempdir()?;
        let mut process = Command::new(&binary)
            .env("PORT", "0")
            .env("HOUSECALL_DATA", data.path())
            .env("ACCESS_SECRET", SECRET)
            .env("HOUSECALL_LIMITS__HANDSHAKES_PER_MINUTE", "1000000")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{binary} cannot be started. Build it in release first."))?;
        let output = process.stdout.take().context("the output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port = line.trim().rsplit(':').next().and_then(|it| it.parse().ok());
        let port = port.with_context(|| format!("The server did not say its port: {line}"))?;
        let environment = HashMap::from([
            ("ACCESS_SECRET".to_owned(), SECRET.to_owned()),
            ("REFRESH_SECRET".to_owned(), SECRET.to_owned()),
        ]);
        let tokens = Tokens::new(&Secrets::load(&Config::load(None, &environment)?)?);
        Ok(Self { process, port, tokens, _data: data })
    }

    /// A token for somebody; they exist once they have used it.
    pub(crate) fn token(&self, user: &UserId) -> String {
        self.token_as(user, Role::Patient)
    }

    /// The same in another role.
    pub(crate) fn token_as(&self, user: &UserId, role: Role) -> String {
        let name = Private::new(user.to_string());
        let identity = Identity { user: user.clone(), role, name };
        self.tokens.access(&identity, WallClock.now(), Duration::from_secs(3600))
    }

    /// CPU time the server has used, in user and system mode.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of(&self.process)
    }

    /// Memory of the server that is in use, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|it| it.split_whitespace().next());
        let kilobytes: u64 = kilobytes.context("the status has a VmRSS")?.parse()?;
        Ok(kilobytes * 1024)
    }
}

/// CPU time a process has used, in user and system mode.
pub(crate) fn cpu_of(process: &Child) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id()))?;
    // Fields 14 and 15 of proc(5), counted behind the name in brackets.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<u32> = fields.skip(11).take(2).filter_map(|it| it.parse().ok()).collect();
    Ok(TICK * ticks.iter().sum::<u32>())
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing of it is kept, so it need not be stopped gently.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
