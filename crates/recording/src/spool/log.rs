//! The log of one recording, open.

use std::{fmt, fs::File};

use aws_lc_rs::digest;

use super::{
    Appended, ChunkHead, LARGEST_CHUNK, PartReader, SpoolProblem, StoredChunk,
    disk::Disk,
    record::{MARK, Records},
    scan::scan,
};

/// The chunks of a recording. What it answers is on the disk.
pub struct Log {
    disk: Box<dyn Disk>,
    records: Records,
    /// Where the first record begins.
    beginning: u64,
    /// Where the next record goes.
    end: u64,
    chunks: Vec<StoredChunk>,
    bytes: u64,
    /// The disk failed, and has not been looked at since. Nothing is said about chunks
    /// until it was.
    doubtful: bool,
    /// The file that is locked as long as the log is open.
    _guard: Option<File>,
}

impl Log {
    pub(super) fn open(
        mut disk: Box<dyn Disk>,
        records: Records,
        beginning: u64,
        guard: Option<File>,
    ) -> Result<Self, SpoolProblem> {
        let (chunks, end) = scan(&*disk, &records, beginning)?;
        let torn = disk.bytes()? - end;
        if torn > 0 {
            tracing::warn!(bytes = torn, chunks = chunks.len(), "The torn end of a log is cut off");
            disk.cut(end)?;
        }
        let bytes = chunks.iter().map(|it| u64::from(it.bytes)).sum();
        let doubtful = false;
        let mut log =
            Self { disk, records, beginning, end, chunks, bytes, doubtful, _guard: guard };
        log.store_last()?;
        Ok(log)
    }

    /// The number of the chunk that is awaited.
    pub fn next(&self) -> u32 {
        self.chunks.len() as u32
    }

    /// How many bytes all chunks have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All chunks; each stands at its number.
    pub fn chunks(&self) -> &[StoredChunk] {
        &self.chunks
    }

    /// The parts that have chunks, in the order in which they came.
    pub fn parts(&self) -> Vec<u16> {
        let mut parts = Vec::new();
        for chunk in &self.chunks {
            if !parts.contains(&chunk.head.part) {
                parts.push(chunk.head.part);
            }
        }
        parts
    }

    /// Adds a chunk; it is on the disk when this returns. The same chunk again changes
    /// nothing, and neither does one that is refused or fails.
    pub fn append(&mut self, head: ChunkHead, bytes: &[u8]) -> Result<Appended, SpoolProblem> {
        if self.doubtful {
            self.look_again()?;
        }
        let sha256 = sha256(bytes);
        if let Some(stored) = self.chunks.get(head.number as usize) {
            return match stored.head == head && stored.sha256 == sha256 {
                true => Ok(Appended::Again),
                false => Err(SpoolProblem::Differs),
            };
        }
        if head.number != self.next() {
            return Err(SpoolProblem::OutOfOrder { next: self.next() });
        }
        if bytes.len() > LARGEST_CHUNK {
            return Err(SpoolProblem::Io(std::io::ErrorKind::FileTooLarge.into()));
        }
        self.write(&self.records.seal(head, &sha256, bytes))?;
        let bytes = bytes.len() as u32;
        let stored = StoredChunk { head, bytes, sha256, offset: self.end };
        self.end = stored.end();
        self.bytes += u64::from(bytes);
        self.chunks.push(stored);
        self.mark_last();
        Ok(Appended::New)
    }

    /// The bytes of a chunk.
    pub fn read(&self, number: u32) -> Result<Vec<u8>, SpoolProblem> {
        let next = self.next();
        let stored = self.chunks.get(number as usize).ok_or(SpoolProblem::OutOfOrder { next })?;
        match self.records.read(&*self.disk, stored.offset, self.end)? {
            Some((found, content)) if found == *stored => Ok(content),
            _ => Err(SpoolProblem::Damaged),
        }
    }

    /// The content of a part, one chunk after the other.
    pub fn part(&self, part: u16) -> PartReader<'_> {
        PartReader::new(self, part)
    }

    fn write(&mut self, record: &[u8]) -> Result<(), SpoolProblem> {
        if let Err(error) = self.disk.write(self.end, record) {
            self.doubtful = self.disk.cut(self.end).is_err();
            return Err(error.into());
        }
        // After a sync that failed, what reads well need not be on the disk, now or
        // ever: the system may have given up writing it.
        if let Err(error) = self.disk.sync() {
            self.doubtful = true;
            if let Err(problem) = self.look_again() {
                tracing::error!(%problem, "The log of a recording stays closed after a failure");
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// Opens the log again after the disk failed, cuts off what was not acknowledged,
    /// and sees whether all that was acknowledged is there.
    fn look_again(&mut self) -> Result<(), SpoolProblem> {
        self.disk.reopen()?;
        if self.disk.bytes()? > self.end {
            self.disk.cut(self.end)?;
        }
        let (chunks, _) = scan(&*self.disk, &self.records, self.beginning)?;
        if chunks != self.chunks {
            return Err(SpoolProblem::Damaged);
        }
        self.disk.sync()?;
        self.doubtful = false;
        Ok(())
    }

    /// Sees to it that the last record is on the disk, of which nobody may have been
    /// told before. Without its mark it is written again: if it was in a sync that
    /// failed, the system shows it, and would never write it by itself.
    fn store_last(&mut self) -> Result<(), SpoolProblem> {
        if let Some(last) = self.chunks.last() {
            let mut record = vec![0; (self.end - last.offset) as usize];
            self.disk.read(last.offset, &mut record)?;
            if !record.ends_with(&MARK) {
                self.disk.write(last.offset, &record)?;
            }
        }
        self.disk.sync()?;
        self.mark_last();
        Ok(())
    }

    /// Marks the last record as one that is on the disk. Without its mark it is whole
    /// all the same; only damage to it would look like a torn end.
    fn mark_last(&mut self) {
        if self.chunks.is_empty() {
            return;
        }
        if let Err(error) = self.disk.write(self.end - MARK.len() as u64, &MARK) {
            tracing::warn!(%error, "A chunk is stored without its mark");
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.next();
        f.debug_struct("Log")
            .field("next", &next)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, bytes);
    hash.as_ref().try_into().expect("a SHA-256 has 32 bytes")
}
