//! Socket.IO as a layer on the engine: it lets clients into namespaces and
//! carries their events to the handlers.

use std::sync::Arc;
use std::time::Instant;

use crate::connection::Connection;
use crate::event::{Event, Reply};
use crate::handler::{AnyHandler, AnySession, ConnectError, Panicked};
use crate::handshake::{Handshake, RequestHead};
use crate::layer::{Layer, Message};
use crate::outbox::Frame;
use crate::packet::{Header, Kind};
use crate::reason::Reason;
use crate::session::{Happening, Place, Session};
use crate::socket::{Phase, Socket};

/// All namespaces of a server.
pub(crate) struct SocketIo {
    names: Arc<[Arc<str>]>,
    handlers: Vec<Box<dyn AnyHandler>>,
}

/// One client of all namespaces.
pub(crate) struct Client {
    connection: Connection,
    session: Session,
    /// Dropped once no further namespace can ask for it.
    request: Option<Arc<RequestHead>>,
    seats: Vec<Seat>,
}

/// The client in one namespace.
struct Seat {
    place: Place,
    socket: Socket,
    session: AnySession,
}

impl SocketIo {
    pub(crate) fn new(namespaces: Vec<(Arc<str>, Box<dyn AnyHandler>)>) -> Self {
        let (names, handlers): (Vec<_>, Vec<_>) = namespaces.into_iter().unzip();
        Self { names: names.into(), handlers }
    }

    async fn act(&self, client: &mut Client, happening: Happening<'_>) -> Result<(), Reason> {
        match happening {
            Happening::Event { place, id, body, attachments } => {
                let Some(seat) = client.seats.iter().find(|it| it.place == place) else {
                    return Ok(());
                };
                // Sent away a moment ago, and its events are still coming.
                if !seat.socket.is(Phase::Joined) {
                    return Ok(());
                }
                let reply = id.map(|id| Reply::new(seat.socket.clone(), id));
                let event = Event::new(body, attachments);
                let handler = &self.handlers[place];
                if let Err(Panicked) =
                    handler.event(&seat.socket, &seat.session, event, reply).await
                {
                    Box::pin(self.expel(client, place)).await;
                }
            }
            Happening::Ack { place, id, arguments, attachments } => {
                if let Some(seat) = client.seats.iter().find(|it| it.place == place) {
                    seat.socket.answered(id, arguments, attachments);
                }
            }
            // What happens rarely is kept out of the connection's own future.
            Happening::Knock { place, auth } => {
                return Box::pin(self.knock(client, place, auth)).await;
            }
            Happening::Leave { place } => {
                Box::pin(self.leave(client, place, Reason::ClientDisconnect)).await;
            }
            Happening::Stray { namespace } => {
                client.refuse(namespace, &ConnectError::new("Invalid namespace"));
            }
            Happening::Nothing => {}
        }
        Ok(())
    }

    async fn knock(
        &self,
        client: &mut Client,
        place: Place,
        auth: Option<&str>,
    ) -> Result<(), Reason> {
        let namespace = Arc::clone(&self.names[place]);
        let socket = Socket::new(Arc::clone(&namespace), client.connection.clone());
        let handshake = Handshake {
            auth: auth.and_then(|it| serde_json::from_str(it).ok()),
            request: client.request.clone().unwrap_or_default(),
        };
        let decision = self.handlers[place].connect(&socket, handshake).await;
        let decision = decision.unwrap_or_else(|Panicked| Err(ConnectError::new("Internal error")));
        match decision {
            Ok(session) => {
                self.seat(client, Seat { place, socket, session }).await;
                Ok(())
            }
            Err(error) => {
                client.refuse(&namespace, &error);
                client.session.refuse()
            }
        }
    }

    async fn seat(&self, client: &mut Client, seat: Seat) {
        let place = seat.place;
        client.connection.trust();
        client.session.join(place);
        if client.session.is_everywhere() {
            client.request = None;
        }
        // If the connection has ended meanwhile, the seat is cleared with it.
        let joined = seat.socket.join();
        client.seats.push(seat);
        if joined.is_err() {
            return;
        }
        let Some(seat) = client.seats.last() else {
            return;
        };
        if let Err(Panicked) = self.handlers[place].connected(&seat.socket, &seat.session).await {
            self.expel(client, place).await;
        }
    }

    /// A panic ends the socket it happened in, and nothing else.
    async fn expel(&self, client: &mut Client, place: Place) {
        tracing::error!(namespace = &*self.names[place], "A handler panicked; its socket ends");
        client.say(&Header::new(Kind::Disconnect, &self.names[place]));
        self.leave(client, place, Reason::HandlerPanicked).await;
    }

    async fn leave(&self, client: &mut Client, place: Place, reason: Reason) {
        client.session.leave(now(), place);
        let seat = client.seats.iter().position(|it| it.place == place);
        if let Some(seat) = seat {
            self.unseat(client.seats.swap_remove(seat), reason).await;
        }
    }

    async fn unseat(&self, seat: Seat, reason: Reason) {
        let Seat { place, socket, session } = seat;
        socket.end();
        let outcome = self.handlers[place].disconnected(&socket, session, reason).await;
        if let Err(Panicked) = outcome {
            tracing::error!(namespace = &*self.names[place], "A disconnect handler panicked");
        }
    }
}

impl Client {
    fn refuse(&self, namespace: &str, error: &ConnectError) {
        let text = Header::new(Kind::ConnectError, namespace).with(error);
        if let Ok(text) = text {
            // A full queue ends the connection by itself.
            let _ = self.connection.push([Frame::Text(text.into())]);
        }
    }

    fn say(&self, header: &Header<'_>) {
        let _ = self.connection.push([Frame::Text(header.alone().into())]);
    }
}

impl Layer for SocketIo {
    type Session = Client;

    fn open(&self, connection: &Connection, request: RequestHead) -> Client {
        Client {
            connection: connection.clone(),
            session: Session::new(now(), Arc::clone(&self.names), connection.limits()),
            request: Some(Arc::new(request)),
            seats: Vec::new(),
        }
    }

    async fn receive(&self, client: &mut Client, message: Message) -> Result<(), Reason> {
        match message {
            Message::Text(text) => {
                let happening = client.session.text(now(), &text)?;
                self.act(client, happening).await
            }
            Message::Binary(bytes) => {
                let Some(whole) = client.session.binary(bytes)? else {
                    return Ok(());
                };
                let happening = client.session.whole(&whole)?;
                self.act(client, happening).await
            }
        }
    }

    async fn attend(&self, client: &mut Client) {
        while let Some(seat) = client.seats.iter().find(|it| it.socket.is(Phase::Dismissed)) {
            let place = seat.place;
            Box::pin(self.leave(client, place, Reason::Kicked)).await;
        }
    }

    fn deadline(&self, client: &Client) -> Option<(Instant, Reason)> {
        client.session.deadline()
    }

    async fn close(&self, client: Client, reason: Reason) {
        for seat in client.seats {
            let reason = if seat.socket.is(Phase::Dismissed) { Reason::Kicked } else { reason };
            self.unseat(seat, reason).await;
        }
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
