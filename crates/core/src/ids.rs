//! Names of things. A user is not a room, so their ids are not strings.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

/// The longest id accepted, in bytes. Identity providers use up to 128 (the
/// longest `sub` in the wild is a URL with a UUID); longer ones are an attack.
const MAX_LENGTH: usize = 200;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text was empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text was longer than 200 bytes.
    #[error("an id must not be longer than 200 bytes")]
    TooLong,
    /// The text held white space or control characters.
    #[error("an id must not contain white space or control characters")]
    Unprintable,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(IdError::TooLong);
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(IdError::Unprintable);
    }
    Ok(())
}

/// Reads an id where it is a text, or a number: some systems count their
/// users.
struct TextOrNumber;

impl Visitor<'_> for TextOrNumber {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        check(text).map_err(E::custom)?;
        Ok(text.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Arc<str>, E> {
        Ok(number.to_string().into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Arc<str>, E> {
        Ok(number.to_string().into())
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as it stands on the wire and in the database.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                source.deserialize_any(TextOrNumber).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A person: the `sub` of their token.
    UserId
}
id! {
    /// A place people meet. A random UUID where we make it.
    RoomId
}
id! {
    /// One of a user's screens: what rings and what answers. It outlives
    /// connections, so a page that reconnects is still the same device.
    DeviceId
}
id! {
    /// An appointment: one of ours, or one of the system around us.
    AppointmentId
}
id! {
    /// A meeting: a place with a name.
    MeetingId
}
id! {
    /// A recording of a room.
    RecordingId
}
id! {
    /// A file that came with a message.
    FileId
}
id! {
    /// A link by which people without an account come to a place.
    LinkId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_printable_words() {
        let check = |text: &str| text.parse::<UserId>().map(String::from);
        assert_eq!(check("auth0|66f0"), Ok("auth0|66f0".to_owned()));
        assert_eq!(check(""), Err(IdError::Empty));
        assert_eq!(check("a b"), Err(IdError::Unprintable));
        assert_eq!(check("a\0b"), Err(IdError::Unprintable));
        assert_eq!(check(&"x".repeat(201)), Err(IdError::TooLong));
    }

    #[test]
    fn ids_are_checked_when_they_are_read() {
        assert!(serde_json::from_str::<RoomId>("\"\"").is_err());
        assert!(serde_json::from_str::<RoomId>("true").is_err());
        let seven: RoomId = serde_json::from_str("7").expect("numbers are read as text");
        assert_eq!(seven.as_str(), "7");
        let room: RoomId = serde_json::from_str("\"r1\"").expect("a plain id");
        assert_eq!(serde_json::to_string(&room).expect("ids are text"), "\"r1\"");
    }
}
