//! Settings: the built-in defaults, a file over them, the environment on top.
//!
//! The defaults are `config.default.toml` itself, so what people read is what
//! the program does, and a key that is not in it is a mistake.

mod recordings;

use std::{collections::HashMap, num::NonZeroU32, path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use housecall_core::{Role, Rules, room::Door};
use housecall_media::turn::Network;
use serde::Deserialize;
use toml::{Table, Value};

pub(crate) use self::recordings::{RecordingPolicy, Recordings, Storage};
use crate::{
    pace::Paces,
    recordings::policy::{self, Policy},
};

const DEFAULTS: &str = include_str!("../../../config.default.toml");

/// Names the systems we replace gave to the same settings. The first one that
/// is set wins.
const SHORT_NAMES: [(&str, &[&str]); 26] = [
    ("server.host", &["HOST"]),
    ("server.port", &["PORT"]),
    ("server.environment", &["HOUSECALL_ENV"]),
    ("server.data", &["HOUSECALL_DATA"]),
    ("server.origins", &["FRONTEND_URL", "CLIENT_ORIGIN"]),
    ("database.url", &["DATABASE_URL"]),
    ("auth.access_secret", &["ACCESS_SECRET", "JWT_SECRET", "JWT_ACCESS_SECRET"]),
    ("auth.refresh_secret", &["REFRESH_SECRET", "JWT_REFRESH_SECRET"]),
    ("ice.stun_servers", &["WEBRTC_STUN_SERVERS", "STUN_SERVERS"]),
    ("ice.turn_servers", &["WEBRTC_TURN_SERVERS", "TURN_SERVER_URL"]),
    ("ice.turn_username", &["WEBRTC_TURN_USERNAME", "TURN_USER", "TURN_USERNAME"]),
    ("ice.turn_password", &["WEBRTC_TURN_PASSWORD", "TURN_PASS", "TURN_PASSWORD"]),
    ("ice.port", &["TURN_PORT"]),
    ("ice.external_host", &["TURN_EXTERNAL_IP"]),
    ("ice.secret", &["TURN_SECRET"]),
    ("ice.min_port", &["TURN_MIN_PORT"]),
    ("ice.max_port", &["TURN_MAX_PORT"]),
    ("storage.provider", &["STORAGE_PROVIDER"]),
    ("storage.bucket", &["STORAGE_BUCKET"]),
    ("storage.region", &["STORAGE_REGION"]),
    ("storage.endpoint", &["STORAGE_ENDPOINT"]),
    ("storage.access_key_id", &["AWS_ACCESS_KEY_ID"]),
    ("storage.secret_access_key", &["AWS_SECRET_ACCESS_KEY"]),
    ("storage.session_token", &["AWS_SESSION_TOKEN"]),
    ("recordings.retention_days", &["RECORDING_RETENTION_DAYS"]),
    ("recordings.master_key", &["RECORDING_MASTER_KEY"]),
];

/// What a server is told before it starts. Keys are described in
/// `config.default.toml`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub(crate) server: Server,
    database: Database,
    pub(crate) auth: Auth,
    pub(crate) calls: Calls,
    pub(crate) chat: Chat,
    pub(crate) ice: Ice,
    pub(crate) storage: Storage,
    pub(crate) recordings: Recordings,
    pub(crate) recording_policy: RecordingPolicy,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    environment: Environment,
    pub(crate) behind_proxy: bool,
    pub(crate) data: PathBuf,
    origins: String,
    shutdown_seconds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Environment {
    Development,
    Production,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Database {
    url: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) access_secret: String,
    pub(crate) refresh_secret: String,
    access_minutes: u64,
    refresh_days: u64,
    self_registration: String,
    pub(crate) tokenless_rtc: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calls {
    ring_seconds: u64,
    grace_seconds: u64,
    door_grace_seconds: u64,
    pub(crate) consultation_door: Door,
    early_minutes: u64,
    arrival_seconds: u64,
    alone_seconds: u64,
    most_people: usize,
    quality_seconds: u64,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chat {
    pub(crate) file_bytes: u64,
    messages_per_minute: NonZeroU32,
    message_burst: NonZeroU32,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ice {
    pub(crate) stun_servers: String,
    pub(crate) turn_servers: String,
    pub(crate) turn_username: String,
    pub(crate) turn_password: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) relay: bool,
    pub(crate) external_host: String,
    pub(crate) secret: String,
    credential_minutes: u32,
    pub(crate) min_port: u16,
    pub(crate) max_port: u16,
    pub(crate) tls_port: u16,
    pub(crate) tls_certificate: PathBuf,
    pub(crate) tls_key: PathBuf,
    pub(crate) peers: Peers,
    allowed_peers: String,
    pub(crate) allocations: usize,
    pub(crate) allocations_per_user: usize,
    pub(crate) allocations_per_address: usize,
    pub(crate) kilobits_per_allocation: u64,
    pub(crate) kilobits_per_user: u64,
    lifetime_seconds: u32,
}

/// Whom the relay reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Peers {
    /// Those in a call with whoever uses it, at addresses they announced there.
    Call,
    /// Any public address.
    Public,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) host: String,
    pub(crate) port: u16,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) message_bytes: usize,
    pub(crate) outbox_bytes: usize,
    write_timeout_seconds: u64,
    pub(crate) handshakes_per_minute: u32,
}

impl Config {
    /// Reads the defaults, then the file (named by `--config` or
    /// `HOUSECALL_CONFIG`), then the environment.
    pub fn load(
        file: Option<PathBuf>,
        environment: &HashMap<String, String>,
    ) -> anyhow::Result<Self> {
        let mut settings: Table = DEFAULTS.parse().expect("the built-in defaults are TOML");
        let file = file.or_else(|| environment.get("HOUSECALL_CONFIG").map(PathBuf::from));
        if let Some(file) = file {
            let name = file.display();
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("The configuration file {name} cannot be read."))?;
            let own: Table =
                text.parse().with_context(|| format!("The file {name} is not valid TOML."))?;
            lay_over(&mut settings, own, &format!("the file {name}"))?;
        }
        lay_environment_over(&mut settings, &with_turn_host(environment))?;
        let config: Self =
            settings.try_into().context("A setting has a value that does not fit.")?;
        config.ice.check()?;
        config.storage.check()?;
        config.recordings.check()?;
        Policy::read(&config.recording_policy)?;
        policy::recorders(&config.recording_policy)?;
        Ok(config)
    }

    /// Whether this server is for real patients.
    pub fn is_production(&self) -> bool {
        self.server.environment == Environment::Production
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.server.data.join("housecall.db").display())
        } else {
            self.database.url.clone()
        }
    }

    /// Where files lie that people send.
    pub(crate) fn files(&self) -> PathBuf {
        self.server.data.join("files")
    }

    /// Where recordings lie that are finished, if they are kept here.
    pub(crate) fn kept_recordings(&self) -> PathBuf {
        self.server.data.join("recordings")
    }

    /// Where recordings lie that are not finished.
    pub(crate) fn spool(&self) -> PathBuf {
        self.server.data.join("spool")
    }

    pub(crate) fn rules(&self) -> Rules {
        let calls = &self.calls;
        Rules {
            ring: Duration::from_secs(calls.ring_seconds),
            grace: Duration::from_secs(calls.grace_seconds),
            door_grace: Duration::from_secs(calls.door_grace_seconds),
            remind: calls.early(),
            arrival: Duration::from_secs(calls.arrival_seconds),
            alone: Duration::from_secs(calls.alone_seconds),
            most_people: calls.most_people,
            recorders: policy::recorders(&self.recording_policy).expect("it was read at the start"),
            newcomers: self.recordings.newcomers,
        }
    }

    pub(crate) fn origins(&self) -> Vec<String> {
        comma_list(&self.server.origins)
    }

    pub(crate) fn shutdown(&self) -> Duration {
        Duration::from_secs(self.server.shutdown_seconds)
    }
}

impl Auth {
    pub(crate) fn access_lifetime(&self) -> Duration {
        Duration::from_secs(self.access_minutes * 60)
    }

    pub(crate) fn refresh_lifetime(&self) -> Duration {
        Duration::from_secs(self.refresh_days * 24 * 60 * 60)
    }

    pub(crate) fn self_registration(&self, production: bool) -> anyhow::Result<Vec<Role>> {
        let words = match (self.self_registration.as_str(), production) {
            ("", true) => "patient",
            ("", false) => "patient,provider",
            (words, _) => words,
        };
        let role = |word: String| {
            Role::named(&word)
                .with_context(|| format!("auth.self_registration names no role: {word}"))
        };
        comma_list(words).into_iter().map(role).collect()
    }
}

impl Calls {
    /// How long before it starts an appointment is near.
    pub(crate) fn early(&self) -> Duration {
        Duration::from_secs(self.early_minutes.saturating_mul(60))
    }

    pub(crate) fn quality_period(&self) -> Duration {
        Duration::from_secs(self.quality_seconds.max(1))
    }
}

impl Chat {
    pub(crate) fn paces(&self) -> Paces {
        Paces::new(self.messages_per_minute, self.message_burst)
    }
}

impl Ice {
    fn check(&self) -> anyhow::Result<()> {
        if self.min_port == 0 || self.min_port > self.max_port {
            bail!(
                "There are no ports to relay from: ice.min_port [TURN_MIN_PORT] must be 1 or more \
                 and not above ice.max_port [TURN_MAX_PORT]."
            );
        }
        if self.tls_certificate.as_os_str().is_empty() != self.tls_key.as_os_str().is_empty() {
            bail!(
                "TURN over TLS needs both ice.tls_certificate and ice.tls_key, or neither, and \
                 only one of them is set."
            );
        }
        if self.credential_minutes == 0 || self.lifetime_seconds == 0 {
            bail!("ice.credential_minutes and ice.lifetime_seconds must be 1 or more.");
        }
        self.allowed_peers().map(drop)
    }

    /// Networks that may be relayed to although they are not public.
    pub(crate) fn allowed_peers(&self) -> anyhow::Result<Vec<Network>> {
        let network = |it: String| it.parse().context("ice.allowed_peers cannot be used:");
        comma_list(&self.allowed_peers).into_iter().map(network).collect()
    }

    /// Whether TURN runs over TLS too.
    pub(crate) fn has_certificate(&self) -> bool {
        !self.tls_certificate.as_os_str().is_empty()
    }

    /// How long a credential lets somebody begin to relay.
    pub(crate) fn credential_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.credential_minutes) * 60)
    }

    /// The longest time a relayed address is given at once.
    pub(crate) fn longest_lifetime(&self) -> Duration {
        Duration::from_secs(self.lifetime_seconds.into())
    }
}

impl Limits {
    pub(crate) fn write_timeout(&self) -> Duration {
        Duration::from_secs(self.write_timeout_seconds)
    }
}

/// The parts of a comma-separated setting, without blanks and empty ones.
pub(crate) fn comma_list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

fn lay_over(settings: &mut Table, own: Table, source: &str) -> anyhow::Result<()> {
    for (section, keys) in own {
        let Some(Value::Table(known)) = settings.get_mut(&section) else {
            bail!("There is no section [{section}], but {source} has one.");
        };
        let Value::Table(keys) = keys else { bail!("[{section}] in {source} is not a section.") };
        for (key, value) in keys {
            let Some(slot) = known.get_mut(&key) else {
                bail!("There is no setting {section}.{key}, but {source} sets it.");
            };
            *slot = value;
        }
    }
    Ok(())
}

fn lay_environment_over(
    settings: &mut Table,
    environment: &HashMap<String, String>,
) -> anyhow::Result<()> {
    for (section, keys) in settings.iter_mut() {
        let Value::Table(keys) = keys else { continue };
        for (key, value) in keys.iter_mut() {
            let Some((name, text)) = from_environment(section, key, environment) else { continue };
            *value = match value {
                Value::Integer(_) => Value::Integer(
                    text.parse().with_context(|| format!("{name} must be a whole number."))?,
                ),
                Value::Boolean(_) => Value::Boolean(
                    text.parse().with_context(|| format!("{name} must be true or false."))?,
                ),
                _ => Value::String(text),
            };
        }
    }
    Ok(())
}

/// Some systems name their TURN server by host and port. While they do,
/// `TURN_PORT` is that server's port and not the one of ours.
fn with_turn_host(environment: &HashMap<String, String>) -> HashMap<String, String> {
    let mut environment = environment.clone();
    if let Some(host) = environment.remove("TURN_HOST").filter(|it| !it.is_empty()) {
        let port = environment.remove("TURN_PORT").unwrap_or_else(|| "3478".to_owned());
        let server = format!("turn:{host}:{port}");
        environment.entry("WEBRTC_TURN_SERVERS".to_owned()).or_insert(server);
    }
    environment
}

fn from_environment(
    section: &str,
    key: &str,
    environment: &HashMap<String, String>,
) -> Option<(String, String)> {
    let long = format!("HOUSECALL_{}__{}", section.to_uppercase(), key.to_uppercase());
    let path = format!("{section}.{key}");
    let short = SHORT_NAMES.iter().find(|(it, _)| *it == path).map_or(&[][..], |(_, names)| names);
    let mut names = std::iter::once(long).chain(short.iter().map(|it| (*it).to_owned()));
    names.find_map(|name| {
        let text = environment.get(&name).filter(|it| !it.is_empty())?.clone();
        Some((name, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, &pairs.collect())
    }

    #[test]
    fn the_defaults_are_complete() {
        let config = load(&[]).expect("the defaults fit");
        assert_eq!(config.server.port, 3000);
        assert_eq!(config.rules(), Rules::default());
        assert_eq!(config.database_url(), "sqlite:data/housecall.db");
    }

    #[test]
    fn the_environment_wins_by_its_long_and_its_familiar_names() {
        let config = load(&[
            ("JWT_SECRET", "0012"),
            ("PORT", "4000"),
            ("HOUSECALL_CALLS__RING_SECONDS", "7"),
            ("FRONTEND_URL", "https://a.example, https://b.example,"),
        ])
        .expect("good settings");
        assert_eq!(config.auth.access_secret, "0012");
        assert_eq!(config.server.port, 4000);
        assert_eq!(config.rules().ring, Duration::from_secs(7));
        assert_eq!(config.origins(), ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn a_turn_server_can_be_named_by_host_and_port() {
        let own = load(&[("TURN_PORT", "5000")]).expect("good settings");
        assert_eq!((own.ice.port, own.ice.turn_servers.as_str()), (5000, ""));
        let other =
            load(&[("TURN_HOST", "turn.example"), ("TURN_PORT", "5000"), ("TURN_USER", "u")]);
        let other = other.expect("good settings").ice;
        assert_eq!((other.port, other.turn_servers.as_str()), (3478, "turn:turn.example:5000"));
        assert_eq!(other.turn_username, "u");
    }

    #[test]
    fn mistakes_are_told_by_name() {
        let message = |pairs: &[(&str, &str)]| {
            format!("{:#}", load(pairs).err().expect("a setting that does not fit"))
        };
        assert_eq!(
            message(&[("PORT", "many")]),
            "PORT must be a whole number.: invalid digit found in string"
        );
        assert!(message(&[("HOUSECALL_ENV", "prod")]).contains("unknown variant `prod`"));
        assert!(message(&[("HOUSECALL_CHAT__MESSAGE_BURST", "0")]).contains("nonzero"));
    }

    #[test]
    fn what_a_relay_cannot_be_started_with_is_told_in_a_sentence() {
        let message =
            |name: &str, value: &str| format!("{:#}", load(&[(name, value)]).err().expect("bad"));
        for (name, value, sentence) in [
            ("TURN_MIN_PORT", "0", "There are no ports to relay from"),
            ("TURN_MAX_PORT", "49151", "There are no ports to relay from"),
            ("TURN_MAX_PORT", "65536", "expected u16"),
            ("HOUSECALL_ICE__TLS_KEY", "key.pem", "needs both ice.tls_certificate and ice.tls_key"),
            ("HOUSECALL_ICE__CREDENTIAL_MINUTES", "0", "must be 1 or more"),
            ("HOUSECALL_ICE__LIFETIME_SECONDS", "0", "must be 1 or more"),
            ("HOUSECALL_ICE__PEERS", "friends", "expected `call` or `public`"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "10.0.0.0/8,lan", "lan is no network"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "10.0.0.0/33", "10.0.0.0/33 is no network"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "224.0.0.0/4", "224.0.0.0/4 is multicast"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "0.0.0.0/0", "0.0.0.0/0 is multicast"),
        ] {
            let told = message(name, value);
            assert!(told.contains(sentence), "{name}={value}: {told}");
        }
    }

    #[test]
    fn relays_are_set_up_by_their_familiar_names() {
        let ice = load(&[
            ("TURN_SECRET", "north"),
            ("TURN_MIN_PORT", "50000"),
            ("TURN_MAX_PORT", "50000"),
            ("HOUSECALL_ICE__PEERS", "public"),
            ("HOUSECALL_ICE__ALLOWED_PEERS", "10.1.0.0/16, fd00::/8"),
        ]);
        let ice = ice.expect("good settings").ice;
        assert_eq!((ice.secret.as_str(), ice.min_port, ice.max_port), ("north", 50000, 50000));
        assert_eq!(ice.peers, Peers::Public);
        assert_eq!(ice.allowed_peers().expect("two networks").len(), 2);
        assert!(!ice.has_certificate());
    }

    #[test]
    fn a_file_may_only_set_what_exists() {
        let mut settings: Table = DEFAULTS.parse().expect("TOML");
        let own: Table = "[calls]\nring_second = 7".parse().expect("TOML");
        let error = lay_over(&mut settings, own, "the file x").expect_err("a typo");
        assert_eq!(
            error.to_string(),
            "There is no setting calls.ring_second, but the file x sets it."
        );
    }
}
