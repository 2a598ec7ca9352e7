//! IPv4 and IPv6 (RFC 8656, what was RFC 6156 before).

use housecall_media::client::{Allocate, Family};
use housecall_media::turn::Transport;

use crate::support::*;

fn wanted(family: Option<Family>, additional: Option<Family>) -> Allocate {
    Allocate { family, additional, ..Allocate::default() }
}

#[tokio::test]
async fn either_family_can_be_had_whatever_one_came_by() {
    let house = House::with(both_families());
    for transport in [Transport::Udp, Transport::Tcp] {
        let cases =
            [(None, "127.0.0.1"), (Some(Family::V4), "127.0.0.1"), (Some(Family::V6), "::1")];
        for (family, expected) in cases {
            let mut client = house.client_over(transport, "ann").await;
            let allocation = client.allocate(&wanted(family, None)).await.expect("an allocation");
            assert_eq!(allocation.address().ip(), ip(expected), "{family:?}");
            assert_eq!(allocation.mapped, client.local_addr().expect("an address"));
        }
    }
}

#[tokio::test]
async fn packets_go_both_ways_over_ipv6() {
    let house = House::with(both_families());
    let peer = peer("[::1]:0").await;
    let mut client = house.client("ann").await;
    let relayed = client.allocate(&wanted(Some(Family::V6), None)).await.expect("an allocation");
    client.create_permission(&[at(&peer)]).await.expect("a permission");
    client.send(at(&peer), b"by indication").await.expect("it can be sent");
    assert_eq!(heard(&peer).await, (b"by indication".to_vec(), relayed.address()));
    client.channel_bind(0x4000, at(&peer)).await.expect("a channel");
    client.send_channel(0x4000, b"by channel").await.expect("it can be sent");
    assert_eq!(heard(&peer).await, (b"by channel".to_vec(), relayed.address()));
    peer.send_to(b"back", relayed.address()).await.expect("it can be sent");
    let back = received(&mut client).await;
    assert_eq!((back.peer, back.channel, &back.bytes[..]), (at(&peer), Some(0x4000), &b"back"[..]));
}

#[tokio::test]
async fn a_peer_of_the_other_family_is_refused() {
    let house = House::with(both_families());
    for (family, peer) in [(Family::V4, "[::1]:9"), (Family::V6, "127.0.0.1:9")] {
        let mut client = house.client("ann").await;
        client.allocate(&wanted(Some(family), None)).await.expect("an allocation");
        let peer = address(peer);
        assert_eq!(said(client.create_permission(&[peer]).await), "443", "{family:?}");
        assert_eq!(said(client.channel_bind(0x4000, peer).await), "443", "{family:?}");
    }
}

#[tokio::test]
async fn both_families_can_be_had_at_once() {
    let house = House::with(both_families());
    let mut client = house.client("ann").await;
    let allocation = client.allocate(&wanted(None, Some(Family::V6))).await.expect("an allocation");
    let families: Vec<_> = allocation.relayed.iter().map(|it| it.ip()).collect();
    assert_eq!(families, [ip("127.0.0.1"), ip("::1")]);
    assert_eq!(allocation.additional_refused, None);
    let (four, six) = (peer("127.0.0.1:0").await, peer("[::1]:0").await);
    client.create_permission(&[at(&four), at(&six)]).await.expect("permissions for both");
    for (peer, relayed) in [(&four, allocation.relayed[0]), (&six, allocation.relayed[1])] {
        client.send(at(peer), b"out").await.expect("it can be sent");
        assert_eq!(heard(peer).await, (b"out".to_vec(), relayed));
        peer.send_to(b"back", relayed).await.expect("it can be sent");
        assert_eq!(received(&mut client).await.peer, at(peer));
    }
    client.refresh(Some(std::time::Duration::ZERO)).await.expect("both are released");
    for relayed in allocation.relayed {
        becomes("the port free", || std::net::UdpSocket::bind(relayed).is_ok()).await;
    }
}

#[tokio::test]
async fn one_family_is_better_than_none() {
    let house = House::open();
    let mut client = house.client("ann").await;
    let allocation = client.allocate(&wanted(None, Some(Family::V6))).await.expect("an allocation");
    assert_eq!((allocation.relayed.len(), allocation.additional_refused), (1, Some(440)));
    let mut other = house.client("ann").await;
    assert_eq!(said(other.allocate(&wanted(Some(Family::V6), None)).await), "440");
}
