//! Builds a STUN message in a buffer that its owner keeps and uses again.

use super::fingerprint;
use super::message::{Class, HEADER, Kind, MAGIC_COOKIE, Method, TransactionId, message_type};

/// Writes one message; after each call the buffer holds a whole message with
/// the right length.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut Vec<u8>,
}

impl<'b> Writer<'b> {
    /// Clears `buffer` and writes the header.
    pub fn start(
        buffer: &'b mut Vec<u8>,
        class: Class,
        method: Method,
        transaction: TransactionId,
    ) -> Self {
        buffer.clear();
        buffer.extend_from_slice(&message_type(class, method).to_be_bytes());
        buffer.extend_from_slice(&[0, 0]);
        buffer.extend_from_slice(&MAGIC_COOKIE.to_be_bytes());
        buffer.extend_from_slice(&transaction.0);
        Self { buffer }
    }

    /// Appends an attribute, padded with zeroes: padding that is left as it was
    /// has leaked memory of other servers (CVE-2020-4067).
    ///
    /// # Panics
    ///
    /// When the message would outgrow the 64 KiB its header can express.
    pub fn attribute(&mut self, Kind(kind): Kind, value: &[u8]) {
        let length = u16::try_from(value.len()).expect("an attribute is at most 64 KiB");
        self.buffer.extend_from_slice(&kind.to_be_bytes());
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(value);
        self.buffer.resize(self.buffer.len().next_multiple_of(4), 0);
        self.set_length(self.buffer.len());
    }

    /// Appends FINGERPRINT; nothing may be written after it.
    pub fn fingerprint(mut self) {
        // The check covers the header, whose length already counts FINGERPRINT.
        self.set_length(self.buffer.len() + 8);
        let value = fingerprint::of(self.buffer).to_be_bytes();
        self.attribute(Kind::FINGERPRINT, &value);
    }

    /// The message as it stands.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.buffer
    }

    fn set_length(&mut self, total: usize) {
        let length = u16::try_from(total - HEADER).expect("a message is at most 64 KiB");
        self.buffer[2..4].copy_from_slice(&length.to_be_bytes());
    }
}
