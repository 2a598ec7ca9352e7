//! What was asked for on the command line.

use anyhow::{Result, bail};

/// What `cargo xtask help` prints.
pub(crate) const USAGE: &str = "\
Usage: cargo xtask <command>

  serve [arguments]        builds the web app and the release binary, then runs
                           `housecall serve --demo [arguments]` in the repository
  test                     everything that must pass: formatting, lints, Rust and
                           web tests, the official Socket.IO client, real browsers
  check                    only formatting, lints and TypeScript types
  codegen                  writes the generated files anew
  bench [name [arguments]] runs a benchmark; without a name lists them
  help                     this text";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Serve(Vec<String>),
    Test,
    Check,
    Codegen,
    /// The benchmark and its arguments; none to list them.
    Bench(Option<(String, Vec<String>)>),
}

impl Command {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut arguments = arguments.into_iter();
        let Some(name) = arguments.next() else { return Ok(Self::Help) };
        let rest: Vec<String> = arguments.collect();
        match name.as_str() {
            "help" | "--help" | "-h" => Ok(Self::Help),
            "serve" => Ok(Self::Serve(rest)),
            "test" => alone(&name, &rest, Self::Test),
            "check" => alone(&name, &rest, Self::Check),
            "codegen" => alone(&name, &rest, Self::Codegen),
            "bench" => {
                let mut rest = rest.into_iter();
                Ok(Self::Bench(rest.next().map(|name| (name, rest.collect()))))
            }
            _ => bail!("there is no command `{name}`\n\n{USAGE}"),
        }
    }
}

fn alone(name: &str, rest: &[String], command: Command) -> Result<Command> {
    match rest {
        [] => Ok(command),
        [extra, ..] => bail!("`{name}` takes no arguments, but got `{extra}`\n\n{USAGE}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command> {
        Command::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_command_is_understood() {
        let strings = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
        let cases = [
            ("", Command::Help),
            ("help", Command::Help),
            ("--help", Command::Help),
            ("serve", Command::Serve(vec![])),
            ("serve --config a.toml", Command::Serve(strings("--config a.toml"))),
            ("test", Command::Test),
            ("check", Command::Check),
            ("codegen", Command::Codegen),
            ("bench", Command::Bench(None)),
            ("bench idle", Command::Bench(Some(("idle".into(), vec![])))),
            ("bench relay --rooms 9", Command::Bench(Some(("relay".into(), strings("--rooms 9"))))),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).ok(), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_with_the_usage() {
        for (line, named) in [("dance", "`dance`"), ("test fast", "`fast`"), ("check -v", "`-v`")] {
            let error = parse(line).expect_err(line).to_string();
            assert!(error.contains(named) && error.contains(USAGE), "{error}");
        }
    }
}
