//! What a recording is made of: chunks that come in are sealed into a log, and
//! joined in the end to one sealed file that plays and seeks everywhere. Knows no
//! network and no database.
//!
//! [`keys`] says who can read what: each recording has a key of its own, which is
//! kept wrapped by the master key. [`spool`] keeps what is coming in, [`fn@join`] makes
//! one film of its parts, [`mod@file`] keeps what is finished.

pub mod file;
mod join;
pub mod keys;
pub mod spool;

pub use file::{Damaged, HEADER, Opener, Purpose, Sealed, Sealer};
pub use join::{Container, JoinProblem, Joined, Part, Placed, join, sniff};
pub use keys::{BadMasterKey, DataKey, KeyId, KeyProblem, MasterKey, MasterKeys, WrappedKey};
pub use spool::{
    Appended, ChunkHead, LARGEST_CHUNK, Log, PartReader, Spool, SpoolProblem, StoredChunk,
};
