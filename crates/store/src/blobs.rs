//! The bytes of files, kept outside the database: each under a random id, whole or
//! not at all. They lie in a folder of this machine.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::digest;
use housecall_core::{FileId, Timestamp};
use tokio::{
    fs,
    io::{AsyncRead, AsyncWriteExt},
    task::spawn_blocking,
};

use crate::secrets::hex;

/// The name of a blob: 32 hexadecimal digits, so it leads nowhere else in any file
/// system or bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(String);

/// The text is not 32 hexadecimal digits in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a blob has 32 hexadecimal digits")]
pub struct NotABlobId;

impl BlobId {
    /// The id of 16 bytes, which must be random.
    pub fn of(random: [u8; 16]) -> Self {
        Self(hex(&random))
    }

    /// The id in hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BlobId {
    type Err = NotABlobId;

    fn from_str(text: &str) -> Result<Self, NotABlobId> {
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        match text.len() == 32 && text.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err(NotABlobId),
        }
    }
}

impl From<&BlobId> for FileId {
    fn from(id: &BlobId) -> FileId {
        id.0.parse().expect("hexadecimal digits are an id")
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why bytes were not kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There were more of them than were to be taken.
    #[error("the file is too large")]
    TooLarge,
    /// The disk is full, broken or gone.
    #[error("files cannot be kept or read")]
    Unavailable(#[from] io::Error),
}

/// Where blobs are kept. Clones share it.
#[derive(Clone)]
pub struct Blobs {
    folder: Arc<Path>,
}

/// A blob that is being written. What is not finished leaves nothing.
pub struct Incoming {
    file: fs::File,
    unfinished: PathBuf,
    target: PathBuf,
    most: u64,
    bytes: u64,
    digest: digest::Context,
    finished: bool,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A blob that is being read.
pub struct Blob {
    /// How many bytes there are.
    pub bytes: u64,
    /// The bytes.
    pub content: Pin<Box<dyn AsyncRead + Send>>,
}

impl Blobs {
    /// Blobs in a folder, which is made when the first one comes. One process
    /// writes there at a time.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// Begins to write a blob of at most so many bytes.
    pub async fn begin(&self, id: &BlobId, most: u64) -> Result<Incoming, BlobError> {
        fs::create_dir_all(self.unfinished()).await?;
        let unfinished = self.unfinished().join(id.as_str());
        let file = fs::File::create_new(&unfinished).await?;
        let digest = digest::Context::new(&digest::SHA256);
        let target = self.path(id);
        Ok(Incoming { file, unfinished, target, most, bytes: 0, digest, finished: false })
    }

    /// The blob of this id, if there is one.
    pub async fn get(&self, id: &BlobId) -> Result<Option<Blob>, BlobError> {
        let file = match fs::File::open(self.path(id)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let bytes = file.metadata().await?.len();
        Ok(Some(Blob { bytes, content: Box::pin(file) }))
    }

    /// Deletes a blob, if it is there.
    pub async fn delete(&self, id: &BlobId) -> Result<(), BlobError> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The blobs that were finished before `moment`, by the clock of where they
    /// are kept.
    pub async fn finished_before(&self, moment: Timestamp) -> Result<Vec<BlobId>, BlobError> {
        let (folder, before) = (self.folder.clone(), system_time(moment));
        in_background(move || list(&folder, before)).await
    }

    /// Removes what a process left behind that ended in the middle of writing.
    pub async fn remove_unfinished(&self) -> Result<(), BlobError> {
        match fs::remove_dir_all(self.unfinished()).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn unfinished(&self) -> PathBuf {
        self.folder.join("unfinished")
    }

    /// Two digits make a folder: some file systems are slow with a hundred
    /// thousand names in one.
    fn path(&self, id: &BlobId) -> PathBuf {
        self.folder.join(&id.as_str()[..2]).join(id.as_str())
    }
}

impl Incoming {
    /// Adds bytes. [`BlobError::TooLarge`] as soon as they are too many.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most {
            return Err(BlobError::TooLarge);
        }
        self.digest.update(bytes);
        Ok(self.file.write_all(bytes).await?)
    }

    /// Keeps the blob. It is on the disk, under its name, when this returns.
    pub async fn finish(mut self) -> Result<Kept, BlobError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let (from, to) = (self.unfinished.clone(), self.target.clone());
        in_background(move || settle(&from, &to)).await?;
        self.finished = true;
        Ok(Kept { bytes: self.bytes, sha256: hex(self.digest.clone().finish().as_ref()) })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = std::fs::remove_file(&self.unfinished)
        {
            tracing::warn!(%error, "An unfinished file stays until the next start");
        }
    }
}

/// Gives a blob its name. A name is kept by its folder, so that goes to the disk
/// as well.
fn settle(from: &Path, to: &Path) -> io::Result<()> {
    let shelf = to.parent().expect("a blob lies in a folder");
    match std::fs::create_dir(shelf) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => {
            made?;
            shelf.ancestors().skip(1).take(2).try_for_each(sync_folder)?;
        }
    }
    std::fs::rename(from, to)?;
    sync_folder(shelf)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // The folder of a path such as `files` is the one we are in.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::fs::File::open(folder)?.sync_all()
}

fn list(folder: &Path, before: SystemTime) -> io::Result<Vec<BlobId>> {
    let mut found = Vec::new();
    for shelf in entries(folder)? {
        // Whatever else lies there is not ours.
        if shelf.file_name().len() != 2 || !shelf.file_type()?.is_dir() {
            continue;
        }
        for blob in entries(&shelf.path())? {
            let id = blob.file_name().to_str().and_then(|it| it.parse().ok());
            if let (Some(id), true) = (id, blob.metadata()?.modified()? < before) {
                found.push(id);
            }
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<std::fs::DirEntry>> {
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.collect(),
    }
}

fn system_time(moment: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(moment.as_millis()).unwrap_or(0))
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(io::Error::other)??)
}
