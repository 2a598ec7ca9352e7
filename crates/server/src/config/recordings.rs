//! Settings of recordings: where they are kept, for how long, and for whom.

use std::{num::NonZeroU32, time::Duration};

use anyhow::bail;
use housecall_core::room::Newcomers;
use housecall_recording::LARGEST_CHUNK;
use housecall_store::{Bucket, BucketKeys};
use serde::Deserialize;

use super::comma_list;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Storage {
    pub(crate) provider: Provider,
    pub(crate) bucket: String,
    pub(crate) region: String,
    pub(crate) endpoint: String,
    pub(crate) prefix: String,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
}

/// Who keeps finished recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Provider {
    Local,
    AwsS3,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recordings {
    pub(crate) retention_days: NonZeroU32,
    pub(crate) master_key: String,
    previous_master_keys: String,
    pub(crate) newcomers: Newcomers,
    pub(crate) chunk_bytes: usize,
    pub(crate) recording_bytes: u64,
    pub(crate) free_bytes: u64,
    upload_hours: NonZeroU32,
}

/// Who may do what, as it is written down: lists of words.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordingPolicy {
    pub(crate) start: String,
    pub(crate) learn: String,
    pub(crate) watch: String,
    pub(crate) download: String,
    pub(crate) delete: String,
    pub(crate) hold: String,
}

impl Provider {
    /// The word clients know it by.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Provider::Local => "local",
            Provider::AwsS3 => "aws-s3",
        }
    }
}

impl Storage {
    /// The bucket, if recordings are kept in one.
    pub(crate) fn bucket(&self) -> Option<Bucket> {
        let keys = BucketKeys {
            id: self.access_key_id.clone(),
            secret: self.secret_access_key.clone(),
            token: Some(self.session_token.clone()).filter(|it| !it.is_empty()),
        };
        let bucket = Bucket {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            name: self.bucket.clone(),
            prefix: self.prefix.clone(),
            keys: Some(keys).filter(|it| !it.id.is_empty()),
        };
        (self.provider == Provider::AwsS3).then_some(bucket)
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.provider == Provider::AwsS3 && self.bucket.is_empty() {
            bail!(
                "Recordings are to be kept in a bucket, and none is named: set storage.bucket \
                 [STORAGE_BUCKET]."
            );
        }
        if self.provider == Provider::AwsS3 && self.region.is_empty() && self.endpoint.is_empty() {
            bail!(
                "Nobody knows where the bucket of recordings is: set storage.region \
                 [STORAGE_REGION], or storage.endpoint [STORAGE_ENDPOINT] if it is not Amazon's."
            );
        }
        Ok(())
    }
}

impl Recordings {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if !(1..=LARGEST_CHUNK).contains(&self.chunk_bytes) || self.recording_bytes == 0 {
            bail!(
                "recordings.chunk_bytes must be from 1 to {LARGEST_CHUNK}, and \
                 recordings.recording_bytes 1 or more."
            );
        }
        Ok(())
    }

    /// How long a recording is kept after it stopped.
    pub(crate) fn retention(&self) -> Duration {
        Duration::from_secs(u64::from(self.retention_days.get()) * 24 * 60 * 60)
    }

    pub(crate) fn previous_master_keys(&self) -> Vec<String> {
        comma_list(&self.previous_master_keys)
    }

    /// How long after its last chunk an upload is finished by the house.
    pub(crate) fn upload_patience(&self) -> Duration {
        Duration::from_secs(u64::from(self.upload_hours.get()) * 60 * 60)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::config::Config;

    fn load(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, &HashMap::from_iter(pairs))
    }

    #[test]
    fn recordings_are_set_up_by_their_familiar_names() {
        let config = load(&[
            ("STORAGE_PROVIDER", "aws-s3"),
            ("STORAGE_BUCKET", "visits"),
            ("STORAGE_REGION", "eu-central-1"),
            ("RECORDING_RETENTION_DAYS", "30"),
            ("HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS", "a, b"),
            ("HOUSECALL_RECORDING_POLICY__WATCH", "participant"),
        ]);
        let config = config.expect("good settings");
        assert_eq!(config.storage.provider, Provider::AwsS3);
        assert_eq!(config.recordings.retention(), Duration::from_secs(30 * 24 * 3600));
        assert_eq!(config.recordings.previous_master_keys(), ["a", "b"]);
        assert_eq!(config.recording_policy.watch, "participant");
    }

    #[test]
    fn what_nothing_can_be_recorded_with_is_told_in_a_sentence() {
        let s3 = ("STORAGE_PROVIDER", "aws-s3");
        for (pairs, sentence) in [
            (&[("STORAGE_PROVIDER", "ftp")][..], "expected `local` or `aws-s3`"),
            (&[s3][..], "set storage.bucket"),
            (&[s3, ("STORAGE_BUCKET", "b")][..], "set storage.region"),
            (&[("HOUSECALL_RECORDINGS__CHUNK_BYTES", "0")][..], "must be from 1 to"),
            (&[("HOUSECALL_RECORDINGS__UPLOAD_HOURS", "0")][..], "nonzero"),
            (&[("RECORDING_RETENTION_DAYS", "0")][..], "nonzero"),
            (&[("HOUSECALL_RECORDINGS__NEWCOMERS", "refuse")][..], "expected `pause` or `wait`"),
        ] {
            let told = format!("{:#}", load(pairs).err().expect("settings that do not fit"));
            assert!(told.contains(sentence), "{pairs:?}: {told}");
        }
    }
}
