//! A moment, always handed in by the caller and never read from a clock here.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 with
/// milliseconds wherever people or clients read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// 0000-01-01T00:00:00.000Z.
const FIRST: i64 = -62_167_219_200_000;

/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;

/// The text was not an RFC 3339 date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a date and time such as 2026-01-15T10:00:00Z")]
pub struct NotATime;

impl Timestamp {
    /// The moment `millis` after the Unix epoch. Moments before the year 0 or
    /// after 9999 are clamped: RFC 3339 cannot write them.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(FIRST, LAST))
    }

    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// Milliseconds since the Unix epoch.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment and `span` more.
    pub fn plus(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(span))
    }

    /// This moment and `span` less.
    pub fn minus(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(span))
    }

    /// How long ago `earlier` was; zero when it lies in the future, so a clock
    /// that was set back never makes a negative duration.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        f.write_str(&moment.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;
    fn from_str(text: &str) -> Result<Self, NotATime> {
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| NotATime)?;
        let millis = moment.timestamp_millis();
        (FIRST..=LAST).contains(&millis).then_some(Self(millis)).ok_or(NotATime)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = NotATime;
    fn try_from(text: String) -> Result<Self, NotATime> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> String {
        moment.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_rfc_3339() {
        let text = "2024-01-15T10:00:00.250Z";
        assert_eq!(text.parse().map(|t: Timestamp| t.to_string()), Ok(text.to_owned()));
        assert_eq!("2024-01-15T12:00:00.25+02:00".parse(), text.parse::<Timestamp>());
        assert_eq!("yesterday".parse::<Timestamp>(), Err(NotATime));
    }

    #[test]
    fn arithmetic_never_leaves_the_calendar() {
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.plus(Duration::MAX), last);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999Z");
        let first = Timestamp::from_millis(i64::MIN);
        assert_eq!(first.to_string(), "0000-01-01T00:00:00.000Z");
        for moment in [first, last] {
            assert_eq!(moment.to_string().parse(), Ok(moment), "what is written can be read");
        }
        assert_eq!("9999-12-31T23:59:59-23:59".parse::<Timestamp>(), Err(NotATime));
        assert_eq!("0000-01-01T00:00:00+23:59".parse::<Timestamp>(), Err(NotATime));
        assert_eq!(Timestamp::from_millis(0).since(last), Duration::ZERO);
    }
}
