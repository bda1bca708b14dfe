//! Observations of density matrices: folded here as memories are stored, merged into the store about each second.
//!
//! A remember pays for one rank-one update of a pair (keep, gain); nothing is locked while matrices are computed. A fold
//! that is lost with its process is no loss: the ledger knows which memories are in no matrix yet.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::density::fold::{Fold, Weight};
use domain::encoding::Encoding;
use domain::memory::{Importance, Seq};
use domain::tenant::{Namespace, Tenant};

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::density::DensityStore;
use crate::ports::encoder::Encoder;
use crate::ports::error::{PortError, PortErrorKind};
use crate::ports::ledger::Stored;

type Place = (Tenant, Namespace);

/// What has been observed and not merged yet.
#[derive(Debug, Default)]
pub(crate) struct Folds(Mutex<HashMap<Place, Vec<Observation>>>);

/// One memory, as its matrix will see it.
#[derive(Debug)]
struct Observation {
    seq: Seq,
    encoding: Option<Encoding>,
    importance: Importance,
}

impl Folds {
    /// Notes memories of one tenant that were stored just now.
    pub(crate) fn observe<'a>(&self, tenant: &Tenant, stored: impl Iterator<Item = &'a Stored>) {
        let mut pending = self.0.lock().expect("no holder of this lock panics");
        for Stored { memory, seq, .. } in stored {
            let observation =
                Observation { seq: *seq, encoding: memory.encoding.clone(), importance: memory.importance };
            pending.entry((tenant.clone(), memory.namespace.clone())).or_default().push(observation);
        }
    }

    fn take(&self) -> HashMap<Place, Vec<Observation>> {
        std::mem::take(&mut *self.0.lock().expect("no holder of this lock panics"))
    }

    fn put_back(&self, place: Place, observations: Vec<Observation>) {
        let mut pending = self.0.lock().expect("no holder of this lock panics");
        pending.entry(place).or_default().splice(0..0, observations);
    }
}

impl<P: Ports> Brain<P> {
    /// Merges what was observed since the last time into the density store. What could not be merged stays for the
    /// next time; the first error is returned.
    pub async fn merge_observations(&self) -> Result<usize, PortError> {
        let (mut merged, mut failed, mut conflict) = (0, None, false);
        for (place, observations) in self.folds.take() {
            match self.merge(&place, &observations).await {
                Ok(()) => merged += observations.len(),
                // One of them was erased meanwhile, or is in the matrix: the ledger knows which are not.
                Err(error) if error.kind == PortErrorKind::Conflict => conflict = true,
                Err(error) => {
                    self.folds.put_back(place, observations);
                    failed.get_or_insert(error);
                }
            }
        }
        if conflict {
            merged += self.recover_observations().await?;
        }
        failed.map_or(Ok(merged), Err)
    }

    /// Folds again, from the ledger, the memories that are in no matrix; for the start, before requests are served.
    pub async fn recover_observations(&self) -> Result<usize, PortError> {
        const AT_A_TIME: usize = 4096;
        let mut recovered = 0;
        loop {
            let lost = self.ports.density().unmerged(AT_A_TIME).await?;
            let found = lost.len();
            let mut places: HashMap<Place, Vec<Observation>> = HashMap::new();
            for one in lost {
                let observation = Observation { seq: one.seq, encoding: one.encoding, importance: one.importance };
                places.entry((one.tenant, one.namespace)).or_default().push(observation);
            }
            for (place, observations) in places {
                self.merge(&place, &observations).await?;
            }
            recovered += found;
            if found < AT_A_TIME {
                return Ok(recovered);
            }
        }
    }

    async fn merge(&self, (tenant, namespace): &Place, observations: &[Observation]) -> Result<(), PortError> {
        let dimensions = self.ports.encoder().dimensions();
        let mut fold = Fold::new(dimensions);
        for observation in observations {
            // An encoding of an earlier encoder does not fit this matrix: it is observed as one that says nothing.
            let vector = observation.encoding.as_ref().map(Encoding::vector).filter(|v| v.len() == dimensions);
            fold.observe(vector.as_deref(), Weight::of(observation.importance));
        }
        let places: Vec<Seq> = observations.iter().map(|observation| observation.seq).collect();
        self.ports.density().merge(tenant, namespace, &fold, &places).await
    }
}
