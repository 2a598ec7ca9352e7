//! Everything in front of the first cluster.

use super::super::Kind;
use super::ebml::Elements;
use super::ids;
use super::plan::Plan;

/// Where the list of what is where ends, with room for more to be listed later.
const SEEK_HEAD_ROOM: u64 = 1024;
const APP: &[u8] = b"Housecall";

/// The number of a track in the file.
pub(super) fn number(kind: Kind) -> u64 {
    kind.index() as u64 + 1
}

/// The beginning of the file, from its first byte.
pub(super) fn head(plan: &Plan) -> Elements {
    let (info, tracks) = (info(plan), tracks(plan));
    let before_cues = SEEK_HEAD_ROOM + (info.0.len() + tracks.0.len()) as u64;
    // Positions always take eight bytes, so the length does not depend on them.
    let cues_bytes = cues(plan, 0).0.len() as u64;
    let first_cluster = before_cues + cues_bytes;
    let clusters: u64 = plan.clusters.iter().map(|it| it.whole_bytes()).sum();

    let mut head = ebml_header(plan);
    head.begin_wide(ids::SEGMENT, first_cluster + clusters);
    let tracks_at = SEEK_HEAD_ROOM + info.0.len() as u64;
    head.0.extend(seek_head([
        (ids::INFO, SEEK_HEAD_ROOM),
        (ids::TRACKS, tracks_at),
        (ids::CUES, before_cues),
    ]));
    for part in [info, tracks, cues(plan, first_cluster)] {
        head.0.extend(part.0);
    }
    head
}

fn ebml_header(plan: &Plan) -> Elements {
    let is_webm = plan.tracks().all(|it| it.is_self_describing());
    let doc_type: &[u8] = if is_webm { b"webm" } else { b"matroska" };
    let mut content = Elements::default();
    content
        .uint(ids::EBML_VERSION, 1)
        .uint(ids::EBML_READ_VERSION, 1)
        .uint(ids::EBML_MAX_ID_LENGTH, 4)
        .uint(ids::EBML_MAX_SIZE_LENGTH, 8)
        .bytes(ids::DOC_TYPE, doc_type)
        .uint(ids::DOC_TYPE_VERSION, 4)
        .uint(ids::DOC_TYPE_READ_VERSION, 2);
    let mut header = Elements::default();
    header.inside(ids::EBML, &content);
    header
}

fn seek_head(places: [(u32, u64); 3]) -> Vec<u8> {
    let mut seeks = Elements::default();
    for (id, position) in places {
        let mut seek = Elements::default();
        seek.bytes(ids::SEEK_ID, &id.to_be_bytes()).wide_uint(ids::SEEK_POSITION, position);
        seeks.inside(ids::SEEK, &seek);
    }
    let mut all = Elements::default();
    all.inside(ids::SEEK_HEAD, &seeks);
    let room = SEEK_HEAD_ROOM - all.0.len() as u64;
    // A void of this size has an id of one byte and a size of eight.
    all.begin_wide(ids::VOID, room - 9);
    all.0.resize(SEEK_HEAD_ROOM as usize, 0);
    all.0
}

fn info(plan: &Plan) -> Elements {
    let mut content = Elements::default();
    content
        .uint(ids::TIMESTAMP_SCALE, 1_000_000)
        .bytes(ids::DURATION, &(plan.end as f64).to_be_bytes())
        .bytes(ids::MUXING_APP, APP)
        .bytes(ids::WRITING_APP, APP);
    let mut info = Elements::default();
    info.inside(ids::INFO, &content);
    info
}

fn tracks(plan: &Plan) -> Elements {
    let mut content = Elements::default();
    for track in plan.tracks() {
        track.write(number(track.kind), &mut content);
    }
    let mut tracks = Elements::default();
    tracks.inside(ids::TRACKS, &content);
    tracks
}

/// The index: from which clusters decoding can begin. `first` is where the first
/// cluster lies in the segment.
fn cues(plan: &Plan, first: u64) -> Elements {
    let mut position = first;
    let mut points = Vec::new();
    for cluster in &plan.clusters {
        points.extend(cluster.cue().map(|(kind, time)| (time, kind, position)));
        position += cluster.whole_bytes();
    }
    points.sort_by_key(|(time, ..)| *time);

    let mut content = Elements::default();
    for (time, kind, position) in points {
        let mut place = Elements::default();
        place.uint(ids::CUE_TRACK, number(kind)).wide_uint(ids::CUE_CLUSTER_POSITION, position);
        let mut point = Elements::default();
        point.uint(ids::CUE_TIME, time).inside(ids::CUE_TRACK_POSITIONS, &place);
        content.inside(ids::CUE_POINT, &point);
    }
    let mut cues = Elements::default();
    cues.inside(ids::CUES, &content);
    cues
}
