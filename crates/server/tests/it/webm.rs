//! A recorder that makes WebM as browsers do: a segment without an end, and a
//! cluster for each second.

/// What every second of picture holds, so that it can be searched for.
pub(crate) const MARK: &str = "seen by the camera in second";

/// The chunks of a recorder that ran for so many seconds, one for each. `offset` is
/// the number of its first second in what is seen.
pub(crate) fn chunks(seconds: u32, offset: u32) -> Vec<Vec<u8>> {
    heavy_chunks(seconds, offset, 0)
}

/// The same with so many bytes more in each picture, no two of them alike.
pub(crate) fn heavy_chunks(seconds: u32, offset: u32, weight: u32) -> Vec<Vec<u8>> {
    let noise = |second: u32| {
        let mixed = (0..weight).map(move |it| (it ^ second).wrapping_mul(0x9e37_79b1));
        mixed.map(|it| (it >> 24) as u8).collect::<Vec<u8>>()
    };
    let chunk = |second: u32| {
        let start = if second == 0 { beginning() } else { Vec::new() };
        let mark = format!("{MARK} {}.", second + offset);
        let seen = [mark.as_bytes(), &noise(second + offset)].concat();
        [start, cluster(second, &seen)].concat()
    };
    (0..seconds).map(chunk).collect()
}

fn beginning() -> Vec<u8> {
    let header = [
        element(&[0x42, 0x86], &[1]),
        element(&[0x42, 0xf7], &[1]),
        element(&[0x42, 0xf2], &[4]),
        element(&[0x42, 0xf3], &[8]),
        element(&[0x42, 0x82], b"webm"),
        element(&[0x42, 0x87], &[4]),
        element(&[0x42, 0x85], &[2]),
    ];
    let info = [
        element(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]),
        element(&[0x4d, 0x80], b"test"),
        element(&[0x57, 0x41], b"test"),
    ];
    let size = [element(&[0xb0], &[64]), element(&[0xba], &[48])].concat();
    let video = track(1, 1, b"V_VP8", &element(&[0xe0], &size));
    let rate = element(&[0xb5], &48_000f64.to_be_bytes());
    let sound = [rate, element(&[0x9f], &[1])].concat();
    let head = [&b"OpusHead\x01\x01"[..], &[0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]].concat();
    let sound = [element(&[0xe1], &sound), element(&[0x63, 0xa2], &head)].concat();
    let audio = track(2, 2, b"A_OPUS", &sound);
    [
        element(&[0x1a, 0x45, 0xdf, 0xa3], &header.concat()),
        endless(&[0x18, 0x53, 0x80, 0x67]),
        element(&[0x15, 0x49, 0xa9, 0x66], &info.concat()),
        element(&[0x16, 0x54, 0xae, 0x6b], &[video, audio].concat()),
    ]
    .concat()
}

fn track(number: u8, kind: u8, codec: &[u8], more: &[u8]) -> Vec<u8> {
    let fields = [
        element(&[0xd7], &[number]),
        element(&[0x73, 0xc5], &[number]),
        element(&[0x83], &[kind]),
        element(&[0x86], codec),
        more.to_vec(),
    ];
    element(&[0xae], &fields.concat())
}

/// A second: ten pictures, of which the first needs no other, and ten sounds.
fn cluster(second: u32, seen: &[u8]) -> Vec<u8> {
    let time = element(&[0xe7], &(second * 1000).to_be_bytes());
    let blocks = (0..10u16).flat_map(|tenth| {
        let flags = if tenth == 0 { 0x80 } else { 0 };
        [block(1, tenth * 100, flags, seen), block(2, tenth * 100, 0x80, b"heard")]
    });
    let blocks: Vec<Vec<u8>> = blocks.collect();
    [endless(&[0x1f, 0x43, 0xb6, 0x75]), time, blocks.concat()].concat()
}

fn block(track: u8, time: u16, flags: u8, content: &[u8]) -> Vec<u8> {
    let head = [&[0x80 | track][..], &time.to_be_bytes(), &[flags]].concat();
    element(&[0xa3], &[&head[..], content].concat())
}

fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let size = (1 << 56 | content.len() as u64).to_be_bytes();
    [id, &size, content].concat()
}

fn endless(id: &[u8]) -> Vec<u8> {
    [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat()
}
