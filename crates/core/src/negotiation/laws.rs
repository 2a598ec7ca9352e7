//! The laws of a pair, and a machine that looks for exceptions: two clients
//! that offer whenever they like, read late and answer whatever they read.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// What a client does with its peer connections.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Habit {
    /// A new one for every offer and every answer.
    Rebuilds,
    /// One, with a new transport whenever it describes itself.
    Rolls,
    /// One, with one transport.
    Keeps,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Offer(Side),
    /// Of the connection it offered or the one it answered with.
    Candidate {
        from: Side,
        answered: bool,
        labelled: bool,
    },
    /// Reads the next signal, and answers an offer.
    Read(Side),
    Wait(u64),
}

#[derive(Debug, Clone)]
struct Script {
    designation: Designation,
    habits: [Habit; 2],
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Offer,
    Answer,
    Candidate { labelled: bool },
}

#[derive(Debug, Clone, PartialEq)]
struct Signal {
    id: usize,
    from: Side,
    kind: Kind,
    session: String,
    ufrag: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Sent(Signal),
    Passed(Signal),
}

struct Client {
    side: Side,
    habit: Habit,
    described: usize,
    offered: Option<(String, String)>,
    answered: Option<(String, String)>,
    inbox: VecDeque<Signal>,
}

struct World {
    pair: Pair<Signal>,
    now: Timestamp,
    clients: [Client; 2],
    sent: usize,
    facts: Vec<(Timestamp, Fact)>,
}

impl Client {
    fn new(side: Side, habit: Habit) -> Self {
        let (offered, answered, inbox) = (None, None, VecDeque::new());
        Self { side, habit, described: 0, offered, answered, inbox }
    }

    /// The session and the ufrag of its next description.
    fn describe(&mut self) -> (String, String) {
        self.described += 1;
        let (side, number) = (self.side, self.described);
        match self.habit {
            Habit::Rebuilds => (format!("{side:?}{number}"), format!("{side:?}{number}")),
            Habit::Rolls => (format!("{side:?}"), format!("{side:?}{number}")),
            Habit::Keeps => (format!("{side:?}"), format!("{side:?}")),
        }
    }
}

impl World {
    fn new(script: &Script) -> Self {
        let [newcomer, member] = script.habits;
        Self {
            pair: Pair::new(script.designation),
            now: Timestamp::EPOCH,
            clients: [Client::new(Side::Newcomer, newcomer), Client::new(Side::Member, member)],
            sent: 0,
            facts: Vec::new(),
        }
    }

    fn client(&mut self, side: Side) -> &mut Client {
        &mut self.clients[side as usize]
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Offer(from) => {
                let connection = self.client(from).describe();
                self.client(from).offered = Some(connection.clone());
                self.say(from, Kind::Offer, connection);
            }
            Step::Candidate { from, answered, labelled } => {
                let client = self.client(from);
                let connection = if answered { &client.answered } else { &client.offered };
                if let Some(connection) = connection.clone() {
                    self.say(from, Kind::Candidate { labelled }, connection);
                }
            }
            Step::Read(side) => {
                let signal = self.client(side).inbox.pop_front();
                if signal.is_some_and(|it| it.kind == Kind::Offer) {
                    let connection = self.client(side).describe();
                    self.client(side).answered = Some(connection.clone());
                    self.say(side, Kind::Answer, connection);
                }
            }
            Step::Wait(millis) => self.wait(self.now.plus(Duration::from_millis(millis))),
        }
    }

    fn say(&mut self, from: Side, kind: Kind, (session, ufrag): (String, String)) {
        let signal = Signal { id: self.sent, from, kind, session, ufrag };
        self.sent += 1;
        self.facts.push((self.now, Fact::Sent(signal.clone())));
        let Signal { session, ufrag, .. } = signal.clone();
        let description = Description { session: Some(&session), ufrag: Some(&ufrag) };
        let passed = match kind {
            Kind::Offer => self.pair.offer(self.now, from, description, signal),
            Kind::Answer => self.pair.answer(from, description, signal),
            Kind::Candidate { labelled } => {
                self.pair.candidate(from, Some(ufrag.as_str()).filter(|_| labelled), signal)
            }
        };
        self.pass(from, passed);
    }

    fn pass(&mut self, from: Side, signals: Vec<Signal>) {
        for signal in signals {
            assert_eq!(signal.from, from, "nobody speaks for the other");
            self.facts.push((self.now, Fact::Passed(signal.clone())));
            self.client(from.other()).inbox.push_back(signal);
        }
    }

    fn wait(&mut self, until: Timestamp) {
        while let Some(deadline) = self.pair.next_deadline().filter(|it| *it <= until) {
            assert!(deadline > self.now, "what is due has been released");
            self.now = deadline;
            let (from, signals) = self.pair.elapse(deadline).expect("a deadline does something");
            self.pass(from, signals);
        }
        self.now = until;
    }

    /// Both read and answer all there is, and then wait for what is held.
    fn fall_silent(&mut self) {
        loop {
            for side in SIDES {
                while !self.client(side).inbox.is_empty() {
                    self.step(Step::Read(side));
                }
            }
            match self.pair.next_deadline() {
                Some(deadline) => self.wait(deadline),
                None if self.clients.iter().all(|it| it.inbox.is_empty()) => break,
                None => {}
            }
        }
    }

    fn sent(&self) -> Vec<&Signal> {
        self.facts.iter().filter_map(|(_, it)| it.sent()).collect()
    }

    fn passed(&self) -> Vec<&Signal> {
        self.facts.iter().filter_map(|(_, it)| it.passed()).collect()
    }
}

impl Fact {
    fn sent(&self) -> Option<&Signal> {
        match self {
            Fact::Sent(signal) => Some(signal),
            Fact::Passed(_) => None,
        }
    }

    fn passed(&self) -> Option<&Signal> {
        match self {
            Fact::Passed(signal) => Some(signal),
            Fact::Sent(_) => None,
        }
    }
}

const SIDES: [Side; 2] = [Side::Newcomer, Side::Member];

const ALL_BUT_OFF: [Designation; 3] =
    [Designation::Nobody, Designation::One(Side::Newcomer), Designation::One(Side::Member)];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let sides = || select(&SIDES[..]);
    let candidate = (sides(), any::<[bool; 2]>())
        .prop_map(|(from, [answered, labelled])| Step::Candidate { from, answered, labelled });
    let step = prop_oneof![
        2 => sides().prop_map(Step::Offer),
        4 => candidate,
        3 => sides().prop_map(Step::Read),
        2 => (0u64..3_000).prop_map(Step::Wait),
    ];
    vec(step, 0..40)
}

fn scripts(designations: &'static [Designation]) -> impl Strategy<Value = Script> {
    let habits = || select(&[Habit::Rebuilds, Habit::Rolls, Habit::Keeps][..]);
    (select(designations), [habits(), habits()], steps())
        .prop_map(|(designation, habits, steps)| Script { designation, habits, steps })
}

fn play(script: &Script) -> World {
    let mut world = World::new(script);
    script.steps.iter().for_each(|step| world.step(*step));
    world
}

/// Whose turn it is in a first negotiation, as an onlooker would tell it.
#[derive(Default)]
struct Onlooker {
    is_settled: bool,
    turn: Option<(Side, Timestamp)>,
    sessions: BTreeMap<bool, String>,
}

impl Onlooker {
    fn see(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::Sent(Signal { kind: Kind::Candidate { .. }, .. }) => {}
            Fact::Sent(signal) => {
                let newcomer = signal.from == Side::Newcomer;
                let last = self.sessions.insert(newcomer, signal.session.clone());
                let is_rebuilt = last.is_some_and(|it| it != signal.session);
                if signal.kind == Kind::Offer && is_rebuilt && self.is_settled {
                    (self.is_settled, self.turn) = (false, None);
                }
            }
            Fact::Passed(signal) if !self.is_settled => self.hear(at, signal),
            Fact::Passed(_) => {}
        }
    }

    fn hear(&mut self, at: Timestamp, signal: &Signal) {
        match (signal.kind, self.turn) {
            (Kind::Offer, None) => self.turn = Some((signal.from, at)),
            (Kind::Offer, Some((by, since))) if by != signal.from => {
                assert!(at >= since.plus(ANSWER_TIME), "two offers met: {signal:?}");
                self.turn = Some((signal.from, at));
            }
            (Kind::Answer, Some((by, _))) if by != signal.from => self.is_settled = true,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn two_first_offers_never_meet_before_their_time(script in scripts(&ALL_BUT_OFF)) {
        let mut world = play(&script);
        world.fall_silent();
        let mut onlooker = Onlooker::default();
        world.facts.iter().for_each(|(at, fact)| onlooker.see(*at, fact));
    }

    #[test]
    fn the_other_side_is_heard_first_only_when_the_designated_one_was_silent(
        script in scripts(&ALL_BUT_OFF),
    ) {
        let mut world = play(&script);
        world.fall_silent();
        let is_offer = |it: &&Signal| it.kind == Kind::Offer;
        let passed = world.facts.iter().find(|it| it.1.passed().filter(is_offer).is_some());
        let Some((passed_at, Fact::Passed(offer))) = passed else { return Ok(()) };
        let is_theirs = |it: &&Signal| is_offer(it) && it.from == offer.from;
        let sent = world.facts.iter().find(|it| it.1.sent().filter(is_theirs).is_some());
        let (sent_at, _) = sent.expect("what passed was sent");
        let must_wait = script.designation == Designation::One(offer.from.other());
        let waited = if must_wait { PATIENCE } else { Duration::ZERO };
        prop_assert_eq!(passed_at.since(*sent_at), waited);
    }

    #[test]
    fn an_offer_that_never_passed_was_withdrawn_by_its_own_side(script in scripts(&ALL_BUT_OFF)) {
        let mut world = play(&script);
        world.fall_silent();
        prop_assert!(world.pair.held.is_none());
        let (sent, passed) = (world.sent(), world.passed());
        let lost = sent.iter().filter(|it| it.kind == Kind::Offer && !passed.contains(it));
        for lost in lost {
            let later = sent.iter().filter(|it| it.from == lost.from && it.id > lost.id);
            let withdraws = |it: &&Signal| matches!(it.kind, Kind::Offer | Kind::Answer);
            prop_assert!(later.copied().any(|it| withdraws(&it)), "{:?}", lost);
        }
    }

    #[test]
    fn every_side_is_heard_in_the_order_it_speaks(script in scripts(&ALL_BUT_OFF)) {
        let mut world = play(&script);
        world.fall_silent();
        let passed = world.passed();
        for side in SIDES {
            let of = |kind| {
                let ids = passed.iter().filter(move |it| it.from == side && it.kind == kind);
                ids.map(|it| (it.ufrag.as_str(), it.id))
            };
            prop_assert!(of(Kind::Offer).is_sorted_by_key(|it| it.1));
            prop_assert!(of(Kind::Answer).is_sorted_by_key(|it| it.1));
            let mut by_transport: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (ufrag, id) in of(Kind::Candidate { labelled: true }) {
                by_transport.entry(ufrag).or_default().push(id);
            }
            prop_assert!(by_transport.values().all(|it| it.is_sorted()));
        }
    }

    #[test]
    fn candidates_pass_if_and_only_if_their_transport_was_described_before(
        script in scripts(&ALL_BUT_OFF),
    ) {
        let mut world = play(&script);
        world.fall_silent();
        let (mut described, mut passed) = (BTreeSet::new(), BTreeSet::new());
        for signal in world.passed() {
            match signal.kind {
                Kind::Offer | Kind::Answer => drop(described.insert(&signal.ufrag)),
                Kind::Candidate { labelled: true } => {
                    prop_assert!(described.contains(&signal.ufrag), "an orphan: {:?}", signal);
                    passed.insert(signal.id);
                }
                Kind::Candidate { labelled: false } => {}
            }
        }
        for signal in world.sent() {
            if signal.kind == (Kind::Candidate { labelled: true }) {
                let is_of_use = described.contains(&signal.ufrag);
                prop_assert_eq!(passed.contains(&signal.id), is_of_use, "{:?}", signal);
            }
        }
    }

    #[test]
    fn nothing_is_said_twice_and_answers_pass_at_once(script in scripts(&ALL_BUT_OFF)) {
        let mut world = play(&script);
        world.fall_silent();
        let ids: BTreeSet<usize> = world.passed().iter().map(|it| it.id).collect();
        prop_assert_eq!(ids.len(), world.passed().len());
        for pair in world.facts.windows(2) {
            if let (at, Fact::Sent(signal @ Signal { kind: Kind::Answer, .. })) = &pair[0] {
                prop_assert_eq!(&pair[1], &(*at, Fact::Passed(signal.clone())));
            }
        }
    }

    #[test]
    fn people_who_answer_each_other_end_up_free_to_say_anything(script in scripts(&ALL_BUT_OFF)) {
        let mut world = play(&script);
        world.fall_silent();
        if world.sent == 0 {
            return Ok(());
        }
        prop_assert!(world.passed().iter().any(|it| it.kind == Kind::Answer));
        for side in SIDES {
            let mut last = world.sent().into_iter().rev().filter(|it| it.from == side);
            let last = last.find(|it| matches!(it.kind, Kind::Offer | Kind::Answer));
            let last = last.expect("who offers is answered").clone();
            world.say(side, Kind::Offer, (last.session, last.ufrag));
            prop_assert_eq!(world.passed().last().map(|it| it.id), Some(world.sent - 1));
        }
    }

    #[test]
    fn nothing_is_held_where_nobody_needs_it(script in scripts(&[Designation::Off])) {
        let world = play(&script);
        prop_assert_eq!(world.sent(), world.passed());
        prop_assert_eq!(world.pair.next_deadline(), None);
        for pair in world.facts.chunks(2) {
            prop_assert_eq!(pair[0].0, pair[1].0);
        }
    }
}
