//! How a no is said: a code for programs, a sentence for people.

use std::borrow::Cow;

use housecall_core::{Refusal, RoomId};
use serde::Serialize;
use ts_rs::TS;

/// A typed no: the `problem` of an ack, and the `data` of a refused
/// connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// For programs. Stable.
    pub code: &'static str,
    /// For people: what is wrong and what to do.
    pub message: Cow<'static, str>,
    /// Which field of the request, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    /// The call that stands in the way, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub call_id: Option<RoomId>,
}

impl Problem {
    /// A problem without particulars.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: None, call_id: None }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code(), refusal.to_string())
    }
}

/// A word whose body could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Garbled {
    /// The path of the field, such as `metrics.latency`; none if it is the
    /// whole body.
    pub field: Option<String>,
    /// What was wrong with it.
    pub what: Cow<'static, str>,
    /// The request was understood, but is larger than anybody may send.
    pub too_large: bool,
}

impl Garbled {
    /// A field with something wrong about it.
    pub fn field(field: &str, what: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.to_owned()), what: what.into(), too_large: false }
    }
}

impl From<Garbled> for Problem {
    fn from(garbled: Garbled) -> Self {
        let code = if garbled.too_large { "too_large" } else { "invalid_payload" };
        Self { field: garbled.field, ..Self::new(code, garbled.what) }
    }
}
