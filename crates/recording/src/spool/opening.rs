//! How a log begins: whose it is, and a proof that the key is the right one. Without
//! that, a wrong key would make a whole log look like a torn end.
//!
//! Magic and version 8, length of the id 2, the id; then nonce 12 and tag 16 of nothing
//! under the recording's key.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use housecall_core::RecordingId;

use super::record::Records;
use crate::keys::{NONCE, TAG};

const MAGIC: &[u8; 8] = b"HCSPOOL\x01";

/// More than any opening has: an id has at most 200 bytes.
const MOST: u64 = 512;

/// The beginning of a log, as it was read.
pub(super) struct Opening {
    id: String,
    proof: [u8; NONCE + TAG],
}

/// Writes a log without records. It gets its name when it is on the disk, so that an
/// opening is there whole or not at all.
pub(super) fn write(path: &Path, recording: &RecordingId, records: &Records) -> io::Result<()> {
    let id = recording.as_str().as_bytes();
    let length = (id.len() as u16).to_be_bytes();
    let unfinished = path.with_extension("new");
    let mut file = File::create(&unfinished)?;
    file.write_all(&[MAGIC, &length[..], id, &records.proof()].concat())?;
    file.sync_all()?;
    std::fs::rename(unfinished, path)
}

impl Opening {
    /// Reads it; `None` if it is none.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
        Ok(Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_first_chunk()?;
        let (id, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let id = String::from_utf8(id.to_vec()).ok()?;
        Some(Self { id, proof: *rest.first_chunk()? })
    }

    /// Whose log it says it is.
    pub(super) fn recording(&self) -> Option<RecordingId> {
        self.id.parse().ok()
    }

    /// Whether it was written for this recording, with this key.
    pub(super) fn opens(&self, recording: &RecordingId, records: &Records) -> bool {
        self.id == recording.as_str() && records.proves(self.proof)
    }

    /// How many bytes it has.
    pub(super) fn bytes(&self) -> u64 {
        (MAGIC.len() + 2 + self.id.len() + self.proof.len()) as u64
    }
}
