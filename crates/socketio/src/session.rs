//! The rules of Socket.IO for one connection, with no wires attached: messages
//! go in, happenings come out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::limits::Limits;
use crate::packet::{Arguments, Body, Content, Packet};
use crate::reason::Reason;

/// One bit for each namespace of the server.
pub(crate) const MAX_NAMESPACES: usize = 64;

/// The namespace's place in the list the server was built with.
pub(crate) type Place = usize;

/// What a message of the client amounts to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Happening<'a> {
    /// It asks to join a namespace.
    Knock { place: Place, auth: Option<&'a str> },
    /// It asks to join a namespace that does not exist.
    Stray { namespace: &'a str },
    /// It sends an event.
    Event { place: Place, id: Option<u64>, body: Body<'a>, attachments: &'a [Bytes] },
    /// It acknowledges an event of ours.
    Ack { place: Place, id: u64, arguments: Arguments<'a>, attachments: &'a [Bytes] },
    /// It leaves a namespace.
    Leave { place: Place },
    /// Nothing that concerns anybody.
    Nothing,
}

/// An event whose attachments are all here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) text: String,
    pub(crate) attachments: Vec<Bytes>,
}

/// An event that waits for its attachments.
#[derive(Debug)]
struct Partial {
    text: String,
    attachments: Vec<Bytes>,
    missing: u8,
    bytes: usize,
    deadline: Instant,
}

/// Which namespaces a connection is in, and what it has half said.
#[derive(Debug)]
pub(crate) struct Session {
    names: Arc<[Arc<str>]>,
    max_attachments: u8,
    max_payload: usize,
    attachments_timeout: Duration,
    connect_timeout: Duration,
    refusals_left: u8,
    joined: u64,
    left: u64,
    /// Set while the connection is in no namespace.
    connect_by: Option<Instant>,
    partial: Option<Box<Partial>>,
}

impl Session {
    pub(crate) fn new(now: Instant, names: Arc<[Arc<str>]>, limits: &Limits) -> Self {
        Self {
            names,
            max_attachments: limits.max_attachments,
            max_payload: limits.max_payload,
            attachments_timeout: limits.attachments_timeout,
            connect_timeout: limits.connect_timeout,
            refusals_left: limits.max_refused_connects,
            joined: 0,
            left: 0,
            connect_by: Some(now + limits.connect_timeout),
            partial: None,
        }
    }

    /// A text message arrived.
    pub(crate) fn text<'a>(
        &mut self,
        now: Instant,
        text: &'a str,
    ) -> Result<Happening<'a>, Reason> {
        if self.partial.is_some() {
            // Attachments follow their event immediately.
            return Err(Reason::ProtocolError);
        }
        let packet = Packet::decode(text).map_err(|_| Reason::ProtocolError)?;
        let attachments = packet.attachments();
        if attachments == 0 {
            return self.decide(packet, &[]);
        }
        if attachments > self.max_attachments || self.joined | self.left == 0 {
            return Err(Reason::ProtocolError);
        }
        self.partial = Some(Box::new(Partial {
            text: text.to_owned(),
            attachments: Vec::with_capacity(attachments.into()),
            missing: attachments,
            bytes: text.len(),
            deadline: now + self.attachments_timeout,
        }));
        Ok(Happening::Nothing)
    }

    /// A binary message arrived. The last attachment makes the event whole.
    pub(crate) fn binary(&mut self, bytes: Bytes) -> Result<Option<Whole>, Reason> {
        let partial = self.partial.as_mut().ok_or(Reason::ProtocolError)?;
        partial.bytes += bytes.len();
        if partial.bytes > self.max_payload {
            return Err(Reason::TooLarge);
        }
        partial.attachments.push(bytes);
        partial.missing -= 1;
        if partial.missing > 0 {
            return Ok(None);
        }
        let whole =
            self.partial.take().map(|it| Whole { text: it.text, attachments: it.attachments });
        Ok(whole)
    }

    /// What a whole event with attachments amounts to.
    pub(crate) fn whole<'a>(&mut self, whole: &'a Whole) -> Result<Happening<'a>, Reason> {
        let packet = Packet::decode(&whole.text).map_err(|_| Reason::ProtocolError)?;
        self.decide(packet, &whole.attachments)
    }

    fn decide<'a>(
        &mut self,
        packet: Packet<'a>,
        attachments: &'a [Bytes],
    ) -> Result<Happening<'a>, Reason> {
        let place = self.names.iter().position(|it| **it == *packet.namespace);
        let Some(place) = place else {
            return match packet.content {
                Content::Connect(_) => {
                    self.refused(Happening::Stray { namespace: packet.namespace })
                }
                _ => Err(Reason::ProtocolError),
            };
        };
        if let Content::Connect(auth) = packet.content {
            return Ok(match self.is_in(place) {
                // Asking twice changes nothing.
                true => Happening::Nothing,
                false => Happening::Knock { place, auth },
            });
        }
        if !self.is_in(place) {
            return self.outside(place);
        }
        Ok(match packet.content {
            Content::Event { id, body, .. } => Happening::Event { place, id, body, attachments },
            Content::Ack { id: Some(id), arguments, .. } => {
                Happening::Ack { place, id, arguments, attachments }
            }
            Content::Disconnect => Happening::Leave { place },
            Content::Ack { id: None, .. } | Content::Connect(_) => Happening::Nothing,
        })
    }

    /// A packet for a namespace the client is not in. If it was there before,
    /// the packet was on its way when it left; else the client never asked.
    fn outside(&self, place: Place) -> Result<Happening<'static>, Reason> {
        if self.left & bit(place) != 0 {
            Ok(Happening::Nothing)
        } else {
            Err(Reason::ProtocolError)
        }
    }

    /// The client was let in.
    pub(crate) fn join(&mut self, place: Place) {
        self.joined |= bit(place);
        self.left &= !bit(place);
        self.connect_by = None;
    }

    /// The client was not let in.
    pub(crate) fn refuse(&mut self) -> Result<(), Reason> {
        self.refused(())
    }

    fn refused<T>(&mut self, answer: T) -> Result<T, Reason> {
        self.refusals_left = self.refusals_left.checked_sub(1).ok_or(Reason::TooManyRefusals)?;
        Ok(answer)
    }

    /// The client is out of the namespace, whoever wanted it.
    pub(crate) fn leave(&mut self, now: Instant, place: Place) {
        self.joined &= !bit(place);
        self.left |= bit(place);
        if self.joined == 0 {
            self.connect_by = Some(now + self.connect_timeout);
        }
    }

    pub(crate) fn is_in(&self, place: Place) -> bool {
        self.joined & bit(place) != 0
    }

    /// Whether every namespace of the server has been joined, so that nobody
    /// needs the request any more.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.joined.count_ones() as usize == self.names.len()
    }

    /// When patience ends, and with what.
    pub(crate) fn deadline(&self) -> Option<(Instant, Reason)> {
        let partial = self.partial.as_ref().map(|it| (it.deadline, Reason::ProtocolError));
        let nowhere = self.connect_by.map(|it| (it, Reason::ConnectTimeout));
        partial.into_iter().chain(nowhere).min_by_key(|(deadline, _)| *deadline)
    }
}

fn bit(place: Place) -> u64 {
    1 << place
}

#[cfg(test)]
mod tests;
