//! STUN on a UDP socket.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::answer::answer;
use super::limit::RateLimit;

/// Longer than any Binding request there is; what is longer is cut by the
/// system, then does not match its own length, and is dropped.
const DATAGRAM: usize = 2048;
/// The longest answer: a refusal that names eight attributes.
const ANSWER: usize = 64;
/// How many datagrams are taken before other tasks get a turn.
const BATCH: usize = 64;

/// A bound socket, not yet answering.
///
/// Nothing is kept per client but its place in the [`RateLimit`], and nothing
/// is allocated per datagram.
#[derive(Debug)]
pub struct StunServer {
    socket: UdpSocket,
}

impl StunServer {
    /// Takes the address; `[::]` stands for IPv4 as well. On a machine with
    /// several addresses give the public one: an answer leaves from the address
    /// the system prefers, and a client expects it from the one it asked.
    ///
    /// # Errors
    ///
    /// What the system says, as a rule that the port is in use.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(!address.ip().is_unspecified())?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Self { socket: UdpSocket::from_std(socket.into())? })
    }

    /// Where it listens; tells the port when 0 was asked for.
    ///
    /// # Errors
    ///
    /// What the system says; no case is known for a bound socket.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Answers until `shutdown` completes.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        tokio::select! {
            () = shutdown => {}
            () = self.serve() => {}
        }
    }

    async fn serve(&self) {
        let mut desk = Desk {
            limit: RateLimit::new(Instant::now()),
            datagram: Box::new([0; DATAGRAM]),
            reply: Vec::with_capacity(ANSWER),
        };
        loop {
            if let Err(error) = self.socket.readable().await {
                tracing::error!(%error, "The STUN socket has failed and is given up");
                return;
            }
            desk.answer_batch(&self.socket);
            // Else a flood would keep this worker from every other task.
            tokio::task::yield_now().await;
        }
    }
}

/// What one socket's task works with, made once.
struct Desk {
    limit: RateLimit,
    datagram: Box<[u8; DATAGRAM]>,
    reply: Vec<u8>,
}

impl Desk {
    fn answer_batch(&mut self, socket: &UdpSocket) {
        for _ in 0..BATCH {
            match socket.try_recv_from(&mut self.datagram[..]) {
                Ok((length, source)) => self.answer_one(socket, length, source),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Some systems report here that an earlier answer found nobody.
                Err(error) => tracing::debug!(%error, "A datagram could not be received"),
            }
        }
    }

    fn answer_one(&mut self, socket: &UdpSocket, length: usize, source: SocketAddr) {
        let Some(reply) = answer(&self.datagram[..length], source, &mut self.reply) else { return };
        if self.limit.allows(source.ip(), Instant::now()) {
            // A lost answer is asked for again by the client; waiting for room in
            // the send queue would let one full network path stop all the others.
            let _ = socket.try_send_to(reply, source);
        }
    }
}
