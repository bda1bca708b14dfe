//! From actions with parameters to actions without: those that can be reached if nothing is ever deleted, found by
//! joining each newly reached atom with those before it, never by trying all objects (Helmert 2009).

use std::collections::HashSet;
use std::rc::Rc;

use domain::plan::task::{GroundAction, GroundTask};

use crate::atoms::{Atoms, Ground};
use crate::condition::{Atom, Condition, Term};
use crate::costs::Price;
use crate::join::{Binding, Budget, Joined, value};
use crate::refusal::Wrong;
use crate::structure::Problem;

/// A task without variables, with the names of everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Grounded {
    /// The task.
    pub task: GroundTask,
    /// By number: the fact in words, as `on a b`.
    pub facts: Vec<String>,
    /// By number: the action in words, as `stack a b`.
    pub actions: Vec<String>,
}

/// Grounds a problem.
pub(crate) fn ground(problem: Problem) -> Result<Grounded, Wrong> {
    let mut reach = Reach::new(&problem);
    reach.run();
    if reach.budget.is_spent() {
        return Err(Wrong::at(1, "there are too many actions: more than a million, or more than fifty million to try"));
    }
    let Reach { atoms, instances, .. } = reach;
    Naming::new(&problem, atoms).grounded(&instances)
}

/// Which schema, and the objects in the place of its parameters.
type Instance = (usize, Vec<u32>);

struct Reach<'a> {
    problem: &'a Problem,
    joined: Vec<Joined<'a>>,
    budget: Rc<Budget>,
    /// By predicate: the conditions that it stands in, as (schema, place).
    users: Vec<Vec<(usize, usize)>>,
    /// By predicate: whether no action changes it.
    fixed: Vec<bool>,
    init: HashSet<Ground>,
    atoms: Atoms,
    instances: Vec<Instance>,
}

impl<'a> Reach<'a> {
    fn new(problem: &'a Problem) -> Self {
        let mut users = vec![Vec::new(); problem.predicates.names.len()];
        for (at, schema) in problem.schemas.iter().enumerate() {
            for (place, condition) in schema.condition.holds.iter().enumerate() {
                users[condition.predicate].push((at, place));
            }
        }
        let budget = Rc::new(Budget::new());
        let joined = problem.schemas.iter().map(|schema| Joined {
            schema,
            budget: budget.clone(),
            admitted: schema.types.iter().map(|types| problem.objects.within(types)).collect(),
        });
        let mut atoms = Atoms::default();
        let init = problem.init.iter().map(|atom| instance(atom, &Vec::new())).collect();
        problem.init.iter().for_each(|atom| {
            atoms.reach(instance(atom, &Vec::new()));
        });
        Self {
            joined: joined.collect(),
            budget,
            users,
            fixed: fixed(problem),
            init,
            atoms,
            instances: Vec::new(),
            problem,
        }
    }

    fn run(&mut self) {
        for at in 0..self.joined.len() {
            if self.problem.schemas[at].condition.holds.is_empty() {
                let mut found = Vec::new();
                self.joined[at].alone(&mut |binding: &Binding| found.push(complete(binding)));
                found.into_iter().for_each(|objects| self.possible((at, objects)));
            }
        }
        let mut latest = 0;
        while latest < self.atoms.list.len() {
            for &(at, place) in &self.users[self.atoms.list[latest].0].clone() {
                let mut found = Vec::new();
                self.joined[at]
                    .with(&self.atoms, place, latest as u32, &mut |binding: &Binding| found.push(complete(binding)));
                found.into_iter().for_each(|objects| self.possible((at, objects)));
            }
            latest += 1;
        }
    }

    /// Takes an action in, and reaches what it adds.
    fn possible(&mut self, found: Instance) {
        let schema = &self.problem.schemas[found.0];
        let binding: Binding = found.1.iter().copied().map(Some).collect();
        let broken = |atom: &Atom| self.fixed[atom.predicate] && self.init.contains(&instance(atom, &binding));
        if schema.condition.fails.iter().any(broken) {
            return;
        }
        for atom in &schema.adds {
            self.atoms.reach(instance(atom, &binding));
        }
        self.instances.push(found);
    }
}

fn complete(binding: &Binding) -> Vec<u32> {
    binding.iter().copied().flatten().collect()
}

fn instance(atom: &Atom, binding: &Binding) -> Ground {
    (atom.predicate, atom.terms.iter().filter_map(|&term| value(term, binding)).collect())
}

/// By predicate: whether no action changes it.
fn fixed(problem: &Problem) -> Vec<bool> {
    let mut fixed = vec![true; problem.predicates.names.len()];
    for atom in problem.schemas.iter().flat_map(|schema| schema.adds.iter().chain(&schema.deletes)) {
        fixed[atom.predicate] = false;
    }
    fixed
}

/// Gives facts their numbers: only what some action changes, or what the goal asks for in vain, is a fact of the task.
struct Naming<'a> {
    problem: &'a Problem,
    atoms: Atoms,
    fixed: Vec<bool>,
    numbers: Vec<Option<u32>>,
    names: Vec<String>,
}

impl<'a> Naming<'a> {
    fn new(problem: &'a Problem, mut atoms: Atoms) -> Self {
        let reached = atoms.list.len();
        // A goal that is never reached is a fact all the same, so that it can be missed.
        for atom in &problem.goal.holds {
            atoms.reach(instance(atom, &Vec::new()));
        }
        let mut naming = Self { problem, fixed: fixed(problem), numbers: Vec::new(), names: Vec::new(), atoms };
        for at in 0..naming.atoms.list.len() {
            let (predicate, objects) = &naming.atoms.list[at];
            let counts = !naming.fixed[*predicate] || at >= reached;
            naming.numbers.push(counts.then_some(naming.names.len() as u32));
            if counts {
                naming.names.push(naming.name(&naming.problem.predicates.names[*predicate], objects));
            }
        }
        naming
    }

    fn name(&self, head: &str, objects: &[u32]) -> String {
        let words = objects.iter().map(|&object| self.problem.objects.name(object));
        std::iter::once(head).chain(words).collect::<Vec<_>>().join(" ")
    }

    fn grounded(self, instances: &[Instance]) -> Result<Grounded, Wrong> {
        let none = Vec::new();
        let mut task = GroundTask {
            facts: self.names.len(),
            actions: instances.iter().map(|instance| self.action(instance)).collect::<Result<_, _>>()?,
            init: self.numbers_of(&self.problem.init, &none),
            goal: self.numbers_of(&self.problem.goal.holds, &none),
            forbidden: self.numbers_of(&self.problem.goal.fails, &none),
        };
        let mut facts = self.names.clone();
        if !self.goal_can_hold(&self.problem.goal) {
            task.goal.push(task.facts as u32);
            task.facts += 1;
            facts.push("an equality of the goal that does not hold".to_owned());
        }
        let actions =
            instances.iter().map(|(schema, objects)| self.name(&self.problem.schemas[*schema].name, objects)).collect();
        Ok(Grounded { task, facts, actions })
    }

    fn action(&self, (schema, objects): &Instance) -> Result<GroundAction, Wrong> {
        let schema = &self.problem.schemas[*schema];
        let binding: Binding = objects.iter().copied().map(Some).collect();
        Ok(GroundAction {
            needs: self.numbers_of(&schema.condition.holds, &binding),
            forbids: self.numbers_of(&schema.condition.fails, &binding),
            adds: self.numbers_of(&schema.adds, &binding),
            deletes: self.numbers_of(&schema.deletes, &binding),
            cost: self.cost(&schema.prices, &binding)?,
        })
    }

    /// What an action costs: 1 where nothing is said of costs.
    fn cost(&self, prices: &[Price], binding: &Binding) -> Result<f64, Wrong> {
        if !self.problem.priced {
            return Ok(1.0);
        }
        prices.iter().map(|price| self.price(price, binding)).sum()
    }

    fn price(&self, price: &Price, binding: &Binding) -> Result<f64, Wrong> {
        match price {
            Price::Number(value) => Ok(*value),
            Price::Function { line, name, terms } => {
                let objects: Vec<u32> = terms.iter().filter_map(|&term| value(term, binding)).collect();
                let missing =
                    || Wrong::at(*line, format!("the problem states no value for `{}`", self.name(name, &objects)));
                self.problem.values.get(&(name.clone(), objects.clone())).copied().ok_or_else(missing)
            }
        }
    }

    /// The numbers of those atoms that have one: what always holds and what never does needs none.
    fn numbers_of(&self, atoms: &[Atom], binding: &Binding) -> Vec<u32> {
        let found = atoms.iter().filter_map(|atom| self.atoms.find(&instance(atom, binding)));
        found.filter_map(|atom| self.numbers[atom as usize]).collect()
    }

    /// Whether the goal's equalities hold, and nothing that it forbids holds for ever.
    fn goal_can_hold(&self, goal: &Condition) -> bool {
        let same = |(a, b): &(Term, Term)| a == b;
        let for_ever =
            |atom: &Atom| self.fixed[atom.predicate] && self.atoms.find(&instance(atom, &Vec::new())).is_some();
        goal.equal.iter().all(same) && !goal.unequal.iter().any(same) && !goal.fails.iter().any(for_ever)
    }
}
