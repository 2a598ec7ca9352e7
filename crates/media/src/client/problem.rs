//! How a server can fail who asks it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Why there is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens there, or no way leads there.
    #[error("{0} cannot be reached ({1})")]
    Unreachable(SocketAddr, #[source] io::Error),
    /// The server cannot prove to be who it should be, or speaks no TLS.
    #[error("no secure connection to {0} ({1})")]
    Insecure(SocketAddr, #[source] io::Error),
    /// The server has ended the connection.
    #[error("the connection has ended ({0})")]
    Closed(#[source] io::Error),
    /// Nothing was answered.
    #[error("no answer within {} seconds", .0.as_secs_f64())]
    Silence(Duration),
    /// The server said no.
    #[error("refused with {code}{}", in_brackets(.reason))]
    Refused {
        /// The error code of RFC 8489 or RFC 8656.
        code: u16,
        /// The server's words, if it has some.
        reason: String,
    },
    /// The answer has not the form it must have.
    #[error("the answer makes no sense: {0}")]
    Nonsense(&'static str),
    /// No frame can hold this many bytes.
    #[error("{0} bytes do not fit in one packet")]
    TooLong(usize),
}

fn in_brackets(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(" ({})", reason.trim()) }
}

impl ClientError {
    /// The error code, if the server said no.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}
