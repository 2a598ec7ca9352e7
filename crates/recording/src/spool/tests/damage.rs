//! Damage: what no crash leaves. It is told, and nothing is cut off.

use super::*;

#[test]
fn a_bit_of_any_byte_is_noticed() {
    let desk = Desk::with(&[40, 50, 60]);
    let (whole, borders) = (desk.bytes(), desk.borders());
    let is_mark = |at: usize| borders[1..].iter().any(|it| (it - 8..*it).contains(&at));
    for at in (0..whole.len()).filter(|it| !is_mark(*it)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        desk.refuses(&bytes);
    }
    // A mark says nothing about a record that is whole.
    for at in (0..whole.len()).filter(|it| is_mark(*it)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        desk.write(&bytes);
        check(&desk.open(), &[40, 50, 60]);
    }
}

#[test]
fn a_place_that_does_not_open_is_noticed_by_what_follows() {
    // Without any mark, and with a length that leads nowhere.
    let desk = Desk::with(&[40, 50, 60]);
    let borders = desk.borders();
    let mut bytes = desk.bytes();
    borders[1..].iter().for_each(|it| bytes[it - 8..*it].fill(0));
    for length in [[0; 4], [0xff; 4], [0, 0, 0, 51], [0, 0, 0, 120]] {
        bytes[borders[1]..borders[1] + 4].copy_from_slice(&length);
        desk.refuses(&bytes);
    }
}

#[test]
fn a_cut_inside_is_noticed() {
    let desk = Desk::with(&[40, 50, 60]);
    let (whole, borders) = (desk.bytes(), desk.borders());
    for length in 0..borders[0] {
        desk.refuses(&whole[..length]);
    }
    for from in borders[0]..borders[1] {
        desk.refuses(&[&whole[..from], &whole[borders[1]..]].concat());
    }
}

#[test]
fn records_stay_where_they_were() {
    let desk = Desk::with(&[40, 50, 60]);
    let (whole, borders) = (desk.bytes(), desk.borders());
    let record = |it: usize| &whole[borders[it]..borders[it + 1]];
    for order in [&[1, 0, 2][..], &[0, 2, 1], &[0, 2], &[1, 2], &[0, 0, 1, 2], &[0, 1, 2, 2], &[2]]
    {
        let records: Vec<u8> = order.iter().flat_map(|it| record(*it).to_vec()).collect();
        desk.refuses(&[&whole[..borders[0]], &records].concat());
    }
}

#[test]
fn more_than_a_record_is_not_a_torn_end() {
    let desk = Desk::with(&[40]);
    let end = desk.bytes().len() as u64;
    let file = File::options().write(true).open(desk.log()).expect("there is a log");
    file.set_len(end + (LARGEST_CHUNK + record::AROUND) as u64 + 1).expect("it can grow");
    assert!(matches!(desk.try_open(), Err(SpoolProblem::Damaged)));
    file.set_len(end + 5000).expect("it can shrink");
    check(&desk.open(), &[40]);
}

#[test]
fn records_of_another_recording_do_not_fit() {
    let desk = Desk::with(&[40, 50]);
    let (ours, borders) = (desk.bytes(), desk.borders());
    // The same key, which never happens, so that only the recording differs.
    let theirs = {
        let mut log = desk.spool.open(&id("them"), &desk.key).expect("a log of theirs");
        (0..2).for_each(|it| {
            log.append(head(it), &content(it, 40 + 10 * it as usize)).expect("the disk takes it");
        });
        fs::read(desk.spool.of(&id("them")).join(LOG)).expect("there is a log")
    };
    assert_eq!(ours.len(), theirs.len());
    desk.refuses(&theirs);
    desk.refuses(&[&ours[..borders[0]], &theirs[borders[0]..]].concat());
    desk.refuses(&[&ours[..borders[1]], &theirs[borders[1]..]].concat());
}

#[test]
fn a_wrong_key_cuts_nothing_off() {
    for lengths in [&[][..], &[40], &[40, 50]] {
        let desk = Desk::with(lengths);
        let bytes = desk.bytes();
        let wrong = desk.spool.open(&id("ours"), &DataKey::random());
        assert!(matches!(wrong, Err(SpoolProblem::Damaged)), "{wrong:?}");
        assert!(desk.bytes() == bytes);
        check(&desk.open(), lengths);
    }
}

#[test]
fn a_log_that_is_damaged_while_it_is_open_is_noticed() {
    let desk = Desk::with(&[40, 50]);
    let log = desk.open();
    let whole = desk.bytes();
    desk.write(&whole[..whole.len() - 20]);
    assert!(log.read(0).is_ok());
    assert!(matches!(log.read(1), Err(SpoolProblem::Damaged)));
}

#[test]
fn an_older_copy_of_a_log_that_is_open_is_noticed() {
    let desk = Desk::with(&[40]);
    let older = desk.bytes();
    desk.spool.remove(&id("ours")).expect("it can be removed");
    desk.open().append(head(0), &[7; 40]).expect("the disk takes it");
    let log = desk.open();
    desk.write(&older);
    assert!(matches!(log.read(0), Err(SpoolProblem::Damaged)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), keep in 0..200_usize) {
        let desk = Desk::with(&[40]);
        let whole = desk.bytes();
        desk.write(&[&whole[..keep.min(whole.len())], &bytes].concat());
        if let Ok(log) = desk.try_open() {
            prop_assert!(log.next() <= 1);
        }
    }
}
