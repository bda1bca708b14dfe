//! The second that a backup is of, as it stands in the name of its folder.

use std::fmt;
use std::str::FromStr;

use domain::time::Timestamp;
use thiserror::Error;

/// A second in UTC, written `YYYYMMDD_HHMMSS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

/// A text that names no second.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no point in time: write YYYYMMDD_HHMMSS in UTC, such as 20251015_110000")]
pub struct InvalidMoment(String);

impl Moment {
    /// The second that a moment lies in.
    pub fn of(at: Timestamp) -> Self {
        let micros = at.micros().div_euclid(1_000_000) * 1_000_000;
        Self(Timestamp::from_micros(micros).unwrap_or(at))
    }

    /// When that second began.
    pub fn begins(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // 2025-10-15T11:00:00… without its marks
        let text: String = self.0.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
        write!(f, "{}_{}", &text[..8], &text[8..])
    }
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        let invalid = || InvalidMoment(text.to_owned());
        let (date, time) = text.split_once('_').ok_or_else(invalid)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if date.len() != 8 || time.len() != 6 || !digits(date) || !digits(time) {
            return Err(invalid());
        }
        let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
        let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
        let full = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
        Timestamp::parse(&full).map(Self).map_err(|_| invalid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        for text in ["20251015_110000", "19700101_000000", "20240229_235959"] {
            assert_eq!(text.parse::<Moment>().expect(text).to_string(), text);
        }
        let within = Timestamp::parse("2025-10-15T11:00:00.999999Z").expect("a moment");
        assert_eq!(Moment::of(within).to_string(), "20251015_110000");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "20251015",
            "20251315_110000",
            "20251015_250000",
            "20251015-110000",
            "2025101５_110000",
            "20251015_1100000",
        ] {
            let error = text.parse::<Moment>().expect_err(text);
            assert!(error.to_string().contains("YYYYMMDD_HHMMSS"), "{error}");
        }
    }
}
