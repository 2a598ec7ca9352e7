//! Writing an object. While an upload of parts goes on there is a note of it in the
//! bucket: whoever finds one at the start knows what to abort.

use std::sync::Arc;

use aws_lc_rs::digest;
use bytes::Bytes;
use object_store::{
    MultipartId, ObjectStoreExt,
    aws::AmazonS3,
    multipart::{MultipartStore, PartId},
    path::Path,
};
use tokio::runtime::Handle;

use super::{BlobError, BlobId, Objects, carrying, is_missing, soon, unavailable};
use crate::secrets::hex;

/// How large a part is. Ten thousand of them, which is the most, are 80 GiB.
const PART: usize = 8 << 20;

/// An object that is not there yet. Its upload is aborted when this is dropped.
pub(in super::super) struct Unfinished {
    objects: Objects,
    id: BlobId,
    path: Path,
    bytes: u64,
    /// What was not sent yet: one part and what begins the next.
    rest: Vec<u8>,
    upload: Option<Upload>,
}

/// An upload of parts.
struct Upload {
    path: Path,
    id: MultipartId,
    note: Path,
    parts: Vec<PartId>,
}

impl Unfinished {
    pub(super) fn new(objects: Objects, id: &BlobId) -> Self {
        let path = objects.path(id);
        Self { objects, id: id.clone(), path, bytes: 0, rest: Vec::new(), upload: None }
    }

    pub(in super::super) async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.bytes += bytes.len() as u64;
        self.rest.extend_from_slice(bytes);
        while self.rest.len() > PART {
            self.send(PART).await?;
        }
        Ok(())
    }

    pub(in super::super) async fn finish(mut self) -> Result<(), BlobError> {
        if self.upload.is_none() {
            let bytes = Bytes::from(std::mem::take(&mut self.rest));
            let length = bytes.len() as u64;
            carrying(length, self.objects.store.put(&self.path, bytes.into())).await?;
            return Ok(());
        }
        self.send(self.rest.len()).await?;
        self.complete().await
    }

    /// Sends the first bytes of what was not sent yet. They stay until they were.
    async fn send(&mut self, length: usize) -> Result<(), BlobError> {
        if self.upload.is_none() {
            self.upload = Some(Upload::begin(&self.objects, &self.id, &self.path).await?);
        }
        let upload = self.upload.as_mut().expect("it was begun above");
        let bytes = Bytes::copy_from_slice(&self.rest[..length]);
        upload.send(&self.objects.store, bytes).await?;
        self.rest.drain(..length);
        Ok(())
    }

    async fn complete(mut self) -> Result<(), BlobError> {
        let upload = self.upload.as_mut().expect("there are parts");
        if let Err(error) = upload.complete(&self.objects.store).await {
            // The answer may have been lost, and no bucket completes an upload twice.
            if self.objects.size(&self.id).await? != Some(self.bytes) {
                return Err(error);
            }
        }
        let note = self.upload.take().expect("it was there").note;
        if let Err(error) = self.objects.delete_object(&note).await {
            tracing::warn!(%error, "A note of an upload stays until the next start");
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take() else { return };
        let objects = self.objects.clone();
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = upload.abort(&objects).await {
                tracing::warn!(%error, "An unfinished upload stays until the next start");
            }
        });
    }
}

impl Upload {
    async fn begin(objects: &Objects, id: &BlobId, path: &Path) -> Result<Self, BlobError> {
        let upload = soon(objects.store.create_multipart(path)).await?;
        let note = objects.unfinished().join(note_name(id, &upload));
        let begun = Self { path: path.clone(), id: upload, note, parts: Vec::new() };
        let noted = soon(objects.store.put(&begun.note, begun.id.clone().into())).await;
        if let Err(error) = noted {
            begun.abort(objects).await?;
            return Err(error);
        }
        Ok(begun)
    }

    async fn send(&mut self, store: &Arc<AmazonS3>, bytes: Bytes) -> Result<(), BlobError> {
        let (number, length) = (self.parts.len(), bytes.len() as u64);
        let sent = store.put_part(&self.path, &self.id, number, bytes.into());
        self.parts.push(carrying(length, sent).await?);
        Ok(())
    }

    /// The bucket puts the parts together before it answers.
    async fn complete(&mut self, store: &Arc<AmazonS3>) -> Result<(), BlobError> {
        let parts = std::mem::take(&mut self.parts);
        let completed = store.complete_multipart(&self.path, &self.id, parts).await;
        completed.map(|_| ()).map_err(unavailable)
    }

    async fn abort(&self, objects: &Objects) -> Result<(), BlobError> {
        let aborted = soon(objects.store.abort_multipart(&self.path, &self.id)).await;
        match aborted {
            Err(error) if !is_missing(&error) => Err(error),
            _ => objects.delete_object(&self.note).await,
        }
    }
}

/// The id of the blob, and enough of the upload's not to be another's: that may be long,
/// and hold anything.
fn note_name(id: &BlobId, upload: &str) -> String {
    let hash = digest::digest(&digest::SHA256, upload.as_bytes());
    format!("{id}-{}", hex(&hash.as_ref()[..8]))
}

/// Aborts the upload that a note tells of.
pub(super) async fn abort_as_noted(objects: &Objects, note: &Path) -> Result<(), BlobError> {
    let id = note.filename().and_then(|it| it.split('-').next()?.parse().ok());
    // Whatever else lies there is not ours.
    let Some(id): Option<BlobId> = id else { return Ok(()) };
    let text = soon(async { objects.store.get(note).await?.bytes().await }).await?;
    let upload = Upload {
        path: objects.path(&id),
        id: String::from_utf8_lossy(&text).into_owned(),
        note: note.clone(),
        parts: Vec::new(),
    };
    match upload.abort(objects).await {
        // It was completed, and only its note was left. Some buckets forbid to abort
        // what they do not know.
        Err(_) if objects.size(&id).await?.is_some() => objects.delete_object(note).await,
        aborted => aborted,
    }
}
