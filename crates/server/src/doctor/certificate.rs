//! The certificate of TURN over TLS.

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use housecall_media::client::{Certificate, ClientError, Endpoint, Trust, TurnClient};

use super::{
    finding::{Finding, Verdict},
    ice,
};
use crate::config::Config;

const NAME: &str = "certificate";

/// Whoever renews certificates does so a month before they end; this late, it
/// does not work.
const SOON: u64 = 14 * DAY;
const DAY: u64 = 24 * 60 * 60;

const RENEW: &str = "Renew it; the server reads the new files by itself.";

/// What is wrong with it, if there is one.
pub(super) async fn look_at(config: &Config) -> Option<Finding> {
    if !config.ice.has_certificate() {
        return None;
    }
    let file = &config.ice.tls_certificate;
    let certificate = fs::read(file).ok().and_then(|it| Certificate::read(&it));
    let Some(certificate) = certificate else {
        return Some(Finding::problem(
            NAME,
            format!("{} holds no certificate that can be read.", file.display()),
            "Set ice.tls_certificate to a PEM file with the certificate and those that vouch for \
             it, readable by the user the server runs as.",
        ));
    };
    if let Err(error) = fs::read(&config.ice.tls_key) {
        return Some(Finding::problem(
            NAME,
            format!("Its key {} cannot be read: {error}.", config.ice.tls_key.display()),
            "Let the user the server runs as read it.",
        ));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let finding = judge(&certificate, &config.ice.external_host, now);
    Some(match finding.verdict {
        Verdict::Ok => is_believed(config).await.unwrap_or(finding),
        _ => finding,
    })
}

fn judge(certificate: &Certificate, name: &str, now: Duration) -> Finding {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let left = until.saturating_sub(now.as_secs());
    if now.as_secs() < from {
        return Finding::problem(NAME, "It is not good yet.", "Is the clock right?");
    }
    if left == 0 {
        let ago = days((now.as_secs() - until) / DAY);
        return Finding::problem(NAME, format!("It ended {ago} ago."), RENEW);
    }
    if !name.is_empty() && !certificate.is_for(name) {
        return Finding::problem(
            NAME,
            format!("It is not for {name}, the name clients are told."),
            "Get one for that name, or set ice.external_host [TURN_EXTERNAL_IP] to its name.",
        );
    }
    let says = format!("It is good for {}.", days(left / DAY));
    if left < SOON {
        return Finding::warning(NAME, says, RENEW);
    }
    if name.is_empty() {
        return Finding::warning(
            NAME,
            format!("{says} Whether it is for the name clients use is not known."),
            "Set ice.external_host [TURN_EXTERNAL_IP] to the name in the certificate.",
        );
    }
    Finding::ok(NAME, says)
}

/// Whether this machine believes it, if the server runs.
async fn is_believed(config: &Config) -> Option<Finding> {
    let address = ice::Here::of(config).ok()?.tls?;
    let endpoint = Endpoint::tls(address, &config.ice.external_host, Trust::System);
    match TurnClient::connect(&endpoint, None).await {
        Err(ClientError::Insecure(_, error)) => Some(Finding::warning(
            NAME,
            format!("This machine does not believe it: {}.", plain(&error.to_string())),
            "Browsers may not either. Put the certificates that vouch for it into the same file, \
             behind it.",
        )),
        _ => None,
    }
}

/// The reason most often met, in words for people.
fn plain(error: &str) -> &str {
    match error.contains("UnknownIssuer") {
        true => "nobody it trusts vouches for it",
        false => error,
    }
}

fn days(count: u64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For turn.example, from 1 January 2026 to 1 January 2036. Its key is lost.
    const PEM: &str = include_str!("certificate/turn.example.pem");

    const UNTIL: u64 = 2_082_758_400;

    fn check(name: &str, now: u64, verdict: Verdict, says: &str) {
        let certificate = Certificate::read(PEM.as_bytes()).expect("a certificate");
        let finding = judge(&certificate, name, Duration::from_secs(now));
        assert_eq!((finding.verdict, finding.says.as_str()), (verdict, says));
    }

    #[test]
    fn it_must_be_good_now_and_for_the_right_name() {
        use Verdict::{Ok, Problem, Warning};
        check("turn.example", UNTIL - 30 * DAY, Ok, "It is good for 30 days.");
        check("turn.example", UNTIL - 3 * DAY, Warning, "It is good for 3 days.");
        check("turn.example", UNTIL - DAY, Warning, "It is good for 1 day.");
        check("turn.example", UNTIL + 2 * DAY, Problem, "It ended 2 days ago.");
        check("turn.example", 1_700_000_000, Problem, "It is not good yet.");
        let other = "It is not for a.example, the name clients are told.";
        check("a.example", UNTIL - 30 * DAY, Problem, other);
        let unknown =
            "It is good for 30 days. Whether it is for the name clients use is not known.";
        check("", UNTIL - 30 * DAY, Warning, unknown);
    }
}
