//! Trying a server out.

use std::time::{Duration, Instant};

use housecall_media::{
    client::{Allocate, ClientError, Data, Endpoint, TurnClient},
    turn::{Credential, Transport},
};
use tokio::time::timeout;

use super::super::finding::Finding;

/// How often a packet is sent that may be lost.
const TRIES: u32 = 3;
/// How long one packet may be under way.
const UNDER_WAY: Duration = Duration::from_secs(1);

const PACKET: &[u8] = b"housecall doctor";

/// How far relaying got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connecting,
    Allocating,
    Permitting,
    Relaying,
}

/// Asks for the own address.
pub(super) async fn binding(name: &str, endpoint: &Endpoint) -> Finding {
    let asking = async {
        let mut client =
            TurnClient::connect(endpoint, None).await.map_err(|it| (Step::Connecting, it))?;
        // The first one also waits for this program's random numbers.
        client.binding().await.map_err(|it| (Step::Allocating, it))?;
        let begun = Instant::now();
        client.binding().await.map_err(|it| (Step::Allocating, it))?;
        Ok(begun.elapsed())
    };
    match asking.await {
        Ok(time) => Finding::ok(name, format!("{} answers in {}.", at(endpoint), shown(time))),
        Err((step, error)) => failed(name, endpoint, step, &error),
    }
}

/// Relays a packet from one address to another and back.
pub(super) async fn relaying(name: &str, endpoint: &Endpoint, credential: &Credential) -> Finding {
    match relay(endpoint, credential).await {
        Ok(time) => Finding::ok(
            name,
            format!("{} relays; a packet is there and back in {}.", at(endpoint), shown(time)),
        ),
        Err((step, error)) => failed(name, endpoint, step, &error),
    }
}

async fn relay(
    endpoint: &Endpoint,
    credential: &Credential,
) -> Result<Duration, (Step, ClientError)> {
    let mut one = connect(endpoint, credential).await?;
    let mut other = connect(endpoint, credential).await?;
    let wanted = Allocate::default();
    let allocating = |it| (Step::Allocating, it);
    let of_one = one.allocate(&wanted).await.map_err(allocating)?.address();
    let of_other = other.allocate(&wanted).await.map_err(allocating)?.address();
    let permitting = |it| (Step::Permitting, it);
    one.create_permission(&[of_other]).await.map_err(permitting)?;
    other.create_permission(&[of_one]).await.map_err(permitting)?;
    let begun = Instant::now();
    let exchanged = async {
        arrive(&mut one, &mut other, of_other).await?;
        arrive(&mut other, &mut one, of_one).await
    };
    exchanged.await.map_err(|it| (Step::Relaying, it))?;
    let time = begun.elapsed();
    for client in [&mut one, &mut other] {
        // It ends by itself, too.
        let _ = client.refresh(Some(Duration::ZERO)).await;
    }
    Ok(time)
}

async fn connect(
    endpoint: &Endpoint,
    credential: &Credential,
) -> Result<TurnClient, (Step, ClientError)> {
    let client = TurnClient::connect(endpoint, Some(credential.clone())).await;
    client.map_err(|it| (Step::Connecting, it))
}

/// Sends a packet until it is received.
async fn arrive(
    from: &mut TurnClient,
    to: &mut TurnClient,
    address: std::net::SocketAddr,
) -> Result<(), ClientError> {
    for _ in 0..TRIES {
        from.send(address, PACKET).await?;
        if let Ok(received) = timeout(UNDER_WAY, to.receive()).await {
            let Data { .. } = received?;
            return Ok(());
        }
    }
    Err(ClientError::Silence(UNDER_WAY * TRIES))
}

fn at(endpoint: &Endpoint) -> String {
    let protocol = match endpoint.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
    };
    format!("{protocol} {}", endpoint.address)
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn failed(name: &str, endpoint: &Endpoint, step: Step, error: &ClientError) -> Finding {
    let at = at(endpoint);
    let says = match step {
        Step::Connecting | Step::Allocating => format!("{at} is of no use: {error}."),
        Step::Permitting => format!("{at} does not permit its own relayed addresses: {error}."),
        Step::Relaying => format!("{at} gives out addresses but relays nothing: {error}."),
    };
    match step {
        Step::Permitting => Finding::warning(name, says, advice(step, error)),
        _ => Finding::problem(name, says, advice(step, error)),
    }
}

fn advice(step: Step, error: &ClientError) -> &'static str {
    match (step, error) {
        (Step::Relaying, _) => {
            "Let its ports for relayed packets through the firewall of that machine \
             (ice.min_port to ice.max_port), and check the address it tells peers."
        }
        (Step::Permitting, _) => {
            "Two people who both need the relay cannot reach each other through it: allow its own \
             address as a peer."
        }
        (_, ClientError::Refused { code: 401, .. }) => {
            "It does not take our credentials: the secret (TURN_SECRET), or username and password, \
             must be the same there and here, and both clocks right."
        }
        (_, ClientError::Refused { code: 486 | 508, .. }) => {
            "It is full: see how many allocations there are in /metrics, and raise \
             ice.allocations or the range of ports."
        }
        (_, ClientError::Refused { .. } | ClientError::Nonsense(_) | ClientError::TooLong(_)) => {
            "Is it a TURN server that browsers can use? See its log."
        }
        (_, ClientError::Insecure(..)) => {
            "See the log of the server, and whether certificate and key belong together."
        }
        (_, ClientError::Silence(_) | ClientError::Unreachable(..) | ClientError::Closed(_)) => {
            "See whether it runs and listens there, and whether a firewall keeps packets away."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Verdict;
    use super::*;

    fn endpoint(transport: Transport) -> Endpoint {
        Endpoint::new(transport, "192.0.2.1:3478".parse().expect("an address"))
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let refused = |code| ClientError::Refused { code, reason: String::new() };
        let check = |step, error: &ClientError, verdict, says: &str, word: &str| {
            let finding = failed("TURN udp", &endpoint(Transport::Udp), step, error);
            assert_eq!((finding.verdict, finding.says.as_str()), (verdict, says));
            let advice = finding.advice.expect("there is always something to do");
            assert!(advice.contains(word), "{advice}");
        };
        let silence = ClientError::Silence(Duration::from_secs(3));
        check(
            Step::Allocating,
            &silence,
            Verdict::Problem,
            "UDP 192.0.2.1:3478 is of no use: no answer within 3 seconds.",
            "firewall",
        );
        check(
            Step::Allocating,
            &refused(401),
            Verdict::Problem,
            "UDP 192.0.2.1:3478 is of no use: refused with 401.",
            "TURN_SECRET",
        );
        check(
            Step::Allocating,
            &refused(508),
            Verdict::Problem,
            "UDP 192.0.2.1:3478 is of no use: refused with 508.",
            "full",
        );
        check(
            Step::Permitting,
            &refused(403),
            Verdict::Warning,
            "UDP 192.0.2.1:3478 does not permit its own relayed addresses: refused with 403.",
            "own address",
        );
        check(
            Step::Relaying,
            &silence,
            Verdict::Problem,
            "UDP 192.0.2.1:3478 gives out addresses but relays nothing: no answer within 3 seconds.",
            "ice.min_port",
        );
    }
}
