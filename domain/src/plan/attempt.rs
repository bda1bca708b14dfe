//! One search for one task, prepared: pruned, with mutexes and landmarks, in the numbers that the task was given with.

use super::greedy::{Found, Greedy};
use super::landmarks::Landmarks;
use super::mutex::Mutexes;
use super::prune::{Pruned, prune};
use super::relaxed::Relaxed;
use super::shorter::Shorter;
use super::task::Task;

/// Whole numbers that stand for costs are at most this.
const HEAVIEST: f64 = 1000.0;

/// How much is found out about a task before the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Mutexes and landmarks.
    Thorough,
    /// Neither: for tasks that are searched many times.
    Quick,
}

/// A search in progress.
pub(super) struct Attempt {
    pruned: Pruned,
    relaxed: Relaxed,
    search: Search,
}

enum Search {
    Greedy(Box<Greedy>),
    Shorter(Box<Shorter>),
}

impl Attempt {
    /// A search for any plan; `None` where the goal cannot be reached, that much is clear without search.
    pub(super) fn any(task: &Task, care: Care) -> Option<Self> {
        let mut pruned = prune(task)?;
        let mut landmarks = None;
        if care == Care::Thorough {
            let mutexes = Mutexes::of(&pruned.task);
            if let Some(found) = &mutexes {
                let before = pruned.task.actions();
                pruned = pruned.without(|action| found.alive(action))?;
                let mutexes = if pruned.task.actions() == before { mutexes } else { Mutexes::of(&pruned.task) };
                landmarks = Landmarks::of(&pruned.task, mutexes.as_ref());
            } else {
                landmarks = Landmarks::of(&pruned.task, None);
            }
        }
        let relaxed = Relaxed::new(&pruned.task, weights(&pruned.task));
        let search = Search::Greedy(Box::new(Greedy::new(&pruned.task, landmarks)));
        Some(Self { pruned, relaxed, search })
    }

    /// A search for a plan of at most `steps` steps.
    pub(super) fn within(task: &Task, steps: usize) -> Option<Self> {
        let pruned = prune(task)?;
        let weights = vec![1; pruned.task.actions()];
        Some(Self::bounded(pruned, weights, u32::try_from(steps).unwrap_or(u32::MAX)))
    }

    /// A search for a plan that is cheaper than `plan`.
    pub(super) fn cheaper(task: &Task, plan: &[u32]) -> Option<Self> {
        let all = weights(task);
        let bound = plan.iter().map(|&step| all[step as usize]).sum::<u32>().checked_sub(1)?;
        let pruned = prune(task)?;
        let weights = pruned.actions.iter().map(|&action| all[action as usize]).collect();
        Some(Self::bounded(pruned, weights, bound))
    }

    fn bounded(pruned: Pruned, weights: Vec<u32>, bound: u32) -> Self {
        let relaxed = Relaxed::new(&pruned.task, weights.clone());
        let search = Search::Shorter(Box::new(Shorter::new(&pruned.task, weights, bound)));
        Self { pruned, relaxed, search }
    }

    /// One expansion.
    pub(super) fn step(&mut self) -> Found {
        let Self { pruned, relaxed, search } = self;
        let found = match search {
            Search::Greedy(search) => search.step(&pruned.task, relaxed),
            Search::Shorter(search) => search.step(&pruned.task, relaxed),
        };
        match found {
            Found::Plan(steps) => Found::Plan(self.named(steps)),
            found => found,
        }
    }

    /// Bytes that the search takes, about.
    pub(super) fn bytes(&self) -> usize {
        match &self.search {
            Search::Greedy(search) => search.bytes(),
            Search::Shorter(search) => search.bytes(),
        }
    }

    /// The way to the state that meets the most goals; empty where a bound is searched.
    pub(super) fn best_way(&self) -> Vec<u32> {
        match &self.search {
            Search::Greedy(search) => self.named(search.best_way()),
            Search::Shorter(_) => Vec::new(),
        }
    }

    fn named(&self, steps: Vec<u32>) -> Vec<u32> {
        steps.into_iter().map(|step| self.pruned.actions[step as usize]).collect()
    }
}

/// Costs as whole numbers: 1 each where all cost the same, otherwise 1 and ten times the cost by the mean cost. Every step
/// weighs something, as in LAMA, so that what costs nothing is no reason to wander.
fn weights(task: &Task) -> Vec<u32> {
    let same = task.costs.windows(2).all(|pair| pair[0] == pair[1]);
    let mean = task.costs.iter().sum::<f64>() / task.costs.len().max(1) as f64;
    let weight =
        |cost: &f64| if same || mean <= 0.0 { 1 } else { 1 + (10.0 * cost / mean).min(HEAVIEST).round() as u32 };
    task.costs.iter().map(weight).collect()
}
