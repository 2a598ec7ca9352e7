//! The developer commands: `cargo xtask serve | test | check | codegen | bench`.
//!
//! Needs nothing that does not come with Rust, so that it compiles in seconds
//! on a fresh machine and can then say what else is missing.

mod bench;
mod command;
mod node;
mod stamp;
mod steps;
mod test;
mod tools;
mod web;
mod workshop;

use std::process::ExitCode;

use anyhow::Result;

use command::{Command, USAGE};
use workshop::Workshop;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let command = Command::parse(std::env::args().skip(1))?;
    let workshop = Workshop::here()?;
    match command {
        Command::Help => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve(arguments) => serve(&workshop, &arguments),
        Command::Test => steps::run(&workshop, test::EVERYTHING),
        Command::Check => steps::run(&workshop, test::QUICK),
        Command::Codegen => codegen(&workshop).map(|()| ExitCode::SUCCESS),
        Command::Bench(None) => {
            println!("{}", bench::list());
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(Some((name, arguments))) => bench::run(&workshop, &name, &arguments),
    }
}

/// Builds everything and becomes the server, which prints its addresses itself.
fn serve(workshop: &Workshop, arguments: &[String]) -> Result<ExitCode> {
    node::require()?;
    let binary = web::build_release(workshop)?;
    let mut server = workshop.command(&binary);
    server.args(["serve", "--demo"]).args(arguments);
    workshop::become_program(server)
}

/// The tests that compare generated files with their source write them instead.
fn codegen(workshop: &Workshop) -> Result<()> {
    let mut generate = workshop.cargo(&["test", "-p", "housecall-dialect", "wire_types"]);
    workshop.run(generate.env("UPDATE_GENERATED", "1"))
}
