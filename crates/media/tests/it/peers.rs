//! Addresses nobody is relayed to, however they are written.

use housecall_media::client::{Allocate, Family, TurnClient};
use housecall_media::turn::RelayAddress;

use crate::support::*;

const V4: [&str; 32] = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.254",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.254",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.0.251",
    "233.252.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "250.1.2.3",
    "255.255.255.254",
    "255.255.255.255",
];

const V6: [&str; 38] = [
    "::",
    "::1",
    "::7f00:1",         // compatible: 127.0.0.1
    "::a9fe:a9fe",      // compatible: 169.254.169.254
    "::808:808",        // compatible, even of a public address
    "::ffff:127.0.0.1", // mapped
    "::ffff:0.0.0.0",
    "::ffff:10.0.0.1",
    "::ffff:100.64.0.1",
    "::ffff:169.254.169.254",
    "::ffff:192.168.1.1",
    "::ffff:224.0.0.1",
    "::ffff:255.255.255.255",
    "::ffff:8.8.8.8",     // mapped, even of a public address
    "::ffff:0:127.0.0.1", // translated (SIIT)
    "64:ff9b::7f00:1",    // NAT64
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::c0a8:101",
    "64:ff9b:1::a00:1", // NAT64 of this network
    "100::1",           // discard
    "2001::1",          // Teredo
    "2001:0:a9fe:a9fe::1",
    "2001:2::1",     // benchmarks
    "2001:10::1",    // ORCHID
    "2001:db8::1",   // documentation
    "2002:7f00:1::", // 6to4: 127.0.0.1
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::1",
    "3fff::1", // documentation
    "5f00::1", // segment routing
    "fc00::1", // unique local
    "fd00::1",
    "fd00:ec2::254", // metadata of a cloud
    "fe80::1",       // link-local
    "fe80::a9fe:a9fe",
    "fec0::1", // site-local
    "ff02::1", // multicast
    "ff05::2",
];

async fn guest(house: &House, family: Family) -> TurnClient {
    let mut client = house.client("ann").await;
    let wanted = Allocate { family: Some(family), ..Allocate::default() };
    client.allocate(&wanted).await.expect("an allocation");
    client
}

async fn check_refused(client: &mut TurnClient, peer: &str) {
    let peer = std::net::SocketAddr::new(ip(peer), 80);
    assert_eq!(said(client.create_permission(&[peer]).await), "403", "permission for {peer}");
    assert_eq!(said(client.channel_bind(0x4000, peer).await), "403", "channel to {peer}");
    client.send(peer, b"?").await.expect("it can be sent");
}

#[tokio::test]
async fn special_addresses_are_refused_in_every_form() {
    let mut settings = both_families();
    settings.relay.as_mut().expect("it relays").allowed_peers = Vec::new();
    let house = House::with(settings);
    let (mut four, mut six) = (guest(&house, Family::V4).await, guest(&house, Family::V6).await);
    for peer in V4 {
        check_refused(&mut four, peer).await;
    }
    for peer in V6 {
        check_refused(&mut six, peer).await;
    }
    let sent = (V4.len() + V6.len()) as u64;
    becomes("all dropped", || house.counters().dropped_without_permission == sent).await;
    assert_eq!(house.counters().packets_out, 0);
}

/// A mapped address on an IPv4 allocation is of the wrong family, whatever it
/// stands for.
#[tokio::test]
async fn an_ipv4_allocation_is_not_talked_round() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let listener = peer("127.0.0.1:0").await;
    for form in ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::1"] {
        let peer = std::net::SocketAddr::new(ip(form), at(&listener).port());
        let answer = said(client.create_permission(&[peer]).await);
        assert!(["403", "443"].contains(&answer.as_str()), "{form}: {answer}");
        let answer = said(client.channel_bind(0x4000, peer).await);
        assert!(["403", "443"].contains(&answer.as_str()), "{form}: {answer}");
        client.send(peer, b"?").await.expect("it can be sent");
    }
    peer_hears_nothing(&listener).await;
}

/// Allowing loopback does not allow its disguises, nor multicast anything.
#[tokio::test]
async fn what_is_allowed_is_allowed_in_one_form_only() {
    let house = House::with(both_families());
    let mut six = guest(&house, Family::V6).await;
    assert_eq!(said(six.create_permission(&[address("[::1]:9")]).await), "granted");
    for peer in ["::ffff:127.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1"] {
        check_refused(&mut six, peer).await;
    }
    let mut four = guest(&house, Family::V4).await;
    assert_eq!(said(four.create_permission(&[address("127.9.9.9:9")]).await), "granted");
    for peer in ["10.0.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255"] {
        check_refused(&mut four, peer).await;
    }
}

#[tokio::test]
async fn the_relays_own_addresses_are_refused_though_they_are_public() {
    let public = ip("198.41.0.4");
    let house = House::with(with(|relay| {
        relay.allowed_peers = networks(&["127.0.0.2"]);
        relay.addresses = vec![RelayAddress { local: LOCALHOST, public }];
    }));
    let (mut client, relayed) = house.guest("ann").await;
    assert_eq!(relayed.address().ip(), public, "clients are told the address others see");
    check_refused(&mut client, "127.0.0.1").await;
    check_refused(&mut client, "198.41.0.4").await;
    for open in ["127.0.0.2", "198.41.0.5", "1.1.1.1"] {
        let peer = std::net::SocketAddr::new(ip(open), 9);
        assert_eq!(said(client.create_permission(&[peer]).await), "granted", "{open}");
    }
}

#[tokio::test]
async fn public_addresses_are_reached_if_the_house_lets_them() {
    let house = House::with(both_families());
    house.rules.hide("ann", ip("1.1.1.1"));
    let mut four = guest(&house, Family::V4).await;
    assert_eq!(said(four.create_permission(&[address("8.8.8.8:9")]).await), "granted");
    assert_eq!(said(four.create_permission(&[address("1.1.1.1:9")]).await), "403");
    assert_eq!(said(four.channel_bind(0x4000, address("1.1.1.1:9")).await), "403");
    let mut six = guest(&house, Family::V6).await;
    assert_eq!(said(six.create_permission(&[address("[2606:4700::1]:9")]).await), "granted");
}
