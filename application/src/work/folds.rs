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
use domain::time::Timestamp;

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
    /// next time; the first error is returned. Breaches that the store has found are told.
    pub async fn merge_observations(&self) -> Result<usize, PortError> {
        let (mut merged, mut failed) = (0, None);
        for (place, observations) in self.folds.take() {
            match self.merge_what_is_left(&place, &observations).await {
                Ok(count) => merged += count,
                Err(error) => {
                    self.folds.put_back(place, observations);
                    failed.get_or_insert(error);
                }
            }
        }
        self.tell_breaches();
        failed.map_or(Ok(merged), Err)
    }

    /// Merges all of them but those that were erased meanwhile or are in the matrix already: where the store refuses,
    /// each half is tried for itself. What a failure leaves half done is refused the next time, and so not done twice.
    async fn merge_what_is_left(&self, place: &Place, observations: &[Observation]) -> Result<usize, PortError> {
        let mut merged = 0;
        let mut parts = vec![observations];
        while let Some(part) = parts.pop() {
            match self.merge(place, part).await {
                Ok(()) => merged += part.len(),
                Err(error) if error.kind == PortErrorKind::Conflict && part.len() > 1 => {
                    let (early, late) = part.split_at(part.len() / 2);
                    parts.extend([late, early]);
                }
                Err(error) if error.kind == PortErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Ok(merged)
    }

    /// Folds again, from the ledger, the memories stored at `by` or before that are in no matrix. At the start of a single
    /// process that is all of them; beside other replicas it is what is too old to be in anybody's hands. Breaches that the
    /// store found when it was opened are told before.
    pub async fn recover_observations(&self, by: Timestamp) -> Result<usize, PortError> {
        const AT_A_TIME: usize = 4096;
        let mut recovered = 0;
        self.tell_breaches();
        loop {
            let lost = self.ports.density().unmerged(by, AT_A_TIME).await?;
            let found = lost.len();
            let mut places: HashMap<Place, Vec<Observation>> = HashMap::new();
            for one in lost {
                let observation = Observation { seq: one.seq, encoding: one.encoding, importance: one.importance };
                places.entry((one.tenant, one.namespace)).or_default().push(observation);
            }
            for (place, observations) in places {
                recovered += self.merge_what_is_left(&place, &observations).await?;
            }
            if found < AT_A_TIME {
                return Ok(recovered);
            }
        }
    }

    async fn merge(&self, (tenant, namespace): &Place, observations: &[Observation]) -> Result<(), PortError> {
        let encoder = self.ports.encoder();
        let mut fold = Fold::new(encoder.dimensions());
        for observation in observations {
            // An encoding of an earlier encoder does not fit this matrix: it is observed as one that says nothing.
            let ours = observation.encoding.as_ref().filter(|encoding| encoding.encoder() == encoder.id());
            fold.observe(ours.map(Encoding::vector).as_deref(), Weight::of(observation.importance));
        }
        let places: Vec<Seq> = observations.iter().map(|observation| observation.seq).collect();
        self.ports.density().merge(tenant, namespace, &fold, &places, self.now()).await
    }
}
