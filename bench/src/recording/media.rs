//! What a recorder writes in two seconds at 2.5 Mbit/s, as WebM.

use std::time::Duration;

/// How much of a recording is in one chunk.
pub(crate) const CHUNK: Duration = Duration::from_secs(2);

/// How often a second of media goes into one that passes: what is younger than its
/// part would be left out of the file, and nobody wants to wait.
pub(crate) const SQUEEZED: u32 = 200;

/// Of each so many in a chunk: sounds are 20 ms long, pictures come 30 times a second.
const SOUNDS: u64 = 100;
const PICTURES: u64 = 60;
const SOUND_BYTES: usize = 80;
const PICTURE_BYTES: usize = (625_000 - SOUNDS as usize * SOUND_BYTES) / PICTURES as usize;

const AUDIO: u8 = 1;
const VIDEO: u8 = 2;

/// A chunk; the first one begins with what the tracks are.
pub(crate) fn chunk(number: u32) -> Vec<u8> {
    let mut bytes = if number == 0 { head() } else { Vec::new() };
    let length = CHUNK.as_millis() as u64 / u64::from(SQUEEZED);
    bytes.extend(opened(0x1F43_B675));
    bytes.extend(element(0xE7, &(u64::from(number) * length).to_be_bytes()));
    for picture in 0..PICTURES {
        let at = picture * length / PICTURES;
        bytes.extend(block(VIDEO, at, picture == 0, PICTURE_BYTES));
        let sounds = SOUNDS * picture / PICTURES..SOUNDS * (picture + 1) / PICTURES;
        sounds.for_each(|_| bytes.extend(block(AUDIO, at, true, SOUND_BYTES)));
    }
    bytes
}

fn block(track: u8, at: u64, is_key: bool, bytes: usize) -> Vec<u8> {
    let [.., high, low] = at.to_be_bytes();
    let mut block = vec![0x80 | track, high, low, if is_key { 0x80 } else { 0 }];
    block.resize(4 + bytes, 0x5A);
    element(0xA3, &block)
}

fn head() -> Vec<u8> {
    let ebml = element(0x1A45_DFA3, &element(0x4282, b"webm"));
    let info = element(0x1549_A966, &element(0x2A_D7B1, &1_000_000u64.to_be_bytes()));
    let tracks = [track(AUDIO, 2, b"A_OPUS"), track(VIDEO, 1, b"V_VP8")].concat();
    [ebml, opened(0x1853_8067), info, element(0x1654_AE6B, &tracks)].concat()
}

fn track(number: u8, kind: u8, codec: &[u8]) -> Vec<u8> {
    let entry = [element(0xD7, &[number]), element(0x83, &[kind]), element(0x86, codec)].concat();
    element(0xAE, &entry)
}

/// An element whose size takes eight bytes.
fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let size = content.len() as u64 | 1 << 56;
    [&id_bytes(id)[..], &size.to_be_bytes(), content].concat()
}

/// The beginning of an element whose size nobody knows.
fn opened(id: u32) -> Vec<u8> {
    [&id_bytes(id)[..], &(u64::MAX >> 7).to_be_bytes()].concat()
}

fn id_bytes(id: u32) -> Vec<u8> {
    let zeros = id.leading_zeros() as usize / 8;
    id.to_be_bytes()[zeros..].to_vec()
}
