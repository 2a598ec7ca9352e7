//! A list of steps, done one after the other until one fails.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::workshop::Workshop;

/// One thing that must pass.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) work: fn(&Workshop) -> Result<()>,
}

/// What has become of a step.
struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

/// Does the steps and sums up; the last line printed is `N passed, N failed`.
pub(crate) fn run(workshop: &Workshop, steps: &[Step]) -> Result<ExitCode> {
    let outcomes = run_until_failure(workshop, steps);
    let not_run = steps.iter().skip(outcomes.len()).map(|it| it.name);
    print!("\n{}", summary(&outcomes, not_run));
    let passed = outcomes.iter().all(|it| it.failure.is_none());
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_until_failure(workshop: &Workshop, steps: &[Step]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for Step { name, work } in steps {
        println!("\n=== {name}");
        let start = Instant::now();
        let failure = work(workshop).err().map(|error| format!("{error:#}"));
        let failed = failure.is_some();
        outcomes.push(Outcome { name, took: start.elapsed(), failure });
        if failed {
            break;
        }
    }
    outcomes
}

fn summary<'a>(outcomes: &[Outcome], not_run: impl Iterator<Item = &'a str>) -> String {
    let mut lines = Vec::new();
    for Outcome { name, took, failure } in outcomes {
        let result = if failure.is_some() { "FAILED" } else { "ok" };
        lines.push(format!("{result:7} {:7.1} s  {name}", took.as_secs_f64()));
    }
    lines.extend(not_run.map(|name| format!("not run            {name}")));
    lines.extend(outcomes.iter().filter_map(|it| it.failure.as_ref()).map(|it| format!("\n{it}")));
    let failed = outcomes.iter().filter(|it| it.failure.is_some()).count();
    lines.push(format!("{} passed, {failed} failed\n", outcomes.len() - failed));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Step = Step { name: "good", work: |_| Ok(()) };
    const BAD: Step = Step { name: "bad", work: |_| Err(anyhow::anyhow!("it rained")) };

    /// What a list of steps ends with, without the times.
    fn told(steps: &[Step]) -> String {
        let workshop = Workshop { root: "/".into(), target: "/".into() };
        let mut outcomes = run_until_failure(&workshop, steps);
        outcomes.iter_mut().for_each(|it| it.took = Duration::from_millis(61_250));
        summary(&outcomes, steps.iter().skip(outcomes.len()).map(|it| it.name))
    }

    #[test]
    fn all_steps_are_counted() {
        assert_eq!(
            told(&[GOOD, GOOD]),
            "ok         61.2 s  good\nok         61.2 s  good\n2 passed, 0 failed\n"
        );
    }

    #[test]
    fn the_first_failure_is_the_last_step() {
        assert_eq!(
            told(&[GOOD, BAD, GOOD]),
            "ok         61.2 s  good\nFAILED     61.2 s  bad\nnot run            good\n\
             \nit rained\n1 passed, 1 failed\n"
        );
    }
}
