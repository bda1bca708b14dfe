//! What is known for a goal, woven together: which memories are steps, and what they wait for.

use std::collections::{BTreeMap, BTreeSet};

use super::closure::Known;
use super::fact::Fact;
use super::reach::Dependency;
use crate::link::Edge;
use crate::memory::{Memory, MemoryId};

/// A recalled memory belongs to the goal if its score is at least this share of the best one, or if links connect it
/// to one that does. It keeps a chain that was recalled by chance out of the plan.
const RELEVANT: f64 = 0.5;

/// A memory at hand.
pub(super) struct Member<'a> {
    pub(super) memory: &'a Memory,
    /// Its place among those recalled, `usize::MAX` for one that links led to.
    pub(super) rank: usize,
    /// Its score, 0 to 1; 0 for one that links led to.
    pub(super) score: f64,
    /// Whether the context says that it is done.
    pub(super) done: bool,
}

/// Members and the links that order them.
pub(super) struct Web<'a> {
    members: BTreeMap<MemoryId, Member<'a>>,
    needs: BTreeMap<MemoryId, BTreeMap<MemoryId, Vec<Edge>>>,
}

impl<'a> Web<'a> {
    pub(super) fn of(known: &Known<'a>) -> Self {
        let context: BTreeSet<&Fact> = known.context.iter().collect();
        let done = |memory: &Memory| Fact::of(memory.content.as_str()).is_some_and(|fact| context.contains(&fact));
        let mut members = BTreeMap::new();
        let recalled = known.recalled.iter().enumerate().map(|(rank, hit)| (&hit.memory, rank, hit.score));
        let reached = known.reached.iter().map(|memory| (memory, usize::MAX, 0.0));
        for (memory, rank, score) in recalled.chain(reached) {
            let score = if score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) };
            members.entry(memory.id).or_insert_with(|| Member { memory, rank, score, done: done(memory) });
        }
        let mut needs: BTreeMap<_, BTreeMap<_, Vec<Edge>>> = BTreeMap::new();
        for edge in known.edges {
            if let Some(Dependency { before, after }) = Dependency::of(edge) {
                needs.entry(after).or_default().entry(before).or_default().push(*edge);
            }
        }
        Self { members, needs }
    }

    pub(super) fn member(&self, id: MemoryId) -> Option<&Member<'a>> {
        self.members.get(&id)
    }

    /// What `id` waits for, with the links that say so; by id, members or not.
    pub(super) fn needs(&self, id: MemoryId) -> impl Iterator<Item = (MemoryId, &[Edge])> {
        self.needs.get(&id).into_iter().flatten().map(|(before, edges)| (*before, edges.as_slice()))
    }

    /// The recalled members that belong to the goal, most relevant first.
    pub(super) fn goals(&self) -> Vec<MemoryId> {
        let mut ranked: Vec<&Member> = self.members.values().filter(|member| member.rank != usize::MAX).collect();
        ranked.sort_by_key(|member| member.rank);
        let best = ranked.iter().map(|member| member.score).fold(0.0, f64::max);
        let strong = ranked.iter().filter(|member| member.score >= RELEVANT * best).map(|member| member.memory.id);
        let near = self.connected(strong.collect());
        ranked.iter().map(|member| member.memory.id).filter(|id| near.contains(id)).collect()
    }

    /// The steps: the goals and all that they wait for, without what is done and what no link holds; in order of
    /// preference (the goal that they serve, their own relevance, time, id).
    pub(super) fn steps(&self, goals: &[MemoryId]) -> Vec<&Member<'a>> {
        let mut serves: BTreeMap<MemoryId, usize> = BTreeMap::new();
        for (rank, &goal) in goals.iter().enumerate() {
            let mut open = vec![goal];
            while let Some(id) = open.pop() {
                let todo = self.member(id).is_some_and(|member| !member.done);
                if todo && !serves.contains_key(&id) {
                    serves.insert(id, rank);
                    open.extend(self.needs(id).map(|(before, _)| before));
                }
            }
        }
        let needed: BTreeSet<MemoryId> =
            serves.keys().flat_map(|&id| self.needs(id)).map(|(before, _)| before).collect();
        let held = |id: &MemoryId| self.needs.contains_key(id) || needed.contains(id);
        let mut steps: Vec<&Member> = serves.keys().filter(|id| held(id)).filter_map(|&id| self.member(id)).collect();
        steps.sort_by_key(|step| (serves[&step.memory.id], step.rank, step.memory.times.happened(), step.memory.id));
        steps
    }

    /// All members that links of order connect with `from`, in whatever direction.
    fn connected(&self, from: Vec<MemoryId>) -> BTreeSet<MemoryId> {
        let mut beside: BTreeMap<MemoryId, Vec<MemoryId>> = BTreeMap::new();
        for (&after, befores) in &self.needs {
            for &before in befores.keys().filter(|before| self.members.contains_key(before)) {
                beside.entry(before).or_default().push(after);
                beside.entry(after).or_default().push(before);
            }
        }
        let mut near = BTreeSet::new();
        let mut open = from;
        while let Some(id) = open.pop() {
            if self.members.contains_key(&id) && near.insert(id) {
                open.extend(beside.get(&id).into_iter().flatten());
            }
        }
        near
    }
}
