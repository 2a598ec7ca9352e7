//! Whom people reach through the relay, and for how long.

use std::{net::SocketAddr, time::Duration};

use housecall_core::Role;
use housecall_media::{
    client::{Allocate, Endpoint, TurnClient},
    turn::Transport,
};
use serde_json::{Value, json};
use tokio::{
    net::UdpSocket,
    time::{Instant, timeout},
};

use crate::{
    relayed::{Peer, Relayed, candidate, credential, offer, relaying_house, said},
    support::{Guest, TestHouse},
};

/// How soon what ends has ended.
const SOON: Duration = Duration::from_secs(5);

async fn announces(guest: &mut Guest, call: &str, to: &str, address: SocketAddr) {
    let body = candidate(address);
    let signal = json!({"callId": call, "to": to, "kind": "candidate", "body": body});
    let answer = guest.ask("signal", signal).await;
    assert_eq!(answer["ok"], true, "{answer}");
}

/// Ann and Bob in a call; Bob can be reached where he announced to be, and Ann
/// reaches him there through the relay.
struct Call {
    id: String,
    ann: Guest,
    bob: Guest,
    line: Line,
}

/// Ann's way to where Bob is.
struct Line {
    phone: Relayed,
    home: Peer,
}

impl Call {
    async fn begin(house: &TestHouse) -> Self {
        let (mut ann, mut bob) = (house.guest("ann").await, house.guest("bob").await);
        let id = house.visit(&mut ann, ("bob", &mut bob)).await;
        let mut phone = Relayed::open(house, "ann").await;
        let home = Peer::at("127.1.0.1").await;
        assert_eq!(phone.asks_for(home.address()).await, "403", "nobody has announced it");
        announces(&mut bob, &id, "ann", home.address()).await;
        assert_eq!(phone.asks_for(home.address()).await, "granted");
        Self { id, ann, bob, line: Line { phone, home } }
    }
}

impl Line {
    /// Whether the permission is still to be had.
    async fn asks_again(&mut self) -> String {
        self.phone.asks_for(self.home.address()).await
    }

    /// Packets pass both ways.
    async fn goes_on(&mut self) {
        self.phone.turn.send(self.home.address(), b"hello").await.expect("it can be sent");
        assert_eq!(self.home.hears().await, "hello");
        self.home.says(self.phone.at, "hi").await;
        assert_eq!(self.phone.turn.receive().await.expect("it comes").bytes, b"hi");
    }

    /// The relayed address is given back in time, and nothing passes any more.
    async fn ends(&mut self, how: &str) {
        let free = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            while UdpSocket::bind(self.phone.at).await.is_err() {
                ticks.tick().await;
            }
        };
        let begun = Instant::now();
        let freed = timeout(SOON, free).await;
        freed.unwrap_or_else(|_| panic!("{how}: it relays after {SOON:?}"));
        println!("{how}: ended {:?} after it was acknowledged", begun.elapsed());
        self.phone.turn.send(self.home.address(), b"late").await.expect("it can be sent");
        self.home.hears_nothing().await;
        assert_ne!(said(self.phone.turn.refresh(None).await), "granted", "{how}");
        assert_ne!(self.asks_again().await, "granted", "{how}");
    }
}

#[tokio::test]
async fn people_reach_each_other_where_they_announced_to_be_and_nowhere_else() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    call.line.goes_on().await;
    let other = Peer::at("127.1.0.2").await;
    assert_eq!(call.line.phone.asks_for(other.address()).await, "403");
    announces(&mut call.ann, &call.id, "bob", other.address()).await;
    let own = call.line.phone.asks_for(other.address()).await;
    assert_eq!(own, "403", "nobody gives themselves a permission");
    let mut bobs = Relayed::open(&house, "bob").await;
    assert_eq!(bobs.asks_for(other.address()).await, "granted");
}

#[tokio::test]
async fn the_relay_ends_when_somebody_ends_the_call_or_leaves_it() {
    for (who, word) in [("ann", "end"), ("bob", "end"), ("ann", "leave")] {
        let house = relaying_house(&[]).await;
        let mut call = Call::begin(&house).await;
        call.line.goes_on().await;
        let guest = if who == "ann" { &mut call.ann } else { &mut call.bob };
        let answer = guest.ask(word, json!({"callId": call.id})).await;
        assert_eq!(answer["ok"], true, "{answer}");
        call.line.ends(&format!("{who}: {word}")).await;
    }
}

#[tokio::test]
async fn the_relay_ends_with_a_call_that_is_ended_over_rest() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    let path = format!("/webrtc/calls/{}/end", call.id);
    let (status, ended) = house.post(&path, &house.token("bob", Role::Provider), &json!({})).await;
    assert_eq!(status, 200, "{ended}");
    call.line.ends("over REST").await;
}

#[tokio::test]
async fn the_relay_goes_on_while_a_lost_connection_may_come_back() {
    let house = relaying_house(&[]).await;
    let Call { ann, mut bob, mut line, .. } = Call::begin(&house).await;
    drop(ann);
    bob.hears("connectionLost").await;
    line.goes_on().await;
    assert_eq!(line.asks_again().await, "granted");
    house.clock.advance(Duration::from_secs(30));
    bob.hears("left").await;
    line.ends("lost").await;
}

#[tokio::test]
async fn who_stays_behind_no_longer_reaches_who_left() {
    let house = relaying_house(&[]).await;
    let Call { id, mut bob, mut line, .. } = Call::begin(&house).await;
    bob.ask("leave", json!({"callId": id})).await;
    assert_eq!(line.asks_again().await, "403");
    line.phone.turn.send(line.home.address(), b"late").await.expect("it can be sent");
    line.home.hears_nothing().await;
    assert_eq!(said(line.phone.turn.refresh(None).await), "granted", "Ann is still in");
}

#[tokio::test]
async fn who_is_removed_relays_no_longer_and_is_relayed_to_no_longer() {
    let house = relaying_house(&[]).await;
    let Call { id, mut ann, mut bob, mut line } = Call::begin(&house).await;
    // Bob's way to where Ann is, besides Ann's to where Bob is.
    let home = Peer::at("127.1.0.3").await;
    announces(&mut ann, &id, "bob", home.address()).await;
    let mut phone = Relayed::open(&house, "bob").await;
    assert_eq!(phone.asks_for(home.address()).await, "granted");
    let mut back = Line { phone, home };
    back.goes_on().await;

    let answer = ann.ask("remove", json!({"callId": id, "user": "bob"})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    back.ends("removed").await;
    line.phone.turn.send(line.home.address(), b"late").await.expect("it can be sent");
    line.home.hears_nothing().await;
    assert_eq!(line.asks_again().await, "403");
    assert_eq!(said(line.phone.turn.refresh(None).await), "granted", "Ann is still in");
    let again = bob.ask("join", json!({"callId": id})).await;
    assert_eq!(again["problem"]["code"], "removed", "{again}");
}

#[tokio::test]
async fn credentials_end_with_the_call_and_fresh_ones_work() {
    let house = relaying_house(&[]).await;
    let old = credential(&house, "ann").await;
    let strangers = credential(&house, "cem").await;
    let mut call = Call::begin(&house).await;
    house.clock.advance(Duration::from_secs(30));
    call.ann.ask("end", json!({"callId": call.id})).await;
    assert_eq!(said(Relayed::with(&house, old.clone()).await), "401");
    assert_eq!(said(Relayed::with(&house, strangers).await), "granted");
    let fresh = credential(&house, "ann").await;
    assert_eq!(said(Relayed::with(&house, fresh).await), "granted");

    // Who keeps one for the whole day relays again in the next call.
    house.visit(&mut call.ann, ("bob", &mut call.bob)).await;
    assert_eq!(said(Relayed::with(&house, old.clone()).await), "granted");
    house.clock.advance(Duration::from_secs(3600));
    assert_eq!(said(Relayed::with(&house, old).await), "401", "it has expired");
}

#[tokio::test]
async fn a_call_that_outlasts_its_credential_goes_on() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    house.clock.advance(Duration::from_secs(4000));
    assert_eq!(said(call.line.phone.turn.refresh(None).await), "granted");
    assert_eq!(call.line.asks_again().await, "granted");
    call.line.goes_on().await;
}

#[tokio::test]
async fn forged_credentials_let_nobody_in() {
    let house = relaying_house(&[]).await;
    let good = credential(&house, "ann").await;
    let forged = |change: fn(&mut String, &mut String)| {
        let mut it = good.clone();
        change(&mut it.username, &mut it.password);
        it
    };
    for it in [
        forged(|_, password| password.replace_range(0..1, "-")),
        forged(|username, _| username.insert(0, '9')),
        forged(|username, _| username.push('a')),
        forged(|username, _| *username = "ann".to_owned()),
        forged(|_, password| password.clear()),
    ] {
        assert_eq!(said(Relayed::with(&house, it.clone()).await), "401", "{it:?}");
    }
    assert_eq!(said(Relayed::with(&house, good).await), "granted");
}

#[tokio::test]
async fn people_of_one_call_meet_in_the_relay_and_others_do_not() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    let (mut bobs, mut cems) =
        (Relayed::open(&house, "bob").await, Relayed::open(&house, "cem").await);
    let (at_bob, at_cem) = (bobs.at, cems.at);
    assert_eq!(call.line.phone.asks_for(at_bob).await, "granted");
    assert_eq!(bobs.asks_for(call.line.phone.at).await, "granted");
    call.line.phone.turn.send(at_bob, b"hello").await.expect("it can be sent");
    assert_eq!(bobs.turn.receive().await.expect("it comes").bytes, b"hello");
    assert_eq!(call.line.phone.asks_for(at_cem).await, "403");
    assert_eq!(cems.asks_for(at_bob).await, "403");

    // All relayed addresses are one IP address: a permission for it is not one for
    // everybody behind it, not even for somebody who has one too.
    let mut cems_other = Relayed::open(&house, "cem").await;
    assert_eq!(cems_other.asks_for(at_cem).await, "granted", "a connection to oneself");
    assert_eq!(cems.asks_for(cems_other.at).await, "granted");
    call.line.phone.turn.send(at_cem, b"from another call").await.expect("it can be sent");
    cems_other.turn.send(at_cem, b"from oneself").await.expect("it can be sent");
    assert_eq!(cems.turn.receive().await.expect("it comes").bytes, b"from oneself");
    cems.turn.send(at_bob, b"from another call").await.expect("it can be sent");
    call.line.phone.turn.send(at_bob, b"again").await.expect("it can be sent");
    assert_eq!(bobs.turn.receive().await.expect("it comes").bytes, b"again");
}

#[tokio::test]
async fn the_addresses_of_another_call_are_out_of_reach() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    let (mut cem, mut dan) = (house.guest("cem").await, house.guest("dan").await);
    let other = house.visit(&mut cem, ("dan", &mut dan)).await;
    let home = Peer::at("127.1.0.4").await;
    announces(&mut dan, &other, "cem", home.address()).await;
    let mut cems = Relayed::open(&house, "cem").await;
    assert_eq!(cems.asks_for(home.address()).await, "granted");
    assert_eq!(call.line.phone.asks_for(home.address()).await, "403");
    assert_eq!(cems.asks_for(call.line.home.address()).await, "403");
}

#[tokio::test]
async fn a_relay_for_all_reaches_what_nobody_announced() {
    let house = relaying_house(&[("HOUSECALL_ICE__PEERS", "public")]).await;
    let (mut anns, mut bobs) =
        (Relayed::open(&house, "ann").await, Relayed::open(&house, "bob").await);
    let somewhere = Peer::at("127.1.0.5").await;
    assert_eq!(anns.asks_for(somewhere.address()).await, "granted");
    assert_eq!(anns.asks_for(bobs.at).await, "granted");
    assert_eq!(bobs.asks_for(anns.at).await, "granted");
    let private: SocketAddr = "10.0.0.1:9".parse().expect("an address");
    assert_eq!(anns.asks_for(private).await, "403", "but only what is public or allowed");
}

#[tokio::test]
async fn private_addresses_stay_out_of_reach_even_when_announced() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    for address in ["10.0.0.1:9", "169.254.169.254:80", "192.168.1.1:9", "100.64.0.1:9"] {
        let address = address.parse().expect("an address");
        announces(&mut call.bob, &call.id, "ann", address).await;
        assert_eq!(call.line.phone.asks_for(address).await, "403", "{address}");
    }
}

#[tokio::test]
async fn who_comes_anew_has_announced_nothing() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    let again = call.bob.ask("join", json!({"callId": call.id, "takeOver": true})).await;
    assert_eq!(again["ok"], true, "{again}");
    call.ann.hears("joined").await;
    assert_eq!(call.line.asks_again().await, "403");
    announces(&mut call.bob, &call.id, "ann", call.line.home.address()).await;
    assert_eq!(call.line.asks_again().await, "granted");
}

#[tokio::test]
async fn who_relays_over_tcp_is_let_go_as_well() {
    let house = relaying_house(&[]).await;
    let mut call = Call::begin(&house).await;
    let server = house.running().stun().expect("it runs");
    let endpoint = Endpoint::new(Transport::Tcp, server);
    let known = credential(&house, "ann").await;
    let turn = TurnClient::connect(&endpoint, Some(known)).await;
    let mut turn = turn.expect("it listens");
    turn.allocate(&Allocate::default()).await.expect("they may allocate");
    assert_eq!(said(turn.create_permission(&[call.line.home.address()]).await), "granted");
    call.ann.ask("end", json!({"callId": call.id})).await;
    assert_ne!(said(turn.refresh(None).await), "granted");
}

#[tokio::test]
async fn a_house_that_closes_releases_everything() {
    let house = relaying_house(&[]).await;
    let call = Call::begin(&house).await;
    let server = house.running().stun().expect("it runs");
    let told = house.running().relays().to_vec();
    assert_eq!(told, [format!("udp://{server}"), format!("tcp://{server}")]);
    house.close().await;
    UdpSocket::bind(call.line.phone.at).await.expect("the relayed address is free");
    UdpSocket::bind(server).await.expect("the UDP port is free");
    tokio::net::TcpListener::bind(server).await.expect("the TCP port is free");
}

/// What somebody says in a vocabulary: to come in, and where they can be reached.
struct Words {
    namespace: &'static str,
    comes: (&'static str, Value),
    offers: (&'static str, Value),
    adds: (&'static str, Value),
}

/// The patient's words to the doctor in a call. The offer has one address in it,
/// the candidate another.
fn words(dialect: &str, call: &str, [first, second]: [SocketAddr; 2]) -> Words {
    let (sdp, ice) = (offer(first), candidate(second));
    match dialect {
        "native" => Words {
            namespace: "/housecall",
            comes: ("join", json!({"callId": call})),
            offers: ("signal", json!({"callId": call, "to": "doc", "kind": "offer", "body": sdp})),
            adds: (
                "signal",
                json!({"callId": call, "to": "doc", "kind": "candidate", "body": ice}),
            ),
        },
        "consultation" => Words {
            namespace: "/",
            comes: ("consultation:join", json!({"sessionId": call})),
            offers: (
                "consultation:offer",
                json!({"sessionId": call, "offer": sdp, "targetUserId": "doc"}),
            ),
            adds: (
                "consultation:ice-candidate",
                json!({"sessionId": call, "candidate": ice, "targetUserId": "doc"}),
            ),
        },
        "rtc-later" => Words {
            namespace: "/webrtc",
            comes: (
                "join-room",
                json!({"roomId": call, "userId": "pat", "userName": "Pat", "role": "patient"}),
            ),
            offers: ("offer", json!({"roomId": call, "offer": sdp, "targetUserId": "doc"})),
            adds: (
                "ice-candidate",
                json!({"roomId": call, "candidate": ice, "targetUserId": "doc"}),
            ),
        },
        "call" => Words {
            namespace: "/webrtc",
            comes: ("join-call", json!({"callId": call})),
            offers: ("offer", json!({"callId": call, "offer": sdp, "targetUserId": "doc"})),
            adds: ("signal", json!({"callId": call, "type": "ice-candidate", "payload": ice})),
        },
        "live" => Words {
            namespace: "/live",
            comes: ("call:accept", json!({"callId": call, "callerId": "doc"})),
            offers: ("webrtc:offer", json!({"callId": call, "targetUserId": "doc", "offer": sdp})),
            adds: (
                "webrtc:ice-candidate",
                json!({"callId": call, "targetUserId": "doc", "candidate": ice}),
            ),
        },
        "meeting" => Words {
            namespace: "/",
            comes: ("join_room", json!(call)),
            offers: ("webrtc_offer", json!({"roomId": call, "targetUserId": "doc", "sdp": sdp})),
            adds: (
                "webrtc_ice_candidate",
                json!({"roomId": call, "targetUserId": "doc", "candidate": ice}),
            ),
        },
        "contact" => Words {
            namespace: "/",
            comes: ("call_answer", json!({"callId": call})),
            offers: ("webrtc_offer", json!({"to": "doc", "offer": sdp})),
            adds: ("webrtc_ice_candidate", json!({"to": "doc", "candidate": ice})),
        },
        other => panic!("there is no vocabulary {other}"),
    }
}

#[tokio::test]
async fn what_is_announced_in_any_vocabulary_counts() {
    let house = relaying_house(&[]).await;
    let patient = house.token("pat", Role::Patient);
    house.get("/api/me", &patient).await;
    let mut phone = Relayed::open(&house, "doc").await;
    let mut doc = house.guest("doc").await;
    let dialects = ["native", "consultation", "rtc-later", "call", "live", "meeting", "contact"];
    for (number, dialect) in (0..).zip(dialects) {
        let call = doc.ask("start", json!({"callees": ["pat"]})).await;
        let call = call["result"]["id"].as_str().expect("a call has an id").to_owned();
        let address = |last| SocketAddr::from(([127, 2, number, last], 5000));
        let words = words(dialect, &call, [address(1), address(2)]);
        let auth = json!({"token": patient, "dialect": dialect});
        let mut pat = Guest::connect_to(words.namespace, house.address(), &auth).await;
        pat.say(words.comes.0, words.comes.1).await;
        doc.hears("joined").await;
        for peer in [address(1), address(2)] {
            assert_eq!(phone.asks_for(peer).await, "403", "{dialect}");
        }
        pat.say(words.offers.0, words.offers.1).await;
        phone.reaches(address(1)).await;
        pat.say(words.adds.0, words.adds.1).await;
        phone.reaches(address(2)).await;
        // The next call is with a relayed address of its own.
        doc.ask("end", json!({"callId": call})).await;
        house.clock.advance(Duration::from_secs(1));
        phone = Relayed::open(&house, "doc").await;
    }
}
