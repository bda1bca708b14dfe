//! Merging a fold: the new matrix, the marks at the memories that it contains, now and then a snapshot; all or nothing.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};

use super::cache::Seen;
use super::matrix::{self, MatrixRow, lawful};
use crate::error::{Error, InvalidRow};
use crate::schema::density;

/// The places get the version and their position in the fold, unless they have one.
const MARK: &str = "\
    UPDATE observations o SET version = $3, position = (fold.position - 1)::integer \
    FROM unnest($4) WITH ORDINALITY AS fold (seq, position) \
    WHERE o.seq = fold.seq AND o.tenant_id = $1 AND o.namespace = $2 AND o.version IS NULL";

/// A matrix that passed all checks is kept for later, at most one an hour by the server's clock.
const SNAPSHOT: &str = "\
    INSERT INTO density_snapshots \
        (tenant_id, namespace, taken_at, dimensions, observations, version, packed, checksum) \
    SELECT d.tenant_id, d.namespace, now.micros, d.dimensions, d.observations, d.version, d.packed, d.checksum \
    FROM density d, (SELECT (extract(epoch FROM now()) * 1000000)::bigint AS micros) AS now \
    WHERE d.tenant_id = $1 AND d.namespace = $2 AND NOT EXISTS (\
        SELECT FROM density_snapshots s WHERE s.tenant_id = $1 AND s.namespace = $2 \
        AND s.taken_at > now.micros - 3600000000)";

/// The last 24 are kept.
const PRUNE: &str = "\
    DELETE FROM density_snapshots WHERE tenant_id = $1 AND namespace = $2 AND taken_at <= (\
        SELECT taken_at FROM density_snapshots WHERE tenant_id = $1 AND namespace = $2 \
        ORDER BY taken_at DESC OFFSET 24 LIMIT 1)";

/// What is to be merged.
pub(super) struct Merging<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) namespace: &'a Namespace,
    pub(super) fold: &'a Fold,
    pub(super) places: &'a [Seq],
    /// What a namespace begins with.
    pub(super) mixed: Arc<DensityMatrix>,
}

/// Why nothing was merged.
pub(super) enum Undone {
    /// Somebody else made this version.
    Overtaken,
    /// It cannot be.
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<InvalidRow> for Undone {
    fn from(error: InvalidRow) -> Self {
        Self::Failed(error.into())
    }
}

impl Merging<'_> {
    /// In a transaction that holds the matrix's lock.
    pub(super) async fn run(&self, connection: &AsyncPgConnection, known: &Seen) -> Result<Seen, Undone> {
        let present = matrix::read(connection, self.tenant, self.namespace, known).await?;
        let (before, present) = match present {
            Some(seen) => (seen.version, seen.matrix),
            None => (0, self.mixed.clone()),
        };
        let merged = Arc::new(lawful(present.after(self.fold))?);
        let row = MatrixRow::of(self.tenant, self.namespace, before + 1, &merged)?;
        let (marked, written) = tokio::try_join!(self.mark(connection, row.version), write(connection, &row, before))?;
        if marked != self.places.len() {
            return Err(Undone::Failed(Error::Merged));
        }
        if written != 1 {
            return Err(Undone::Overtaken);
        }
        self.snapshot(connection).await?;
        Ok(row.remembered(merged))
    }

    async fn mark(&self, mut connection: &AsyncPgConnection, version: i64) -> Result<usize, Error> {
        let places: Vec<i64> = self.places.iter().map(|place| place.0).collect();
        let mark = diesel::sql_query(MARK)
            .bind::<Text, _>(self.tenant.as_str())
            .bind::<Text, _>(self.namespace.as_str())
            .bind::<BigInt, _>(version)
            .bind::<Array<BigInt>, _>(places);
        Ok(mark.execute(&mut connection).await?)
    }

    async fn snapshot(&self, mut connection: &AsyncPgConnection) -> Result<(), Error> {
        let of =
            |sql| diesel::sql_query(sql).bind::<Text, _>(self.tenant.as_str()).bind::<Text, _>(self.namespace.as_str());
        if of(SNAPSHOT).execute(&mut connection).await? > 0 {
            of(PRUNE).execute(&mut connection).await?;
        }
        Ok(())
    }
}

/// Writes the version that follows `before`; answers 1, or 0 if there is another by now.
async fn write(mut connection: &AsyncPgConnection, row: &MatrixRow, before: i64) -> Result<usize, Error> {
    if before == 0 {
        let first = diesel::insert_into(density::table).values(row).on_conflict_do_nothing();
        return Ok(first.execute(&mut connection).await?);
    }
    let place = density::table.find(row.place());
    let next = diesel::update(place.filter(density::version.eq(before))).set(row);
    Ok(next.execute(&mut connection).await?)
}
