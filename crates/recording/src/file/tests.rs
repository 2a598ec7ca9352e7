use std::{
    cell::Cell,
    collections::HashSet,
    io::{self, Write},
    ops::Range,
};

use aws_lc_rs::digest;
use housecall_core::RecordingId;
use proptest::prelude::*;

use super::{
    pieces::{Pieces, SEALED_PIECE},
    *,
};
use crate::keys::{DataKey, TAG};

fn id(text: &str) -> RecordingId {
    text.parse().expect("an id")
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|it| (it ^ it >> 8 ^ it >> 16) as u8).collect()
}

fn seal(content: &[u8], key: &DataKey) -> Vec<u8> {
    let mut sealer =
        Sealer::new(Vec::new(), &id("ours"), key, Purpose::Media).expect("memory takes all");
    sealer.write_all(content).expect("memory takes all");
    let (file, sealed) = sealer.finish().expect("memory takes all");
    assert_eq!((sealed.bytes, sealed.sealed_bytes), (content.len() as u64, file.len() as u64));
    assert_eq!(sealed.sha256, digest::digest(&digest::SHA256, content).as_ref());
    file
}

fn opener(file: &[u8], key: &DataKey) -> Result<Opener, Damaged> {
    let header = &file[..HEADER.min(file.len())];
    Opener::new(header, file.len() as u64, &id("ours"), key, Purpose::Media)
}

/// As a reader does it: asks what is needed, fetches that alone, opens it.
fn open(file: &[u8], key: &DataKey, range: Range<u64>) -> Result<Vec<u8>, Damaged> {
    let opener = opener(file, key)?;
    let needed = opener.covering(range.clone());
    opener.open(range, &file[needed.start as usize..needed.end as usize])
}

fn open_all(file: &[u8], key: &DataKey) -> Result<Vec<u8>, Damaged> {
    open(file, key, 0..u64::MAX)
}

fn pieces_of(file: &[u8]) -> Vec<&[u8]> {
    file[HEADER..].chunks(SEALED_PIECE).collect()
}

fn file_of(header: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
    [header, &pieces.concat()].concat()
}

/// Lengths at which something happens, and those between.
fn lengths() -> impl Strategy<Value = usize> {
    let borders = prop::sample::select(vec![0, PIECE, 2 * PIECE, 3 * PIECE]);
    let near = (borders, -2..=2_isize).prop_map(|(it, by)| it.saturating_add_signed(by));
    prop_oneof![near, 0..4 * PIECE]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_sealed_opens_however_it_was_written(
        length in lengths(),
        writes in prop::collection::vec(prop_oneof![0..40_usize, 1..3 * PIECE], 0..12),
    ) {
        let (content, key) = (content(length), DataKey::random());
        let mut sealer = Sealer::new(Vec::new(), &id("ours"), &key, Purpose::Media)?;
        let mut rest = &content[..];
        for size in writes {
            let (now, later) = rest.split_at(size.min(rest.len()));
            sealer.write_all(now)?;
            sealer.flush()?;
            rest = later;
        }
        sealer.write_all(rest)?;
        let (file, sealed) = sealer.finish()?;
        prop_assert_eq!((sealed.bytes, sealed.sealed_bytes), (length as u64, file.len() as u64));
        prop_assert_eq!(opener(&file, &key)?.bytes(), length as u64);
        prop_assert!(open_all(&file, &key)? == content);
    }

    #[test]
    fn any_range_opens(
        length in lengths(),
        ranges in prop::collection::vec((lengths(), lengths()), 1..12),
    ) {
        let (content, key) = (content(length), DataKey::random());
        let file = seal(&content, &key);
        for (start, end) in ranges {
            let opened = open(&file, &key, start as u64..end as u64)?;
            let start = start.min(length);
            prop_assert!(opened == content[start..end.clamp(start, length)]);
        }
    }

    #[test]
    fn one_bit_anywhere_refuses(length in lengths(), at in any::<prop::sample::Index>()) {
        let key = DataKey::random();
        let mut file = seal(&content(length), &key);
        let bit = at.index(file.len() * 8);
        file[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(open_all(&file, &key), Err(Damaged));
    }

    #[test]
    fn a_file_that_was_cut_off_does_not_open_to_its_end(
        length in lengths(),
        at in any::<prop::sample::Index>(),
    ) {
        let key = DataKey::random();
        let file = seal(&content(length), &key);
        prop_assert_eq!(open_all(&file[..at.index(file.len())], &key), Err(Damaged));
    }
}

#[test]
fn a_bit_of_each_kind_refuses() {
    let key = DataKey::random();
    let file = seal(&content(2 * PIECE + 100), &key);
    let second = HEADER + SEALED_PIECE;
    let last = HEADER + 2 * SEALED_PIECE;
    let kinds = [
        ("first byte of a piece", second),
        ("last byte of a piece", second + PIECE - 1),
        ("first byte of a tag", second + PIECE),
        ("last byte of a tag", second + SEALED_PIECE - 1),
        ("first byte of the last piece", last),
        ("last byte", file.len() - 1),
    ];
    for (kind, at) in (0..HEADER).map(|it| ("header", it)).chain(kinds) {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(open_all(&changed, &key), Err(Damaged), "{kind}, byte {at}, bit {bit}");
        }
    }
}

#[test]
fn damage_spoils_its_piece_alone() {
    let key = DataKey::random();
    let content = content(3 * PIECE);
    let mut file = seal(&content, &key);
    file[HEADER + SEALED_PIECE + 7] ^= 1;
    let piece = PIECE as u64;
    assert!(open(&file, &key, 0..piece).is_ok_and(|it| it == content[..PIECE]));
    assert!(open(&file, &key, 2 * piece..3 * piece).is_ok_and(|it| it == content[2 * PIECE..]));
    assert_eq!(open(&file, &key, piece - 1..piece + 1), Err(Damaged));
}

#[test]
fn a_cut_is_noticed_at_every_border() {
    let key = DataKey::random();
    let file = seal(&content(2 * PIECE + 1), &key);
    let borders = [0, HEADER, HEADER + SEALED_PIECE, HEADER + 2 * SEALED_PIECE, file.len()];
    for length in borders.iter().flat_map(|it| it.saturating_sub(TAG + 2)..it + TAG + 2) {
        let cut = &file[..length.min(file.len() - 1)];
        assert_eq!(open_all(cut, &key), Err(Damaged), "cut at {length}");
    }
    let longer = [&file[..], &[0; TAG + 1]].concat();
    assert_eq!(open_all(&longer, &key), Err(Damaged));
}

#[test]
fn empty_content_is_verified_too() {
    let key = DataKey::random();
    let file = seal(&[], &key);
    assert_eq!(file.len(), HEADER + TAG);
    assert_eq!(open(&file, &key, 0..0), Ok(vec![]));
    assert_eq!(open(&file, &DataKey::random(), 0..0), Err(Damaged));
    assert_eq!(opener(&file[..HEADER], &key).err(), Some(Damaged));
}

#[test]
fn pieces_stay_where_they_were() {
    let key = DataKey::random();
    let file = seal(&content(3 * PIECE), &key);
    let pieces = pieces_of(&file);
    let [first, second, third] = pieces[..] else { panic!("three pieces") };
    let header = &file[..HEADER];
    assert!(open_all(&file_of(header, &[first, second, third]), &key).is_ok());
    for order in [
        &[second, first, third][..],
        &[first, third, second],
        &[third, second, first],
        &[first, third],
        &[first, second],
        &[second, third],
        &[first, first, third],
        &[first, second, second, third],
        &[first, second, third, third],
        &[third],
    ] {
        assert_eq!(open_all(&file_of(header, order), &key), Err(Damaged));
    }
}

#[test]
fn pieces_of_another_file_do_not_fit() {
    let key = DataKey::random();
    // The same content under the same key: only the salt differs.
    let [ours, theirs] = [(); 2].map(|()| seal(&content(2 * PIECE), &key));
    let mixed = file_of(&ours[..HEADER], &[pieces_of(&ours)[0], pieces_of(&theirs)[1]]);
    assert_eq!(open_all(&mixed, &key), Err(Damaged));
    let header = file_of(&theirs[..HEADER], &pieces_of(&ours));
    assert_eq!(open_all(&header, &key), Err(Damaged));
}

#[test]
fn what_is_no_sealed_file_is_refused_before_anything_is_fetched() {
    let key = DataKey::random();
    let file = seal(b"what was said", &key);
    for at in 0..HEADER - 39 {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert_eq!(opener(&changed, &key).err(), Some(Damaged), "byte {at}");
    }
    for header in [&file[..HEADER - 1], &file[..HEADER + 1], &[]] {
        let opener = Opener::new(header, 80, &id("ours"), &key, Purpose::Media);
        assert_eq!(opener.err(), Some(Damaged));
    }
}

#[test]
fn only_what_covers_a_range_opens_it() {
    let key = DataKey::random();
    let file = seal(&content(3 * PIECE), &key);
    let opener = opener(&file, &key).expect("it is ours");
    let range = 10..PIECE as u64 + 10;
    assert_eq!(opener.covering(range.clone()).start, HEADER as u64);
    let covering = &file[HEADER..HEADER + 2 * SEALED_PIECE];
    assert!(opener.open(range.clone(), covering).is_ok());
    for wrong in [
        &file[HEADER..],
        &covering[..covering.len() - 1],
        &covering[..SEALED_PIECE],
        &file[HEADER..HEADER + 2 * SEALED_PIECE + 1],
        &file[HEADER + SEALED_PIECE..],
        &[],
    ] {
        assert_eq!(opener.open(range.clone(), wrong), Err(Damaged));
    }
}

#[test]
fn another_key_recording_or_purpose_opens_nothing() {
    let (key, other) = (DataKey::random(), DataKey::random());
    let file = seal(b"what was said", &key);
    let open_as = |recording: &str, key: &DataKey, purpose: Purpose| {
        let bytes = file.len() as u64;
        let opener = Opener::new(&file[..HEADER], bytes, &id(recording), key, purpose)?;
        opener.open(0..13, &file[HEADER..])
    };
    assert_eq!(open_as("ours", &key, Purpose::Media), Ok(b"what was said".to_vec()));
    assert_eq!(open_as("ours", &key, Purpose::Poster), Err(Damaged));
    assert_eq!(open_as("theirs", &key, Purpose::Media), Err(Damaged));
    assert_eq!(open_as("ours", &other, Purpose::Media), Err(Damaged));
}

#[test]
fn no_key_is_used_with_a_nonce_again() {
    let key = DataKey::random();
    let salts = (0..500).map(|_| seal(&[], &key)[HEADER - 39..HEADER].to_vec());
    assert_eq!(salts.collect::<HashSet<_>>().len(), 500);

    let (_, pieces) = Pieces::begin(&id("ours"), &key, Purpose::Media);
    let indexes = (0..1000).chain(u32::MAX - 1000..=u32::MAX);
    let nonces = indexes.flat_map(|it| [pieces.nonce(it, false), pieces.nonce(it, true)]);
    assert_eq!(nonces.collect::<HashSet<_>>().len(), 4002);
}

/// A disk with so many bytes left.
struct Small<'a>(&'a Cell<usize>);

impl Write for Small<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0.get());
        self.0.update(|it| it - taken);
        match taken {
            0 => Err(io::ErrorKind::StorageFull.into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn after_a_write_failed_nothing_more_is_sealed() {
    let key = DataKey::random();
    let left = Cell::new(HEADER + 1000);
    let mut sealer =
        Sealer::new(Small(&left), &id("ours"), &key, Purpose::Media).expect("a header fits");
    let failed = sealer.write_all(&content(PIECE + 1)).expect_err("a piece does not");
    assert_eq!(failed.kind(), io::ErrorKind::StorageFull);
    left.set(usize::MAX);
    assert!(sealer.write_all(b"more").is_err());
    assert!(sealer.finish().is_err());
}
