//! A fragment of the file: its description, then its data.

use std::io::{Read, Seek, Write};

use super::super::source::Source;
use super::super::{JoinProblem, Kind};
use super::boxes::Writer;
use super::head;
use super::takes::{Piece, Taken};

/// The size and the type in front of the data.
const DATA_HEADER: u64 = 8;
/// Offsets of a track's data are counted from the beginning of the fragment.
const FROM_FRAGMENT: u32 = 0x02_0000;
/// Every sample has a length, a size, flags, and maybe a delay before it is shown.
const SAMPLE_FIELDS: u32 = 0x0701;
const SAMPLE_OFFSET: u32 = 0x0800;

/// How long the fragment is.
pub(super) fn bytes(piece: &Piece, prefix: &[u8]) -> u64 {
    let data: u64 = piece.iter().map(|it| data_bytes(it, prefix)).sum();
    description_bytes(piece) + DATA_HEADER + data
}

fn data_bytes(samples: &[Taken], prefix: &[u8]) -> u64 {
    samples.iter().map(|it| u64::from(sample_bytes(it, prefix))).sum()
}

fn sample_bytes(taken: &Taken, prefix: &[u8]) -> u32 {
    taken.sample.bytes + if taken.is_prefixed { prefix.len() as u32 } else { 0 }
}

fn has_offsets(samples: &[Taken]) -> bool {
    samples.iter().any(|it| it.offset != 0)
}

/// How long the description is.
fn description_bytes(piece: &Piece) -> u64 {
    let tracks = piece.iter().filter(|it| !it.is_empty()).map(|samples| {
        let sample = if has_offsets(samples) { 16 } else { 12 };
        // The boxes around them: traf, tfhd, tfdt and trun.
        8 + 16 + 20 + 20 + sample * samples.len() as u64
    });
    // And moof and mfhd.
    8 + 16 + tracks.sum::<u64>()
}

/// Everything in front of the data. Tracks count their time from when they begin,
/// `late` in the file.
pub(super) fn head(number: u32, piece: &Piece, late: [u64; 2], prefix: &[u8]) -> Vec<u8> {
    let mut data_at = description_bytes(piece) + DATA_HEADER;
    let mut head = Writer::default();
    head.boxed(b"moof", |moof| {
        moof.boxed(b"mfhd", |it| {
            it.u32(0);
            it.u32(number);
        });
        for kind in Kind::ALL {
            let samples = &piece[kind.index()];
            if let Some(first) = samples.first() {
                moof.boxed(b"traf", |traf| {
                    track_header(traf, kind, first.at - late[kind.index()]);
                    track_samples(traf, samples, data_at as u32, prefix);
                });
            }
            data_at += data_bytes(samples, prefix);
        }
    });
    head.u32((data_at - head.0.len() as u64) as u32);
    head.bytes(b"mdat");
    head.0
}

fn track_header(traf: &mut Writer, kind: Kind, at: u64) {
    traf.boxed(b"tfhd", |it| {
        it.u32(FROM_FRAGMENT);
        it.u32(head::id(kind));
    });
    traf.boxed(b"tfdt", |it| {
        it.u32(0x0100_0000);
        it.u64(at);
    });
}

fn track_samples(traf: &mut Writer, samples: &[Taken], data_at: u32, prefix: &[u8]) {
    let has_offsets = has_offsets(samples);
    traf.boxed(b"trun", |trun| {
        let fields = if has_offsets { SAMPLE_FIELDS | SAMPLE_OFFSET } else { SAMPLE_FIELDS };
        trun.u32(0x0100_0000 | fields);
        trun.u32(samples.len() as u32);
        trun.u32(data_at);
        for taken in samples {
            trun.u32(taken.length);
            trun.u32(sample_bytes(taken, prefix));
            trun.u32(taken.sample.flags);
            if has_offsets {
                trun.u32(taken.offset as u32);
            }
        }
    });
}

/// Copies the data, one track after the other.
pub(super) fn copy_data<R: Read + Seek, W: Write>(
    piece: &Piece,
    prefix: &[u8],
    source: &mut Source<R>,
    out: &mut W,
) -> Result<(), JoinProblem> {
    for taken in piece.iter().flatten() {
        if taken.is_prefixed {
            out.write_all(prefix).map_err(JoinProblem::Write)?;
        }
        source.go_to(taken.sample.position)?;
        source.copy(taken.sample.bytes.into(), out)?;
    }
    Ok(())
}
