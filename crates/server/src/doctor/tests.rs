//! The doctor and a whole house.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::atomic::{AtomicU16, Ordering},
};

use tempfile::TempDir;

use super::{finding::Verdict, *};
use crate::{clock::WallClock, serve};

/// Settings of a house with free ports.
struct Place {
    folder: TempDir,
    pairs: HashMap<String, String>,
}

/// A port that is free over UDP and TCP, below those the system gives out itself.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 1_000 * 10).expect("it is small");
    let ports = std::iter::from_fn(|| {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        Some(10_000 + start.wrapping_add(turn) % 10_000)
    });
    let is_free = |port: &u16| {
        let address = (Ipv4Addr::LOCALHOST, *port);
        std::net::UdpSocket::bind(address).is_ok() && std::net::TcpListener::bind(address).is_ok()
    };
    ports.take(10_000).find(is_free).expect("a port is free")
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pairs = HashMap::from([
            ("HOUSECALL_DATA".to_owned(), folder.path().join("data").display().to_string()),
            ("PORT".to_owned(), free_port().to_string()),
            ("TURN_PORT".to_owned(), free_port().to_string()),
        ]);
        Self { folder, pairs }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.insert(name.to_owned(), value.to_owned());
        self
    }

    fn config(&self) -> Config {
        Config::load(None, &self.pairs).expect("good settings")
    }

    async fn open(&self) -> serve::Running {
        let settings = serve::Settings {
            config: self.config(),
            demo: false,
            clock: Box::new(WallClock),
            dialects: housecall_dialect::ALL.to_vec(),
        };
        serve::start(settings).await.expect("it starts")
    }
}

fn verdict(report: &Report, name: &str) -> Option<Verdict> {
    report.findings.iter().find(|it| it.name == name).map(|it| it.verdict)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_runs_is_well() {
    let place = Place::new();
    let running = place.open().await;
    let report = examine(Ok(place.config())).await;
    assert!(!report.has_problem(), "{report}");
    for name in ["server", "database", "STUN", "TURN udp", "TURN tcp", "clock", "data folder"] {
        assert_eq!(verdict(&report, name), Some(Verdict::Ok), "{name} in\n{report}");
    }
    assert_eq!(verdict(&report, "address"), Some(Verdict::Warning), "it is on loopback\n{report}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_does_not_run_is_left_alone() {
    let place = Place::new();
    let report = examine(Ok(place.config())).await;
    assert!(!report.has_problem(), "{report}");
    assert_eq!(verdict(&report, "server"), Some(Verdict::Warning), "{report}");
    assert_eq!(verdict(&report, "STUN"), None, "{report}");
    let left = std::fs::read_dir(place.folder.path()).expect("a folder").count();
    assert_eq!(left, 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_only_answers_stun_is_told_so() {
    let place = Place::new().with("HOUSECALL_ICE__RELAY", "false");
    let running = place.open().await;
    let report = examine(Ok(place.config())).await;
    assert!(!report.has_problem(), "{report}");
    assert_eq!(verdict(&report, "STUN"), Some(Verdict::Ok), "{report}");
    assert_eq!(verdict(&report, "TURN"), Some(Verdict::Warning), "{report}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_our_ports_is_found() {
    let place = Place::new();
    let port: u16 = place.pairs["TURN_PORT"].parse().expect("a port");
    let _taken = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("it is free");
    let report = examine(Ok(place.config())).await;
    assert!(report.has_problem());
    let udp = format!("port {port} udp");
    assert_eq!(verdict(&report, &udp), Some(Verdict::Problem), "{report}");
    let tcp = format!("port {port} tcp");
    assert_eq!(verdict(&report, &tcp), Some(Verdict::Ok), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_secret_than_the_servers_is_found() {
    let place = Place::new().with("TURN_SECRET", "the secret the server was started with");
    let running = place.open().await;
    let place = place.with("TURN_SECRET", "the secret somebody has set since then");
    let report = examine(Ok(place.config())).await;
    assert!(report.has_problem(), "{report}");
    let finding = report.findings.iter().find(|it| it.name == "TURN udp").expect("it was tried");
    assert!(finding.says.contains("refused with 401"), "{}", finding.says);
    assert_eq!(verdict(&report, "STUN"), Some(Verdict::Ok), "{report}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn external_servers_are_tried_too() {
    let first = Place::new().with("TURN_SECRET", "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E");
    let running = first.open().await;
    let port = first.pairs["TURN_PORT"].clone();
    let (stun, turn) = (format!("stun:127.0.0.1:{port}"), format!("turn:127.0.0.1:{port}"));
    let place = Place::new()
        .with("TURN_PORT", "0")
        .with("WEBRTC_STUN_SERVERS", &stun)
        .with("WEBRTC_TURN_SERVERS", &format!("{turn},turn:nowhere.invalid"))
        .with("TURN_SECRET", "q8Zr1TnVx5Lw7Jc3Hd9Sf2Gk6Pb4Ym0E");
    let report = examine(Ok(place.config())).await;
    assert_eq!(verdict(&report, &stun), Some(Verdict::Ok), "{report}");
    assert_eq!(verdict(&report, &turn), Some(Verdict::Ok), "{report}");
    assert_eq!(verdict(&report, "turn:nowhere.invalid"), Some(Verdict::Problem), "{report}");
    running.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_the_only_finding() {
    let environment = HashMap::from([("PORT".to_owned(), "many".to_owned())]);
    let report = examine(Config::load(None, &environment)).await;
    assert!(report.has_problem());
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].says.starts_with("PORT must be a whole number."), "{report}");
}
