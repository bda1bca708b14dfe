//! Density matrices as far as they are in memory: those used last. All of them are on disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::density::matrix::DensityMatrix;
use domain::tenant::{Namespace, Tenant};

/// Most matrices in memory: at 256 dimensions each has a quarter of a megabyte.
pub(crate) const MOST: usize = 128;

type Place = (Tenant, Namespace);

/// What is known of the matrix of a namespace.
#[derive(Debug)]
pub(crate) enum Known {
    /// Nothing was merged yet.
    Nothing,
    /// The matrix.
    Here(Arc<DensityMatrix>),
    /// There is one on disk, as this change left it.
    OnDisk(u64),
}

/// Which namespaces have a matrix, and the matrices used last.
#[derive(Debug, Default)]
pub(super) struct Matrices {
    places: HashMap<Place, Slot>,
    /// Changes so far, each with a number of its own.
    changes: u64,
    /// Uses so far.
    uses: AtomicU64,
    in_memory: usize,
}

#[derive(Debug)]
struct Slot {
    matrix: Option<Arc<DensityMatrix>>,
    /// The change that made it what it is.
    change: u64,
    used: AtomicU64,
}

impl Matrices {
    /// The matrix of a namespace, which counts as used.
    pub(super) fn get(&self, place: &Place) -> Known {
        let Some(slot) = self.places.get(place) else { return Known::Nothing };
        let Some(matrix) = &slot.matrix else { return Known::OnDisk(slot.change) };
        slot.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Known::Here(matrix.clone())
    }

    /// Whether a namespace has a matrix.
    pub(super) fn has(&self, place: &Place) -> bool {
        self.places.contains_key(place)
    }

    /// A matrix is on disk, and nobody has asked for it.
    pub(super) fn note(&mut self, place: Place) {
        self.forget(&place);
        self.changes += 1;
        self.places.insert(place, Slot { matrix: None, change: self.changes, used: AtomicU64::new(0) });
    }

    /// A matrix is something else now.
    pub(super) fn put(&mut self, place: Place, matrix: Arc<DensityMatrix>) {
        self.note(place.clone());
        self.keep(&place, self.changes, matrix);
    }

    /// Keeps what was read from disk, unless it was changed since it was asked for.
    pub(super) fn keep(&mut self, place: &Place, change: u64, matrix: Arc<DensityMatrix>) {
        let used = self.uses.fetch_add(1, Ordering::Relaxed);
        let Some(slot) = self.places.get_mut(place).filter(|slot| slot.change == change && slot.matrix.is_none())
        else {
            return;
        };
        slot.matrix = Some(matrix);
        *slot.used.get_mut() = used;
        self.in_memory += 1;
        if self.in_memory > MOST {
            self.make_room();
        }
    }

    /// There is no matrix any more.
    pub(super) fn forget(&mut self, place: &Place) {
        if self.places.remove(place).is_some_and(|slot| slot.matrix.is_some()) {
            self.in_memory -= 1;
        }
    }

    /// Goes on from the numbers of what this takes the place of, so that nothing that was asked of that is kept here.
    pub(super) fn after(mut self, before: &Self) -> Self {
        self.changes += before.changes;
        for slot in self.places.values_mut() {
            slot.change += before.changes;
        }
        self
    }

    /// Takes the one out of memory that was not used for longest.
    fn make_room(&mut self) {
        let in_memory = self.places.values_mut().filter(|slot| slot.matrix.is_some());
        if let Some(oldest) = in_memory.min_by_key(|slot| slot.used.load(Ordering::Relaxed)) {
            oldest.matrix = None;
            self.in_memory -= 1;
        }
    }
}
