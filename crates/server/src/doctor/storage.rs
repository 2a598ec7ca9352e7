//! What is kept on the disk, and the secrets.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use housecall_store::{Store, Verdict as Journal};
use tokio::time::timeout;

use super::{finding::Finding, web::Server};
use crate::{auth::check_secret, config::Config};

/// Below this, writes are about to fail.
const FULL: u64 = 100 << 20;
/// Below this, somebody should make room.
const NEARLY_FULL: u64 = 1 << 30;

/// How long the journal is read.
const PATIENCE: Duration = Duration::from_secs(20);

/// The secret of access tokens, of refresh tokens and of TURN.
pub(super) fn secrets(config: &Config) -> Vec<Finding> {
    let production = config.is_production();
    let secret = |name: &'static str, given: &str, must_be_given| {
        let file = config.server.data.join(format!("{}.secret", name.to_lowercase()));
        match given {
            "" if must_be_given => given_secret(name, given, production),
            "" => kept_secret(name, &file),
            given => given_secret(name, given, production),
        }
    };
    vec![
        secret("ACCESS", &config.auth.access_secret, production),
        secret("REFRESH", &config.auth.refresh_secret, production),
        secret("TURN", &config.ice.secret, false),
    ]
}

fn name_of(name: &str) -> String {
    format!("{} secret", name.to_lowercase())
}

fn given_secret(name: &str, given: &str, production: bool) -> Finding {
    let Err(error) = check_secret(given, name) else {
        return Finding::ok(name_of(name), format!("{name}_SECRET is a good one."));
    };
    let advice = "`openssl rand -base64 33` makes a good one.";
    match production {
        true => Finding::problem(name_of(name), error.to_string(), advice),
        false => Finding::warning(name_of(name), error.to_string(), advice),
    }
}

/// One the server makes itself.
pub(super) fn kept_secret(name: &str, file: &Path) -> Finding {
    let shown = file.display();
    match fs::metadata(file) {
        Ok(it) if it.permissions().mode() & 0o077 != 0 => Finding::problem(
            name_of(name),
            format!("Others on this machine may read the secret {shown}."),
            format!(
                "`chmod 600 {shown}`; if somebody may have read it, delete it: a new one is made."
            ),
        ),
        Ok(_) => Finding::ok(name_of(name), format!("It was made and is kept in {shown}.")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::ok(name_of(name), format!("It will be made and kept in {shown}."))
        }
        Err(error) => Finding::problem(
            name_of(name),
            format!("The secret {shown} cannot be looked at: {error}."),
            "Run this as the user the server runs as.",
        ),
    }
}

/// Whether the data folder can be written to.
pub(super) fn folder(config: &Config) -> Finding {
    const NAME: &str = "data folder";
    let data = &config.server.data;
    let shown = data.display();
    if !data.exists() {
        return Finding::ok(NAME, format!("{shown} will be made at the first start."));
    }
    let probe = data.join(format!(".doctor-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&probe);
    match written.and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => Finding::ok(NAME, format!("{shown} can be written to.")),
        Err(error) => Finding::problem(
            NAME,
            format!("{shown} cannot be written to: {error}."),
            "Give it to the user the server runs as, or set HOUSECALL_DATA to another folder.",
        ),
    }
}

/// How much room is left, if `df` can tell.
pub(super) fn space(config: &Config) -> Option<Finding> {
    free_space(config).map(judge_space)
}

/// How many bytes are free where the data lie, if `df` can tell.
pub(super) fn free_space(config: &Config) -> Option<u64> {
    let existing = config.server.data.ancestors().find(|it| it.is_dir());
    let folder = existing.map_or(PathBuf::from("."), Path::to_path_buf);
    let output = Command::new("df").arg("-Pk").arg(&folder).output().ok()?;
    free_bytes(&String::from_utf8_lossy(&output.stdout))
}

/// The fourth column of the last line of `df -Pk` (POSIX).
fn free_bytes(table: &str) -> Option<u64> {
    let kilobytes: u64 = table.lines().last()?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn judge_space(free: u64) -> Finding {
    const NAME: &str = "disk space";
    let says = format!("{} MB are free where the data lie.", free >> 20);
    let advice =
        "Make room: when the disk is full, calls can no longer be recorded in the journal.";
    match free {
        0..FULL => Finding::problem(NAME, says, advice),
        FULL..NEARLY_FULL => Finding::warning(NAME, says, advice),
        _ => Finding::ok(NAME, says),
    }
}

/// The database: of a server that runs, as it says itself; else it is opened.
pub(super) async fn database(config: &Config, server: &Server) -> Finding {
    const NAME: &str = "database";
    let url = config.database_url();
    let file = url.strip_prefix("sqlite:").map(|it| it.trim_start_matches("//"));
    let file = file.map(|it| PathBuf::from(it.split('?').next().unwrap_or(it)));
    match (server, file) {
        (Server::Runs { ready: true, .. }, _) => {
            Finding::ok(NAME, format!("The server can read and write {url}."))
        }
        (Server::Runs { ready: false, .. }, _) => Finding::problem(
            NAME,
            format!("The server cannot read or write {url}."),
            "See its log: as a rule the disk is full, or another process holds the database.",
        ),
        (_, Some(file)) if !url.contains(":memory:") && !file.exists() => {
            Finding::ok(NAME, format!("{url} will be made at the first start."))
        }
        _ => open(NAME, &url).await,
    }
}

async fn open(name: &'static str, url: &str) -> Finding {
    let broken = |error: &dyn std::error::Error| {
        let cause = error.source().map(|it| format!(" ({it})")).unwrap_or_default();
        Finding::problem(
            name,
            format!("{url} cannot be opened: {error}{cause}."),
            "Check DATABASE_URL, and that the file belongs to the user the server runs as.",
        )
    };
    let store = match Store::open(url).await {
        Ok(store) => store,
        Err(error) => return broken(&error),
    };
    let journal = timeout(PATIENCE, store.verify_journal()).await;
    store.close().await;
    match journal {
        Ok(Ok(Journal::Intact { entries, streams })) => Finding::ok(
            name,
            format!("{url} opens; its journal is intact: {entries} entries in {streams} streams."),
        ),
        Ok(Ok(Journal::Broken { stream, seq, what })) => Finding::problem(
            name,
            format!("The journal in {url} is broken at {stream}, entry {seq}: {what}."),
            "Somebody or something changed it. Keep a copy, and bring back a backup.",
        ),
        Ok(Err(error)) => broken(&error),
        Err(_) => Finding::ok(
            name,
            format!("{url} opens. Its journal is long: `housecall audit verify` reads all of it."),
        ),
    }
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

    fn verdicts(pairs: &[(&str, &str)]) -> Vec<Verdict> {
        secrets(&config(pairs)).iter().map(|it| it.verdict).collect()
    }

    #[test]
    fn weak_secrets_are_problems_where_patients_are() {
        use Verdict::{Ok, Problem, Warning};
        const GOOD: &str = "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E";
        let production = ("HOUSECALL_ENV", "production");
        let data = ("HOUSECALL_DATA", "/nonexistent");
        let all =
            [("ACCESS_SECRET", GOOD), ("REFRESH_SECRET", "change-me"), ("TURN_SECRET", "north")];
        assert_eq!(verdicts(&all), [Ok, Warning, Warning]);
        assert_eq!(verdicts(&[&all[..], &[production]].concat()), [Ok, Problem, Problem]);
        assert_eq!(verdicts(&[data]), [Ok, Ok, Ok], "they are made");
        assert_eq!(verdicts(&[data, production]), [Problem, Problem, Ok]);
    }

    #[test]
    fn a_kept_secret_is_for_one_user() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("access.secret");
        assert!(kept_secret("ACCESS", &file).says.contains("will be made"));
        fs::write(&file, "a secret").expect("it can be written");
        for (mode, verdict) in [(0o600, Verdict::Ok), (0o640, Verdict::Problem)] {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(&file, permissions).expect("it is ours");
            assert_eq!(kept_secret("ACCESS", &file).verdict, verdict, "{mode:o}");
        }
    }

    #[test]
    fn the_data_folder_is_left_as_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().to_str().expect("a plain path");
        assert_eq!(super::folder(&config(&[("HOUSECALL_DATA", data)])).verdict, Verdict::Ok);
        let left = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0);
        let file = folder.path().join("file");
        fs::write(&file, "").expect("it can be written");
        let no_folder = file.to_str().expect("a plain path");
        let finding = super::folder(&config(&[("HOUSECALL_DATA", no_folder)]));
        assert_eq!(finding.verdict, Verdict::Problem);
    }

    #[test]
    fn a_full_disk_is_seen_coming() {
        let table = "Filesystem     1024-blocks     Used Available Capacity Mounted on\n\
                     /dev/vda         263112772 34006300  61440 37% /\n";
        assert_eq!(free_bytes(table), Some(60 << 20));
        assert_eq!(free_bytes("df: no such file"), None);
        for (free, verdict) in
            [(60 << 20, Verdict::Problem), (500 << 20, Verdict::Warning), (2 << 30, Verdict::Ok)]
        {
            assert_eq!(judge_space(free).verdict, verdict);
        }
        assert_eq!(judge_space(60 << 20).says, "60 MB are free where the data lie.");
        assert!(space(&config(&[])).is_some(), "this system has df");
    }

    #[tokio::test]
    async fn a_database_is_opened_and_read_but_not_made() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("house.db");
        let url = format!("sqlite:{}", file.display());
        let config = config(&[("DATABASE_URL", &url)]);
        let stopped = Server::Anywhere;
        let finding = database(&config, &stopped).await;
        assert!(finding.says.ends_with("will be made at the first start."), "{}", finding.says);
        assert!(!file.exists());

        Store::open(&url).await.expect("it is made").close().await;
        let finding = database(&config, &stopped).await;
        assert!(finding.says.contains("its journal is intact: 0 entries"), "{}", finding.says);

        fs::write(&file, "this is no database, whatever its name says").expect("it is ours");
        let finding = database(&config, &stopped).await;
        assert_eq!(finding.verdict, Verdict::Problem, "{}", finding.says);
    }
}
