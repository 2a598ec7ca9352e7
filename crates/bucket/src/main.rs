//! `housecall-bucket`: a bucket for tests that are no Rust. It says where it is in its
//! first line and serves until it is ended.

use std::path::PathBuf;

use anyhow::{Context, bail};
use housecall_bucket::{Bucket, NAME};

const USAGE: &str = "usage: housecall-bucket [--folder FOLDER] [--port PORT] [--bucket NAME]";

/// What was asked for on the command line.
struct Asked {
    folder: Option<PathBuf>,
    port: u16,
    name: String,
}

impl Asked {
    fn read(mut words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut asked = Self { folder: None, port: 0, name: NAME.to_owned() };
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--folder" => asked.folder = Some(value()?.into()),
                "--port" => asked.port = value()?.parse().context("--port is a number")?,
                "--bucket" => asked.name = value()?,
                _ => bail!(USAGE),
            }
        }
        Ok(asked)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let asked = Asked::read(std::env::args().skip(1))?;
    // Kept until the end: it is deleted with its value.
    let temporary = tempfile::tempdir()?;
    let folder = asked.folder.as_deref().unwrap_or(temporary.path());
    let bucket = Bucket::in_folder(folder, &asked.name, asked.port).await?;
    println!("{}", bucket.endpoint());
    wait_for_the_end().await
}

/// Until somebody presses Ctrl-C or, on Unix, asks the process to end.
async fn wait_for_the_end() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut asked = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => Ok(pressed?),
            _ = asked.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c().await?)
}
