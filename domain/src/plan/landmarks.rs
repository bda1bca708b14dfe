//! What every plan must reach on its way: fact landmarks, and the order that they come in.
//!
//! Landmarks are those of the delete relaxation, all of them (Zhu and Givan 2003; Keyder, Richter and Helmert 2010).
//! How many of them a way has still to reach is the landmark count heuristic of LAMA (Richter and Westphal 2010), which
//! sees progress where relaxed plans see none.

mod labels;
mod orders;

use super::bits::{self, Rows};
use super::mutex::Mutexes;
use super::task::Task;

/// Landmarks and their orders. A way's progress is a set of landmarks, those *accepted*.
pub(super) struct Landmarks {
    /// The fact of each landmark.
    facts: Vec<u32>,
    is_goal: Vec<u64>,
    /// By landmark: those that must be accepted before.
    before: Rows,
    /// By landmark: those that must hold in the step before it is reached first.
    just_before: Vec<Vec<u32>>,
}

impl Landmarks {
    /// `None` where the task is too large to look for them.
    pub(super) fn of(task: &Task, mutexes: Option<&Mutexes>) -> Option<Self> {
        let labels = labels::of(task)?;
        Some(orders::ordered(task, &labels, mutexes))
    }

    /// How many bits a set of landmarks has.
    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }

    /// What is accepted in the beginning: what holds then, unless it should come after something that does not.
    pub(super) fn first(&self, state: &[u64], accepted: &mut [u64]) {
        for landmark in 0..self.facts.len() as u32 {
            let ready = bits::members(self.before.row(landmark)).all(|earlier| self.holds(state, earlier));
            if ready && self.holds(state, landmark) {
                bits::put(accepted, landmark);
            }
        }
    }

    /// What is accepted after a step that leads to `state`; `before` is what was accepted before.
    pub(super) fn next(&self, before: &[u64], state: &[u64], accepted: &mut [u64]) {
        accepted.copy_from_slice(before);
        for landmark in 0..self.facts.len() as u32 {
            let new = !bits::has(before, landmark) && self.holds(state, landmark);
            if new && self.before.row(landmark).iter().zip(before).all(|(needed, had)| needed & !had == 0) {
                bits::put(accepted, landmark);
            }
        }
    }

    /// How many landmarks are still to be reached, those among them that must be reached again.
    pub(super) fn left(&self, accepted: &[u64], state: &[u64]) -> u32 {
        let mut again = bits::of(self.facts.len(), &[]);
        for landmark in 0..self.facts.len() as u32 {
            if !bits::has(accepted, landmark) {
                self.just_before[landmark as usize].iter().for_each(|&earlier| bits::put(&mut again, earlier));
            }
        }
        let mut left = self.facts.len() as u32 - bits::count(accepted);
        for landmark in bits::members(accepted) {
            let wanted = bits::has(&self.is_goal, landmark) || bits::has(&again, landmark);
            left += u32::from(wanted && !self.holds(state, landmark));
        }
        left
    }

    fn holds(&self, state: &[u64], landmark: u32) -> bool {
        bits::has(state, self.facts[landmark as usize])
    }
}
