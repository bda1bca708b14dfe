//! Answering a cue in two stages: every unit gets the signals that cost little; the best that the filter admits get all of
//! them.

use std::collections::HashSet;

use crate::index::best::{Best, Ranked};
use crate::index::owners::Owner;
use crate::index::question::Question;
use crate::index::refine::Refinement;
use crate::index::slots::Place;
use crate::index::strength::Strengths;
use crate::index::{Candidate, Found, NamespaceIndex, lexical};
use crate::memory::MemoryId;
use crate::recall::cue::Cue;
use crate::recall::fuse;
use crate::recall::term::Term;

/// Memories that get all signals, at least: enough for the same best ten as if all did.
const REFINED: usize = 48;
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
        let strengths = self.strengths(&question);
        let sums = strengths.sums(&cue.weights, &self.slots);
        let shortlist = self.shortlist(cue, &wanted, &strengths, &sums);
        let mut candidates = self.refined(cue, &question, &strengths, &shortlist);
        candidates.truncate(cue.limit);
        let known: HashSet<MemoryId> = candidates.iter().map(|one| one.memory.id).collect();
        let linked = self.linked(cue, &mut candidates);
        let more = cue.include.iter().copied().chain(linked).filter(|id| !known.contains(id));
        let more = self.admitted(cue, &wanted, &sums, more);
        candidates.extend(self.refined(cue, &question, &strengths, &more));
        self.follow_links(cue, known.len(), &mut candidates);
        Found { candidates, reading }
    }

    /// The signals that are computed for all units at once.
    fn strengths(&self, question: &Question) -> Strengths {
        let mut lexical = lexical::compare(&question.words, &self.postings, &self.context, &self.slots, &self.sessions);
        self.cut_from(&question.names).for_each(|slot| lexical.mention(slot));
        let mut semantic = vec![0f32; self.slots.end() as usize];
        for (encoding, weight) in &question.encodings {
            self.vectors.score(encoding, *weight, &mut semantic);
        }
        Strengths { lexical, semantic, named: question.named.clone(), dates: question.dates.clone() }
    }

    /// The best units of the first stage, one a memory.
    fn shortlist(&self, cue: &Cue, wanted: &Owner, strengths: &Strengths, sums: &[f32]) -> Vec<u32> {
        let mut best = Best::new(cue.limit.max(REFINED));
        // the latest first: of equals they stay, and the heap is left alone
        for (slot, &score) in (0..self.slots.end()).zip(sums).rev() {
            // almost every unit ends here, before anything beside its sum is looked at
            if score >= best.floor() && self.slots.owner(slot).is(wanted) && strengths.of(slot, &self.slots).is_some() {
                let ranked = Ranked { score, seq: self.slots.seq(slot), slot };
                best.offer(ranked, || {
                    let memory = self.slots.memory(slot);
                    memory.is_some_and(|memory| self.is_best_unit(memory.id, slot, sums) && cue.filter.admits(memory))
                });
            }
        }
        best.into_order().into_iter().map(|ranked| ranked.slot).collect()
    }

    /// Whether no other passage of the memory answers better, or as well and earlier.
    fn is_best_unit(&self, id: MemoryId, slot: u32, sums: &[f32]) -> bool {
        !self.slots.is_passage(slot) || self.slots.find(id).is_none_or(|place| best_unit(place, sums) == slot)
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

    /// The memories of these units with all signals, best first.
    fn refined(&self, cue: &Cue, question: &Question, strengths: &Strengths, units: &[u32]) -> Vec<Candidate> {
        if units.is_empty() {
            return vec![];
        }
        let refinement = Refinement::of(self, cue, question, strengths, units);
        let candidate = |slot: &u32| {
            let memory = self.slots.memory(*slot)?.clone();
            let signals = refinement.signals(*slot, &memory);
            let named = strengths.names(*slot, &self.slots);
            Some((signals.dot(&cue.weights), Candidate { memory, seq: self.slots.seq(*slot), signals, named }))
        };
        let mut refined: Vec<(f32, Candidate)> = units.iter().filter_map(candidate).collect();
        refined.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(other.seq.cmp(&one.seq)));
        refined.into_iter().map(|(_, candidate)| candidate).collect()
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
        let best: Vec<(f32, Vec<MemoryId>)> = candidates
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

/// The unit of a memory that answers best, of equals the first.
fn best_unit(place: &Place, sums: &[f32]) -> u32 {
    let mut units = place.units.iter().map(|unit| unit.slot);
    let first = units.next().expect("a memory has at least one unit");
    units.fold(first, |best, slot| if sums[slot as usize] > sums[best as usize] { slot } else { best })
}
