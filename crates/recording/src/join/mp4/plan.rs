//! The fragments of the file, known before the first of them is written: their
//! sizes and times.

use std::io::{Read, Seek};
use std::time::Duration;

use super::super::{JoinProblem, Kind, Placed};
use super::piece;
use super::takes::{Leads, Piece, Taken, Takes, duration, ticks};

/// More fragments than a recorder writes in two days, each of which costs memory.
const MOST_PIECES: usize = 500_000;
/// What begins later than this is said to.
const LATE: Duration = Duration::from_millis(500);

/// A fragment of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its description and its data.
    pub(super) bytes: u64,
    /// When picture and sound in it begin, in the units of their tracks.
    pub(super) begins: [Option<u64>; 2],
    /// Whether decoding can begin here.
    pub(super) is_beginning: bool,
}

/// What the file will be.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) leads: Leads,
    /// How much later than the file picture and sound begin, in the units of their
    /// tracks; nothing if it is little. Their time is counted from there, because
    /// players take the last time for the length of a track.
    pub(super) late: [u64; 2],
    pub(super) entries: Vec<Entry>,
    pub(super) placed: Vec<Placed>,
    /// Where it ends.
    pub(super) end: Duration,
}

impl Plan {
    /// Appends what is taken of a part that begins at the end.
    pub(super) fn add<R: Read + Seek>(&mut self, mut takes: Takes<R>) -> Result<(), JoinProblem> {
        let (start, first) = (self.end, self.entries.len());
        let mut ends = [None; 2];
        while let Some(piece) = takes.next(&self.leads)? {
            if self.entries.len() == MOST_PIECES {
                return Err(JoinProblem::TooManyPieces);
            }
            for (end, samples) in ends.iter_mut().zip(&piece) {
                let last = samples.last().map(|it| it.at + u64::from(it.length));
                *end = last.max(*end);
            }
            self.entries.push(entry(&piece, takes.prefix()));
        }
        for track in takes.tracks() {
            let index = track.kind.index();
            let Some(end) = ends[index] else { continue };
            let lead = self.leads[index].get_or_insert_with(|| track.clone());
            self.end = self.end.max(duration(end, lead.timescale));
            let first = self.entries.iter().find_map(|it| it.begins[index]);
            self.late[index] = first.filter(|it| *it >= ticks(LATE, lead.timescale)).unwrap_or(0);
        }
        if ends[Kind::Video.index()].is_none() {
            // Sound can be decoded from anywhere.
            self.entries[first..].iter_mut().for_each(|it| it.is_beginning = true);
        }
        self.placed.push(Placed { start, length: self.end - start });
        Ok(())
    }
}

fn entry(piece: &Piece, prefix: &[u8]) -> Entry {
    let begin = |samples: &Vec<Taken>| samples.first().map(|it| it.at);
    let picture = piece[Kind::Video.index()].first();
    Entry {
        bytes: piece::bytes(piece, prefix),
        begins: [begin(&piece[0]), begin(&piece[1])],
        is_beginning: picture.is_some_and(|it| it.sample.is_keyframe()),
    }
}
