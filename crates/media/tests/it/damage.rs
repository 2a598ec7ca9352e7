//! Packets as they are seen on the wire, damaged, thrown at a relay that works.

use housecall_media::client::{Allocate, Request, TurnClient};
use housecall_media::stun::{Kind, Method, TransactionId};
use housecall_media::turn::Transport;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use tokio::net::UdpSocket;

use crate::support::*;

/// How many packets are thrown.
const PACKETS: u32 = 20_000;
/// After how many the relay is asked whether it is well.
const ROUND: usize = 200;

#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Cut(usize),
    Append(Vec<u8>),
    Insert(usize, Vec<u8>),
    Length(u16),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>().prop_map(|it| it.index(1_024));
    prop_oneof![
        4 => (place.clone(), any::<u8>()).prop_map(|(at, to)| Change::Flip(at, to)),
        1 => place.clone().prop_map(Change::Cut),
        1 => vec(any::<u8>(), 0..32).prop_map(Change::Append),
        1 => (place, vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => any::<u16>().prop_map(Change::Length),
    ]
}

impl Change {
    fn apply(&self, packet: &mut Vec<u8>) {
        let size = packet.len().max(1);
        match self {
            Self::Flip(at, to) => {
                if let Some(byte) = packet.get_mut(at % size) {
                    *byte = *to;
                }
            }
            Self::Cut(at) => packet.truncate(at % size),
            Self::Append(bytes) => packet.extend_from_slice(bytes),
            Self::Insert(at, bytes) => {
                let at = (at % size).min(packet.len());
                packet.splice(at..at, bytes.iter().copied());
            }
            Self::Length(length) => {
                if let Some(field) = packet.get_mut(2..4) {
                    field.copy_from_slice(&length.to_be_bytes());
                }
            }
        }
    }
}

/// One of everything a client says, sealed where it must be.
fn packets(client: &TurnClient, peer: &UdpSocket) -> Vec<Vec<u8>> {
    let peer = at(peer);
    let transport = |it: Request| it.with(Kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
    let with_peer = |it: Request| it.with_address(Kind::XOR_PEER_ADDRESS, peer);
    let requests = [
        Request::new(Method::BINDING),
        transport(Request::new(Method::ALLOCATE)).with(Kind::EVEN_PORT, &[0x80]),
        transport(Request::new(Method::ALLOCATE)).with(Kind::RESERVATION_TOKEN, &[7; 8]),
        Request::new(Method::REFRESH).with(Kind::LIFETIME, &[0, 0, 2, 88]),
        with_peer(with_peer(Request::new(Method::CREATE_PERMISSION))),
        with_peer(Request::new(Method::CHANNEL_BIND).with(Kind::CHANNEL_NUMBER, &[0x40, 9, 0, 0])),
    ];
    let transaction = TransactionId([9; 12]);
    let mut packets: Vec<_> =
        requests.iter().map(|it| it.bytes(transaction, client.proof())).collect();
    let mut send =
        with_peer(Request::new(Method::SEND).with(Kind::DATA, b"data")).bytes(transaction, None);
    send[1] |= 0x10; // a Send indication
    packets.push(send);
    packets.push([&[0x40, 0, 0, 4][..], b"data"].concat());
    packets
}

/// Two who talk through the relay all the time.
struct Pair {
    client: TurnClient,
    peer: UdpSocket,
}

impl Pair {
    async fn is_well(&mut self, house: &House) {
        self.client.send_channel(0x4000, b"well?").await.expect("it can be sent");
        let (bytes, relayed) = heard(&self.peer).await;
        assert_eq!(bytes, b"well?");
        self.peer.send_to(b"well", relayed).await.expect("it can be sent");
        assert_eq!(received(&mut self.client).await.bytes, b"well");
        assert_eq!(said(self.client.refresh(None).await), "granted");
        let mut stranger = connect(&house.endpoint(Transport::Udp), None).await;
        stranger.binding().await.expect("STUN is answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_packets_harm_nobody() {
    let house = House::open();
    let peer = peer("127.0.0.1:0").await;
    let (mut client, _) = house.guest("ann").await;
    client.channel_bind(0x4000, at(&peer)).await.expect("a channel");
    let mut pair = Pair { client, peer };
    // Their sender has a good proof, so that what is damaged behind it counts too.
    let mut sender = house.client_from("127.0.0.9", "eve").await;
    sender.allocate(&Allocate::default()).await.expect("an allocation");
    let mut connection = house.client_over(Transport::Tcp, "eve").await;
    let third = crate::support::peer("127.0.0.1:0").await;
    let packets = packets(&sender, &third);

    let mut runner = TestRunner::new(Config::default());
    let damage = (0..packets.len(), vec(change(), 0..4));
    let rounds = PACKETS as usize / ROUND;
    for _ in 0..rounds {
        for _ in 0..ROUND {
            let tree = damage.new_tree(&mut runner).expect("damage can be made up");
            let (index, changes) = tree.current();
            let mut packet = packets[index].clone();
            changes.iter().for_each(|it| it.apply(&mut packet));
            sender.say(&packet).await.expect("it can be sent");
            if connection.say(&packet).await.is_err() {
                connection = house.client_over(Transport::Tcp, "eve").await;
            }
        }
        pair.is_well(&house).await;
    }
}
