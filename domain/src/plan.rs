//! A plan: steps towards a goal, each taken from a memory, never invented.
//!
//! Where procedures tell how things are done, [`knowledge`] makes a [`task`] of them, the [`planner`] searches it, and what
//! it finds is [`told`] in their words. Where nobody has told, the link [`closure`] makes the same [`Plan`].

mod attempt;
mod bits;
pub mod closure;
pub mod fact;
mod graph;
mod greedy;
pub mod knowledge;
mod landmarks;
pub mod likeness;
mod lists;
pub mod literal;
mod missing;
mod mutex;
mod open;
pub mod planner;
mod prune;
pub mod reach;
mod relaxed;
pub mod sentences;
mod shorter;
pub mod simulate;
mod states;
pub mod task;
pub mod told;
pub mod trim;
mod web;

use crate::memory::MemoryId;

/// How much of the goal a plan covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanStatus {
    /// Every need is met.
    Complete,
    /// There are steps, and needs that nothing meets; see the gaps.
    Partial,
    /// Nothing that is remembered can be made a step; the evidence stands alone.
    None,
}

impl PlanStatus {
    /// The status's name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

/// Steps towards a goal, with what speaks for them and what is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How much of the goal is covered.
    pub status: PlanStatus,
    /// What to do, in this order; numbered from 1.
    pub steps: Vec<Step>,
    /// What all steps cost together, 0 or more.
    pub cost: f64,
    /// How sure the plan is, 0 to 1; 0 without steps.
    pub confidence: f64,
    /// What is missing; empty for a complete plan.
    pub gaps: Vec<Gap>,
    /// Memories that wait for each other, one list a ring.
    pub cycles: Vec<Vec<MemoryId>>,
    /// The memories recalled for the goal, most relevant first.
    pub evidence: Vec<MemoryId>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its number: 1, 2, 3, …
    pub n: usize,
    /// The memory that it is taken from.
    pub memory: MemoryId,
    /// What to do: the memory's content.
    pub action: String,
    /// What must hold before, and what sees to it.
    pub needs: Vec<Need>,
    /// What holds afterwards, or becomes possible, as far as the plan uses it.
    pub achieves: Vec<String>,
    /// The memories that say so; its own first.
    pub because: Vec<MemoryId>,
    /// The sentences that it was read from; empty where a memory gives it as a procedure or a link.
    pub quotes: Vec<Quote>,
    /// The numbers of the steps that must be done before, ascending.
    pub depends_on: Vec<usize>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
}

/// Words of a memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The memory.
    pub memory: MemoryId,
    /// Where in its content: bytes, on character boundaries.
    pub range: std::ops::Range<usize>,
    /// The words.
    pub text: String,
}

/// Something that must hold before a step, and does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What must hold.
    pub text: String,
    /// What sees to it.
    pub met_by: MetBy,
}

/// What meets a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetBy {
    /// The step of that number.
    Step(usize),
    /// A fact that the caller says holds now.
    Context,
    /// A memory of something that is so.
    Memory(MemoryId),
    /// Nothing that is known: what must not hold is nowhere said to.
    Absence,
}

/// Something needed that nothing meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What is missing.
    pub need: String,
    /// The step that needs it; `None` where it is a step of its own that did not fit.
    pub for_step: Option<usize>,
    /// The memory of what cannot be done without it, where that is no step.
    pub for_memory: Option<MemoryId>,
}
