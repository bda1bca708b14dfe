//! The search for any plan: lazy greedy best-first search with two heuristics and preferred actions, as LAMA's first
//! (Helmert 2006; Richter and Westphal 2010).
//!
//! A state is evaluated when its turn comes, and its children wait with its value (deferred evaluation). Four open lists
//! take turns: by the FF heuristic and by landmarks, of all children and of the preferred ones alone; whenever a new best
//! value is met the preferred ones get a thousand turns. Without landmarks there are two.
//!
//! A state that is nearer to the goal than all before is also looked ahead from (Vidal 2004): as much of its relaxed plan
//! as can really be done is done, and the state that it leads to has the next turn; so it goes on while it gets no worse.

use super::bits;
use super::landmarks::Landmarks;
use super::open::Open;
use super::relaxed::Relaxed;
use super::simulate::apply;
use super::states::{NONE, States};
use super::task::Task;

/// Turns that the lists of preferred actions get for a new best value.
const BOOST: i64 = 1000;

/// What a search says after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing yet.
    Nothing,
    /// A plan.
    Plan(Vec<u32>),
    /// There is no plan.
    Exhausted,
}

/// A search in progress.
pub(super) struct Greedy {
    states: States,
    /// By state: the landmarks accepted on the way to it, one set after the other.
    accepted: Vec<u64>,
    landmarks: Option<Landmarks>,
    /// By heuristic: all children, as (state, place among its applicable actions); preferred ones, as (state, action).
    lists: Vec<Lists>,
    child: Vec<u64>,
    child_accepted: Vec<u64>,
    goal: Vec<u64>,
    best_goals: (u32, u32),
    /// By state: whether it has had its turn.
    met: Vec<bool>,
    /// Where looking ahead has led, and how far the goal was from where it began.
    ahead: Option<(u32, u32)>,
}

struct Lists {
    all: Open,
    preferred: Open,
    /// How often each has had its turn, less what it was boosted by.
    turns: (i64, i64),
    best: u32,
    /// A state and the actions that can be done in it.
    cached: (u32, Vec<u32>),
}

impl Greedy {
    pub(super) fn new(task: &Task, landmarks: Option<Landmarks>) -> Self {
        let width = landmarks.as_ref().map_or(0, |landmarks| bits::words(landmarks.len()));
        let heuristics = if landmarks.is_some() { 2 } else { 1 };
        let list = || Lists {
            all: Open::default(),
            preferred: Open::default(),
            turns: (0, 0),
            best: u32::MAX,
            cached: (NONE, Vec::new()),
        };
        Self {
            states: States::new(bits::words(task.facts)),
            accepted: Vec::new(),
            landmarks,
            lists: (0..heuristics).map(|_| list()).collect(),
            child: bits::of(task.facts, &task.init),
            child_accepted: vec![0; width],
            goal: bits::of(task.facts, &task.goal),
            best_goals: (0, 0),
            met: Vec::new(),
            ahead: None,
        }
    }

    /// Takes the next state that has had no turn, and evaluates it: one expansion.
    pub(super) fn step(&mut self, task: &Task, relaxed: &mut Relaxed) -> Found {
        if self.met.is_empty() {
            self.states.insert(&self.child, (NONE, NONE));
            if let Some(landmarks) = &self.landmarks {
                landmarks.first(&self.child, &mut self.child_accepted);
            }
            self.keep();
            return self.meet(task, relaxed, 0, None);
        }
        if let Some((state, distance)) = self.ahead.take() {
            return self.meet(task, relaxed, state, Some(distance));
        }
        while let Some((parent, action)) = self.next(relaxed) {
            let state = self.follow(task, parent, action);
            if !self.met[state as usize] {
                return self.meet(task, relaxed, state, None);
            }
        }
        Found::Exhausted
    }

    /// The state that an action leads to, with the landmarks accepted on this way if it is new.
    fn follow(&mut self, task: &Task, parent: u32, action: u32) -> u32 {
        self.child.copy_from_slice(self.states.get(parent));
        apply(task, &mut self.child, action);
        let (state, new) = self.states.insert(&self.child, (parent, action));
        if new {
            if let Some(landmarks) = &self.landmarks {
                let width = self.child_accepted.len();
                let before = &self.accepted[parent as usize * width..(parent as usize + 1) * width];
                landmarks.next(before, &self.child, &mut self.child_accepted);
            }
            self.keep();
        }
        state
    }

    fn keep(&mut self) {
        self.accepted.extend_from_slice(&self.child_accepted);
        self.met.push(false);
    }

    /// Does as much of the relaxed plan as can be done, again and again from its beginning; where that leads.
    fn look_ahead(&mut self, task: &Task, relaxed: &Relaxed, from: u32) -> Option<u32> {
        let mut state = from;
        let mut rest = relaxed.plan.clone();
        loop {
            let before = rest.len();
            rest.retain(|&action| {
                let possible = bits::all(self.states.get(state), task.needs.get(action));
                if possible {
                    state = self.follow(task, state, action);
                }
                !possible
            });
            if rest.len() == before {
                return (!self.met[state as usize]).then_some(state);
            }
        }
    }

    /// Bytes that the search takes, about.
    pub(super) fn bytes(&self) -> usize {
        let waiting: usize = self.lists.iter().map(|list| list.all.len() + list.preferred.len()).sum();
        self.states.bytes() + self.accepted.len() * 8 + waiting * 8
    }

    /// The way to the state that meets the most goals.
    pub(super) fn best_way(&self) -> Vec<u32> {
        if self.met.is_empty() { Vec::new() } else { self.states.way(self.best_goals.1) }
    }

    /// Evaluates a state and lets its children wait; `origin` is how far the goal was from where looking ahead to it began.
    fn meet(&mut self, task: &Task, relaxed: &mut Relaxed, state: u32, origin: Option<u32>) -> Found {
        self.met[state as usize] = true;
        let here = self.states.get(state);
        let goals = here.iter().zip(&self.goal).map(|(have, want)| (have & want).count_ones()).sum();
        if goals > self.best_goals.0 {
            self.best_goals = (goals, state);
        }
        if goals as usize == task.goal.len() {
            return Found::Plan(self.states.way(state));
        }
        let Some(distance) = relaxed.evaluate(task, here) else { return Found::Nothing };
        let width = self.child_accepted.len();
        let accepted = &self.accepted[state as usize * width..(state as usize + 1) * width];
        let left = self.landmarks.as_ref().map(|landmarks| landmarks.left(accepted, here));
        let values = [Some(distance), left];
        let nearer = distance < self.lists[0].best || origin.is_some_and(|before| distance <= before);
        let better = values.iter().flatten().zip(&self.lists).any(|(value, list)| *value < list.best);
        for (value, list) in values.into_iter().flatten().zip(&mut self.lists) {
            list.best = list.best.min(value);
            list.turns.1 -= if better { BOOST } else { 0 };
            if !relaxed.applicable.is_empty() {
                list.all.push(value, (state, 0));
            }
            relaxed.preferred.iter().for_each(|&action| list.preferred.push(value, (state, action)));
        }
        if nearer {
            self.ahead = self.look_ahead(task, relaxed, state).map(|ahead| (ahead, distance));
        }
        Found::Nothing
    }

    /// The child whose turn it is.
    fn next(&mut self, relaxed: &mut Relaxed) -> Option<(u32, u32)> {
        let turns = self.lists.iter().enumerate().flat_map(|(at, list)| {
            let all = (!list.all.is_empty()).then_some((list.turns.0, at, false));
            let preferred = (!list.preferred.is_empty()).then_some((list.turns.1, at, true));
            [all, preferred].into_iter().flatten()
        });
        let (_, at, preferred) = turns.min_by_key(|(turns, ..)| *turns)?;
        let list = &mut self.lists[at];
        if preferred {
            list.turns.1 += 1;
            // The heuristics break ties the other way round, so that one gets where the other is stuck: the FF heuristic
            // goes deep, landmarks go broad.
            return if at == 0 { list.preferred.pop_last() } else { list.preferred.pop() };
        }
        list.turns.0 += 1;
        list.next_of_all(&self.states, relaxed)
    }
}

impl Lists {
    fn next_of_all(&mut self, states: &States, relaxed: &mut Relaxed) -> Option<(u32, u32)> {
        let entry = self.all.first_mut()?;
        let state = entry.0;
        if self.cached.0 != state {
            relaxed.applicable_in(states.get(state), &mut self.cached.1);
            self.cached.0 = state;
        }
        let action = self.cached.1[entry.1 as usize];
        entry.1 += 1;
        if entry.1 as usize == self.cached.1.len() {
            self.all.pop();
        }
        Some((state, action))
    }
}
