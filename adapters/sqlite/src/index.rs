//! What is in memory: every unerased memory by id and place, the index of each namespace, and the density
//! matrices used last.
//!
//! Derived from the rows and always rebuildable; the writer applies the effects of each act after its commit, in order.

mod matrices;
mod stale;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use application::ports::density::Breach;
use application::ports::ledger::Maintenance;
use application::ports::long_term::{Act, Entry};
use domain::density::matrix::DensityMatrix;
use domain::index::NamespaceIndex;
use domain::index::lens::Lens;
use domain::link::{Edge, Link, Relation};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use matrices::Matrices;

pub(crate) use matrices::Known;

/// What an act changes in memory, once it is on disk.
#[derive(Debug)]
pub(crate) enum Effect {
    /// A memory as it now is: where it was stored first, and where it was changed last.
    Put(Seq, Seq, Arc<Memory>),
    /// A memory whose density fold is still to come.
    Unmerged(Seq, Tenant, MemoryId),
    /// These are in their matrix now.
    Merged(Vec<Seq>),
    /// A memory that is no more.
    Erase(Seq, Tenant, MemoryId),
    /// The density matrix of a namespace; `None`: there is none any more.
    Matrix(Tenant, Namespace, Option<Arc<DensityMatrix>>),
    /// A density matrix that broke a law, and does so no more.
    Breach(Breach),
    /// Whether the deployment is in maintenance.
    Maintenance(Option<Maintenance>),
}

/// The index of one namespace, searched by many and written by one.
pub(crate) type Room = Arc<RwLock<NamespaceIndex>>;

/// Everything in memory. Locks are held for a look-up or one act, never across an await.
pub(crate) struct Index(RwLock<Directory>);

impl Index {
    /// Holds what was loaded.
    pub(crate) fn new(directory: Directory) -> Self {
        Self(RwLock::new(directory))
    }

    /// For looking up. A panic of the writer leaves no lock poisoned: it loads the directory again.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For applying.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All tenants.
#[derive(Default)]
pub(crate) struct Directory {
    lens: Lens,
    shelves: HashMap<Tenant, Shelf>,
    unmerged: BTreeMap<Seq, (Tenant, MemoryId)>,
    matrices: Matrices,
    breaches: Vec<Breach>,
    maintenance: Option<Maintenance>,
}

/// What one tenant has.
#[derive(Default)]
pub(crate) struct Shelf {
    places: HashMap<MemoryId, Place>,
    memories: BTreeMap<Seq, Arc<Memory>>,
    rooms: BTreeMap<Namespace, Room>,
    /// Links by their far end: near end and relation.
    incoming: HashMap<MemoryId, BTreeSet<(MemoryId, Relation)>>,
    /// When each erased memory was erased.
    erased: HashMap<MemoryId, Seq>,
    /// The highest place of any act.
    position: Seq,
}

#[derive(Clone, Copy)]
struct Place {
    first: Seq,
    changed: Seq,
}

impl Directory {
    /// An empty directory whose namespaces read through a lens.
    pub(crate) fn new(lens: Lens) -> Self {
        Self { lens, ..Self::default() }
    }

    /// How namespaces read.
    pub(crate) fn lens(&self) -> Lens {
        self.lens.clone()
    }

    /// What a tenant has, if anything.
    pub(crate) fn shelf(&self, tenant: &Tenant) -> Option<&Shelf> {
        self.shelves.get(tenant)
    }

    /// The density matrix of a namespace, as far as it is known.
    pub(crate) fn matrix(&self, place: &(Tenant, Namespace)) -> Known {
        self.matrices.get(place)
    }

    /// Whether anything was merged into the density matrix of a namespace.
    pub(crate) fn has_matrix(&self, place: &(Tenant, Namespace)) -> bool {
        self.matrices.has(place)
    }

    /// A namespace has a density matrix on disk.
    pub(crate) fn note_matrix(&mut self, place: (Tenant, Namespace)) {
        self.matrices.note(place);
    }

    /// Keeps a density matrix that was read from disk as a change left it.
    pub(crate) fn keep_matrix(&mut self, place: &(Tenant, Namespace), change: u64, matrix: Arc<DensityMatrix>) {
        self.matrices.keep(place, change, matrix);
    }

    /// Hands over the breaches found so far.
    pub(crate) fn breaches(&mut self) -> Vec<Breach> {
        mem::take(&mut self.breaches)
    }

    /// Whether the deployment is in maintenance.
    pub(crate) fn maintenance(&self) -> Option<Maintenance> {
        self.maintenance.clone()
    }

    /// Takes what was loaded again in place of all this, but for what is still to be told.
    pub(crate) fn replace(&mut self, loaded: Self) {
        let matrices = loaded.matrices.after(&self.matrices);
        *self = Self { breaches: self.breaches(), matrices, ..loaded };
    }

    /// The oldest memories that no matrix has seen, with their places.
    pub(crate) fn unmerged(&self, by: Timestamp, limit: usize) -> Vec<(Seq, Arc<Memory>)> {
        let memory = |(seq, (tenant, id)): (&Seq, &(Tenant, MemoryId))| Some((*seq, self.shelf(tenant)?.get(*id)?.1));
        let found = self.unmerged.iter().filter_map(memory);
        found.filter(|(_, memory)| memory.times.created <= by).take(limit).collect()
    }

    /// The tenants that have a memory past its time to live.
    pub(crate) fn tenants_with_expired(&self, by: Timestamp) -> Vec<Tenant> {
        let expired = |memory: &Arc<Memory>| memory.times.expires.is_some_and(|end| end <= by);
        let shelves = self.shelves.iter().filter(|(_, shelf)| shelf.memories.values().any(expired));
        shelves.map(|(tenant, _)| tenant.clone()).collect()
    }

    /// Whether everything an entry says is there already, or something later.
    pub(crate) fn knows(&self, tenant: &Tenant, entry: &Entry) -> bool {
        let Some(shelf) = self.shelf(tenant) else { return false };
        let id = entry.act.id();
        let changed = shelf.places.get(&id).map(|place| place.changed);
        let later = match entry.act {
            Act::Put { .. } => changed.is_some_and(|changed| changed >= entry.seq),
            Act::Erase { .. } => changed.is_some_and(|changed| changed > entry.seq),
        };
        later || shelf.erased.get(&id).is_some_and(|erased| *erased >= entry.seq)
    }

    /// How many memories there are.
    pub(crate) fn len(&self) -> usize {
        self.shelves.values().map(|shelf| shelf.memories.len()).sum()
    }

    /// Applies one effect; one that is there already, or older than what is there, changes nothing.
    pub(crate) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Put(first, changed, memory) => {
                let lens = &self.lens;
                self.shelves.entry(memory.tenant.clone()).or_default().put(lens, first, changed, memory);
            }
            Effect::Unmerged(seq, tenant, id) => {
                self.unmerged.insert(seq, (tenant, id));
            }
            Effect::Merged(places) => places.iter().for_each(|seq| {
                self.unmerged.remove(seq);
            }),
            Effect::Erase(seq, tenant, id) => {
                if let Some(first) = self.shelves.entry(tenant).or_default().erase(seq, id) {
                    self.unmerged.remove(&first);
                }
            }
            Effect::Matrix(tenant, namespace, Some(matrix)) => {
                self.matrices.put((tenant, namespace), matrix);
            }
            Effect::Matrix(tenant, namespace, None) => {
                self.matrices.forget(&(tenant, namespace));
            }
            Effect::Breach(breach) => self.breaches.push(breach),
            Effect::Maintenance(maintenance) => self.maintenance = maintenance,
        }
    }
}

impl Shelf {
    /// A memory with the place where it was stored.
    pub(crate) fn get(&self, id: MemoryId) -> Option<(Seq, Arc<Memory>)> {
        let place = self.places.get(&id)?;
        Some((place.first, self.memories.get(&place.first)?.clone()))
    }

    /// The highest place that was applied.
    pub(crate) fn position(&self) -> Seq {
        self.position
    }

    /// Whether a memory of that id is there.
    pub(crate) fn holds(&self, id: MemoryId) -> bool {
        self.places.contains_key(&id)
    }

    /// Whether a memory of that id was erased.
    pub(crate) fn erased(&self, id: MemoryId) -> bool {
        self.erased.contains_key(&id)
    }

    /// All memories stored after a place, in order.
    pub(crate) fn after(&self, seq: Seq) -> impl Iterator<Item = (Seq, &Arc<Memory>)> {
        self.memories.range(Seq(seq.0.saturating_add(1))..).map(|(seq, memory)| (*seq, memory))
    }

    /// The index of a namespace.
    pub(crate) fn room(&self, namespace: &Namespace) -> Option<Room> {
        self.rooms.get(namespace).cloned()
    }

    /// The namespaces with their sizes, by name.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = (&Namespace, usize)> {
        self.rooms.iter().map(|(name, room)| (name, reading(room).len()))
    }

    /// How many bytes the contents of its memories have.
    pub(crate) fn content_bytes(&self) -> u64 {
        self.memories.values().map(|memory| memory.content.as_str().len() as u64).sum()
    }

    /// Every link that begins or ends at this memory.
    pub(crate) fn edges(&self, id: MemoryId) -> Vec<Edge> {
        let outgoing = self.get(id).map_or_else(Vec::new, |(_, memory)| memory.links.clone());
        let outgoing = outgoing.into_iter().map(|link| Edge { from: id, link });
        let incoming = self.incoming.get(&id).into_iter().flatten();
        outgoing.chain(incoming.map(|&(from, relation)| Edge { from, link: Link { to: id, relation } })).collect()
    }

    fn put(&mut self, lens: &Lens, first: Seq, changed: Seq, memory: Arc<Memory>) {
        let id = memory.id;
        self.position = self.position.max(changed);
        let known = self.places.get(&id).copied();
        if known.is_some_and(|place| place.changed >= changed) || self.erased.contains_key(&id) {
            return;
        }
        let first = known.map_or(first, |place| place.first);
        self.unlink(id);
        self.places.insert(id, Place { first, changed });
        for link in &memory.links {
            self.incoming.entry(link.to).or_default().insert((id, link.relation));
        }
        let room = self
            .rooms
            .entry(memory.namespace.clone())
            .or_insert_with(|| Arc::new(RwLock::new(NamespaceIndex::with(lens.clone()))));
        writing(room).put_since(first, changed, memory.clone());
        self.memories.insert(first, memory);
    }

    /// Forgets a memory; the place where it was stored, if it was there.
    fn erase(&mut self, seq: Seq, id: MemoryId) -> Option<Seq> {
        self.position = self.position.max(seq);
        if self.places.get(&id).is_some_and(|place| place.changed > seq) {
            return None;
        }
        self.erased.insert(id, seq);
        self.unlink(id);
        let place = self.places.remove(&id)?;
        let memory = self.memories.remove(&place.first)?;
        let emptied = self.rooms.get(&memory.namespace).is_some_and(|room| {
            let mut room = writing(room);
            room.erase(id);
            room.is_empty()
        });
        if emptied {
            self.rooms.remove(&memory.namespace);
        }
        Some(place.first)
    }

    /// Takes the links that begin at a memory out of the far ends' lists.
    fn unlink(&mut self, id: MemoryId) {
        let Some((_, memory)) = self.get(id) else { return };
        for link in &memory.links {
            if let Some(near) = self.incoming.get_mut(&link.to) {
                near.remove(&(id, link.relation));
                if near.is_empty() {
                    self.incoming.remove(&link.to);
                }
            }
        }
    }
}

/// A namespace for searching.
pub(crate) fn reading(room: &Room) -> RwLockReadGuard<'_, NamespaceIndex> {
    room.read().unwrap_or_else(PoisonError::into_inner)
}

fn writing(room: &Room) -> RwLockWriteGuard<'_, NamespaceIndex> {
    room.write().unwrap_or_else(PoisonError::into_inner)
}
