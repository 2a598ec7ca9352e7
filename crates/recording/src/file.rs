//! The sealed file: what is finished, encrypted in pieces of 64 KiB, so that any range
//! of it can be read without the rest, and none of it changed without being noticed.
//!
//! A header in plain (magic and version 8, size of a piece 4, salt 32, prefix of the
//! nonces 7), then the pieces, each with its tag of 16 bytes. The nonce of a piece says
//! where it belongs: prefix 7, index 4, and whether it is the last, 1 (STREAM, Hoang,
//! Reyhanitabar, Rogaway and Vizár 2015). So pieces cannot be swapped, left out or cut
//! off; and because header, recording and purpose are authenticated with each of them,
//! none fits into another file. Only the last piece may be shorter than 64 KiB; it is
//! empty only if all of the content is.
//!
//! The salt makes the key another one for each file: sealing the same recording again
//! never uses a pair of key and nonce again.

mod opener;
mod pieces;
mod sealer;
#[cfg(test)]
mod tests;

pub use opener::Opener;
pub use sealer::{Sealed, Sealer};

/// How many bytes a sealed file begins with that are not sealed.
pub const HEADER: usize = 51;

/// How many bytes of content a piece holds.
const PIECE: usize = 64 * 1024;

/// What the content is. The picture does not open as the film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The joined recording.
    Media,
    /// A picture of it.
    Poster,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Purpose::Media => "media",
            Purpose::Poster => "poster",
        }
    }
}

/// The bytes are not what was sealed: changed, cut off, or of another recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed file is damaged, or is not of this recording")]
pub struct Damaged;
