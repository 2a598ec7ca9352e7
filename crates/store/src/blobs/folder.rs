//! Blobs in a folder of this machine.

use std::{
    io::{self, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use housecall_core::Timestamp;
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
    task::spawn_blocking,
};

use super::{Blob, BlobError, BlobId};

#[derive(Clone)]
pub(super) struct Folder {
    folder: Arc<Path>,
    checks: Arc<AtomicU64>,
}

/// A file that has no name among the blobs yet. It goes when this is dropped.
pub(super) struct Unfinished {
    file: fs::File,
    path: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl Folder {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), checks: Arc::default() }
    }

    pub(super) async fn begin(&self, id: &BlobId) -> Result<Unfinished, BlobError> {
        fs::create_dir_all(self.unfinished()).await?;
        let path = self.unfinished().join(id.as_str());
        let file = fs::File::create_new(&path).await?;
        Ok(Unfinished { file, path, target: self.path(id), finished: false })
    }

    /// Writes a file that nobody finishes, and reads it again.
    pub(super) async fn check(&self) -> Result<(), BlobError> {
        const TEXT: &[u8] = b"check";
        fs::create_dir_all(self.unfinished()).await?;
        let name = format!("check-{}", self.checks.fetch_add(1, Ordering::Relaxed));
        let path = self.unfinished().join(name);
        let file = fs::File::create(&path).await?;
        let mut unfinished = Unfinished { file, path, target: PathBuf::new(), finished: false };
        unfinished.write(TEXT).await?;
        unfinished.sync().await?;
        match fs::read(&unfinished.path).await? == TEXT {
            true => Ok(()),
            false => Err(io::Error::from(io::ErrorKind::InvalidData).into()),
        }
    }

    async fn open(&self, id: &BlobId) -> Result<Option<fs::File>, BlobError> {
        match fs::File::open(self.path(id)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            file => Ok(Some(file?)),
        }
    }

    pub(super) async fn get(&self, id: &BlobId) -> Result<Option<Blob>, BlobError> {
        let Some(file) = self.open(id).await? else { return Ok(None) };
        let bytes = file.metadata().await?.len();
        Ok(Some(Blob { bytes, content: Box::pin(file) }))
    }

    pub(super) async fn size(&self, id: &BlobId) -> Result<Option<u64>, BlobError> {
        match fs::metadata(self.path(id)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            metadata => Ok(Some(metadata?.len())),
        }
    }

    pub(super) async fn range(&self, id: &BlobId, range: Range<u64>) -> Result<Vec<u8>, BlobError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut file = fs::File::open(self.path(id)).await?;
        file.seek(SeekFrom::Start(range.start)).await?;
        let wanted = range.end - range.start;
        let mut bytes = Vec::new();
        file.take(wanted).read_to_end(&mut bytes).await?;
        match bytes.len() as u64 == wanted {
            true => Ok(bytes),
            false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }

    pub(super) async fn delete(&self, id: &BlobId) -> Result<(), BlobError> {
        match fs::remove_file(self.path(id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) async fn finished_before(
        &self,
        moment: Timestamp,
    ) -> Result<Vec<BlobId>, BlobError> {
        let (folder, before) = (self.folder.clone(), system_time(moment));
        in_background(move || list(&folder, before)).await
    }

    pub(super) async fn remove_unfinished(&self) -> Result<(), BlobError> {
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

impl Unfinished {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        Ok(self.file.write_all(bytes).await?)
    }

    async fn sync(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await
    }

    pub(super) async fn finish(mut self) -> Result<(), BlobError> {
        self.sync().await?;
        let (from, to) = (self.path.clone(), self.target.clone());
        in_background(move || settle(&from, &to)).await?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = std::fs::remove_file(&self.path)
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
