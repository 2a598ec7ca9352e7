//! The way back to a client: one datagram each, or frames in a stream.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::datagrams::{Datagrams, Outbox, Way};
use crate::stun::{Class, Kind, Method, TransactionId, Writer, write_xor_address};

/// The header of ChannelData (RFC 8656 section 12.4): number and length.
pub(super) const CHANNEL_HEADER: usize = 4;

/// Bytes that may wait for a client that reads its stream too slowly. Media that
/// are older than that are of no use.
const MOST_WAITING: usize = 256 * 1024;

/// The way back to a client.
#[derive(Clone)]
pub(super) enum Line {
    Datagrams { socket: Arc<Datagrams>, way: Way },
    Stream(Arc<Outlet>),
}

impl Line {
    /// Sends a STUN message.
    pub(super) fn send_message(&self, message: &[u8], outbox: &mut Outbox) -> bool {
        self.send(&[], message, outbox)
    }

    /// Sends what a peer said, by the channel that stands for the peer.
    pub(super) fn send_channel_data(
        &self,
        channel: u16,
        payload: &[u8],
        outbox: &mut Outbox,
    ) -> bool {
        let Ok(length) = u16::try_from(payload.len()) else { return false };
        let ([n0, n1], [l0, l1]) = (channel.to_be_bytes(), length.to_be_bytes());
        self.send(&[n0, n1, l0, l1], payload, outbox)
    }

    /// Sends what a peer said, as a Data indication (section 11.4).
    pub(super) fn send_data(&self, peer: SocketAddr, payload: &[u8], outbox: &mut Outbox) -> bool {
        if payload.len() > usize::from(u16::MAX) - 64 {
            return false;
        }
        // An indication is answered by nobody, so its transaction need not be told
        // from others.
        let transaction = TransactionId([0; 12]);
        let mut message = Vec::with_capacity(payload.len() + 64);
        let mut writer = Writer::start(&mut message, Class::Indication, Method::DATA, transaction);
        write_xor_address(&mut writer, Kind::XOR_PEER_ADDRESS, peer, transaction);
        writer.attribute(Kind::DATA, payload);
        self.send(&[], &message, outbox)
    }

    /// Whether there was room for it.
    fn send(&self, header: &[u8], payload: &[u8], outbox: &mut Outbox) -> bool {
        match self {
            Line::Datagrams { socket, way } => {
                outbox.push(socket, *way, header, payload);
                true
            }
            Line::Stream(outlet) => outlet.push(header, payload),
        }
    }
}

/// What waits to be written to a stream.
#[derive(Default)]
pub(super) struct Outlet {
    waiting: Mutex<Vec<u8>>,
    more: Notify,
}

impl Outlet {
    /// Appends a frame, padded to four bytes (section 12.5); whether there was
    /// room.
    fn push(&self, header: &[u8], payload: &[u8]) -> bool {
        let mut waiting = self.waiting.lock();
        let length = (header.len() + payload.len()).next_multiple_of(4);
        if waiting.len() + length > MOST_WAITING {
            return false;
        }
        let end = waiting.len() + length;
        waiting.extend_from_slice(header);
        waiting.extend_from_slice(payload);
        waiting.resize(end, 0);
        drop(waiting);
        self.more.notify_one();
        true
    }

    /// Waits for something to write and puts it into `taken`, which is cleared.
    pub(super) async fn take(&self, taken: &mut Vec<u8>) {
        taken.clear();
        loop {
            std::mem::swap(&mut *self.waiting.lock(), taken);
            if !taken.is_empty() {
                return;
            }
            self.more.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_wait_in_order_padded_and_not_without_limit() {
        let outlet = Outlet::default();
        assert!(outlet.push(&[0x40, 0, 0, 5], b"hello"));
        assert!(outlet.push(&[], b"four"));
        let mut taken = vec![9; 3];
        outlet.take(&mut taken).await;
        assert_eq!(taken, b"\x40\0\0\x05hello\0\0\0four");
        let most = std::iter::repeat_n((), 1_000).take_while(|()| outlet.push(&[], &[7; 1_024]));
        assert_eq!(most.count(), MOST_WAITING / 1_024);
        outlet.take(&mut taken).await;
        assert!(outlet.push(&[], b"room"), "there is room again");
    }
}
