//! Why a socket ended: the application decides by it whether somebody left or
//! was merely cut off.

use std::fmt;

/// What ended a socket or the connection under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The client left this namespace with a DISCONNECT packet.
    ClientDisconnect,
    /// The transport went away. `code` is the websocket's close code, if it
    /// said one: 1001 means that the page was closed or left.
    TransportClosed {
        /// The close code of RFC 6455, section 7.4.
        code: Option<u16>,
    },
    /// No sign of life came after a ping.
    PingTimeout,
    /// The client took its packets too slowly; its queue was full.
    SlowConsumer,
    /// The network took no byte of ours for the length of the write timeout.
    WriteTimeout,
    /// The client broke a rule of the protocol.
    ProtocolError,
    /// A message was larger than the client may send.
    TooLarge,
    /// No namespace was joined in time.
    ConnectTimeout,
    /// Too many refused attempts to join.
    TooManyRefusals,
    /// The server ended it.
    Kicked,
    /// The server is going down.
    ServerShutdown,
    /// A handler of this socket panicked.
    HandlerPanicked,
}

impl Reason {
    /// A stable word for logs, metrics and the websocket's close frame.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientDisconnect => "client_disconnect",
            Self::TransportClosed { .. } => "transport_closed",
            Self::PingTimeout => "ping_timeout",
            Self::SlowConsumer => "slow_consumer",
            Self::WriteTimeout => "write_timeout",
            Self::ProtocolError => "protocol_error",
            Self::TooLarge => "too_large",
            Self::ConnectTimeout => "connect_timeout",
            Self::TooManyRefusals => "too_many_refusals",
            Self::Kicked => "kicked",
            Self::ServerShutdown => "server_shutdown",
            Self::HandlerPanicked => "handler_panicked",
        }
    }

    /// The code of the websocket close frame (RFC 6455, section 7.4.1, and the
    /// IANA registry for 1012 and 1013).
    pub(crate) fn close_code(self) -> u16 {
        match self {
            // Whoever closed with a code gets it back.
            Self::TransportClosed { code } => code.unwrap_or(1000),
            Self::ClientDisconnect | Self::Kicked => 1000,
            Self::ProtocolError => 1002,
            Self::ConnectTimeout | Self::TooManyRefusals | Self::PingTimeout => 1008,
            Self::TooLarge => 1009,
            Self::HandlerPanicked => 1011,
            Self::ServerShutdown => 1012,
            Self::SlowConsumer | Self::WriteTimeout => 1013,
        }
    }

    /// Whether packets queued before the end still deserve delivery. After a
    /// broken rule or a full queue they would only cost memory.
    pub(crate) fn delivers_the_rest(self) -> bool {
        match self {
            Self::Kicked
            | Self::ServerShutdown
            | Self::TooManyRefusals
            | Self::ConnectTimeout
            | Self::HandlerPanicked
            | Self::ClientDisconnect => true,
            Self::TransportClosed { .. }
            | Self::PingTimeout
            | Self::SlowConsumer
            | Self::WriteTimeout
            | Self::ProtocolError
            | Self::TooLarge => false,
        }
    }

    /// Whether the peer can be expected to take a farewell. A dead or stuck
    /// one gets a single try and no waiting.
    pub(crate) fn peer_listens(self) -> bool {
        match self {
            Self::TransportClosed { .. }
            | Self::PingTimeout
            | Self::SlowConsumer
            | Self::WriteTimeout => false,
            Self::ClientDisconnect
            | Self::ProtocolError
            | Self::TooLarge
            | Self::ConnectTimeout
            | Self::TooManyRefusals
            | Self::Kicked
            | Self::ServerShutdown
            | Self::HandlerPanicked => true,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
