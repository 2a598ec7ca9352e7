//! The client against servers that say what a test wants them to.

use std::net::Ipv4Addr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;
use crate::stun::{Key, write_xor_address};
use crate::turn::Transport;

const REALM: &[u8] = b"house";

fn credential() -> Credential {
    Credential { username: "ann".into(), password: "north".into() }
}

type Reply = fn(&Message<'_>) -> Option<Vec<u8>>;

/// A server on UDP that answers the requests in turn.
async fn serve(answers: Vec<Reply>) -> Endpoint {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = Endpoint::new(Transport::Udp, socket.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        for answer in answers {
            let (length, source) = socket.recv_from(&mut buffer).await.expect("a datagram");
            let message = Message::parse(&buffer[..length]).expect("a request");
            if let Some(reply) = answer(&message) {
                socket.send_to(&reply, source).await.expect("it can be sent");
            }
        }
    });
    endpoint
}

fn key() -> Key {
    Key::long_term("ann", "house", "north")
}

fn error(request: &Message<'_>, code: [u8; 4], nonce: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer =
        Writer::start(&mut bytes, Class::Error, request.method(), request.transaction());
    writer.attribute(Kind::ERROR_CODE, &[&code[..], b"No"].concat());
    writer.attribute(Kind::REALM, REALM);
    writer.attribute(Kind::NONCE, nonce);
    Some(bytes)
}

/// Grants ten minutes, sealed, if the request is sealed and has this nonce.
fn granted(request: &Message<'_>, nonce: &[u8]) -> Option<Vec<u8>> {
    assert!(request.is_sealed_with(&key()), "the request is sealed");
    assert_eq!(request.find(Kind::NONCE), Some(nonce));
    let mut bytes = Vec::new();
    let mut writer =
        Writer::start(&mut bytes, Class::Success, request.method(), request.transaction());
    writer.attribute(Kind::LIFETIME, &600_u32.to_be_bytes());
    writer.seal(&key());
    Some(bytes)
}

async fn refresh(endpoint: &Endpoint) -> Result<Duration, ClientError> {
    let mut client = TurnClient::connect(endpoint, Some(credential())).await.expect("a socket");
    client.refresh(None).await
}

#[tokio::test]
async fn it_proves_who_it_is_when_asked_and_again_when_the_nonce_is_stale() {
    let endpoint = serve(vec![
        |it| error(it, [0, 0, 4, 1], b"first"),
        |it| {
            assert_eq!(it.find(Kind::NONCE), Some(&b"first"[..]));
            error(it, [0, 0, 4, 38], b"second")
        },
        |it| granted(it, b"second"),
    ]);
    let lifetime = refresh(&endpoint.await).await.expect("it is granted");
    assert_eq!(lifetime, Duration::from_secs(600));
}

#[tokio::test]
async fn a_second_401_is_a_refusal() {
    let endpoint = serve(vec![|it| error(it, [0, 0, 4, 1], b"first"), |it| {
        error(it, [0, 0, 4, 1], b"second")
    }]);
    let refused = refresh(&endpoint.await).await.expect_err("it is refused");
    assert_eq!(refused.to_string(), "refused with 401 (No)");
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_not_believed() {
    let endpoint = serve(vec![|it| error(it, [0, 0, 4, 1], b"first"), |it| {
        let mut bytes = granted(it, b"first")?;
        bytes[27] ^= 1;
        Some(bytes)
    }]);
    let error = refresh(&endpoint.await).await.expect_err("it is not believed");
    assert!(matches!(error, ClientError::Nonsense(_)), "{error}");
}

#[tokio::test]
async fn lost_datagrams_are_sent_again_until_patience_ends() {
    let answer = |it: &Message<'_>| {
        let mut bytes = Vec::new();
        let mut writer = Writer::start(&mut bytes, Class::Success, it.method(), it.transaction());
        let address = SocketAddr::from(([192, 0, 2, 1], 7));
        write_xor_address(&mut writer, Kind::XOR_MAPPED_ADDRESS, address, it.transaction());
        Some(bytes)
    };
    let endpoint = serve(vec![|_| None, |_| None, answer]).await;
    let mut client = TurnClient::connect(&endpoint, None).await.expect("a socket");
    let seen = client.binding().await.expect("the third one is answered");
    assert_eq!(seen, SocketAddr::from(([192, 0, 2, 1], 7)));

    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = Endpoint {
        patience: Duration::from_millis(100),
        ..Endpoint::new(Transport::Udp, silent.local_addr().expect("an address"))
    };
    let mut client = TurnClient::connect(&endpoint, None).await.expect("a socket");
    let error = client.binding().await.expect_err("nobody answers");
    assert_eq!(error.to_string(), "no answer within 0.1 seconds");
}

#[tokio::test]
async fn frames_are_found_in_streams_however_they_are_cut() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let endpoint = Endpoint::new(Transport::Tcp, listener.local_addr().expect("an address"));
    let mut client = TurnClient::connect(&endpoint, None).await.expect("somebody listens");
    let (mut server, _) = listener.accept().await.expect("a connection");
    let mut message = Vec::new();
    Writer::start(&mut message, Class::Indication, Method::DATA, TransactionId([7; 12]));
    let frames = [&[0x40, 0, 0, 3, 1, 2, 3, 0][..], &message, &[0x7F, 0xFF, 0, 0]].concat();
    let writing = tokio::spawn(async move {
        for byte in frames {
            server.write_all(&[byte]).await.expect("it can be sent");
        }
    });
    assert_eq!(client.hear().await.expect("channel data"), [0x40, 0, 0, 3, 1, 2, 3]);
    assert_eq!(client.hear().await.expect("a message"), message);
    assert_eq!(client.hear().await.expect("empty channel data"), [0x7F, 0xFF, 0, 0]);
    writing.await.expect("all is sent");
    let error = client.hear().await.expect_err("the end");
    assert!(matches!(error, ClientError::Closed(_)), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_is_said() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    for transport in [Transport::Tcp, Transport::Tls] {
        let endpoint = Endpoint::new(transport, address);
        let error = TurnClient::connect(&endpoint, None).await.err().expect("nobody listens");
        assert!(matches!(error, ClientError::Unreachable(..)), "{error}");
    }
}

#[test]
fn addresses_are_masked_in_the_family_they_are_given_in() {
    let transaction = TransactionId(*b"a dozen byte");
    for address in ["192.0.2.1:7", "[2001:db8::1]:7", "[::ffff:192.0.2.1]:7"] {
        let address = address.parse().expect("an address");
        let value = request::masked(address, transaction);
        assert_eq!(read_xor_address(&value, transaction), Some(address));
    }
}
