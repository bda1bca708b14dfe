//! Memories whose encoding is of another encoder: looked for by their places, so many at a time, however many there are.

use application::ports::error::PortError;
use application::ports::ledger::Stale;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::encoding::EncoderId;
use domain::memory::Seq;

use crate::Postgres;
use crate::error::Error;
use crate::row::{Kept, Row};
use crate::schema::memories;
use crate::wrong::Wrong;

/// Rows that one statement goes through.
const AT_ONCE: i64 = 20_000;

const PAGE: &str = "\
    WITH page AS MATERIALIZED (SELECT seq, encoder FROM memories WHERE seq > $1 ORDER BY seq LIMIT $2) \
    SELECT (SELECT max(seq) FROM page) AS last, \
        coalesce((SELECT array_agg(seq ORDER BY seq) FROM page WHERE encoder IS DISTINCT FROM $3), '{}') AS places";

/// What one statement saw.
#[derive(QueryableByName)]
struct Page {
    /// The last place that it looked at; none: there is nothing more.
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
    /// Where another encoder has encoded, or none.
    #[diesel(sql_type = Array<BigInt>)]
    places: Vec<i64>,
}

impl Postgres {
    /// How many memories of all tenants the encoder has not encoded.
    pub async fn count_stale(&self, encoder: &EncoderId) -> Result<u64, PortError> {
        let (mut after, mut count) = (i64::MIN, 0);
        loop {
            let page = self.page(encoder, after).await.map_err(|error| error.at("ledger", "count other encodings"))?;
            let Some(last) = page.last else { return Ok(count) };
            after = last;
            count += page.places.len() as u64;
        }
    }

    /// Those stored after a place, in the order of storing; damaged ones are passed over.
    pub(crate) async fn find_stale(&self, encoder: &EncoderId, after: Seq, limit: usize) -> Result<Vec<Stale>, Error> {
        let (mut found, mut wrong, mut after) = (Vec::new(), Wrong::default(), after.0);
        while found.len() < limit {
            let page = self.page(encoder, after).await?;
            let Some(last) = page.last else { break };
            after = last;
            for some in page.places.chunks(limit) {
                for row in self.ask(|| async move { rows(&*self.across().await?, some).await }).await? {
                    let kept = wrong.unless(Kept::try_from(row).map_err(Error::from))?;
                    found.extend(kept.map(|kept| Stale { seq: kept.seq, memory: kept.memory }));
                }
                if found.len() >= limit {
                    break;
                }
            }
        }
        found.truncate(limit);
        wrong.or(found)
    }

    async fn page(&self, encoder: &EncoderId, after: i64) -> Result<Page, Error> {
        self.ask(|| async move { page(&*self.across().await?, encoder, after).await }).await
    }
}

async fn page(mut connection: &AsyncPgConnection, encoder: &EncoderId, after: i64) -> Result<Page, Error> {
    let page = diesel::sql_query(PAGE).bind::<BigInt, _>(after).bind::<BigInt, _>(AT_ONCE);
    Ok(page.bind::<Text, _>(encoder.as_str()).get_result(&mut connection).await?)
}

async fn rows(mut connection: &AsyncPgConnection, places: &[i64]) -> Result<Vec<Row>, Error> {
    let rows = memories::table.filter(memories::seq.eq_any(places)).order(memories::seq);
    Ok(rows.load(&mut connection).await?)
}
