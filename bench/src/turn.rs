//! Packets through the embedded relay and through coturn, by turns in the same
//! run: ours, coturn twice, ours again, so that a machine that becomes slower or
//! faster does so for both. Each allocation has a channel to one peer; half of the
//! packets go out to it, half come back.

mod load;
mod relay;

use std::time::Duration;

use self::load::{Load, Pace, Traffic};
use self::relay::{Coturn, Embedded, Relay};

/// Bytes of a packet of audio, and of one of video, each by itself; and the packets
/// of pictures, as cameras make them.
const SHAPES: [(usize, usize); 3] = [(120, 1), (1_200, 1), (1_200, 8)];
const ALLOCATIONS: [usize; 2] = [20, 200];
const PACES: [Pace; 3] = [Pace::Fixed(16_000), Pace::Fixed(60_000), Pace::Saturating];

/// What one relay did under one load.
struct Row {
    /// Packets that arrived in a second.
    rate: f64,
    /// The share of packets that did not arrive.
    lost: f64,
    /// CPU of the relay for each packet that arrived.
    cpu: Duration,
}

/// What both did under the same load.
struct Pair {
    load: Load,
    embedded: Row,
    coturn: Option<Row>,
}

pub(crate) async fn run(seconds: usize) -> anyhow::Result<()> {
    let span = Duration::from_secs(seconds as u64);
    let embedded = Embedded::start().await?;
    let coturn = Coturn::start().await?;
    if coturn.is_none() {
        println!("coturn (turnserver) is not installed, so there is nothing to compare with");
    }
    println!(
        "{:<10}{:>8}{:>7}{:>13}{:>11}{:>12}{:>9}{:>15}{:>13}",
        "",
        "bytes",
        "train",
        "allocations",
        "offered/s",
        "arrived/s",
        "lost",
        "CPU µs/packet",
        "CPU s/GiB"
    );
    let mut pairs = Vec::new();
    for load in loads() {
        let pair = measure(load, &embedded, coturn.as_ref(), span / 2).await?;
        print(embedded.name(), &pair.load, &pair.embedded);
        pair.coturn.iter().for_each(|it| print("coturn", &pair.load, it));
        pairs.push(pair);
    }
    if coturn.is_some() {
        print_ratios(&pairs);
    }
    Ok(())
}

fn loads() -> Vec<Load> {
    let mut loads = Vec::new();
    for (payload, train) in SHAPES {
        for allocations in ALLOCATIONS {
            loads.extend(PACES.map(|pace| Load { payload, allocations, pace, train }));
        }
    }
    loads
}

/// Each twice for `span`.
async fn measure(
    load: Load,
    embedded: &Embedded,
    coturn: Option<&Coturn>,
    span: Duration,
) -> anyhow::Result<Pair> {
    let first = load.run(embedded, span).await?;
    let coturn = match coturn {
        Some(coturn) => Some(load.run(coturn, span).await?.and(load.run(coturn, span).await?)),
        None => None,
    };
    let ours = first.and(load.run(embedded, span).await?);
    Ok(Pair { load, embedded: ours.into(), coturn: coturn.map(Row::from) })
}

impl From<Traffic> for Row {
    fn from(traffic: Traffic) -> Self {
        let Traffic { arrived, span, cpu, lost } = traffic;
        let arrived = arrived as f64;
        Self { rate: arrived / span.as_secs_f64(), lost, cpu: cpu.div_f64(arrived) }
    }
}

fn print(name: &str, load: &Load, row: &Row) {
    let cpu = row.cpu.as_secs_f64();
    let per_gibibyte = cpu * f64::from(1 << 30) / load.payload as f64;
    println!(
        "{name:<10}{:>8}{:>7}{:>13}{:>11}{:>12.0}{:>8.2}%{:>15.2}{per_gibibyte:>13.2}",
        load.payload,
        load.train,
        load.allocations,
        load.pace.to_string(),
        row.rate,
        row.lost * 100.0,
        cpu * 1e6,
    );
}

/// CPU a packet, ours to coturn's: below 1 ours is cheaper.
fn print_ratios(pairs: &[Pair]) {
    println!("\nCPU a packet, embedded / coturn");
    let mut logarithms = Vec::new();
    for Pair { load, embedded, coturn } in pairs {
        let Some(coturn) = coturn else { continue };
        let ratio = embedded.cpu.as_secs_f64() / coturn.cpu.as_secs_f64();
        logarithms.push(ratio.ln());
        println!(
            "{:>6} bytes{:>6} at once{:>6} allocations{:>8}/s {ratio:>8.2}",
            load.payload,
            load.train,
            load.allocations,
            load.pace.to_string()
        );
    }
    let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    println!("geometric mean of all: {:.2}", mean.exp());
}
