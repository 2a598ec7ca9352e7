mod crashes;
mod damage;
mod folders;
mod torn;

use std::{
    fs,
    io::{Read, Seek, SeekFrom},
};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn id(text: &str) -> RecordingId {
    text.parse().expect("an id")
}

fn head(number: u32) -> ChunkHead {
    // Two chunks a part.
    let (part, at_ms) = ((number / 2) as u16, u64::from(number % 2) * 2000);
    ChunkHead { number, part, at_ms, length_ms: 2000 }
}

fn content(number: u32, length: usize) -> Vec<u8> {
    (0..length).map(|it| (it as u32 * 7 + number * 31 + 1) as u8).collect()
}

/// A spool with one recording.
struct Desk {
    folder: TempDir,
    spool: Spool,
    key: DataKey,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spool = Spool::in_folder(&folder.path().join("spool"));
        Self { folder, spool, key: DataKey::random() }
    }

    /// With chunks of these lengths.
    fn with(lengths: &[usize]) -> Self {
        let desk = Self::new();
        desk.append(lengths);
        desk
    }

    fn append(&self, lengths: &[usize]) {
        let mut log = self.open();
        for length in lengths {
            let number = log.next();
            let appended = log.append(head(number), &content(number, *length));
            assert_eq!(appended.expect("the disk takes it"), Appended::New);
        }
    }

    fn open(&self) -> Log {
        self.try_open().expect("the log is whole")
    }

    fn try_open(&self) -> Result<Log, SpoolProblem> {
        self.spool.open(&id("ours"), &self.key)
    }

    fn log(&self) -> PathBuf {
        self.spool.of(&id("ours")).join(LOG)
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.log()).expect("there is a log")
    }

    fn write(&self, bytes: &[u8]) {
        fs::write(self.log(), bytes).expect("the log can be changed");
    }

    /// Where each record begins, and where the last one ends.
    fn borders(&self) -> Vec<usize> {
        let log = self.open();
        let ends = log.chunks().iter().map(|it| it.end() as usize);
        let first = log.chunks().first().map_or(self.bytes().len(), |it| it.offset as usize);
        [first].into_iter().chain(ends).collect()
    }

    /// The log with these bytes is damage, and stays as it is.
    #[track_caller]
    fn refuses(&self, bytes: &[u8]) {
        self.write(bytes);
        let opened = self.try_open();
        assert!(matches!(opened, Err(SpoolProblem::Damaged)), "{opened:?}");
        assert!(self.bytes() == bytes, "damage was cut off");
    }
}

#[track_caller]
fn check(log: &Log, lengths: &[usize]) {
    assert_eq!(log.next() as usize, lengths.len());
    assert_eq!(log.bytes() as usize, lengths.iter().sum::<usize>());
    for (number, length) in (0..).zip(lengths) {
        let stored = log.chunks()[number as usize];
        assert_eq!((stored.head, stored.bytes as usize), (head(number), *length));
        let bytes = log.read(number).expect("the chunk is whole");
        assert!(bytes == content(number, *length), "chunk {number} is another");
        let hash = digest::digest(&digest::SHA256, &bytes);
        assert_eq!(stored.sha256, hash.as_ref());
    }
}

#[test]
fn a_chunk_is_taken_once_and_in_order() {
    let desk = Desk::with(&[10, 20]);
    let mut log = desk.open();
    let before = desk.bytes();
    let mut check = |head: ChunkHead, bytes: &[u8], expected: &str| {
        assert_eq!(format!("{:?}", log.append(head, bytes)), expected);
    };
    check(head(0), &content(0, 10), "Ok(Again)");
    check(head(1), &content(1, 20), "Ok(Again)");
    check(head(1), &content(1, 21), "Err(Differs)");
    check(head(1), b"", "Err(Differs)");
    check(ChunkHead { at_ms: 1, ..head(0) }, &content(0, 10), "Err(Differs)");
    check(ChunkHead { part: 7, ..head(0) }, &content(0, 10), "Err(Differs)");
    check(ChunkHead { length_ms: 1, ..head(0) }, &content(0, 10), "Err(Differs)");
    check(head(3), b"early", "Err(OutOfOrder { next: 2 })");
    check(head(u32::MAX), b"never", "Err(OutOfOrder { next: 2 })");
    assert!(matches!(log.append(head(2), &vec![0; LARGEST_CHUNK + 1]), Err(SpoolProblem::Io(_))));
    assert!(matches!(log.read(2), Err(SpoolProblem::OutOfOrder { next: 2 })));
    assert!(desk.bytes() == before, "nothing was written");
    assert_eq!(log.append(head(2), b"").expect("empty is legal"), Appended::New);
}

#[test]
fn heads_come_back_as_they_were() {
    let desk = Desk::new();
    let most = ChunkHead { number: 0, part: u16::MAX, at_ms: u64::MAX - 1, length_ms: u32::MAX };
    desk.open().append(most, b"x").expect("the disk takes it");
    assert_eq!(desk.open().chunks()[0].head, most);
    assert_eq!(desk.open().parts(), [u16::MAX]);
}

#[test]
fn nothing_lies_on_the_disk_in_plain() {
    let desk = Desk::new();
    let marker = b"my address is 12 Harbour Road";
    let mut log = desk.open();
    log.append(head(0), &marker.repeat(100)).expect("the disk takes it");
    let mut sealer = crate::Sealer::new(
        File::create(desk.spool.work_file(&id("ours"), "media")).expect("a file"),
        &id("ours"),
        &desk.key,
        crate::Purpose::Media,
    )
    .expect("the disk takes it");
    std::io::copy(&mut log.part(0), &mut sealer).expect("the disk takes it");
    sealer.finish().expect("the disk takes it");

    let files = entries(&desk.spool.of(&id("ours"))).expect("there is a folder");
    assert_eq!(files.len(), 3, "log, lock and work file");
    for file in files {
        let bytes = fs::read(file.path()).expect("it can be read");
        let found = bytes.windows(8).any(|it| marker.windows(8).any(|word| word == it));
        assert!(!found, "{:?}", file.path());
    }
}

#[test]
fn a_part_that_is_damaged_while_it_is_read_gives_no_more() {
    let desk = Desk::with(&[100, 100]);
    let log = desk.open();
    let mut bytes = desk.bytes();
    let at = log.chunks()[1].offset as usize + 80;
    bytes[at] ^= 1;
    desk.write(&bytes);
    let mut part = log.part(0);
    let mut first = [0; 100];
    part.read_exact(&mut first).expect("the first chunk is whole");
    assert_eq!(first[..], content(0, 100));
    let error = part.read(&mut first).expect_err("the second is not");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(first[..], content(0, 100), "nothing of it came out");
}

#[test]
fn a_position_before_the_beginning_is_refused() {
    let desk = Desk::with(&[10]);
    let log = desk.open();
    let mut part = log.part(0);
    assert_eq!(part.seek(SeekFrom::End(-3)).expect("it is there"), 7);
    assert!(part.seek(SeekFrom::Current(-8)).is_err());
    assert!(part.seek(SeekFrom::End(-11)).is_err());
    assert_eq!(part.stream_position().expect("it is still there"), 7);
    assert_eq!(part.seek(SeekFrom::Current(100)).expect("beyond is legal"), 107);
    assert_eq!(part.read(&mut [0; 4]).expect("and empty"), 0);
    assert_eq!(log.part(9).read(&mut [0; 4]).expect("so is a part without chunks"), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn chunks_come_back_however_often_the_log_is_opened(
        sessions in prop::collection::vec(prop::collection::vec(0..5000_usize, 0..5), 1..5),
    ) {
        let desk = Desk::new();
        let mut lengths = Vec::new();
        for session in sessions {
            desk.append(&session);
            lengths.extend(session);
            check(&desk.open(), &lengths);
        }
    }

    #[test]
    fn any_range_of_a_part_can_be_read(
        lengths in prop::collection::vec(prop_oneof![Just(0), 1..900_usize], 1..9),
        reads in prop::collection::vec((0..2000_u64, 0..1000_usize), 1..20),
    ) {
        let desk = Desk::with(&lengths);
        let log = desk.open();
        for part in log.parts() {
            let numbers = (0..log.next()).filter(|it| head(*it).part == part);
            let whole: Vec<u8> =
                numbers.flat_map(|it| content(it, lengths[it as usize])).collect();
            let mut reader = log.part(part);
            prop_assert_eq!(reader.length(), whole.len() as u64);
            for (from, length) in &reads {
                let mut bytes = Vec::new();
                reader.seek(SeekFrom::Start(*from))?;
                (&mut reader).take(*length as u64).read_to_end(&mut bytes)?;
                let start = (*from as usize).min(whole.len());
                prop_assert!(bytes == whole[start..(start + length).min(whole.len())]);
            }
        }
    }
}
