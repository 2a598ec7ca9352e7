//! A websocket on a byte stream: reads and writes never wait for each other,
//! and between messages no buffer is held.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frame::{Decoder, Fault, Incoming, Opcode, write_head};
use crate::connection::Connection;
use crate::reason::Reason;

/// Read at once. It lives on the stack of the poll, not in the connection.
const READ: usize = 8 * 1024;

/// Why nothing more can be read.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The stream ended or broke.
    Stream,
    /// The peer broke the rules.
    Fault(Fault),
}

impl From<Lost> for Reason {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Stream => Self::TransportClosed { code: None },
            Lost::Fault(Fault::TooLarge) => Self::TooLarge,
            Lost::Fault(Fault::Protocol | Fault::Utf8) => Self::ProtocolError,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// What is queued goes first.
    Rest,
    /// The close frame is being written.
    Frame,
    /// Our direction is being shut.
    Shut,
    /// Reading until the peer hangs up. Hanging up with unread bytes would
    /// make the system reset the connection, and the close frame be lost.
    Drain,
}

/// The websocket of one client.
pub(crate) struct Wire<IO> {
    io: IO,
    decoder: Decoder,
    /// Read but not decoded yet: what came together with the last message.
    rest: Vec<u8>,
    rest_at: usize,
    out: Vec<u8>,
    out_at: usize,
    /// Written after `out`.
    large: Bytes,
    pong: Option<Vec<u8>>,
    /// Set while the network takes nothing.
    write_by: Option<Instant>,
    heard: bool,
    farewell: Farewell,
}

impl<IO: AsyncRead + AsyncWrite + Unpin> Wire<IO> {
    pub(crate) fn new(io: IO) -> Self {
        Self {
            io,
            decoder: Decoder::new(0),
            rest: Vec::new(),
            rest_at: 0,
            out: Vec::new(),
            out_at: 0,
            large: Bytes::new(),
            pong: None,
            write_by: None,
            heard: false,
            farewell: Farewell::Rest,
        }
    }

    /// Until when the network must have taken something.
    pub(crate) fn write_by(&self) -> Option<Instant> {
        self.write_by
    }

    /// Whether there was a sign of life since the last question.
    pub(crate) fn take_heard(&mut self) -> bool {
        std::mem::take(&mut self.heard)
    }

    /// A message that has arrived already.
    pub(crate) fn buffered(&mut self, limit: usize) -> Result<Option<Incoming>, Lost> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.decoder.set_limit(limit);
        let mut input = &self.rest[self.rest_at..];
        let incoming = self.decoder.decode(&mut input).map_err(Lost::Fault)?;
        self.rest_at = self.rest.len() - input.len();
        if self.rest_at == self.rest.len() {
            self.rest = Vec::new();
            self.rest_at = 0;
        }
        Ok(incoming)
    }

    /// The next message.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        limit: usize,
    ) -> Poll<Result<Incoming, Lost>> {
        if let Some(incoming) = self.buffered(limit)? {
            return Poll::Ready(Ok(incoming));
        }
        self.decoder.set_limit(limit);
        loop {
            let mut space = [const { MaybeUninit::uninit() }; READ];
            let mut buffer = ReadBuf::uninit(&mut space);
            let read = ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer));
            let mut input = buffer.filled();
            if read.is_err() || input.is_empty() {
                return Poll::Ready(Err(Lost::Stream));
            }
            self.heard = true;
            let incoming = self.decoder.decode(&mut input).map_err(Lost::Fault)?;
            if let Some(incoming) = incoming {
                self.rest.extend_from_slice(input);
                return Poll::Ready(Ok(incoming));
            }
        }
    }

    /// Answers a ping of the websocket protocol. The latest one is enough
    /// (RFC 6455, section 5.5.3).
    pub(crate) fn pong(&mut self, payload: Vec<u8>) {
        self.pong = Some(payload);
    }

    /// Writes what is queued. Ready when all of it is with the network.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        connection: &Connection,
    ) -> Poll<io::Result<()>> {
        loop {
            match self.poll_drain(cx) {
                Poll::Ready(result) => result?,
                Poll::Pending => {
                    let timeout = connection.limits().write_timeout;
                    self.write_by.get_or_insert_with(|| now() + timeout);
                    return Poll::Pending;
                }
            }
            if !self.refill(connection) {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Takes the next batch from the queue; false if there is none.
    fn refill(&mut self, connection: &Connection) -> bool {
        self.out.clear();
        if let Some(payload) = self.pong.take() {
            write_head(&mut self.out, Opcode::Pong, payload.len());
            self.out.extend_from_slice(&payload);
        }
        self.large = connection.outbox().batch(&mut self.out).unwrap_or_default();
        if self.out.is_empty() {
            self.out = Vec::new();
        }
        !self.out.is_empty()
    }

    /// Writes the current batch.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.out.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while self.out_at < self.out.len() {
            let io = Pin::new(&mut self.io);
            let written = written(ready!(io.poll_write(cx, &self.out[self.out_at..])))?;
            self.out_at += written;
            self.unblocked();
        }
        while !self.large.is_empty() {
            let written = written(ready!(Pin::new(&mut self.io).poll_write(cx, &self.large)))?;
            bytes::Buf::advance(&mut self.large, written);
            self.unblocked();
        }
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.write_by = None;
        self.out.clear();
        self.out_at = 0;
        Poll::Ready(Ok(()))
    }

    /// The network takes bytes. If it had not for a while, then because the
    /// peer was slow, and now the peer has read: it lives, although our ping
    /// may be stuck behind all the rest.
    fn unblocked(&mut self) {
        self.heard |= self.write_by.take().is_some();
    }

    /// Sends what is queued, says goodbye and hangs up; ready when the peer
    /// has hung up too.
    pub(crate) fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        connection: &Connection,
        reason: Reason,
    ) -> Poll<io::Result<()>> {
        if self.farewell == Farewell::Rest {
            ready!(self.poll_write(cx, connection))?;
        }
        self.poll_goodbye(cx, reason)
    }

    /// The same without the queue.
    pub(crate) fn poll_goodbye(
        &mut self,
        cx: &mut Context<'_>,
        reason: Reason,
    ) -> Poll<io::Result<()>> {
        if self.farewell == Farewell::Rest {
            self.write_close(reason);
            self.farewell = Farewell::Frame;
        }
        if self.farewell == Farewell::Frame {
            ready!(self.poll_drain(cx))?;
            self.farewell = Farewell::Shut;
        }
        if self.farewell == Farewell::Shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.farewell = Farewell::Drain;
        }
        self.poll_discard(cx)
    }

    /// Whether the goodbye is with the network.
    pub(crate) fn said_goodbye(&self) -> bool {
        self.farewell == Farewell::Drain
    }

    fn write_close(&mut self, reason: Reason) {
        let text = reason.as_str();
        write_head(&mut self.out, Opcode::Close, 2 + text.len());
        self.out.extend_from_slice(&reason.close_code().to_be_bytes());
        self.out.extend_from_slice(text.as_bytes());
    }

    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut space = [const { MaybeUninit::uninit() }; READ];
            let mut buffer = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Writes one text frame past the queue: only for the probe of an upgrade,
    /// before the session owns the websocket.
    pub(crate) async fn write_now(&mut self, text: &str) -> io::Result<()> {
        write_head(&mut self.out, Opcode::Text, text.len());
        self.out.extend_from_slice(text.as_bytes());
        std::future::poll_fn(|cx| self.poll_drain(cx)).await
    }
}

fn written(result: io::Result<usize>) -> io::Result<usize> {
    match result? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
