//! States that were met, each once, packed one after the other.

use hashbrown::HashTable;

/// No state, no action.
pub(super) const NONE: u32 = u32::MAX;

/// States with the way that led to each.
pub(super) struct States {
    width: usize,
    bits: Vec<u64>,
    table: HashTable<u32>,
    parents: Vec<(u32, u32)>,
}

impl States {
    pub(super) fn new(width: usize) -> Self {
        Self { width, bits: Vec::new(), table: HashTable::new(), parents: Vec::new() }
    }

    pub(super) fn get(&self, state: u32) -> &[u64] {
        &self.bits[state as usize * self.width..(state as usize + 1) * self.width]
    }

    /// The number of a state, and whether it is new; `from` is the state and the action that led to it.
    pub(super) fn insert(&mut self, state: &[u64], from: (u32, u32)) -> (u32, bool) {
        let Self { width, bits, table, parents } = self;
        let row = |at: u32| &bits[at as usize * *width..(at as usize + 1) * *width];
        let hash = hash(state);
        if let Some(&found) = table.find(hash, |&at| row(at) == state) {
            return (found, false);
        }
        let new = parents.len() as u32;
        table.insert_unique(hash, new, |&at| self::hash(row(at)));
        bits.extend_from_slice(state);
        parents.push(from);
        (new, true)
    }

    /// Gives a state another way that leads to it.
    pub(super) fn reparent(&mut self, state: u32, from: (u32, u32)) {
        self.parents[state as usize] = from;
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    /// Bytes that the states take, about.
    pub(super) fn bytes(&self) -> usize {
        self.len() * (self.width * 8 + 16)
    }

    /// The actions that lead from the first state to this one.
    pub(super) fn way(&self, mut state: u32) -> Vec<u32> {
        let mut way = Vec::new();
        while let (parent, action) = self.parents[state as usize]
            && parent != NONE
        {
            way.push(action);
            state = parent;
        }
        way.reverse();
        way
    }
}

/// Multiply and fold, word by word, the same on every machine.
fn hash(state: &[u64]) -> u64 {
    let mut hash = 0x9e37_79b9_7f4a_7c15u64;
    for &word in state {
        let product = u128::from(hash ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93_a076_1d64_78bd_642f);
        hash = (product as u64) ^ (product >> 64) as u64;
    }
    hash
}
