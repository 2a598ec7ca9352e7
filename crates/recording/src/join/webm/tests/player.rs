//! Reads a joined file as a player does: from the front, then by its index.

use super::super::ebml::{Child, Children, uint};
use super::super::ids;

/// What a player knows of a file.
#[derive(Debug)]
pub(super) struct Player {
    pub(super) doc_type: String,
    /// Seconds.
    pub(super) duration: f64,
    /// Numbers and codecs.
    pub(super) tracks: Vec<(u64, String)>,
    pub(super) cues: Vec<Cue>,
    pub(super) clusters: Vec<Cluster>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) time: u64,
    pub(super) track: u64,
    pub(super) position: u64,
}

#[derive(Debug)]
pub(super) struct Cluster {
    /// In the segment.
    pub(super) position: u64,
    pub(super) time: u64,
    pub(super) blocks: Vec<Seen>,
}

#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) track: u64,
    pub(super) time: u64,
    pub(super) is_keyframe: bool,
    pub(super) payload: String,
    /// Ids of what stands beside it in its group.
    pub(super) beside: Vec<u32>,
}

impl Player {
    /// Opens a file, all of which must be in order.
    pub(super) fn open(file: &[u8]) -> Self {
        let [header, segment] = *Children(file).collect::<Vec<_>>() else {
            panic!("a file is a header and a segment");
        };
        assert_eq!(header.whole.len() + segment.whole.len(), file.len(), "nothing is left over");
        let elements: Vec<_> = Children(segment.content).collect();
        let order: Vec<_> = elements.iter().map(|it| it.id).take(5).collect();
        assert_eq!(order, [ids::SEEK_HEAD, ids::VOID, ids::INFO, ids::TRACKS, ids::CUES]);
        check_seek_head(elements[0], segment.content);

        let duration = find(elements[2], ids::DURATION).try_into().expect("it has eight bytes");
        let clusters = elements[5..].iter().map(|it| {
            let position = it.whole.as_ptr() as usize - segment.content.as_ptr() as usize;
            cluster(*it, position as u64)
        });
        Self {
            doc_type: text(find(header, ids::DOC_TYPE)),
            duration: f64::from_be_bytes(duration) / 1e3,
            tracks: Children(elements[3].content).map(track).collect(),
            cues: Children(elements[4].content).map(cue).collect(),
            clusters: clusters.collect(),
        }
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = &Seen> {
        self.clusters.iter().flat_map(|it| &it.blocks)
    }

    /// The payloads of a track.
    pub(super) fn payloads(&self, track: u64) -> Vec<&str> {
        self.blocks().filter(|it| it.track == track).map(|it| &*it.payload).collect()
    }

    /// The times of a track.
    pub(super) fn times(&self, track: u64) -> Vec<u64> {
        self.blocks().filter(|it| it.track == track).map(|it| it.time).collect()
    }

    /// Holds for every file: times never run backwards, nothing lies behind the end,
    /// and every cue leads to where it says.
    pub(super) fn check(&self) {
        for (track, _) in &self.tracks {
            assert!(self.times(*track).is_sorted(), "{:?}", self.times(*track));
            let first = self.blocks().find(|it| it.track == *track).expect("it has blocks");
            assert!(first.is_keyframe || *track == super::AUDIO, "{first:?}");
        }
        assert!(self.cues.is_sorted_by_key(|it| it.time));
        for cue in &self.cues {
            let cluster = self.clusters.iter().find(|it| it.position == cue.position);
            let cluster = cluster.unwrap_or_else(|| panic!("{cue:?} leads nowhere"));
            // Sound can be decoded from anywhere.
            let is_beginning = |it: &Seen| it.is_keyframe || it.track == super::AUDIO;
            let is_there = |it: &Seen| it.track == cue.track && is_beginning(it);
            assert!(cluster.blocks.iter().any(is_there), "{cue:?}");
        }
        let last = self.blocks().map(|it| it.time).max();
        assert!(last.is_none_or(|it| it as f64 / 1e3 <= self.duration));
    }
}

fn find<'a>(parent: Child<'a>, id: u32) -> &'a [u8] {
    let child = Children(parent.content).find(|it| it.id == id);
    child.unwrap_or_else(|| panic!("{id:x} is missing")).content
}

fn number(parent: Child<'_>, id: u32) -> u64 {
    uint(find(parent, id)).expect("it is a number")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn check_seek_head(head: Child<'_>, segment: &[u8]) {
    for seek in Children(head.content) {
        let position = number(seek, ids::SEEK_POSITION) as usize;
        let found = Children(&segment[position..]).next().expect("something is there");
        assert_eq!(u64::from(found.id), number(seek, ids::SEEK_ID));
    }
}

fn track(entry: Child<'_>) -> (u64, String) {
    (number(entry, ids::TRACK_NUMBER), text(find(entry, ids::CODEC_ID)))
}

fn cue(point: Child<'_>) -> Cue {
    let place = Children(point.content)
        .find(|it| it.id == ids::CUE_TRACK_POSITIONS)
        .expect("a cue leads somewhere");
    Cue {
        time: number(point, ids::CUE_TIME),
        track: number(place, ids::CUE_TRACK),
        position: number(place, ids::CUE_CLUSTER_POSITION),
    }
}

fn cluster(element: Child<'_>, position: u64) -> Cluster {
    assert_eq!(element.id, ids::CLUSTER);
    let time = number(element, ids::TIMESTAMP);
    let blocks = Children(element.content).skip(1).map(|it| seen(it, time)).collect();
    Cluster { position, time, blocks }
}

fn seen(element: Child<'_>, cluster: u64) -> Seen {
    let mut beside: Vec<u32> = Vec::new();
    let mut content = element.content;
    if element.id == ids::BLOCK_GROUP {
        content = find(element, ids::BLOCK);
        beside.extend(Children(element.content).map(|it| it.id).filter(|it| *it != ids::BLOCK));
    }
    let &[track, high, low, flags, ref payload @ ..] = content else { panic!("it is too short") };
    let offset = i16::from_be_bytes([high, low]);
    let is_simple = element.id == ids::SIMPLE_BLOCK;
    Seen {
        track: u64::from(track & 0x7F),
        time: cluster.checked_add_signed(offset.into()).expect("it is not before the file"),
        is_keyframe: if is_simple {
            flags & 0x80 != 0
        } else {
            !beside.contains(&ids::REFERENCE_BLOCK)
        },
        payload: text(payload),
        beside,
    }
}
