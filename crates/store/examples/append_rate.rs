//! How many appends a second are acknowledged, how long each takes, and what
//! it costs: `append_rate [writers] [appends per writer] [folder]`. Every writer
//! has a call of its own in which somebody keeps switching their camera.

use std::{
    env,
    error::Error,
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use housecall_core::{
    Actor, Command, Role, Room, Rules, Timestamp,
    room::{Invitation, Media, OtherDevice, Purpose},
};
use housecall_store::Store;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let writers: usize = arguments.next().map_or(Ok(128), |it| it.parse())?;
    let appends: usize = arguments.next().map_or(Ok(500), |it| it.parse())?;
    let folder = arguments.next().map_or_else(env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder)?;
    let store = Store::open(&format!("sqlite:{}/rate.db", folder.path().display())).await?;

    let mut rooms = Vec::new();
    for number in 0..writers {
        rooms.push(begin(&store, number).await?);
    }
    let (started, cpu) = (Instant::now(), cpu_time()?);
    let tasks: Vec<_> = rooms
        .into_iter()
        .map(|room| tokio::spawn(switch_camera(store.clone(), room, appends)))
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    let (took, cpu) = (started.elapsed(), cpu_time()? - cpu);

    waits.sort_unstable();
    let at = |share: f64| waits[(waits.len() as f64 * share) as usize];
    let rate = waits.len() as f64 / took.as_secs_f64();
    println!("{writers} writers, {} appends: {rate:.0} per second", waits.len());
    println!(
        "  acknowledged after p50 {:?}, p99 {:?}, at most {:?}",
        at(0.5),
        at(0.99),
        at(0.9999)
    );
    println!("  CPU {:?} each, {:.2} cores", cpu / waits.len() as u32, {
        cpu.as_secs_f64() / took.as_secs_f64()
    });
    let checked = Instant::now();
    println!("  {:?} in {:?}", store.verify_journal().await?, checked.elapsed());
    store.close().await;
    Ok(())
}

async fn begin(store: &Store, number: usize) -> Result<Room, Failure> {
    let mut room = Room::new(format!("room-{number}").parse()?, Rules::default());
    let invitation = Invitation::to(vec!["patient".parse()?], Purpose::Video);
    tell(store, &mut room, Command::Initiate(invitation)).await?;
    let join =
        Command::Join { device: "screen".parse()?, media: Media::ON, other: OtherDevice::Prevails };
    tell(store, &mut room, join).await?;
    Ok(room)
}

async fn switch_camera(
    store: Store,
    mut room: Room,
    times: usize,
) -> Result<Vec<Duration>, Failure> {
    let mut waits = Vec::with_capacity(times);
    for time in 0..times {
        let started = Instant::now();
        let video = Some(time % 2 == 1);
        let device = "screen".parse()?;
        let command =
            Command::ChangeMedia { device: Some(device), audio: None, video, screen: None };
        tell(&store, &mut room, command).await?;
        waits.push(started.elapsed());
    }
    Ok(waits)
}

/// Decide, record, evolve.
async fn tell(store: &Store, room: &mut Room, command: Command) -> Result<(), Failure> {
    let doctor = Actor::person("doctor".parse()?, Role::Provider);
    let entries = room.decide(now()?, &doctor, command)?;
    let before = room.seq();
    entries.iter().for_each(|entry| room.evolve(entry));
    store.append(room, before, &entries).await?;
    Ok(())
}

fn now() -> Result<Timestamp, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_millis(i64::try_from(since.as_millis())?))
}

/// Processor time of this process, as Linux counts it: in hundredths of a
/// second, fields 14 and 15 of its status line.
fn cpu_time() -> Result<Duration, Failure> {
    let status = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<_> = status.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}
