//! What is said to requests (RFC 8656 sections 7 to 12). Nothing here is done
//! for a packet that is only relayed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::access::Holder;
use super::allocation::{NotTaken, Peer, Permissions, granted};
use super::attributes::{
    Asked, Family, Malformed, channel, family, lifetime, parity, peers, reservation, transport,
};
use super::counters::Traffic;
use super::exchange::{Exchange, Relaying};
use super::line::Line;
use super::ports::{Parity, Relayed, Token};
use super::table::{Allocation, FiveTuple, Full, Paces, Relay};
use crate::stun::{Class, Foreign, Key, Kind, Message, Method, Writer, write_xor_address};

/// Everything that RFC 8489 and 8656 define: what is known and out of place is
/// ignored.
const UNDERSTOOD: [Kind; 21] = [
    Kind::MAPPED_ADDRESS,
    Kind::USERNAME,
    Kind::MESSAGE_INTEGRITY,
    Kind::ERROR_CODE,
    Kind::UNKNOWN_ATTRIBUTES,
    Kind::CHANNEL_NUMBER,
    Kind::LIFETIME,
    Kind::XOR_PEER_ADDRESS,
    Kind::DATA,
    Kind::REALM,
    Kind::NONCE,
    Kind::XOR_RELAYED_ADDRESS,
    Kind::REQUESTED_ADDRESS_FAMILY,
    Kind::EVEN_PORT,
    Kind::REQUESTED_TRANSPORT,
    // Our sockets never let a packet be cut up.
    Kind::DONT_FRAGMENT,
    Kind::MESSAGE_INTEGRITY_SHA256,
    Kind::PASSWORD_ALGORITHM,
    Kind::USERHASH,
    Kind::XOR_MAPPED_ADDRESS,
    Kind::RESERVATION_TOKEN,
];

/// The protocol number of UDP, in REQUESTED-TRANSPORT.
const UDP: u8 = 17;

/// Where a message came from, and the way back.
pub(super) struct Origin<'a> {
    pub(super) tuple: FiveTuple,
    pub(super) line: &'a Line,
}

/// Why a request is refused.
enum Refusal {
    /// By this code.
    Code(u16),
    /// 420, with what must be understood and is not.
    Unknown(Foreign),
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Refusal::Code(400)
    }
}

impl From<NotTaken> for Refusal {
    fn from(it: NotTaken) -> Self {
        Refusal::Code(match it {
            NotTaken::Conflict => 400,
            NotTaken::TooMany => 508,
        })
    }
}

impl From<Full> for Refusal {
    fn from(it: Full) -> Self {
        Refusal::Code(match it {
            Full::Quota => 486,
            Full::Capacity => 508,
        })
    }
}

/// What a request is granted.
enum Granted {
    Done,
    Lifetime(Duration),
    /// A whole answer, made before.
    Answer(Arc<Allocation>),
}

/// Who has proved who they are.
struct Caller {
    username: String,
    holder: Holder,
    key: Key,
}

/// The relays of an allocation that is about to be made.
struct Taken {
    relays: Vec<Relayed>,
    token: Option<Token>,
    /// The second family could not be had.
    missing: Option<Family>,
}

impl Exchange {
    /// Writes the answer to a request into `reply`; whether there is one.
    pub(super) fn answer(
        self: &Arc<Self>,
        relaying: &Relaying,
        request: &Message<'_>,
        origin: &Origin<'_>,
        now: Instant,
        reply: &mut Vec<u8>,
    ) -> bool {
        let allocation = relaying.table.find(&origin.tuple);
        let caller = match self.authenticate(request, origin, allocation.as_deref(), now) {
            Ok(caller) => caller,
            Err(code) => return self.turn_away(request, origin, code, now, reply),
        };
        match self.serve(relaying, request, &caller, allocation, origin, now) {
            Ok(Granted::Answer(allocation)) => reply.extend_from_slice(&allocation.answer),
            Ok(granted) => confirm(request, &granted, &caller.key, reply),
            Err(refusal) => {
                self.meters.refused(refusal.code());
                refuse(request, &refusal, &caller.key, reply);
            }
        }
        true
    }

    /// The long-term credential mechanism, RFC 8489 section 9.2.4. Who holds an
    /// allocation proves it with the password it was made with, even if that could
    /// not make another any more.
    fn authenticate(
        &self,
        request: &Message<'_>,
        origin: &Origin<'_>,
        allocation: Option<&Allocation>,
        now: Instant,
    ) -> Result<Caller, u16> {
        if request.find(Kind::MESSAGE_INTEGRITY).is_none() {
            return Err(401);
        }
        let fields = [Kind::USERNAME, Kind::REALM, Kind::NONCE].map(|it| request.find(it));
        let [Some(username), Some(_), Some(nonce)] = fields else { return Err(400) };
        if !self.nonces.is_good(nonce, origin.tuple.client.ip(), now) {
            return Err(438);
        }
        let username = std::str::from_utf8(username).map_err(|_| 401_u16)?;
        let caller = match allocation.filter(|it| it.username == username) {
            Some(own) => Caller {
                username: username.to_owned(),
                holder: own.holder.clone(),
                key: own.key.clone(),
            },
            None => {
                let account = self.access().and_then(|it| it.account(username)).ok_or(401_u16)?;
                let key = Key::long_term(username, &self.realm, &account.password);
                Caller { username: username.to_owned(), holder: account.holder, key }
            }
        };
        if request.is_sealed_with(&caller.key) { Ok(caller) } else { Err(401) }
    }

    /// Answers somebody who has not proved who they are: with all they need to do
    /// so, and nothing else.
    fn turn_away(
        &self,
        request: &Message<'_>,
        origin: &Origin<'_>,
        code: u16,
        now: Instant,
        reply: &mut Vec<u8>,
    ) -> bool {
        let mut writer =
            Writer::start(reply, Class::Error, request.method(), request.transaction());
        writer.attribute(Kind::ERROR_CODE, &error_code(code));
        if code != 400 {
            let nonce = self.nonces.make(origin.tuple.client.ip(), now);
            writer.attribute(Kind::REALM, self.realm.as_bytes());
            writer.attribute(Kind::NONCE, nonce.as_bytes());
        }
        if request.has_fingerprint() {
            writer.fingerprint();
        }
        let may = self.may_hear(origin, request.len(), reply.len(), now);
        if may {
            self.meters.refused(code);
        } else {
            self.meters.unanswered.add(1);
        }
        may
    }

    fn serve(
        self: &Arc<Self>,
        relaying: &Relaying,
        request: &Message<'_>,
        caller: &Caller,
        allocation: Option<Arc<Allocation>>,
        origin: &Origin<'_>,
        now: Instant,
    ) -> Result<Granted, Refusal> {
        let unknown = Foreign::of(request, &UNDERSTOOD);
        if !unknown.is_empty() {
            return Err(Refusal::Unknown(unknown));
        }
        let is_own = allocation.as_ref().is_none_or(|it| it.username == caller.username);
        let Some(allocation) = allocation else {
            return match request.method() {
                Method::ALLOCATE => self.allocate(relaying, request, caller, origin, now),
                _ => Err(Refusal::Code(437)),
            };
        };
        match request.method() {
            Method::ALLOCATE if allocation.made_by == request.transaction() && is_own => {
                Ok(Granted::Answer(allocation))
            }
            Method::ALLOCATE => Err(Refusal::Code(437)),
            _ if !is_own => Err(Refusal::Code(441)),
            Method::REFRESH => self.refresh(relaying, request, &allocation, now),
            Method::CREATE_PERMISSION => self.permit(relaying, request, &allocation, now),
            _ => self.bind_channel(relaying, request, &allocation, now),
        }
    }

    /// Section 7.2.
    fn allocate(
        self: &Arc<Self>,
        relaying: &Relaying,
        request: &Message<'_>,
        caller: &Caller,
        origin: &Origin<'_>,
        now: Instant,
    ) -> Result<Granted, Refusal> {
        match transport(request)? {
            Some(UDP) => {}
            Some(_) => return Err(Refusal::Code(442)),
            None => return Err(Refusal::Code(400)),
        }
        let asked = lifetime(request)?;
        let claim = relaying.table.claim(&caller.holder, origin.tuple.client)?;
        let taken = relaying.take_relays(request, now)?;
        let limits = relaying.table.limits();
        let lifetime = granted(asked, limits.longest_lifetime);
        let over = self.over.child_token();
        let answer = announce(request, origin, &taken, lifetime, &caller.key);
        let relays = taken.relays.into_iter().map(|Relayed { public, socket }| Relay {
            public,
            socket: Arc::new(socket),
            over: over.child_token(),
        });
        let relays = relays.collect();
        let allocation = claim.take(|holder_paces| Allocation {
            tuple: origin.tuple,
            line: origin.line.clone(),
            holder: caller.holder.clone(),
            username: caller.username.clone(),
            key: caller.key.clone(),
            made_by: request.transaction(),
            answer,
            relays,
            permissions: Mutex::new(Permissions::new(now + lifetime)),
            paces: Paces::new(limits.allocation_rate),
            holder_paces,
            traffic: Traffic::default(),
            over,
        });
        // Their call may have ended since they were asked who they are, and its end has
        // found nothing to release.
        if self.access().is_none_or(|it| it.account(&caller.username).is_none()) {
            self.release(relaying, &allocation);
            return Err(Refusal::Code(401));
        }
        self.meters.allocated.add(1);
        self.start_relaying(&allocation);
        Ok(Granted::Answer(allocation))
    }

    /// Section 8.2. Of two families, one can be given up by itself.
    fn refresh(
        &self,
        relaying: &Relaying,
        request: &Message<'_>,
        allocation: &Arc<Allocation>,
        now: Instant,
    ) -> Result<Granted, Refusal> {
        let has = |family| move |it: &&Relay| Family::of(it.public) == family;
        let one = match family(request, Kind::REQUESTED_ADDRESS_FAMILY)? {
            Asked::Nothing => None,
            Asked::One(family) => {
                let relay = allocation.relays.iter().find(has(family));
                Some(relay.ok_or(Refusal::Code(443))?)
            }
            Asked::Unknown => return Err(Refusal::Code(443)),
        };
        let stays = self.access().is_some_and(|it| it.may_stay(&allocation.holder));
        if !stays {
            self.release(relaying, allocation);
            return Err(Refusal::Code(437));
        }
        let asked = lifetime(request)?;
        if asked != Some(Duration::ZERO) {
            let lifetime = granted(asked, relaying.table.limits().longest_lifetime);
            allocation.permissions.lock().extend(now + lifetime);
            return Ok(Granted::Lifetime(lifetime));
        }
        one.iter().for_each(|it| it.over.cancel());
        if one.is_none() || allocation.relays.iter().all(|it| it.over.is_cancelled()) {
            self.release(relaying, allocation);
        }
        Ok(Granted::Lifetime(Duration::ZERO))
    }

    /// Section 10.2: all peers, or none.
    fn permit(
        &self,
        relaying: &Relaying,
        request: &Message<'_>,
        allocation: &Allocation,
        now: Instant,
    ) -> Result<Granted, Refusal> {
        let addresses = peers(request)?;
        if addresses.is_empty() {
            return Err(Refusal::Code(400));
        }
        let checked = addresses.into_iter().map(|it| self.check_peer(relaying, allocation, it));
        let peers: Vec<Peer> = checked.collect::<Result<_, _>>()?;
        allocation.permissions.lock().permit(&peers, now)?;
        Ok(Granted::Done)
    }

    /// Section 12.2.
    fn bind_channel(
        &self,
        relaying: &Relaying,
        request: &Message<'_>,
        allocation: &Allocation,
        now: Instant,
    ) -> Result<Granted, Refusal> {
        let (number, peers) = (channel(request)?, peers(request)?);
        let (Some(number), &[address]) = (number, &peers[..]) else {
            return Err(Refusal::Code(400));
        };
        let peer = self.check_peer(relaying, allocation, address)?;
        allocation.permissions.lock().bind(number, address, peer, now)?;
        Ok(Granted::Done)
    }

    fn check_peer(
        &self,
        relaying: &Relaying,
        allocation: &Allocation,
        address: SocketAddr,
    ) -> Result<Peer, Refusal> {
        if allocation.relay_towards(address).is_none() {
            return Err(Refusal::Code(443));
        }
        let peer = relaying.peer_at(address);
        match self.is_granted(relaying, allocation, peer) {
            true => Ok(peer),
            false => Err(Refusal::Code(403)),
        }
    }
}

impl Relaying {
    /// The ports that a request asks for.
    fn take_relays(&self, request: &Message<'_>, now: Instant) -> Result<Taken, Refusal> {
        let wanted = family(request, Kind::REQUESTED_ADDRESS_FAMILY)?;
        let additional = family(request, Kind::ADDITIONAL_ADDRESS_FAMILY)?;
        let parity = parity(request)?;
        let wants_more = additional != Asked::Nothing;
        if let Some(token) = reservation(request)? {
            if parity != Parity::Any || wanted != Asked::Nothing || wants_more {
                return Err(Refusal::Code(400));
            }
            let relayed = self.ports.redeem(&token, now).ok_or(Refusal::Code(508))?;
            return Ok(Taken { relays: vec![relayed], token: None, missing: None });
        }
        if wants_more && (wanted != Asked::Nothing || parity == Parity::EvenWithNext) {
            return Err(Refusal::Code(400));
        }
        match (wanted, additional) {
            (_, Asked::One(Family::V6)) => self.take_both(parity, now),
            (_, Asked::One(Family::V4) | Asked::Unknown) => Err(Refusal::Code(400)),
            (Asked::Unknown, _) => Err(Refusal::Code(440)),
            (Asked::One(family), _) => self.take_one(family, parity, now),
            (Asked::Nothing, _) => self.take_one(Family::V4, parity, now),
        }
    }

    fn take_one(&self, family: Family, parity: Parity, now: Instant) -> Result<Taken, Refusal> {
        let (relayed, token) = self.take_port(family, parity, now)?;
        Ok(Taken { relays: vec![relayed], token, missing: None })
    }

    /// Both families, or IPv4 alone if there is no other (section 7.2).
    fn take_both(&self, parity: Parity, now: Instant) -> Result<Taken, Refusal> {
        let (first, token) = self.take_port(Family::V4, parity, now)?;
        match self.take_port(Family::V6, Parity::Any, now) {
            Ok((second, _)) => Ok(Taken { relays: vec![first, second], token, missing: None }),
            Err(_) => Ok(Taken { relays: vec![first], token, missing: Some(Family::V6) }),
        }
    }

    fn take_port(
        &self,
        family: Family,
        parity: Parity,
        now: Instant,
    ) -> Result<(Relayed, Option<Token>), Refusal> {
        let is_wanted =
            |it: &&super::settings::RelayAddress| it.local.is_ipv4() == (family == Family::V4);
        let address = self.addresses.iter().find(is_wanted).ok_or(Refusal::Code(440))?;
        self.ports.take(*address, parity, now).map_err(|error| {
            tracing::warn!(%error, "No port is left to relay from");
            Refusal::Code(508)
        })
    }
}

impl Refusal {
    fn code(&self) -> u16 {
        match self {
            Refusal::Code(code) => *code,
            Refusal::Unknown(_) => 420,
        }
    }
}

/// The answer that tells somebody their relays.
fn announce(
    request: &Message<'_>,
    origin: &Origin<'_>,
    taken: &Taken,
    lifetime: Duration,
    key: &Key,
) -> Vec<u8> {
    let (mut answer, transaction) = (Vec::new(), request.transaction());
    let mut writer = Writer::start(&mut answer, Class::Success, Method::ALLOCATE, transaction);
    for relayed in &taken.relays {
        write_xor_address(&mut writer, Kind::XOR_RELAYED_ADDRESS, relayed.public, transaction);
    }
    writer.attribute(Kind::LIFETIME, &seconds(lifetime));
    if let Some(token) = &taken.token {
        writer.attribute(Kind::RESERVATION_TOKEN, token);
    }
    let client = origin.tuple.client;
    write_xor_address(&mut writer, Kind::XOR_MAPPED_ADDRESS, client, transaction);
    if taken.missing.is_some() {
        let [_, _, class, number] = error_code(440);
        writer.attribute(Kind::ADDRESS_ERROR_CODE, &[0x02, 0, class, number]);
    }
    finish(writer, request, key);
    answer
}

fn confirm(request: &Message<'_>, granted: &Granted, key: &Key, reply: &mut Vec<u8>) {
    let mut writer = Writer::start(reply, Class::Success, request.method(), request.transaction());
    if let Granted::Lifetime(lifetime) = granted {
        writer.attribute(Kind::LIFETIME, &seconds(*lifetime));
    }
    finish(writer, request, key);
}

fn refuse(request: &Message<'_>, refusal: &Refusal, key: &Key, reply: &mut Vec<u8>) {
    let mut writer = Writer::start(reply, Class::Error, request.method(), request.transaction());
    writer.attribute(Kind::ERROR_CODE, &error_code(refusal.code()));
    if let Refusal::Unknown(unknown) = refusal {
        writer.attribute(Kind::UNKNOWN_ATTRIBUTES, unknown.as_bytes());
    }
    finish(writer, request, key);
}

fn finish(mut writer: Writer<'_>, request: &Message<'_>, key: &Key) {
    writer.seal(key);
    if request.has_fingerprint() {
        writer.fingerprint();
    }
}

/// The value of ERROR-CODE (RFC 8489 section 14.8), without a phrase.
fn error_code(code: u16) -> [u8; 4] {
    let digit = |it: u16| u8::try_from(it).expect("an error code has three digits");
    [0, 0, digit(code / 100), digit(code % 100)]
}

fn seconds(time: Duration) -> [u8; 4] {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX).to_be_bytes()
}
