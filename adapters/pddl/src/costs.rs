//! What actions cost: numbers and functions whose values the problem states, added up in `total-cost`.

use std::collections::HashMap;

use crate::condition::{Scope, Term};
use crate::expression::{Expression, Node};
use crate::refusal::Wrong;

/// Something that an action adds to `total-cost`.
#[derive(Debug, Clone)]
pub(crate) enum Price {
    Number(f64),
    Function { line: usize, name: String, terms: Vec<Term> },
}

/// The values of functions of objects.
pub(crate) type Values = HashMap<(String, Vec<u32>), f64>;

/// Reads what stands behind `increase`.
pub(crate) fn increase(scope: &impl Scope, line: usize, parts: &[Expression]) -> Result<Price, Wrong> {
    let [target, amount] = parts else { return Err(Wrong::at(line, "`increase` takes a function and an amount")) };
    match target.form("a function")? {
        ("total-cost", []) => price(scope, amount),
        (other, _) => Err(Wrong::unknown(target.line, &format!("increase ({other} …)"))),
    }
}

fn price(scope: &impl Scope, amount: &Expression) -> Result<Price, Wrong> {
    match &amount.node {
        Node::Word(word) => Ok(Price::Number(number(amount.line, word)?)),
        Node::List(_) => {
            let (name, arguments) = amount.form("an amount")?;
            if matches!(name, "+" | "-" | "*" | "/") {
                return Err(Wrong::unknown(amount.line, name));
            }
            let terms = arguments.iter().map(|word| scope.term(word)).collect::<Result<_, _>>()?;
            Ok(Price::Function { line: amount.line, name: name.to_owned(), terms })
        }
    }
}

/// A finite number of 0 or more: what a cost may be.
pub(crate) fn number(line: usize, word: &str) -> Result<f64, Wrong> {
    let wrong = || Wrong::at(line, format!("`{word}` where a number of 0 or more should stand"));
    word.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0).ok_or_else(wrong)
}
