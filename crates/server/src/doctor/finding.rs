//! What was found, for people and for programs.

use std::fmt;

use serde::Serialize;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// Good enough for some, and worth knowing.
    Warning,
    /// Calls fail because of it, or data are in danger.
    Problem,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// A sentence.
    pub(super) says: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Ok, says: says.into(), advice: None }
    }

    pub(super) fn warning(
        name: impl Into<String>,
        says: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let advice = Some(advice.into());
        Self { name: name.into(), verdict: Verdict::Warning, says: says.into(), advice }
    }

    pub(super) fn problem(
        name: impl Into<String>,
        says: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { verdict: Verdict::Problem, ..Self::warning(name, says, advice) }
    }
}

/// Everything that was found.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Report {
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn of(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// Whether something must be done.
    pub fn has_problem(&self) -> bool {
        self.count(Verdict::Problem) > 0
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|it| it.verdict == verdict).count()
    }

    /// The list as JSON: `[{name, verdict, says, advice?}]`.
    ///
    /// # Errors
    ///
    /// None is known for texts.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// One line for each finding, and one for what to do about it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.findings.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
        for Finding { name, verdict, says, advice } in &self.findings {
            writeln!(f, "{:<8} {name:<width$}  {says}", verdict.as_str())?;
            if let Some(advice) = advice {
                writeln!(f, "{:<8} {:<width$}  → {advice}", "", "")?;
            }
        }
        let warnings = some(self.count(Verdict::Warning), "warning");
        match (self.count(Verdict::Problem), self.count(Verdict::Warning)) {
            (0, 0) => writeln!(f, "Everything is well."),
            (0, _) => writeln!(f, "No problem, {warnings}."),
            (problems, _) => writeln!(f, "{}, {warnings}.", some(problems, "problem")),
        }
    }
}

fn some(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(findings: &[Finding]) -> Report {
        Report::of(findings.to_vec())
    }

    #[test]
    fn people_read_a_line_for_each_finding_and_what_to_do() {
        let report = report(&[
            Finding::ok("clock", "It is right."),
            Finding::warning("space", "Little is left.", "Make room."),
            Finding::problem("database", "It is gone.", "Bring it back."),
        ]);
        assert_eq!(
            report.to_string(),
            "ok       clock     It is right.\n\
             warning  space     Little is left.\n                   → Make room.\n\
             problem  database  It is gone.\n                   → Bring it back.\n\
             1 problem, 1 warning.\n"
        );
        assert!(report.has_problem());
    }

    #[test]
    fn only_a_problem_fails() {
        let well = report(&[Finding::ok("clock", "It is right.")]);
        assert!(well.to_string().ends_with("Everything is well.\n") && !well.has_problem());
        let warned = report(&[Finding::warning("a", "b", "c"), Finding::warning("a", "b", "c")]);
        assert!(warned.to_string().ends_with("No problem, 2 warnings.\n"));
        let failed = report(&[Finding::problem("a", "b", "c"), Finding::problem("a", "b", "c")]);
        assert!(failed.to_string().ends_with("2 problems, no warning.\n"));
        assert!(!warned.has_problem());
    }

    #[test]
    fn programs_read_a_list() {
        let report = report(&[Finding::ok("clock", "Right."), Finding::problem("a", "b", "c")]);
        let json: serde_json::Value =
            serde_json::from_str(&report.to_json().expect("texts")).expect("JSON");
        let expected = serde_json::json!([
            {"name": "clock", "verdict": "ok", "says": "Right."},
            {"name": "a", "verdict": "problem", "says": "b", "advice": "c"},
        ]);
        assert_eq!(json, expected);
    }
}
