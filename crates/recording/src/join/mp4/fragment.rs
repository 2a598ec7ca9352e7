//! The fragments of one part: which samples there are, and where they lie.

use std::io::{Read, Seek};

use super::super::JoinProblem;
use super::super::source::Source;
use super::boxes::{self, Boxes, Fields, Outer, find};
use super::movie::{self, Track};

/// What every file begins with, after its size.
const FILE_TYPE: &[u8; 4] = b"ftyp";
/// The longest descriptions, of all tracks or of a fragment, that are believed.
const LONGEST_DESCRIPTION: u64 = 1024 * 1024;
/// The most data of a fragment that are believed.
const MOST_DATA: u64 = 512 * 1024 * 1024;
/// The most samples of a fragment that are believed.
const MOST_SAMPLES: usize = 100_000;
/// A sample that does not have this flag is a keyframe.
const DEPENDS_ON_OTHERS: u32 = 0x1_0000;

/// What samples are unless their fragment says otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults {
    pub(super) length: u32,
    pub(super) bytes: u32,
    pub(super) flags: u32,
}

/// A picture, or a little sound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// When it is decoded, in the units of its track.
    pub(super) at: i64,
    pub(super) length: u32,
    /// How much later it is shown.
    pub(super) offset: i32,
    pub(super) flags: u32,
    /// Where its data lie in the part.
    pub(super) position: u64,
    pub(super) bytes: u32,
}

impl Sample {
    pub(super) fn is_keyframe(&self) -> bool {
        self.flags & DEPENDS_ON_OTHERS == 0
    }
}

/// The samples of picture and sound in a fragment whose data are there.
pub(super) type Samples = [Vec<Sample>; 2];

/// Reads the fragments of a part.
#[derive(Debug)]
pub(super) struct Fragments<R> {
    part: usize,
    pub(super) source: Source<R>,
    /// The tracks, once they were described.
    pub(super) tracks: Vec<Track>,
    /// Where the next box begins.
    next: u64,
}

impl<R: Read + Seek> Fragments<R> {
    pub(super) fn new(media: R, part: usize) -> Result<Self, JoinProblem> {
        let mut source = Source::new(media)?;
        let mut first = [0; 8];
        let kind = source.peek(&mut first)?.get(4..).unwrap_or_default();
        if !FILE_TYPE.starts_with(kind) {
            return Err(JoinProblem::Unreadable { part });
        }
        Ok(Self { part, source, tracks: Vec::new(), next: 0 })
    }

    /// Reads up to the description of the tracks.
    pub(super) fn read_tracks(&mut self) -> Result<(), JoinProblem> {
        while self.tracks.is_empty() {
            let Some(outer) = self.next_box()? else { break };
            if &outer.kind == b"moov" {
                self.read_movie(outer)?;
            }
        }
        Ok(())
    }

    /// The next fragment with a sample of a track that is taken.
    pub(super) fn next(&mut self) -> Result<Option<Samples>, JoinProblem> {
        while let Some(outer) = self.next_box()? {
            match &outer.kind {
                b"moov" if self.tracks.is_empty() => self.read_movie(outer)?,
                b"moof" => {
                    let Some(samples) = self.read_fragment(outer)? else { break };
                    if samples.iter().any(|it| !it.is_empty()) {
                        return Ok(Some(samples));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn next_box(&mut self) -> Result<Option<Outer>, JoinProblem> {
        self.source.go_to(self.next)?;
        let outer = boxes::next(&mut self.source)?;
        self.next = outer.map_or(self.next, |it| it.end);
        Ok(outer)
    }

    /// The content of a box, if it is whole and not too long.
    fn content(&mut self, outer: Outer) -> Result<Option<Vec<u8>>, JoinProblem> {
        let bytes = outer.end - outer.content;
        if bytes > LONGEST_DESCRIPTION.min(self.source.left()) {
            return Ok(None);
        }
        self.source.read(bytes).map(Some)
    }

    fn read_movie(&mut self, outer: Outer) -> Result<(), JoinProblem> {
        let Some(content) = self.content(outer)? else { return Ok(()) };
        self.tracks = movie::tracks(&content);
        if self.tracks.is_empty() {
            return Err(JoinProblem::Unreadable { part: self.part });
        }
        Ok(())
    }

    /// Reads a `moof` box and finds the data that follow it. `None` if it is not
    /// whole, or nothing like a fragment.
    fn read_fragment(&mut self, outer: Outer) -> Result<Option<Samples>, JoinProblem> {
        let Some(content) = self.content(outer)? else { return Ok(None) };
        let data = loop {
            match self.next_box()? {
                Some(it) if &it.kind == b"mdat" => break it,
                Some(it) if &it.kind != b"moof" => {}
                _ => return Ok(None),
            }
        };
        let data = [data.content, data.end.min(self.source.bytes())];
        let mut reader = FragmentReader { fragment: outer.start, data, used: 0, samples: 0 };
        Ok(reader.read(&content, &self.tracks))
    }
}

/// Works out where the samples of one fragment lie.
struct FragmentReader {
    /// Where its `moof` box begins.
    fragment: u64,
    /// Where its data begin and end.
    data: [u64; 2],
    /// How much of the data belongs to samples already read.
    used: u64,
    samples: usize,
}

/// How the samples of a track follow each other.
struct Run {
    at: i64,
    position: i128,
    defaults: Defaults,
    is_whole: bool,
}

impl FragmentReader {
    fn read(&mut self, content: &[u8], tracks: &[Track]) -> Option<Samples> {
        let mut samples = Samples::default();
        // Without a place of its own, a track goes on where the one before ended.
        let mut end = i128::from(self.fragment);
        for track in Boxes(content).filter(|it| &it.kind == b"traf") {
            let (id, mut run) = self.header(track.content, tracks, end)?;
            let base = run.position;
            let mut read = Vec::new();
            for entries in Boxes(track.content).filter(|it| &it.kind == b"trun") {
                self.run(entries.content, base, &mut run, &mut read)?;
            }
            end = run.position;
            let known = tracks.iter().find(|it| Some(it.id) == id);
            if let Some(track) = known.filter(|it| samples[it.kind.index()].is_empty()) {
                samples[track.kind.index()] = read;
            }
        }
        Some(samples)
    }

    /// Reads the `tfhd` and `tfdt` boxes: whose samples these are, and how they begin.
    fn header(&self, content: &[u8], tracks: &[Track], end: i128) -> Option<(Option<u32>, Run)> {
        let mut fields = Fields(find(content, &[b"tfhd"])?);
        let (_, flags) = fields.version_and_flags()?;
        let id = fields.u32()?;
        let track = tracks.iter().find(|it| it.id == id);
        let none = Defaults { length: 0, bytes: 0, flags: 0 };
        let mut defaults = track.map_or(none, |it| it.defaults);
        let mut position = if flags & 0x2_0000 == 0 { end } else { self.fragment.into() };
        if flags & 0x1 != 0 {
            position = fields.u64()?.into();
        }
        // Another description than the first is nothing a recorder writes.
        let is_known = flags & 0x2 == 0 || fields.u32()? == 1;
        let fields_of =
            [(0x8, &mut defaults.length), (0x10, &mut defaults.bytes), (0x20, &mut defaults.flags)];
        for (flag, field) in fields_of {
            if flags & flag != 0 {
                *field = fields.u32()?;
            }
        }
        let mut fields = Fields(find(content, &[b"tfdt"])?);
        let (version, _) = fields.version_and_flags()?;
        let at = i64::try_from(fields.wide(version == 1)?).ok()?;
        Some((is_known.then_some(id), Run { at, position, defaults, is_whole: true }))
    }

    /// Reads a `trun` box. Of samples whose data are not all there, and what follows
    /// them, nothing is kept.
    fn run(
        &mut self,
        content: &[u8],
        base: i128,
        run: &mut Run,
        read: &mut Vec<Sample>,
    ) -> Option<()> {
        let mut fields = Fields(content);
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        self.samples = self.samples.checked_add(count as usize)?;
        if self.samples > MOST_SAMPLES {
            return None;
        }
        if flags & 0x1 != 0 {
            run.position = base + i128::from(fields.u32()? as i32);
        }
        let mut first = if flags & 0x4 == 0 { None } else { Some(fields.u32()?) };
        for _ in 0..count {
            let mut field = |flag: u32, default: u32| {
                if flags & flag == 0 { Some(default) } else { fields.u32() }
            };
            let length = field(0x100, run.defaults.length)?;
            let bytes = field(0x200, run.defaults.bytes)?;
            let sample_flags = field(0x400, first.take().unwrap_or(run.defaults.flags))?;
            let offset = field(0x800, 0)? as i32;
            let position = self.place(run.position, bytes);
            run.is_whole &= position.is_some();
            if let Some(position) = position.filter(|_| run.is_whole) {
                let at = run.at;
                read.push(Sample { at, length, offset, flags: sample_flags, position, bytes });
            }
            run.at = run.at.checked_add(length.into())?;
            run.position += i128::from(bytes);
        }
        Some(())
    }

    /// Where data of a sample begin, if they are there. Samples share no data, or a
    /// small part could become a large file.
    fn place(&mut self, position: i128, bytes: u32) -> Option<u64> {
        let [start, end] = self.data;
        let position = u64::try_from(position).ok().filter(|it| *it >= start)?;
        let used = self.used + u64::from(bytes);
        let fits =
            position.checked_add(bytes.into())? <= end && used <= (end - start).min(MOST_DATA);
        self.used = if fits { used } else { self.used };
        fits.then_some(position)
    }
}
