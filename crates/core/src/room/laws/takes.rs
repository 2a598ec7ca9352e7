//! The law of what is recorded: nothing is kept of a time in which somebody who was
//! in had not agreed.

use super::*;
use crate::room::{Air, Take};

/// How far media may reach over the end of what all agreed to.
const TOLERANCE: Duration = Duration::from_secs(1);

/// What happens besides what is asked of the room.
#[derive(Debug, Clone)]
enum Turn {
    Room(Step),
    /// The clock on the wall is set.
    SetClock(i64),
    /// Whoever records begins another take.
    Begin,
    /// A chunk of some take comes: where it begins and how long it is, in
    /// milliseconds.
    Chunk {
        take: usize,
        at: u64,
        length: u64,
    },
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let chunk = (0usize..4, 0u64..200_000, 0u64..3_000)
        .prop_map(|(take, at, length)| Turn::Chunk { take, at, length });
    let short = (0u64..4).prop_map(|it| Turn::Room(Step::Wait(it)));
    let turn = prop_oneof![
        4 => recordings().prop_map(Turn::Room),
        1 => (actors(), commands()).prop_map(|(by, it)| Turn::Room(Step::Ask(by, Box::new(it)))),
        3 => short,
        2 => (-100_000i64..100_000).prop_map(Turn::SetClock),
        3 => Just(Turn::Begin),
        6 => chunk,
    ];
    vec(turn, 10..120)
}

/// People who come, go and agree, in a meeting that somebody records.
fn recordings() -> impl Strategy<Value = Step> {
    let doctor = || Actor::person(PEOPLE[0].parse().expect("an id"), Role::Provider);
    let ask = |by, it| Step::Ask(by, Box::new(it));
    let anybody = || users().prop_map(|user| Actor::person(user, Role::Provider));
    let agrees = (users(), any::<bool>()).prop_map(move |(user, agreed)| {
        let by = Actor::person(user.clone(), Role::Provider);
        ask(by, Command::consent(user, agreed, ConsentMethod::Electronic))
    });
    let record = newcomers().prop_map(move |it| {
        let recording = "rec".parse().expect("an id");
        let (covers, newcomers) = (None, Some(it));
        ask(doctor(), Command::StartRecording { recording, covers, newcomers })
    });
    prop_oneof![
        3 => (anybody(), devices()).prop_map(move |(by, device)| ask(by, join(device))),
        1 => anybody().prop_map(move |by| ask(by, Command::Leave { device: None, reason: None })),
        6 => agrees,
        4 => record,
        1 => Just(ask(doctor(), Command::StopRecording { recording: None })),
    ]
}

fn join(device: DeviceId) -> Command {
    Command::Join { device, media: Media::ON, other: OtherDevice::IsPutOut }
}

fn open() -> Command {
    let to = Invitation::to(Vec::new(), Purpose::Video);
    Command::Initiate(Invitation { kind: Kind::Meeting, open: true, ..to })
}

/// A house that measures takes with a clock that is never set, and an onlooker who
/// knows at any time who had agreed.
struct World {
    room: Room,
    /// The time that has really passed.
    now: Duration,
    /// What the clock on the wall is wrong by, in milliseconds.
    wrong: i64,
    air: Air,
    takes: Vec<Take>,
    begun: Vec<Duration>,
    /// Stretches of time in which it was recorded and all who were in had agreed.
    agreed: Vec<(Duration, Duration)>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            room: Room::new("r".parse().expect("an id"), RULES),
            now: Duration::ZERO,
            wrong: 0,
            air: Air::Off,
            takes: Vec::new(),
            begun: Vec::new(),
            agreed: Vec::new(),
        };
        let doctor = Actor::person(PEOPLE[0].parse().expect("an id"), Role::Provider);
        let first = DEVICES[0].parse().expect("an id");
        world.ask(&doctor, open());
        world.ask(&doctor, join(first));
        world
    }

    fn wall(&self) -> Timestamp {
        let passed = i64::try_from(self.now.as_millis()).expect("tests are short");
        Timestamp::from_millis(1_000_000 + self.wrong + passed)
    }

    fn ask(&mut self, by: &Actor, command: Command) {
        let Ok(entries) = self.room.decide(self.wall(), by, command) else { return };
        for entry in entries {
            self.room.evolve(&entry);
            self.air = self.air.then(&entry.event, &"rec".parse().expect("an id"));
            if self.air != Air::On {
                self.takes.iter_mut().for_each(|it| it.end(self.now));
            }
        }
    }

    fn all_agree(&self) -> bool {
        self.room.recording().is_some_and(|recording| {
            self.room.people_inside().all(|(_, it)| it.agrees_to(recording.covers))
        })
    }

    fn wait(&mut self, span: Duration) {
        if self.all_agree() {
            match self.agreed.last_mut() {
                Some((_, until)) if *until == self.now => *until += span,
                _ => self.agreed.push((self.now, self.now + span)),
            }
        }
        self.now += span;
        self.ask(&Actor::House, Command::Elapse);
    }

    /// Whether a chunk that the house takes was made while all had agreed.
    fn is_fair(&self, from: Duration, until: Duration) -> bool {
        let reaches = |(start, end): &(Duration, Duration)| {
            *start <= from && from <= *end && until <= *end + TOLERANCE
        };
        let now = (self.now, self.now);
        let still = self.all_agree().then_some(&now);
        self.agreed.iter().chain(still).any(reaches)
    }

    fn turn(&mut self, turn: Turn) -> Option<bool> {
        match turn {
            Turn::Room(Step::Ask(by, command)) => self.ask(&by, *command),
            Turn::Room(Step::Wait(seconds)) => self.wait(Duration::from_secs(seconds)),
            Turn::SetClock(wrong) => self.wrong = wrong,
            Turn::Begin if self.air == Air::On => {
                self.takes.push(Take::begin(self.now));
                self.begun.push(self.now);
            }
            Turn::Begin => {}
            Turn::Chunk { take, at, length } => {
                let (take, begun) = (*self.takes.get(take)?, self.begun[take]);
                let (at, length) = (Duration::from_millis(at), Duration::from_millis(length));
                if take.accepts(at, length, self.now) {
                    let fair = self.is_fair(begun + at, begun + at + length);
                    assert!(fair, "took {at:?} + {length:?} of {take:?}: {:?}", self.agreed);
                    return Some(true);
                }
                return Some(false);
            }
        }
        None
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_kept_of_a_time_in_which_somebody_had_not_agreed(turns in turns()) {
        let mut world = World::new();
        for turn in turns {
            world.turn(turn);
        }
    }
}

/// The law above would hold as well if nothing were ever taken.
#[test]
fn what_all_agreed_to_is_kept() {
    let doctor = Actor::person(PEOPLE[0].parse().expect("an id"), Role::Provider);
    let ask = |command| Turn::Room(Step::Ask(doctor.clone(), Box::new(command)));
    let user = PEOPLE[0].parse().expect("an id");
    let chunk = |at| Turn::Chunk { take: 0, at, length: 2_000 };
    let mut world = World::new();
    let turns = [
        ask(Command::consent(user, true, ConsentMethod::Electronic)),
        ask(Command::record("rec".parse().expect("an id"))),
        Turn::Begin,
        Turn::Room(Step::Wait(4)),
        Turn::SetClock(-50_000),
        ask(Command::StopRecording { recording: None }),
        Turn::Room(Step::Wait(100)),
        chunk(0),
        chunk(2_000),
        chunk(3_000),
        chunk(4_000),
    ];
    let taken: Vec<bool> = turns.into_iter().filter_map(|it| world.turn(it)).collect();
    assert_eq!(taken, [true, true, true, false]);
}
