//! The machine the house stands on.

use std::time::Duration;

use housecall_core::Timestamp;

use super::{finding::Finding, web::Server};
use crate::{
    clock::{Clock, WallClock},
    config::Config,
    descriptors,
};

/// Before this program was written no clock is right.
const BUILT: &str = "2026-01-01T00:00:00Z";
/// Nor so long after that.
const WORN_OUT: &str = "2100-01-01T00:00:00Z";

/// How far two clocks may be apart before tokens and credentials are refused.
const TOLERANCE: Duration = Duration::from_secs(30);

pub(super) fn clock(server: &Server) -> Finding {
    let of_server = match server {
        Server::Runs { clock, .. } => Some(*clock),
        _ => None,
    };
    judge_clock(WallClock.now(), of_server)
}

fn judge_clock(here: Timestamp, server: Option<Timestamp>) -> Finding {
    const NAME: &str = "clock";
    const ADVICE: &str = "Keep clocks right with NTP (`timedatectl set-ntp true`): tokens, \
                          credentials and appointments depend on them.";
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    if here < moment(BUILT) || here > moment(WORN_OUT) {
        return Finding::problem(NAME, format!("The clock says {here}, which is wrong."), ADVICE);
    }
    let apart = server.map_or(Duration::ZERO, |it| here.since(it).max(it.since(here)));
    if apart > TOLERANCE {
        let says = format!("The clock of the server is {} s away from ours.", apart.as_secs());
        return Finding::problem(NAME, says, ADVICE);
    }
    Finding::ok(NAME, format!("The clock says {here}."))
}

pub(super) fn descriptors(config: &Config) -> Finding {
    let relays = config.ice.port != 0 && config.ice.relay;
    let wanted = descriptors::wanted(if relays { config.ice.allocations } else { 0 });
    judge_descriptors(rlimit::Resource::NOFILE.get_hard().ok(), wanted)
}

fn judge_descriptors(most: Option<u64>, wanted: u64) -> Finding {
    const NAME: &str = "open files";
    match most {
        Some(most) if most < wanted => Finding::warning(
            NAME,
            format!(
                "At most {most} files and sockets may be open at a time; {wanted} are needed when \
                 the house is full."
            ),
            "Raise the limit: `ulimit -Hn`, or LimitNOFILE in systemd.",
        ),
        Some(_) => Finding::ok(NAME, format!("{wanted} files and sockets may be open at a time.")),
        None => Finding::ok(NAME, "This system does not say how many files may be open."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn clocks_are_right_within_half_a_minute() {
        let judge = |here: &str, server: Option<&str>| {
            let moment = |it: &str| it.parse().expect("a moment");
            judge_clock(moment(here), server.map(moment))
        };
        let now = "2026-11-21T10:00:00Z";
        assert_eq!(judge(now, None).says, "The clock says 2026-11-21T10:00:00.000Z.");
        assert_eq!(judge(now, Some("2026-11-21T10:00:20Z")).verdict, Verdict::Ok);
        for apart in ["2026-11-21T10:01:00Z", "2026-11-21T09:59:00Z"] {
            let finding = judge(now, Some(apart));
            assert_eq!(finding.verdict, Verdict::Problem);
            assert_eq!(finding.says, "The clock of the server is 60 s away from ours.");
        }
        for wrong in ["1970-01-01T00:00:10Z", "2150-01-01T00:00:00Z"] {
            assert_eq!(judge(wrong, None).verdict, Verdict::Problem);
        }
    }

    #[test]
    fn few_descriptors_are_worth_knowing() {
        let few = judge_descriptors(Some(1_024), 12_096);
        assert_eq!(few.verdict, Verdict::Warning);
        assert!(few.says.contains("1024") && few.says.contains("12096"), "{}", few.says);
        assert_eq!(judge_descriptors(Some(12_096), 12_096).verdict, Verdict::Ok);
        assert_eq!(judge_descriptors(None, 12_096).verdict, Verdict::Ok);
    }
}
