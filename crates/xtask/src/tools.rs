//! Programs that have to be on the machine, and how they get there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workshop::Workshop;

/// The browser under its names on different systems.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser for the end-to-end tests: the one `CHROMIUM` names, or the first
/// on the path that starts (some systems ship a placeholder under that name).
pub(crate) fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let found = CHROMIUM.iter().filter_map(|name| find_on(&path, name));
    named.into_iter().chain(found).find(|it| version(it).is_some())
}

/// The browser, installed if the machine lets us.
pub(crate) fn require_chromium(workshop: &Workshop) -> Result<PathBuf> {
    if let Some(found) = chromium() {
        return Ok(found);
    }
    install(workshop, &["chromium"])
        .context("the browser tests need Chromium, which was not found on the path")?;
    chromium().context("Chromium was installed but does not start; set CHROMIUM to a browser")
}

/// coturn's relay and its client tools, and openssl for certificates, installed if
/// the machine lets us.
pub(crate) fn require_turn_tools(workshop: &Workshop) -> Result<()> {
    const PROGRAMS: [&str; 5] =
        ["turnserver", "turnutils_uclient", "turnutils_stunclient", "turnutils_peer", "openssl"];
    if are_there(&PROGRAMS) {
        return Ok(());
    }
    install(workshop, &["coturn", "openssl"]).context(
        "the tests of the relay compare it with coturn, which was not found on the path",
    )?;
    leave_ports_free(workshop);
    Ok(())
}

/// ffmpeg and ffprobe, which read finished recordings as players do, installed if the
/// machine lets us.
pub(crate) fn require_media_tools(workshop: &Workshop) -> Result<()> {
    if are_there(&["ffmpeg", "ffprobe"]) {
        return Ok(());
    }
    install(workshop, &["ffmpeg"])
        .context("the tests of recordings play them with ffmpeg, which was not found on the path")
}

/// Debian starts what it installs; coturn would sit on the port of a house. Where
/// there is no service to stop, nothing needs to be.
fn leave_ports_free(workshop: &Workshop) {
    let Some(before) = way_to_root() else { return };
    let words = [before, &["systemctl", "disable", "--now", "coturn"]].concat();
    let mut stop = workshop.command(words[0]);
    output(stop.args(&words[1..]));
}

/// Whether tests may lay networks of their own and mount disks. Only root may, and not
/// in every container; for root, the programs are installed.
pub(crate) fn networks(workshop: &Workshop) -> Result<bool> {
    if !is_root() {
        return Ok(false);
    }
    if !are_there(&["ip", "nft"]) {
        install(workshop, &["iproute2", "nftables"])?;
    }
    let probe = format!("housecall-probe-{}", std::process::id());
    let mut add = Command::new("ip");
    let made = output(add.args(["netns", "add", &probe])).is_some();
    if made {
        workshop.run(workshop.command("ip").args(["netns", "del", &probe]))?;
    }
    Ok(made)
}

/// rustfmt and clippy, which a minimal toolchain comes without.
pub(crate) fn require_rust_components(workshop: &Workshop) -> Result<()> {
    let present = |name: &str| output(workshop.cargo(&[name]).arg("--version")).is_some();
    if present("fmt") && present("clippy") {
        return Ok(());
    }
    workshop
        .run(workshop.command("rustup").args(["component", "add", "rustfmt", "clippy"]))
        .context("rustfmt and clippy were not found; please install them and run this again")
}

/// Installs Debian packages, where there is apt and we are root or may become it.
pub(crate) fn install(workshop: &Workshop, packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if version(Path::new("apt-get")).is_none() {
        bail!("please install {wanted} and run this again");
    }
    let Some(before) = way_to_root() else {
        bail!("please run `apt-get install {wanted}` as root, then this again");
    };
    let mut update = apt(workshop, before);
    workshop.run(update.arg("update"))?;
    let mut install = apt(workshop, before);
    workshop.run(install.args(["install", "-y", "--no-install-recommends"]).args(packages))
}

fn apt(workshop: &Workshop, before: &[&str]) -> Command {
    // `sudo` clears the environment, `env` sets it again on either way.
    let words = [before, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]].concat();
    let mut command = workshop.command(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command
}

/// What to put in front of a command that only root may run.
fn way_to_root() -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    output(Command::new("sudo").args(["-n", "true"])).map(|_| &["sudo", "-n"][..])
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_some_and(|it| it.trim() == "0")
}

/// Whether all of these are on the search path.
fn are_there(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    programs.iter().all(|it| find_on(&path, it).is_some())
}

/// What `program --version` prints; `None` when it is missing or does not start.
pub(crate) fn version(program: &Path) -> Option<String> {
    output(Command::new(program).arg("--version"))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The whole path of a program on the search path.
fn find_on(path: &OsStr, name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path).map(|folder| folder.join(&file)).find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_the_path_says_and_nowhere_else() {
        let own = std::env::current_exe().expect("the test has a path");
        let folder = own.parent().expect("it lies in a folder");
        let name = own.file_stem().expect("it has a name").to_string_lossy();
        let path = std::env::join_paths([Path::new("nowhere"), folder]).expect("a plain path");
        assert_eq!(find_on(&path, &name), Some(own.clone()));
        assert_eq!(find_on(&path, "no-such-program-here"), None);
        assert_eq!(find_on(OsStr::new(""), "no-such-program-here"), None);
    }
}
