//! Whether recordings can be made and kept.

use std::path::Path;

use housecall_recording::MasterKey;

use super::{finding::Finding, storage};
use crate::{
    auth::given_master_keys,
    config::Config,
    recordings::{KEY_FILE, blobs},
};

/// The key that opens recordings.
pub(super) fn master_key(config: &Config) -> Finding {
    const NAME: &str = "master key";
    let advice = "Set RECORDING_MASTER_KEY to what `openssl rand -base64 32` makes, and keep it \
                  where the data are not: without it no recording can be opened again.";
    if let Err(error) = given_master_keys(config) {
        return Finding::problem(NAME, format!("{error:#}."), advice);
    }
    match (config.recordings.master_key.is_empty(), config.is_production()) {
        (false, _) => Finding::ok(NAME, "It is given, and is not kept with the data."),
        (true, true) => Finding::warning(NAME, "There is none, so nothing is recorded.", advice),
        (true, false) => kept_key(&config.server.data.join(KEY_FILE)),
    }
}

fn kept_key(file: &Path) -> Finding {
    match std::fs::read_to_string(file) {
        Ok(key) if MasterKey::parse(&key).is_err() => Finding::problem(
            "master key",
            format!("The file {} does not hold a master key.", file.display()),
            "Bring it back from a backup: what was recorded cannot be opened without it.",
        ),
        _ => Finding { name: "master key".to_owned(), ..storage::kept_secret("RECORDING", file) },
    }
}

/// Where finished recordings are kept.
pub(super) async fn storage(config: &Config) -> Finding {
    const NAME: &str = "recordings";
    let shown = match config.storage.bucket() {
        Some(bucket) => format!("the bucket {}", bucket.name),
        None => config.kept_recordings().display().to_string(),
    };
    if config.storage.bucket().is_none() && !config.kept_recordings().exists() {
        return Finding::ok(NAME, format!("{shown} will be made for the first recording."));
    }
    let checked = match blobs(config) {
        Ok(blobs) => blobs.check().await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|it| format!(" ({it})"));
            format!("{error}{}", cause.unwrap_or_default())
        }),
        Err(error) => Err(format!("{error:#}")),
    };
    match checked {
        Ok(()) => Finding::ok(NAME, format!("Recordings can be kept in {shown}.")),
        Err(error) => Finding::problem(
            NAME,
            format!("Recordings cannot be kept in {shown}: {error}."),
            "Check storage.* and the credentials; until then recordings wait in the data folder.",
        ),
    }
}

/// Whether there is room to take recordings in.
pub(super) fn space(config: &Config) -> Option<Finding> {
    const NAME: &str = "space for recordings";
    let (free, keep) = (storage::free_space(config)?, config.recordings.free_bytes);
    let says = format!("{} MB are free, and {} MB are to stay free.", free >> 20, keep >> 20);
    let advice = "Make room, or lower recordings.free_bytes: nothing more is recorded.";
    Some(match free > keep {
        true => Finding::ok(NAME, says),
        false => Finding::problem(NAME, says, advice),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::finding::Verdict;
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Config {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(None, &HashMap::from_iter(pairs)).expect("good settings")
    }

    #[test]
    fn a_house_without_its_key_is_told_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = ("HOUSECALL_DATA", folder.path().to_str().expect("a plain path"));
        let production = ("HOUSECALL_ENV", "production");
        let good = MasterKey::random().to_base64();
        let check = |pairs: &[(&str, &str)], expected| {
            let finding = master_key(&config(&[pairs, &[data]].concat()));
            assert_eq!(finding.verdict, expected, "{}", finding.says);
        };
        check(&[], Verdict::Ok);
        check(&[production], Verdict::Warning);
        check(&[production, ("RECORDING_MASTER_KEY", &good)], Verdict::Ok);
        check(&[("RECORDING_MASTER_KEY", "short")], Verdict::Problem);
        std::fs::write(folder.path().join(KEY_FILE), "damaged").expect("it can be written");
        check(&[], Verdict::Problem);
    }

    #[tokio::test]
    async fn a_bucket_that_is_not_there_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = ("HOUSECALL_DATA", folder.path().to_str().expect("a plain path"));
        assert_eq!(storage(&config(&[data])).await.verdict, Verdict::Ok);
        let gone = [
            ("STORAGE_PROVIDER", "aws-s3"),
            ("STORAGE_BUCKET", "b"),
            ("STORAGE_ENDPOINT", "http://127.0.0.1:9"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "y"),
        ];
        let finding = storage(&config(&gone)).await;
        assert_eq!(finding.verdict, Verdict::Problem, "{}", finding.says);
    }

    #[test]
    fn room_that_is_to_stay_is_no_room() {
        let free = |bytes| space(&config(&[("HOUSECALL_RECORDINGS__FREE_BYTES", bytes)]));
        assert_eq!(free("1").map(|it| it.verdict), Some(Verdict::Ok));
        let most = i64::MAX.to_string();
        assert_eq!(free(&most).map(|it| it.verdict), Some(Verdict::Problem));
    }
}
