//! Which memories hold which word, and how often.

use std::collections::HashMap;

/// An inverted index: words to slots. Exact at all times: removal leaves no trace of a word that nobody holds.
#[derive(Debug, Default)]
pub(super) struct Postings {
    terms: HashMap<Box<str>, Posting>,
    /// Words of the text in each slot, 0 where the slot is free.
    lengths: Vec<u32>,
    texts: usize,
}

/// The slots that hold a word, ascending, and how often each does (255 and more count as 255).
#[derive(Debug, Default)]
struct Posting {
    slots: Vec<u32>,
    counts: Vec<u8>,
}

impl Postings {
    /// Adds the words of the text in `slot`, which must be free.
    pub(super) fn add(&mut self, slot: u32, words: &[String]) {
        let at = slot as usize;
        if self.lengths.len() <= at {
            self.lengths.resize(at + 1, 0);
        }
        self.lengths[at] = u32::try_from(words.len()).unwrap_or(u32::MAX);
        self.texts += 1;
        for word in words {
            match self.terms.get_mut(word.as_str()) {
                Some(posting) => posting.count(slot),
                None => self.terms.entry(word.as_str().into()).or_default().count(slot),
            }
        }
    }

    /// Removes the words of the text in `slot`, the same that were added.
    pub(super) fn remove(&mut self, slot: u32, words: &[String]) {
        let at = slot as usize;
        self.lengths[at] = 0;
        self.texts -= 1;
        for word in words {
            if let Some(posting) = self.terms.get_mut(word.as_str())
                && posting.forget(slot)
            {
                self.terms.remove(word.as_str());
            }
        }
    }

    /// How many texts hold a word.
    pub(super) fn texts_with(&self, word: &str) -> usize {
        self.terms.get(word).map_or(0, |posting| posting.slots.len())
    }

    /// Whether any text holds a word.
    pub(super) fn holds(&self, word: &str) -> bool {
        self.terms.contains_key(word)
    }

    /// How many texts there are.
    pub(super) fn texts(&self) -> usize {
        self.texts
    }

    /// The slots that hold a word, ascending.
    pub(super) fn slots(&self, word: &str) -> &[u32] {
        self.terms.get(word).map_or(&[], |posting| &posting.slots)
    }

    /// The slots that hold a word and how often each does.
    pub(super) fn counts(&self, word: &str) -> impl Iterator<Item = (u32, f32)> {
        let posting = self.terms.get(word);
        posting.into_iter().flat_map(|one| one.slots.iter().zip(&one.counts).map(|(&slot, &n)| (slot, f32::from(n))))
    }

    /// Words of the text in a slot.
    pub(super) fn length(&self, slot: u32) -> u32 {
        self.lengths.get(slot as usize).copied().unwrap_or(0)
    }
}

impl Posting {
    fn count(&mut self, slot: u32) {
        // new slots are the highest: mostly there is nothing to look for
        let found = match self.slots.last() {
            Some(&last) if last >= slot => self.slots.binary_search(&slot),
            _ => Err(self.slots.len()),
        };
        match found {
            Ok(at) => self.counts[at] = self.counts[at].saturating_add(1),
            Err(at) => {
                self.slots.insert(at, slot);
                self.counts.insert(at, 1);
            }
        }
    }

    /// Whether nothing is left.
    fn forget(&mut self, slot: u32) -> bool {
        if let Ok(at) = self.slots.binary_search(&slot) {
            self.slots.remove(at);
            self.counts.remove(at);
        }
        self.slots.is_empty()
    }
}
