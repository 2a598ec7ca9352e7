//! The elements Matroska is made of (RFC 8794), read and written.

use std::io::{Read, Seek};

use super::super::JoinProblem;
use super::super::source::Source;

/// The id of an element, its length marker included.
pub(super) type Id = u32;

/// The longest id and the longest size one after the other.
const LONGEST_HEADER: usize = 12;

/// The beginning of an element; its content follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) id: Id,
    /// `None` if the recorder did not know it when it began.
    pub(super) size: Option<u64>,
}

/// Reads the beginning of the next element and stops in front of its content.
/// `None` if none begins here.
pub(super) fn next<R: Read + Seek>(source: &mut Source<R>) -> Result<Option<Element>, JoinProblem> {
    let mut header = [0; LONGEST_HEADER];
    let header = source.peek(&mut header)?;
    let Some((element, content)) = parse(header) else { return Ok(None) };
    let length = (header.len() - content.len()) as u64;
    source.skip(length)?;
    Ok(Some(element))
}

fn parse(bytes: &[u8]) -> Option<(Element, &[u8])> {
    let (id, bytes) = number(bytes, 4, true)?;
    let marker = bytes.first()?.leading_zeros();
    let (size, bytes) = number(bytes, 8, false)?;
    let unknown = (1 << (7 * (marker + 1))) - 1;
    let size = (size != unknown).then_some(size);
    Some((Element { id: Id::try_from(id).ok()?, size }, bytes))
}

/// A number whose length stands in the zeros in front of its first one (RFC 8794
/// section 4), and what follows.
fn number(bytes: &[u8], longest: usize, keep_marker: bool) -> Option<(u64, &[u8])> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > longest || length > bytes.len() {
        return None;
    }
    let (number, rest) = bytes.split_at(length);
    let all = number.iter().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let marker = 1 << (7 * length);
    Some((if keep_marker { all } else { all & (marker - 1) }, rest))
}

/// The number of a track in front of a block, and what follows.
pub(super) fn track_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    number(bytes, 8, false)
}

/// The elements inside another one, as far as they are whole.
pub(super) struct Children<'a>(pub(super) &'a [u8]);

/// An element that lies in memory.
#[derive(Clone, Copy)]
pub(super) struct Child<'a> {
    pub(super) id: Id,
    pub(super) content: &'a [u8],
    /// With its id and size.
    pub(super) whole: &'a [u8],
}

impl<'a> Iterator for Children<'a> {
    type Item = Child<'a>;

    fn next(&mut self) -> Option<Child<'a>> {
        let (element, rest) = parse(self.0)?;
        let size = usize::try_from(element.size?).ok()?;
        let content = rest.get(..size)?;
        let whole = &self.0[..self.0.len() - rest.len() + size];
        self.0 = &rest[size..];
        Some(Child { id: element.id, content, whole })
    }
}

/// The content of an element that is a number; eight bytes at most.
pub(super) fn uint(content: &[u8]) -> Option<u64> {
    let fits = content.len() <= 8;
    fits.then(|| content.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)))
}

/// How many bytes a size takes.
pub(super) fn size_length(size: u64) -> u64 {
    let bits = 64 - (size + 1).leading_zeros();
    u64::from(bits.div_ceil(7))
}

/// How many bytes an element takes with an id and a size.
pub(super) fn element_length(id: Id, size: u64) -> u64 {
    id_bytes(id).len() as u64 + size_length(size) + size
}

fn id_bytes(id: Id) -> Vec<u8> {
    let zeros = id.leading_zeros() as usize / 8;
    id.to_be_bytes()[zeros..].to_vec()
}

/// Elements that are being written.
#[derive(Clone, Debug, Default)]
pub(super) struct Elements(pub(super) Vec<u8>);

impl Elements {
    /// The beginning of an element whose content is written next.
    pub(super) fn begin(&mut self, id: Id, size: u64) -> &mut Self {
        self.0.extend(id_bytes(id));
        let length = size_length(size);
        let marked = size | 1 << (7 * length);
        self.0.extend(&marked.to_be_bytes()[8 - length as usize..]);
        self
    }

    /// The beginning of an element whose size always takes eight bytes.
    pub(super) fn begin_wide(&mut self, id: Id, size: u64) -> &mut Self {
        self.0.extend(id_bytes(id));
        self.0.extend((size | 1 << 56).to_be_bytes());
        self
    }

    pub(super) fn bytes(&mut self, id: Id, content: &[u8]) -> &mut Self {
        self.begin(id, content.len() as u64).0.extend(content);
        self
    }

    pub(super) fn inside(&mut self, id: Id, content: &Self) -> &mut Self {
        self.bytes(id, &content.0)
    }

    pub(super) fn uint(&mut self, id: Id, value: u64) -> &mut Self {
        let zeros = (value.leading_zeros() as usize / 8).min(7);
        self.bytes(id, &value.to_be_bytes()[zeros..])
    }

    /// A number that always takes eight bytes, so that its value need not be known
    /// to know how much room it takes.
    pub(super) fn wide_uint(&mut self, id: Id, value: u64) -> &mut Self {
        self.bytes(id, &value.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_as_few_bytes_as_they_need() {
        for (size, length) in [(0, 1), (126, 1), (127, 2), (16_382, 2), (16_383, 3)] {
            assert_eq!(size_length(size), length, "{size}");
            let mut element = Elements::default();
            element.begin(0xA3, size);
            let (read, rest) = parse(&element.0).expect("it was just written");
            assert_eq!((read.id, read.size, rest.len()), (0xA3, Some(size), 0));
        }
    }

    #[test]
    fn a_size_of_ones_is_not_known() {
        for bytes in
            [&[0xA3, 0xFF][..], &[0xA3, 0x7F, 0xFF], &[0xA3, 1, 255, 255, 255, 255, 255, 255, 255]]
        {
            let (element, _) = parse(bytes).expect("it is whole");
            assert_eq!(element.size, None, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_cut_off_is_no_element() {
        assert!(parse(&[0x1A, 0x45]).is_none());
        assert!(parse(&[0xA3, 0x40]).is_none());
        assert!(parse(&[0x00, 0x81]).is_none());
        assert_eq!(Children(&[0xA3, 0x82, 1]).count(), 0);
    }
}
