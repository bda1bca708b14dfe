//! Matrices as they were: kept at most one an hour, the last 24.

use application::ports::density::Snapshot;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::Place;
use super::matrix::MatrixRow;
use crate::error::Error;
use crate::row;
use crate::schema::density_snapshots;
use crate::schema::density_snapshots::dsl;

/// A matrix that passed all checks is kept for later, at most one an hour.
const KEEP: &str = "\
    INSERT INTO density_snapshots \
        (tenant_id, namespace, taken_at, dimensions, observations, version, packed, checksum) \
    SELECT d.tenant_id, d.namespace, $3, d.dimensions, d.observations, d.version, d.packed, d.checksum \
    FROM density d WHERE d.tenant_id = $1 AND d.namespace = $2 AND NOT EXISTS (\
        SELECT FROM density_snapshots s WHERE s.tenant_id = $1 AND s.namespace = $2 \
        AND s.taken_at > $3 - 3600000000)";

/// The last 24 are kept.
const PRUNE: &str = "\
    DELETE FROM density_snapshots WHERE tenant_id = $1 AND namespace = $2 AND taken_at <= (\
        SELECT taken_at FROM density_snapshots WHERE tenant_id = $1 AND namespace = $2 \
        ORDER BY taken_at DESC OFFSET 24 LIMIT 1)";

/// A snapshot that breaks no law.
pub(super) struct Sound {
    pub(super) taken: Timestamp,
    pub(super) row: MatrixRow,
    pub(super) matrix: DensityMatrix,
}

#[diesel::dsl::auto_type]
fn of<'a>(tenant: &'a str, namespace: &'a str) -> _ {
    density_snapshots::table.filter(dsl::tenant_id.eq(tenant)).filter(dsl::namespace.eq(namespace))
}

/// The snapshots of a matrix, the latest first.
pub(super) async fn list(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<Vec<Snapshot>, Error> {
    let rows = of(tenant.as_str(), namespace.as_str()).order(dsl::taken_at.desc());
    let rows: Vec<(i64, i64)> = rows.select((dsl::taken_at, dsl::observations)).load(&mut connection).await?;
    // One that is damaged there cannot be restored either.
    let snapshot = |(taken, observations)| {
        let taken = row::moment("taken_at", taken).ok()?;
        Some(Snapshot { taken, observations: u64::try_from(observations).ok()? })
    };
    Ok(rows.into_iter().filter_map(snapshot).collect())
}

/// Whether a merge has left any, sound or not.
pub(super) async fn any(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<bool, Error> {
    let any = diesel::dsl::exists(of(tenant.as_str(), namespace.as_str()));
    Ok(diesel::select(any).get_result(&mut connection).await?)
}

/// Keeps the matrix as it is, if the last snapshot is an hour old.
pub(super) async fn keep(mut connection: &AsyncPgConnection, place: Place<'_>, at: Timestamp) -> Result<(), Error> {
    let of = |sql| {
        let of = diesel::sql_query(sql).bind::<Text, _>(place.tenant.as_str());
        of.bind::<Text, _>(place.namespace.as_str())
    };
    if of(KEEP).bind::<BigInt, _>(at.micros()).execute(&mut connection).await? > 0 {
        of(PRUNE).execute(&mut connection).await?;
    }
    Ok(())
}

/// The newest snapshot at or before a moment that breaks no law; those that do are passed over.
pub(super) async fn newest_sound(
    mut connection: &AsyncPgConnection,
    Place { tenant, namespace }: Place<'_>,
    at: Option<Timestamp>,
) -> Result<Option<Sound>, Error> {
    let all = || of(tenant.as_str(), namespace.as_str());
    let early = all().filter(dsl::taken_at.le(at.unwrap_or(Timestamp::MAX).micros()));
    let moments = early.select(dsl::taken_at).order(dsl::taken_at.desc());
    for micros in moments.load::<i64>(&mut connection).await? {
        let row = all().filter(dsl::taken_at.eq(micros)).select((
            dsl::tenant_id,
            dsl::namespace,
            dsl::dimensions,
            dsl::observations,
            dsl::version,
            dsl::packed,
            dsl::checksum,
        ));
        let row: MatrixRow = row.get_result(&mut connection).await?;
        match (row.read(), row::moment("taken_at", micros)) {
            (Ok(read), Ok(taken)) if read.broken.is_empty() => {
                return Ok(Some(Sound { taken, row, matrix: read.matrix }));
            }
            _ => tracing::warn!(%tenant, %namespace, "a snapshot of a density matrix breaks an invariant"),
        }
    }
    Ok(None)
}

/// Takes away snapshots that were made of what came after this one.
pub(super) async fn forget_later(
    mut connection: &AsyncPgConnection,
    place: Place<'_>,
    sound: &Sound,
) -> Result<(), Error> {
    let later = dsl::version.gt(sound.row.version).or(dsl::taken_at.gt(sound.taken.micros()));
    let later = of(place.tenant.as_str(), place.namespace.as_str()).filter(later);
    diesel::delete(later).execute(&mut connection).await?;
    Ok(())
}
