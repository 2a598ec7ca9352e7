//! Where everything lies, and how another program is run.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

/// The folders of this checkout.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Where cargo builds to, also when it was told another place than `target`.
    pub(crate) target: PathBuf,
}

impl Workshop {
    /// Found from where this very program was built from and to.
    pub(crate) fn here() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("xtask lies two folders below the repository")?;
        let own = std::env::current_exe().context("the path of xtask is unknown")?;
        let target =
            own.ancestors().nth(2).context("cargo builds xtask two folders below its target")?;
        Ok(Self { root: root.to_owned(), target: target.to_owned() })
    }

    /// A folder or file of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A program that cargo built, for example `debug/housecall`.
    pub(crate) fn built(&self, relative: &str) -> PathBuf {
        self.target.join(format!("{relative}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program, to be run in the repository. Without what `cargo run` told
    /// xtask about itself: build scripts that look at it would run every time.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// The cargo that runs us.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments);
        command
    }

    /// Runs a command to its end, saying first what it does.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let shown = self.shown(command);
        println!("==> {shown}");
        let status = command.status().with_context(|| format!("`{shown}` could not be started"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }

    /// A command as one would type it, in the folder it runs in.
    fn shown(&self, command: &Command) -> String {
        let program = Path::new(command.get_program());
        let mut line = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for argument in command.get_args() {
            let _ = write!(line, " {}", argument.to_string_lossy());
        }
        let folder = command.get_current_dir().and_then(|it| it.strip_prefix(&self.root).ok());
        match folder {
            Some(folder) if folder != Path::new("") => format!("{line}  (in {})", folder.display()),
            _ => line,
        }
    }
}

/// Ends xtask by turning into another program, so that Ctrl-C, signals and the
/// exit code are that program's.
#[cfg(unix)]
pub(crate) fn become_program(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(error)
        .with_context(|| format!("`{}` could not be started", command.get_program().display()))
}

/// Waits for another program, whose console hears Ctrl-C as well.
#[cfg(not(unix))]
pub(crate) fn become_program(mut command: Command) -> Result<ExitCode> {
    let status = command
        .status()
        .with_context(|| format!("`{}` could not be started", command.get_program().display()))?;
    Ok(status.code().and_then(|it| u8::try_from(it).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let workshop = Workshop { root: "/house".into(), target: "/house/target".into() };
        let mut npm = workshop.command("npm");
        npm.args(["run", "build"]).current_dir(workshop.path("web"));
        assert_eq!(workshop.shown(&npm), "npm run build  (in web)");
        assert_eq!(workshop.shown(&workshop.command("/bin/cargo")), "cargo");
    }

    #[test]
    fn a_failure_is_one_sentence() {
        let workshop = Workshop::here().expect("the tests run in the repository");
        let missing = workshop.run(&mut workshop.command("no-such-program-here"));
        let said = missing.expect_err("it is missing").to_string();
        assert_eq!(said, "`no-such-program-here` could not be started");
        let mut failing = workshop.cargo(&["--no-such-option"]);
        let failing = workshop.run(failing.stderr(std::process::Stdio::null()));
        let said = failing.expect_err("cargo refuses").to_string();
        assert!(said.starts_with("`cargo --no-such-option` failed ("), "{said}");
    }
}
