//! Moments and texts as Postgres keeps them.

use diesel::data_types::PgTimestamp;
use domain::time::Timestamp;

use crate::error::InvalidRow;

/// Microseconds from 1970 to 2000, from where Postgres counts.
const EPOCH: i64 = 946_684_800_000_000;

/// A moment for a `timestamptz`, to the microsecond.
pub(crate) fn to_timestamptz(moment: Timestamp) -> PgTimestamp {
    PgTimestamp(moment.micros() - EPOCH)
}

/// The moment in a `timestamptz`.
pub(crate) fn from_timestamptz(column: &'static str, moment: PgTimestamp) -> Result<Timestamp, InvalidRow> {
    let micros = moment.0.checked_add(EPOCH).ok_or_else(|| InvalidRow::new(column, "beyond all time"))?;
    Timestamp::from_micros(micros).map_err(|e| InvalidRow::new(column, e))
}

/// Stands before a character that Postgres does not know, and before itself.
const ESCAPE: char = '\u{10}';

/// Any text for a `text` column: U+0000 is escaped, since Postgres has no such character.
pub(crate) fn to_text(text: &str) -> String {
    if !text.contains(['\0', ESCAPE]) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut kept, c| {
        match c {
            '\0' => kept.extend([ESCAPE, '0']),
            ESCAPE => kept.extend([ESCAPE, ESCAPE]),
            c => kept.push(c),
        }
        kept
    })
}

/// The text that [`to_text`] kept.
pub(crate) fn from_text(kept: String) -> String {
    if !kept.contains(ESCAPE) {
        return kept;
    }
    let (mut text, mut chars) = (String::new(), kept.chars());
    while let Some(c) = chars.next() {
        match c {
            ESCAPE => text.push(if chars.next() == Some(ESCAPE) { ESCAPE } else { '\0' }),
            c => text.push(c),
        }
    }
    text
}
