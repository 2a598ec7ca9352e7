//! All that can happen in a small room: whatever a few people may ask for, in
//! every order, with time moving from deadline to deadline in between.
//!
//! The search is breadth first, so what it finds is the shortest way to break a
//! property. Two rooms are the same if nothing that is still to come can tell
//! them apart: entries' numbers and moments long past do not count, times are
//! measured from now, and a device is either the one that stands for its user
//! or another.

mod identity;
mod openings;
mod planted;
mod properties;
mod witness;

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;

use super::*;
use crate::Actor;
use identity::Identity;
use properties::{PROPERTIES, Rest, Step};
use witness::Witness;

/// Somebody asks for something.
type Ask = (Actor, Command);

/// How the people are called. Two devices each are enough: a third is to the
/// rules what the second is.
const PEOPLE: [&str; 3] = ["ann", "ben", "cat"];
const DEVICES: [&str; 2] = ["desk", "phone"];

/// Where a search starts, and what may be asked from there on.
struct Opening {
    name: &'static str,
    rules: Rules,
    /// Those who ask, and in which role.
    people: Vec<Actor>,
    /// What has happened already.
    script: Vec<Ask>,
    asks: Vec<Ask>,
    /// After how many commands the search stops, if it has not closed.
    depth: usize,
}

/// What a search has seen.
struct Report {
    states: usize,
    transitions: usize,
    depth: usize,
    closed: bool,
}

/// A room the search has come to.
#[derive(Clone)]
struct Found {
    room: Room,
    now: Timestamp,
    witness: Witness,
    /// Where it stands in the list of steps that led to rooms.
    number: usize,
}

/// How a room was first reached: from which other, by which ask.
type Trail = Vec<(usize, usize)>;

impl Opening {
    /// Looks at all there is, as far as `depth`; or says what is broken, and how
    /// to get there.
    fn explore(&self) -> Result<Report, String> {
        let first = self.opened()?;
        let mut known = HashSet::from([Identity::of(&first)]);
        let mut trail: Trail = vec![(0, 0)];
        let mut report = Report { states: 1, transitions: 0, depth: 0, closed: false };
        let mut edge = vec![first];
        while !edge.is_empty() && report.depth < self.depth {
            let mut next = Vec::new();
            for from in edge {
                for (number, ask) in self.asks.iter().enumerate() {
                    let broken = |what: String| self.tell(&trail, from.number, Some(ask), &what);
                    let Some((mut to, entries)) = self.step(&from, ask).map_err(broken)? else {
                        continue;
                    };
                    report.transitions += 1;
                    if known.insert(Identity::of(&to)) {
                        self.look_at(&from.room, &entries, &to).map_err(broken)?;
                        to.number = trail.len();
                        trail.push((from.number, number));
                        next.push(to);
                    }
                }
            }
            report.depth += 1;
            edge = next;
        }
        report.states = known.len();
        report.closed = edge.is_empty();
        Ok(report)
    }

    /// The room in which the script has happened.
    fn opened(&self) -> Result<Found, String> {
        let room = Room::new("r".parse().expect("an id"), self.rules);
        let witness = Witness::of(&self.people);
        let blank = Found { room, now: Timestamp::EPOCH, witness, number: 0 };
        let last = self.script.iter().try_fold(blank, |from, ask| {
            let step = self.step(&from, ask)?;
            let (to, entries) = step.ok_or_else(|| format!("{} changed nothing", told(ask)))?;
            self.look_at(&from.room, &entries, &to)?;
            Ok(to)
        });
        last.map_err(|what: String| self.tell(&Trail::new(), 0, None, &what))
    }

    /// The room after `ask` and what happened, unless nothing did.
    fn step(&self, from: &Found, ask: &Ask) -> Result<Option<(Found, Vec<Entry>)>, String> {
        let (by, command) = ask;
        let now = match command {
            Command::Elapse => from.room.next_deadline().map_or(from.now, |it| it.max(from.now)),
            _ => from.now,
        };
        let answer = from.room.decide(now, by, command.clone());
        let mut to = Found { now, ..from.clone() };
        for entry in answer.iter().flatten() {
            to.room.evolve(entry);
            to.witness.sees(entry);
        }
        let step = Step { from, by, command, answer: &answer, to: &to };
        for property in PROPERTIES {
            (property.of_steps)(&step).map_err(|it| format!("{}: {it}", property.name))?;
        }
        Ok(answer.ok().filter(|entries| !entries.is_empty()).map(|entries| (to, entries)))
    }

    fn look_at(&self, before: &Room, entries: &[Entry], found: &Found) -> Result<(), String> {
        let rest = Rest { before, entries, found, people: &self.people };
        for property in PROPERTIES {
            (property.of_rooms)(&rest).map_err(|it| format!("{}: {it}", property.name))?;
        }
        Ok(())
    }

    /// What is broken, with the shortest way there.
    fn tell(&self, trail: &Trail, from: usize, last: Option<&Ask>, what: &str) -> String {
        let mut way: Vec<&Ask> = last.into_iter().collect();
        let mut number = from;
        while number != 0 {
            let (before, ask) = trail[number];
            way.push(&self.asks[ask]);
            number = before;
        }
        let mut told_all = format!("{}: {what}\n", self.name);
        for ask in self.script.iter().chain(way.into_iter().rev()) {
            writeln!(told_all, "  {}", told(ask)).expect("text takes text");
        }
        told_all
    }
}

fn told((by, command): &Ask) -> String {
    let who = by.user().map_or("house", UserId::as_str);
    format!("{who}: {command:?}")
}

/// Explores, and says what was seen. Written past the macros that tests capture:
/// how much was looked at belongs into the record of every run.
fn explore(opening: &Opening) {
    let report = opening.explore().unwrap_or_else(|broken| panic!("{broken}"));
    let Report { states, transitions, depth, closed } = report;
    let closed = if closed { "closed" } else { "open" };
    let line = format!(
        "explored {}: {states} states, {transitions} transitions, depth {depth}, {closed}\n",
        opening.name
    );
    std::io::stdout().write_all(line.as_bytes()).expect("standard output is open");
    assert!(states > 1, "{line}");
}
