//! Points in time and lengths of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the calendar, without a time: written `2026-11-22`.
pub use jiff::civil::Date as Day;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes a point in time from milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Adds a span; stays at the latest time rather than overflow.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Subtracts a span.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// Returns how long after `earlier` this is; an empty span if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        let millis = self.0.saturating_sub(earlier.0);
        Span(if millis < 0 { 0 } else { millis })
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC with milliseconds, such as `2026-11-22T03:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = SpanError;

    /// Reads RFC 3339 (`2026-11-22T03:00:00Z`) or a day (`2026-11-22`, meaning its first instant in UTC).
    fn from_str(text: &str) -> Result<Self, SpanError> {
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(at.as_millisecond()));
        }
        text.parse::<jiff::civil::Date>()
            .ok()
            .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|start| Self(start.timestamp().as_millisecond()))
            .ok_or_else(|| {
                SpanError(format!(
                    "\"{}\" is not a time such as 2026-11-22T03:00:00Z or 2026-11-22",
                    short(text)
                ))
            })
    }
}

/// A length of time in milliseconds, written `90s`, `15m`, `24h`, `7d` or `52w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(i64);

impl Span {
    /// Makes a span from milliseconds; a negative number makes an empty one.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }

    /// Makes a span from whole seconds.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1000))
    }

    /// Returns the span in milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }
}

/// Text that is not a length or point of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SpanError(String);

const UNITS: [(&str, i64); 5] =
    [("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        UNITS
            .iter()
            .find_map(|(unit, millis)| {
                let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
                (count >= 0).then_some(())?;
                Some(Self(count.checked_mul(*millis)?))
            })
            .ok_or_else(|| {
                SpanError(format!("\"{}\" is not a length of time such as 90s, 15m, 24h or 7d", short(text)))
            })
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, millis) in UNITS {
            if self.0 != 0 && self.0 % millis == 0 {
                return write!(f, "{}{unit}", self.0 / millis);
            }
        }
        write!(f, "{}s", self.0 / 1000)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_in_the_largest_whole_unit() {
        for (text, back) in [("90s", "90s"), ("120s", "2m"), ("24h", "1d"), ("7d", "1w"), ("0s", "0s")] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), back);
        }
        for bad in ["", "5", "-5m", "5 m", "99999999999999999w"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn times_read_back() {
        let at: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-22T03:00:00.000Z");
        assert_eq!("2026-11-22".parse::<Timestamp>().unwrap().to_string(), "2026-11-22T00:00:00.000Z");
        assert_eq!(at.since(at.plus(Span::from_secs(5))), Span::default());
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
