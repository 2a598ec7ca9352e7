//! How the people in a room stand with each other: which signals go on now, and
//! which wait, because their clients disagree on who offers first.

use std::{collections::HashMap, sync::Arc, time::Duration};

use housecall_core::{
    DeviceId, Room, Timestamp, UserId,
    negotiation::{Description, FirstOffer, Pair, Side, candidate_ufrag, designate},
};
use housecall_dialect::{News, Signal, SignalKind};
use parking_lot::Mutex;
use serde_json::value::RawValue;

use crate::{house::House, rooms::LiveRoom, sessions::Session};

/// How long a member does not hear of a newcomer who is to offer first. Longer
/// leaves people unseen; shorter has both offer, and their clients break.
const ANNOUNCE_AFTER: Duration = Duration::from_secs(3);

/// Two people in a room: who was there first, and who came later.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Couple {
    member: UserId,
    newcomer: UserId,
}

/// A signal on its way.
#[derive(Clone)]
struct Parcel {
    from: UserId,
    to: UserId,
    kind: SignalKind,
    body: Box<RawValue>,
    wrapped: bool,
}

/// One couple's negotiation.
struct Negotiation {
    pair: Pair<Parcel>,
    /// When the member hears at the latest that the newcomer is there, if they
    /// have not heard yet.
    announce_at: Option<Timestamp>,
}

/// All negotiations of one room that somebody has to watch over.
#[derive(Default)]
pub(crate) struct Negotiations(Mutex<HashMap<Couple, Negotiation>>);

impl Negotiations {
    /// Somebody came or went: they and the others have not said a word to each
    /// other.
    pub(crate) fn forget(&self, user: &UserId) {
        self.0.lock().retain(|couple, _| couple.member != *user && couple.newcomer != *user);
    }
}

/// Who was there first: the one who came in with the lower number.
fn couple(room: &Room, one: &UserId, other: &UserId) -> Couple {
    let came = |user: &UserId| room.participant(user).map_or(0, |it| it.incarnation);
    let (member, newcomer) = if came(one) <= came(other) { (one, other) } else { (other, one) };
    Couple { member: member.clone(), newcomer: newcomer.clone() }
}

impl Couple {
    fn side(&self, user: &UserId) -> Side {
        if *user == self.member { Side::Member } else { Side::Newcomer }
    }
}

impl House {
    /// Passes a signal on to `to`, or holds it until it is their turn.
    pub(crate) fn pass_on(
        &self,
        live: &Arc<LiveRoom>,
        from: &Session,
        to: &UserId,
        signal: Signal<'_>,
    ) {
        let room = live.state();
        let Some(receiver) = self.inside(&room, to) else { return };
        let settle_it = |it: &Session| it.first_offer() == FirstOffer::SettlesItself;
        if settle_it(from) && settle_it(&receiver) {
            let news = News::Signal { room: &room, from: &from.user, signal };
            receiver.tell(&news, &self.known());
            return;
        }
        let parcel = Parcel {
            from: from.user.clone(),
            to: to.clone(),
            kind: signal.kind,
            body: signal.body.to_owned(),
            wrapped: signal.wrapped,
        };
        self.negotiate(live, &room, parcel);
    }

    /// The session that stands for `user` in `room`, if it is connected.
    pub(crate) fn inside(&self, room: &Room, user: &UserId) -> Option<Arc<Session>> {
        let device: &DeviceId = room.participant(user).and_then(|it| it.device())?;
        self.sessions.find(user, device)
    }

    fn negotiate(&self, live: &Arc<LiveRoom>, room: &Room, parcel: Parcel) {
        let couple = couple(room, &parcel.from, &parcel.to);
        let now = self.now();
        let mut all = live.negotiations.0.lock();
        let negotiation = all.entry(couple.clone()).or_insert_with(|| self.begin(room, &couple));
        let before = negotiation.pair.next_deadline();
        let settles = parcel.kind == SignalKind::Answer;
        let passed = put(&mut negotiation.pair, now, &couple, parcel);
        // Under the lock, so that what one sends keeps its order.
        passed.iter().for_each(|it| self.hand_over(room, it));
        if settles && negotiation.pair.is_settled() && negotiation.announce_at.take().is_some() {
            self.announce(room, &couple);
        }
        let deadline = negotiation.pair.next_deadline();
        if let Some(deadline) = deadline.filter(|_| deadline != before) {
            self.look_again_at(live, couple, deadline);
        }
    }

    fn begin(&self, room: &Room, couple: &Couple) -> Negotiation {
        let expects = |user: &UserId| self.expectation(room, user);
        let pair = Pair::new(designate(expects(&couple.newcomer), expects(&couple.member)));
        Negotiation { pair, announce_at: None }
    }

    fn expectation(&self, room: &Room, user: &UserId) -> FirstOffer {
        let expects = self.inside(room, user).map(|it| it.first_offer());
        expects.unwrap_or(FirstOffer::SettlesItself).as_caller(room.caller() == Some(user))
    }

    fn hand_over(&self, room: &Room, parcel: &Parcel) {
        let Parcel { kind, body, wrapped, .. } = parcel;
        let signal = Signal { kind: *kind, body, wrapped: *wrapped };
        let news = News::Signal { room, from: &parcel.from, signal };
        if let Some(receiver) = self.inside(room, &parcel.to) {
            receiver.tell(&news, &self.known());
        }
    }

    /// Somebody came in. Members whose clients must not hear of it before the
    /// first negotiation is through are told then, or when it took too long.
    pub(crate) fn await_negotiations(&self, live: &Arc<LiveRoom>, room: &Room, who: &UserId) {
        let offers_first = |user: &UserId| self.expectation(room, user) == FirstOffer::Newcomer;
        let newcomer_does = offers_first(who);
        let others = room.people_inside().map(|(user, _)| user).filter(|it| *it != who);
        for member in others.filter(|it| newcomer_does || offers_first(it)) {
            let couple = Couple { member: member.clone(), newcomer: who.clone() };
            let latest = self.now().plus(ANNOUNCE_AFTER);
            let begun = Negotiation { announce_at: Some(latest), ..self.begin(room, &couple) };
            live.negotiations.0.lock().insert(couple.clone(), begun);
            self.look_again_at(live, couple, latest);
        }
    }

    fn announce(&self, room: &Room, couple: &Couple) {
        let news = News::Settled { room, user: &couple.newcomer };
        self.sessions.of(&couple.member).iter().for_each(|it| it.tell(&news, &self.known()));
    }

    /// Has what waits go on when its time has come.
    fn look_again_at(&self, live: &Arc<LiveRoom>, couple: Couple, deadline: Timestamp) {
        let (house, live) = (self.clone(), Arc::downgrade(live));
        tokio::spawn(async move {
            house.clock.until(deadline).await;
            if let Some(live) = live.upgrade() {
                house.let_go(&live, &couple);
            }
        });
    }

    fn let_go(&self, live: &Arc<LiveRoom>, couple: &Couple) {
        let (room, now) = (live.state(), self.now());
        let mut all = live.negotiations.0.lock();
        let Some(negotiation) = all.get_mut(couple) else { return };
        if negotiation.announce_at.take_if(|it| *it <= now).is_some() {
            // From here on the member may offer.
            negotiation.pair.give_turn(Side::Member);
            self.announce(&room, couple);
        }
        if let Some((_, released)) = negotiation.pair.elapse(now) {
            released.iter().for_each(|it| self.hand_over(&room, it));
        }
    }
}

/// Puts a signal to the pair: what goes on now.
fn put(pair: &mut Pair<Parcel>, now: Timestamp, couple: &Couple, parcel: Parcel) -> Vec<Parcel> {
    let (side, body) = (couple.side(&parcel.from), parcel.body.clone());
    match parcel.kind {
        SignalKind::Offer => pair.offer(now, side, Description::read(body.get()), parcel),
        SignalKind::Answer => pair.answer(side, Description::read(body.get()), parcel),
        SignalKind::Candidate => pair.candidate(side, candidate_ufrag(body.get()), parcel),
    }
}
