//! Ledger, long-term memory and density store without a disk: they end with their process.
//!
//! One lock holds everything, so that each act is atomic. An act is checked whole before anything is changed.

mod change;
mod density;
mod erase;
mod estate;
mod ledger;
mod outbox;
mod reencode;
mod remember;
mod search;
mod teach;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use application::ports::density::Breach;
use application::ports::ledger::Maintenance;
use application::ports::long_term::ServiceId;
use domain::memory::{MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use estate::Estate;

/// Everything stored, in memory only.
#[derive(Debug)]
pub struct Volatile {
    dimensions: usize,
    /// Whether another adapter serves the long-term memory and has to be told.
    apart: bool,
    /// Its name as a long-term memory.
    service: ServiceId,
    state: Mutex<State>,
}

impl Volatile {
    /// Nothing stored; density matrices will have so many dimensions.
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, apart: false, service: ServiceId::NAMELESS, state: Mutex::default() }
    }

    /// The same, as a ledger whose long-term memory is elsewhere: its acts leave entries to deliver.
    pub fn apart(dimensions: usize) -> Self {
        Self { apart: true, ..Self::new(dimensions) }
    }

    /// The same with a name, as one of several long-term memories.
    pub fn named(self, service: ServiceId) -> Self {
        Self { service, ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

#[derive(Debug, Default)]
struct State {
    counter: Counter,
    estates: HashMap<Tenant, Estate>,
    matrices: HashMap<(Tenant, Namespace), density::Kept>,
    breaches: Vec<Breach>,
    /// What no matrix has seen; erased memories are not among it.
    unseen: BTreeMap<Seq, Unseen>,
    outbox: outbox::Waiting,
    lessons: HashMap<Tenant, Vec<teach::Row>>,
    maintenance: Option<Maintenance>,
}

/// A memory stored and not merged yet.
#[derive(Debug)]
struct Unseen {
    tenant: Tenant,
    namespace: Namespace,
    id: MemoryId,
}

/// The last place given to an act.
#[derive(Debug, Default)]
struct Counter(i64);

impl Counter {
    fn next(&mut self) -> Seq {
        self.0 += 1;
        Seq(self.0)
    }
}
