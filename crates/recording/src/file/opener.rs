//! Reading ranges of a sealed file.

use std::{fmt, ops::Range};

use housecall_core::RecordingId;

use super::{
    Damaged, HEADER, PIECE, Purpose,
    pieces::{Pieces, SEALED_PIECE},
};
use crate::keys::{DataKey, TAG};

/// Opens ranges of a sealed file. It holds no bytes of it: ask what
/// [covers](Self::covering) a range, fetch that, and [open](Self::open) it.
///
/// How long the content is follows from how long the file is, which nobody vouches
/// for until the last piece was opened: a file that was cut off opens up to there.
pub struct Opener {
    pieces: Pieces,
    bytes: u64,
    last: u32,
}

impl Opener {
    /// A file of `sealed_bytes` that begins with `header`, its first [`HEADER`] bytes.
    /// A wrong key is noticed with the first piece.
    pub fn new(
        header: &[u8],
        sealed_bytes: u64,
        recording: &RecordingId,
        key: &DataKey,
        purpose: Purpose,
    ) -> Result<Self, Damaged> {
        let pieces = Pieces::read(header, recording, key, purpose)?;
        let sealed = sealed_bytes.checked_sub(HEADER as u64).ok_or(Damaged)?;
        let count = sealed.div_ceil(SEALED_PIECE as u64);
        let bytes = sealed.checked_sub(count * TAG as u64).ok_or(Damaged)?;
        let last = count.checked_sub(1).and_then(|it| u32::try_from(it).ok()).ok_or(Damaged)?;
        // Only the one piece of empty content is empty.
        if bytes <= u64::from(last) * PIECE as u64 && last > 0 {
            return Err(Damaged);
        }
        Ok(Self { pieces, bytes, last })
    }

    /// How many bytes of content there are.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes of the sealed file that are needed to open a range of the content. What
    /// lies beyond the end is left out. An empty range needs the piece it lies in: so
    /// even empty content is verified.
    pub fn covering(&self, plain: Range<u64>) -> Range<u64> {
        let (first, last) = self.touched(&self.within(plain));
        let offset = |index: u32| HEADER as u64 + u64::from(index) * SEALED_PIECE as u64;
        match last == self.last {
            true => offset(first)..offset(last) + self.length(last) as u64,
            false => offset(first)..offset(last + 1),
        }
    }

    /// The range of the content, out of the bytes that [cover](Self::covering) it.
    pub fn open(&self, plain: Range<u64>, sealed: &[u8]) -> Result<Vec<u8>, Damaged> {
        let plain = self.within(plain);
        let needed = self.covering(plain.clone());
        if sealed.len() as u64 != needed.end - needed.start {
            return Err(Damaged);
        }
        let (first, last) = self.touched(&plain);
        let mut opened = Vec::with_capacity(sealed.len());
        for (index, piece) in (first..=last).zip(sealed.chunks(SEALED_PIECE)) {
            let start = opened.len();
            opened.extend_from_slice(piece);
            self.pieces.open(index, index == self.last, &mut opened[start..])?;
            opened.truncate(opened.len() - TAG);
        }
        let skipped = plain.start - u64::from(first) * PIECE as u64;
        opened.truncate((skipped + plain.end - plain.start) as usize);
        opened.drain(..skipped as usize);
        Ok(opened)
    }

    fn within(&self, plain: Range<u64>) -> Range<u64> {
        let start = plain.start.min(self.bytes);
        start..plain.end.clamp(start, self.bytes)
    }

    /// The first and the last piece that a range touches.
    fn touched(&self, plain: &Range<u64>) -> (u32, u32) {
        let first = self.index_at(plain.start);
        (first, self.index_at(plain.end.saturating_sub(1)).max(first))
    }

    fn index_at(&self, byte: u64) -> u32 {
        u32::try_from(byte / PIECE as u64).map_or(self.last, |it| it.min(self.last))
    }

    /// How many bytes a piece has when it is sealed.
    fn length(&self, index: u32) -> usize {
        let left = self.bytes - u64::from(index) * PIECE as u64;
        left.min(PIECE as u64) as usize + TAG
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
