//! The boxes MP4 is made of (ISO/IEC 14496-12 section 4.2), read and written.

use std::io::{Read, Seek};

use super::super::JoinProblem;
use super::super::source::Source;

/// The type of a box.
pub(super) type Kind = [u8; 4];

/// The longest beginning of a box.
const LONGEST_HEADER: usize = 16;

/// A box in a part, which may reach beyond its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    pub(super) kind: Kind,
    /// Where the box itself begins.
    pub(super) start: u64,
    pub(super) content: u64,
    pub(super) end: u64,
}

/// Reads the beginning of the next box and stops in front of its content. `None` if
/// none begins here.
pub(super) fn next<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Outer>, JoinProblem> {
    let start = source.position();
    let mut header = [0; LONGEST_HEADER];
    let header = source.peek(&mut header)?;
    let Some((kind, length, size)) = parse(header) else { return Ok(None) };
    let size = size.unwrap_or(source.left());
    let Some(end) = start.checked_add(size) else { return Ok(None) };
    source.skip(length)?;
    Ok(Some(Outer { kind, start, content: start + length, end }))
}

/// Type, length of the header, and size of the whole; `None` is "up to the end".
fn parse(bytes: &[u8]) -> Option<(Kind, u64, Option<u64>)> {
    let mut fields = Fields(bytes);
    let size = fields.u32()?;
    let kind = fields.array()?;
    let (length, size) = match size {
        0 => (8, None),
        1 => (16, Some(fields.u64()?)),
        size => (8, Some(u64::from(size))),
    };
    size.is_none_or(|it| it >= length).then_some((kind, length, size))
}

/// The boxes inside another one, as far as they are whole.
pub(super) struct Boxes<'a>(pub(super) &'a [u8]);

/// A box that lies in memory.
#[derive(Clone, Copy)]
pub(super) struct Inner<'a> {
    pub(super) kind: Kind,
    pub(super) content: &'a [u8],
    /// With its size and type.
    pub(super) whole: &'a [u8],
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Inner<'a>;

    fn next(&mut self) -> Option<Inner<'a>> {
        let (kind, length, size) = parse(self.0)?;
        let size = size.map_or(Some(self.0.len()), |it| usize::try_from(it).ok())?;
        let (whole, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(Inner { kind, content: &whole[length as usize..], whole })
    }
}

/// The content of the first box on this path.
pub(super) fn find<'a>(content: &'a [u8], path: &[&Kind]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, kind| {
        Boxes(content).find(|it| it.kind == **kind).map(|it| it.content)
    })
}

/// Numbers one after the other, the most significant byte first.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(super) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[it]| it)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// A number of four bytes, or of eight if the box is of a version that has room.
    pub(super) fn wide(&mut self, is_wide: bool) -> Option<u64> {
        if is_wide { self.u64() } else { self.u32().map(u64::from) }
    }

    /// What most boxes begin with: a version and flags.
    pub(super) fn version_and_flags(&mut self) -> Option<(u8, u32)> {
        let both = self.u32()?;
        Some(((both >> 24) as u8, both & 0xFF_FFFF))
    }
}

/// Boxes that are being written.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    /// Writes a box around what `content` writes.
    pub(super) fn boxed(&mut self, kind: &Kind, content: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.u32(0);
        self.0.extend(kind);
        content(self);
        let size = (self.0.len() - start) as u32;
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.0.extend(value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend(value.to_be_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend(value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_as_they_are_written() {
        let mut writer = Writer::default();
        writer.boxed(b"moov", |moov| moov.boxed(b"mvhd", |it| it.u32(7)));
        assert_eq!(find(&writer.0, &[b"moov", b"mvhd"]), Some(&[0, 0, 0, 7][..]));
        assert_eq!(find(&writer.0, &[b"moov", b"trak"]), None);
    }

    #[test]
    fn sizes_are_of_four_or_eight_bytes_or_up_to_the_end() {
        let long = [0, 0, 0, 1, b'm', b'd', b'a', b't', 0, 0, 0, 0, 0, 0, 0, 17, 9];
        assert_eq!(find(&long, &[b"mdat"]), Some(&[9][..]));
        let open = [0, 0, 0, 0, b'm', b'd', b'a', b't', 9, 9];
        assert_eq!(find(&open, &[b"mdat"]), Some(&[9, 9][..]));
    }

    #[test]
    fn what_is_cut_off_or_smaller_than_itself_is_no_box() {
        assert_eq!(Boxes(&[0, 0, 0, 9, b'f', b'r', b'e', b'e']).count(), 0);
        assert_eq!(Boxes(&[0, 0, 0, 7, b'f', b'r', b'e', b'e']).count(), 0);
        assert_eq!(Boxes(&[0, 0, 0, 1, b'f', b'r', b'e', b'e', 0, 0, 0, 0, 0, 0, 0, 8]).count(), 0);
    }
}
