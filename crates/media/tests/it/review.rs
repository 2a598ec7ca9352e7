//! What was granted is withdrawn when the house says so.

use std::time::Duration;

use housecall_media::client::Allocate;
use housecall_media::turn::Transport;
use tokio::time::Instant;

use crate::support::*;

/// How soon a withdrawal counts.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_withdrawn_permission_stops_packets_both_ways() {
    let house = House::open();
    let (mut client, relayed) = house.guest("ann").await;
    let peer = peer("127.0.0.1:0").await;
    client.channel_bind(0x4000, at(&peer)).await.expect("a channel");
    client.send_channel(0x4000, b"before").await.expect("it can be sent");
    assert_eq!(heard(&peer).await.0, b"before");

    house.rules.hide("ann", LOCALHOST);
    house.review("ann");
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    while house.counters().dropped_without_permission == 0 {
        assert!(begun.elapsed() < SOON, "packets still pass after {SOON:?}");
        ticks.tick().await;
        client.send_channel(0x4000, b"after").await.expect("it can be sent");
    }
    println!("a permission was withdrawn after {:?}", begun.elapsed());
    while peer.try_recv(&mut [0; 64]).is_ok() {}
    client.send_channel(0x4000, b"by channel").await.expect("it can be sent");
    client.send(at(&peer), b"by indication").await.expect("it can be sent");
    peer_hears_nothing(&peer).await;
    peer.send_to(b"back", relayed.address()).await.expect("it can be sent");
    client_hears_nothing(&mut client).await;
    assert_eq!(said(client.create_permission(&[at(&peer)]).await), "403");
    assert_eq!(said(client.channel_bind(0x4000, at(&peer)).await), "403");
    assert_eq!(said(client.refresh(None).await), "granted", "the allocation itself stays");
}

#[tokio::test]
async fn two_who_may_no_longer_meet_do_not() {
    let house = House::open();
    let (mut ann, of_ann) = house.guest("ann").await;
    let (mut ben, of_ben) = house.guest("ben").await;
    ann.create_permission(&[of_ben.address()]).await.expect("a permission");
    ben.create_permission(&[of_ann.address()]).await.expect("a permission");
    ann.send(of_ben.address(), b"before").await.expect("it can be sent");
    assert_eq!(received(&mut ben).await.bytes, b"before");
    house.rules.part("ann", "ben");
    house.rules.hide("ann", LOCALHOST);
    house.rules.hide("ben", LOCALHOST);
    house.review("ann");
    house.review("ben");
    let dropped = || house.counters().dropped_without_permission;
    ann.send(of_ben.address(), b"after").await.expect("it can be sent");
    becomes("the packet dropped", || dropped() > 0).await;
    client_hears_nothing(&mut ben).await;
}

#[tokio::test]
async fn who_may_not_stay_loses_everything_at_once() {
    let house = House::with_tls();
    let mut clients = Vec::new();
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let mut client = house.client_over(transport, "ann").await;
        let allocation = client.allocate(&Allocate::default()).await.expect("an allocation");
        clients.push((transport, client, allocation));
    }
    let (mut ben, _) = house.guest("ben").await;
    house.rules.send_away("ann");
    house.review("ann");
    let took = becomes("the allocations released", || house.allocations() == 1).await;
    println!("three allocations were released after {took:?}");
    assert!(took < SOON);
    for (transport, _, allocation) in &clients {
        let port = || std::net::UdpSocket::bind(allocation.address()).is_ok();
        becomes(&format!("the port of {transport:?} free"), port).await;
    }
    let (_, ann, _) = &mut clients[0];
    let refused = said(ann.refresh(None).await);
    assert!(["401", "403", "437"].contains(&refused.as_str()), "{refused}");
    assert_eq!(said(ann.allocate(&Allocate::default()).await), "401");
    assert_eq!(said(ben.refresh(None).await), "granted", "others are not concerned");
}

/// Also without a review: whoever may not stay cannot prolong it.
#[tokio::test]
async fn who_may_not_stay_cannot_refresh() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    house.rules.send_away("ann");
    let refused = said(client.refresh(None).await);
    assert!(["401", "403", "437"].contains(&refused.as_str()), "{refused}");
}

#[tokio::test]
async fn a_review_of_who_may_stay_changes_nothing() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let peer = peer("127.0.0.1:0").await;
    client.channel_bind(0x4000, at(&peer)).await.expect("a channel");
    house.review("ann");
    house.review("nobody");
    client.send_channel(0x4000, b"on").await.expect("it can be sent");
    assert_eq!(heard(&peer).await.0, b"on");
    assert_eq!(said(client.refresh(None).await), "granted");
}

#[tokio::test]
async fn who_goes_while_they_allocate_has_nothing() {
    let house = House::open();
    house.rules.send_away_after_a_word("ann");
    let mut client = house.client("ann").await;
    assert_eq!(said(client.allocate(&Allocate::default()).await), "401");
    assert_eq!(house.counters().allocations, [0; 3]);
}
