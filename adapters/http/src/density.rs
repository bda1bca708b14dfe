//! `/admin/density`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::density::{Renewed, Snapshot};
use application::use_cases::density::{DensityError, Direction, Inspected, Restore};
use domain::memory::Memory;
use domain::tenant::Namespace;
use poem_openapi::param::Query;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::problem::{Problem, ProblemKind};
use crate::query::ParameterNames;
use crate::wire::values::{Id, Moment, NamespaceName};

/// Characters shown of a memory that names a direction.
const BEGIN: usize = 120;

/// The density matrices, for operators.
pub(crate) struct DensityApi<P>(pub(crate) Brain<P>);

/// The density matrix of a namespace: what has been remembered there, as a symmetric, positive semi-definite matrix of trace
/// one.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Density")]
struct DensityBody {
    /// The namespace.
    namespace: NamespaceName,
    /// Rows and columns: the dimensions of the encodings.
    dimensions: usize,
    /// The memories that it has seen. What was stored within the last seconds may not be among them.
    observations: u64,
    /// The sum of its eigenvalues, 1 to 1e-9.
    trace: f64,
    /// The least eigenvalue, at least -1e-10.
    least_eigenvalue: f64,
    /// The largest eigenvalue, 1/dimensions to 1.
    largest_eigenvalue: f64,
    /// Largest by least eigenvalue, 1 or more; left out where the least is not positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition_number: Option<f64>,
    /// Its von Neumann entropy in nats: 0 for a single direction, the logarithm of the dimensions before anything was seen.
    entropy_nats: f64,
    /// How many directions are in use: e to the entropy, 1 to the dimensions.
    effective_rank: f64,
    /// The directions with the largest eigenvalues, largest first: at most five, and no more than it has seen memories.
    directions: Vec<DirectionBody>,
    /// What can be restored, the latest first: at most one an hour, the last 24.
    snapshots: Vec<SnapshotBody>,
}

/// A direction of what is remembered.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "DensityDirection")]
struct DirectionBody {
    /// Its share of all that is remembered, 0 to 1.
    eigenvalue: f64,
    /// Memories that lie along it, the nearest first, at most three, found as recall finds them; none where they cannot be
    /// searched.
    memories: Vec<NearBody>,
}

/// A memory that lies along a direction.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "DensityMemory")]
struct NearBody {
    /// Its id.
    id: Id,
    /// How its content begins: at most 120 characters.
    begins: String,
    /// The cosine between it and the direction, -1 to 1: a direction has two ends.
    cosine: f64,
}

/// A matrix as it was.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "DensitySnapshot")]
struct SnapshotBody {
    /// When.
    taken_at: Moment,
    /// The memories that it had seen.
    observations: u64,
}

/// A matrix that begins anew, or again where it once was.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "RenewedDensity")]
struct RenewedBody {
    /// The namespace.
    namespace: NamespaceName,
    /// The snapshot that it is now; left out where it begins anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<SnapshotBody>,
    /// The memories that it has seen.
    observations: u64,
    /// Memories that it had seen and that are folded into it again, within about 20 seconds.
    refolding: u64,
}

#[derive(ApiResponse)]
enum DensityAnswer {
    /// What the matrix says.
    #[oai(status = 200)]
    Seen(Json<DensityBody>),
}

#[derive(ApiResponse)]
enum RenewedAnswer {
    /// What the matrix is now.
    #[oai(status = 200)]
    Renewed(Json<RenewedBody>),
}

#[OpenApi(tag = "Topic::Operations")]
impl<P: Ports> DensityApi<P> {
    /// See what a density matrix says
    ///
    /// For operators: whether the laws of the namespace's matrix hold, how many directions its memories spread over, and
    /// which they are.
    #[oai(path = "/admin/density", method = "get", operation_id = "density")]
    async fn inspect(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// The namespace; `default` if left out.
        namespace: Query<Option<NamespaceName>>,
    ) -> Result<DensityAnswer, Problem> {
        names.only(&["namespace"], &[])?;
        let namespace = named(namespace);
        let seen = self.0.inspect_density(&call.0, namespace.clone()).await?;
        Ok(DensityAnswer::Seen(Json::new(DensityBody::of(namespace, &seen))))
    }

    /// Begin a density matrix anew
    ///
    /// For admins: the matrix of the namespace and its snapshots go, and all its memories are folded again from the ledger.
    /// No memory is touched, and recall answers all the while. Audited.
    #[oai(path = "/admin/density/reset", method = "post", operation_id = "reset_density")]
    async fn reset(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// The namespace; `default` if left out.
        namespace: Query<Option<NamespaceName>>,
    ) -> Result<RenewedAnswer, Problem> {
        names.only(&["namespace"], &[])?;
        let namespace = named(namespace);
        let renewed = self.0.reset_density(&call.0, namespace.clone()).await?;
        Ok(RenewedAnswer::Renewed(Json::new(RenewedBody::of(namespace, renewed))))
    }

    /// Restore the last known good density matrix
    ///
    /// For admins: the newest snapshot at or before a moment that breaks no law becomes the matrix of the namespace; what it
    /// had not seen is folded again from the ledger, and later snapshots go. No memory is touched, and recall answers all the
    /// while. Audited. 404 if there is no such snapshot.
    #[oai(path = "/admin/density/restore", method = "post", operation_id = "restore_density")]
    async fn restore(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// The namespace; `default` if left out.
        namespace: Query<Option<NamespaceName>>,
        /// As it was at this moment; the latest snapshot if left out.
        at: Query<Option<Moment>>,
    ) -> Result<RenewedAnswer, Problem> {
        names.only(&["namespace", "at"], &[])?;
        let (namespace, at) = (named(namespace), at.0.map(|moment| moment.0));
        let renewed = self.0.restore_density(&call.0, Restore { namespace: namespace.clone(), at }).await?;
        Ok(RenewedAnswer::Renewed(Json::new(RenewedBody::of(namespace, renewed))))
    }
}

fn named(namespace: Query<Option<NamespaceName>>) -> Namespace {
    namespace.0.map(|name| name.0).unwrap_or_default()
}

impl DensityBody {
    fn of(namespace: Namespace, seen: &Inspected) -> Self {
        let Inspected { matrix, spectrum, directions, snapshots } = seen;
        let condition = spectrum.condition();
        Self {
            namespace: NamespaceName(namespace),
            dimensions: matrix.dim(),
            observations: matrix.observations(),
            trace: matrix.trace(),
            least_eigenvalue: spectrum.least(),
            largest_eigenvalue: matrix.largest(),
            condition_number: condition.is_finite().then_some(condition),
            entropy_nats: spectrum.entropy(),
            effective_rank: spectrum.effective_rank(),
            directions: directions.iter().map(DirectionBody::from).collect(),
            snapshots: snapshots.iter().map(SnapshotBody::from).collect(),
        }
    }
}

impl From<&Direction> for DirectionBody {
    fn from(direction: &Direction) -> Self {
        let memories = direction.memories.iter().map(|(memory, cosine)| NearBody::of(memory, *cosine)).collect();
        Self { eigenvalue: direction.share, memories }
    }
}

impl NearBody {
    fn of(memory: &Memory, cosine: f64) -> Self {
        Self { id: Id(memory.id), begins: memory.content.as_str().chars().take(BEGIN).collect(), cosine }
    }
}

impl From<&Snapshot> for SnapshotBody {
    fn from(snapshot: &Snapshot) -> Self {
        Self { taken_at: Moment(snapshot.taken), observations: snapshot.observations }
    }
}

impl RenewedBody {
    fn of(namespace: Namespace, renewed: Renewed) -> Self {
        Self {
            namespace: NamespaceName(namespace),
            snapshot: renewed.snapshot.as_ref().map(SnapshotBody::from),
            observations: renewed.snapshot.map_or(0, |snapshot| snapshot.observations),
            refolding: renewed.unmerged,
        }
    }
}

impl From<DensityError> for Problem {
    fn from(error: DensityError) -> Self {
        match error {
            DensityError::Forbidden(forbidden) => forbidden.into(),
            DensityError::NoSnapshot => Self::new(
                ProblemKind::NotFound,
                "there is no snapshot at or before that moment that breaks no law: GET /admin/density lists them, POST \
                 /admin/density/reset begins anew",
            ),
            DensityError::Spectrum(violation) => Self::internal(&violation.to_string()),
            DensityError::Failed(error) => error.into(),
        }
    }
}
