//! Keys. Each recording has a random key of its own, which is kept wrapped by the
//! master key: changing the master key rewraps 60 bytes a recording, and who destroys
//! the wrapped key has destroyed the recording, wherever its bytes still lie.

mod subkey;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use aws_lc_rs::{hmac, rand};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use housecall_core::RecordingId;
use zeroize::{Zeroize, Zeroizing};

pub(crate) use subkey::{NONCE, Subkey, TAG};

/// How many bytes a key has: AES-256.
const KEY: usize = 32;

/// Base64 as people copy it: with the `=` at its end or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key that wraps all others. It is wiped when it is dropped, and not printed.
pub struct MasterKey(Zeroizing<[u8; KEY]>);

/// The text is not a master key. It does not say which text: that may be nearly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes in base64, as `openssl rand -base64 32` makes them")]
pub struct BadMasterKey;

impl MasterKey {
    /// The key of 32 bytes in base64.
    pub fn parse(base64: &str) -> Result<Self, BadMasterKey> {
        let bytes = BASE64.decode(base64.trim()).map_err(|_| BadMasterKey)?;
        let bytes = Zeroizing::new(bytes);
        let mut key = Zeroizing::new([0; KEY]);
        if bytes.len() != KEY {
            return Err(BadMasterKey);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// A new key.
    pub fn random() -> Self {
        Self(random())
    }

    /// The key as [`parse`](Self::parse) reads it, to keep it in a file.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(general_purpose::STANDARD.encode(*self.0))
    }

    /// The name of the key, which tells nothing about it.
    pub fn id(&self) -> KeyId {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        let hash = hmac::sign(&key, b"housecall master key id");
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_ref()[..8]);
        KeyId(format!("{:016x}", u64::from_be_bytes(first)))
    }

    fn wrapping(&self) -> Subkey {
        Subkey::derive(&self.0, &[], "wrap")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(master key {})", self.id())
    }
}

/// The name of a master key: 16 hexadecimal digits of a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// The text is not the name of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a key has 16 hexadecimal digits")]
pub struct NotAKeyId;

impl KeyId {
    /// The id as it stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        match text.len() == 16 && text.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err(NotAKeyId),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The master key of today, and those that wrapped before it.
#[derive(Debug)]
pub struct MasterKeys {
    id: KeyId,
    current: MasterKey,
    previous: Vec<(KeyId, MasterKey)>,
}

/// The key of a recording as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The master key that opens it.
    pub by: KeyId,
    /// Nonce (12), sealed key (32), tag (16).
    pub bytes: Vec<u8>,
}

/// Why the key of a recording cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// It was wrapped by a master key that is not here.
    #[error("master key {0} is missing; name it among the previous master keys")]
    UnknownMasterKey(KeyId),
    /// It was changed, or is that of another recording.
    #[error("the wrapped key is damaged or belongs to another recording")]
    Damaged,
}

impl MasterKeys {
    /// Wraps by `current`; unwraps by any of them.
    pub fn new(current: MasterKey, previous: Vec<MasterKey>) -> Self {
        let previous = previous.into_iter().map(|it| (it.id(), it)).collect();
        Self { id: current.id(), current, previous }
    }

    /// The id of the key that wraps.
    pub fn current(&self) -> &KeyId {
        &self.id
    }

    /// Whether what this key wrapped can be unwrapped.
    pub fn knows(&self, key: &KeyId) -> bool {
        self.named(key).is_some()
    }

    /// Wraps the key of a recording. To rewrap it, unwrap it first.
    pub fn wrap(&self, recording: &RecordingId, key: &DataKey) -> WrappedKey {
        let nonce = nonce();
        let mut sealed = key.0.clone();
        let tag = self.current.wrapping().seal(nonce, &about(recording), &mut *sealed);
        WrappedKey { by: self.id.clone(), bytes: [&nonce[..], &sealed[..], &tag[..]].concat() }
    }

    /// Opens the wrapped key of a recording.
    pub fn unwrap(
        &self,
        recording: &RecordingId,
        wrapped: &WrappedKey,
    ) -> Result<DataKey, KeyProblem> {
        let unknown = || KeyProblem::UnknownMasterKey(wrapped.by.clone());
        let master = self.named(&wrapped.by).ok_or_else(unknown)?;
        let (nonce, sealed) = wrapped.bytes.split_first_chunk().ok_or(KeyProblem::Damaged)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let opened = master.wrapping().open(*nonce, &about(recording), &mut sealed);
        let opened: &[u8] = opened.ok_or(KeyProblem::Damaged)?;
        let mut key = Zeroizing::new([0; KEY]);
        if opened.len() != KEY {
            return Err(KeyProblem::Damaged);
        }
        key.copy_from_slice(opened);
        Ok(DataKey(key))
    }

    fn named(&self, id: &KeyId) -> Option<&MasterKey> {
        if *id == self.id {
            return Some(&self.current);
        }
        self.previous.iter().find(|(it, _)| it == id).map(|(_, key)| key)
    }
}

/// What a wrapped key is bound to, so that it opens nothing else.
fn about(recording: &RecordingId) -> Vec<u8> {
    [b"housecall wrapped key\0", recording.as_str().as_bytes()].concat()
}

/// The key of one recording. It is wiped when it is dropped, and not printed.
/// Nothing is sealed by it but by keys that are derived from it, one for each use.
pub struct DataKey(Zeroizing<[u8; KEY]>);

impl DataKey {
    /// A new key.
    pub fn random() -> Self {
        Self(random())
    }

    /// The key for one use of it.
    pub(crate) fn subkey(&self, salt: &[u8], label: &str) -> Subkey {
        Subkey::derive(&self.0, salt, label)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(data key)")
    }
}

/// A random nonce. Fewer than 2^32 may be used with one key (NIST SP 800-38D, 8.3):
/// a recording of a day has 43,200 chunks.
pub(crate) fn nonce() -> [u8; NONCE] {
    *random()
}

pub(crate) fn random<const N: usize>() -> Zeroizing<[u8; N]>
where
    [u8; N]: Zeroize,
{
    let mut bytes = Zeroizing::new([0; N]);
    rand::fill(&mut *bytes).expect("the system has random bytes");
    bytes
}
