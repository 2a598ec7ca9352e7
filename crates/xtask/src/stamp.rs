//! Remembers from which files something was last made, to make it only when
//! they changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workshop::Workshop;

/// Made from sources, never part of them.
const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "coverage", "test-results"];

/// Names and contents of these files and all files below these folders.
pub(crate) fn fingerprint(paths: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        add(path, &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let unreadable = || format!("{} cannot be read", path.display());
    path.hash(hasher);
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(unreadable)?;
        let mut below = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()
            .with_context(unreadable)?;
        below.sort();
        below.iter().filter(|it| is_source(it)).try_for_each(|it| add(it, hasher))
    } else {
        fs::read(path).with_context(unreadable)?.hash(hasher);
        Ok(())
    }
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !NOT_SOURCES.contains(&&*name)
}

/// The fingerprint of the last time, kept with what cargo builds, so that
/// `cargo clean` forgets it.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
}

impl Stamp {
    /// The stamp of one purpose for one folder of the repository.
    pub(crate) fn of(workshop: &Workshop, purpose: &str, folder: &str) -> Self {
        let name = format!("{purpose}-{}", folder.replace(['/', '\\'], "-"));
        Self { file: workshop.target.join("xtask").join(name) }
    }

    /// Whether nothing changed since [`Stamp::set`].
    pub(crate) fn is(&self, fingerprint: u64) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|it| it == fingerprint.to_string())
    }

    /// To be called once the work is done, never before.
    pub(crate) fn set(&self, fingerprint: u64) -> Result<()> {
        let folder = self.file.parent().context("a stamp lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, fingerprint.to_string()))
            .with_context(|| format!("{} cannot be written", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small web folder that is removed with this value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            let folder = Self(path);
            folder.write("src/main.ts", "run()");
            folder.write("package.json", "{}");
            folder
        }

        fn write(&self, name: &str, text: &str) {
            let file = self.0.join(name);
            fs::create_dir_all(file.parent().expect("it has one")).expect("it can be made");
            fs::write(file, text).expect("it can be written");
        }

        fn fingerprint(&self) -> u64 {
            fingerprint(std::slice::from_ref(&self.0)).expect("it can be read")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn sources_count_and_what_is_made_from_them_does_not() {
        let folder = Folder::new("sources");
        let before = folder.fingerprint();
        for made in ["node_modules/a/index.js", "dist/index.html", "src/dist/x", ".cache/y"] {
            folder.write(made, "made");
            assert_eq!(folder.fingerprint(), before, "{made}");
        }
        folder.write("src/main.ts", "run(2)");
        let changed = folder.fingerprint();
        assert_ne!(changed, before, "another text");
        folder.write("src/main.ts", "run()");
        assert_eq!(folder.fingerprint(), before, "the old text, written anew");
        folder.write("src/more.ts", "");
        assert_ne!(folder.fingerprint(), before, "an empty file more");
    }

    #[test]
    fn a_stamp_is_true_only_for_what_was_set() {
        let folder = Folder::new("stamp");
        let workshop = Workshop { root: folder.0.clone(), target: folder.0.join("target") };
        let stamp = Stamp::of(&workshop, "build", "web/apps");
        assert!(!stamp.is(7));
        stamp.set(7).expect("it can be written");
        assert!(Stamp::of(&workshop, "build", "web/apps").is(7));
        assert!(!stamp.is(8));
        assert!(!Stamp::of(&workshop, "packages", "web/apps").is(7));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = fingerprint(&["no-such-file".into()]).expect_err("it is missing");
        assert_eq!(error.to_string(), "no-such-file cannot be read");
    }
}
