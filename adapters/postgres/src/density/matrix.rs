//! A density matrix as a row, and back; a row is input and its laws are checked again.

use std::sync::Arc;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::density::check::{check, repair};
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};

use super::cache::Seen;
use crate::error::{Error, InvalidRow};
use crate::schema::density;
use somabrain_record::checksum::Digest;

/// A row of `density`.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = density, treat_none_as_default_value = false)]
pub(super) struct MatrixRow {
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

/// The matrix of a namespace; `None`: nothing was merged yet. What is `known` already does not travel again.
pub(super) async fn read(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
    known: &Seen,
) -> Result<Option<Seen>, Error> {
    let packed = case_when(density::checksum.ne(&known.sum), density::packed);
    let row = density::table.find((tenant.as_str(), namespace.as_str())).select((
        density::dimensions,
        density::observations,
        density::version,
        packed,
        density::checksum,
    ));
    let Some(answer) = row.get_result::<Answer>(&mut connection).await.optional()? else { return Ok(None) };
    let Some(packed) = answer.packed else { return Ok(Some(known.clone())) };
    let row = MatrixRow {
        tenant_id: tenant.as_str().into(),
        namespace: namespace.as_str().into(),
        dimensions: answer.dimensions,
        observations: answer.observations,
        version: answer.version,
        packed,
        checksum: answer.checksum,
    };
    Ok(Some(row.seen()?))
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
            packed: matrix.packed().iter().flat_map(|number| number.to_le_bytes()).collect(),
            checksum: Vec::new(),
        };
        row.checksum = row.sum();
        Ok(row)
    }

    /// The checksum over every other column.
    fn sum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.text(&self.tenant_id).text(&self.namespace).number(self.dimensions).number(self.observations);
        sum.number(self.version).bytes(&self.packed);
        sum.finish()
    }

    /// Its key.
    pub(super) fn place(&self) -> (&str, &str) {
        (&self.tenant_id, &self.namespace)
    }

    /// How this process remembers it when it is written.
    pub(super) fn remembered(&self, matrix: Arc<DensityMatrix>) -> Seen {
        Seen { version: self.version, sum: self.checksum.clone(), matrix }
    }

    fn seen(self) -> Result<Seen, InvalidRow> {
        if self.sum() != self.checksum {
            return Err(InvalidRow::new("checksum", "does not fit a density matrix"));
        }
        let dimensions = usize::try_from(self.dimensions).map_err(|e| InvalidRow::new("dimensions", e))?;
        let observations = u64::try_from(self.observations).map_err(|e| InvalidRow::new("observations", e))?;
        let (numbers, rest) = self.packed.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(InvalidRow::new("packed", "not whole numbers of eight bytes"));
        }
        let packed = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let matrix = DensityMatrix::from_packed(dimensions, packed, observations);
        let matrix = matrix.map_err(|e| InvalidRow::new("packed", e))?;
        Ok(self.remembered(matrix.into()))
    }
}

/// The matrix if the three laws hold, mended where they are broken by little; worse is refused.
pub(super) fn lawful(matrix: DensityMatrix) -> Result<DensityMatrix, InvalidRow> {
    if check(matrix.dim(), matrix.packed()).is_empty() {
        return Ok(matrix);
    }
    let repaired = repair(matrix.dim(), matrix.packed().to_vec(), matrix.observations());
    let repaired = repaired.map_err(|broken| InvalidRow::new("packed", format!("{broken:?}")))?;
    tracing::warn!(broken = ?repaired.broken, "a density matrix was mended");
    Ok(repaired.matrix)
}
