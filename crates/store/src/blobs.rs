//! The bytes of files, kept outside the database: each under a random id, whole or
//! not at all. They lie in a folder of this machine, or in a bucket.

mod bucket;
mod folder;

use std::{fmt, io, ops::Range, path::Path, pin::Pin, str::FromStr};

use aws_lc_rs::digest;
use housecall_core::{FileId, Timestamp};
use tokio::io::AsyncRead;

pub use self::bucket::{BadBucket, Bucket, BucketKeys};

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
    /// The disk is full, broken or gone, or the bucket cannot be reached or does not
    /// let us.
    #[error("files cannot be kept or read")]
    Unavailable(#[from] io::Error),
}

/// Where blobs are kept. Clones share it.
#[derive(Clone)]
pub struct Blobs(Place);

#[derive(Clone)]
enum Place {
    Folder(folder::Folder),
    Bucket(bucket::Objects),
}

/// A blob that is being written. What is not finished leaves nothing.
pub struct Incoming {
    unfinished: Unfinished,
    most: u64,
    bytes: u64,
    digest: digest::Context,
}

enum Unfinished {
    File(folder::Unfinished),
    Object(bucket::Unfinished),
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
        Self(Place::Folder(folder::Folder::new(folder)))
    }

    /// Blobs in a bucket, or in a folder of it that is theirs alone. One process writes
    /// there at a time.
    pub fn in_bucket(bucket: Bucket) -> Result<Self, BadBucket> {
        Ok(Self(Place::Bucket(bucket::Objects::open(bucket)?)))
    }

    /// Whether blobs can be kept and read here. Leaves nothing behind.
    pub async fn check(&self) -> Result<(), BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.check().await,
            Place::Bucket(objects) => objects.check().await,
        }
    }

    /// Begins to write a blob of at most so many bytes.
    pub async fn begin(&self, id: &BlobId, most: u64) -> Result<Incoming, BlobError> {
        let unfinished = match &self.0 {
            Place::Folder(folder) => Unfinished::File(folder.begin(id).await?),
            Place::Bucket(objects) => Unfinished::Object(objects.begin(id)),
        };
        let digest = digest::Context::new(&digest::SHA256);
        Ok(Incoming { unfinished, most, bytes: 0, digest })
    }

    /// The blob of this id, if there is one.
    pub async fn get(&self, id: &BlobId) -> Result<Option<Blob>, BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.get(id).await,
            Place::Bucket(objects) => objects.get(id).await,
        }
    }

    /// How large the blob of this id is, if there is one.
    pub async fn size(&self, id: &BlobId) -> Result<Option<u64>, BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.size(id).await,
            Place::Bucket(objects) => objects.size(id).await,
        }
    }

    /// These bytes of a blob, all of them. An error of the kind
    /// [`io::ErrorKind::NotFound`] if there is no such blob, and of
    /// [`io::ErrorKind::UnexpectedEof`] if it ends before.
    pub async fn range(&self, id: &BlobId, range: Range<u64>) -> Result<Vec<u8>, BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.range(id, range).await,
            Place::Bucket(objects) => Ok(objects.range(id, range).await?.into()),
        }
    }

    /// Deletes a blob, if it is there.
    pub async fn delete(&self, id: &BlobId) -> Result<(), BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.delete(id).await,
            Place::Bucket(objects) => objects.delete(id).await,
        }
    }

    /// The blobs that were finished before `moment`, by the clock of where they
    /// are kept.
    pub async fn finished_before(&self, moment: Timestamp) -> Result<Vec<BlobId>, BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.finished_before(moment).await,
            Place::Bucket(objects) => objects.finished_before(moment).await,
        }
    }

    /// Removes what a process left behind that ended in the middle of writing.
    pub async fn remove_unfinished(&self) -> Result<(), BlobError> {
        match &self.0 {
            Place::Folder(folder) => folder.remove_unfinished().await,
            Place::Bucket(objects) => objects.remove_unfinished().await,
        }
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
        match &mut self.unfinished {
            Unfinished::File(file) => file.write(bytes).await,
            Unfinished::Object(object) => object.write(bytes).await,
        }
    }

    /// Keeps the blob. It is on the disk or in the bucket, under its name, when this
    /// returns.
    pub async fn finish(self) -> Result<Kept, BlobError> {
        match self.unfinished {
            Unfinished::File(file) => file.finish().await?,
            Unfinished::Object(object) => object.finish().await?,
        }
        Ok(Kept { bytes: self.bytes, sha256: hex(self.digest.finish().as_ref()) })
    }
}
