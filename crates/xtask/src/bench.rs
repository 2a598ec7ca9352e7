//! The benchmarks and where each of them lives.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::workshop::{self, Workshop};
use crate::{node, web};

struct Bench {
    name: &'static str,
    measures: &'static str,
    /// What cargo runs, in front of the arguments.
    cargo: &'static [&'static str],
    /// Whether it starts the release binary, which `HOUSECALL_BIN` then names.
    wants_server: bool,
}

const BENCHES: [Bench; 6] = [
    Bench {
        name: "relay",
        measures: "signals between two sessions through the whole server: rate and CPU time",
        cargo: &["-p", "bench", "--", "relay"],
        wants_server: true,
    },
    Bench {
        name: "idle",
        measures: "memory and CPU of signed-in sessions that do nothing",
        cargo: &["-p", "bench", "--", "idle"],
        wants_server: true,
    },
    Bench {
        name: "turn",
        measures: "packets through the relay: rate, loss and CPU time, next to coturn's",
        cargo: &["-p", "bench", "--", "turn"],
        wants_server: true,
    },
    Bench {
        name: "recording",
        measures: "recordings: taking them in, finishing them, and the first byte of watching",
        cargo: &["-p", "bench", "--", "recording"],
        wants_server: true,
    },
    Bench {
        name: "sockets",
        measures: "memory of idle sessions of the socket layer alone",
        cargo: &["-p", "housecall-socketio", "--example", "idle_memory", "--"],
        wants_server: false,
    },
    Bench {
        name: "append",
        measures: "acknowledged journal writes a second",
        cargo: &["-p", "housecall-store", "--example", "append_rate", "--"],
        wants_server: false,
    },
];

/// The names, one a line.
pub(crate) fn list() -> String {
    let mut text = String::from("Usage: cargo xtask bench <name> [arguments]\n");
    for Bench { name, measures, .. } in &BENCHES {
        let _ = write!(text, "\n  {name:9} {measures}");
    }
    text
}

/// Builds one benchmark for speed and becomes it.
pub(crate) fn run(workshop: &Workshop, name: &str, arguments: &[String]) -> Result<ExitCode> {
    let bench = find(name)?;
    let mut program = workshop.cargo(&["run", "--release"]);
    if bench.wants_server {
        node::require()?;
        program.env("HOUSECALL_BIN", web::build_release(workshop)?);
    }
    program.args(bench.cargo).args(arguments);
    workshop::become_program(program)
}

fn find(name: &str) -> Result<&'static Bench> {
    let found = BENCHES.iter().find(|it| it.name == name);
    found.with_context(|| format!("there is no benchmark `{name}`\n\n{}", list()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benchmarks_are_found_by_name_or_listed() {
        for bench in &BENCHES {
            assert_eq!(find(bench.name).expect("it is in the table").measures, bench.measures);
        }
        let said = find("speed").err().expect("there is none").to_string();
        assert!(said.contains("`speed`") && said.contains("relay"), "{said}");
    }
}
