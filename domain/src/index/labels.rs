//! Labels as small numbers, so that comparing owners needs no text.

use std::collections::HashMap;
use std::num::NonZeroU32;

use crate::tenant::Label;

/// A label's number within one [`Labels`], for as long as a memory bears it.
pub(super) type Number = NonZeroU32;

/// Labels of one kind that memories bear, counted. One that no memory bears any more is forgotten.
#[derive(Debug, Default)]
pub(super) struct Labels {
    numbers: HashMap<Label, Number>,
    /// Memories that bear the label, by number, from 1.
    counts: Vec<u32>,
    free: Vec<Number>,
}

impl Labels {
    /// Counts one more memory of a label; its number, and whether it is the first.
    pub(super) fn add(&mut self, label: &Label) -> (Number, bool) {
        let (number, new) = match self.numbers.get(label) {
            Some(&number) => (number, false),
            None => (self.take(label), true),
        };
        self.counts[at(number)] += 1;
        (number, new)
    }

    /// Counts one memory of a label less; its number if it was the last.
    pub(super) fn remove(&mut self, label: &Label) -> Option<Number> {
        let number = self.find(label)?;
        self.counts[at(number)] -= 1;
        if self.counts[at(number)] > 0 {
            return None;
        }
        self.numbers.remove(label);
        self.free.push(number);
        Some(number)
    }

    /// The number of a label that some memory bears.
    pub(super) fn find(&self, label: &Label) -> Option<Number> {
        self.numbers.get(label).copied()
    }

    /// How many memories bear the label of that number.
    pub(super) fn count(&self, number: Number) -> usize {
        self.counts[at(number)] as usize
    }

    /// The numbers of all labels that some memory bears.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> {
        self.numbers.values().copied()
    }

    fn take(&mut self, label: &Label) -> Number {
        let number = self.free.pop().unwrap_or_else(|| {
            self.counts.push(0);
            let count = u32::try_from(self.counts.len()).ok();
            count.and_then(Number::new).expect("there are not more labels than slots")
        });
        self.numbers.insert(label.clone(), number);
        number
    }
}

fn at(number: Number) -> usize {
    number.get() as usize - 1
}
