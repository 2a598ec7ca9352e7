//! What every place for blobs promises. Each story runs on each of them.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use housecall_core::Timestamp;
use housecall_store::{BadBucket, BlobError, BlobId, Blobs, Bucket, BucketKeys, Incoming, Kept};
use tokio::{io::AsyncReadExt, time::timeout};

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

/// A bucket, and the blobs in a folder of it.
struct Away {
    blobs: Blobs,
    server: housecall_bucket::Bucket,
}

const PREFIX: &str = "clinic/files";

impl Away {
    fn bucket(server: &housecall_bucket::Bucket) -> Bucket {
        let keys = BucketKeys {
            id: housecall_bucket::ACCESS_KEY.to_owned(),
            secret: housecall_bucket::SECRET_KEY.to_owned(),
            token: None,
        };
        Bucket {
            endpoint: server.endpoint(),
            name: server.name().to_owned(),
            prefix: PREFIX.to_owned(),
            keys: Some(keys),
            ..Bucket::default()
        }
    }

    fn open(server: &housecall_bucket::Bucket) -> Blobs {
        Blobs::in_bucket(Self::bucket(server)).expect("a bucket that can be")
    }

    /// Every file with bytes that somebody sent, whether or not it is an object.
    fn files(&self) -> Vec<PathBuf> {
        let own = |it: &PathBuf| {
            let name = it.file_name().unwrap_or_default().to_string_lossy().into_owned();
            !name.ends_with(".internal.json") && !name.ends_with(".metadata.json")
        };
        let mut found = files_under(self.server.folder());
        found.retain(own);
        found
    }
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|it| it.expect("it can be read").path());
    let inside = |it: PathBuf| if it.is_dir() { files_under(&it) } else { vec![it] };
    paths.flat_map(inside).collect()
}

impl BlobBackend for Away {
    async fn fresh() -> Self {
        let server = housecall_bucket::Bucket::start().await;
        Self { blobs: Self::open(&server), server }
    }

    fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    fn reopened(&self) -> Blobs {
        Self::open(&self.server)
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

macro_rules! for_all {
    ($name:ident: $backend:ident) => {
        blob_contract! { $name: $backend;
            what_was_kept_is_read_again
            what_is_large_is_read_again
            a_range_is_what_was_asked_for
            what_is_too_large_stops_in_the_middle
            what_is_not_finished_leaves_nothing
            what_is_deleted_is_gone
            blobs_are_listed_by_age
            a_check_leaves_nothing
        }
    };
}

for_all! { in_a_folder: Folder }
for_all! { in_a_bucket: Away }

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

/// Bytes that are not the same twice, so that none can stand for others.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Larger than two parts of an upload, and no multiple of anything.
const LARGE: usize = 20_000_003;

async fn send(blobs: &Blobs, number: u8, bytes: &[u8]) -> Incoming {
    let begun = blobs.begin(&id(number), bytes.len() as u64).await;
    let mut incoming = begun.expect("there is room");
    for piece in bytes.chunks(3_000_000) {
        incoming.write(piece).await.expect("there is room");
    }
    incoming
}

async fn what_is_large_is_read_again(backend: &impl BlobBackend) {
    let (blobs, bytes) = (backend.blobs(), noise(LARGE));
    let incoming = send(blobs, 1, &bytes).await;
    assert_eq!(blobs.size(&id(1)).await.expect("it answers"), None, "it is not whole");
    assert_eq!(incoming.finish().await.expect("there is room").bytes, LARGE as u64);
    let next = backend.reopened();
    assert_eq!(next.size(&id(1)).await.expect("it answers"), Some(LARGE as u64));
    let mut blob = next.get(&id(1)).await.expect("it can be read").expect("it is there");
    let mut read = Vec::new();
    blob.content.read_to_end(&mut read).await.expect("it can be read");
    assert!(read == bytes && blob.bytes == LARGE as u64, "{} bytes", read.len());
    let range = next.range(&id(1), 8_388_600..8_388_700).await.expect("it can be read");
    assert_eq!(range, bytes[8_388_600..8_388_700]);
    next.remove_unfinished().await.expect("there is nothing");
    assert_eq!(listed(&next).await, [id(1)]);
}

async fn a_range_is_what_was_asked_for(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    keep(blobs, 1, &["0123456789"]).await;
    keep(blobs, 2, &[""]).await;
    let range = async |number, range: Range<u64>| match blobs.range(&id(number), range).await {
        Ok(bytes) => Ok(String::from_utf8(bytes).expect("digits")),
        Err(BlobError::Unavailable(error)) => Err(error.kind()),
        Err(BlobError::TooLarge) => panic!("nobody writes"),
    };
    for (wanted, expected) in [(0..10, "0123456789"), (3..4, "3"), (9..10, "9"), (4..4, "")] {
        assert_eq!(range(1, wanted).await.as_deref(), Ok(expected));
    }
    assert_eq!(range(1, 8..11).await, Err(io::ErrorKind::UnexpectedEof));
    assert!(range(1, 10..11).await.is_err(), "there is nothing behind the end");
    assert!(range(2, 0..1).await.is_err(), "there is nothing");
    assert_eq!(range(3, 0..1).await, Err(io::ErrorKind::NotFound));
    let size = async |number| blobs.size(&id(number)).await.expect("it answers");
    assert_eq!((size(1).await, size(2).await, size(3).await), (Some(10), Some(0), None));
    assert_eq!(read(blobs, 2).await.as_deref(), Some(""));
}

async fn a_check_leaves_nothing(backend: &impl BlobBackend) {
    let blobs = backend.blobs();
    let (one, other) = tokio::join!(blobs.check(), blobs.check());
    one.and(other).expect("it can be written and read");
    assert_eq!(listed(blobs).await, []);
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

#[tokio::test]
async fn a_folder_that_cannot_be_written_fails_the_check() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").expect("it can be written");
    let checked = Blobs::in_folder(&file.join("files")).check().await;
    assert!(matches!(checked, Err(BlobError::Unavailable(_))), "{checked:?}");
}

#[tokio::test]
async fn a_bucket_holds_what_was_finished_and_nothing_else() {
    let away = Away::fresh().await;
    keep(&away.blobs, 1, &["one"]).await;
    let object = away.server.file(PREFIX).join(id(1).as_str());
    assert_eq!(away.files(), std::slice::from_ref(&object));
    assert_eq!(std::fs::read(&object).expect("it is there"), b"one");
    away.blobs.check().await.expect("it can be written and read");
    // Whatever else lies there is left alone.
    std::fs::write(away.server.file(PREFIX).join("README"), "ours").expect("it can be written");
    std::fs::write(away.server.file("clinic/00112233445566778899aabbccddeeff"), "theirs")
        .expect("it can be written");
    assert_eq!(listed(&away.blobs).await, [id(1)]);
    assert_eq!(away.files().len(), 3);
}

#[tokio::test]
async fn an_upload_that_is_given_up_is_aborted() {
    let away = Away::fresh().await;
    let incoming = send(&away.blobs, 1, &noise(LARGE)).await;
    assert!(away.files().len() >= 3, "two parts and a note: {:?}", away.files());
    drop(incoming);
    let gone = async {
        while !away.files().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("it is aborted by itself");
}

#[tokio::test]
async fn an_upload_of_a_process_that_was_killed_is_aborted_by_the_next() {
    let away = Away::fresh().await;
    let bytes = noise(LARGE);
    std::mem::forget(send(&away.blobs, 1, &bytes).await);
    std::mem::forget(send(&away.blobs, 2, &bytes).await);
    // One of them is sent again before anybody looks.
    send(&away.blobs, 2, &bytes).await.finish().await.expect("there is room");
    let next = away.reopened();
    next.remove_unfinished().await.expect("it can be aborted");
    assert_eq!(away.files(), [away.server.file(PREFIX).join(id(2).as_str())]);
    let range = next.range(&id(2), 19_999_999..20_000_003).await.expect("it can be read");
    assert_eq!(range, bytes[19_999_999..]);
}

#[tokio::test]
async fn a_note_of_an_upload_that_was_completed_is_removed() {
    let away = Away::fresh().await;
    keep(&away.blobs, 1, &["one"]).await;
    let notes = away.server.file(PREFIX).join("unfinished");
    std::fs::create_dir_all(&notes).expect("it can be made");
    let note = notes.join(format!("{}-0011223344556677", id(1)));
    std::fs::write(note, "3b241101-e2bb-4255-8caf-4136c566a962").expect("it can be written");
    away.blobs.remove_unfinished().await.expect("there is nothing to abort");
    assert_eq!(away.files().len(), 1);
    assert_eq!(read(&away.blobs, 1).await.as_deref(), Some("one"));
}

#[tokio::test]
async fn d5_a_bucket_that_is_gone_says_so_in_time_and_comes_back() {
    let mut away = Away::fresh().await;
    keep(&away.blobs, 1, &["one"]).await;
    let torn = send(&away.blobs, 2, &noise(LARGE)).await;
    away.server.stop().await;

    let (blobs, began) = (&away.blobs, Instant::now());
    let ever = "9999-01-01T00:00:00Z".parse().expect("a moment");
    let write = async {
        let mut incoming = begin(blobs, 3).await;
        incoming.write(b"three").await?;
        incoming.finish().await.map(|_| ())
    };
    let (one, two) = (id(1), id(2));
    let answers: [Result<(), BlobError>; 8] = {
        let answers = tokio::join!(
            write,
            async { blobs.get(&one).await.map(|_| ()) },
            async { blobs.size(&one).await.map(|_| ()) },
            async { blobs.range(&one, 0..1).await.map(|_| ()) },
            blobs.delete(&two),
            async { blobs.finished_before(ever).await.map(|_| ()) },
            blobs.remove_unfinished(),
            blobs.check(),
        );
        answers.into()
    };
    let took = began.elapsed();
    for answer in answers {
        let Err(BlobError::Unavailable(_)) = answer else { panic!("{answer:?}") };
    }
    assert!(took < Duration::from_secs(12), "it took {took:?}");
    let finished = torn.finish().await;
    assert!(matches!(finished, Err(BlobError::Unavailable(_))), "{finished:?}");

    away.server.start_again().await;
    away.blobs.check().await.expect("it is back");
    assert_eq!(read(&away.blobs, 1).await.as_deref(), Some("one"));
    away.blobs.remove_unfinished().await.expect("it is back");
    assert_eq!(listed(&away.blobs).await, [id(1)]);
    keep(&away.blobs, 3, &["three"]).await;
    assert_eq!(read(&away.blobs, 3).await.as_deref(), Some("three"));
    assert_eq!(away.files().len(), 2, "nothing is left of what was torn");
}

#[tokio::test]
async fn a_bucket_that_does_not_let_us_says_so() {
    let server = housecall_bucket::Bucket::start().await;
    let mut bucket = Away::bucket(&server);
    bucket.keys = bucket.keys.map(|it| BucketKeys { secret: "wrong".to_owned(), ..it });
    let checked = Blobs::in_bucket(bucket).expect("a bucket that can be").check().await;
    let Err(BlobError::Unavailable(error)) = checked else { panic!("{checked:?}") };
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_bucket_that_does_not_speak_tls_says_so() {
    let server = housecall_bucket::Bucket::start().await;
    let endpoint = server.endpoint().replace("http:", "https:");
    let bucket = Bucket { endpoint, ..Away::bucket(&server) };
    let checked = Blobs::in_bucket(bucket).expect("a bucket that can be").check().await;
    assert!(matches!(checked, Err(BlobError::Unavailable(_))), "{checked:?}");
}

#[tokio::test]
async fn a_bucket_that_cannot_be_is_refused() {
    let server = housecall_bucket::Bucket::start().await;
    let refused = |bucket: Bucket| Blobs::in_bucket(bucket).err();
    let named = |name: &str| Bucket { name: name.to_owned(), ..Away::bucket(&server) };
    assert_eq!(refused(named("")), Some(BadBucket::Nameless));
    let at = |endpoint: &str| Bucket { endpoint: endpoint.to_owned(), ..named("files") };
    assert_eq!(refused(at("ftp://example.org")), Some(BadBucket::Endpoint));
    let below = |prefix: &str| Bucket { prefix: prefix.to_owned(), ..named("files") };
    assert_eq!(refused(below("../etc")), Some(BadBucket::Prefix));
    assert_eq!(refused(below("a/b/")), None);
    assert_eq!(refused(at("")), None);
    let shown = format!("{:?}", named("files"));
    assert!(!shown.contains(housecall_bucket::SECRET_KEY), "{shown}");
}
