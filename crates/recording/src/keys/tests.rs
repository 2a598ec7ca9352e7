use proptest::prelude::*;

use super::*;

const PLAIN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn id(text: &str) -> RecordingId {
    text.parse().expect("an id")
}

fn key(base64: &str) -> MasterKey {
    MasterKey::parse(base64).expect("a master key")
}

fn keys() -> MasterKeys {
    MasterKeys::new(key(PLAIN), vec![])
}

#[test]
fn a_master_key_is_32_bytes_in_base64() {
    let unpadded = PLAIN.trim_end_matches('=');
    for good in [PLAIN, unpadded, &format!(" {PLAIN}\n")] {
        assert_eq!(*key(good).to_base64(), PLAIN);
    }
    let longer = format!("{unpadded}AAAA");
    for bad in ["", "secret", &PLAIN[4..], &longer, "!AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
    {
        assert_eq!(MasterKey::parse(bad).err(), Some(BadMasterKey), "{bad}");
    }
    assert_ne!(*MasterKey::random().to_base64(), *MasterKey::random().to_base64());
}

#[test]
fn a_key_has_the_same_name_every_day() {
    assert_eq!(key(PLAIN).id(), "b7b12c2d52085071".parse().expect("an id"));
    assert_ne!(key(PLAIN).id(), MasterKey::random().id());
    for bad in ["", "b7b12c2d5208507", "b7b12c2d520850710", "B7B12C2D52085071", "g7b12c2d52085071"]
    {
        assert_eq!(bad.parse::<KeyId>(), Err(NotAKeyId), "{bad}");
    }
}

#[test]
fn a_wrapped_key_opens_for_its_recording_alone() {
    let (ours, data) = (id("ours"), DataKey::random());
    let wrapped = keys().wrap(&ours, &data);
    assert_eq!((wrapped.bytes.len(), &wrapped.by), (60, keys().current()));

    let unwrapped = keys().unwrap(&ours, &wrapped).expect("it is ours");
    assert_eq!(unwrapped.0, data.0);
    assert_eq!(keys().unwrap(&id("theirs"), &wrapped).err(), Some(KeyProblem::Damaged));
}

#[test]
fn a_wrapped_key_that_was_changed_opens_nothing() {
    let ours = id("ours");
    let wrapped = keys().wrap(&ours, &DataKey::random());
    let refused = |bytes: Vec<u8>| {
        let changed = WrappedKey { bytes, by: wrapped.by.clone() };
        assert_eq!(keys().unwrap(&ours, &changed).err(), Some(KeyProblem::Damaged));
    };
    for bit in 0..wrapped.bytes.len() * 8 {
        let mut bytes = wrapped.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        refused(bytes);
    }
    for length in 0..wrapped.bytes.len() {
        refused(wrapped.bytes[..length].to_vec());
    }
    refused([&wrapped.bytes[..], &[0]].concat());

    // Sealed by the right key, and yet no key.
    for length in [0, 16, KEY - 1, KEY + 1] {
        let mut short = vec![0; length];
        let tag = key(PLAIN).wrapping().seal([9; NONCE], &about(&ours), &mut short);
        refused([&[9; NONCE][..], &short, &tag].concat());
    }
}

#[test]
fn an_old_master_key_opens_until_all_is_rewrapped() {
    let (ours, data) = (id("ours"), DataKey::random());
    let old = keys().wrap(&ours, &data);
    let new = || MasterKey::random();

    let lost = MasterKeys::new(new(), vec![new()]);
    let unknown = KeyProblem::UnknownMasterKey(old.by.clone());
    assert_eq!(lost.unwrap(&ours, &old).err(), Some(unknown));
    assert!(!lost.knows(&old.by));

    let both = MasterKeys::new(new(), vec![new(), key(PLAIN)]);
    assert!(both.knows(&old.by));
    let unwrapped = both.unwrap(&ours, &old).expect("the old key is there");
    let rewrapped = both.wrap(&ours, &unwrapped);
    assert_eq!(&rewrapped.by, both.current());
    assert_eq!(both.unwrap(&ours, &rewrapped).expect("the new one too").0, data.0);
    assert!(keys().unwrap(&ours, &rewrapped).is_err());
}

#[test]
fn wrapping_again_uses_another_nonce() {
    let (ours, data) = (id("ours"), DataKey::random());
    let nonces = (0..1000).map(|_| keys().wrap(&ours, &data).bytes[..NONCE].to_vec());
    assert_eq!(nonces.collect::<std::collections::HashSet<_>>().len(), 1000);
}

#[test]
fn keys_are_not_printed() {
    let master = keys();
    assert_eq!(format!("{:?}", master.current), "(master key b7b12c2d52085071)");
    assert_eq!(format!("{:?}", DataKey::random()), "(data key)");
    let printed = format!("{master:?}");
    assert!(!printed.contains(PLAIN) && !printed.contains("0, 1, 2"), "{printed}");
}

proptest! {
    #[test]
    fn no_text_is_a_master_key_by_accident(text in ".{0,60}") {
        if let Ok(key) = MasterKey::parse(&text) {
            let (mut given, mut kept) = (text.trim(), &**key.to_base64());
            (given, kept) = (given.trim_end_matches('='), kept.trim_end_matches('='));
            prop_assert_eq!(given, kept);
        }
    }
}
