//! Answering a cue in two stages: every unit gets the signals that cost little; the best that the filter admits get all of
//! them, after those that what they are by itself leaves behind have dropped out.

use std::collections::HashSet;
use std::sync::Arc;

use crate::index::best::{Best, Ranked};
use crate::index::owners::Owner;
use crate::index::question::Question;
use crate::index::refine::{Plain, Refinement};
use crate::index::slots::Place;
use crate::index::strength::Strengths;
use crate::index::{Candidate, Found, NamespaceIndex, lexical};
use crate::memory::{Memory, MemoryId};
use crate::recall::cue::Cue;
use crate::recall::term::{Signals, Term, Weights};
use crate::recall::{fuse, speaker};
use crate::text::passages;

/// Memories that get all signals, at least: enough for the same best ten as if all did, for 99 of 100 questions.
const REFINED: usize = 80;
/// How many times as many are looked at by themselves before.
const LOOKED_AT: usize = 3;
/// The best answers whose links are followed.
const FOLLOWED: usize = 3;

impl NamespaceIndex {
    /// The best memories for a cue by its weights, at most `cue.limit`, best first, of equals the later; each satisfies
    /// the filter and has a signal of meaning, words, speaker or date. Behind them what the cue includes and what the
    /// best are linked with.
    pub fn search(&self, cue: &Cue) -> Found {
        let question = self.read(cue);
        let reading = question.reading();
        let Some(wanted) = self.owners.wanted(&cue.filter) else { return Found { candidates: vec![], reading } };
        let strengths = self.strengths(cue, &question);
        let sums = strengths.sums(&cue.weights, &self.slots);
        let plain = Plain { index: self, cue, question: &question, strengths: &strengths };
        let shortlist = self.shortlist(&plain, &wanted, &sums);
        let refined = self.refined(plain, &shortlist);
        let ahead = speaker::ahead(refined.iter().map(|one| (&one.signals, one.named)), &cue.weights);
        let belief = ahead.map_or(1.0, speaker::belief);
        let mut candidates = self.best_first(refined, belief, cue.limit, &cue.weights);
        let known: HashSet<MemoryId> = candidates.iter().map(|one| one.memory.id).collect();
        let linked = self.linked(cue, &mut candidates);
        let more = cue.include.iter().copied().chain(linked).filter(|id| !known.contains(id));
        let more = self.admitted(cue, &wanted, &sums, more);
        let more = self.refined(plain, &more);
        candidates.extend(self.best_first(more, belief, usize::MAX, &cue.weights));
        self.follow_links(cue, known.len(), &mut candidates);
        Found { candidates, reading }
    }

    /// The signals that are computed for all units at once.
    fn strengths(&self, cue: &Cue, question: &Question) -> Strengths {
        let mut lexical = lexical::compare(&question.words, &self.postings, &self.context, &self.slots, &self.sessions);
        self.cut_from(&question.names).for_each(|slot| lexical.mention(slot));
        let mut semantic = vec![0f32; self.slots.end() as usize];
        for (encoding, weight) in &question.encodings {
            self.vectors.score(encoding, *weight, &mut semantic);
        }
        for slot in self.verbatim(cue) {
            lexical.mention(slot);
            semantic[slot as usize] = 1.0;
        }
        Strengths { lexical, semantic, named: question.named.clone(), dates: question.dates.clone() }
    }

    /// The first passages of memories that say what is asked, word for word: no passage is as like the whole of a long text as
    /// that text is like itself.
    fn verbatim(&self, cue: &Cue) -> Vec<u32> {
        if !passages::is_long(cue.text.as_str()) {
            return vec![];
        }
        let passages = (0..self.slots.end()).filter(|slot| self.slots.is_passage(*slot));
        let saying = passages.filter_map(|slot| self.slots.memory(slot)).filter(|memory| memory.content == cue.text);
        let first = |memory: &Arc<Memory>| Some(self.slots.find(memory.id)?.units.first()?.slot);
        let mut slots: Vec<u32> = saying.filter_map(first).collect();
        slots.dedup();
        slots
    }

    /// The best units of the first stage, one a memory.
    fn shortlist(&self, plain: &Plain<'_>, wanted: &Owner, sums: &[f32]) -> Vec<u32> {
        let limit = plain.cue.limit.max(REFINED);
        let mut best = Best::new(LOOKED_AT * limit);
        let likely = likely_floor(sums, LOOKED_AT * limit);
        self.offer(&mut best, reaching(likely, sums), plain, wanted, sums);
        if !best.is_full() {
            // the latest first: of equals they stay
            let others = (0..self.slots.end()).rev().filter(|slot| sums[*slot as usize] < likely);
            self.offer(&mut best, others, plain, wanted, sums);
        }
        let looked_at = best.into_vec();
        plain.look_at(looked_at.iter().map(|ranked| ranked.slot));
        let mut refined = Best::new(limit);
        for ranked in looked_at {
            let score = ranked.score + plain.points_by_itself(ranked.slot);
            refined.offer(Ranked { score, ..ranked }, || true);
        }
        refined.into_vec().iter().map(|ranked| ranked.slot).collect()
    }

    /// Offers units to the best.
    fn offer(
        &self,
        best: &mut Best,
        slots: impl Iterator<Item = u32>,
        plain: &Plain<'_>,
        wanted: &Owner,
        sums: &[f32],
    ) {
        let only_when = plain.cue.filter.only_when();
        let admits = |slot: u32| match only_when {
            Some(at) => self.slots.facts(slot).hold_at(at),
            None => self.slots.memory(slot).is_some_and(|memory| plain.cue.filter.admits(memory)),
        };
        for slot in slots {
            let score = sums[slot as usize];
            // almost every unit ends here, before anything beside its sum is looked at
            if score >= best.floor()
                && self.slots.owner(slot).is(wanted)
                && plain.strengths.of(slot, &self.slots).is_some()
            {
                let ranked = Ranked { score, seq: self.slots.seq(slot), slot };
                best.offer(ranked, || admits(slot) && self.is_best_unit(slot, sums));
            }
        }
    }

    /// Whether no other passage of the memory answers better, or as well and earlier.
    fn is_best_unit(&self, slot: u32, sums: &[f32]) -> bool {
        let place = || self.slots.find(self.slots.memory(slot)?.id);
        !self.slots.is_passage(slot) || place().is_none_or(|place| best_unit(place, sums) == slot)
    }

    /// The best unit of each of these memories that is there and that the filter admits.
    fn admitted(&self, cue: &Cue, wanted: &Owner, sums: &[f32], ids: impl Iterator<Item = MemoryId>) -> Vec<u32> {
        let mut seen = HashSet::new();
        let places = ids.filter(|id| seen.insert(*id)).filter_map(|id| self.slots.find(id));
        let units = places.map(|place| best_unit(place, sums));
        let admitted = |slot: &u32| {
            self.slots.owner(*slot).is(wanted)
                && self.slots.memory(*slot).is_some_and(|memory| cue.filter.admits(memory))
        };
        units.filter(admitted).collect()
    }

    /// All signals of these units.
    fn refined(&self, plain: Plain<'_>, units: &[u32]) -> Vec<Refined> {
        if units.is_empty() {
            return vec![];
        }
        let refinement = Refinement::of(plain, units);
        let refined = |&slot: &u32| {
            let named = plain.strengths.names(slot, &self.slots);
            Refined { slot, signals: refinement.signals(slot), named }
        };
        units.iter().map(refined).collect()
    }

    /// The memories of refined units, at most `limit`, best first, of equals the later; what being said by the named counts
    /// is lowered to `belief`.
    fn best_first(&self, mut refined: Vec<Refined>, belief: f32, limit: usize, weights: &Weights) -> Vec<Candidate> {
        let mut order = Vec::with_capacity(refined.len());
        for (at, one) in refined.iter_mut().enumerate() {
            one.signals.set(Term::Speaker, belief * one.signals.get(Term::Speaker));
            let ranked = Ranked { score: one.signals.dot(weights), seq: self.slots.seq(one.slot), slot: one.slot };
            order.push((ranked, at));
        }
        order.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        let candidate = |(ranked, at): (Ranked, usize)| {
            let Refined { slot, signals, named } = refined[at];
            Some(Candidate { memory: self.slots.memory(slot)?.clone(), seq: ranked.seq, signals, named })
        };
        order.into_iter().filter_map(candidate).take(limit).collect()
    }

    /// The memories that the best are linked with.
    fn linked(&self, cue: &Cue, candidates: &mut [Candidate]) -> Vec<MemoryId> {
        if cue.weights.get(Term::Link) == 0.0 {
            return vec![];
        }
        candidates.iter().take(FOLLOWED).flat_map(|one| self.links.of(&one.memory)).collect()
    }

    /// Gives what the best, the first of `found`, are linked with the score of the best one that it is linked with.
    fn follow_links(&self, cue: &Cue, found: usize, candidates: &mut [Candidate]) {
        if cue.weights.get(Term::Link) == 0.0 {
            return;
        }
        let best: Vec<(f32, HashSet<MemoryId>)> = candidates
            .iter()
            .take(FOLLOWED.min(found))
            .map(|one| (fuse::score(one.signals.dot(&cue.weights)), self.links.of(&one.memory).collect()))
            .collect();
        for (score, linked) in best {
            for candidate in candidates.iter_mut().filter(|one| linked.contains(&one.memory.id)) {
                candidate.signals.set(Term::Link, candidate.signals.get(Term::Link).max(score));
            }
        }
    }
}

/// A unit with all its signals.
#[derive(Clone, Copy)]
struct Refined {
    slot: u32,
    signals: Signals,
    named: bool,
}

/// Sums that are looked at to tell where the best begin.
const SAMPLED: usize = 1024;

/// A sum that somewhat more than `limit` of all reach, told by a sample: a hint that saves looking at units which the better ones
/// would push out again.
fn likely_floor(sums: &[f32], limit: usize) -> f32 {
    let every = (sums.len() / SAMPLED).max(1);
    let mut sample: Vec<f32> = sums.iter().copied().step_by(every).collect();
    let nth = (limit + limit / 3) / every;
    if nth + 1 >= sample.len() {
        return f32::NEG_INFINITY;
    }
    *sample.select_nth_unstable_by(nth, |a, b| b.total_cmp(a)).1
}

/// Sums that are compared in one step.
const LANES: usize = 16;

/// The slots whose sum is at least `likely`, the latest first: few of many.
fn reaching(likely: f32, sums: &[f32]) -> impl Iterator<Item = u32> {
    let step = move |at: usize| (at * LANES, &sums[at * LANES..sums.len().min((at + 1) * LANES)]);
    let any = move |sums: &[f32]| sums.iter().fold(false, |any, sum| any | (*sum >= likely));
    let steps = (0..sums.len().div_ceil(LANES)).rev().map(step).filter(move |(_, sums)| any(sums));
    steps.flat_map(move |(first, sums)| {
        let reaching = sums.iter().enumerate().rev().filter(move |(_, sum)| **sum >= likely);
        reaching.map(move |(at, _)| (first + at) as u32)
    })
}

/// The unit of a memory that answers best, of equals the first.
fn best_unit(place: &Place, sums: &[f32]) -> u32 {
    let mut units = place.units.iter().map(|unit| unit.slot);
    let first = units.next().expect("a memory has at least one unit");
    units.fold(first, |best, slot| if sums[slot as usize] > sums[best as usize] { slot } else { best })
}
