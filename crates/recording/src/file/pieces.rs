//! The header, and how one piece is sealed and opened.

use housecall_core::RecordingId;

use super::{Damaged, HEADER, PIECE, Purpose};
use crate::keys::{DataKey, NONCE, Subkey, TAG, random};

/// What the file is, and its version.
const MAGIC: &[u8; 8] = b"HCSEAL\x00\x01";

const SALT: usize = 32;
const PREFIX: usize = 7;

/// How many bytes a whole piece has when it is sealed.
pub(super) const SEALED_PIECE: usize = PIECE + TAG;

/// What all pieces of a file have in common.
pub(super) struct Pieces {
    key: Subkey,
    about: Vec<u8>,
    prefix: [u8; PREFIX],
}

impl Pieces {
    /// A new file: its header, and how its pieces are sealed.
    pub(super) fn begin(
        recording: &RecordingId,
        key: &DataKey,
        purpose: Purpose,
    ) -> ([u8; HEADER], Self) {
        let mut header = [0; HEADER];
        let (known, fresh) = header.split_at_mut(HEADER - SALT - PREFIX);
        known.copy_from_slice(&known_part());
        fresh.copy_from_slice(&*random::<{ SALT + PREFIX }>());
        (header, Self::of(&header, recording, key, purpose))
    }

    /// The pieces of a file that begins with `header`.
    pub(super) fn read(
        header: &[u8],
        recording: &RecordingId,
        key: &DataKey,
        purpose: Purpose,
    ) -> Result<Self, Damaged> {
        let header: &[u8; HEADER] = header.try_into().map_err(|_| Damaged)?;
        match header.starts_with(&known_part()) {
            true => Ok(Self::of(header, recording, key, purpose)),
            false => Err(Damaged),
        }
    }

    fn of(header: &[u8; HEADER], recording: &RecordingId, key: &DataKey, purpose: Purpose) -> Self {
        let (rest, prefix) = header.split_last_chunk().expect("a header is longer than a prefix");
        let (_, salt) = rest.split_last_chunk::<SALT>().expect("a header has a salt");
        let label = purpose.label();
        let about = [header, label.as_bytes(), b"\0", recording.as_str().as_bytes()].concat();
        Self { key: key.subkey(salt, label), about, prefix: *prefix }
    }

    /// Encrypts a piece where it lies.
    pub(super) fn seal(&self, index: u32, last: bool, piece: &mut [u8]) -> [u8; TAG] {
        self.key.seal(self.nonce(index, last), &self.about, piece)
    }

    /// Decrypts a piece, which ends with its tag, where it lies.
    pub(super) fn open<'a>(
        &self,
        index: u32,
        last: bool,
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], Damaged> {
        self.key.open(self.nonce(index, last), &self.about, sealed).ok_or(Damaged)
    }

    pub(super) fn nonce(&self, index: u32, last: bool) -> [u8; NONCE] {
        let mut nonce = [0; NONCE];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&index.to_be_bytes());
        nonce[NONCE - 1] = u8::from(last);
        nonce
    }
}

/// What all headers begin with. Another size of pieces would be another version of the
/// reader; it stands there for who reads such a file without us.
fn known_part() -> [u8; HEADER - SALT - PREFIX] {
    let mut known = [0; HEADER - SALT - PREFIX];
    known[..8].copy_from_slice(MAGIC);
    known[8..].copy_from_slice(&(PIECE as u32).to_be_bytes());
    known
}
