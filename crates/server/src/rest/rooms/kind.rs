//! What a file holds, found out by looking into it. What clients say about it is
//! not asked: a page or a program by another name would be handed on as harmless.

/// How many of the first bytes are looked at.
const HEAD: usize = 512;

/// How many of the last bytes of an archive are kept: its list of contents. Half a
/// megabyte lists five thousand parts; a long presentation has one thousand.
const TAIL: usize = 512 * 1024;

/// A kind of file that may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) media_type: &'static str,
    /// The ends of names it goes by; the first is added to other names.
    endings: &'static [&'static str],
}

const PNG: Kind = kind("image/png", &["png"]);
const JPEG: Kind = kind("image/jpeg", &["jpg", "jpeg"]);
const GIF: Kind = kind("image/gif", &["gif"]);
const WEBP: Kind = kind("image/webp", &["webp"]);
const PDF: Kind = kind("application/pdf", &["pdf"]);
const WAV: Kind = kind("audio/wav", &["wav"]);
const MP3: Kind = kind("audio/mpeg", &["mp3"]);
const M4A: Kind = kind("audio/mp4", &["m4a", "mp4"]);
const MP4: Kind = kind("video/mp4", &["mp4", "m4v"]);
const WEBM: Kind = kind("video/webm", &["webm", "weba"]);
const TEXT: Kind = kind("text/plain", &["txt", "csv", "tsv", "md", "log", "json"]);
const DOCX: Kind =
    kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]);
const XLSX: Kind =
    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]);
const PPTX: Kind =
    kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]);

/// The part that makes an archive of Office Open XML (ECMA-376) what it is.
const OFFICE: [(&[u8], Kind); 3] =
    [(b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX), (b"ppt/presentation.xml", PPTX)];

const fn kind(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings }
}

impl Kind {
    /// The name with an end that tells the truth: systems open files by it.
    pub(super) fn name(self, name: String) -> String {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.is_some_and(|it| self.endings.contains(&it.as_str())) {
            true => name,
            false => format!("{name}.{}", self.endings[0]),
        }
    }
}

/// Looks at a file as it goes by.
#[derive(Default)]
pub(super) struct Look {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// The first bytes of a character whose others have not come.
    begun: Vec<u8>,
    is_no_text: bool,
}

impl Look {
    /// Sees the next bytes.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        let missing = HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        if self.head.starts_with(b"PK") {
            self.keep_tail(bytes);
        }
        if !self.is_no_text {
            self.read(bytes);
        }
    }

    /// What it is; `None` if that may not be sent.
    pub(super) fn verdict(&self) -> Option<Kind> {
        let head = self.head.as_slice();
        let known = image(head).or_else(|| container(head));
        known.or_else(|| office(head, &self.tail)).or_else(|| self.text())
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        self.tail.extend(bytes);
        // Cut in large pieces, so that each byte is moved once.
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        self.begun.extend(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return self.is_no_text = true,
        };
        let is_control = |it: &u8| it.is_ascii_control() && !b"\t\n\r\x0c".contains(it);
        self.is_no_text = self.begun[..whole].iter().any(is_control);
        self.begun.drain(..whole);
    }

    /// Text, unless it is a page, a picture in XML or a script: these begin with a
    /// bracket, or say what is to run them.
    fn text(&self) -> Option<Kind> {
        let head = self.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.head);
        let head = head.trim_ascii_start();
        let is_code = head.starts_with(b"<") || head.starts_with(b"#!");
        (!self.is_no_text && self.begun.is_empty() && !head.is_empty() && !is_code).then_some(TEXT)
    }
}

fn image(head: &[u8]) -> Option<Kind> {
    match head {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(PNG),
        [0xff, 0xd8, 0xff, ..] => Some(JPEG),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(GIF),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(WEBP),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(PDF),
        _ => None,
    }
}

/// Sound and films.
fn container(head: &[u8]) -> Option<Kind> {
    match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(WAV),
        [b'I', b'D', b'3', 2..=4, ..] => Some(MP3),
        // A frame of layer III with a bit rate and a sampling rate that exist
        // (ISO 11172-3, 2.4.2.3).
        [0xff, sync, rates, ..]
            if sync & 0xe6 == 0xe2
                && sync & 0x18 != 0x08
                && rates >> 4 != 0x0f
                && rates & 0x0c != 0x0c =>
        {
            Some(MP3)
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => film(brand.get(..4)?),
        [0x1a, 0x45, 0xdf, 0xa3, rest @ ..] => {
            holds(&rest[..rest.len().min(60)], b"webm").then_some(WEBM)
        }
        _ => None,
    }
}

/// By the brand of the file (ISO 14496-12, section 4.3): the same container holds
/// pictures of other kinds, too.
fn film(brand: &[u8]) -> Option<Kind> {
    match brand {
        b"M4A " | b"M4B " => Some(M4A),
        [b'i', b's', b'o', _] | [b'm', b'p', b'4', _] => Some(MP4),
        b"avc1" | b"M4V " | b"dash" | b"MSNV" => Some(MP4),
        _ => None,
    }
}

/// Office Open XML, by the list at the end of the archive (APPNOTE.TXT, 4.3.12 and
/// 4.3.16). What brings programs along is not taken.
fn office(head: &[u8], tail: &[u8]) -> Option<Kind> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let end = tail.windows(4).rposition(|it| it == b"PK\x05\x06")?;
    let size = tail.get(end + 12..end + 16)?.try_into().ok().map(u32::from_le_bytes)?;
    let list = &tail[end.checked_sub(usize::try_from(size).ok()?)?..end];
    let names = names(list)?;
    let has = |part: &[u8]| names.contains(&part);
    if !has(b"[Content_Types].xml") || names.iter().any(|it| it.ends_with(b"vbaProject.bin")) {
        return None;
    }
    OFFICE.iter().find(|(part, _)| has(part)).map(|(_, kind)| *kind)
}

/// The names in the list of an archive; `None` if it is not one.
fn names(mut list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut names = Vec::new();
    while !list.is_empty() {
        let length = |at: usize| {
            let bytes = list.get(at..at + 2)?.try_into().ok()?;
            Some(usize::from(u16::from_le_bytes(bytes)))
        };
        if !list.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name = length(28)?;
        names.push(list.get(46..46 + name)?);
        list = list.get(46 + name + length(30)? + length(32)?..)?;
    }
    Some(names)
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever pieces it comes in.
    fn look(bytes: &[u8]) -> Option<&'static str> {
        let in_pieces = |size: usize| {
            let mut look = Look::default();
            bytes.chunks(size).for_each(|it| look.see(it));
            look.verdict().map(|it| it.media_type)
        };
        let verdict = in_pieces(bytes.len().max(1));
        for size in [1, 3, 1000] {
            assert_eq!(in_pieces(size), verdict, "in pieces of {size}");
        }
        verdict
    }

    /// An archive that lists these parts and has nothing in them.
    fn archive(parts: &[&str]) -> Vec<u8> {
        let length = |it: usize| u16::try_from(it).expect("a short name").to_le_bytes();
        let mut list = Vec::new();
        for part in parts {
            let mut header = [0; 46];
            header[..4].copy_from_slice(b"PK\x01\x02");
            header[28..30].copy_from_slice(&length(part.len()));
            list.extend(header);
            list.extend(part.as_bytes());
        }
        let mut end = [0; 22];
        end[..4].copy_from_slice(b"PK\x05\x06");
        end[12..14].copy_from_slice(&length(list.len()));
        [b"PK\x03\x04 what is packed".as_slice(), &list, &end].concat()
    }

    #[test]
    fn what_may_be_sent_is_known_by_its_bytes() {
        let check = |bytes: &[u8], expected: Kind| {
            assert_eq!(look(bytes), Some(expected.media_type), "{}", bytes.escape_ascii());
        };
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", PNG);
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", JPEG);
        check(b"GIF89a\x01\0", GIF);
        check(b"RIFF\x10\0\0\0WEBPVP8 ", WEBP);
        check(b"%PDF-1.7\n", PDF);
        check(b"RIFF\x10\0\0\0WAVEfmt ", WAV);
        check(b"ID3\x04\0\0", MP3);
        check(b"\xff\xfb\x90\x64\0", MP3);
        check(b"\0\0\0\x18ftypisom\0\0", MP4);
        check(b"\0\0\0\x18ftypM4A \0\0", M4A);
        check(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", WEBM);
        check("Gr\u{fc}\u{df}e \u{1f44b}\r\n\tbis bald".as_bytes(), TEXT);
        check(b"\xef\xbb\xbfa;b;c\n", TEXT);
        for (part, kind) in OFFICE {
            let part = std::str::from_utf8(part).expect("a name");
            check(&archive(&["[Content_Types].xml", "_rels/.rels", part]), kind);
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let check = |bytes: &[u8]| assert_eq!(look(bytes), None, "{}", bytes.escape_ascii());
        check(b"");
        check(b" \n");
        check(b"<!doctype html><script>alert(1)</script>");
        check(b"\xef\xbb\xbf\n  <svg xmlns='http://www.w3.org/2000/svg'/>");
        check(b"#!/bin/sh\nrm -rf /\n");
        check(b"MZ\x90\0\x03\0\0\0");
        check(b"\x7fELF\x02\x01\x01\0");
        check(b"\xcf\xfa\xed\xfe\x07\0\0\x01");
        check(b"text with a \0 in it");
        check(b"text that ends in the middle of \xf0\x9f");
        check(b"latin \xfc text");
        check(b"\xff\xfe\0a\0b");
        check(b"RIFF\x10\0\0\0AVI LIST");
        check(b"\0\0\0\x18ftypheic\0\0");
        check(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska");
        check(&archive(&["evil.exe"]));
        check(&archive(&["word/document.xml"]));
        check(&archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]));
        check(b"PK\x03\x04 [Content_Types].xml word/document.xml");
        let whole = archive(&["[Content_Types].xml", "word/document.xml"]);
        check(&whole[..whole.len() - 12]);
    }

    #[test]
    fn the_list_of_a_large_archive_is_found() {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(5 * TAIL, 7);
        bytes.extend(archive(&["[Content_Types].xml", "xl/workbook.xml"]));
        let mut look = Look::default();
        bytes.chunks(64 * 1024).for_each(|it| look.see(it));
        assert_eq!(look.verdict(), Some(XLSX));
        assert!(look.tail.len() <= 2 * TAIL, "not all of it is kept");
    }

    #[test]
    fn a_name_ends_as_what_it_is() {
        let check = |kind: Kind, name: &str, expected: &str| {
            assert_eq!(kind.name(name.to_owned()), expected);
        };
        check(JPEG, "Holiday.JPEG", "Holiday.JPEG");
        check(JPEG, "holiday", "holiday.jpg");
        check(GIF, "picture.html", "picture.html.gif");
        check(TEXT, "notes.md", "notes.md");
        check(TEXT, "run.bat", "run.bat.txt");
    }
}
