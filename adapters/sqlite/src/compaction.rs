//! When the database is written anew by itself: a day after the last time, if anything was erased since.
//!
//! `secure_delete` overwrites what is deleted, but not the copies that SQLite leaves in the free part of a page when
//! it spreads rows over its neighbours anew; writing everything anew leaves nothing.

use diesel::dsl::max;
use diesel::prelude::*;
use domain::time::Timestamp;

use crate::desk::Desk;
use crate::error::{Error, InvalidRow};
use crate::schema::{settings, tombstones};

/// The row of `settings` that says up to which erasure nothing is left, and when that came to be: `{seq} {micros}`.
const NAME: &str = "compacted";
/// How long after the last time, in seconds: writes wait while it lasts.
const AFTER_SECONDS: i64 = 24 * 3600;

impl Desk {
    /// Compacts if that is due; answers whether it was.
    pub(crate) fn compact_if_due(&mut self, now: Timestamp) -> Result<bool, Error> {
        let erased = last_erasure(&mut self.connection)?;
        let (compacted, at) = last(&mut self.connection)?.unwrap_or((0, Timestamp::MIN));
        if erased <= compacted || at.plus_seconds(AFTER_SECONDS) > now {
            return Ok(false);
        }
        self.compact()?;
        let value = format!("{erased} {}", now.micros());
        let row = (settings::name.eq(NAME), settings::value.eq(value));
        diesel::replace_into(settings::table).values(row).execute(&mut self.connection)?;
        Ok(true)
    }
}

/// The place of the last erasure; 0: there was none.
fn last_erasure(connection: &mut SqliteConnection) -> Result<i64, Error> {
    let last: Option<i64> = tombstones::table.select(max(tombstones::seq)).first(connection)?;
    Ok(last.unwrap_or(0))
}

fn last(connection: &mut SqliteConnection) -> Result<Option<(i64, Timestamp)>, Error> {
    let value = settings::table.find(NAME).select(settings::value).first::<String>(connection).optional()?;
    let Some(value) = value else { return Ok(None) };
    let numbers = value.split_once(' ').and_then(|(seq, at)| Some((seq.parse().ok()?, at.parse().ok()?)));
    let (seq, micros): (i64, i64) = numbers.ok_or_else(|| InvalidRow::new("value", "not two numbers"))?;
    let at = Timestamp::from_micros(micros).map_err(|error| InvalidRow::new("value", error.to_string()))?;
    Ok(Some((seq, at)))
}
