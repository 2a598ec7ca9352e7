//! The tracks of a part.

use super::super::Kind;
use super::boxes::{Boxes, Fields, find};
use super::codec::Codec;
use super::fragment::Defaults;

/// Nanoseconds in a second.
pub(super) const SECOND: i128 = 1_000_000_000;

/// A track as its part describes it.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) kind: Kind,
    /// How the fragments of its part name it.
    pub(super) id: u32,
    /// How its time is counted: units a second.
    pub(super) timescale: u32,
    /// How much later it plays than its times say, in its own units.
    pub(super) delay: i64,
    pub(super) codec: Codec,
    pub(super) defaults: Defaults,
    /// The content of its `trak` box.
    pub(super) description: Vec<u8>,
}

/// The first track of each kind in a `moov` box. None if it is no movie in fragments.
pub(super) fn tracks(movie: &[u8]) -> Vec<Track> {
    let Some(extends) = find(movie, &[b"mvex"]) else { return Vec::new() };
    let timescale = find(movie, &[b"mvhd"]).and_then(timescale).unwrap_or(1);
    let mut found: Vec<Track> = Vec::new();
    for track in Boxes(movie).filter(|it| &it.kind == b"trak") {
        let Some(track) = read(track.content, extends, timescale) else { continue };
        if found.iter().all(|it| it.kind != track.kind) {
            found.push(track);
        }
    }
    found
}

fn read(track: &[u8], extends: &[u8], movie_timescale: u32) -> Option<Track> {
    let handler = find(track, &[b"mdia", b"hdlr"])?;
    let kind = match handler.get(8..12)? {
        b"vide" => Kind::Video,
        b"soun" => Kind::Audio,
        _ => return None,
    };
    let id = id(find(track, &[b"tkhd"])?)?;
    let timescale = timescale(find(track, &[b"mdia", b"mdhd"])?)?;
    let samples = find(track, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let edits = find(track, &[b"edts", b"elst"]);
    let delay = |edits| delay(edits, movie_timescale, timescale);
    Some(Track {
        kind,
        id,
        timescale,
        delay: edits.and_then(delay).unwrap_or(0),
        codec: Codec::read(samples, kind == Kind::Video)?,
        defaults: defaults(extends, id)?,
        description: track.to_vec(),
    })
}

/// The id in a `tkhd` box.
fn id(header: &[u8]) -> Option<u32> {
    let mut fields = Fields(header);
    let (version, _) = fields.version_and_flags()?;
    fields.slice(if version == 1 { 16 } else { 8 })?;
    fields.u32()
}

/// The timescale in an `mvhd` or `mdhd` box.
fn timescale(header: &[u8]) -> Option<u32> {
    id(header).filter(|it| *it > 0)
}

/// What a track waits before it plays, less what it leaves out in front: the first
/// edits of an `elst` box.
fn delay(edits: &[u8], movie_timescale: u32, timescale: u32) -> Option<i64> {
    let mut fields = Fields(edits);
    let (version, _) = fields.version_and_flags()?;
    let mut wait = 0;
    for _ in 0..fields.u32()? {
        let length = fields.wide(version == 1)?;
        let from = match version {
            1 => fields.u64()? as i64,
            _ => i64::from(fields.u32()? as i32),
        };
        fields.u32()?;
        if from >= 0 {
            return i64::try_from(wait - i128::from(from)).ok();
        }
        wait += i128::from(length) * i128::from(timescale) / i128::from(movie_timescale);
    }
    None
}

fn defaults(extends: &[u8], id: u32) -> Option<Defaults> {
    Boxes(extends).filter(|it| &it.kind == b"trex").find_map(|it| {
        let mut fields = Fields(it.content.get(4..)?);
        let track = fields.u32()?;
        fields.u32()?;
        let defaults =
            Defaults { length: fields.u32()?, bytes: fields.u32()?, flags: fields.u32()? };
        (track == id).then_some(defaults)
    })
}
