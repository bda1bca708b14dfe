//! Answering a cue: every memory gets its signals, the best that the filter admits become candidates.

use crate::encoding::Encoding;
use crate::index::best::{Best, Ranked};
use crate::index::labels::Number;
use crate::index::strength::Strengths;
use crate::index::{Candidate, NamespaceIndex};
use crate::recall::bm25;
use crate::recall::cue::Cue;
use crate::text::dates::{self, SaidDate};
use crate::text::words;

/// What a query asks, read with the statistics of the namespace.
struct Question {
    /// Content words without the names of speakers.
    words: Vec<String>,
    /// Places in meaning, one an encoder.
    encodings: Vec<Encoding>,
    /// Which speakers are named, ascending.
    named: Vec<Number>,
    dates: Vec<SaidDate>,
}

impl NamespaceIndex {
    /// The best memories for a cue by its weights, at most `cue.limit`, best first, of equals the later; each satisfies
    /// the filter and has a signal that is not 0.
    pub fn search(&self, cue: &Cue) -> Vec<Candidate> {
        let Some(wanted) = self.owners.wanted(&cue.filter) else { return vec![] };
        let strengths = self.strengths(self.read(cue));
        let (mut best, weights) = (Best::new(cue.limit), cue.weights);
        // the latest first: of equals they stay, and the heap is left alone
        for slot in (0..self.slots.end()).rev() {
            let strength = strengths.of(slot, &self.slots);
            let score = strength.weighed(&weights);
            // almost every memory ends here, before anything beside its signals is looked at
            if score >= best.floor() && strength.is_some() && self.slots.owner(slot).is(&wanted) {
                let ranked = Ranked { score, seq: self.slots.seq(slot), slot };
                best.offer(ranked, || self.slots.memory(slot).is_some_and(|memory| cue.filter.admits(memory)));
            }
        }
        let candidate = |Ranked { seq, slot, .. }| {
            let memory = self.slots.memory(slot)?.clone();
            Some(Candidate { memory, seq, signals: strengths.of(slot, &self.slots).signals() })
        };
        best.into_order().into_iter().filter_map(candidate).collect()
    }

    /// The signals that are computed for all memories at once.
    fn strengths(&self, question: Question) -> Strengths {
        let all = self.slots.end() as usize;
        let (mut lexical, mut semantic) = (vec![0f32; all], vec![0f32; all]);
        self.postings.score(&question.words, &mut lexical);
        for encoding in &question.encodings {
            self.vectors.score(encoding, &mut semantic);
        }
        Strengths { lexical, semantic, named: question.named, dates: question.dates }
    }

    fn read(&self, cue: &Cue) -> Question {
        let text = cue.text.as_str();
        // a question is the same without its mark
        let asked = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '?' | '？'));
        let asked = if asked.chars().all(|c| c.is_whitespace() || c.is_control()) { text } else { asked };
        let nameless = words::without(asked, |word| self.owners.speakers.is_name(word, self.len()));
        // a query of names alone is about those who are named
        let plain = if words::has_content(&nameless) { nameless.as_str() } else { asked };
        Question {
            words: words::words(plain),
            encodings: self.encodings(plain, cue.encoding.as_ref()),
            named: self.owners.speakers.named(asked),
            dates: dates::dates(asked),
        }
    }

    /// The encoding given, and the text's by the index's own table unless that is its encoder too.
    fn encodings(&self, plain: &str, given: Option<&Encoding>) -> Vec<Encoding> {
        let own = self.table.as_ref().filter(|table| given.is_none_or(|given| given.encoder() != table.encoder()));
        let idf = |id| bm25::idf(self.len(), self.pieces.get(&id).map_or(0, |&df| df as usize)).sqrt();
        let weighted = own.and_then(|table| table.encode_weighted(plain, idf));
        given.cloned().into_iter().chain(weighted).collect()
    }
}
