//! Which facts never hold together: h² (Haslum and Geffner 2000), a row of bits a fact.

use super::bits::{self, Rows};
use super::task::Task;

/// Work that may be spent, in words of bits: about a fifth of a second.
const MOST_WORK: u64 = 200_000_000;

/// For each fact those that may hold with it.
pub(super) struct Mutexes {
    together: Rows,
    alive: Vec<bool>,
}

impl Mutexes {
    /// `None` where the task is too large for the work allowed.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let width = bits::words(task.facts) as u64;
        if width * task.facts as u64 > MOST_WORK / 16 {
            return None;
        }
        Fixpoint::new(task).run(MOST_WORK)
    }

    /// Whether the two can never hold together.
    pub(super) fn exclude(&self, a: u32, b: u32) -> bool {
        !self.together.has(a, b)
    }

    /// Whether an action's needs can hold together.
    pub(super) fn alive(&self, action: u32) -> bool {
        self.alive[action as usize]
    }
}

struct Fixpoint<'t> {
    task: &'t Task,
    together: Rows,
    single: Vec<u64>,
    alive: Vec<bool>,
    /// By fact: when its row grew last.
    grown: Vec<u32>,
    /// When `single` grew last.
    single_grown: u32,
    now: u32,
    beside: Vec<u64>,
}

impl<'t> Fixpoint<'t> {
    fn new(task: &'t Task) -> Self {
        let single = bits::of(task.facts, &task.init);
        let mut together = Rows::empty(task.facts, task.facts);
        task.init.iter().for_each(|&fact| together.row_mut(fact).copy_from_slice(&single));
        Self {
            task,
            together,
            beside: vec![0; single.len()],
            single,
            alive: vec![false; task.actions()],
            grown: vec![1; task.facts],
            single_grown: 1,
            now: 1,
        }
    }

    /// Sweeps over the actions until nothing grows any more.
    fn run(mut self, mut work: u64) -> Option<Mutexes> {
        let mut seen = vec![0u32; self.task.actions()];
        let width = self.single.len() as u64;
        loop {
            let before = self.now;
            for action in 0..self.task.actions() as u32 {
                let needs = self.task.needs.get(action);
                let latest = needs.iter().map(|&fact| self.grown[fact as usize]).max();
                if latest.unwrap_or(self.single_grown) <= seen[action as usize] {
                    continue;
                }
                seen[action as usize] = self.now;
                let spent = (needs.len() + self.task.adds.get(action).len()) as u64 * width + 1;
                work = work.checked_sub(spent)?;
                self.now += 1;
                self.act(action);
            }
            if self.now == before {
                return Some(Mutexes { together: self.together, alive: self.alive });
            }
        }
    }

    fn act(&mut self, action: u32) {
        let needs = self.task.needs.get(action);
        if !self.alive[action as usize] {
            self.alive[action as usize] = needs.iter().all(|&fact| bits::all(self.together.row(fact), needs));
            if !self.alive[action as usize] {
                return;
            }
        }
        self.beside.copy_from_slice(&self.single);
        for &fact in needs {
            self.beside.iter_mut().zip(self.together.row(fact)).for_each(|(beside, row)| *beside &= row);
        }
        self.task.deletes.get(action).iter().for_each(|&fact| bits::drop(&mut self.beside, fact));
        self.task.adds.get(action).iter().for_each(|&fact| bits::put(&mut self.beside, fact));
        for &fact in self.task.adds.get(action) {
            self.grow(fact);
        }
    }

    /// What is `beside` the effects may hold with `fact`.
    fn grow(&mut self, fact: u32) {
        for at in 0..self.beside.len() {
            let new = self.beside[at] & !self.together.row(fact)[at];
            if new == 0 {
                continue;
            }
            self.together.row_mut(fact)[at] |= new;
            self.grown[fact as usize] = self.now;
            for other in bits::members(&[new]).map(|bit| at as u32 * 64 + bit) {
                bits::put(self.together.row_mut(other), fact);
                self.grown[other as usize] = self.now;
            }
        }
        if !bits::has(&self.single, fact) {
            bits::put(&mut self.single, fact);
            self.single_grown = self.now;
        }
    }
}
