//! Blobs in a bucket that speaks as S3 does. An object is there when all of it is, so
//! a small blob is one request, and a large one is an upload of parts that is completed
//! or aborted.

mod reading;
mod unfinished;

use std::{
    fmt,
    future::Future,
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use housecall_core::Timestamp;
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetRange, ObjectMeta, ObjectStore,
    ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey as Key},
    path::{Path, PathPart},
};
use tokio::time::timeout;

use self::reading::Reading;
pub(super) use self::unfinished::Unfinished;
use super::{Blob, BlobError, BlobId};

/// How long a request may take whose answer is short.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many bytes a second a request or an answer that carries some may be expected to
/// make: a megabit.
const SLOWEST: u64 = 128 << 10;
/// How long any request may take: what the largest part needs, and [`PATIENCE`].
const TRANSFER: Duration = Duration::from_secs(75);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a request is tried again. With what the last try takes it stays below
/// [`PATIENCE`] if there is nobody to connect to.
const RETRY: Duration = Duration::from_secs(5);
/// Servers close connections that nobody uses; ours go first.
const IDLE: Duration = Duration::from_secs(15);

/// Which bucket. What is empty is not said.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Where it is, if not with Amazon: `https://s3.example.org`.
    pub endpoint: String,
    /// In which region: `us-east-1` unless something else is said.
    pub region: String,
    /// What it is called.
    pub name: String,
    /// A folder inside it.
    pub prefix: String,
    /// What opens it, if that is not in the environment as for other programs:
    /// `AWS_ACCESS_KEY_ID` and so on, or the role of the machine.
    pub keys: Option<BucketKeys>,
}

/// What opens a bucket.
#[derive(Clone)]
pub struct BucketKeys {
    /// `AWS_ACCESS_KEY_ID`.
    pub id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret: String,
    /// `AWS_SESSION_TOKEN`, if the keys are for a while.
    pub token: Option<String>,
}

impl fmt::Debug for BucketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(keys of a bucket)")
    }
}

/// Why a bucket cannot be used, whatever it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBucket {
    /// It has no name.
    #[error("the bucket has no name")]
    Nameless,
    /// Its endpoint is no address.
    #[error("the endpoint of the bucket begins with http:// or https://")]
    Endpoint,
    /// Its prefix is no path.
    #[error("the prefix in the bucket is a path such as housecall/recordings")]
    Prefix,
    /// Something else is wrong with what was said about it.
    #[error("the bucket cannot be used: {0}")]
    Refused(String),
}

/// The objects of a bucket. Clones share its connections.
#[derive(Clone)]
pub(super) struct Objects {
    store: Arc<AmazonS3>,
    prefix: Path,
    checks: Arc<AtomicU64>,
}

impl Objects {
    pub(super) fn open(bucket: Bucket) -> Result<Self, BadBucket> {
        let prefix = Path::parse(&bucket.prefix).map_err(|_| BadBucket::Prefix)?;
        let store = builder(bucket)?.build().map_err(|it| BadBucket::Refused(it.to_string()))?;
        Ok(Self { store: Arc::new(store), prefix, checks: Arc::default() })
    }

    /// Writes an object that is no blob, reads it again and deletes it.
    pub(super) async fn check(&self) -> Result<(), BlobError> {
        const TEXT: &[u8] = b"check";
        let number = self.checks.fetch_add(1, Ordering::Relaxed);
        let path = self.prefix.clone().join(format!("check-{}-{number}", std::process::id()));
        soon(self.store.put(&path, TEXT.into())).await?;
        let read = soon(async { self.store.get(&path).await?.bytes().await }).await;
        soon(self.store.delete(&path)).await?;
        match read? == TEXT {
            true => Ok(()),
            false => Err(io::Error::from(io::ErrorKind::InvalidData).into()),
        }
    }

    pub(super) fn begin(&self, id: &BlobId) -> Unfinished {
        Unfinished::new(self.clone(), id)
    }

    pub(super) async fn get(&self, id: &BlobId) -> Result<Option<Blob>, BlobError> {
        let Some(bytes) = self.size(id).await? else { return Ok(None) };
        let content = Box::pin(Reading::new(self.clone(), id.clone(), bytes));
        Ok(Some(Blob { bytes, content }))
    }

    pub(super) async fn size(&self, id: &BlobId) -> Result<Option<u64>, BlobError> {
        match soon(self.store.head(&self.path(id))).await {
            Err(error) if is_missing(&error) => Ok(None),
            object => Ok(Some(object?.size)),
        }
    }

    pub(super) async fn range(&self, id: &BlobId, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let wanted = range.end - range.start;
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let path = self.path(id);
        let answer = async { self.store.get_opts(&path, options).await?.bytes().await };
        let bytes = carrying(wanted, answer).await?;
        match bytes.len() as u64 == wanted {
            true => Ok(bytes),
            false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }

    pub(super) async fn delete(&self, id: &BlobId) -> Result<(), BlobError> {
        self.delete_object(&self.path(id)).await
    }

    async fn delete_object(&self, path: &Path) -> Result<(), BlobError> {
        match soon(self.store.delete(path)).await {
            Err(error) if !is_missing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn finished_before(
        &self,
        moment: Timestamp,
    ) -> Result<Vec<BlobId>, BlobError> {
        let objects = self.list(&self.prefix).await?;
        let before = |it: &&ObjectMeta| it.last_modified.timestamp_millis() < moment.as_millis();
        // Whatever else lies there is not ours.
        let id = |it: &ObjectMeta| it.location.filename()?.parse().ok();
        Ok(objects.iter().filter(before).filter_map(id).collect())
    }

    pub(super) async fn remove_unfinished(&self) -> Result<(), BlobError> {
        for note in self.list(&self.unfinished()).await? {
            unfinished::abort_as_noted(self, &note.location).await?;
        }
        Ok(())
    }

    /// The objects in a folder of the bucket, and not those in folders of it. It may
    /// take a request for each thousand.
    async fn list(&self, folder: &Path) -> Result<Vec<ObjectMeta>, BlobError> {
        let listed = timeout(TRANSFER, self.store.list_with_delimiter(Some(folder))).await;
        Ok(listed.map_err(too_slow)?.map_err(unavailable)?.objects)
    }

    fn path(&self, id: &BlobId) -> Path {
        self.prefix.clone().join(id.as_str())
    }

    /// Where notes of uploads lie.
    fn unfinished(&self) -> Path {
        self.prefix.clone().join(PathPart::from("unfinished"))
    }
}

fn builder(bucket: Bucket) -> Result<AmazonS3Builder, BadBucket> {
    let Bucket { endpoint, region, name, keys, .. } = bucket;
    if name.is_empty() {
        return Err(BadBucket::Nameless);
    }
    let is_plain = endpoint.starts_with("http://");
    let options = ClientOptions::new()
        .with_allow_http(is_plain)
        .with_connect_timeout(CONNECT)
        .with_timeout(TRANSFER)
        .with_pool_idle_timeout(IDLE);
    let mut builder = AmazonS3Builder::new()
        .with_client_options(options)
        .with_retry(retry())
        // A name with dots in it is not in Amazon's certificates.
        .with_virtual_hosted_style_request(endpoint.is_empty() && !name.contains('.'))
        .with_bucket_name(name);
    if !endpoint.is_empty() {
        if !is_plain && !endpoint.starts_with("https://") {
            return Err(BadBucket::Endpoint);
        }
        builder = builder.with_endpoint(endpoint);
    }
    if !region.is_empty() {
        builder = builder.with_region(region);
    }
    Ok(match keys {
        Some(keys) => with_keys(builder, keys),
        None => with_environment(builder),
    })
}

fn with_keys(builder: AmazonS3Builder, keys: BucketKeys) -> AmazonS3Builder {
    let builder = builder.with_access_key_id(keys.id).with_secret_access_key(keys.secret);
    match keys.token {
        Some(token) => builder.with_token(token),
        None => builder,
    }
}

/// What opens the bucket, and nothing else: the environment must not lead us to
/// another one than the configuration says.
fn with_environment(mut builder: AmazonS3Builder) -> AmazonS3Builder {
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if !name.starts_with("AWS_") {
            continue;
        }
        match name.to_ascii_lowercase().parse() {
            Ok(key) if opens(&key) => builder = builder.with_config(key, value),
            _ => {}
        }
    }
    builder
}

fn opens(key: &Key) -> bool {
    matches!(
        key,
        Key::AccessKeyId
            | Key::SecretAccessKey
            | Key::Token
            | Key::ImdsV1Fallback
            | Key::MetadataEndpoint
            | Key::ContainerCredentialsRelativeUri
            | Key::ContainerCredentialsFullUri
            | Key::ContainerAuthorizationTokenFile
            | Key::WebIdentityTokenFile
            | Key::RoleArn
            | Key::RoleSessionName
            | Key::StsEndpoint
    )
}

fn retry() -> RetryConfig {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(1),
        base: 2.0,
    };
    RetryConfig { backoff, max_retries: 5, retry_timeout: RETRY }
}

/// A request that carries next to nothing, as does its answer.
async fn soon<T>(request: impl Future<Output = object_store::Result<T>>) -> Result<T, BlobError> {
    carrying(0, request).await
}

/// A request that carries so many bytes, or its answer does.
async fn carrying<T>(
    bytes: u64,
    request: impl Future<Output = object_store::Result<T>>,
) -> Result<T, BlobError> {
    let limit = PATIENCE + Duration::from_secs(bytes / SLOWEST);
    timeout(limit, request).await.map_err(too_slow)?.map_err(unavailable)
}

fn too_slow(_: tokio::time::error::Elapsed) -> BlobError {
    io::Error::from(io::ErrorKind::TimedOut).into()
}

fn unavailable(error: Error) -> BlobError {
    let kind = match &error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error).into()
}

fn is_missing(error: &BlobError) -> bool {
    matches!(error, BlobError::Unavailable(error) if error.kind() == io::ErrorKind::NotFound)
}
