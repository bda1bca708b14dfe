//! Whether a stored matrix is one; what breaks a law is mended or replaced before anything builds on it.

use std::sync::Arc;

use application::ports::density::{Breach, Remedy, Renewed};
use diesel_async::AsyncPgConnection;
use domain::density::check::InvariantViolation;
use domain::tenant::{Namespace, Tenant};

use super::cache::Seen;
use super::matrix::{self, MatrixRow};
use super::{Place, renewal, snapshots};
use crate::error::Error;

/// The matrix of a namespace as it is stored, and whether it broke a law until now.
pub(super) struct Present {
    pub(super) seen: Seen,
    pub(super) breach: Option<Breach>,
}

/// In a transaction that holds the matrix's lock. `mixed` is what every matrix begins as.
pub(super) async fn present(connection: &AsyncPgConnection, place: Place<'_>, mixed: &Seen) -> Result<Present, Error> {
    let Place { tenant, namespace } = place;
    let Some(row) = matrix::row(connection, tenant, namespace).await? else {
        if snapshots::any(connection, tenant, namespace).await? {
            let lost = InvariantViolation::Shape { dim: mixed.matrix.dim(), found: 0 };
            return replaced(connection, place, vec![lost], mixed).await;
        }
        return Ok(Present { seen: mixed.clone(), breach: None });
    };
    match row.read() {
        Ok(read) if read.broken.is_empty() => Ok(Present { seen: row.remembered(Arc::new(read.matrix)), breach: None }),
        Ok(read) => {
            let row = MatrixRow::of(tenant, namespace, row.version, &read.matrix)?;
            matrix::put(connection, &row).await?;
            let seen = row.remembered(Arc::new(read.matrix));
            Ok(Present { seen, breach: Some(breach(tenant, namespace, read.broken, Remedy::Mended)) })
        }
        Err(broken) => replaced(connection, place, broken, mixed).await,
    }
}

/// What takes the place of a matrix that broke laws by more than a little.
async fn replaced(
    connection: &AsyncPgConnection,
    place: Place<'_>,
    broken: Vec<InvariantViolation>,
    mixed: &Seen,
) -> Result<Present, Error> {
    let Place { tenant, namespace } = place;
    let (seen, renewed) = match renewal::go_back(connection, place, None).await? {
        Some(earlier) => earlier,
        None => {
            let unmerged = renewal::begin_anew(connection, tenant, namespace).await?;
            (mixed.clone(), Renewed { snapshot: None, unmerged })
        }
    };
    Ok(Present { seen, breach: Some(breach(tenant, namespace, broken, Remedy::Replaced(renewed))) })
}

/// What is told of a matrix that broke laws.
pub(super) fn breach(
    tenant: &Tenant,
    namespace: &Namespace,
    broken: Vec<InvariantViolation>,
    remedy: Remedy,
) -> Breach {
    Breach { tenant: tenant.clone(), namespace: namespace.clone(), broken, remedy }
}
