//! The clusters of the file, known before the first of them is written: their
//! sizes, and where keyframes are.

use std::io::{Read, Seek};
use std::time::Duration;

use super::super::{JoinProblem, Kind, Placed};
use super::ebml::{Elements, element_length};
use super::ids;
use super::takes::{Taken, Takes};
use super::tracks::Track;

/// Clusters begin with a keyframe where there is one, but not more often than this,
/// in milliseconds: each costs memory and an entry in the index.
const SHORTEST_CLUSTER: u64 = 500;
/// And are no longer than this, so that even sound alone can be sought.
const LONGEST_CLUSTER: u64 = 5_000;
/// And no larger than this, unless one block is.
const LARGEST_CLUSTER: u64 = 8 * 1024 * 1024;

/// A cluster of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cluster {
    pub(super) time: u64,
    /// How long its content is.
    pub(super) bytes: u64,
    pub(super) blocks: u32,
    has_video: bool,
    /// When its first keyframe is seen.
    keyframe: Option<u64>,
}

impl Cluster {
    fn new(time: u64) -> Self {
        let mut timestamp = Elements::default();
        timestamp.uint(ids::TIMESTAMP, time);
        let bytes = timestamp.0.len() as u64;
        Self { time, bytes, blocks: 0, has_video: false, keyframe: None }
    }

    /// With its id and size.
    pub(super) fn whole_bytes(&self) -> u64 {
        element_length(ids::CLUSTER, self.bytes)
    }

    /// What the index says of it: which track can be decoded from here, and when.
    pub(super) fn cue(&self) -> Option<(Kind, u64)> {
        match self.keyframe {
            Some(time) => Some((Kind::Video, time)),
            None => (!self.has_video).then_some((Kind::Audio, self.time)),
        }
    }

    fn has_room_for(&self, taken: &Taken) -> bool {
        let age = taken.time.saturating_sub(self.time);
        let is_beginning = is_picture_keyframe(taken) && age >= SHORTEST_CLUSTER;
        age < LONGEST_CLUSTER && !is_beginning && self.bytes + bytes_of(taken) <= LARGEST_CLUSTER
    }

    fn add(&mut self, taken: &Taken) {
        self.bytes += bytes_of(taken);
        self.blocks += 1;
        self.has_video |= taken.block.kind == Kind::Video;
        if is_picture_keyframe(taken) {
            self.keyframe.get_or_insert(taken.time);
        }
    }
}

fn is_picture_keyframe(taken: &Taken) -> bool {
    taken.block.kind == Kind::Video && taken.block.is_keyframe
}

/// How long a block itself is in the file: a number, a time and flags come first.
pub(super) fn block_bytes(taken: &Taken) -> u64 {
    4 + taken.block.payload.bytes
}

/// How long the content of a block's element is, which may be a group.
pub(super) fn content_bytes(taken: &Taken) -> u64 {
    match taken.block.group {
        None => block_bytes(taken),
        Some([before, behind]) => {
            before.bytes + element_length(ids::BLOCK, block_bytes(taken)) + behind.bytes
        }
    }
}

fn bytes_of(taken: &Taken) -> u64 {
    // Simple blocks and groups have ids of the same length.
    element_length(ids::BLOCK_GROUP, content_bytes(taken))
}

/// What the file will be.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What decides how picture and sound are decoded.
    leads: [Option<Track>; 2],
    pub(super) clusters: Vec<Cluster>,
    pub(super) placed: Vec<Placed>,
    /// Where it ends, in milliseconds.
    pub(super) end: u64,
}

impl Plan {
    /// Appends what is taken of a part that begins at the end.
    pub(super) fn add<R: Read + Seek>(&mut self, mut takes: Takes<R>) -> Result<(), JoinProblem> {
        let (start, part) = (self.end, self.placed.len());
        let mut is_used = [false; 2];
        let mut cluster: Option<Cluster> = None;
        while let Some(taken) = takes.next()? {
            self.end = self.end.max(taken.end);
            is_used[taken.block.kind.index()] = true;
            let last = match cluster.take() {
                Some(cluster) if cluster.has_room_for(&taken) => cluster,
                full => {
                    self.clusters.extend(full);
                    Cluster::new(full.map_or(taken.time, |it| it.time.max(taken.time)))
                }
            };
            cluster.insert(last).add(&taken);
        }
        self.clusters.extend(cluster);
        let used = takes.tracks().iter().filter(|it| is_used[it.kind.index()]);
        for track in used {
            self.follow(track, part)?;
        }
        let [start, end] = [start, self.end].map(Duration::from_millis);
        self.placed.push(Placed { start, length: end - start });
        Ok(())
    }

    fn follow(&mut self, track: &Track, part: usize) -> Result<(), JoinProblem> {
        let lead = self.leads[track.kind.index()].get_or_insert_with(|| track.clone());
        if lead.is_continued_by(track) {
            return Ok(());
        }
        Err(JoinProblem::OtherCodecs { part })
    }

    /// The tracks of the file.
    pub(super) fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.leads.iter().flatten()
    }
}
