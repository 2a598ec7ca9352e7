//! Everything in front of the first fragment.

use std::time::Duration;

use super::super::Kind;
use super::boxes::{Boxes, Writer};
use super::index;
use super::movie::Track;
use super::plan::Plan;
use super::takes::{duration, ticks};

/// Units of time a second in the header of the movie.
const MILLISECONDS: u32 = 1_000;
/// The brands of a file in fragments, whose offsets are counted from each fragment.
const BRANDS: &[u8] = b"isom\0\0\x02\0isomiso5iso6mp41";

/// The id of a track in the file.
pub(super) fn id(kind: Kind) -> u32 {
    kind.index() as u32 + 1
}

/// The beginning of the file, from its first byte.
pub(super) fn head(plan: &Plan) -> Vec<u8> {
    let mut head = Writer::default();
    head.boxed(b"ftyp", |it| it.bytes(BRANDS));
    head.boxed(b"moov", |it| movie(it, plan));
    if plan.late == [0; 2] {
        // With a late track, players differ in what the times of an index mean.
        index::write(&mut head, plan);
    }
    head.0
}

fn movie(moov: &mut Writer, plan: &Plan) {
    let leads = || plan.leads.iter().flatten();
    moov.boxed(b"mvhd", |it| movie_header(it, plan.end));
    for lead in leads() {
        moov.boxed(b"trak", |it| track(it, lead, plan));
    }
    moov.boxed(b"mvex", |mvex| {
        mvex.boxed(b"mehd", |it| {
            it.u32(0x0100_0000);
            it.u64(ticks(plan.end, MILLISECONDS));
        });
        for lead in leads() {
            // Fragments say everything themselves, so there are no defaults.
            mvex.boxed(b"trex", |trex| {
                for value in [0, id(lead.kind), 1, 0, 0, 0] {
                    trex.u32(value);
                }
            });
        }
    });
}

fn movie_header(mvhd: &mut Writer, end: Duration) {
    mvhd.u32(0x0100_0000);
    // When it was made and changed is nobody's business.
    mvhd.u64(0);
    mvhd.u64(0);
    mvhd.u32(MILLISECONDS);
    mvhd.u64(ticks(end, MILLISECONDS));
    // Played at normal speed and full volume.
    mvhd.u32(0x0001_0000);
    mvhd.u16(0x0100);
    mvhd.bytes(&[0; 10]);
    // Neither turned nor scaled.
    for value in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        mvhd.u32(value);
    }
    mvhd.bytes(&[0; 24]);
    mvhd.u32(Kind::ALL.len() as u32 + 1);
}

/// The description of a track as its part had it, but for its id and its times.
fn track(trak: &mut Writer, lead: &Track, plan: &Plan) {
    let late = plan.late[lead.kind.index()];
    for child in Boxes(&lead.description) {
        match &child.kind {
            b"tkhd" => {
                trak.boxed(b"tkhd", |it| track_header(it, child.content, lead, plan.end));
                if late > 0 {
                    let wait = duration(late, lead.timescale);
                    trak.boxed(b"edts", |it| it.boxed(b"elst", |it| edits(it, wait)));
                }
            }
            // Those of the part were followed when times were moved.
            b"edts" => {}
            b"mdia" => trak.boxed(b"mdia", |it| {
                media(it, child.content, lead, ticks(plan.end, lead.timescale) - late);
            }),
            _ => trak.bytes(child.whole),
        }
    }
}

fn track_header(tkhd: &mut Writer, content: &[u8], lead: &Track, end: Duration) {
    let times = if content.first() == Some(&1) { 32 } else { 20 };
    // Enabled, and part of the presentation.
    tkhd.u32(0x0100_0003);
    tkhd.u64(0);
    tkhd.u64(0);
    tkhd.u32(id(lead.kind));
    tkhd.u32(0);
    tkhd.u64(ticks(end, MILLISECONDS));
    // Layer, volume, matrix, width and height.
    tkhd.bytes(content.get(4 + times..).unwrap_or_default());
}

/// First nothing, then all of the track.
fn edits(elst: &mut Writer, wait: Duration) {
    elst.u32(0x0100_0000);
    elst.u32(2);
    for (length, from) in [(ticks(wait, MILLISECONDS), -1_i64), (0, 0)] {
        elst.u64(length);
        elst.u64(from as u64);
        // At normal speed.
        elst.u32(0x0001_0000);
    }
}

fn media(mdia: &mut Writer, content: &[u8], lead: &Track, length: u64) {
    for child in Boxes(content) {
        match &child.kind {
            b"mdhd" => mdia.boxed(b"mdhd", |it| media_header(it, child.content, lead, length)),
            b"minf" => mdia.boxed(b"minf", |it| media_information(it, child.content)),
            _ => mdia.bytes(child.whole),
        }
    }
}

fn media_header(mdhd: &mut Writer, content: &[u8], lead: &Track, length: u64) {
    let times = if content.first() == Some(&1) { 28 } else { 16 };
    mdhd.u32(0x0100_0000);
    mdhd.u64(0);
    mdhd.u64(0);
    mdhd.u32(lead.timescale);
    mdhd.u64(length);
    // The language.
    mdhd.bytes(content.get(4 + times..).unwrap_or(&[0x55, 0xC4, 0, 0]));
}

fn media_information(minf: &mut Writer, content: &[u8]) {
    for child in Boxes(content) {
        match &child.kind {
            b"stbl" => minf.boxed(b"stbl", |it| sample_table(it, child.content)),
            _ => minf.bytes(child.whole),
        }
    }
}

/// What samples are like; where they lie is said in the fragments.
fn sample_table(stbl: &mut Writer, content: &[u8]) {
    for child in Boxes(content).filter(|it| &it.kind == b"stsd") {
        stbl.bytes(child.whole);
    }
    for (kind, fields) in [(b"stts", 2), (b"stsc", 2), (b"stsz", 3), (b"stco", 2)] {
        stbl.boxed(kind, |it| it.bytes(&[0; 12][..4 * fields]));
    }
}
