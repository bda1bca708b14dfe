//! A density matrix as a row.

use diesel::prelude::*;
use domain::density::check::{InvariantViolation, Repaired};
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};
use somabrain_record::matrix::{Columns, packed};

use crate::error::{Error, InvalidRow};
use crate::schema::density;

/// A row of `density`, or what it was at a snapshot.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = density, treat_none_as_default_value = false)]
pub(crate) struct MatrixRow {
    pub(crate) tenant: String,
    pub(crate) namespace: String,
    pub(super) dimensions: i64,
    pub(super) observations: i64,
    pub(super) version: i64,
    pub(super) packed: Vec<u8>,
    pub(super) checksum: Vec<u8>,
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
            tenant: tenant.as_str().into(),
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

    /// The row of a namespace.
    pub(crate) fn find(
        connection: &mut SqliteConnection,
        tenant: &Tenant,
        namespace: &Namespace,
    ) -> Result<Option<Self>, Error> {
        let row = density::table.find((tenant.as_str(), namespace.as_str()));
        Ok(row.get_result(connection).optional()?)
    }

    /// The matrix, mended where it breaks a law by little; or the laws that it breaks by more, none where it is not what
    /// was written.
    pub(crate) fn read(&self) -> Result<Repaired, Vec<InvariantViolation>> {
        self.columns().read(&self.checksum)
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: &self.tenant,
            namespace: &self.namespace,
            dimensions: self.dimensions,
            observations: self.observations,
            version: self.version,
            packed: &self.packed,
        }
    }
}
