//! The command line: starts the server and the small tools around it.

use std::{
    collections::HashMap,
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, bail};
use housecall::{
    Clock, Config, Identity, Running, Secrets, Settings, Tokens, WallClock, examine, openapi, start,
};
use housecall_core::{Private, Role};
use housecall_store::{Store, Verdict};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

const USAGE: &str = "\
Housecall gives telehealth and meeting applications their calls.

  housecall [serve] [--config FILE] [--demo]    run the server
  housecall token --user ID --role ROLE [--name N] [--ttl 1h]
                                                print an access token
  housecall migrate [--config FILE]             bring the database up to date
  housecall audit verify [--database URL]       verify the journal
  housecall doctor [--config FILE] [--json]     find out what is wrong, and what
                                                to do; fails if there is a problem
  housecall openapi                             print the OpenAPI document

Settings are described in config.default.toml.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and what caused it, in one line.
fn sentence(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join(" ")
}

fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &words[..] {
        ["help" | "--help" | "-h", ..] => print!("{USAGE}"),
        ["--version" | "-V"] => println!("housecall {}", env!("CARGO_PKG_VERSION")),
        ["openapi"] => println!("{}", openapi().to_pretty_json()?),
        ["token", rest @ ..] => println!("{}", token(&Options::parse(rest)?)?),
        ["migrate", rest @ ..] => in_runtime(migrate(Options::parse(rest)?))?,
        ["audit", "verify", rest @ ..] => return in_runtime(verify(Options::parse(rest)?)),
        ["doctor", rest @ ..] => return in_runtime(doctor(Options::parse(rest)?)),
        ["serve", rest @ ..] => in_runtime(serve(Options::parse(rest)?))?,
        rest if rest.iter().all(|it| it.starts_with("--")) || rest.first() == Some(&"--config") => {
            in_runtime(serve(Options::parse(rest)?))?;
        }
        _ => {
            eprint!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_runtime<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The options of all commands.
#[derive(Default)]
struct Options {
    demo: bool,
    json: bool,
    values: HashMap<String, String>,
}

impl Options {
    fn parse(words: &[&str]) -> anyhow::Result<Self> {
        const WITH_VALUE: [&str; 6] = ["config", "user", "role", "name", "ttl", "database"];
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some("demo") => options.demo = true,
                Some("json") => options.json = true,
                Some(name) if WITH_VALUE.contains(&name) => {
                    let value = words.next().with_context(|| format!("--{name} needs a value."))?;
                    options.values.insert(name.to_owned(), (*value).to_owned());
                }
                _ => bail!("There is no option {word}. `housecall help` lists them."),
            }
        }
        Ok(options)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn config(&self) -> anyhow::Result<Config> {
        Config::load(self.get("config").map(PathBuf::from), &std::env::vars().collect())
    }
}

async fn serve(options: Options) -> anyhow::Result<()> {
    log_to_stderr();
    let config = options.config()?;
    let database = config.database_url();
    let settings = Settings {
        config,
        demo: options.demo,
        clock: Box::new(WallClock),
        dialects: housecall_dialect::ALL.to_vec(),
    };
    let mut terminated = signal(SignalKind::terminate())?;
    let running = start(settings).await?;
    announce(&running, &database, options.demo);
    tokio::select! {
        _ = terminated.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    running.stop().await;
    Ok(())
}

/// Says where everything is. Who does not listen does not stop the server.
fn announce(running: &Running, database: &str, demo: bool) {
    let mut lines = vec![format!("Housecall serves http://{}", reachable(running))];
    lines.extend(running.stun().map(|stun| format!("STUN answers on udp://{stun}")));
    if !running.relays().is_empty() {
        lines.push(format!("TURN relays on {}", running.relays().join(" ")));
    }
    lines.extend(running.metrics().map(|it| format!("Figures are at http://{it}/metrics")));
    lines.push(format!("Data lies in {database}"));
    if running.open_rooms() > 0 {
        lines.push(format!("Calls still open from before: {}", running.open_rooms()));
    }
    if demo {
        lines
            .push("The demo is open: sign in with one click, in two tabs as two people".to_owned());
    }
    let _ = std::io::stdout().write_all((lines.join("\n") + "\n").as_bytes());
}

/// `localhost` where it is: browsers give the camera to that name.
fn reachable(running: &Running) -> String {
    let address = running.address();
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.init();
    } else {
        log.json().init();
    }
}

fn token(options: &Options) -> anyhow::Result<String> {
    let config = options.config()?;
    let user = options.get("user").context("Say whose token: --user ID.")?;
    let role = options.get("role").context("Say in which role: --role ROLE.")?;
    let role = Role::named(role).with_context(|| {
        format!("There is no role {role}. Roles are {}.", Role::ALL.map(Role::as_str).join(", "))
    })?;
    let identity = Identity {
        user: user.parse()?,
        role,
        name: Private::new(options.get("name").unwrap_or(user).to_owned()),
    };
    let lifetime = duration(options.get("ttl").unwrap_or("1h"))?;
    let tokens = Tokens::new(&Secrets::load(&config)?);
    Ok(tokens.access(&identity, WallClock.now(), lifetime))
}

/// `90`, `90s`, `15m`, `1h` or `7d`.
fn duration(text: &str) -> anyhow::Result<Duration> {
    let digits = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        unit => bail!("There is no unit {unit}: use s, m, h or d."),
    };
    let number: u32 = digits.parse().with_context(|| format!("{text} is not a duration."))?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

async fn migrate(options: Options) -> anyhow::Result<()> {
    let url = options.config()?.database_url();
    Store::open(&url).await?.close().await;
    println!("The database {url} is up to date.");
    Ok(())
}

async fn doctor(options: Options) -> anyhow::Result<ExitCode> {
    let report = examine(options.config()).await;
    let text = if options.json { report.to_json()? + "\n" } else { report.to_string() };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(if report.has_problem() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn verify(options: Options) -> anyhow::Result<ExitCode> {
    let url = match options.get("database") {
        Some(url) => url.to_owned(),
        None => options.config()?.database_url(),
    };
    let store = Store::open(&url).await?;
    let verdict = store.verify_journal().await?;
    store.close().await;
    match verdict {
        Verdict::Intact { entries, streams } => {
            println!("The journal is intact: {entries} entries in {streams} streams.");
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { stream, seq, what } => {
            println!("The journal is broken at {stream}, entry {seq}: {what}.");
            Ok(ExitCode::FAILURE)
        }
    }
}
