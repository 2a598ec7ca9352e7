//! What people write to each other in a room.

use serde::{Deserialize, Serialize};

use crate::{FileId, Private};

/// The longest message, in characters: a page of text. Everybody in the room
/// gets it at once.
const LONGEST_MESSAGE: usize = 4000;

/// A message somebody wrote. Personal data: it may say anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Message(Private<String>);

/// Why a text is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    /// There was nothing in it but white space.
    #[error("write something")]
    Empty,
    /// It was longer than 4,000 characters.
    #[error("a message has at most 4000 characters")]
    TooLong,
}

impl Message {
    /// What they wrote.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl TryFrom<String> for Message {
    type Error = NotAMessage;

    fn try_from(text: String) -> Result<Self, NotAMessage> {
        if text.trim().is_empty() {
            return Err(NotAMessage::Empty);
        }
        match text.chars().nth(LONGEST_MESSAGE) {
            Some(_) => Err(NotAMessage::TooLong),
            None => Ok(Self(Private::new(text))),
        }
    }
}

impl From<Message> for String {
    fn from(message: Message) -> String {
        message.0.into_revealed()
    }
}

/// The longest key of a message, in bytes: room for a UUID and a prefix.
const LONGEST_KEY: usize = 64;

/// What a client calls a message it writes, so that saying it again after a
/// lost answer says nothing new.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageKey(String);

/// The text is empty, or longer than 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of a message has 1 to 64 bytes")]
pub struct NotAKey;

impl TryFrom<String> for MessageKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        match text.len() {
            1..=LONGEST_KEY => Ok(Self(text)),
            _ => Err(NotAKey),
        }
    }
}

impl From<MessageKey> for String {
    fn from(key: MessageKey) -> String {
        key.0
    }
}

/// A file that came with a message. Its bytes are kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Which.
    pub id: FileId,
    /// What it was called where it came from.
    pub name: Private<String>,
    /// What it holds, found out by looking into it: `image/png`.
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
}
