//! How old something is, as operators write it: `30d`, `12h`, `45m`, `10s`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::time::Timestamp;

/// So many of a unit, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age {
    seconds: i64,
}

impl Age {
    /// The moment that lies so far before `now`.
    pub(crate) fn before(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-self.seconds)
    }

    /// The same as a time that passes.
    pub(crate) fn duration(self) -> Duration {
        Duration::from_secs(self.seconds.unsigned_abs())
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const UNITS: [(&str, i64); 4] = [("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1)];
        let read = |(unit, seconds): (&str, i64)| {
            let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
            i64::from(count).checked_mul(seconds)
        };
        let seconds = UNITS.into_iter().find_map(read);
        seconds.map(|seconds| Self { seconds }).ok_or_else(|| "must be a duration such as 30d, 12h, 45m or 10s".into())
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds {
            days if days % (24 * 3600) == 0 && days > 0 => write!(f, "{}d", days / (24 * 3600)),
            seconds => write!(f, "{seconds}s"),
        }
    }
}
