//! Parts of what is too much for one answer: lists of memories, states of a memory.

use std::sync::Arc;

use domain::memory::{Memory, Seq};
use domain::recall::cue::Filter;
use domain::tenant::Namespace;
use domain::time::Timestamp;

/// Bytes of text at which a page ends, whatever is left of its limit: what one answer holds in memory has a bound.
pub const PAGE_BYTES: usize = 4 << 20;

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
    /// What each memory must satisfy.
    pub filter: Filter,
    /// Only what was stored after this place.
    pub after: Seq,
    /// Most memories wanted, 1 to 1,000.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listed {
    /// The memories.
    pub memories: Vec<Arc<Memory>>,
    /// Where the next part begins; `None`: this was the last.
    pub next: Option<Seq>,
}

/// Which states of a memory are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPage {
    /// Only what came after this version.
    pub after: u32,
    /// Most states wanted, 1 to 1,000.
    pub limit: usize,
}

/// What a memory was, or a part of that.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// The states, the oldest first.
    pub versions: Vec<Version>,
    /// After which version the next part begins; `None`: this was the last, and ends with the present state.
    pub next: Option<u32>,
}

/// One state of a memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The memory as it was.
    pub memory: Arc<Memory>,
    /// Since when it was so.
    pub since: Timestamp,
    /// Who made it so.
    pub subject: String,
}

/// A page as it is filled, row by row, up to its limit or [`PAGE_BYTES`]: it holds at least one row if there is any.
#[derive(Debug)]
pub struct Filling<T> {
    rows: Vec<T>,
    limit: usize,
    bytes: usize,
    has_more: bool,
}

impl<T> Filling<T> {
    /// A page without rows yet.
    pub fn new(limit: usize) -> Self {
        Self { rows: Vec::new(), limit: limit.max(1), bytes: 0, has_more: false }
    }

    /// Puts a row of so many bytes on it; false: the page is full, and the row is where the next one begins.
    pub fn put(&mut self, row: T, bytes: usize) -> bool {
        if self.rows.len() >= self.limit || self.left() == 0 {
            self.has_more = true;
            return false;
        }
        self.bytes += bytes;
        self.rows.push(row);
        true
    }

    /// Bytes that it still has room for.
    pub fn left(&self) -> usize {
        PAGE_BYTES.saturating_sub(self.bytes)
    }

    /// The rows, and whether there are more.
    pub fn end(self) -> (Vec<T>, bool) {
        (self.rows, self.has_more)
    }
}

impl Filling<(Seq, Arc<Memory>)> {
    /// The page with where the next one begins.
    pub fn listed(self) -> Listed {
        let (rows, has_more) = self.end();
        let next = rows.last().filter(|_| has_more).map(|(seq, _)| *seq);
        Listed { memories: rows.into_iter().map(|(_, memory)| memory).collect(), next }
    }
}

impl Filling<Version> {
    /// The page with where the next one begins.
    pub fn past(self) -> Past {
        let (versions, has_more) = self.end();
        let next = versions.last().filter(|_| has_more).map(|one| one.memory.version);
        Past { versions, next }
    }
}
