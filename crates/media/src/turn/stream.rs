//! Clients that send frames in a stream, plain or encrypted (RFC 8656 section
//! 2.1, RFC 8489 section 6.2.2).

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::certificate::Certificate;
use super::counters::Transport;
use super::datagrams::Outbox;
use super::desk::Origin;
use super::exchange::Exchange;
use super::line::{CHANNEL_HEADER, Line, Outlet};
use super::table::{FiveTuple, source_of};

/// How long a TLS handshake may take, and the first frame to begin.
const BEGINNING: Duration = Duration::from_secs(10);
/// How long the rest of a frame may take to come.
const FRAME: Duration = Duration::from_secs(10);
/// How long somebody who has said something, but has no allocation, may be silent.
const IDLE: Duration = Duration::from_secs(30);
/// How long a client may leave what was written unread.
const WRITE: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more sockets.
const RETRY: Duration = Duration::from_millis(100);

/// The header of a STUN message; its length follows its type.
const STUN_HEADER: usize = 20;

/// Connections by the address they come from.
#[derive(Default)]
pub(super) struct Connections(Mutex<HashMap<IpAddr, usize>>);

impl Connections {
    /// Counts one more, if there is room for it.
    fn enter(self: &Arc<Self>, client: SocketAddr, most: usize) -> Option<Connected> {
        let source = source_of(client);
        let mut all = self.0.lock();
        let count = all.entry(source).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Connected { all: self.clone(), source })
    }
}

/// One of [`Connections`], as long as it lives.
struct Connected {
    all: Arc<Connections>,
    source: IpAddr,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        let count = all.entry(self.source).or_default();
        *count = count.saturating_sub(1);
        if *count == 0 {
            all.remove(&self.source);
        }
    }
}

/// Takes connections for ever; with a certificate, they are encrypted.
pub(super) async fn serve(
    exchange: Arc<Exchange>,
    listener: Arc<TcpListener>,
    certificate: Option<Arc<Certificate>>,
    connections: Arc<Connections>,
) {
    let limits = exchange.relaying.as_ref().map(|it| *it.table.limits());
    let most = limits.map_or(0, |it| it.connections_per_address);
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(it) => it,
            Err(error) => {
                tracing::warn!(%error, "A connection to TURN could not be taken");
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        let Some(connected) = connections.enter(client, most) else { continue };
        let talk = talk(exchange.clone(), stream, client, certificate.clone());
        let over = exchange.over.clone();
        exchange.tasks.spawn(async move {
            if let Some(Err(error)) = over.run_until_cancelled(talk).await {
                tracing::debug!(%error, "A connection to TURN has ended");
            }
            drop(connected);
        });
    }
}

/// One connection from its beginning to its end.
async fn talk(
    exchange: Arc<Exchange>,
    stream: TcpStream,
    client: SocketAddr,
    certificate: Option<Arc<Certificate>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let local = Some(stream.local_addr()?.ip().to_canonical());
    let client = SocketAddr::new(client.ip().to_canonical(), client.port());
    let transport = if certificate.is_some() { Transport::Tls } else { Transport::Tcp };
    let conversation = Conversation::new(exchange, FiveTuple { transport, client, local });
    match certificate {
        None => conversation.hold(stream).await,
        Some(certificate) => {
            let acceptor = certificate.acceptor();
            let stream = timeout(BEGINNING, acceptor.accept(stream)).await??;
            conversation.hold(stream).await
        }
    }
}

/// What is said over one connection.
struct Conversation {
    exchange: Arc<Exchange>,
    tuple: FiveTuple,
    outlet: Arc<Outlet>,
}

impl Conversation {
    fn new(exchange: Arc<Exchange>, tuple: FiveTuple) -> Self {
        exchange.meters.connections.add(1);
        Self { exchange, tuple, outlet: Arc::default() }
    }

    async fn hold(self, stream: impl AsyncRead + AsyncWrite) -> io::Result<()> {
        let (reader, writer) = tokio::io::split(stream);
        let (mut reader, mut writer) = (Box::pin(reader), Box::pin(writer));
        let encrypted = self.tuple.transport == Transport::Tls;
        tokio::select! {
            outcome = self.read(&mut reader) => outcome,
            outcome = write(&self.outlet, &mut writer, encrypted) => outcome,
        }
    }

    async fn read(&self, reader: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        let line = Line::Stream(self.outlet.clone());
        let (mut frame, mut patience) = (Vec::new(), BEGINNING);
        while self.read_frame(reader, &mut frame, patience).await? {
            patience = IDLE;
            let origin = Origin { tuple: self.tuple, line: &line };
            let now = Instant::now();
            let lost = Outbox::with(|outbox| self.exchange.hear(&frame, &origin, now, outbox));
            self.exchange.meters.without_room.add(lost);
        }
        Ok(())
    }

    /// Reads one frame; `false` at the end of the stream.
    async fn read_frame(
        &self,
        reader: &mut (impl AsyncRead + Unpin),
        frame: &mut Vec<u8>,
        patience: Duration,
    ) -> io::Result<bool> {
        frame.clear();
        frame.resize(CHANNEL_HEADER, 0);
        if !self.read_beginning(reader, &mut frame[..1], patience).await? {
            return Ok(false);
        }
        let rest = async {
            reader.read_exact(&mut frame[1..]).await?;
            let (length, padding) = length_of(frame).ok_or(io::ErrorKind::InvalidData)?;
            frame.resize(length + padding, 0);
            reader.read_exact(&mut frame[CHANNEL_HEADER..]).await?;
            frame.truncate(length);
            Ok(true)
        };
        timeout(FRAME, rest).await?
    }

    /// Waits for the first byte: for as long as it takes from who relays here.
    async fn read_beginning(
        &self,
        reader: &mut (impl AsyncRead + Unpin),
        first: &mut [u8],
        patience: Duration,
    ) -> io::Result<bool> {
        loop {
            match timeout(patience, reader.read(first)).await {
                Ok(count) => return Ok(count? > 0),
                Err(_) if self.relays() => {}
                Err(elapsed) => return Err(elapsed.into()),
            }
        }
    }

    fn relays(&self) -> bool {
        let relaying = self.exchange.relaying.as_ref();
        relaying.is_some_and(|it| it.table.find(&self.tuple).is_some())
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.exchange.hang_up(&self.tuple);
        self.exchange.meters.connections.subtract(1);
    }
}

/// Writes what waits, for ever. Encrypted, each frame is a record by itself: there
/// are clients that take one frame of a record and wait for the next record.
async fn write(
    outlet: &Outlet,
    writer: &mut (impl AsyncWrite + Unpin),
    encrypted: bool,
) -> io::Result<()> {
    let mut taken = Vec::new();
    loop {
        outlet.take(&mut taken).await;
        let written = async {
            let mut rest = &taken[..];
            while !rest.is_empty() {
                let length = if encrypted { padded_length_of(rest) } else { rest.len() };
                let (frame, after) = rest.split_at(length);
                writer.write_all(frame).await?;
                rest = after;
            }
            writer.flush().await
        };
        timeout(WRITE, written).await??;
    }
}

fn padded_length_of(frames: &[u8]) -> usize {
    let (length, padding) = length_of(frames).expect("we made these frames ourselves");
    length + padding
}

/// The length of the frame that begins like this, and of the padding behind it;
/// `None` if it is none.
fn length_of(beginning: &[u8]) -> Option<(usize, usize)> {
    let &[first, _, l0, l1, ..] = beginning else { return None };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    match first {
        0x00..=0x3F if length.is_multiple_of(4) => Some((STUN_HEADER + length, 0)),
        0x40..=0x7F => {
            let length = CHANNEL_HEADER + length;
            Some((length, length.next_multiple_of(4) - length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_and_measured() {
        let length = |beginning: [u8; 4]| length_of(&beginning);
        assert_eq!(length([0x00, 0x03, 0, 8]), Some((28, 0)));
        assert_eq!(length([0x40, 0, 0, 0]), Some((4, 0)));
        assert_eq!(length([0x4F, 0xFF, 0, 5]), Some((9, 3)));
        assert_eq!(length([0x7F, 0xFF, 0xFF, 0xFF]), Some((65_539, 1)));
        for none in [[0x00, 0x03, 0, 7], [0x80, 0, 0, 4], [b'G' | 0x80, b'E', b'T', b' ']] {
            assert_eq!(length(none), None);
        }
    }

    #[test]
    fn each_address_has_so_many_connections() {
        let all = Arc::<Connections>::default();
        let enter = |from: &str| all.enter(from.parse().expect("an address"), 2);
        let (one, _two) = (enter("192.0.2.1:1"), enter("192.0.2.1:2"));
        assert!(one.is_some() && enter("192.0.2.1:3").is_none());
        assert!(enter("192.0.2.2:3").is_some(), "another address");
        drop(one);
        assert!(enter("192.0.2.1:3").is_some(), "there is room again");
        assert_eq!(all.0.lock().len(), 1, "who is gone is forgotten");
    }
}
