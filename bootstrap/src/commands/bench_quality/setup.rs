//! How recall is set up for one run, and the parts of it that can be left out: the one place where they are listed.

use domain::index::lens::Ways;
use domain::recall::term::{Term, Weights};

use crate::settings::Settings;

/// How recall is set up.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// What each term counts.
    pub weights: Weights,
    /// Which ways of reading are on.
    pub ways: Ways,
}

/// A part of recall that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A term of the score: its weight becomes 0, in the first stage of the search too.
    Term(Term),
    /// Turns are read alone.
    Context,
    /// Names are compared like other words.
    Names,
    /// Long memories are compared whole.
    Passages,
}

impl Setup {
    /// As the settings say.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { weights: settings.weights, ways: settings.ways }
    }

    /// Makes the settings say so.
    #[cfg(feature = "embedded")]
    pub(crate) fn apply(&self, settings: &mut Settings) {
        settings.weights = self.weights;
        settings.ways = self.ways;
    }

    /// The parts that are on.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let terms = Term::ALL.into_iter().filter(|term| self.weights.get(*term) != 0.0).map(Part::Term);
        let Ways { context, names, passages } = self.ways;
        let ways = [(context, Part::Context), (names, Part::Names), (passages, Part::Passages)];
        terms.chain(ways.into_iter().filter_map(|(on, part)| on.then_some(part))).collect()
    }

    /// The same with a part left out.
    pub(crate) fn without(&self, part: Part) -> Self {
        match part {
            Part::Term(term) => Self { weights: self.weights.with(term, 0.0), ..self.clone() },
            Part::Context => Self { ways: Ways { context: false, ..self.ways }, ..self.clone() },
            Part::Names => Self { ways: Ways { names: false, ..self.ways }, ..self.clone() },
            Part::Passages => Self { ways: Ways { passages: false, ..self.ways }, ..self.clone() },
        }
    }
}

impl Part {
    /// The part's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Term(term) => term.as_str(),
            Self::Context => "read_context",
            Self::Names => "cut_names",
            Self::Passages => "read_passages",
        }
    }
}
