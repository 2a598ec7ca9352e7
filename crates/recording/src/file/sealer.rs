//! Writing a sealed file.

use std::io::{self, Write};

use aws_lc_rs::digest;
use housecall_core::RecordingId;

use super::{HEADER, PIECE, Purpose, pieces::Pieces};
use crate::keys::{DataKey, TAG};

/// Seals what is written to it. What is not [finished](Self::finish) cannot be opened
/// to its end.
pub struct Sealer<W: Write> {
    out: W,
    pieces: Pieces,
    /// The piece that is being filled. It is sealed when more comes, because only then
    /// it is known not to be the last.
    piece: Vec<u8>,
    /// The index of that piece; `None` when a write has failed.
    index: Option<u32>,
    digest: digest::Context,
    bytes: u64,
    sealed_bytes: u64,
}

/// What was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// How many bytes of content.
    pub bytes: u64,
    /// How many bytes the sealed file has.
    pub sealed_bytes: u64,
    /// The SHA-256 of the content.
    pub sha256: [u8; 32],
}

impl<W: Write> Sealer<W> {
    /// Begins a sealed file in `out`.
    pub fn new(
        mut out: W,
        recording: &RecordingId,
        key: &DataKey,
        purpose: Purpose,
    ) -> io::Result<Self> {
        let (header, pieces) = Pieces::begin(recording, key, purpose);
        out.write_all(&header)?;
        Ok(Self {
            out,
            pieces,
            piece: Vec::with_capacity(PIECE),
            index: Some(0),
            digest: digest::Context::new(&digest::SHA256),
            bytes: 0,
            sealed_bytes: HEADER as u64,
        })
    }

    /// Seals what is left. The file is not on the disk by that: see to it with what is
    /// given back.
    pub fn finish(mut self) -> io::Result<(W, Sealed)> {
        self.seal(true)?;
        self.out.flush()?;
        let sha256 = self.digest.finish();
        let sha256 = sha256.as_ref().try_into().expect("a SHA-256 has 32 bytes");
        Ok((self.out, Sealed { bytes: self.bytes, sealed_bytes: self.sealed_bytes, sha256 }))
    }

    /// Nothing more can be sealed after a write failed. The next try at the same piece
    /// might find other content in it, under the same nonce.
    fn seal(&mut self, last: bool) -> io::Result<()> {
        let failed = || io::Error::other("the sealed file failed before; seal it from the start");
        let index = self.index.take().ok_or_else(failed)?;
        let tag = self.pieces.seal(index, last, &mut self.piece);
        self.out.write_all(&self.piece)?;
        self.out.write_all(&tag)?;
        self.sealed_bytes += (self.piece.len() + TAG) as u64;
        self.piece.clear();
        self.index = index.checked_add(1);
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        self.digest.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    /// Passes on whole pieces. The one that is being filled stays.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
