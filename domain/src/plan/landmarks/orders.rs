//! In which order landmarks come: what must be (natural), what must hold just before (greedy-necessary), and what had
//! better be (reasonable, Hoffmann, Porteous and Sebastia 2004), as LAMA takes them.

use super::Landmarks;
use crate::plan::bits::{self, Rows};
use crate::plan::mutex::Mutexes;
use crate::plan::task::Task;

/// The landmarks of the goal with their orders.
pub(super) fn ordered(task: &Task, labels: &Rows, mutexes: Option<&Mutexes>) -> Landmarks {
    let mut all = vec![0; bits::words(task.facts)];
    for &fact in &task.goal {
        all.iter_mut().zip(labels.row(fact)).for_each(|(all, row)| *all |= row);
    }
    let facts: Vec<u32> = bits::members(&all).collect();
    let draft = Draft::new(task, labels, facts);
    let mut before = draft.natural.clone();
    if let Some(mutexes) = mutexes {
        draft.add_reasonable(mutexes, &mut before);
    }
    let goal = bits::of(task.facts, &task.goal);
    let is_goal: Vec<u32> =
        (0..draft.facts.len() as u32).filter(|&at| bits::has(&goal, draft.facts[at as usize])).collect();
    Landmarks {
        is_goal: bits::of(draft.facts.len(), &is_goal),
        before,
        just_before: draft.just_before,
        facts: draft.facts,
    }
}

struct Draft<'t> {
    task: &'t Task,
    facts: Vec<u32>,
    number: Vec<Option<u32>>,
    natural: Rows,
    just_before: Vec<Vec<u32>>,
    /// By landmark: facts that every action has as an effect that reaches it first.
    shared: Vec<Vec<u32>>,
    goals: Vec<u64>,
}

impl<'t> Draft<'t> {
    fn new(task: &'t Task, labels: &Rows, facts: Vec<u32>) -> Self {
        let mut number = vec![None; task.facts];
        facts.iter().zip(0u32..).for_each(|(&fact, at)| number[fact as usize] = Some(at));
        let mut draft = Self {
            natural: Rows::empty(facts.len(), facts.len()),
            just_before: vec![Vec::new(); facts.len()],
            shared: vec![Vec::new(); facts.len()],
            goals: bits::of(task.facts, &task.goal),
            task,
            facts,
            number,
        };
        draft.find_natural(labels);
        draft.find_just_before(labels);
        draft
    }

    fn find_natural(&mut self, labels: &Rows) {
        for (at, &fact) in self.facts.iter().enumerate() {
            let earlier = bits::members(labels.row(fact)).filter(|&other| other != fact);
            for other in earlier.filter_map(|other| self.number[other as usize]) {
                bits::put(self.natural.row_mut(at as u32), other);
            }
        }
    }

    /// What all actions need, and have as effects, that can reach a landmark for the first time.
    fn find_just_before(&mut self, labels: &Rows) {
        let providers = self.task.adds.inverted(self.task.facts);
        let init = bits::of(self.task.facts, &self.task.init);
        for (at, &fact) in self.facts.iter().enumerate() {
            if bits::has(&init, fact) {
                continue;
            }
            let first = |action: &&u32| !self.task.needs.get(**action).iter().any(|&need| labels.has(need, fact));
            let mut first = providers.get(fact).iter().filter(first);
            let Some(&one) = first.next() else { continue };
            let mut needs = self.task.needs.get(one).to_vec();
            let mut effects = self.task.adds.get(one).to_vec();
            for &action in first {
                needs.retain(|need| self.task.needs.get(action).binary_search(need).is_ok());
                effects.retain(|effect| self.task.adds.get(action).binary_search(effect).is_ok());
            }
            self.just_before[at] = needs.iter().filter_map(|&need| self.number[need as usize]).collect();
            self.shared[at] = effects;
        }
    }

    /// Adds what had better come before, unless it would have to come after as well.
    fn add_reasonable(&self, mutexes: &Mutexes, before: &mut Rows) {
        for later in 0..self.facts.len() as u32 {
            for earlier in self.candidates(later) {
                let sensible = earlier != later && self.interferes(mutexes, earlier, later);
                if sensible && !before.has(later, earlier) && !reaches(before, later, earlier) {
                    bits::put(before.row_mut(later), earlier);
                }
            }
        }
    }

    /// The landmarks that had perhaps better come before `later`: for a goal the other goals; for what must hold just
    /// before something else, what that needs as well.
    fn candidates(&self, later: u32) -> Vec<u32> {
        let all = 0..self.facts.len() as u32;
        if self.is_goal(later) {
            return all.filter(|&other| self.is_goal(other)).collect();
        }
        let mut found = vec![0; bits::words(self.facts.len())];
        for next in all.filter(|&next| self.just_before[next as usize].contains(&later)) {
            found.iter_mut().zip(self.natural.row(next)).for_each(|(found, row)| *found |= row);
        }
        bits::members(&found).collect()
    }

    fn is_goal(&self, landmark: u32) -> bool {
        bits::has(&self.goals, self.facts[landmark as usize])
    }

    /// Whether reaching `earlier` would destroy `later`, if that were there already.
    fn interferes(&self, mutexes: &Mutexes, earlier: u32, later: u32) -> bool {
        let (fact, kept) = (self.facts[earlier as usize], self.facts[later as usize]);
        let excluded = |other: u32| other != kept && other != fact && mutexes.exclude(other, kept);
        mutexes.exclude(fact, kept)
            || self.shared[earlier as usize].iter().any(|&effect| excluded(effect))
            || self.just_before[earlier as usize].iter().any(|&need| excluded(self.facts[need as usize]))
    }
}

/// Whether `from` must come before `to` already, by however many steps.
fn reaches(before: &Rows, from: u32, to: u32) -> bool {
    let mut seen = before.row(to).to_vec();
    let mut open: Vec<u32> = bits::members(&seen).collect();
    while let Some(at) = open.pop() {
        if at == from {
            return true;
        }
        for (word, (seen, row)) in seen.iter_mut().zip(before.row(at)).enumerate() {
            let new = row & !*seen;
            *seen |= new;
            open.extend(bits::members(&[new]).map(|bit| word as u32 * 64 + bit));
        }
    }
    false
}
