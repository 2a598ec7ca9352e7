//! Reads a joined file as a player does: from the front, then by its index.

use super::super::boxes::{Boxes, Fields, Inner, find};

/// What a player knows of a file.
#[derive(Debug, Default)]
pub(super) struct Player {
    /// Milliseconds.
    pub(super) duration: u64,
    pub(super) tracks: Vec<Track>,
    pub(super) fragments: Vec<Fragment>,
    pub(super) indexes: Vec<Index>,
}

#[derive(Debug)]
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// Milliseconds before it begins.
    pub(super) wait: u64,
    pub(super) description: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Fragment {
    position: u64,
    pub(super) samples: Vec<Seen>,
}

#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) id: u32,
    pub(super) at: u64,
    pub(super) length: u32,
    pub(super) is_keyframe: bool,
    pub(super) data: String,
}

#[derive(Debug)]
pub(super) struct Index {
    id: u32,
    pub(super) entries: Vec<IndexEntry>,
    end: u64,
}

/// Where decoding can begin.
#[derive(Debug)]
pub(super) struct IndexEntry {
    pub(super) time: u64,
    position: u64,
    is_beginning: bool,
}

impl Player {
    /// Opens a file, all of which must be in order.
    pub(super) fn open(file: &[u8]) -> Self {
        let boxes: Vec<_> = Boxes(file).collect();
        assert_eq!(boxes.iter().map(|it| it.whole.len()).sum::<usize>(), file.len());
        assert_eq!([boxes[0].kind, boxes[1].kind], [*b"ftyp", *b"moov"]);
        let mut player = Self::default();
        player.read_movie(boxes[1].content);
        let position = |it: &Inner<'_>| it.whole.as_ptr() as u64 - file.as_ptr() as u64;
        for index in boxes.iter().filter(|it| &it.kind == b"sidx") {
            let end = position(index) + index.whole.len() as u64;
            player.indexes.push(read_index(index.content, end).expect("it is whole"));
        }
        let fragments = &boxes[2 + player.indexes.len()..];
        for (pair, number) in fragments.chunks(2).zip(1..) {
            assert_eq!([pair[0].kind, pair[1].kind], [*b"moof", *b"mdat"]);
            let (position, end) = (position(&pair[0]), position(&pair[1]));
            let end = end + pair[1].whole.len() as u64;
            let data = &file[position as usize..end as usize];
            let samples = read_fragment(pair[0].content, number, data).expect("it is whole");
            player.fragments.push(Fragment { position, samples });
        }
        player
    }

    fn read_movie(&mut self, movie: &[u8]) {
        let extended = Fields(&find(movie, &[b"mvex", b"mehd"]).expect("it is there")[4..]).u64();
        self.duration = extended.expect("it is whole");
        let header = find(movie, &[b"mvhd"]).expect("it is there");
        assert_eq!(Fields(&header[24..]).u64(), extended);
        for track in Boxes(movie).filter(|it| &it.kind == b"trak") {
            let header = find(track.content, &[b"tkhd"]).expect("it is there");
            let media = find(track.content, &[b"mdia", b"mdhd"]).expect("it is there");
            let edits = find(track.content, &[b"edts", b"elst"]);
            let description = find(track.content, &[b"mdia", b"minf", b"stbl", b"stsd"]);
            self.tracks.push(Track {
                id: Fields(&header[20..]).u32().expect("it is whole"),
                timescale: Fields(&media[20..]).u32().expect("it is whole"),
                wait: edits.and_then(|it| Fields(&it[8..]).u64()).unwrap_or(0),
                description: description.expect("it is there").to_vec(),
            });
        }
    }

    pub(super) fn samples(&self, id: u32) -> impl Iterator<Item = &Seen> {
        self.fragments.iter().flat_map(|it| &it.samples).filter(move |it| it.id == id)
    }

    /// What is in a track.
    pub(super) fn data(&self, id: u32) -> Vec<&str> {
        self.samples(id).map(|it| &*it.data).collect()
    }

    /// When each sample of a track is seen, in its units.
    pub(super) fn times(&self, id: u32) -> Vec<u64> {
        self.samples(id).map(|it| it.at).collect()
    }

    /// Holds for every file: times never run backwards, nothing lies behind the end,
    /// and every entry of an index leads to a fragment that begins when it says.
    pub(super) fn check(&self) {
        for track in &self.tracks {
            assert!(self.times(track.id).is_sorted());
            let first = self.samples(track.id).next().expect("it has samples");
            assert!(first.is_keyframe || track.id == super::AUDIO);
            let last = self.samples(track.id).last().expect("it has samples");
            let end = (last.at + u64::from(last.length)) as f64 / f64::from(track.timescale);
            assert!(end * 1e3 + track.wait as f64 <= self.duration as f64 + 1.0);
        }
        for index in &self.indexes {
            for entry in &index.entries {
                self.check_entry(index, entry);
            }
            let last = self.fragments.last().expect("it has fragments");
            assert!(index.end > last.position, "the index covers the file");
        }
    }

    fn check_entry(&self, index: &Index, entry: &IndexEntry) {
        let fragment = self.fragments.iter().find(|it| it.position == entry.position);
        let fragment = fragment.unwrap_or_else(|| panic!("{entry:?} leads nowhere"));
        let of_track = |it: &&Seen| it.id == index.id;
        if let Some(first) = fragment.samples.iter().find(of_track) {
            assert_eq!(first.at, entry.time);
        }
        let picture = fragment.samples.iter().find(|it| it.id == super::VIDEO);
        match picture {
            Some(picture) => assert_eq!(entry.is_beginning, picture.is_keyframe, "{entry:?}"),
            // Sound can be decoded from anywhere, but pictures may be awaited there.
            None => {
                let has_pictures = self.tracks.iter().any(|it| it.id == super::VIDEO);
                assert!(entry.is_beginning || has_pictures, "{entry:?}");
            }
        }
    }
}

fn read_index(content: &[u8], from: u64) -> Option<Index> {
    let mut fields = Fields(content.get(4..)?);
    let id = fields.u32()?;
    fields.u32()?;
    let mut time = fields.u64()?;
    let mut position = from + fields.u64()?;
    fields.u16()?;
    let mut entries = Vec::new();
    for _ in 0..fields.u16()? {
        let (bytes, length, flags) = (fields.u32()?, fields.u32()?, fields.u32()?);
        entries.push(IndexEntry { time, position, is_beginning: flags == 0x9000_0000 });
        position += u64::from(bytes);
        time += u64::from(length);
    }
    Some(Index { id, entries, end: position })
}

/// Reads a `moof` box; `data` begin with it.
fn read_fragment(content: &[u8], number: u32, data: &[u8]) -> Option<Vec<Seen>> {
    assert_eq!(find(content, &[b"mfhd"])?[4..], number.to_be_bytes());
    let mut seen = Vec::new();
    for track in Boxes(content).filter(|it| &it.kind == b"traf") {
        let id = Fields(&find(track.content, &[b"tfhd"])?[4..]).u32()?;
        let mut at = Fields(&find(track.content, &[b"tfdt"])?[4..]).u64()?;
        let mut fields = Fields(find(track.content, &[b"trun"])?);
        let has_offsets = fields.u32()? & 0x800 != 0;
        let count = fields.u32()?;
        let mut position = fields.u32()? as usize;
        for _ in 0..count {
            let (length, bytes, flags) = (fields.u32()?, fields.u32()? as usize, fields.u32()?);
            if has_offsets {
                fields.u32()?;
            }
            let data = String::from_utf8_lossy(data.get(position..position + bytes)?).into_owned();
            let is_keyframe = flags & 0x1_0000 == 0;
            seen.push(Seen { id, at, length, is_keyframe, data });
            position += bytes;
            at += u64::from(length);
        }
    }
    Some(seen)
}
