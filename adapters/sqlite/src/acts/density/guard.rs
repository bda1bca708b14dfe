//! Whether a stored matrix is one; what breaks a law is mended or replaced before anything builds on it.

use std::sync::Arc;

use application::ports::density::{Breach, Remedy, Renewed};
use diesel::prelude::*;
use domain::density::check::{InvariantViolation, Repaired, verify};
use domain::density::fold::Fold;
use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};

use super::row::MatrixRow;
use crate::desk::Desk;
use crate::error::{ActError, Error, InvalidRow};
use crate::index::Effect;
use crate::schema::density;

impl Desk {
    /// Mends or replaces the matrices of these namespaces. What cannot be written now is met again by the next merge.
    pub(crate) fn mend(&mut self, unsound: &[(Tenant, Namespace)]) {
        for (tenant, namespace) in unsound {
            let mended = self.begin().map_err(ActError::from).and_then(|()| {
                let done = self.act(|desk| Ok(desk.present(tenant, namespace)?));
                self.commit()?;
                done
            });
            if let Err(error) = mended {
                tracing::error!(%tenant, %namespace, %error, "a density matrix that breaks an invariant was not mended");
            }
        }
    }

    /// The matrix of a namespace as it is stored, with its version, which is 0 where nothing was merged yet.
    pub(super) fn present(
        &mut self,
        tenant: &Tenant,
        namespace: &Namespace,
    ) -> Result<(i64, Arc<DensityMatrix>), Error> {
        let Some(row) = MatrixRow::find(&mut self.connection, tenant, namespace)? else {
            // The first merge leaves a snapshot: where there is one, the row was lost.
            if self.has_snapshots(tenant, namespace)? {
                let lost = InvariantViolation::Shape { dim: self.dimensions, found: 0 };
                return self.replaced(tenant, namespace, vec![lost]);
            }
            return Ok((0, Arc::new(DensityMatrix::maximally_mixed(self.dimensions))));
        };
        match row.read() {
            Ok(Repaired { matrix, broken }) if broken.is_empty() => Ok((row.version, Arc::new(matrix))),
            Ok(Repaired { matrix, broken }) => {
                let matrix = Arc::new(matrix);
                self.write(&MatrixRow::of(tenant, namespace, row.version, &matrix)?)?;
                self.effects.push(Effect::Matrix(tenant.clone(), namespace.clone(), Some(matrix.clone())));
                self.found(tenant, namespace, broken, Remedy::Mended);
                Ok((row.version, matrix))
            }
            Err(broken) => self.replaced(tenant, namespace, broken),
        }
    }

    /// What takes the place of a matrix that broke laws by more than a little.
    fn replaced(
        &mut self,
        tenant: &Tenant,
        namespace: &Namespace,
        broken: Vec<InvariantViolation>,
    ) -> Result<(i64, Arc<DensityMatrix>), Error> {
        let renewed = match self.go_back(tenant, namespace, None)? {
            Some(renewed) => renewed,
            None => Renewed { snapshot: None, unmerged: self.begin_anew(tenant, namespace)? },
        };
        self.found(tenant, namespace, broken, Remedy::Replaced(renewed));
        // It is sound now: a snapshot that is, or neither row nor snapshot.
        self.present(tenant, namespace)
    }

    /// What a fold makes of a matrix.
    pub(super) fn after(
        &mut self,
        tenant: &Tenant,
        namespace: &Namespace,
        matrix: &DensityMatrix,
        fold: &Fold,
    ) -> Result<Arc<DensityMatrix>, Error> {
        // Both are sound, so that only rounding can break a law.
        let merged = verify(matrix.after(fold)).map_err(|broken| InvalidRow::new("packed", format!("{broken:?}")))?;
        if !merged.broken.is_empty() {
            self.found(tenant, namespace, merged.broken, Remedy::Mended);
        }
        Ok(Arc::new(merged.matrix))
    }

    fn found(&mut self, tenant: &Tenant, namespace: &Namespace, broken: Vec<InvariantViolation>, remedy: Remedy) {
        let (tenant, namespace) = (tenant.clone(), namespace.clone());
        self.effects.push(Effect::Breach(Breach { tenant, namespace, broken, remedy }));
    }

    pub(super) fn write(&mut self, row: &MatrixRow) -> Result<(), Error> {
        diesel::replace_into(density::table).values(row).execute(&mut self.connection)?;
        Ok(())
    }
}
