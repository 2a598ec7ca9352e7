//! What has to pass before a change is done.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::steps::Step;
use crate::workshop::Workshop;
use crate::{node, tools, web};

/// Cheap steps first; the browsers, which need everything else, last. One build
/// with all targets before the tests, so that no step compiles a second time.
pub(crate) const EVERYTHING: &[Step] = &[
    Step {
        name: "tools: rustfmt, clippy, Node.js, npm, Chromium, coturn, ffmpeg",
        work: find_tools,
    },
    FORMATTING,
    Step { name: "web packages", work: |it| node::install_packages(it, web::FOLDER) },
    WEB_TYPES,
    Step { name: "web tests", work: |it| npm(it, web::FOLDER, &["test"]) },
    Step { name: "web build", work: web::build },
    CLIPPY,
    Step { name: "Rust documentation", work: documentation },
    Step { name: "Rust build", work: |it| cargo(it, &["build", "--workspace", "--all-targets"]) },
    Step { name: "Rust tests", work: |it| cargo(it, &["test", "--workspace"]) },
    Step { name: "official Socket.IO client", work: official_client },
    Step { name: "end to end in browsers", work: end_to_end },
];

/// What is worth running before every commit.
pub(crate) const QUICK: &[Step] = &[
    FORMATTING,
    CLIPPY,
    Step {
        name: "web packages",
        work: |it| node::require().and_then(|()| node::install_packages(it, web::FOLDER)),
    },
    WEB_TYPES,
];

const FORMATTING: Step =
    Step { name: "Rust formatting", work: |it| cargo(it, &["fmt", "--all", "--check"]) };
const CLIPPY: Step = Step {
    name: "Rust lints",
    work: |it| cargo(it, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
};
const WEB_TYPES: Step =
    Step { name: "web types", work: |it| npm(it, web::FOLDER, &["run", "check"]) };

fn cargo(workshop: &Workshop, arguments: &[&str]) -> Result<()> {
    workshop.run(&mut workshop.cargo(arguments))
}

fn npm(workshop: &Workshop, folder: &str, arguments: &[&str]) -> Result<()> {
    workshop.run(&mut node::npm(workshop, folder, arguments))
}

/// The tests that lay networks of their own or mount disks.
const OF_ROOT: &str = "e2e/browser-networks.test.js, e2e/recording-disk-full.test.js";

fn find_tools(workshop: &Workshop) -> Result<()> {
    tools::require_rust_components(workshop)?;
    node::require_or_install(workshop)?;
    let chromium = tools::require_chromium(workshop)?;
    println!("==> browser tests use {}", chromium.display());
    tools::require_turn_tools(workshop)?;
    tools::require_media_tools(workshop)?;
    if !tools::networks(workshop)? {
        println!("==> not run here, as it takes root and network namespaces: {OF_ROOT}");
    }
    Ok(())
}

fn documentation(workshop: &Workshop) -> Result<()> {
    let mut doc = workshop.cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
    workshop.run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Points socket.io-client at the server example of our Socket.IO crate.
fn official_client(workshop: &Workshop) -> Result<()> {
    const FOLDER: &str = "crates/socketio/tests/official_client";
    has_tests(&workshop.path(FOLDER))?;
    node::install_packages(workshop, FOLDER)?;
    let server = Conformance::start(workshop)?;
    let mut tests = workshop.command("node");
    tests.arg("--test").current_dir(workshop.path(FOLDER));
    workshop.run(tests.env("SERVER_URL", format!("http://{}", server.address)))
}

/// The end-to-end tests start the server themselves. The one built for debugging
/// will do: it is there already.
fn end_to_end(workshop: &Workshop) -> Result<()> {
    const FOLDER: &str = "e2e";
    has_tests(&workshop.path(FOLDER))?;
    node::install_packages(workshop, FOLDER)?;
    let mut tests = node::npm(workshop, FOLDER, &["test"]);
    tests.env("HOUSECALL_BIN", workshop.built("debug/housecall"));
    tests.env("HOUSECALL_BUCKET_BIN", workshop.built("debug/housecall-bucket"));
    tests.env("CHROMIUM", tools::require_chromium(workshop)?);
    if !tools::networks(workshop)? {
        tests.env("HOUSECALL_WITHOUT_NETWORKS", "1");
    }
    workshop.run(&mut tests)
}

/// `node --test` is content with no tests at all; we are not.
fn has_tests(folder: &Path) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("no tests in {}", folder.display()))?;
    let is_test = |name: &str| [".test.js", ".test.mjs"].iter().any(|end| name.ends_with(end));
    let mut names = entries.flatten().map(|it| it.file_name().to_string_lossy().into_owned());
    ensure!(names.any(|it| is_test(&it)), "{} has no *.test.js or *.test.mjs", folder.display());
    Ok(())
}

/// The example server, stopped when this value goes.
struct Conformance {
    process: Child,
    address: SocketAddr,
}

impl Conformance {
    /// How long it may take to listen on a machine that is very busy.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn start(workshop: &Workshop) -> Result<Self> {
        let address = free_address()?;
        println!("==> the conformance server listens on {address}");
        let process = workshop
            .command(workshop.built("debug/examples/conformance"))
            .env("PORT", address.port().to_string())
            // The published suites want 200 ms, which a busy machine can miss.
            .env("PING_TIMEOUT", "5000")
            .spawn()
            .context("the conformance server could not be started")?;
        let mut server = Self { process, address };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let start = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.process.try_wait()? {
                bail!("the conformance server ended at once ({status})");
            }
            ensure!(start.elapsed() < Self::PATIENCE, "the conformance server does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Conformance {
    fn drop(&mut self) {
        // It may have ended by itself, which the tests have noticed then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address nobody listens on at the moment.
fn free_address() -> Result<SocketAddr> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no TCP port is free")?;
    Ok(free.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_tests_does_not_pass() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let said = has_tests(here).expect_err("there is only Rust").to_string();
        assert!(said.ends_with("has no *.test.js or *.test.mjs"), "{said}");
        let said = has_tests(&here.join("nowhere")).expect_err("it is missing").to_string();
        assert!(said.starts_with("no tests in"), "{said}");
    }
}
