//! What a domain and a problem are made of.

use crate::condition::{Atom, Condition, Term, atom};
use crate::costs::{Values, number};
use crate::expression::{Expression, Node};
use crate::names::typed;
use crate::objects::Objects;
use crate::refusal::Wrong;
use crate::schema::{Names, Predicates, Schema};

/// A domain whose actions are not read yet: they may name objects of the problem.
#[derive(Debug)]
pub(crate) struct Domain {
    name: String,
    objects: Objects,
    predicates: Predicates,
    schemas: Vec<Schema>,
}

/// A problem with its domain.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) objects: Objects,
    pub(crate) predicates: Predicates,
    pub(crate) schemas: Vec<Schema>,
    /// What holds, without variables.
    pub(crate) init: Vec<Atom>,
    pub(crate) goal: Condition,
    pub(crate) values: Values,
    /// Whether `total-cost` is to be small; otherwise every action costs 1.
    pub(crate) priced: bool,
}

/// What may stand behind `:requirements`: what is known, and what is refused where a file really uses it.
const KNOWN: [&str; 15] = [
    ":strips",
    ":typing",
    ":equality",
    ":negative-preconditions",
    ":action-costs",
    ":adl",
    ":conditional-effects",
    ":disjunctive-preconditions",
    ":existential-preconditions",
    ":universal-preconditions",
    ":quantified-preconditions",
    ":derived-predicates",
    ":fluents",
    ":numeric-fluents",
    ":ucpop",
];

impl Domain {
    /// Reads `(define (domain …) …)`.
    pub(crate) fn read(tree: &Expression) -> Result<Self, Wrong> {
        let (name, sections) = define(tree, "domain")?;
        let mut domain = Self {
            name: name.to_owned(),
            objects: Objects::new(),
            predicates: Predicates::default(),
            schemas: Vec::new(),
        };
        // Sections may come in any order: types before constants before actions.
        for wanted in [":types", ":constants", ":predicates", ":action"] {
            for section in sections {
                let (head, parts) = section.form("a section")?;
                if head == wanted {
                    domain.take(section.line, head, parts)?;
                }
            }
        }
        for section in sections {
            match section.form("a section")? {
                (":types" | ":constants" | ":predicates" | ":action" | ":functions", _) => {}
                (":requirements", list) => requirements(list)?,
                (other, _) => return Err(Wrong::unknown(section.line, other)),
            }
        }
        Ok(domain)
    }

    fn take(&mut self, line: usize, head: &str, parts: &[Expression]) -> Result<(), Wrong> {
        match head {
            ":types" => self.objects.declare_types(&typed(parts)?),
            ":constants" => self.objects.declare(&typed(parts)?)?,
            ":predicates" => {
                for part in parts {
                    let (name, arguments) = part.form("a predicate")?;
                    self.predicates.declare(part.line, name, typed(arguments)?.len())?;
                }
            }
            _ => {
                let schema = Schema::read(line, parts, &self.objects, &self.predicates)?;
                if self.schemas.iter().any(|other| other.name == schema.name) {
                    return Err(Wrong::at(line, format!("the action `{}` is defined twice", schema.name)));
                }
                self.schemas.push(schema);
            }
        }
        Ok(())
    }
}

impl Problem {
    /// Reads `(define (problem …) …)`.
    pub(crate) fn read(tree: &Expression, domain: Domain) -> Result<Self, Wrong> {
        let (_, sections) = define(tree, "problem")?;
        let Domain { name, objects, predicates, schemas } = domain;
        let mut problem = Self {
            objects,
            predicates,
            schemas,
            init: Vec::new(),
            goal: Condition::default(),
            values: Values::new(),
            priced: false,
        };
        for section in sections {
            match section.form("a section")? {
                (":objects", list) => problem.objects.declare(&typed(list)?)?,
                (":domain", [named]) if named.word("a domain")? != name => {
                    return Err(Wrong::at(named.line, format!("a problem of another domain than `{name}`")));
                }
                _ => {}
            }
        }
        sections.iter().try_for_each(|section| problem.take(section))?;
        Ok(problem)
    }

    fn take(&mut self, section: &Expression) -> Result<(), Wrong> {
        match section.form("a section")? {
            (":objects" | ":domain", _) => {}
            (":requirements", list) => requirements(list)?,
            (":init", list) => list.iter().try_for_each(|fact| self.hold(fact))?,
            (":goal", [goal]) => {
                let mut condition = Condition::default();
                condition.read(&self.names(), goal)?;
                self.goal = condition;
            }
            (":metric", parts) => self.measure(section.line, parts)?,
            (other, _) => return Err(Wrong::unknown(section.line, other)),
        }
        Ok(())
    }

    /// Takes in something that holds, or a function's value.
    fn hold(&mut self, fact: &Expression) -> Result<(), Wrong> {
        match fact.form("a fact")? {
            ("and", facts) => return facts.iter().try_for_each(|fact| self.hold(fact)),
            // What is not said does not hold anyway.
            ("not", [inner]) => return atom(&self.names(), inner).map(|_| ()),
            ("=", [function, value]) => return self.value(function, value),
            ("at", [time, event]) if event.list("").is_ok() && time.word("").is_ok() => {
                return Err(Wrong::unknown(fact.line, "a fact at a time"));
            }
            _ => {}
        }
        let fact = atom(&self.names(), fact)?;
        self.init.push(fact);
        Ok(())
    }

    fn value(&mut self, function: &Expression, value: &Expression) -> Result<(), Wrong> {
        let amount = number(value.line, value.word("a number")?)?;
        let (name, arguments) = match &function.node {
            Node::Word(name) => (name.as_str(), &[][..]),
            Node::List(_) => function.form("a function")?,
        };
        let scope = self.names();
        let object = |word: &Expression| match crate::condition::Scope::term(&scope, word)? {
            Term::Object(object) => Ok(object),
            Term::Parameter(_) => Err(Wrong::at(word.line, "a variable outside an action")),
        };
        let arguments = arguments.iter().map(object).collect::<Result<Vec<u32>, Wrong>>()?;
        self.values.insert((name.to_owned(), arguments), amount);
        Ok(())
    }

    fn measure(&mut self, line: usize, parts: &[Expression]) -> Result<(), Wrong> {
        let [direction, what] = parts else {
            return Err(Wrong::at(line, "`:metric` takes a direction and a function"));
        };
        let total = match &what.node {
            Node::Word(word) => word == "total-cost",
            Node::List(_) => matches!(what.form("a function")?, ("total-cost", [])),
        };
        if direction.word("a direction")? != "minimize" || !total {
            return Err(Wrong::unknown(line, "a :metric other than `minimize (total-cost)`"));
        }
        self.priced = true;
        Ok(())
    }

    fn names(&self) -> Names<'_> {
        Names { objects: &self.objects, predicates: &self.predicates, variables: &[] }
    }
}

/// The name and the sections of `(define (KIND NAME) …)`.
fn define<'a>(tree: &'a Expression, kind: &str) -> Result<(&'a str, &'a [Expression]), Wrong> {
    let ("define", [head, sections @ ..]) = tree.form("`define`")? else {
        return Err(Wrong::at(tree.line, format!("no `(define ({kind} …) …)`")));
    };
    match head.form(kind)? {
        (found, [name]) if found == kind => Ok((name.word("a name")?, sections)),
        _ => Err(Wrong::at(head.line, format!("no `({kind} NAME)`"))),
    }
}

fn requirements(list: &[Expression]) -> Result<(), Wrong> {
    for one in list {
        let name = one.word("a requirement")?;
        if !KNOWN.contains(&name) {
            return Err(Wrong::unknown(one.line, name));
        }
    }
    Ok(())
}
