//! What waits for one client, weighed in bytes. A count of packets would let a
//! few large ones fill the memory and many small ones be lost.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::engine::payload;
use crate::reason::Reason;
use crate::websocket::frame::{Opcode, write_head};

/// What a queued frame costs besides its own bytes.
const OVERHEAD: usize = 48;

/// The queue of an idle connection keeps room for so many frames.
const IDLE_CAPACITY: usize = 4;

/// Frames up to this size are copied together for one write; a larger one is
/// written from where it is.
const COPIED: usize = 16 * 1024;

/// How much is copied together for one write.
const BATCH: usize = 64 * 1024;

/// Text that is shared by all who receive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedText(Bytes);

impl SharedText {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it was made from a string")
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// One Engine.IO packet on its way to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(SharedText),
    Binary(Bytes),
}

impl Frame {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(SharedText::from(text.into()))
    }

    fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(text) => &text.0,
            Self::Binary(bytes) => bytes,
        }
    }

    fn opcode(&self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }

    fn cost(&self) -> usize {
        self.bytes().len() + OVERHEAD
    }
}

/// Why a frame was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotQueued {
    /// The connection is over.
    Over,
    /// This frame was the one too many; the connection is over now.
    Full,
}

/// The queue of one connection and, at its end, the reason of the end.
#[derive(Debug)]
pub(crate) struct Outbox {
    limit: usize,
    queue: VecDeque<Frame>,
    /// What the frames in the queue cost.
    queued: usize,
    /// Bytes handed to the writer that the network has not taken yet.
    in_flight: usize,
    over: Option<Reason>,
}

impl Outbox {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, queue: VecDeque::new(), queued: 0, in_flight: 0, over: None }
    }

    /// Queues frames that belong together; all of them or none. Tells whether
    /// the writer has to be woken.
    pub(crate) fn push(
        &mut self,
        frames: impl Iterator<Item = Frame> + Clone,
    ) -> Result<bool, NotQueued> {
        if self.over.is_some() {
            return Err(NotQueued::Over);
        }
        let cost: usize = frames.clone().map(|it| it.cost()).sum();
        if self.waiting() + cost > self.limit {
            self.end(Reason::SlowConsumer);
            return Err(NotQueued::Full);
        }
        let was_empty = self.queue.is_empty();
        self.queued += cost;
        self.queue.extend(frames);
        Ok(was_empty)
    }

    /// Ends the queue. The first reason stays. Tells whether it was this one.
    pub(crate) fn end(&mut self, reason: Reason) -> bool {
        if self.over.is_some() {
            return false;
        }
        self.over = Some(reason);
        if !reason.delivers_the_rest() {
            self.clear();
        }
        true
    }

    /// Forgets what waits, at once.
    pub(crate) fn clear(&mut self) {
        self.queue = VecDeque::new();
        self.queued = 0;
        self.in_flight = 0;
    }

    pub(crate) fn over(&self) -> Option<Reason> {
        self.over
    }

    /// Bytes that wait, what the writer holds included.
    pub(crate) fn waiting(&self) -> usize {
        self.queued + self.in_flight
    }

    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Moves frames into `out` as websocket frames for one write. A large one
    /// ends the batch and comes back by itself, to be written after `out`.
    pub(crate) fn batch(&mut self, out: &mut Vec<u8>) -> Option<Bytes> {
        let mut large = None;
        out.reserve((self.queued).min(BATCH));
        while large.is_none()
            && out.len() < BATCH
            && let Some(frame) = self.pop()
        {
            write_head(out, frame.opcode(), frame.bytes().len());
            if frame.bytes().len() <= COPIED {
                out.extend_from_slice(frame.bytes());
            } else {
                large = Some(frame.bytes().clone());
            }
        }
        self.in_flight = out.len() + large.as_ref().map_or(0, Bytes::len);
        self.shrink();
        large
    }

    /// Moves frames into the payload of one poll: as many as fit into
    /// `limit`, but at least one.
    pub(crate) fn payload(&mut self, limit: usize) -> String {
        let mut text = String::new();
        while let Some(frame) = self.queue.front() {
            // Base64 makes four characters of three bytes.
            if !text.is_empty() && text.len() + frame.bytes().len() * 4 / 3 + 6 > limit {
                break;
            }
            if let Some(frame) = self.pop() {
                payload::append(&mut text, &frame);
            }
        }
        self.shrink();
        text
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.queue.pop_front()?;
        self.queued -= frame.cost();
        Some(frame)
    }

    /// A burst must not leave its queue behind in a connection that is idle
    /// from then on.
    fn shrink(&mut self) {
        if self.queue.is_empty() && self.queue.capacity() > IDLE_CAPACITY {
            self.queue = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(outbox: &mut Outbox, text: &str) -> Result<bool, NotQueued> {
        outbox.push([Frame::text(text)].into_iter())
    }

    #[test]
    fn only_the_first_frame_wakes_the_writer() {
        let mut outbox = Outbox::new(1000);
        assert_eq!(push(&mut outbox, "41"), Ok(true));
        assert_eq!(push(&mut outbox, "41"), Ok(false));
    }

    #[test]
    fn c1_over_the_limit_the_client_is_a_slow_consumer_and_holds_no_memory() {
        let mut outbox = Outbox::new(1000);
        assert_eq!(push(&mut outbox, &"x".repeat(900)), Ok(true));
        assert_eq!(outbox.waiting(), 900 + OVERHEAD);
        assert_eq!(push(&mut outbox, &"x".repeat(100)), Err(NotQueued::Full));
        assert_eq!(outbox.over(), Some(Reason::SlowConsumer));
        assert_eq!((outbox.waiting(), outbox.queue.capacity()), (0, 0));
        assert_eq!(push(&mut outbox, "x"), Err(NotQueued::Over));
    }

    #[test]
    fn c1_what_the_network_has_not_taken_counts() {
        let mut outbox = Outbox::new(1000);
        push(&mut outbox, &"x".repeat(800)).expect("within the limit");
        let mut out = Vec::new();
        assert_eq!(outbox.batch(&mut out), None);
        assert_eq!(outbox.waiting(), out.len());
        assert_eq!(push(&mut outbox, &"x".repeat(200)), Err(NotQueued::Full));
    }

    #[test]
    fn an_event_and_its_attachments_are_queued_together_or_not_at_all() {
        let mut outbox = Outbox::new(200);
        let frames = [Frame::text("451-[\"x\",{}]"), Frame::Binary(vec![0; 200].into())];
        assert_eq!(outbox.push(frames.into_iter()), Err(NotQueued::Full));
        assert!(outbox.is_empty());
    }

    #[test]
    fn a_batch_holds_many_small_frames_and_one_large() {
        let mut outbox = Outbox::new(1 << 20);
        let large = Bytes::from(vec![7; COPIED + 1]);
        push(&mut outbox, "2").expect("within the limit");
        outbox
            .push([Frame::Binary(large.clone()), Frame::text("3")].into_iter())
            .expect("within the limit");
        let mut out = Vec::new();
        assert_eq!(outbox.batch(&mut out), Some(large));
        assert_eq!(out, [0x81, 1, b'2', 0x82, 126, 0x40, 0x01]);
        out.clear();
        assert_eq!(outbox.batch(&mut out), None);
        assert_eq!(out, [0x81, 1, b'3']);
    }

    #[test]
    fn a_poll_gets_what_fits_but_at_least_one_packet() {
        let mut outbox = Outbox::new(1 << 20);
        for text in ["4aaaaaaaaaaaaaaa", "4b", "4cccccccccccccccccccc"] {
            push(&mut outbox, text).expect("within the limit");
        }
        assert_eq!(outbox.payload(5), "4aaaaaaaaaaaaaaa");
        assert_eq!(outbox.payload(30), "4b");
        assert_eq!(outbox.payload(30), "4cccccccccccccccccccc");
        assert_eq!(outbox.payload(30), "");
    }

    #[test]
    fn a_farewell_is_delivered_but_not_to_a_rule_breaker() {
        for (reason, left) in [(Reason::Kicked, false), (Reason::ProtocolError, true)] {
            let mut outbox = Outbox::new(1000);
            push(&mut outbox, "41").expect("within the limit");
            assert!(outbox.end(reason));
            assert!(!outbox.end(Reason::PingTimeout), "the first reason stays");
            assert_eq!((outbox.over(), outbox.is_empty()), (Some(reason), left));
        }
    }

    #[test]
    fn an_idle_queue_is_small() {
        let mut outbox = Outbox::new(1 << 20);
        for _ in 0..1000 {
            push(&mut outbox, "42[\"x\"]").expect("within the limit");
        }
        while !outbox.is_empty() {
            outbox.batch(&mut Vec::new());
        }
        assert!(outbox.queue.capacity() <= IDLE_CAPACITY);
    }
}
