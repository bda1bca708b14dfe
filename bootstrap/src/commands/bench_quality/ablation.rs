//! What each part is worth: the same questions without it.

use std::sync::Arc;

use anyhow::Result;

use super::corpus::Corpus;
use super::groups::Group;
use super::measured::{COMPARED, K, Measured};
use super::report::Report;
use super::resample::Difference;
use super::setup::{Part, Setup};
use super::subject::{Stored, Subject, Wanted};

/// What leaving out one part changes: below 0 the part helps, above it harms.
pub(crate) struct Ablation {
    /// The part.
    pub part: Part,
    /// For each group, in the report's order, the change of each of [`COMPARED`].
    pub changes: Vec<[Difference; COMPARED.len()]>,
}

impl Ablation {
    /// The categories in which a measure is better without the part, beyond chance.
    pub(crate) fn harmed<'a>(&self, groups: &'a [Group]) -> Vec<(&'a str, &'static str, Difference)> {
        let mut harmed = Vec::new();
        for (group, changes) in groups.iter().zip(&self.changes).filter(|(group, _)| group.kind == "category") {
            let gains = COMPARED.iter().zip(changes).filter(|(_, change)| change.is_gain());
            harmed.extend(gains.map(|(metric, change)| (group.name.as_str(), metric.name, *change)));
        }
        harmed
    }
}

/// Leaves out each part that is on, one at a time; gives the subject back as it was.
pub(crate) async fn run(
    mut subject: Subject,
    setup: &Setup,
    corpora: &[Corpus],
    stored: &Arc<Vec<Stored>>,
    report: &Report<'_>,
) -> Result<(Subject, Vec<Ablation>)> {
    let mut ablations = Vec::new();
    for part in setup.parts() {
        subject = subject.under(&setup.without(part)).await?;
        let answers = subject.recall(corpora, stored, Wanted { k: K, signals: false }).await?;
        let without = Measured::of_answers(corpora, stored, &answers);
        let change =
            |group: &Group| COMPARED.map(|metric| without.beyond(&report.systems[0], metric, group, report.resampling));
        ablations.push(Ablation { part, changes: report.groups.iter().map(change).collect() });
    }
    Ok((subject.under(setup).await?, ablations))
}
