//! A fact that holds or does not: how needs, effects and what is known are read.

use super::fact::Fact;

/// A fact, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal {
    /// The fact.
    pub fact: Fact,
    /// Whether it holds.
    pub holds: bool,
}

impl Literal {
    /// What a text states: `not X` says that X does not hold. `None` for a text that states nothing.
    pub fn of(text: &str) -> Option<Self> {
        let mut fact = Fact::of(text)?;
        let mut holds = true;
        while let Some(rest) = fact.as_str().strip_prefix("not ") {
            fact = Fact::of(rest)?;
            holds = !holds;
        }
        (fact.as_str() != "not").then_some(Self { fact, holds })
    }
}
