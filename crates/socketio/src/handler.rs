//! What an application provides for a namespace, and how the server calls it
//! without knowing its types.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::event::{Event, Reply};
use crate::handshake::Handshake;
use crate::reason::Reason;
use crate::socket::Socket;

/// Why somebody may not join. The client sees both fields.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectError {
    /// For people.
    pub message: String,
    /// For programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
}

impl ConnectError {
    /// A refusal in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), data: None }
    }

    /// Adds details for programs; left out if they are not JSON.
    pub fn with_data(mut self, data: &impl Serialize) -> Self {
        self.data = serde_json::value::to_raw_value(data).ok();
        self
    }
}

/// One namespace of an application.
///
/// The calls for one connection never overlap and come in the order of the
/// client's packets; while one runs, nothing more is read from that client.
/// Slow work therefore belongs into a task of its own. No call is ever
/// cancelled half-way.
pub trait Handler: Send + Sync + 'static {
    /// What the application remembers of one socket.
    type Session: Send + Sync + 'static;

    /// Decides whether the client may join. Nothing can be sent yet.
    fn connect(
        &self,
        socket: &Socket,
        handshake: Handshake,
    ) -> impl Future<Output = Result<Self::Session, ConnectError>> + Send;

    /// The client has joined; what is sent here arrives after the news of it.
    fn connected(
        &self,
        socket: &Socket,
        session: &Self::Session,
    ) -> impl Future<Output = ()> + Send {
        let _ = (socket, session);
        async {}
    }

    /// An event of the client, with a reply if it waits for an answer.
    fn event(
        &self,
        socket: &Socket,
        session: &Self::Session,
        event: Event<'_>,
        reply: Option<Reply>,
    ) -> impl Future<Output = ()> + Send;

    /// The socket is over. Called exactly once for every successful
    /// [`Handler::connect`], whatever the reason.
    fn disconnected(
        &self,
        socket: &Socket,
        session: Self::Session,
        reason: Reason,
    ) -> impl Future<Output = ()> + Send;
}

/// A session whose type only its handler knows.
pub(crate) type AnySession = Box<dyn Any + Send + Sync>;

/// A handler panicked. What it said is in the process's panic output.
#[derive(Debug)]
pub(crate) struct Panicked;

/// [`Handler`] without its types, and with its panics caught.
pub(crate) trait AnyHandler: Send + Sync + 'static {
    fn connect<'a>(
        &'a self,
        socket: &'a Socket,
        handshake: Handshake,
    ) -> BoxFuture<'a, Result<Result<AnySession, ConnectError>, Panicked>>;

    fn connected<'a>(
        &'a self,
        socket: &'a Socket,
        session: &'a AnySession,
    ) -> BoxFuture<'a, Result<(), Panicked>>;

    fn event<'a>(
        &'a self,
        socket: &'a Socket,
        session: &'a AnySession,
        event: Event<'a>,
        reply: Option<Reply>,
    ) -> BoxFuture<'a, Result<(), Panicked>>;

    fn disconnected<'a>(
        &'a self,
        socket: &'a Socket,
        session: AnySession,
        reason: Reason,
    ) -> BoxFuture<'a, Result<(), Panicked>>;
}

impl<H: Handler> AnyHandler for H {
    fn connect<'a>(
        &'a self,
        socket: &'a Socket,
        handshake: Handshake,
    ) -> BoxFuture<'a, Result<Result<AnySession, ConnectError>, Panicked>> {
        Box::pin(async move {
            let decision = calm(|| Handler::connect(self, socket, handshake)).await?;
            Ok(decision.map(|session| Box::new(session) as AnySession))
        })
    }

    fn connected<'a>(
        &'a self,
        socket: &'a Socket,
        session: &'a AnySession,
    ) -> BoxFuture<'a, Result<(), Panicked>> {
        Box::pin(calm(|| Handler::connected(self, socket, own::<H>(session))))
    }

    fn event<'a>(
        &'a self,
        socket: &'a Socket,
        session: &'a AnySession,
        event: Event<'a>,
        reply: Option<Reply>,
    ) -> BoxFuture<'a, Result<(), Panicked>> {
        Box::pin(calm(|| Handler::event(self, socket, own::<H>(session), event, reply)))
    }

    fn disconnected<'a>(
        &'a self,
        socket: &'a Socket,
        session: AnySession,
        reason: Reason,
    ) -> BoxFuture<'a, Result<(), Panicked>> {
        let session = session.downcast::<H::Session>().expect(OWN);
        Box::pin(calm(move || Handler::disconnected(self, socket, *session, reason)))
    }
}

const OWN: &str = "a handler only ever gets back the sessions it made";

fn own<H: Handler>(session: &AnySession) -> &H::Session {
    session.downcast_ref().expect(OWN)
}

/// Runs a handler and keeps its panic from everybody else.
async fn calm<F: Future>(work: impl FnOnce() -> F) -> Result<F::Output, Panicked> {
    let work = AssertUnwindSafe(async move { work().await });
    work.catch_unwind().await.map_err(|_| Panicked)
}
