//! Where sockets meet rooms. One handler serves every dialect: it knows
//! sessions and limits, and no client's words.

use std::sync::Arc;

use housecall_core::{Command, DeviceId, RoomId, UserId, quality::Sample, room::Phase};
use housecall_dialect::{Answer, Dialect, Heard, News, PageClose, Problem, Recipient, Signal};
use housecall_socketio::{ConnectError, Event, Handler, Handshake, Reason, Reply, Socket};
use serde::Deserialize;

use crate::{
    auth::TokenProblem,
    house::{House, token_problem},
    sessions::Session,
};

/// The handler of one namespace.
pub(crate) struct Gateway {
    house: House,
    dialect: &'static dyn Dialect,
}

/// What clients send when they connect.
#[derive(Default, Deserialize)]
struct Credentials {
    #[serde(default)]
    token: Option<String>,
    /// Lets a page that reconnects be the device it was.
    #[serde(default)]
    device: Option<DeviceId>,
}

impl Gateway {
    pub(crate) fn new(house: House, dialect: &'static dyn Dialect) -> Self {
        Self { house, dialect }
    }

    async fn admit(&self, socket: &Socket, handshake: &Handshake) -> Result<Arc<Session>, Problem> {
        let Credentials { token, device } = credentials(handshake)?;
        let bearer = handshake.request.authorization.as_deref();
        let token = token.as_deref().or(bearer.map(without_bearer));
        let token = token.filter(|it| !it.is_empty());
        let token = token.ok_or_else(|| token_problem(TokenProblem::Missing))?;
        let identity = self.house.tokens.verify(token, self.house.now()).map_err(token_problem)?;
        let identity = self.house.admit(&identity).await?;
        let device = device.unwrap_or_else(|| device_of(socket));
        let who = (identity.user, identity.role);
        Ok(Arc::new(Session::new(who, device, self.dialect, socket.clone())))
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
    type Session = Arc<Session>;

    async fn connect(
        &self,
        socket: &Socket,
        handshake: Handshake,
    ) -> Result<Arc<Session>, ConnectError> {
        self.admit(socket, &handshake)
            .await
            .map_err(|problem| ConnectError::new(problem.message.as_ref()).with_data(&problem))
    }

    async fn connected(&self, _: &Socket, session: &Arc<Session>) {
        self.house.arrive(session);
    }

    async fn event(
        &self,
        _: &Socket,
        session: &Arc<Session>,
        event: Event<'_>,
        reply: Option<Reply>,
    ) {
        let dialect = session.dialect;
        let body = event.first();
        let outcome = match dialect.decode(&session.device, &event.word, body) {
            Some(Ok(heard)) => self.house.hear(session, heard).await,
            Some(Err(garbled)) => Err(garbled.into()),
            None => Err(Problem::new("unknown_event", "There is no such event.")),
        };
        // A failed send means that the client is gone or being disconnected;
        // its disconnect is handled where it ends.
        let known = self.house.known();
        let _ = match (outcome, reply) {
            (Ok(_), None) => Ok(()),
            (Ok(heeded), Some(reply)) => {
                reply.send_raw(&dialect.consent(&session.viewer(&known), &heeded.answer()))
            }
            (Err(problem), Some(reply)) => reply.send_raw(&dialect.refuse(&problem)),
            (Err(problem), None) => {
                let (word, body) = dialect.complain(&event.word, &problem);
                session.socket.emit_raw(word, &body)
            }
        };
    }

    async fn disconnected(&self, _: &Socket, session: Arc<Session>, reason: Reason) {
        self.house.depart(&session, reason).await;
    }
}

/// What came of something heard.
enum Heeded {
    Nothing,
    Call(Arc<housecall_core::Room>),
    Online(Vec<UserId>),
}

impl Heeded {
    fn answer(&self) -> Answer<'_> {
        match self {
            Heeded::Nothing => Answer::Done,
            Heeded::Call(room) => Answer::Call(room),
            Heeded::Online(users) => Answer::Online(users),
        }
    }
}

impl House {
    fn arrive(&self, session: &Arc<Session>) {
        let (replaced, came) = self.sessions.add(session.clone());
        // The same device came back before its old connection was missed.
        if let Some(old) = replaced {
            old.socket.disconnect(true);
        }
        let rooms = self.open_rooms(&session.user);
        session.tell(&News::Welcome { rooms: &rooms }, &self.known());
        if came {
            self.tell_presence(&session.user, true);
        }
        tracing::info!(user = %session.user, dialect = session.dialect.name(), "Connected");
    }

    async fn depart(&self, session: &Arc<Session>, reason: Reason) {
        tracing::info!(user = %session.user, %reason, "Disconnected");
        if !self.sessions.remove(session) {
            return;
        }
        if !self.sessions.is_online(&session.user) {
            self.tell_presence(&session.user, false);
        }
        // A restart finds everybody lost by itself.
        if reason == Reason::ServerShutdown {
            return;
        }
        let device = session.device.clone();
        let command = if is_goodbye(session.dialect, reason) {
            Command::Leave { device, reason: None }
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

    fn tell_presence(&self, user: &UserId, online: bool) {
        let known = self.known();
        for watcher in self.sessions.watchers() {
            watcher.tell(&News::Presence { user, online }, &known);
        }
    }

    async fn hear(&self, session: &Session, heard: Heard<'_>) -> Result<Heeded, Problem> {
        match heard {
            Heard::Signal { room, to, signal } => self.relay(session, &room, &to, signal),
            Heard::Ask { room, commands } => {
                self.ask(&room, &session.actor(), commands).await.map(Heeded::Call)
            }
            Heard::Start { invitation, then } => {
                self.start(&session.actor(), invitation, then).await.map(Heeded::Call)
            }
            Heard::Look(room) => self.look(&room, &session.actor()).await.map(Heeded::Call),
            Heard::WatchPeople(on) => {
                session.watch_people(on);
                Ok(Heeded::Online(if on { self.sessions.online() } else { Vec::new() }))
            }
            Heard::Quality { room, sample } => self.judge(session, &room, &sample),
        }
    }

    /// Socket, decode, membership, peer's sessions, encode, socket: no
    /// database, and nothing is waited for.
    fn relay(
        &self,
        session: &Session,
        room: &RoomId,
        to: &Recipient,
        signal: Signal<'_>,
    ) -> Result<Heeded, Problem> {
        let live = self.rooms.find(room).ok_or(housecall_core::Refusal::NotAParticipant)?;
        let state = live.state();
        let news = News::Signal { room, from: &session.user, signal };
        match to {
            Recipient::One(peer) => {
                state.carries(&session.user, &session.device, peer)?;
                self.tell_inside(&state, peer, &news);
            }
            Recipient::Others => {
                state.is_in_with(&session.user, &session.device)?;
                for (peer, _) in state.participants() {
                    if *peer != session.user {
                        self.tell_inside(&state, peer, &news);
                    }
                }
            }
        }
        Ok(Heeded::Nothing)
    }

    /// Tells the device that stands for `user` in `room`, if it is connected.
    fn tell_inside(&self, room: &housecall_core::Room, user: &UserId, news: &News<'_>) {
        let device = room.participant(user).and_then(|it| it.device());
        if let Some(session) = device.and_then(|device| self.sessions.find(user, device)) {
            session.tell(news, &self.known());
        }
    }

    fn judge(&self, session: &Session, room: &RoomId, sample: &Sample) -> Result<Heeded, Problem> {
        let live = self.rooms.find(room).ok_or(housecall_core::Refusal::NotAParticipant)?;
        live.state().is_in_with(&session.user, &session.device)?;
        if let Some(warning) = sample.judge() {
            session.tell(&News::QualityWarning { room, warning, sample }, &self.known());
        }
        Ok(Heeded::Nothing)
    }

    /// Asks everybody in an answered call how good their connection is.
    pub(crate) fn request_quality(&self) {
        for live in self.rooms.all() {
            let room = live.state();
            if *room.phase() != Phase::Active {
                continue;
            }
            for (user, _) in room.participants() {
                self.tell_inside(&room, user, &News::QualityRequest { room: room.id() });
            }
        }
    }
}

/// Whether a connection ended because its person left, not because the network
/// failed them.
fn is_goodbye(dialect: &dyn Dialect, reason: Reason) -> bool {
    match reason {
        Reason::ClientDisconnect => true,
        Reason::TransportClosed { code: Some(1001) } => dialect.page_close() == PageClose::Leaves,
        _ => false,
    }
}
