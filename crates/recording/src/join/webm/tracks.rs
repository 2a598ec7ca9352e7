//! The tracks of a part.

use super::super::Kind;
use super::ebml::{Children, Elements, uint};
use super::ids;

/// Codecs that say in every stream, or in every keyframe, all that a decoder has
/// to know, and that WebM allows.
const SELF_DESCRIBING: [&str; 4] = ["A_OPUS", "V_VP8", "V_VP9", "V_AV1"];

/// A track as its part describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) kind: Kind,
    /// How the blocks of its part name it.
    pub(super) number: u64,
    codec: Vec<u8>,
    private: Vec<u8>,
    /// How long each of its blocks lasts, in milliseconds, if that was said.
    pub(super) block_length: Option<u64>,
    /// Its description without the number.
    description: Vec<u8>,
}

impl Track {
    /// The first track of each kind that is described here.
    pub(super) fn read_all(tracks: &[u8]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for entry in Children(tracks).filter(|it| it.id == ids::TRACK_ENTRY) {
            let Some(track) = Self::read(entry.content) else { continue };
            if found.iter().all(|it| it.kind != track.kind) {
                found.push(track);
            }
        }
        found
    }

    /// `None` for subtitles and the like, and for what is packed once more.
    fn read(entry: &[u8]) -> Option<Self> {
        let find = |id| Children(entry).find(|it| it.id == id).map(|it| it.content);
        if find(ids::CONTENT_ENCODINGS).is_some() {
            return None;
        }
        let kind = match uint(find(ids::TRACK_TYPE)?)? {
            1 => Kind::Video,
            2 => Kind::Audio,
            _ => return None,
        };
        let others = Children(entry).filter(|it| it.id != ids::TRACK_NUMBER);
        Some(Self {
            kind,
            number: uint(find(ids::TRACK_NUMBER)?)?,
            codec: find(ids::CODEC_ID)?.to_vec(),
            private: find(ids::CODEC_PRIVATE).unwrap_or_default().to_vec(),
            block_length: find(ids::DEFAULT_DURATION).and_then(uint).map(|it| it / 1_000_000),
            description: others.flat_map(|it| it.whole).copied().collect(),
        })
    }

    /// Whether a decoder that was set up for this one understands the other.
    pub(super) fn is_continued_by(&self, other: &Self) -> bool {
        self.codec == other.codec && (self.is_self_describing() || self.private == other.private)
    }

    pub(super) fn is_self_describing(&self) -> bool {
        SELF_DESCRIBING.iter().any(|it| it.as_bytes() == self.codec)
    }

    /// Describes it under another number.
    pub(super) fn write(&self, number: u64, out: &mut Elements) {
        let mut entry = Elements::default();
        entry.uint(ids::TRACK_NUMBER, number);
        entry.0.extend(&self.description);
        out.inside(ids::TRACK_ENTRY, &entry);
    }
}
