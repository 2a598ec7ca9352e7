//! The web app, and the binary that carries it.

use std::path::PathBuf;

use anyhow::Result;

use crate::node;
use crate::stamp::{self, Stamp};
use crate::workshop::Workshop;

/// The workspace of everything that runs in browsers.
pub(crate) const FOLDER: &str = "web";
/// What a finished build has written last time.
const BUILT: &str = "web/apps/visit/dist/index.html";

/// Builds the web app, when its sources changed: a new build would make cargo
/// link the binary anew as well.
pub(crate) fn build(workshop: &Workshop) -> Result<()> {
    node::install_packages(workshop, FOLDER)?;
    let fingerprint = stamp::fingerprint(&[workshop.path(FOLDER)])?;
    let stamp = Stamp::of(workshop, "build", FOLDER);
    if workshop.path(BUILT).is_file() && stamp.is(fingerprint) {
        println!("==> the web app is up to date");
        return Ok(());
    }
    workshop.run(&mut node::npm(workshop, FOLDER, &["run", "build"]))?;
    stamp.set(fingerprint)
}

/// Builds the web app and the binary for users; says where the binary is.
pub(crate) fn build_release(workshop: &Workshop) -> Result<PathBuf> {
    build(workshop)?;
    workshop.run(&mut workshop.cargo(&["build", "--release", "-p", "housecall"]))?;
    Ok(workshop.built("release/housecall"))
}
