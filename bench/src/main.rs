//! Benchmarks of the whole server over loopback: the release binary in a
//! process of its own, clients in this one. Figures are CPU time of the server
//! per operation, from the operating system; seconds only tell how busy the
//! machine was.

mod client;
mod idle;
mod recording;
mod relay;
mod server;
mod turn;

use anyhow::bail;
use tokio::runtime::Builder;

const USAGE: &str = "\
bench relay [SECONDS]     signals between two sessions, in 1, 100 and 1,000 rooms
bench idle [SESSIONS]     memory and CPU of sessions that do nothing
bench turn [SECONDS]      packets through the relay, next to coturn if it is installed
bench recording [SECONDS] so much media recorded, in 1 and in 20 recordings, and watched
";

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = words.get(1).map(|it| it.parse()).transpose()?;
    let work = async {
        match words.first().map(String::as_str) {
            Some("relay") => relay::run(number.unwrap_or(5)).await,
            Some("idle") => idle::run(number.unwrap_or(5_000)).await,
            Some("turn") => turn::run(number.unwrap_or(3)).await,
            Some("recording") => recording::run(number.unwrap_or(600).try_into()?).await,
            _ => bail!("{USAGE}"),
        }
    };
    let mut runtime = match words.first().map(String::as_str) {
        // Its generator is one thread, so that it takes little from the servers.
        Some("turn") => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(work)
}
