//! Merging folds into the density matrices, and their rows.

use std::sync::Arc;

use diesel::prelude::*;
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};
use domain::time::MICROS;

use crate::desk::Desk;
use crate::error::{ActError, Error, InvalidRow};
use crate::index::Effect;
use crate::schema::{density, density_snapshots, memories, unmerged};
use crate::writer::Merging;
use somabrain_record::checksum::Digest;

/// Least microseconds between two snapshots of a matrix.
const HOUR: i64 = 3600 * MICROS;
/// Snapshots kept of a matrix.
const SNAPSHOTS: i64 = 24;

impl Desk {
    /// Merges a fold, and marks the memories that it contains.
    pub(crate) fn merge(&mut self, act: &Merging) -> Result<(), ActError> {
        let (tenant, namespace) = (&act.tenant, &act.namespace);
        self.take_unmerged(act)?;
        let present = self.matrix(tenant, namespace);
        let present = present.unwrap_or_else(|| Arc::new(DensityMatrix::maximally_mixed(self.dimensions)));
        let merged = Arc::new(present.after(&act.fold));
        let version: Option<i64> = density::table
            .find((tenant.as_str(), namespace.as_str()))
            .select(density::version)
            .get_result(&mut self.connection)
            .optional()?;
        let row = MatrixRow::of(tenant, namespace, version.unwrap_or_default() + 1, &merged)?;
        diesel::replace_into(density::table).values(&row).execute(&mut self.connection)?;
        self.snapshot(&row)?;
        self.effects.push(Effect::Merged(act.places.clone()));
        self.effects.push(Effect::Matrix(tenant.clone(), namespace.clone(), Some(merged)));
        Ok(())
    }

    /// The matrix as the open group leaves it.
    fn matrix(&self, tenant: &Tenant, namespace: &Namespace) -> Option<Arc<DensityMatrix>> {
        let grouped = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Matrix(t, n, matrix) if t == tenant && n == namespace => Some(matrix.clone()),
            _ => None,
        });
        grouped.unwrap_or_else(|| self.index.read().matrix(tenant, namespace))
    }

    /// Takes every place of a fold off the list; one that is not on it, or not of that namespace, is a conflict.
    fn take_unmerged(&mut self, act: &Merging) -> Result<(), ActError> {
        for place in &act.places {
            let owner = memories::table.find(place.0).select((memories::tenant, memories::namespace));
            let owner: Option<(String, String)> = owner.get_result(&mut self.connection).optional()?;
            let fits = owner.is_some_and(|(t, n)| t == act.tenant.as_str() && n == act.namespace.as_str());
            if !fits || diesel::delete(unmerged::table.find(place.0)).execute(&mut self.connection)? == 0 {
                return Err(ActError::Failed(Error::Merged));
            }
        }
        Ok(())
    }

    /// Keeps a matrix as last known good, at most one an hour; the hour is that of the acts.
    fn snapshot(&mut self, row: &MatrixRow) -> Result<(), Error> {
        use density_snapshots::dsl;
        let of =
            || dsl::density_snapshots.filter(dsl::tenant.eq(&row.tenant)).filter(dsl::namespace.eq(&row.namespace));
        let now = self.latest.micros();
        let last: Option<i64> = of().select(diesel::dsl::max(dsl::taken_at)).get_result(&mut self.connection)?;
        if last.is_some_and(|last| last > now - HOUR) {
            return Ok(());
        }
        let values = (
            dsl::tenant.eq(&row.tenant),
            dsl::namespace.eq(&row.namespace),
            dsl::taken_at.eq(now),
            dsl::dimensions.eq(row.dimensions),
            dsl::observations.eq(row.observations),
            dsl::version.eq(row.version),
            dsl::packed.eq(&row.packed),
            dsl::checksum.eq(&row.checksum),
        );
        diesel::insert_into(dsl::density_snapshots).values(values).execute(&mut self.connection)?;
        let oldest = of().select(dsl::taken_at).order(dsl::taken_at.desc()).offset(SNAPSHOTS).limit(1);
        if let Some(oldest) = oldest.get_result::<i64>(&mut self.connection).optional()? {
            diesel::delete(of().filter(dsl::taken_at.le(oldest))).execute(&mut self.connection)?;
        }
        Ok(())
    }
}

/// A row of `density`.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = density, treat_none_as_default_value = false)]
pub(crate) struct MatrixRow {
    pub(crate) tenant: String,
    pub(crate) namespace: String,
    dimensions: i64,
    observations: i64,
    version: i64,
    packed: Vec<u8>,
    checksum: Vec<u8>,
}

impl MatrixRow {
    fn of(tenant: &Tenant, namespace: &Namespace, version: i64, matrix: &DensityMatrix) -> Result<Self, InvalidRow> {
        let whole = |column, number: u64| i64::try_from(number).map_err(|e| InvalidRow::new(column, e));
        let mut row = Self {
            tenant: tenant.as_str().into(),
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

    fn sum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.text(&self.tenant).text(&self.namespace).number(self.dimensions).number(self.observations);
        sum.number(self.version).bytes(&self.packed);
        sum.finish()
    }

    /// Whether it is what was written.
    pub(crate) fn check(&self) -> Result<(), InvalidRow> {
        if self.sum() == self.checksum {
            return Ok(());
        }
        Err(InvalidRow::new("checksum", "does not fit a density matrix"))
    }
}

impl TryFrom<MatrixRow> for DensityMatrix {
    type Error = InvalidRow;

    fn try_from(row: MatrixRow) -> Result<Self, InvalidRow> {
        row.check()?;
        let dimensions = usize::try_from(row.dimensions).map_err(|e| InvalidRow::new("dimensions", e))?;
        let observations = u64::try_from(row.observations).map_err(|e| InvalidRow::new("observations", e))?;
        let (numbers, rest) = row.packed.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(InvalidRow::new("packed", "not whole numbers of eight bytes"));
        }
        let packed = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        Self::from_packed(dimensions, packed, observations).map_err(|e| InvalidRow::new("packed", e))
    }
}
