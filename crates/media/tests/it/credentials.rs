//! Who is let in, and how they have to prove it.

use housecall_media::client::{Allocate, Request};
use housecall_media::stun::{Key, Kind, Method};
use housecall_media::turn::{Credential, Transport};

use crate::support::*;

fn allocate() -> Request {
    Request::new(Method::ALLOCATE).with(Kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0])
}

#[tokio::test]
async fn without_a_credential_one_is_asked_for_it() {
    let house = House::open();
    let mut client = connect(&house.endpoint(Transport::Udp), None).await;
    for method in
        [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION, Method::CHANNEL_BIND]
    {
        let answer = client.exchange(&Request::new(method)).await.expect("an answer");
        assert_eq!(answer.code(), Some(401), "{method:?}");
        assert_eq!(answer.message().find(Kind::REALM), Some(REALM.as_bytes()));
        assert!(answer.message().find(Kind::NONCE).is_some_and(|it| !it.is_empty()));
    }
    assert_eq!(client.binding().await.expect("STUN is for all"), client.local_addr().expect("one"));
    assert_eq!(house.allocations(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_credential_is_not_told() {
    let house = House::open();
    let good = credential("ann");
    let cases = [
        ("another password", Credential { password: "south".into(), ..good.clone() }),
        ("an expiry of one's own", Credential { username: format!("9{}", good.username), ..good }),
        ("expired", expired("ann")),
        ("no expiry", Credential { username: "ann".into(), password: "north".into() }),
        ("no name", Credential { username: String::new(), password: String::new() }),
    ];
    for (name, credential) in cases {
        let mut client = connect(&house.endpoint(Transport::Udp), Some(credential)).await;
        assert_eq!(said(client.allocate(&Allocate::default()).await), "401", "{name}");
    }
    assert_eq!(house.allocations(), 0);
}

/// RFC 8489 section 9.2.4: half a proof is a mistake, not an attempt.
#[tokio::test]
async fn every_part_of_a_proof_must_be_there() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let proof = client.proof().expect("it has proven itself").clone();
    client.set_proof(None);
    let parts = [
        (Kind::USERNAME, proof.username.clone().into_bytes()),
        (Kind::REALM, proof.realm.clone().into_bytes()),
        (Kind::NONCE, proof.nonce.clone()),
    ];
    for (missing, _) in &parts {
        let some = parts.iter().filter(|(kind, _)| kind != missing);
        let request =
            some.fold(Request::new(Method::REFRESH), |it, (kind, value)| it.with(*kind, value));
        let request = request.with(Kind::MESSAGE_INTEGRITY, &[7; 20]);
        let answer = client.exchange(&request).await.expect("an answer");
        assert_eq!(answer.code(), Some(400), "without {missing:?}");
    }
    let unsealed =
        parts.iter().fold(Request::new(Method::REFRESH), |it, (kind, value)| it.with(*kind, value));
    let answer = client.exchange(&unsealed).await.expect("an answer");
    assert_eq!(answer.code(), Some(401), "without a seal");
}

#[tokio::test]
async fn a_realm_of_ones_own_proves_nothing() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let mut proof = client.proof().expect("it has proven itself").clone();
    let Credential { username, password } = credential("ann");
    proof.realm = "elsewhere".into();
    proof.key = Key::long_term(&username, "elsewhere", &password);
    client.set_proof(Some(proof));
    let answer = client.exchange(&Request::new(Method::REFRESH)).await.expect("an answer");
    assert_eq!(answer.code(), Some(401));
}

#[tokio::test]
async fn nonces_are_the_relays_own_and_for_one_address() {
    let house = House::open();
    let mut client = house.client("ann").await;
    let (neighbour, _) = house.guest("ann").await;
    let mut elsewhere = house.client_from("127.0.0.2", "ann").await;
    assert_eq!(said(elsewhere.allocate(&Allocate::default()).await), "granted");
    let good = neighbour.proof().expect("it has proven itself").nonce.clone();
    let foreign = elsewhere.proof().expect("it has proven itself").nonce.clone();
    let mut changed = good.clone();
    *changed.last_mut().expect("a nonce has bytes") ^= 1;
    let nonces = [
        ("changed", changed),
        ("cut", good[..good.len() - 1].to_vec()),
        ("longer", [&good[..], b"0"].concat()),
        ("empty", Vec::new()),
        ("made up", b"0123456789abcdef".to_vec()),
        ("of another address", foreign),
    ];
    for (name, nonce) in nonces {
        let mut proof = neighbour.proof().expect("it has proven itself").clone();
        proof.nonce = nonce;
        client.set_proof(Some(proof));
        let answer = client.exchange(&allocate()).await.expect("an answer");
        assert_eq!(answer.code(), Some(438), "{name}");
        assert!(answer.message().find(Kind::NONCE).is_some_and(|it| !it.is_empty()), "{name}");
        // With the new nonce all is well.
        assert_eq!(said(client.allocate(&Allocate::default()).await), "granted", "{name}");
        assert_eq!(
            said(client.refresh(Some(std::time::Duration::ZERO)).await),
            "granted",
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_allocation_belongs_to_who_made_it() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let mut proof = client.proof().expect("it has proven itself").clone();
    let Credential { username, password } = credential("bob");
    proof.key = Key::long_term(&username, REALM, &password);
    proof.username = username;
    let own = client.proof().cloned();
    client.set_proof(Some(proof));
    let peer = address("127.0.0.1:9");
    assert_eq!(said(client.refresh(None).await), "441");
    assert_eq!(said(client.refresh(Some(std::time::Duration::ZERO)).await), "441");
    assert_eq!(said(client.create_permission(&[peer]).await), "441");
    assert_eq!(said(client.channel_bind(0x4000, peer).await), "441");
    client.set_proof(own);
    assert_eq!(said(client.refresh(None).await), "granted");
}

#[tokio::test]
async fn an_answer_to_a_proven_request_is_proven_too() {
    let house = House::open();
    let (mut client, _) = house.guest("ann").await;
    let key = client.proof().expect("it has proven itself").key.clone();
    let request = Request::new(Method::REFRESH);
    let answer = client.exchange(&request).await.expect("an answer");
    assert!(answer.is_success() && answer.message().is_sealed_with(&key));
    let refused = client.exchange(&allocate()).await.expect("an answer");
    assert_eq!(refused.code(), Some(437));
    assert!(refused.message().is_sealed_with(&key));
}
