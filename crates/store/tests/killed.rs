//! K2: whoever is told that something is recorded can rely on it, whatever
//! happens to the process afterwards.
//!
//! The test starts itself as a child that records calls and prints what was
//! acknowledged, kills it without warning, and compares. It has a `main` of its
//! own for that: `killed <url> <round>` is the child.

use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, Command as Process, Stdio},
};

use housecall_core::{
    Actor, Command, Role, Room, RoomId, Rules, Timestamp,
    room::{Invitation, Media, OtherDevice, Purpose},
};
use housecall_store::{ParticipantRow, Store, Verdict};

const ROUNDS: u32 = 12;
const WRITERS: u32 = 24;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [url, round] if url.starts_with("sqlite:") => record_for_ever(url, round).await,
        _ => survive().await,
    }
}

async fn survive() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}/killed.db", folder.path().display());
    let mut acknowledged = HashMap::new();
    for round in 0..ROUNDS {
        // A different number each time, so that it hits different moments.
        let enough = 40 + 97 * round as usize;
        acknowledged.extend(listen_and_kill(&url, round, enough));
        check(&url, &acknowledged).await;
    }
    println!("K2: {} calls after {ROUNDS} kills: nothing lost, nothing torn", acknowledged.len());
}

/// Runs a child until it has printed `enough` lines, kills it, and returns the
/// latest number acknowledged for each room.
fn listen_and_kill(url: &str, round: u32, enough: usize) -> HashMap<String, u64> {
    let myself = env::current_exe().expect("this program has a path");
    let mut child: Child = Process::new(myself)
        .args([url, &round.to_string()])
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
        if let Some((room, seq)) = line.strip_suffix('.').and_then(|it| it.split_once(' ')) {
            acknowledged.insert(room.to_owned(), seq.parse().expect("a number"));
        }
    }
    let status = child.wait().expect("the child is gone");
    assert!(!status.success(), "the child ended before it was killed");
    acknowledged
}

/// Everything acknowledged is there, everything there is whole.
async fn check(url: &str, acknowledged: &HashMap<String, u64>) {
    let store = Store::open(url).await.expect("the database opens after a kill");
    let verdict = store.verify_journal().await.expect("the journal can be read");
    assert!(matches!(verdict, Verdict::Intact { .. }), "{verdict:?}");
    for (room, seq) in acknowledged {
        let id: RoomId = room.parse().expect("a room id");
        let entries = store.load(&id).await.expect("the journal can be read");
        let entries = entries.unwrap_or_else(|| panic!("{room} is lost"));
        assert!(entries.len() as u64 >= *seq, "{room} was acknowledged up to {seq}");

        let folded = Room::fold(id.clone(), Rules::default(), &entries);
        let row = store.call(&id).await.expect("rows can be read").expect("a row for each room");
        assert_eq!(row.seq, folded.seq(), "{room}: rows and journal tell the same");
        let stages = |rows: &[ParticipantRow]| -> Vec<_> {
            rows.iter().map(|it| (it.user.clone(), it.stage, it.media)).collect()
        };
        let expected: Vec<_> = folded
            .participants()
            .map(|(user, it)| (user.clone(), it.stage.name(), it.media))
            .collect();
        assert_eq!(stages(&row.participants), expected, "{room}");
    }
    store.close().await;
}

async fn record_for_ever(url: &str, round: &str) {
    let store = Store::open(url).await.expect("the database opens");
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| tokio::spawn(switch_camera(store.clone(), format!("{round}-{number}"))))
        .collect();
    for writer in writers {
        writer.await.expect("a writer goes on until it is killed");
    }
}

async fn switch_camera(store: Store, name: String) {
    let mut room = Room::new(name.parse().expect("a room id"), Rules::default());
    let device = || "desk".parse().expect("a device id");
    let invitation = Invitation::to(vec!["patient".parse().expect("a user id")], Purpose::Video);
    tell(&store, &mut room, Command::Initiate(invitation)).await;
    let join = Command::Join { device: device(), media: Media::ON, other: OtherDevice::Prevails };
    tell(&store, &mut room, join).await;
    loop {
        let video = Some(room.seq().is_multiple_of(2));
        let change =
            Command::ChangeMedia { device: Some(device()), audio: None, video, screen: None };
        tell(&store, &mut room, change).await;
    }
}

async fn tell(store: &Store, room: &mut Room, command: Command) {
    let doctor = Actor::person("doctor".parse().expect("a user id"), Role::Provider);
    let now = Timestamp::from_millis(1_768_471_200_000);
    let entries = room.decide(now, &doctor, command).expect("the rules allow it");
    let before = room.seq();
    entries.iter().for_each(|entry| room.evolve(entry));
    store.append(room, before, &entries).await.expect("nobody else writes this room");
    if !entries.is_empty() {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{} {}.", room.id(), room.seq()).expect("somebody listens");
    }
}
