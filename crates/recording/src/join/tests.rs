use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use super::source::Source;
use super::*;

#[test]
fn containers_are_told_by_their_first_bytes() {
    assert_eq!(sniff(&[0x1A, 0x45, 0xDF, 0xA3, 0x9F]), Some(Container::WebM));
    assert_eq!(sniff(b"\0\0\0\x24ftypisom"), Some(Container::Mp4));
    for other in [&b""[..], b"ftyp", b"\0\0\0\x24moov", b"RIFF....WAVE", &[0x1A, 0x45, 0xDF]] {
        assert_eq!(sniff(other), None, "{other:?}");
    }
}

/// Can be told its length, and nothing else.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

impl Seek for Broken {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(1_000)
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_part_that_cannot_be_read_is_no_empty_part() {
    for container in [Container::WebM, Container::Mp4] {
        let parts = vec![Part { media: Broken, most: None }];
        let found = join(container, parts, &mut Vec::new());
        assert!(matches!(found, Err(JoinProblem::Read(_))), "{found:?}");
    }
}

#[test]
fn a_disk_that_is_full_is_told_from_one_that_cannot_be_read() {
    let mut source = Source::new(Cursor::new(b"media")).expect("it is in memory");
    assert!(matches!(source.copy(5, &mut Broken), Err(JoinProblem::Write(_))));
    let mut source = Source::new(Cursor::new(b"media")).expect("it is in memory");
    assert!(matches!(source.copy(6, &mut Vec::new()), Err(JoinProblem::Read(_))));
}

/// Gives a few bytes at a time, as a reader may.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(7);
        self.0.read(&mut into[..most])
    }
}

impl Seek for Slow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_source_goes_anywhere_but_beyond_its_end() {
    let media: Vec<u8> = (0..=255).collect();
    let mut source = Source::new(Slow(Cursor::new(media))).expect("it is in memory");
    source.go_to(100).expect("it is there");
    assert_eq!(source.peek(&mut [0; 3]).expect("it is there"), [100, 101, 102]);
    assert_eq!(source.read(2).expect("it is there"), [100, 101]);
    source.go_to(10).expect("it is there");
    assert_eq!((source.read(1).expect("it is there"), source.left()), (vec![10], 245));
    source.go_to(254).expect("it is there");
    assert_eq!(source.peek(&mut [0; 12]).expect("it is there"), [254, 255]);
    source.skip(u64::MAX).expect("it stops at the end");
    assert_eq!((source.position(), source.left()), (256, 0));
    assert!(source.read(5).expect("it is the end").is_empty());
}
