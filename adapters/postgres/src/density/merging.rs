//! Merging a fold: the new matrix, the marks at the memories that it contains, now and then a snapshot; all or nothing.

use std::sync::Arc;

use application::ports::density::{Breach, Remedy};
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::density::check::verify;
use domain::density::fold::Fold;
use domain::memory::Seq;
use domain::time::Timestamp;

use super::cache::Seen;
use super::guard::{self, Present};
use super::matrix::{self, MatrixRow};
use super::{Place, snapshots};
use crate::error::{Error, InvalidRow};

/// The places get the version and their position in the fold, unless they have one.
const MARK: &str = "\
    UPDATE observations o SET version = $3, position = (fold.position - 1)::integer \
    FROM unnest($4) WITH ORDINALITY AS fold (seq, position) \
    WHERE o.seq = fold.seq AND o.tenant_id = $1 AND o.namespace = $2 AND o.version IS NULL";

/// What is to be merged.
pub(super) struct Merging<'a> {
    pub(super) place: Place<'a>,
    pub(super) fold: &'a Fold,
    pub(super) places: &'a [Seq],
    pub(super) at: Timestamp,
    /// What a namespace begins with.
    pub(super) mixed: Seen,
}

/// What a merge left.
pub(super) struct Merged {
    pub(super) seen: Seen,
    /// What was found on the way.
    pub(super) breaches: Vec<Breach>,
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
    pub(super) async fn run(&self, connection: &AsyncPgConnection) -> Result<Merged, Undone> {
        let Place { tenant, namespace } = self.place;
        let Present { seen, breach: found } = guard::present(connection, self.place, &self.mixed).await?;
        // Both are sound, so that only rounding can break a law.
        let merged = verify(seen.matrix.after(self.fold));
        let merged = merged.map_err(|broken| InvalidRow::new("packed", format!("{broken:?}")))?;
        let row = MatrixRow::of(tenant, namespace, seen.version + 1, &merged.matrix)?;
        let (marked, written) =
            tokio::try_join!(self.mark(connection, row.version), matrix::write(connection, &row, seen.version))?;
        if marked != self.places.len() {
            return Err(Undone::Failed(Error::Merged));
        }
        if written != 1 {
            return Err(Undone::Overtaken);
        }
        snapshots::keep(connection, self.place, self.at).await?;
        let mut breaches = Vec::from_iter(found);
        if !merged.broken.is_empty() {
            breaches.push(guard::breach(tenant, namespace, merged.broken, Remedy::Mended));
        }
        Ok(Merged { seen: row.remembered(Arc::new(merged.matrix)), breaches })
    }

    async fn mark(&self, mut connection: &AsyncPgConnection, version: i64) -> Result<usize, Error> {
        let places: Vec<i64> = self.places.iter().map(|place| place.0).collect();
        let mark = diesel::sql_query(MARK)
            .bind::<Text, _>(self.place.tenant.as_str())
            .bind::<Text, _>(self.place.namespace.as_str())
            .bind::<BigInt, _>(version)
            .bind::<Array<BigInt>, _>(places);
        Ok(mark.execute(&mut connection).await?)
    }
}
