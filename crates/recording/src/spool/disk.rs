//! What a log needs of a disk. Tests have disks that fail.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

pub(super) trait Disk: Send + Sync {
    fn bytes(&self) -> io::Result<u64>;
    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()>;
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off everything from `at` on.
    fn cut(&mut self, at: u64) -> io::Result<()>;
    /// All that was written is on the disk when this returns.
    fn sync(&mut self) -> io::Result<()>;
    /// Begins again with nothing in hand but what the system gives.
    fn reopen(&mut self) -> io::Result<()>;
}

/// A log in a file.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
}

impl LogFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(path)?;
        Ok(Self { path: path.to_owned(), file })
    }
}

impl Disk for LogFile {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(bytes, at)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, at)
    }

    fn cut(&mut self, at: u64) -> io::Result<()> {
        self.file.set_len(at)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn reopen(&mut self) -> io::Result<()> {
        *self = Self::open(&self.path)?;
        Ok(())
    }
}
