//! One record of the log: a chunk, sealed.
//!
//! Length of the content 4, number 4, part 2, at 8, length in time 4; nonce 12; sealed:
//! SHA-256 of the content 32, the content; tag 16; mark 8. What is in plain is
//! authenticated with the rest, and so is the recording's id. The mark is zeros until
//! the record is on the disk.

use std::io;

use housecall_core::RecordingId;

use super::{ChunkHead, LARGEST_CHUNK, StoredChunk, disk::Disk};
use crate::keys::{DataKey, NONCE, Subkey, TAG, nonce};

/// What an acknowledged record ends with.
pub(super) const MARK: [u8; 8] = *b"\xffon disk";

/// How many bytes of a record are in plain before its nonce.
pub(super) const HEAD: usize = 22;

const SHA256: usize = 32;

/// How many bytes a record has besides its content.
pub(super) const AROUND: usize = HEAD + NONCE + SHA256 + TAG + MARK.len();

/// Seals and opens the records of one recording.
pub(super) struct Records {
    key: Subkey,
    about: Vec<u8>,
}

/// What a record says in plain.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    pub(super) head: ChunkHead,
    /// How many bytes of content follow.
    pub(super) bytes: u32,
}

impl Plain {
    pub(super) fn parse(bytes: &[u8; HEAD]) -> Self {
        let word = |from: usize| u32::from_be_bytes([0, 1, 2, 3].map(|it| bytes[from + it]));
        let part = u16::from_be_bytes([bytes[8], bytes[9]]);
        let at_ms = u64::from(word(10)) << 32 | u64::from(word(14));
        let head = ChunkHead { number: word(4), part, at_ms, length_ms: word(18) };
        Self { head, bytes: word(0) }
    }

    fn to_bytes(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..4].copy_from_slice(&self.bytes.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.head.number.to_be_bytes());
        bytes[8..10].copy_from_slice(&self.head.part.to_be_bytes());
        bytes[10..18].copy_from_slice(&self.head.at_ms.to_be_bytes());
        bytes[18..].copy_from_slice(&self.head.length_ms.to_be_bytes());
        bytes
    }

    /// How many bytes the record has.
    pub(super) fn record(self) -> u64 {
        AROUND as u64 + u64::from(self.bytes)
    }
}

impl StoredChunk {
    /// Where its record ends.
    pub(super) fn end(&self) -> u64 {
        self.offset + AROUND as u64 + u64::from(self.bytes)
    }
}

impl Records {
    pub(super) fn new(recording: &RecordingId, key: &DataKey) -> Self {
        let about = [b"housecall chunk\0", recording.as_str().as_bytes(), b"\0"].concat();
        Self { key: key.subkey(&[], "spool"), about }
    }

    /// Seals nothing, which shows that we have the key.
    pub(super) fn proof(&self) -> [u8; NONCE + TAG] {
        let nonce = nonce();
        let mut proof = [0; NONCE + TAG];
        proof[..NONCE].copy_from_slice(&nonce);
        proof[NONCE..].copy_from_slice(&self.key.seal(nonce, &self.about, &mut []));
        proof
    }

    /// Whether who wrote this proof had our key.
    pub(super) fn proves(&self, mut proof: [u8; NONCE + TAG]) -> bool {
        let (nonce, tag) = proof.split_at_mut(NONCE);
        let nonce = (&*nonce).try_into().expect("it was split there");
        self.key.open(nonce, &self.about, tag).is_some()
    }

    /// The record of a chunk, without its mark.
    pub(super) fn seal(&self, head: ChunkHead, sha256: &[u8; SHA256], content: &[u8]) -> Vec<u8> {
        let plain = Plain { head, bytes: content.len() as u32 }.to_bytes();
        let nonce = nonce();
        let mut record = Vec::with_capacity(AROUND + content.len());
        record.extend_from_slice(&plain);
        record.extend_from_slice(&nonce);
        record.extend_from_slice(sha256);
        record.extend_from_slice(content);
        let about = [&self.about[..], &plain].concat();
        let tag = self.key.seal(nonce, &about, &mut record[HEAD + NONCE..]);
        record.extend_from_slice(&tag);
        record.resize(AROUND + content.len(), 0);
        record
    }

    /// Opens the record that begins at `offset`, if a whole one does.
    pub(super) fn read(
        &self,
        disk: &dyn Disk,
        offset: u64,
        end: u64,
    ) -> io::Result<Option<(StoredChunk, Vec<u8>)>> {
        if end - offset < AROUND as u64 {
            return Ok(None);
        }
        let mut plain = [0; HEAD];
        disk.read(offset, &mut plain)?;
        let record = Plain::parse(&plain);
        if record.bytes as usize > LARGEST_CHUNK || record.record() > end - offset {
            return Ok(None);
        }
        let mut rest = vec![0; record.record() as usize - HEAD - MARK.len()];
        disk.read(offset + HEAD as u64, &mut rest)?;
        Ok(self.open(&plain, rest).map(|(sha256, content)| {
            let Plain { head, bytes } = record;
            (StoredChunk { head, bytes, sha256, offset }, content)
        }))
    }

    /// Opens a record: what it has in plain, and the rest without the mark.
    pub(super) fn open(
        &self,
        plain: &[u8; HEAD],
        mut rest: Vec<u8>,
    ) -> Option<([u8; SHA256], Vec<u8>)> {
        let about = [&self.about[..], plain].concat();
        let (nonce, sealed) = rest.split_first_chunk_mut()?;
        let opened = self.key.open(*nonce, &about, sealed)?;
        let sha256 = *opened.first_chunk()?;
        rest.truncate(rest.len() - TAG);
        rest.drain(..NONCE + SHA256);
        Some((sha256, rest))
    }
}
