//! Reading a log from its beginning to where it stops being whole.

use std::io;

use super::{
    LARGEST_CHUNK, SpoolProblem, StoredChunk,
    disk::Disk,
    record::{AROUND, HEAD, MARK, Plain, Records},
};

/// The chunks of a log, and where the last one ends. What follows there is a torn end;
/// anything worse is [`SpoolProblem::Damaged`].
pub(super) fn scan(
    disk: &dyn Disk,
    records: &Records,
    beginning: u64,
) -> Result<(Vec<StoredChunk>, u64), SpoolProblem> {
    let size = disk.bytes()?;
    let mut chunks = Vec::new();
    let mut end = beginning;
    while let Some((chunk, _)) = records.read(disk, end, size)? {
        if chunk.head.number as usize != chunks.len() {
            return Err(SpoolProblem::Damaged);
        }
        end = chunk.end();
        chunks.push(chunk);
    }
    match is_torn(disk, records, end..size, chunks.len())? {
        true => Ok((chunks, end)),
        false => Err(SpoolProblem::Damaged),
    }
}

/// Whether what does not open may be a record that was being written when everything
/// ended. The documentation of the spool says why.
fn is_torn(
    disk: &dyn Disk,
    records: &Records,
    left: std::ops::Range<u64>,
    next: usize,
) -> io::Result<bool> {
    if left.end - left.start > (AROUND + LARGEST_CHUNK) as u64 {
        return Ok(false);
    }
    let mut bytes = vec![0; (left.end - left.start) as usize];
    disk.read(left.start, &mut bytes)?;
    let mut places = 0..bytes.len();
    Ok(!bytes.ends_with(&MARK) && !places.any(|it| is_record(records, &bytes[it..], next)))
}

/// Whether a whole record that comes after `next` begins here. Few places look like
/// one, so few are opened.
fn is_record(records: &Records, bytes: &[u8], next: usize) -> bool {
    let Some(head) = bytes.first_chunk::<HEAD>() else {
        return false;
    };
    let plain = Plain::parse(head);
    let number = plain.head.number as usize;
    // Each record between has at least the bytes around a chunk.
    if number <= next || number > next + LARGEST_CHUNK / AROUND {
        return false;
    }
    let end = plain.record() as usize - MARK.len();
    bytes.get(HEAD..end).is_some_and(|rest| records.open(head, rest.to_vec()).is_some())
}
