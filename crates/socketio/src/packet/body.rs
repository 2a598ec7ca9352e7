//! The JSON part of a packet: checked to be JSON, cut at its commas, and left
//! as text.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Malformed;

/// Names the libraries keep for themselves. A client that could send them
/// would call the application's own life-cycle handlers.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// Name and arguments of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a> {
    /// The name as it stands in the JSON, quotes and escapes included.
    name: &'a str,
    /// What follows the name.
    pub arguments: Arguments<'a>,
}

/// The elements of a JSON array without its brackets: `1,"two",{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arguments<'a> {
    text: &'a str,
    first: Option<&'a str>,
}

impl<'a> Body<'a> {
    /// Reads the payload of an event: a non-empty array whose first element is
    /// the name, a string (or a number, which some clients allow).
    pub(super) fn parse(payload: &'a str) -> Result<Self, Malformed> {
        let list = Cut::parse(payload)?;
        let name = list.first.ok_or(Malformed::Payload)?.get();
        let body = Self {
            name,
            arguments: Arguments {
                text: rest_after(payload, name),
                first: list.second.map(RawValue::get),
            },
        };
        match name.as_bytes().first() {
            Some(b'"') if !RESERVED.contains(&&*body.name()) => Ok(body),
            Some(b'-' | b'0'..=b'9') => Ok(body),
            _ => Err(Malformed::Payload),
        }
    }

    /// The name of the event. Borrowed unless it contains escapes.
    pub fn name(&self) -> Cow<'a, str> {
        let Some(inner) = self.name.strip_prefix('"').and_then(|it| it.strip_suffix('"')) else {
            return Cow::Borrowed(self.name);
        };
        if !inner.contains('\\') {
            return Cow::Borrowed(inner);
        }
        // An unpaired surrogate is JSON but no text; such a name is unknown to
        // everybody, so the raw form does as well.
        serde_json::from_str(self.name).map_or(Cow::Borrowed(inner), Cow::Owned)
    }
}

impl<'a> Arguments<'a> {
    /// The text, elements separated by commas; empty if there are none.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The text of the first element.
    pub fn first(&self) -> Option<&'a str> {
        self.first
    }

    /// Each element as text.
    pub fn split(&self) -> Vec<&'a RawValue> {
        let mut elements = Vec::new();
        let mut rest = self.text;
        while let Some(Ok(element)) =
            serde_json::Deserializer::from_str(rest).into_iter::<&'a RawValue>().next()
        {
            rest = after(rest, element.get()).trim_start().trim_start_matches(',');
            elements.push(element);
        }
        elements
    }
}

/// Reads the payload of an acknowledgement: an array, possibly empty.
pub(super) fn array(payload: &str) -> Result<Arguments<'_>, Malformed> {
    let list = Cut::parse(payload)?;
    Ok(Arguments { text: inner(payload), first: list.first.map(RawValue::get) })
}

/// Reads the payload of a CONNECT: an object.
pub(super) fn object(payload: &str) -> Result<&str, Malformed> {
    let raw: &RawValue = serde_json::from_str(payload).map_err(|_| Malformed::Payload)?;
    if raw.get().starts_with('{') { Ok(raw.get()) } else { Err(Malformed::Payload) }
}

/// The text between the brackets of an array that was checked before.
fn inner(payload: &str) -> &str {
    let payload = payload.trim();
    payload.get(1..payload.len() - 1).unwrap_or_default().trim()
}

/// What follows the first element, up to the closing bracket.
fn rest_after<'a>(payload: &'a str, first: &str) -> &'a str {
    let rest = after(inner(payload), first).trim_start();
    rest.strip_prefix(',').unwrap_or(rest).trim_start()
}

/// The part of `text` behind `element`, which is its first element.
fn after<'a>(text: &'a str, element: &str) -> &'a str {
    text.trim_start().get(element.len()..).unwrap_or_default()
}

/// The first two elements of an array; the rest is only checked.
struct Cut<'a> {
    first: Option<&'a RawValue>,
    second: Option<&'a RawValue>,
}

impl<'a> Cut<'a> {
    fn parse(payload: &'a str) -> Result<Self, Malformed> {
        let mut json = serde_json::Deserializer::from_str(payload);
        let cut = json.deserialize_seq(CutVisitor).map_err(|_| Malformed::Payload)?;
        json.end().map_err(|_| Malformed::Payload)?;
        Ok(cut)
    }
}

struct CutVisitor;

impl<'de> Visitor<'de> for CutVisitor {
    type Value = Cut<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cut<'de>, A::Error> {
        let first = list.next_element::<&RawValue>()?;
        let second = list.next_element::<&RawValue>()?;
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(Cut { first, second })
    }
}

/// Skips a value without recursion, however deep it is.
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Self)
    }
}
