//! Types with their hierarchy, and the objects of each.

use std::collections::HashMap;

use crate::names::Typed;
use crate::refusal::Wrong;

/// Types and objects, both by number.
#[derive(Debug)]
pub(crate) struct Objects {
    types: HashMap<String, usize>,
    /// By type: the types directly above it.
    above: Vec<Vec<usize>>,
    numbers: HashMap<String, u32>,
    names: Vec<String>,
    /// By object: its own types, without those above.
    of: Vec<Vec<usize>>,
}

/// The type of everything.
const OBJECT: usize = 0;

impl Objects {
    pub(crate) fn new() -> Self {
        let types = [("object".to_owned(), OBJECT)].into_iter().collect();
        Self { types, above: vec![Vec::new()], numbers: HashMap::new(), names: Vec::new(), of: Vec::new() }
    }

    /// Takes declared types in; a type that only stands above others is declared by that.
    pub(crate) fn declare_types(&mut self, declared: &[Typed]) {
        for one in declared {
            let number = self.type_or_new(one.name);
            for (_, above) in &one.types {
                let above = self.type_or_new(above);
                self.above[number].push(above);
            }
        }
    }

    /// Takes objects in; one that is declared twice has all its types.
    pub(crate) fn declare(&mut self, declared: &[Typed]) -> Result<(), Wrong> {
        for one in declared {
            let types = self.types_of(one)?;
            let next = self.names.len() as u32;
            let number = *self.numbers.entry(one.name.to_owned()).or_insert(next);
            if number == next {
                self.names.push(one.name.to_owned());
                self.of.push(Vec::new());
            }
            self.of[number as usize].extend(types);
        }
        Ok(())
    }

    /// The numbers of the types named; `object` where none is.
    pub(crate) fn types_of(&self, one: &Typed) -> Result<Vec<usize>, Wrong> {
        if one.types.is_empty() {
            return Ok(vec![OBJECT]);
        }
        let find = |&(line, name): &(usize, &str)| {
            self.types.get(name).copied().ok_or_else(|| Wrong::at(line, format!("the type `{name}` is not declared")))
        };
        one.types.iter().map(find).collect()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn name(&self, object: u32) -> &str {
        &self.names[object as usize]
    }

    /// By object: whether it belongs to one of these types.
    pub(crate) fn within(&self, types: &[usize]) -> Vec<bool> {
        self.of.iter().map(|own| own.iter().any(|&own| self.is_below(own, types))).collect()
    }

    fn is_below(&self, own: usize, types: &[usize]) -> bool {
        let mut seen = vec![false; self.above.len()];
        let mut open = vec![own, OBJECT];
        while let Some(at) = open.pop() {
            if types.contains(&at) {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(&self.above[at]);
            }
        }
        false
    }

    fn type_or_new(&mut self, name: &str) -> usize {
        let next = self.above.len();
        let number = *self.types.entry(name.to_owned()).or_insert(next);
        if number == next {
            self.above.push(Vec::new());
        }
        number
    }
}
