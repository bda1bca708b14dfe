//! Who speaks in a namespace, and by which words they are called.

use std::collections::HashMap;

use crate::index::labels::{Labels, Number};
use crate::tenant::Label;
use crate::text::words;

/// The speakers of a namespace. One that no memory has left is forgotten.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    labels: Labels,
    /// Which speakers each name word calls.
    called: HashMap<String, Vec<Number>>,
}

impl Speakers {
    /// Counts one more memory of a speaker.
    pub(super) fn add(&mut self, speaker: &Label) -> Number {
        let (number, new) = self.labels.add(speaker);
        if new {
            for word in name_words(speaker) {
                self.called.entry(word).or_default().push(number);
            }
        }
        number
    }

    /// Counts one memory less.
    pub(super) fn remove(&mut self, speaker: &Label) {
        let Some(number) = self.labels.remove(speaker) else { return };
        for word in name_words(speaker) {
            if let Some(called) = self.called.get_mut(&word) {
                called.retain(|&other| other != number);
                if called.is_empty() {
                    self.called.remove(&word);
                }
            }
        }
    }

    /// The speakers as labels.
    pub(super) fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Which speakers a text names, ascending.
    pub(super) fn named(&self, text: &str) -> Vec<Number> {
        let words = words::bare_words(text);
        let mut named: Vec<Number> = words.iter().filter_map(|word| self.called.get(word)).flatten().copied().collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// The words that speakers are called by, and whom each calls.
    pub(super) fn called(&self) -> impl Iterator<Item = (&str, &[Number])> {
        self.called.iter().map(|(word, called)| (word.as_str(), called.as_slice()))
    }
}

/// The words of a name that have more than two letters.
fn name_words(speaker: &Label) -> Vec<String> {
    let mut words = words::bare_words(speaker.as_str());
    words.retain(|word| word.chars().count() > 2);
    words.sort_unstable();
    words.dedup();
    words
}
