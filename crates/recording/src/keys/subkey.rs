//! Keys for one use, derived from those that are kept (HKDF-SHA256, RFC 5869).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

/// The bytes of a nonce. It must be another one each time something is sealed.
pub(crate) const NONCE: usize = 12;

/// The bytes of the tag that follows what is sealed.
pub(crate) const TAG: usize = 16;

/// A key of AES-256-GCM.
pub(crate) struct Subkey(LessSafeKey);

impl Subkey {
    /// The key that follows from `secret` for the use that `label` names.
    pub(crate) fn derive(secret: &[u8; super::KEY], salt: &[u8], label: &str) -> Self {
        let info = [b"housecall recording 1: ", label.as_bytes()];
        let derived = Salt::new(HKDF_SHA256, salt).extract(secret);
        let derived =
            derived.expand(&info, &AES_256_GCM).expect("a key is shorter than 255 hashes");
        Self(LessSafeKey::new(UnboundKey::from(derived)))
    }

    /// Encrypts `bytes` where they lie. The tag holds for them and for `about`.
    pub(crate) fn seal(&self, nonce: [u8; NONCE], about: &[u8], bytes: &mut [u8]) -> [u8; TAG] {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(about), bytes);
        let tag = tag.expect("what is sealed is shorter than 64 GiB");
        tag.as_ref().try_into().expect("a tag of GCM has 16 bytes")
    }

    /// Decrypts `sealed`, which ends with its tag, where it lies; `None` unless every
    /// bit of it and of `about` is as it was. What is left then is of no use.
    pub(crate) fn open<'a>(
        &self,
        nonce: [u8; NONCE],
        about: &[u8],
        sealed: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, Aad::from(about), sealed).ok()
    }
}
