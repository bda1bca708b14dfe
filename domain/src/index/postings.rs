//! Which memories hold which word, and how often.

use std::collections::HashMap;

use crate::recall::bm25;

/// An inverted index: words to slots. Exact at all times: removal leaves no trace of a word that nobody holds.
#[derive(Debug, Default)]
pub(super) struct Postings {
    terms: HashMap<Box<str>, Posting>,
    /// Words of the text in each slot, 0 where the slot is free.
    lengths: Vec<u32>,
    total: u64,
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
        self.total += u64::from(self.lengths[at]);
        self.texts += 1;
        for word in words {
            if !self.terms.contains_key(word.as_str()) {
                self.terms.insert(word.as_str().into(), Posting::default());
            }
            if let Some(posting) = self.terms.get_mut(word.as_str()) {
                posting.count(slot);
            }
        }
    }

    /// Removes the words of the text in `slot`, the same that were added.
    pub(super) fn remove(&mut self, slot: u32, words: &[String]) {
        let at = slot as usize;
        self.total -= u64::from(self.lengths[at]);
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

    /// Writes each slot's lexical signal for a query's words into `signals` (one a slot, all 0 before).
    pub(super) fn score(&self, words: &[String], signals: &mut [f32]) {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        let idf = |word: &str| bm25::idf(self.texts, self.terms.get(word).map_or(0, |posting| posting.slots.len()));
        let idf_sum: f32 = words.iter().map(|word| idf(word)).sum();
        let per_word = self.texts as f32 / (self.total as f32).max(1.0);
        for (word, posting) in words.iter().filter_map(|&word| Some((word, self.terms.get(word)?))) {
            let idf = idf(word);
            for (&slot, &count) in posting.slots.iter().zip(&posting.counts) {
                let length = self.lengths[slot as usize] as f32 * per_word;
                let points = idf * bm25::saturation(f32::from(count), length);
                signals[slot as usize] += bm25::signal(points, idf_sum);
            }
        }
    }
}

impl Posting {
    fn count(&mut self, slot: u32) {
        match self.slots.binary_search(&slot) {
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
