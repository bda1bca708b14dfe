//! Memories whose encoding is of another encoder, of all tenants in the order of storing.

use std::collections::BTreeMap;

use application::ports::ledger::Stale;
use domain::encoding::EncoderId;
use domain::memory::{Memory, Seq};
use domain::tenant::Namespace;

use super::{Directory, Shelf};

impl Directory {
    /// Those stored after a place that the encoder has not encoded.
    pub(crate) fn stale<'a>(&'a self, encoder: &'a EncoderId, after: Seq) -> impl Iterator<Item = Stale> + 'a {
        let mut shelves: BTreeMap<Seq, _> = BTreeMap::new();
        for shelf in self.shelves.values() {
            let mut rest = shelf.after(after);
            if let Some((seq, memory)) = rest.next() {
                shelves.insert(seq, (memory, rest));
            }
        }
        let all = std::iter::from_fn(move || {
            let (seq, (memory, mut rest)) = shelves.pop_first()?;
            if let Some((next, following)) = rest.next() {
                shelves.insert(next, (following, rest));
            }
            Some((seq, memory))
        });
        let stale = all.filter(move |(_, memory)| memory.encoding.as_ref().is_none_or(|one| one.encoder() != encoder));
        stale.map(|(seq, memory)| Stale { seq, memory: memory.clone() })
    }
}

impl Shelf {
    /// Whether a namespace holds an encoding of another encoder, beside those of the memories that `except` names; looked
    /// for after a place first, where the next is usually found.
    pub(crate) fn has_foreign(
        &self,
        namespace: &Namespace,
        encoder: &EncoderId,
        last: Seq,
        except: impl Fn(&Memory) -> bool,
    ) -> bool {
        let foreign = |memory: &Memory| {
            memory.namespace == *namespace
                && memory.encoding.as_ref().is_some_and(|encoding| encoding.encoder() != encoder)
                && !except(memory)
        };
        self.after(last).any(|(_, memory)| foreign(memory))
            || self.after(Seq(0)).take_while(|(seq, _)| *seq <= last).any(|(_, memory)| foreign(memory))
    }
}
