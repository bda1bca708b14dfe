//! Moments: microseconds of UTC, written as RFC 3339. The domain never asks what time it is.

use std::fmt;

use thiserror::Error;

/// A moment in UTC, in microseconds, between the years 1 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// A text or number that is no moment between the years 1 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be an RFC 3339 time such as 2026-01-31T12:00:00Z, between the years 1 and 9999")]
pub struct InvalidTimestamp;

/// Microseconds in a second.
pub const MICROS: i64 = 1_000_000;

impl Timestamp {
    /// The first moment of the year 1.
    pub const MIN: Self = Self(-62_135_596_800 * MICROS);
    /// The last moment of the year 9999.
    pub const MAX: Self = Self(253_402_300_800 * MICROS - 1);

    /// A moment from microseconds since 1970-01-01T00:00:00Z.
    pub fn from_micros(micros: i64) -> Result<Self, InvalidTimestamp> {
        let moment = Self(micros);
        if moment < Self::MIN || moment > Self::MAX {
            return Err(InvalidTimestamp);
        }
        Ok(moment)
    }

    /// Reads RFC 3339, any offset; what is finer than a microsecond is cut.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        // jiff also reads `2026-01-01 00:00Z` and IANA annotations: only RFC 3339 is promised.
        let bytes = text.as_bytes();
        let shaped = bytes.len() >= 20
            && bytes[..4].iter().all(u8::is_ascii_digit)
            && bytes[10].eq_ignore_ascii_case(&b't')
            && bytes[16] == b':'
            && !text.contains('[');
        if !shaped {
            return Err(InvalidTimestamp);
        }
        let parsed: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Self::from_micros(parsed.as_microsecond())
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The moment `seconds` later (earlier if negative), held within the years 1 to 9999.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let moved = self.0.saturating_add(seconds.saturating_mul(MICROS));
        Self(moved.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Seconds from `earlier` to here, negative if `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / MICROS as f64
    }

    /// Year, month (1 to 12) and day (1 to 31) in UTC.
    pub fn date(self) -> (i16, i8, i8) {
        let moment = jiff::Timestamp::from_microsecond(self.0).expect("the range is narrower than jiff's");
        let date = jiff::tz::Offset::UTC.to_datetime(moment).date();
        (date.year(), date.month(), date.day())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_microsecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{moment:.6}")
    }
}
