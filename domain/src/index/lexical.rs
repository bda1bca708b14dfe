//! Shared words: BM25 of each unit read with its neighbours, and of each session as a whole.

use crate::index::context::Context;
use crate::index::labels::Number;
use crate::index::postings::Postings;
use crate::index::slots::Slots;
use crate::recall::bm25;

/// A text that answers need not repeat all that was asked: more than this counts as this.
pub(super) const CAP: f32 = 0.5;
/// The best of a namespace has at least this much: long queries are never repeated whole.
const BEST: f32 = 0.4;

/// Words of the sessions of a namespace, by the number of their label.
#[derive(Debug, Default)]
pub(super) struct SessionLengths {
    words: Vec<u64>,
    total: u64,
    sessions: usize,
}

/// What a query's words find, one value a slot.
#[derive(Debug)]
pub(super) struct Lexical {
    /// BM25 over the highest that the query's idf can give, 0 to 1.
    pub(super) raw: Vec<f32>,
    /// What raw values are multiplied by after the cap.
    pub(super) stretch: f32,
    /// The same of whole sessions, capped, one value a session.
    sessions: Vec<f32>,
}

impl Lexical {
    /// The signal of shared words, 0 to 1.
    #[inline(always)]
    pub(super) fn signal(&self, slot: u32) -> f32 {
        self.stretched(self.raw[slot as usize])
    }

    /// The signal of a raw value.
    #[inline(always)]
    pub(super) fn stretched(&self, raw: f32) -> f32 {
        raw.min(CAP) * self.stretch
    }

    /// Counts a unit that a name is cut from as one that holds all words of a query of that name.
    pub(super) fn mention(&mut self, slot: u32) {
        self.raw[slot as usize] = self.raw[slot as usize].max(CAP);
    }

    /// The signal of a session's words, 0 to .5.
    pub(super) fn of_session(&self, session: Option<Number>) -> f32 {
        session.and_then(|session| self.sessions.get(session.get() as usize)).copied().unwrap_or(0.0)
    }
}

impl SessionLengths {
    /// Counts words of a session more or less.
    pub(super) fn count(&mut self, session: Option<Number>, words: i64) {
        let Some(session) = session else { return };
        let at = session.get() as usize;
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        let (old, new) = (self.words[at], self.words[at].saturating_add_signed(words));
        self.words[at] = new;
        self.total = self.total + new - old;
        self.sessions = self.sessions + usize::from(new > 0) - usize::from(old > 0);
    }

    fn relative(&self, at: usize) -> f32 {
        self.words[at] as f32 * self.sessions as f32 / (self.total as f32).max(1.0)
    }
}

/// Compares the words of a query (with repetitions) with every unit.
pub(super) fn compare(
    words: &[String],
    postings: &Postings,
    context: &Context,
    slots: &Slots,
    lengths: &SessionLengths,
) -> Lexical {
    let all = slots.end() as usize;
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let idf_of = |word: &str| bm25::idf(postings.texts(), postings.texts_with(word));
    let idf_sum: f32 = words.iter().map(|word| idf_of(word)).sum();
    let mut lexical = Lexical { raw: vec![0.0; all], stretch: 1.0, sessions: vec![0.0; lengths.words.len()] };
    let (mut units, mut sessions) = (Tally::of(all), Tally::of(lengths.words.len()));
    let (mut session_idfs, mut best) = (0.0, 0f32);
    let lengths_of = context.relative_lengths(postings.texts());
    for word in words {
        let idf = idf_of(word);
        for (slot, count) in postings.counts(word) {
            units.add(slot as usize, count);
            for (reader, weight) in context.read_by(slot) {
                units.add(reader as usize, weight * count);
            }
            if let Some(session) = slots.owner(slot).session {
                sessions.add(session.get() as usize, count);
            }
        }
        let share = bm25::signal(idf, idf_sum);
        units.drain(|at, count| {
            let raw = &mut lexical.raw[at];
            *raw += share * bm25::saturation(count, lengths_of(at as u32));
            best = best.max(*raw);
        });
        let idf = bm25::idf(lengths.sessions, sessions.touched.len());
        session_idfs += idf;
        sessions.drain(|at, count| lexical.sessions[at] += idf * bm25::saturation(count, lengths.relative(at)));
    }
    lexical.sessions.iter_mut().for_each(|points| *points = bm25::signal(*points, session_idfs).min(CAP));
    let best = best.min(CAP);
    if best > 0.0 {
        lexical.stretch = (BEST / best).max(1.0);
    }
    lexical
}

/// Counts by place, and which places have any.
struct Tally {
    counts: Vec<f32>,
    touched: Vec<u32>,
}

impl Tally {
    fn of(places: usize) -> Self {
        Self { counts: vec![0.0; places], touched: vec![] }
    }

    #[inline]
    fn add(&mut self, at: usize, count: f32) {
        if self.counts[at] == 0.0 {
            self.touched.push(at as u32);
        }
        self.counts[at] += count;
    }

    /// Hands over every place with its count and forgets it.
    #[inline]
    fn drain(&mut self, mut take: impl FnMut(usize, f32)) {
        for &at in &self.touched {
            take(at as usize, std::mem::take(&mut self.counts[at as usize]));
        }
        self.touched.clear();
    }
}
