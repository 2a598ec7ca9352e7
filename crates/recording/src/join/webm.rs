//! WebM and Matroska (RFC 9559) as recorders write it: a segment and clusters of
//! unknown size, without duration and index. All of it is made anew but what is
//! inside the blocks.

use std::io::{BufWriter, Read, Seek, Write};
use std::time::Duration;

use super::source::{Source, changed};
use super::{JoinProblem, Joined, Part};
pub(super) use blocks::MAGIC;
use blocks::{Blocks, Span};
use ebml::Elements;
use plan::{Cluster, Plan};
use takes::{Taken, Takes, milliseconds};

mod blocks;
mod ebml;
mod head;
mod ids;
mod plan;
mod takes;
#[cfg(test)]
mod tests;
mod tracks;

/// The longest file, in milliseconds: two days. What would lie beyond is left out.
const LONGEST: u64 = 2 * 24 * 60 * 60 * 1_000;
/// How much is gathered before it is written.
const BUFFER: usize = 64 * 1024;

pub(super) fn join<R: Read + Seek, W: Write>(
    mut parts: Vec<Part<R>>,
    out: &mut W,
) -> Result<Joined, JoinProblem> {
    let mut plan = Plan::default();
    for number in 0..parts.len() {
        let start = plan.end;
        plan.add(takes(&mut parts, number, start)?)?;
    }
    if plan.clusters.is_empty() {
        return Err(JoinProblem::Empty);
    }
    let head = head::head(&plan);
    let mut writer = FileWriter {
        out: BufWriter::with_capacity(BUFFER, out),
        clusters: plan.clusters.iter(),
        cluster: None,
    };
    writer.write(&head)?;
    for (number, placed) in plan.placed.iter().enumerate() {
        let mut takes = takes(&mut parts, number, milliseconds(placed.start))?;
        while let Some(taken) = takes.next()? {
            writer.block(&taken, takes.source())?;
        }
    }
    writer.out.flush().map_err(JoinProblem::Write)?;
    let clusters: u64 = plan.clusters.iter().map(Cluster::whole_bytes).sum();
    Ok(Joined {
        duration: Duration::from_millis(plan.end),
        parts: plan.placed,
        bytes: head.0.len() as u64 + clusters,
    })
}

/// What is taken of a part that begins at `start` milliseconds.
fn takes<R: Read + Seek>(
    parts: &mut [Part<R>],
    number: usize,
    start: u64,
) -> Result<Takes<&mut R>, JoinProblem> {
    let Part { media, most } = &mut parts[number];
    let most = most.map_or(u64::MAX, milliseconds).min(LONGEST - start);
    Ok(Takes::new(Blocks::new(media, number)?, start, most))
}

/// Writes the clusters as they were planned.
struct FileWriter<'a, W: Write> {
    out: BufWriter<W>,
    clusters: std::slice::Iter<'a, Cluster>,
    /// The one that is being written, and how many blocks it still gets.
    cluster: Option<(u64, u32)>,
}

impl<W: Write> FileWriter<'_, W> {
    fn write(&mut self, elements: &Elements) -> Result<(), JoinProblem> {
        self.out.write_all(&elements.0).map_err(JoinProblem::Write)
    }

    fn block<R: Read + Seek>(
        &mut self,
        taken: &Taken,
        source: &mut Source<R>,
    ) -> Result<(), JoinProblem> {
        let cluster = self.cluster_with_room()?;
        let block = &taken.block;
        let mut start = Elements::default();
        if let Some([before, _]) = block.group {
            start.begin(ids::BLOCK_GROUP, plan::content_bytes(taken));
            self.write(&start)?;
            self.copy(source, before)?;
            start.0.clear();
            start.begin(ids::BLOCK, plan::block_bytes(taken));
        } else {
            start.begin(ids::SIMPLE_BLOCK, plan::content_bytes(taken));
        }
        // Fits because of how clusters are planned.
        let offset = i16::try_from(taken.time as i64 - cluster as i64).map_err(|_| changed())?;
        start.0.push(0x80 | head::number(block.kind) as u8);
        start.0.extend(offset.to_be_bytes());
        start.0.push(block.flags);
        self.write(&start)?;
        self.copy(source, block.payload)?;
        block.group.map_or(Ok(()), |[_, behind]| self.copy(source, behind))
    }

    fn copy<R: Read + Seek>(
        &mut self,
        source: &mut Source<R>,
        span: Span,
    ) -> Result<(), JoinProblem> {
        source.go_to(span.start)?;
        source.copy(span.bytes, &mut self.out)
    }

    /// The time of the cluster that gets the next block; begins it if need be.
    fn cluster_with_room(&mut self) -> Result<u64, JoinProblem> {
        let (time, blocks) = match self.cluster {
            Some(it @ (_, 1..)) => it,
            _ => self.begin_cluster()?,
        };
        self.cluster = Some((time, blocks - 1));
        Ok(time)
    }

    fn begin_cluster(&mut self) -> Result<(u64, u32), JoinProblem> {
        let cluster = self.clusters.next().ok_or_else(changed)?;
        let mut start = Elements::default();
        start.begin(ids::CLUSTER, cluster.bytes).uint(ids::TIMESTAMP, cluster.time);
        self.write(&start)?;
        Ok((cluster.time, cluster.blocks))
    }
}
