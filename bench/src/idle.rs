//! What sessions cost that do nothing but answer pings.

use std::time::Duration;

use crate::{client::Client, server::Server};

/// Sessions connect in groups of this size.
const AT_ONCE: usize = 50;

/// How long the idle sessions are watched: several rounds of pings.
const WATCHED: Duration = Duration::from_secs(30);

pub(crate) async fn run(sessions: usize) -> anyhow::Result<()> {
    let server = Server::start()?;
    // What the first connection brings into memory is not the sessions'.
    drop(connect(&server, 0).await?);
    let (empty, cpu) = (server.memory()?, server.cpu()?);
    let mut clients = Vec::new();
    for first in (1..=sessions).step_by(AT_ONCE) {
        let group = (first..=sessions.min(first + AT_ONCE - 1)).map(|it| connect(&server, it));
        clients.extend(futures_util::future::try_join_all(group).await?);
    }
    let connecting = (server.cpu()? - cpu).as_secs_f64() * 1e6 / sessions as f64;
    let full = server.memory()?;
    println!("{sessions} sessions, signed in, each of another user");
    println!("connecting: {connecting:.0} µs of CPU each");
    println!("memory: {:.1} KB each", (full - empty) as f64 / 1024.0 / sessions as f64);

    let tasks: Vec<_> = clients.into_iter().map(|it| tokio::spawn(stay(it))).collect();
    let cpu = server.cpu()?;
    tokio::time::sleep(WATCHED).await;
    let share = (server.cpu()? - cpu).as_secs_f64() / WATCHED.as_secs_f64() * 100.0;
    let gone = tasks.iter().filter(|it| it.is_finished()).count();
    anyhow::ensure!(gone == 0, "{gone} sessions were disconnected");
    println!("CPU of all of them together: {share:.1} % of one core");
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = server.memory()?;
    println!("memory after all have left: {:.0} MB, {:.0} MB before", mb(after), mb(empty));
    Ok(())
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

async fn connect(server: &Server, number: usize) -> anyhow::Result<Client> {
    Client::connect(server.port, &server.token(&format!("idle-{number}").parse()?)).await
}

async fn stay(mut client: Client) -> anyhow::Result<()> {
    loop {
        client.next().await?;
    }
}
