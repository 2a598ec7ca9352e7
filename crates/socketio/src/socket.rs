//! One client in one namespace, as the application holds it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::acks::{AckError, Acks};
use crate::connection::Connection;
use crate::event::Answer;
use crate::id::Id;
use crate::outbox::{Frame, NotQueued, SharedText};
use crate::packet::{Arguments, Header, Kind};
use crate::reason::Reason;

/// Why nothing was sent.
#[derive(Debug, Error)]
pub enum EmitError {
    /// The socket is not connected, not yet or no more.
    #[error("the socket is not connected")]
    NotConnected,
    /// The client takes its packets too slowly. Its connection was closed.
    #[error("the client is too slow and was disconnected")]
    SlowConsumer,
    /// The value cannot be written as JSON.
    #[error("the payload is not JSON")]
    Payload(#[from] serde_json::Error),
}

impl From<NotQueued> for EmitError {
    fn from(error: NotQueued) -> Self {
        match error {
            NotQueued::Over => Self::NotConnected,
            NotQueued::Full => Self::SlowConsumer,
        }
    }
}

/// An event for many sockets, written once for each namespace.
pub struct Encoded {
    word: Box<str>,
    arguments: Box<str>,
    frames: Mutex<Vec<(Arc<str>, SharedText)>>,
}

impl Encoded {
    /// An event with one argument.
    pub fn new(word: &str, payload: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::raw(word, serde_json::to_string(payload)?))
    }

    /// An event whose arguments are JSON text, separated by commas.
    pub fn raw(word: &str, arguments: impl Into<Box<str>>) -> Self {
        Self { word: word.into(), arguments: arguments.into(), frames: Mutex::default() }
    }

    fn frame(&self, namespace: &Arc<str>) -> Frame {
        let mut frames = self.frames.lock();
        if let Some((_, text)) = frames.iter().find(|(it, _)| it == namespace) {
            return Frame::Text(text.clone());
        }
        let header = Header::new(Kind::Event, namespace);
        let text = SharedText::from(header.event_text(&self.word, &self.arguments));
        frames.push((Arc::clone(namespace), text.clone()));
        Frame::Text(text)
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Encoded").field("word", &self.word).finish_non_exhaustive()
    }
}

/// The life of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// The application has not decided yet.
    Knocking,
    /// In its namespace.
    Joined,
    /// The application sent it away; its handlers have still to be told.
    Dismissed,
    /// Over.
    Gone,
}

/// A client in a namespace. Cheap to clone, and harmless to keep: a socket
/// that has ended takes no packets and holds no queue.
#[derive(Clone)]
pub struct Socket(Arc<Inner>);

struct Inner {
    id: Id,
    namespace: Arc<str>,
    connection: Connection,
    phase: AtomicU8,
    acks: Acks,
}

impl Socket {
    pub(crate) fn new(namespace: Arc<str>, connection: Connection) -> Self {
        Self(Arc::new(Inner {
            id: Id::random(),
            namespace,
            connection,
            phase: AtomicU8::new(Phase::Knocking as u8),
            acks: Acks::default(),
        }))
    }

    /// The public id. Others may see it; it opens nothing.
    pub fn id(&self) -> Id {
        self.0.id
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// Whether packets can be sent.
    pub fn is_connected(&self) -> bool {
        self.is(Phase::Joined) && self.0.connection.over().is_none()
    }

    /// Bytes that wait for this client, in all its namespaces.
    pub fn queued_bytes(&self) -> usize {
        self.0.connection.queued_bytes()
    }

    /// Sends an event with one argument. If the client's queue is full, the
    /// client is disconnected as a slow consumer.
    pub fn emit(&self, word: &str, payload: &impl Serialize) -> Result<(), EmitError> {
        let text = self.header(Kind::Event).event(word, payload)?;
        self.push([Frame::Text(text.into())])
    }

    /// Sends an event whose arguments are JSON text, separated by commas.
    pub fn emit_raw(&self, word: &str, arguments: &str) -> Result<(), EmitError> {
        let text = self.header(Kind::Event).event_text(word, arguments);
        self.push([Frame::Text(text.into())])
    }

    /// Sends an event with attachments. The arguments mention the first one as
    /// `{"_placeholder":true,"num":0}`.
    pub fn emit_binary(
        &self,
        word: &str,
        arguments: &str,
        attachments: &[Bytes],
    ) -> Result<(), EmitError> {
        let header = Header { attachments: attachments.len(), ..self.header(Kind::Event) };
        self.push_binary(header.event_text(word, arguments), attachments)
    }

    /// Sends an event that was written once for many.
    pub fn emit_encoded(&self, encoded: &Encoded) -> Result<(), EmitError> {
        self.push([encoded.frame(&self.0.namespace)])
    }

    /// Sends an event and waits for the client's answer. The event is sent
    /// now, not when the answer is first waited for.
    ///
    /// Do not wait inside of a handler of the same connection: the answer is
    /// read after the handler has returned.
    pub fn emit_with_ack<P: Serialize>(
        &self,
        word: &str,
        payload: &P,
        timeout: Duration,
    ) -> impl Future<Output = Result<Answer, AckError>> + Send + 'static + use<P> {
        let question = self.ask(word, payload);
        async move {
            let mut question = question?;
            match tokio::time::timeout(timeout, &mut question.answer).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(_)) => Err(AckError::Disconnected),
                Err(_) => Err(AckError::Timeout),
            }
        }
    }

    fn ask(&self, word: &str, payload: &impl Serialize) -> Result<Question, AckError> {
        let (id, answer) = self.0.acks.open(self.0.connection.limits().max_pending_acks)?;
        let question = Question { socket: self.clone(), id, answer };
        let header = Header { id: Some(id), ..self.header(Kind::Event) };
        let text = header.event(word, payload).map_err(EmitError::from)?;
        self.push([Frame::Text(text.into())])?;
        Ok(question)
    }

    /// Takes the client out of the namespace, or closes its whole connection.
    /// A library client does not come back by itself after either.
    pub fn disconnect(&self, close_transport: bool) {
        self.dismiss(Kind::Disconnect);
        if close_transport {
            self.0.connection.close(Reason::Kicked);
        }
    }

    fn dismiss(&self, kind: Kind) {
        let farewell = Frame::Text(self.header(kind).alone().into());
        if self.change(Phase::Joined, Phase::Dismissed) {
            let _ = self.0.connection.push([farewell]);
            self.0.connection.ask_attention();
        }
    }

    pub(crate) fn acknowledge(
        &self,
        id: u64,
        arguments: &str,
        attachments: &[Bytes],
    ) -> Result<(), EmitError> {
        let header =
            Header { attachments: attachments.len(), id: Some(id), ..self.header(Kind::Ack) };
        self.push_binary(header.arguments_text(arguments), attachments)
    }

    /// The client answered one of our events.
    pub(crate) fn answered(&self, id: u64, arguments: Arguments<'_>, attachments: &[Bytes]) {
        self.0.acks.answer(id, || Answer::new(arguments, attachments));
    }

    /// The application lets the client in.
    pub(crate) fn join(&self) -> Result<(), EmitError> {
        #[derive(Serialize)]
        struct Joined<'a> {
            sid: &'a str,
        }
        let text = self.header(Kind::Connect).with(&Joined { sid: self.0.id.as_str() })?;
        self.0.connection.push([Frame::Text(text.into())])?;
        self.change(Phase::Knocking, Phase::Joined);
        Ok(())
    }

    /// Nothing can be sent any more, and nobody gets an answer.
    pub(crate) fn end(&self) {
        self.0.phase.store(Phase::Gone as u8, Ordering::Release);
        self.0.acks.clear();
    }

    pub(crate) fn is(&self, phase: Phase) -> bool {
        self.0.phase.load(Ordering::Acquire) == phase as u8
    }

    fn change(&self, from: Phase, to: Phase) -> bool {
        let phase = &self.0.phase;
        phase.compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn header(&self, kind: Kind) -> Header<'_> {
        Header::new(kind, &self.0.namespace)
    }

    fn push<const N: usize>(&self, frames: [Frame; N]) -> Result<(), EmitError> {
        if !self.is(Phase::Joined) {
            return Err(EmitError::NotConnected);
        }
        Ok(self.0.connection.push(frames)?)
    }

    fn push_binary(&self, text: String, attachments: &[Bytes]) -> Result<(), EmitError> {
        if !self.is(Phase::Joined) {
            return Err(EmitError::NotConnected);
        }
        let text = std::iter::once(Frame::Text(text.into()));
        let frames = text.chain(attachments.iter().cloned().map(Frame::Binary));
        Ok(self.0.connection.push(frames)?)
    }
}

/// A question on its way; forgotten when nobody waits any more.
struct Question {
    socket: Socket,
    id: u64,
    answer: oneshot::Receiver<Answer>,
}

impl Drop for Question {
    fn drop(&mut self) {
        self.socket.0.acks.forget(self.id);
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Socket {}

impl fmt::Debug for Socket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter
            .debug_struct("Socket")
            .field("id", &inner.id)
            .field("namespace", &inner.namespace)
            .finish_non_exhaustive()
    }
}
