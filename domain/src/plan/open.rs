//! Open lists: what waits to be looked at, the most promising first.

use std::collections::{BTreeMap, VecDeque};

/// A queue of pairs by an urgency; smaller goes first.
#[derive(Debug, Default)]
pub(super) struct Open {
    buckets: BTreeMap<u32, VecDeque<(u32, u32)>>,
    len: usize,
}

impl Open {
    pub(super) fn push(&mut self, key: u32, entry: (u32, u32)) {
        self.buckets.entry(key).or_default().push_back(entry);
        self.len += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What goes next, to be changed in its place.
    pub(super) fn first_mut(&mut self) -> Option<&mut (u32, u32)> {
        self.buckets.values_mut().next().and_then(VecDeque::front_mut)
    }

    /// The oldest of the most urgent.
    pub(super) fn pop(&mut self) -> Option<(u32, u32)> {
        self.take(VecDeque::pop_front)
    }

    /// The latest of the most urgent.
    pub(super) fn pop_last(&mut self) -> Option<(u32, u32)> {
        self.take(VecDeque::pop_back)
    }

    fn take(&mut self, end: impl Fn(&mut VecDeque<(u32, u32)>) -> Option<(u32, u32)>) -> Option<(u32, u32)> {
        let mut bucket = self.buckets.first_entry()?;
        let entry = end(bucket.get_mut());
        if bucket.get().is_empty() {
            bucket.remove();
        }
        self.len -= 1;
        entry
    }
}
