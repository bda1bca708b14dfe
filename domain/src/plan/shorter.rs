//! The search for a plan within a bound: A* (Hart, Nilsson and Raphael 1968) by the FF heuristic, states opened anew where
//! a cheaper way is found. Complete: what it does not find within the bound is not there.

use super::bits;
use super::greedy::Found;
use super::open::Open;
use super::relaxed::Relaxed;
use super::simulate::apply;
use super::states::{NONE, States};
use super::task::Task;

/// A search in progress.
pub(super) struct Shorter {
    states: States,
    /// By state: the weight of the cheapest way known, and the estimate of what is left.
    known: Vec<(u32, Option<u32>)>,
    open: Open,
    weights: Vec<u32>,
    bound: u32,
    child: Vec<u64>,
    actions: Vec<u32>,
}

impl Shorter {
    /// A search for a plan whose actions weigh at most `bound` together.
    pub(super) fn new(task: &Task, weights: Vec<u32>, bound: u32) -> Self {
        let init = bits::of(task.facts, &task.init);
        let mut states = States::new(init.len());
        states.insert(&init, (NONE, NONE));
        let mut open = Open::default();
        open.push(0, (0, 0));
        Self { states, known: vec![(0, Some(0))], open, weights, bound, child: init, actions: Vec::new() }
    }

    /// Expands the state whose way promises the least weight.
    pub(super) fn step(&mut self, task: &Task, relaxed: &mut Relaxed) -> Found {
        while let Some((state, weight)) = self.open.pop() {
            if self.known[state as usize].0 != weight {
                continue;
            }
            if bits::all(self.states.get(state), &task.goal) {
                return Found::Plan(self.states.way(state));
            }
            let mut actions = std::mem::take(&mut self.actions);
            relaxed.applicable_in(self.states.get(state), &mut actions);
            actions.iter().for_each(|&action| self.meet(task, relaxed, state, action));
            self.actions = actions;
            return Found::Nothing;
        }
        Found::Exhausted
    }

    /// Bytes that the search takes, about.
    pub(super) fn bytes(&self) -> usize {
        self.states.bytes() + self.known.len() * 12 + self.open.len() * 8
    }

    fn meet(&mut self, task: &Task, relaxed: &mut Relaxed, parent: u32, action: u32) {
        let weight = self.known[parent as usize].0.saturating_add(self.weights[action as usize]);
        if weight > self.bound {
            return;
        }
        self.child.copy_from_slice(self.states.get(parent));
        apply(task, &mut self.child, action);
        let (state, new) = self.states.insert(&self.child, (parent, action));
        if new {
            self.known.push((weight, relaxed.evaluate(task, &self.child)));
        } else if weight < self.known[state as usize].0 {
            self.known[state as usize].0 = weight;
            self.states.reparent(state, (parent, action));
        } else {
            return;
        }
        if let Some(left) = self.known[state as usize].1 {
            self.open.push(weight.saturating_add(left), (state, weight));
        }
    }
}
