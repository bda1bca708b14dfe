//! Matrices as this process saw them last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(1);
/// Most matrices kept: at 256 dimensions each has a quarter of a megabyte.
const MOST: usize = 256;

type Place = (Tenant, Namespace);

/// A matrix as it stood in the database.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// How many merges made it.
    pub(super) version: i64,
    /// The checksum of its row; empty where there is none.
    pub(super) sum: Vec<u8>,
    /// The matrix.
    pub(super) matrix: Arc<DensityMatrix>,
}

/// What was seen, and when it was asked for.
pub(crate) struct Matrices {
    mixed: Seen,
    seen: Mutex<HashMap<Place, (Instant, Seen)>>,
}

impl Matrices {
    /// Nothing yet. `dimensions` are those of a matrix into which nothing was merged.
    pub(crate) fn new(dimensions: usize) -> Self {
        Self { mixed: Seen::mixed(dimensions), seen: Mutex::default() }
    }

    /// What every matrix begins as.
    pub(super) fn mixed(&self) -> Seen {
        self.mixed.clone()
    }

    /// What was seen within the last second.
    pub(super) fn fresh(&self, tenant: &Tenant, namespace: &Namespace) -> Option<Arc<DensityMatrix>> {
        let seen = self.lock();
        let (at, seen) = seen.get(&(tenant.clone(), namespace.clone()))?;
        (at.elapsed() < FRESH).then(|| seen.matrix.clone())
    }

    /// What was seen last, however long ago; at first a mixed one that no row has.
    pub(super) fn known(&self, tenant: &Tenant, namespace: &Namespace) -> Seen {
        let seen = self.lock();
        seen.get(&(tenant.clone(), namespace.clone())).map_or_else(|| self.mixed.clone(), |(_, seen)| seen.clone())
    }

    /// Keeps what the database answered; `None`: it has no such matrix. The answer to an earlier question never takes
    /// the place of a later state that is fresh.
    pub(super) fn put(
        &self,
        tenant: &Tenant,
        namespace: &Namespace,
        asked: Instant,
        answer: impl Into<Option<Seen>>,
    ) -> Arc<DensityMatrix> {
        let answer = answer.into().unwrap_or_else(|| self.mixed.clone());
        let matrix = answer.matrix.clone();
        let mut seen = self.lock();
        let place = (tenant.clone(), namespace.clone());
        let newer = |(at, known): &(Instant, Seen)| at.elapsed() < FRESH && known.version > answer.version;
        if seen.get(&place).is_some_and(newer) {
            return matrix;
        }
        if seen.len() >= MOST && !seen.contains_key(&place) {
            make_room(&mut seen);
        }
        seen.insert(place, (asked, answer));
        matrix
    }

    /// The namespace was erased by this process: what was seen of it counts no more.
    pub(crate) fn forget(&self, tenant: &Tenant, namespace: &Namespace) {
        self.lock().remove(&(tenant.clone(), namespace.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, (Instant, Seen)>> {
        self.seen.lock().expect("no holder of this lock panics")
    }
}

/// Takes the older half out.
fn make_room(seen: &mut HashMap<Place, (Instant, Seen)>) {
    let mut times: Vec<Instant> = seen.values().map(|(at, _)| *at).collect();
    times.sort_unstable();
    let middle = times[times.len() / 2];
    seen.retain(|_, (at, _)| *at > middle);
}
