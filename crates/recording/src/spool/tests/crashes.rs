//! A disk that fails and a machine that loses its power, at any moment: what was
//! acknowledged is there.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use super::*;
use crate::keys::NONCE;

/// What a disk writes at once. Small, so that records have many.
const BLOCK: usize = 64;

/// A file as the system sees it, and what of it is on the disk.
#[derive(Default)]
struct State {
    seen: Vec<u8>,
    on_disk: Vec<u8>,
    /// The blocks that are not on the disk as they are seen.
    dirty: BTreeSet<usize>,
    faults: Faults,
    /// All records that anybody tried to write, by their nonces.
    nonces: HashMap<Vec<u8>, Vec<u8>>,
}

/// What goes wrong the next time.
#[derive(Default)]
struct Faults {
    /// A write stops after so many bytes, with this.
    write: Option<(usize, io::ErrorKind)>,
    cut: bool,
    reopen: bool,
    /// A sync fails; a bit says whether a block came onto the disk before.
    sync: Option<u64>,
}

impl State {
    fn touch(&mut self, from: usize, to: usize) {
        self.dirty.extend(from / BLOCK..to.div_ceil(BLOCK));
    }

    fn store(&mut self, block: usize) {
        let end = (block * BLOCK + BLOCK).min(self.seen.len());
        if let Some(bytes) = self.seen.get(block * BLOCK..end) {
            let needed = self.on_disk.len().max(end);
            self.on_disk.resize(needed, 0);
            self.on_disk[block * BLOCK..end].copy_from_slice(bytes);
        }
    }

    /// Stores some blocks, and forgets that the others are to be stored: so do systems
    /// after a failure.
    fn store_some(&mut self, which: u64) {
        for (place, block) in std::mem::take(&mut self.dirty).into_iter().enumerate() {
            if which >> (place % 64) & 1 == 1 {
                self.store(block);
            }
        }
    }
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<State>>);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds it")
    }

    /// What was not synced may be there or not, block by block.
    fn lose_power(&self, which: u64, grown: bool) {
        let mut state = self.state();
        let size = if grown { state.seen.len() } else { state.on_disk.len() };
        state.store_some(which);
        state.on_disk.resize(size, 0);
        state.seen = state.on_disk.clone();
    }
}

impl disk::Disk for Memory {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.state().seen.len() as u64)
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        let found = state.seen.get(at as usize..at as usize + bytes.len());
        bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        if bytes.len() >= record::AROUND {
            let nonce = bytes[record::HEAD..record::HEAD + NONCE].to_vec();
            let sealed = &bytes[..bytes.len() - record::MARK.len()];
            let before = state.nonces.insert(nonce, sealed.to_vec());
            assert!(before.is_none_or(|it| it == sealed), "a nonce is used again");
        }
        let failure = state.faults.write.take();
        let taken = failure.map_or(bytes.len(), |(it, _)| it.min(bytes.len()));
        let (at, end) = (at as usize, at as usize + taken);
        let size = state.seen.len().max(end);
        state.seen.resize(size, 0);
        state.seen[at..end].copy_from_slice(&bytes[..taken]);
        state.touch(at, end);
        failure.map_or(Ok(()), |(_, kind)| Err(kind.into()))
    }

    fn cut(&mut self, at: u64) -> io::Result<()> {
        let mut state = self.state();
        if std::mem::take(&mut state.faults.cut) {
            return Err(io::Error::other("no cut"));
        }
        state.seen.truncate(at as usize);
        state.dirty.retain(|it| it * BLOCK < at as usize);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state();
        if let Some(which) = state.faults.sync.take() {
            state.store_some(which);
            return Err(io::Error::other("no sync"));
        }
        state.store_some(u64::MAX);
        let size = state.seen.len();
        state.on_disk.resize(size, 0);
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.state().faults.reopen) {
            true => Err(io::Error::other("no file")),
            false => Ok(()),
        }
    }
}

struct Machine {
    memory: Memory,
    key: DataKey,
}

impl Machine {
    fn new() -> Self {
        Self { memory: Memory::default(), key: DataKey::random() }
    }

    fn open(&self) -> Log {
        let records = Records::new(&id("ours"), &self.key);
        Log::open(Box::new(self.memory.clone()), records, 0, None)
            .expect("it opens after any crash")
    }
}

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    Append(usize),
    FailWrite {
        length: usize,
        after: usize,
        full: bool,
    },
    FailSync {
        length: usize,
        stored: u64,
    },
    /// The write fails, and so does taking it back.
    FailTwice {
        length: usize,
        after: usize,
    },
    /// The sync fails, and looking again does as well.
    FailAgain {
        length: usize,
        stored: u64,
        reopen: bool,
    },
    /// The process is killed while a chunk is written.
    Kill {
        length: usize,
        after: usize,
    },
    LosePower {
        length: usize,
        after: usize,
        stored: u64,
        grown: bool,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (length, after) = (0..400_usize, 0..500_usize);
    let step = prop_oneof![
        4 => length.clone().prop_map(Step::Append),
        1 => (length.clone(), after.clone(), any::<bool>())
            .prop_map(|(length, after, full)| Step::FailWrite { length, after, full }),
        1 => (length.clone(), any::<u64>())
            .prop_map(|(length, stored)| Step::FailSync { length, stored }),
        1 => (length.clone(), after.clone())
            .prop_map(|(length, after)| Step::FailTwice { length, after }),
        1 => (length.clone(), any::<u64>(), any::<bool>())
            .prop_map(|(length, stored, reopen)| Step::FailAgain { length, stored, reopen }),
        1 => (length.clone(), after.clone())
            .prop_map(|(length, after)| Step::Kill { length, after }),
        2 => (length, after, any::<u64>(), any::<bool>()).prop_map(
            |(length, after, stored, grown)| Step::LosePower { length, after, stored, grown }
        ),
    ];
    prop::collection::vec(step, 1..40)
}

/// A writer, and the lengths of what was acknowledged to it.
struct Script {
    machine: Machine,
    log: Log,
    lengths: Vec<usize>,
}

impl Script {
    fn play(&mut self, step: Step) {
        let memory = self.machine.memory.clone();
        match step {
            Step::Append(length) => self.append(length),
            Step::FailWrite { length, after, full } => {
                let kind = if full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
                memory.state().faults.write = Some((after, kind));
                let problem = self.fails(length);
                assert_eq!(matches!(problem, SpoolProblem::Full), full);
            }
            Step::FailSync { length, stored } => {
                memory.state().faults.sync = Some(stored);
                self.fails(length);
            }
            Step::FailTwice { length, after } => {
                memory.state().faults.write = Some((after, io::ErrorKind::Other));
                memory.state().faults.cut = true;
                self.fails(length);
            }
            Step::FailAgain { length, stored, reopen } => {
                memory.state().faults.sync = Some(stored);
                memory.state().faults.reopen = reopen;
                memory.state().faults.cut = !reopen;
                self.fails(length);
            }
            Step::Kill { length, after } => {
                self.break_off(length, after);
                self.restart();
            }
            Step::LosePower { length, after, stored, grown } => {
                self.break_off(length, after);
                memory.lose_power(stored, grown);
                self.restart();
            }
        }
        assert_eq!(self.log.next() as usize, self.lengths.len());
    }

    fn append(&mut self, length: usize) {
        let number = self.log.next();
        let appended = self.log.append(head(number), &content(number, length));
        assert_eq!(appended.expect("the disk works"), Appended::New);
        self.lengths.push(length);
    }

    fn fails(&mut self, length: usize) -> SpoolProblem {
        let number = self.log.next();
        let appended = self.log.append(head(number), &content(number, length));
        self.machine.memory.state().faults = Faults::default();
        appended.expect_err("the disk fails")
    }

    /// Writes the beginning of a record, and no more.
    fn break_off(&mut self, length: usize, after: usize) {
        let mut memory = self.machine.memory.clone();
        let (number, content) = (self.log.next(), content(self.log.next(), length));
        let hash = digest::digest(&digest::SHA256, &content);
        let hash = hash.as_ref().try_into().expect("a SHA-256 has 32 bytes");
        let record =
            Records::new(&id("ours"), &self.machine.key).seal(head(number), hash, &content);
        memory.state().faults.write = Some((after, io::ErrorKind::Other));
        let end = self.log.chunks().last().map_or(0, StoredChunk::end);
        disk::Disk::write(&mut memory, end, &record).expect_err("it is broken off");
    }

    /// What comes back is what was acknowledged, and perhaps one more that was whole.
    fn restart(&mut self) {
        self.log = self.machine.open();
        if self.log.next() as usize == self.lengths.len() + 1 {
            let last = self.log.chunks()[self.lengths.len()];
            self.lengths.push(last.bytes as usize);
        }
        check(&self.log, &self.lengths);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_was_acknowledged_is_there(steps in steps()) {
        let machine = Machine::new();
        let log = machine.open();
        let mut script = Script { machine, log, lengths: Vec::new() };
        for step in steps {
            script.play(step);
        }
        script.append(100);
        // Nothing that was acknowledged waits for a later sync.
        script.machine.memory.lose_power(0, false);
        script.restart();
    }
}

#[test]
fn a_full_disk_changes_nothing_and_is_forgiven() {
    let machine = Machine::new();
    let mut log = machine.open();
    log.append(head(0), &content(0, 100)).expect("there is room");
    let before = machine.memory.state().seen.clone();
    for after in 0..230 {
        machine.memory.state().faults.write = Some((after, io::ErrorKind::StorageFull));
        let problem = log.append(head(1), &content(1, 200));
        assert!(matches!(problem, Err(SpoolProblem::Full)), "{problem:?}");
        assert!(machine.memory.state().seen == before, "something stayed");
    }
    log.append(head(1), &content(1, 200)).expect("there is room again");
    check(&log, &[100, 200]);
    check(&machine.open(), &[100, 200]);
}

#[test]
fn nothing_is_believed_after_a_failed_sync_until_the_disk_was_seen() {
    let machine = Machine::new();
    let mut log = machine.open();
    log.append(head(0), &content(0, 100)).expect("the disk works");
    let mut fail = |head: ChunkHead, bytes: &[u8]| {
        machine.memory.state().faults.sync = Some(0);
        machine.memory.state().faults.reopen = true;
        assert!(matches!(log.append(head, bytes), Err(SpoolProblem::Io(_))));
    };
    fail(head(1), &content(1, 50));
    // Not even that a chunk is there already.
    for reopen in [true, false] {
        machine.memory.state().faults = Faults { reopen, sync: Some(0), ..Faults::default() };
        assert!(matches!(log.append(head(0), &content(0, 100)), Err(SpoolProblem::Io(_))));
    }
    machine.memory.state().faults = Faults::default();
    assert_eq!(log.append(head(0), &content(0, 100)).expect("it works again"), Appended::Again);
    assert_eq!(log.append(head(1), &content(1, 50)).expect("it works again"), Appended::New);
    check(&log, &[100, 50]);
}

#[test]
fn what_only_the_system_remembers_is_written_again() {
    let machine = Machine::new();
    let mut log = machine.open();
    log.append(head(0), &content(0, 100)).expect("the disk works");
    machine.memory.state().faults.sync = Some(0);
    machine.memory.state().faults.cut = true;
    assert!(log.append(head(1), &content(1, 50)).is_err());
    // Killed here: the system shows a chunk that is not on the disk.
    check(&machine.open(), &[100, 50]);
    machine.memory.lose_power(0, false);
    check(&machine.open(), &[100, 50]);
}

#[test]
fn what_a_failing_disk_lost_is_not_talked_away() {
    for marked in [true, false] {
        let machine = Machine::new();
        let mut log = machine.open();
        log.append(head(0), &content(0, 100)).expect("the disk works");
        machine.memory.state().faults.sync = Some(0);
        machine.memory.state().seen[60] ^= 1;
        if !marked {
            let end = machine.memory.state().seen.len();
            machine.memory.state().seen[end - record::MARK.len()..].fill(0);
        }
        assert!(log.append(head(1), &content(1, 50)).is_err());
        for _ in 0..2 {
            let problem = log.append(head(1), &content(1, 50));
            assert!(matches!(problem, Err(SpoolProblem::Damaged)), "{problem:?}");
        }
    }
}
