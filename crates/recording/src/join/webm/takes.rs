//! The blocks of a part that go into the file, and when.

use std::io::{Read, Seek};
use std::time::Duration;

use super::super::gate::Gate;
use super::super::source::Source;
use super::super::{JoinProblem, Kind};
use super::blocks::{Block, Blocks};
use super::tracks::Track;

/// What a block lasts until two of its track have told otherwise, in milliseconds.
const USUAL_LENGTH: u64 = 20;
/// Blocks further apart than this leave a hole; nobody guesses that one lasts longer.
const LONGEST_GUESS: u64 = 1_000;
/// Blocks that say they last longer than this are not believed.
const LONGEST_BLOCK: u64 = 10_000;
/// How far a block may be behind the newest one. The time of a block is told as a
/// distance from its cluster, which must fit 16 bits.
const FURTHEST_BEHIND: u64 = 20_000;

/// A block that goes into the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) block: Block,
    /// When it begins on the timeline of the file, in milliseconds.
    pub(super) time: u64,
    /// When it ends there.
    pub(super) end: u64,
}

/// Chooses the blocks of one part.
#[derive(Debug)]
pub(super) struct Takes<R> {
    blocks: Blocks<R>,
    start: u64,
    newest: u64,
    gates: [Gate; 2],
    paces: [Pace; 2],
}

impl<R: Read + Seek> Takes<R> {
    /// The part begins at `start` milliseconds in the file and lasts `most` of them.
    pub(super) fn new(blocks: Blocks<R>, start: u64, most: u64) -> Self {
        let gates = Kind::ALL.map(|kind| Gate::new(kind, most));
        let paces = Kind::ALL.map(|_| Pace { last: None, length: USUAL_LENGTH });
        Self { blocks, start, newest: 0, gates, paces }
    }

    /// The tracks that were described so far.
    pub(super) fn tracks(&self) -> &[Track] {
        &self.blocks.tracks
    }

    /// Where the blocks come from; it may be moved.
    pub(super) fn source(&mut self) -> &mut Source<R> {
        &mut self.blocks.source
    }

    pub(super) fn next(&mut self) -> Result<Option<Taken>, JoinProblem> {
        while let Some(block) = self.blocks.next()? {
            let index = block.kind.index();
            let end = block.at.saturating_add(self.paces[index].length(&block));
            let is_late = block.at.saturating_add(FURTHEST_BEHIND) < self.newest;
            if !is_late && self.gates[index].takes(block.at, end, block.is_keyframe) {
                self.newest = self.newest.max(block.at);
                let [time, end] = [block.at, end].map(|it| self.start + it);
                return Ok(Some(Taken { block, time, end }));
            }
        }
        Ok(None)
    }
}

/// How fast the blocks of a track follow each other.
#[derive(Debug)]
struct Pace {
    last: Option<u64>,
    length: u64,
}

impl Pace {
    /// How long a block lasts: as long as it says, else as the one before lasted.
    fn length(&mut self, block: &Block) -> u64 {
        let step = self.last.and_then(|it| block.at.checked_sub(it));
        self.last = Some(block.at);
        if let Some(step) = step.filter(|it| (1..=LONGEST_GUESS).contains(it)) {
            self.length = step;
        }
        block.length.unwrap_or(self.length).min(LONGEST_BLOCK)
    }
}

/// Whole milliseconds; what lies beyond counts as endless.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
