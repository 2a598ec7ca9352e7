//! Where packets change from one way to the other: of clients to peers, and of
//! peers to clients.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::{Access, Holder};
use super::allocation::Peer;
use super::counters::{Counters, Meters, Transport};
use super::datagrams::{Datagram, Outbox, Way};
use super::desk::Origin;
use super::line::CHANNEL_HEADER;
use super::nonce::Nonces;
use super::peers::PeerRules;
use super::ports::Ports;
use super::settings::{self, RelayAddress};
use super::strangers::Strangers;
use super::table::{Allocation, FiveTuple, Table};
use crate::stun::{self, Class, Kind, Message, Method, RateLimit, read_xor_address};

/// Everything a running relay shares.
pub(super) struct Exchange {
    pub(super) realm: String,
    pub(super) nonces: Nonces,
    pub(super) meters: Meters,
    /// Cancelled when everything ends.
    pub(super) over: CancellationToken,
    pub(super) tasks: TaskTracker,
    /// Without it, only STUN is answered.
    pub(super) relaying: Option<Relaying>,
    access: OnceLock<Arc<dyn Access>>,
    strangers: Mutex<Strangers>,
    askers: Mutex<RateLimit>,
    start: Instant,
}

/// What it takes to relay.
pub(super) struct Relaying {
    pub(super) addresses: Vec<RelayAddress>,
    pub(super) ports: Ports,
    pub(super) table: Table,
    rules: PeerRules,
}

/// What a client and a peer exchange.
#[derive(Clone, Copy)]
struct Packet<'a> {
    /// Of the peer.
    address: SocketAddr,
    /// Whom that address stands for.
    peer: Peer,
    payload: &'a [u8],
}

impl Relaying {
    pub(super) fn new(settings: settings::Relay) -> Self {
        let settings::Relay { addresses, ports, allowed_peers, limits } = settings;
        let own = addresses.iter().flat_map(|it| [it.local, it.public]).collect();
        let rules = PeerRules::new(allowed_peers, own);
        Self { addresses, ports: Ports::new(ports), table: Table::new(limits), rules }
    }

    /// Whom an address stands for: one of the relays here, or a host.
    pub(super) fn peer_at(&self, address: SocketAddr) -> Peer {
        match self.is_here(address.ip()) && self.table.at_relay(address).is_some() {
            true => Peer::Relayed(address),
            false => Peer::Host(address.ip()),
        }
    }

    fn is_here(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|it| it.public == address)
    }
}

impl Exchange {
    pub(super) fn new(realm: String, relaying: Option<Relaying>, now: Instant) -> Self {
        Self {
            realm,
            nonces: Nonces::new(now),
            meters: Meters::default(),
            over: CancellationToken::new(),
            tasks: TaskTracker::new(),
            relaying,
            access: OnceLock::new(),
            strangers: Mutex::new(Strangers::new(now)),
            askers: Mutex::new(RateLimit::new(now)),
            start: now,
        }
    }

    /// From now on people are let in, by these rules.
    pub(super) fn open(&self, access: Arc<dyn Access>) {
        let _ = self.access.set(access);
    }

    /// The rules of the house; before it opens there are none, and nobody gets in.
    pub(super) fn access(&self) -> Option<&dyn Access> {
        self.access.get().map(|it| &**it)
    }

    /// Deals with one datagram, or one frame of a stream.
    pub(super) fn hear(
        self: &Arc<Self>,
        bytes: &[u8],
        origin: &Origin<'_>,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let Some(first) = bytes.first() else { return };
        match (&self.relaying, first) {
            (Some(relaying), 0x40..=0x7F) => {
                self.hear_channel_data(relaying, bytes, &origin.tuple, now, outbox);
            }
            (_, 0x00..=0x3F) => self.hear_message(bytes, origin, now, outbox),
            _ => {}
        }
    }

    fn hear_message(
        self: &Arc<Self>,
        bytes: &[u8],
        origin: &Origin<'_>,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let Ok(message) = Message::parse(bytes) else { return };
        let mut reply = Vec::new();
        let answered = match (message.class(), message.method(), &self.relaying) {
            (Class::Request, Method::BINDING, _) => {
                self.answer_binding(bytes, origin, now, &mut reply)
            }
            (
                Class::Request,
                Method::ALLOCATE
                | Method::REFRESH
                | Method::CREATE_PERMISSION
                | Method::CHANNEL_BIND,
                Some(relaying),
            ) => self.answer(relaying, &message, origin, now, &mut reply),
            (Class::Indication, Method::SEND, Some(relaying)) => {
                self.hear_send(relaying, &message, &origin.tuple, now, outbox);
                false
            }
            _ => false,
        };
        if answered && !origin.line.send_message(&reply, outbox) {
            self.meters.without_room.add(1);
        }
    }

    fn answer_binding(
        &self,
        bytes: &[u8],
        origin: &Origin<'_>,
        now: Instant,
        reply: &mut Vec<u8>,
    ) -> bool {
        let client = origin.tuple.client;
        let answered = stun::answer(bytes, client, reply).is_some()
            && self.askers.lock().allows(client.ip(), now);
        self.meters.bindings.add(answered.into());
        answered
    }

    /// Whether somebody who has not shown who they are gets an answer. The source
    /// of a stream is not forged.
    pub(super) fn may_hear(
        &self,
        origin: &Origin<'_>,
        request: usize,
        answer: usize,
        now: Instant,
    ) -> bool {
        let FiveTuple { transport, client, .. } = origin.tuple;
        transport != Transport::Udp
            || self.strangers.lock().may_hear(client.ip(), request, answer, now)
    }

    /// Whether an allocation may exchange packets with a peer, by the rules as they
    /// stand.
    pub(super) fn is_granted(
        &self,
        relaying: &Relaying,
        allocation: &Allocation,
        peer: Peer,
    ) -> bool {
        let Some(access) = self.access() else { return false };
        match peer {
            Peer::Host(host) => {
                relaying.rules.permit(host) && access.may_reach(&allocation.holder, host)
            }
            Peer::Relayed(address) => relaying
                .table
                .at_relay(address)
                .is_some_and(|it| access.may_meet(&allocation.holder, &it.holder)),
        }
    }

    /// ChannelData of a client (RFC 8656 section 12.6).
    fn hear_channel_data(
        &self,
        relaying: &Relaying,
        bytes: &[u8],
        tuple: &FiveTuple,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let Some((&[n0, n1, l0, l1], rest)) = bytes.split_first_chunk::<CHANNEL_HEADER>() else {
            return;
        };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let (number, payload) = (u16::from_be_bytes([n0, n1]), rest.get(..length));
        let (Some(allocation), Some(payload)) = (relaying.table.find(tuple), payload) else {
            return;
        };
        let peer = allocation.permissions.lock().peer_of(number, now);
        match peer {
            Some((address, peer)) => {
                let packet = Packet { address, peer, payload };
                self.relay_out(relaying, &allocation, packet, now, outbox);
            }
            None => allocation.traffic.without_permission.add(1),
        }
    }

    /// A Send indication of a client (section 11.2).
    fn hear_send(
        &self,
        relaying: &Relaying,
        message: &Message<'_>,
        tuple: &FiveTuple,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let address = message.find(Kind::XOR_PEER_ADDRESS);
        let address = address.and_then(|it| read_xor_address(it, message.transaction()));
        let (Some(address), Some(payload)) = (address, message.find(Kind::DATA)) else { return };
        let Some(allocation) = relaying.table.find(tuple) else { return };
        let peer = relaying.peer_at(address);
        if allocation.permissions.lock().permits(peer, now) {
            let packet = Packet { address, peer, payload };
            self.relay_out(relaying, &allocation, packet, now, outbox);
        } else {
            allocation.traffic.without_permission.add(1);
        }
    }

    /// To a peer who is permitted.
    fn relay_out(
        &self,
        relaying: &Relaying,
        allocation: &Allocation,
        packet: Packet<'_>,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let Packet { address, peer, payload } = packet;
        let Some(relay) = allocation.relay_towards(address) else { return };
        let since = now.saturating_duration_since(self.start);
        let (own, shared) = (&allocation.paces.out, &allocation.holder_paces.out);
        if !own.allows(payload.len(), since) || !shared.allows(payload.len(), since) {
            return allocation.traffic.over_rate.add(1);
        }
        allocation.traffic.packets_out.add(1);
        allocation.traffic.bytes_out.add(payload.len() as u64);
        match peer {
            Peer::Host(_) => {
                outbox.push(&relay.socket, Way { to: address, from: None }, &[], payload);
            }
            // Both ends are here: no socket is needed, and none has to find its way
            // back through a router in front of us.
            Peer::Relayed(_) => {
                if let Some(other) = relaying.table.at_relay(address) {
                    let (address, peer) = (relay.public, Peer::Relayed(relay.public));
                    self.relay_in(&other, Packet { address, peer, payload }, now, outbox);
                }
            }
        }
    }

    /// To a client, from a peer.
    fn relay_in(
        &self,
        allocation: &Allocation,
        packet: Packet<'_>,
        now: Instant,
        outbox: &mut Outbox,
    ) {
        let Packet { address, peer, payload } = packet;
        let permissions = allocation.permissions.lock();
        let permitted = permissions.permits(peer, now);
        let channel = permissions.channel_of(address, now);
        drop(permissions);
        if !permitted {
            return allocation.traffic.without_permission.add(1);
        }
        let since = now.saturating_duration_since(self.start);
        let (own, shared) = (&allocation.paces.into, &allocation.holder_paces.into);
        if !own.allows(payload.len(), since) || !shared.allows(payload.len(), since) {
            return allocation.traffic.over_rate.add(1);
        }
        allocation.traffic.packets_in.add(1);
        allocation.traffic.bytes_in.add(payload.len() as u64);
        let sent = match channel {
            Some(channel) => allocation.line.send_channel_data(channel, payload, outbox),
            None => allocation.line.send_data(address, payload, outbox),
        };
        if !sent {
            self.meters.without_room.add(1);
        }
    }

    /// Starts to listen to what peers send.
    pub(super) fn start_relaying(self: &Arc<Self>, allocation: &Arc<Allocation>) {
        for at in 0..allocation.relays.len() {
            self.tasks.spawn(self.clone().listen_to_peers(allocation.clone(), at));
        }
    }

    async fn listen_to_peers(self: Arc<Self>, allocation: Arc<Allocation>, at: usize) {
        let relay = &allocation.relays[at];
        let listen = async {
            loop {
                let mut batch = None;
                let each = |Datagram { bytes: payload, source: address, .. }: Datagram<'_>,
                            outbox: &mut Outbox| {
                    let now = *batch.get_or_insert_with(Instant::now);
                    let peer = Peer::Host(address.ip());
                    self.relay_in(&allocation, Packet { address, peer, payload }, now, outbox);
                };
                match relay.socket.receive(each).await {
                    Ok(lost) => self.meters.without_room.add(lost),
                    // Some systems tell here that an earlier packet found nobody.
                    Err(error) => tracing::debug!(%error, "Nothing came in from a peer"),
                }
            }
        };
        relay.over.run_until_cancelled(listen).await;
    }

    /// Ends an allocation.
    pub(super) fn release(&self, relaying: &Relaying, allocation: &Arc<Allocation>) {
        if relaying.table.remove(allocation) {
            self.meters.past.absorb(&allocation.traffic);
        }
    }

    /// See [`TurnHandle::review`](super::TurnHandle::review).
    pub(super) fn review(&self, holders: &[Holder]) {
        let (Some(relaying), Some(access)) = (&self.relaying, self.access()) else { return };
        for allocation in holders.iter().flat_map(|it| relaying.table.of(it)) {
            if access.may_stay(&allocation.holder) {
                let is_granted = |peer| self.is_granted(relaying, &allocation, peer);
                allocation.permissions.lock().review(is_granted);
            } else {
                self.release(relaying, &allocation);
            }
        }
    }

    /// Releases what has expired.
    pub(super) fn tidy(&self, now: Instant) {
        let Some(relaying) = &self.relaying else { return };
        for allocation in relaying.table.expired(now) {
            self.release(relaying, &allocation);
        }
        relaying.ports.forget_expired(now);
    }

    /// Ends the allocation of a stream that has ended.
    pub(super) fn hang_up(&self, tuple: &FiveTuple) {
        let Some(relaying) = &self.relaying else { return };
        if let Some(allocation) = relaying.table.find(tuple) {
            self.release(relaying, &allocation);
        }
    }

    /// Releases everything, and waits until it is.
    pub(super) async fn close(&self) {
        self.over.cancel();
        if let Some(relaying) = &self.relaying {
            relaying.table.all().iter().for_each(|it| self.release(relaying, it));
            relaying.ports.clear();
        }
        self.tasks.close();
        self.tasks.wait().await;
    }

    pub(super) fn counters(&self) -> Counters {
        let now = self.relaying.as_ref().map(|it| it.table.all()).unwrap_or_default();
        self.meters.read(now.iter().map(|it| (it.tuple.transport, &it.traffic)))
    }
}

/// How often what has expired is looked for.
pub(super) const TIDY: Duration = Duration::from_secs(1);
