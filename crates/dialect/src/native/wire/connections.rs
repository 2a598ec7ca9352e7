//! What is said about connections: how they went in a test, and which way media
//! takes in a call. Kinds only, and never an address.

use housecall_core::{AppointmentId, RoomId, Timestamp, UserId, room::Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, VerdictWord};

/// The longest round trip that is believed, in milliseconds: nobody waits a
/// minute for an answer.
const MOST_ROUND_TRIP: f64 = 60_000.0;

/// What a test of somebody's connection found out. `missing` means that the
/// server offers none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionReport {
    /// Whether they learn how they are seen from outside.
    #[ts(as = "VerdictWord")]
    pub stun: Verdict,
    /// Whether they reach the relay over UDP.
    #[ts(as = "VerdictWord")]
    pub relay_udp: Verdict,
    /// Whether they reach it over TCP.
    #[ts(as = "VerdictWord")]
    pub relay_tcp: Verdict,
    /// Whether they reach it over TLS.
    #[ts(as = "VerdictWord")]
    pub relay_tls: Verdict,
    /// The kinds of the candidates that were found; at most 64.
    pub candidates: Vec<CandidateKind>,
    /// From here to the relay and back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub round_trip_ms: Option<RoundTrip>,
    /// Whether they can be heard, if that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<VerdictWord>")]
    pub microphone: Option<Verdict>,
    /// Whether they can be seen, if that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<VerdictWord>")]
    pub camera: Option<Verdict>,
}

impl ConnectionReport {
    /// All of it in a word.
    pub fn summary(&self) -> ConnectionSummary {
        let works = |it: &Verdict| *it == Verdict::Works;
        if works(&self.stun) {
            return ConnectionSummary::Direct;
        }
        match [self.relay_udp, self.relay_tcp, self.relay_tls].iter().any(works) {
            true => ConnectionSummary::Relay,
            false => ConnectionSummary::Blocked,
        }
    }
}

/// The kinds of candidate (RFC 8445, section 5.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum CandidateKind {
    /// An address of the device itself.
    Host,
    /// That address as it is seen from outside.
    Srflx,
    /// The same, as a peer saw it.
    Prflx,
    /// An address of the relay.
    Relay,
}

/// A connection report in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionSummary {
    /// They can be reached without a relay.
    Direct,
    /// They can be reached through the relay only.
    Relay,
    /// They cannot be reached.
    Blocked,
}

/// The latest test of somebody's connection before an appointment.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConnectionCheck {
    /// Whose.
    pub user: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// In a word.
    pub summary: ConnectionSummary,
    /// In full.
    pub report: ConnectionReport,
}

/// `POST /api/connection-checks`: a test to keep.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewConnectionCheck {
    /// For which appointment; for all of theirs that are to come unless given.
    #[serde(default)]
    #[ts(optional, type = "string")]
    pub appointment_id: Option<AppointmentId>,
    /// What it found out.
    pub report: ConnectionReport,
}

/// The answer to it: what was kept.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KeptConnectionCheck {
    /// Which.
    pub id: String,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// In a word.
    pub summary: ConnectionSummary,
    /// In full.
    pub report: ConnectionReport,
    /// The appointments whose people see it.
    #[ts(type = "string[]")]
    pub appointments: Vec<AppointmentId>,
}

/// The way a device reaches another: of its own side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// From an address of its own.
    Direct,
    /// From an address that it knows by STUN, or by the other.
    Stun,
    /// Through a relay that it reaches over UDP.
    RelayUdp,
    /// Through a relay that it reaches over TCP.
    RelayTcp,
    /// Through a relay that it reaches over TLS.
    RelayTls,
}

/// `path`: which way the media between this device and somebody else takes now.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportPath {
    /// In which call.
    #[ts(type = "string")]
    pub call_id: RoomId,
    /// To whom.
    #[ts(type = "string")]
    pub user: UserId,
    /// Which way.
    pub path: PathKind,
    /// Which way they take to this device, if it knows.
    #[serde(default)]
    #[ts(optional)]
    pub peer_path: Option<PathKind>,
    /// From here to them and back.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub round_trip_ms: Option<RoundTrip>,
    /// How much of what they send is lost.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub loss_percent: Option<Loss>,
}

/// How long something takes to come and go, in milliseconds; at most a minute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct RoundTrip(f64);

/// How much is lost, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Loss(f64);

/// A number that cannot have been measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMeasured {
    /// Not a [`RoundTrip`].
    #[error("a round trip takes 0 to 60000 milliseconds")]
    RoundTrip,
    /// Not a [`Loss`].
    #[error("0 to 100 percent can be lost")]
    Loss,
}

impl RoundTrip {
    /// In milliseconds.
    pub fn millis(self) -> f64 {
        self.0
    }
}

impl Loss {
    /// In percent.
    pub fn percent(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for RoundTrip {
    type Error = NotMeasured;

    fn try_from(it: f64) -> Result<Self, NotMeasured> {
        (0.0..=MOST_ROUND_TRIP).contains(&it).then_some(Self(it)).ok_or(NotMeasured::RoundTrip)
    }
}

impl TryFrom<f64> for Loss {
    type Error = NotMeasured;

    fn try_from(it: f64) -> Result<Self, NotMeasured> {
        (0.0..=100.0).contains(&it).then_some(Self(it)).ok_or(NotMeasured::Loss)
    }
}
