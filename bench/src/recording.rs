//! What recordings cost: taking them in as fast as they come, making files of them,
//! and showing their beginning. Everything is kept on the local disk.

mod http;
mod media;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::future::try_join_all;
use housecall_core::Role;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use self::http::{Answer, Http};
use crate::{client::Client, server::Server};

const HOUR: f64 = 3600.0;

/// How often somebody begins to watch, and what a player asks for first.
const WATCHED: usize = 200;
const FIRST: &str = "bytes=0-1048575";

/// How long making files may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn run(seconds: u32) -> anyhow::Result<()> {
    println!("{seconds} s of 2.5 Mbit/s a row, in chunks of 2 s, kept on the local disk");
    println!("{:>32}{:>32}{:>20}", "uploading", "making a file", "first byte, ms");
    println!(
        "{:>11}{:>7}{:>14}{:>7}{:>11}{:>14}{:>12}{:>8}",
        "recordings", "MB/s", "CPU s an hour", "cores", "s an hour", "CPU s an hour", "p50", "p95"
    );
    for recordings in [1, 20] {
        println!("{}", measure(recordings, seconds).await?);
    }
    Ok(())
}

/// A recording, and the two in its call, who stay.
struct Studio {
    number: usize,
    token: String,
    path: String,
    call: String,
    stays: [JoinHandle<anyhow::Result<()>>; 2],
}

async fn measure(recordings: usize, seconds: u32) -> anyhow::Result<String> {
    let server = Server::start()?;
    let chunks = (seconds / media::CHUNK.as_secs() as u32 / recordings as u32).max(1);
    let media = media::CHUNK * chunks * recordings as u32;
    let hours = media.as_secs_f64() / HOUR;
    let bytes: usize = (0..chunks).map(|it| media::chunk(it).len()).sum::<usize>() * recordings;
    let studios = try_join_all((0..recordings).map(|it| open(&server, it))).await?;

    let (cpu, begun) = (server.cpu()?, Instant::now());
    let grants = try_join_all(studios.iter().map(|it| send(&server, it, chunks))).await?;
    let uploading = begun.elapsed();
    let upload_cpu = (server.cpu()? - cpu).as_secs_f64();

    // What is in the media has to have happened before it may be kept.
    tokio::time::sleep((media::CHUNK * chunks / media::SQUEEZED).saturating_sub(uploading)).await;
    try_join_all(studios.iter().map(|it| end(&server, it))).await?;
    let (cpu, begun) = (server.cpu()?, Instant::now());
    let ends = studios.iter().zip(&grants).map(|(it, grant)| finish(&server, it, grant, chunks));
    try_join_all(ends).await?;
    let finishing = begun.elapsed().as_secs_f64();
    let finish_cpu = (server.cpu()? - cpu).as_secs_f64();

    let mut waits = Vec::new();
    let mut http = Http::connect(server.port).await?;
    for turn in 0..WATCHED {
        waits.push(watch(&mut http, &studios[turn % studios.len()]).await?);
    }
    waits.sort();
    let ms = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1e3;
    Ok(format!(
        "{recordings:>11}{:>7.0}{:>14.1}{:>7.4}{:>11.1}{:>14.1}{:>12.2}{:>8.2}",
        bytes as f64 / 1e6 / uploading.as_secs_f64(),
        upload_cpu / hours,
        upload_cpu / media.as_secs_f64(),
        finishing / hours,
        finish_cpu / hours,
        ms(50),
        ms(95),
    ))
}

/// Two come together, agree, and one of them records.
async fn open(server: &Server, number: usize) -> anyhow::Result<Studio> {
    let (doctor, patient) = (format!("doctor-{number}"), format!("patient-{number}"));
    let token = server.token_as(&doctor.parse()?, Role::Provider);
    let mut one = Client::connect(server.port, &token).await?;
    let mut other = Client::connect(server.port, &server.token(&patient.parse()?)).await?;
    let call = text(&one.ask("start", &json!({ "callees": [patient] })).await?["id"])?;
    let named = json!({ "callId": call });
    other.ask("answer", &named).await?;
    for client in [&mut one, &mut other] {
        client.ask("consent", &json!({ "callId": call, "agreed": true })).await?;
    }
    let recording = text(&one.ask("record", &named).await?["recording"]["id"])?;
    let stays = [one, other].map(|it| tokio::spawn(stay(it)));
    Ok(Studio { number, token, path: format!("/api/recordings/{recording}"), call, stays })
}

async fn stay(mut client: Client) -> anyhow::Result<()> {
    loop {
        client.next().await?;
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}

/// Sends all chunks, one after the other; the grant they were sent with.
async fn send(server: &Server, it: &Studio, chunks: u32) -> anyhow::Result<String> {
    let mut http = Http::connect(server.port).await?;
    let kind = json!({ "mediaType": "video/webm;codecs=vp8,opus" });
    let part = http.ask(&format!("POST {}/parts", it.path), &it.token, &kind).await?.json()?;
    let grant = text(&part["grant"])?;
    let bearer = format!("Bearer {grant}");
    for number in 0..chunks {
        let bytes = media::chunk(number);
        let sum = BASE64_STANDARD.encode(digest::digest(&digest::SHA256, &bytes));
        let sum = format!("sha-256=:{sum}:");
        let line = format!("PUT {}/chunks/{number}?part={}&at=0&length=0", it.path, part["part"]);
        let headers = [("Authorization", &*bearer), ("Content-Digest", &*sum)];
        let taken = http.send(&line, &headers, &bytes).await?.success(&line)?.json()?;
        ensure!(taken["next"] == number + 1, "chunk {number} of {} went lost", it.number);
    }
    Ok(grant)
}

async fn end(server: &Server, it: &Studio) -> anyhow::Result<()> {
    let mut http = Http::connect(server.port).await?;
    let line = format!("POST /webrtc/calls/{}/end", it.call);
    http.ask(&line, &it.token, &Value::Null).await?;
    it.stays.iter().for_each(JoinHandle::abort);
    Ok(())
}

/// Says that everything was sent, and waits for the file.
async fn finish(server: &Server, it: &Studio, grant: &str, chunks: u32) -> anyhow::Result<()> {
    let mut http = Http::connect(server.port).await?;
    http.ask(&format!("POST {}/finish", it.path), grant, &json!({ "chunks": chunks })).await?;
    let begun = Instant::now();
    loop {
        let line = format!("GET {}/upload", it.path);
        let upload = http.ask(&line, grant, &Value::Null).await?.json()?;
        match upload["status"].as_str() {
            Some("completed") => return Ok(()),
            Some("uploading" | "processing") if begun.elapsed() < PATIENCE => {}
            _ => anyhow::bail!("a recording was not finished: {upload}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How long somebody waits for the first bytes after they want to watch.
async fn watch(http: &mut Http, it: &Studio) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let granted = http.ask(&format!("POST {}/watch", it.path), &it.token, &Value::Null).await?;
    let cookie = granted.header("set-cookie").and_then(|it| it.split(';').next());
    let headers = [("Cookie", cookie.context("who may watch gets a cookie")?), ("Range", FIRST)];
    let line = format!("GET {}/media", it.path);
    let Answer { status, began, .. } = http.send(&line, &headers, &[]).await?.success(&line)?;
    ensure!(status == 206, "a range was answered with {status}");
    Ok(began - begun)
}
