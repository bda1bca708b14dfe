//! Matrices as they were: kept at most one an hour, the last 24.

use application::ports::density::Snapshot;
use diesel::prelude::*;
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};
use domain::time::{MICROS, Timestamp};

use super::row::MatrixRow;
use crate::desk::Desk;
use crate::error::Error;
use crate::row;
use crate::schema::density_snapshots;
use crate::schema::density_snapshots::dsl;

/// Least microseconds between two snapshots of a matrix.
const HOUR: i64 = 3600 * MICROS;
/// Snapshots kept of a matrix.
const KEPT: i64 = 24;

/// A snapshot that breaks no law.
pub(super) struct Sound {
    pub(super) taken: Timestamp,
    pub(super) row: MatrixRow,
    pub(super) matrix: DensityMatrix,
}

#[diesel::dsl::auto_type]
fn of<'a>(tenant: &'a str, namespace: &'a str) -> _ {
    density_snapshots::table.filter(dsl::tenant.eq(tenant)).filter(dsl::namespace.eq(namespace))
}

/// The snapshots of a matrix, the latest first.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<Vec<Snapshot>, Error> {
    let rows = of(tenant.as_str(), namespace.as_str()).order(dsl::taken_at.desc());
    let rows: Vec<(i64, i64)> = rows.select((dsl::taken_at, dsl::observations)).load(connection)?;
    // One that is damaged there cannot be restored either.
    let snapshot = |(taken, observations)| {
        let taken = row::moment("taken_at", taken).ok()?;
        Some(Snapshot { taken, observations: u64::try_from(observations).ok()? })
    };
    Ok(rows.into_iter().filter_map(snapshot).collect())
}

impl Desk {
    /// Keeps a matrix that passed all checks, if the last snapshot is an hour old.
    pub(super) fn keep(&mut self, row: &MatrixRow, at: Timestamp) -> Result<(), Error> {
        let (tenant, namespace) = (row.tenant.as_str(), row.namespace.as_str());
        let last: Option<i64> =
            of(tenant, namespace).select(diesel::dsl::max(dsl::taken_at)).get_result(&mut self.connection)?;
        if last.is_some_and(|last| last > at.micros() - HOUR) {
            return Ok(());
        }
        let values = (
            dsl::tenant.eq(tenant),
            dsl::namespace.eq(namespace),
            dsl::taken_at.eq(at.micros()),
            dsl::dimensions.eq(row.dimensions),
            dsl::observations.eq(row.observations),
            dsl::version.eq(row.version),
            dsl::packed.eq(&row.packed),
            dsl::checksum.eq(&row.checksum),
        );
        diesel::insert_into(dsl::density_snapshots).values(values).execute(&mut self.connection)?;
        let oldest = of(tenant, namespace).select(dsl::taken_at).order(dsl::taken_at.desc()).offset(KEPT).limit(1);
        if let Some(oldest) = oldest.get_result::<i64>(&mut self.connection).optional()? {
            diesel::delete(of(tenant, namespace).filter(dsl::taken_at.le(oldest))).execute(&mut self.connection)?;
        }
        Ok(())
    }

    /// Whether a merge has left any, sound or not.
    pub(super) fn has_snapshots(&mut self, tenant: &Tenant, namespace: &Namespace) -> Result<bool, Error> {
        let any = diesel::dsl::exists(of(tenant.as_str(), namespace.as_str()));
        Ok(diesel::select(any).get_result(&mut self.connection)?)
    }

    /// The newest snapshot at or before a moment that breaks no law; those that do are passed over.
    pub(super) fn newest_sound(
        &mut self,
        tenant: &Tenant,
        namespace: &Namespace,
        at: Option<Timestamp>,
    ) -> Result<Option<Sound>, Error> {
        let all = || of(tenant.as_str(), namespace.as_str());
        let early = all().filter(dsl::taken_at.le(at.unwrap_or(Timestamp::MAX).micros()));
        let moments = early.select(dsl::taken_at).order(dsl::taken_at.desc());
        for micros in moments.load::<i64>(&mut self.connection)? {
            let row = all().filter(dsl::taken_at.eq(micros)).select((
                dsl::tenant,
                dsl::namespace,
                dsl::dimensions,
                dsl::observations,
                dsl::version,
                dsl::packed,
                dsl::checksum,
            ));
            let row: MatrixRow = row.get_result(&mut self.connection)?;
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
    pub(super) fn forget_later(&mut self, sound: &Sound) -> Result<(), Error> {
        let later = dsl::version.gt(sound.row.version).or(dsl::taken_at.gt(sound.taken.micros()));
        diesel::delete(of(&sound.row.tenant, &sound.row.namespace).filter(later)).execute(&mut self.connection)?;
        Ok(())
    }
}
