//! The terms of the score, each with a name and a weight.

/// A term of the score. One more signal is one more line here and one default weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// Shared words: BM25 over the memory and its neighbours in the session, stretched so that the best has .4 or more, 0 to 1.
    Lexical,
    /// Nearness in meaning: cosine of the query's vector and that of the memory read with its neighbours, 0 to 1.
    Semantic,
    /// For each word of the query the nearest word of the memory, averaged by weight, 0 to 1.
    Wordwise,
    /// Shared words of the whole session, 0 to .5.
    Conversation,
    /// The memory's speaker is named in the query: strength of the other signals, 0 to 2; less where others said what fits
    /// better.
    Speaker,
    /// A date in the query against when the memory happened, 0 to 1.
    Date,
    /// A date in the query against the dates that the memory's words mean, 0 to 1.
    Dated,
    /// The memory holds what the question asks for: a time, a place, a person, a number, a reason, 0 to 1.
    Kind,
    /// The memory asks, 0 to 1.5.
    Question,
    /// The memory names things: capitals inside sentences, 0 to 1.
    Capitals,
    /// The memory says I or we, 0 or 1.
    FirstPerson,
    /// The memory says when, 0 or 1.
    TimeExpression,
    /// The memory says what all say: cosine with the mean of the namespace's others, 0 to 1.
    Centrality,
    /// Held in the session's working memory: its salience there, 0 to 1.
    Session,
    /// How lately it happened, where the query asks how things are now: 1 at the moment asked about, half as much each
    /// thirty days, 0 to 1.
    Recency,
    /// How much it matters beyond the usual, -.5 to .5.
    Importance,
    /// Linked to one of the best answers: how good that one is, 0 to 1.
    Link,
}

impl Term {
    /// Every term, in the order of their places in [`Signals`].
    pub const ALL: [Self; 17] = [
        Self::Lexical,
        Self::Semantic,
        Self::Wordwise,
        Self::Conversation,
        Self::Speaker,
        Self::Date,
        Self::Dated,
        Self::Kind,
        Self::Question,
        Self::Capitals,
        Self::FirstPerson,
        Self::TimeExpression,
        Self::Centrality,
        Self::Session,
        Self::Recency,
        Self::Importance,
        Self::Link,
    ];

    /// The term's name in explanations and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Semantic => "semantic",
            Self::Wordwise => "wordwise",
            Self::Conversation => "conversation",
            Self::Speaker => "speaker",
            Self::Date => "date",
            Self::Dated => "dated",
            Self::Kind => "kind",
            Self::Question => "question",
            Self::Capitals => "capitals",
            Self::FirstPerson => "first_person",
            Self::TimeExpression => "time_expression",
            Self::Centrality => "centrality",
            Self::Session => "session",
            Self::Recency => "recency",
            Self::Importance => "importance",
            Self::Link => "link",
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

    /// The sum, term by term.
    pub fn plus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }

    /// The difference, term by term.
    pub fn minus(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] - other.0[at]))
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
