//! How good a connection is, from what a client measured.

use serde::{Deserialize, Serialize};

/// Above this share of lost packets, in percent, speech breaks up.
const MOST_LOSS: f64 = 10.0;

/// Above this delay, in milliseconds, people talk over each other
/// (ITU-T G.114 puts the limit of comfort at 150 one way).
const MOST_LATENCY: f64 = 300.0;

/// What a client measured about its connection. All of it is optional, and
/// none of it is trusted with anything but advice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// In kbit/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<f64>,
    /// Round trip, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
    /// In percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packet_loss: Option<f64>,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<f64>,
    /// Such as `1280x720`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_resolution: Option<String>,
}

/// What is wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// Too many packets are lost.
    PacketLoss,
    /// Packets take too long.
    Latency,
}

impl Sample {
    /// The worst thing to warn about, if anything.
    pub fn judge(&self) -> Option<Warning> {
        if self.packet_loss.is_some_and(|it| it > MOST_LOSS) {
            return Some(Warning::PacketLoss);
        }
        self.latency.is_some_and(|it| it > MOST_LATENCY).then_some(Warning::Latency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bad_connections_are_warned_about() {
        let judge =
            |packet_loss, latency| Sample { packet_loss, latency, ..Sample::default() }.judge();
        assert_eq!(judge(None, None), None);
        assert_eq!(judge(Some(10.0), Some(300.0)), None);
        assert_eq!(judge(Some(10.1), Some(900.0)), Some(Warning::PacketLoss));
        assert_eq!(judge(Some(0.0), Some(301.0)), Some(Warning::Latency));
        assert_eq!(judge(Some(f64::NAN), None), None);
    }
}
