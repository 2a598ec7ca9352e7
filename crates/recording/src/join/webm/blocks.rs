//! The blocks of one part in the order in which they lie there. Clusters of
//! recorders have no size, so an element is told by its id alone, wherever it
//! stands; reading ends where something is not whole.

use std::io::{Read, Seek};

use super::super::source::Source;
use super::super::{JoinProblem, Kind};
use super::ebml::{self, Element, uint};
use super::ids;
use super::tracks::Track;

/// The id of the element every file begins with.
pub(in super::super) const MAGIC: [u8; 4] = ids::EBML.to_be_bytes();
/// The longest descriptions of tracks that are believed.
const LONGEST_HEADER: u64 = 1024 * 1024;
/// The number of a track, a time and flags, at their longest.
const LONGEST_BLOCK_HEADER: u64 = 11;
/// The only unit in which recorders count time, in nanoseconds.
const MILLISECOND: u64 = 1_000_000;

/// Where bytes lie in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) bytes: u64,
}

impl Span {
    pub(super) fn end(self) -> u64 {
        self.start + self.bytes
    }
}

/// A whole block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// Milliseconds since the first cluster of the part.
    pub(super) at: u64,
    /// Milliseconds, if that was said.
    pub(super) length: Option<u64>,
    pub(super) is_keyframe: bool,
    pub(super) flags: u8,
    /// What follows number, time and flags.
    pub(super) payload: Span,
    /// What stands in front of and behind the block in its group, if it has one.
    pub(super) group: Option<[Span; 2]>,
}

/// Reads the blocks of a part.
#[derive(Debug)]
pub(super) struct Blocks<R> {
    part: usize,
    pub(super) source: Source<R>,
    /// The tracks that were described so far.
    pub(super) tracks: Vec<Track>,
    /// Where the next element begins.
    next: u64,
    origin: Option<u64>,
    cluster: u64,
}

/// The inside of a block, or of the group it is in.
struct Inside {
    number: u64,
    offset: i16,
    flags: u8,
    payload: Span,
    length: Option<u64>,
    has_reference: bool,
    group: Option<[Span; 2]>,
}

impl<R: Read + Seek> Blocks<R> {
    pub(super) fn new(media: R, part: usize) -> Result<Self, JoinProblem> {
        let mut source = Source::new(media)?;
        if !MAGIC.starts_with(source.peek(&mut [0; MAGIC.len()])?) {
            return Err(JoinProblem::Unreadable { part });
        }
        Ok(Self { part, source, tracks: Vec::new(), next: 0, origin: None, cluster: 0 })
    }

    /// The next whole block of a track that is taken.
    pub(super) fn next(&mut self) -> Result<Option<Block>, JoinProblem> {
        let mut found = None;
        while found.is_none() {
            self.source.go_to(self.next)?;
            let Some(element) = ebml::next(&mut self.source)? else { break };
            if matches!(element.id, ids::SEGMENT | ids::CLUSTER) {
                self.next = self.source.position();
                continue;
            }
            let Some(span) = self.whole(element) else { break };
            self.next = span.end();
            match element.id {
                ids::INFO => self.check_unit(span)?,
                ids::TRACKS => self.read_tracks(span)?,
                ids::TIMESTAMP => self.cluster = self.read_uint(span)?.unwrap_or(self.cluster),
                ids::SIMPLE_BLOCK | ids::BLOCK_GROUP => {
                    found = self.read_block(element.id, span)?
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Where the content of an element lies, if all of it is there.
    fn whole(&self, element: Element) -> Option<Span> {
        let bytes = element.size.filter(|it| *it <= self.source.left())?;
        Some(Span { start: self.source.position(), bytes })
    }

    fn read_uint(&mut self, span: Span) -> Result<Option<u64>, JoinProblem> {
        Ok(if span.bytes <= 8 { uint(&self.source.read(span.bytes)?) } else { None })
    }

    fn check_unit(&mut self, span: Span) -> Result<(), JoinProblem> {
        let info = self.source.read(span.bytes.min(LONGEST_HEADER))?;
        let unit = ebml::Children(&info).find(|it| it.id == ids::TIMESTAMP_SCALE);
        match unit.and_then(|it| uint(it.content)).unwrap_or(MILLISECOND) {
            MILLISECOND => Ok(()),
            _ => Err(JoinProblem::Unreadable { part: self.part }),
        }
    }

    fn read_tracks(&mut self, span: Span) -> Result<(), JoinProblem> {
        if self.tracks.is_empty() && span.bytes <= LONGEST_HEADER {
            self.tracks = Track::read_all(&self.source.read(span.bytes)?);
        }
        Ok(())
    }

    fn read_block(&mut self, id: ebml::Id, span: Span) -> Result<Option<Block>, JoinProblem> {
        let inside =
            if id == ids::BLOCK_GROUP { self.in_group(span)? } else { self.in_block(span)? };
        let Some(inside) = inside else { return Ok(None) };
        let Some(track) = self.tracks.iter().find(|it| it.number == inside.number) else {
            return Ok(None);
        };
        let origin = *self.origin.get_or_insert(self.cluster);
        let time = i128::from(self.cluster) - i128::from(origin) + i128::from(inside.offset);
        let is_keyframe = match inside.group {
            Some(_) => !inside.has_reference,
            None => inside.flags & 0x80 != 0,
        };
        Ok(Some(Block {
            kind: track.kind,
            at: u64::try_from(time.max(0)).unwrap_or(u64::MAX),
            length: inside.length.or(track.block_length),
            is_keyframe: is_keyframe || track.kind == Kind::Audio,
            flags: inside.flags,
            payload: inside.payload,
            group: inside.group,
        }))
    }

    fn in_block(&mut self, span: Span) -> Result<Option<Inside>, JoinProblem> {
        self.source.go_to(span.start)?;
        let header = self.source.read(span.bytes.min(LONGEST_BLOCK_HEADER))?;
        let Some((number, rest)) = ebml::track_number(&header) else { return Ok(None) };
        let &[high, low, flags, ..] = rest else { return Ok(None) };
        let length = (header.len() - rest.len() + 3) as u64;
        Ok(Some(Inside {
            number,
            offset: i16::from_be_bytes([high, low]),
            flags,
            payload: Span { start: span.start + length, bytes: span.bytes - length },
            length: None,
            has_reference: false,
            group: None,
        }))
    }

    fn in_group(&mut self, group: Span) -> Result<Option<Inside>, JoinProblem> {
        let (mut block, mut length, mut has_reference) = (None, None, false);
        loop {
            let start = self.source.position();
            if start >= group.end() {
                break;
            }
            let Some(element) = ebml::next(&mut self.source)? else { return Ok(None) };
            let Some(span) = self.whole(element).filter(|it| it.end() <= group.end()) else {
                return Ok(None);
            };
            match element.id {
                ids::BLOCK => block = Some((start, span)),
                ids::BLOCK_DURATION => length = self.read_uint(span)?,
                ids::REFERENCE_BLOCK => has_reference = true,
                _ => {}
            }
            self.source.go_to(span.end())?;
        }
        let Some((start, span)) = block else { return Ok(None) };
        let around = [
            Span { start: group.start, bytes: start - group.start },
            Span { start: span.end(), bytes: group.end() - span.end() },
        ];
        let inside = self.in_block(span)?;
        Ok(inside.map(|it| Inside { length, has_reference, group: Some(around), ..it }))
    }
}
