//! The secrets tokens and credentials are signed with: given, or made once and
//! kept.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use housecall_recording::{MasterKey, MasterKeys};

use crate::{config::Config, recordings::KEY_FILE};

/// The fewest characters of a secret in production: 32 bytes is what HS256
/// asks for (RFC 7518, section 3.2).
const FEWEST: usize = 32;

/// What access and refresh tokens are signed with.
#[derive(Clone)]
pub struct Secrets {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Secrets {
    /// The configured secrets. In development, missing ones are made once and
    /// kept in the data folder, readable by the owner only.
    pub fn load(config: &Config) -> anyhow::Result<Self> {
        let secret = |given: &str, name: &str| {
            if config.is_production() {
                check(given, name)?;
            }
            match given {
                "" => kept(&config.server.data, &format!("{}.secret", name.to_lowercase())),
                given => Ok(given.to_owned()),
            }
        };
        let access = secret(&config.auth.access_secret, "ACCESS")?;
        let refresh = secret(&config.auth.refresh_secret, "REFRESH")?;
        Ok(Self { access, refresh })
    }
}

/// What credentials for STUN and TURN servers are signed with. It signs nobody in,
/// so one is made in production too; but one that is given must be a good one
/// there.
pub(crate) fn turn_secret(config: &Config) -> anyhow::Result<String> {
    match config.ice.secret.as_str() {
        "" => kept(&config.server.data, "turn.secret"),
        given => {
            if config.is_production() {
                check(given, "TURN")?;
            }
            Ok(given.to_owned())
        }
    }
}

/// Whether a secret is good enough for real patients.
pub(crate) fn check(given: &str, name: &str) -> anyhow::Result<()> {
    let what = match given {
        "" => "must be set in production",
        weak if weak.len() < FEWEST || is_well_known(weak) => "is too easy to guess",
        _ => return Ok(()),
    };
    bail!("{name}_SECRET {what}: use a random text of {FEWEST} characters or more.")
}

/// Texts people leave in their configuration.
fn is_well_known(secret: &str) -> bool {
    let secret = secret.to_lowercase();
    let few = secret.chars().collect::<std::collections::BTreeSet<_>>().len() < 8;
    few || ["secret", "change", "your-", "your_", "example"].iter().any(|it| secret.contains(it))
}

/// The master keys of recordings. In production nobody makes one: it must be kept
/// where a thief of the data does not find it, or nothing is recorded.
pub(crate) fn master_keys(config: &Config) -> anyhow::Result<Option<MasterKeys>> {
    let (given, previous) = given_master_keys(config)?;
    let current = match given {
        Some(given) => given,
        None if config.is_production() => return Ok(None),
        None => kept_master_key(&config.server.data)?,
    };
    Ok(Some(MasterKeys::new(current, previous)))
}

/// The master key that is configured, if one is, and those of before.
pub(crate) fn given_master_keys(
    config: &Config,
) -> anyhow::Result<(Option<MasterKey>, Vec<MasterKey>)> {
    let current = match config.recordings.master_key.as_str() {
        "" => None,
        given => Some(
            MasterKey::parse(given)
                .context("recordings.master_key [RECORDING_MASTER_KEY] cannot be used:")?,
        ),
    };
    let previous = config.recordings.previous_master_keys();
    let previous: Result<_, _> = previous.iter().map(|it| MasterKey::parse(it)).collect();
    Ok((current, previous.context("recordings.previous_master_keys cannot be used:")?))
}

fn kept_master_key(folder: &Path) -> anyhow::Result<MasterKey> {
    let key = kept_or(folder, KEY_FILE, || MasterKey::random().to_base64().to_string())?;
    MasterKey::parse(&key).with_context(|| {
        let path = folder.join(KEY_FILE);
        format!("The file {} does not hold what it should:", path.display())
    })
}

fn kept(folder: &Path, name: &str) -> anyhow::Result<String> {
    kept_or(folder, name, random_text)
}

fn kept_or(folder: &Path, name: &str, make: impl FnOnce() -> String) -> anyhow::Result<String> {
    let path = folder.join(name);
    if let Ok(secret) = fs::read_to_string(&path)
        && !secret.is_empty()
    {
        return Ok(secret);
    }
    let trouble = || format!("The secret {} cannot be written.", path.display());
    fs::create_dir_all(folder).with_context(trouble)?;
    let secret = make();
    // Written aside and renamed: a crash leaves no half secret.
    let fresh = folder.join(format!("{name}.new"));
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh);
    let mut file = file.with_context(trouble)?;
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).with_context(trouble)?;
    fs::rename(&fresh, &path).with_context(trouble)?;
    Ok(secret)
}

/// 256 random bits as text that fits in a URL.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("the operating system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, os::unix::fs::PermissionsExt};

    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Config {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, &HashMap::from_iter(pairs)).expect("good settings")
    }

    #[test]
    fn a_made_secret_is_kept_and_private() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("deep/data");
        let config = config(&[("HOUSECALL_DATA", data.to_str().expect("a plain path"))]);
        let first = Secrets::load(&config).expect("secrets are made");
        let second = Secrets::load(&config).expect("secrets are kept");
        assert_eq!(first.access, second.access);
        assert_ne!(first.access, first.refresh);
        let mode = fs::metadata(data.join("access.secret")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn production_wants_real_secrets() {
        let load = |access: &str| {
            let refresh = "Yq0m3vKXn1b7wq4Tz8s5rLd2uGhJ6pXc";
            let pairs = [
                ("HOUSECALL_ENV", "production"),
                ("ACCESS_SECRET", access),
                ("REFRESH_SECRET", refresh),
            ];
            Secrets::load(&config(&pairs)).err().map(|it| it.to_string())
        };
        assert!(load("").is_some_and(|it| it.contains("must be set")));
        assert!(load("short").is_some_and(|it| it.contains("too easy")));
        assert!(load("your-super-secret-jwt-key-change-me").is_some());
        assert!(load(&"a".repeat(64)).is_some());
        assert_eq!(load("q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E"), None);
    }

    #[test]
    fn a_master_key_is_made_but_not_in_production() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().to_str().expect("a plain path");
        let load = |environment: &str, given: &str, previous: &str| {
            master_keys(&config(&[
                ("HOUSECALL_DATA", data),
                ("HOUSECALL_ENV", environment),
                ("RECORDING_MASTER_KEY", given),
                ("HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS", previous),
            ]))
        };
        assert!(load("production", "", "").expect("it starts").is_none());
        let made = load("development", "", "").expect("one is made").expect("a key");
        let kept = load("development", "", "").expect("it is kept").expect("a key");
        assert_eq!(made.current(), kept.current());
        let given = MasterKey::random();
        let keys = load("production", &given.to_base64(), &MasterKey::random().to_base64());
        assert_eq!(keys.expect("good ones").expect("keys").current(), &given.id());
        for (given, previous, names) in [
            ("short", "", "RECORDING_MASTER_KEY"),
            (&*given.to_base64(), "short", "recordings.previous_master_keys"),
        ] {
            let told = load("development", given, previous).expect_err("it is no key");
            assert!(told.to_string().contains(names), "{told}");
        }
        fs::write(folder.path().join("recordings.key"), "damaged").expect("it can be written");
        let told = load("development", "", "").expect_err("it is no key").to_string();
        assert!(told.contains("recordings.key"), "{told}");
    }

    #[test]
    fn the_secret_of_turn_is_made_in_production_too_but_never_weak() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().to_str().expect("a plain path");
        let load = |environment: &str, given: &str| {
            turn_secret(&config(&[
                ("HOUSECALL_DATA", data),
                ("HOUSECALL_ENV", environment),
                ("TURN_SECRET", given),
            ]))
        };
        let made = load("production", "").expect("one is made");
        assert_eq!(load("development", "").expect("it is kept"), made);
        assert_eq!(load("development", "north").expect("any will do"), "north");
        let weak = load("production", "north").expect_err("it is weak").to_string();
        assert!(weak.starts_with("TURN_SECRET is too easy to guess"), "{weak}");
        let good = "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E";
        assert_eq!(load("production", good).expect("a good one"), good);
    }
}
