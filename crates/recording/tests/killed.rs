//! K3: a chunk that was acknowledged is there, whatever happens to the process
//! afterwards.
//!
//! The test starts itself as a child that adds chunks to several recordings and prints
//! what was acknowledged, kills it without warning, and compares. It has a `main` of
//! its own for that: `killed <folder> <wrapped key>` is the child.

use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command as Process, Stdio},
    thread,
};

use housecall_core::RecordingId;
use housecall_recording::{ChunkHead, DataKey, MasterKey, MasterKeys, Spool, WrappedKey};

const ROUNDS: usize = 12;
/// Recordings at the same time: when one is between two chunks, others are not.
const WRITERS: u32 = 6;

/// The key of the house in this test.
const MASTER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [folder, wrapped] if folder.starts_with('/') => record_for_ever(folder, wrapped),
        _ => survive(),
    }
}

fn survive() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = DataKey::random();
    let wrapped = keys().wrap(&keeper(), &key).bytes;
    let wrapped: String = wrapped.iter().map(|it| format!("{it:02x}")).collect();
    let mut acknowledged = HashMap::new();
    for round in 0..ROUNDS {
        // A different number each time, so that it hits different moments.
        let enough = 10 + 7 * round;
        acknowledged.extend(listen_and_kill(folder.path(), &wrapped, enough));
        check(folder.path(), &key, &acknowledged);
    }
    let chunks: u32 = acknowledged.values().sum();
    println!("K3: {chunks} chunks after {ROUNDS} kills: nothing lost, nothing torn");
}

/// Runs a child until it has printed `enough` lines, kills it, and returns how many
/// chunks were acknowledged for each recording.
fn listen_and_kill(folder: &Path, wrapped: &str, enough: usize) -> HashMap<String, u32> {
    let myself = env::current_exe().expect("this program has a path");
    let mut child: Child = Process::new(myself)
        .arg(folder)
        .arg(wrapped)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let mut acknowledged = HashMap::new();
    for (count, line) in lines.enumerate() {
        if count == enough {
            child.kill().expect("the child runs until it is killed");
        }
        let line = line.expect("the child writes text");
        // The line on which it was killed may have lost its end.
        if let Some((recording, next)) = line.strip_suffix('.').and_then(|it| it.split_once(' ')) {
            acknowledged.insert(recording.to_owned(), next.parse().expect("a number"));
        }
    }
    let status = child.wait().expect("the child is gone");
    assert!(!status.success(), "the child ended before it was killed");
    acknowledged
}

/// Everything acknowledged is there, everything there is whole.
fn check(folder: &Path, key: &DataKey, acknowledged: &HashMap<String, u32>) {
    let spool = Spool::in_folder(folder);
    for (recording, acknowledged) in acknowledged {
        let log = spool.open(&id(recording), key).expect("the log opens after a kill");
        assert!(log.next() >= *acknowledged, "{recording} was acknowledged up to {acknowledged}");
        for number in 0..log.next() {
            let (head, bytes) = chunk(number);
            assert_eq!(log.chunks()[number as usize].head, head);
            assert!(log.read(number).expect("it is whole") == bytes, "{recording}: {number}");
        }
    }
}

fn record_for_ever(folder: &str, wrapped: &str) {
    let digits = (0..wrapped.len()).step_by(2).map(|it| &wrapped[it..it + 2]);
    let bytes = digits.map(|it| u8::from_str_radix(it, 16).expect("digits")).collect();
    let wrapped = WrappedKey { by: keys().current().clone(), bytes };
    let key = keys().unwrap(&keeper(), &wrapped).expect("the key is ours");
    let (spool, key) = (&Spool::in_folder(Path::new(folder)), &key);
    thread::scope(|all| {
        for writer in 0..WRITERS {
            all.spawn(move || record(spool, &format!("recording-{writer}"), key));
        }
    });
}

fn record(spool: &Spool, recording: &str, key: &DataKey) {
    let mut log = spool.open(&id(recording), key).expect("the log opens after a kill");
    loop {
        let (head, bytes) = chunk(log.next());
        log.append(head, &bytes).expect("the disk works");
        let mut out = std::io::stdout().lock();
        writeln!(out, "{recording} {}.", log.next()).expect("somebody listens");
    }
}

/// Some are small, some take long to write.
fn chunk(number: u32) -> (ChunkHead, Vec<u8>) {
    let head = ChunkHead { number, part: 0, at_ms: u64::from(number) * 2000, length_ms: 2000 };
    let length = number * 7919 % 200_000;
    (head, (0..length).map(|it| (it * 31 + number) as u8).collect())
}

fn keys() -> MasterKeys {
    MasterKeys::new(MasterKey::parse(MASTER).expect("a master key"), vec![])
}

/// All recordings of this test have the key of one.
fn keeper() -> RecordingId {
    id("recording")
}

fn id(text: &str) -> RecordingId {
    text.parse().expect("an id")
}
