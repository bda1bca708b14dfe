//! Actions with parameters.

use std::collections::HashMap;

use crate::condition::{Atom, Condition, Scope, Term, atom};
use crate::costs::{Price, increase};
use crate::expression::Expression;
use crate::names::typed;
use crate::objects::Objects;
use crate::refusal::Wrong;

/// An action with parameters.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    pub(crate) name: String,
    /// By parameter: its types, any of which will do.
    pub(crate) types: Vec<Vec<usize>>,
    pub(crate) condition: Condition,
    pub(crate) adds: Vec<Atom>,
    pub(crate) deletes: Vec<Atom>,
    pub(crate) prices: Vec<Price>,
}

/// The predicates, each with its number of arguments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Predicates {
    numbers: HashMap<String, usize>,
    pub(crate) names: Vec<String>,
    arguments: Vec<usize>,
}

impl Predicates {
    pub(crate) fn declare(&mut self, line: usize, name: &str, arguments: usize) -> Result<(), Wrong> {
        if self.numbers.insert(name.to_owned(), self.names.len()).is_some() {
            return Err(Wrong::at(line, format!("the predicate `{name}` is declared twice")));
        }
        self.names.push(name.to_owned());
        self.arguments.push(arguments);
        Ok(())
    }

    pub(crate) fn find(&self, line: usize, name: &str, arguments: usize) -> Result<usize, Wrong> {
        let number = self.numbers.get(name).copied();
        let number = number.ok_or_else(|| Wrong::at(line, format!("the predicate `{name}` is not declared")))?;
        let declared = self.arguments[number];
        if declared == arguments {
            return Ok(number);
        }
        Err(Wrong::at(line, format!("`{name}` takes {declared} arguments and has {arguments}")))
    }
}

/// Variables and objects, as names stand for them in one place.
pub(crate) struct Names<'a> {
    pub(crate) objects: &'a Objects,
    pub(crate) predicates: &'a Predicates,
    /// The parameters in their order.
    pub(crate) variables: &'a [&'a str],
}

impl Scope for Names<'_> {
    fn term(&self, word: &Expression) -> Result<Term, Wrong> {
        let name = word.word("a variable or an object")?;
        let parameter = self.variables.iter().position(|&variable| variable == name).map(Term::Parameter);
        let found = parameter.or_else(|| self.objects.number(name).map(Term::Object));
        found.ok_or_else(|| Wrong::at(word.line, format!("`{name}` is neither a parameter nor an object")))
    }

    fn predicate(&self, line: usize, name: &str, arguments: usize) -> Result<usize, Wrong> {
        self.predicates.find(line, name, arguments)
    }
}

impl Schema {
    /// Reads what stands behind `:action`.
    pub(crate) fn read(
        line: usize,
        parts: &[Expression],
        objects: &Objects,
        predicates: &Predicates,
    ) -> Result<Self, Wrong> {
        let (name, fields) = parts.split_first().ok_or_else(|| Wrong::at(line, "an action without a name"))?;
        let name = name.word("an action's name")?.to_owned();
        let fields = Fields::of(fields)?;
        let parameters = fields.parameters.map(|list| typed(list.list("parameters")?)).transpose()?.unwrap_or_default();
        let variables: Vec<&str> = parameters.iter().map(|one| one.name).collect();
        for (at, one) in parameters.iter().enumerate() {
            if !one.name.starts_with('?') || variables[..at].contains(&one.name) {
                return Err(Wrong::at(one.line, format!("`{}` is no parameter, or one twice", one.name)));
            }
        }
        let scope = Names { objects, predicates, variables: &variables };
        let types = parameters.iter().map(|one| objects.types_of(one)).collect::<Result<_, _>>()?;
        let mut condition = Condition::default();
        if let Some(precondition) = fields.precondition {
            condition.read(&scope, precondition)?;
        }
        let mut schema = Self { name, types, condition, adds: Vec::new(), deletes: Vec::new(), prices: Vec::new() };
        if let Some(effect) = fields.effect {
            schema.read_effect(&scope, effect)?;
        }
        Ok(schema)
    }

    fn read_effect(&mut self, scope: &Names, effect: &Expression) -> Result<(), Wrong> {
        if effect.list("an effect")?.is_empty() {
            return Ok(());
        }
        match effect.form("an effect")? {
            ("and", parts) => return parts.iter().try_for_each(|part| self.read_effect(scope, part)),
            ("not", [inner]) => self.deletes.push(atom(scope, inner)?),
            ("increase", parts) => self.prices.push(increase(scope, effect.line, parts)?),
            _ => self.adds.push(atom(scope, effect)?),
        }
        Ok(())
    }
}

/// The parts of an action.
#[derive(Default)]
struct Fields<'a> {
    parameters: Option<&'a Expression>,
    precondition: Option<&'a Expression>,
    effect: Option<&'a Expression>,
}

impl<'a> Fields<'a> {
    fn of(list: &'a [Expression]) -> Result<Self, Wrong> {
        let mut fields = Self::default();
        for pair in list.chunks(2) {
            let name = pair[0].word("a part of an action")?;
            let place = match name {
                ":parameters" => &mut fields.parameters,
                ":precondition" => &mut fields.precondition,
                ":effect" => &mut fields.effect,
                other => return Err(Wrong::unknown(pair[0].line, other)),
            };
            let value = pair.get(1).ok_or_else(|| Wrong::at(pair[0].line, format!("`{name}` without a value")))?;
            if place.replace(value).is_some() {
                return Err(Wrong::at(pair[0].line, format!("`{name}` twice in one action")));
            }
        }
        Ok(fields)
    }
}
