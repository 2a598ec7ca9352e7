//! A part that is read from front to back, never beyond its end.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use super::JoinProblem;

/// How much is read at once.
const BUFFER: usize = 128 * 1024;

#[derive(Debug)]
pub(super) struct Source<R> {
    media: BufReader<R>,
    position: u64,
    bytes: u64,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(mut media: R) -> Result<Self, JoinProblem> {
        let bytes = media.seek(SeekFrom::End(0)).map_err(JoinProblem::Read)?;
        media.rewind().map_err(JoinProblem::Read)?;
        Ok(Self { media: BufReader::with_capacity(BUFFER, media), position: 0, bytes })
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// How long it is.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How much follows.
    pub(super) fn left(&self) -> u64 {
        self.bytes - self.position
    }

    /// Goes on reading elsewhere; beyond the end is the end.
    pub(super) fn go_to(&mut self, position: u64) -> Result<(), JoinProblem> {
        let position = position.min(self.bytes);
        match i64::try_from(i128::from(position) - i128::from(self.position)) {
            Ok(step) => self.media.seek_relative(step),
            Err(_) => self.media.seek(SeekFrom::Start(position)).map(drop),
        }
        .map_err(JoinProblem::Read)?;
        self.position = position;
        Ok(())
    }

    /// Passes over so many bytes.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), JoinProblem> {
        self.go_to(self.position.saturating_add(bytes))
    }

    /// The next bytes, or fewer if there are fewer. The caller bounds how many.
    pub(super) fn read(&mut self, bytes: u64) -> Result<Vec<u8>, JoinProblem> {
        let bytes = bytes.min(self.left());
        let mut read = Vec::new();
        self.copy(bytes, &mut read)?;
        Ok(read)
    }

    /// What comes next, without going on: at most as many bytes as asked for.
    pub(super) fn peek<'a>(&mut self, into: &'a mut [u8]) -> Result<&'a [u8], JoinProblem> {
        let bytes = self.left().min(into.len() as u64) as usize;
        let position = self.position;
        self.media.read_exact(&mut into[..bytes]).map_err(JoinProblem::Read)?;
        self.position += bytes as u64;
        self.go_to(position)?;
        Ok(&into[..bytes])
    }

    /// Copies the next bytes, which must be there.
    pub(super) fn copy<W: Write>(&mut self, bytes: u64, out: &mut W) -> Result<(), JoinProblem> {
        let mut left = bytes;
        while left > 0 {
            let buffer = self.media.fill_buf().map_err(JoinProblem::Read)?;
            if buffer.is_empty() {
                return Err(JoinProblem::Read(io::ErrorKind::UnexpectedEof.into()));
            }
            let taken = left.min(buffer.len() as u64);
            out.write_all(&buffer[..taken as usize]).map_err(JoinProblem::Write)?;
            self.media.consume(taken as usize);
            self.position += taken;
            left -= taken;
        }
        Ok(())
    }
}

/// Whoever owns a part must leave it alone until it is joined.
pub(super) fn changed() -> JoinProblem {
    JoinProblem::Read(io::Error::new(io::ErrorKind::InvalidData, "it changed while it was read"))
}
