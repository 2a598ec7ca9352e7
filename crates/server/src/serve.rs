//! Putting the house together, opening the door, and closing it again.

use std::{
    collections::BTreeSet,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    num::NonZeroU32,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use anyhow::{Context, bail};
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::map_request,
    routing::any,
};
use axum_server::{Handle, accept::NoDelayAcceptor};
use housecall_dialect::Dialect;
use housecall_media::turn::TurnServer;
use housecall_socketio::{self as socketio, ClientAddress};
use housecall_store::{Blobs, Store};
use hyper_util::rt::TokioTimer;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{
    agenda, assets,
    auth::{Grants, Links, Passwords, Secrets, Tickets, Tokens, master_keys},
    clock::Clock,
    config::Config,
    demo, descriptors,
    gateway::Gateway,
    house::{House, Inside},
    ice::Ice,
    origins::Origins,
    recordings::{self, Recordings},
    relay::Relay,
    reminders, rest, turn,
};

/// How long a client may take to send the headers of a request. Longer lets
/// half-sent requests pile up; shorter fails people on bad networks.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// What the browser may do with our pages (W3C Content Security Policy): only
/// what is ours, and no other site may frame us.
const SECURITY_HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    ),
    ("x-frame-options", "DENY"),
];

/// What a server is started with.
pub struct Settings {
    /// The configuration.
    pub config: Config,
    /// Open the demo clinic.
    pub demo: bool,
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// The vocabularies to speak: [`housecall_dialect::ALL`], unless one is
    /// being tried out.
    pub dialects: Vec<&'static dyn Dialect>,
}

/// A server that runs.
pub struct Running {
    address: SocketAddr,
    stun: Option<SocketAddr>,
    relays: Vec<String>,
    metrics: Option<SocketAddr>,
    open_rooms: usize,
    house: House,
    socketio: socketio::Server,
    handle: Handle<SocketAddr>,
    http: JoinHandle<std::io::Result<()>>,
    jobs: JoinSet<()>,
    stop_jobs: CancellationToken,
}

/// Starts a server: everything is ready when this returns.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    let Settings { config, demo, clock, dialects } = settings;
    if demo && config.is_production() {
        bail!("The demo lets anybody in: it cannot be opened in production.");
    }
    let secrets = Secrets::load(&config)?;
    let listener = listen(&config)?;
    let address = listener.local_addr()?;
    if config.is_production() && !config.server.behind_proxy && !address.ip().is_loopback() {
        bail!(
            "In production plain HTTP is served on this machine only. Put a web server that ends \
             TLS in front and set server.behind_proxy, or set HOST to 127.0.0.1."
        );
    }
    let metrics = listen_for_metrics(&config)?;
    let metrics_address = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    let turn = turn::bind(&config, address.ip())?;
    let stun = turn.as_ref().map(TurnServer::udp);
    let relays = turn.as_ref().map(turn::urls).unwrap_or_default();
    descriptors::raise_limit(if relays.is_empty() { 0 } else { config.ice.allocations });

    let url = config.database_url();
    let store = Store::open(&url).await;
    let store = store.with_context(|| format!("The database {url} cannot be opened."))?;
    let master_keys = master_keys(&config)?;
    recordings::prepare(&store, master_keys.as_ref(), &*clock).await?;
    let demo = if demo { Some(demo::open(&store, &*clock).await?) } else { None };
    let origins = Origins::of(&config);
    let house = House::new(Inside {
        open_roles: config.auth.self_registration(config.is_production())?,
        ice: Ice::new(&config, turn.as_ref().map(turn::embedded)),
        relay: Relay::new(
            &config,
            turn::secret(&config, turn.is_some())?,
            turn.as_ref().map(TurnServer::handle),
        ),
        tokens: Tokens::new(&secrets),
        tickets: Tickets::new(&secrets),
        links: Links::new(&secrets),
        grants: Grants::new(&secrets),
        recordings: Recordings::new(&config, master_keys)?,
        invitations: Default::default(),
        opening: Default::default(),
        passwords: Passwords::new()?,
        directory: Default::default(),
        sightings: Default::default(),
        presences: Default::default(),
        sessions: Default::default(),
        rooms: Default::default(),
        closing: AtomicBool::new(false),
        paces: config.chat.paces(),
        blobs: Blobs::in_folder(&config.files()),
        clock,
        store,
        demo,
        config,
    });
    house.tidy_files().await.context("The folder of files cannot be tidied up.")?;
    let open_rooms = agenda::restore(&house).await?;

    let socketio = socket_server(&house, &origins, &dialects);
    let handle = Handle::new();
    let router = router(&house, &socketio, &origins);
    let http = tokio::spawn(serve_http(listener, router, handle.clone())?);
    let stop_jobs = CancellationToken::new();
    let jobs = start_jobs(&house, turn, metrics, &stop_jobs)?;
    Ok(Running {
        address,
        stun,
        relays,
        metrics: metrics_address,
        open_rooms,
        house,
        socketio,
        handle,
        http,
        jobs,
        stop_jobs,
    })
}

impl Running {
    /// Where HTTP is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where STUN is answered, if it is.
    pub fn stun(&self) -> Option<SocketAddr> {
        self.stun
    }

    /// Where TURN relays, as URLs; nowhere if it does not.
    pub fn relays(&self) -> &[String] {
        &self.relays
    }

    /// Where figures are had without a token, if they are.
    pub fn metrics(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// How many calls were open when the process ended the last time.
    pub fn open_rooms(&self) -> usize {
        self.open_rooms
    }

    /// Connections over Socket.IO.
    pub fn connections(&self) -> usize {
        self.socketio.connections()
    }

    /// Stops: takes nothing new, ends connections, finishes writes. Calls go on
    /// between the browsers, and are picked up at the next start.
    pub async fn stop(mut self) {
        self.house.close();
        let patience = self.house.config.shutdown();
        self.handle.graceful_shutdown(Some(patience));
        if !self.socketio.shutdown(patience / 2).await {
            tracing::warn!("Some connections did not end in time");
        }
        self.stop_jobs.cancel();
        while self.jobs.join_next().await.is_some() {}
        if !matches!(self.http.await, Ok(Ok(()))) {
            tracing::warn!("The HTTP server did not end cleanly");
        }
        self.house.store.close().await;
    }
}

fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let (host, port) = (config.server.host.as_str(), config.server.port);
    let trouble = || {
        format!("Cannot listen on {host}:{port}. Is something else using it? Set PORT to another.")
    };
    let addresses: Vec<SocketAddr> =
        (host, port).to_socket_addrs().with_context(trouble)?.collect();
    let listener = TcpListener::bind(&addresses[..]).with_context(trouble)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn listen_for_metrics(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let (host, port) = (config.metrics.host.as_str(), config.metrics.port);
    if port == 0 {
        return Ok(None);
    }
    let listener = TcpListener::bind((host, port)).with_context(|| {
        format!("Cannot listen on {host}:{port}. Is something else using it? Set metrics.port.")
    })?;
    listener.set_nonblocking(true)?;
    Ok(Some(listener))
}

fn socket_server(
    house: &House,
    origins: &Origins,
    dialects: &[&'static dyn Dialect],
) -> socketio::Server {
    let limits = &house.config.limits;
    let per_second = NonZeroU32::new(limits.handshakes_per_minute.div_ceil(60));
    let burst = NonZeroU32::new(limits.handshakes_per_minute).unwrap_or(NonZeroU32::MIN);
    let origins = origins.clone();
    let builder = socketio::Server::builder()
        .limits(socketio::Limits {
            max_payload: limits.message_bytes,
            max_queue: limits.outbox_bytes,
            write_timeout: limits.write_timeout(),
            handshakes_per_second: per_second,
            handshake_burst: burst,
            ..socketio::Limits::default()
        })
        .allow_origin(move |origin| origins.allow(origin));
    let namespaces = dialects.iter().flat_map(|it| it.namespaces());
    let namespaces: BTreeSet<&'static str> = namespaces.copied().collect();
    let with_all = namespaces.into_iter().fold(builder, |builder, namespace| {
        let spoken = dialects.iter().filter(|it| it.namespaces().contains(&namespace));
        builder.namespace(namespace, Gateway::new(house.clone(), spoken.copied().collect()))
    });
    with_all.build()
}

/// Takes the client's address from the last entry of X-Forwarded-For: the one
/// that the web server in front of us added itself.
async fn believe_proxy(mut request: Request) -> Request {
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|it| it.to_str().ok()).and_then(|it| it.rsplit(',').next());
    if let Some(address) = last.and_then(|it| it.trim().parse().ok()) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}

fn router(house: &House, socketio: &socketio::Server, origins: &Origins) -> Router {
    let router = Router::new()
        .route("/api/{*path}", any(rest::not_found))
        .route("/webrtc/{*path}", any(rest::not_found))
        .merge(rest::router(house.clone(), origins))
        .merge(assets::router())
        .merge(socketio.router());
    let router = match house.config.server.behind_proxy {
        true => router.layer(map_request(believe_proxy)),
        false => router,
    };
    SECURITY_HEADERS.iter().fold(router, |router, (name, value)| {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        router.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}

fn serve_http(
    listener: TcpListener,
    router: Router,
    handle: Handle<SocketAddr>,
) -> anyhow::Result<impl Future<Output = std::io::Result<()>>> {
    let mut server =
        axum_server::from_tcp(listener)?.acceptor(NoDelayAcceptor::new()).handle(handle);
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(server.serve(service))
}

fn start_jobs(
    house: &House,
    turn: Option<TurnServer>,
    metrics: Option<TcpListener>,
    stop: &CancellationToken,
) -> anyhow::Result<JoinSet<()>> {
    let mut jobs = JoinSet::new();
    let until_stopped = |job: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
        let stop = stop.clone();
        async move { stop.run_until_cancelled(job).await.unwrap_or(()) }
    };
    jobs.spawn(until_stopped(Box::pin(agenda::keep(house.clone()))));
    jobs.spawn(until_stopped(Box::pin(agenda::watch_quality(house.clone()))));
    jobs.spawn(until_stopped(Box::pin(reminders::keep(house.clone()))));
    jobs.spawn(until_stopped(Box::pin(recordings::finish(house.clone()))));
    jobs.spawn(until_stopped(Box::pin(recordings::sweep(house.clone()))));
    if let Some(turn) = turn {
        jobs.spawn(turn.run(Arc::new(house.clone()), stop.clone().cancelled_owned()));
    }
    if let Some(listener) = metrics {
        let figures = serve_http(listener, rest::metrics_router(house.clone()), Handle::new())?;
        jobs.spawn(until_stopped(Box::pin(async move {
            if let Err(error) = figures.await {
                tracing::error!(%error, "Figures are no longer served");
            }
        })));
    }
    Ok(jobs)
}
