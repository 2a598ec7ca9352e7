//! How much one may take, and that others do not suffer.

use std::time::Duration;

use housecall_media::client::{Allocate, Allocation, TurnClient};

use crate::support::*;

async fn take(house: &House, from: &str, user: &str) -> (String, TurnClient, Option<Allocation>) {
    let mut client = house.client_from(from, user).await;
    match client.allocate(&Allocate::default()).await {
        Ok(allocation) => ("granted".to_owned(), client, Some(allocation)),
        refused => (said(refused), client, None),
    }
}

/// Takes and keeps them.
async fn take_in_turn(house: &House, from: &str, users: &[&str]) -> (String, Vec<TurnClient>) {
    let mut answers = Vec::new();
    let mut clients = Vec::new();
    for user in users {
        let (answer, client, _) = take(house, from, user).await;
        answers.push(answer);
        clients.push(client);
    }
    (answers.join(" "), clients)
}

#[tokio::test]
async fn nobody_has_more_than_their_share() {
    let house = House::with(with(|relay| relay.limits.per_holder = 2));
    let (said_to, mut clients) =
        take_in_turn(&house, "127.0.0.1", &["ann", "ann", "ann", "ben"]).await;
    assert_eq!(said_to, "granted granted 486 granted");
    // Another address is no way around it; giving one back is.
    assert_eq!(take(&house, "127.0.0.2", "ann").await.0, "486");
    clients[0].refresh(Some(Duration::ZERO)).await.expect("one is given back");
    assert_eq!(take(&house, "127.0.0.2", "ann").await.0, "granted");
}

#[tokio::test]
async fn no_address_has_more_than_its_share() {
    let house = House::with(with(|relay| relay.limits.per_address = 2));
    let (said_to, _clients) = take_in_turn(&house, "127.0.0.1", &["ann", "ben", "cleo"]).await;
    assert_eq!(said_to, "granted granted 486");
    assert_eq!(take(&house, "127.0.0.2", "cleo").await.0, "granted");
}

#[tokio::test]
async fn there_is_an_end_to_all_together() {
    let house = House::with(with(|relay| relay.limits.allocations = 2));
    let (said_to, mut clients) = take_in_turn(&house, "127.0.0.1", &["ann", "ben", "cleo"]).await;
    assert!(
        ["granted granted 486", "granted granted 508"].contains(&said_to.as_str()),
        "{said_to}"
    );
    assert_eq!(said(clients[0].refresh(None).await), "granted");
    clients[0].refresh(Some(Duration::ZERO)).await.expect("one is given back");
    assert_eq!(said(clients[2].allocate(&Allocate::default()).await), "granted");
}

#[tokio::test]
async fn when_ports_run_out_those_in_use_go_on() {
    let ports = free_ports(4);
    let house = House::with(with(|relay| relay.ports = ports.clone()));
    let (mut ben, relayed) = house.guest("ben").await;
    let (said_to, mut clients) = take_in_turn(&house, "127.0.0.1", &["ann"; 5]).await;
    assert_eq!(said_to, "granted granted granted 508 508");
    let peer = peer("127.0.0.1:0").await;
    ben.channel_bind(0x4000, at(&peer)).await.expect("a channel");
    for _ in 0..20 {
        ben.send_channel(0x4000, b"on").await.expect("it can be sent");
        assert_eq!(heard(&peer).await, (b"on".to_vec(), relayed.address()));
        peer.send_to(b"and on", relayed.address()).await.expect("it can be sent");
        assert_eq!(received(&mut ben).await.bytes, b"and on");
    }
    assert_eq!(said(ben.refresh(None).await), "granted");

    clients[0].refresh(Some(Duration::ZERO)).await.expect("one is given back");
    assert_eq!(take(&house, "127.0.0.1", "cleo").await.0, "granted");
}

/// One who takes what they can is stopped by their share, long before the ports
/// end.
#[tokio::test]
async fn one_who_takes_all_they_can_leaves_enough() {
    let ports = free_ports(12);
    let house = House::with(with(|relay| {
        relay.ports = ports.clone();
        relay.limits.per_holder = 4;
    }));
    let (said_to, _clients) = take_in_turn(&house, "127.0.0.1", &["eve"; 20]).await;
    assert_eq!(said_to.matches("granted").count(), 4);
    assert_eq!(said_to.matches("486").count(), 16);
    let (said_to, _clients) = take_in_turn(&house, "127.0.0.1", &["ann", "ben", "cleo"]).await;
    assert_eq!(said_to, "granted granted granted");
}

#[tokio::test]
async fn a_reserved_port_counts_and_is_freed_with_time_or_use() {
    let ports = free_ports(2);
    let house = House::with(with(|relay| relay.ports = ports.clone()));
    let mut ann = house.client("ann").await;
    let even = Allocate { even_port: Some(true), ..Allocate::default() };
    // Whether the first of two ports in a row is even is a matter of luck.
    match ann.allocate(&even).await {
        Ok(allocation) => {
            assert_eq!(allocation.address().port(), *ports.start());
            assert_eq!(take(&house, "127.0.0.1", "ben").await.0, "508");
        }
        refused => assert_eq!((said(refused), ports.start() % 2), ("508".to_owned(), 1)),
    }
}

#[tokio::test]
async fn refusals_are_counted_by_their_code() {
    let house = House::with(with(|relay| relay.limits.per_holder = 1));
    let (said_to, _clients) = take_in_turn(&house, "127.0.0.1", &["ann", "ann"]).await;
    assert_eq!(said_to, "granted 486");
    assert_eq!(house.counters().refused, [(401, 2), (486, 1)]);
}
