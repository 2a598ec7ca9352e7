//! The spool: where the chunks of a recording lie, sealed, from the moment they come
//! in until the joined file is stored elsewhere.
//!
//! Each recording has a folder, and in it one log that is only ever added to. A chunk
//! that was acknowledged is on the disk: whoever is killed or cut off afterwards finds
//! it again. The folder's name is the SHA-256 of the recording's id, because ids are
//! not file names; the log begins with the id itself.
//!
//! # What a torn end is, and what is damage
//!
//! A record is added only when all before it are on the disk, and acknowledged only
//! when it is there itself. So a crash spoils the last record alone, before anybody
//! was told of it: it may be short, or have its length and holes in it. That is a torn
//! end, and it is cut off. Everything else is damage, which cuts nothing off:
//!
//! - anything whole after the place that does not open: it was added when that place
//!   was still whole;
//! - the mark of an acknowledged record at the end of what does not open (each record
//!   ends with eight bytes that are written only after it is on the disk);
//! - more that does not open than one record can be;
//! - a beginning that does not open with this key for this recording.
//!
//! What a log cannot tell by itself is that whole records are missing at its end.
//! Whoever counts what was acknowledged compares that with [`Log::next`].

mod disk;
mod log;
mod opening;
mod part;
mod record;
mod scan;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest;
use housecall_core::RecordingId;

use crate::keys::DataKey;
use disk::LogFile;
use opening::Opening;
use record::Records;

pub use log::Log;
pub use part::PartReader;

/// The largest chunk there can be. It bounds what a damaged log makes us read at once,
/// and is far more than is taken from anybody.
pub const LARGEST_CHUNK: usize = 64 * 1024 * 1024;

const LOG: &str = "log";

/// Where a chunk belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkHead {
    /// 0, 1, 2 ... through the whole recording.
    pub number: u32,
    /// The part it is of.
    pub part: u16,
    /// Milliseconds from the beginning of the part.
    pub at_ms: u64,
    /// How many milliseconds it covers.
    pub length_ms: u32,
}

/// A chunk that is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredChunk {
    /// Where it belongs.
    pub head: ChunkHead,
    /// How many bytes it has.
    pub bytes: u32,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// Where its record begins in the log.
    offset: u64,
}

/// What happened to a chunk that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is on the disk now.
    New,
    /// It was there already, the same.
    Again,
}

/// Why a chunk was not added, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SpoolProblem {
    /// There is no chunk of this number yet, and it is not the next.
    #[error("chunk {next} is the next")]
    OutOfOrder {
        /// The number that is awaited.
        next: u32,
    },
    /// There is another chunk of this number.
    #[error("another chunk of this number is there already")]
    Differs,
    /// The disk is full. The log is as it was.
    #[error("the disk is full")]
    Full,
    /// The log is not as it was written, or is that of another recording or key.
    #[error("the log of the recording is damaged, or the key is not its own")]
    Damaged,
    /// The disk fails, or the log is open elsewhere. What was acknowledged is there.
    #[error("the log cannot be written or read")]
    Io(#[source] io::Error),
}

impl From<io::Error> for SpoolProblem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SpoolProblem::Full,
            // All that is read was there when the log was opened.
            io::ErrorKind::UnexpectedEof => SpoolProblem::Damaged,
            _ => SpoolProblem::Io(error),
        }
    }
}

/// The folder of all recordings that are not finished.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// A spool in a folder, which is made when it is needed.
    pub fn in_folder(folder: &Path) -> Self {
        // A path such as `spool` lies in the folder we are in.
        Self { folder: Path::new(".").join(folder) }
    }

    /// Opens the log of a recording, and makes it if there is none. It reads all of it.
    /// A log is open once at a time: who opens it again meanwhile gets
    /// [`SpoolProblem::Io`].
    pub fn open(&self, recording: &RecordingId, key: &DataKey) -> Result<Log, SpoolProblem> {
        let folder = self.of(recording);
        fs::create_dir_all(&folder)?;
        let guard = File::create(folder.join("lock"))?;
        guard.try_lock().map_err(io::Error::from)?;
        let path = folder.join(LOG);
        let records = Records::new(recording, key);
        if !path.try_exists()? {
            opening::write(&path, recording, &records)?;
        }
        // A crash may have come before the names were on the disk.
        folder.ancestors().take(3).try_for_each(sync_folder)?;
        let opening = Opening::read(&path)?.filter(|it| it.opens(recording, &records));
        let beginning = opening.ok_or(SpoolProblem::Damaged)?.bytes();
        Log::open(Box::new(LogFile::open(&path)?), records, beginning, Some(guard))
    }

    /// Whether there is a log of this recording.
    pub fn exists(&self, recording: &RecordingId) -> bool {
        self.of(recording).join(LOG).exists()
    }

    /// Removes a recording and all that was made of it, if it is there. The log goes
    /// last, so that whoever is stopped halfway still finds it.
    pub fn remove(&self, recording: &RecordingId) -> io::Result<()> {
        let folder = self.of(recording);
        for entry in entries(&folder)? {
            if entry.file_name() != LOG {
                unless_missing(fs::remove_file(entry.path()))?;
            }
        }
        unless_missing(fs::remove_file(folder.join(LOG)))?;
        unless_missing(fs::remove_dir(&folder))?;
        unless_missing(sync_folder(&self.folder))
    }

    /// The recordings that have a log.
    pub fn recordings(&self) -> io::Result<Vec<RecordingId>> {
        let mut found = Vec::new();
        for folder in entries(&self.folder)? {
            let path = folder.path().join(LOG);
            // Whatever else lies there is not ours.
            if !path.is_file() {
                continue;
            }
            match Opening::read(&path)?.and_then(|it| it.recording()) {
                Some(id) if folder.file_name() == *file_name(&id) => found.push(id),
                _ => tracing::error!(path = %path.display(), "A log does not say whose it is"),
            }
        }
        Ok(found)
    }

    /// A path beside the log of a recording, for what is made of it. The log must have
    /// been opened; [`remove`](Self::remove) removes it as well.
    pub fn work_file(&self, recording: &RecordingId, name: &str) -> PathBuf {
        let safe = |it: char| if it.is_ascii_alphanumeric() { it } else { '_' };
        let name: String = name.chars().map(safe).collect();
        self.of(recording).join(format!("work-{name}"))
    }

    /// How many bytes are free on the disk of the spool.
    pub fn free_bytes(&self) -> io::Result<u64> {
        fs::create_dir_all(&self.folder)?;
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn of(&self, recording: &RecordingId) -> PathBuf {
        self.folder.join(file_name(recording))
    }
}

fn file_name(recording: &RecordingId) -> String {
    let hash = digest::digest(&digest::SHA256, recording.as_str().as_bytes());
    hash.as_ref().iter().map(|it| format!("{it:02x}")).collect()
}

fn entries(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.collect(),
    }
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    done.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
