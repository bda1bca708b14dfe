//! Which names are cut from texts: those of speakers who say much.
//!
//! A function of what the namespace holds now and of nothing else. The least share is counted of the number of memories
//! rounded up to a power of two, so that a name comes and goes at most once while a namespace doubles.

use std::collections::HashSet;

use crate::index::labels::Number;
use crate::index::speakers::Speakers;
use crate::text::words;

/// A speaker is frequent from 1 in this many memories on.
const ONE_IN: usize = 100;

/// The names that are cut.
#[derive(Debug, Default)]
pub(super) struct Names {
    cut: HashSet<String>,
    frequent: HashSet<Number>,
    /// Memories rounded up to a power of two, as they were counted last.
    class: usize,
}

/// What became of the names: those that are cut now, and those that are no more.
#[derive(Debug, Default)]
pub(super) struct Turned {
    pub(super) cut: Vec<String>,
    pub(super) kept: Vec<String>,
}

impl Names {
    /// Whether a bare word is the name of someone who says much.
    pub(super) fn is_cut(&self, word: &str) -> bool {
        self.cut.contains(word)
    }

    /// Whether none is cut.
    pub(super) fn is_empty(&self) -> bool {
        self.cut.is_empty()
    }

    /// How the names change with `memories` there are now, after `speakers` said one more or one less. Nothing is changed
    /// until [`Self::turn`].
    pub(super) fn turning(&mut self, speakers: &Speakers, changed: &[Number], memories: usize) -> Turned {
        let class = memories.next_power_of_two();
        let frequent = |number: Number| speakers.labels().count(number) * ONE_IN >= class;
        let turns = |number: &Number| frequent(*number) != self.frequent.contains(number);
        if class == self.class && !changed.iter().any(turns) {
            return Turned::default();
        }
        self.class = class;
        self.frequent = speakers.labels().numbers().filter(|number| frequent(*number)).collect();
        let mut now: HashSet<String> = HashSet::new();
        for (word, called) in speakers.called() {
            // a stop word is more often a word than a name
            if called.iter().any(|number| self.frequent.contains(number)) && words::has_content(word) {
                now.insert(word.to_owned());
            }
        }
        let mut turned = Turned {
            cut: now.difference(&self.cut).cloned().collect(),
            kept: self.cut.difference(&now).cloned().collect(),
        };
        turned.cut.sort_unstable();
        turned.kept.sort_unstable();
        turned
    }

    /// Takes the change over.
    pub(super) fn turn(&mut self, turned: &Turned) {
        turned.kept.iter().for_each(|word| {
            self.cut.remove(word);
        });
        self.cut.extend(turned.cut.iter().cloned());
    }
}
