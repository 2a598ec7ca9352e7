//! What every place for blobs promises. Each story runs on each of them.

use std::path::PathBuf;

use housecall_core::Timestamp;
use housecall_store::{BlobError, BlobId, Blobs, Incoming, Kept};
use tokio::io::AsyncReadExt;

const MOST: u64 = 10;
/// The SHA-256 of `house` and `call`, one after the other.
const HASH: &str = "05b31c1ab4b264871983e9f65fe6cfab00e89d0b3fcaf35321bc9a5dddb5730d";

/// Something blobs are kept in.
trait BlobBackend {
    /// An empty one.
    async fn fresh() -> Self;

    /// The blobs in it.
    fn blobs(&self) -> &Blobs;

    /// The same place, as the next process finds it.
    fn reopened(&self) -> Blobs;
}

struct Folder {
    blobs: Blobs,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Folder {
    /// Every file there is, whoever wrote it.
    fn files(&self) -> usize {
        let folder = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
        let shelves = folder(self.path.clone());
        shelves.map(|it| folder(it.path()).count()).sum()
    }
}

impl BlobBackend for Folder {
    async fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deeper/files");
        Self { blobs: Blobs::in_folder(&path), path, _folder: folder }
    }

    fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    fn reopened(&self) -> Blobs {
        Blobs::in_folder(&self.path)
    }
}

macro_rules! blob_contract {
    ($name:ident: $backend:ident; $($story:ident)*) => {
        mod $name {
            $(#[tokio::test]
            async fn $story() {
                use super::{$backend, BlobBackend};
                super::$story(&$backend::fresh().await).await;
            })*
        }
    };
}

blob_contract! { in_a_folder: Folder;
    what_was_kept_is_read_again
    what_is_too_large_stops_in_the_middle
    what_is_not_finished_leaves_nothing
    what_is_deleted_is_gone
    blobs_are_listed_by_age
}

fn id(number: u8) -> BlobId {
    BlobId::of([number; 16])
}

async fn begin(blobs: &Blobs, number: u8) -> Incoming {
    blobs.begin(&id(number), MOST).await.expect("there is room")
}

async fn keep(blobs: &Blobs, number: u8, parts: &[&str]) -> Kept {
    let mut incoming = begin(blobs, number).await;
    for part in parts {
        incoming.write(part.as_bytes()).await.expect("there is room");
    }
    incoming.finish().await.expect("there is room")
}

async fn read(blobs: &Blobs, number: u8) -> Option<String> {
    let mut blob = blobs.get(&id(number)).await.expect("it can be read")?;
    let mut text = String::new();
    blob.content.read_to_string(&mut text).await.expect("it can be read");
    assert_eq!(blob.bytes, text.len() as u64);
    Some(text)
}

async fn listed(blobs: &Blobs) -> Vec<BlobId> {
    let ever = "9999-01-01T00:00:00Z".parse().expect("a moment");
    let mut found = blobs.finished_before(ever).await.expect("they can be listed");
    found.sort();
    found
}

async fn what_was_kept_is_read_again(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    let kept = keep(blobs, 1, &["house", "call"]).await;
    assert_eq!(kept, Kept { bytes: 9, sha256: HASH.to_owned() });
    assert_eq!(read(&backend.reopened(), 1).await.as_deref(), Some("housecall"));
    assert_eq!(read(blobs, 2).await, None);
}

async fn what_is_too_large_stops_in_the_middle(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    keep(blobs, 1, &["0123456789"]).await;
    let mut incoming = begin(blobs, 2).await;
    incoming.write(b"01234567").await.expect("there is room");
    let refused = incoming.write(b"890").await;
    assert!(matches!(refused, Err(BlobError::TooLarge)), "{refused:?}");
    drop(incoming);
    assert_eq!(listed(blobs).await, [id(1)]);
}

async fn what_is_not_finished_leaves_nothing(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    let mut given_up = begin(blobs, 1).await;
    given_up.write(b"half").await.expect("there is room");
    assert_eq!(read(blobs, 1).await, None);
    drop(given_up);

    let mut killed = begin(blobs, 2).await;
    killed.write(b"half").await.expect("there is room");
    // A process that is killed drops nothing.
    std::mem::forget(killed);
    let next = backend.reopened();
    next.remove_unfinished().await.expect("it can be removed");
    assert_eq!((read(&next, 2).await, listed(&next).await), (None, vec![]));
    keep(&next, 2, &["whole"]).await;
    assert_eq!(read(&next, 2).await.as_deref(), Some("whole"));
}

async fn what_is_deleted_is_gone(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    keep(blobs, 1, &["one"]).await;
    keep(blobs, 2, &["two"]).await;
    for _ in 0..2 {
        blobs.delete(&id(1)).await.expect("there is nothing to stop it");
    }
    assert_eq!((read(blobs, 1).await, listed(blobs).await), (None, vec![id(2)]));
}

async fn blobs_are_listed_by_age(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    assert_eq!(listed(blobs).await, []);
    for number in [3, 1, 2] {
        keep(blobs, number, &["x"]).await;
    }
    assert_eq!(listed(blobs).await, [id(1), id(2), id(3)]);
    let long_ago = blobs.finished_before(Timestamp::EPOCH).await.expect("they can be listed");
    assert_eq!(long_ago, []);
}

#[test]
fn a_name_leads_nowhere_else() {
    let is_id = |text: &str| text.parse::<BlobId>().is_ok();
    assert!(is_id("00112233445566778899aabbccddeeff"));
    for text in [
        "",
        "../../../../../../../etc/passwd",
        "00112233445566778899aabbccddee/f",
        "00112233445566778899AABBCCDDEEFF",
        "00112233445566778899aabbccddeeff0",
        "..............................ff",
    ] {
        assert!(!is_id(text), "{text}");
    }
}

#[tokio::test]
async fn a_folder_holds_what_was_finished_and_nothing_else() {
    let folder = Folder::fresh().await;
    keep(&folder.blobs, 1, &["one"]).await;
    let incoming = begin(&folder.blobs, 2).await;
    assert_eq!(folder.files(), 2);
    drop(incoming);
    assert_eq!(folder.files(), 1);
    // Whatever else lies there is left alone.
    std::fs::write(folder.path.join("01/README"), "ours").expect("it can be written");
    assert_eq!(listed(&folder.blobs).await, [id(1)]);
}
