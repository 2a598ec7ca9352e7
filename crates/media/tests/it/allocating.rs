//! Getting a relayed address, keeping it, and giving it back.

use std::time::Duration;

use housecall_media::client::{Allocate, Request};
use housecall_media::stun::{Kind, Method, TransactionId};
use housecall_media::turn::Transport;

use crate::support::*;

const TRANSPORTS: [Transport; 3] = [Transport::Udp, Transport::Tcp, Transport::Tls];

#[tokio::test]
async fn an_allocation_is_made_kept_and_released_over_every_transport() {
    let house = House::with_tls();
    for (index, transport) in TRANSPORTS.into_iter().enumerate() {
        let mut client = house.client_over(transport, "ann").await;
        let allocation = client.allocate(&Allocate::default()).await.expect("an allocation");
        assert_eq!(allocation.relayed.len(), 1, "{transport:?}");
        assert_eq!(allocation.address().ip(), LOCALHOST);
        assert!((49_152..=65_535).contains(&allocation.address().port()));
        assert_eq!(allocation.mapped, client.local_addr().expect("an address"));
        assert_eq!(allocation.lifetime, Duration::from_secs(600));
        assert_eq!(house.counters().allocations[index], 1, "{transport:?}");
        let taken = std::net::UdpSocket::bind(allocation.address());
        assert!(taken.is_err(), "the relayed port belongs to the relay");

        assert_eq!(client.refresh(None).await.expect("it is kept").as_secs(), 600);
        assert_eq!(
            client.refresh(Some(Duration::ZERO)).await.expect("it is released").as_secs(),
            0
        );
        assert_eq!(house.allocations(), 0, "{transport:?}");
        becomes("the port free", || std::net::UdpSocket::bind(allocation.address()).is_ok()).await;
        assert_eq!(said(client.refresh(None).await), "437", "{transport:?}");
        assert_eq!(said(client.allocate(&Allocate::default()).await), "granted", "{transport:?}");
        client.refresh(Some(Duration::ZERO)).await.expect("it is released again");
    }
}

/// RFC 8656 section 7.2: no less than ten minutes, no more than the server allows.
#[tokio::test]
async fn lifetimes_are_what_was_asked_for_within_limits() {
    let house = House::open();
    for (asked, granted) in [(1, 600), (900, 900), (3_600, 3_600), (100_000, 3_600)] {
        let mut client = house.client("ann").await;
        let lifetime = Some(Duration::from_secs(asked));
        let wanted = Allocate { lifetime, ..Allocate::default() };
        let allocation = client.allocate(&wanted).await.expect("an allocation");
        assert_eq!(allocation.lifetime.as_secs(), granted, "an allocation for {asked} s");
        let refreshed = client.refresh(lifetime).await.expect("it is kept");
        assert_eq!(refreshed.as_secs(), granted, "a refresh for {asked} s");
    }
}

#[tokio::test]
async fn an_allocation_asked_for_twice_is_one() {
    let house = House::open();
    let mut client = house.client("ann").await;
    assert_eq!(said(client.refresh(None).await), "437");
    let request = Request::new(Method::ALLOCATE).with(Kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
    let transaction = TransactionId(*b"a dozen byte");
    let bytes = request.bytes(transaction, client.proof());
    let first = client.exchange_bytes(&bytes, transaction).await.expect("an answer");
    let again = client.exchange_bytes(&bytes, transaction).await.expect("an answer");
    assert!(first.is_success());
    let relayed = first.address(Kind::XOR_RELAYED_ADDRESS);
    assert_eq!(relayed, again.address(Kind::XOR_RELAYED_ADDRESS));
    assert!(relayed.is_some());
    assert_eq!(house.counters().allocated, 1);

    assert_eq!(said(client.ask(&request).await), "437");
    assert_eq!(house.allocations(), 1);
}

#[tokio::test]
async fn a_refresh_that_arrives_twice_is_answered_twice() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let request = Request::new(Method::REFRESH).with(Kind::LIFETIME, &[0; 4]);
    let transaction = TransactionId([3; 12]);
    let bytes = request.bytes(transaction, client.proof());
    let first = client.exchange_bytes(&bytes, transaction).await.expect("an answer");
    assert!(first.is_success());
    let again = client.exchange_bytes(&bytes, transaction).await.expect("an answer");
    assert_eq!(again.code(), Some(437));
}

#[tokio::test]
async fn even_ports_and_the_one_after_can_be_had() {
    let house = House::open();
    let mut one = house.client("ann").await;
    let even = Allocate { even_port: Some(true), ..Allocate::default() };
    let first = one.allocate(&even).await.expect("an even port");
    assert_eq!(first.address().port() % 2, 0);
    let token = first.reservation.expect("a token for the next port");
    let claim = Allocate { reservation: Some(token), ..Allocate::default() };

    let mut other = house.client("ann").await;
    let second = other.allocate(&claim).await.expect("the next port");
    assert_eq!(second.address().port(), first.address().port() + 1);
    let mut third = house.client("ann").await;
    assert_eq!(said(third.allocate(&claim).await), "508", "the token is used up");
    let unknown = Allocate { reservation: Some(*b"unknown!"), ..Allocate::default() };
    assert_eq!(said(third.allocate(&unknown).await), "508");
    let alone = Allocate { even_port: Some(false), ..Allocate::default() };
    let allocation = third.allocate(&alone).await.expect("an even port");
    assert_eq!((allocation.address().port() % 2, allocation.reservation), (0, None));
}

#[tokio::test]
async fn stopping_releases_every_port() {
    let house = House::with_tls();
    let mut clients = Vec::new();
    let mut taken = vec![house.udp];
    for transport in TRANSPORTS {
        let mut client = house.client_over(transport, "ann").await;
        taken.push(client.allocate(&Allocate::default()).await.expect("a port").address());
        clients.push(client);
    }
    let streams = [house.tcp, house.tls.expect("it has a certificate")];
    let handle = house.handle.clone();
    house.close().await;
    for address in taken {
        assert!(std::net::UdpSocket::bind(address).is_ok(), "{address} is still taken");
    }
    for address in streams {
        let refused = tokio::net::TcpStream::connect(address).await;
        assert!(refused.is_err(), "{address} still listens");
    }
    for mut client in clients.split_off(1) {
        client.hear().await.expect_err("the connection was ended");
    }
    assert_eq!(handle.counters().allocations, [0; 3]);
}
