//! Conditions: atoms, their negations, equalities.

use crate::expression::Expression;
use crate::refusal::Wrong;

/// What an argument is: a parameter by place, or an object by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Parameter(usize),
    Object(u32),
}

/// A predicate with arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Atom {
    pub(crate) predicate: usize,
    pub(crate) terms: Vec<Term>,
}

/// What must hold, all of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    pub(crate) holds: Vec<Atom>,
    pub(crate) fails: Vec<Atom>,
    pub(crate) equal: Vec<(Term, Term)>,
    pub(crate) unequal: Vec<(Term, Term)>,
}

/// What names stand for.
pub(crate) trait Scope {
    /// The term of a variable or of an object.
    fn term(&self, word: &Expression) -> Result<Term, Wrong>;
    /// The number of a predicate that takes so many arguments.
    fn predicate(&self, line: usize, name: &str, arguments: usize) -> Result<usize, Wrong>;
}

impl Condition {
    /// Takes a condition in: an atom, a negation of one, an equality, or several of these under `and`.
    pub(crate) fn read(&mut self, scope: &impl Scope, expression: &Expression) -> Result<(), Wrong> {
        if expression.list("a condition")?.is_empty() {
            return Ok(());
        }
        match expression.form("a condition")? {
            ("and", parts) => return parts.iter().try_for_each(|part| self.read(scope, part)),
            ("not", [inner]) => match inner.form("a condition")? {
                ("=", [a, b]) => self.unequal.push((scope.term(a)?, scope.term(b)?)),
                _ => self.fails.push(atom(scope, inner)?),
            },
            ("=", [a, b]) => self.equal.push((scope.term(a)?, scope.term(b)?)),
            _ => self.holds.push(atom(scope, expression)?),
        }
        Ok(())
    }
}

/// Names of PDDL that stand where a predicate could.
const RESERVED: [&str; 19] = [
    "and",
    "or",
    "not",
    "imply",
    "forall",
    "exists",
    "when",
    "preference",
    "increase",
    "decrease",
    "assign",
    "scale-up",
    "scale-down",
    "=",
    "<",
    ">",
    "<=",
    ">=",
    "either",
];

/// Reads a predicate with arguments.
pub(crate) fn atom(scope: &impl Scope, expression: &Expression) -> Result<Atom, Wrong> {
    let (name, arguments) = expression.form("an atom")?;
    if RESERVED.contains(&name) {
        return Err(Wrong::unknown(expression.line, name));
    }
    let predicate = scope.predicate(expression.line, name, arguments.len())?;
    let terms = arguments.iter().map(|word| scope.term(word)).collect::<Result<_, _>>()?;
    Ok(Atom { predicate, terms })
}
