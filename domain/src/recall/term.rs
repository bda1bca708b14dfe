//! The terms of the score, each with a name and a weight.

/// A term of the score. One more signal is one more line here and one default weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// Nearness in meaning: cosine of the query's and the memory's vectors, 0 to 1.
    Semantic,
    /// Shared words: BM25 by the weight of the query's words, 0 to 1.
    Lexical,
    /// The memory's speaker is named in the query: strength of the other signals, 0 to 2.
    Speaker,
    /// A date in the query against when the memory happened, 0 to 1.
    Date,
    /// Held in the session's working memory: its salience there, 0 to 1.
    Session,
}

impl Term {
    /// Every term, in the order of their places in [`Signals`].
    pub const ALL: [Self; 5] = [Self::Semantic, Self::Lexical, Self::Speaker, Self::Date, Self::Session];

    /// The term's name in explanations and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Semantic => "semantic",
            Self::Lexical => "lexical",
            Self::Speaker => "speaker",
            Self::Date => "date",
            Self::Session => "session",
        }
    }

    /// The term of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|term| term.as_str() == name)
    }
}

/// One value a term.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerTerm([f32; Term::ALL.len()]);

impl PerTerm {
    /// The value of a term.
    pub fn get(&self, term: Term) -> f32 {
        self.0[term as usize]
    }

    /// The same with another value for one term.
    pub fn with(mut self, term: Term, value: f32) -> Self {
        self.set(term, value);
        self
    }

    /// Sets the value of one term.
    pub fn set(&mut self, term: Term, value: f32) {
        self.0[term as usize] = value;
    }

    /// Sum of the products, term by term.
    pub fn dot(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// The raw signals of one memory for one cue; a signal that does not apply is 0.
pub type Signals = PerTerm;

/// How much each signal counts.
pub type Weights = PerTerm;
