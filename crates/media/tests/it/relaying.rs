//! Packets between clients and peers.

use std::time::Duration;

use housecall_media::client::{Allocate, Allocation, Data, TurnClient};
use housecall_media::turn::Transport;

use crate::support::*;

const CHANNEL: u16 = 0x4001;

/// Sizes at which something could go wrong: nothing, each remainder of four, what
/// fits in one Ethernet frame, and more.
const SIZES: [usize; 9] = [0, 1, 2, 3, 4, 120, 1_200, 1_500, 9_000];

fn payload(size: usize) -> Vec<u8> {
    (0..size).map(|it| it as u8).collect()
}

async fn guest_over(house: &House, transport: Transport) -> (TurnClient, Allocation) {
    let mut client = house.client_over(transport, "ann").await;
    let allocation = client.allocate(&Allocate::default()).await.expect("an allocation");
    (client, allocation)
}

#[tokio::test]
async fn packets_go_both_ways_by_indication() {
    let house = House::with_tls();
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let (mut client, relayed) = guest_over(&house, transport).await;
        let peer = peer("127.0.0.1:0").await;
        client.create_permission(&[at(&peer)]).await.expect("a permission");
        for bytes in SIZES.map(payload) {
            client.send(at(&peer), &bytes).await.expect("it can be sent");
            assert_eq!(heard(&peer).await, (bytes.clone(), relayed.address()), "{transport:?}");
            peer.send_to(&bytes, relayed.address()).await.expect("it can be sent");
            let expected = Data { peer: at(&peer), channel: None, bytes };
            assert_eq!(received(&mut client).await, expected, "{transport:?}");
        }
    }
}

#[tokio::test]
async fn packets_go_both_ways_by_channel() {
    let house = House::with_tls();
    for transport in [Transport::Udp, Transport::Tcp, Transport::Tls] {
        let (mut client, relayed) = guest_over(&house, transport).await;
        let peer = peer("127.0.0.1:0").await;
        client.channel_bind(CHANNEL, at(&peer)).await.expect("a channel");
        for bytes in SIZES.map(payload) {
            client.send_channel(CHANNEL, &bytes).await.expect("it can be sent");
            assert_eq!(heard(&peer).await, (bytes.clone(), relayed.address()), "{transport:?}");
            peer.send_to(&bytes, relayed.address()).await.expect("it can be sent");
            let expected = Data { peer: at(&peer), channel: Some(CHANNEL), bytes };
            assert_eq!(received(&mut client).await, expected, "{transport:?}");
        }
    }
}

#[tokio::test]
async fn two_relayed_addresses_reach_each_other() {
    let house = House::open();
    let (mut ann, of_ann) = house.guest("ann").await;
    let (mut ben, of_ben) = house.guest("ben").await;
    ann.create_permission(&[of_ben.address()]).await.expect("a permission");
    ben.channel_bind(CHANNEL, of_ann.address()).await.expect("a channel");
    ann.send(of_ben.address(), b"hello").await.expect("it can be sent");
    assert_eq!(
        received(&mut ben).await,
        Data { peer: of_ann.address(), channel: Some(CHANNEL), bytes: b"hello".to_vec() }
    );
    ben.send_channel(CHANNEL, b"good day").await.expect("it can be sent");
    assert_eq!(
        received(&mut ann).await,
        Data { peer: of_ben.address(), channel: None, bytes: b"good day".to_vec() }
    );
}

/// The relay's own address is allowed to those who meet there, though nothing
/// else of this machine is.
#[tokio::test]
async fn who_is_relayed_here_is_reached_where_nothing_else_is() {
    let house = House::with(with(|relay| relay.allowed_peers = Vec::new()));
    let (mut ann, of_ann) = house.guest("ann").await;
    let (mut ben, of_ben) = house.guest("ben").await;
    let (mut eve, of_eve) = house.guest("eve").await;
    house.rules.part("ann", "eve");
    ann.create_permission(&[of_ben.address()]).await.expect("a permission");
    ben.create_permission(&[of_ann.address()]).await.expect("a permission");
    ann.send(of_ben.address(), b"hello").await.expect("it can be sent");
    assert_eq!(received(&mut ben).await.bytes, b"hello");

    assert_eq!(said(eve.channel_bind(CHANNEL, of_ann.address()).await), "403");
    // A permission is for an address, and all who are relayed here share it.
    let _ = eve.create_permission(&[of_ann.address(), of_ben.address()]).await;
    eve.send(of_ann.address(), b"stranger").await.expect("it can be sent");
    client_hears_nothing(&mut ann).await;
    ann.send(of_eve.address(), b"stranger").await.expect("it can be sent");
    client_hears_nothing(&mut eve).await;
}

#[tokio::test]
async fn a_permission_is_for_an_address_whatever_the_port() {
    let house = House::open();
    let (mut client, relayed) = house.guest("ann").await;
    let (one, other) = (peer("127.0.0.1:0").await, peer("127.0.0.1:0").await);
    let foreign = peer("127.0.0.5:0").await;
    client.channel_bind(CHANNEL, at(&one)).await.expect("a channel");
    for (peer, expected) in [(&one, Some(CHANNEL)), (&other, None)] {
        peer.send_to(b"in", relayed.address()).await.expect("it can be sent");
        let data = received(&mut client).await;
        assert_eq!((data.peer, data.channel), (at(peer), expected));
    }
    client.send(at(&other), b"out").await.expect("it can be sent");
    assert_eq!(heard(&other).await.0, b"out");

    foreign.send_to(b"in", relayed.address()).await.expect("it can be sent");
    client_hears_nothing(&mut client).await;
    client.send(at(&foreign), b"out").await.expect("it can be sent");
    peer_hears_nothing(&foreign).await;
    assert_eq!(house.counters().dropped_without_permission, 2);
}

#[tokio::test]
async fn what_is_sent_into_nothing_is_dropped() {
    let house = House::open();
    let peer = peer("127.0.0.1:0").await;
    let mut stranger = connect(&house.endpoint(Transport::Udp), None).await;
    stranger.send(at(&peer), b"no allocation").await.expect("it can be sent");
    stranger.send_channel(CHANNEL, b"no allocation").await.expect("it can be sent");
    let (mut client, _) = house.guest("ann").await;
    client.send(at(&peer), b"no permission").await.expect("it can be sent");
    client.send_channel(CHANNEL, b"no channel").await.expect("it can be sent");
    client.create_permission(&[at(&peer)]).await.expect("a permission");
    client.send_channel(CHANNEL, b"still no channel").await.expect("it can be sent");
    client.say(&[0x40, 1, 0, 9, 1]).await.expect("it can be sent");
    client.send(at(&peer), b"now").await.expect("it can be sent");
    assert_eq!(heard(&peer).await.0, b"now");
    assert_eq!(house.counters().packets_out, 1);
}

#[tokio::test]
async fn what_is_relayed_is_counted() {
    let house = House::open();
    let (mut client, relayed) = house.guest("ann").await;
    let peer = peer("127.0.0.1:0").await;
    client.channel_bind(CHANNEL, at(&peer)).await.expect("a channel");
    for _ in 0..3 {
        client.send_channel(CHANNEL, &[0; 100]).await.expect("it can be sent");
        heard(&peer).await;
    }
    peer.send_to(&[0; 40], relayed.address()).await.expect("it can be sent");
    received(&mut client).await;
    becomes("everything counted", || house.counters().packets_in == 1).await;
    let counters = house.counters();
    assert_eq!((counters.packets_out, counters.bytes_out), (3, 300));
    assert_eq!(counters.bytes_in, 40);
}

/// With a second's worth of 10,000 bytes, 100 packets of 1,000 bytes cannot all
/// pass; somebody else's pass unharmed.
#[tokio::test]
async fn who_sends_too_much_loses_only_their_own() {
    let house = House::with(with(|relay| {
        relay.limits.allocation_rate = 10_000;
        relay.limits.holder_rate = 1_000_000;
    }));
    let peer = peer("127.0.0.1:0").await;
    let (mut loud, _) = house.guest("ann").await;
    loud.channel_bind(CHANNEL, at(&peer)).await.expect("a channel");
    for _ in 0..100 {
        loud.send_channel(CHANNEL, &[0; 1_000]).await.expect("it can be sent");
    }
    becomes("the rest dropped", || {
        let counters = house.counters();
        counters.packets_out + counters.dropped_over_rate == 100
    })
    .await;
    let passed = house.counters().packets_out;
    assert!((1..=50).contains(&passed), "{passed} of 100 passed");

    let quiet_peer = crate::support::peer("127.0.0.1:0").await;
    let (mut quiet, _) = house.guest("ben").await;
    quiet.channel_bind(CHANNEL, at(&quiet_peer)).await.expect("a channel");
    for _ in 0..5 {
        quiet.send_channel(CHANNEL, &[1; 500]).await.expect("it can be sent");
        assert_eq!(heard(&quiet_peer).await.0, [1; 500]);
    }
}

#[tokio::test]
async fn a_peer_that_is_gone_does_not_hurt() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let gone = at(&peer("127.0.0.1:0").await);
    let alive = peer("127.0.0.1:0").await;
    client.create_permission(&[gone]).await.expect("a permission");
    for _ in 0..10 {
        client.send(gone, b"?").await.expect("it can be sent");
    }
    client.send(at(&alive), b"!").await.expect("it can be sent");
    assert_eq!(heard(&alive).await.0, b"!");
    assert_eq!(client.refresh(None).await.expect("it goes on"), Duration::from_secs(600));
}
