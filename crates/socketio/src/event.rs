//! What a handler sees of an event, and how it answers.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::packet::{Arguments, Body};
use crate::socket::{EmitError, Socket};

/// An event of a client. Nothing of it was parsed beyond its commas.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// The name.
    pub word: Cow<'a, str>,
    /// Binary attachments, which the arguments mention as
    /// `{"_placeholder":true,"num":0}`.
    pub attachments: &'a [Bytes],
    arguments: Arguments<'a>,
}

impl<'a> Event<'a> {
    pub(crate) fn new(body: Body<'a>, attachments: &'a [Bytes]) -> Self {
        Self { word: body.name(), attachments, arguments: body.arguments }
    }

    /// The arguments as they came: JSON separated by commas, perhaps empty.
    pub fn text(&self) -> &'a str {
        self.arguments.text()
    }

    /// The first argument as it came.
    pub fn first(&self) -> Option<&'a str> {
        self.arguments.first()
    }

    /// Every argument as it came.
    pub fn arguments(&self) -> Vec<&'a RawValue> {
        self.arguments.split()
    }

    /// The first argument, parsed; a missing one reads as `null`.
    pub fn parse<T: serde::Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.first().unwrap_or("null"))
    }
}

/// The answer a client waits for. Dropped unused, nothing is sent.
#[derive(Debug)]
pub struct Reply {
    socket: Socket,
    id: u64,
}

impl Reply {
    pub(crate) fn new(socket: Socket, id: u64) -> Self {
        Self { socket, id }
    }

    /// Answers with one value.
    pub fn send(self, payload: &impl Serialize) -> Result<(), EmitError> {
        let arguments = serde_json::to_string(payload)?;
        self.send_raw(&arguments)
    }

    /// Answers with JSON text: any number of values separated by commas.
    pub fn send_raw(self, arguments: &str) -> Result<(), EmitError> {
        self.send_binary(arguments, &[])
    }

    /// Answers with JSON text and the attachments its placeholders mean.
    pub fn send_binary(self, arguments: &str, attachments: &[Bytes]) -> Result<(), EmitError> {
        self.socket.acknowledge(self.id, arguments, attachments)
    }
}

/// What a client answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    text: Box<str>,
    /// How long the first value is.
    first: Option<usize>,
    /// Binary attachments of the answer.
    pub attachments: Vec<Bytes>,
}

impl Answer {
    pub(crate) fn new(arguments: Arguments<'_>, attachments: &[Bytes]) -> Self {
        Self {
            text: arguments.text().into(),
            first: arguments.first().map(str::len),
            attachments: attachments.to_vec(),
        }
    }

    /// The values as they came: JSON separated by commas, perhaps empty.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first value, parsed; a missing one reads as `null`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let first = self.first.and_then(|length| self.text.get(..length));
        serde_json::from_str(first.unwrap_or("null"))
    }
}
