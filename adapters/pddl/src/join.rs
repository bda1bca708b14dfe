//! The ground actions that an atom makes possible, together with atoms reached before: a join, atom by atom.

use std::cell::Cell;
use std::rc::Rc;

use crate::atoms::Atoms;
use crate::condition::{Atom, Term};
use crate::schema::Schema;

/// A schema with what its parameters may be.
pub(crate) struct Joined<'a> {
    pub(crate) schema: &'a Schema,
    /// By parameter and object: whether the types admit it.
    pub(crate) admitted: Vec<Vec<bool>>,
    pub(crate) budget: Rc<Budget>,
}

/// Tries that all joins of a problem may take together, and actions that they may find: beyond that no planner plans.
#[derive(Debug)]
pub(crate) struct Budget {
    tries: Cell<u32>,
    found: Cell<u32>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { tries: Cell::new(50_000_000), found: Cell::new(1_000_000) }
    }

    /// Whether there was not enough of it.
    pub(crate) fn is_spent(&self) -> bool {
        self.tries.get() == 0 || self.found.get() == 0
    }

    /// Takes one of them; whether something is left.
    fn spend(&self, kind: &Cell<u32>) -> bool {
        kind.set(kind.get().saturating_sub(1));
        !self.is_spent()
    }
}

/// An object for each parameter, as far as there is one yet.
pub(crate) type Binding = Vec<Option<u32>>;

impl Joined<'_> {
    /// All bindings in which the condition at `place` is the atom `latest`, those before it are atoms reached earlier
    /// and those after it are atoms reached until now: over all places and atoms each binding comes once.
    pub(crate) fn with(&self, atoms: &Atoms, place: usize, latest: u32, found: &mut impl FnMut(&Binding)) {
        let mut binding: Binding = vec![None; self.schema.types.len()];
        let condition = &self.schema.condition.holds[place];
        if condition.predicate == atoms.list[latest as usize].0
            && self.bind(condition, &atoms.list[latest as usize].1, &mut binding).is_some()
        {
            let open: Vec<usize> = (0..self.schema.condition.holds.len()).filter(|&other| other != place).collect();
            self.extend(&Search { atoms, place, latest }, open, &mut binding, found);
        }
    }

    /// All bindings of a schema without positive conditions.
    pub(crate) fn alone(&self, found: &mut impl FnMut(&Binding)) {
        self.fill(&mut vec![None; self.schema.types.len()], found);
    }

    fn extend(&self, search: &Search, mut open: Vec<usize>, binding: &mut Binding, found: &mut impl FnMut(&Binding)) {
        if !self.may_go_on(binding) {
            return;
        }
        let candidates = |&at: &usize| search.candidates(&self.schema.condition.holds[at], binding);
        let Some(next) = (0..open.len()).min_by_key(|&at| candidates(&open[at]).len()) else {
            return self.fill(binding, found);
        };
        let at = open.swap_remove(next);
        let condition = &self.schema.condition.holds[at];
        let until = if at < search.place { search.latest } else { search.latest + 1 };
        for &atom in search.candidates(condition, binding).iter().take_while(|&&atom| atom < until) {
            if let Some(bound) = self.bind(condition, &search.atoms.list[atom as usize].1, binding) {
                self.extend(search, open.clone(), binding, found);
                bound.into_iter().for_each(|parameter| binding[parameter] = None);
            }
        }
    }

    /// Lets the condition be the atom; answers the parameters that this has bound, or leaves the binding as it was.
    fn bind(&self, condition: &Atom, objects: &[u32], binding: &mut Binding) -> Option<Vec<usize>> {
        let mut bound = Vec::new();
        for (term, &object) in condition.terms.iter().zip(objects) {
            let fits = match *term {
                Term::Object(named) => named == object,
                Term::Parameter(at) => match binding[at] {
                    Some(known) => known == object,
                    None if self.admitted[at][object as usize] => {
                        binding[at] = Some(object);
                        bound.push(at);
                        true
                    }
                    None => false,
                },
            };
            if !fits {
                bound.into_iter().for_each(|parameter| binding[parameter] = None);
                return None;
            }
        }
        Some(bound)
    }

    /// Gives parameters that no condition has bound every object that they may be.
    fn fill(&self, binding: &mut Binding, found: &mut impl FnMut(&Binding)) {
        if !self.may_go_on(binding) {
            return;
        }
        let Some(free) = binding.iter().position(Option::is_none) else {
            self.budget.spend(&self.budget.found);
            return found(binding);
        };
        for object in (0..self.admitted[free].len()).filter(|&object| self.admitted[free][object]) {
            binding[free] = Some(object as u32);
            self.fill(binding, found);
        }
        binding[free] = None;
    }

    /// Whether it is worth going on, and there is still leave to.
    fn may_go_on(&self, binding: &Binding) -> bool {
        self.budget.spend(&self.budget.tries) && self.consistent(binding)
    }

    /// Whether no equality is broken so far.
    fn consistent(&self, binding: &Binding) -> bool {
        let pair = |&(a, b): &(Term, Term)| Some((value(a, binding)?, value(b, binding)?));
        let condition = &self.schema.condition;
        condition.equal.iter().filter_map(pair).all(|(a, b)| a == b)
            && condition.unequal.iter().filter_map(pair).all(|(a, b)| a != b)
    }
}

struct Search<'a> {
    atoms: &'a Atoms,
    place: usize,
    latest: u32,
}

impl Search<'_> {
    fn candidates(&self, condition: &Atom, binding: &Binding) -> &[u32] {
        let bound = condition.terms.iter().enumerate().filter_map(|(at, &term)| Some((at, value(term, binding)?)));
        self.atoms.candidates(condition.predicate, bound)
    }
}

/// The object that a term stands for, if there is one yet.
pub(crate) fn value(term: Term, binding: &Binding) -> Option<u32> {
    match term {
        Term::Object(object) => Some(object),
        Term::Parameter(at) => binding[at],
    }
}
