//! MP4 in fragments (ISO/IEC 14496-12 section 8.8) as recorders write it. The header
//! and the descriptions of the fragments are made anew; the data are copied.

use std::io::{BufWriter, Read, Seek, Write};
use std::time::Duration;

use super::source::changed;
use super::{JoinProblem, Joined, Part};
use fragment::Fragments;
use plan::Plan;
use takes::Takes;

mod boxes;
mod codec;
mod fragment;
mod head;
mod index;
mod movie;
mod piece;
mod plan;
mod takes;
#[cfg(test)]
mod tests;

/// The longest file: two days. What would lie beyond is left out.
const LONGEST: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// How much is gathered before it is written.
const BUFFER: usize = 64 * 1024;

pub(super) fn join<R: Read + Seek, W: Write>(
    mut parts: Vec<Part<R>>,
    out: &mut W,
) -> Result<Joined, JoinProblem> {
    let repeats_sets = have_other_sets(&mut parts)?;
    let mut plan = Plan::default();
    for number in 0..parts.len() {
        let start = plan.end;
        plan.add(takes(&mut parts, number, start, repeats_sets)?)?;
    }
    if plan.entries.is_empty() {
        return Err(JoinProblem::Empty);
    }
    let head = head::head(&plan);
    let mut out = BufWriter::with_capacity(BUFFER, out);
    out.write_all(&head).map_err(JoinProblem::Write)?;
    let mut planned = plan.entries.iter().zip(1..);
    for (number, placed) in plan.placed.iter().enumerate() {
        let mut takes = takes(&mut parts, number, placed.start, repeats_sets)?;
        while let Some(piece) = takes.next(&plan.leads)? {
            let prefix = takes.prefix().to_vec();
            let (entry, number) = planned.next().ok_or_else(changed)?;
            if entry.bytes != piece::bytes(&piece, &prefix) {
                return Err(changed());
            }
            let head = piece::head(number, &piece, plan.late, &prefix);
            out.write_all(&head).map_err(JoinProblem::Write)?;
            piece::copy_data(&piece, &prefix, takes.source(), &mut out)?;
        }
    }
    out.flush().map_err(JoinProblem::Write)?;
    let fragments: u64 = plan.entries.iter().map(|it| it.bytes).sum();
    Ok(Joined { duration: plan.end, parts: plan.placed, bytes: head.len() as u64 + fragments })
}

/// Whether parts differ in their parameter sets, which happens when a picture has
/// another size. A decoder keeps the last it was given, so all must bring their own.
fn have_other_sets<R: Read + Seek>(parts: &mut [Part<R>]) -> Result<bool, JoinProblem> {
    let mut first = None;
    for (number, part) in parts.iter_mut().enumerate() {
        let mut fragments = Fragments::new(&mut part.media, number)?;
        fragments.read_tracks()?;
        for sets in fragments.tracks.iter().filter_map(|it| it.codec.parameter_sets()) {
            if *first.get_or_insert_with(|| sets.clone()) != sets {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What is taken of a part that begins at `start`.
fn takes<R: Read + Seek>(
    parts: &mut [Part<R>],
    number: usize,
    start: Duration,
    repeats_sets: bool,
) -> Result<Takes<&mut R>, JoinProblem> {
    let Part { media, most } = &mut parts[number];
    let left = LONGEST.saturating_sub(start);
    Takes::new(media, number, start, most.map_or(left, |it| it.min(left)), repeats_sets)
}
