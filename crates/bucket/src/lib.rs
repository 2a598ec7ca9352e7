//! A bucket on this machine for tests: an S3-compatible server over a folder.
//!
//! It speaks what the house asks of a bucket, checks signatures, and can go away and
//! come back. It is no place to keep anything.

mod serving;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use s3s::{auth::SimpleAuth, service::S3Service, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;

use crate::serving::Serving;

/// The key that the bucket knows.
pub const ACCESS_KEY: &str = "housecall";
/// The secret of [`ACCESS_KEY`], which everybody knows.
pub const SECRET_KEY: &str = "for-tests-only";
/// What the bucket is called unless somebody says otherwise.
pub const NAME: &str = "recordings";
/// The region that requests are signed for. Any is taken.
pub const REGION: &str = "us-east-1";

/// A bucket and its server, which ends with it.
pub struct Bucket {
    root: PathBuf,
    name: String,
    address: SocketAddr,
    service: S3Service,
    serving: Option<Serving>,
    _temporary: Option<TempDir>,
}

impl Bucket {
    /// An empty bucket in a temporary folder, at a port that is free.
    ///
    /// # Panics
    /// If this machine has no room for it.
    pub async fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let bucket = Self::in_folder(temporary.path(), NAME, 0).await;
        let mut bucket = bucket.expect("a port for the bucket");
        bucket._temporary = Some(temporary);
        bucket
    }

    /// The bucket `name` in a folder, which is made if it is not there; port 0 stands
    /// for one that is free.
    pub async fn in_folder(folder: &Path, name: &str, port: u16) -> io::Result<Self> {
        std::fs::create_dir_all(folder.join(name))?;
        let root = folder.canonicalize()?;
        let files = FileSystem::new(&root).map_err(|it| io::Error::other(format!("{it:?}")))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let serving = Serving::begin(([127, 0, 0, 1], port).into(), service.clone()).await?;
        let (name, address) = (name.to_owned(), serving.address());
        Ok(Self { root, name, address, service, serving: Some(serving), _temporary: None })
    }

    /// Where the server is: `http://127.0.0.1:40123`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the bucket is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where everything lies, unfinished uploads as well.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// Where the bytes of an object lie.
    pub fn file(&self, key: &str) -> PathBuf {
        self.root.join(&self.name).join(key)
    }

    /// Goes away: connections break, and new ones are refused when this returns. What
    /// is in the bucket stays.
    pub async fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.end().await;
        }
    }

    /// Comes back at the same port.
    ///
    /// # Panics
    /// If somebody else has taken the port.
    pub async fn start_again(&mut self) {
        self.stop().await;
        let serving = Serving::begin(self.address, self.service.clone()).await;
        self.serving = Some(serving.expect("the port is still free"));
    }
}
