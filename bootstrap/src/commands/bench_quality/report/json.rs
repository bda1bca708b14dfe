//! JSON: shares of 0 to 1, field names that stay.

use serde_json::{Value, json};

use super::super::ablation::Ablation;
use super::super::abstention::{Abstention, Point};
use super::super::corpus::{Corpus, questions};
use super::super::groups::Group;
use super::super::measured::{COMPARED, Measured};
use super::super::resample::Difference;
use super::{Misses, Report};

/// The report as one document.
pub(super) fn document(report: &Report<'_>) -> Value {
    let corpora = report.corpora.iter().map(
        |corpus| json!({"name": corpus.name, "memories": corpus.items.len(), "questions": corpus.questions.len()}),
    );
    let [storing, recalling] = report.seconds;
    let mut document = json!({
        "corpora": corpora.collect::<Vec<_>>(), "speakers": report.speakers.as_str(),
        "seconds": {"remember": storing, "recall": recalling},
        "resamples": report.resampling.times, "seed": report.resampling.seed,
        "systems": report.systems.iter().map(|system| scores(report, system)).collect::<Vec<_>>(),
        "differences": report.systems[1..].iter().map(|other| beyond(report, other)).collect::<Vec<_>>(),
    });
    if !report.ablations.is_empty() {
        document["ablation"] = ablations(report);
    }
    if let Some(abstention) = &report.abstention {
        document["abstention"] = self::abstention(abstention);
    }
    if let Some(shortlist) = &report.shortlist {
        document["shortlist"] = json!({
            "questions": shortlist.questions, "same_first_ten": shortlist.same,
            "recall_at_10_difference": shortlist.recall_at_10,
        });
    }
    if let Some(misses) = &report.misses {
        document["misses"] = self::misses(report, misses);
    }
    document
}

fn row(group: &Group) -> Value {
    json!({"group": group.kind, "name": group.name, "questions": group.members.len()})
}

fn scores(report: &Report<'_>, system: &Measured) -> Value {
    let rows = report.groups.iter().map(|group| {
        let mut row = row(group);
        for (name, value) in system.mean(group).fields() {
            row[name] = value.into();
        }
        row
    });
    json!({"system": system.system, "rows": rows.collect::<Vec<_>>()})
}

fn beyond(report: &Report<'_>, other: &Measured) -> Value {
    let rows = report.groups.iter().map(|group| {
        let mut row = row(group);
        for metric in COMPARED {
            row[metric.name] = difference(&report.systems[0].beyond(other, metric, group, report.resampling));
        }
        row
    });
    json!({"system": report.systems[0].system, "beyond": other.system, "rows": rows.collect::<Vec<_>>()})
}

fn ablations(report: &Report<'_>) -> Value {
    let one = |ablation: &Ablation| {
        let rows = report.groups.iter().zip(&ablation.changes).map(|(group, changes)| {
            let mut row = row(group);
            for (metric, change) in COMPARED.iter().zip(changes) {
                row[metric.name] = difference(change);
            }
            row
        });
        let harmed = ablation.harmed(&report.groups);
        let harms = harmed.iter().map(|(name, metric, _)| json!({"category": name, "metric": metric}));
        json!({
            "without": ablation.part.name(), "rows": rows.collect::<Vec<_>>(), "harms": harms.collect::<Vec<_>>(),
        })
    };
    report.ablations.iter().map(one).collect()
}

fn abstention(abstention: &Abstention) -> Value {
    let point = |point: &Point| {
        json!({
            "below": point.threshold, "precision": point.precision, "recall": point.recall, "lost": point.lost,
            "balanced_accuracy": point.balanced_accuracy(),
        })
    };
    json!({
        "adversarial": abstention.adversarial, "answerable": abstention.answerable, "auc": abstention.auc,
        "curve": abstention.curve.iter().map(point).collect::<Vec<_>>(),
        "best": point(&abstention.best), "own": point(&abstention.own),
    })
}

fn misses(report: &Report<'_>, misses: &Misses) -> Value {
    let asked = questions(report.corpora);
    let text = |corpus: &Corpus, place: usize| misses.texts.then(|| corpus.items[place].spoken());
    let rows = misses.all.iter().take(misses.listed).map(|miss| {
        let (place, question) = asked[miss.question];
        let corpus = &report.corpora[place];
        let gold = miss
            .gold
            .iter()
            .map(|(gold, rank)| json!({"id": corpus.items[*gold].key, "rank": rank, "text": text(corpus, *gold)}));
        let instead = miss.instead.iter().map(|at| json!({"id": corpus.items[*at].key, "text": text(corpus, *at)}));
        json!({
            "corpus": corpus.name, "question": question.number, "category": question.category,
            "query": misses.texts.then_some(&question.query),
            "gold": gold.collect::<Vec<_>>(), "instead": instead.collect::<Vec<_>>(),
        })
    });
    json!({"questions": misses.all.len(), "listed": rows.collect::<Vec<_>>()})
}

fn difference(difference: &Difference) -> Value {
    json!({"difference": difference.mean, "low": difference.low, "high": difference.high})
}
