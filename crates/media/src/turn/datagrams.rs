//! UDP sockets that take and send many datagrams with one call to the system,
//! which is most of what relaying costs.

use std::array;
use std::cell::RefCell;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// What the system may hand over at once: datagrams of one sender that came
/// together are received as one.
const RECEIVED: usize = 64 * 1024;

/// Longer datagrams are sent one by one: the system refuses to cut up what does
/// not fit the network, and then stops cutting for the whole socket.
const LONGEST_IN_TRAIN: usize = 1_400;
/// Bytes of one train at most, below the 64 KiB the system takes.
const TRAIN: usize = 60 * 1024;

/// What the system may keep for a socket while nobody reads it.
const SOCKET_BUFFER: usize = 4 * 1024 * 1024;

/// A datagram that has come in.
pub(super) struct Datagram<'a> {
    pub(super) bytes: &'a [u8],
    /// IPv4 addresses are such, whatever the socket.
    pub(super) source: SocketAddr,
    /// Where it was sent to, if this socket has several addresses: answers must
    /// come from there.
    pub(super) local: Option<IpAddr>,
}

/// A UDP socket.
pub(super) struct Datagrams {
    socket: UdpSocket,
    state: UdpSocketState,
    address: SocketAddr,
}

impl Datagrams {
    /// Takes the address for itself; `[::]` stands for IPv4 as well.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::on(bind(address, false)?)
    }

    /// Listens on a socket that is bound. It wakes the runtime this is called in.
    pub(super) fn on(socket: Socket) -> io::Result<Self> {
        // The system gives what it can; less is no failure.
        let _ = socket.set_recv_buffer_size(SOCKET_BUFFER);
        let _ = socket.set_send_buffer_size(SOCKET_BUFFER);
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let socket = UdpSocket::from_std(socket.into())?;
        let address = socket.local_addr()?;
        Ok(Self { socket, state, address })
    }

    /// Waits for datagrams, hands those that are there to `each`, and sends what
    /// it put into the outbox. Tells how many of those were lost. Where there may be
    /// more, all others in this thread have their turn first.
    pub(super) async fn receive(
        &self,
        mut each: impl FnMut(Datagram<'_>, &mut Outbox),
    ) -> io::Result<u64> {
        self.socket.readable().await?;
        let outcome = Bench::with(|bench| {
            let Bench { received, meta, outbox } = bench;
            let count = self.fill(received, meta)?;
            for (buffer, meta) in received.chunks_exact(RECEIVED).zip(&meta[..count]) {
                self.split(&buffer[..meta.len], meta).for_each(|it| each(it, outbox));
            }
            io::Result::Ok((count, outbox.flush()))
        });
        let is_drained = matches!(outcome, Ok((count, _)) if count < BATCH_SIZE);
        if !is_drained {
            tokio::task::yield_now().await;
        }
        outcome.map(|(_, lost)| lost)
    }

    /// How many buffers were filled.
    fn fill(&self, received: &mut [u8], meta: &mut [RecvMeta; BATCH_SIZE]) -> io::Result<usize> {
        let mut chunks = received.chunks_exact_mut(RECEIVED);
        let mut buffers: [IoSliceMut<'_>; BATCH_SIZE] =
            array::from_fn(|_| IoSliceMut::new(chunks.next().expect("there is one for each")));
        let mut count = 0;
        let outcome = self.socket.try_io(Interest::READABLE, || {
            count = self.state.recv(UdpSockRef::from(&self.socket), &mut buffers, meta)?;
            // Fewer than asked for means that no more are there: to be told of the
            // next, as if we had asked once more, saves asking.
            if count < BATCH_SIZE { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
        });
        match outcome {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(count),
        }
    }

    fn split<'a>(&self, bytes: &'a [u8], meta: &RecvMeta) -> impl Iterator<Item = Datagram<'a>> {
        let source = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
        let is_any = self.address.ip().is_unspecified();
        let local = meta.dst_ip.filter(|_| is_any).map(|it| it.to_canonical());
        // An empty datagram is one, too.
        let empty = bytes.is_empty().then_some(bytes);
        let all = bytes.chunks(meta.stride.max(1)).chain(empty);
        all.map(move |bytes| Datagram { bytes, source, local })
    }

    /// Sends datagrams of `size` bytes each, the last maybe shorter; whether they
    /// went out. What finds no room is lost, as on any link that is full: waiting
    /// for one path would stop all the others.
    fn send(&self, bytes: &[u8], size: usize, way: &Way) -> bool {
        let transmit = Transmit {
            destination: self.reachable(way.to),
            ecn: None,
            contents: bytes,
            segment_size: Some(size),
            src_ip: way.from,
        };
        let send = || self.state.try_send(UdpSockRef::from(&self.socket), &transmit);
        self.socket.try_io(Interest::WRITABLE, send).is_ok()
    }

    /// An IPv6 socket reaches IPv4 addresses in their mapped form.
    fn reachable(&self, to: SocketAddr) -> SocketAddr {
        match (self.address, to.ip()) {
            (SocketAddr::V6(_), IpAddr::V4(ip)) => {
                SocketAddr::new(ip.to_ipv6_mapped().into(), to.port())
            }
            _ => to,
        }
    }
}

/// Binds a socket. Those that share an address have the system spread senders over
/// them, each always to the same.
pub(super) fn bind(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.ip().is_unspecified())?;
    }
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// From where to where a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) to: SocketAddr,
    /// The address it has to come from, where the socket has several.
    pub(super) from: Option<IpAddr>,
}

/// What is to be sent when a batch has been dealt with. Datagrams of one size
/// that follow each other on one way go out together.
#[derive(Default)]
pub(super) struct Outbox {
    train: Option<Train>,
    bytes: Vec<u8>,
    lost: u64,
}

struct Train {
    socket: Arc<Datagrams>,
    way: Way,
    size: usize,
    count: usize,
    /// The last one was shorter, which ends a train.
    ended: bool,
}

impl Outbox {
    /// The datagram that consists of `header` and `payload` shall go out.
    pub(super) fn push(
        &mut self,
        socket: &Arc<Datagrams>,
        way: Way,
        header: &[u8],
        payload: &[u8],
    ) {
        let length = header.len() + payload.len();
        if !self.has_room_for(socket, &way, length) {
            self.send();
            let (socket, size) = (socket.clone(), length);
            self.train = Some(Train { socket, way, size, count: 0, ended: false });
        }
        let train = self.train.as_mut().expect("it was made");
        train.count += 1;
        train.ended = length < train.size;
        self.bytes.extend_from_slice(header);
        self.bytes.extend_from_slice(payload);
    }

    fn has_room_for(&self, socket: &Arc<Datagrams>, way: &Way, length: usize) -> bool {
        self.train.as_ref().is_some_and(|it| {
            !it.ended
                && length > 0
                && length <= it.size
                && it.size <= LONGEST_IN_TRAIN
                && it.count < it.socket.state.max_gso_segments()
                && self.bytes.len() + length <= TRAIN
                && it.way == *way
                && Arc::ptr_eq(&it.socket, socket)
        })
    }

    /// Sends what waits; how many were lost since the last time.
    pub(super) fn flush(&mut self) -> u64 {
        self.send();
        std::mem::take(&mut self.lost)
    }

    fn send(&mut self) {
        let Some(train) = self.train.take() else { return };
        if !train.socket.send(&self.bytes, train.size, &train.way) {
            self.lost += train.count as u64;
        }
        self.bytes.clear();
    }

    /// This thread's outbox, for who has something to send without having
    /// received a datagram; how many were lost.
    pub(super) fn with(work: impl FnOnce(&mut Outbox)) -> u64 {
        Bench::with(|bench| {
            work(&mut bench.outbox);
            bench.outbox.flush()
        })
    }
}

/// What a thread works with: as large as a batch can be, so not one for each
/// socket.
struct Bench {
    received: Box<[u8]>,
    meta: [RecvMeta; BATCH_SIZE],
    outbox: Outbox,
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench {
        received: vec![0; RECEIVED * BATCH_SIZE].into(),
        meta: [RecvMeta::default(); BATCH_SIZE],
        outbox: Outbox::default(),
    });
}

impl Bench {
    fn with<T>(work: impl FnOnce(&mut Bench) -> T) -> T {
        BENCH.with_borrow_mut(work)
    }
}
