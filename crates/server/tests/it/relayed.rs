//! A house that relays, and people who relay through it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use housecall_core::Role;
use housecall_media::{
    client::{Allocate, ClientError, Endpoint, TurnClient},
    turn::{Credential, Transport},
};
use serde_json::Value;
use tokio::{net::UdpSocket, time::timeout};

use crate::support::TestHouse;

/// How long something may take on a machine that is very busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long nothing is waited for, where something would come at once.
const QUIET: Duration = Duration::from_millis(100);

/// An address of this machine that no other test listens on, now or in another
/// process: all of 127.0.0.0/8 is ours.
pub(crate) fn own_address() -> IpAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::new(127, high | 0x80, low, number).into()
}

/// A house whose relay may reach this machine.
pub(crate) async fn relaying_house(settings: &[(&str, &str)]) -> TestHouse {
    let address = own_address().to_string();
    let own = [
        ("HOUSECALL_ICE__HOST", address.as_str()),
        ("HOUSECALL_ICE__PORT", "3478"),
        ("HOUSECALL_ICE__ALLOWED_PEERS", "127.0.0.0/8"),
        ("TURN_SECRET", "north"),
    ];
    TestHouse::with(&[&own, settings].concat()).await
}

/// What the house tells somebody to use.
pub(crate) async fn credential(house: &TestHouse, who: &str) -> Credential {
    let token = house.token(who, Role::Provider);
    let (status, told) = house.get("/api/ice-servers", &token).await;
    assert_eq!(status, 200, "{told}");
    let servers = told["iceServers"].as_array().expect("a list");
    let relay = servers.iter().find(|it| it["username"].is_string()).expect("a TURN server");
    let text = |name: &str| relay[name].as_str().expect("a text").to_owned();
    Credential { username: text("username"), password: text("credential") }
}

/// Somebody with a relayed address.
pub(crate) struct Relayed {
    pub(crate) turn: TurnClient,
    pub(crate) at: SocketAddr,
}

impl Relayed {
    pub(crate) async fn open(house: &TestHouse, who: &str) -> Self {
        let credential = credential(house, who).await;
        Self::with(house, credential).await.expect("they may allocate")
    }

    pub(crate) async fn with(
        house: &TestHouse,
        credential: Credential,
    ) -> Result<Self, ClientError> {
        let server = house.running().stun().expect("it runs");
        let endpoint = Endpoint::new(Transport::Udp, server);
        let mut turn = TurnClient::connect(&endpoint, Some(credential)).await?;
        let at = turn.allocate(&Allocate::default()).await?.address();
        Ok(Self { turn, at })
    }

    /// Asks whether packets may be exchanged with an address: "granted", or the
    /// code of the refusal.
    pub(crate) async fn asks_for(&mut self, peer: SocketAddr) -> String {
        said(self.turn.create_permission(&[peer]).await)
    }

    /// Waits until packets may be exchanged with an address.
    pub(crate) async fn reaches(&mut self, peer: SocketAddr) {
        let granted = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            while self.asks_for(peer).await != "granted" {
                ticks.tick().await;
            }
        };
        let reached = timeout(PATIENCE, granted).await;
        reached.unwrap_or_else(|_| panic!("{peer} was never to be reached"));
    }
}

/// "granted", or the code of the refusal.
pub(crate) fn said<T>(answer: Result<T, ClientError>) -> String {
    match answer {
        Ok(_) => "granted".to_owned(),
        Err(error) => error.code().map_or_else(|| error.to_string(), |it| it.to_string()),
    }
}

/// Somebody out there.
pub(crate) struct Peer(UdpSocket);

impl Peer {
    pub(crate) async fn at(address: &str) -> Self {
        Self(UdpSocket::bind((address, 0)).await.expect("a free port"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().expect("it is bound")
    }

    pub(crate) async fn says(&self, to: SocketAddr, text: &str) {
        self.0.send_to(text.as_bytes(), to).await.expect("it can be sent");
    }

    pub(crate) async fn hears(&self) -> String {
        let mut buffer = [0; 64];
        let (length, _) = timeout(PATIENCE, self.0.recv_from(&mut buffer))
            .await
            .expect("something comes in time")
            .expect("it can be received");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    pub(crate) async fn hears_nothing(&self) {
        let heard = timeout(QUIET, self.0.recv_from(&mut [0; 64])).await;
        assert!(heard.is_err(), "something came through");
    }
}

/// A candidate as browsers send it.
pub(crate) fn candidate(address: SocketAddr) -> Value {
    serde_json::json!({
        "candidate": format!(
            "candidate:1 1 udp 2122260223 {} {} typ host generation 0 ufrag aaaa",
            address.ip(),
            address.port()
        ),
        "sdpMid": "0",
        "sdpMLineIndex": 0,
    })
}

/// An offer whose candidate is in it.
pub(crate) fn offer(address: SocketAddr) -> Value {
    let sdp = format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
         a=ice-ufrag:aaaa\r\na=candidate:1 1 udp 2122260223 {} {} typ srflx raddr 10.0.0.1 rport 9\r\n",
        address.ip(),
        address.port()
    );
    serde_json::json!({ "type": "offer", "sdp": sdp })
}
