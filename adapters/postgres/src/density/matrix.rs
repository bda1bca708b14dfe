//! A density matrix as a row, and back; a row is input and its laws are checked again.

use std::sync::Arc;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::density::check::{InvariantViolation, Repaired};
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};
use somabrain_record::matrix::{Columns, packed};

use super::cache::Seen;
use super::snapshots;
use crate::error::{Error, InvalidRow};
use crate::schema::density;

/// A row of `density`, or what it was at a snapshot.
#[derive(Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = density, treat_none_as_default_value = false)]
pub(crate) struct MatrixRow {
    tenant_id: String,
    namespace: String,
    dimensions: i64,
    observations: i64,
    pub(super) version: i64,
    packed: Vec<u8>,
    checksum: Vec<u8>,
}

/// What a row says beside its names; without the numbers where it is the one that is known.
#[derive(Debug, Queryable)]
struct Answer {
    dimensions: i64,
    observations: i64,
    version: i64,
    packed: Option<Vec<u8>>,
    checksum: Vec<u8>,
}

/// What there is of a namespace.
pub(super) enum Looked {
    /// Nothing was merged yet.
    Nothing,
    /// A matrix.
    Sound(Seen),
    /// What breaks a law.
    Unsound,
}

/// Looks at the matrix of a namespace. What is `known` already does not travel again.
pub(super) async fn look(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
    known: &Seen,
) -> Result<Looked, Error> {
    let packed = case_when(density::checksum.ne(&known.sum), density::packed);
    let row = density::table.find((tenant.as_str(), namespace.as_str())).select((
        density::dimensions,
        density::observations,
        density::version,
        packed,
        density::checksum,
    ));
    let answer = row.get_result::<Answer>(&mut connection).await.optional()?;
    let Some(answer) = answer else {
        // The first merge leaves a snapshot: where there is one, the row was lost.
        let lost = snapshots::any(connection, tenant, namespace).await?;
        return Ok(if lost { Looked::Unsound } else { Looked::Nothing });
    };
    let Some(packed) = answer.packed else { return Ok(Looked::Sound(known.clone())) };
    let row = MatrixRow {
        tenant_id: tenant.as_str().into(),
        namespace: namespace.as_str().into(),
        dimensions: answer.dimensions,
        observations: answer.observations,
        version: answer.version,
        packed,
        checksum: answer.checksum,
    };
    Ok(match row.read() {
        Ok(read) if read.broken.is_empty() => Looked::Sound(row.remembered(Arc::new(read.matrix))),
        _ => Looked::Unsound,
    })
}

/// The whole row of a namespace, for acts that build on it.
pub(super) async fn row(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<Option<MatrixRow>, Error> {
    let row = density::table.find((tenant.as_str(), namespace.as_str()));
    Ok(row.get_result(&mut connection).await.optional()?)
}

/// Writes the version that follows `before`, 0 being none; answers 1, or 0 if there is another by now.
pub(super) async fn write(mut connection: &AsyncPgConnection, row: &MatrixRow, before: i64) -> Result<usize, Error> {
    if before == 0 {
        let first = diesel::insert_into(density::table).values(row).on_conflict_do_nothing();
        return Ok(first.execute(&mut connection).await?);
    }
    let place = density::table.find((&row.tenant_id, &row.namespace));
    let next = diesel::update(place.filter(density::version.eq(before))).set(row);
    Ok(next.execute(&mut connection).await?)
}

/// Writes a row in place of whatever is there.
pub(super) async fn put(mut connection: &AsyncPgConnection, row: &MatrixRow) -> Result<(), Error> {
    let put = diesel::insert_into(density::table).values(row);
    let put = put.on_conflict((density::tenant_id, density::namespace)).do_update().set(row);
    put.execute(&mut connection).await?;
    Ok(())
}

impl MatrixRow {
    /// The row of a version of a matrix.
    pub(super) fn of(
        tenant: &Tenant,
        namespace: &Namespace,
        version: i64,
        matrix: &DensityMatrix,
    ) -> Result<Self, InvalidRow> {
        let whole = |column, number: u64| i64::try_from(number).map_err(|e| InvalidRow::new(column, e));
        let mut row = Self {
            tenant_id: tenant.as_str().into(),
            namespace: namespace.as_str().into(),
            dimensions: whole("dimensions", matrix.dim() as u64)?,
            observations: whole("observations", matrix.observations())?,
            version,
            packed: packed(matrix),
            checksum: Vec::new(),
        };
        row.checksum = row.columns().checksum();
        Ok(row)
    }

    /// The matrix, mended where it breaks a law by little; or the laws that it breaks by more, none where it is not what
    /// was written.
    pub(crate) fn read(&self) -> Result<Repaired, Vec<InvariantViolation>> {
        self.columns().read(&self.checksum)
    }

    /// How this process remembers it.
    pub(super) fn remembered(&self, matrix: Arc<DensityMatrix>) -> Seen {
        Seen { version: self.version, sum: self.checksum.clone(), matrix }
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: &self.tenant_id,
            namespace: &self.namespace,
            dimensions: self.dimensions,
            observations: self.observations,
            version: self.version,
            packed: &self.packed,
        }
    }
}
