//! What was sealed once opens for ever: these bytes were written by the first version
//! of the formats, and checked against their description by another implementation.

use std::{fs, io::Read};

use housecall_core::RecordingId;
use housecall_recording::{
    ChunkHead, DataKey, HEADER, MasterKey, MasterKeys, Opener, Purpose, Spool, WrappedKey,
};

const RECORDING: &str = "5f0c2f4e-6f0b-4b8e-9d0e-0d2f6a1c7b3a";

const MASTER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The key of the recording, wrapped by that.
const WRAPPED: &str = "\
    f2e89e3d45d9c42a7b4359d40e83b0fd61eeb8043e1a84eb792f4c136e121b27ee736468523d1de40075\
    622f7db482b557ca00e7dddae10e5f0663c7";

/// A sealed file: "what was said".
const MEDIA: &str = "\
    48435345414c0001000100009b241441948ce625ddc4296e9e7f862f25179b0b2df2f3fae3eb3326c7dd\
    42dcf30aad5c380c22a77ff351953cce878ad9015fcb882e4b376f76434eee5606d5f17ca578";

/// A sealed picture: "what was seen".
const POSTER: &str = "\
    48435345414c0001000100005a63f6237ef75936cb29eca6fbdbdab5db798e24c80c65a61dc88c032e50\
    e4f26343d2f9f5fe02e68fb96cded7d4b65aed6d1be8a25a58894ff4d4a12e61a737dd43f1b1";

/// Where the log lies in its spool.
const FOLDER: &str = "b92fcd907967615f1303c3329eda31a9c71cfa5501066680a379378bcb920609";

/// A log: "what was", and " said" in another part.
const LOG: &str = "\
    484353504f4f4c01002435663063326634652d366630622d346238652d396430652d3064326636613163\
    37623361bd74bc09934c12249ed68d2eb607fd9a3a3672ea0c3f4a0556eaf97e00000008000000000000\
    0000000000000000000007d04dc4bdae9752da5854bda212550150d227c52f370c8e02f83c1def92908d\
    b4c8e2fc4af61410211498475c679838111a428393ad1c1191e78ba3b658fb97c197bd4a27c6ff6f6e20\
    6469736b000000050000000100070000000100000000000005dc22b819f2b06930a40f402325828b393e\
    5bd41d0d8c5334985845d798626568a6298eb17e7f27a4a7d9d3f5126ec9e8a2e3e8f47c36d5ab80b126\
    af81479312011eff6f6e206469736b";

#[test]
fn a_sealed_file_opens() {
    for (file, purpose, said) in
        [(MEDIA, Purpose::Media, "what was said"), (POSTER, Purpose::Poster, "what was seen")]
    {
        let file = bytes(file);
        let length = file.len() as u64;
        let opener = Opener::new(&file[..HEADER], length, &recording(), &key(), purpose);
        let opener = opener.expect("it is ours");
        assert_eq!(opener.bytes(), 13);
        let content = opener.open(0..13, &file[HEADER..]).expect("it is whole");
        assert_eq!(content, said.as_bytes());
    }
}

#[test]
fn a_log_opens_and_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join(FOLDER)).expect("a folder");
    fs::write(folder.path().join(FOLDER).join("log"), bytes(LOG)).expect("a file");
    let spool = Spool::in_folder(folder.path());
    assert_eq!(spool.recordings().expect("the spool can be read"), [recording()]);

    let mut log = spool.open(&recording(), &key()).expect("it is whole");
    let second = ChunkHead { number: 1, part: 7, at_ms: 1 << 32, length_ms: 1500 };
    assert_eq!(log.chunks()[1].head, second);
    let third = ChunkHead { number: 2, at_ms: second.at_ms + 1500, ..second };
    log.append(third, b" yesterday").expect("the disk takes it");
    let mut said = String::new();
    for part in log.parts() {
        log.part(part).read_to_string(&mut said).expect("it is whole");
    }
    assert_eq!(said, "what was said yesterday");
}

fn key() -> DataKey {
    let keys = MasterKeys::new(MasterKey::parse(MASTER).expect("a master key"), vec![]);
    let wrapped = WrappedKey { by: keys.current().clone(), bytes: bytes(WRAPPED) };
    keys.unwrap(&recording(), &wrapped).expect("it is ours")
}

fn recording() -> RecordingId {
    RECORDING.parse().expect("an id")
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = (0..hex.len()).step_by(2).map(|it| &hex[it..it + 2]);
    digits.map(|it| u8::from_str_radix(it, 16).expect("digits")).collect()
}
