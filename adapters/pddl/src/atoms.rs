//! Ground atoms that were reached, each with a number, found by what stands in them.

use std::collections::HashMap;

/// A predicate with objects.
pub(crate) type Ground = (usize, Vec<u32>);

/// Atoms by number, in the order in which they were reached.
#[derive(Debug, Default)]
pub(crate) struct Atoms {
    pub(crate) list: Vec<Ground>,
    numbers: HashMap<Ground, u32>,
    /// By predicate: all its atoms, ascending.
    of: HashMap<usize, Vec<u32>>,
    /// By predicate, place and object: its atoms with that object there, ascending.
    with: HashMap<(usize, usize, u32), Vec<u32>>,
}

impl Atoms {
    /// Takes an atom in; one that is there already stays as it is.
    pub(crate) fn reach(&mut self, atom: Ground) -> u32 {
        if let Some(&number) = self.numbers.get(&atom) {
            return number;
        }
        let number = self.list.len() as u32;
        self.of.entry(atom.0).or_default().push(number);
        for (place, &object) in atom.1.iter().enumerate() {
            self.with.entry((atom.0, place, object)).or_default().push(number);
        }
        self.list.push(atom.clone());
        self.numbers.insert(atom, number);
        number
    }

    pub(crate) fn find(&self, atom: &Ground) -> Option<u32> {
        self.numbers.get(atom).copied()
    }

    /// The fewest atoms among which all those are that have these objects at these places.
    pub(crate) fn candidates(&self, predicate: usize, bound: impl Iterator<Item = (usize, u32)>) -> &[u32] {
        let all = self.of.get(&predicate).map_or(&[][..], Vec::as_slice);
        let narrowed =
            bound.map(|(place, object)| self.with.get(&(predicate, place, object)).map_or(&[][..], Vec::as_slice));
        narrowed.fold(all, |least, list| if list.len() < least.len() { list } else { least })
    }
}
