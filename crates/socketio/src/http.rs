//! The requests of clients, sorted by what they want.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::driver;
use crate::engine::open::{self, Question, Refusal, Transport};
use crate::handshake::{RequestHead, address};
use crate::host::Host;
use crate::layer::Layer;
use crate::origin;
use crate::reason::Reason;
use crate::websocket::upgrade::{self, Upgrade};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = answer(self.status(), self.body());
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }
}

/// Every request to the server's path.
pub(crate) async fn handle<L: Layer>(
    State(host): State<Arc<Host<L>>>,
    request: Request,
) -> Response {
    let origin = match host.origins.check(request.headers()) {
        Ok(origin) => origin,
        Err(refusal) => return refusal.into_response(),
    };
    let mut response = match sort(host, request) {
        Ok(Errand::Done(response)) => response,
        Ok(Errand::Get(connection)) => get(&connection).await,
        Ok(Errand::Post(connection, body)) => post(&connection, body).await,
        Err(refusal) => refusal.into_response(),
    };
    origin::allow(&mut response, origin);
    response
}

/// What is left to do once the request itself is gone. Waiting with it would
/// keep its buffers.
enum Errand {
    Done(Response),
    Get(Connection),
    Post(Connection, Body),
}

fn sort<L: Layer>(host: Arc<Host<L>>, mut request: Request) -> Result<Errand, Refusal> {
    if request.method() == Method::OPTIONS {
        let mut response = answer(StatusCode::NO_CONTENT, "");
        origin::preflight(&mut response);
        return Ok(Errand::Done(response));
    }
    let upgrade = Upgrade::take(&mut request);
    let question = Question::parse(request.uri().query().unwrap_or_default())?;
    let Some(sid) = question.sid else {
        return open(&host, &request, question.transport, upgrade).map(Errand::Done);
    };
    let connection = host.find(sid).ok_or(Refusal::UnknownSession)?;
    match (question.transport, upgrade) {
        (Transport::Websocket, Some(upgrade)) => change(connection, upgrade).map(Errand::Done),
        (Transport::Websocket, None) | (Transport::Polling, Some(_)) => Err(Refusal::BadRequest),
        (Transport::Polling, None) => match *request.method() {
            Method::GET => Ok(Errand::Get(connection)),
            Method::POST => Ok(Errand::Post(connection, request.into_body())),
            _ => Err(Refusal::BadRequest),
        },
    }
}

/// Begins a session.
fn open<L: Layer>(
    host: &Arc<Host<L>>,
    request: &Request,
    transport: Transport,
    upgrade: Option<Upgrade>,
) -> Result<Response, Refusal> {
    if request.method() != Method::GET {
        return Err(Refusal::BadMethod);
    }
    if (transport == Transport::Websocket) != upgrade.is_some() {
        return Err(Refusal::BadRequest);
    }
    let Some(permit) = host.admit(address(request), transport) else {
        return Ok(too_many());
    };
    let Some(link) = host.open(transport, RequestHead::of(request), permit) else {
        return Ok(answer(StatusCode::SERVICE_UNAVAILABLE, ""));
    };
    let Some(upgrade) = upgrade else {
        let packet = open::packet(link.connection.id(), transport, &host.limits);
        tokio::spawn(driver::drive_polling(link));
        return Ok(answer(StatusCode::OK, packet));
    };
    let (response, on_upgrade) = upgrade.answer();
    tokio::spawn(async move {
        match upgrade::wire(on_upgrade).await {
            Some(wire) => driver::drive_websocket(link, Box::new(wire)).await,
            None => link.host.forget(&link.connection),
        }
    });
    Ok(response)
}

/// A websocket wants to take over from polling.
fn change(connection: Connection, upgrade: Upgrade) -> Result<Response, Refusal> {
    let polling = connection.polling().ok_or(Refusal::BadRequest)?;
    let claimed = polling.begin_upgrade();
    let (response, on_upgrade) = upgrade.answer();
    tokio::spawn(driver::probe(connection, on_upgrade, claimed));
    Ok(response)
}

/// Fetches packets.
async fn get(connection: &Connection) -> Response {
    let Some(polling) = connection.polling() else {
        return Refusal::BadRequest.into_response();
    };
    match polling.get(connection).await {
        Ok(payload) => answer(StatusCode::OK, payload),
        Err(refusal) => refusal.into_response(),
    }
}

/// Brings packets.
async fn post(connection: &Connection, body: Body) -> Response {
    let Some(polling) = connection.polling() else {
        return Refusal::BadRequest.into_response();
    };
    let pending = match polling.begin_post(connection) {
        Ok(pending) => pending,
        Err(refusal) => return refusal.into_response(),
    };
    let limits = connection.limits();
    let read = read(body.into_data_stream(), connection.max_message());
    let payload = match timeout(limits.body_timeout, read).await {
        Ok(Ok(payload)) => payload,
        Ok(Err(fault)) => return fault.end(connection),
        Err(_) => return Fault::Slow.end(connection),
    };
    match pending.deliver(payload).await {
        Ok(()) => answer(StatusCode::OK, "ok"),
        Err(Reason::TooLarge) => answer(StatusCode::PAYLOAD_TOO_LARGE, ""),
        Err(_) => Refusal::BadRequest.into_response(),
    }
}

/// Why the body of a request is of no use.
enum Fault {
    TooLarge,
    Broken,
    NoText,
    Slow,
}

impl Fault {
    /// What was sent is lost, so the session cannot go on in order.
    fn end(self, connection: &Connection) -> Response {
        let (reason, status) = match self {
            Self::TooLarge => (Reason::TooLarge, StatusCode::PAYLOAD_TOO_LARGE),
            Self::Broken => (Reason::TransportClosed { code: None }, StatusCode::BAD_REQUEST),
            Self::NoText => (Reason::ProtocolError, StatusCode::BAD_REQUEST),
            Self::Slow => (Reason::ProtocolError, StatusCode::REQUEST_TIMEOUT),
        };
        connection.close(reason);
        answer(status, "")
    }
}

async fn read(mut body: BodyDataStream, limit: usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Fault::Broken)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Fault::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Fault::NoText)
}

fn too_many() -> Response {
    let mut response = answer(StatusCode::TOO_MANY_REQUESTS, "");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn answer(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, TEXT);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
