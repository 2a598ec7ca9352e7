//! The sockets of a relay, from binding to release.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, available_parallelism};
use std::time::Instant;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::mpsc;

use super::access::{Access, Holder};
use super::certificate::Certificate;
use super::counters::Counters;
use super::datagrams::{self, Datagrams};
use super::exchange::{Exchange, Relaying, TIDY};
use super::settings::{Relay, Settings, Tls};
use super::stream::{self, Connections};
use super::udp;

/// Threads that relay, at most. Each has sockets of its own on the same ports, and
/// a client stays with the thread that heard it first: a packet goes through
/// without waking anybody else.
const MOST_THREADS: usize = 8;

/// How many TCP connections may wait to be taken.
const BACKLOG: i32 = 1024;

/// How often a free port is looked for that is free over UDP and over TCP.
const TRIES: usize = 16;

/// Why a relay could not be started.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// A UDP port was not to be had.
    #[error("STUN and TURN cannot listen on UDP {0}")]
    Udp(SocketAddr, #[source] io::Error),
    /// A TCP port was not to be had.
    #[error("TURN cannot listen on TCP {0}")]
    Tcp(SocketAddr, #[source] io::Error),
    /// The certificate or its key cannot be used.
    #[error("TURN over TLS has no certificate it can use: {0}")]
    Certificate(String),
    /// A relayed address is not one of this machine's.
    #[error("Nothing can be relayed from {0}")]
    Relay(IpAddr, #[source] io::Error),
}

/// Bound sockets, not yet answering.
pub struct TurnServer {
    exchange: Arc<Exchange>,
    certificate: Option<Arc<Certificate>>,
    addresses: Addresses,
    threads: Vec<Sockets>,
}

#[derive(Clone, Copy)]
struct Addresses {
    udp: SocketAddr,
    tcp: Option<SocketAddr>,
    tls: Option<SocketAddr>,
}

/// What one thread listens on.
struct Sockets {
    udp: Socket,
    tcp: Option<Socket>,
    tls: Option<Socket>,
}

impl TurnServer {
    /// Takes the addresses. `[::]` stands for IPv4 as well. Streams are only for
    /// those who relay, so STUN alone listens on UDP only.
    ///
    /// # Errors
    ///
    /// As a rule that a port is in use.
    pub fn bind(settings: Settings) -> Result<Self, BindError> {
        let Settings { listen, tls, relay, realm } = settings;
        relay.iter().try_for_each(check_addresses)?;
        let tls = tls.filter(|_| relay.is_some());
        let certificate = tls.as_ref().map(load).transpose()?;
        let (udp, tcp) = match relay {
            None => (free_udp(listen)?, None),
            Some(_) => free_port(listen).map(|it| (it, Some(it)))?,
        };
        let tls = tls.map(|it| free_tcp(it.listen)).transpose()?;
        let addresses = Addresses { udp, tcp, tls };
        let threads = match relay {
            None => 1,
            Some(_) => available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_THREADS),
        };
        let threads = (0..threads).map(|_| addresses.bind()).collect::<Result<_, _>>()?;
        let relaying = relay.map(Relaying::new);
        let exchange = Arc::new(Exchange::new(realm, relaying, Instant::now()));
        Ok(Self { exchange, certificate, addresses, threads })
    }

    /// Where STUN and TURN are answered over UDP.
    pub fn udp(&self) -> SocketAddr {
        self.addresses.udp
    }

    /// Where TURN is answered over TCP; `None` if only STUN is.
    pub fn tcp(&self) -> Option<SocketAddr> {
        self.addresses.tcp
    }

    /// Where TURN is answered over TLS, if it is.
    pub fn tls(&self) -> Option<SocketAddr> {
        self.addresses.tls
    }

    /// What others steer it with.
    pub fn handle(&self) -> TurnHandle {
        TurnHandle { exchange: self.exchange.clone() }
    }

    /// Answers until `shutdown` completes, in threads of its own; when this
    /// returns, everything is released.
    pub async fn run(self, access: Arc<dyn Access>, shutdown: impl Future<Output = ()>) {
        let Self { exchange, certificate, threads, .. } = self;
        exchange.open(access);
        let connections = Arc::<Connections>::default();
        let (ended, mut all_ended) = mpsc::channel::<()>(1);
        for sockets in threads {
            let post = Post {
                exchange: exchange.clone(),
                certificate: certificate.clone(),
                connections: connections.clone(),
                _ended: ended.clone(),
            };
            if let Err(error) = post.begin(sockets) {
                tracing::error!(%error, "A thread that should relay could not begin");
            }
        }
        drop(ended);
        shutdown.await;
        exchange.close().await;
        // Nobody sends: this ends with the last thread.
        all_ended.recv().await;
    }
}

/// What one thread does.
struct Post {
    exchange: Arc<Exchange>,
    certificate: Option<Arc<Certificate>>,
    connections: Arc<Connections>,
    /// Dropped when it is done.
    _ended: mpsc::Sender<()>,
}

impl Post {
    fn begin(self, sockets: Sockets) -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("turn".into()).spawn(move || {
            if let Err(error) = runtime.block_on(self.serve(sockets)) {
                tracing::error!(%error, "A thread that should relay could not go on");
            }
        })?;
        Ok(())
    }

    async fn serve(&self, sockets: Sockets) -> io::Result<()> {
        let Self { exchange, certificate, connections, .. } = self;
        let Sockets { udp, tcp, tls } = sockets;
        let udp = Arc::new(Datagrams::on(udp)?);
        keep(exchange, move |it| udp::serve(it, udp.clone()));
        for (socket, certificate) in [(tcp, &None), (tls, certificate)] {
            let Some(socket) = socket else { continue };
            let listener = Arc::new(TcpListener::from_std(socket.into())?);
            let (certificate, connections) = (certificate.clone(), connections.clone());
            keep(exchange, move |it| {
                stream::serve(it, listener.clone(), certificate.clone(), connections.clone())
            });
        }
        keep(exchange, tidy);
        exchange.over.cancelled().await;
        exchange.tasks.wait().await;
        Ok(())
    }
}

/// Does something for ever in this thread. A packet that makes us panic must not
/// silence us.
fn keep<F: Future<Output = ()> + Send + 'static>(
    exchange: &Arc<Exchange>,
    work: impl Fn(Arc<Exchange>) -> F + Send + 'static,
) {
    let kept = exchange.clone();
    exchange.tasks.spawn(async move {
        loop {
            let over = kept.over.clone();
            let attempt = over.run_until_cancelled_owned(work(kept.clone()));
            if tokio::spawn(attempt).await.is_ok() {
                return;
            }
            tracing::error!("Something has failed in the relay; it goes on");
        }
    });
}

async fn tidy(exchange: Arc<Exchange>) {
    let mut ticks = tokio::time::interval(TIDY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        exchange.tidy(Instant::now());
    }
}

/// Steers and watches a running relay.
#[derive(Clone)]
pub struct TurnHandle {
    exchange: Arc<Exchange>,
}

impl TurnHandle {
    /// Something has changed for these people: allocations they may not keep are
    /// released, and permissions they would not get now are withdrawn, at once.
    pub fn review(&self, holders: &[Holder]) {
        self.exchange.review(holders);
    }

    /// How it does.
    pub fn counters(&self) -> Counters {
        self.exchange.counters()
    }
}

fn check_addresses(relay: &Relay) -> Result<(), BindError> {
    for address in &relay.addresses {
        let tried = UdpSocket::bind((address.local, 0));
        tried.map_err(|error| BindError::Relay(address.local, error))?;
    }
    Ok(())
}

impl Addresses {
    /// Sockets for one thread.
    fn bind(&self) -> Result<Sockets, BindError> {
        let Self { udp, tcp, tls } = *self;
        let stream = |it: SocketAddr| bind_tcp(it, true).map_err(|error| BindError::Tcp(it, error));
        Ok(Sockets {
            udp: datagrams::bind(udp, true).map_err(|error| BindError::Udp(udp, error))?,
            tcp: tcp.map(stream).transpose()?,
            tls: tls.map(stream).transpose()?,
        })
    }
}

/// One port for both; where any will do, one that is free for both.
fn free_port(listen: SocketAddr) -> Result<SocketAddr, BindError> {
    let mut tries = 1..=TRIES;
    loop {
        let outcome = free_udp(listen).and_then(free_tcp);
        if outcome.is_ok() || listen.port() != 0 || tries.next().is_none() {
            return outcome;
        }
    }
}

/// Sockets that share a port would share it with another process of ours, too. So
/// first it is taken alone.
fn free_udp(listen: SocketAddr) -> Result<SocketAddr, BindError> {
    let alone = datagrams::bind(listen, false).and_then(|it| it.local_addr());
    let alone = alone.map_err(|error| BindError::Udp(listen, error))?;
    Ok(alone.as_socket().expect("it is an internet address"))
}

/// See [`free_udp`].
fn free_tcp(listen: SocketAddr) -> Result<SocketAddr, BindError> {
    let alone = bind_tcp(listen, false).and_then(|it| it.local_addr());
    let alone = alone.map_err(|error| BindError::Tcp(listen, error))?;
    Ok(alone.as_socket().expect("it is an internet address"))
}

fn bind_tcp(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    // Connections of the process before may still be waiting for their end.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

fn load(tls: &Tls) -> Result<Arc<Certificate>, BindError> {
    let Tls { certificate, key, .. } = tls.clone();
    Certificate::load(certificate, key).map(Arc::new).map_err(BindError::Certificate)
}

#[cfg(test)]
mod tests;
