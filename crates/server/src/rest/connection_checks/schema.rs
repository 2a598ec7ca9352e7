//! What is said about connection checks, for the document of all operations. What is
//! really said are the types of the wire.
#![expect(dead_code, reason = "only the schemas of these types are of use")]

use utoipa::ToSchema;

use crate::rest::people::PersonView;

/// A test of one's connection to keep.
#[derive(ToSchema)]
#[schema(as = NewConnectionCheck, rename_all = "camelCase")]
pub(crate) struct NewCheck {
    /// For all of the caller's that are to come unless given.
    appointment_id: Option<String>,
    report: Report,
}

/// What a test of somebody's connection found out. Each of its verdicts is `works`,
/// `blocked`, `missing` if the server offers none, or `unknown`.
#[derive(ToSchema)]
#[schema(as = ConnectionReport, rename_all = "camelCase")]
pub(crate) struct Report {
    /// Whether they learn how they are seen from outside.
    stun: String,
    /// Whether they reach the relay over UDP.
    relay_udp: String,
    /// Whether they reach it over TCP.
    relay_tcp: String,
    /// Whether they reach it over TLS.
    relay_tls: String,
    /// The kinds of the candidates that were found: `host`, `srflx`, `prflx`,
    /// `relay`. Never an address.
    #[schema(max_items = 64)]
    candidates: Vec<String>,
    /// From the device to the relay and back, if that was measured.
    round_trip_ms: Option<f64>,
    /// Whether they can be heard, if that was tried.
    microphone: Option<String>,
    /// Whether they can be seen, if that was tried.
    camera: Option<String>,
}

/// A test that was kept.
#[derive(ToSchema)]
#[schema(as = KeptConnectionCheck)]
pub(crate) struct KeptCheck {
    id: String,
    at: String,
    /// `direct`, `relay` if only a relay works, or `blocked` if nothing does.
    summary: String,
    report: Report,
    /// The ids of the appointments whose people see it.
    appointments: Vec<String>,
}

/// The latest test of somebody's connection before an appointment.
#[derive(ToSchema)]
#[schema(as = ConnectionCheck)]
pub(crate) struct Check {
    user: PersonView,
    at: String,
    /// `direct`, `relay` if only a relay works, or `blocked` if nothing does.
    summary: String,
    report: Report,
}
