//! `housecall doctor`: looks at everything a house needs and says what to do
//! about what is missing. It asks a server that runs; it starts and changes
//! nothing.

mod certificate;
mod finding;
mod ice;
mod machine;
mod recordings;
mod storage;
mod web;

use anyhow::Error;

use self::finding::Finding;
pub use self::finding::Report;
use crate::config::Config;

/// Looks at everything. Without a configuration there is nothing to look at.
pub async fn examine(config: Result<Config, Error>) -> Report {
    let config = match config {
        Ok(config) => config,
        Err(error) => return Report::of(vec![unreadable(&error)]),
    };
    let mut findings = vec![Finding::ok("configuration", "The configuration can be read.")];
    let server = web::ask(&config).await;
    findings.extend(storage::secrets(&config));
    findings.push(storage::folder(&config));
    findings.extend(storage::space(&config));
    findings.push(storage::database(&config, &server).await);
    findings.push(recordings::master_key(&config));
    findings.push(recordings::storage(&config).await);
    findings.extend(recordings::space(&config));
    findings.extend(web::plain_http(&config));
    findings.push(server.finding());
    findings.push(machine::clock(&server));
    findings.push(machine::descriptors(&config));
    findings.extend(certificate::look_at(&config).await);
    findings.extend(ice::embedded(&config, &server).await);
    findings.extend(ice::external(&config).await);
    findings.push(ice::outside(&config));
    Report::of(findings)
}

fn unreadable(error: &Error) -> Finding {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    Finding::problem(
        "configuration",
        causes.join(" "),
        "Every setting is described in config.default.toml.",
    )
}

#[cfg(test)]
mod tests;
