//! By fact, what must have held before or with it: the greatest labels that no action contradicts.

use std::collections::VecDeque;

use crate::plan::bits::{self, Rows};
use crate::plan::task::Task;

/// Work that may be spent, in words of bits: about a fifth of a second.
const MOST_WORK: u64 = 200_000_000;

/// For each fact its landmarks, itself among them.
pub(super) fn of(task: &Task) -> Option<Rows> {
    let width = bits::words(task.facts) as u64;
    if width * task.facts as u64 > MOST_WORK / 16 {
        return None;
    }
    let mut labels = Labels::new(task);
    let mut work = MOST_WORK;
    while let Some(action) = labels.open.pop_front() {
        let rows = task.needs.get(action).len() + task.adds.get(action).len();
        work = work.checked_sub(rows as u64 * width + 1)?;
        labels.queued[action as usize] = false;
        labels.act(action);
    }
    Some(labels.rows)
}

struct Labels<'t> {
    task: &'t Task,
    wanted_by: crate::plan::lists::Lists,
    rows: Rows,
    /// Whether a fact has a label yet; before that it stands for everything.
    labelled: Vec<bool>,
    missing: Vec<u32>,
    open: VecDeque<u32>,
    queued: Vec<bool>,
    label: Vec<u64>,
}

impl<'t> Labels<'t> {
    fn new(task: &'t Task) -> Self {
        let mut labels = Self {
            task,
            wanted_by: task.needs.inverted(task.facts),
            rows: Rows::empty(task.facts, task.facts),
            labelled: vec![false; task.facts],
            missing: task.needs.iter().map(|list| list.len() as u32).collect(),
            open: (0..task.actions() as u32).filter(|&action| task.needs.get(action).is_empty()).collect(),
            queued: vec![false; task.actions()],
            label: vec![0; bits::words(task.facts)],
        };
        for &fact in &task.init {
            bits::put(labels.rows.row_mut(fact), fact);
            labels.changed(fact);
        }
        labels
    }

    /// Lets an action speak for what it adds: needed is what its own needs need.
    fn act(&mut self, action: u32) {
        self.label.fill(0);
        for &fact in self.task.needs.get(action) {
            self.label.iter_mut().zip(self.rows.row(fact)).for_each(|(label, row)| *label |= row);
        }
        for at in 0..self.task.adds.get(action).len() {
            let fact = self.task.adds.get(action)[at];
            if self.narrow(fact) {
                self.changed(fact);
            }
        }
    }

    /// What is in the label of every action that adds it, and itself.
    fn narrow(&mut self, fact: u32) -> bool {
        let row = self.rows.row_mut(fact);
        if !self.labelled[fact as usize] {
            row.copy_from_slice(&self.label);
            bits::put(row, fact);
            return true;
        }
        let mut changed = false;
        let own = (fact as usize / 64, 1u64 << (fact % 64));
        for (at, (word, &label)) in row.iter_mut().zip(&self.label).enumerate() {
            let keep = if at == own.0 { own.1 } else { 0 };
            changed |= *word & !(label | keep) != 0;
            *word &= label | keep;
        }
        changed
    }

    fn changed(&mut self, fact: u32) {
        let first = !std::mem::replace(&mut self.labelled[fact as usize], true);
        for at in 0..self.wanted_by.get(fact).len() {
            let action = self.wanted_by.get(fact)[at];
            let missing = &mut self.missing[action as usize];
            *missing -= u32::from(first);
            if *missing == 0 && !std::mem::replace(&mut self.queued[action as usize], true) {
                self.open.push_back(action);
            }
        }
    }
}
