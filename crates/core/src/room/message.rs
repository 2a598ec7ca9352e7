//! What people write to each other in a room.

use serde::{Deserialize, Serialize};

use crate::Private;

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
