//! How a track is coded, and whether one part can be decoded like another.

use super::boxes::{Boxes, Fields, Kind as BoxKind, find};

/// Codecs that say in every stream, or in every keyframe, all that a decoder has
/// to know.
const SELF_DESCRIBING: [&BoxKind; 4] = [b"Opus", b"vp08", b"vp09", b"av01"];
/// Where codecs keep what a decoder has to know.
const CONFIGURATIONS: [&BoxKind; 3] = [b"avcC", b"hvcC", b"esds"];
/// The fields in front of the boxes of a sample entry.
const VIDEO_FIELDS: usize = 78;
const AUDIO_FIELDS: usize = 28;
/// The longest parameter sets that are repeated in keyframes.
const LONGEST_PARAMETER_SETS: usize = 512;

/// How a track is coded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codec {
    name: BoxKind,
    configuration: Vec<u8>,
}

impl Codec {
    /// Reads an `stsd` box.
    pub(super) fn read(description: &[u8], is_video: bool) -> Option<Self> {
        let entry = Boxes(description.get(8..)?).next()?;
        let fields = if is_video { VIDEO_FIELDS } else { AUDIO_FIELDS };
        let boxes = entry.content.get(fields..)?;
        let configuration = CONFIGURATIONS.iter().find_map(|it| find(boxes, &[it]));
        Some(Self { name: entry.kind, configuration: configuration.unwrap_or(boxes).to_vec() })
    }

    /// Whether a decoder that was set up for this one understands the other, if
    /// pictures bring their parameter sets where those differ.
    pub(super) fn is_continued_by(&self, other: &Self) -> bool {
        if self.name != other.name {
            return false;
        }
        // Of H.264, the length of the lengths in front of what a picture is made of.
        let length = |it: &Self| it.configuration.get(4).map(|it| it & 3);
        SELF_DESCRIBING.contains(&&self.name)
            || self.configuration == other.configuration
            || [self, other].iter().all(|it| it.parameter_sets().is_some())
                && length(self) == length(other)
    }

    /// The parameter sets of H.264 (ISO/IEC 14496-15 section 5.3.3.1) as they stand in
    /// a picture.
    pub(super) fn parameter_sets(&self) -> Option<Vec<u8>> {
        if !matches!(&self.name, b"avc1" | b"avc3") {
            return None;
        }
        let mut fields = Fields(&self.configuration);
        let [.., length] = fields.array::<5>()?;
        let length = usize::from(length & 3) + 1;
        let mut sets = Vec::new();
        for count in [0x1F, 0xFF] {
            for _ in 0..fields.u8()? & count {
                let size = fields.u16()?;
                sets.extend(&u32::from(size).to_be_bytes()[4 - length..]);
                sets.extend(fields.slice(size.into())?);
            }
        }
        (sets.len() <= LONGEST_PARAMETER_SETS).then_some(sets)
    }
}
