//! Writes MP4 in fragments as a browser does.

use super::super::boxes::{Kind as BoxKind, Writer};
use crate::join::Kind;

/// Flags of a sample that is no keyframe, and of one that is.
const PICTURE: u32 = 0x0101_0000;
const KEYFRAME: u32 = 0x0200_0000;

/// How a track is described.
#[derive(Clone)]
pub(super) struct Described {
    pub(super) id: u32,
    pub(super) kind: Kind,
    pub(super) timescale: u32,
    pub(super) codec: BoxKind,
    /// The content of its `avcC` box.
    pub(super) configuration: Vec<u8>,
    /// Length in milliseconds and first time of each of its edits.
    pub(super) edits: Vec<(u32, i32)>,
}

impl Described {
    pub(super) fn sound(id: u32) -> Self {
        Self { id, kind: Kind::Audio, timescale: 48_000, codec: *b"Opus", ..Self::picture(id) }
    }

    pub(super) fn picture(id: u32) -> Self {
        Self {
            id,
            kind: Kind::Video,
            timescale: 30_000,
            codec: *b"vp09",
            configuration: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// H.264 with one parameter set of each kind.
    pub(super) fn h264(id: u32, sequence: &str, picture: &str) -> Self {
        let mut configuration = vec![1, 0x42, 0, 0x1F, 0xFF, 0xE1, 0, sequence.len() as u8];
        configuration.extend(sequence.as_bytes());
        configuration.extend([1, 0, picture.len() as u8]);
        configuration.extend(picture.as_bytes());
        Self { codec: *b"avc1", configuration, ..Self::picture(id) }
    }
}

/// Where a fragment says its data are counted from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Fragment,
    File,
    Nothing,
}

/// Samples of a track: how long each is, and what is in it.
#[derive(Clone)]
pub(super) struct Run<'a> {
    pub(super) id: u32,
    pub(super) at: u64,
    pub(super) starts_with_keyframe: bool,
    pub(super) length: u32,
    pub(super) samples: Vec<&'a str>,
}

/// A recorder that was started.
#[derive(Clone)]
pub(super) struct Recorder {
    pub(super) bytes: Vec<u8>,
    base: Base,
}

impl Recorder {
    pub(super) fn new(tracks: &[Described]) -> Self {
        let mut out = Writer::default();
        out.boxed(b"ftyp", |it| it.bytes(b"isom\0\0\x02\0iso6"));
        out.boxed(b"moov", |moov| {
            moov.boxed(b"mvhd", |it| header(it, &[1_000, 0]));
            for track in tracks {
                moov.boxed(b"trak", |it| describe(it, track));
            }
            moov.boxed(b"mvex", |mvex| {
                for track in tracks {
                    mvex.boxed(b"trex", |it| numbers(it, &[0, track.id, 1, 0, 0, 0]));
                }
            });
        });
        Self { bytes: out.0, base: Base::Fragment }
    }

    /// Sound in track 1, picture in track 2.
    pub(super) fn of_both() -> Self {
        Self::new(&[Described::sound(1), Described::picture(2)])
    }

    pub(super) fn counting_from(self, base: Base) -> Self {
        Self { base, ..self }
    }

    pub(super) fn fragment(mut self, runs: &[Run<'_>]) -> Self {
        let start = self.bytes.len();
        let length = self.description(start, 0, runs).len();
        self.bytes.extend(self.description(start, length, runs));
        let mut data = Writer::default();
        data.boxed(b"mdat", |it| {
            it.bytes(
                runs.iter().flat_map(|it| &it.samples).copied().collect::<String>().as_bytes(),
            );
        });
        self.bytes.extend(data.0);
        self
    }

    /// The `moof` box of a fragment, whose data follow it if it is this long.
    fn description(&self, start: usize, length: usize, runs: &[Run<'_>]) -> Vec<u8> {
        let mut out = Writer::default();
        let mut data_at = length + 8;
        let is_first = |run: &Run<'_>| run.id == runs[0].id;
        out.boxed(b"moof", |moof| {
            moof.boxed(b"mfhd", |it| numbers(it, &[0, 1]));
            for run in runs {
                moof.boxed(b"traf", |traf| {
                    traf.boxed(b"tfhd", |it| match self.base {
                        Base::Fragment => numbers(it, &[0x02_0020, run.id, PICTURE]),
                        Base::File => numbers(it, &[0x21, run.id, 0, start as u32, PICTURE]),
                        Base::Nothing => numbers(it, &[0x20, run.id, PICTURE]),
                    });
                    traf.boxed(b"tfdt", |it| {
                        numbers(it, &[0x0100_0000, (run.at >> 32) as u32, run.at as u32])
                    });
                    let says_where = self.base != Base::Nothing || is_first(run);
                    traf.boxed(b"trun", |it| {
                        samples(it, run, says_where.then_some(data_at as u32))
                    });
                });
                data_at += run.samples.iter().map(|it| it.len()).sum::<usize>();
            }
        });
        out.0
    }

    /// So many seconds of both, a fragment a second: a keyframe, nine pictures and
    /// twenty sounds. Each tells `name` and in which second it is.
    pub(super) fn seconds(mut self, name: &str, seconds: u64) -> Self {
        for second in 0..seconds {
            let text = |what: &str| format!("[{name} {second} {what}]");
            let (key, picture, sound) = (text("key"), text("picture"), text("sound"));
            let mut pictures = vec![picture.as_str(); 10];
            pictures[0] = &key;
            self = self.fragment(&[
                Run {
                    id: 1,
                    at: second * 48_000,
                    starts_with_keyframe: true,
                    length: 2_400,
                    samples: vec![&sound; 20],
                },
                Run {
                    id: 2,
                    at: second * 30_000,
                    starts_with_keyframe: true,
                    length: 3_000,
                    samples: pictures,
                },
            ]);
        }
        self
    }
}

fn numbers(out: &mut Writer, numbers: &[u32]) {
    numbers.iter().for_each(|it| out.u32(*it));
}

/// The beginning of an `mvhd`, `mdhd` or `tkhd` box.
fn header(out: &mut Writer, fields: &[u32]) {
    numbers(out, &[0, 0, 0]);
    numbers(out, fields);
}

fn describe(trak: &mut Writer, track: &Described) {
    trak.boxed(b"tkhd", |it| {
        header(it, &[track.id, 0, 0]);
        it.bytes(&[0; 60]);
    });
    if !track.edits.is_empty() {
        trak.boxed(b"edts", |it| {
            it.boxed(b"elst", |it| {
                numbers(it, &[0, track.edits.len() as u32]);
                for (length, from) in &track.edits {
                    numbers(it, &[*length, *from as u32, 0x0001_0000]);
                }
            })
        });
    }
    trak.boxed(b"mdia", |mdia| {
        mdia.boxed(b"mdhd", |it| header(it, &[track.timescale, 0, 0x55C4_0000]));
        mdia.boxed(b"hdlr", |it| {
            numbers(it, &[0, 0]);
            it.bytes(if track.kind == Kind::Video { b"vide" } else { b"soun" });
        });
        mdia.boxed(b"minf", |it| {
            it.boxed(b"stbl", |it| {
                it.boxed(b"stsd", |stsd| {
                    numbers(stsd, &[0, 1]);
                    stsd.boxed(&track.codec, |entry| {
                        entry.bytes(if track.kind == Kind::Video { &[0; 78] } else { &[0; 28] });
                        entry.boxed(b"avcC", |it| it.bytes(&track.configuration));
                    });
                })
            })
        });
    });
}

fn samples(trun: &mut Writer, run: &Run<'_>, data_at: Option<u32>) {
    let flags =
        0x0300 | u32::from(data_at.is_some()) | if run.starts_with_keyframe { 4 } else { 0 };
    numbers(trun, &[flags, run.samples.len() as u32]);
    if let Some(at) = data_at {
        trun.u32(at);
    }
    if run.starts_with_keyframe {
        trun.u32(KEYFRAME);
    }
    for sample in &run.samples {
        numbers(trun, &[run.length, sample.len() as u32]);
    }
}
