//! Requests that cannot be granted because of how they are made.

use housecall_media::client::{Allocate, Request};
use housecall_media::stun::{Kind, Method};
use housecall_media::turn::Transport;

use crate::support::*;

const PEER: &str = "127.0.0.1:9";
const COMPREHENSION_REQUIRED: Kind = Kind(0x7ABC);

fn allocate() -> Request {
    Request::new(Method::ALLOCATE).with(Kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0])
}

fn bind(number: u16) -> Request {
    let [high, low] = number.to_be_bytes();
    Request::new(Method::CHANNEL_BIND).with(Kind::CHANNEL_NUMBER, &[high, low, 0, 0])
}

fn peer(request: Request) -> Request {
    request.with_address(Kind::XOR_PEER_ADDRESS, address(PEER))
}

/// What is said to requests of somebody who has no allocation.
async fn check_newcomer(cases: Vec<(&str, Request, &str)>) {
    let house = House::open();
    let mut wrong = Vec::new();
    for (name, request, expected) in cases {
        let mut client = house.client("ann").await;
        let answer = said(client.ask(&request).await);
        wrong.extend((answer != expected).then(|| format!("{name}: {answer}, not {expected}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(house.allocations(), 0);
}

/// What is said to requests of somebody who has one.
async fn check_guest(cases: Vec<(&str, Request, &str)>) {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    for (name, request, expected) in cases {
        assert_eq!(said(client.ask(&request).await), expected, "{name}");
    }
    assert_eq!(said(client.refresh(None).await), "granted", "the allocation is unharmed");
}

#[tokio::test]
async fn an_allocation_must_be_asked_for_rightly() {
    let even = Kind::EVEN_PORT;
    let family = Kind::REQUESTED_ADDRESS_FAMILY;
    let additional = Kind::ADDITIONAL_ADDRESS_FAMILY;
    let token = Kind::RESERVATION_TOKEN;
    let plain = Request::new(Method::ALLOCATE);
    let transport = |it: &[u8]| plain.clone().with(Kind::REQUESTED_TRANSPORT, it);
    check_newcomer(vec![
        ("no transport", plain.clone(), "400"),
        ("TCP to peers", transport(&[6, 0, 0, 0]), "442"),
        ("an unknown transport", transport(&[255, 0, 0, 0]), "442"),
        ("an unknown family", allocate().with(family, &[3, 0, 0, 0]), "440"),
        ("a transport of one byte", transport(&[17]), "400"),
        ("an empty family", allocate().with(family, &[]), "400"),
        ("an empty even port", allocate().with(even, &[]), "400"),
        ("half a lifetime", allocate().with(Kind::LIFETIME, &[1, 0]), "400"),
        ("IPv6 that is not there", allocate().with(family, &[2, 0, 0, 0]), "440"),
        ("IPv4 in addition", allocate().with(additional, &[1, 0, 0, 0]), "400"),
        (
            "a family and another",
            allocate().with(family, &[1, 0, 0, 0]).with(additional, &[2, 0, 0, 0]),
            "400",
        ),
        (
            "a token and a family",
            allocate().with(token, &[7; 8]).with(family, &[1, 0, 0, 0]),
            "400",
        ),
        ("a token and even", allocate().with(token, &[7; 8]).with(even, &[0]), "400"),
        (
            "a token and another",
            allocate().with(token, &[7; 8]).with(additional, &[2, 0, 0, 0]),
            "400",
        ),
        ("half a token", allocate().with(token, &[7; 4]), "400"),
        (
            "two reserved of two",
            allocate().with(even, &[0x80]).with(additional, &[2, 0, 0, 0]),
            "400",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_must_be_understood_and_is_not_is_named() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let requests = [
        Request::new(Method::REFRESH),
        peer(Request::new(Method::CREATE_PERMISSION)),
        peer(bind(0x4000)),
    ];
    for request in requests {
        let request = request.with(COMPREHENSION_REQUIRED, b"?");
        let answer = client.exchange(&request).await.expect("an answer");
        assert_eq!(answer.code(), Some(420));
        let named = answer.message().find(Kind::UNKNOWN_ATTRIBUTES);
        assert_eq!(named, Some(&COMPREHENSION_REQUIRED.0.to_be_bytes()[..]));
    }
    let optional = Request::new(Method::REFRESH).with(Kind(0xC057), b"?");
    assert_eq!(said(client.ask(&optional).await), "granted");
}

#[tokio::test]
async fn without_an_allocation_nothing_else_can_be_had() {
    check_newcomer(vec![
        ("refresh", Request::new(Method::REFRESH), "437"),
        ("permission", peer(Request::new(Method::CREATE_PERMISSION)), "437"),
        ("channel", peer(bind(0x4000)), "437"),
    ])
    .await;
}

#[tokio::test]
async fn permissions_must_be_asked_for_rightly() {
    let permission = || Request::new(Method::CREATE_PERMISSION);
    let wrong = |value: &[u8]| permission().with(Kind::XOR_PEER_ADDRESS, value);
    check_guest(vec![
        ("nobody", permission(), "400"),
        ("half an address", wrong(&[0, 1, 0, 9]), "400"),
        ("an unknown family", wrong(&[0, 3, 0, 9, 127, 0, 0, 1]), "400"),
        ("IPv6 in four bytes", wrong(&[0, 2, 0, 9, 127, 0, 0, 1]), "400"),
        (
            "IPv6 from IPv4",
            permission().with_address(Kind::XOR_PEER_ADDRESS, address("[::1]:9")),
            "443",
        ),
        ("one", peer(permission()), "granted"),
        ("the same again", peer(permission()), "granted"),
        ("two", peer(peer(permission())), "granted"),
    ])
    .await;
}

#[tokio::test]
async fn of_several_permissions_all_are_granted_or_none() {
    let house = House::open();
    house.rules.hide("ann", ip("127.0.0.3"));
    let (mut client, relayed) = house.guest("ann").await;
    let one = crate::support::peer("127.0.0.1:0").await;
    let hidden = address("127.0.0.3:9");
    assert_eq!(said(client.create_permission(&[at(&one), hidden]).await), "403");
    one.send_to(b"early", relayed.address()).await.expect("it can be sent");
    client_hears_nothing(&mut client).await;
    assert_eq!(said(client.create_permission(&[at(&one)]).await), "granted");
    one.send_to(b"now", relayed.address()).await.expect("it can be sent");
    assert_eq!(received(&mut client).await.bytes, b"now");
}

#[tokio::test]
async fn channels_must_be_asked_for_rightly() {
    let other =
        |request: Request| request.with_address(Kind::XOR_PEER_ADDRESS, address("127.0.0.1:10"));
    check_guest(vec![
        ("no number", peer(Request::new(Method::CHANNEL_BIND)), "400"),
        ("no peer", bind(0x4000), "400"),
        ("a number too low", peer(bind(0x3FFF)), "400"),
        ("a number too high", peer(bind(0x8000)), "400"),
        (
            "half a number",
            peer(Request::new(Method::CHANNEL_BIND).with(Kind::CHANNEL_NUMBER, &[0x40])),
            "400",
        ),
        ("one", peer(bind(0x4000)), "granted"),
        ("the same again", peer(bind(0x4000)), "granted"),
        ("the number for another", other(bind(0x4000)), "400"),
        ("another number for the peer", peer(bind(0x4001)), "400"),
        ("another for another", other(bind(0x4001)), "granted"),
        (
            "the highest of coturn's",
            bind(0x7FFF).with_address(Kind::XOR_PEER_ADDRESS, address("127.0.0.1:11")),
            "granted",
        ),
        (
            "IPv6 from IPv4",
            bind(0x4003).with_address(Kind::XOR_PEER_ADDRESS, address("[::1]:9")),
            "443",
        ),
    ])
    .await;
}

#[tokio::test]
async fn unknown_methods_and_answers_are_not_answered() {
    let house = House::open();
    let mut client = house.client("ann").await;
    assert_eq!(said(client.refresh(None).await), "437");
    let proof = client.proof().cloned();
    let strange = Request::new(Method(0x00C))
        .bytes(housecall_media::stun::TransactionId([1; 12]), proof.as_ref());
    client.say(&strange).await.expect("it can be sent");
    let heard = tokio::time::timeout(QUIET, client.hear()).await;
    if let Ok(heard) = heard {
        let heard = heard.expect("the socket stands");
        assert_eq!(heard[..2], [0x01, 0x1C], "if anything, an error");
    }
    assert_eq!(said(client.allocate(&Allocate::default()).await), "granted");
}

#[tokio::test]
async fn without_a_relay_only_stun_is_answered() {
    let mut settings = settings();
    settings.relay = None;
    let server = housecall_media::turn::TurnServer::bind(settings).expect("its address is free");
    assert_eq!((server.tcp(), server.tls()), (None, None));
    let endpoint = housecall_media::client::Endpoint {
        patience: QUIET,
        ..housecall_media::client::Endpoint::new(Transport::Udp, server.udp())
    };
    let rules = House::open().rules;
    let running = tokio::spawn(server.run(rules, std::future::pending()));
    let mut client = connect(&endpoint, Some(credential("ann"))).await;
    assert_eq!(client.binding().await.expect("STUN"), client.local_addr().expect("an address"));
    client.allocate(&Allocate::default()).await.expect_err("nothing is relayed");
    running.abort();
}
