//! Everything that was measured, as tables for people or JSON for machines.

mod json;
mod table;

use std::time::Duration;

use super::ablation::Ablation;
use super::abstention::Abstention;
use super::corpus::Corpus;
use super::groups::Group;
use super::measured::Measured;
use super::misses::Miss;
use super::resample::Resampling;
use super::shortlist::Shortlist;
use super::speakers::Speakers;

/// Everything that was measured.
pub(crate) struct Report<'a> {
    corpora: &'a [Corpus],
    speakers: Speakers,
    /// What is reported together.
    pub groups: Vec<Group>,
    /// The searches; the first is the one that is measured, the others are there to compare.
    pub systems: Vec<Measured>,
    /// How intervals are drawn.
    pub resampling: Resampling,
    /// What each part is worth, if that was asked.
    pub ablations: Vec<Ablation>,
    /// How well the confidence tells, if that was asked.
    pub abstention: Option<Abstention>,
    /// What the shortlist loses, if that was asked.
    pub shortlist: Option<Shortlist>,
    /// What is missed, if that was asked.
    pub misses: Option<Misses>,
    seconds: [f64; 2],
}

/// The questions that miss gold texts, and how they are printed.
pub(crate) struct Misses {
    /// All of them.
    pub all: Vec<Miss>,
    /// How many are listed.
    pub listed: usize,
    /// Whether with their texts, which are the user's own.
    pub texts: bool,
}

impl<'a> Report<'a> {
    /// The report of the searches.
    pub(crate) fn new(
        corpora: &'a [Corpus],
        speakers: Speakers,
        groups: Vec<Group>,
        systems: Vec<Measured>,
        resampling: Resampling,
    ) -> Self {
        Self {
            corpora,
            speakers,
            groups,
            systems,
            resampling,
            ablations: Vec::new(),
            abstention: None,
            shortlist: None,
            misses: None,
            seconds: [0.0; 2],
        }
    }

    /// Notes how long it took to store and to ask everything.
    pub(crate) fn took(&mut self, storing: Duration, recalling: Duration) {
        self.seconds = [storing.as_secs_f64(), recalling.as_secs_f64()];
    }

    /// Prints tables.
    pub(crate) fn print(&self) {
        table::print(self);
    }

    /// Prints one JSON document.
    pub(crate) fn print_json(&self) {
        println!("{}", json::document(self));
    }

    fn memories(&self) -> usize {
        self.corpora.iter().map(|corpus| corpus.items.len()).sum()
    }

    fn questions(&self) -> usize {
        self.corpora.iter().map(|corpus| corpus.questions.len()).sum()
    }
}
