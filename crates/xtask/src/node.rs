//! Node.js, which builds and tests what runs in browsers.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::stamp::{self, Stamp};
use crate::tools;
use crate::workshop::Workshop;

/// What the bundler needs; `engines` of `web/package.json` says the same.
const OLDEST: Version = Version { major: 20, minor: 19 };

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// Reads what `node --version` prints, as `v20.19.2`.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
        Some(Self { major: numbers.next()?.ok()?, minor: numbers.next()?.ok()? })
    }
}

/// Passes when Node.js and npm are there and new enough, else says what to do.
pub(crate) fn require() -> Result<()> {
    let advice = format!(
        "install Node.js {}.{} or newer with npm (https://nodejs.org) and run this again",
        OLDEST.major, OLDEST.minor
    );
    let Some(found) = tools::version(Path::new("node")) else {
        bail!("Node.js was not found: {advice}");
    };
    if Version::parse(&found).is_none_or(|it| it < OLDEST) {
        bail!("Node.js {} is too old: {advice}", found.trim());
    }
    if tools::version(Path::new(NPM)).is_none() {
        bail!("npm was not found: {advice}");
    }
    Ok(())
}

/// The same, but a machine without Node.js gets it if it lets us.
pub(crate) fn require_or_install(workshop: &Workshop) -> Result<()> {
    let present = |program| tools::version(Path::new(program)).is_some();
    if !present("node") || !present(NPM) {
        tools::install(workshop, &["nodejs", "npm"]).context("Node.js and npm were not found")?;
    }
    require()
}

/// An npm command in a folder of the repository.
pub(crate) fn npm(workshop: &Workshop, folder: &str, arguments: &[&str]) -> Command {
    let mut command = workshop.command(NPM);
    command.args(arguments).current_dir(workshop.path(folder));
    command
}

/// `npm ci`, when there are no packages yet or the lock file is another.
pub(crate) fn install_packages(workshop: &Workshop, folder: &str) -> Result<()> {
    let at = workshop.path(folder);
    let fingerprint = stamp::fingerprint(&[at.join("package.json"), at.join("package-lock.json")])?;
    let stamp = Stamp::of(workshop, "packages", folder);
    if at.join("node_modules").is_dir() && stamp.is(fingerprint) {
        println!("==> the packages of {folder} are up to date");
        return Ok(());
    }
    workshop.run(&mut npm(workshop, folder, &["ci", "--no-audit", "--no-fund"]))?;
    stamp.set(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let enough = |text| Version::parse(text).is_some_and(|it| it >= OLDEST);
        for text in ["v20.19.0\n", "v20.20.2", "v22.0.0", "v100.1.0-nightly2026"] {
            assert!(enough(text), "{text}");
        }
        for text in ["v20.18.3", "v18.19.0\n", "v8.0.0", "", "v", "20.19.0", "v20", "vx.y.z"] {
            assert!(!enough(text), "{text}");
        }
    }

    #[test]
    fn the_web_folder_asks_for_the_same_version() {
        let workshop = Workshop::here().expect("the tests run in the repository");
        let package = std::fs::read_to_string(workshop.path("web/package.json"));
        let engines = format!(r#""node": ">={}.{}""#, OLDEST.major, OLDEST.minor);
        assert!(package.expect("it can be read").contains(&engines));
    }
}
