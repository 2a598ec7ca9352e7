//! Joins the parts of a recording, as browsers write them, to one file that
//! plays and seeks everywhere: its length is known, its index is in front, and
//! the parts follow each other on one timeline. What is recorded is copied, never
//! decoded. Only an index is held in memory; every part is read twice, once to
//! make that index and once to copy.

use std::io::{self, Read, Seek, Write};
use std::time::Duration;

mod gate;
mod mp4;
mod source;
#[cfg(test)]
mod tests;
mod webm;

/// How the parts of a recording are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// WebM, and the Matroska it is a part of.
    WebM,
    /// MP4 in fragments.
    Mp4,
}

/// One run of a recorder.
#[derive(Debug)]
pub struct Part<R> {
    /// What the recorder wrote, from its first byte; it may be cut off anywhere.
    pub media: R,
    /// How much of it may be kept, from its beginning: whatever ends later is
    /// left out.
    pub most: Option<Duration>,
}

/// What came of joining.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// From the beginning to the end of the longest track.
    pub duration: Duration,
    /// Where each part lies, in the order given.
    pub parts: Vec<Placed>,
    /// How long the file is.
    pub bytes: u64,
}

/// Where a part lies on the timeline of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where it begins.
    pub start: Duration,
    /// How long it is; nothing if it held no whole picture or sound.
    pub length: Duration,
}

/// Why parts were not joined. Parts are counted from nought.
#[derive(Debug, thiserror::Error)]
pub enum JoinProblem {
    /// No part holds a whole picture or sound that may be kept.
    #[error("the parts hold no media; there is nothing to join")]
    Empty,
    /// It cannot follow what came before in the same tracks.
    #[error("part {part} has other codecs than those before; record all parts with the same ones")]
    OtherCodecs {
        /// Which.
        part: usize,
    },
    /// It is another container, or none as recorders write it.
    #[error("part {part} is not what a recorder writes; join parts of one container only")]
    Unreadable {
        /// Which.
        part: usize,
    },
    /// The index would grow beyond what is held in memory.
    #[error("the parts are cut into too many pieces; record pieces of a second or longer")]
    TooManyPieces,
    /// A part could not be read.
    #[error("a part could not be read: {0}")]
    Read(#[source] io::Error),
    /// The file could not be written.
    #[error("the joined file could not be written: {0}")]
    Write(#[source] io::Error),
}

/// Tells the container by the first bytes of a part; eight are enough.
pub fn sniff(first: &[u8]) -> Option<Container> {
    if first.starts_with(&webm::MAGIC) {
        return Some(Container::WebM);
    }
    (first.get(4..8)? == b"ftyp").then_some(Container::Mp4)
}

/// Writes the parts to one file, one after the other. A part begins where the
/// longest track of the one before ends, and its picture with the first keyframe;
/// a part without media is passed over. For each of picture and sound the first
/// part that has it decides how it is decoded.
pub fn join<R: Read + Seek, W: Write>(
    container: Container,
    parts: Vec<Part<R>>,
    out: &mut W,
) -> Result<Joined, JoinProblem> {
    match container {
        Container::WebM => webm::join(parts, out),
        Container::Mp4 => mp4::join(parts, out),
    }
}

/// What a track carries. Of each kind the first track of a part is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Video,
    Audio,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Video, Self::Audio];

    /// Where things of this kind stand in a pair, and its track's number in the file
    /// less one.
    fn index(self) -> usize {
        match self {
            Self::Video => 0,
            Self::Audio => 1,
        }
    }
}
