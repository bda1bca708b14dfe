//! Why a goal is out of reach: the needs at the root that nothing meets, and what waits for itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Gap;
use super::graph::Graph;
use super::knowledge::{Draft, Term};
use crate::memory::MemoryId;

/// Most gaps that are named.
const MOST: usize = 100;

/// The unmet needs behind the terms, and the rings of actions that wait for each other.
pub(super) fn missing(draft: &Draft, unmet: &[Term]) -> (Vec<Gap>, Vec<Vec<MemoryId>>) {
    let reached = Reached::of(draft);
    let mut roots = Roots { draft, reached: &reached, gaps: Vec::new(), seen: BTreeSet::new(), waits: Vec::new() };
    for term in unmet {
        let before = (roots.gaps.len(), roots.waits.len());
        roots.follow(term);
        // Each part can be reached and all together cannot: then the goal itself is what is missing.
        if before == (roots.gaps.len(), roots.waits.len()) {
            roots.name(term, None);
        }
    }
    let cycles = roots.cycles();
    if roots.gaps.is_empty() {
        unmet.iter().for_each(|term| roots.name(term, None));
    }
    roots.gaps.truncate(MOST);
    (roots.gaps, cycles)
}

/// Where the goal is out of reach: what can be reached of it, and of what the actions that lead to it need.
pub(super) fn within_reach(draft: &Draft, goal: &[Term]) -> Vec<Term> {
    let reached = Reached::of(draft);
    let mut roots = Roots { draft, reached: &reached, gaps: Vec::new(), seen: BTreeSet::new(), waits: Vec::new() };
    let mut found: Vec<Term> = goal.iter().filter(|term| reached.has(draft, term)).cloned().collect();
    goal.iter().for_each(|term| roots.follow(term));
    let chain: BTreeSet<usize> =
        roots.waits.iter().flat_map(|&(before, after)| [before, after]).chain(roots.first(goal)).collect();
    let needs = chain.into_iter().flat_map(|at| &draft.actions[at].needs);
    found.extend(needs.filter(|need| reached.has(draft, need)).cloned());
    found
}

/// What can hold, and what can cease to, if nothing stood in the way of anything else.
struct Reached {
    literals: BTreeSet<(u32, bool)>,
}

impl Reached {
    fn of(draft: &Draft) -> Self {
        let literals = draft.said.iter().map(|(&fact, (holds, _))| (draft.resolved(fact), *holds)).collect();
        let mut reached = Self { literals };
        let mut waiting: BTreeMap<(u32, bool), Vec<usize>> = BTreeMap::new();
        let mut open: Vec<usize> = (0..draft.actions.len()).collect();
        while let Some(at) = open.pop() {
            let action = &draft.actions[at];
            if let Some(need) = action.needs.iter().find(|need| !reached.has(draft, need)) {
                waiting.entry((draft.resolved(need.fact), need.holds)).or_default().push(at);
                continue;
            }
            let effects = action.effects.iter().map(|effect| (draft.resolved(effect.fact), effect.holds));
            for literal in effects.chain(draft.done(at).map(|fact| (fact, true))) {
                if reached.literals.insert(literal) {
                    open.extend(waiting.remove(&literal).unwrap_or_default());
                }
            }
        }
        reached
    }

    fn has(&self, draft: &Draft, term: &Term) -> bool {
        let fact = draft.resolved(term.fact);
        let by_silence = !term.holds && !draft.said.contains_key(&fact) && !draft.disputed.contains(&fact);
        by_silence || self.literals.contains(&(fact, term.holds))
    }
}

struct Roots<'a> {
    draft: &'a Draft,
    reached: &'a Reached,
    gaps: Vec<Gap>,
    seen: BTreeSet<(u32, bool)>,
    /// Which action waits for which: (before, after).
    waits: Vec<(usize, usize)>,
}

impl Roots<'_> {
    /// From a term back to what nothing meets, along the actions that miss the least.
    fn follow(&mut self, goal: &Term) {
        let mut open: Vec<(Term, Option<usize>)> = vec![(goal.clone(), None)];
        while let Some((term, asker)) = open.pop() {
            let key = (self.draft.resolved(term.fact), term.holds);
            if self.reached.has(self.draft, &term) {
                continue;
            }
            let providers = self.draft.providers(&term);
            let least = providers.into_iter().min_by_key(|&at| self.missed(at).count());
            if let (Some(before), Some(after)) = (least, asker) {
                self.waits.push((before, after));
            }
            if !self.seen.insert(key) {
                continue;
            }
            match least {
                None => self.name(&term, asker),
                Some(at) => {
                    let missed: Vec<Term> = self.missed(at).cloned().collect();
                    open.extend(missed.into_iter().rev().map(|term| (term, Some(at))));
                }
            }
        }
    }

    /// The actions that lead to the terms out of reach directly.
    fn first(&self, goal: &[Term]) -> Vec<usize> {
        let missed = goal.iter().filter(|term| !self.reached.has(self.draft, term));
        missed
            .filter_map(|term| self.draft.providers(term).into_iter().min_by_key(|&at| self.missed(at).count()))
            .collect()
    }

    fn missed(&self, at: usize) -> impl Iterator<Item = &Term> {
        self.draft.actions[at].needs.iter().filter(|need| !self.reached.has(self.draft, need))
    }

    fn name(&mut self, term: &Term, asker: Option<usize>) {
        let disputed = self.draft.disputed.contains(&self.draft.resolved(term.fact));
        let why = if disputed { " (the context says both that it is so and that it is not)" } else { "" };
        let for_memory = asker.map(|at| self.draft.actions[at].known.memory);
        let gap = Gap { need: format!("{}{why}", term.text), for_step: None, for_memory };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Actions that wait for each other, as their memories.
    fn cycles(&self) -> Vec<Vec<MemoryId>> {
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        let mut actions = Vec::new();
        for at in self.waits.iter().flat_map(|&(before, after)| [before, after]) {
            numbers.entry(at).or_insert_with(|| {
                actions.push(at);
                actions.len() - 1
            });
        }
        let edges = self.waits.iter().map(|(before, after)| (numbers[before], numbers[after]));
        let rings = Graph::new(actions.len(), edges).rings();
        rings
            .into_iter()
            .map(|ring| ring.into_iter().map(|at| self.draft.actions[actions[at]].known.memory).collect())
            .collect()
    }
}
