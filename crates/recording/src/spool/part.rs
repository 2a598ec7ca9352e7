//! The content of one part, as a file.

use std::io::{self, Read, Seek, SeekFrom};

use super::{Log, SpoolProblem};

/// Reads a part of a recording. It holds one chunk of it, the one that was read last.
pub struct PartReader<'a> {
    log: &'a Log,
    /// Where each chunk begins in the part, and its number.
    chunks: Vec<(u64, u32)>,
    length: u64,
    at: u64,
    opened: Option<(u32, Vec<u8>)>,
}

impl<'a> PartReader<'a> {
    pub(super) fn new(log: &'a Log, part: u16) -> Self {
        let mut chunks = Vec::new();
        let mut length = 0;
        for chunk in log.chunks().iter().filter(|it| it.head.part == part) {
            chunks.push((length, chunk.head.number));
            length += u64::from(chunk.bytes);
        }
        Self { log, chunks, length, at: 0, opened: None }
    }

    /// How many bytes the part has.
    pub fn length(&self) -> u64 {
        self.length
    }

    fn chunk(&mut self, number: u32) -> io::Result<&[u8]> {
        let opened = match self.opened.take() {
            Some((opened, content)) if opened == number => content,
            _ => self.log.read(number).map_err(as_io)?,
        };
        Ok(&self.opened.insert((number, opened)).1)
    }
}

impl Read for PartReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length {
            return Ok(0);
        }
        // The last that begins here or before, so one that is empty is passed over.
        let following = self.chunks.partition_point(|(start, _)| *start <= self.at);
        let (start, number) = self.chunks[following - 1];
        let skipped = (self.at - start) as usize;
        let rest = &self.chunk(number)?[skipped..];
        let taken = rest.len().min(bytes.len());
        bytes[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken as u64;
        Ok(taken)
    }
}

impl Seek for PartReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn as_io(problem: SpoolProblem) -> io::Error {
    match problem {
        SpoolProblem::Io(error) => error,
        problem => io::Error::new(io::ErrorKind::InvalidData, problem),
    }
}
