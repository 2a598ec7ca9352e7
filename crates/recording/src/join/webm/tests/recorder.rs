//! Writes WebM as a browser does: nothing has a size before it is over.

use super::super::ebml::Elements;
use super::super::ids;

pub(super) const OPUS: &str = "A_OPUS";
pub(super) const VP8: &str = "V_VP8";

/// A recorder that was started.
#[derive(Clone)]
pub(super) struct Recorder(pub(super) Elements);

impl Recorder {
    /// One that writes tracks with these numbers and codecs.
    pub(super) fn new(tracks: &[(u64, &str)]) -> Self {
        Self::counting_in(1_000_000, tracks)
    }

    /// One whose times are in units of so many nanoseconds.
    pub(super) fn counting_in(unit: u64, tracks: &[(u64, &str)]) -> Self {
        let mut header = Elements::default();
        header.uint(ids::EBML_VERSION, 1).bytes(ids::DOC_TYPE, b"webm");
        let mut info = Elements::default();
        info.uint(ids::TIMESTAMP_SCALE, unit).bytes(ids::MUXING_APP, b"Browser");
        let mut entries = Elements::default();
        for (number, codec) in tracks {
            let mut entry = Elements::default();
            let kind = if codec.starts_with('V') { 1 } else { 2 };
            entry
                .uint(ids::TRACK_NUMBER, *number)
                .uint(ids::TRACK_TYPE, kind)
                .bytes(ids::CODEC_ID, codec.as_bytes());
            entries.inside(ids::TRACK_ENTRY, &entry);
        }
        let mut all = Elements::default();
        all.inside(ids::EBML, &header);
        open(&mut all, ids::SEGMENT);
        all.inside(ids::INFO, &info).inside(ids::TRACKS, &entries);
        Self(all)
    }

    /// Sound in track 1, picture in track 2.
    pub(super) fn of_both() -> Self {
        Self::new(&[(1, OPUS), (2, VP8)])
    }

    pub(super) fn cluster(mut self, time: u64) -> Self {
        open(&mut self.0, ids::CLUSTER);
        self.0.uint(ids::TIMESTAMP, time);
        self
    }

    pub(super) fn block(mut self, track: u8, offset: i16, payload: &str) -> Self {
        let block = block(track, offset, 0, payload);
        self.0.bytes(ids::SIMPLE_BLOCK, &block);
        self
    }

    pub(super) fn keyframe(mut self, track: u8, offset: i16, payload: &str) -> Self {
        let block = block(track, offset, 0x80, payload);
        self.0.bytes(ids::SIMPLE_BLOCK, &block);
        self
    }

    /// A block in a group with other elements.
    pub(super) fn group(mut self, track: u8, offset: i16, payload: &str, more: &Elements) -> Self {
        let mut group = Elements::default();
        group.bytes(ids::BLOCK, &block(track, offset, 0, payload));
        group.0.extend(&more.0);
        self.0.inside(ids::BLOCK_GROUP, &group);
        self
    }

    /// So many seconds of both: a keyframe every second, ten pictures and twenty sounds
    /// a second. Each payload tells `name` and when it is.
    pub(super) fn seconds(mut self, name: &str, seconds: u64) -> Self {
        for second in 0..seconds {
            self = self.cluster(second * 1_000);
            for offset in (0..1_000).step_by(50) {
                let payload = format!("{name} {}", second * 1_000 + offset as u64);
                self = match offset {
                    0 => self.keyframe(2, offset, &format!("{payload} key")),
                    _ if offset % 100 == 0 => self.block(2, offset, &format!("{payload} picture")),
                    _ => self,
                };
                self = self.keyframe(1, offset, &format!("{payload} sound"));
            }
        }
        self
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.0
    }
}

/// Begins an element of unknown size.
fn open(out: &mut Elements, id: u32) {
    out.begin_wide(id, 0x00FF_FFFF_FFFF_FFFF);
}

fn block(track: u8, offset: i16, flags: u8, payload: &str) -> Vec<u8> {
    let mut block = vec![0x80 | track];
    block.extend(offset.to_be_bytes());
    block.push(flags);
    block.extend(payload.as_bytes());
    block
}
