//! A relay to talk to, a house that lets a test decide, and short words for both.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use housecall_media::client::{
    Allocate, Allocation, ClientError, Data, Endpoint, Trust, TurnClient,
};
use housecall_media::turn::{
    Access, Account, Counters, Credential, Holder, Limits, Network, Relay, RelayAddress, Settings,
    SharedSecret, Tls, Transport, TurnHandle, TurnServer,
};
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::net::UdpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How long something may take on a machine that is very busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is waited for, where something would come at once.
pub(crate) const QUIET: Duration = Duration::from_millis(100);

pub(crate) const REALM: &str = "house";

const SECRET: &str = "north";

/// A house with one rule for everybody, and exceptions.
pub(crate) struct Rules {
    secret: SharedSecret,
    gone: Mutex<HashSet<String>>,
    hidden: Mutex<HashSet<(String, IpAddr)>>,
    strangers: Mutex<HashSet<(String, String)>>,
    leaving: Mutex<HashSet<String>>,
}

impl Rules {
    /// Somebody will be gone as soon as they have been asked who they are.
    pub(crate) fn send_away_after_a_word(&self, user: &str) {
        self.leaving.lock().insert(user.to_owned());
    }

    /// Somebody may not stay.
    pub(crate) fn send_away(&self, user: &str) {
        self.gone.lock().insert(user.to_owned());
    }

    /// Somebody may not reach an address.
    pub(crate) fn hide(&self, user: &str, peer: IpAddr) {
        self.hidden.lock().insert((user.to_owned(), peer));
    }

    /// Two may not reach each other's relayed addresses.
    pub(crate) fn part(&self, one: &str, other: &str) {
        let mut strangers = self.strangers.lock();
        strangers.insert((one.to_owned(), other.to_owned()));
        strangers.insert((other.to_owned(), one.to_owned()));
    }
}

impl Access for Rules {
    fn account(&self, username: &str) -> Option<Account> {
        let (expiry, user) = SharedSecret::read(username)?;
        let may = expiry > now() && !self.gone.lock().contains(user);
        let password = self.secret.password(username);
        if self.leaving.lock().contains(user) {
            self.send_away(user);
        }
        may.then(|| Account { holder: Holder(user.into()), password })
    }

    fn may_stay(&self, holder: &Holder) -> bool {
        !self.gone.lock().contains(&*holder.0)
    }

    fn may_reach(&self, holder: &Holder, peer: IpAddr) -> bool {
        !self.hidden.lock().contains(&(holder.0.to_string(), peer))
    }

    fn may_meet(&self, one: &Holder, other: &Holder) -> bool {
        !self.strangers.lock().contains(&(one.0.to_string(), other.0.to_string()))
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs()
}

/// A credential that is good for an hour.
pub(crate) fn credential(user: &str) -> Credential {
    SharedSecret::new(SECRET).sign(user, now() + 3600)
}

/// One that was good until a minute ago.
pub(crate) fn expired(user: &str) -> Credential {
    SharedSecret::new(SECRET).sign(user, now() - 60)
}

/// The settings of most tests: loopback may be relayed to.
pub(crate) fn settings() -> Settings {
    Settings {
        listen: SocketAddr::new(LOCALHOST, 0),
        tls: None,
        relay: Some(Relay {
            addresses: vec![RelayAddress::plain(LOCALHOST)],
            ports: 49_152..=65_535,
            allowed_peers: networks(&["127.0.0.0/8", "::1"]),
            limits: Limits::default(),
        }),
        realm: REALM.to_owned(),
    }
}

/// The settings with another relay.
pub(crate) fn with(change: impl FnOnce(&mut Relay)) -> Settings {
    let mut settings = settings();
    change(settings.relay.as_mut().expect("these settings relay"));
    settings
}

/// On `::1`, relaying from both families.
pub(crate) fn both_families() -> Settings {
    let mut settings = with(|relay| {
        relay.addresses = ["127.0.0.1", "::1"].map(|it| RelayAddress::plain(ip(it))).to_vec();
    });
    settings.listen = address("[::1]:0");
    settings
}

pub(crate) fn networks(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|it| it.parse().expect("a network")).collect()
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// A relay that runs.
pub(crate) struct House {
    pub(crate) udp: SocketAddr,
    pub(crate) tcp: SocketAddr,
    pub(crate) tls: Option<SocketAddr>,
    pub(crate) handle: TurnHandle,
    pub(crate) rules: Arc<Rules>,
    certificate: String,
    _files: TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl House {
    pub(crate) fn open() -> Self {
        Self::with(settings())
    }

    /// One that is also reached over TLS, by the name `localhost`.
    pub(crate) fn with_tls() -> Self {
        let files = tempfile::tempdir().expect("a temporary folder");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
        let made = made.expect("a certificate");
        let pem = made.cert.pem();
        let tls = Tls {
            listen: SocketAddr::new(LOCALHOST, 0),
            certificate: file(&files, "certificate.pem", &pem),
            key: file(&files, "key.pem", &made.signing_key.serialize_pem()),
        };
        Self::start(Settings { tls: Some(tls), ..settings() }, files, pem)
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let files = tempfile::tempdir().expect("a temporary folder");
        Self::start(settings, files, String::new())
    }

    fn start(settings: Settings, files: TempDir, certificate: String) -> Self {
        let server = TurnServer::bind(settings).expect("its addresses are free");
        let rules = Arc::new(Rules {
            secret: SharedSecret::new(SECRET),
            gone: Mutex::default(),
            hidden: Mutex::default(),
            strangers: Mutex::default(),
            leaving: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        Self {
            udp: server.udp(),
            tcp: server.tcp().expect("it relays, so it listens on TCP"),
            tls: server.tls(),
            handle: server.handle(),
            task: tokio::spawn(server.run(rules.clone(), async {
                let _ = stopped.await;
            })),
            rules,
            certificate,
            _files: files,
            stop,
        }
    }

    pub(crate) fn endpoint(&self, transport: Transport) -> Endpoint {
        match transport {
            Transport::Udp => Endpoint::new(transport, self.udp),
            Transport::Tcp => Endpoint::new(transport, self.tcp),
            Transport::Tls => {
                let tls = self.tls.expect("this house has a certificate");
                Endpoint::tls(tls, "localhost", Trust::Only(self.certificate.clone()))
            }
        }
    }

    /// Somebody with a good credential, over UDP.
    pub(crate) async fn client(&self, user: &str) -> TurnClient {
        self.client_over(Transport::Udp, user).await
    }

    pub(crate) async fn client_over(&self, transport: Transport, user: &str) -> TurnClient {
        connect(&self.endpoint(transport), Some(credential(user))).await
    }

    /// Somebody with a good credential who comes from another address of this
    /// machine.
    pub(crate) async fn client_from(&self, from: &str, user: &str) -> TurnClient {
        let endpoint = Endpoint { from: Some(ip(from)), ..self.endpoint(Transport::Udp) };
        connect(&endpoint, Some(credential(user))).await
    }

    /// Somebody who has an allocation.
    pub(crate) async fn guest(&self, user: &str) -> (TurnClient, Allocation) {
        let mut client = self.client(user).await;
        let allocation = client.allocate(&Allocate::default()).await.expect("an allocation");
        (client, allocation)
    }

    pub(crate) fn counters(&self) -> Counters {
        self.handle.counters()
    }

    /// How many allocations there are now.
    pub(crate) fn allocations(&self) -> u64 {
        self.counters().allocations.iter().sum()
    }

    pub(crate) fn review(&self, user: &str) {
        self.handle.review(&[Holder(user.into())]);
    }

    pub(crate) async fn close(self) {
        self.stop.send(()).expect("it runs until it is told to stop");
        timeout(PATIENCE, self.task).await.expect("it stops").expect("it has not panicked");
    }
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a temporary file");
    path
}

pub(crate) async fn connect(endpoint: &Endpoint, credential: Option<Credential>) -> TurnClient {
    TurnClient::connect(endpoint, credential).await.expect("somebody listens")
}

/// `granted`, or the error code.
pub(crate) fn said<T>(result: Result<T, ClientError>) -> String {
    match result {
        Ok(_) => "granted".to_owned(),
        Err(ClientError::Refused { code, .. }) => code.to_string(),
        Err(other) => panic!("neither granted nor refused: {other}"),
    }
}

/// A peer somewhere on this machine.
pub(crate) async fn peer(address: &str) -> UdpSocket {
    UdpSocket::bind(address).await.expect("a free port")
}

pub(crate) fn at(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("a bound socket")
}

/// What a peer hears next, and from where.
pub(crate) async fn heard(peer: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 65_536];
    let (length, source) =
        timeout(PATIENCE, peer.recv_from(&mut bytes)).await.expect("it comes").expect("loopback");
    bytes.truncate(length);
    (bytes, source)
}

/// What a client is sent next.
pub(crate) async fn received(client: &mut TurnClient) -> Data {
    timeout(PATIENCE, client.receive()).await.expect("it comes").expect("the connection stands")
}

pub(crate) async fn peer_hears_nothing(peer: &UdpSocket) {
    let mut bytes = [0; 64];
    let heard = timeout(QUIET, peer.recv_from(&mut bytes)).await;
    assert!(heard.is_err(), "nothing was to come, but {heard:?} did");
}

pub(crate) async fn client_hears_nothing(client: &mut TurnClient) {
    let received = timeout(QUIET, client.receive()).await;
    assert!(received.is_err(), "nothing was to come, but {received:?} did");
}

/// Waits until something is so; each look is a turn of the runtime.
pub(crate) async fn becomes(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(2));
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} does not become so");
        ticks.tick().await;
    }
    begun.elapsed()
}

/// So many ports in a row that are free now, for relays that are to run out.
/// They lie below those the system gives out by itself.
pub(crate) fn free_ports(count: u16) -> std::ops::RangeInclusive<u16> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let start = std::process::id() % 500 * 20;
    loop {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        let offset = (u64::from(start) + turn * 20) % 10_000;
        let first = 20_000 + u16::try_from(offset).expect("it is below 10,000");
        let ports = first..=first + count - 1;
        if ports.clone().all(|port| std::net::UdpSocket::bind((LOCALHOST, port)).is_ok()) {
            return ports;
        }
    }
}
