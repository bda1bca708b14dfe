//! What the sessions held and what naming them changed, as tables for people or JSON for machines.

use serde_json::{Value, json};

use super::super::bench_quality::corpus::Corpus;
use super::super::bench_quality::groups::{Group, groups};
use super::super::bench_quality::measured::{COMPARED, Measured};
use super::super::bench_quality::resample::{Difference, Resampling};
use super::super::bench_quality::subject::Answered;
use super::walk::{Asked, K, Walked};

/// Everything that was measured.
pub(super) struct Report<'a> {
    corpora: &'a [Corpus],
    moments: Vec<Moment>,
    resampling: Resampling,
}

/// All questions as they were asked at one kind of moment.
struct Moment {
    name: &'static str,
    asked: Vec<Asked>,
    with: Measured,
    without: Measured,
    groups: Vec<Group>,
}

impl<'a> Report<'a> {
    /// The report of tellings, one a corpus.
    pub(super) fn new(corpora: &'a [Corpus], walked: Vec<Walked>, apart: &[String], resampling: Resampling) -> Self {
        let (mut stored, mut at_its_end, mut later) = (Vec::new(), Vec::new(), Vec::new());
        for one in walked {
            stored.push(one.stored);
            at_its_end.extend(one.at_its_end);
            later.extend(one.later);
        }
        let moment = |name, asked: Vec<Asked>| {
            let measured = |answer: fn(&Asked) -> &Answered| {
                let answers: Vec<Answered> = asked.iter().map(|one| answer(one).clone()).collect();
                Measured::of_answers(corpora, &stored, &answers)
            };
            let (with, without) = (measured(|one| &one.with), measured(|one| &one.without));
            let mut groups = groups(corpora, apart);
            groups.extend([("a gold text is held", true), ("none is held", false)].map(|(name, held)| Group {
                kind: "held",
                name: name.into(),
                members: (0..asked.len()).filter(|at| asked[*at].gold_held == held).collect(),
            }));
            groups.retain(|group| !group.members.is_empty());
            Moment { name, asked, with, without, groups }
        };
        let moments =
            vec![moment("at the end of its session", at_its_end), moment("later, in the last session", later)];
        Self { corpora, moments, resampling }
    }

    /// Prints tables.
    pub(super) fn print(&self) {
        let sum = |of: fn(&Corpus) -> usize| self.corpora.iter().map(of).sum::<usize>();
        let (texts, asked) = (sum(|corpus| corpus.items.len()), sum(|corpus| corpus.questions.len()));
        println!(
            "{texts} memories of {} corpora told, {asked} questions asked; recall@10 / nDCG@10, in percent",
            self.corpora.len()
        );
        for moment in &self.moments {
            println!(
                "\n{:30} {:>5} {:>9} {:>9} {:>13} {:>13} {:>20} {:>20}",
                moment.name, "n", "gold held", "ten held", "with", "without", "recall@10", "nDCG@10"
            );
            for group in &moment.groups {
                let [gold, answers] = moment.held(group).map(|share| format!("{:.1}", 100.0 * share));
                let [with, without] = [&moment.with, &moment.without].map(|system| {
                    let [recall, ndcg] = COMPARED.map(|metric| 100.0 * (metric.of)(&system.mean(group)));
                    format!("{recall:.1} / {ndcg:.1}")
                });
                let [recall, ndcg] = self.beyond(moment, group).map(|one| one.in_percent());
                println!(
                    "{:30} {:>5} {gold:>9} {answers:>9} {with:>13} {without:>13} {recall:>20} {ndcg:>20}",
                    group.name,
                    group.members.len()
                );
            }
        }
    }

    /// Prints one JSON document.
    pub(super) fn print_json(&self) {
        let corpora = self.corpora.iter().map(
            |corpus| json!({"name": corpus.name, "memories": corpus.items.len(), "questions": corpus.questions.len()}),
        );
        let moments = self.moments.iter().map(|moment| {
            let rows: Vec<Value> = moment.groups.iter().map(|group| self.row(moment, group)).collect();
            json!({"moment": moment.name, "rows": rows})
        });
        let document = json!({
            "corpora": corpora.collect::<Vec<_>>(), "k": K, "moments": moments.collect::<Vec<_>>(),
            "resamples": self.resampling.times, "seed": self.resampling.seed,
        });
        println!("{document}");
    }

    fn row(&self, moment: &Moment, group: &Group) -> Value {
        let [gold, answers] = moment.held(group);
        let mut row = json!({
            "group": group.kind, "name": group.name, "questions": group.members.len(),
            "gold_held": gold, "answers_held": answers, "with": {}, "without": {}, "difference": {},
        });
        for (metric, change) in COMPARED.iter().zip(self.beyond(moment, group)) {
            row["with"][metric.name] = (metric.of)(&moment.with.mean(group)).into();
            row["without"][metric.name] = (metric.of)(&moment.without.mean(group)).into();
            row["difference"][metric.name] = json!({"mean": change.mean, "low": change.low, "high": change.high});
        }
        row
    }

    /// What the session changes of each of [`COMPARED`].
    fn beyond(&self, moment: &Moment, group: &Group) -> [Difference; COMPARED.len()] {
        COMPARED.map(|metric| moment.with.beyond(&moment.without, metric, group, self.resampling))
    }
}

impl Moment {
    /// Share of a group's questions of which a gold text is held, and of its answers that are held.
    fn held(&self, group: &Group) -> [f64; 2] {
        let mean = |of: fn(&Asked) -> f64| {
            group.members.iter().map(|at| of(&self.asked[*at])).sum::<f64>() / group.members.len() as f64
        };
        [mean(|one| f64::from(u8::from(one.gold_held))), mean(|one| one.answers_held)]
    }
}
