use super::*;

const LIMIT: usize = 1000;

/// A masked frame as a client sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | length as u8),
        length @ 126..=0xffff => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn all(limit: usize, bytes: &[u8]) -> Result<Vec<Incoming>, Fault> {
    let mut decoder = Decoder::new(limit);
    let mut input = bytes;
    let mut messages = Vec::new();
    while let Some(message) = decoder.decode(&mut input)? {
        messages.push(message);
    }
    Ok(messages)
}

#[test]
fn the_masked_hello_of_the_rfc() {
    let bytes = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(all(LIMIT, &bytes), Ok(vec![Incoming::Text("Hello".into())]));
}

#[test]
fn the_cut_between_reads_does_not_matter() {
    let mut bytes = frame(0x01, b"one ");
    bytes.extend(frame(0x89, b"ping"));
    bytes.extend(frame(0x00, b"message"));
    bytes.extend(frame(0x80, b""));
    bytes.extend(frame(0x82, &[7; 300]));
    bytes.extend(frame(0x88, &[0x03, 0xe9, b'b', b'y', b'e']));
    let whole = all(LIMIT, &bytes).expect("valid frames");
    assert_eq!(
        whole,
        [
            Incoming::Ping(b"ping".to_vec()),
            Incoming::Text("one message".into()),
            Incoming::Binary(vec![7; 300].into()),
            Incoming::Close(Some(1001)),
        ]
    );
    for step in 1..bytes.len() {
        let mut decoder = Decoder::new(LIMIT);
        let mut messages = Vec::new();
        for chunk in bytes.chunks(step) {
            let mut input = chunk;
            while let Some(message) = decoder.decode(&mut input).expect("valid frames") {
                messages.push(message);
            }
            assert!(input.is_empty());
        }
        assert_eq!(messages, whole, "in steps of {step}");
    }
}

#[test]
fn all_three_forms_of_the_length_are_read() {
    for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
        let bytes = frame(0x82, &vec![1; length]);
        assert_eq!(all(1 << 20, &bytes), Ok(vec![Incoming::Binary(vec![1; length].into())]));
    }
}

#[test]
fn v1_a_message_over_the_limit_is_refused_by_its_header() {
    let bytes = frame(0x82, &[0; LIMIT + 1]);
    assert_eq!(all(LIMIT, &bytes[..8]), Err(Fault::TooLarge));
    let huge = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    assert_eq!(all(LIMIT, &huge), Err(Fault::TooLarge));
    let highest = [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    assert_eq!(all(LIMIT, &highest), Err(Fault::TooLarge));
}

#[test]
fn v1_fragments_count_together() {
    let mut bytes = frame(0x02, &[0; LIMIT]);
    assert_eq!(all(LIMIT, &bytes), Ok(vec![]));
    bytes.extend(frame(0x00, &[0]));
    assert_eq!(all(LIMIT, &bytes), Err(Fault::TooLarge));
}

#[test]
fn v1_empty_fragments_come_to_an_end() {
    let mut bytes = frame(0x01, b"");
    for _ in 0..MAX_FRAGMENTS {
        bytes.extend(frame(0x00, b""));
    }
    assert_eq!(all(LIMIT, &bytes), Err(Fault::Protocol));
}

#[test]
fn v1_a_promise_of_bytes_reserves_little() {
    let mut decoder = Decoder::new(1 << 20);
    let bytes = frame(0x82, &vec![0; 1 << 20]);
    decoder.decode(&mut &bytes[..14]).expect("within the limit");
    assert!(decoder.message.capacity() <= PROMISED);
    decoder.decode(&mut &bytes[14..100_000]).expect("within the limit");
    assert!(decoder.message.capacity() <= 100_000 + 4 * PROMISED);
}

#[test]
fn a_raised_limit_holds_from_the_next_frame() {
    let bytes = frame(0x82, &[0; LIMIT + 1]);
    let mut decoder = Decoder::new(LIMIT);
    decoder.set_limit(LIMIT + 1);
    assert!(decoder.decode(&mut &bytes[..]).expect("within the limit").is_some());
}

#[test]
fn frames_that_must_not_be() {
    let unmasked = vec![0x81, 0x05, b'H', b'e', b'l', b'l', b'o'];
    let text_in_text = [frame(0x01, b"a"), frame(0x81, b"b")].concat();
    let table = [
        ("unmasked", unmasked, Fault::Protocol),
        ("reserved bit 1", frame(0xc1, b"x"), Fault::Protocol),
        ("reserved bit 2", frame(0xa1, b"x"), Fault::Protocol),
        ("reserved bit 3", frame(0x91, b"x"), Fault::Protocol),
        ("reserved data opcode", frame(0x83, b"x"), Fault::Protocol),
        ("reserved control opcode", frame(0x8b, b"x"), Fault::Protocol),
        ("continuation of nothing", frame(0x80, b"x"), Fault::Protocol),
        ("a message inside a message", text_in_text, Fault::Protocol),
        ("fragmented ping", frame(0x09, b"x"), Fault::Protocol),
        ("ping over 125 bytes", frame(0x89, &[0; 126]), Fault::Protocol),
        ("close of one byte", frame(0x88, &[3]), Fault::Protocol),
        ("close with 1005", frame(0x88, &[0x03, 0xed]), Fault::Protocol),
        ("close with 999", frame(0x88, &[0x03, 0xe7]), Fault::Protocol),
        ("close with broken text", frame(0x88, &[0x03, 0xe8, 0xff]), Fault::Protocol),
        ("text that is none", frame(0x81, &[0xc3, 0x28]), Fault::Utf8),
        ("half a character", frame(0x81, &[0xe2, 0x82]), Fault::Utf8),
    ];
    for (what, bytes, fault) in table {
        assert_eq!(all(LIMIT, &bytes), Err(fault), "{what}");
    }
}

#[test]
fn a_character_may_be_cut_by_a_fragment() {
    let bytes = [frame(0x01, &[0xe2, 0x82]), frame(0x80, &[0xac])].concat();
    assert_eq!(all(LIMIT, &bytes), Ok(vec![Incoming::Text("€".into())]));
}

#[test]
fn control_frames_may_be_empty() {
    let bytes = [frame(0x89, b""), frame(0x8a, b"late"), frame(0x88, b"")].concat();
    assert_eq!(
        all(LIMIT, &bytes),
        Ok(vec![Incoming::Ping(vec![]), Incoming::Pong, Incoming::Close(None)])
    );
}

#[test]
fn nothing_is_kept_after_a_message() {
    let bytes = frame(0x82, &vec![0; 100_000]);
    let mut decoder = Decoder::new(1 << 20);
    decoder.decode(&mut &bytes[..]).expect("within the limit");
    assert_eq!(decoder.message.capacity(), 0);
    assert_eq!(decoder.control.capacity(), 0);
}

#[test]
fn headers_are_written_in_their_shortest_form() {
    let table: [(usize, &[u8]); 4] = [
        (5, &[0x81, 5]),
        (126, &[0x81, 126, 0, 126]),
        (65_535, &[0x81, 126, 0xff, 0xff]),
        (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ];
    for (length, expected) in table {
        let mut out = Vec::new();
        write_head(&mut out, Opcode::Text, length);
        assert_eq!(out, expected);
    }
}
