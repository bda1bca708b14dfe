//! What is known, as a planning task: procedures become actions, texts become facts.
//!
//! Texts are the same fact if they are equal in normal form ([`Fact`]). A text that is needed and that
//! nothing provides in these words is a *question*; whoever can compare meanings may answer it with another wording of
//! the same fact ([`Draft::questions`], [`Draft::is_like`]). Nothing that is not said holds, and an action is itself a
//! fact once it is done, so that a need or a goal can name it.

use std::collections::{BTreeMap, BTreeSet};

use super::fact::Fact;
use super::likeness::may_be_same;
use super::literal::Literal;
use super::missing::within_reach;
use super::task::{GroundAction, GroundTask, Task};
use super::{MetBy, Quote};
use crate::memory::{Cost, Memory, MemoryId};

/// Something that can be done, from whatever source: a procedural memory, or a sentence that tells how.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownAction {
    /// The memory that it is taken from.
    pub memory: MemoryId,
    /// Other memories that speak for it.
    pub because: Vec<MemoryId>,
    /// The sentences that it was read from.
    pub quotes: Vec<Quote>,
    /// What to do, in words.
    pub action: String,
    /// What must hold before.
    pub needs: Vec<String>,
    /// What holds afterwards; `not X`: X no longer does.
    pub effects: Vec<String>,
    /// What it costs.
    pub cost: Cost,
    /// How sure it is, 0 to 1: 1 for a procedure.
    pub sureness: f64,
}

impl KnownAction {
    /// The action of a memory that holds a procedure.
    pub fn of(memory: &Memory) -> Option<Self> {
        let procedure = memory.procedure.as_ref()?;
        let texts = |texts: &[crate::memory::MemoryText]| texts.iter().map(|text| text.as_str().to_owned()).collect();
        Some(Self {
            memory: memory.id,
            because: Vec::new(),
            quotes: Vec::new(),
            action: memory.content.as_str().to_owned(),
            needs: texts(&procedure.preconditions),
            effects: texts(&procedure.effects),
            cost: procedure.cost,
            sureness: 1.0,
        })
    }
}

/// Something that is so, and who says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Who: the context or a memory.
    pub by: MetBy,
}

/// A task in the making.
#[derive(Debug)]
pub struct Draft {
    pub(super) actions: Vec<Reading>,
    facts: BTreeMap<Fact, u32>,
    names: Vec<Fact>,
    /// By fact: whether it is known to hold and who says so.
    pub(super) said: BTreeMap<u32, (bool, MetBy)>,
    /// Facts of which the context says both that they hold and that they do not.
    pub(super) disputed: BTreeSet<u32>,
    /// By fact: another wording of it, and how like the two are.
    same: BTreeMap<u32, (u32, f64)>,
    /// By fact: the actions that provide it.
    providers: BTreeMap<u32, Vec<usize>>,
    /// The goal as a whole, and in its parts.
    goals: [Vec<Term>; 2],
}

/// An action as it was read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) known: KnownAction,
    pub(super) needs: Vec<Term>,
    pub(super) effects: Vec<Term>,
}

/// A literal with its text.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) text: String,
    pub(super) fact: u32,
    pub(super) holds: bool,
}

/// A text that is needed, and that nothing provides in these words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its fact.
    pub fact: u32,
    /// Its words.
    pub text: String,
}

impl Draft {
    /// Reads a goal, actions, and what is so: what is said first counts where two memories disagree; where the context
    /// contradicts itself, neither counts.
    pub fn new(goal: &str, actions: Vec<KnownAction>, said: &[Said]) -> Self {
        let mut draft = Self {
            actions: Vec::with_capacity(actions.len()),
            facts: BTreeMap::new(),
            names: Vec::new(),
            said: BTreeMap::new(),
            disputed: BTreeSet::new(),
            same: BTreeMap::new(),
            providers: BTreeMap::new(),
            goals: [Vec::new(), Vec::new()],
        };
        actions.into_iter().for_each(|action| draft.read(action));
        said.iter().for_each(|said| draft.hear(said));
        let parts: Vec<&str> = goal.split([',', ';', '\n']).flat_map(|part| part.split(" and ")).collect();
        draft.goals = [draft.terms([goal]), draft.terms(parts)];
        draft
    }

    /// What is asked for on the way to the goal, and what could be the answer.
    pub fn questions(&self) -> (Vec<Question>, Vec<Question>) {
        let question = |&fact: &u32| Question { fact, text: self.names[fact as usize].as_str().to_owned() };
        let asked: Vec<Question> = self.asked().iter().filter(|fact| !self.is_known(**fact)).map(question).collect();
        let offered: BTreeSet<u32> = self.providers.keys().chain(self.said.keys()).copied().collect();
        (asked, offered.iter().map(question).collect())
    }

    /// Whether it is left open that the two are the same fact.
    pub fn may_be_same(&self, asked: &Question, offered: &Question) -> bool {
        may_be_same(&self.names[asked.fact as usize], &self.names[offered.fact as usize])
    }

    /// Answers a question: the two are the same fact, as sure as `likeness`, 0 to 1. Whether that is news.
    pub fn is_like(&mut self, asked: u32, offered: u32, likeness: f64) -> bool {
        let open = !self.is_known(asked) && asked != offered;
        open && self.same.insert(asked, (offered, likeness.clamp(0.0, 1.0))).is_none()
    }

    /// What is to be reached: the goal as a whole where something speaks of it, otherwise in its parts. `None` where nothing
    /// speaks of any part.
    pub(super) fn goal(&self) -> Option<&[Term]> {
        let known = |term: &Term| self.is_known(term.fact) || self.same.contains_key(&term.fact);
        let [whole, parts] = &self.goals;
        if whole.iter().any(known) {
            return Some(whole);
        }
        parts.iter().any(known).then_some(parts)
    }

    /// Whether anything speaks of the goal.
    pub fn speaks_of_the_goal(&self) -> bool {
        self.goal().is_some()
    }

    /// Whether no procedure and nothing that is so speaks of the goal, only actions that were read in sentences.
    pub fn only_sentences_speak_of_the_goal(&self) -> bool {
        let procedure = |&at: &usize| self.actions[at].known.quotes.is_empty();
        let told = |term: &Term| self.said.contains_key(&term.fact) || self.providers(term).iter().any(procedure);
        self.goal().is_some_and(|goal| !goal.iter().any(told))
    }

    /// The task; actions have the numbers of the known actions. `None` where nothing speaks of the goal.
    pub fn task(&self) -> Option<Task> {
        Some(self.towards(self.goal()?))
    }

    /// Where the goal is out of reach: the task of preparing for it, towards all that can be reached of what it needs.
    pub fn preparation(&self) -> Option<Task> {
        Some(self.towards(&within_reach(self, self.goal()?)))
    }

    fn towards(&self, goal: &[Term]) -> Task {
        let mut ground = GroundTask { facts: self.names.len() * 2, ..GroundTask::default() };
        ground.init = self.said.iter().filter(|(_, (holds, _))| *holds).map(|(&fact, _)| self.resolved(fact)).collect();
        for term in goal {
            self.require(term, &mut ground.goal, &mut ground.forbidden);
        }
        ground.actions = self.actions.iter().enumerate().map(|(at, action)| self.ground(at, action)).collect();
        Task::try_new(&ground).expect("facts have numbers, and costs of memories are finite and not negative")
    }

    /// The fact that provides for `fact`: itself, or another wording of it.
    pub(super) fn resolved(&self, fact: u32) -> u32 {
        self.same.get(&fact).map_or(fact, |same| same.0)
    }

    /// How sure it is that what is provided is what is asked for, 0 to 1.
    pub(super) fn sureness(&self, fact: u32) -> f64 {
        self.same.get(&fact).map_or(1.0, |same| same.1)
    }

    /// The actions that provide a fact, or its absence.
    pub(super) fn providers(&self, term: &Term) -> Vec<usize> {
        let fact = self.resolved(term.fact);
        if term.holds {
            return self.providers.get(&fact).cloned().unwrap_or_default();
        }
        let denies =
            |action: &Reading| action.effects.iter().any(|effect| !effect.holds && self.resolved(effect.fact) == fact);
        (0..self.actions.len()).filter(|&at| denies(&self.actions[at])).collect()
    }

    /// The fact that an action has been done.
    pub(super) fn done(&self, at: usize) -> Option<u32> {
        Fact::of(&self.actions[at].known.action).and_then(|fact| self.facts.get(&fact).copied())
    }

    fn read(&mut self, known: KnownAction) {
        let needs = self.terms(known.needs.iter().map(String::as_str));
        let effects = self.terms(known.effects.iter().map(String::as_str));
        let at = self.actions.len();
        let done = Fact::of(&known.action).map(|fact| self.number(fact));
        for fact in effects.iter().filter(|effect| effect.holds).map(|effect| effect.fact).chain(done) {
            self.providers.entry(fact).or_default().push(at);
        }
        self.actions.push(Reading { known, needs, effects });
    }

    fn hear(&mut self, said: &Said) {
        let Some(literal) = Literal::of(&said.text) else { return };
        let fact = self.number(literal.fact);
        if self.disputed.contains(&fact) {
            return;
        }
        match self.said.get(&fact) {
            Some((holds, MetBy::Context)) if said.by == MetBy::Context && *holds != literal.holds => {
                self.said.remove(&fact);
                self.disputed.insert(fact);
            }
            Some(_) => {}
            None => {
                self.said.insert(fact, (literal.holds, said.by));
            }
        }
    }

    fn terms<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Vec<Term> {
        let mut terms = Vec::new();
        for text in texts {
            if let Some(literal) = Literal::of(text) {
                terms.push(Term {
                    text: text.trim().to_owned(),
                    fact: self.number(literal.fact),
                    holds: literal.holds,
                });
            }
        }
        terms
    }

    fn number(&mut self, fact: Fact) -> u32 {
        let next = self.names.len() as u32;
        let number = *self.facts.entry(fact.clone()).or_insert(next);
        if number == next {
            self.names.push(fact);
        }
        number
    }

    fn is_known(&self, fact: u32) -> bool {
        self.providers.contains_key(&fact) || self.said.contains_key(&fact) || self.disputed.contains(&fact)
    }

    /// The facts that backward chaining from the goal asks for.
    fn asked(&self) -> BTreeSet<u32> {
        let [whole, parts] = &self.goals;
        let whole_known = whole.iter().all(|term| self.is_known(term.fact));
        let goal = if whole_known { whole.iter().chain(&[]) } else { whole.iter().chain(parts) };
        let mut asked: BTreeSet<u32> = goal.map(|term| term.fact).collect();
        let mut open: Vec<u32> = asked.iter().copied().collect();
        let mut seen = vec![false; self.actions.len()];
        while let Some(fact) = open.pop() {
            for &at in self.providers.get(&self.resolved(fact)).into_iter().flatten() {
                if std::mem::replace(&mut seen[at], true) {
                    continue;
                }
                let action = &self.actions[at];
                let denied = action.effects.iter().filter(|effect| !effect.holds);
                for term in action.needs.iter().chain(denied) {
                    if asked.insert(term.fact) {
                        open.push(term.fact);
                    }
                }
            }
        }
        asked
    }

    fn ground(&self, at: usize, action: &Reading) -> GroundAction {
        let mut ground = GroundAction { cost: action.known.cost.get(), ..GroundAction::default() };
        for term in &action.needs {
            self.require(term, &mut ground.needs, &mut ground.forbids);
        }
        for term in &action.effects {
            let fact = self.resolved(term.fact);
            let (now, no_longer) = if term.holds {
                (&mut ground.adds, &mut ground.deletes)
            } else {
                (&mut ground.deletes, &mut ground.adds)
            };
            now.push(fact);
            if self.disputed.contains(&fact) {
                no_longer.push(self.known_absence(fact));
            }
        }
        ground.adds.extend(self.done(at));
        ground
    }

    /// Adds a need. The absence of what is disputed must be brought about like anything else.
    fn require(&self, term: &Term, needs: &mut Vec<u32>, forbids: &mut Vec<u32>) {
        let fact = self.resolved(term.fact);
        match term.holds {
            true => needs.push(fact),
            false if self.disputed.contains(&fact) => needs.push(self.known_absence(fact)),
            false => forbids.push(fact),
        }
    }

    fn known_absence(&self, fact: u32) -> u32 {
        self.names.len() as u32 + fact
    }
}
