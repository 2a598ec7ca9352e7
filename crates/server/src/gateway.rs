//! Where connections become sessions, and end. One handler serves every dialect:
//! it knows sessions and limits, and no client's words.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use housecall_core::{Command, DeviceId, Role, UserId};
use housecall_dialect::{
    Dialect, Heard, News, PageClose, Place, Problem, native::wire::MissedCall,
};
use housecall_socketio::{ConnectError, Event, Handler, Handshake, Reason, Reply, Socket};
use serde::Deserialize;

use crate::{
    auth::TokenProblem,
    house::{House, token_problem},
    sessions::Session,
    speech::Speech,
};

/// The handler of one namespace.
pub(crate) struct Gateway {
    house: House,
    /// What is spoken in it.
    dialects: Arc<[&'static dyn Dialect]>,
}

/// What clients send when they connect.
#[derive(Default, Deserialize)]
struct Credentials {
    #[serde(default)]
    token: Option<String>,
    /// Lets a page that reconnects be the device it was.
    #[serde(default)]
    device: Option<DeviceId>,
    /// The vocabulary it speaks, where its namespace has several.
    #[serde(default)]
    dialect: Option<String>,
}

/// A connection: somebody's session, or a stranger who may become somebody by
/// showing a ticket.
pub(crate) struct Visitor {
    session: Arc<OnceLock<Arc<Session>>>,
    /// What they are, or will be, known with.
    device: DeviceId,
    /// What they are told when they come in.
    missed: Vec<MissedCall>,
}

/// How long a stranger may stay without showing a ticket.
const PATIENCE_WITH_STRANGERS: Duration = Duration::from_secs(60);

impl Gateway {
    pub(crate) fn new(house: House, dialects: Arc<[&'static dyn Dialect]>) -> Self {
        Self { house, dialects }
    }

    async fn admit(&self, socket: &Socket, handshake: &Handshake) -> Result<Visitor, Problem> {
        let Credentials { token, device, dialect } = credentials(handshake)?;
        let speech = Speech::new(self.dialects.clone(), self.wanted(dialect)?);
        let device = device.unwrap_or_else(|| device_of(socket));
        let bearer = handshake.request.authorization.as_deref();
        let token = token.as_deref().or(bearer.map(without_bearer));
        let Some(token) = token.filter(|it| !it.is_empty()) else {
            return self.let_stranger_wait(device);
        };
        let identity = self.house.tokens.verify(token, self.house.now()).map_err(token_problem)?;
        let identity = self.house.admit(&identity).await?;
        let missed = self.house.missed(&identity.user).await.unwrap_or_else(|error| {
            tracing::warn!(user = %identity.user, %error, "Missed calls were not told");
            Vec::new()
        });
        let who = (identity.user, identity.role);
        let session = Session::new(who, device.clone(), speech, socket.clone());
        Ok(Visitor { session: Arc::new(OnceLock::from(Arc::new(session))), device, missed })
    }

    /// The vocabulary a client asked for by name.
    fn wanted(&self, name: Option<String>) -> Result<Option<&'static dyn Dialect>, Problem> {
        let Some(name) = name else { return Ok(None) };
        let known = self.dialects.iter().find(|it| it.name() == name);
        known.map(|it| Some(*it)).ok_or_else(|| {
            let spoken: Vec<&str> = self.dialects.iter().map(|it| it.name()).collect();
            let message = format!("In this namespace only {} are spoken.", spoken.join(", "));
            Problem {
                field: Some("dialect".to_owned()),
                ..Problem::new("unknown_dialect", message)
            }
        })
    }

    fn let_stranger_wait(&self, device: DeviceId) -> Result<Visitor, Problem> {
        match self.house.config.auth.tokenless_rtc && self.takes_tickets().is_some() {
            true => Ok(Visitor { session: Arc::default(), device, missed: Vec::new() }),
            false => Err(token_problem(TokenProblem::Missing)),
        }
    }

    /// The vocabulary whose clients connect without a token.
    fn takes_tickets(&self) -> Option<&'static dyn Dialect> {
        self.dialects.iter().find(|it| it.takes_tickets()).copied()
    }

    /// A stranger may greet, and come into a room with a ticket: from then on
    /// they are who the ticket was made for.
    async fn listen_to_stranger(
        &self,
        socket: &Socket,
        visitor: &Visitor,
        event: &Event<'_>,
        reply: Option<Reply>,
    ) {
        let Some(dialect) = self.takes_tickets() else { return };
        let stranger = self.stranger(dialect, socket, visitor);
        let heard = dialect.decode(&stranger.speaker(), &event.word, event.first());
        let admitted = match heard {
            Some(Ok(Heard::Enter { place: Place::Named(ticket), .. })) => {
                self.house.holder_of(&ticket).await
            }
            Some(Ok(Heard::Greeting)) => {
                return self.house.converse(&Arc::new(stranger), event, reply).await;
            }
            _ => Err(token_problem(TokenProblem::Missing)),
        };
        match admitted {
            Ok(who) => {
                let speech = Speech::new(self.dialects.clone(), Some(dialect));
                let device = visitor.device.clone();
                let session = Session::new(who, device, speech, socket.clone());
                let session = visitor.session.get_or_init(|| Arc::new(session));
                self.house.arrive(session, &[]);
                self.house.converse(session, event, reply).await;
            }
            Err(problem) => stranger.refuse(dialect, &event.word, &problem, reply),
        }
    }

    fn stranger(&self, dialect: &'static dyn Dialect, socket: &Socket, it: &Visitor) -> Session {
        let user: UserId = "stranger".parse().expect("a word is an id");
        let speech = Speech::new(self.dialects.clone(), Some(dialect));
        Session::new((user, Role::Guest), it.device.clone(), speech, socket.clone())
    }
}

/// Ends a connection whose stranger has become nobody in time.
async fn show_out(session: Arc<OnceLock<Arc<Session>>>, socket: Socket) {
    tokio::time::sleep(PATIENCE_WITH_STRANGERS).await;
    if session.get().is_none() {
        socket.disconnect(true);
    }
}

fn credentials(handshake: &Handshake) -> Result<Credentials, Problem> {
    let Some(auth) = &handshake.auth else { return Ok(Credentials::default()) };
    housecall_dialect::parse(Some(auth.get())).map_err(Problem::from)
}

fn without_bearer(header: &str) -> &str {
    header.strip_prefix("Bearer ").unwrap_or(header).trim()
}

/// A client that names no device is a new one with every connection.
fn device_of(socket: &Socket) -> DeviceId {
    socket.id().to_string().parse().expect("public ids are base64url")
}

impl Handler for Gateway {
    type Session = Visitor;

    async fn connect(
        &self,
        socket: &Socket,
        handshake: Handshake,
    ) -> Result<Visitor, ConnectError> {
        self.admit(socket, &handshake).await.map_err(|problem| {
            let message = self.dialects[0].turn_away(&problem);
            ConnectError::new(message.as_ref()).with_data(&problem)
        })
    }

    async fn connected(&self, socket: &Socket, visitor: &Visitor) {
        match visitor.session.get() {
            Some(session) => self.house.arrive(session, &visitor.missed),
            None => drop(tokio::spawn(show_out(visitor.session.clone(), socket.clone()))),
        }
    }

    async fn event(
        &self,
        socket: &Socket,
        visitor: &Visitor,
        event: Event<'_>,
        reply: Option<Reply>,
    ) {
        match visitor.session.get() {
            Some(session) => self.house.converse(session, &event, reply).await,
            None => self.listen_to_stranger(socket, visitor, &event, reply).await,
        }
    }

    async fn disconnected(&self, _: &Socket, visitor: Visitor, reason: Reason) {
        if let Some(session) = visitor.session.get() {
            self.house.depart(session, reason).await;
        }
    }
}

impl House {
    /// Nothing is waited for here: what rang while the welcome was prepared would be
    /// in it, and be said once more after it.
    fn arrive(&self, session: &Arc<Session>, missed: &[MissedCall]) {
        session.await_welcome();
        let (replaced, came) = self.sessions.add(session.clone());
        // The same device came back before its old connection was missed.
        if let Some(old) = replaced {
            old.socket.disconnect(true);
        }
        let rooms = self.open_rooms(&session.user);
        session.welcome(&News::Welcome { rooms: &rooms, missed }, &self.known());
        if came {
            self.tell_presence(&session.user);
        }
        tracing::info!(user = %session.user, "Connected");
    }

    async fn depart(&self, session: &Arc<Session>, reason: Reason) {
        tracing::info!(user = %session.user, %reason, "Disconnected");
        if !self.sessions.remove(session) {
            return;
        }
        self.tell_presence(&session.user);
        self.note_last_seen(&session.user).await;
        // A restart finds everybody lost by itself.
        if reason == Reason::ServerShutdown {
            return;
        }
        let device = session.device.clone();
        let command = if is_goodbye(session, reason) {
            Command::Leave { device: Some(device), reason: None }
        } else {
            Command::LoseConnection { device }
        };
        for room in self.rooms_with(&session.user, &session.device) {
            let asked = self.ask(room.id(), &session.actor(), vec![command.clone()]).await;
            if let Err(problem) = asked {
                tracing::warn!(room = %room.id(), code = problem.code, "A departure was not recorded");
            }
        }
    }
}

/// Whether a connection ended because its person left, not because the network
/// failed them.
fn is_goodbye(session: &Session, reason: Reason) -> bool {
    let leaves = |it: &dyn Dialect| it.page_close() == PageClose::Leaves;
    match reason {
        Reason::ClientDisconnect => true,
        Reason::TransportClosed { code: Some(1001) } => {
            session.speech.settled().is_some_and(leaves)
        }
        _ => false,
    }
}
