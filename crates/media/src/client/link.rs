//! Frames over datagrams and over streams.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::endpoint::Endpoint;
use super::problem::ClientError;
use crate::turn::Transport;

/// The longest datagram there is.
const DATAGRAM: usize = 65_536;

/// The way to a server.
pub(super) enum Link {
    Datagrams { socket: Arc<UdpSocket>, buffer: Vec<u8> },
    Stream { local: SocketAddr, stream: Box<dyn Bytes>, buffer: Vec<u8> },
}

/// A stream, encrypted or not.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

impl Link {
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, ClientError> {
        match endpoint.transport {
            Transport::Udp => datagrams(endpoint).await,
            Transport::Tcp | Transport::Tls => {
                let open = timeout(endpoint.patience, stream(endpoint)).await;
                open.unwrap_or(Err(ClientError::Silence(endpoint.patience)))
            }
        }
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Datagrams { socket, .. } => socket.local_addr(),
            Self::Stream { local, .. } => Ok(*local),
        }
    }

    /// Whether what is sent arrives, if anything does.
    pub(super) fn is_reliable(&self) -> bool {
        matches!(self, Self::Stream { .. })
    }

    pub(super) fn socket(&self) -> Option<Arc<UdpSocket>> {
        match self {
            Self::Datagrams { socket, .. } => Some(socket.clone()),
            Self::Stream { .. } => None,
        }
    }

    pub(super) async fn send(&mut self, frame: &[u8]) -> Result<(), ClientError> {
        let sent = match self {
            Self::Datagrams { socket, .. } => socket.send(frame).await.map(drop),
            Self::Stream { stream, .. } => send_padded(stream, frame).await,
        };
        sent.map_err(ClientError::Closed)
    }

    /// The next frame, without padding. May be given up at any time.
    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, ClientError> {
        let received = match self {
            Self::Datagrams { socket, buffer } => {
                socket.recv(buffer).await.map(|length| buffer[..length].to_vec())
            }
            Self::Stream { stream, buffer, .. } => receive_frame(stream, buffer).await,
        };
        received.map_err(ClientError::Closed)
    }
}

async fn datagrams(endpoint: &Endpoint) -> Result<Link, ClientError> {
    let trouble = |error| ClientError::Unreachable(endpoint.address, error);
    let any: IpAddr = match endpoint.address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((endpoint.from.unwrap_or(any), 0)).await.map_err(trouble)?;
    socket.connect(endpoint.address).await.map_err(trouble)?;
    Ok(Link::Datagrams { socket: Arc::new(socket), buffer: vec![0; DATAGRAM] })
}

async fn stream(endpoint: &Endpoint) -> Result<Link, ClientError> {
    let unreachable = |error| ClientError::Unreachable(endpoint.address, error);
    let plain = connect(endpoint).await.map_err(unreachable)?;
    plain.set_nodelay(true).map_err(unreachable)?;
    let local = plain.local_addr().map_err(unreachable)?;
    let stream: Box<dyn Bytes> = match endpoint.transport {
        Transport::Tls => {
            let insecure = |error| ClientError::Insecure(endpoint.address, error);
            let connector = TlsConnector::from(Arc::new(endpoint.tls_config().map_err(insecure)?));
            let name = endpoint.server_name().map_err(insecure)?;
            Box::new(connector.connect(name, plain).await.map_err(insecure)?)
        }
        Transport::Tcp | Transport::Udp => Box::new(plain),
    };
    Ok(Link::Stream { local, stream, buffer: Vec::new() })
}

async fn connect(endpoint: &Endpoint) -> io::Result<TcpStream> {
    let socket = match endpoint.address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    if let Some(from) = endpoint.from {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    socket.connect(endpoint.address).await
}

async fn send_padded(stream: &mut Box<dyn Bytes>, frame: &[u8]) -> io::Result<()> {
    let padding = frame.len().next_multiple_of(4) - frame.len();
    stream.write_all(&[frame, &[0; 3][..padding]].concat()).await?;
    stream.flush().await
}

async fn receive_frame(stream: &mut Box<dyn Bytes>, buffer: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        if let Some(frame) = take_frame(buffer) {
            return Ok(frame);
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The first whole frame in the buffer: STUN starts with the bits 00, channel
/// data with 01 (RFC 8656 section 12.5), and is filled up to a multiple of four.
fn take_frame(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let &[first, _, l0, l1, ..] = &buffer[..] else { return None };
    let header = if first & 0b1100_0000 == 0 { 20 } else { 4 };
    let length = header + usize::from(u16::from_be_bytes([l0, l1]));
    let padded = length.next_multiple_of(4);
    if buffer.len() < padded {
        return None;
    }
    let mut frame: Vec<u8> = buffer.drain(..padded).collect();
    frame.truncate(length);
    Some(frame)
}
