//! How recall is set up for one run, and the parts of it that can be left out: the one place where they are listed.

use domain::recall::term::{Term, Weights};

use crate::settings::Settings;

/// How recall is set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// What each term counts.
    pub weights: Weights,
}

/// A part of recall that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A term of the score: its weight becomes 0, in the first stage of the search too.
    Term(Term),
}

impl Setup {
    /// As the settings say.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { weights: settings.weights }
    }

    /// Makes the settings say so.
    #[cfg(feature = "embedded")]
    pub(crate) fn apply(&self, settings: &mut Settings) {
        settings.weights = self.weights;
    }

    /// The parts that are on.
    pub(crate) fn parts(&self) -> Vec<Part> {
        Term::ALL.into_iter().filter(|term| self.weights.get(*term) != 0.0).map(Part::Term).collect()
    }

    /// The same with a part left out.
    pub(crate) fn without(&self, part: Part) -> Self {
        match part {
            Part::Term(term) => Self { weights: self.weights.with(term, 0.0) },
        }
    }
}

impl Part {
    /// The part's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Term(term) => term.as_str(),
        }
    }
}
