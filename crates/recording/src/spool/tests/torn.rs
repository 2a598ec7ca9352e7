//! Torn ends: what a crash may leave of the last record.

use super::*;

#[test]
fn a_record_that_was_cut_anywhere_is_cut_off() {
    let desk = Desk::with(&[40, 50, 60]);
    let borders = desk.borders();
    let (whole, last) = (desk.bytes(), borders[2]);
    for length in last..whole.len() - record::MARK.len() {
        desk.write(&whole[..length]);
        check(&desk.open(), &[40, 50]);
        assert_eq!(desk.bytes().len(), last, "cut at {length}");
    }
    // From there on it is whole but for its mark, which is not needed.
    for length in whole.len() - record::MARK.len()..whole.len() {
        desk.write(&whole[..length]);
        check(&desk.open(), &[40, 50]);
    }
    desk.append(&[61]);
    check(&desk.open(), &[40, 50, 61]);
}

#[test]
fn a_record_without_its_mark_is_taken_if_it_is_whole() {
    let desk = Desk::with(&[40, 50]);
    let marked = desk.bytes();
    let mut bytes = marked.clone();
    let end = bytes.len();
    bytes[end - record::MARK.len()..].fill(0);
    desk.write(&bytes);
    check(&desk.open(), &[40, 50]);
    assert!(desk.bytes() == marked, "it is marked now");
}

#[test]
fn a_record_with_holes_is_cut_off() {
    let desk = Desk::with(&[40, 5000]);
    let (whole, last) = (desk.bytes(), desk.borders()[1]);
    let unmarked = whole.len() - record::MARK.len();
    for hole in (last..unmarked).step_by(512) {
        let mut bytes = whole.clone();
        bytes[unmarked..].fill(0);
        bytes[hole..(hole + 512).min(unmarked)].fill(0);
        desk.write(&bytes);
        check(&desk.open(), &[40]);
    }
    // It has its length, and nothing of it was written.
    let mut bytes = whole.clone();
    bytes[last..].fill(0);
    desk.write(&bytes);
    check(&desk.open(), &[40]);
}

#[test]
fn the_only_record_can_be_torn() {
    let desk = Desk::with(&[40]);
    let (whole, first) = (desk.bytes(), desk.borders()[0]);
    desk.write(&whole[..first + 30]);
    check(&desk.open(), &[]);
    desk.append(&[41]);
    check(&desk.open(), &[41]);
}
