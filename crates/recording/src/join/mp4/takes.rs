//! The samples of a part that go into the file, and when.

use std::io::{Read, Seek};
use std::time::Duration;

use super::super::gate::Gate;
use super::super::source::Source;
use super::super::{JoinProblem, Kind};
use super::fragment::{Fragments, Sample, Samples};
use super::movie::{SECOND, Track};

/// A sample that goes into the file.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// As its part has it.
    pub(super) sample: Sample,
    /// When it is decoded on the timeline of the file, in the units of its track there.
    pub(super) at: u64,
    pub(super) length: u32,
    pub(super) offset: i32,
    /// Whether the parameter sets of the part go in front of it.
    pub(super) is_prefixed: bool,
}

/// What a fragment of the file is made of: the samples of picture and sound.
pub(super) type Piece = [Vec<Taken>; 2];

/// The tracks that decide how picture and sound of the file are decoded.
pub(super) type Leads = [Option<Track>; 2];

/// Chooses the samples of one part.
#[derive(Debug)]
pub(super) struct Takes<R> {
    part: usize,
    fragments: Fragments<R>,
    start: Duration,
    most: Duration,
    /// Whether every keyframe brings its parameter sets.
    repeats_sets: bool,
    /// How each kind is taken, known with the first fragment.
    lanes: Option<[Option<Lane>; 2]>,
}

impl<R: Read + Seek> Takes<R> {
    /// The part begins at `start` in the file and lasts `most`.
    pub(super) fn new(
        media: R,
        part: usize,
        start: Duration,
        most: Duration,
        repeats_sets: bool,
    ) -> Result<Self, JoinProblem> {
        let fragments = Fragments::new(media, part)?;
        Ok(Self { part, fragments, start, most, repeats_sets, lanes: None })
    }

    /// The tracks that were described so far.
    pub(super) fn tracks(&self) -> &[Track] {
        &self.fragments.tracks
    }

    /// Where the data come from; it may be moved.
    pub(super) fn source(&mut self) -> &mut Source<R> {
        &mut self.fragments.source
    }

    /// What goes in front of samples that ask for it.
    pub(super) fn prefix(&self) -> &[u8] {
        let lane = self.lanes.as_ref().and_then(|it| it[Kind::Video.index()].as_ref());
        lane.map_or(&[], |it| &it.prefix)
    }

    /// The next fragment of which something is taken.
    pub(super) fn next(&mut self, leads: &Leads) -> Result<Option<Piece>, JoinProblem> {
        while let Some(samples) = self.fragments.next()? {
            let lanes = match self.lanes.take() {
                Some(lanes) => lanes,
                None => self.lanes_for(&samples, leads),
            };
            let mut lanes = self.lanes.insert(lanes).iter_mut();
            let mut piece = Piece::default();
            for ((samples, taken), lane) in samples.iter().zip(&mut piece).zip(&mut lanes) {
                let Some(lane) = lane else { continue };
                taken.extend(samples.iter().filter_map(|it| lane.take(it)));
                if !taken.is_empty() && !lane.is_continuation {
                    return Err(JoinProblem::OtherCodecs { part: self.part });
                }
            }
            if piece.iter().any(|it| !it.is_empty()) {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// The part begins with the earliest sample of its first fragment.
    fn lanes_for(&self, first: &Samples, leads: &Leads) -> [Option<Lane>; 2] {
        let begin = |track: &Track| {
            let at = first[track.kind.index()].first()?.at;
            let at = i128::from(at) + i128::from(track.delay);
            Some((at * SECOND).div_euclid(track.timescale.into()))
        };
        let origin = self.tracks().iter().filter_map(begin).min().unwrap_or(0);
        Kind::ALL.map(|kind| {
            let track = self.tracks().iter().find(|it| it.kind == kind)?;
            Some(self.lane(track, leads[kind.index()].as_ref().unwrap_or(track), origin))
        })
    }

    fn lane(&self, track: &Track, lead: &Track, origin: i128) -> Lane {
        let to = lead.timescale;
        let sets = track.codec.parameter_sets().filter(|_| self.repeats_sets);
        let origin = (origin * i128::from(to) + SECOND / 2).div_euclid(SECOND);
        Lane {
            from: track.timescale.into(),
            to: to.into(),
            // The delay is counted in the units of the part.
            delay: track.delay.into(),
            origin,
            start: ticks(self.start, to),
            gate: Gate::new(track.kind, ticks(self.most, to)),
            is_continuation: lead.codec.is_continued_by(&track.codec),
            prefix: sets.unwrap_or_default(),
        }
    }
}

/// How samples of one kind get from the part to the file.
#[derive(Debug)]
struct Lane {
    /// Units a second in the part and in the file.
    from: i128,
    to: i128,
    delay: i128,
    /// Where the part begins, in units of the file.
    origin: i128,
    start: u64,
    gate: Gate,
    /// Whether it can be decoded like what comes before.
    is_continuation: bool,
    /// What goes in front of keyframes.
    prefix: Vec<u8>,
}

impl Lane {
    fn take(&mut self, sample: &Sample) -> Option<Taken> {
        let at = self.since_beginning(sample.at.into())?;
        let end = self.since_beginning(i128::from(sample.at) + i128::from(sample.length))?;
        if !self.gate.takes(at, end, sample.is_keyframe()) {
            return None;
        }
        let offset = i128::from(sample.offset) * self.to / self.from;
        // No keyframe is that small, but somebody might want a small part to grow.
        let is_long = sample.bytes as usize >= self.prefix.len();
        Some(Taken {
            sample: *sample,
            at: self.start + at,
            length: u32::try_from(end - at).ok()?,
            offset: i32::try_from(offset).ok()?,
            is_prefixed: sample.is_keyframe() && is_long && !self.prefix.is_empty(),
        })
    }

    /// Units of the file since the part began.
    fn since_beginning(&self, at: i128) -> Option<u64> {
        let at = ((at + self.delay) * self.to).div_euclid(self.from) - self.origin;
        u64::try_from(at.max(0)).ok()
    }
}

/// How many whole units of a track fit.
pub(super) fn ticks(duration: Duration, timescale: u32) -> u64 {
    let ticks = duration.as_nanos() * u128::from(timescale) / SECOND as u128;
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

/// How long so many units are, and not a bit less.
pub(super) fn duration(ticks: u64, timescale: u32) -> Duration {
    let nanoseconds = (u128::from(ticks) * SECOND as u128).div_ceil(timescale.into());
    Duration::from_nanos_u128(nanoseconds)
}
